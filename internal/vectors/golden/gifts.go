package golden

import (
	"encoding/json"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// card stores a gift card.
func (b *bench) card(code string, amount ledger.Credits, effect discount.Effect) {
	_, err := b.Vouchers.Create(b.ctx, voucher.Voucher{
		Code: code, Type: voucher.GiftVoucher, Gift: &voucher.Gift{Amount: amount, Effect: effect},
	})
	b.prepared(err)
}

// pay redeems credits of a card on an order.
func (b *bench) pay(code string, credits ledger.Credits, amount int64) error {
	_, err := b.Redeem(b.ctx, paying(code, credits, amount))
	return err
}

func paying(code string, credits ledger.Credits, amount int64) redemption.Request {
	return redemption.Request{Redeemables: []redemption.Redeemable{redemption.GiftCard(code, credits)}, Order: &order.Order{Amount: amount}}
}

func (b *bench) topUp(code string, a ledger.Adjustment) error {
	_, err := b.Vouchers.AddBalance(b.ctx, code, a)
	return err
}

func (b *bench) balance(code string) ledger.Credits {
	v, err := b.Vouchers.Get(b.ctx, code)
	b.prepared(err)
	if v.Gift == nil {
		return -1
	}
	return v.Gift.Balance
}

// number is a number of the fact.
func (b *bench) number(field string) ledger.Credits {
	var fields map[string]json.RawMessage
	var n ledger.Credits
	b.prepared(json.Unmarshal(b.fact.raw, &fields))
	b.prepared(json.Unmarshal(fields[field], &n))
	return n
}

// undoneCredits pays with a card, rolls that back and returns what the rollback says of the card.
func (b *bench) undoneCredits(code string, credits ledger.Credits) ledger.Credits {
	result, err := b.Redeem(b.ctx, paying(code, credits, 100_000))
	b.prepared(err)
	if err != nil {
		return 0
	}
	back, err := b.Rollback(b.ctx, redemption.RollbackRequest{Redemption: result.ID()})
	b.prepared(err)
	if err != nil || back.Rollbacks[0].Gift == nil {
		return 0
	}
	return back.Rollbacks[0].Gift.Amount
}

// recordedLedger repeats the entries of a recorded ledger and compares what each of them says.
func recordedLedger(b *bench) string {
	type step struct {
		Type    ledger.Type    `json:"type"`
		Amount  ledger.Credits `json:"amount"`
		Total   ledger.Credits `json:"total"`
		Balance ledger.Credits `json:"balance"`
	}
	var recorded struct{ Steps []step }
	b.prepared(json.Unmarshal(b.fact.raw, &recorded))
	steps := recorded.Steps
	b.card("A", steps[0].Balance-steps[0].Amount, discount.ToOrder)
	paid := map[ledger.Credits]string{}
	for _, s := range steps {
		switch s.Type {
		case ledger.CreditsRedemption:
			result, err := b.Redeem(b.ctx, paying("A", -s.Amount, 100_000))
			b.prepared(err)
			if err == nil {
				paid[-s.Amount] = result.ID()
			}
		case ledger.CreditsRefund:
			_, err := b.Rollback(b.ctx, redemption.RollbackRequest{Redemption: paid[s.Amount]})
			b.prepared(err)
		default:
			b.prepared(b.topUp("A", ledger.Adjustment{Amount: s.Amount}))
		}
	}
	got := make([]step, 0, len(steps))
	var entries []ledger.Transaction
	for t, err := range b.Vouchers.Transactions(b.ctx, "A", voucherify.ListOptions{}) {
		b.prepared(err)
		entries = append(entries, t)
	}
	ledger.Ordered(entries)
	for i := range entries {
		says := entries[i].Details.Balance
		got = append(got, step{entries[i].Type, says.Amount, says.Total, says.Balance})
	}
	return cmp.Diff(steps, got)
}

// toppedUp adds to a card that was used before: total and balance go up by the same amount.
func (b *bench) toppedUp() string {
	add, total, after := b.number("add"), b.number("total_after"), b.number("balance_after")
	b.card("A", total-add, discount.ToOrder)
	b.prepared(b.pay("A", total-after, 100_000))
	got, err := b.Vouchers.AddBalance(b.ctx, "A", ledger.Adjustment{Amount: add})
	b.prepared(err)
	return cmp.Diff([]ledger.Credits{add, total, after}, []ledger.Credits{got.Amount, got.Total, got.Balance})
}

func giftRolledBack(b *bench) string {
	var fact struct {
		Credits ledger.Credits
		Balance struct {
			Before ledger.Credits `json:"after_redemption"`
			After  ledger.Credits `json:"after_rollback"`
		} `json:"gift_balance"`
	}
	b.prepared(json.Unmarshal(b.fact.raw, &fact))
	b.card("A", fact.Balance.After, discount.ToOrder)
	got := b.undoneCredits("A", fact.Balance.After-fact.Balance.Before)
	return cmp.Diff([]ledger.Credits{fact.Credits, fact.Balance.After}, []ledger.Credits{got, b.balance("A")})
}

// emptiedStepByStep redeems a card without naming credits, until it is empty.
func emptiedStepByStep(b *bench) string {
	var fact struct {
		Balance ledger.Credits `json:"gift_balance"`
		Steps   []struct {
			Amount int64 `json:"order_amount"`
			OK     bool  `json:"ok"`
		}
	}
	b.prepared(json.Unmarshal(b.fact.raw, &fact))
	b.card("A", fact.Balance, discount.ToOrder)
	var want, got []bool
	for _, step := range fact.Steps {
		_, err := b.Redeem(b.ctx, redemption.Request{Redeemables: redemption.Codes("A"), Order: &order.Order{Amount: step.Amount}})
		want, got = append(want, step.OK), append(got, err == nil)
	}
	return cmp.Diff(want, got)
}

// eachAlone lists tiers, a coupon and a gift card for one cart: each is calculated as if it were alone.
func eachAlone(b *bench) string {
	var want struct {
		Lines  []int64  `json:"order_lines"`
		Listed []string `json:"listed"`
	}
	b.prepared(json.Unmarshal(b.fact.raw, &want))
	b.products("p1", "p2")
	of := func(source string) validation.Rule {
		return validation.Rule{ApplicableTo: product.Scope{
			Included: []product.Target{{Ref: product.Ref{Object: product.KindProduct, SourceID: source}}},
		}}
	}
	tiers := campaign.Campaign{Name: "tiers", CampaignType: campaign.Promotion}
	camp, err := b.Campaigns.Create(b.ctx, tiers)
	b.prepared(err)
	tier := func(name, percent string, effect discount.Effect) string {
		off := discount.Percent(percent, effect)
		t, err := b.Promotions.CreateTier(b.ctx, promotion.Tier{Name: name, CampaignID: camp.ID, Action: promotion.Action{Discount: &off}})
		b.prepared(err)
		return t.ID
	}
	rule := of("p2")
	rule.Name = "second line"
	second, err := b.Rules.Create(b.ctx, rule)
	b.prepared(err)
	names := map[string]string{tier("tier 10%", "10", discount.ToOrder): "tier 10%"}
	onLine := tier("tier 20%", "20", discount.ToItems)
	names[onLine] = "tier 20% on line 2"
	b.prepared(ignore(b.Rules.Assign(b.ctx, second.ID, validation.OnPromotionTier, onLine)))
	b.offer(discount.Percent("10", discount.ToItems), of("p1"))
	b.card("G", 2500, discount.ToOrder)
	names["A"], names["G"] = "coupon 10% on line 1", "gift 2500"

	q, err := b.Qualify(b.ctx, redemption.QualificationRequest{Order: &order.Order{
		Items: []order.Item{lineOf("p1", 1, want.Lines[0]), lineOf("p2", 1, want.Lines[1])},
	}})
	b.prepared(err)
	amount := want.Lines[0] + want.Lines[1]
	off := map[string]int64{
		"tier 10%": amount / 10, "gift 2500": 2500, "coupon 10% on line 1": want.Lines[0] / 10, "tier 20% on line 2": want.Lines[1] / 5,
	}
	alone, got := map[string]int64{}, map[string]int64{}
	for _, name := range want.Listed {
		alone[name] = amount - off[name]
	}
	if err == nil {
		for _, x := range q.Redeemables {
			got[names[x.ID]] = x.Order.TotalAmount
		}
	}
	return cmp.Diff(alone, got)
}
