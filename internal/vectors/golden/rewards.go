package golden

import (
	"encoding/json"
	"fmt"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/reward"
	"github.com/voucherify-go/voucherify/validation"
)

// holder is the customer who has the loyalty cards.
const holder = "member"

// loyaltyFact is a loyalty card: what is on it before the request, as far as that is recorded, and what is asked of it. Without a
// ratio the points are the price of a product.
type loyaltyFact struct {
	Points        *ledger.Points   `json:"points,omitempty"`
	ExchangeRatio *decimal.Decimal `json:"exchange_ratio,omitempty"`
	PointsRatio   decimal.Decimal  `json:"points_ratio,omitempty"`
	CentsPerPoint *decimal.Decimal `json:"cents_per_point,omitempty"`
	Balance       *ledger.Points   `json:"balance,omitempty"`
}

// balance is what the card holds before; at least what is asked of it.
func (l *loyaltyFact) balance(want *expectedResult, undone bool) ledger.Points {
	switch {
	case l.Balance != nil:
		return *l.Balance
	case want.CardBalanceAfter != nil && undone:
		return *want.CardBalanceAfter
	}
	return *l.Points
}

// reward is what the points are for.
func (l *loyaltyFact) reward() reward.Reward {
	switch {
	case l.ExchangeRatio != nil:
		return coin(*l.ExchangeRatio, l.PointsRatio)
	case l.CentsPerPoint != nil:
		return coin(l.CentsPerPoint.Shift(-2), decimal.NewFromInt(1))
	}
	return reward.Reward{Name: "product", Type: reward.Material, Parameters: reward.Parameters{Product: &reward.Product{ID: "reward"}}}
}

func coin(exchange, points decimal.Decimal) reward.Reward {
	return reward.Reward{Name: "coin", Type: reward.Coin, Parameters: reward.Parameters{Coin: &reward.Ratio{ExchangeRatio: exchange, PointsRatio: points}}}
}

// addCard stores a program with the reward of a vector, and gives its card out; the redeemable names the reward then.
func (p *project) addCard(r *redeemable, want *expectedResult) (*redemption.RewardPart, error) {
	b := &bench{Engine: p.Engine, ctx: p.ctx}
	l := r.Loyalty
	club := b.club(r.ID, l.balance(want, p.vector.Kind == "rollback"))
	gift := l.reward()
	part := &redemption.RewardPart{}
	var price ledger.Points
	if gift.Type == reward.Material {
		b.prepared(ignore(b.Products.CreateProduct(b.ctx, product.Product{SourceID: "reward", Name: "reward"})))
		price = *l.Points
	} else {
		part.Points = l.Points
	}
	part.ID = b.offered(club, gift, reward.Loyalty{Points: price}).ID
	p.request.Customer = customer.BySourceID(holder)
	return part, b.err
}

// club stores a program and gives a card with points on it to the holder.
func (b *bench) club(code string, points ledger.Points) campaign.Campaign {
	camp, err := b.Campaigns.Create(b.ctx, campaign.Campaign{
		Name: "program of " + code, CampaignType: campaign.LoyaltyProgram, Type: campaign.AutoUpdate,
		Voucher: &campaign.Template{LoyaltyCard: &loyalty.Card{Points: points}},
	})
	b.prepared(err)
	if code != "" {
		b.prepared(b.Campaigns.AddVoucher(b.ctx, camp.ID, code))
		b.prepared(ignore(b.Publications.Create(b.ctx, publication.OfCode(code, customer.BySourceID(holder)))))
	}
	return camp
}

// offered stores a reward and offers it in a program, for a price unless it is 0.
func (b *bench) offered(club campaign.Campaign, r reward.Reward, price reward.Loyalty) reward.Assignment {
	stored, err := b.Rewards.Create(b.ctx, r)
	b.prepared(err)
	a := reward.Assignment{RewardID: stored.ID, RelatedObjectID: club.ID}
	if price.Points > 0 {
		a.Parameters = &reward.Price{Loyalty: price}
	}
	a, err = b.Rewards.Assign(b.ctx, a)
	b.prepared(err)
	return a
}

// twenty is 20.00 for 100 points, as in most recordings.
func twenty() reward.Reward { return coin(decimal.NewFromInt(20), decimal.NewFromInt(100)) }

