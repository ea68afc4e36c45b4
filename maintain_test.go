package voucherify_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
)

// noonOf moves the clock to noon of a day.
func (s *shop) noonOf(day string) {
	s.t.Helper()
	at, err := time.Parse(time.DateOnly, day)
	s.must(err)
	s.now.Store(int64(at.Add(12*time.Hour).Sub(noon) / time.Second))
}

// maintain runs the maintenance at the instant of the clock.
func (s *shop) maintain() voucherify.Maintenance {
	s.t.Helper()
	done, err := s.Maintain(background, noon.Add(time.Duration(s.now.Load())*time.Second))
	s.must(err)
	return done
}

// until is the adjustment of points that can be used until a day.
func until(points ledger.Points, day string) loyalty.Adjustment {
	last, err := loyalty.ParseDate(day)
	if err != nil {
		panic(err)
	}
	return loyalty.Adjustment{Points: points, ExpirationType: loyalty.CustomDate, ExpirationDate: last}
}

// add moves points by hand.
func (s *shop) add(card string, a loyalty.Adjustment) loyalty.Balance {
	s.t.Helper()
	b, err := s.Loyalty.AddBalance(background, card, a)
	s.must(err)
	return b
}

// ledger are the entries of a loyalty card as text, in the order in which they were written.
func (s *shop) ledger(card string) []string {
	s.t.Helper()
	var entries []loyalty.Transaction
	for entry, err := range s.Loyalty.Transactions(background, card, listAll) {
		s.must(err)
		entries = append(entries, entry)
	}
	loyalty.Ordered(entries)
	var lines []string
	for _, x := range entries {
		b := x.Details.Balance
		lines = append(lines, fmt.Sprintf("%s %d of %d at %s", x.Type, b.Points, b.Balance, x.CreatedAt.Format("01-02T15:04")))
	}
	return lines
}

// member reads an account.
func (s *shop) member(card string) loyalty.Account {
	s.t.Helper()
	account, err := s.Loyalty.Member(background, card)
	s.must(err)
	return account
}

// TV-53 and TV-54: points can be used until the end of their day, and are gone with the next one.
func TestPointsExpireWithTheEndOfTheirDay(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	card := s.join(s.program("Club", nil), "ada")
	s.add(card.Code, until(30, "2026-11-30"))
	s.add(card.Code, until(12, "2026-12-31"))
	s.noonOf("2026-11-30")
	equal(t, voucherify.Maintenance{}, s.maintain())
	if err := second(s.Maintain(background, time.Time{})); keyAndField(err) != "invalid_payload now" {
		t.Errorf("no instant: %v", err)
	}
	s.noonOf("2026-12-01")
	equal(t, voucherify.Maintenance{Cards: 1, Expired: 30}, s.maintain())
	equal(t, voucherify.Maintenance{}, s.maintain())
	equal(t, []string{
		"POINTS_ADDITION 30 of 30 at 11-25T12:00", "POINTS_ADDITION 12 of 42 at 11-25T12:00", "POINTS_EXPIRATION -30 of 12 at 12-01T00:00",
	}, s.ledger(card.Code))
	account := s.member(card.Code)
	equal(t, []ledger.Points{42, 30, 12}, []ledger.Points{account.Points, account.ExpiredPoints, account.Balance})
	told := map[string]int{}
	for _, kind := range s.kinds() {
		told[string(kind)]++
	}
	equal(t, []int{1, 1}, []int{told["voucher.loyalty_card.points_expired"], told["customer.voucher.loyalty_card.points_expired"]})
	s.verified()
}

// The zone of the project says when a day ends.
func TestMidnightIsThatOfTheProject(t *testing.T) {
	t.Parallel()
	s := newShop(t, voucherify.WithTimeZone("America/New_York"))
	card := s.join(s.program("Club", nil), "ada")
	s.add(card.Code, until(30, "2026-11-30"))
	for _, run := range []struct {
		at   time.Time
		want ledger.Points
	}{{time.Date(2026, 12, 1, 4, 59, 59, 0, time.UTC), 0}, {time.Date(2026, 12, 1, 5, 0, 0, 0, time.UTC), 30}} {
		done, err := s.Maintain(background, run.at)
		s.must(err)
		equal(t, run.want, done.Expired)
	}
}

