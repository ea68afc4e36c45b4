package loyalty_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/money"
)

var noon = time.Date(2026, 1, 25, 12, 0, 0, 0, time.UTC)

// names makes ids that are the same in every run.
func names(prefix string) func() string {
	n := 0
	return func() string { n++; return fmt.Sprint(prefix, n) }
}

// most is what a card can hold.
const most = ledger.Points(money.Max)

// card is an account with initial points that never expire.
func card(initial ledger.Points) *loyalty.Account {
	return loyalty.Open(loyalty.Account{VoucherID: "v_1", CampaignID: "camp_1", CreatedAt: noon}, initial, 0, "b0")
}

// post adds an entry with points until a day, which are written negative when they are taken.
func post(t testing.TB, a *loyalty.Account, kind ledger.Type, points ledger.Points, until string) *loyalty.Transaction {
	t.Helper()
	entry := &loyalty.Transaction{ID: fmt.Sprint("vtx_", a.Entries+1), Type: kind, CreatedAt: noon}
	if points > 0 {
		entry.Parts = []loyalty.Part{{ExpiresAt: day(until), Points: points}}
	}
	if err := entry.Post(a, points, ledger.Automatic, names("b")); err != nil {
		t.Fatal(err)
	}
	return entry
}

// The cards of Voucherify's documentation: TV-10 to TV-14.
func TestTheBalance(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ points, expired, subtracted, redeemed, want ledger.Points }{
		{28786, 4000, 19630, 0, 5156},
		{13435, 0, 300, 0, 13135},
		{7000, 0, 0, 30, 6970},
		{8000, 0, 0, 1113, 6887},
		{8000, 0, 0, 3426, 4574},
		{8500, 0, 0, 3526, 4974},
		{9000, 0, 0, 3626, 5374},
	} {
		a := card(tt.points)
		for _, m := range []struct {
			kind   ledger.Type
			points ledger.Points
		}{{ledger.PointsExpiration, tt.expired}, {ledger.PointsRemoval, tt.subtracted}, {ledger.PointsRedemption, tt.redeemed}} {
			if m.points > 0 {
				post(t, a, m.kind, -m.points, "")
			}
		}
		got := []ledger.Points{a.Balance, a.Points, a.ExpiredPoints, a.SubtractedPoints, a.RedeemedPoints}
		if diff := cmp.Diff([]ledger.Points{tt.want, tt.points, tt.expired, tt.subtracted, tt.redeemed}, got); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tt, diff)
		}
	}
}

