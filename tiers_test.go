package voucherify_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/validity"
)

// tierSettings are settings of each kind.
var tierSettings = []*loyalty.TiersExpiration{
	nil,
	{QualificationType: loyalty.ByBalance, ExpirationDate: loyalty.TierEnd{Type: loyalty.CustomEnd, Extend: &validity.Duration{Days: 20}}},
	{QualificationType: loyalty.ByPointsInPeriod, QualificationPeriod: loyalty.Month, StartDate: loyalty.TierStart{Type: loyalty.Immediate}, ExpirationDate: loyalty.TierEnd{Type: loyalty.EndOfPeriod, Extend: &validity.Duration{Days: 7}}},
	{QualificationType: loyalty.ByPointsInPeriod, QualificationPeriod: loyalty.Month, StartDate: loyalty.TierStart{Type: loyalty.NextPeriod}, ExpirationDate: loyalty.TierEnd{Type: loyalty.EndOfNextPeriod}},
}

// tierOf is a tier; to is 0 for no end.
func tierOf(name string, from, to ledger.Points) loyalty.Tier {
	t := loyalty.Tier{Name: name, Points: loyalty.Range{From: from}}
	if to > 0 {
		t.Points.To = &to
	}
	return t
}

func threeTiers() []loyalty.Tier {
	return []loyalty.Tier{tierOf("Silver", 100, 199), tierOf("Gold", 200, 299), tierOf("Platinum", 300, 0)}
}

// tierName is the name of a tier; "" for none.
func (s *shop) tierName(id string) string {
	if id == "" {
		return ""
	}
	t, err := s.Loyalty.GetTier(background, id)
	s.must(err)
	return t.Name
}

// holds is the tier of a member, with its last day.
func (s *shop) holds(card string) string {
	s.t.Helper()
	m, err := s.Loyalty.MemberTier(background, card)
	s.must(err)
	if m.Tier == nil {
		return ""
	}
	return m.Tier.Name + " " + m.Standing.ExpirationDate.String()
}

func TestTiersAreCreatedChangedAndDeleted(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	program := s.program("Club", nil)
	created, err := s.Loyalty.CreateTiers(background, "Club", threeTiers())
	s.must(err)
	silver := created[0]
	silver.Name, silver.Points.From, silver.Metadata = "Steel", 50, metadata.Map{"color": "grey"}
	updated, err := s.Loyalty.UpdateTier(background, silver)
	s.must(err)
	want := silver
	want.UpdatedAt, want.Version = &noon, 2
	equal(t, want, updated)
	read, err := s.Loyalty.GetTier(background, silver.ID)
	s.must(err)
	equal(t, want, read)
	s.must(s.Loyalty.DeleteTier(background, created[2].ID))
	var names []string
	for x, err := range s.Loyalty.ListTiers(background, voucherify.ListOptions{Parent: program.ID, OldestFirst: true}) {
		s.must(err)
		names = append(names, x.Name)
	}
	equal(t, []string{"Steel", "Gold"}, names)
	told := map[string]int{}
	for _, kind := range s.kinds() {
		told[string(kind)]++
	}
	equal(t, []int{3, 1, 1}, []int{
		told["campaign.loyalty_tier.created"], told["campaign.loyalty_tier.updated"], told["campaign.loyalty_tier.deleted"],
	})
	for name, refused := range map[string]struct {
		err  error
		want string
	}{
		"an old version":       {second(s.Loyalty.UpdateTier(background, silver)), `invalid_payload version: version 1 was read, 2 is stored`},
		"a tier that is gone":  {s.Loyalty.DeleteTier(background, created[2].ID), "not_found : Cannot find loyalty_tier with id " + created[2].ID},
		"a range that is used": {second(s.Loyalty.CreateTiers(background, program.ID, []loyalty.Tier{tierOf("New", 150, 160)})), `invalid_payload points: the tiers "Steel" and "New" overlap`},
		"a name that is used":  {second(s.Loyalty.CreateTiers(background, program.ID, []loyalty.Tier{tierOf("Gold", 500, 600)})), `duplicate_found name: two tiers are called "Gold"`},
		"the second of two":    {second(s.Loyalty.CreateTiers(background, program.ID, []loyalty.Tier{tierOf("New", 500, 600), tierOf("", 700, 800)})), "invalid_payload tiers[1].name: must have between 1 and 255 bytes"},
		"no tiers":             {second(s.Loyalty.CreateTiers(background, program.ID, nil)), "invalid_payload tiers: 0 tiers are not between 1 and 100"},
		"another campaign":     {second(s.Loyalty.CreateTiers(background, "camp_none", threeTiers())), "not_found campaign_id: Cannot find campaign with id camp_none"},
	} {
		if got := says(refused.err); got != refused.want {
			t.Errorf("%s: got %q, want %q", name, got, refused.want)
		}
	}
	names = names[:0]
	for i := range loyalty.MaxTiers - 1 {
		names = append(names, fmt.Sprint("T", i))
	}
	many := make([]loyalty.Tier, 0, len(names))
	for i, name := range names {
		many = append(many, tierOf(name, ledger.Points(1000+i), ledger.Points(1000+i)))
	}
	if err := second(s.Loyalty.CreateTiers(background, program.ID, many)); says(err) != "invalid_payload tiers: 101 tiers are more than the limit of 100" {
		t.Errorf("too many tiers: %v", err)
	}
	s.must(second(s.Loyalty.CreateTiers(background, program.ID, many[1:])))
}

