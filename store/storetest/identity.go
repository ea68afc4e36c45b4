package storetest

import (
	"errors"
	"strings"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

func identityCases() []testCase {
	return []testCase{
		{"keys compare byte for byte", testKeysBytewise},
		{"ids compare byte for byte", testIDsBytewise},
		{"counters compare byte for byte, part by part", testCountersBytewise},
		{"names of 255 bytes are told apart by their last byte", testLongNames},
		{"a key of another record is ErrExists", testKeyTaken},
		{"a record can keep, change and drop its keys", testKeysChange},
		{"a key that one write frees can be taken by the next in the same transaction", testKeyHandedOver},
	}
}

// lookalikes are names that some collation or normalisation takes for equal. In this contract all are different.
func lookalikes() []string {
	return []string{
		"SUMMER", "summer", "Summer", "summer ", " summer", "summer\t", "süummer", "su\u0308ummer", "suummer",
		"straße", "strasse", "ı", "i", "I", "İ", "K", "\u212a", "ﬀ", "ff", "50%", "50_", "505", "'", "''", `\`, `\\`, "☂", "☂\ufe0f",
	}
}

func testKeysBytewise(b *bundle) {
	for i, name := range lookalikes() {
		b.put(keyed(record.Voucher, strings.Repeat("v", i+1), record.Key("code", name)))
	}
	for i, name := range lookalikes() {
		b.same("the owner of "+name, strings.Repeat("v", i+1), b.find(record.Voucher, record.Key("code", name)).ID)
	}
	for _, name := range []string{"sUMMER", "SUMMER ", "summer  ", "STRASSE", "5%", "%", "_", ""} {
		b.view(func(r store.Reader) error {
			if _, err := r.Find(b.ctx, record.Voucher, record.Key("code", name)); !errors.Is(err, store.ErrNotFound) {
				b.Errorf("Find %q: got %v, want %v", name, err, store.ErrNotFound)
			}
			return nil
		})
	}
}

func testIDsBytewise(b *bundle) {
	for i, id := range lookalikes() {
		b.put(document(record.Customer, id, i))
	}
	for i, id := range lookalikes() {
		b.same("the record "+id, following(document(record.Customer, id, i), 1), b.get(record.Customer, id))
	}
	b.update(b.deleting(record.Customer, "summer", 1))
	b.missing(record.Customer, "summer")
	b.same("a lookalike of the deleted record", "SUMMER", b.get(record.Customer, "SUMMER").ID)
}

func testCountersBytewise(b *bundle) {
	var keys []redemption.CounterKey
	for _, name := range lookalikes() {
		keys = append(keys, counting(redemption.CountVoucher, name))
	}
	keys = append(keys,
		redemption.CounterKey{Metric: "m", Subject: "a"},
		redemption.CounterKey{Metric: "m", Subject: "a", Customer: "b"},
		redemption.CounterKey{Metric: "m", Subject: "a", Detail: "b"},
		redemption.CounterKey{Metric: "m", Subject: "a", Customer: "b", Detail: "b"},
		redemption.CounterKey{Metric: "m", Subject: "ab"},
		redemption.CounterKey{Metric: "m", Subject: "a/b"},
		redemption.CounterKey{Metric: "ma", Subject: "b"},
	)
	plan := &redemption.Plan{}
	want := map[redemption.CounterKey]int64{}
	for i, key := range keys {
		plan.Consume = append(plan.Consume, raising(key, int64(i)+1))
		want[key] = int64(i) + 1
	}
	b.apply(plan)
	b.view(func(r store.Reader) error {
		got, err := r.Counters(b.ctx, append(keys, counting(redemption.CountVoucher, "sUMMER"), counting("m", "b")))
		b.same("counters", want, got)
		return err
	})
}

func testLongNames(b *bundle) {
	long := strings.Repeat("x", 254)
	for i, last := range []string{"a", "b", "B"} {
		b.put(following(keyed(record.Customer, long+last, record.Key("source_id", long+last)), 0))
		b.apply(&redemption.Plan{Consume: []redemption.Consume{{
			Key:   redemption.CounterKey{Metric: redemption.CountQuota, Subject: long + last, Customer: long + last, Detail: long + last},
			Delta: int64(i) + 1,
		}}})
	}
	for i, last := range []string{"a", "b", "B"} {
		name := long + last
		b.same("the record by id", name, b.get(record.Customer, name).ID)
		b.same("the record by key", name, b.find(record.Customer, record.Key("source_id", name)).ID)
		key := redemption.CounterKey{Metric: redemption.CountQuota, Subject: name, Customer: name, Detail: name}
		b.same("the counter", int64(i)+1, b.counter(key))
	}
}

func testKeyTaken(b *bundle) {
	b.put(keyed(record.Voucher, "v_1", "code:A", "code:B"), keyed(record.Voucher, "v_2", "code:C"))
	b.refused(store.ErrExists, b.putting(keyed(record.Voucher, "v_3", "code:D", "code:B")))
	b.missing(record.Voucher, "v_3")
	b.refused(store.ErrExists, b.putting(following(keyed(record.Voucher, "v_2", "code:C", "code:A"), 1)))
	b.same("the record that asked for a taken key", following(keyed(record.Voucher, "v_2", "code:C"), 1), b.get(record.Voucher, "v_2"))
	b.put(keyed(record.Voucher, "v_4", "code:D")) // the refused record has not reserved its other key
}

func testKeysChange(b *bundle) {
	b.put(keyed(record.Voucher, "v_1", "code:A", "code:B"))
	b.put(following(keyed(record.Voucher, "v_1", "code:B", "code:C"), 1))
	b.same("by the key that was kept", "v_1", b.find(record.Voucher, "code:B").ID)
	b.same("by the key that is new", "v_1", b.find(record.Voucher, "code:C").ID)
	b.view(func(r store.Reader) error {
		if _, err := r.Find(b.ctx, record.Voucher, "code:A"); !errors.Is(err, store.ErrNotFound) {
			b.Errorf("Find by the dropped key: got %v, want %v", err, store.ErrNotFound)
		}
		return nil
	})
	b.put(keyed(record.Voucher, "v_2", "code:A"))
	b.put(following(keyed(record.Voucher, "v_1"), 2))
	b.put(keyed(record.Voucher, "v_3", "code:B", "code:C"))
	b.same("the new owner of both", "v_3", b.find(record.Voucher, "code:C").ID)
}

func testKeyHandedOver(b *bundle) {
	b.put(keyed(record.Voucher, "v_1", "code:A"), keyed(record.Voucher, "v_2", "code:B"))
	b.update(func(tx store.Tx) error {
		return errors.Join(
			tx.Delete(b.ctx, record.Voucher, "v_1", 1),
			tx.Put(b.ctx, following(keyed(record.Voucher, "v_2", "code:A"), 1)),
			tx.Put(b.ctx, keyed(record.Voucher, "v_3", "code:B")),
		)
	})
	b.same("the owner of A", "v_2", b.find(record.Voucher, "code:A").ID)
	b.same("the owner of B", "v_3", b.find(record.Voucher, "code:B").ID)
}
