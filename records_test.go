package voucherify_test

import (
	"errors"
	"testing"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
)

// counterShop is a shop with a code of a campaign (10 % off the order, once), a code of its own (2.00 off each mug) and a
// customer who may be known already.
func counterShop(t *testing.T) *shop {
	t.Helper()
	s := newShop(t)
	ten, once := discount.Percent("10", discount.ToOrder), int64(1)
	camp, err := s.Campaigns.Create(background, campaign.Campaign{
		Name: "Spring", CampaignType: campaign.DiscountCoupons,
		Voucher: &campaign.Template{Discount: &ten, Redemption: campaign.TemplateRedemption{Quantity: &once}},
	})
	s.must(err)
	s.must(s.Campaigns.AddVoucher(background, camp.ID, "SPRING"))
	mugs := s.coupon("MUGS", discount.AmountOff(200, discount.ToItemsByQuantity), 0)
	rule, err := s.Rules.Create(background, validation.Rule{
		Name: "mugs", ApplicableTo: product.Scope{Included: []product.Target{{Ref: product.Ref{ID: "mug"}}}},
	})
	s.must(err)
	_, err = s.Rules.Assign(background, rule.ID, validation.OnVoucher, mugs.ID)
	s.must(err)
	return s
}

// breakfast is an order of two mugs at 19.00 and a plate at 9.99: 47.99.
func breakfast() *order.Order {
	o := order.New("O1", order.Line{ProductID: "mug", Quantity: 2, Price: 1900}, order.Line{ProductID: "plate", Quantity: 1, Price: 999})
	o.Metadata = metadata.Map{"channel": "web"}
	return o
}

func TestWhatARedeemWrites(t *testing.T) {
	t.Parallel()
	s, n := counterShop(t), &namer{}
	s.writes(t, "records/redeem_several", n, func() {
		s.must(second(s.Redeem(background, redemption.Request{
			IdempotencyKey: "O1", Redeemables: redemption.Codes("SPRING", "MUGS"), Order: breakfast(), Metadata: metadata.Map{"till": 7},
			Customer: &customer.Customer{SourceID: "c1", Name: "Ann", Metadata: metadata.Map{"tier": "gold"}},
		})))
	})
	s.now.Store(60)
	s.writes(t, "records/redeem_again_on_the_order", n, func() {
		s.must(second(s.Redeem(background, redemption.Request{
			Redeemables: redemption.Codes("MUGS"), Order: &order.Order{SourceID: "O1", Status: order.Fulfilled},
			Customer: &customer.Customer{SourceID: "c1", Email: "ann@example.com"},
		})))
	})
	s.writes(t, "records/redeem_once_more", n, func() {
		s.must(second(s.Redeem(background, redemption.Request{
			Redeemables: redemption.Codes("MUGS"), Order: &order.Order{SourceID: "O1"}, Customer: customer.BySourceID("c1"),
		})))
	})
}

func TestWhatARedeemWithoutOrderAndCustomerWrites(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coupon("TEN", discount.Percent("10", discount.ToOrder), 1)
	s.writes(t, "records/redeem_bare", &namer{}, func() { s.must(second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("TEN")}))) })
}

func TestWhatTheRedeemOfAStackWrites(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	first := s.tier()
	nothing := promotion.Tier{CampaignID: first.CampaignID, Name: "only a banner", Banner: "Welcome"}
	banner, err := s.Promotions.CreateTier(background, nothing)
	s.must(err)
	stack, err := s.Promotions.CreateStack(background, promotion.Stack{
		CampaignID: first.CampaignID, Name: "both", Tiers: promotion.StackTiers{IDs: []string{first.ID, banner.ID}},
	})
	s.must(err)
	s.writes(t, "records/redeem_stack", &namer{}, func() {
		s.must(second(s.Redeem(background, redemption.Request{Redeemables: redemption.Stack(stack.ID), Order: &order.Order{Amount: 2000}})))
	})
}

// A stack of one tier has a parent as well; a single tier has none.
func TestOnlyStacksAndSeveralRedeemablesHaveAParent(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	tier := s.tier()
	stack, err := s.Promotions.CreateStack(background, promotion.Stack{CampaignID: tier.CampaignID, Name: "one", Tiers: promotion.StackTiers{IDs: []string{tier.ID}}})
	s.must(err)
	for _, test := range []struct {
		redeemables []redemption.Redeemable
		parent      bool
	}{{redemption.Tiers(tier.ID), false}, {redemption.Stack(stack.ID), true}} {
		result, err := s.Redeem(background, redemption.Request{Redeemables: test.redeemables, Order: &order.Order{Amount: 2000}})
		s.must(err)
		if (result.Parent != nil) != test.parent || len(result.Redemptions) != 1 {
			t.Errorf("%v: parent %v, %d redemptions", test.redeemables, result.Parent, len(result.Redemptions))
		}
	}
}

func TestWhatARefusedRedeemWrites(t *testing.T) {
	t.Parallel()
	refuse := func(s *shop, key fault.Key, request redemption.Request) {
		t.Helper()
		if err := second(s.Redeem(background, request)); !errors.Is(err, key) {
			t.Errorf("got %v, want %s", err, key)
		}
	}
	s, n := counterShop(t), &namer{}
	s.writes(t, "records/refused_unknown_code", n, func() {
		refuse(s, fault.NotFound, redemption.Request{
			Redeemables: redemption.Codes("WINTER"), Order: breakfast(), Customer: customer.BySourceID("c1"), Metadata: metadata.Map{"till": 7},
		})
	})
	s.must(s.Vouchers.Disable(background, "SPRING"))
	_, err := s.Customers.Upsert(background, customer.Customer{SourceID: "c1"})
	s.must(err)
	s.writes(t, "records/refused_code", n, func() {
		refuse(s, fault.VoucherDisabled, redemption.Request{IdempotencyKey: "O1", Redeemables: redemption.Codes("SPRING"), Order: breakfast(), TrackingID: "c1"})
	})
	s.writes(t, "records/refused_all", n, func() {
		refuse(s, fault.VoucherDisabled, redemption.Request{Redeemables: redemption.Codes("MUGS", "SPRING", "WINTER"), Order: breakfast(), TrackingID: "c1"})
	})
	_, err = s.Settings.SetStackingRules(background, promotion.StackingRules{RedeemablesApplicationMode: promotion.Partial})
	s.must(err)
	s.writes(t, "records/refused_partial", n, func() {
		refuse(s, fault.NoApplicableRedeemables, redemption.Request{Redeemables: redemption.Codes("SPRING", "WINTER"), Order: breakfast()})
	})
	s.writes(t, "records/redeem_partial", n, func() {
		s.must(second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("SPRING", "MUGS"), Order: breakfast()})))
	})
}
