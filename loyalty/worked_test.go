package loyalty_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validity"
)

// The worked numbers of Voucherify's documentation about what an event is worth.
func TestWorkedNumbersOfEarning(t *testing.T) {
	t.Parallel()
	amount := func(kind loyalty.CalculationType, every int64, points ledger.Points) loyalty.Earning {
		return of(kind, &loyalty.ItemsRatio{Ratio: *ratio(every, points, "")})
	}
	visits := of(loyalty.ByOrderMetadata, &loyalty.ItemsRatio{Ratio: *ratio(10, 2, "number_of_store_visits")})
	perVisit := of(loyalty.ByCustomerMetadata, &loyalty.ItemsRatio{Ratio: *ratio(1, 100, "visits")})
	fixed := func(points ledger.Points) loyalty.Earning {
		return loyalty.Earning{Type: loyalty.Fixed, Points: points}
	}
	times := func(m string) *loyalty.Mapping {
		return &loyalty.Mapping{Type: loyalty.Multiply, Multiplier: decimal.RequireFromString(m)}
	}
	order := &loyalty.Basis{Amount: 5000, TotalAmount: 4400, Order: metadata.Map{"number_of_store_visits": 25.0}}
	cart := &loyalty.Basis{Lines: []loyalty.BasisLine{{Units: 1, Amount: 1000}, {Units: 1, Amount: 15_000}, {Units: 1, Amount: 6500}, {Units: 1, Amount: 3000}}}
	for _, tt := range []struct {
		name    string
		earning loyalty.Earning
		basis   *loyalty.Basis
		mapping *loyalty.Mapping
		want    ledger.Points
	}{
		{"TV-20", amount(loyalty.ByOrderTotalAmount, 500, 10), &loyalty.Basis{TotalAmount: 45_000}, nil, 900},
		{"TV-21", amount(loyalty.ByOrderAmount, 100, 1), &loyalty.Basis{Amount: 1000}, nil, 10},
		{"TV-22: less than one step", amount(loyalty.ByOrderAmount, 1000, 1), &loyalty.Basis{Amount: 999}, nil, 0},
		{"TV-22: nearly two steps", amount(loyalty.ByOrderAmount, 1000, 1), &loyalty.Basis{Amount: 1999}, nil, 1},
		{"TV-23: amount", amount(loyalty.ByOrderAmount, 1000, 1), order, nil, 5},
		{"TV-23: total", amount(loyalty.ByOrderTotalAmount, 1100, 1), order, nil, 4},
		{"TV-23: visits", visits, order, nil, 4},
		{"TV-24: 100 in a tier of 3", fixed(100), order, times("3"), 300},
		{"TV-24: 5 in a tier of 5", fixed(5), order, times("5"), 25},
		{"TV-24: a step in a tier of 3", perVisit, &loyalty.Basis{Customer: metadata.Map{"visits": 1.0}}, times("3"), 300},
		{"TV-93: a point for each cent of the items", of(loyalty.ByItemsAmount, ofItems(1, 1, product.Ref{ID: product.AllProducts, Object: product.KindCollection})), cart, nil, 25_500},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			worth, err := tt.earning.Compile(loyalty.OrderPaid, product.NewIndex(nil, nil, nil))
			if err != nil {
				t.Fatal(err)
			}
			if got := worth.Points(tt.basis, tt.mapping); got != tt.want {
				t.Errorf("got %d points, want %d", got, tt.want)
			}
		})
	}
}

// The worked numbers about points that wait: TV-40 and TV-41, and TV-92 of loyalty v2.
func TestWorkedNumbersOfPendingPoints(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for from, days := range map[string]int64{"2025-01-15": 1, "2025-01-27": 1, "2025-01-07": 9} {
		got[fmt.Sprint(from, " + ", days)] = day(from).Plus(validity.Duration{Days: days}).String()
	}
	want := map[string]string{"2025-01-15 + 1": "2025-01-16", "2025-01-27 + 1": "2025-01-28", "2025-01-07 + 9": "2025-01-16"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("activation (-want +got):\n%s", diff)
	}
	p := loyalty.Pending{Points: 25}
	if err := p.Adjust(10); err != nil || p.Points != 35 {
		t.Errorf("25 and 10 are %d, error %v", p.Points, err)
	}
	v2 := loyalty.Pending{Points: 300} // TV-92
	if err := v2.Adjust(-250); err != nil || v2.Points != 50 {
		t.Errorf("300 less 250 are %d, error %v", v2.Points, err)
	}
	if err := p.Adjust(-35); says(err) == "" || p.Points != 35 {
		t.Errorf("nothing is left of %d points, error %v", p.Points, err)
	}
}

