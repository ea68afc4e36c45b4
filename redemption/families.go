package redemption

import (
	"time"

	"github.com/voucherify-go/voucherify/validation"
)

// period is the calendar period of a counter.
type period uint8

const (
	ever period = iota
	daily
	weekly
	monthly
	periods // the number of periods
)

// buckets are the names of the calendar periods that an instant falls into, by period: the date of the day, the date of
// the first day of the week behind "W:", the month. They are what a counter's detail says, so that a rollback returns to
// the period in which the redemption was counted, whatever the project's zone is by then.
type buckets [periods]string

// bucketsOf names the periods of an instant in the project's zone, with weeks that start on the given day.
func bucketsOf(now time.Time, zone *time.Location, weekStart time.Weekday) buckets {
	day := now.In(zone)
	since := (int(day.Weekday()) - int(weekStart) + 7) % 7
	first := time.Date(day.Year(), day.Month(), day.Day()-since, 12, 0, 0, 0, time.UTC)
	return buckets{
		daily: day.Format(time.DateOnly), weekly: "W:" + first.Format(time.DateOnly), monthly: day.Format("2006-01"),
	}
}

// Actor is who makes a call, as far as the host wants it counted and looked at by rules. Both are names of the host's own
// choice of at most 255 bytes; empty ones are not counted.
type Actor struct {
	// APIKey is the rule name redemption.api_key, User is redemption.user.login.
	APIKey string `json:"api_key,omitempty"`
	User   string `json:"user,omitempty"`
}

// actor says which name of the actor a counter belongs to.
type actor uint8

const (
	anyone actor = iota
	byAPIKey
	byUser
)

func (a actor) of(names Actor) string {
	switch a {
	case byAPIKey:
		return names.APIKey
	case byUser:
		return names.User
	}
	return ""
}

// family is the shape of the counters behind a metric: whose they are, and for how long.
type family struct {
	counter  CounterMetric
	campaign bool // counts for the campaign, otherwise for the voucher or tier
	customer bool
	period   period
	actor    actor
	sum      bool // adds an amount; the others add 1
}

// families are the counters behind the metrics of rules. Every redemption raises all of them, whether or not a rule looks
// at them today, so that a rule that is assigned later sees what went before.
var families = [validation.NumMetrics]family{
	validation.IncentiveDay:              {counter: CountIncentivePeriod, period: daily},
	validation.IncentiveWeek:             {counter: CountIncentivePeriod, period: weekly},
	validation.IncentiveMonth:            {counter: CountIncentivePeriod, period: monthly},
	validation.IncentivePerCustomer:      {counter: CountIncentiveCustomer, customer: true},
	validation.IncentivePerCustomerDay:   {counter: CountIncentiveCustomerPeriod, customer: true, period: daily},
	validation.IncentivePerCustomerWeek:  {counter: CountIncentiveCustomerPeriod, customer: true, period: weekly},
	validation.IncentivePerCustomerMonth: {counter: CountIncentiveCustomerPeriod, customer: true, period: monthly},
	validation.IncentivePerAPIKey:        {counter: CountIncentiveAPIKey, actor: byAPIKey},
	validation.IncentivePerUser:          {counter: CountIncentiveUser, actor: byUser},
	validation.CampaignRedemptions:       {counter: CountCampaign, campaign: true},
	validation.CampaignDay:               {counter: CountCampaignPeriod, campaign: true, period: daily},
	validation.CampaignWeek:              {counter: CountCampaignPeriod, campaign: true, period: weekly},
	validation.CampaignMonth:             {counter: CountCampaignPeriod, campaign: true, period: monthly},
	validation.CampaignPerCustomer:       {counter: CountCampaignCustomer, campaign: true, customer: true},
	validation.CampaignPerCustomerDay:    {counter: CountCampaignCustomerPeriod, campaign: true, customer: true, period: daily},
	validation.CampaignPerCustomerWeek:   {counter: CountCampaignCustomerPeriod, campaign: true, customer: true, period: weekly},
	validation.CampaignPerCustomerMonth:  {counter: CountCampaignCustomerPeriod, campaign: true, customer: true, period: monthly},
	validation.CampaignOrdersAmount:      {counter: SumCampaignOrders, campaign: true, sum: true},
	validation.CampaignDiscountAmount:    {counter: SumCampaignDiscount, campaign: true, sum: true},
	validation.CampaignGiftAmount:        {counter: SumCampaignGift, campaign: true, sum: true},
}

// template is the counters of a family for vouchers that are still to be found. ok is false when the request cannot have
// one: it names no actor.
func (f family) template(b buckets, names Actor) (t CounterTemplate, ok bool) {
	t = CounterTemplate{Metric: f.counter, OfCampaign: f.campaign, PerCustomer: f.customer, Detail: b[f.period]}
	if f.actor != anyone {
		t.Detail = f.actor.of(names)
	}
	return t, f.actor == anyone || t.Detail != ""
}

// key is the counter of a family for an incentive. ok is false when the request has none: it is anonymous or names no
// actor.
func (c *calculation) key(f family, i *incentive) (k CounterKey, ok bool) {
	k = CounterKey{Metric: f.counter, Subject: i.id, Detail: c.buckets[f.period]}
	if f.campaign {
		k.Subject = c.campaignOf(i)
	}
	if f.customer {
		k.Customer = c.customerID
	}
	if f.actor != anyone {
		k.Detail = f.actor.of(c.request.Actor)
	}
	return k, (!f.customer || k.Customer != "") && (f.actor == anyone || k.Detail != "")
}
