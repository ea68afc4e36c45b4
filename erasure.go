package voucherify

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/reward"
	"github.com/voucherify-go/voucherify/store"
)

// DeletePermanently removes a customer and all personal data: the profile, segments and wallet, the metadata and reasons on
// orders, redemptions, rollbacks and publications, the events in the outbox and the stored answers of idempotent calls. In
// all of them a random token takes the place of the id, the same in each, so that amounts and totals still add up and
// redemptions can be rolled back. Limits per customer are forgotten, those of campaigns stay.
//
// A customer whose profile was deleted before is named by id. What an operation that runs at the same time writes about the
// customer is deleted by calling again. Events that consumers have read already are theirs to delete, which the event
// customer.deleted tells them. A store whose transactions are no store.Redactor is not_supported.
func (s *Customers) DeletePermanently(ctx context.Context, idOrSource string) (customer.Deletion, error) {
	var deletion customer.Deletion
	err := s.engine.change(ctx, func(c *change) error {
		redactor, ok := c.tx.(store.Redactor)
		if !ok {
			return fault.New(fault.NotSupported, "the store cannot take personal data out of events and stored answers")
		}
		e := &erasure{change: c, engine: s.engine, redactor: redactor}
		if err := e.run(ctx, idOrSource); err != nil {
			return err
		}
		deletion = customer.Deletion{
			ID: c.ids.Next(id.Deletion), RelatedObjectID: e.id, RelatedObject: "customer", Status: "DONE", DataJSON: e.counts,
			Object: "pernament_deletion", CreatedAt: c.now, Version: 1,
		}
		if err := c.put(saved{kind: record.Deletion, id: deletion.ID, created: c.now}, &deletion); err != nil {
			return err
		}
		return c.emitDeleted(e.id)
	})
	return deletion, err
}

// Deletion reads the account of a permanent deletion.
func (s *Customers) Deletion(ctx context.Context, deletionID string) (customer.Deletion, error) {
	return get[customer.Deletion](ctx, s.engine, record.Deletion, deletionID)
}

// erasure is one permanent deletion.
type erasure struct {
	*change
	engine   *Engine
	redactor store.Redactor
	id       string // of the customer
	token    string // in its place
	counts   customer.Counts
	counters []redemption.CounterKey
}

func (e *erasure) run(ctx context.Context, idOrSource string) error {
	known, doc, err := find[customer.Customer](ctx, e.tx, record.Customer, idOrSource, record.Key("source_id", idOrSource))
	switch {
	case err == nil:
		e.id, e.counts.Customer = known.ID, 1
	case isMissing(err) && id.Is(idOrSource, id.Customer):
		e.id = idOrSource
	default:
		return err
	}
	missing := err
	if e.token, err = e.engine.anonymous(); err != nil {
		return err
	}
	for _, step := range [...]func(context.Context) error{e.points, e.memberships, e.orders, e.redemptions, e.publications, e.events, e.referrals, e.forget, e.outbox} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if !e.counts.Anything() {
		return missing
	}
	if known == nil {
		return nil
	}
	return e.tx.Delete(ctx, record.Customer, known.ID, doc.Version)
}

// anonymous draws a token that says nothing about the customer.
func (e *Engine) anonymous() (string, error) {
	var raw [12]byte
	if _, err := io.ReadFull(e.options.random, raw[:]); err != nil {
		return "", fmt.Errorf("voucherify: read random source: %w", err)
	}
	return id.Anonymous + hex.EncodeToString(raw[:]), nil
}

func (e *erasure) memberships(ctx context.Context) (err error) {
	if e.counts.Segments, err = e.leaveSegments(ctx, e.id); err != nil {
		return err
	}
	if err := e.forgetMembership(ctx, e.id); err != nil {
		return err
	}
	e.counts.Holders, err = e.engine.emptyWallet(ctx, e.change, e.id, false)
	return err
}

func (e *erasure) orders(ctx context.Context) error {
	docs, err := e.list(ctx, record.Order, e.id)
	e.counts.Orders = len(docs)
	for _, doc := range docs {
		o, err := decode[order.Order](doc)
		if err != nil {
			return err
		}
		o.Anonymise(e.id, e.token)
		o.Version = doc.Version + 1
		if err := e.rewrite(doc, e.token, o); err != nil {
			return err
		}
	}
	return err
}

// redemptions reaches the records that are nobody's children through the customer, and children and rollbacks through them.
func (e *erasure) redemptions(ctx context.Context) error {
	queue, err := e.list(ctx, record.Redemption, e.id)
	if err != nil {
		return err
	}
	for ; len(queue) > 0; queue = queue[1:] {
		x, err := decode[redemption.Redemption](queue[0])
		if err != nil {
			return err
		}
		e.counters = append(e.counters, x.CountersOf(e.id)...)
		x.Anonymise(e.id, e.token)
		x.Version = queue[0].Version + 1
		if err := e.rewrite(queue[0], x.Owner(), x); err != nil {
			return err
		}
		e.counts.Redemptions++
		if err := e.rollbacks(ctx, x.ID); err != nil {
			return err
		}
		if err := e.rewards(ctx, x.ID); err != nil {
			return err
		}
		children, err := e.list(ctx, record.Redemption, x.ID)
		if err != nil {
			return err
		}
		queue = append(queue, children...)
	}
	return nil
}

