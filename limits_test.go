package voucherify_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
)

var customerC1 = *customer.BySourceID("c1")

// use is one redeem of a sequence: who buys what with which codes, and what comes of it.
type use struct {
	buyer string // source_id, empty for nobody
	codes []string
	units int64  // of the product mug at 10.00
	order string // source_id of the order
	want  string // as told says it
}

// buys runs the uses one after the other; what is refused changes nothing.
func (s *shop) buys(t *testing.T, uses []use) {
	t.Helper()
	for i, u := range uses {
		request := redemption.Request{Redeemables: redemption.Codes(u.codes...), TrackingID: u.buyer}
		if u.units > 0 {
			request.Order = order.New(u.order, order.Line{ProductID: "mug", Quantity: u.units, Price: 1000})
		}
		answer, err := s.Validate(background, request)
		s.must(err)
		if diff := cmp.Diff(u.want, told(answer)); diff != "" {
			t.Errorf("use %d (-want +got):\n%s", i+1, diff)
		}
		if err := second(s.Redeem(background, request)); (err == nil) != answer.Valid {
			t.Errorf("use %d: validate says %t, redeem says %v", i+1, answer.Valid, err)
		}
	}
}

// refusedWith is what told says of a single code that is refused.
func refusedWith(code, key string) string {
	return fmt.Sprintf("refused: %s %s; inapplicable: %s %s", code, key, code, key)
}

func TestLimitsOfRules(t *testing.T) {
	t.Parallel()
	const violated = "redemption_rules_violated"
	for _, test := range []struct {
		name, rule string
		uses       []use
	}{
		{
			"two by each customer", `{"name":"redemption.count.per_customer","conditions":{"$less_than_or_equal":[2]}}`,
			[]use{
				{"c1", []string{"A"}, 1, "", "valid 900: A -100"}, {"c1", []string{"A"}, 1, "", "valid 900: A -100"},
				{"c1", []string{"A"}, 1, "", refusedWith("A", violated)}, {"c2", []string{"A"}, 1, "", "valid 900: A -100"},
				{"c1", []string{"B"}, 1, "", "valid 900: B -100"}, {"", []string{"A"}, 1, "", refusedWith("A", "missing_customer")},
			},
		},
		{
			"three in the campaign", `{"name":"campaign.redemptions.count","conditions":{"$less_than_or_equal":[3]}}`,
			[]use{
				{"", []string{"A"}, 1, "", "valid 900: A -100"},
				{"", []string{"A", "B"}, 1, "", "valid 800: A -100, B -100"},
				{"", []string{"A"}, 1, "", refusedWith("A", violated)},
			},
		},
		{
			"fewer than three in the campaign", `{"name":"campaign.redemptions.count","conditions":{"$less_than":[3]}}`,
			[]use{
				{"", []string{"A", "B"}, 1, "", "valid 800: A -100, B -100"}, {"", []string{"A"}, 1, "", refusedWith("A", violated)},
			},
		},
		{
			"one by each customer in the campaign, within one request as well", `{"name":"campaign.redemptions.customers_count","conditions":{"$less_than_or_equal":[1]}}`,
			[]use{
				{"c1", []string{"A", "B"}, 1, "", "refused: A -100, B " + violated + "; inapplicable: B " + violated},
				{"c1", []string{"A"}, 1, "", "valid 900: A -100"}, {"c1", []string{"B"}, 1, "", refusedWith("B", violated)},
				{"c2", []string{"B"}, 1, "", "valid 900: B -100"},
			},
		},
		{
			"orders of 50.00 in all, each counted once", `{"name":"campaign.orders.amount","conditions":{"$less_than_or_equal":[5000]}}`,
			[]use{
				{"", []string{"A", "B"}, 2, "O1", "valid 1800: A -100, B -100"}, {"", []string{"A"}, 3, "", "valid 2900: A -100"},
				{"", []string{"B"}, 1, "", refusedWith("B", violated)}, {"", []string{"A"}, 2, "O1", "valid 1700: A -100"},
			},
		},
		{
			"a discount of 2.50 in all", `{"name":"campaign.orders.amount_discounted","conditions":{"$less_than_or_equal":[250]}}`,
			[]use{
				{"", []string{"A", "B"}, 1, "", "valid 800: A -100, B -100"}, {"", []string{"A"}, 1, "", refusedWith("A", violated)},
			},
		},
		{
			"a discount of 2.50 in all, overshot once",
			`{"name":"campaign.orders.amount_discounted","conditions":{"$less_than_or_equal":[250]},"limit_policy":"overshoot_once"}`,
			[]use{
				{"", []string{"A", "B"}, 1, "", "valid 800: A -100, B -100"}, {"", []string{"A", "B"}, 1, "", "refused: A -100, B " + violated + "; inapplicable: B " + violated},
				{"", []string{"A"}, 1, "", "valid 900: A -100"}, {"", []string{"A"}, 1, "", refusedWith("A", violated)},
			},
		},
		{
			"a discount of exactly 3.00 in all leaves nothing to overshoot",
			`{"name":"campaign.orders.amount_discounted","conditions":{"$less_than":[301]},"limit_policy":"overshoot_once"}`,
			[]use{
				{"", []string{"A", "B"}, 1, "", "valid 800: A -100, B -100"}, {"", []string{"A"}, 1, "", "valid 900: A -100"},
				{"", []string{"A"}, 1, "", refusedWith("A", violated)},
			},
		},
		{
			"orders of 50.00 in all, overshot once",
			`{"name":"campaign.orders.amount","conditions":{"$less_than_or_equal":[5000]},"limit_policy":"overshoot_once"}`,
			[]use{
				{"", []string{"A"}, 4, "", "valid 3900: A -100"}, {"", []string{"A", "B"}, 3, "O1", "refused: A -100, B " + violated + "; inapplicable: B " + violated},
				{"", []string{"A"}, 3, "O1", "valid 2900: A -100"},
				{"", []string{"B"}, 1, "", refusedWith("B", violated)},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			created, err := s.Campaigns.Create(background, coupons("C"))
			s.must(err)
			for _, code := range []string{"A", "B"} {
				s.must(s.Campaigns.AddVoucher(background, "C", code))
			}
			s.rule(`{"name":"limit","rules":{"1":`+test.rule+`}}`, validation.OnCampaign, created.ID)
			s.buys(t, test.uses)
		})
	}
}