// The ledger of a card in Voucherify's documentation, TV-30, and the automatic redemption of TV-62.
func TestTheLedger(t *testing.T) {
	t.Parallel()
	type line struct {
		Type                   ledger.Type
		Points, Total, Balance ledger.Points
	}
	for _, tt := range []struct {
		initial ledger.Points
		redeem  ledger.Points
		lines   []line
	}{
		{1000, 0, []line{
			{ledger.PointsTransferOut, -1, 999, 999}, {ledger.PointsRemoval, -1, 998, 998}, {ledger.PointsAddition, 100, 1098, 1098},
			{ledger.PointsRedemption, -1000, 1098, 98}, {ledger.PointsRefund, 1000, 1098, 1098}, {ledger.PointsAccrual, 200, 1298, 1298},
			{ledger.PointsRemoval, -1, 1297, 1297}, {ledger.PointsAddition, 100, 1397, 1397}, {ledger.PointsTransferOut, -1, 1396, 1396},
		}},
		{233, 210, []line{{ledger.PointsAddition, 50, 283, 73}, {ledger.PointsRedemption, -50, 283, 23}}},
	} {
		a := card(tt.initial)
		if tt.redeem > 0 {
			post(t, a, ledger.PointsRedemption, -tt.redeem, "")
		}
		var got []line
		for _, l := range tt.lines {
			b := post(t, a, l.Type, l.Points, "").Details.Balance
			got = append(got, line{l.Type, b.Points, b.Total, b.Balance})
		}
		if diff := cmp.Diff(tt.lines, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestEntriesThatAreRefusedChangeNothing(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		kind   ledger.Type
		points ledger.Points
		parts  []loyalty.Part
		want   string
	}{
		{"an unknown type", "CREDITS_ADDITION", 1, nil, "invalid_payload type"},
		{"nothing", ledger.PointsAddition, 0, nil, "invalid_amount points"},
		{"an addition that takes", ledger.PointsAddition, -1, nil, "invalid_amount points"},
		{"a removal that gives", ledger.PointsRemoval, 1, nil, "invalid_amount points"},
		{"more than there is", ledger.PointsRedemption, -61, nil, "invalid_amount points"},
		{"more than a card holds", ledger.PointsAccrual, most, nil, "invalid_amount points"},
		{"a refund of more than was redeemed", ledger.PointsRefund, 41, []loyalty.Part{{Points: 41}}, "invalid_amount points"},
		{"parts of something else", ledger.PointsAddition, 10, []loyalty.Part{{Points: 9}}, "invalid_payload parts"},
		{"a part that takes", ledger.PointsAddition, 10, []loyalty.Part{{Points: 11}, {Points: -1, ExpiresAt: 5}}, "invalid_payload parts"},
		{"parts of what is taken", ledger.PointsRemoval, -10, []loyalty.Part{{Points: 10}}, "invalid_payload parts"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := card(100)
			post(t, a, ledger.PointsRedemption, -40, "")
			before := a.Clone()
			_, err := a.Post(loyalty.Movement{Type: tt.kind, Points: tt.points, Parts: tt.parts, BucketID: names("b")})
			if diff := cmp.Diff(before, a); diff != "" || says(err) != tt.want {
				t.Errorf("got %q, want %q; account (-want +got):\n%s", says(err), tt.want, diff)
			}
		})
	}
}

func TestARefundFitsOnAFullCard(t *testing.T) {
	t.Parallel()
	a := card(most)
	taken := post(t, a, ledger.PointsRedemption, -10, "")
	if got := post(t, a, ledger.PointsRefund, 10, "").Details.Balance.Balance; got != most || len(taken.Parts) != 1 {
		t.Errorf("%d are on the card", got)
	}
}

// What expires first is taken first, whatever came first; days have one bucket each.
func TestPointsThatExpireFirstAreTakenFirst(t *testing.T) {
	t.Parallel()
	a := card(5)
	post(t, a, ledger.PointsAddition, 10, "2026-03-31")
	post(t, a, ledger.PointsAddition, 20, "2026-02-28")
	post(t, a, ledger.PointsAddition, 30, "2026-03-31")
	if next, points := a.Next(); next != day("2026-02-28") || points != 20 {
		t.Errorf("next %d on %s", points, next)
	}
	entry := post(t, a, ledger.PointsRemoval, -62, "")
	want := []loyalty.Part{{day("2026-02-28"), 20}, {day("2026-03-31"), 40}, {0, 2}}
	if diff := cmp.Diff(want, entry.Parts); diff != "" {
		t.Errorf("taken (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]loyalty.Bucket{{ID: "b0", Points: 3, CreatedAt: noon}}, a.Buckets); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}

func TestOverduePointsAreReadAsExpired(t *testing.T) {
	t.Parallel()
	a := card(5)
	post(t, a, ledger.PointsAddition, 20, "2026-02-28")
	post(t, a, ledger.PointsAddition, 7, "2026-03-01")
	stored := a.Clone()
	if got := a.AsOf(day("2026-02-28")); got != a {
		t.Errorf("on the last day: %+v", got)
	}
	got := a.AsOf(day("2026-03-01"))
	want := stored.Clone()
	want.Balance, want.ExpiredPoints, want.Buckets = 12, 20, []loyalty.Bucket{stored.Buckets[1], stored.Buckets[2]}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(stored, a); diff != "" {
		t.Errorf("reading has changed the account (-want +got):\n%s", diff)
	}
}

func TestPointsOfARedemptionGoBackWhereTheyCameFrom(t *testing.T) {
	t.Parallel()
	taken := []loyalty.Part{{day("2026-02-28"), 20}, {day("2026-03-31"), 40}, {0, 2}}
	for _, tt := range []struct {
		name           string
		before, points ledger.Points
		today          string
		want           []loyalty.Part
	}{
		{"everything", 0, 62, "2026-01-25", []loyalty.Part{{0, 2}, {day("2026-03-31"), 40}, {day("2026-02-28"), 20}}},
		{"what was taken last", 0, 10, "2026-01-25", []loyalty.Part{{0, 2}, {day("2026-03-31"), 8}}},
		{"then what was taken before", 10, 40, "2026-01-25", []loyalty.Part{{day("2026-03-31"), 32}, {day("2026-02-28"), 8}}},
		{"on the last day", 42, 20, "2026-02-28", []loyalty.Part{{day("2026-02-28"), 20}}},
		{"what is over is renewed", 42, 20, "2026-03-01", []loyalty.Part{{day("2026-04-01"), 20}}},
		{"more than was taken", 60, 5, "2026-01-25", []loyalty.Part{{day("2026-02-28"), 2}}},
	} {
		got := loyalty.GiveBack(taken, tt.before, tt.points, day(tt.today), day("2026-04-01"))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// drawHistory posts random entries on a card.
func drawHistory(t *rapid.T) (*loyalty.Account, []loyalty.Transaction) {
	initial := ledger.Points(rapid.Int64Range(0, 300).Draw(t, "initial"))
	a := loyalty.Open(loyalty.Account{VoucherID: "v_1"}, initial, loyalty.Date(rapid.Int32Range(0, 3).Draw(t, "until")), "b")
	kinds := []ledger.Type{
		ledger.PointsAddition, ledger.PointsAccrual, ledger.PointsActivation, ledger.PointsTransferIn, ledger.PointsRemoval,
		ledger.PointsRedemption, ledger.PointsRefund, ledger.PointsTransferOut, ledger.PointsExpiration,
	}
	var entries []loyalty.Transaction
	for range rapid.IntRange(0, 20).Draw(t, "entries") {
		entry := loyalty.Transaction{ID: fmt.Sprint(a.Entries), Type: rapid.SampledFrom(kinds).Draw(t, "type")}
		points := ledger.Points(rapid.Int64Range(-200, 200).Draw(t, "points"))
		if points > 1 {
			some := ledger.Points(rapid.Int64Range(1, int64(points)-1).Draw(t, "some"))
			entry.Parts = []loyalty.Part{{loyalty.Date(rapid.Int32Range(0, 5).Draw(t, "day")), some}, {loyalty.Date(rapid.Int32Range(0, 5).Draw(t, "other")), points - some}}
		}
		before := a.Clone()
		if err := entry.Post(a, points, ledger.Automatic, names("b")); err != nil {
			if diff := cmp.Diff(before, a); diff != "" {
				t.Fatalf("a refused entry has changed the account (-want +got):\n%s", diff)
			}
			continue
		}
		entries = append(entries, entry)
	}
	return a, entries
}

func TestTheBalanceIsTheSumOfTheBuckets(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, entries := drawHistory(t)
		sum, moved := ledger.Points(0), a.InitialPoints
		for i, b := range a.Buckets {
			if sum += b.Points; b.Points <= 0 || i > 0 && uint32(a.Buckets[i-1].ExpiresAt)-1 >= uint32(b.ExpiresAt)-1 {
				t.Fatalf("buckets %+v", a.Buckets)
			}
		}
		for i := range entries {
			moved += entries[i].Details.Balance.Points
		}
		want := a.Points - a.ExpiredPoints - a.SubtractedPoints - a.RedeemedPoints
		if a.Balance < 0 || a.Balance != sum || a.Balance != moved || a.Balance != want || a.RedeemedPoints < 0 {
			t.Fatalf("balance %d, buckets %d, entries %d, parts %d", a.Balance, sum, moved, want)
		}
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var back loyalty.Account
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(a, &back, sameEmpty); diff != "" {
			t.Fatalf("read again (-want +got):\n%s", diff)
		}
	})
}
