package golden

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
)

// Outcome is what became of one vector: passed when Diff and Skipped are empty.
type Outcome struct {
	ID string
	// Skipped names the capability that is missing.
	Skipped string
	// Diff is the differences (-want +got).
	Diff string
}

// Run runs one vector.
func Run(ctx context.Context, v *Vector) Outcome {
	out := Outcome{ID: v.ID, Skipped: needs(v)}
	if check := facts[v.ID]; check != nil && v.raw != nil {
		out.Skipped, out.Diff = "", runFact(ctx, v, check)
		return out
	}
	if out.Skipped != "" {
		return out
	}
	p, err := build(ctx, v)
	if err != nil {
		out.Diff = "build: " + err.Error()
		return out
	}
	got, err := p.ask(ctx)
	if err != nil {
		out.Diff = err.Error()
		return out
	}
	out.Diff = p.compare(got)
	return out
}

// needs names the first capability that the vector needs and the engine does not have.
func needs(v *Vector) string {
	switch {
	case v.raw != nil:
		return missingCapability(v)
	case v.Era == "legacy":
		return "legacy era: other field semantics"
	}
	for i, r := range v.Redeemables {
		if r.Discount == nil && r.Gift == nil && r.Loyalty == nil && skippedAnyway(v, i) {
			continue
		}
		if r.Discount == nil && r.Gift == nil && r.Loyalty == nil && (r.Exists == nil || *r.Exists) {
			return "definition not recorded"
		}
	}
	return ""
}

// skippedAnyway reports whether a redeemable was skipped before it was looked at, so that its definition does not matter.
func skippedAnyway(v *Vector, i int) bool {
	return i < len(v.Expect.Redeemables) && v.Expect.Redeemables[i].Status == "SKIPPED"
}

// answer is what the engine said, in the shape of the expectation.
type answer struct {
	valid       bool
	order       *order.Order
	redeemables map[string]redemption.Applied // by name of the vector
	undone      []*redemption.Rollback
	credits     map[string]ledger.Credits // that gift cards have paid, by name
	balances    map[string]ledger.Credits // that they hold in the end
	points      map[string]ledger.Points  // that loyalty cards have paid, by name
	cards       map[string]ledger.Points  // what they hold in the end
}

func (p *project) ask(ctx context.Context) (*answer, error) {
	switch kind := p.vector.Kind; {
	case kind == "redeem" || kind == "rollback" || p.vector.spends():
		return p.redeem(ctx)
	case kind == "qualification":
		return p.qualify(ctx)
	}
	v, err := p.Validate(ctx, p.request)
	if err != nil {
		return nil, err
	}
	return p.answerOf(v), nil
}

func (p *project) answerOf(v *redemption.Validation) *answer {
	a := &answer{valid: v.Valid, order: v.Order, redeemables: map[string]redemption.Applied{}}
	for _, list := range [][]redemption.Applied{v.Redeemables, v.SkippedRedeemables, v.InapplicableRedeemables} {
		for _, x := range list {
			name := x.ID
			if known, ok := p.names[x.ID]; ok {
				name = known
			}
			a.redeemables[name] = x
		}
	}
	return a
}

func (p *project) redeem(ctx context.Context) (*answer, error) {
	before, err := p.Validate(ctx, p.request)
	if err != nil {
		return nil, err
	}
	a := p.answerOf(before)
	result, err := p.Redeem(ctx, p.request)
	var refused *redemption.Refused
	if errors.As(err, &refused) {
		return a, nil
	}
	if err != nil {
		return nil, err
	}
	a.order = result.Order
	a.credits, a.points = map[string]ledger.Credits{}, map[string]ledger.Points{}
	for _, x := range result.Redemptions {
		if x.LoyaltyCard != nil {
			a.points[x.Code] = x.LoyaltyCard.Points
		}
		if x.Gift != nil {
			a.credits[x.Code] = x.Gift.Amount
		}
	}
	if p.vector.Kind != "rollback" {
		return a, p.weigh(ctx, a)
	}
	back, err := p.Rollback(ctx, redemption.RollbackRequest{Redemption: result.ID()})
	if err != nil {
		return nil, err
	}
	a.order, a.undone = back.Order, back.Rollbacks
	for i, x := range back.Rollbacks {
		if x.LoyaltyCard != nil {
			a.points[result.Redemptions[i].Code] = x.LoyaltyCard.Points
		}
		if x.Gift != nil {
			a.credits[result.Redemptions[i].Code] = x.Gift.Amount
		}
	}
	return a, p.weigh(ctx, a)
}

// weigh reads what the cards hold.
func (p *project) weigh(ctx context.Context, a *answer) error {
	a.cards = map[string]ledger.Points{}
	for code := range a.points {
		v, err := p.Vouchers.Get(ctx, code)
		if err != nil {
			return err
		}
		a.cards[code] = v.LoyaltyCard.Balance
	}
	a.balances = map[string]ledger.Credits{}
	for code := range a.credits {
		v, err := p.Vouchers.Get(ctx, code)
		if err != nil {
			return err
		}
		a.balances[code] = v.Gift.Balance
	}
	return nil
}