// Of two calls at the same time one sees the other: no two tiers overlap.
func TestTiersThatAreCreatedAtTheSameTimeDoNotOverlap(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	program := s.program("Club", nil)
	slow := &overtaken{Store: s.store, first: []func(){func() {
		s.must(second(s.Loyalty.CreateTiers(background, program.ID, []loyalty.Tier{tierOf("A", 100, 200)})))
	}}}
	other, err := voucherify.New(slow, voucherify.WithClock(func() time.Time { return noon }))
	s.must(err)
	if _, err := other.Loyalty.CreateTiers(background, program.ID, []loyalty.Tier{tierOf("B", 150, 250)}); says(err) != `invalid_payload points: the tiers "A" and "B" overlap` {
		t.Errorf("the slower one: %v", err)
	}
}

// What the calendar and the settings do to the tiers of members, through the engine.
func TestTiersOfMembersFollowTheirSettings(t *testing.T) {
	t.Parallel()
	for i, want := range [][]string{
		{"Gold ", "Silver ", "", ""},
		{"Gold 2026-12-15", "Gold 2026-12-15", "Gold 2026-12-15", ""},
		{"Gold 2026-12-07", "Gold 2026-12-07", "Gold 2026-12-07", ""},
		{"", "", "Gold 2027-01-31", "Gold 2027-01-31"},
	} {
		s := newShop(t)
		program := s.program("Club", func(c *campaign.Campaign) { c.LoyaltyTiersExpiration = tierSettings[i] })
		s.must(second(s.Loyalty.CreateTiers(background, program.ID, threeTiers())))
		card := s.join(program, "ada").Code
		s.add(card, until(150, "2026-11-30"))
		s.add(card, until(50, "2026-12-31"))
		got := []string{s.holds(card)}
		s.add(card, loyalty.Adjustment{Points: -100})
		got = append(got, s.holds(card))
		s.noonOf("2026-12-01")
		shown := s.holds(card) // before the maintenance has run
		s.maintain()
		got = append(got, s.holds(card))
		equal(t, shown, got[2])
		s.noonOf("2026-12-20")
		s.maintain()
		got = append(got, s.holds(card))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("settings %d (-want +got):\n%s", i, diff)
		}
		s.verified()
	}
}

// Changed tiers: members without an end move both ways, those with one up only; a tier that is deleted is lost.
func TestMembersAreReevaluated(t *testing.T) {
	t.Parallel()
	for i, want := range [][]string{
		{"Silver ", "Silver ", "Gold ", ""},
		{"Silver 2026-12-15", "Silver 2026-12-15", "Gold 2026-12-15", ""},
	} {
		s := newShop(t)
		program := s.program("Club", func(c *campaign.Campaign) { c.LoyaltyTiersExpiration = tierSettings[i] })
		tiers, err := s.Loyalty.CreateTiers(background, program.ID, threeTiers()[:2])
		s.must(err)
		card := s.join(program, "ada").Code
		s.add(card, loyalty.Adjustment{Points: 180})
		got := []string{s.holds(card)}
		steps := []func(){
			func() {
				tiers[0].Points.From = 120
				tiers[0].Version = 0
				s.must(second(s.Loyalty.UpdateTier(background, tiers[0])))
			},
			func() {
				to := ledger.Points(159)
				tiers[0].Points.To = &to
				s.must(second(s.Loyalty.UpdateTier(background, tiers[0])))
				tiers[1].Points.From, tiers[1].Version = 160, 0
				s.must(second(s.Loyalty.UpdateTier(background, tiers[1])))
			},
			func() { s.must(s.Loyalty.DeleteTier(background, tiers[1].ID)) },
		}
		for _, step := range steps {
			step()
			s.must(second(s.Loyalty.ReevaluateTiers(background, "Club")))
			got = append(got, s.holds(card))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("settings %d (-want +got):\n%s", i, diff)
		}
		again, err := s.Loyalty.ReevaluateTiers(background, program.ID)
		s.must(err)
		equal(t, voucherify.Maintenance{}, again)
	}
}

