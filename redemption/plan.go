package redemption

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/record"
)

// CounterMetric names what a counter counts.
type CounterMetric string

// The counters of the domain. Those of redemptions count up with a redemption and down with its rollback; those of
// customers do not go down: what was done stays done.
const (
	// CountVoucher is the redemptions of a voucher; its subject is the voucher.
	CountVoucher CounterMetric = "voucher"
	// CountVoucherImported is the part of CountVoucher that a voucher was imported with, for which there are no redemptions.
	CountVoucherImported CounterMetric = "voucher_imported"
	// CountIncentiveCustomer is the redemptions of a voucher or tier by one customer.
	CountIncentiveCustomer CounterMetric = "incentive_customer"
	// CountTier is the redemptions of a tier.
	CountTier CounterMetric = "tier"
	// CountCampaign is the redemptions of a campaign, CountCampaignCustomer those by one customer.
	CountCampaign         CounterMetric = "campaign"
	CountCampaignCustomer CounterMetric = "campaign_customer"
	// CountCampaignOrder is the redemptions of a campaign on one order; its detail is the order.
	CountCampaignOrder CounterMetric = "campaign_order"
	// SumCampaignOrders is the value of the orders of a campaign, in minor units, each order once.
	SumCampaignOrders CounterMetric = "campaign_orders_amount"
	// SumCampaignDiscount is the discount that a campaign has granted, in minor units.
	SumCampaignDiscount CounterMetric = "campaign_discount_amount"
	// SumCampaignGift is the gift credits that were spent under a campaign, in minor units.
	SumCampaignGift CounterMetric = "campaign_gift_amount"
	// The counters of calendar periods; the detail names the day, week or month in the project's zone.
	CountIncentivePeriod         CounterMetric = "incentive_period"
	CountIncentiveCustomerPeriod CounterMetric = "incentive_customer_period"
	CountCampaignPeriod          CounterMetric = "campaign_period"
	CountCampaignCustomerPeriod  CounterMetric = "campaign_customer_period"
	// CountIncentiveAPIKey and CountIncentiveUser are the redemptions of a voucher or tier by one actor, the detail.
	CountIncentiveAPIKey CounterMetric = "incentive_api_key"
	CountIncentiveUser   CounterMetric = "incentive_user"
	// CountQuota is discounted units of a product quota; its subject is the campaign or tier, its detail the target.
	CountQuota CounterMetric = "quota"
	// CountCustomerSummary is an additive part of a customer's summary: its subject is the customer, its detail the path, see
	// customer.Summary.Figures. They are counters, so that redeems of one customer do not collide in the profile.
	CountCustomerSummary CounterMetric = "customer_summary"
	// CountCustomerEvent is how often a customer did something: its subject is the customer, its detail the name of the event.
	CountCustomerEvent CounterMetric = "customer_event"
	// CountPublications is how often a voucher was given to a customer, CountCodes the codes of a campaign.
	CountPublications CounterMetric = "publications"
	CountCodes        CounterMetric = "campaign_codes"
	// CountReferees is the unique referees of a customer, the subject, who stand: in the campaign of the detail, and in all
	// without one. CountReferralLinks is how often a customer was looked at as part of a chain of referrals: see ReferralKeys.
	CountReferees      CounterMetric = "referees"
	CountReferralLinks CounterMetric = "referral_links"
	// GiftBalance is what is left on a gift card, in minor units; its subject is the voucher. SumGiftAdded is what came in,
	// SumGiftRemoved what was removed by hand, CountTransactions the number of its entries: see CardKeys.
	GiftBalance       CounterMetric = "gift_balance"
	SumGiftAdded      CounterMetric = "gift_amount"
	SumGiftRemoved    CounterMetric = "gift_subtracted_amount"
	CountTransactions CounterMetric = "voucher_transactions"
	// CountReward is how often a reward was given out and not taken back; its subject is the reward.
	CountReward CounterMetric = "reward"
	// PointsRedeemed is what redemptions hold of the points of a loyalty card; its subject is the voucher. No store keeps it: the
	// account of the card does.
	PointsRedeemed CounterMetric = "points_redeemed"
)

// CounterKey identifies one counter. Parts that do not apply are empty.
type CounterKey struct {
	Metric   CounterMetric `json:"metric"`
	Subject  string        `json:"subject"`
	Customer string        `json:"customer,omitempty"`
	Detail   string        `json:"detail,omitempty"`
}

