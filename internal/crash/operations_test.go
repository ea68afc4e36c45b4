package crash_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// operation is one call of the engine with everything that it takes to make it again. One of the requests is set.
type operation struct {
	Key      string
	Redeem   *redemption.Request         `json:",omitempty"`
	Rollback *redemption.RollbackRequest `json:",omitempty"`
	Return   *redemption.ReturnRequest   `json:",omitempty"`
}

// answer is what an operation was answered: its effect, or the reason why it has none.
type answer struct {
	// Effect is the id of the redemption or rollback that was made, the reason of a return, empty for a refusal.
	Effect string `json:",omitempty"`
	// Text is the whole answer of an operation with an effect.
	Text json.RawMessage `json:",omitempty"`
	// Refusal is why there is no effect.
	Refusal string `json:",omitempty"`
}

// call makes the call. A refusal is an answer; an error is none.
func (o operation) call(ctx context.Context, e *voucherify.Engine) (answer, error) {
	effect, result, err := o.perform(ctx, e)
	var refused *redemption.Refused
	var refusal *fault.Error
	switch {
	case errors.As(err, &refused):
		return answer{Refusal: refused.Error()}, nil
	case errors.Is(err, fault.AlreadyRolledBack), errors.As(err, &refusal) && refusal.Key == fault.InvalidPayload:
		return answer{Refusal: err.Error()}, nil // rolled back already, or no units are left to return
	case err != nil:
		return answer{}, err
	}
	text, err := json.Marshal(result)
	return answer{Effect: effect, Text: text}, err
}

func (o operation) perform(ctx context.Context, e *voucherify.Engine) (effect string, result any, err error) {
	switch {
	case o.Redeem != nil:
		request := *o.Redeem
		request.IdempotencyKey = o.Key // it is not part of the JSON of a request
		made, err := e.Redeem(ctx, request)
		if err != nil {
			return "", nil, err
		}
		return made.ID(), made, nil
	case o.Rollback != nil:
		request := *o.Rollback
		request.IdempotencyKey = o.Key
		made, err := e.Rollback(ctx, request)
		switch {
		case err != nil:
			return "", nil, err
		case made.Parent != nil:
			return made.Parent.ID, made, nil
		}
		return made.Rollbacks[0].ID, made, nil
	default:
		request := *o.Return
		request.IdempotencyKey = o.Key
		made, err := e.Return(ctx, request)
		if err != nil {
			return "", nil, err
		}
		return request.Reason, made, nil
	}
}

// The shop of these tests: codes with limits of their own, which are used up while a test runs, one that everybody uses, and
// two campaigns with a limit and with a budget.
const (
	limited = 4   // codes with a limit
	limit   = 100 // redemptions of each of them
	hot     = "HOT"
	counted = "COUNTED"
	budget  = "BUDGET"
	buyers  = 3
)

// furnish creates what is redeemed.
func furnish(ctx context.Context, e *voucherify.Engine) error {
	off := discount.AmountOff(500, discount.ToOrder)
	most := int64(limit)
	var failures []error
	add := func(v voucher.Voucher) {
		v.Type, v.Discount = voucher.DiscountVoucher, &off
		_, err := e.Vouchers.Create(ctx, v)
		failures = append(failures, err)
	}
	add(voucher.Voucher{Code: hot})
	for n := range limited {
		add(voucher.Voucher{Code: code(n), Redemption: voucher.Redemption{Quantity: &most}})
	}
	for name, rule := range map[string]validation.Rule{
		counted: atMost("campaign.redemptions.count", 4*limit), budget: atMost("campaign.orders.amount_discounted", 500*4*limit),
	} {
		stored, err := e.Rules.Create(ctx, rule)
		failures = append(failures, err)
		_, err = e.Campaigns.Create(ctx, campaign.Campaign{
			Name: name, CampaignType: campaign.DiscountCoupons, Type: campaign.Standalone, ValidationRules: []string{stored.ID},
			Voucher: &campaign.Template{Type: voucher.DiscountVoucher, Discount: &off, Code: name},
		})
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

func code(n int) string { return fmt.Sprintf("LIMITED-%d", n) }

func atMost(name string, most int64) validation.Rule {
	return validation.Rule{Name: name, Rules: validation.Group{Nodes: map[string]validation.Node{
		"1": {Name: name, Conditions: validation.Conditions{"$less_than_or_equal": {most}}},
	}}}
}

// worker thinks of operations, one after the other.
type worker struct {
	name   string
	random *rand.Rand
	calls  int
	// redeemed are the answers of its redeems, for it to undo.
	redeemed []redemption.Result
}

func newWorker(name string, seed, number uint64) *worker {
	return &worker{name: name, random: rand.New(rand.NewPCG(seed, number))}
}

// next returns another operation.
func (w *worker) next() operation {
	w.calls++
	o := operation{Key: fmt.Sprintf("%s-%d", w.name, w.calls)}
	choice := w.random.IntN(10)
	if choice < 6 || len(w.redeemed) == 0 {
		o.Redeem = w.cart(o.Key)
		return o
	}
	of := w.redeemed[w.random.IntN(len(w.redeemed))]
	if choice < 8 {
		o.Rollback = &redemption.RollbackRequest{Redemption: of.ID()}
		return o
	}
	o.Return = &redemption.ReturnRequest{
		Redemption: of.ID(), Reason: o.Key, // a name for what is written into each part of a stack
		Lines: []redemption.ReturnLine{{ItemID: of.Order.Items[0].ID, Quantity: 1}},
	}
	return o
}

// cart asks for one or two codes, in any order, on an order of three units.
func (w *worker) cart(key string) *redemption.Request {
	codes := []string{hot, counted, budget}
	for n := range limited {
		codes = append(codes, code(n))
	}
	w.random.Shuffle(len(codes), func(i, j int) { codes[i], codes[j] = codes[j], codes[i] })
	return &redemption.Request{
		Redeemables: redemption.Codes(codes[:1+w.random.IntN(2)]...),
		Customer:    customer.BySourceID(fmt.Sprintf("buyer-%d", w.random.IntN(buyers))),
		Order:       order.New(key, order.Line{ProductID: "prod_1", Quantity: 3, Price: 1000}),
	}
}

// learn keeps an answer, to undo it later.
func (w *worker) learn(o operation, a answer) error {
	if o.Redeem == nil || a.Effect == "" {
		return nil
	}
	var result redemption.Result
	if err := json.Unmarshal(a.Text, &result); err != nil {
		return err
	}
	w.redeemed = append(w.redeemed, result)
	if most := 20; len(w.redeemed) > most {
		w.redeemed = slices.Delete(w.redeemed, 0, 1)
	}
	return nil
}
