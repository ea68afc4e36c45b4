package voucherify_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
)

// pending collects the points of a card that wait.
func (s *shop) pending(card string) []loyalty.Pending {
	s.t.Helper()
	var list []loyalty.Pending
	for p, err := range s.Loyalty.PendingPoints(background, card, listAll) {
		s.must(err)
		list = append(list, p)
	}
	return list
}

func TestPendingPointsAreActivatedAdjustedAndCanceledByHand(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	card := s.join(s.program("Club", nil), "ada")
	today := loyalty.DateOf(noon, noon.Location())
	for i, points := range []ledger.Points{25, 40, 5} {
		s.hold(card.Code, points, today+loyalty.Date(3-i))
	}
	waiting := s.pending(card.Code)
	if got := []ledger.Points{waiting[0].Points, waiting[1].Points, waiting[2].Points}; !cmp.Equal(got, []ledger.Points{5, 40, 25}) {
		t.Errorf("pending points %v, want those that are activated first before others", got)
	}
	of := func(points, total, balance ledger.Points) loyalty.Balance {
		return loyalty.Balance{
			Type: "loyalty_card", Points: points, Total: total, Balance: balance, OperationType: ledger.Manual, Object: "balance",
			RelatedObject: ledger.Related{ID: card.ID, Type: "voucher"},
		}
	}
	adjusted, err := s.Loyalty.AdjustPending(t.Context(), card.Code, waiting[2].ID, 10)
	s.must(err)
	s.must(s.Loyalty.CancelPending(t.Context(), card.Code, waiting[0].ID))
	activated, err := s.Loyalty.ActivatePending(t.Context(), card.ID, waiting[2].ID)
	s.must(err)
	if diff := cmp.Diff([]loyalty.Balance{of(10, 80, 0), of(35, 35, 35)}, []loyalty.Balance{adjusted, activated}); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	account, err := s.Loyalty.Member(t.Context(), card.Code)
	s.must(err)
	want := loyalty.Account{
		VoucherID: card.ID, Code: card.Code, CampaignID: card.CampaignID, CustomerID: card.HolderID, Points: 35, Balance: 35,
		PendingPoints: 40, NextActivation: today + 2, Entries: 1, Buckets: []loyalty.Bucket{{Points: 35, CreatedAt: noon}},
		CreatedAt: noon, UpdatedAt: &noon, Version: 7,
	}
	if diff := cmp.Diff(want, account, cmpopts.IgnoreFields(loyalty.Bucket{}, "ID")); diff != "" {
		t.Errorf("account (-want +got):\n%s", diff)
	}
	for name, call := range map[string]func() error{
		"activating": func() error { return second(s.Loyalty.ActivatePending(t.Context(), card.Code, waiting[2].ID)) },
		"adjusting":  func() error { return second(s.Loyalty.AdjustPending(t.Context(), card.Code, waiting[2].ID, 1)) },
		"canceling":  func() error { return s.Loyalty.CancelPending(t.Context(), card.Code, waiting[2].ID) },
	} {
		if err := call(); says(err) != "invalid_pending_points_state : Required status is PENDING, current status is ACTIVATED" {
			t.Errorf("%s activated points: %v", name, err)
		}
	}
}

func TestPendingPointsOfAnotherCardAreNotFound(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	program := s.program("Club", func(c *campaign.Campaign) { c.Voucher.LoyaltyCard.Points = 3 })
	mine, other := s.join(program, "ada"), s.join(program, "bob")
	s.hold(mine.Code, 25, loyalty.DateOf(noon, noon.Location())+1)
	id := s.pending(mine.Code)[0].ID
	if err := s.Loyalty.CancelPending(t.Context(), other.Code, id); says(err) != "not_found : Cannot find loyalty_pending_points with id "+id {
		t.Errorf("got %v, want not_found", err)
	}
	s.must(s.store.Update(t.Context(), func(tx store.Tx) error {
		return s.Loyalty.CancelPendingTx(t.Context(), tx, mine.Code, id)
	}))
	if left := s.pending(mine.Code); left != nil {
		t.Errorf("%v wait after they were canceled in a transaction of the host", left)
	}
}

func TestAPermanentDeletionTakesTheCustomerOutOfCardsAndPendingPoints(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	card := s.join(s.program("Club", func(c *campaign.Campaign) { c.Voucher.LoyaltyCard.Points = 3 }), "ada")
	today := loyalty.DateOf(noon, noon.Location())
	s.hold(card.Code, 25, today+1)
	s.hold(card.Code, 40, today+2)
	s.must(s.Loyalty.CancelPending(t.Context(), card.Code, s.pending(card.Code)[0].ID))
	s.must(second(s.Customers.DeletePermanently(t.Context(), "ada")))
	s.must(s.store.View(t.Context(), func(r store.Reader) error {
		for _, kind := range record.Kinds() {
			for doc, err := range r.List(t.Context(), kind, store.Query{}) {
				if err != nil {
					return err
				}
				if doc.Kind != record.Deletion && strings.Contains(string(doc.Body)+strings.Join(doc.Keys, " "), card.HolderID) {
					t.Errorf("%s %s names the customer: %s %v", doc.Kind, doc.ID, doc.Body, doc.Keys)
				}
			}
		}
		return nil
	}))
	account, err := s.Loyalty.Member(t.Context(), card.Code)
	s.must(err)
	if account.Balance != 3 || account.PendingPoints != 40 || account.CustomerID == card.HolderID {
		t.Errorf("account %+v, want the points without the customer", account)
	}
}
