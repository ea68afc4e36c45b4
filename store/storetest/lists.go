package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
)

func listCases() []testCase {
	return []testCase{
		{"a list is ordered by creation, then by the bytes of the id", testListOrder},
		{"a list keeps to one parent, and an empty parent keeps all", testListParent},
		{"a list ends at its limit", testListLimit},
		{"pages behind each other's cursors show every record once, in both directions", testListPages},
		{"pages through 300 records of one instant show every record once, in both directions", testListPagesOfOneInstant},
		{"instants are kept to the microsecond, and cut rather than rounded", testListMicroseconds},
		{"a cursor holds its place when its record is gone", testListLostCursor},
		{"a list follows a record to another parent and another time of creation", testListMoves},
		{"a list that is left early can be read again", testListLeft},
		{"a list of a kind without records is empty", testListEmpty},
		{"a list in a transaction shows its own writes", testListOwnWrites},
		{"records that fn leaves alone are listed once while it writes others", testListWhileWriting},
	}
}

// family is records in the order of their list. Ids are no guide to it, and three records share one time of creation.
func family() []record.Document {
	docs := []record.Document{
		document(record.Voucher, "z", 1), document(record.Voucher, "B", 2), document(record.Voucher, "a", 2),
		document(record.Voucher, "ä", 2), document(record.Voucher, "y", 3), document(record.Voucher, "c", 4),
		document(record.Voucher, "b", 5),
	}
	for i, parent := range []string{"p", "p", "p1", "p", "P", "", "p"} {
		docs[i].Parent = parent
	}
	return docs
}

// putFamily stores the family, youngest first.
func (b *bundle) putFamily() {
	b.Helper()
	docs := family()
	slices.Reverse(docs)
	b.put(docs...)
}

func testListOrder(b *bundle) {
	b.putFamily()
	want := []string{"z", "B", "a", "ä", "y", "c", "b"}
	b.same("ascending", want, b.list(record.Voucher, store.Query{}))
	slices.Reverse(want)
	b.same("descending", want, b.list(record.Voucher, store.Query{Descending: true}))
}

func testListParent(b *bundle) {
	b.putFamily()
	for parent, want := range map[string][]string{
		"p": {"z", "B", "ä", "b"}, "p1": {"a"}, "P": {"y"}, "p ": nil, "p%": nil, "nobody": nil,
	} {
		b.same("children of "+parent, want, b.list(record.Voucher, store.Query{Parent: parent}))
		slices.Reverse(want)
		b.same("children of "+parent+", descending", want, b.list(record.Voucher, store.Query{Parent: parent, Descending: true}))
	}
}

func testListLimit(b *bundle) {
	b.putFamily()
	for limit, want := range map[int]int{0: 7, 1: 1, 3: 3, 7: 7, 8: 7} {
		if got := len(b.list(record.Voucher, store.Query{Limit: limit})); got != want {
			b.Errorf("limit %d: got %d records, want %d", limit, got, want)
		}
	}
	b.same("the two youngest", []string{"b", "c"}, b.list(record.Voucher, store.Query{Limit: 2, Descending: true}))
	b.same("the two oldest children", []string{"z", "B"}, b.list(record.Voucher, store.Query{Limit: 2, Parent: "p"}))
}

func testListPages(b *bundle) {
	b.putFamily()
	for _, query := range []store.Query{
		{}, {Descending: true}, {Parent: "p"}, {Parent: "p", Descending: true}, {Parent: "nobody"},
	} {
		want := b.list(record.Voucher, query)
		for size := 1; size <= 4; size++ {
			query.Limit = size
			b.same(fmt.Sprintf("pages of %+v", query), want, b.pages(query))
		}
	}
}

// pages reads a list page by page.
func (b *bundle) pages(query store.Query) []string {
	b.Helper()
	var ids []string
	for range len(family()) + 1 {
		page := b.list(record.Voucher, query)
		if len(page) == 0 {
			return ids
		}
		ids = append(ids, page...)
		query.After = store.CursorOf(b.get(record.Voucher, page[len(page)-1]))
	}
	b.Errorf("pages of %+v do not end: %v", query, ids)
	return ids
}

func testListPagesOfOneInstant(b *bundle) {
	const records, size = 300, 7
	var docs []record.Document
	for i := range records {
		doc := document(record.Redemption, fmt.Sprintf("r_%03d", (i*7919)%records), 1)
		doc.Parent = fmt.Sprintf("p%d", i%2)
		docs = append(docs, doc)
	}
	b.put(docs...)
	for _, query := range []store.Query{{}, {Descending: true}, {Parent: "p1"}, {Parent: "p1", Descending: true}} {
		want := b.list(record.Redemption, query)
		query.Limit = size
		var got []string
		for page := []string{""}; len(page) > 0; {
			page = b.list(record.Redemption, query)
			got = append(got, page...)
			if len(page) > 0 {
				query.After = &store.Cursor{CreatedAtMicros: at(1).UnixMicro(), ID: page[len(page)-1]}
			}
		}
		b.same(fmt.Sprintf("pages of %+v", query), want, got)
	}
	b.same("all records", records, len(b.list(record.Redemption, store.Query{})))
}