// Nobody spends points that are over, also when the maintenance has not run.
func TestOperationsDoWhatIsDueFirst(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	card := s.join(s.program("Club", nil), "ada")
	s.add(card.Code, until(30, "2026-11-30"))
	s.hold(card.Code, 5, loyalty.DateOf(noon, time.UTC)+10)
	s.noonOf("2026-12-10")
	if err := second(s.Loyalty.AddBalance(background, card.Code, loyalty.Adjustment{Points: -6})); says(err) != "invalid_amount points: 6 is more than the balance of 5" {
		t.Errorf("removing more than is left: %v", err)
	}
	equal(t, []string{"POINTS_ADDITION 30 of 30 at 11-25T12:00"}, s.ledger(card.Code))
	equal(t, ledger.Points(0), s.add(card.Code, loyalty.Adjustment{Points: -5}).Balance)
	equal(t, []string{
		"POINTS_ADDITION 30 of 30 at 11-25T12:00", "POINTS_EXPIRATION -30 of 0 at 12-01T00:00", "PENDING_POINTS_ACTIVATION 5 of 5 at 12-05T00:00",
		"POINTS_REMOVAL -5 of 0 at 12-10T12:00",
	}, s.ledger(card.Code))
	equal(t, voucherify.Maintenance{}, s.maintain())
	s.verified()
}

// What is canceled by hand while other points are overdue leaves those that come later in their turn.
func TestPendingPointsAreCanceledWhileOthersAreOverdue(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	card := s.join(s.program("Club", nil), "ada")
	today := loyalty.DateOf(noon, time.UTC)
	for i, day := range []loyalty.Date{1, 5, 9} {
		s.hold(card.Code, ledger.Points(10+i), today+day)
	}
	waiting := s.pending(card.Code)
	s.noonOf("2026-11-27")
	s.must(s.Loyalty.CancelPending(background, card.Code, waiting[1].ID))
	account := s.member(card.Code)
	equal(t, []any{ledger.Points(10), ledger.Points(12), today + 9}, []any{account.Balance, account.PendingPoints, account.NextActivation})
	s.verified()
	if err := s.Loyalty.CancelPending(background, card.Code, waiting[0].ID); keyAndField(err) != "invalid_pending_points_state " {
		t.Errorf("canceling what was activated by the calendar: %v", err)
	}
}

// The maintenance does not even read cards for which nothing is due.
func TestOnlyCardsThatAreDueAreRead(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	program := s.program("Club", nil)
	due, other := s.join(program, "ada"), s.join(program, "bob")
	s.add(due.Code, until(5, "2026-11-30"))
	s.add(other.Code, until(5, "2026-12-30"))
	b := &books{shop: s}
	b.edit(record.LoyaltyAccount, other.ID, `"balance":5`, `"balance":"unreadable"`)
	s.noonOf("2026-12-01")
	equal(t, voucherify.Maintenance{Cards: 1, Expired: 5}, s.maintain())
}

// A call that is repeated on a later day is answered, although its date is over by then.
func TestARepeatedAdditionIsAnsweredWhenItsDateIsOver(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	card := s.join(s.program("Club", nil), "ada")
	a := until(30, "2026-11-25")
	a.SourceID = "gift"
	first := s.add(card.Code, a)
	s.noonOf("2026-11-26")
	equal(t, first, s.add(card.Code, a))
	s.verified()
}

