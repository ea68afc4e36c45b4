package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// errMind is returned by transactions that are given up.
var errMind = errors.New("the host has changed its mind")

// errRecord is that one of the records of a plan has refused it.
var errRecord = errors.New("a record has refused the plan")

// DrawTransactions draws a history of transactions on a store itself: reads and writes of records, plans and lists over a
// few names that people would take for each other, some of them given up at the end.
func DrawTransactions(t *rapid.T) History {
	var history History
	events := 0
	for range rapid.IntRange(10, 60).Draw(t, "transactions") {
		steps := rapid.SliceOfN(rapid.Custom(drawAction), 1, 5).Draw(t, "transaction")
		history = append(history, transaction{Actions: steps, GivenUp: rapid.IntRange(0, 9).Draw(t, "given up") == 0})
		for _, step := range steps {
			if p, ok := step.(planning); ok {
				for i := range p.Plan.Events {
					events++
					p.Plan.Events[i].ID = happening(events).ID // no two events share an identifier
				}
			}
		}
	}
	return history
}

// transaction is a number of actions that are committed together, unless one of its writes fails or it is given up.
type transaction struct {
	Actions []action
	GivenUp bool
}

// action is one call of a Tx. It returns what it has read, and the error after which the transaction must be abandoned.
type action interface {
	act(ctx context.Context, tx store.Tx) (string, error)
}

func (s transaction) play(ctx context.Context, p *player) string {
	var seen []string
	err := p.store.Update(ctx, func(tx store.Tx) error {
		for _, a := range s.Actions {
			what, err := a.act(ctx, tx)
			if err != nil {
				return err
			}
			seen = append(seen, fmt.Sprintf("%T: %s", a, what))
		}
		if s.GivenUp {
			return errMind
		}
		return nil
	})
	return strings.Join(append(seen, failure(err)), "\n")
}

func drawAction(t *rapid.T) action {
	switch rapid.IntRange(0, 13).Draw(t, "action") {
	case 0, 1, 2, 3:
		return putting{drawDocument(t)}
	case 4:
		return deleting{drawKind(t), drawName(t), drawVersion(t)}
	case 5, 6, 7, 8:
		return drawPlan(t)
	case 9:
		return getting{drawKind(t), drawName(t), rapid.Bool().Draw(t, "by key")}
	case 10, 11:
		return drawListing(t)
	default:
		return drawSnapshotting(t)
	}
}

