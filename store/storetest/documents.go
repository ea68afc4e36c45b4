package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
)

func documentCases() []testCase {
	return []testCase{
		{"a new record comes back as it was written, with version 1", testRoundTrip},
		{"each Put raises the version by one", testVersions},
		{"Put with version 0 refuses a record that exists", testPutExists},
		{"Put with a version refuses a record that does not exist", testPutAbsent},
		{"Put refuses every version that is not the stored one", testPutStale},
		{"of two writers that read the same version the second is refused", testLostUpdate},
		{"Get and Find of what is not there are ErrNotFound", testNotFound},
		{"the same id and key in two kinds are two records", testKindsApart},
		{"Delete removes the record for good and frees its id and keys", testDelete},
		{"Delete refuses a version that is not the stored one", testDeleteStale},
		{"Delete of what is not there is ErrNotFound", testDeleteAbsent},
		{"what the caller does with a document after Put does not reach the store", testInputKept},
	}
}

func testRoundTrip(b *bundle) {
	want := record.Document{
		Kind: record.Voucher, ID: "v_1", Parent: "camp_1",
		Keys:      []string{"code:SUMMER", "source_id:größe ☂"},
		CreatedAt: time.Date(2031, 1, 2, 3, 4, 5, 6_000, time.FixedZone("", 2*60*60)),
		Body:      json.RawMessage(`{"text":"größe ☂ \"quoted\" \\ \u0001","large":9007199254740993,"none":null,"list":[1,{}]}`),
	}
	b.put(want)
	want.Version = 1
	b.same("Get", want, b.get(record.Voucher, "v_1"))
	for _, key := range want.Keys {
		b.same("Find by "+key, want, b.find(record.Voucher, key))
	}
	b.view(func(r store.Reader) error {
		for doc, err := range r.List(b.ctx, record.Voucher, store.Query{}) {
			if err != nil {
				return err
			}
			b.same("List", want, doc)
		}
		return nil
	})
}

func testVersions(b *bundle) {
	doc := document(record.Customer, "cust_1", 0)
	for version := range int64(5) {
		doc.Version = version
		doc.Body = json.RawMessage(fmt.Sprintf(`{"write":%d}`, version))
		b.put(doc)
		b.same("after a write", following(doc, version+1), b.get(record.Customer, "cust_1"))
	}
	b.update(func(tx store.Tx) error {
		for version := int64(5); version < 8; version++ {
			if err := tx.Put(b.ctx, following(doc, version)); err != nil {
				return err
			}
		}
		return nil
	})
	if got := b.get(record.Customer, "cust_1").Version; got != 8 {
		b.Errorf("version after three writes in one transaction: got %d, want 8", got)
	}
}

func testPutExists(b *bundle) {
	first := document(record.Voucher, "v_1", 1)
	b.put(first)
	b.refused(store.ErrExists, b.putting(document(record.Voucher, "v_1", 2)))
	b.same("the record of the first writer", following(first, 1), b.get(record.Voucher, "v_1"))
}

func testPutAbsent(b *bundle) {
	b.refused(store.ErrStale, b.putting(following(document(record.Voucher, "v_1", 0), 1)))
	b.missing(record.Voucher, "v_1")
}

func testPutStale(b *bundle) {
	doc := document(record.Voucher, "v_1", 0)
	b.put(doc, following(doc, 1), following(doc, 2))
	for _, version := range []int64{1, 2, 4, 1 << 40} {
		b.refused(store.ErrStale, b.putting(following(document(record.Voucher, "v_1", 9), version)))
	}
	b.same("the stored record", following(doc, 3), b.get(record.Voucher, "v_1"))
}

func testLostUpdate(b *bundle) {
	b.put(document(record.Campaign, "camp_1", 0))
	read := b.get(record.Campaign, "camp_1")
	first, second := read, read
	first.Body, second.Body = json.RawMessage(`{"by":"first"}`), json.RawMessage(`{"by":"second"}`)
	b.put(first)
	b.refused(store.ErrStale, b.putting(second))
	b.same("the record of the first writer", following(first, 2), b.get(record.Campaign, "camp_1"))
}

