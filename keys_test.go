package voucherify_test

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/access"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// background is the context of tests that have no other.
var background = context.Background()

// keyRow is one way to meet a key, and the whole error as JSON with its ids masked: "r_…".
type keyRow struct {
	key  fault.Key
	fail func(*shop) error
	want string
}

var maskedID = regexp.MustCompile(`\b([a-z]+[_-])[0-9a-f]{18}\b`)

func mask(text string) string { return maskedID.ReplaceAllString(text, "$1…") }

// redeems is a row's way to the refusal of a code on an order of 50.00.
func redeems(prepare func(*shop)) func(*shop) error {
	return func(s *shop) error {
		s.coupon("SAVE", discount.AmountOff(500, discount.ToOrder), 1)
		prepare(s)
		return second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("SAVE"), Order: &order.Order{Amount: 5000}}))
	}
}

// ruled is redeems with a rule on the code.
func ruled(request redemption.Request, conditions string) func(*shop) error {
	return func(s *shop) error {
		v := s.coupon("SAVE", discount.AmountOff(500, discount.ToOrder), 1)
		s.rule(`{"name":"rule","rules":{"1":`+conditions+`}}`, validation.OnVoucher, v.ID)
		request := request
		request.Redeemables = redemption.Codes("SAVE")
		return second(s.Redeem(background, request))
	}
}

// redeemedOnce redeems the code SAVE on two lines for customer c1.
func (s *shop) redeemedOnce() *redemption.Result {
	s.t.Helper()
	s.coupon("SAVE", discount.AmountOff(500, discount.ToOrder), 1)
	s.coupon("MORE", discount.AmountOff(100, discount.ToOrder), 1)
	result, err := s.Redeem(background, redemption.Request{
		Redeemables: redemption.Codes("SAVE", "MORE"), Customer: customer.BySourceID("c1"), Order: order.New("O1", order.Line{ProductID: "p", Quantity: 2, Price: 2500}),
	})
	s.must(err)
	return result
}

func (s *shop) editVoucher(code string, edit func(*voucher.Voucher)) {
	s.t.Helper()
	v, err := s.Vouchers.Get(background, code)
	s.must(err)
	edit(&v)
	_, err = s.Vouchers.Update(background, v)
	s.must(err)
}

// tier creates a tier of 5.00 in a promotion of its own.
func (s *shop) tier() promotion.Tier {
	s.t.Helper()
	c, err := s.Campaigns.Create(background, campaign.Campaign{Name: "Promotion", CampaignType: campaign.Promotion})
	s.must(err)
	off := discount.AmountOff(500, discount.ToOrder)
	tier, err := s.Promotions.CreateTier(background, promotion.Tier{CampaignID: c.ID, Name: "5.00", Action: promotion.Action{Discount: &off}})
	s.must(err)
	return tier
}

