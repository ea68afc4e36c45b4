package voucherify_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/validity"
)

// flaw is one reason why a redeemable is refused. Everything in it is laid over a scene that works without it.
type flaw struct {
	key     fault.Key
	name    string // when the key alone does not say what is wrong
	window  func(*validity.Window)
	rule    string                      // conditions as JSON
	request func(r *redemption.Request) // what is asked
	last    func(*faulty)               // after everything else
}

func (f *flaw) String() string {
	if f.name != "" {
		return f.name
	}
	return string(f.key)
}

// faulty is a shop with one redeemable, which has been redeemed once.
type faulty struct {
	*shop
	campaign campaign.Campaign
	id       string // of the voucher or tier
	request  redemption.Request
}

const never = `{"1":{"name":"order.initial_amount","conditions":{"$more_than":[1000000]}}}`

var (
	later   = noon.Add(3 * time.Hour)
	earlier = noon.Add(1 * time.Hour)

	// flawsOfRules are those that vouchers and tiers share, in the order of precedence when their rules are assigned in it.
	flawsOfRules = []flaw{
		{
			key: fault.MissingCustomer, rule: `{"1":{"name":"customer.segment","conditions":{"$is":["seg_1"]}}}`,
			request: func(r *redemption.Request) { r.Customer = nil },
		},
		{
			key: fault.MissingOrder, rule: `{"1":{"name":"order.amount","conditions":{"$more_than":[1]}}}`,
			request: func(r *redemption.Request) { r.Order = nil },
		},
		{
			key: fault.MissingAmount, rule: `{"1":{"name":"order.amount","conditions":{"$more_than":[1]}}}`,
			request: func(r *redemption.Request) { r.Order = &order.Order{} },
		},
		{
			key: fault.MissingOrderItems, rule: `{"1":{"name":"order.items.count","conditions":{"$more_than":[1]}}}`,
			request: func(r *redemption.Request) { r.Order = &order.Order{Amount: 5000} },
		},
		{key: fault.CustomerRulesViolated, rule: `{"1":{"name":"customer.metadata","property":"tier","conditions":{"$is":["gold"]}}}`},
		{key: fault.OrderRulesViolated, rule: never},
		{
			key: fault.RedemptionRulesViolated, name: "redemption_rules_violated by a limit",
			rule: `{"1":{"name":"campaign.redemptions.count","conditions":{"$less_than_or_equal":[1]}}}`,
		},
		{
			key: fault.RedemptionRulesViolated, name: "redemption_rules_violated by a budget, which only the discount tells",
			rule: `{"1":{"name":"campaign.orders.amount_discounted","conditions":{"$less_than_or_equal":[500]}}}`,
		},
	}

	flawsOfVouchers = append([]flaw{
		{key: fault.NotFound, last: func(f *faulty) { f.must(f.Vouchers.Delete(context.Background(), f.id, false)) }},
		{key: fault.VoucherDisabled, last: func(f *faulty) { f.must(f.Vouchers.Disable(context.Background(), f.id)) }},
		{key: fault.VoucherNotActive, window: func(w *validity.Window) { w.StartDate = &later }},
		{key: fault.VoucherExpired, window: func(w *validity.Window) { w.ExpirationDate = &earlier }},
		{key: fault.VoucherNotActiveNow, window: func(w *validity.Window) { w.DaysOfWeek = []int{0} }},
		{key: fault.QuantityExceeded, last: func(f *faulty) { f.limit(1) }},
	}, flawsOfRules...)

	flawsOfTiers = append([]flaw{
		{key: fault.NotFound, last: func(f *faulty) { f.must(f.Promotions.DeleteTier(context.Background(), f.id)) }},
		{key: fault.PromotionInactive, last: func(f *faulty) { f.must(f.Promotions.DisableTier(context.Background(), f.id)) }},
		{key: fault.PromotionNotActiveNow, window: func(w *validity.Window) { w.StartDate = &later }},
	}, flawsOfRules...)
)

// limit sets the number of redemptions of the voucher.
func (f *faulty) limit(quantity int64) {
	f.t.Helper()
	v, err := f.Vouchers.Get(context.Background(), f.id)
	f.must(err)
	v.Redemption.Quantity = &quantity
	_, err = f.Vouchers.Update(context.Background(), v)
	f.must(err)
}

// spoil lays flaws over a scene. The clock then stands two hours after noon on a Wednesday.
func spoil(t *testing.T, s *faulty, window func(change func(*validity.Window)), kind string, flaws []flaw) {
	t.Helper()
	for i := len(flaws) - 1; i >= 0; i-- { // of two requests the one of the earlier flaw stays
		if flaws[i].request != nil {
			flaws[i].request(&s.request)
		}
		if flaws[i].window != nil {
			window(flaws[i].window)
		}
	}
	for _, f := range flaws {
		if f.rule != "" {
			s.rule(`{"name":"`+string(f.key)+`","rules":`+f.rule+`}`, kind, s.id)
		}
	}
	for i := len(flaws) - 1; i >= 0; i-- { // deleting comes last
		if flaws[i].last != nil {
			flaws[i].last(s)
		}
	}
	s.now.Store(2 * 60 * 60)
}

