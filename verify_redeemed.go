package voucherify

import (
	"context"
	"fmt"

	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/reward"
)

// pointsEntry compares a redemption with the entry that took its points, and with what became of its reward.
func (v *verification) pointsEntry(ctx context.Context, x *redemption.Redemption) (bool, error) {
	t, _, err := find[loyalty.Transaction](ctx, v.reader, record.Transaction, x.Granted.TransactionID)
	if isMissing(err) {
		return v.report(missingReference("redemption", x.ID, "transaction_id", "an entry", x.Granted.TransactionID)), nil
	}
	if err != nil {
		return false, err
	}
	if f, differs := ledger.Differ(ledger.CheckSpent, "redemption", x.ID, "amount", -int64(t.Details.Balance.Points), x.Amount); differs {
		return v.report(f), nil
	}
	if want := (ledger.Reference{ID: x.ID}); t.VoucherID != x.RelatedObjectID || t.Details.Redemption == nil || *t.Details.Redemption != want {
		return v.report(ledger.Finding{
			Check: ledger.CheckReference, Object: "voucher_transaction", ID: t.ID, Field: "redemption",
			Want: x.ID + " of " + x.RelatedObjectID, Got: nameOf(t.Details.Redemption) + " of " + t.VoucherID,
		}), nil
	}
	return v.rewardOf(ctx, x)
}

func missingReference(object, id, field, want, missing string) ledger.Finding {
	return ledger.Finding{Check: ledger.CheckReference, Object: object, ID: id, Field: field, Want: want, Got: "missing " + missing}
}

// rewardOf compares a redemption with the record of its reward: it is rolled back when the redemption is.
func (v *verification) rewardOf(ctx context.Context, x *redemption.Redemption) (bool, error) {
	r, _, err := find[reward.Redemption](ctx, v.reader, record.RewardRedemption, x.Reward.RewardRedemptionID)
	if isMissing(err) {
		return v.report(missingReference("redemption", x.ID, "reward_redemption_id", "a reward redemption", x.Reward.RewardRedemptionID)), nil
	}
	if err != nil {
		return false, err
	}
	if undone := x.Status == redemption.RolledBack; r.SourceID != x.ID || undone != (r.State == reward.RolledBack) {
		return v.report(ledger.Finding{
			Check: ledger.CheckReference, Object: "reward_redemption", ID: r.ID, Field: "state",
			Want: fmt.Sprintf("that of %s, which is %s", x.ID, x.Status), Got: string(r.State) + " of " + r.SourceID,
		}), nil
	}
	return true, nil
}
