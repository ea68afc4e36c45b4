package loyalty_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/validity"
)

// tier is a tier by name; to is 0 for no end.
func tier(name string, from, to ledger.Points) *loyalty.Tier {
	t := &loyalty.Tier{ID: name, Name: name, Points: loyalty.Range{From: from}}
	if to > 0 {
		t.Points.To = &to
	}
	return t
}

func program(expiration *loyalty.TiersExpiration, tiers ...*loyalty.Tier) *loyalty.Program {
	if err := expiration.Check(); err != nil {
		panic(err)
	}
	if err := loyalty.SortTiers(tiers); err != nil {
		panic(err)
	}
	return &loyalty.Program{CampaignID: "camp_1", TiersExpiration: expiration, Tiers: tiers}
}

func lasting(t testing.TB, extend string, rounding *loyalty.TierRounding) *loyalty.TiersExpiration {
	t.Helper()
	d, err := validity.ParseDuration(extend)
	if err != nil {
		t.Fatal(err)
	}
	return &loyalty.TiersExpiration{QualificationType: loyalty.ByBalance, ExpirationDate: loyalty.TierEnd{Type: loyalty.CustomEnd, Extend: &d, Rounding: rounding}}
}

func inPeriod(t testing.TB, period loyalty.Period, start loyalty.StartType, end loyalty.EndType, extend string) *loyalty.TiersExpiration {
	t.Helper()
	e := &loyalty.TiersExpiration{
		QualificationType: loyalty.ByPointsInPeriod, QualificationPeriod: period,
		StartDate: loyalty.TierStart{Type: start}, ExpirationDate: loyalty.TierEnd{Type: end},
	}
	if extend != "" {
		d, err := validity.ParseDuration(extend)
		if err != nil {
			t.Fatal(err)
		}
		e.ExpirationDate.Extend = &d
	}
	return e
}

// step is a day with points that come or go (0 for a day of the calendar), or a change of the program, and what is so then.
type step struct {
	day    string
	points ledger.Points
	change func(*loyalty.Program)
	moves  string // "joined →Silver" and so on
	until  string // the last day of the tier
	next   string // the tier that begins later, with its first day
}

// walk plays steps and compares the member after each.
func walk(t *testing.T, p *loyalty.Program, a *loyalty.Account, steps []step) {
	t.Helper()
	for _, s := range steps {
		if s.change != nil {
			s.change(p)
		}
		today := day(s.day)
		if s.points != 0 {
			kind := ledger.PointsAddition
			if s.points < 0 {
				kind = ledger.PointsRemoval
			}
			post(t, a, kind, s.points, "")
			p.Collect(a, kind, s.points, today)
		}
		got := step{day: s.day, points: s.points, moves: told(p.Settle(a, today)), until: a.Tier.ExpirationDate.String()}
		if a.Tier.Next != "" {
			got.next = a.Tier.Next + " " + a.Tier.NextFrom.String()
		}
		s.change = nil
		if diff := cmp.Diff(s, got, cmp.AllowUnexported(step{}), cmp.FilterValues(func(a, b func(*loyalty.Program)) bool { return true }, cmp.Ignore())); diff != "" {
			t.Errorf("on %s (-want +got):\n%s", s.day, diff)
		}
	}
}

// told formats moves.
func told(moves []loyalty.TierChange) string {
	text := ""
	for _, m := range moves {
		if text != "" {
			text += ", "
		}
		text += string(m.Type) + " " + m.From + "→" + m.To
		if m.First {
			text += " first"
		}
	}
	return text
}

// TV-50, TV-55 and the ranges: tiers of the balance move at once, over any number of levels.
func TestTiersThatFollowTheBalance(t *testing.T) {
	t.Parallel()
	p := program(nil, tier("Basic", 1, 99), tier("Silver", 100, 499), tier("Gold", 500, 999), tier("Platinum", 1000, 2000))
	a := card(0)
	walk(t, p, a, []step{
		{day: "2026-01-01"},
		{day: "2026-01-10", points: 100, moves: "joined →Silver first"},
		{day: "2026-02-15", points: -50, moves: "downgraded Silver→Basic"},
		{day: "2026-02-25", points: 500, moves: "upgraded Basic→Gold"},
		{day: "2026-02-26", points: 100},
		{day: "2026-02-27", points: 650, moves: "upgraded Gold→Platinum"},
		{day: "2026-03-01", points: -1100, moves: "downgraded Platinum→Silver"},
		{day: "2026-03-02", points: 2000, moves: "left Silver→"}, // above the last range
		{day: "2026-03-03", points: -1000, moves: "joined →Platinum"},
	})
	if a.Tier.StartDate != day("2026-03-03") || !a.Tier.Ever {
		t.Errorf("standing %+v", a.Tier)
	}
}