func (b *bench) paysWith(a reward.Assignment, points ledger.Points, amount int64) redemption.Request {
	return redemption.Request{
		Redeemables: []redemption.Redeemable{redemption.PayWithPoints("CARD", a.ID, points)},
		Customer:    customer.BySourceID(holder), Order: &order.Order{Amount: amount},
	}
}

func (b *bench) onCard() (points, balance ledger.Points) {
	v, err := b.Vouchers.Get(b.ctx, "CARD")
	b.prepared(err)
	if v.LoyaltyCard == nil {
		return -1, -1
	}
	return v.LoyaltyCard.Points, v.LoyaltyCard.Balance
}

// invalid validates a request and compares why its card cannot be used.
func (b *bench) invalid(r redemption.Request) string {
	v, err := b.Validate(b.ctx, r)
	b.prepared(err)
	if err != nil || len(v.InapplicableRedeemables) == 0 {
		return "it is applicable"
	}
	return b.refused(v.InapplicableRedeemables[0].Result.Error)
}

func cardWithARule(b *bench) string {
	a := b.offered(b.club("CARD", 1000), twenty(), reward.Loyalty{})
	var rule validation.Rule
	b.prepared(json.Unmarshal([]byte(`{"name":"r","rules":{"1":{"name":"order.amount","conditions":{"$more_than":[500000]}}}}`), &rule))
	stored, err := b.Rules.Create(b.ctx, rule)
	b.prepared(err)
	b.prepared(ignore(b.Rules.Assign(b.ctx, stored.ID, validation.OnRewardAssignment, a.ID)))
	return b.invalid(b.paysWith(a, 100, 10_000))
}

func tooManyPoints(b *bench) string {
	return b.invalid(b.paysWith(b.offered(b.club("CARD", 99), twenty(), reward.Loyalty{}), 100, 10_000))
}

func withoutReward(b *bench) string {
	b.club("CARD", 99)
	r := b.request("CARD")
	r.Customer = customer.BySourceID(holder)
	return b.invalid(r)
}

func byAnother(b *bench) string {
	r := b.paysWith(b.offered(b.club("CARD", 1000), twenty(), reward.Loyalty{}), 100, 10_000)
	r.Customer = customer.BySourceID("another")
	return b.refused(ignore(b.Redeem(b.ctx, r)))
}

// giftCards is a campaign of gift cards.
func (b *bench) giftCards() campaign.Campaign {
	camp, err := b.Campaigns.Create(b.ctx, campaign.Campaign{
		Name: "gifts", CampaignType: campaign.GiftVouchers, Type: campaign.AutoUpdate, Voucher: &campaign.Template{Gift: &campaign.Gift{}},
	})
	b.prepared(err)
	return camp
}

func givenOf(camp campaign.Campaign, balance int64) reward.Reward {
	return reward.Reward{Name: "r", Type: reward.OfCampaign, Parameters: reward.Parameters{Campaign: &reward.Campaign{ID: camp.ID, Balance: balance}}}
}

func rewardOfNothing(b *bench) string {
	return b.refused(ignore(b.Rewards.Create(b.ctx, givenOf(b.giftCards(), 0))))
}

func offeredReward(b *bench) string {
	return b.refused(b.Rewards.Delete(b.ctx, b.offered(b.club("", 0), twenty(), reward.Loyalty{}).RewardID))
}

func rewardWithoutPrice(b *bench) string {
	r, err := b.Rewards.Create(b.ctx, givenOf(b.giftCards(), 1))
	b.prepared(err)
	return b.refused(ignore(b.Rewards.Assign(b.ctx, reward.Assignment{RewardID: r.ID, RelatedObjectID: b.club("", 0).ID})))
}

// redeemedAutomatically adds the points of a scenario and compares how many rewards they made.
func redeemedAutomatically(b *bench) string {
	var fact struct {
		Scenario []struct {
			Units  ledger.Points `json:"units"`
			Reward int64         `json:"auto_reward"`
		}
		At ledger.Points `json:"auto_redeem_at"`
	}
	b.prepared(json.Unmarshal(b.fact.raw, &fact))
	b.offered(b.club("CARD", 0), givenOf(b.giftCards(), 1), reward.Loyalty{Points: fact.At, AutoRedeem: true})
	var want, got []int64
	before := int64(0)
	for _, step := range fact.Scenario {
		want = append(want, step.Reward)
		b.prepared(ignore(b.Loyalty.AddBalance(b.ctx, "CARD", loyalty.Adjustment{Points: step.Units})))
		sum := int64(0)
		for r, err := range b.Rewards.Redemptions(b.ctx, voucherify.ListOptions{}) {
			b.prepared(err)
			sum += r.Quantity
		}
		got, before = append(got, sum-before), sum
	}
	return cmp.Diff(want, got)
}

