package voucherify_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
)

// answered validates a code on a cart of mugs at 10.00 and returns what told says.
func (s *shop) answered(code string, r redemption.Request, lines ...order.Line) string {
	s.t.Helper()
	r.Redeemables = redemption.Codes(code)
	if len(lines) > 0 {
		r.Order = order.New("", lines...)
	}
	answer, err := s.Validate(background, r)
	s.must(err)
	return told(answer)
}

func TestARuleAboutAPlaceIsAskedInTheRequest(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	place, err := s.Locations.Create(background, location.Location{Name: "Warsaw", Shape: location.Shape{
		Type: location.Circle, Distance: &location.Distance{Center: "geo:52.2297,21.0122", Radius: "5 km"},
	}})
	s.must(err)
	v := s.coupon("A", discount.AmountOff(100, discount.ToOrder), 0)
	s.rule(`{"name":"near","rules":{"1":{"name":"redemption.metadata","property":"at","conditions":{"$in_location":["`+place.ID+`"]}}}}`, validation.OnVoucher, v.ID)
	mug := order.Line{ProductID: "mug", Quantity: 1, Price: 1000}
	got := []string{
		s.answered("A", redemption.Request{Metadata: map[string]any{"at": "geo:52.23,21.01"}}, mug),
		s.answered("A", redemption.Request{Metadata: map[string]any{"at": "geo:50,20"}}, mug),
		s.answered("A", redemption.Request{}, mug),
	}
	refused := refusedWith("A", "redemption_rules_violated")
	if diff := cmp.Diff([]string{"valid 900: A -100", refused, refused}, got); diff != "" {
		t.Errorf("near, far, nowhere (-want +got):\n%s", diff)
	}
	if err := s.Locations.Delete(background, place.ID); !errors.Is(err, fault.ResourceInUse) {
		t.Errorf("deleting a location that a rule names: %v", err)
	}
}

func TestARuleAboutWhoCalls(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	v := s.coupon("A", discount.AmountOff(100, discount.ToOrder), 0)
	s.rule(`{"name":"staff","rules":{
		"1":{"name":"redemption.api_key","conditions":{"$is":["app_1"]},"rules":{"1":{"name":"redemption.count.per_api_key","conditions":{"$less_than_or_equal":[1]}}}},
		"2":{"name":"redemption.user.login","conditions":{"$in":["bob"]}},"logic":"1 or 2"}}`, validation.OnVoucher, v.ID)
	mug := order.Line{ProductID: "mug", Quantity: 1, Price: 1000}
	ask := func(actor redemption.Actor) string { return s.answered("A", redemption.Request{Actor: actor}, mug) }
	got := []string{ask(redemption.Actor{APIKey: "app_1"}), ask(redemption.Actor{APIKey: "app_2", User: "bob"}), ask(redemption.Actor{})}
	s.must(second(s.Redeem(background, redemption.Request{
		Redeemables: redemption.Codes("A"), Order: order.New("", mug), Actor: redemption.Actor{APIKey: "app_1"},
	})))
	got = append(got, ask(redemption.Actor{APIKey: "app_1"}))
	refused := refusedWith("A", "redemption_rules_violated")
	if diff := cmp.Diff([]string{"valid 900: A -100", "valid 900: A -100", refused, refused}, got); diff != "" {
		t.Errorf("key, user, nobody, key again (-want +got):\n%s", diff)
	}
}

// An older rule opens the scope of the discount to the product that its condition names.
func TestTheScopeOfAnOlderRuleCounts(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	v := s.coupon("A", discount.Percent("50", discount.ToItems), 0)
	s.rule(`{"name":"mugs","rules":{"1":{"name":"product.id","conditions":{"$is":[{"id":"mug"}]},"rules":{
		"1":{"name":"product.quantity","conditions":{"$more_than_or_equal":[2]}},
		"2":{"name":"product.discount_applicable","conditions":{"$is":[true]}},"logic":"1 and 2"}}}}`, validation.OnVoucher, v.ID)
	hat := order.Line{ProductID: "hat", Quantity: 1, Price: 5000}
	got := []string{
		s.answered("A", redemption.Request{}, hat, order.Line{ProductID: "mug", Quantity: 2, Price: 1000}),
		s.answered("A", redemption.Request{}, hat, order.Line{ProductID: "mug", Quantity: 1, Price: 1000}),
	}
	if diff := cmp.Diff([]string{"valid 6000: A -1000", refusedWith("A", "order_rules_violated")}, got); diff != "" {
		t.Errorf("two mugs, one mug (-want +got):\n%s", diff)
	}
}

// A promotion tier has no holder, so nobody is refused for not being it.
func TestATierHasNoHolder(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	off := discount.AmountOff(100, discount.ToOrder)
	c, err := s.Campaigns.Create(background, campaign.Campaign{Name: "P", CampaignType: campaign.Promotion})
	s.must(err)
	tier, err := s.Promotions.CreateTier(background, promotion.Tier{CampaignID: c.ID, Name: "all", Action: promotion.Action{Discount: &off}})
	s.must(err)
	s.rule(`{"name":"holder","rules":{"1":{"name":"publication.redeemable_by_linked_customer","conditions":{"$is":[true]}}}}`, validation.OnPromotionTier, tier.ID)
	answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Tiers(tier.ID), Order: &order.Order{Amount: 1000}})
	s.must(err)
	if !answer.Valid {
		t.Errorf("refused: %s", told(answer))
	}
}

func TestARuleIsAssignedToWhatItsContextFits(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	v := s.coupon("A", discount.AmountOff(100, discount.ToOrder), 0)
	for context, fits := range map[string]bool{"": true, validation.Global: true, "voucher.discount_voucher": true, "campaign.discount_coupons": false} {
		r, err := s.Rules.Create(background, validation.Rule{Name: "r", ContextType: context})
		s.must(err)
		_, err = s.Rules.Assign(background, r.ID, validation.OnVoucher, v.ID)
		if fits {
			s.must(err)
			continue
		}
		refusedAt(t, err, fault.InvalidValidationRules, "related_object_type")
	}
}

func TestTheSourceOfARule(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	r, err := s.Rules.Create(background, validation.Rule{Name: "r", Expression: "order.amount > 5", Rules: validation.Group{Nodes: map[string]validation.Node{
		"1": {Name: "customer.metadata", Property: "club", Conditions: validation.Conditions{"$in": {"gold", "silver"}}},
		"2": {Name: "campaign.orders.amount", Conditions: validation.Conditions{"$less_than_or_equal": {500}}, LimitPolicy: validation.OvershootOnce},
	}}})
	s.must(err)
	source, err := s.Rules.Source(background, r.ID)
	s.must(err)
	const want = `rules.1: is_in(get(customer.metadata, "club"), ["gold", "silver"])
rules.2: spent.campaign_orders_amount < 500
expression: order.amount > 5
`
	if diff := cmp.Diff(want, source); diff != "" {
		t.Errorf("source (-want +got):\n%s", diff)
	}
	if _, err := s.Rules.Source(background, "val_gone"); !errors.Is(err, fault.NotFound) {
		t.Errorf("the source of a rule that does not exist: %v", err)
	}
}