func testListMicroseconds(b *bundle) {
	for i, nanoseconds := range []int{999_999_999, 999_999_000, 500, 0} {
		doc := document(record.Order, fmt.Sprintf("ord_%d", i), 0)
		doc.CreatedAt = time.Date(2031, 1, 1, 0, 0, 0, nanoseconds, time.UTC)
		b.put(doc)
		want := doc.CreatedAt.Truncate(time.Microsecond)
		if got := b.get(record.Order, doc.ID).CreatedAt; !got.Equal(want) {
			b.Errorf("%s came back as %s, want %s", doc.CreatedAt, got, want)
		}
	}
	b.same("the list", []string{"ord_2", "ord_3", "ord_0", "ord_1"}, b.list(record.Order, store.Query{}))
	cursor := &store.Cursor{CreatedAtMicros: time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro(), ID: "ord_2"}
	b.same("behind the first", []string{"ord_3", "ord_0", "ord_1"}, b.list(record.Order, store.Query{After: cursor}))
}

func testListLostCursor(b *bundle) {
	b.putFamily()
	cursor := store.CursorOf(b.get(record.Voucher, "a"))
	b.update(b.deleting(record.Voucher, "a", 1))
	b.same("behind it", []string{"ä", "y", "c", "b"}, b.list(record.Voucher, store.Query{After: cursor}))
	b.same("before it", []string{"B", "z"}, b.list(record.Voucher, store.Query{After: cursor, Descending: true}))
	b.same("behind it, for a parent", []string{"ä", "b"}, b.list(record.Voucher, store.Query{After: cursor, Parent: "p"}))
}

func testListMoves(b *bundle) {
	b.putFamily()
	moved := following(document(record.Voucher, "B", 6), 1)
	moved.Parent = "p1"
	b.put(moved)
	b.same("all", []string{"z", "a", "ä", "y", "c", "b", "B"}, b.list(record.Voucher, store.Query{}))
	b.same("the old parent", []string{"z", "ä", "b"}, b.list(record.Voucher, store.Query{Parent: "p"}))
	b.same("the new parent", []string{"a", "B"}, b.list(record.Voucher, store.Query{Parent: "p1"}))
}

func testListLeft(b *bundle) {
	b.putFamily()
	b.view(func(r store.Reader) error {
		list := r.List(b.ctx, record.Voucher, store.Query{})
		for doc, err := range list {
			b.same("the first record", "z", doc.ID)
			if err != nil {
				return err
			}
			break
		}
		count := 0
		for _, err := range list {
			if err != nil {
				return err
			}
			count++
		}
		b.same("records of the second reading", 7, count)
		_, err := r.Get(b.ctx, record.Voucher, "z")
		return err
	})
}

func testListEmpty(b *bundle) {
	b.putFamily()
	b.same("another kind", []string(nil), b.list(record.Customer, store.Query{}))
	b.same("an unknown kind", []string(nil), b.list("novelty", store.Query{Descending: true, Parent: "p"}))
}

func testListOwnWrites(b *bundle) {
	b.putFamily()
	b.update(func(tx store.Tx) error {
		err := errors.Join(
			tx.Put(b.ctx, document(record.Voucher, "new", 0)),
			tx.Put(b.ctx, binned(following(document(record.Voucher, "y", 3), 1))),
			tx.Delete(b.ctx, record.Voucher, "b", 1),
		)
		if err != nil {
			return err
		}
		got, err := b.listIn(tx, record.Voucher, store.Query{})
		b.same("the list in the transaction", []string{"new", "z", "B", "a", "ä", "c"}, got)
		return err
	})
	b.same("the list afterwards", []string{"new", "z", "B", "a", "ä", "c"}, b.list(record.Voucher, store.Query{}))
}

func testListWhileWriting(b *bundle) {
	const records = 200
	var docs []record.Document
	for i := range records {
		docs = append(docs, document(record.Voucher, fmt.Sprintf("old_%03d", i), 10*i))
	}
	b.put(docs...)
	b.update(func(tx store.Tx) error {
		// The list must stand still also in a transaction that is writing already.
		if err := tx.Put(b.ctx, document(record.Voucher, "first", 0)); err != nil {
			return err
		}
		seen := map[string]int{}
		for doc, err := range tx.List(b.ctx, record.Voucher, store.Query{}) {
			if err != nil {
				return err
			}
			seen[doc.ID]++
			if !strings.HasPrefix(doc.ID, "old_") {
				continue // new records may be listed; they do not bring forth more of them
			}
			if err := tx.Put(b.ctx, document(record.Voucher, "new_"+doc.ID, 10*len(seen)-5)); err != nil {
				return err
			}
		}
		for _, doc := range docs {
			if seen[doc.ID] != 1 {
				b.Errorf("%s was listed %d times, want once", doc.ID, seen[doc.ID])
			}
		}
		return nil
	})
	b.same("records afterwards", 2*records+1, len(b.list(record.Voucher, store.Query{})))
}
