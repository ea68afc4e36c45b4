package redemption_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
)

func consume(subject string, delta int64, limit ...int64) redemption.Consume {
	c := redemption.Consume{Key: redemption.CounterKey{Metric: redemption.CountCampaign, Subject: subject}, Delta: delta}
	if len(limit) > 0 {
		c.Limit = &limit[0]
	}
	return c
}

func TestSealMergesTheChangesOfOneCounter(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		list, want []redemption.Consume
	}{
		{"sorted by key", []redemption.Consume{consume("b", 1), consume("a", 1)}, []redemption.Consume{consume("a", 1), consume("b", 1)}},
		{"without limits", []redemption.Consume{consume("a", 1), consume("a", 2)}, []redemption.Consume{consume("a", 3)}},
		{"the same limit twice", []redemption.Consume{consume("a", 1, 5), consume("a", 2, 5)}, []redemption.Consume{consume("a", 3, 5)}},
		{"a stricter limit on the second", []redemption.Consume{consume("a", 1, 9), consume("a", 2, 5)}, []redemption.Consume{consume("a", 3, 5)}},
		{
			"a stricter limit on the first holds for the first alone", []redemption.Consume{consume("a", 1, 1), consume("a", 2, 9)},
			[]redemption.Consume{consume("a", 3, 3)},
		},
		{"a limit on the first only", []redemption.Consume{consume("a", 1, 1), consume("a", 2)}, []redemption.Consume{consume("a", 3, 3)}},
		{"a limit on the second only", []redemption.Consume{consume("a", 1), consume("a", 2, 9)}, []redemption.Consume{consume("a", 3, 9)}},
		{"changes that cancel each other out", []redemption.Consume{consume("a", 1), consume("a", -1)}, []redemption.Consume{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			plan := redemption.Plan{Consume: test.list}
			if err := plan.Seal(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, plan.Consume); diff != "" {
				t.Errorf("consume (-want +got):\n%s", diff)
			}
		})
	}
}

// What a sealed plan may do to a counter is what its changes may do one after the other.
func TestASealedChangeIsAllowedExactlyWhenItsStepsAre(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.Int64Range(0, 10).Draw(t, "start")
		var list []redemption.Consume
		value, allowed := start, true
		for range rapid.IntRange(1, 5).Draw(t, "steps") {
			c := consume("a", rapid.Int64Range(0, 5).Draw(t, "delta"))
			if rapid.Bool().Draw(t, "limited") {
				limit := rapid.Int64Range(0, 20).Draw(t, "limit")
				c.Limit = &limit
			}
			value += c.Delta
			allowed = allowed && (c.Limit == nil || value <= *c.Limit)
			list = append(list, c)
		}
		plan := redemption.Plan{Consume: list}
		if err := plan.Seal(); err != nil {
			t.Fatal(err)
		}
		for _, c := range plan.Consume {
			if got := c.Limit == nil || start+c.Delta <= *c.Limit; got != allowed {
				t.Errorf("merged to %d with limit %v: allowed is %t, one by one it is %t", c.Delta, c.Limit, got, allowed)
			}
		}
		if len(plan.Consume) == 0 && value != start {
			t.Error("the change has gone")
		}
	})
}

func TestSealRefuses(t *testing.T) {
	t.Parallel()
	twice := record.Document{Kind: record.Order, ID: "ord_1"}
	for name, plan := range map[string]redemption.Plan{
		"a change out of range":   {Consume: []redemption.Consume{consume("a", 1<<62)}},
		"a record that is twice":  {Writes: []record.Document{twice, twice}},
		"a negative out of range": {Consume: []redemption.Consume{consume("a", -1<<62)}},
	} {
		if err := plan.Seal(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestConsumedRoundTrip(t *testing.T) {
	t.Parallel()
	want := redemption.Consumed{
		{Key: redemption.CounterKey{Metric: "campaign", Subject: "camp_1"}, Delta: 1},
		{Key: redemption.CounterKey{Metric: "incentive_user", Subject: "v_1", Detail: `a/"b"/c`}, Delta: 2},
		{Key: redemption.CounterKey{Metric: "quota", Subject: "camp_1", Customer: "cust_1", Detail: "prod_1/sku_2"}, Delta: -3},
	}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"campaign/camp_1":1,"incentive_user/v_1//a/\"b\"/c":2,"quota/camp_1/cust_1/prod_1/sku_2":-3}`; string(text) != want {
		t.Errorf("JSON = %s, want %s", text, want)
	}
	var got redemption.Consumed
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	for _, bad := range []string{`[]`, `{"":1}`, `{"a/b":"1"}`} {
		if err := json.Unmarshal([]byte(bad), &got); err == nil {
			t.Errorf("%s is read without an error", bad)
		}
	}
}