var refusedKeys = []keyRow{
	{
		key: fault.NotFound,
		fail: func(s *shop) error {
			return second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("NONE")}))
		},
		want: `{"code":404,"key":"not_found","message":"Resource not found","details":"Cannot find voucher with id NONE","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key: fault.Forbidden,
		fail: func(s *shop) error {
			s.coupon("SAVE", off100, 1)
			return second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("SAVE"), AccessScope: &access.Scope{}}))
		},
		want: `{"code":403,"key":"forbidden","message":"Forbidden","details":"voucher with id SAVE is not accessible in given context","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key:  fault.VoucherDisabled,
		fail: redeems(func(s *shop) { s.must(s.Vouchers.Disable(background, "SAVE")) }),
		want: `{"code":400,"key":"voucher_disabled","message":"voucher is disabled","details":"SAVE","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key:  fault.VoucherNotActive,
		fail: redeems(func(s *shop) { s.editVoucher("SAVE", func(v *voucher.Voucher) { v.StartDate = &later }) }),
		want: `{"code":400,"key":"voucher_not_active","message":"voucher not active","details":"SAVE","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key: fault.VoucherExpired,
		fail: redeems(func(s *shop) {
			s.editVoucher("SAVE", func(v *voucher.Voucher) { v.ExpirationDate = &earlier })
			s.now.Store(3601)
		}),
		want: `{"code":400,"key":"voucher_expired","message":"voucher expired","details":"SAVE","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key:  fault.VoucherNotActiveNow,
		fail: redeems(func(s *shop) { s.editVoucher("SAVE", func(v *voucher.Voucher) { v.DaysOfWeek = []int{0} }) }),
		want: `{"code":400,"key":"voucher_not_active_now","message":"voucher not active now","details":"SAVE","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key: fault.QuantityExceeded,
		fail: redeems(func(s *shop) {
			s.must(second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("SAVE")})))
		}),
		want: `{"code":400,"key":"quantity_exceeded","message":"quantity exceeded","details":"SAVE","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key: fault.PromotionInactive,
		fail: func(s *shop) error {
			tier := s.tier()
			s.must(s.Promotions.DisableTier(background, tier.ID))
			return second(s.Redeem(background, redemption.Request{Redeemables: redemption.Tiers(tier.ID)}))
		},
		want: `{"code":400,"key":"promotion_inactive","message":"Inactive Promotion","details":"Promotion Tier with id: promo_… is disabled.","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key: fault.PromotionNotActiveNow,
		fail: func(s *shop) error {
			tier := s.tier()
			tier.StartDate = &later
			s.must(second(s.Promotions.UpdateTier(background, tier)))
			return second(s.Redeem(background, redemption.Request{Redeemables: redemption.Tiers(tier.ID)}))
		},
		want: `{"code":400,"key":"promotion_not_active_now","message":"promotion not active now","details":"promo_…","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key:  fault.MissingCustomer,
		fail: ruled(redemption.Request{}, `{"name":"customer.segment","conditions":{"$is":["seg_1"]}}`),
		want: `{"code":400,"key":"missing_customer","message":"Missing customer","details":"Customer is required to validate rules","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key:  fault.MissingOrder,
		fail: ruled(redemption.Request{}, `{"name":"order.amount","conditions":{"$more_than":[1]}}`),
		want: `{"code":400,"key":"missing_order","message":"Missing order","details":"Order is required to validate rules","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key:  fault.MissingAmount,
		fail: ruled(redemption.Request{Order: &order.Order{}}, `{"name":"order.amount","conditions":{"$more_than":[1]}}`),
		want: `{"code":400,"key":"missing_amount","message":"Missing amount","details":"Amount is required to validate rules","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key:  fault.MissingOrderItems,
		fail: ruled(redemption.Request{Order: &order.Order{Amount: 1}}, `{"name":"order.items.count","conditions":{"$more_than":[1]}}`),
		want: `{"code":400,"key":"missing_order_items","message":"Missing order items","details":"At least one order item is required to validate rules","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key:  fault.CustomerRulesViolated,
		fail: ruled(redemption.Request{TrackingID: "c1"}, `{"name":"customer.metadata","property":"tier","conditions":{"$is":["gold"]},"error":{"message":"For gold only"}}`),
		want: `{"code":400,"key":"customer_rules_violated","message":"customer does not match validation rules","details":"Discount Coupon cannot be redeemed because of violated validation rules: val_…","resource_id":"rf_…","resource_type":"redemption","error":{"message":"For gold only"}}`,
	},
	{
		key:  fault.OrderRulesViolated,
		fail: ruled(redemption.Request{Order: &order.Order{Amount: 5}}, `{"name":"order.amount","conditions":{"$more_than":[5]}}`),
		want: `{"code":400,"key":"order_rules_violated","message":"order does not match validation rules","details":"Discount Coupon cannot be redeemed because of violated validation rules: val_…","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key:  fault.RedemptionRulesViolated,
		fail: ruled(redemption.Request{}, `{"name":"redemption.metadata","property":"till","conditions":{"$is":["7"]}}`),
		want: `{"code":400,"key":"redemption_rules_violated","message":"redemption does not match validation rules","details":"Discount Coupon cannot be redeemed because of violated validation rules: val_…","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key: fault.NoApplicableRedeemables,
		fail: func(s *shop) error {
			s.must(second(s.Settings.SetStackingRules(background, promotion.StackingRules{RedeemablesApplicationMode: promotion.Partial})))
			return second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("NONE", "NEITHER")}))
		},
		want: `{"code":400,"key":"no_applicable_redeemables","message":"No applicable redeemables","details":"none of 2 redeemables can be applied","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key: fault.NoEffect,
		fail: redeems(func(s *shop) {
			s.must(second(s.Settings.SetStackingRules(background, promotion.StackingRules{RedeemablesNoEffectRule: promotion.Skip})))
			s.editVoucher("SAVE", func(v *voucher.Voucher) { nothing := discount.AmountOff(0, discount.ToOrder); v.Discount = &nothing })
		}),
		want: `{"code":400,"key":"no_effect","message":"Redeemable cannot be applied due to no effect","details":"SAVE","resource_id":"rf_…","resource_type":"redemption"}`,
	},
}

// ofCard redeems a gift card of 5.00 in a request that is not for it.
func ofCard(effect discount.Effect, named redemption.Redeemable, o *order.Order) func(s *shop) error {
	return func(s *shop) error {
		gift := &voucher.Gift{Amount: 500, Effect: effect}
		s.must(second(s.Vouchers.Create(background, voucher.Voucher{Code: "CARD", Type: voucher.GiftVoucher, Gift: gift})))
		return second(s.Redeem(background, redemption.Request{Redeemables: []redemption.Redeemable{named}, Order: o}))
	}
}

// keyRows are all rows of these tests.
var keyRows = [][]keyRow{
	refusedKeys, giftKeys, requestKeys, managementKeys, publicationKeys,
	loyaltyKeys, referralKeys, rewardKeys,
}

var giftKeys = []keyRow{
	{
		key:  fault.GiftAmountExceeded,
		fail: ofCard("", redemption.GiftCard("CARD", 501), &order.Order{Amount: 900}),
		want: `{"code":400,"key":"gift_amount_exceeded","message":"gift amount exceeded","details":"CARD","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key:  fault.MissingOrderItemsAmount,
		fail: ofCard(discount.ToItems, redemption.GiftCard("CARD", 500), &order.Order{Amount: 900}),
		want: `{"code":400,"key":"missing_order_items_amount","message":"Missing applicable order items","details":"At least one applicable order item with amount is required to redeem this GIFT_VOUCHER","resource_id":"rf_…","resource_type":"redemption"}`,
	},
	{
		key:  fault.InvalidGift,
		fail: ofCard("", redemption.GiftCard("CARD", -1), &order.Order{Amount: 900}),
		want: `{"code":400,"key":"invalid_gift","message":"Invalid gift","details":"-1 is not between 1 and 1000000000000000","field":"redeemables[0].gift.credits"}`,
	},
	{
		key: fault.InvalidAddBalanceParams,
		fail: func(s *shop) error {
			return second(s.Vouchers.AddBalance(background, "CARD", ledger.Adjustment{Amount: 1, SourceID: strings.Repeat("s", 256)}))
		},
		want: `{"code":400,"key":"invalid_add_balance_params","message":"Invalid add balance params","details":"is longer than 255 bytes","field":"source_id"}`,
	},
}

var requestKeys = []keyRow{
	{
		key:  fault.InvalidPayload,
		fail: func(s *shop) error { return second(s.Redeem(background, redemption.Request{})) },
		want: `{"code":400,"key":"invalid_payload","message":"Invalid payload","details":"has 0 redeemables, between 1 and 30 are allowed","field":"redeemables"}`,
	},
	{
		key: fault.InvalidAmount,
		fail: func(s *shop) error {
			return second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("SAVE"), Order: &order.Order{Amount: -1}}))
		},
		want: `{"code":400,"key":"invalid_amount","message":"Amount has to be a valid positive number","details":"-1 is not between 0 and 1000000000000000","field":"order.amount"}`,
	},
	{
		key: fault.DuplicatedRedeemables,
		fail: func(s *shop) error {
			v := s.coupon("SAVE", discount.AmountOff(500, discount.ToOrder), 1)
			return second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("SAVE", v.ID)}))
		},
		want: `{"code":400,"key":"duplicated_redeemables","message":"Duplicated redeemables","details":"SAVE and v_… are the same voucher","field":"redeemables"}`,
	},
	{
		key: fault.InvalidRedeemables,
		fail: func(s *shop) error {
			return second(s.Redeem(background, redemption.Request{Redeemables: append(redemption.Stack("s1"), redemption.Codes("SAVE")...)}))
		},
		want: `{"code":400,"key":"invalid_redeemables","message":"Invalid redeemables","details":"a promotion stack cannot be used with other redeemables","field":"redeemables"}`,
	},
	{
		key: fault.DuplicateResourceKey,
		fail: func(s *shop) error {
			s.coupon("SAVE", discount.AmountOff(500, discount.ToOrder), 0)
			request := redemption.Request{IdempotencyKey: "k", Redeemables: redemption.Codes("SAVE")}
			s.must(second(s.Redeem(background, request)))
			request.TrackingID = "c1"
			return second(s.Redeem(background, request))
		},
		want: `{"code":409,"key":"duplicate_resource_key","message":"Resource key is already in use","details":"the key was used at 2026-11-25T12:00:00Z for another request","field":"idempotency_key"}`,
	},
	{
		key: fault.AlreadyRolledBack,
		fail: func(s *shop) error {
			request := redemption.RollbackRequest{Redemption: s.redeemedOnce().ID()}
			s.must(second(s.Rollback(background, request)))
			return second(s.Rollback(background, request))
		},
		want: `{"code":400,"key":"already_rolled_back","message":"Redemption has been already rolled back.","details":"r_…","resource_id":"rrf_…","resource_type":"redemption_rollback"}`,
	},
	{
		key: fault.InvalidCustomer,
		fail: func(s *shop) error {
			return second(s.Rollback(background, redemption.RollbackRequest{Redemption: s.redeemedOnce().ID(), Customer: customer.BySourceID("c2")}))
		},
		want: `{"code":400,"key":"invalid_customer","message":"Invalid customer","details":"the customer did not make the redemption","field":"customer","resource_id":"rrf_…","resource_type":"redemption_rollback"}`,
	},
	{
		key: fault.InvalidOrder,
		fail: func(s *shop) error {
			return second(s.Rollback(background, redemption.RollbackRequest{Redemption: s.redeemedOnce().ID(), OrderID: "O2"}))
		},
		want: `{"code":400,"key":"invalid_order","message":"Invalid order","details":"Order is not related with redemption.","field":"order_id","resource_id":"rrf_…","resource_type":"redemption_rollback"}`,
	},
	{
		key: fault.InvalidRedemption,
		fail: func(s *shop) error {
			var refused *redemption.Refused
			_, err := s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("NONE")})
			if !errors.As(err, &refused) {
				return err
			}
			return second(s.Rollback(background, redemption.RollbackRequest{Redemption: refused.Cause.ResourceID}))
		},
		want: `{"code":400,"key":"invalid_redemption","message":"Invalid redemption","details":"rf_… is a failed attempt, there is nothing to roll back","field":"redemption"}`,
	},
	{
		key: fault.InvalidRedemptionParent,
		fail: func(s *shop) error {
			result := s.redeemedOnce()
			return second(s.Return(background, redemption.ReturnRequest{
				Redemption: result.Redemptions[0].ID, Lines: []redemption.ReturnLine{{ItemID: result.Order.Items[0].ID, Quantity: 1}},
			}))
		},
		want: `{"code":400,"key":"invalid_redemption_parent","message":"Invalid redemption parent","details":"units are returned through the parent r_…","field":"redemption"}`,
	},
}

func TestEveryKeyComesWithItsClassAndItsParticulars(t *testing.T) {
	t.Parallel()
	for _, rows := range keyRows {
		for _, row := range rows {
			t.Run(string(row.key), func(t *testing.T) {
				t.Parallel()
				err := row.fail(newShop(t))
				var cause *fault.Error
				if !errors.As(err, &cause) || !errors.Is(err, row.key) {
					t.Fatalf("got %v, want %s", err, row.key)
				}
				if cause.Code != row.key.Code() || cause.Message != row.key.Message() {
					t.Errorf("code %d, message %q", cause.Code, cause.Message)
				}
				text, err := json.Marshal(cause)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(row.want, mask(string(text))); diff != "" {
					t.Errorf("error (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func setDiscount(d discount.Discount) func(*voucher.Voucher) {
	return func(v *voucher.Voucher) { v.Discount = &d }
}
