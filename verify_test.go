package voucherify_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// TestVerifyFindsWhatContradictsTheLedger changes one thing behind the engine's back and reads what Verify says.
func TestVerifyFindsWhatContradictsTheLedger(t *testing.T) {
	t.Parallel()
	counter := func(metric redemption.CounterMetric, delta int64) func(*books) {
		return func(b *books) {
			b.consume(redemption.Consume{Key: redemption.CounterKey{Metric: metric, Subject: b.voucher}, Delta: delta})
		}
	}
	for _, tt := range []struct {
		name string
		plan func(*books)
		want []string
	}{
		{"nothing", func(*books) {}, nil},
		{"a balance that was raised", counter(redemption.GiftBalance, 5), []string{
			"card voucher balance", "redemption voucher redeemed_amount",
		}},
		{"an income that was raised", counter(redemption.SumGiftAdded, 5), []string{
			"card voucher amount", "redemption voucher redeemed_amount",
		}},
		{"an entry too many in the count", counter(redemption.CountTransactions, 1), []string{"card voucher transactions"}},
		{"a use that was not counted", counter(redemption.CountVoucher, -1), []string{"counter counter value"}},
		{"an entry that is gone", func(b *books) { b.delete(record.Transaction, b.entry) }, []string{
			"card voucher balance", "card voucher transactions", "entry voucher_transaction balance",
			"number voucher_transaction number", "reference redemption transaction_id",
		}},
		{"an entry of another amount", func(b *books) {
			b.edit(record.Transaction, b.entry, `"amount":-600`, `"amount":-500`)
		}, []string{"card voucher balance", "entry voucher_transaction balance", "redemption redemption amount"}},
		{"an entry that says something else is left", func(b *books) {
			b.edit(record.Transaction, b.entry, `"balance":400`, `"balance":401`)
		}, []string{"entry voucher_transaction balance"}},
		{"a redemption that does not know its entry", func(b *books) {
			b.edit(record.Redemption, b.redemption, `"transaction_id":"`+b.entry+`"`, `"transaction_id":""`)
		}, []string{"redemption redemption amount", "redemption voucher redeemed_amount"}},
		{"an entry of another redemption", func(b *books) {
			b.edit(record.Transaction, b.entry, `"redemption":{"id":"`+b.redemption, `"redemption":{"id":"r_other`)
		}, []string{"reference voucher_transaction redemption"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			b := &books{shop: s, voucher: s.card("CARD", 1000).ID}
			result, err := s.Redeem(background, pay(3000, redemption.GiftCard("CARD", 600)))
			s.must(err)
			s.must(second(s.Vouchers.AddBalance(background, "CARD", ledger.Adjustment{Amount: 50})))
			b.redemption, b.entry = result.ID(), result.Redemptions[0].Granted.TransactionID
			tt.plan(b)
			var got []string
			for f, err := range s.Verify(background) {
				s.must(err)
				if line := fmt.Sprint(f.Check, " ", f.Object, " ", f.Field); !slices.Contains(got, line) {
					got = append(got, line)
				}
			}
			slices.Sort(got)
			equal(t, tt.want, got)
		})
	}
}

func TestVerifyStopsWhenItsCallerDoes(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	b := &books{shop: s}
	for i := range 3 {
		b.voucher = s.card(fmt.Sprint("CARD", i), 10).ID
		b.consume(redemption.Consume{Key: redemption.CounterKey{Metric: redemption.GiftBalance, Subject: b.voucher}, Delta: 1})
	}
	found := 0
	for range s.Verify(background) {
		found++
		break
	}
	equal(t, 1, found)
}

// books is a shop whose store somebody else writes to.
type books struct {
	*shop
	voucher, redemption, entry string
}

func (b *books) update(change func(store.Tx) error) {
	b.t.Helper()
	b.must(b.store.Update(background, change))
}

func (b *books) consume(c redemption.Consume) {
	b.t.Helper()
	b.update(func(tx store.Tx) error {
		return tx.Apply(background, &redemption.Plan{Consume: []redemption.Consume{c}})
	})
}

func (b *books) delete(kind record.Kind, id string) {
	b.t.Helper()
	b.update(func(tx store.Tx) error {
		doc, err := tx.Get(background, kind, id)
		if err != nil {
			return err
		}
		return tx.Delete(background, kind, id, doc.Version)
	})
}

func (b *books) edit(kind record.Kind, id, from, to string) {
	b.t.Helper()
	b.update(func(tx store.Tx) error {
		doc, err := tx.Get(background, kind, id)
		if err != nil {
			return err
		}
		text := strings.Replace(string(doc.Body), from, to, 1)
		if text == string(doc.Body) {
			b.t.Errorf("%s %s has no %s: %s", kind, id, from, text)
		}
		doc.Body = json.RawMessage(text)
		return tx.Put(background, doc)
	})
}

func TestVerifyCountsReferees(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	camp := s.programme(nil)
	ann := s.referrer("ann")
	result := s.refers(ann, "bob")
	b := &books{shop: s}
	owner, err := s.Customers.Get(background, "ann")
	s.must(err)
	s.verified()
	for _, campaignID := range []string{"", camp.ID} {
		b.consume(redemption.Consume{Key: redemption.RefereesKey(owner.ID, campaignID), Delta: 1})
	}
	found := func() []string {
		var got []string
		for f, err := range s.Verify(background) {
			s.must(err)
			got = append(got, fmt.Sprint(f.Check, " ", f.ID, " ", f.Want, " ", f.Got))
		}
		return got
	}
	of := "counter referees/" + owner.ID
	equal(t, []string{of + " 1 2", of + "//" + camp.ID + " 1 2"}, found())
	s.must(second(s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
	equal(t, []string{of + " 0 1", of + "//" + camp.ID + " 0 1"}, found())
}