func (e *erasure) rollbacks(ctx context.Context, redemptionID string) error {
	docs, err := e.list(ctx, record.Rollback, redemptionID)
	for _, doc := range docs {
		x, err := decode[redemption.Rollback](doc)
		if err != nil {
			return err
		}
		x.Anonymise(e.id, e.token)
		if err := e.rewrite(doc, doc.Parent, x); err != nil {
			return err
		}
		e.counts.Redemptions++
	}
	return err
}

// rewards takes the customer out of what became of the rewards of a redemption.
func (e *erasure) rewards(ctx context.Context, redemptionID string) error {
	docs, err := e.list(ctx, record.RewardRedemption, redemptionID)
	for _, doc := range docs {
		x, err := decode[reward.Redemption](doc)
		if err != nil {
			return err
		}
		x.Anonymise(e.id, e.token)
		x.Version = doc.Version + 1
		if err := e.rewrite(doc, doc.Parent, x); err != nil {
			return err
		}
	}
	return err
}

func (e *erasure) publications(ctx context.Context) error {
	docs, err := e.list(ctx, record.Publication, e.id)
	e.counts.Publications = len(docs)
	for _, doc := range docs {
		p, err := decode[publication.Publication](doc)
		if err != nil {
			return err
		}
		p.CustomerID, p.TrackingID, p.Metadata, p.Version = e.token, "", nil, doc.Version+1
		if err := e.rewrite(doc, e.token, p); err != nil {
			return err
		}
	}
	return err
}

// events removes the custom events of the customer: they say what one person did, and no total is made of them.
func (e *erasure) events(ctx context.Context) error {
	names, err := e.list(ctx, record.CustomEventName, e.id)
	if err != nil {
		return err
	}
	summaries, err := e.summaries(names)
	if err != nil {
		return err
	}
	e.counters = append(e.counters, summaries...)
	for _, name := range names {
		docs, err := e.list(ctx, record.CustomEvent, name.ID)
		if err != nil {
			return err
		}
		e.counts.CustomEvents += len(docs)
		for _, doc := range append(docs, name) {
			if err := e.tx.Delete(ctx, doc.Kind, doc.ID, doc.Version); err != nil {
				return err
			}
		}
	}
	return nil
}

// summaries are the counters of what the customer has done.
func (e *erasure) summaries(names []record.Document) ([]redemption.CounterKey, error) {
	var keys []redemption.CounterKey
	for _, figure := range new(customer.Summary).Figures() {
		keys = append(keys, redemption.SummaryKey(e.id, figure.Path))
	}
	for _, kind := range redemption.CountedEvents {
		keys = append(keys, redemption.EventKey(e.id, string(kind)))
	}
	for _, doc := range names {
		name, err := decode[eventName](doc)
		if err != nil {
			return nil, err
		}
		keys = append(keys, redemption.EventKey(e.id, name.Type))
	}
	return keys, nil
}

// forget drops the counters of the customer.
func (e *erasure) forget(ctx context.Context) error {
	values, err := e.tx.Counters(ctx, e.counters)
	if err != nil {
		return err
	}
	for _, key := range e.counters {
		value := values[key]
		if value == 0 {
			continue
		}
		delete(values, key) // several redemptions have raised it
		e.counts.Counters++
		e.plan.Consume = append(e.plan.Consume, redemption.Consume{Key: key, Delta: -value})
	}
	return nil
}

// list reads the records under a parent. They are collected before anything else is read.
func (e *erasure) list(ctx context.Context, kind record.Kind, parent string) ([]record.Document, error) {
	var docs []record.Document
	for doc, err := range e.tx.List(ctx, kind, store.Query{Parent: parent}) {
		if err != nil {
			return nil, fmt.Errorf("voucherify: list %s: %w", kind, err)
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

func (e *erasure) rewrite(doc record.Document, parent string, body any) error {
	return e.put(saved{kind: doc.Kind, id: doc.ID, version: doc.Version, created: doc.CreatedAt, parent: parent, keys: doc.Keys}, body)
}

// outbox takes the customer out of events and stored answers.
func (e *erasure) outbox(ctx context.Context) error {
	err := e.redactor.RedactEvents(ctx, e.id, func(x event.Event) (event.Event, error) {
		if x.Type == event.CustomerDeleted {
			return x, nil // it has only the id, by which consumers know whom to delete
		}
		e.counts.Events++
		if strings.HasPrefix(string(x.Type), "customer.") {
			e.counts.CustomerEvents++
		}
		if strings.HasPrefix(string(x.Type), "customer.order.") {
			e.counts.OrderEvents++
		}
		x.EntityID = strings.ReplaceAll(x.EntityID, e.id, e.token)
		var err error
		x.Data, err = e.scrub(x.Data)
		return x, err
	})
	if err != nil {
		return err
	}
	return e.redactor.RedactOutcomes(ctx, e.id, func(answer json.RawMessage) (json.RawMessage, error) {
		e.counts.Answers++
		return e.scrub(answer)
	})
}
