package redemption

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/validation"
)

// CompileSegment checks the filter of a segment and prepares it; nil for a static segment.
func CompileSegment(s *customer.Segment) (*validation.FilterProgram, error) {
	if s.Filter == nil {
		return nil, nil //nolint:nilnil // no filter is a valid state of a segment
	}
	program, err := validation.CompileFilter(*s.Filter, profileField)
	if err != nil {
		return nil, fault.Within("filter", err)
	}
	return program, nil
}

// Audience is a set of segments compiled, with what their filters look at. It is immutable and may be shared between
// goroutines. The nil Audience has no segments.
type Audience struct {
	static    map[string][]string // ids of segments by customer id
	dynamic   []dynamicSegment
	templates []CounterTemplate
	history   History
}

type dynamicSegment struct {
	*customer.Segment
	program *validation.FilterProgram
}

// History says which lists of a customer's records some filters look at, beside counters.
type History struct {
	LastOrder    bool
	Publications bool
	// Events are names of custom events.
	Events []string
	// Loyalty asks for what the customer holds in loyalty programs, Programs are those to look at; see Catalogue.HistoryOf.
	Loyalty  bool
	Programs []*loyalty.Program
}

// NewAudience compiles segments, which need not be stored. A filter that cannot be compiled has no members.
func NewAudience(segments ...*customer.Segment) *Audience {
	a := &Audience{static: make(map[string][]string)}
	for _, s := range segments {
		if !s.Dynamic() {
			for _, member := range s.Customers {
				if member != "" {
					a.static[member] = append(a.static[member], s.ID)
				}
			}
			continue
		}
		program, _ := CompileSegment(s) //nolint:errcheck // see above
		a.dynamic = append(a.dynamic, dynamicSegment{s, program})
		a.note(program.Fields())
	}
	slices.SortFunc(a.templates, compareTemplates)
	a.templates = slices.Compact(a.templates)
	slices.Sort(a.history.Events)
	a.history.Events = slices.Compact(a.history.Events)
	return a
}

func compareTemplates(x, y CounterTemplate) int {
	return CounterKey{Metric: x.Metric, Detail: x.Detail}.Compare(CounterKey{Metric: y.Metric, Detail: y.Detail})
}

// note adds what fields need to be read.
func (a *Audience) note(fields []validation.FilterField) {
	for _, field := range fields {
		if isFigure(field.ID) {
			a.count(CountCustomerSummary, field.Key)
			continue
		}
		switch field.ID {
		case profileAverageAmount:
			a.count(CountCustomerSummary, customer.OrdersTotalAmount)
			a.count(CountCustomerSummary, customer.OrdersTotalCount)
		case profileReferredCustomers:
			a.count(CountReferees, "")
		case profileEventCount:
			a.count(CountCustomerEvent, field.Key)
		case profileEventFirst, profileEventLast:
			a.history.Events = append(a.history.Events, field.Key)
		case profileLastOrderAmount, profileLastOrderDate:
			a.history.LastOrder = true
		case profilePublishedAt, profilePublished:
			a.history.Publications = true
		case profilePoints, profileCampaignPoints, profileCampaignTier:
			a.history.Loyalty = true
		}
	}
}

func (a *Audience) count(metric CounterMetric, detail string) {
	a.templates = append(a.templates, CounterTemplate{Metric: metric, OfCustomer: true, Detail: detail})
}

// Templates are the counters of a customer that the segments look at.
func (a *Audience) Templates() []CounterTemplate {
	if a == nil {
		return nil
	}
	return a.templates
}

// History is the lists of a customer's records that the segments look at.
func (a *Audience) History() History {
	if a == nil {
		return History{}
	}
	return a.history
}

// Dynamic is the number of segments with a filter.
func (a *Audience) Dynamic() int {
	if a == nil {
		return 0
	}
	return len(a.dynamic)
}

