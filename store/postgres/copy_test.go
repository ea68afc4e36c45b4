package postgres_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/voucherify-go/voucherify/internal/dbtest"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/postgres"
)

// TestManyRecordsAreCopiedWithTheRefusalsOfFew writes so many records that pgx copies them, in tables with names of their own,
// and in the transaction of a host.
func TestManyRecordsAreCopiedWithTheRefusalsOfFew(t *testing.T) {
	t.Parallel()
	const many = 500
	plan := func(from int, taken ...string) *redemption.Plan {
		p := &redemption.Plan{}
		for n := range many {
			id := fmt.Sprintf("v_%06d", from+n)
			p.Writes = append(p.Writes, record.Document{
				Kind: record.Voucher, ID: id, Parent: "camp_ü", Keys: append([]string{"code:\t\\" + id}, taken...), CreatedAt: time.UnixMicro(1).UTC(),
				Body: json.RawMessage(`{"id":"` + id + `","text":"a\\b\u0009 ü"}`),
			})
			taken = nil
		}
		return p
	}
	pool := newPool(t, dbtest.Postgres(t))
	s := migrated(t, made(t)(postgres.New(pool, postgres.WithSchema("shop"), postgres.WithTablePrefix("promo_"))))
	ctx := t.Context()
	apply := func(p *redemption.Plan) error {
		return s.Update(ctx, func(tx store.Tx) error { return tx.Apply(ctx, p) })
	}
	if err := apply(plan(0)); err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]*redemption.Plan{
		"a record exists": plan(many - 1), "a key is taken": plan(many, "code:\t\\v_000007"),
	} {
		if err := apply(p); !errors.Is(err, store.ErrExists) {
			t.Errorf("%s: got %v, want %v", name, err, store.ErrExists)
		}
	}
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	bound := s.Bind(tx)
	if err := bound.Apply(ctx, plan(many-1)); !errors.Is(err, store.ErrExists) {
		t.Errorf("in a transaction of the host: got %v, want %v", err, store.ErrExists)
	}
	if err := errors.Join(bound.Apply(ctx, plan(many)), tx.Commit(ctx)); err != nil {
		t.Fatal(err)
	}
	count := 0
	err = s.View(ctx, func(r store.Reader) error {
		for doc, err := range r.List(ctx, record.Voucher, store.Query{Parent: "camp_ü"}) {
			want := fmt.Sprintf("v_%06d", count)
			if body := `{"id":"` + want + `","text":"a\\b\u0009 ü"}`; err != nil || doc.ID != want || doc.Version != 1 || string(doc.Body) != body {
				t.Fatalf("record %d: got %+v with %s, %v", count, doc, doc.Body, err)
			}
			count++
		}
		_, err := r.Find(ctx, record.Voucher, "code:\t\\v_000999")
		return err
	})
	if err != nil || count != 2*many {
		t.Errorf("%d records are there, want %d; %v", count, 2*many, err)
	}
}
