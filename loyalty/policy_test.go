package loyalty_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/validity"
)

func TestSettingsOfTiersThatAreRefused(t *testing.T) {
	t.Parallel()
	month := validity.Duration{Months: 1}
	custom := loyalty.TierEnd{Type: loyalty.CustomEnd, Extend: &month}
	rounded := func(r loyalty.TierRounding) loyalty.TiersExpiration {
		return loyalty.TiersExpiration{QualificationType: loyalty.ByBalance, ExpirationDate: loyalty.TierEnd{Type: loyalty.CustomEnd, Extend: &month, Rounding: &r}}
	}
	period := func(change func(*loyalty.TiersExpiration)) loyalty.TiersExpiration {
		e := loyalty.TiersExpiration{
			QualificationType: loyalty.ByPointsInPeriod, QualificationPeriod: loyalty.Year,
			StartDate: loyalty.TierStart{Type: loyalty.NextPeriod}, ExpirationDate: loyalty.TierEnd{Type: loyalty.EndOfPeriod, Extend: &month},
		}
		if change != nil {
			change(&e)
		}
		return e
	}
	for _, tt := range []struct {
		name     string
		settings loyalty.TiersExpiration
		want     string
	}{
		{"following the balance", loyalty.TiersExpiration{QualificationType: loyalty.ByBalance, StartDate: loyalty.TierStart{Type: loyalty.Immediate}, ExpirationDate: loyalty.TierEnd{Type: loyalty.BalanceDrop}}, ""},
		{"lasting", loyalty.TiersExpiration{QualificationType: loyalty.ByBalance, ExpirationDate: custom}, ""},
		{"of a period", period(nil), ""},
		{"nothing", loyalty.TiersExpiration{}, "invalid_payload qualification_type"},
		{"the balance from the next period", loyalty.TiersExpiration{QualificationType: loyalty.ByBalance, StartDate: loyalty.TierStart{Type: loyalty.NextPeriod}, ExpirationDate: custom}, "invalid_payload start_date.type"},
		{"the balance of a period", loyalty.TiersExpiration{QualificationType: loyalty.ByBalance, QualificationPeriod: loyalty.Month, ExpirationDate: custom}, "invalid_payload qualification_period"},
		{"the balance to the end of a period", loyalty.TiersExpiration{QualificationType: loyalty.ByBalance, ExpirationDate: loyalty.TierEnd{Type: loyalty.EndOfPeriod}}, "invalid_payload expiration_date.type"},
		{"no end", loyalty.TiersExpiration{QualificationType: loyalty.ByBalance}, "invalid_payload expiration_date.type"},
		{"a drop that is extended", loyalty.TiersExpiration{QualificationType: loyalty.ByBalance, ExpirationDate: loyalty.TierEnd{Type: loyalty.BalanceDrop, Extend: &month}}, "invalid_payload expiration_date.type"},
		{"lasting for nothing", loyalty.TiersExpiration{QualificationType: loyalty.ByBalance, ExpirationDate: loyalty.TierEnd{Type: loyalty.CustomEnd, Extend: &validity.Duration{}}}, "invalid_payload expiration_date.extend"},
		{"lasting for hours", loyalty.TiersExpiration{QualificationType: loyalty.ByBalance, ExpirationDate: loyalty.TierEnd{Type: loyalty.CustomEnd, Extend: &validity.Duration{Seconds: 3600}}}, "invalid_payload expiration_date.extend"},
		{"lasting for 101 years", loyalty.TiersExpiration{QualificationType: loyalty.ByBalance, ExpirationDate: loyalty.TierEnd{Type: loyalty.CustomEnd, Extend: &validity.Duration{Months: 1212}}}, "invalid_payload expiration_date.extend"},
		{"rounded to December", rounded(loyalty.TierRounding{Type: "CUSTOM", Strategy: loyalty.ToEnd, Value: 11}), ""},
		{"rounded to month 12", rounded(loyalty.TierRounding{Type: "CUSTOM", Strategy: loyalty.ToEnd, Value: 12}), "invalid_payload expiration_date.rounding.value"},
		{"rounded to a week", rounded(loyalty.TierRounding{Type: "WEEK", Strategy: loyalty.ToEnd}), "invalid_payload expiration_date.rounding.type"},
		{"rounded to the middle", rounded(loyalty.TierRounding{Type: "MONTH", Strategy: "MIDDLE"}), "invalid_payload expiration_date.rounding.strategy"},
		{"a period that is none", period(func(e *loyalty.TiersExpiration) { e.QualificationPeriod = "WEEK" }), "invalid_payload qualification_period"},
		{"a period without a start", period(func(e *loyalty.TiersExpiration) { e.StartDate.Type = "" }), "invalid_payload start_date.type"},
		{"a period that ends with the balance", period(func(e *loyalty.TiersExpiration) { e.ExpirationDate.Type = loyalty.BalanceDrop }), "invalid_payload expiration_date.type"},
		{"a period that is rounded", period(func(e *loyalty.TiersExpiration) {
			e.ExpirationDate.Rounding = &loyalty.TierRounding{Type: "MONTH", Strategy: loyalty.ToEnd}
		}), "invalid_payload expiration_date.rounding"},
	} {
		if got := says(tt.settings.Check()); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestTiersThatAreRefused(t *testing.T) {
	t.Parallel()
	number := func(text string) decimal.Decimal { return decimal.RequireFromString(text) }
	mapped := func(m loyalty.Mapping) *loyalty.Tier {
		x := tier("Silver", 0, 0)
		x.EarningRules = map[string]loyalty.Mapping{"ern_1": m}
		return x
	}
	priced := func(m loyalty.Mapping) *loyalty.Tier {
		x := tier("Silver", 0, 0)
		x.Rewards = map[string]loyalty.Mapping{"rewa_1": m}
		return x
	}
	for _, tt := range []struct {
		name string
		tier *loyalty.Tier
		want string
	}{
		{"one number", tier("Silver", 5, 5), ""},
		{"no name", tier("", 0, 0), "invalid_payload name"},
		{"a long name", tier(strings.Repeat("n", loyalty.MaxTierName+1), 0, 0), "invalid_payload name"},
		{"below 0", tier("Silver", -1, 0), "invalid_payload points.from"},
		{"backwards", tier("Silver", 5, 4), "invalid_payload points.to"},
		{"six digits", mapped(loyalty.Mapping{Type: loyalty.Multiply, Multiplier: number("1.123456")}), ""},
		{"seven digits", mapped(loyalty.Mapping{Type: loyalty.Multiply, Multiplier: number("1.1234567")}), "invalid_payload earning_rules.ern_1.multiplier"},
		{"below nothing", mapped(loyalty.Mapping{Type: loyalty.Multiply, Multiplier: number("-1")}), "invalid_payload earning_rules.ern_1.multiplier"},
		{"a million times", mapped(loyalty.Mapping{Type: loyalty.Multiply, Multiplier: number("1000000.1")}), "invalid_payload earning_rules.ern_1.multiplier"},
		{"a rule that pays nothing", mapped(loyalty.Mapping{Type: loyalty.Custom}), ""},
		{"a rule that is not available", mapped(loyalty.Mapping{Type: loyalty.NotAvailable}), "invalid_payload earning_rules.ern_1.type"},
		{"a reward that is not available", priced(loyalty.Mapping{Type: loyalty.NotAvailable}), ""},
		{"a reward for nothing", priced(loyalty.Mapping{Type: loyalty.Custom}), "invalid_payload rewards.rewa_1.points"},
		{"an unknown mapping", priced(loyalty.Mapping{Type: "HALF"}), "invalid_payload rewards.rewa_1.type"},
	} {
		if got := says(tt.tier.Check()); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	for _, tt := range []struct {
		name  string
		tiers []*loyalty.Tier
		want  string
	}{
		{"beside each other", []*loyalty.Tier{tier("C", 351, 0), tier("A", 1, 249), tier("B", 250, 300)}, ""},
		{"one in two", []*loyalty.Tier{tier("A", 1, 250), tier("B", 250, 300)}, "invalid_payload points"},
		{"behind one without an end", []*loyalty.Tier{tier("A", 1, 0), tier("B", 250, 300)}, "invalid_payload points"},
		{"two of one name", []*loyalty.Tier{tier("A", 1, 2), tier("A", 3, 4)}, "duplicate_found name"},
	} {
		if got := says(loyalty.SortTiers(tt.tiers)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestWhatARewardCostsInATier(t *testing.T) {
	t.Parallel()
	x := &loyalty.Tier{Rewards: map[string]loyalty.Mapping{
		"half": {Type: loyalty.Multiply, Multiplier: decimal.RequireFromString("0.5")}, "free": {Type: loyalty.Multiply},
		"own": {Type: loyalty.Custom, Points: 7}, "none": {Type: loyalty.NotAvailable},
	}}
	type answer struct {
		Price ledger.Points
		OK    bool
	}
	for id, want := range map[string]answer{"half": {13, true}, "free": {1, true}, "own": {7, true}, "none": {0, false}, "other": {25, true}} {
		price, ok := x.Price(id, 25)
		if got := (answer{price, ok}); got != want {
			t.Errorf("%s: got %v, want %v", id, got, want)
		}
	}
	if price, ok := (*loyalty.Tier)(nil).Price("half", 25); price != 25 || !ok {
		t.Errorf("no tier: %d, %t", price, ok)
	}
}

func TestTransfersThatAreRefused(t *testing.T) {
	t.Parallel()
	good := loyalty.Transfer{Code: "CARD", Points: 1, SourceID: "s"}
	for _, tt := range []struct {
		name   string
		change func(*loyalty.Transfer)
		want   string
	}{
		{"good", func(*loyalty.Transfer) {}, ""},
		{"no card", func(x *loyalty.Transfer) { x.Code = "" }, "invalid_payload code"},
		{"nothing", func(x *loyalty.Transfer) { x.Points = 0 }, "invalid_amount points"},
		{"backwards", func(x *loyalty.Transfer) { x.Points = -1 }, "invalid_amount points"},
		{"too much", func(x *loyalty.Transfer) { x.Points = most + 1 }, "invalid_amount points"},
		{"no source_id", func(x *loyalty.Transfer) { x.SourceID = "" }, "invalid_payload source_id"},
		{"a long source_id", func(x *loyalty.Transfer) { x.SourceID = strings.Repeat("s", 256) }, "invalid_payload source_id"},
		{"a long reason", func(x *loyalty.Transfer) { x.Reason = strings.Repeat("r", 1001) }, "invalid_payload reason"},
	} {
		x := good
		tt.change(&x)
		if got := says(x.Check()); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// The texts of Voucherify's documentation are read, and written as they were.
func TestConfigurationAsJSON(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		into any
		text string
	}{
		{&loyalty.TiersExpiration{}, `{"qualification_type":"BALANCE","start_date":{"type":"IMMEDIATE"},"expiration_date":{"type":"CUSTOM","extend":"P3M","rounding":{"type":"MONTH","strategy":"END","unit":"MONTH"}}}`},
		{&loyalty.TiersExpiration{}, `{"qualification_type":"POINTS_IN_PERIOD","qualification_period":"QUARTER","start_date":{"type":"NEXT_PERIOD"},"expiration_date":{"type":"END_OF_NEXT_PERIOD"}}`},
		{&loyalty.Card{}, `{"points":500,"expiration_rules":{"period_type":"MONTH","period_value":3,"rounding_type":"PARTICULAR_MONTH","rounding_value":1}}`},
		{&loyalty.Tier{}, `{"name":"Gold","points":{"from":500,"to":1000},"earning_rules":{"ern_1":{"type":"MULTIPLY","multiplier":"1.5"}},"rewards":{"rewa_1":{"type":"CUSTOM","points":30}},"metadata":{"color":"yellow"}}`},
		{&loyalty.Standing{}, `{"tier_id":"ltr_1","start_date":"2022-11-10","expiration_date":"2023-02-28","term":"2022-11-28","next_tier_id":"ltr_2","next_from":"2023-01-01","ever":true}`},
		{&loyalty.Transfer{}, `{"code":"CARD","points":100,"source_id":"deposit_1","reason":"two cards"}`},
		{&loyalty.Adjustment{}, `{"points":100,"expiration_type":"CUSTOM_DATE","expiration_date":"2026-01-31","source_id":"s","reason":"sorry"}`},
	} {
		if err := json.Unmarshal([]byte(tt.text), tt.into); err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(tt.into)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.text, string(got)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
