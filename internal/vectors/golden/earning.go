package golden

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/voucher"
)

func init() {
	maps.Copy(facts, map[string]check{
		"err-075": func(b *bench) string {
			b.member(0)
			b.prepared(b.Campaigns.Disable(b.ctx, "Club"))
			return b.refused(ignore(b.estimate()))
		},
		"err-076": func(b *bench) string {
			card := b.member(0)
			b.prepared(b.Vouchers.Disable(b.ctx, card.Code))
			return b.refused(ignore(b.estimate()))
		},
		"lc-002": earnedByAmount, "lc-003": earnedByOrder, "lc-005": mappedByTier, "lc-008": estimated,
		"lc-032": activatedBesideRedeemed, "lc-033": adjustedPending, "lc-034": adjustedPending, "lc-035": canceledPending,
		"lc-036": canceledPending, "lc-037": activatedPending,
	})
}

// member stores a program and gives a card with some points to the customer c1.
func (b *bench) member(points ledger.Points) voucher.Voucher {
	_, err := b.Campaigns.Create(b.ctx, campaign.Campaign{
		Name: "Club", CampaignType: campaign.LoyaltyProgram, Type: campaign.AutoUpdate,
		Voucher: &campaign.Template{LoyaltyCard: &loyalty.Card{Points: points}},
	})
	b.prepared(err)
	given, err := b.Publications.Create(b.ctx, publication.FromCampaign("Club", customer.BySourceID("c1")))
	b.prepared(err)
	if err != nil {
		return voucher.Voucher{}
	}
	return *given.Voucher
}

// earns adds a rule to the program.
func (b *bench) earns(e loyalty.Earning, pending int) {
	r := loyalty.EarningRule{Event: loyalty.OrderPaid, Loyalty: e}
	if pending > 0 {
		r.PendingPoints = &loyalty.PendingPeriod{PeriodType: "DAY", PeriodValue: pending}
	}
	b.prepared(ignore(b.Loyalty.CreateEarningRule(b.ctx, "Club", r)))
}

// paid stores an order of c1 as PAID.
func (b *bench) paid(amount int64) {
	c, err := b.Customers.Get(b.ctx, "c1")
	b.prepared(err)
	b.prepared(ignore(b.Orders.Create(b.ctx, order.Order{Status: order.Paid, Amount: amount, CustomerID: c.ID})))
}

func (b *bench) estimate() (loyalty.Estimation, error) {
	return b.Loyalty.EstimatePoints(b.ctx, "Club", customer.BySourceID("c1"), &order.Order{Amount: 5000})
}

func perAmount(every int64, points ledger.Points) loyalty.Earning {
	return loyalty.Earning{
		Type: loyalty.Proportional, CalculationType: loyalty.ByOrderAmount,
		Order: &loyalty.OrderEarning{Amount: &loyalty.Ratio{Every: every, Points: points}},
	}
}

func fixedPoints(points ledger.Points) loyalty.Earning {
	return loyalty.Earning{Type: loyalty.Fixed, Points: points}
}

// points is a number of points of the fact.
func (b *bench) points(field string) ledger.Points { return ledger.Points(b.number(field)) }

// entry is the newest entry of a card, as the vectors tell it.
func (b *bench) entry(card string) string {
	for t, err := range b.Loyalty.Transactions(b.ctx, card, voucherify.ListOptions{}) {
		b.prepared(err)
		says := t.Details.Balance
		return fmt.Sprint(t.Type, " ", says.Points, " ", says.Total, " ", says.Balance)
	}
	return "no entry"
}

func earnedByAmount(b *bench) string {
	var fact struct {
		Order struct{ Amount int64 }
		After struct{ Total, Balance ledger.Points } `json:"card_after"`
		Type  string                                 `json:"transaction"`
	}
	b.prepared(json.Unmarshal(b.fact.raw, &fact))
	points := b.points("points")
	card := b.member(fact.After.Total - points)
	b.earns(perAmount(fact.Order.Amount/int64(points), 1), 0)
	b.paid(fact.Order.Amount)
	return cmp.Diff(fmt.Sprint(fact.Type, " ", points, " ", fact.After.Total, " ", fact.After.Balance), b.entry(card.Code))
}

func earnedByOrder(b *bench) string {
	points, total, balance := b.points("points"), b.points("total_after"), b.points("balance_after")
	card := b.member(total - points)
	b.earns(fixedPoints(points), 0)
	b.paid(1000)
	return cmp.Diff(fmt.Sprint("POINTS_ACCRUAL ", points, " ", total, " ", balance), b.entry(card.Code))
}

// mappedByTier computes what rules pay to members of a tier, from the mappings of the vector.
func mappedByTier(b *bench) string {
	var fact struct {
		Mapping []struct {
			Type       loyalty.MappingType
			Multiplier decimal.Decimal
			Points     ledger.Points
			OfRule     ledger.Points `json:"rule_points"`
			InTier     ledger.Points `json:"points_in_tier"`
		} `json:"tier_mapping"`
	}
	b.prepared(json.Unmarshal(b.fact.raw, &fact))
	var want, got []ledger.Points
	for _, m := range fact.Mapping {
		e := fixedPoints(max(1, m.OfRule))
		worth, err := e.Compile(loyalty.OrderPaid, nil)
		b.prepared(err)
		want = append(want, max(m.InTier, m.Points))
		got = append(got, worth.Points(&loyalty.Basis{}, &loyalty.Mapping{Type: m.Type, Multiplier: m.Multiplier, Points: m.Points}))
	}
	return cmp.Diff(want, got)
}