// faultyVoucher is the code SAVE of a campaign: 5.00 off an order of 50.00.
func faultyVoucher(t *testing.T, flaws ...flaw) *faulty {
	t.Helper()
	ctx := context.Background()
	s := &faulty{shop: newShop(t)}
	off := discount.AmountOff(500, discount.ToOrder)
	camp := campaign.Campaign{Name: "Codes", CampaignType: campaign.DiscountCoupons, Voucher: &campaign.Template{Discount: &off}}
	var err error
	s.campaign, err = s.Campaigns.Create(ctx, camp)
	s.must(err)
	s.must(s.Campaigns.AddVoucher(ctx, s.campaign.ID, "SAVE"))
	v, err := s.Vouchers.Get(ctx, "SAVE")
	s.must(err)
	s.id = v.ID
	s.redeemOnce(redemption.Codes("SAVE"))
	spoil(t, s, func(change func(*validity.Window)) {
		v, err := s.Vouchers.Get(ctx, s.id)
		s.must(err)
		change(&v.Window)
		_, err = s.Vouchers.Update(ctx, v)
		s.must(err)
	}, validation.OnVoucher, flaws)
	return s
}

// faultyTier is a tier: 5.00 off an order of 50.00.
func faultyTier(t *testing.T, flaws ...flaw) *faulty {
	t.Helper()
	ctx := context.Background()
	s := &faulty{shop: newShop(t)}
	var err error
	s.campaign, err = s.Campaigns.Create(ctx, campaign.Campaign{Name: "Tiers", CampaignType: campaign.Promotion})
	s.must(err)
	off := discount.AmountOff(500, discount.ToOrder)
	tier, err := s.Promotions.CreateTier(ctx, promotion.Tier{CampaignID: s.campaign.ID, Name: "5.00", Action: promotion.Action{Discount: &off}})
	s.must(err)
	s.id = tier.ID
	s.redeemOnce(redemption.Tiers(s.id))
	spoil(t, s, func(change func(*validity.Window)) {
		tier, err := s.Promotions.GetTier(ctx, s.id)
		s.must(err)
		change(&tier.Window)
		_, err = s.Promotions.UpdateTier(ctx, tier)
		s.must(err)
	}, validation.OnPromotionTier, flaws)
	return s
}

// redeemOnce uses the redeemable for a customer on an order, and keeps that request.
func (f *faulty) redeemOnce(redeemables []redemption.Redeemable) {
	f.t.Helper()
	f.request = redemption.Request{
		Redeemables: redeemables, Customer: customer.BySourceID("c1"),
		Order: order.New("", order.Line{ProductID: "p", Quantity: 1, Price: 5000}),
	}
	_, err := f.Redeem(context.Background(), f.request)
	f.must(err)
}

// reported is the key that Validate and Redeem agree on, with the standing of the redeemable.
func (f *faulty) reported() fault.Key {
	f.t.Helper()
	ctx := context.Background()
	answer, err := f.Validate(ctx, f.request)
	f.must(err)
	if answer.Valid || answer.Redeemables[0].Status != redemption.Inapplicable {
		f.t.Fatalf("it applies: %s", told(answer))
	}
	key := answer.Redeemables[0].Result.Error.Key
	_, err = f.Redeem(ctx, f.request)
	var refused *redemption.Refused
	if !errors.As(err, &refused) || !errors.Is(err, key) {
		f.t.Errorf("validate says %s, redeem says %v", key, err)
	}
	if details := answer.Redeemables[0].Result.Details; details == nil || details.Key != key {
		f.t.Errorf("result.details = %+v beside the error %s", details, key)
	}
	if answer.Decision.Reason != key || answer.Decision.Applicable {
		f.t.Errorf("the decision says %s", answer.Decision.Reason)
	}
	return key
}

func TestOfTwoFlawsTheOneWithPrecedenceIsReported(t *testing.T) {
	t.Parallel()
	for kind, list := range map[string]struct {
		flaws []flaw
		scene func(*testing.T, ...flaw) *faulty
	}{"voucher": {flawsOfVouchers, faultyVoucher}, "tier": {flawsOfTiers, faultyTier}} {
		for i := range list.flaws {
			first := list.flaws[i]
			t.Run(kind+" "+first.String()+" alone", func(t *testing.T) {
				t.Parallel()
				if diff := cmp.Diff(first.key, list.scene(t, first).reported()); diff != "" {
					t.Errorf("key (-want +got):\n%s", diff)
				}
			})
			for _, second := range list.flaws[i+1:] {
				if first.key == fault.VoucherNotActive && second.key == fault.VoucherExpired {
					continue // such a window is refused when it is stored
				}
				t.Run(kind+" "+first.String()+" before "+second.String(), func(t *testing.T) {
					t.Parallel()
					if diff := cmp.Diff(first.key, list.scene(t, first, second).reported()); diff != "" {
						t.Errorf("key (-want +got):\n%s", diff)
					}
				})
			}
		}
	}
}