// The counters of loyalty v2, expressed with the entries of a card: TV-90 and TV-91.
func TestWorkedNumbersOfCountersOfLoyaltyV2(t *testing.T) {
	t.Parallel()
	type step struct {
		kind   ledger.Type
		points ledger.Points
	}
	for name, tt := range map[string]struct {
		steps                    []step
		total, redeemed, balance ledger.Points
	}{
		"TV-90": {[]step{
			{ledger.PointsAccrual, 40}, {ledger.PointsAddition, 700}, {ledger.PointsRemoval, -30}, {ledger.PointsExpiration, -300},
			{ledger.PointsRedemption, -250}, {ledger.PointsRefund, 250}, {ledger.PointsRedemption, -250},
		}, 410, 250, 160},
		"TV-91": {[]step{{ledger.PointsAccrual, 1250}, {ledger.PointsExpiration, -1000}, {ledger.PointsRemoval, -150}}, 100, 0, 100},
	} {
		var a loyalty.Account
		for _, s := range tt.steps {
			var parts []loyalty.Part
			if s.points > 0 {
				parts = []loyalty.Part{{Points: s.points}}
			}
			if _, err := a.Post(loyalty.Movement{Type: s.kind, Points: s.points, Parts: parts, At: time.Now(), BucketID: func() string { return "lopb_1" }}); err != nil {
				t.Fatal(err)
			}
		}
		got := []ledger.Points{a.Total(), a.RedeemedPoints, a.Balance}
		if diff := cmp.Diff([]ledger.Points{tt.total, tt.redeemed, tt.balance}, got); diff != "" {
			t.Errorf("%s: total, redeemed, balance (-want +got):\n%s", name, diff)
		}
	}
}

// Tiers of loyalty v2: TV-94, 30 days from the day on which a tier was reached, and TV-95 without grace, at once.
func TestWorkedNumbersOfTiersOfLoyaltyV2(t *testing.T) {
	t.Parallel()
	program := func(e *loyalty.TiersExpiration) *loyalty.Program {
		bronze, silver := ledger.Points(99), ledger.Points(199)
		return &loyalty.Program{TiersExpiration: e, Tiers: []*loyalty.Tier{
			{ID: "bronze", Points: loyalty.Range{To: &bronze}}, {ID: "silver", Points: loyalty.Range{From: 100, To: &silver}},
			{ID: "gold", Points: loyalty.Range{From: 200}},
		}}
	}
	lasting := program(&loyalty.TiersExpiration{
		QualificationType: loyalty.ByBalance, ExpirationDate: loyalty.TierEnd{Type: loyalty.CustomEnd, Extend: &validity.Duration{Days: 30}},
	})
	var got []string
	note := func(p *loyalty.Program, a *loyalty.Account, on string) {
		p.Settle(a, day(on))
		got = append(got, on+" "+a.Tier.TierID)
	}
	a := &loyalty.Account{Balance: 150}
	note(lasting, a, "2026-07-20")
	a.Balance = 50
	for _, on := range []string{"2026-07-25", "2026-08-19", "2026-08-20"} {
		note(lasting, a, on)
	}
	b := &loyalty.Account{Balance: 200}
	note(program(nil), b, "2026-07-20")
	b.Balance = 50
	note(program(nil), b, "2026-07-25")
	want := []string{
		"2026-07-20 silver", "2026-07-25 silver", "2026-08-19 silver", "2026-08-20 bronze", "2026-07-20 gold", "2026-07-25 bronze",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
