package storetest

import (
	"errors"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

func revisionCases() []testCase {
	return []testCase{
		{"a write to a configuration kind raises the revision, a write to another kind does not", testRevisionOfKinds},
		{"a plan that writes configuration raises the revision", testRevisionOfPlans},
		{"a transaction that fails leaves the revision", testRevisionRollback},
		{"a snapshot carries the revision", testRevisionInSnapshot},
	}
}

// raises checks whether a transaction raises the revision.
func (b *bundle) raises(what string, want bool, fn func(tx store.Tx) error) {
	b.Helper()
	before := b.revision()
	b.update(fn)
	if after := b.revision(); after < before || (after > before) != want {
		b.Errorf("%s: revision went from %d to %d, want raised: %v", what, before, after, want)
	}
}

func testRevisionOfKinds(b *bundle) {
	if got := b.revision(); got != 0 {
		b.Errorf("revision of an empty store: got %d, want 0", got)
	}
	for _, kind := range record.Kinds() {
		doc := document(kind, "id", 0)
		b.raises("new "+string(kind), kind.Configuration(), b.putting(doc))
		b.raises("changed "+string(kind), kind.Configuration(), b.putting(following(doc, 1)))
		b.raises("binned "+string(kind), kind.Configuration(), b.putting(binned(following(doc, 2))))
		b.raises("deleted "+string(kind), kind.Configuration(), b.deleting(kind, "id", 3))
	}
	b.raises("several records", true, b.putting(document(record.Voucher, "v_1", 0), document(record.Tier, "promo_1", 0)))
}

func testRevisionOfPlans(b *bundle) {
	plan := func(docs ...record.Document) func(tx store.Tx) error {
		return b.applying(&redemption.Plan{
			Consume: []redemption.Consume{raising(counting(redemption.CountVoucher, "v_1"), 1)}, Writes: docs,
		})
	}
	b.raises("a plan without records", false, plan())
	b.raises("a plan with a redemption", false, plan(document(record.Redemption, "r_1", 0)))
	b.raises("a plan with a product", true, plan(document(record.Product, "prod_1", 0), document(record.Redemption, "r_2", 0)))
	b.raises("a plan with a changed product", true, plan(following(document(record.Product, "prod_1", 0), 1)))
}

func testRevisionRollback(b *bundle) {
	b.put(document(record.Campaign, "camp_1", 0))
	before := b.revision()
	failure := errors.New("no")
	b.refused(failure, func(tx store.Tx) error {
		return errors.Join(tx.Put(b.ctx, following(document(record.Campaign, "camp_1", 0), 1)), failure)
	})
	b.refused(store.ErrStale, b.putting(following(document(record.Campaign, "camp_1", 0), 7)))
	b.same("the revision", before, b.revision())
}

func testRevisionInSnapshot(b *bundle) {
	b.put(document(record.Campaign, "camp_1", 0))
	b.put(document(record.Campaign, "camp_2", 0))
	b.same("the revision", b.revision(), b.snapshot(redemption.Needs{}).Revision)
}
