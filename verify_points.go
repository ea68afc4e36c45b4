package voucherify

import (
	"context"

	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/voucher"
)

// points replays the ledger of every loyalty card that was given out.
func (v *verification) points(ctx context.Context) (bool, error) {
	for page, err := range v.pages(ctx, record.LoyaltyAccount, "") {
		if err != nil {
			return false, err
		}
		for _, doc := range page {
			account, err := decode[loyalty.Account](doc)
			if err != nil {
				return false, err
			}
			if more, err := v.accountOf(ctx, account); err != nil || !more {
				return more, err
			}
			if more, err := v.pointsCard(ctx, account.VoucherID, account); err != nil || !more {
				return more, err
			}
			if more, err := v.pendingOf(ctx, account); err != nil || !more {
				return more, err
			}
		}
	}
	return true, nil
}

// pendingOf compares an account with the points that wait for it.
func (v *verification) pendingOf(ctx context.Context, a *loyalty.Account) (bool, error) {
	sum, next := ledger.Points(0), loyalty.Date(0)
	for page, err := range v.pages(ctx, record.PendingPoints, a.VoucherID) {
		if err != nil {
			return false, err
		}
		for _, doc := range page {
			p, err := decode[loyalty.Pending](doc)
			if err != nil {
				return false, err
			}
			if sum += p.Points; next == 0 || p.ActivatesAt < next {
				next = p.ActivatesAt
			}
		}
	}
	if f, differs := ledger.Differ(ledger.CheckCard, "voucher", a.VoucherID, "pending_points", sum, a.PendingPoints); differs && !v.report(f) {
		return false, nil
	}
	return next == a.NextActivation || v.report(ledger.Finding{
		Check: ledger.CheckCard, Object: "voucher", ID: a.VoucherID, Field: "next_activation", Want: next.String(), Got: a.NextActivation.String(),
	}), nil
}

// accountOf compares an account with its voucher.
func (v *verification) accountOf(ctx context.Context, a *loyalty.Account) (bool, error) {
	card, _, err := find[voucher.Voucher](ctx, v.reader, record.Voucher, a.VoucherID)
	if isMissing(err) {
		return v.report(ledger.Finding{
			Check: ledger.CheckReference, Object: "loyalty_account", ID: a.VoucherID, Field: "voucher_id", Want: "a loyalty card", Got: "missing",
		}), nil
	}
	if err != nil {
		return false, err
	}
	initial := ledger.Points(0)
	if card.LoyaltyCard != nil {
		initial = card.LoyaltyCard.InitialPoints
	}
	f, differs := ledger.Differ(ledger.CheckCard, "voucher", a.VoucherID, "initial_points", initial, a.InitialPoints)
	return !differs || v.report(f), nil
}

// pointsCard replays the entries of one card, and looks at the other side of its transfers. The account is nil for a card that was
// deleted.
func (v *verification) pointsCard(ctx context.Context, voucherID string, account *loyalty.Account) (bool, error) {
	var entries []loyalty.Transaction
	for page, err := range v.pages(ctx, record.Transaction, voucherID) {
		if err != nil {
			return false, err
		}
		for _, doc := range page {
			t, err := decode[loyalty.Transaction](doc)
			if err != nil {
				return false, err
			}
			entries = append(entries, *t)
		}
	}
	for _, f := range loyalty.Audit(voucherID, account, entries) {
		if !v.report(f) {
			return false, nil
		}
	}
	if more := v.redeemedPoints(voucherID, account); !more {
		return false, nil
	}
	for i := range entries {
		if more, err := v.otherSide(ctx, &entries[i]); err != nil || !more {
			return more, err
		}
	}
	return true, nil
}

// redeemedPoints compares what an account says was redeemed with what redemptions hold. Points of a card that was deleted stay with the
// redemption, also when it is rolled back.
func (v *verification) redeemedPoints(voucherID string, account *loyalty.Account) bool {
	key := redemption.CounterKey{Metric: redemption.PointsRedeemed, Subject: voucherID}
	held := v.counters[key]
	delete(v.counters, key)
	if account == nil {
		return true
	}
	f, differs := ledger.Differ(ledger.CheckSpent, "voucher", voucherID, "redeemed_points", held, int64(account.RedeemedPoints))
	return !differs || v.report(f)
}

// opposite is the type of the other entry of a transfer.
var opposite = map[ledger.Type]ledger.Type{
	ledger.PointsTransferIn: ledger.PointsTransferOut, ledger.PointsTransferOut: ledger.PointsTransferIn,
}

// otherSide compares an entry of a transfer with the one on the other card.
func (v *verification) otherSide(ctx context.Context, t *loyalty.Transaction) (bool, error) {
	kind := opposite[t.Type]
	if kind == "" {
		return true, nil
	}
	finding := ledger.Finding{
		Check: ledger.CheckReference, Object: "voucher_transaction", ID: t.ID, Field: "related_transaction_id", Want: "the other side of the transfer",
	}
	other, _, err := find[loyalty.Transaction](ctx, v.reader, record.Transaction, t.RelatedTransactionID)
	switch {
	case isMissing(err):
		finding.Got = "missing " + t.RelatedTransactionID
		return v.report(finding), nil
	case err != nil:
		return false, err
	}
	if other.Type != kind || other.RelatedTransactionID != t.ID || other.Details.Balance.Points != -t.Details.Balance.Points {
		finding.Got = string(other.Type) + " " + other.ID
		return v.report(finding), nil
	}
	return true, nil
}

// goneMembers replays the ledger of loyalty cards that are deleted or in the bin: each is found by its first entry.
func (v *verification) goneMembers(ctx context.Context) (bool, error) {
	for page, err := range v.pages(ctx, record.Transaction, "") {
		if err != nil {
			return false, err
		}
		for _, doc := range page {
			t, err := decode[loyalty.Transaction](doc)
			if err != nil {
				return false, err
			}
			if t.Number != 1 || t.Details.Balance.Type != loyalty.BalanceType {
				continue
			}
			account, err := accountOf(ctx, v.reader, t.VoucherID)
			if err != nil {
				return false, err
			}
			if account != nil {
				continue
			}
			if more, err := v.pointsCard(ctx, t.VoucherID, nil); err != nil || !more {
				return more, err
			}
		}
	}
	return true, nil
}

// unopened reports the loyalty cards of a page that were given out and have no account.
func (v *verification) unopened(ctx context.Context, cards []*voucher.Voucher) (bool, error) {
	for _, card := range cards {
		if card.LoyaltyCard == nil || card.PublishedAt == nil {
			continue
		}
		account, err := accountOf(ctx, v.reader, card.ID)
		if err != nil {
			return false, err
		}
		if account == nil && !v.report(ledger.Finding{
			Check: ledger.CheckReference, Object: "voucher", ID: card.ID, Field: "loyalty_account", Want: "the account of its holder", Got: "missing",
		}) {
			return false, nil
		}
	}
	return true, nil
}
