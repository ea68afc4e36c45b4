package storetest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/memory"
	"github.com/voucherify-go/voucherify/voucher"
)

// scene is a store with a stack of two that is half rolled back, a redemption with returns, and one that is rolled back.
type scene struct {
	store                 *memory.Store
	stack, part, returned string
	undone, rollback      string
	order                 string
	buyer, voucher, pool  string
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := memory.New()
	h := newHost(t, s)
	for _, code := range []string{"A", "B", "C"} {
		h.code(code, 0)
	}
	stack, err := h.Redeem(h.ctx, cart("c1", "A", "B"))
	h.must(err)
	_, err = h.Rollback(h.ctx, redemption.RollbackRequest{Redemption: stack.Redemptions[0].ID})
	h.must(err)
	returned, err := h.Redeem(h.ctx, lines("C", 3))
	h.must(err)
	_, err = h.Return(h.ctx, redemption.ReturnRequest{
		Redemption: returned.ID(), Lines: []redemption.ReturnLine{{ItemID: returned.Order.Items[0].ID, Quantity: 1}},
	})
	h.must(err)
	undone, err := h.Redeem(h.ctx, cart("c2", "C"))
	h.must(err)
	back, err := h.Rollback(h.ctx, redemption.RollbackRequest{Redemption: undone.ID()})
	h.must(err)
	h.pool("Pool", 3)
	given, err := h.Publications.Create(h.ctx, fromPool("Pool", customer.BySourceID("c2")))
	h.must(err)
	_, err = h.Redeem(h.ctx, cart("c2", "nothing"))
	if err == nil {
		t.Fatal("a code that does not exist was redeemed")
	}
	return &scene{
		store: s, stack: stack.ID(), part: stack.Redemptions[1].ID, returned: returned.ID(), undone: undone.ID(),
		rollback: back.Rollbacks[0].ID, order: returned.Order.ID,
		buyer: undone.Customer.ID, voucher: given.VouchersID[0], pool: given.CampaignID,
	}
}