// Drifts reports whether customers can enter or leave without doing anything: because time passes, or because a location is
// moved.
func (a *Audience) Drifts() bool {
	return a != nil && slices.ContainsFunc(a.dynamic, func(s dynamicSegment) bool {
		return s.program.DependsOnTime() || len(s.program.Locations()) > 0
	})
}

// of returns the ids of the segments that a customer belongs to: the static ones by the id of the stored customer, then
// those whose filter the profile passes. The result must not be changed.
func (a *Audience) of(p *Profile, m *validation.Moment) []string {
	if a == nil || p.Customer == nil {
		return nil
	}
	list := slices.Clip(a.static[p.Customer.ID])
	if len(a.dynamic) == 0 {
		return list
	}
	view := &profileView{Profile: p}
	for i := range a.dynamic {
		if s := &a.dynamic[i]; s.program.Matches(view, m) {
			list = append(list, s.ID)
		}
	}
	return list
}

// SegmentsOf returns the ids of the segments of an audience that a customer belongs to at an instant.
func (x *Catalogue) SegmentsOf(a *Audience, p *Profile, now time.Time) []string {
	return a.of(p, x.moment(now))
}

// segments are the ids of the segments of the customer of a request.
func (c *calculation) segments() []string {
	a := c.catalogue.audience
	if a.Dynamic() == 0 {
		return a.static[c.customer.ID]
	}
	return c.catalogue.SegmentsOf(a, c.snapshot.profile(c.customer), c.snapshot.Now)
}

// Profile is the customer of the snapshot as it is stored; its Customer is nil when there is none.
func (s *Snapshot) Profile() *Profile { return s.profile(s.Customer) }

// profile is the customer with what the snapshot says about the stored one.
func (s *Snapshot) profile(c *customer.Customer) *Profile {
	return &Profile{
		Customer: c, Counters: s.Counters, LastOrder: s.LastOrder, Occurrences: s.Occurrences, Publications: s.Publications,
		Loyalty: s.Loyalty,
	}
}

// PlanMembership compares the active segments that the stored customer of the snapshot belongs to with those that he was last
// seen in, which stored says (nil for none), and plans the new membership with an event for each segment that he entered or
// left, and says which he entered. Nil means that nothing has changed. A silent plan has no events: that is how the members of a new segment are noted.
func PlanMembership(x *Catalogue, a *Audience, s *Snapshot, stored *customer.Membership, silent bool) (*Plan, []Entry, error) {
	if s.Customer == nil {
		return nil, nil, nil
	}
	if stored == nil {
		stored = &customer.Membership{CustomerID: s.Customer.ID}
	}
	now := x.SegmentsOf(a, s.Profile(), s.Now)
	next := *stored
	next.Version++
	if next.CreatedAt.IsZero() {
		next.CreatedAt = s.Now
	}
	next.Segments = []string{}
	for _, id := range stored.Segments {
		if !a.has(id) && x.active.has(id) { // another active segment, of which this audience knows nothing
			next.Segments = append(next.Segments, id)
		}
	}
	next.Segments = append(next.Segments, now...)
	slices.Sort(next.Segments)
	plan := &Plan{}
	e := eventWriter{plan: plan, snapshot: s, ids: s.IDs}
	var entered []Entry
	changed := false
	for i := range a.dynamic {
		segment := a.dynamic[i].Segment
		was, is := slices.Contains(stored.Segments, segment.ID), slices.Contains(now, segment.ID)
		if was == is {
			continue
		}
		changed = true
		kind := event.CustomerSegmentEntered
		if was {
			kind = event.CustomerSegmentLeft
		}
		if !silent {
			e.add(kind, s.Customer.ID, map[string]any{"customer": s.Customer, "segment": segment})
			if is {
				entered = append(entered, Entry{Segment: segment, EventID: plan.Events[len(plan.Events)-1].ID})
			}
		}
	}
	if !changed || e.err != nil {
		return nil, nil, e.err
	}
	text, err := json.Marshal(&next)
	if err != nil {
		return nil, nil, fmt.Errorf("redemption: encode membership of %s: %w", next.CustomerID, err)
	}
	plan.Writes = append(plan.Writes, record.Document{
		Kind: record.Membership, ID: next.CustomerID, Version: stored.Version, CreatedAt: next.CreatedAt, Body: text,
	})
	return plan, entered, plan.Seal()
}

