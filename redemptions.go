package voucherify

import (
	"context"
	"iter"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
)

// Redemptions reads what was redeemed and rolled back. Records are written by the verbs only.
type Redemptions struct{ engine *Engine }

// Get reads a redemption or a failed attempt by id.
func (s *Redemptions) Get(ctx context.Context, id string) (redemption.Redemption, error) {
	return get[redemption.Redemption](ctx, s.engine, record.Redemption, id)
}

// List yields redemptions and failed attempts; ListOptions.Parent keeps the children of one parent, or those of a customer
// that are nobody's children.
func (s *Redemptions) List(ctx context.Context, options ListOptions) iter.Seq2[redemption.Redemption, error] {
	return list[redemption.Redemption](ctx, s.engine, record.Redemption, options)
}

// GetRollback reads a rollback or a failed attempt of one by id.
func (s *Redemptions) GetRollback(ctx context.Context, id string) (redemption.Rollback, error) {
	return get[redemption.Rollback](ctx, s.engine, record.Rollback, id)
}

// ListRollbacks yields rollbacks; ListOptions.Parent keeps those of one redemption.
func (s *Redemptions) ListRollbacks(ctx context.Context, options ListOptions) iter.Seq2[redemption.Rollback, error] {
	return list[redemption.Rollback](ctx, s.engine, record.Rollback, options)
}
