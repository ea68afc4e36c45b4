package voucherify_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// question is a scene that is asked once; its whole answer, with every step of the decision, stands in a file.
type question struct {
	file string
	ask  func(s *shop) redemption.Request
}

// codeWith creates a code of 10 % with a rule and asks for it on a breakfast.
func codeWith(s *shop, conditions string) redemption.Request {
	v := s.coupon("TEN", discount.Percent("10", discount.ToOrder), 0)
	s.rule(`{"name":"rule","rules":`+conditions+`}`, validation.OnVoucher, v.ID)
	return redemption.Request{Redeemables: redemption.Codes("TEN"), Order: breakfast(), TrackingID: "c1"}
}

var questions = []question{
	{"applies", func(s *shop) redemption.Request {
		return codeWith(s, `{"1":{"name":"order.amount","conditions":{"$more_than_or_equal":[1000]}},"2":{"name":"customer.metadata","property":"tier","conditions":{"$is_unknown":[]}},"logic":"1 and 2"}`)
	}},
	{"basket_too_small", func(s *shop) redemption.Request {
		return codeWith(s, `{"1":{"name":"order.amount","conditions":{"$more_than_or_equal":[6000]},"error":{"message":"Only from 60.00"}}}`)
	}},
	{"too_few_mugs", func(s *shop) redemption.Request {
		return codeWith(s, `{"1":{"name":"order.items.any","conditions":{"$is":[{"id":"mug","object":"product"}]},
			"rules":{"1":{"name":"order.items.aggregated_quantity","conditions":{"$more_than":[3]}}}}}`)
	}},
	{"one_of_two_ways", func(s *shop) redemption.Request {
		return codeWith(s, `{"1":{"name":"customer.metadata","property":"tier","conditions":{"$is":["gold"]}},
			"2":{"name":"order.items.count","conditions":{"$more_than_or_equal":[5]},"error":{"message":"Gold members, or five pieces"}},"logic":"1 or 2"}`)
	}},
	{"expression", func(s *shop) redemption.Request {
		v := s.coupon("TEN", discount.Percent("10", discount.ToOrder), 0)
		s.rule(`{"name":"rule","expression":"order.metadata.channel == \"web\" && order.amount >= 5000"}`, validation.OnVoucher, v.ID)
		return redemption.Request{Redeemables: redemption.Codes("TEN"), Order: breakfast()}
	}},
	{"missing_customer", func(s *shop) redemption.Request {
		request := codeWith(s, `{"1":{"name":"customer.metadata","property":"tier","conditions":{"$is":["gold"]}}}`)
		request.TrackingID = ""
		return request
	}},
	{"used_by_the_customer", func(s *shop) redemption.Request {
		request := codeWith(s, `{"1":{"name":"redemption.count.per_customer","conditions":{"$less_than_or_equal":[1]}}}`)
		s.must(second(s.Redeem(background, request)))
		return request
	}},
	{"used_up", func(s *shop) redemption.Request {
		s.coupon("ONCE", discount.AmountOff(500, discount.ToOrder), 1)
		request := redemption.Request{Redeemables: redemption.Codes("ONCE"), Order: breakfast()}
		s.must(second(s.Redeem(background, request)))
		return request
	}},
	{"expired", func(s *shop) redemption.Request {
		s.coupon("OLD", discount.AmountOff(500, discount.ToOrder), 0)
		s.editVoucher("OLD", func(v *voucher.Voucher) { v.ExpirationDate = &earlier })
		s.at(earlier.Add(time.Second))
		return redemption.Request{Redeemables: redemption.Codes("OLD"), Order: breakfast()}
	}},
	{"budget_after_the_discount", func(s *shop) redemption.Request {
		return codeWith(s, `{"1":{"name":"order.amount","conditions":{"$more_than":[1]}},"2":{"name":"campaign.orders.amount_discounted","conditions":{"$less_than_or_equal":[400]}}}`)
	}},
	{"incomplete_bundle", func(s *shop) redemption.Request {
		v := s.coupon("SET", discount.AmountOff(500, discount.ToOrder), 0)
		s.rule(`{"name":"set","bundle_rules":{"1":{"name":"order.items.any","conditions":{"$is":[{"id":"mug","object":"product"}]}},
			"2":{"name":"order.items.any","conditions":{"$is":[{"id":"spoon","object":"product"}]},"rules":{"1":{"name":"order.items.aggregated_quantity","conditions":{"$is":[2]}}}}}}`,
			validation.OnVoucher, v.ID)
		return redemption.Request{Redeemables: redemption.Codes("SET"), Order: breakfast()}
	}},
	{"unknown_code_among_others", func(s *shop) redemption.Request {
		s.coupon("A", discount.AmountOff(500, discount.ToOrder), 0)
		s.coupon("B", discount.AmountOff(500, discount.ToOrder), 0)
		return redemption.Request{Redeemables: redemption.Codes("A", "NONE", "B"), Order: breakfast()}
	}},
	{"partial", func(s *shop) redemption.Request {
		s.must(second(s.Settings.SetStackingRules(background, promotion.StackingRules{RedeemablesApplicationMode: promotion.Partial})))
		s.coupon("A", discount.AmountOff(500, discount.ToOrder), 0)
		s.coupon("OFF", discount.AmountOff(500, discount.ToOrder), 0)
		s.must(s.Vouchers.Disable(background, "OFF"))
		return redemption.Request{Redeemables: redemption.Codes("OFF", "A"), Order: breakfast()}
	}},
	{"exclusive", func(s *shop) redemption.Request {
		category, err := s.Categories.Create(background, promotion.Category{Name: "alone"})
		s.must(err)
		s.must(second(s.Settings.SetStackingRules(background, promotion.StackingRules{ExclusiveCategories: []string{category.ID}})))
		s.coupon("COMMON", discount.AmountOff(500, discount.ToOrder), 0)
		s.coupon("ALONE", discount.AmountOff(100, discount.ToOrder), 0)
		s.editVoucher("ALONE", func(v *voucher.Voucher) { v.CategoryID = category.ID })
		return redemption.Request{Redeemables: redemption.Codes("COMMON", "ALONE"), Order: breakfast()}
	}},
	{"nothing_left_to_take_off", func(s *shop) redemption.Request {
		s.must(second(s.Settings.SetStackingRules(background, promotion.StackingRules{RedeemablesNoEffectRule: promotion.Skip})))
		s.coupon("ALL", discount.Percent("100", discount.ToOrder), 0)
		s.coupon("MORE", discount.AmountOff(500, discount.ToOrder), 0)
		return redemption.Request{Redeemables: redemption.Codes("ALL", "MORE"), Order: breakfast()}
	}},
	{"stack_with_a_tier_switched_off", func(s *shop) redemption.Request {
		tier := s.tier()
		banner, err := s.Promotions.CreateTier(background, promotion.Tier{CampaignID: tier.CampaignID, Name: "hello", Metadata: metadata.Map{"colour": "red"}})
		s.must(err)
		stack, err := s.Promotions.CreateStack(background, promotion.Stack{CampaignID: tier.CampaignID, Name: "both", Tiers: promotion.StackTiers{IDs: []string{banner.ID, tier.ID}}})
		s.must(err)
		s.must(s.Promotions.DisableTier(background, tier.ID))
		return redemption.Request{Redeemables: redemption.Stack(stack.ID), Order: breakfast()}
	}},
	{"code_of_a_campaign", func(s *shop) redemption.Request {
		created, err := s.Campaigns.Create(background, coupons("Spring", func(c *campaign.Campaign) { c.Type, c.Voucher.Code = campaign.Standalone, "SPRING" }))
		s.must(err)
		s.rule(`{"name":"plates","applicable_to":{"excluded":[{"object":"product","id":"plate"}],"included_all":true}}`, validation.OnCampaign, created.ID)
		return redemption.Request{Redeemables: redemption.Codes("SPRING"), Order: breakfast(), Customer: customer.BySourceID("c1")}
	}},
}