// spends reports whether the vector tells what a redemption has left on a card.
func (v *Vector) spends() bool {
	return slices.ContainsFunc(v.Expect.Redeemables, func(x expectedResult) bool { return x.GiftBalanceAfter != nil || x.Points != nil })
}

// compare returns the differences of everything that was recorded.
func (p *project) compare(got *answer) string {
	var diffs []string
	note := func(what, diff string) {
		if diff != "" {
			diffs = append(diffs, what+" (-want +got):\n"+diff)
		}
	}
	want := &p.vector.Expect
	note("valid", cmp.Diff(want.Valid, got.valid))
	if want.Order != nil && p.vector.Kind != "qualification" {
		note("order", p.compareOrder(want.Order, got.order))
	}
	if want.OrderStatus != "" {
		note("order status", cmp.Diff(want.OrderStatus, string(got.order.Status)))
	}
	for i, w := range want.Redeemables {
		name := p.vector.Redeemables[i].ID
		what := "redeemable " + name
		x := got.redeemables[name]
		if w.Status != "" && p.vector.Kind != "rollback" {
			note(what+" status", cmp.Diff(w.Status, string(x.Status)))
		}
		if b := p.vector.Redeemables[i].Bundle; b != nil && b.Quantity == 0 {
			note(what+" bundle", p.compareBundle(b, x.Result.Bundle))
		}
		if w.DetailsKey != "" && x.Result.Details != nil {
			note(what+" details", cmp.Diff(w.DetailsKey, string(x.Result.Details.Key)))
		}
		if w.Error != nil {
			note(what+" error", cmp.Diff(fmt.Sprint(w.Error.Code, w.Error.Key), fmt.Sprint(x.Result.Error.Code, x.Result.Error.Key)))
		}
		o := x.Order
		if got.undone != nil {
			o = got.undone[i].Order
		}
		if w.Order != nil && p.vector.RequestShape != "" {
			// In these recordings a child's initial_amount is the amount before its own step; ours is constant, as in all others.
			delete(w.Order, "initial_amount")
		}
		if w.Order != nil {
			note(what+" order", p.compareOrder(w.Order, o))
		}
		if w.Credits != nil {
			note(what+" credits", cmp.Diff(*w.Credits, got.credits[name]))
		}
		if w.Points != nil {
			note(what+" points", cmp.Diff(*w.Points, got.points[name]))
			note(what+" points of the validation", cmp.Diff(max(*w.Points, -*w.Points), x.Result.LoyaltyCard.Points))
		}
		if w.CardBalanceAfter != nil {
			note(what+" card", cmp.Diff(*w.CardBalanceAfter, got.cards[name]))
		}
		if w.GiftBalanceAfter != nil {
			note(what+" balance", cmp.Diff(*w.GiftBalanceAfter, got.balances[name]))
		}
		if w.DiscountAmount != nil && o != nil {
			note(what+" discount", cmp.Diff(*w.DiscountAmount, o.TotalAppliedDiscountAmount))
		}
	}
	return strings.Join(diffs, "\n")
}

// compareOrder compares the fields of an order that were recorded.
func (p *project) compareOrder(want map[string]any, o *order.Order) string {
	if o == nil {
		return "no order"
	}
	text, err := json.Marshal(o)
	if err != nil {
		return err.Error()
	}
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		return err.Error()
	}
	diff := pick(want, got)
	lines, _ := want["items"].([]any)
	items, _ := got["items"].([]any)
	for i := range lines {
		line, _ := lines[i].(map[string]any)
		if i >= len(items) {
			diff += fmt.Sprintf("item %d is missing\n", i)
			continue
		}
		item, _ := items[i].(map[string]any)
		item["product"], item["sku"] = p.nameOf(item["product_id"]), p.nameOf(item["sku_id"])
		if product, ok := item["product"].(string); ok && strings.HasPrefix(product, "product of ") {
			item["product"] = nil
		}
		if d := pick(line, item); d != "" {
			diff += fmt.Sprintf("item %d:\n%s", i, d)
		}
	}
	return diff
}

func (p *project) nameOf(id any) any {
	text, _ := id.(string)
	if name, ok := p.names[text]; ok {
		return name
	}
	return nil
}

// pick compares the recorded fields of two objects; a field that is recorded as 0 may be left out of an answer.
func pick(want, got map[string]any) string {
	w, g := map[string]any{}, map[string]any{}
	for key, value := range want {
		if key == "items" {
			continue
		}
		w[key], g[key] = value, got[key]
		if value == 0.0 && g[key] == nil {
			g[key] = 0.0
		}
	}
	return cmp.Diff(w, g)
}
