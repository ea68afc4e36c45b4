package voucherify

import (
	"context"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/reward"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// issue gives what a redemption has promised, behind its plan and in the same transaction, and stores the answer. An error abandons the
// transaction, and so the redemption.
func (e *Engine) issue(ctx context.Context, tx store.Tx, op operation, request *redemption.Request, result *redemption.Result) error {
	grants := result.Grants()
	if len(grants) == 0 {
		return nil
	}
	issued := make([][]reward.Issue, len(grants))
	for i, g := range grants {
		var err error
		if issued[i], err = e.give(ctx, tx, op, g); err != nil {
			return err
		}
	}
	snapshot := &redemption.Snapshot{Now: op.now, Group: op.group}
	var err error
	if snapshot.IDs, err = e.options.ids(op.now, &e.ids); err != nil {
		return err
	}
	plan, err := redemption.PlanIssued(snapshot, request, result, issued)
	if err != nil {
		return err
	}
	return tx.Apply(ctx, plan)
}

// give gives one reward as often as it was redeemed: a coupon each time, credits and points at once. A coupon that the member has
// already, where he may have only one, is refused.
func (e *Engine) give(ctx context.Context, tx store.Tx, op operation, g *redemption.Grant) ([]reward.Issue, error) {
	what := grant{campaign: g.Campaign, customerID: g.CustomerID, why: ledger.Details{
		Redemption: &ledger.Reference{ID: g.RedemptionID}, Reward: &ledger.Reference{ID: g.Reward.ID},
	}}
	times := g.Quantity
	switch g.Campaign.CampaignType {
	case campaign.GiftVouchers:
		what.credits, times = ledger.Credits(g.Balance*g.Quantity), 1
	case campaign.LoyaltyProgram:
		what.points, times = ledger.Points(g.Balance*g.Quantity), 1
	}
	issued := make([]reward.Issue, 0, times)
	for range times {
		got, err := e.fulfil(ctx, tx, op, what)
		if err != nil {
			return nil, err
		}
		one := reward.Issue{Balance: g.Balance * g.Quantity}
		if v := got.voucher; v != nil {
			one.VoucherID, one.Code = v.ID, v.Code
		}
		switch {
		case got.publication != nil:
			one.PublicationID = got.publication.ID
		case g.Campaign.CampaignType == campaign.DiscountCoupons: // nobody pays for what he has
			return nil, fault.New(fault.VoucherCannotBePublished, "the customer has the one coupon of campaign %s that he may have", g.Campaign.Name).
				About("campaign", g.Campaign.ID)
		}
		switch {
		case got.entry != nil:
			one.TransactionID = got.entry.ID
		case got.points != nil:
			one.TransactionID = got.points.ID
		}
		issued = append(issued, one)
	}
	return issued, nil
}

// creditPoints adds points to the card of the customer in a program, which he gets first if he has none.
func (e *Engine) creditPoints(ctx context.Context, tx store.Tx, op operation, g grant) (given, error) {
	var gift given
	account, err := memberOf(ctx, tx, g.campaign.ID, g.customerID)
	if err != nil {
		return given{}, err
	}
	if account == nil {
		if gift, err = e.hand(ctx, tx, op, g); err != nil {
			return given{}, err
		}
		if account, err = memberOf(ctx, tx, g.campaign.ID, g.customerID); err != nil {
			return given{}, err
		}
		if account == nil {
			return given{}, fault.Missing("voucher", g.campaign.ID) // published once, and deleted since
		}
	}
	if op.ids, err = e.options.ids(op.now, &e.ids); err != nil {
		return given{}, err
	}
	m, err := e.member(ctx, tx, &op, account.VoucherID)
	if err != nil {
		return given{}, err
	}
	details := loyalty.Details{Redemption: g.why.Redemption, CustomEvent: g.why.CustomEvent, ReferralTier: g.why.ReferralTier}
	if g.why.Reward != nil {
		details.Reward = &loyalty.Reference{ID: g.why.Reward.ID}
	}
	if gift.points, err = e.movePoints(ctx, tx, &op, m, loyalty.Transaction{Type: ledger.PointsAddition, Details: details}, g.points); err != nil {
		return given{}, err
	}
	gift.voucher, _, err = e.findVoucher(ctx, tx, account.VoucherID)
	return gift, err
}

// movePoints posts one entry that the engine itself makes, behind what is due. It takes at most what is on the card then; nil for
// nothing.
func (e *Engine) movePoints(
	ctx context.Context, tx store.Tx, op *operation, m *member, t loyalty.Transaction, points ledger.Points,
) (*loyalty.Transaction, error) {
	work := m.work(op)
	card, err := e.take(ctx, tx, work, m)
	if err != nil {
		return nil, err
	}
	points = max(points, -card.Account.Balance)
	if points == 0 {
		return nil, e.post(ctx, tx, op, m.catalogue, work)
	}
	entry, err := card.Post(t, points, ledger.Automatic)
	if err != nil {
		return nil, about(err, m.account)
	}
	if err := e.settleCard(ctx, tx, card); err != nil {
		return nil, err
	}
	return entry, e.post(ctx, tx, op, m.catalogue, work)
}

// takeBack takes back what rolled back redemptions had given of campaigns, as far as it is still there, and stores the answer.
func (e *Engine) takeBack(
	ctx context.Context, tx store.Tx, op operation, request *redemption.RollbackRequest, result *redemption.RollbackResult,
) error {
	if len(result.Issued()) == 0 {
		return nil
	}
	for _, x := range result.Issued() {
		for _, one := range x.Redemption.Issued {
			kept, err := e.takeOne(ctx, tx, op, x.Redemption, one)
			if err != nil {
				return err
			}
			if kept != nil {
				kept.RewardRedemptionID, kept.VoucherID = x.Redemption.ID, one.VoucherID
				x.Rollback.Kept = append(x.Rollback.Kept, *kept)
			}
		}
	}
	plan, err := redemption.PlanTakenBack(&redemption.Snapshot{Now: op.now}, request, result)
	if err != nil {
		return err
	}
	return tx.Apply(ctx, plan)
}

// takeOne takes one thing back and says what the member keeps; nil for nothing.
func (e *Engine) takeOne(ctx context.Context, tx store.Tx, op operation, x *reward.Redemption, one reward.Issue) (*redemption.Kept, error) {
	v, doc, err := e.findVoucher(ctx, tx, one.VoucherID)
	if isMissing(err) {
		return &redemption.Kept{Reason: redemption.KeptDeleted, Balance: one.Balance}, nil
	}
	if err != nil {
		return nil, err
	}
	if op.ids, err = e.options.ids(op.now, &e.ids); err != nil {
		return nil, err
	}
	var left int64
	switch {
	case v.Gift != nil:
		left, err = e.takeCredits(ctx, tx, op, v, x, one)
	case v.LoyaltyCard != nil:
		left, err = e.takePoints(ctx, tx, op, v, x, one)
	default:
		return e.takeCoupon(ctx, tx, op, v, doc)
	}
	if err != nil || left == 0 {
		return nil, err
	}
	return &redemption.Kept{Reason: redemption.KeptSpent, Balance: left}, nil
}

// takeCoupon disables a coupon that was never redeemed. A code of many customers stays as it is.
func (e *Engine) takeCoupon(ctx context.Context, tx store.Tx, op operation, v *voucher.Voucher, doc record.Document) (*redemption.Kept, error) {
	camp, _, err := find[campaign.Campaign](ctx, tx, record.Campaign, v.CampaignID)
	switch {
	case err != nil:
		return nil, err
	case camp.Type == campaign.Standalone:
		return &redemption.Kept{Reason: redemption.KeptShared}, nil
	case v.Redemption.RedeemedQuantity > 0:
		return &redemption.Kept{Reason: redemption.KeptRedeemed}, nil
	case !v.Active:
		return nil, nil //nolint:nilnil // nothing is kept
	}
	v.Active = false
	c := &change{operation: op, tx: tx}
	if err := c.rewriteVoucher(v, doc, event.VoucherDisabled); err != nil {
		return nil, err
	}
	return nil, c.apply(ctx)
}

// takeCredits takes credits off a gift card, and returns how many are not there any more.
func (e *Engine) takeCredits(ctx context.Context, tx store.Tx, op operation, v *voucher.Voucher, x *reward.Redemption, one reward.Issue) (int64, error) {
	counters, err := tx.Counters(ctx, redemption.CardKeys(v.ID))
	if err != nil {
		return 0, err
	}
	card := &redemption.Card{
		VoucherID: v.ID, Code: v.Code, CampaignID: v.CampaignID, HolderID: v.HolderID, State: redemption.CardOf(v.ID, counters),
	}
	back := min(one.Balance, int64(card.State.Balance))
	if back == 0 {
		return one.Balance, nil
	}
	plan, _, err := redemption.PlanCredits(&redemption.Snapshot{Now: op.now, IDs: op.ids, Group: op.group}, card, -ledger.Credits(back), ledger.Details{
		Redemption: &ledger.Reference{ID: x.SourceID}, Reward: &ledger.Reference{ID: x.RewardID},
	})
	if err != nil {
		return 0, err
	}
	return one.Balance - back, tx.Apply(ctx, plan)
}

// takePoints takes points off the card of another program, and returns how many are not there any more.
func (e *Engine) takePoints(ctx context.Context, tx store.Tx, op operation, v *voucher.Voucher, x *reward.Redemption, one reward.Issue) (int64, error) {
	m, err := e.member(ctx, tx, &op, v.ID)
	if err != nil {
		return 0, err
	}
	taken, err := e.movePoints(ctx, tx, &op, m, loyalty.Transaction{
		Type: ledger.PointsRemoval, RelatedTransactionID: one.TransactionID,
		Details: loyalty.Details{Redemption: &ledger.Reference{ID: x.SourceID}, Reward: &loyalty.Reference{ID: x.RewardID}},
	}, -ledger.Points(one.Balance))
	if err != nil || taken == nil {
		return one.Balance, err
	}
	return one.Balance + int64(taken.Details.Balance.Points), nil
}
