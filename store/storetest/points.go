package storetest

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	giftledger "github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/validity"
)

// secondsOfDay is a day of the clock.
const secondsOfDay = 24 * 60 * 60

// lastingTiers keep a tier for some days, whatever becomes of the balance.
var lastingTiers = &loyalty.TiersExpiration{
	QualificationType: loyalty.ByBalance,
	ExpirationDate:    loyalty.TierEnd{Type: loyalty.CustomEnd, Extend: &validity.Duration{Days: 20}},
}

// loyaltyProgram is a program whose points expire after a month.
func loyaltyProgram(name string, tiers *loyalty.TiersExpiration) campaign.Campaign {
	rules := &loyalty.ExpirationRules{PeriodType: loyalty.InMonths, PeriodValue: 1}
	return campaign.Campaign{
		Name: name, CampaignType: campaign.LoyaltyProgram, Type: campaign.AutoUpdate, LoyaltyTiersExpiration: tiers,
		Voucher: &campaign.Template{LoyaltyCard: &loyalty.Card{ExpirationRules: rules}},
	}
}

// loyaltyTiers are two tiers.
func loyaltyTiers() []loyalty.Tier {
	to := giftledger.Points(199)
	return []loyalty.Tier{
		{Name: "Silver", Points: loyalty.Range{From: 100, To: &to}}, {Name: "Gold", Points: loyalty.Range{From: 200}},
	}
}

// program stores a program with two tiers.
func (h *host) program(name string, tiers *loyalty.TiersExpiration) campaign.Campaign {
	h.Helper()
	camp, err := h.Campaigns.Create(h.ctx, loyaltyProgram(name, tiers))
	h.must(err)
	_, err = h.Loyalty.CreateTiers(h.ctx, camp.ID, loyaltyTiers())
	h.must(err)
	return camp
}

// join makes a customer a member and returns the code of the card.
func (h *host) join(camp campaign.Campaign, sourceID string) string {
	h.Helper()
	p, err := h.Publications.Create(h.ctx, publication.FromCampaign(camp.ID, customer.BySourceID(sourceID)))
	h.must(err)
	return p.Voucher.Code
}

// today is the day that the clock shows.
func (h *host) today() loyalty.Date { return loyalty.DateOf(h.now(), time.UTC) }

func (h *host) now() time.Time { return at(int(h.seconds.Load())) }

// points is what is on a loyalty card.
func (h *host) points(code string) giftledger.Points {
	h.Helper()
	account, err := h.Loyalty.Member(h.ctx, code)
	h.must(err)
	return account.Balance
}

// lasting adds points that can be used until a day.
func lasting(points giftledger.Points, until loyalty.Date) loyalty.Adjustment {
	return loyalty.Adjustment{Points: points, ExpirationType: loyalty.CustomDate, ExpirationDate: until}
}

// testPointsHistories moves points to and fro between cards while days pass, and keeps its own account of them.
func testPointsHistories(h *host) {
	programs := []campaign.Campaign{h.program("Following", nil), h.program("Lasting", lastingTiers)}
	members := 0
	rapid.Check(h.T, func(t *rapid.T) {
		m := &pointsModel{host: h}
		for i := range 3 {
			members++
			m.cards = append(m.cards, &pointsCard{code: h.join(programs[i%2], fmt.Sprintf("customer-%d", members)), follows: i%2 == 0, days: map[loyalty.Date]giftledger.Points{}})
		}
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			rapid.SampledFrom([]func(*rapid.T){m.add, m.add, m.remove, m.transfer, m.pass, m.maintain}).Draw(t, "step")(t)
			m.check(t)
		}
	})
}

// pointsModel is what cards should hold.
type pointsModel struct {
	*host
	cards []*pointsCard
	moved int
}

// pointsCard is the points of a card by the last day on which they can be used; 0 is never.
type pointsCard struct {
	code    string
	days    map[loyalty.Date]giftledger.Points
	follows bool // its tier follows the balance
	fresh   bool // everything was done that was due
}

func (c *pointsCard) balance() (sum giftledger.Points) {
	for _, points := range c.days {
		sum += points
	}
	return sum
}

// take takes points, those that expire first before others.
func (c *pointsCard) take(points giftledger.Points) {
	var days []loyalty.Date
	for day := range c.days {
		if day != 0 {
			days = append(days, day)
		}
	}
	slices.Sort(days)
	for _, day := range append(days, 0) {
		taken := min(points, c.days[day])
		c.days[day], points = c.days[day]-taken, points-taken
	}
}