// tooExpensive is a reward of version 2 of loyalty programs: the same numbers hold for the rewards of a member.
func tooExpensive(b *bench) string {
	cost, available := b.number("cost"), b.number("available")
	b.offered(b.club("CARD", ledger.Points(available)), givenOf(b.giftCards(), 1), reward.Loyalty{Points: ledger.Points(cost)})
	list, err := b.Loyalty.MemberRewards(b.ctx, "CARD", false)
	b.prepared(err)
	if len(list) != 1 {
		return fmt.Sprintf("%d rewards", len(list))
	}
	return cmp.Diff([]any{false, ledger.Points(b.number("missing"))}, []any{list[0].Available, list[0].Missing})
}

// paidByLimit pays with points of version 2, of which one is worth one minor unit. What ends the payment is not recorded: a limit on
// money is the order here, one on points is what is asked for.
func paidByLimit(b *bench) string {
	var fact struct {
		Limit struct {
			Type string        `json:"type"`
			Max  ledger.Points `json:"max"`
		}
		Ratio  decimal.Decimal `json:"exchange_ratio"`
		Amount int64
		Points ledger.Points `json:"points_spent"`
	}
	b.prepared(json.Unmarshal(b.fact.raw, &fact))
	balance, due := fact.Points, fact.Amount
	if fact.Limit.Type == "CARD_BALANCE" {
		due = 2 * fact.Amount
	} else {
		balance = max(balance, fact.Limit.Max)
	}
	a := b.offered(b.club("CARD", balance), coin(fact.Ratio.Shift(-2), decimal.NewFromInt(1)), reward.Loyalty{})
	result, err := b.Redeem(b.ctx, b.paysWith(a, fact.Limit.Max, due))
	b.prepared(err)
	if err != nil {
		return ""
	}
	return cmp.Diff([]int64{fact.Amount, int64(fact.Points)}, []int64{result.Order.TotalDiscountAmount, result.Redemptions[0].Amount})
}

// spentOn redeems a reward and compares what is on the card then.
func spentOn(kind string) check {
	return func(b *bench) string {
		var fact struct {
			Reward string
			Points ledger.Points                           `json:"points_spent"`
			After  struct{ Points, Balance ledger.Points } `json:"card_after"`
		}
		b.prepared(json.Unmarshal(b.fact.raw, &fact))
		club := b.club("CARD", fact.After.Points)
		if before := fact.After.Points - fact.After.Balance - fact.Points; before > 0 {
			b.products("spent")
			earlier := b.offered(club, handedOver("spent", ""), reward.Loyalty{Points: before})
			b.prepared(ignore(b.Loyalty.RedeemReward(b.ctx, "CARD", redemption.RewardRequest{Reward: redemption.RewardPart{ID: earlier.ID}})))
		}
		request, price := redemption.RewardRequest{}, reward.Loyalty{Points: fact.Points}
		var a reward.Assignment
		switch kind {
		case "credits":
			a = b.offered(club, givenOf(b.giftCards(), 4000), price)
		case "points":
			a = b.offered(club, givenOf(b.club("", 0), 20), price)
		case "coupon":
			off := discount.AmountOff(100, discount.ToOrder)
			camp, err := b.Campaigns.Create(b.ctx, campaign.Campaign{Name: "coupons", Type: campaign.AutoUpdate, Voucher: &campaign.Template{Discount: &off}})
			b.prepared(err)
			a = b.offered(club, givenOf(camp, 0), price)
		case "product":
			b.products("cup")
			a = b.offered(club, handedOver("cup", ""), price)
		case "sku":
			b.products("cup")
			p, err := b.Products.GetProduct(b.ctx, "cup")
			b.prepared(err)
			b.prepared(ignore(b.Products.CreateSKU(b.ctx, product.SKU{SourceID: "red", ProductID: p.ID, Name: "red"})))
			a = b.offered(club, handedOver("cup", "red"), price)
		case "coin":
			a = b.offered(club, twenty(), reward.Loyalty{})
			request.Order, request.Reward.Points = &order.Order{Amount: 45_000}, &fact.Points
		}
		request.Reward.ID = a.ID
		result, err := b.Loyalty.RedeemReward(b.ctx, "CARD", request)
		b.prepared(err)
		if err != nil {
			return ""
		}
		points, balance := b.onCard()
		return cmp.Diff(
			[]ledger.Points{fact.Points, fact.After.Points, fact.After.Balance},
			[]ledger.Points{result.Redemptions[0].LoyaltyCard.Points, points, balance},
		)
	}
}

