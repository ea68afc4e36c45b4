package reward_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/reward"
)

// outcome is a refusal in one line; empty for none.
func outcome(err error) string {
	var e *fault.Error
	if !errors.As(err, &e) {
		return ""
	}
	return string(e.Key) + " " + e.Field
}

func coin() reward.Reward {
	return reward.Reward{Name: "Pay", Type: reward.Coin, Parameters: reward.Parameters{Coin: ratio("20", "100")}}
}

func TestRewards(t *testing.T) {
	t.Parallel()
	one, negative := int64(1), int64(-1)
	for _, tt := range []struct {
		name   string
		change func(*reward.Reward)
		want   string
	}{
		{"a coin", func(*reward.Reward) {}, ""},
		{"no name", func(r *reward.Reward) { r.Name = "" }, "invalid_payload name"},
		{"no type", func(r *reward.Reward) { r.Type, r.Parameters = "", reward.Parameters{} }, "invalid_payload parameters.type"},
		{"a coin with a stock", func(r *reward.Reward) { r.Stock = &one }, "invalid_payload stock"},
		{"a coin without its ratio", func(r *reward.Reward) { r.Parameters.Coin = nil }, "invalid_payload parameters.coin"},
		{"a coin and a product", func(r *reward.Reward) { r.Parameters.Product = &reward.Product{ID: "p"} }, "invalid_payload parameters.product"},
		{"a coin that is worth nothing", func(r *reward.Reward) { r.Parameters.Coin = ratio("0", "1") }, "invalid_payload parameters.coin.exchange_ratio"},
		{"a product", func(r *reward.Reward) { *r = product(&one) }, ""},
		{"a product of which less than none is there", func(r *reward.Reward) { *r = product(&negative) }, "invalid_payload stock"},
		{"a product without its id", func(r *reward.Reward) { *r = product(nil); r.Parameters.Product.ID = "" }, "invalid_payload parameters.product.id"},
		{"a campaign without its id", func(r *reward.Reward) {
			*r = reward.Reward{Name: "C", Type: reward.OfCampaign, Parameters: reward.Parameters{Campaign: &reward.Campaign{}}}
		}, "invalid_payload parameters.campaign.id"},
		{"a long address of a picture", func(r *reward.Reward) { r.Attributes.ImageURL = strings.Repeat("a", reward.MaxImageURL+1) }, "invalid_payload attributes.image_url"},
		{"a long description", func(r *reward.Reward) { r.Attributes.Description = strings.Repeat("a", reward.MaxDescription+1) }, "invalid_payload attributes.description"},
	} {
		r := coin()
		tt.change(&r)
		if diff := cmp.Diff(tt.want, outcome(r.Check())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func product(stock *int64) reward.Reward {
	return reward.Reward{Name: "Cup", Type: reward.Material, Stock: stock, Parameters: reward.Parameters{Product: &reward.Product{ID: "p"}}}
}

func TestBalancesOfRewards(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind    campaign.Kind
		balance int64
		want    string
	}{
		{campaign.DiscountCoupons, 0, ""}, {campaign.DiscountCoupons, 1, "invalid_balance balance"},
		{campaign.GiftVouchers, 1, ""}, {campaign.GiftVouchers, 0, "invalid_balance balance"},
		{campaign.LoyaltyProgram, 1, ""}, {campaign.LoyaltyProgram, -1, "invalid_balance balance"},
	} {
		c := &reward.Campaign{ID: "camp_1", Balance: tt.balance}
		if diff := cmp.Diff(tt.want, outcome(c.CheckBalance(tt.kind))); diff != "" {
			t.Errorf("%d of %s (-want +got):\n%s", tt.balance, tt.kind, diff)
		}
	}
}

func TestAssignments(t *testing.T) {
	t.Parallel()
	price := &reward.Price{Loyalty: reward.Loyalty{Points: 1}}
	for _, tt := range []struct {
		name string
		of   reward.Type
		a    reward.Assignment
		want string
	}{
		{"a coin", reward.Coin, reward.Assignment{RelatedObjectID: "c"}, ""},
		{"a coin with a rule", reward.Coin, reward.Assignment{RelatedObjectID: "c", ValidationRules: []string{"val_1"}}, ""},
		{"a coin with two rules", reward.Coin, reward.Assignment{RelatedObjectID: "c", ValidationRules: []string{"val_1", "val_2"}}, "invalid_payload validation_rules"},
		{"a coin with a price", reward.Coin, reward.Assignment{RelatedObjectID: "c", Parameters: price}, "invalid_payload parameters"},
		{"a product", reward.Material, reward.Assignment{RelatedObjectID: "c", Parameters: price}, ""},
		{"a product without a price", reward.Material, reward.Assignment{RelatedObjectID: "c"}, "missing_param parameters.loyalty"},
		{"a product for nothing", reward.Material, reward.Assignment{RelatedObjectID: "c", Parameters: &reward.Price{}}, "invalid_payload parameters.loyalty.points"},
		{"a product with a rule", reward.Material, reward.Assignment{RelatedObjectID: "c", Parameters: price, ValidationRules: []string{"val_1"}}, "invalid_payload validation_rules"},
		{"no campaign", reward.Coin, reward.Assignment{}, "invalid_payload related_object_id"},
		{"something else than a campaign", reward.Coin, reward.Assignment{RelatedObjectID: "c", RelatedObjectType: "voucher"}, "invalid_payload related_object_type"},
	} {
		if diff := cmp.Diff(tt.want, outcome(tt.a.Check(tt.of))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestOnlyWhatIsPendingIsHandedOver(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	r := reward.Redemption{State: reward.Pending, Version: 1}
	if err := r.Complete(now); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(reward.Redemption{State: reward.Completed, UpdatedAt: &now, Version: 2}, r); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("invalid_payload state", outcome(r.Complete(now))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
