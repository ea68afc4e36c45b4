package voucherify

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/referral"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// verifyPage is how many records Verify reads at a time.
const verifyPage = 500

// Verify replays the ledger of every card against its balance, and the redemptions against the ledger and all of their
// counters, and yields every difference. A store that only engines have written has none, at any moment. It changes nothing.
//
// Loyalty cards are replayed into their accounts, bucket by bucket; of cards that were deleted the entries must still follow from each
// other.
//
// It reads one state of the store, page by page: redemptions, then cards, each card with its entries. What it keeps is one
// number for each counter of redemptions, and the entries of one card.
func (e *Engine) Verify(ctx context.Context) iter.Seq2[ledger.Finding, error] {
	return func(yield func(ledger.Finding, error) bool) {
		stopped := false
		err := e.store.View(ctx, func(r store.Reader) error {
			v := &verification{reader: r, counters: map[redemption.CounterKey]int64{}}
			v.report = func(f ledger.Finding) bool {
				stopped = stopped || !yield(f, nil)
				return !stopped
			}
			return v.run(ctx)
		})
		if err != nil && !stopped {
			yield(ledger.Finding{}, err)
		}
	}
}

// verification is one run of Verify.
type verification struct {
	reader store.Reader
	report func(ledger.Finding) bool // false when the caller has had enough
	// counters are what redemptions say of them.
	counters map[redemption.CounterKey]int64
}

func (v *verification) run(ctx context.Context) error {
	for _, step := range [...]func(context.Context) (bool, error){v.redemptions, v.referrals, v.cards, v.departed, v.points, v.goneMembers, v.sums} {
		if more, err := step(ctx); err != nil || !more {
			return err
		}
	}
	return nil
}

// pages yields the records of a kind, a page at a time, so that nothing is being listed while something else is read.
func (v *verification) pages(ctx context.Context, kind record.Kind, parent string) iter.Seq2[[]record.Document, error] {
	return func(yield func([]record.Document, error) bool) {
		query := store.Query{Parent: parent, Limit: verifyPage}
		for {
			var page []record.Document
			for doc, err := range v.reader.List(ctx, kind, query) {
				if err != nil {
					yield(nil, fmt.Errorf("voucherify: list %s: %w", kind, err))
					return
				}
				page = append(page, doc)
			}
			if len(page) > 0 && !yield(page, nil) || len(page) < verifyPage {
				return
			}
			query.After = store.CursorOf(page[len(page)-1])
		}
	}
}

// redemptions adds up what redemptions have consumed and paid.
func (v *verification) redemptions(ctx context.Context) (bool, error) {
	for page, err := range v.pages(ctx, record.Redemption, "") {
		if err != nil {
			return false, err
		}
		for _, doc := range page {
			x, err := decode[redemption.Redemption](doc)
			if err != nil {
				return false, err
			}
			if x.Granted == nil {
				continue
			}
			v.consume(x)
			if more, err := v.entry(ctx, x); err != nil || !more {
				return more, err
			}
		}
	}
	return true, nil
}

// consume adds what a redemption has taken and not given back: from counters, and from its card.
func (v *verification) consume(x *redemption.Redemption) {
	for key, delta := range x.Standing() {
		v.counters[key] += delta
	}
}

// referrals adds up whom referrers have brought.
func (v *verification) referrals(ctx context.Context) (bool, error) {
	for page, err := range v.pages(ctx, record.Referral, "") {
		if err != nil {
			return false, err
		}
		for _, doc := range page {
			made, err := decode[referral.Referral](doc)
			if err != nil {
				return false, err
			}
			if strings.HasPrefix(made.ReferrerID, id.Anonymous) {
				continue
			}
			for _, campaignID := range [...]string{"", made.CampaignID} {
				key := redemption.RefereesKey(made.ReferrerID, campaignID)
				v.counters[key] += 0 // of a referrer whose referrals were all revoked
				if made.Status == referral.Converted {
					v.counters[key]++
				}
			}
		}
	}
	return true, nil
}

// entry compares a redemption with the entry that took its credits.
func (v *verification) entry(ctx context.Context, x *redemption.Redemption) (bool, error) {
	entryID := x.Granted.TransactionID
	if entryID == "" {
		f, differs := ledger.Differ(ledger.CheckSpent, "redemption", x.ID, "amount", 0, x.Amount)
		return !differs || v.report(f), nil
	}
	if x.LoyaltyCard != nil {
		return v.pointsEntry(ctx, x)
	}
	t, _, err := find[ledger.Transaction](ctx, v.reader, record.Transaction, entryID)
	if isMissing(err) {
		return v.report(ledger.Finding{
			Check: ledger.CheckReference, Object: "redemption", ID: x.ID, Field: "transaction_id", Want: "an entry", Got: "missing " + entryID,
		}), nil
	}
	if err != nil {
		return false, err
	}
	if f, differs := ledger.Differ(ledger.CheckSpent, "redemption", x.ID, "amount", -int64(t.Details.Balance.Amount), x.Granted.Discount()); differs {
		return v.report(f), nil
	}
	if want := (ledger.Reference{ID: x.ID}); t.VoucherID != x.RelatedObjectID || t.Details.Redemption == nil || *t.Details.Redemption != want {
		return v.report(ledger.Finding{
			Check: ledger.CheckReference, Object: "voucher_transaction", ID: t.ID, Field: "redemption",
			Want: x.ID + " of " + x.RelatedObjectID, Got: nameOf(t.Details.Redemption) + " of " + t.VoucherID,
		}), nil
	}
	return true, nil
}