func testNotFound(b *bundle) {
	b.put(keyed(record.Customer, "cust_1", "source_id:one"))
	b.view(func(r store.Reader) error {
		absent := map[string]func() error{
			"Get another id":       func() error { _, err := r.Get(b.ctx, record.Customer, "cust_2"); return err },
			"Get in another kind":  func() error { _, err := r.Get(b.ctx, record.Voucher, "cust_1"); return err },
			"Get by a key":         func() error { _, err := r.Get(b.ctx, record.Customer, "source_id:one"); return err },
			"Get an unknown kind":  func() error { _, err := r.Get(b.ctx, "novelty", "cust_1"); return err },
			"Find another key":     func() error { _, err := r.Find(b.ctx, record.Customer, "source_id:two"); return err },
			"Find another field":   func() error { _, err := r.Find(b.ctx, record.Customer, "code:one"); return err },
			"Find in another kind": func() error { _, err := r.Find(b.ctx, record.Voucher, "source_id:one"); return err },
			"Find by an id":        func() error { _, err := r.Find(b.ctx, record.Customer, "cust_1"); return err },
		}
		for name, read := range absent {
			if err := read(); !errors.Is(err, store.ErrNotFound) {
				b.Errorf("%s: got %v, want %v", name, err, store.ErrNotFound)
			}
		}
		return nil
	})
}

func testKindsApart(b *bundle) {
	product, sku := keyed(record.Product, "same", "source_id:same"), keyed(record.SKU, "same", "source_id:same")
	product.Body, sku.Body = json.RawMessage(`{"is":"product"}`), json.RawMessage(`{"is":"sku"}`)
	b.put(product, sku)
	b.same("the product by id", following(product, 1), b.get(record.Product, "same"))
	b.same("the sku by id", following(sku, 1), b.get(record.SKU, "same"))
	b.same("the product by key", following(product, 1), b.find(record.Product, "source_id:same"))
	b.same("the sku by key", following(sku, 1), b.find(record.SKU, "source_id:same"))
	b.update(b.deleting(record.Product, "same", 1))
	b.missing(record.Product, "same")
	b.same("the sku that is left", following(sku, 1), b.find(record.SKU, "source_id:same"))
}

func testDelete(b *bundle) {
	b.put(keyed(record.Voucher, "v_1", "code:A", "code:B"))
	b.update(b.deleting(record.Voucher, "v_1", 1))
	b.missing(record.Voucher, "v_1")
	b.put(keyed(record.Voucher, "v_1", "code:A"), keyed(record.Voucher, "v_2", "code:B"))
	b.same("the new owner of a key", "v_2", b.find(record.Voucher, "code:B").ID)
	if got := b.get(record.Voucher, "v_1").Version; got != 1 {
		b.Errorf("version of a record that was created again: got %d, want 1", got)
	}
}

func testDeleteStale(b *bundle) {
	doc := keyed(record.Voucher, "v_1", "code:A")
	b.put(doc, following(doc, 1))
	for _, version := range []int64{0, 1, 3} {
		b.refused(store.ErrStale, b.deleting(record.Voucher, "v_1", version))
	}
	b.same("the stored record", following(doc, 2), b.find(record.Voucher, "code:A"))
}

func testDeleteAbsent(b *bundle) {
	b.put(document(record.Voucher, "v_1", 0))
	for _, version := range []int64{0, 1} {
		b.refused(store.ErrNotFound, b.deleting(record.Voucher, "v_2", version))
		b.refused(store.ErrNotFound, b.deleting(record.Customer, "v_1", version))
	}
}

func testInputKept(b *bundle) {
	want := keyed(record.Voucher, "v_1", "code:A")
	given := record.Document{
		Kind: want.Kind, ID: want.ID, CreatedAt: want.CreatedAt,
		Keys: []string{"code:A"}, Body: append(json.RawMessage{}, want.Body...),
	}
	b.update(func(tx store.Tx) error {
		err := tx.Put(b.ctx, given)
		given.Keys[0] = "code:Z"
		clear(given.Body)
		return err
	})
	b.same("the stored record", following(want, 1), b.find(record.Voucher, "code:A"))
}
