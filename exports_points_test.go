package voucherify_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/internal/contract"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/tabular"
	"github.com/voucherify-go/voucherify/voucher"
)

// pointed is a shop with a card of points, one of credits, and a coupon: ada has spent 20 of 150 points, and ben nothing of his 100.
func pointed(t *testing.T) (s *shop, ada, ben voucher.Voucher) {
	t.Helper()
	s = newShop(t)
	club := s.program("Club", func(c *campaign.Campaign) { c.Voucher.LoyaltyCard.Points = 100 })
	ada, ben = s.join(club, "ada"), s.join(club, "ben")
	s.must(second(s.Loyalty.AddBalance(background, ada.Code, loyalty.Adjustment{Points: 50, SourceID: "s1", Reason: "=1+1"})))
	s.now.Add(1)
	s.must(second(s.Loyalty.AddBalance(background, ada.Code, loyalty.Adjustment{Points: -20})))
	s.now.Add(1)
	s.card("CARD", 1000)
	s.must(second(s.Vouchers.AddBalance(background, "CARD", ledger.Adjustment{Amount: 5})))
	return s, ada, ben
}

func TestExportsOfPoints(t *testing.T) {
	t.Parallel()
	s, ada, ben := pointed(t)
	addition := "POINTS_ADDITION,s1,API,'=1+1,50,150," + ada.ID + "," + ada.CampaignID + ",\n"
	removal := "POINTS_REMOVAL,,API,,-20,130," + ada.ID + "," + ada.CampaignID + ",\n"
	columns := []string{"type", "source_id", "source", "reason", "points", "balance", "voucher_id", "campaign_id", "related_transaction_id"}
	header := strings.Join(columns, ",") + "\n"
	for _, tt := range []struct {
		name    string
		kind    voucherify.Exported
		options voucherify.ExportOptions
		want    string
	}{
		{"the entries of all loyalty cards", voucherify.ExportPointsTransactions, voucherify.ExportOptions{Fields: columns}, header + addition + removal},
		{"so many of them", voucherify.ExportPointsTransactions, voucherify.ExportOptions{
			Fields: columns, ListOptions: voucherify.ListOptions{Limit: 1},
		}, header + addition},
		{"those of one card", voucherify.ExportPointsTransactions, voucherify.ExportOptions{
			Fields: columns, ListOptions: voucherify.ListOptions{Parent: ada.ID},
		}, header + addition + removal},
		{"those of a card without entries", voucherify.ExportPointsTransactions, voucherify.ExportOptions{
			Fields: columns, ListOptions: voucherify.ListOptions{Parent: ben.ID},
		}, header},
		{"gift cards have theirs", voucherify.ExportVoucherTransactions, voucherify.ExportOptions{Fields: []string{"type", "amount"}},
			"type,amount\nCREDITS_ADDITION,5\n"},
		{"what came onto cards, and what is left", voucherify.ExportVouchers, voucherify.ExportOptions{
			Fields: []string{"voucher_type", "customer_source_id", "loyalty_points", "loyalty_balance", "gift_balance"},
		}, "voucher_type,customer_source_id,loyalty_points,loyalty_balance,gift_balance\n" +
			"LOYALTY_CARD,ada,150,130,\nLOYALTY_CARD,ben,100,100,\nGIFT_VOUCHER,,,,1005\n"},
	} {
		if diff := cmp.Diff(tt.want, s.csv(tt.kind, tt.options)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	all := s.csv(voucherify.ExportPointsTransactions, voucherify.ExportOptions{})
	if first, _, _ := strings.Cut(all, "\n"); first != "id,type,source_id,reason,source,balance,points,created_at" {
		t.Errorf("the default columns are %s", first)
	}
	details := s.csv(voucherify.ExportPointsTransactions, voucherify.ExportOptions{Fields: []string{"details"}, ListOptions: voucherify.ListOptions{Limit: 1}})
	equal(t, "details\n"+`"{""balance"":{""type"":""loyalty_card"",""points"":50,""total"":150,""balance"":150,""operation_type"":""MANUAL"",`+
		`""object"":""balance"",""related_object"":{""id"":""`+ada.ID+`"",""type"":""voucher""}}}"`+"\n", details)
	_, err := s.Exports.CSV(background, voucherify.ExportPointsTransactions, &strings.Builder{}, voucherify.ExportOptions{Fields: []string{"amount"}})
	equal(t, "invalid_export_fields fields[0]", contract.Refusal(err))
	for entry, err := range s.Exports.PointsTransactions(background, voucherify.ExportOptions{}) {
		s.must(err)
		equal(t, ledger.PointsRemoval, entry.Type)
		break // the newest comes first, and leaving early is no error
	}
}

// TestTheCardsOfAProgramAreCarriedToAnother exports loyalty cards and imports them into a program without any.
func TestTheCardsOfAProgramAreCarriedToAnother(t *testing.T) {
	t.Parallel()
	from, ada, ben := pointed(t)
	to := newShop(t)
	to.program("Club", func(c *campaign.Campaign) { c.Voucher.LoyaltyCard.Points = 7 })
	for _, s := range []*shop{from, to} {
		s.must(second(s.Categories.Create(background, promotion.Category{Name: "web"})))
	}
	category, err := from.Categories.Get(background, "web")
	from.must(err)
	stored := from.voucher(ada.Code)
	stored.CategoryID, stored.Metadata = category.ID, metadata.Map{"level": "gold"}
	from.must(second(from.Vouchers.Update(background, stored)))
	from.must(from.Vouchers.Disable(background, ben.Code))

	file := from.csv(voucherify.ExportVouchers, voucherify.ExportOptions{
		Fields: tabular.LoyaltyRoundTripFields(), ListOptions: voucherify.ListOptions{Parent: ada.CampaignID},
	})
	report, err := to.into("Club", file, voucherify.ImportOptions{})
	to.reports([]string{"2 voucher(s) imported successfully, 0 failed."}, report, err)
	got := map[string]string{}
	for name, s := range map[string]*shop{"from": from, "to": to} {
		for _, card := range []string{ada.Code, ben.Code} {
			v := s.voucher(card)
			category := "none"
			if v.CategoryID != "" {
				category = "web"
			}
			got[name] += fmt.Sprintln(v.Type, v.LoyaltyCard.Balance, v.Active, category, v.Metadata)
		}
	}
	if diff := cmp.Diff(got["from"], got["to"]); diff != "" {
		t.Errorf("cards (-from +to):\n%s", diff)
	}
	given, err := to.publish(ada.Code, *customer.BySourceID("ada"))
	to.must(err)
	equal(t, ledger.Points(130), given.LoyaltyCard.Balance)
	to.verified()
}
