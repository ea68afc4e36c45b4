package redemption_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
)

var pendingNoon = time.Date(2025, 1, 15, 12, 0, 0, 0, time.UTC)

// pointsCard is a card with a balance in a program whose points live for a month.
func pointsCard(at time.Time, stored *loyalty.Account) (*redemption.PointsWork, *redemption.PointsCard) {
	catalogue := redemption.NewCatalogue(redemption.Configuration{}, nil)
	ids := id.NewSequence(at, uint64(at.Unix()))
	program := &loyalty.Program{CampaignID: "camp_1", CampaignName: "Club", Card: loyalty.Card{
		ExpirationRules: &loyalty.ExpirationRules{PeriodType: loyalty.InMonths, PeriodValue: 1},
	}}
	work := redemption.NewPointsWork(catalogue, at, &ids, &redemption.Plan{})
	return work, work.Card(program, stored)
}

func TestPendingPointsBecomeUsableAndExpireFromThen(t *testing.T) {
	t.Parallel()
	work, card := pointsCard(pendingNoon, &loyalty.Account{VoucherID: "v_1", CampaignID: "camp_1", CustomerID: "cust_1", Version: 3})
	day := work.Today()
	later, err := card.Hold(loyalty.Pending{OrderID: "ord_2", Points: 7, ActivatesAt: day + 9})
	if err != nil {
		t.Fatal(err)
	}
	first, err := card.Hold(loyalty.Pending{OrderID: "ord_1", Points: 25, ActivatesAt: day + 1, EarnedWith: "ern_1/ord_1"})
	if err != nil {
		t.Fatal(err)
	}
	if got := card.Account; got.PendingPoints != 32 || got.NextActivation.String() != "2025-01-16" || got.Balance != 0 {
		t.Errorf("account %+v, want 32 pending until 2025-01-16", got)
	}
	if err := card.AdjustPending(first.ID, 10); err != nil {
		t.Fatal(err)
	}
	entry, err := card.Activate(first.ID, "API", ledger.Manual)
	if err != nil {
		t.Fatal(err)
	}
	lastDay, _ := loyalty.ParseDate("2025-02-15")
	want := &loyalty.Transaction{
		Source: "API", VoucherID: "v_1", CampaignID: "camp_1", Type: ledger.PointsActivation, Number: 1,
		Details: loyalty.Details{
			Balance: loyalty.Balance{
				Type: "loyalty_card", Points: 35, Total: 35, Balance: 35, OperationType: ledger.Manual, Object: "balance",
				RelatedObject: ledger.Related{ID: "v_1", Type: "voucher"},
			},
			PendingPoints: &ledger.Reference{ID: first.ID},
		},
		Parts: []loyalty.Part{{ExpiresAt: lastDay, Points: 35}}, CreatedAt: pendingNoon,
	}
	if diff := cmp.Diff(want, entry, cmpopts.IgnoreFields(loyalty.Transaction{}, "ID")); diff != "" {
		t.Errorf("entry (-want +got):\n%s", diff)
	}
	if got := card.Account; got.PendingPoints != 7 || got.NextActivation != later.ActivatesAt || got.Balance != 35 {
		t.Errorf("account %+v, want 7 pending and a balance of 35", got)
	}
	if err := card.CancelPending(first.ID); err == nil || err.Error() != "voucherify: invalid_pending_points_state: Required status is PENDING, current status is ACTIVATED" {
		t.Errorf("canceling activated points: %v", err)
	}
	if err := card.CancelPending("lopp_other"); err == nil || err.Error() != "voucherify: not_found: Cannot find loyalty_pending_points with id lopp_other" {
		t.Errorf("canceling points that are not there: %v", err)
	}
	if err := work.Finish("v-1"); err != nil {
		t.Fatal(err)
	}
	var parents []string
	for _, d := range work.Plan.Writes {
		if d.Kind == record.PendingPoints {
			parents = append(parents, d.Parent+" "+d.CreatedAt.Format(time.DateOnly))
		}
	}
	if diff := cmp.Diff([]string{"v_1 2025-01-24", "v_1/done 2025-01-16"}, parents); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	var events []string
	for _, e := range work.Plan.Events {
		events = append(events, string(e.Type))
	}
	wantEvents := []string{
		"voucher.loyalty_card.pending_points.added", "customer.voucher.loyalty_card.pending_points.added",
		"voucher.loyalty_card.pending_points.added", "customer.voucher.loyalty_card.pending_points.added",
		"voucher.loyalty_card.pending_points.updated", "customer.voucher.loyalty_card.pending_points.updated",
		"voucher.loyalty_card.transaction.created",
		"voucher.loyalty_card.pending_points.activated", "customer.voucher.loyalty_card.pending_points.activated",
		"customer.loyalty.updated",
	}
	if diff := cmp.Diff(wantEvents, events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestPendingPointsStayPositive(t *testing.T) {
	t.Parallel()
	_, card := pointsCard(pendingNoon, &loyalty.Account{VoucherID: "v_1"})
	p, err := card.Hold(loyalty.Pending{Points: 25, ActivatesAt: 20_200})
	if err != nil {
		t.Fatal(err)
	}
	for _, points := range []ledger.Points{0, -25, -26, 1 << 62} {
		if err := card.AdjustPending(p.ID, points); err == nil || err.Error() != "voucherify: invalid_amount: points: Amount has to be a valid positive number" {
			t.Errorf("adjusting 25 by %d: %v, want invalid_amount", points, err)
		}
	}
	if p.Points != 25 || card.Account.PendingPoints != 25 {
		t.Errorf("%d points and %d on the card after refused changes, want 25", p.Points, card.Account.PendingPoints)
	}
}

// TestAnAccountKnowsWhatWaits plays steps over several operations, each of which reads what the one before has written.
func TestAnAccountKnowsWhatWaits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		stored := &loyalty.Account{VoucherID: "v_1", CampaignID: "camp_1", CustomerID: "cust_1", Version: 1}
		var waiting []*loyalty.Pending
		for op := range rapid.IntRange(1, 6).Draw(t, "operations") {
			work, card := pointsCard(pendingNoon.AddDate(0, 0, op), stored)
			card.TakeUp(waiting...)
			for range rapid.IntRange(1, 4).Draw(t, "steps") {
				list := card.Pending()
				kind := rapid.SampledFrom([]string{"hold", "activate", "cancel", "adjust"}).Draw(t, "step")
				if kind == "hold" || len(list) == 0 {
					day := work.Today() + loyalty.Date(rapid.IntRange(1, 90).Draw(t, "days"))
					if _, err := card.Hold(loyalty.Pending{Points: ledger.Points(rapid.IntRange(1, 100).Draw(t, "points")), ActivatesAt: day}); err != nil {
						t.Fatal(err)
					}
					continue
				}
				p := rapid.SampledFrom(list).Draw(t, "entry")
				var err error
				switch kind {
				case "activate":
					_, err = card.Activate(p.ID, "Automation", ledger.Automatic)
				case "cancel":
					err = card.CancelPending(p.ID)
				default:
					err = card.AdjustPending(p.ID, ledger.Points(rapid.IntRange(1, 9).Draw(t, "more")))
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if err := work.Finish("v-1"); err != nil {
				t.Fatal(err)
			}
			stored, waiting = replayPending(t, work.Plan, stored, waiting)
			var sum ledger.Points
			next := loyalty.Date(0)
			for _, p := range waiting {
				sum += p.Points
				if next == 0 || p.ActivatesAt < next {
					next = p.ActivatesAt
				}
			}
			if stored.PendingPoints != sum || stored.NextActivation != next {
				t.Fatalf("the account knows %d points until %s, %d until %s wait", stored.PendingPoints, stored.NextActivation, sum, next)
			}
			if stored.Balance != stored.Points {
				t.Fatalf("balance %d of %d points", stored.Balance, stored.Points)
			}
		}
	})
}

// replayPending is what a store holds after a plan, versions checked.
func replayPending(t *rapid.T, plan *redemption.Plan, account *loyalty.Account, waiting []*loyalty.Pending) (*loyalty.Account, []*loyalty.Pending) {
	byID := map[string]*loyalty.Pending{}
	for _, p := range waiting {
		byID[p.ID] = p
	}
	var after []*loyalty.Pending
	for _, d := range plan.Writes {
		switch d.Kind {
		case record.LoyaltyAccount:
			if d.Version != account.Version {
				t.Fatalf("account written on version %d, %d is stored", d.Version, account.Version)
			}
			account = new(loyalty.Account)
			if err := json.Unmarshal(d.Body, account); err != nil {
				t.Fatal(err)
			}
		case record.PendingPoints:
			p := new(loyalty.Pending)
			if err := json.Unmarshal(d.Body, p); err != nil {
				t.Fatal(err)
			}
			delete(byID, p.ID)
			if d.Parent == "v_1" {
				after = append(after, p)
			}
		}
	}
	for _, p := range waiting {
		if byID[p.ID] != nil {
			after = append(after, p)
		}
	}
	return account, after
}
