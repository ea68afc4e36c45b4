package voucherify_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/publication"
)

func TestPointsAreAddedAndRemovedByHand(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	camp, err := s.Campaigns.Create(t.Context(), campaign.Campaign{
		Name: "Club", CampaignType: campaign.LoyaltyProgram, Type: campaign.AutoUpdate,
		Voucher: &campaign.Template{LoyaltyCard: &loyalty.Card{Points: 500}},
	})
	if err != nil {
		t.Fatal(err)
	}
	given, err := s.Publications.Create(t.Context(), publication.FromCampaign(camp.ID, customer.BySourceID("ada")))
	if err != nil {
		t.Fatal(err)
	}
	card := given.Voucher.Code
	var got []loyalty.Balance
	for _, a := range []loyalty.Adjustment{{Points: 200, SourceID: "one"}, {Points: 200, SourceID: "one"}, {Points: -700}} {
		b, err := s.Loyalty.AddBalance(t.Context(), card, a)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, b)
	}
	of := func(points, total, balance ledger.Points) loyalty.Balance {
		return loyalty.Balance{
			Type: "loyalty_card", Points: points, Total: total, Balance: balance, OperationType: ledger.Manual, Object: "balance",
			RelatedObject: ledger.Related{ID: given.Voucher.ID, Type: "voucher"},
		}
	}
	if diff := cmp.Diff([]loyalty.Balance{of(200, 700, 700), of(200, 700, 700), of(-700, 0, 0)}, got); diff != "" {
		t.Errorf("balances (-want +got):\n%s", diff)
	}
	if _, err := s.Loyalty.AddBalance(t.Context(), card, loyalty.Adjustment{Points: -1}); says(err) != "invalid_amount points: 1 is more than the balance of 0" {
		t.Errorf("got %v, want invalid_amount", err)
	}
}