// edit changes the body of a record behind the engine's back; the body keeps up with the version.
func edit[T any](t *testing.T, s store.Store, kind record.Kind, id string, change func(*T)) {
	t.Helper()
	ctx := t.Context()
	err := s.Update(ctx, func(tx store.Tx) error {
		doc, err := tx.Get(ctx, kind, id)
		if err != nil {
			return err
		}
		body := new(T)
		if err := json.Unmarshal(doc.Body, body); err != nil {
			return err
		}
		change(body)
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		// The record is made anew, so that its version is told apart from what the test changes.
		if err := tx.Delete(ctx, kind, id, doc.Version); err != nil {
			return err
		}
		next := doc
		for next.Version = 0; next.Version < doc.Version; next.Version++ {
			next.Body = text
			if err := tx.Put(ctx, next); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// counts is a plan that changes a counter.
func counts(key redemption.CounterKey, delta int64) *redemption.Plan {
	return &redemption.Plan{Consume: []redemption.Consume{{Key: key, Delta: delta}}}
}

// forgetTheUse takes the use of the voucher out of what a redemption has counted.
func forgetTheUse(x *redemption.Redemption) {
	for i := range x.Granted.Consumed {
		if c := &x.Granted.Consumed[i]; c.Key.Metric == redemption.CountVoucher {
			c.Delta = 0
		}
	}
}

func TestTheInvariantsFindContradictions(t *testing.T) {
	t.Parallel()
	redeemed := func(id func(*scene) string, change func(*redemption.Redemption)) func(*testing.T, *scene) {
		return func(t *testing.T, s *scene) { edit(t, s.store, record.Redemption, id(s), change) }
	}
	applied := func(plan *redemption.Plan) func(*testing.T, *scene) {
		return func(t *testing.T, s *scene) {
			err := s.store.Update(t.Context(), func(tx store.Tx) error { return tx.Apply(t.Context(), plan) })
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	stack := func(s *scene) string { return s.stack }
	part := func(s *scene) string { return s.part }
	returned := func(s *scene) string { return s.returned }
	undone := func(s *scene) string { return s.undone }
	for name, c := range map[string]struct {
		harm func(*testing.T, *scene)
		want string
	}{
		"a redemption that is not counted":      {redeemed(undone, func(x *redemption.Redemption) { x.Status = redemption.Succeeded }), "the standing redemptions add up to"},
		"a budget that is not the discount":     {redeemed(part, func(x *redemption.Redemption) { x.Granted.OrderDiscount++ }), "taken 500 from the budget"},
		"a use that is not counted":             {redeemed(part, forgetTheUse), "counts 0 times for its voucher"},
		"a parent that does not know its child": {redeemed(stack, func(x *redemption.Redemption) { x.Children = x.Children[:1] }), "which does not know it"},
		"a parent that stands for nothing":      {redeemed(part, func(x *redemption.Redemption) { x.Status = redemption.RolledBack }), "0 of its 2 children stand"},
		"a rollback of something that stands":   {redeemed(undone, func(x *redemption.Redemption) { x.Status = redemption.Succeeded }), "rolled back by"},
		"a rollback that is not there":          {redeemed(undone, func(x *redemption.Redemption) { x.RollbackID = "rr_none" }), "rolled back by"},
		"two rollbacks": {func(t *testing.T, s *scene) {
			edit(t, s.store, record.Rollback, s.rollback, func(*redemption.Rollback) {})
			text, err := json.Marshal(redemption.Rollback{ID: "rr_2", Redemption: s.undone, Result: redemption.Success})
			if err != nil {
				t.Fatal(err)
			}
			doc := document(record.Rollback, "rr_2", 0)
			doc.Body = text
			applied(&redemption.Plan{Writes: []record.Document{doc}})(t, s)
		}, "was rolled back 2 times"},
		"more returned than granted":    {redeemed(returned, func(x *redemption.Redemption) { x.Granted.Lines[0].ReturnedQuantity = 9 }), "9 of 3 units"},
		"a return that does not add up": {redeemed(returned, func(x *redemption.Redemption) { x.Returns[0].Discount++ }), "its returns add up to"},
		"an order that does not add up": {func(t *testing.T, s *scene) {
			edit(t, s.store, record.Order, s.order, func(o *order.Order) { o.TotalAmount++ })
		}, "does not add up"},
		"an order with another discount": {func(t *testing.T, s *scene) {
			edit(t, s.store, record.Order, s.order, func(o *order.Order) {
				o.DiscountAmount, o.TotalDiscountAmount, o.TotalAmount = o.DiscountAmount+1, o.TotalDiscountAmount+1, o.TotalAmount-1
			})
		}, "granted were 500"},
		"an order that forgets": {func(t *testing.T, s *scene) {
			edit(t, s.store, record.Order, s.order, func(o *order.Order) { o.Redemptions = nil })
		}, "which does not carry it"},
		"an event too many": {func(t *testing.T, s *scene) {
			plan := happeningPlan(1)
			plan.Events[0].EntityID = s.returned
			applied(plan)(t, s)
		}, "was told 2 times"},
		"an order that is not in the summary": {func(t *testing.T, s *scene) {
			edit(t, s.store, record.Order, s.order, func(o *order.Order) { o.CustomerID, o.Status = s.buyer, order.Paid })
		}, "the orders of the customer add up to"},
		"a summary of orders that are not there": {func(t *testing.T, s *scene) {
			applied(counts(redemption.SummaryKey(s.buyer, customer.OrdersTotalAmount), 1))(t, s)
		}, "is 1, the orders of the customer add up to 0"},
		"a code that is not counted": {func(t *testing.T, s *scene) {
			applied(counts(redemption.CounterKey{Metric: redemption.CountCodes, Subject: s.pool}, -1))(t, s)
		}, "is 2, the campaign has 3 codes"},
		"a holder without a record": {func(t *testing.T, s *scene) {
			edit(t, s.store, record.Voucher, s.voucher, func(v *voucher.Voucher) { v.HolderID = "cust_other" })
		}, "says that cust_other holds it"},
		"a unique code with two holders": {func(t *testing.T, s *scene) {
			text, err := json.Marshal(publication.Holder{ID: "hold_2", RedeemableID: s.voucher, CustomerID: "cust_other", Version: 1})
			if err != nil {
				t.Fatal(err)
			}
			doc := document(record.Holder, "hold_2", 0)
			doc.Body = text
			applied(&redemption.Plan{Writes: []record.Document{doc}})(t, s)
		}, "is held by 2 customers, it can be by 1"},
		"a record that lags behind": {func(t *testing.T, s *scene) {
			ctx := t.Context()
			err := s.store.Update(ctx, func(tx store.Tx) error {
				doc, err := tx.Get(ctx, record.Redemption, s.part)
				if err != nil {
					return err
				}
				return tx.Put(ctx, doc)
			})
			if err != nil {
				t.Fatal(err)
			}
		}, "believes to be at"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s *scene
			t.Run("scene", func(t *testing.T) { s = newScene(t) }) // which holds all invariants when it ends
			c.harm(t, s)
			problems, err := Problems(t.Context(), s.store)
			if err != nil || !strings.Contains(strings.Join(problems, "\n"), c.want) {
				t.Errorf("got %q, %v; want %q", problems, err, c.want)
			}
		})
	}
}