// Between midnight and the run points that are over are shown as expired, and nothing is written.
func TestReadsShowWhatIsOver(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	program := s.program("Club", nil)
	card := s.join(program, "ada")
	s.add(card.Code, until(30, "2026-11-30"))
	s.add(card.Code, until(12, "2026-12-31"))
	s.noonOf("2026-12-01")
	v, err := s.Vouchers.Get(background, card.Code)
	s.must(err)
	member := s.member(card.Code)
	listed := 0
	for account, err := range s.Loyalty.Members(background, program.ID, listAll) {
		s.must(err)
		equal(t, member, account)
		listed++
	}
	for entry, err := range s.Customers.Wallet(background, "ada", listAll) {
		s.must(err)
		equal(t, v.LoyaltyCard, entry.Voucher.LoyaltyCard)
		listed++
	}
	next, err := loyalty.ParseDate("2026-12-31")
	s.must(err)
	v.LoyaltyCard.InitialPoints = 0
	want := []any{ledger.Points(42), ledger.Points(12), ledger.Points(30), next, ledger.Points(12), ledger.Points(12), 2}
	card2 := v.LoyaltyCard
	equal(t, want, []any{card2.Points, card2.Balance, card2.ExpiredPoints, card2.NextExpirationDate, card2.NextExpirationPoints, member.Balance, listed})
	equal(t, 2, len(s.ledger(card.Code)))
}

// The calendar goes on while a campaign or a card is disabled.
func TestTheCalendarGoesOnWhileACampaignIsDisabled(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	card := s.join(s.program("Club", nil), "ada")
	s.add(card.Code, until(30, "2026-11-30"))
	s.hold(card.Code, 7, loyalty.DateOf(noon, time.UTC)+3)
	s.must(s.Campaigns.Disable(background, "Club"))
	s.must(s.Vouchers.Disable(background, card.Code))
	s.noonOf("2026-12-01")
	equal(t, voucherify.Maintenance{Cards: 1, Expired: 30, Activated: 7}, s.maintain())
	s.verified()
}

// Days that were missed are replayed: a run each day and one run behind them all write the same.
func TestMissedDaysMakeNoDifference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		settings := rapid.SampledFrom(tierSettings).Draw(r, "settings")
		shops := [2]*shop{newShop(t), newShop(t)}
		var cards [2]string
		for i, s := range shops {
			program := s.program("Club", func(c *campaign.Campaign) {
				c.LoyaltyTiersExpiration = settings
				c.Voucher.LoyaltyCard.ExpirationRules = &loyalty.ExpirationRules{PeriodType: loyalty.InMonths, PeriodValue: 1}
			})
			s.must(second(s.Loyalty.CreateTiers(background, program.ID, threeTiers())))
			cards[i] = s.join(program, "ada").Code
		}
		today := loyalty.DateOf(noon, time.UTC)
		for n := range rapid.IntRange(1, 6).Draw(r, "steps") {
			points := ledger.Points(rapid.Int64Range(1, 150).Draw(r, "points"))
			lasts := loyalty.Date(rapid.Int32Range(0, 60).Draw(r, "lasts"))
			next := today + loyalty.Date(rapid.Int32Range(0, 45).Draw(r, "days"))
			for i, s := range shops {
				s.must(second(s.Loyalty.AddBalance(background, cards[i], until(points, (today+lasts).String()))))
				if points%3 == 0 {
					s.hold(cards[i], points+1000*ledger.Points(n), today+1+lasts/4)
				}
			}
			for day := today; day <= next; day++ {
				for _, s := range shops {
					s.noonOf(day.String())
				}
				shops[0].maintain()
			}
			today = next
		}
		shops[1].maintain()
		want, got := shops[0].ledger(cards[0]), shops[1].ledger(cards[1])
		if diff := cmp.Diff(want, got); diff != "" {
			r.Fatalf("entries (-daily +once):\n%s", diff)
		}
		a, b := shops[0].member(cards[0]), shops[1].member(cards[1])
		a.Tier.TierID, a.Tier.Next = shops[0].tierName(a.Tier.TierID), shops[0].tierName(a.Tier.Next)
		b.Tier.TierID, b.Tier.Next = shops[1].tierName(b.Tier.TierID), shops[1].tierName(b.Tier.Next)
		if diff := cmp.Diff([]any{a.Tier, a.Balance, a.ExpiredPoints, len(a.Buckets), a.Due()}, []any{b.Tier, b.Balance, b.ExpiredPoints, len(b.Buckets), b.Due()}); diff != "" {
			r.Fatalf("member (-daily +once):\n%s", diff)
		}
		if due := b.Due(); due != 0 && due <= today {
			r.Fatalf("on %s it is still due on %s", today, due)
		}
		shops[1].verified()
	})
}