// Changed settings move nobody, unless they are recalculated.
func TestSettingsAreRecalculated(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	program := s.program("Club", func(c *campaign.Campaign) { c.LoyaltyTiersExpiration = tierSettings[1] })
	s.must(second(s.Loyalty.CreateTiers(background, program.ID, threeTiers())))
	var cards []string
	for i := range 3 {
		cards = append(cards, s.join(program, fmt.Sprint("customer-", i)).Code)
		s.add(cards[i], loyalty.Adjustment{Points: 200})
	}
	s.add(cards[2], loyalty.Adjustment{Points: -150})
	program.LoyaltyTiersExpiration = &loyalty.TiersExpiration{
		QualificationType: loyalty.ByBalance, ExpirationDate: loyalty.TierEnd{Type: loyalty.CustomEnd, Extend: &validity.Duration{Days: 60}},
	}
	program.Version = 0
	s.must(second(s.Campaigns.Update(background, program)))
	equal(t, "Gold 2026-12-15", s.holds(cards[0]))
	done, err := s.Loyalty.RecalculateTiers(background, "Club")
	s.must(err)
	equal(t, voucherify.Maintenance{Cards: 3}, done)
	equal(t, []string{"Gold 2027-01-24", "Gold 2027-01-24"}, []string{s.holds(cards[0]), s.holds(cards[2])})
	again, err := s.Loyalty.RecalculateTiers(background, "Club")
	s.must(err)
	equal(t, voucherify.Maintenance{}, again)
	told := 0
	for _, kind := range s.kinds() {
		if kind == "customer.loyalty.tier.expiration.changed" {
			told++
		}
	}
	equal(t, 3, told)
}

// The order of a day: pending points are activated first, then tiers end, with the points that are over since midnight, then those
// expire, and tiers that follow the balance move again.
func TestTheOrderOfADay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		settings *loyalty.TiersExpiration
		pending  ledger.Points
		want     []string
	}{
		{"a tier that lasts is kept with points that expire on the same day", tierSettings[1], 0, []string{"joined", "prolonged"}},
		{"a tier that follows the balance is lost with them", nil, 0, []string{"joined", "left"}},
		{"what is activated on the day counts before", nil, 250, []string{"joined", "upgraded", "downgraded"}},
		{"and for a tier that lasts", tierSettings[1], 250, []string{"joined", "upgraded"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			program := s.program("Club", func(c *campaign.Campaign) { c.LoyaltyTiersExpiration = tt.settings })
			s.must(second(s.Loyalty.CreateTiers(background, program.ID, threeTiers())))
			card := s.join(program, "ada").Code
			s.add(card, until(100, "2026-12-15"))
			if tt.pending > 0 {
				s.hold(card, tt.pending, loyalty.DateOf(noon, time.UTC)+21)
			}
			s.noonOf("2026-12-16")
			s.maintain()
			var got []string
			for _, kind := range s.kinds() {
				if name, ok := strings.CutPrefix(string(kind), "customer.loyalty.tier."); ok {
					got = append(got, name)
				}
			}
			equal(t, tt.want, got)
			s.verified()
		})
	}
}

// More members than one transaction takes are gone through in several, each member once.
func TestAllMembersAreGoneThrough(t *testing.T) {
	t.Parallel()
	const members = 300
	s := newShop(t)
	program := s.program("Club", nil)
	for i := range members {
		card := s.join(program, fmt.Sprint("customer-", i)).Code
		s.add(card, until(10, "2026-11-30"))
		s.add(card, until(20, "2026-12-10"))
		s.add(card, loyalty.Adjustment{Points: 150})
	}
	s.must(second(s.Loyalty.CreateTiers(background, program.ID, threeTiers())))
	done, err := s.Loyalty.ReevaluateTiers(background, program.ID)
	s.must(err)
	equal(t, voucherify.Maintenance{Cards: members, TierMoves: members}, done)
	s.noonOf("2026-12-20")
	equal(t, voucherify.Maintenance{Cards: members, Expired: 30 * members}, s.maintain())
	s.verified()
}
