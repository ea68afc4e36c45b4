package loyalty_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/validity"
)

// Changed settings: nobody moves by himself; a refresh moves nobody down.
func TestSettingsThatAreRefreshed(t *testing.T) {
	t.Parallel()
	join := func(t *testing.T, e *loyalty.TiersExpiration) (*loyalty.Program, *loyalty.Account) {
		t.Helper()
		p, a := program(e, tier("Silver", 100, 499), tier("Gold", 500, 0)), card(0)
		post(t, a, ledger.PointsAddition, 500, "")
		p.Settle(a, day("2026-01-10"))
		return p, a
	}
	for _, tt := range []struct {
		name          string
		before, after *loyalty.TiersExpiration
		spent         ledger.Points
		today         string
		want          string
	}{
		{"longer", lasting(t, "P1M", nil), lasting(t, "P2M", nil), 0, "2026-01-20", " Gold until 2026-03-10"},
		{"shorter", lasting(t, "P2M", nil), lasting(t, "P1M", nil), 0, "2026-01-20", " Gold until 2026-02-10"},
		{"shorter than until today, and held again", lasting(t, "P2M", nil), lasting(t, "P1D", nil), 0, "2026-01-20", "prolonged Gold→Gold Gold until 2026-01-21"},
		{"shorter than until today, and held no more", lasting(t, "P2M", nil), lasting(t, "P1D", nil), 300, "2026-01-20", " Gold until 2026-03-10"},
		{"following the balance, which is lower", lasting(t, "P2M", nil), nil, 300, "2026-01-20", " Gold until 2026-03-10"},
		{"following the balance", lasting(t, "P2M", nil), nil, 0, "2026-01-20", " Gold until "},
		{"an end where there was none", nil, lasting(t, "P2M", nil), 0, "2026-01-20", " Gold until 2026-03-10"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, a := join(t, tt.before)
			if tt.spent > 0 {
				post(t, a, ledger.PointsRemoval, -tt.spent, "")
				p.Settle(a, day("2026-01-11"))
			}
			p.TiersExpiration = tt.after
			for range 2 { // doing it again changes nothing
				moves := told(p.Refresh(a, day(tt.today)))
				if got := moves + " " + a.Tier.TierID + " until " + a.Tier.ExpirationDate.String(); got != tt.want {
					t.Fatalf("got %q, want %q", got, tt.want)
				}
				if moves != "" {
					break
				}
			}
		})
	}
}

// A prolonged tier ends a term after it was prolonged, also when the settings are refreshed.
func TestTheTermOfAProlongedTier(t *testing.T) {
	t.Parallel()
	p, a := program(lasting(t, "P1M", nil), tier("Silver", 100, 0)), card(0)
	walk(t, p, a, []step{
		{day: "2026-01-10", points: 100, moves: "joined →Silver first", until: "2026-02-10"},
		{day: "2026-02-11", moves: "prolonged Silver→Silver", until: "2026-03-11"},
	})
	want := a.Tier
	if moves := p.Refresh(a, day("2026-02-12")); len(moves) > 0 || a.Tier != want || a.Tier.StartDate != day("2026-01-10") {
		t.Errorf("%s; standing %+v, want %+v", told(moves), a.Tier, want)
	}
}

// drawProgram draws settings and tiers.
func drawProgram(t *rapid.T) *loyalty.Program {
	extend := validity.Duration{Days: rapid.Int64Range(1, 40).Draw(t, "extend")}
	expiration := rapid.SampledFrom([]*loyalty.TiersExpiration{
		nil,
		{QualificationType: loyalty.ByBalance, ExpirationDate: loyalty.TierEnd{Type: loyalty.CustomEnd, Extend: &extend}},
		{QualificationType: loyalty.ByPointsInPeriod, QualificationPeriod: loyalty.Month, StartDate: loyalty.TierStart{Type: loyalty.Immediate}, ExpirationDate: loyalty.TierEnd{Type: loyalty.EndOfPeriod}},
		{QualificationType: loyalty.ByPointsInPeriod, QualificationPeriod: loyalty.Month, StartDate: loyalty.TierStart{Type: loyalty.NextPeriod}, ExpirationDate: loyalty.TierEnd{Type: loyalty.EndOfNextPeriod, Extend: &extend}},
		{QualificationType: loyalty.ByPointsInPeriod, QualificationPeriod: loyalty.Quarter, StartDate: loyalty.TierStart{Type: loyalty.Immediate}, ExpirationDate: loyalty.TierEnd{Type: loyalty.EndOfNextPeriod}},
	}).Draw(t, "expiration")
	var tiers []*loyalty.Tier
	for i, name := range []string{"A", "B", "C"} {
		if rapid.Bool().Draw(t, name) {
			tiers = append(tiers, tier(name, ledger.Points(i*100), ledger.Points(i*100+99)))
		}
	}
	return program(expiration, tiers...)
}

// Whatever becomes of settings, tiers and points: what is due on a day is not due behind it, and a refresh moves nobody down.
func TestWhatIsDueIsDone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, a := drawProgram(t), card(0)
		today := day("2026-01-25")
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			today += loyalty.Date(rapid.Int32Range(0, 50).Draw(t, "days"))
			if rapid.IntRange(0, 3).Draw(t, "change") == 0 {
				p = drawProgram(t)
			}
			for due, replayed := a.Due(), 0; due != 0 && due <= today; due = a.Due() {
				p.Settle(a, due)
				if replayed++; a.Due() != 0 && a.Due() <= due || replayed > 1000 {
					t.Fatalf("on %s it is still due on %s: %+v", due, a.Due(), a.Tier)
				}
			}
			points := ledger.Points(rapid.Int64Range(-200, 200).Draw(t, "points"))
			kind := ledger.PointsAddition
			if points < 0 {
				kind = ledger.PointsRemoval
			}
			if points != 0 && a.Balance+points >= 0 {
				m := loyalty.Movement{Type: kind, Points: points, BucketID: names("b")}
				if points > 0 {
					m.Parts = []loyalty.Part{{Points: points}}
				}
				if _, err := a.Post(m); err != nil {
					t.Fatal(err)
				}
				p.Collect(a, kind, points, today)
			}
			if rapid.Bool().Draw(t, "refresh") {
				before := a.Clone()
				moves := p.Refresh(a, today)
				for _, m := range moves {
					if m.Type == loyalty.Downgraded || m.Type == loyalty.Left && p.Tier(before.Tier.TierID) != nil {
						t.Fatalf("a refresh has moved %+v by %s", before.Tier, told(moves))
					}
				}
			}
			p.Settle(a, today)
			if again := p.Settle(a, today); len(again) > 0 {
				t.Fatalf("settled, and then %s", told(again))
			}
			if a.Tier.TierID != "" && p.Tier(a.Tier.TierID) == nil {
				t.Fatalf("the member has %s, which is gone", a.Tier.TierID)
			}
		}
	})
}
