package redemption

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/access"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/validation"
)

// Sorting orders the answer of a qualification.
type Sorting string

// The sortings. The empty sorting is NewestFirst.
const (
	NewestFirst Sorting = "DEFAULT"
	BestDeal    Sorting = "BEST_DEAL"  // the largest discount first
	LeastDeal   Sorting = "LEAST_DEAL" // the smallest discount first
)

// QualificationRequest asks what fits a customer and a cart. (Voucherify: POST /v1/qualifications.)
type QualificationRequest struct {
	Order      *order.Order       `json:"order,omitempty"`
	Customer   *customer.Customer `json:"customer,omitempty"`
	TrackingID string             `json:"tracking_id,omitempty"`
	Metadata   metadata.Map       `json:"metadata,omitempty"`
	// Scenario says what is offered and which conditions count. Default ScenarioAll.
	Scenario Scenario             `json:"scenario,omitempty"`
	Options  QualificationOptions `json:"options,omitzero"`
	// AccessScope leaves out what a restricted caller may not see; see Request.
	AccessScope *access.Scope `json:"-"`
}

// QualificationOptions narrow and order the answer.
type QualificationOptions struct {
	// Limit is the number of redeemables, and of near misses, in the answer: 1 to 50. Default 5.
	Limit int `json:"limit,omitempty"`
	// StartingAfter continues behind an earlier answer: its MoreStartingAfter, or an RFC 3339 instant, behind which come the
	// redeemables that were created before it. Only with NewestFirst.
	StartingAfter string  `json:"starting_after,omitempty"`
	Sorting       Sorting `json:"sorting_rule,omitempty"`
	// Filters keep what passes them. Their fields are category_id, campaign_id, campaign_type, resource_id, resource_type
	// (campaign, voucher, promotion_tier or promotion_stack), voucher_type, code and holder_role.
	Filters *filter.Filter `json:"filters,omitempty"`
	// Expand adds objects to the answer: ExpandCategory. ExpandRedeemable and ExpandRules are accepted; names, metadata,
	// campaigns and rules are part of every answer.
	Expand []Expansion `json:"expand,omitempty"`
	// Strict lets the conditions count that Voucherify's qualification ignores: order.amount, the redemptions of a campaign,
	// redemptions per customer, and the discounts that a campaign has granted. What is answered then is what a validate would
	// accept. (Not a field of Voucherify.)
	Strict bool `json:"strict,omitempty"`
}

// Expansion names what is added to an answer.
type Expansion string

// The expansions.
const (
	ExpandRedeemable Expansion = "redeemable"
	ExpandCategory   Expansion = "category"
	ExpandRules      Expansion = "validation_rules"
)

// The bounds of a qualification.
const (
	MaxQualified     = 50
	DefaultQualified = 5
	// MaxQualifiedCodes is the number of codes that a qualification looks at, the newest first: of the codes that the
	// customer holds, and of the codes without a campaign.
	MaxQualifiedCodes = 1000
)

// Qualification is the answer: what fits, each calculated alone on the cart, and what would fit if a little more were there.
type Qualification struct {
	Redeemables []Qualified `json:"redeemables"`
	// NearMisses are what does not apply, and would with more of one thing: of the value or the units of the order or of some
	// of its lines, or of the parts of a bundle. The nearest come first. Conditions on the discount are none.
	NearMisses []NearMiss `json:"near_misses,omitempty"`
	// HasMore says that Options.Limit cut the list of redeemables; MoreStartingAfter is where the next answer goes on, empty
	// without more, and for sortings other than NewestFirst.
	HasMore           bool                     `json:"has_more"`
	MoreStartingAfter string                   `json:"more_starting_after,omitempty"`
	StackingRules     *promotion.StackingRules `json:"stacking_rules,omitempty"`
}

// RuleStatus says whether the conditions of a rule hold.
type RuleStatus string

// The states of rules.
const (
	RuleValid          RuleStatus = "VALID"
	RulePartiallyValid RuleStatus = "PARTIALLY_VALID" // it depends on conditions that were left out
)

// Qualified is something that fits. A validate may still refuse it when a rule is only partially valid.
type Qualified struct {
	Applied
	CreatedAt time.Time `json:"created_at,omitzero"`
	// Rules are the validation rules, in the order in which they count. (Voucherify: validation_rules_assignments.)
	Rules []QualifiedRule `json:"validation_rules_assignments,omitempty"`
	// Categories are the category of the offer, with ExpandCategory.
	Categories []*promotion.Category `json:"categories,omitempty"`
	// Near is the near miss of the conditions that were left out: what is shown holds if that much more is there.
	Near *Step `json:"near_miss,omitempty"`
	// Tiers are what the tiers of a promotion stack give one after the other.
	Tiers []Applied `json:"redeemables,omitempty"`
}

// QualifiedRule is what became of a rule.
type QualifiedRule struct {
	RuleID string     `json:"rule_id"`
	Status RuleStatus `json:"validation_status"`
	// Omitted are the keys of the conditions that were left out and that the rule depends on.
	Omitted []string `json:"validation_omitted_rules,omitempty"`
}

// NearMiss is something that does not apply yet, with the check that failed and how much is missing.
type NearMiss struct {
	Applied
	Step Step `json:"step"`
}

