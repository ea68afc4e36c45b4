package storetest

import (
	"errors"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
)

func binCases() []testCase {
	return []testCase{
		{"a record in the bin is not found by Get, Find and List", testBinHides},
		{"a record in the bin keeps its id and its keys reserved", testBinReserves},
		{"a Put takes a record out of the bin", testBinRestores},
		{"a record in the bin can be deleted, which frees its id and keys", testBinDeletes},
		{"a record can be born in the bin", testBornBinned},
	}
}

// binned returns the document in the bin.
func binned(doc record.Document) record.Document {
	doc.Binned = true
	return doc
}

// voucherOfCampaign returns a record that has everything that the bin must hide.
func voucherOfCampaign(version int64) record.Document {
	doc := following(keyed(record.Voucher, "v_1", "code:A"), version)
	doc.Parent = "camp_1"
	return doc
}

func (b *bundle) hidden() {
	b.Helper()
	b.missing(record.Voucher, "v_1")
	b.view(func(r store.Reader) error {
		if _, err := r.Find(b.ctx, record.Voucher, "code:A"); !errors.Is(err, store.ErrNotFound) {
			b.Errorf("Find: got %v, want %v", err, store.ErrNotFound)
		}
		return nil
	})
	if got := b.list(record.Voucher, store.Query{Parent: "camp_1"}); len(got) > 0 {
		b.Errorf("List of the parent shows %v", got)
	}
}

func testBinHides(b *bundle) {
	b.put(voucherOfCampaign(0), binned(voucherOfCampaign(1)))
	b.hidden()
}

func testBinReserves(b *bundle) {
	b.put(voucherOfCampaign(0), binned(voucherOfCampaign(1)))
	b.refused(store.ErrExists, b.putting(document(record.Voucher, "v_1", 0)))
	b.refused(store.ErrExists, b.putting(keyed(record.Voucher, "v_2", "code:A")))
	b.refused(store.ErrStale, b.putting(voucherOfCampaign(1)))
	b.refused(store.ErrStale, b.deleting(record.Voucher, "v_1", 1))
	b.hidden()
}

func testBinRestores(b *bundle) {
	b.put(voucherOfCampaign(0), binned(voucherOfCampaign(1)), binned(voucherOfCampaign(2)), voucherOfCampaign(3))
	b.same("by id", voucherOfCampaign(4), b.get(record.Voucher, "v_1"))
	b.same("by key", voucherOfCampaign(4), b.find(record.Voucher, "code:A"))
	b.same("in the list of the parent", []string{"v_1"}, b.list(record.Voucher, store.Query{Parent: "camp_1"}))
	b.same("in the list of all", []string{"v_1"}, b.list(record.Voucher, store.Query{}))
}

func testBinDeletes(b *bundle) {
	b.put(voucherOfCampaign(0), binned(voucherOfCampaign(1)))
	b.update(b.deleting(record.Voucher, "v_1", 2))
	b.refused(store.ErrNotFound, b.deleting(record.Voucher, "v_1", 2))
	b.put(document(record.Voucher, "v_1", 0), keyed(record.Voucher, "v_2", "code:A"))
	b.same("the new owner of the key", "v_2", b.find(record.Voucher, "code:A").ID)
}

func testBornBinned(b *bundle) {
	b.put(binned(voucherOfCampaign(0)))
	b.hidden()
	b.put(voucherOfCampaign(1))
	b.same("by key", voucherOfCampaign(2), b.find(record.Voucher, "code:A"))
}