// TV-51.
func TestTheEndOfATierIsRounded(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, start string
		rounding    *loyalty.TierRounding
		want        string
	}{
		{"not at all", "2022-11-10", nil, "2023-02-10"},
		{"TV-51: to the end of the month", "2022-11-10", &loyalty.TierRounding{Type: "MONTH", Strategy: loyalty.ToEnd, Unit: "MONTH"}, "2023-02-28"},
		{"to the start of the next month", "2022-11-10", &loyalty.TierRounding{Type: "MONTH", Strategy: loyalty.ToStart}, "2023-03-01"},
		{"to the end of the quarter", "2022-11-10", &loyalty.TierRounding{Type: "QUARTER", Strategy: loyalty.ToEnd}, "2023-03-31"},
		{"to the end of the half-year", "2022-11-10", &loyalty.TierRounding{Type: "HALF_YEAR", Strategy: loyalty.ToEnd}, "2023-06-30"},
		{"to the start of the next year", "2022-11-10", &loyalty.TierRounding{Type: "YEAR", Strategy: loyalty.ToStart}, "2024-01-01"},
		{"to the end of January, month 0", "2022-11-10", &loyalty.TierRounding{Type: "CUSTOM", Strategy: loyalty.ToEnd}, "2024-01-31"},
		{"to the end of the month that it is in", "2022-11-10", &loyalty.TierRounding{Type: "CUSTOM", Strategy: loyalty.ToEnd, Value: 1}, "2023-02-28"},
		{"to the start of the month that it is in, which was", "2022-11-10", &loyalty.TierRounding{Type: "CUSTOM", Strategy: loyalty.ToStart, Value: 1}, "2024-02-01"},
		{"to the start of December, month 11", "2022-11-10", &loyalty.TierRounding{Type: "CUSTOM", Strategy: loyalty.ToStart, Value: 11}, "2023-12-01"},
		{"a month that has no such day", "2022-11-30", nil, "2023-02-28"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := program(lasting(t, "P3M", tt.rounding), tier("Silver", 100, 0))
			walk(t, p, card(0), []step{{day: tt.start, points: 100, moves: "joined →Silver first", until: tt.want}})
		})
	}
}

func TestTiersThatLast(t *testing.T) {
	t.Parallel()
	p := program(lasting(t, "P1M", nil), tier("Silver", 100, 499), tier("Gold", 500, 999), tier("Platinum", 1000, 0))
	a := card(0)
	walk(t, p, a, []step{
		{day: "2026-01-10", points: 600, moves: "joined →Gold first", until: "2026-02-10"},
		{day: "2026-01-11", points: -500, until: "2026-02-10"},
		{day: "2026-01-12", points: 1000, moves: "upgraded Gold→Platinum", until: "2026-02-12"},
		{day: "2026-01-13", points: -1000, until: "2026-02-12"},
		{day: "2026-02-12", until: "2026-02-12"},
		{day: "2026-02-13", moves: "downgraded Platinum→Silver", until: "2026-03-13"}, // two levels
		{day: "2026-03-14", moves: "prolonged Silver→Silver", until: "2026-04-14"},
		{day: "2026-03-15", points: -100, until: "2026-04-14"},
		{day: "2026-04-15", moves: "left Silver→"},
		{day: "2026-04-16", points: 100, moves: "joined →Silver", until: "2026-05-16"},
	})
}

// TV-52: the threshold is reached on 10 March.
func TestTiersOfAPeriodBeginAndEnd(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		start       loyalty.StartType
		end         loyalty.EndType
		extend      string
		from, until string
	}{
		{"at once, to the end of the period", loyalty.Immediate, loyalty.EndOfPeriod, "", "2026-03-10", "2026-03-31"},
		{"at once, to the end of the next period", loyalty.Immediate, loyalty.EndOfNextPeriod, "", "2026-03-10", "2026-04-30"},
		{"at once, and a week longer", loyalty.Immediate, loyalty.EndOfPeriod, "P7D", "2026-03-10", "2026-04-07"},
		{"from the next period", loyalty.NextPeriod, loyalty.EndOfPeriod, "", "2026-04-01", "2026-04-30"},
		{"from the next period to the end of the one behind", loyalty.NextPeriod, loyalty.EndOfNextPeriod, "", "2026-04-01", "2026-05-31"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := program(inPeriod(t, loyalty.Month, tt.start, tt.end, tt.extend), tier("Silver", 100, 0))
			a := card(1000) // what was there before does not count
			first := step{day: "2026-03-10", points: 100, moves: "joined →Silver first", until: tt.until}
			if tt.start == loyalty.NextPeriod {
				first = step{day: "2026-03-10", points: 100, next: "Silver 2026-04-01"}
			}
			walk(t, p, a, []step{{day: "2026-02-28", points: 99}, first})
			if tt.start == loyalty.NextPeriod {
				if due := a.Due(); due != day("2026-04-01") {
					t.Errorf("due on %s", due)
				}
				walk(t, p, a, []step{{day: "2026-04-01", moves: "joined →Silver first", until: tt.until}})
			}
			if got := a.Tier.StartDate.String(); got != tt.from {
				t.Errorf("from %s, want %s", got, tt.from)
			}
			if due := a.Due(); due != day(tt.until)+1 {
				t.Errorf("due on %s", due)
			}
			walk(t, p, a, []step{{day: tt.until, until: tt.until}, {day: a.Due().String(), moves: "left Silver→"}})
			if due := a.Due(); due != 0 {
				t.Errorf("nothing is left, due on %s", due)
			}
		})
	}
}

