package voucherify

import (
	"context"
	"time"

	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// Qualify answers which promotion tiers fit a cart, each calculated alone on it, and which would fit if a little more were
// there ("add 12.50 more"). It changes nothing. Vouchers are not listed: a code is something the shopper brings.
func (e *Engine) Qualify(ctx context.Context, request redemption.QualificationRequest) (*redemption.Qualification, error) {
	started := time.Now()
	var answer *redemption.Qualification
	op, err := e.begin()
	if err == nil {
		err = e.store.View(ctx, func(r store.Reader) error {
			catalogue, snapshot, err := e.snapshot(ctx, r, op, func(x *redemption.Catalogue) (redemption.Needs, error) {
				return redemption.NeedsOfQualification(&request, x, op.now)
			})
			if err != nil {
				return err
			}
			if err := extend(ctx, r, snapshot, redemption.MoreNeedsOfQualification(&request, catalogue, snapshot)); err != nil {
				return err
			}
			answer, err = redemption.Qualify(catalogue, snapshot, &request)
			return err
		})
	}
	e.observe("qualify", started, 1, err)
	if err != nil {
		return nil, err
	}
	return answer, nil
}