func handedOver(productID, sku string) reward.Reward {
	return reward.Reward{Name: "r", Type: reward.Material, Parameters: reward.Parameters{Product: &reward.Product{ID: productID, SKUID: sku}}}
}

// pointsRolledBack redeems a product beside an order and rolls that back.
func pointsRolledBack(b *bench) string {
	var fact struct {
		Points ledger.Points `json:"loyalty_points"`
		Order  struct {
			Amount int64
			Total  int64 `json:"total_amount"`
		} `json:"order_after"`
	}
	b.prepared(json.Unmarshal(b.fact.raw, &fact))
	b.products("cup")
	a := b.offered(b.club("CARD", 10), handedOver("cup", ""), reward.Loyalty{Points: -fact.Points})
	result, err := b.Redeem(b.ctx, b.paysWith(a, 0, fact.Order.Amount))
	b.prepared(err)
	if err != nil {
		return ""
	}
	back, err := b.Rollback(b.ctx, redemption.RollbackRequest{Redemption: result.ID()})
	b.prepared(err)
	if err != nil {
		return ""
	}
	return cmp.Diff(
		[]int64{int64(fact.Points), fact.Order.Amount, fact.Order.Total},
		[]int64{int64(back.Rollbacks[0].LoyaltyCard.Points), back.Order.Amount, back.Order.TotalAmount},
	)
}

// addedToSpent adds to a card that was used before: total and balance go up by the same number.
func addedToSpent(b *bench) string {
	add, total, after := ledger.Points(b.number("add")), ledger.Points(b.number("total_after")), ledger.Points(b.number("balance_after"))
	b.products("cup")
	a := b.offered(b.club("CARD", total-add), handedOver("cup", ""), reward.Loyalty{Points: total - after})
	b.prepared(ignore(b.Redeem(b.ctx, b.paysWith(a, 0, 100))))
	got, err := b.Loyalty.AddBalance(b.ctx, "CARD", loyalty.Adjustment{Points: add})
	b.prepared(err)
	return cmp.Diff([]ledger.Points{add, total, after}, []ledger.Points{got.Points, got.Total, got.Balance})
}

// automaticLedger adds points that a reward takes at once, and compares what both entries say.
func automaticLedger(b *bench) string {
	type step struct {
		Type    ledger.Type   `json:"type"`
		Points  ledger.Points `json:"points"`
		Total   ledger.Points `json:"total"`
		Balance ledger.Points `json:"balance"`
	}
	var recorded struct{ Steps []step }
	b.prepared(json.Unmarshal(b.fact.raw, &recorded))
	in, out := recorded.Steps[0], recorded.Steps[1]
	club := b.club("CARD", in.Total-in.Points)
	b.products("cup", "spent")
	earlier := b.offered(club, handedOver("spent", ""), reward.Loyalty{Points: in.Total - in.Balance})
	b.prepared(ignore(b.Redeem(b.ctx, b.paysWith(earlier, 0, 100))))
	b.offered(club, handedOver("cup", ""), reward.Loyalty{Points: -out.Points, AutoRedeem: true})
	b.prepared(ignore(b.Loyalty.AddBalance(b.ctx, "CARD", loyalty.Adjustment{Points: in.Points})))
	var entries []loyalty.Transaction
	for t, err := range b.Loyalty.Transactions(b.ctx, "CARD", voucherify.ListOptions{}) {
		b.prepared(err)
		entries = append(entries, t)
	}
	loyalty.Ordered(entries)
	var got []step
	for i := range entries[min(1, len(entries)):] {
		says := entries[i+1].Details.Balance
		got = append(got, step{entries[i+1].Type, says.Points, says.Total, says.Balance})
	}
	return cmp.Diff(recorded.Steps, got)
}
