package voucherify_test

import (
	"fmt"
	"testing"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
)

func TestImportedLoyaltyCardsStartWithTheirPoints(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.program("Club", func(c *campaign.Campaign) { c.Voucher.LoyaltyCard.Points = 50 })
	report, err := s.into("Club", "Code,Loyalty Points\nA,120\nB,\nC,1000000000000001\n", voucherify.ImportOptions{})
	s.must(err)
	var failed []string
	for _, f := range report.Failed {
		failed = append(failed, fmt.Sprint(f.Code, " ", f.Key))
	}
	same(t, "failures", []string{"C invalid_payload"}, failed)
	got := map[string]ledger.Points{}
	for _, code := range []string{"A", "B"} {
		v, err := s.publish(code, *customer.BySourceID("of " + code))
		s.must(err)
		b, err := s.Loyalty.AddBalance(t.Context(), v.Code, loyalty.Adjustment{Points: 1})
		s.must(err)
		got[code] = b.Balance
	}
	same(t, "balances", map[string]ledger.Points{"A": 121, "B": 51}, got)
	s.verified()
}

func TestImportedReferralCodesBringCustomers(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.programme(func(c *campaign.Campaign) { c.Type = campaign.Static })
	_, err := s.into("Friends", "Code\nANN\n", voucherify.ImportOptions{})
	s.must(err)
	s.must(second(s.Publications.Create(t.Context(), publication.OfCode("ANN", customer.BySourceID("ann")))))
	s.must(second(s.Redeem(t.Context(), redemption.Request{Redeemables: redemption.Codes("ANN"), Customer: customer.BySourceID("bob")})))
	referrer, err := s.Customers.Get(t.Context(), "ann")
	s.must(err)
	same(t, "referred customers", int64(1), referrer.Loyalty.ReferredCustomers)
}
