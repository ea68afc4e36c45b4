package storetest

import (
	"context"
	"fmt"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	giftledger "github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/publication"
)

// DrawPoints draws a history of loyalty cards: members join, points come, go and change cards, tiers change, cards are deleted, and
// days pass with and without maintenance.
func DrawPoints(t *rapid.T) History {
	history := History{
		founding{Name: "Following"}, founding{Name: "Lasting", Lasting: true},
		entering{Program: "Following", Code: "F1", Buyer: "c1"}, entering{Program: "Following", Code: "F2", Buyer: "c2"},
		entering{Program: "Lasting", Code: "L1", Buyer: "c1"},
	}
	for range rapid.IntRange(5, 30).Draw(t, "calls") {
		history = append(history, drawPoints(t))
	}
	return append(history, maintaining{})
}

func drawPoints(t *rapid.T) Step {
	switch rapid.IntRange(0, 24).Draw(t, "call") {
	case 0:
		return entering{
			Program: rapid.SampledFrom([]string{"Following", "Lasting"}).Draw(t, "program"),
			Code:    rapid.SampledFrom([]string{"F3", "L2"}).Draw(t, "code"), Buyer: rapid.SampledFrom([]string{"c1", "c2", "c3"}).Draw(t, "customer"),
		}
	case 1:
		return leaving{Code: drawLoyaltyCard(t), Force: rapid.Bool().Draw(t, "force")}
	case 2:
		return elevating{Program: rapid.SampledFrom([]string{"Following", "Lasting"}).Draw(t, "program"), From: rapid.Int64Range(0, 199).Draw(t, "from")}
	case 3, 4, 5, 8, 9, 10, 11:
		return maintaining{Seconds: rapid.IntRange(0, 40*secondsOfDay).Draw(t, "seconds"), Skip: rapid.Bool().Draw(t, "skip")}
	case 6, 7, 12, 13:
		return conveying{
			From: drawLoyaltyCard(t), To: drawLoyaltyCard(t), Points: rapid.Int64Range(1, 150).Draw(t, "points"), Key: "move-" + drawKey(t),
		}
	default:
		return scoring{
			Code: drawLoyaltyCard(t), Points: rapid.Int64Range(-150, 300).Draw(t, "points"), Days: rapid.IntRange(-1, 40).Draw(t, "days"), Key: drawKey(t),
		}
	}
}

func drawLoyaltyCard(t *rapid.T) string {
	return rapid.SampledFrom([]string{"F1", "F2", "F3", "L1", "L2"}).Draw(t, "card")
}

// founding creates a program with two tiers.
type founding struct {
	Name    string
	Lasting bool
}

func (s founding) play(ctx context.Context, p *player) string {
	var tiers *loyalty.TiersExpiration
	if s.Lasting {
		tiers = lastingTiers
	}
	camp, err := p.engine.Campaigns.Create(ctx, loyaltyProgram(s.Name, tiers))
	if err != nil {
		return p.result(nil, err)
	}
	return p.result(p.engine.Loyalty.CreateTiers(ctx, camp.ID, loyaltyTiers()))
}

// entering makes a customer a member with a chosen code.
type entering struct{ Program, Code, Buyer string }

func (s entering) play(ctx context.Context, p *player) string {
	if err := p.engine.Campaigns.AddVoucher(ctx, s.Program, s.Code); err != nil {
		return p.result(nil, err)
	}
	return p.result(p.engine.Publications.Create(ctx, publication.OfCode(s.Code, customer.BySourceID(s.Buyer))))
}

// leaving deletes a card.
type leaving struct {
	Code  string
	Force bool
}

func (s leaving) play(ctx context.Context, p *player) string {
	return p.result(nil, p.engine.Vouchers.Delete(ctx, s.Code, s.Force))
}

// elevating moves the beginning of the lowest tier of a program, and its members with it.
type elevating struct {
	Program string
	From    int64
}

func (s elevating) play(ctx context.Context, p *player) string {
	camp, err := p.engine.Campaigns.Get(ctx, s.Program)
	if err != nil {
		return p.result(nil, err)
	}
	var lowest *loyalty.Tier
	for tier, err := range p.engine.Loyalty.ListTiers(ctx, voucherify.ListOptions{Parent: camp.ID}) {
		if err != nil {
			return p.result(nil, err)
		}
		if lowest == nil || tier.Points.From < lowest.Points.From {
			lowest = &tier
		}
	}
	lowest.Points.From, lowest.Version = giftledger.Points(s.From), 0
	if _, err := p.engine.Loyalty.UpdateTier(ctx, *lowest); err != nil {
		return p.result(nil, err)
	}
	return p.result(p.engine.Loyalty.ReevaluateTiers(ctx, camp.ID))
}

// scoring adds points or removes them; with Days they can be used so long.
type scoring struct {
	Code   string
	Points int64
	Days   int
	Key    string
}

func (s scoring) play(ctx context.Context, p *player) string {
	a := loyalty.Adjustment{Points: giftledger.Points(s.Points), SourceID: s.Key}
	if s.Days >= 0 && s.Points > 0 {
		a.ExpirationType, a.ExpirationDate = loyalty.CustomDate, loyalty.DateOf(at(p.seconds), at(0).Location())+loyalty.Date(s.Days)
	}
	return p.result(p.engine.Loyalty.AddBalance(ctx, s.Code, a))
}

// conveying transfers points.
type conveying struct {
	From, To string
	Points   int64
	Key      string
}

func (s conveying) play(ctx context.Context, p *player) string {
	return p.result(p.engine.Loyalty.TransferPoints(ctx, s.To, []loyalty.Transfer{
		{Code: s.From, Points: giftledger.Points(s.Points), SourceID: fmt.Sprint(s.Key, s.Points)},
	}))
}

// maintaining lets time pass, and does the maintenance unless it is skipped.
type maintaining struct {
	Seconds int
	Skip    bool
}

func (s maintaining) play(ctx context.Context, p *player) string {
	p.seconds += s.Seconds
	if s.Skip {
		return ""
	}
	return p.result(p.engine.Maintain(ctx, at(p.seconds)))
}