var (
	playedKinds = []record.Kind{record.Campaign, record.Customer, record.Order, record.Redemption, record.Voucher}
	playedNames = []string{"a", "A", "ä", "a\u0308", "a ", "b", "ß", "ss", "%", "_", `\`}
)

func drawKind(t *rapid.T) record.Kind { return rapid.SampledFrom(playedKinds).Draw(t, "kind") }

func drawName(t *rapid.T) string { return rapid.SampledFrom(playedNames).Draw(t, "name") }

// drawVersion prefers versions that may be the stored one.
func drawVersion(t *rapid.T) int64 {
	return rapid.SampledFrom([]int64{asStored, asStored, asStored, asStored, asStored, asStored, 0, 1, 2, 3}).Draw(t, "version")
}

// playedInstant is one of a few, so that records share it; some are told apart by a microsecond only.
func playedInstant(t *rapid.T) time.Time {
	return at(0).Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "microseconds")) * time.Microsecond)
}

// playedKey is how a record of the kind is named besides its id.
func playedKey(kind record.Kind, name string) string {
	switch kind {
	case record.Voucher:
		return record.Key("code", name)
	case record.Customer, record.Order:
		return record.Key("source_id", name)
	}
	return record.Key("name", name)
}

func drawDocument(t *rapid.T) record.Document {
	doc := record.Document{
		Kind: drawKind(t), ID: drawName(t), Version: drawVersion(t), CreatedAt: playedInstant(t),
		Parent: rapid.SampledFrom([]string{"", "", "p", "P", "p "}).Draw(t, "parent"),
		Binned: rapid.IntRange(0, 6).Draw(t, "binned") == 0,
	}
	names := rapid.SliceOfNDistinct(rapid.SampledFrom(playedNames), 0, 2, rapid.ID[string]).Draw(t, "keys")
	for _, name := range names {
		doc.Keys = append(doc.Keys, playedKey(doc.Kind, name))
	}
	body := map[string]any{"id": doc.ID, "name": drawName(t)}
	switch doc.Kind {
	case record.Voucher:
		body["campaign_id"] = doc.Parent
	case record.Redemption:
		parent, children := relatives(doc.ID)
		doc.Parent, body["redemption"], body["children"] = parent, parent, children
	}
	doc.Body = json.RawMessage(plain(body))
	return doc
}

// relatives says how redemptions belong together: the first three names are parents, the others are their children in turn.
func relatives(id string) (parent string, children []string) {
	const parents = 3
	place := slices.Index(playedNames, id)
	if place >= parents {
		return playedNames[place%parents], nil
	}
	for i := parents + place; i < len(playedNames); i += parents {
		children = append(children, playedNames[i])
	}
	return "", children
}

// putting writes a record.
type putting struct{ Document record.Document }

func (a putting) act(ctx context.Context, tx store.Tx) (string, error) {
	doc, err := latest(ctx, tx, a.Document)
	if err != nil {
		return "", err
	}
	return "", tx.Put(ctx, doc)
}

// asStored is the version of documents that are written over the stored one, whichever that is.
const asStored = -1

// latest gives a document the version that is stored, if it asks for that. What is in the bin is not found.
func latest(ctx context.Context, r store.Reader, doc record.Document) (record.Document, error) {
	if doc.Version != asStored {
		return doc, nil
	}
	stored, err := r.Get(ctx, doc.Kind, doc.ID)
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	doc.Version = stored.Version
	return doc, err
}

// deleting removes a record for good.
type deleting struct {
	Kind    record.Kind
	ID      string
	Version int64
}

func (a deleting) act(ctx context.Context, tx store.Tx) (string, error) {
	doc, err := latest(ctx, tx, record.Document{Kind: a.Kind, ID: a.ID, Version: a.Version})
	if err != nil {
		return "", err
	}
	return "", tx.Delete(ctx, a.Kind, a.ID, doc.Version)
}

// planning carries out a plan.
type planning struct{ Plan redemption.Plan }

func drawCounter(t *rapid.T) redemption.CounterKey {
	return redemption.CounterKey{
		Metric:  rapid.SampledFrom([]redemption.CounterMetric{redemption.CountVoucher, redemption.CountCampaignCustomer}).Draw(t, "metric"),
		Subject: drawName(t), Customer: rapid.SampledFrom([]string{"", "", "a", "A"}).Draw(t, "customer"),
		Detail: rapid.SampledFrom([]string{"", "", "a", "a "}).Draw(t, "detail"),
	}
}

func drawPlan(t *rapid.T) action {
	a := planning{}
	for range rapid.IntRange(0, 4).Draw(t, "counters") {
		c := redemption.Consume{Key: drawCounter(t), Delta: rapid.SampledFrom([]int64{1, 1, 1, 2, 3, -1, -2, 0}).Draw(t, "delta")}
		if rapid.Bool().Draw(t, "limited") {
			limit := rapid.Int64Range(0, 9).Draw(t, "limit")
			c.Limit = &limit
		}
		a.Plan.Consume = append(a.Plan.Consume, c)
	}
	written := map[string]bool{}
	for range rapid.IntRange(0, 3).Draw(t, "records") {
		doc := drawDocument(t)
		if name := string(doc.Kind) + doc.ID; !written[name] {
			written[name] = true
			a.Plan.Writes = append(a.Plan.Writes, doc)
		}
	}
	if rapid.IntRange(0, 2).Draw(t, "outcome") == 0 {
		verb := rapid.SampledFrom([]string{"redeem", "rollback"}).Draw(t, "verb")
		a.Plan.Outcome = answering(verb, drawName(t), fmt.Sprintf(`{ "z":1, "a":%q }`, drawName(t)))
	}
	for range rapid.IntRange(0, 2).Draw(t, "events") {
		e := happening(rapid.IntRange(0, 1<<30).Draw(t, "event"))
		e.Type, e.GroupID = rapid.SampledFrom([]event.Type{event.RedemptionSucceeded, event.VoucherCreated}).Draw(t, "type"), drawName(t)
		a.Plan.Events = append(a.Plan.Events, e)
	}
	return a
}

func (a planning) act(ctx context.Context, tx store.Tx) (string, error) {
	plan := a.Plan
	plan.Consume, plan.Writes = slices.Clone(plan.Consume), slices.Clone(plan.Writes) // which sealing changes
	for i, doc := range plan.Writes {
		doc, err := latest(ctx, tx, doc)
		if err != nil {
			return "", err
		}
		plan.Writes[i] = doc
	}
	if err := plan.Seal(); err != nil {
		return "", err
	}
	err := tx.Apply(ctx, &plan)
	if errors.Is(err, store.ErrStale) || errors.Is(err, store.ErrExists) {
		return "", errRecord // several records may have refused, and any of them may be the one that is named
	}
	return "", err
}

// getting reads a record by id or by key.
type getting struct {
	Kind  record.Kind
	Name  string
	ByKey bool
}

func (a getting) act(ctx context.Context, tx store.Tx) (string, error) {
	doc, err := tx.Get(ctx, a.Kind, a.Name)
	if a.ByKey {
		doc, err = tx.Find(ctx, a.Kind, playedKey(a.Kind, a.Name))
	}
	if errors.Is(err, store.ErrNotFound) {
		return store.ErrNotFound.Error(), nil
	}
	return describe(doc), err
}

// describe writes everything of a document.
func describe(doc record.Document) string {
	keys := slices.Sorted(slices.Values(doc.Keys))
	return fmt.Sprintf("%s %q version %d of %q keys %q at %d binned %v: %s",
		doc.Kind, doc.ID, doc.Version, doc.Parent, keys, doc.CreatedAt.UnixMicro(), doc.Binned, plain(doc.Body))
}

// listing reads a page of a list.
type listing struct {
	Kind  record.Kind
	Query store.Query
}

func drawListing(t *rapid.T) action {
	a := listing{Kind: drawKind(t), Query: store.Query{
		Parent:     rapid.SampledFrom([]string{"", "", "p", "P"}).Draw(t, "parent"),
		Descending: rapid.Bool().Draw(t, "descending"), Limit: rapid.IntRange(0, 4).Draw(t, "limit"),
	}}
	if rapid.Bool().Draw(t, "behind a cursor") {
		a.Query.After = &store.Cursor{CreatedAtMicros: playedInstant(t).UnixMicro(), ID: drawName(t)}
	}
	return a
}

func (a listing) act(ctx context.Context, tx store.Tx) (string, error) {
	var seen []string
	for doc, err := range tx.List(ctx, a.Kind, a.Query) {
		if err != nil {
			return "", err
		}
		seen = append(seen, describe(doc))
	}
	return strings.Join(seen, "\n"), nil
}

// snapshotting reads a snapshot.
type snapshotting struct{ Needs redemption.Needs }

func drawSnapshotting(t *rapid.T) action {
	a := snapshotting{redemption.Needs{
		Vouchers:    rapid.SliceOfN(rapid.SampledFrom(playedNames), 0, 3).Draw(t, "vouchers"),
		Redemptions: rapid.SliceOfN(rapid.SampledFrom(playedNames), 0, 2).Draw(t, "redemptions"),
		Templates:   templates(), OutcomeVerb: "redeem", OutcomeKey: drawName(t),
		Counters: []redemption.CounterKey{drawCounter(t)},
	}}
	if rapid.Bool().Draw(t, "by id") {
		a.Needs.CustomerID, a.Needs.OrderID = drawName(t), drawName(t)
	} else {
		a.Needs.CustomerSourceID, a.Needs.OrderSourceID = drawName(t), drawName(t)
	}
	return a
}

func (a snapshotting) act(ctx context.Context, tx store.Tx) (string, error) {
	s, err := tx.Snapshot(ctx, a.Needs)
	if err != nil {
		return "", err
	}
	var counters []string
	for _, key := range slices.SortedFunc(maps.Keys(s.Counters), redemption.CounterKey.Compare) {
		if value := s.Counters[key]; value != 0 {
			counters = append(counters, fmt.Sprintf("%s=%d", key, value))
		}
	}
	return plain(map[string]any{
		"revision": s.Revision, "vouchers": s.Vouchers, "customer": s.Customer, "order": s.Order,
		"redemptions": s.Redemptions, "counters": counters, "outcome": s.Outcome,
	}), nil
}