// A card that cannot be brought up to date does not keep the others waiting.
func TestACardThatFailsDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	program := s.program("Club", nil)
	full, other := s.join(program, "ada"), s.join(program, "bob")
	s.add(full.Code, loyalty.Adjustment{Points: ledger.Points(money.Max)})
	for i, card := range []string{full.Code, other.Code} {
		s.hold(card, ledger.Points(5+i), loyalty.DateOf(noon, time.UTC)+1)
	}
	s.noonOf("2026-11-27")
	done, err := s.Maintain(background, noon.Add(48*time.Hour))
	if !errors.Is(err, fault.InvalidAmount) {
		t.Errorf("got %v, want what is wrong with the full card", err)
	}
	equal(t, voucherify.Maintenance{Cards: 1, Activated: 6}, done)
	equal(t, ledger.Points(6), s.member(other.Code).Balance)
	s.verified()
}

// crowded is a store in which the first transactions lose a race at their end.
type crowded struct {
	store.Store
	lost int
}

func (s *crowded) Update(ctx context.Context, fn func(store.Tx) error) error {
	return s.Store.Update(ctx, func(tx store.Tx) error {
		if err := fn(tx); err != nil || s.lost == 0 {
			return err
		}
		s.lost--
		return store.ErrConflict
	})
}

func TestABatchThatLosesARaceRunsAgain(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	program := s.program("Club", nil)
	const cards = 30
	for i := range cards {
		s.add(s.join(program, fmt.Sprint("customer-", i)).Code, until(10, "2026-11-30"))
	}
	e, err := voucherify.New(&crowded{s.store, 5}, voucherify.WithClock(func() time.Time { return noon }))
	s.must(err)
	done, err := e.Maintain(background, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
	s.must(err)
	equal(t, voucherify.Maintenance{Cards: cards, Expired: 10 * cards}, done)
	never, err := voucherify.New(&crowded{s.store, 1000}, voucherify.WithLimits(voucherify.Limits{MaxAttempts: 3}))
	s.must(err)
	if _, err := never.Maintain(background, noon); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a run that always loses: %v", err)
	}
	s.verified()
}

// RunMaintenance runs at once, then at each midnight, with the engine's clock.
func TestMaintenanceRunsAtMidnight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		begun := time.Now()
		runs := []string{}
		e, err := voucherify.New(s.store, voucherify.WithTimeZone("Europe/Berlin"), voucherify.WithClock(time.Now), voucherify.WithObserver(func(o voucherify.Observation) {
			runs = append(runs, fmt.Sprint(o.Verb, " ", time.Since(begun), " ", o.Err))
		}))
		s.must(err)
		ctx, cancel := context.WithTimeout(t.Context(), 48*time.Hour)
		defer cancel()
		if err := e.RunMaintenance(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("ended with %v", err)
		}
		// The clock of the test begins at midnight UTC on 1 January 2000, an hour after that of Berlin.
		equal(t, []string{"maintain 0s <nil>", "maintain 23h0m0s <nil>", "maintain 47h0m0s <nil>"}, runs)
	})
}

// A run that fails is tried again after a minute, then later and later.
func TestMaintenanceThatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		begun := time.Now()
		runs := []time.Duration{}
		failing := &down{Store: s.store, calls: 4}
		e, err := voucherify.New(failing, voucherify.WithObserver(func(voucherify.Observation) { runs = append(runs, time.Since(begun)) }))
		s.must(err)
		ctx, cancel := context.WithTimeout(t.Context(), 36*time.Hour)
		defer cancel()
		if err := e.RunMaintenance(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("ended with %v", err)
		}
		equal(t, []time.Duration{0, time.Minute, 3 * time.Minute, 7 * time.Minute, 15 * time.Minute, 24 * time.Hour}, runs)
	})
}

// down is a store whose first transactions fail.
type down struct {
	store.Store
	calls int
}

func (s *down) Update(ctx context.Context, fn func(store.Tx) error) error {
	if s.calls--; s.calls >= 0 {
		return store.ErrUnavailable
	}
	return s.Store.Update(ctx, fn)
}