func TestARuleThatIsAssignedFirstIsReportedFirst(t *testing.T) {
	t.Parallel()
	of, redeemed := flawsOfRules[4], flawsOfRules[6]
	for _, test := range []struct{ first, second flaw }{{of, redeemed}, {redeemed, of}} {
		if got := faultyVoucher(t, test.first, test.second).reported(); got != test.first.key {
			t.Errorf("got %s, want the rule that was assigned first: %s", got, test.first.key)
		}
	}
}

func TestTheRulesOfTheCodeComeBeforeThoseOfItsCampaign(t *testing.T) {
	t.Parallel()
	s := faultyVoucher(t)
	s.rule(`{"name":"of the campaign","rules":`+never+`}`, validation.OnCampaign, s.campaign.ID)
	if got := s.reported(); got != fault.OrderRulesViolated {
		t.Errorf("got %s for the rule of the campaign alone", got)
	}
	s.rule(`{"name":"of the code","rules":`+flawsOfRules[4].rule+`}`, validation.OnVoucher, s.id)
	if got := s.reported(); got != fault.CustomerRulesViolated {
		t.Errorf("got %s, want the rule of the code although it was assigned later", got)
	}
}

func TestACampaignThatIsSwitchedOffSwitchesOffWhatIsInIt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		s    *faulty
		want fault.Key
	}{{faultyVoucher(t), fault.VoucherDisabled}, {faultyTier(t), fault.PromotionInactive}} {
		s, ctx := test.s, context.Background()
		s.must(s.Campaigns.Disable(ctx, s.campaign.Name))
		if got := s.reported(); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
		s.must(s.Campaigns.Enable(ctx, s.campaign.ID))
		answer, err := s.Validate(ctx, s.request)
		s.must(err)
		if !answer.Valid {
			t.Errorf("after switching it on again: %s", told(answer))
		}
	}
}

func TestABundleIsLookedAtAfterAllConditions(t *testing.T) {
	t.Parallel()
	s := faultyVoucher(t)
	s.rule(`{"name":"bundle","bundle_rules":{"1":{"name":"order.items.any","conditions":{"$is":[{"id":"q","object":"product"}]}}}}`,
		validation.OnVoucher, s.id)
	if got := s.reported(); got != fault.OrderRulesViolated {
		t.Errorf("an incomplete bundle: %s", got)
	}
	s.rule(`{"name":"limit","rules":`+flawsOfRules[6].rule+`}`, validation.OnCampaign, s.campaign.ID)
	if got := s.reported(); got != fault.RedemptionRulesViolated {
		t.Errorf("got %s, want the limit before the bundle", got)
	}
}

// tamper changes the body of a stored record behind the engine's back.
func (s *shop) tamper(kind record.Kind, id, from, to string) {
	s.t.Helper()
	ctx := context.Background()
	s.must(s.store.Update(ctx, func(tx store.Tx) error {
		doc, err := tx.Get(ctx, kind, id)
		if err != nil {
			return err
		}
		body := strings.Replace(string(doc.Body), from, to, 1)
		if body == string(doc.Body) {
			s.t.Fatalf("%s is not in %s", from, body)
		}
		doc.Body = []byte(body)
		return tx.Put(ctx, doc)
	}))
}

func TestWhatCannotBeReadRefusesItsOwnRedeemablesOnly(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := faultyVoucher(t)
	s.coupon("OTHER", discount.AmountOff(100, discount.ToOrder), 0)
	rule := s.rule(`{"name":"r","rules":{"1":{"name":"order.amount","conditions":{"$more_than":[1]}}}}`, validation.OnVoucher, s.id)
	s.tamper(record.Rule, rule.ID, "order.amount", "order.nothing")
	if got := s.reported(); got != fault.InvalidValidationRules {
		t.Errorf("a broken rule: %s", got)
	}
	s.must(s.Rules.Delete(ctx, rule.ID, true))

	own := s.coupon("OWN", discount.AmountOff(100, discount.ToOrder), 0)
	s.tamper(record.Voucher, own.ID, `"amount_off":100`, `"amount_off":-100`)
	s.request.Redeemables = redemption.Codes("OWN")
	if got := s.reported(); got != fault.InvalidVoucher {
		t.Errorf("a broken discount: %s", got)
	}
	s.rule(`{"name":"r","rules":`+never+`}`, validation.OnVoucher, own.ID)
	if got := s.reported(); got != fault.OrderRulesViolated {
		t.Errorf("got %s, want the rule before the broken discount", got)
	}
	answer, err := s.Validate(ctx, redemption.Request{Redeemables: redemption.Codes("OTHER"), Order: s.request.Order})
	s.must(err)
	if !answer.Valid {
		t.Errorf("another code suffers: %s", told(answer))
	}
}
