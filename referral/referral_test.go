package referral_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/internal/contract"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/referral"
)

func program() referral.Program {
	return referral.Program{
		ConversionEventType: referral.ByCustomEvent, CustomEvent: &referral.CustomEvent{Name: "signed_up"},
		RefereeReward: &referral.RefereeReward{RelatedObjectParent: referral.Parent{Name: "Cards"}, Type: referral.OnGiftVoucher, Amount: 1},
	}
}

func TestCheckOfAProgramme(t *testing.T) {
	t.Parallel()
	type p = referral.Program
	for _, tt := range []struct {
		name   string
		change func(*p)
		want   string
	}{
		{"one that passes", func(*p) {}, ""},
		{"an event by its id", func(x *p) { x.CustomEvent = &referral.CustomEvent{ID: "ms_1"} }, ""},
		{"redemptions that convert, and no reward", func(x *p) { *x = p{ConversionEventType: referral.ByRedemption} }, ""},
		{"nothing that converts", func(x *p) { x.ConversionEventType = "" }, "invalid_campaign conversion_event_type"},
		{"redemptions that convert, beside an event", func(x *p) { x.ConversionEventType = referral.ByRedemption }, "invalid_campaign custom_event"},
		{"no event", func(x *p) { x.CustomEvent = nil }, "invalid_campaign custom_event"},
		{"an event without a name", func(x *p) { x.CustomEvent = &referral.CustomEvent{} }, "invalid_campaign custom_event"},
		{"points", func(x *p) { x.RefereeReward.Type = referral.OnLoyaltyCard }, ""},
		{"a coupon", func(x *p) { x.RefereeReward.Type = "DISCOUNT_VOUCHER" }, "invalid_campaign referee_reward.type"},
		{"no campaign of the card", func(x *p) { x.RefereeReward.RelatedObjectParent = referral.Parent{} },
			"invalid_campaign referee_reward.related_object_parent"},
		{"nothing", func(x *p) { x.RefereeReward.Amount = 0 }, "invalid_amount referee_reward.amount"},
		{"the most", func(x *p) { x.RefereeReward.Amount = money.Max }, ""},
		{"more than the most", func(x *p) { x.RefereeReward.Amount = money.Max + 1 }, "invalid_amount referee_reward.amount"},
	} {
		x := program()
		tt.change(&x)
		if diff := cmp.Diff(tt.want, contract.Refusal(x.Check())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestWhatAProgrammeKeeps(t *testing.T) {
	t.Parallel()
	type p = referral.Program
	for _, tt := range []struct {
		name   string
		change func(*p)
		want   string
	}{
		{"another amount on other cards", func(x *p) {
			x.RefereeReward = &referral.RefereeReward{RelatedObjectParent: referral.Parent{ID: "camp_2"}, Type: referral.OnGiftVoucher, Amount: 9}
		}, ""},
		{"the event by its id", func(x *p) { x.CustomEvent = &referral.CustomEvent{ID: "ms_1"} }, ""},
		{"another way to convert", func(x *p) { x.ConversionEventType = referral.ByRedemption }, "invalid_campaign conversion_event_type"},
		{"no event", func(x *p) { x.CustomEvent = nil }, "invalid_campaign custom_event"},
		{"another event", func(x *p) { x.CustomEvent = &referral.CustomEvent{ID: "ms_2"} }, "invalid_campaign custom_event"},
		{"an event of another name", func(x *p) { x.CustomEvent = &referral.CustomEvent{Name: "viewed"} }, "invalid_campaign custom_event"},
		{"no reward", func(x *p) { x.RefereeReward = nil }, "invalid_campaign referee_reward"},
		{"another reward", func(x *p) { x.RefereeReward.Type = referral.OnLoyaltyCard }, "invalid_campaign referee_reward.type"},
	} {
		stored, sent := program(), program()
		stored.CustomEvent.ID = "ms_1"
		tt.change(&sent)
		if diff := cmp.Diff(tt.want, contract.Refusal(stored.Fixed(&sent))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	plain := referral.Program{ConversionEventType: referral.ByRedemption}
	rewarding := plain
	rewarding.RefereeReward = program().RefereeReward
	for name, got := range map[string]error{"nothing": plain.Fixed(nil), "a new reward": plain.Fixed(&rewarding)} {
		if got == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func tier() referral.Tier {
	return referral.Tier{
		CampaignID: "camp_1", Name: "three", Parameters: referral.Parameters{Criterion: referral.MinimumReferees, Referees: 3},
		Reward: referral.FromCampaign("camp_2", 100),
	}
}

func TestCheckOfATier(t *testing.T) {
	t.Parallel()
	type x = referral.Tier
	for _, tt := range []struct {
		name   string
		change func(*x)
		want   string
	}{
		{"one that passes", func(*x) {}, ""},
		{"each referee", func(t *x) { t.Parameters = referral.Parameters{Criterion: referral.EachReferee} }, ""},
		{"the longest texts", func(t *x) { t.Name, t.Banner = strings.Repeat("n", 255), strings.Repeat("b", 255) }, ""},
		{"no campaign", func(t *x) { t.CampaignID = "" }, "invalid_payload campaign_id"},
		{"no name", func(t *x) { t.Name = "" }, "invalid_payload name"},
		{"a long name", func(t *x) { t.Name = strings.Repeat("n", 256) }, "invalid_payload name"},
		{"a long banner", func(t *x) { t.Banner = strings.Repeat("b", 256) }, "invalid_payload banner"},
		{"an unknown criterion", func(t *x) { t.Parameters.Criterion = "orders" }, "invalid_payload parameters.criterion"},
		{"each of three", func(t *x) { t.Parameters.Criterion = referral.EachReferee }, "invalid_payload parameters.referees"},
		{"none", func(t *x) { t.Parameters.Referees = 0 }, "invalid_payload parameters.referees"},
		{"more than are counted", func(t *x) { t.Parameters.Referees = referral.MaxReferees + 1 }, "invalid_payload parameters.referees"},
		{"a segment without an id", func(t *x) { t.Parameters.Segment = &referral.SegmentRef{} }, "invalid_payload parameters.segment.id"},
		{"a product", func(t *x) { t.Reward = referral.OfProduct("prod_1", "") }, ""},
		{"money off an order", func(t *x) { t.Reward.Type = "COIN" }, "invalid_payload reward.type"},
		{"a product without an id", func(t *x) { t.Reward = referral.OfProduct("", "sku_1") }, "invalid_payload reward.parameters.product.id"},
		{"no product", func(t *x) { t.Reward = referral.Reward{Type: referral.MaterialReward} }, "invalid_payload reward.parameters.product.id"},
		{"a product of a campaign", func(t *x) {
			t.Reward = referral.OfProduct("prod_1", "")
			t.Reward.Parameters.Campaign.ID = "camp_2"
		}, "invalid_payload reward.parameters.campaign"},
		{"a campaign with a product", func(t *x) { t.Reward.Parameters.Product = &referral.Product{ID: "prod_1"} },
			"invalid_payload reward.parameters.product"},
		{"a reward of nothing", func(t *x) { t.Reward = referral.FromCampaign("", 1) }, "invalid_payload reward.parameters.campaign.id"},
		{"a debt", func(t *x) { t.Reward = referral.FromCampaign("camp_2", -1) }, "invalid_amount reward.parameters.campaign.balance"},
		{"more than a card holds", func(t *x) { t.Reward = referral.FromCampaign("camp_2", money.Max+1) }, "invalid_amount reward.parameters.campaign.balance"},
	} {
		changed := tier()
		tt.change(&changed)
		if diff := cmp.Diff(tt.want, contract.Refusal(changed.Check())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestWhenATierIsDueAndHowOften(t *testing.T) {
	t.Parallel()
	three, each := tier(), tier()
	three.ID, each.ID = "reft_1", "reft_2"
	each.Parameters = referral.Parameters{Criterion: referral.EachReferee}
	var due []bool
	for n := range int64(5) {
		due = append(due, three.Due(n), each.Due(n))
	}
	if diff := cmp.Diff([]bool{false, true, false, true, false, true, true, true, true, true}, due); diff != "" {
		t.Errorf("due (-want +got):\n%s", diff)
	}
	bob := referral.Issued{CustomerID: "cust_ann", ReferralID: "ref_bob"}
	cat, eve := bob, bob
	cat.ReferralID, eve.CustomerID = "ref_cat", "cust_eve"
	for _, tt := range []struct {
		name  string
		a, b  string
		equal bool
	}{
		{"a number of referees is reached once", bob.Once(&three), cat.Once(&three), true},
		{"by each referrer", bob.Once(&three), eve.Once(&three), false},
		{"each referee counts", bob.Once(&each), cat.Once(&each), false},
		{"for each referrer", bob.Once(&each), eve.Once(&each), false},
		{"a referee is rewarded once, whoever has brought him", bob.Once(nil), eve.Once(nil), true},
		{"for each referral", bob.Once(nil), cat.Once(nil), false},
		{"two tiers are two", bob.Once(&three), bob.Once(&each), false},
	} {
		if (tt.a == tt.b) != tt.equal {
			t.Errorf("%s: %s and %s", tt.name, tt.a, tt.b)
		}
	}
}

func TestFullDocumentsSurvive(t *testing.T) {
	t.Parallel()
	contract.Keeps[referral.Program](t, `{
		"conversion_event_type": "custom_event", "custom_event": {"id": "ms_1", "name": "signed_up"},
		"referee_reward": {"related_object_parent": {"id": "camp_1", "name": "Cards", "object": "CAMPAIGN"}, "type": "GIFT_VOUCHER", "amount": 500}
	}`)
	contract.Keeps[referral.Tier](t, `{
		"id": "reft_1", "campaign_id": "camp_1", "name": "three", "banner": "Bring three",
		"parameters": {"criterion": "minimum_unique_referee_redemptions", "referees": 3, "segment": {"id": "seg_1"}},
		"reward": {"type": "CAMPAIGN", "parameters": {"campaign": {"id": "camp_2", "type": "GIFT_VOUCHERS", "balance": 100}}},
		"created_at": "2026-03-01T12:00:00.123Z", "updated_at": "2026-03-02T12:00:00Z", "version": 2
	}`)
	contract.Keeps[referral.Reward](t, `{"type": "MATERIAL", "parameters": {"product": {"id": "prod_1", "sku_id": "sku_1"}}}`)
	contract.Keeps[referral.Referral](t, `{
		"id": "ref_1", "campaign_id": "camp_1", "voucher_id": "v_1", "referrer_id": "cust_1", "customer_id": "cust_2",
		"related_object_type": "redemption", "related_object_id": "r_1", "date": "2026-03-01T12:00:00Z", "status": "REVOKED",
		"rewards": ["refrew_1"], "revoked_at": "2026-03-02T12:00:00Z", "version": 2
	}`)
	contract.Keeps[referral.Issued](t, `{
		"id": "refrew_1", "campaign_id": "camp_1", "customer_id": "cust_1", "referral_id": "ref_1", "referral_tier_id": "reft_1",
		"related_object_id": "r_1", "reward_campaign_id": "camp_2", "voucher_id": "v_2", "product": {"id": "prod_1"}, "publication_id": "pub_1",
		"transaction_id": "vtx_1", "amount": 100, "created_at": "2026-03-01T12:00:00Z", "version": 1
	}`)
}
