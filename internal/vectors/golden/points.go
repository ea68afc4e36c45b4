package golden

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
)

// pointsStep is an entry of a recorded ledger.
type pointsStep struct {
	Type    ledger.Type   `json:"type"`
	Points  ledger.Points `json:"points"`
	Total   ledger.Points `json:"total"`
	Balance ledger.Points `json:"balance"`
}

func stepOf(b loyalty.Balance, kind ledger.Type) pointsStep {
	return pointsStep{kind, b.Points, b.Total, b.Balance}
}

// memberOf gives a customer a card with points and returns its code.
func (b *bench) memberOf(program string, points ledger.Points) string {
	camp, err := b.Campaigns.Create(b.ctx, campaign.Campaign{
		Name: program, CampaignType: campaign.LoyaltyProgram, Type: campaign.AutoUpdate,
		Voucher: &campaign.Template{LoyaltyCard: &loyalty.Card{Points: points}},
	})
	b.prepared(err)
	given, err := b.Publications.Create(b.ctx, publication.FromCampaign(camp.ID, customer.BySourceID("ada")))
	if b.prepared(err); err != nil {
		return ""
	}
	return given.Voucher.Code
}

// adjust moves points by hand.
func (b *bench) adjust(card string, points ledger.Points) loyalty.Balance {
	balance, err := b.Loyalty.AddBalance(b.ctx, card, loyalty.Adjustment{Points: points})
	b.prepared(err)
	return balance
}

// post writes an entry of a type as the steps of a redemption, of its rollback and of an earning rule do.
func (b *bench) post(card string, kind ledger.Type, points ledger.Points) {
	account, err := b.Loyalty.Member(b.ctx, card)
	b.prepared(err)
	camp, err := b.Campaigns.Get(b.ctx, account.CampaignID)
	b.prepared(err)
	catalogue := redemption.NewCatalogue(redemption.Configuration{Campaigns: []*campaign.Campaign{&camp}}, validation.NewCompiler())
	now := time.Now()
	ids := id.NewSequence(now, uint64(account.Version)<<16)
	work := redemption.NewPointsWork(catalogue, now, &ids, &redemption.Plan{})
	_, err = work.Card(catalogue.Program(camp.ID), &account).Post(loyalty.Transaction{Type: kind}, points, ledger.Automatic)
	b.prepared(err)
	b.prepared(work.Finish("v-1"))
	b.prepared(b.store.Update(b.ctx, func(tx store.Tx) error { return tx.Apply(b.ctx, work.Plan) }))
}

// recordedPoints repeats the entries of a recorded ledger and compares what each of them says.
func recordedPoints(b *bench) string {
	var recorded struct{ Steps []pointsStep }
	b.prepared(json.Unmarshal(b.fact.raw, &recorded))
	first := recorded.Steps[0]
	card, other := b.memberOf("Club", first.Total-first.Points), b.memberOf("Other", 0)
	if redeemed := first.Total - first.Balance; redeemed > 0 {
		b.post(card, ledger.PointsRedemption, -redeemed)
	}
	for i, s := range recorded.Steps {
		switch s.Type {
		case ledger.PointsAddition, ledger.PointsRemoval:
			b.adjust(card, s.Points)
		case ledger.PointsTransferOut:
			_, err := b.Loyalty.TransferPoints(b.ctx, other, []loyalty.Transfer{{Code: card, Points: -s.Points, SourceID: fmt.Sprint("transfer-", i)}})
			b.prepared(err)
		default:
			b.post(card, s.Type, s.Points)
		}
	}
	entries := b.entries(card)
	return cmp.Diff(recorded.Steps, entries[len(entries)-len(recorded.Steps):])
}

// entries are the entries of a card in the order in which they were written.
func (b *bench) entries(card string) []pointsStep {
	var entries []loyalty.Transaction
	for t, err := range b.Loyalty.Transactions(b.ctx, card, voucherify.ListOptions{}) {
		b.prepared(err)
		entries = append(entries, t)
	}
	loyalty.Ordered(entries)
	var steps []pointsStep
	for i := range entries {
		steps = append(steps, stepOf(entries[i].Details.Balance, entries[i].Type))
	}
	return steps
}

// pointsExpired lets points expire. The record says that the total stays as it was, which contradicts the total of later records (lc-032)
// and the fields that Voucherify has added since: ours is net of what has expired. Points and balance are compared.
func pointsExpired(b *bench) string {
	expired, total, after := ledger.Points(b.number("expired")), ledger.Points(b.number("total")), ledger.Points(b.number("balance_after"))
	card := b.memberOf("Club", total-expired)
	b.post(card, ledger.PointsRedemption, after+expired-total)
	today := loyalty.DateOf(time.Now(), time.UTC)
	_, err := b.Loyalty.AddBalance(b.ctx, card, loyalty.Adjustment{Points: expired, ExpirationType: loyalty.CustomDate, ExpirationDate: today + 1})
	b.prepared(err)
	_, err = b.Maintain(b.ctx, time.Now().Add(72*time.Hour))
	b.prepared(err)
	entries := b.entries(card)
	return cmp.Diff(pointsStep{ledger.PointsExpiration, -expired, total - expired, after}, entries[len(entries)-1])
}

// creditedByHand is what an administrator adds to an empty card.
func creditedByHand(b *bench) string {
	sent, total := b.points("points_sent"), b.points("total")
	return cmp.Diff(pointsStep{ledger.PointsAddition, sent, total, total}, stepOf(b.adjust(b.memberOf("Club", 0), sent), ledger.PointsAddition))
}