// Compare orders keys; plans touch counters in this order, which is what keeps concurrent plans from deadlocking.
func (k CounterKey) Compare(other CounterKey) int {
	return cmp.Or(
		strings.Compare(string(k.Metric), string(other.Metric)), strings.Compare(k.Subject, other.Subject),
		strings.Compare(k.Customer, other.Customer), strings.Compare(k.Detail, other.Detail),
	)
}

// String formats the key as metric/subject/customer/detail, without the empty parts at the end.
func (k CounterKey) String() string {
	text := string(k.Metric) + "/" + k.Subject
	switch {
	case k.Detail != "":
		return text + "/" + k.Customer + "/" + k.Detail
	case k.Customer != "":
		return text + "/" + k.Customer
	}
	return text
}

// Consume changes one counter. A counter that does not exist counts as 0.
type Consume struct {
	Key   CounterKey `json:"key"`
	Delta int64      `json:"delta"`
	// Limit is the largest value that the counter may have afterwards; nil is no limit. A store must refuse the whole plan
	// with ErrGuard when it would be exceeded, and also when the counter would fall below 0.
	Limit *int64 `json:"limit,omitempty"`
}

// Outcome is the stored answer of an idempotent call.
type Outcome struct {
	// Verb and Key identify the call in the project.
	Verb string `json:"verb"`
	Key  string `json:"key"`
	// RequestHash is the hash of the request without its key.
	RequestHash string `json:"request_hash"`
	// Answer is the answer as JSON, returned byte for byte to a repetition.
	Answer    json.RawMessage `json:"answer"`
	CreatedAt time.Time       `json:"created_at"`
}

// Plan is everything that one operation changes, as data. A store applies it as a whole or not at all.
type Plan struct {
	// Consume is the counters, sorted by key, each at most once.
	Consume []Consume
	// Writes are records; Document.Version is the version that was read, so that a record changed meanwhile refuses the plan.
	Writes []record.Document
	// Outcome is written with the effects that it describes; nil when the call is not to be repeated.
	Outcome *Outcome
	// Events go to the outbox, in this order.
	Events []event.Event
}

// Seal sorts the plan, merges changes of the same counter and checks its arithmetic. A plan must be sealed before it is
// applied. Changes of one counter count in the order in which they stand in the plan: the limit of an earlier one was
// checked before the later ones were added, so it leaves room for them; the strictest of the limits counts.
func (p *Plan) Seal() error {
	slices.SortStableFunc(p.Consume, func(a, b Consume) int { return a.Key.Compare(b.Key) })
	merged := p.Consume[:0]
	for _, c := range p.Consume {
		if c.Delta > money.Max || c.Delta < -money.Max {
			return fmt.Errorf("redemption: plan changes %s by %d, which is out of range", c.Key, c.Delta)
		}
		last := len(merged) - 1
		if last < 0 || merged[last].Key != c.Key {
			merged = append(merged, c)
			continue
		}
		merged[last].add(c)
	}
	p.Consume = slices.DeleteFunc(merged, func(c Consume) bool { return c.Delta == 0 })
	slices.SortStableFunc(p.Writes, func(a, b record.Document) int {
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.ID, b.ID))
	})
	for i := 1; i < len(p.Writes); i++ {
		if p.Writes[i].Kind == p.Writes[i-1].Kind && p.Writes[i].ID == p.Writes[i-1].ID {
			return fmt.Errorf("redemption: plan writes %s %s twice", p.Writes[i].Kind, p.Writes[i].ID)
		}
	}
	return nil
}

// add merges a later change of the same counter.
func (c *Consume) add(later Consume) {
	c.Delta += later.Delta
	switch {
	case c.Limit == nil:
		c.Limit = later.Limit
	default:
		most := *c.Limit + max(0, later.Delta)
		if later.Limit != nil {
			most = min(most, *later.Limit)
		}
		c.Limit = &most
	}
}

// write adds a record to the plan and returns its body, which events and answers can carry without encoding it again.
func (p *Plan) write(kind record.Kind, id string, version int64, at time.Time, parent string, keys []string, body any) (json.RawMessage, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("redemption: encode %s %s: %w", kind, id, err)
	}
	p.Writes = append(p.Writes, record.Document{
		Kind: kind, ID: id, Version: version, Parent: parent, Keys: keys, CreatedAt: at, Body: text,
	})
	return text, nil
}