// estimated asks for an order by the source ids of customer and order, and adds up two rules.
func estimated(b *bench) string {
	want := b.points("points_estimation")
	b.member(0)
	b.earns(fixedPoints(1), 0)
	b.earns(perAmount(1000, 1), 5)
	b.prepared(ignore(b.Orders.Create(b.ctx, order.Order{SourceID: "o1", Amount: 1000 * int64(want-1)})))
	got, err := b.Loyalty.EstimatePoints(b.ctx, "Club", customer.BySourceID("c1"), &order.Order{SourceID: "o1"})
	b.prepared(err)
	return cmp.Diff(want, got.PointsEstimation)
}

// activatedBesideRedeemed activates points on a card of which some were redeemed before.
func activatedBesideRedeemed(b *bench) string {
	points, total, balance := b.points("activated"), b.points("total_after"), b.points("balance_after")
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	ids := id.NewSequence(now, 1)
	work := redemption.NewPointsWork(redemption.NewCatalogue(redemption.Configuration{}, nil), now, &ids, &redemption.Plan{})
	card := work.Card(&loyalty.Program{}, &loyalty.Account{
		Points: total - points, RedeemedPoints: total - balance, Balance: balance - points, Buckets: []loyalty.Bucket{{Points: balance - points}},
	})
	p, err := card.Hold(loyalty.Pending{Points: points, ActivatesAt: work.Today()})
	b.prepared(err)
	entry, err := card.Activate(p.ID, "API", ledger.Manual)
	b.prepared(err)
	says := entry.Details.Balance
	return cmp.Diff([]ledger.Points{points, total, balance}, []ledger.Points{says.Points, says.Total, says.Balance})
}

// waiting gives a card pending points and returns their ids, in the order of the points.
func (b *bench) waiting(points ...ledger.Points) (card voucher.Voucher, ids []string) {
	card = b.member(0)
	for _, n := range points {
		b.earns(fixedPoints(n), 5)
	}
	b.paid(1000)
	for _, n := range points {
		for p, err := range b.Loyalty.PendingPoints(b.ctx, card.Code, voucherify.ListOptions{}) {
			b.prepared(err)
			if p.Points == n && !slices.Contains(ids, p.ID) {
				ids = append(ids, p.ID)
				break
			}
		}
	}
	return card, ids
}

// account is the points, balance and pending points of a card.
func (b *bench) account(card string) []ledger.Points {
	a, err := b.Loyalty.Member(b.ctx, card)
	b.prepared(err)
	return []ledger.Points{a.Points, a.Balance, a.PendingPoints}
}

func adjustedPending(b *bench) string {
	var fact struct {
		Adjust ledger.Points
		Bucket ledger.Points `json:"bucket_after"`
		Total  ledger.Points `json:"pending_total_after"`
	}
	b.prepared(json.Unmarshal(b.fact.raw, &fact))
	points := []ledger.Points{fact.Total - fact.Adjust}
	if fact.Bucket > 0 && fact.Bucket < fact.Total {
		points = []ledger.Points{fact.Bucket - fact.Adjust, fact.Total - fact.Bucket}
	}
	card, ids := b.waiting(points...)
	got, err := b.Loyalty.AdjustPending(b.ctx, card.Code, ids[0], fact.Adjust)
	b.prepared(err)
	return cmp.Diff([]ledger.Points{fact.Adjust, fact.Total}, []ledger.Points{got.Points, got.Total})
}

func canceledPending(b *bench) string {
	var fact struct {
		Canceled ledger.Points
		Total    ledger.Points `json:"pending_total_after"`
		Card     struct{ Points, Balance ledger.Points }
	}
	b.prepared(json.Unmarshal(b.fact.raw, &fact))
	points := []ledger.Points{fact.Canceled, fact.Total}
	if fact.Card.Points > 0 {
		points = append(points, fact.Card.Points)
	}
	card, ids := b.waiting(points...)
	if fact.Card.Points > 0 {
		b.prepared(ignore(b.Loyalty.ActivatePending(b.ctx, card.Code, ids[2])))
	}
	b.prepared(b.Loyalty.CancelPending(b.ctx, card.Code, ids[0]))
	return cmp.Diff([]ledger.Points{fact.Card.Points, fact.Card.Balance, fact.Total}, b.account(card.Code))
}

func activatedPending(b *bench) string {
	var fact struct {
		Activated ledger.Points
		After     struct{ Points, Balance ledger.Points } `json:"card_after"`
	}
	b.prepared(json.Unmarshal(b.fact.raw, &fact))
	card, ids := b.waiting(fact.Activated)
	b.prepared(ignore(b.Loyalty.ActivatePending(b.ctx, card.Code, ids[0])))
	return cmp.Diff([]ledger.Points{fact.After.Points, fact.After.Balance, 0}, b.account(card.Code))
}
