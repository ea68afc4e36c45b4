package validation_test

import (
	"testing"

	"github.com/voucherify-go/voucherify/validation"
)

// The columns of the matrix of contexts.
func TestContextsSayWhatRulesCanBeAbout(t *testing.T) {
	t.Parallel()
	const (
		customer = "customer.segment"
		order    = "order.amount"
		caller   = "redemption.api_key"
		count    = "redemption.count.daily"
		campaign = "campaign.redemptions.count"
		gift     = "redemption.gift.amount"
		points   = "redemption.reward.pay_with_points.points_used"
		holder   = "publication.redeemable_by_linked_customer"
		member   = "member.metadata"
		event    = "custom_event.metadata"
		product  = "product.metadata"
	)
	all := []string{customer, order, caller, count, campaign, gift, points, holder, member, event, product}
	for context, fits := range map[string][]string{
		"":                          all,
		"global":                    all,
		"campaign.discount_coupons": {customer, order, product, caller, count, campaign, holder},
		"campaign.referral_program.discount.percent.apply_to_items":       {customer, order, product, caller, count, campaign, holder},
		"campaign.promotion.discount.apply_to_items_by_quantity":          {customer, order, product, caller, count, campaign},
		"voucher.discount_voucher.discount.apply_to_items_proportionally": {customer, order, product, caller, count, holder},
		"campaign.gift_vouchers.gift.apply_to_items":                      {customer, order, product, caller, count, campaign, holder, gift},
		"voucher.gift_voucher":                  {customer, order, product, caller, count, holder, gift},
		"voucher.loyalty_card":                  {customer, order, product, caller, count, campaign, holder, points, member},
		"reward_assignment.pay_with_points":     {customer, order, product, caller, count, campaign, holder, points, member},
		"earning_rule.order.paid":               {customer, order, product},
		"earning_rule.custom_event":             {customer, event},
		"earning_rule.customer.segment.entered": {customer},
		"earning_rule.customer.tier.prolonged":  {customer},
		"distribution.order.canceled":           {customer, order, product},
		"distribution.custom_event":             {customer, event},
	} {
		for _, name := range all {
			conditions := `{"$is":["1"]}`
			if name == holder {
				conditions = `{"$is":[true]}`
			}
			rule := ruleOf(t, `{"1":{"name":"customer.segment","conditions":{"$is":["s"]},"rules":{"2":{"name":"`+name+`","property":"p","conditions":`+conditions+`}}}}`)
			rule.ContextType = context
			found := false
			for _, fit := range fits {
				found = found || fit == name
			}
			err := rule.Check()
			if found && err != nil {
				t.Errorf("%s in %q: %v", name, context, err)
			} else if !found {
				requireInvalid(t, err, "rules.1.rules.2.name", name+" has nothing to look at in the context "+context)
			}
		}
	}
	if n := validation.NumContexts(); n != 55 {
		t.Errorf("%d contexts are known, Voucherify has 55", n)
	}
	requireInvalid(t, validation.Rule{ContextType: "campaign"}.Check(), "context_type", `"campaign" is not a context`)
}

func TestContextsSayWhatRulesCanBeAssignedTo(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ context, fits string }{
		{"", "voucher campaign promotion_tier"}, {"global", "voucher campaign promotion_tier"},
		{"campaign.discount_coupons.discount.apply_to_order", "campaign"}, {"campaign.promotion", "campaign promotion_tier"},
		{"campaign.promotion.discount.apply_to_items", "campaign promotion_tier"}, {"voucher.gift_voucher", "voucher"},
		{"earning_rule.order.paid", ""}, {"distribution.custom_event", ""},
	} {
		got := ""
		for _, object := range []string{validation.OnVoucher, validation.OnCampaign, validation.OnPromotionTier} {
			err := validation.Rule{ContextType: tt.context}.CheckObject(object)
			if err == nil && got != "" {
				got += " "
			}
			if err == nil {
				got += object
				continue
			}
			requireInvalid(t, err, "related_object_type", "a rule for the context "+tt.context+" cannot be assigned to a "+object)
		}
		if got != tt.fits {
			t.Errorf("%q fits %q, want %q", tt.context, got, tt.fits)
		}
	}
}