func (m *pointsModel) any(t *rapid.T, label string) *pointsCard {
	return m.cards[rapid.IntRange(0, len(m.cards)-1).Draw(t, label)]
}

func (m *pointsModel) add(t *rapid.T) {
	c := m.any(t, "card")
	points := giftledger.Points(rapid.Int64Range(1, 150).Draw(t, "points"))
	day := loyalty.Date(0)
	a := loyalty.Adjustment{Points: points, ExpirationType: loyalty.NonExpiring}
	if n := rapid.Int32Range(-1, 40).Draw(t, "days"); n >= 0 {
		day = m.today() + loyalty.Date(n)
		a = lasting(points, day)
	}
	if _, err := m.Loyalty.AddBalance(m.ctx, c.code, a); err != nil {
		t.Fatalf("add %d: %v", points, err)
	}
	c.days[day] += points
	c.fresh = true
}

func (m *pointsModel) remove(t *rapid.T) {
	c := m.any(t, "card")
	points := giftledger.Points(rapid.Int64Range(1, 200).Draw(t, "points"))
	_, err := m.Loyalty.AddBalance(m.ctx, c.code, loyalty.Adjustment{Points: -points})
	if impossible := points > c.balance(); impossible != refusedBy(err, fault.InvalidAmount) || !impossible && err != nil {
		t.Fatalf("remove %d of %d: %v", points, c.balance(), err)
	}
	if err == nil {
		c.take(points)
		c.fresh = true
	}
}

func (m *pointsModel) transfer(t *rapid.T) {
	from, to := m.any(t, "from"), m.any(t, "to")
	points := giftledger.Points(rapid.Int64Range(1, 150).Draw(t, "points"))
	m.moved++
	_, err := m.Loyalty.TransferPoints(m.ctx, to.code, []loyalty.Transfer{{Code: from.code, Points: points, SourceID: fmt.Sprintf("%s-%d", from.code, m.moved)}})
	switch impossible := points > from.balance(); {
	case from == to:
		if !refusedBy(err, fault.InvalidPayload) {
			t.Fatalf("from the card to itself: %v", err)
		}
		return
	case impossible != refusedBy(err, fault.InvalidAmount) || !impossible && err != nil:
		t.Fatalf("transfer %d of %d: %v", points, from.balance(), err)
	case impossible:
		return
	}
	from.take(points)
	to.days[m.today().Plus(validity.Duration{Months: 1})] += points
	from.fresh, to.fresh = true, true
}

// pass lets days pass, which take what is over.
func (m *pointsModel) pass(t *rapid.T) {
	m.seconds.Add(rapid.Int64Range(0, 30*secondsOfDay).Draw(t, "seconds"))
	for _, c := range m.cards {
		for day := range c.days {
			if day != 0 && day < m.today() {
				delete(c.days, day)
			}
		}
		c.fresh = false
	}
}

func (m *pointsModel) maintain(t *rapid.T) {
	if _, err := m.Maintain(m.ctx, m.now()); err != nil {
		t.Fatal(err)
	}
	for _, c := range m.cards {
		c.fresh = true
	}
}

// check compares the cards with the model.
func (m *pointsModel) check(t *rapid.T) {
	for _, c := range m.cards {
		account, err := m.Loyalty.Member(m.ctx, c.code)
		if err != nil {
			t.Fatal(err)
		}
		if account.Balance != c.balance() {
			t.Fatalf("%d are on the card %s, the model says %d", account.Balance, c.code, c.balance())
		}
		for _, b := range account.Buckets {
			if b.Points <= 0 || b.Points != c.days[b.ExpiresAt] {
				t.Fatalf("the card %s has %d until %s, the model %d", c.code, b.Points, b.ExpiresAt, c.days[b.ExpiresAt])
			}
		}
		if !c.fresh {
			continue
		}
		if due := account.Due(); due != 0 && due <= m.today() {
			t.Fatalf("on %s something is due on %s", m.today(), due)
		}
		if held := account.Tier.TierID != ""; c.follows && held != (c.balance() >= 100) {
			t.Fatalf("with %d points the member has the tier %q", c.balance(), account.Tier.TierID)
		}
	}
}

// entriesOf are the entries of a loyalty card in the order in which they were written.
func (h *host) entriesOf(code string) []loyalty.Transaction {
	h.Helper()
	var entries []loyalty.Transaction
	for entry, err := range h.Loyalty.Transactions(h.ctx, code, voucherify.ListOptions{}) {
		h.must(err)
		entries = append(entries, entry)
	}
	loyalty.Ordered(entries)
	return entries
}