// Entry is a segment that a customer has entered, with the event that tells it.
type Entry struct {
	Segment *customer.Segment
	EventID string
}

func (a *Audience) has(segmentID string) bool {
	return a != nil && slices.ContainsFunc(a.dynamic, func(s dynamicSegment) bool { return s.ID == segmentID })
}

// compileAudience compiles the segments of a configuration. Of those with a filter, decisions only look at the ones that
// rules name, so a segment that serves something else costs a request nothing.
func (x *Catalogue) compileAudience(c Configuration) {
	var named segmentsNamed
	for _, r := range c.Rules {
		named.group(r.Rules)
		named.all = named.all || strings.Contains(r.Expression, "segments")
		named.tiers = named.tiers || strings.Contains(r.Expression, "loyalty_tiers")
	}
	var decided, active []*customer.Segment
	for _, s := range c.Segments {
		if !s.Dynamic() || named.all || slices.Contains(named.ids, s.ID) {
			decided = append(decided, s)
		}
		if s.Type == customer.ActiveSegment {
			active = append(active, s)
		}
	}
	x.audience, x.active, x.asksTiers = NewAudience(decided...), NewAudience(active...), named.tiers
}

// segmentsNamed collects the segments that rules name.
type segmentsNamed struct {
	ids []string
	all bool // a rule may look at any of them
	// tiers says that a rule looks at the loyalty tiers of the customer.
	tiers bool
}

func (n *segmentsNamed) group(g validation.Group) {
	for _, key := range slices.Sorted(maps.Keys(g.Nodes)) {
		node := g.Nodes[key]
		n.tiers = n.tiers || node.Name == "customer.loyalty.tier"
		if node.Name == "customer.segment" {
			for _, operator := range slices.Sorted(maps.Keys(node.Conditions)) {
				for _, value := range node.Conditions[operator] {
					n.add(value)
				}
			}
		}
		n.group(node.Rules)
	}
}

// add notes one value of a condition: the id of a segment, or an object that has it.
func (n *segmentsNamed) add(value any) {
	object, isObject := value.(map[string]any)
	if isObject {
		value = object["id"]
	}
	id, isText := value.(string)
	n.ids, n.all = append(n.ids, id), n.all || !isText
}

// History is what rules, and the segments that they name, look at beside counters.
func (x *Catalogue) History() History {
	h := x.audience.History()
	h.Loyalty = h.Loyalty || x.asksTiers
	return x.withPrograms(h)
}

// HistoryOf is what the segments of an audience look at beside counters.
func (x *Catalogue) HistoryOf(a *Audience) History { return x.withPrograms(a.History()) }

func (x *Catalogue) withPrograms(h History) History {
	if h.Loyalty {
		h.Programs = x.members
	}
	return h
}

// Active is the segments of the catalogue that report who enters and leaves.
func (x *Catalogue) Active() *Audience { return x.active }

// Customers are the ids of the customers whose segments a request may change: the one that buys, and the one that the stored
// order belongs to.
func (calc *Calculation) Customers() []string {
	c := calc.inner
	ids := []string{c.customerID}
	if o := c.snapshot.Order; o != nil && o.CustomerID != c.customerID {
		ids = append(ids, o.CustomerID)
	}
	return ids
}

// Buyers are the ids of the customers whose segments the rollback of a redemption may change.
func (s *Snapshot) Buyers(redemptionID string) []string {
	x := s.Redemptions[redemptionID]
	if x == nil {
		return nil
	}
	ids := []string{x.CustomerID}
	if s.Order != nil && s.Order.CustomerID != x.CustomerID {
		ids = append(ids, s.Order.CustomerID)
	}
	return ids
}