func nameOf(r *ledger.Reference) string {
	if r == nil {
		return "none"
	}
	return r.ID
}

// cards replays the ledger of every card.
func (v *verification) cards(ctx context.Context) (bool, error) {
	for page, err := range v.pages(ctx, record.Voucher, "") {
		if err != nil {
			return false, err
		}
		var cards, all []*voucher.Voucher
		var keys []redemption.CounterKey
		for _, doc := range page {
			card, err := decode[voucher.Voucher](doc)
			if err != nil {
				return false, err
			}
			if all = append(all, card); card.Gift != nil {
				cards, keys = append(cards, card), append(keys, redemption.CardKeys(card.ID)...)
			}
		}
		if more, err := v.unopened(ctx, all); err != nil || !more {
			return more, err
		}
		if len(cards) == 0 {
			continue
		}
		counters, err := v.reader.Counters(ctx, keys)
		if err != nil {
			return false, fmt.Errorf("voucherify: read counters: %w", err)
		}
		for _, card := range cards {
			opened := ledger.Opened(card.Gift.InitialAmount)
			if more, err := v.card(ctx, card.ID, &opened, redemption.CardOf(card.ID, counters)); err != nil || !more {
				return more, err
			}
		}
	}
	return true, nil
}

// departed replays the ledger of cards that have paid and are deleted or in the bin.
func (v *verification) departed(ctx context.Context) (bool, error) {
	for _, key := range slices.SortedFunc(maps.Keys(v.counters), redemption.CounterKey.Compare) {
		if key.Metric != redemption.GiftBalance {
			continue
		}
		counters, err := v.reader.Counters(ctx, redemption.CardKeys(key.Subject))
		if err != nil {
			return false, fmt.Errorf("voucherify: read counters: %w", err)
		}
		if more, err := v.card(ctx, key.Subject, nil, redemption.CardOf(key.Subject, counters)); err != nil || !more {
			return more, err
		}
	}
	return true, nil
}

// card replays the entries of one card, and compares what they took with what its redemptions say. What a card was opened with
// is not known any more once it is deleted: then it is what the first entry was written on.
func (v *verification) card(ctx context.Context, voucherID string, opened *ledger.Card, state ledger.Card) (bool, error) {
	var entries []ledger.Transaction
	for page, err := range v.pages(ctx, record.Transaction, voucherID) {
		if err != nil {
			return false, err
		}
		for _, doc := range page {
			t, err := decode[ledger.Transaction](doc)
			if err != nil {
				return false, err
			}
			entries = append(entries, *t)
		}
	}
	if opened == nil {
		first := ledger.OpeningOf(entries)
		opened = &first
	}
	findings := ledger.Audit(voucherID, *opened, state, entries)
	spent := redemption.CounterKey{Metric: redemption.GiftBalance, Subject: voucherID}
	redeemed := ledger.Imported(entries) - ledger.Credits(v.counters[spent])
	if f, differs := ledger.Differ(ledger.CheckSpent, "voucher", voucherID, "redeemed_amount", redeemed, state.Redeemed()); differs {
		findings = append(findings, f)
	}
	delete(v.counters, spent)
	for _, f := range findings {
		if !v.report(f) {
			return false, nil
		}
	}
	return true, nil
}

// sums compares the counters of redemptions with what the redemptions add up to, and what vouchers were imported with.
func (v *verification) sums(ctx context.Context) (bool, error) {
	for keys := range slices.Chunk(slices.SortedFunc(maps.Keys(v.counters), redemption.CounterKey.Compare), verifyPage) {
		read := slices.Clone(keys)
		for _, key := range keys {
			if key.Metric == redemption.CountVoucher {
				read = append(read, redemption.ImportedKey(key.Subject))
			}
		}
		stored, err := v.reader.Counters(ctx, read)
		if err != nil {
			return false, fmt.Errorf("voucherify: read counters: %w", err)
		}
		for _, key := range keys {
			want := v.counters[key]
			if key.Metric == redemption.CountVoucher {
				want += stored[redemption.ImportedKey(key.Subject)]
			}
			f, differs := ledger.Differ(ledger.CheckCounter, "counter", key.String(), "value", want, stored[key])
			if differs && !v.report(f) {
				return false, nil
			}
		}
	}
	return true, nil
}