func TestTheQuantityOfEachCode(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	twice := int64(2)
	s.must(second(s.Campaigns.Create(background, coupons("C", func(c *campaign.Campaign) { c.Voucher.Redemption.Quantity = &twice }))))
	for _, code := range []string{"A", "B"} {
		s.must(s.Campaigns.AddVoucher(background, "C", code))
	}
	s.buys(t, []use{
		{"", []string{"A"}, 1, "", "valid 900: A -100"}, {"", []string{"A", "B"}, 1, "", "valid 800: A -100, B -100"},
		{"", []string{"A"}, 1, "", refusedWith("A", "quantity_exceeded")}, {"", []string{"B"}, 1, "", "valid 900: B -100"},
	})
	s.redeemed("A", 2)
	s.redeemed("B", 2)
}

// TestProductQuotasCutTheDiscountedUnits takes half off the mugs that a quota leaves; the others keep their price.
func TestProductQuotasCutTheDiscountedUnits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, quota string
		uses        []use
	}{
		{
			"five in the campaign", "product_campaign_quantity_limit",
			[]use{
				{"c1", []string{"A"}, 3, "", "valid 1500: A -1500"}, {"c2", []string{"B"}, 3, "", "valid 2000: B -1000"},
				{"c3", []string{"A"}, 3, "", "valid 3000: A -0"},
			},
		},
		{
			"five by each customer in the campaign", "product_customer_campaign_quantity_limit",
			[]use{
				{"c1", []string{"A"}, 4, "", "valid 2000: A -2000"}, {"c1", []string{"B"}, 4, "", "valid 3500: B -500"},
				{"c2", []string{"A"}, 4, "", "valid 2000: A -2000"}, {"", []string{"A"}, 9, "", "valid 6500: A -2500"},
				{"", []string{"A"}, 9, "", "valid 6500: A -2500"},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			half := discount.Percent("50", discount.ToItems)
			created, err := s.Campaigns.Create(background, coupons("C", func(c *campaign.Campaign) { c.Voucher.Discount = &half }))
			s.must(err)
			for _, code := range []string{"A", "B"} {
				s.must(s.Campaigns.AddVoucher(background, "C", code))
			}
			s.rule(`{"name":"mugs","applicable_to":{"included":[{"object":"product","id":"mug","`+test.quota+`":5}]}}`, validation.OnCampaign, created.ID)
			s.buys(t, test.uses)
		})
	}
}

func TestARollbackFreesAQuotaAndAReturnDoesNot(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	half := discount.Percent("50", discount.ToItems)
	c, err := s.Campaigns.Create(background, campaign.Campaign{Name: "P", CampaignType: campaign.Promotion})
	s.must(err)
	tier, err := s.Promotions.CreateTier(background, promotion.Tier{CampaignID: c.ID, Name: "mugs", Action: promotion.Action{Discount: &half}})
	s.must(err)
	s.rule(`{"name":"mugs","applicable_to":{"included":[{"object":"product","id":"mug","product_promotion_tier_quantity_limit":5}]}}`, validation.OnPromotionTier, tier.ID)
	request := redemption.Request{Redeemables: redemption.Tiers(tier.ID), Order: order.New("", order.Line{ProductID: "mug", Quantity: 4, Price: 1000})}
	discounted := func() int64 {
		t.Helper()
		answer, err := s.Validate(background, request)
		s.must(err)
		return answer.Order.TotalDiscountAmount / 500
	}
	result, err := s.Redeem(background, request)
	s.must(err)
	if got := discounted(); got != 1 {
		t.Errorf("%d mugs are left of 5 after 4", got)
	}
	s.must(second(s.Return(background, redemption.ReturnRequest{Redemption: result.ID(), Lines: []redemption.ReturnLine{{ItemID: result.Order.Items[0].ID, Quantity: 4}}})))
	if got := discounted(); got != 1 {
		t.Errorf("%d mugs are left after all were returned", got)
	}
	s.must(second(s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
	if got := discounted(); got != 4 {
		t.Errorf("%d of 4 mugs are discounted after the rollback", got)
	}
}