// Check reports the first thing that is wrong with the request by itself.
func (r *QualificationRequest) Check() error {
	o := &r.Options
	if _, known := scenarios[r.scenario()]; !known {
		return fault.Invalid("scenario", "%q is not a scenario", r.Scenario)
	}
	if o.Limit < 0 || o.Limit > MaxQualified {
		return fault.Invalid("options.limit", "%d is not between 1 and %d", o.Limit, MaxQualified)
	}
	switch o.Sorting {
	case "", NewestFirst, BestDeal, LeastDeal:
	default:
		return fault.Invalid("options.sorting_rule", "%q is not one of DEFAULT, BEST_DEAL, LEAST_DEAL", o.Sorting)
	}
	for i, name := range o.Expand {
		if name != ExpandRedeemable && name != ExpandCategory && name != ExpandRules {
			return fault.Invalid("options.expand["+strconv.Itoa(i)+"]", "%q is not one of redeemable, category, validation_rules", name)
		}
	}
	if _, err := o.cursor(); err != nil {
		return err
	}
	if _, err := o.filter(); err != nil {
		return err
	}
	probe := r.request()
	return probe.Check()
}

// request is the question whether a tier applies. Its redeemable stands for any other.
func (r *QualificationRequest) request() *Request {
	return &Request{
		Redeemables: Tiers("promo"), Order: r.Order, Customer: r.Customer, TrackingID: r.TrackingID, Metadata: r.Metadata,
		AccessScope: r.AccessScope,
	}
}

func (r *QualificationRequest) scenario() Scenario { return cmp.Or(r.Scenario, ScenarioAll) }

// omit is the conditions that the scenario leaves out.
func (r *QualificationRequest) omit() validation.Omit {
	omit := scenarios[r.scenario()].omit
	if r.Options.Strict && omit == validation.OmitIgnored {
		return 0
	}
	return omit
}

func (o *QualificationOptions) limit() int { return cmp.Or(o.Limit, DefaultQualified) }

// near is how many offers that miss one amount are looked at as near misses, the nearest first. Not all of them are: they may
// fail for another reason.
func (o *QualificationOptions) near() int { return max(40, 4*o.limit()) }

// compare orders two discounts; NewestFirst leaves it to the time of creation.
func (s Sorting) compare(a, b int64) int {
	switch s {
	case BestDeal:
		return cmp.Compare(b, a)
	case LeastDeal:
		return cmp.Compare(a, b)
	}
	return 0
}

// newestFirst reports whether the order does not depend on the discounts.
func (s Sorting) newestFirst() bool { return s == "" || s == NewestFirst }

// place is a place in the order of NewestFirst: behind everything that is newer, and what is as old and has a smaller id.
type place struct {
	created time.Time
	id      string
}

func (p place) compare(other place) int {
	return cmp.Or(other.created.Compare(p.created), strings.Compare(p.id, other.id))
}

// String writes the place as a cursor.
func (p place) String() string { return p.created.UTC().Format(time.RFC3339Nano) + "/" + p.id }

// cursor reads StartingAfter; nil without one.
func (o *QualificationOptions) cursor() (*place, error) {
	if o.StartingAfter == "" || o.StartingAfter == "null" { // which is how clients of Voucherify begin
		return nil, nil //nolint:nilnil // no cursor is the start of the list
	}
	if !o.Sorting.newestFirst() {
		return nil, fault.Invalid("options.starting_after", "goes with the sorting DEFAULT only")
	}
	instant, id, named := strings.Cut(o.StartingAfter, "/")
	created, err := time.Parse(time.RFC3339, instant)
	if err != nil {
		return nil, fault.Invalid("options.starting_after", "is not an instant of the form 2006-01-02T15:04:05Z, and not from an answer")
	}
	if !named {
		id = "\U0010ffff" // behind everything of that instant
	}
	return &place{created, id}, nil
}

// The fields of the filters of a qualification.
const (
	offerCategory = iota
	offerCampaign
	offerCampaignType
	offerID
	offerObject
	offerVoucherType
	offerCode
	offerHolderRole
)

var offerFields = map[string]validation.FilterField{
	"category_id":   {ID: offerCategory, Type: validation.TextField},
	"campaign_id":   {ID: offerCampaign, Type: validation.TextField},
	"campaign_type": {ID: offerCampaignType, Type: validation.TextField},
	"resource_id":   {ID: offerID, Type: validation.TextField},
	"resource_type": {ID: offerObject, Type: validation.TextField},
	"voucher_type":  {ID: offerVoucherType, Type: validation.TextField},
	"code":          {ID: offerCode, Type: validation.TextField},
	"holder_role":   {ID: offerHolderRole, Type: validation.TextField},
}

// filter compiles the filters; nil without any.
func (o *QualificationOptions) filter() (*validation.FilterProgram, error) {
	if o.Filters == nil {
		return nil, nil //nolint:nilnil // without filters everything passes
	}
	program, err := validation.CompileFilter(*o.Filters, func(name string) (validation.FilterField, bool) {
		field, ok := offerFields[name]
		return field, ok
	})
	if err != nil {
		return nil, fault.Within("options.filters", err)
	}
	return program, nil
}