func TestAnswersExplainThemselves(t *testing.T) {
	t.Parallel()
	for _, q := range questions {
		t.Run(q.file, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, voucherify.WithTimeZone("Europe/Warsaw"))
			request := q.ask(s)
			answer, err := s.Validate(background, request)
			s.must(err)
			answer.StackingRules = nil // the same in most of them
			golden(t, "decisions/"+q.file, (&namer{}).name(readable(t, answer)))

			// The explanation that a redeem gives, and keeps, is the same.
			result, err := s.Redeem(background, request)
			decision := answer.Decision
			switch {
			case answer.Valid && err == nil:
				if diff := cmp.Diff(decision, result.Decision); diff != "" {
					t.Errorf("decision of the redeem (-validate +redeem):\n%s", diff)
				}
			case !answer.Valid && err != nil:
				if diff := cmp.Diff(decision, refusedDecision(t, err)); diff != "" {
					t.Errorf("decision of the refusal (-validate +redeem):\n%s", diff)
				}
			default:
				t.Errorf("validate says %t, redeem says %v", answer.Valid, err)
			}
		})
	}
}

// readable is JSON that leaves < and > as they are.
func readable(t *testing.T, value any) string {
	t.Helper()
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func refusedDecision(t *testing.T, err error) *redemption.Decision {
	t.Helper()
	var refused *redemption.Refused
	if !errors.As(err, &refused) {
		t.Fatalf("got %v, want a refusal", err)
	}
	return refused.Decision()
}