func TestWhoQualifiesAgainKeepsTheTier(t *testing.T) {
	t.Parallel()
	p := program(inPeriod(t, loyalty.Month, loyalty.Immediate, loyalty.EndOfNextPeriod, ""), tier("Silver", 100, 199), tier("Gold", 200, 0))
	walk(t, p, card(0), []step{
		{day: "2026-03-10", points: 200, moves: "joined →Gold first", until: "2026-04-30"},
		{day: "2026-04-10", points: 100, until: "2026-04-30"}, // Silver does not prolong Gold
		{day: "2026-04-11", points: 100, moves: "prolonged Gold→Gold", until: "2026-05-31"},
		{day: "2026-04-12", points: -400, until: "2026-05-31"}, // spending does not count
		{day: "2026-05-31", points: 150, until: "2026-05-31"},
		{day: "2026-06-01", moves: "left Gold→"}, // June has just begun
		{day: "2026-06-02", points: 100, moves: "joined →Silver", until: "2026-07-31"},
	})
	p = program(inPeriod(t, loyalty.Month, loyalty.NextPeriod, loyalty.EndOfPeriod, ""), tier("Silver", 100, 199), tier("Gold", 200, 0))
	walk(t, p, card(0), []step{
		{day: "2026-03-10", points: 100, next: "Silver 2026-04-01"},
		{day: "2026-03-11", points: 100, next: "Gold 2026-04-01"},
		{day: "2026-04-01", moves: "joined →Gold first", until: "2026-04-30"},
		{day: "2026-04-10", points: 200, until: "2026-04-30", next: "Gold 2026-05-01"},
		{day: "2026-05-01", moves: "prolonged Gold→Gold", until: "2026-05-31"},
		{day: "2026-06-01", moves: "left Gold→"},
	})
}

func TestTiersThatAreChanged(t *testing.T) {
	t.Parallel()
	raise := func(from ledger.Points) func(*loyalty.Program) {
		return func(p *loyalty.Program) { p.Tiers = []*loyalty.Tier{tier("Silver", from, 0)} }
	}
	t.Run("who follows the balance moves both ways", func(t *testing.T) {
		t.Parallel()
		walk(t, program(nil, tier("Silver", 100, 0)), card(0), []step{
			{day: "2026-01-10", points: 100, moves: "joined →Silver first"},
			{day: "2026-01-11", change: raise(200), moves: "left Silver→"},
			{day: "2026-01-12", change: raise(50), moves: "joined →Silver"},
		})
	})
	t.Run("who has the tier until a day keeps it", func(t *testing.T) {
		t.Parallel()
		walk(t, program(lasting(t, "P1M", nil), tier("Silver", 100, 0)), card(0), []step{
			{day: "2026-01-10", points: 100, moves: "joined →Silver first", until: "2026-02-10"},
			{day: "2026-01-11", change: raise(200), until: "2026-02-10"},
			{day: "2026-02-11", moves: "left Silver→"},
		})
	})
	t.Run("a tier that was deleted is lost, and another may be held", func(t *testing.T) {
		t.Parallel()
		for _, e := range []*loyalty.TiersExpiration{nil, lasting(t, "P1M", nil)} {
			p := program(e, tier("Silver", 100, 0))
			until := ""
			if e != nil {
				until = "2026-02-10"
			}
			a := card(0)
			walk(t, p, a, []step{
				{day: "2026-01-10", points: 100, moves: "joined →Silver first", until: until},
				{day: "2026-01-10", change: func(p *loyalty.Program) { p.Tiers = []*loyalty.Tier{tier("New", 50, 0)} }, moves: "left Silver→, joined →New", until: until},
				{day: "2026-01-10", change: func(p *loyalty.Program) { p.Tiers = nil }, moves: "left New→"},
			})
			if a.Due() != 0 {
				t.Errorf("due on %s", a.Due())
			}
		}
	})
	t.Run("a tier that was waited for and deleted never begins", func(t *testing.T) {
		t.Parallel()
		a := card(0)
		walk(t, program(inPeriod(t, loyalty.Month, loyalty.NextPeriod, loyalty.EndOfPeriod, ""), tier("Silver", 100, 0)), a, []step{
			{day: "2026-03-10", points: 100, next: "Silver 2026-04-01"},
			{day: "2026-04-01", change: func(p *loyalty.Program) { p.Tiers = nil }},
		})
		if a.Due() != 0 {
			t.Errorf("due on %s", a.Due())
		}
	})
}
