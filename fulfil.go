package voucherify

import (
	"context"
	"errors"
	"fmt"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// grant says what a customer is given of a campaign.
type grant struct {
	campaign *campaign.Campaign
	// customerID is the customer, who is stored.
	customerID string
	// credits go on the card of a campaign of gift cards, 1 to money.Max; other campaigns have none.
	credits ledger.Credits
	// points go on the card of a loyalty program, 1 to money.Max; other campaigns have none.
	points ledger.Points
	// why goes into the entry of the ledger.
	why ledger.Details
}

// given is what a grant has become.
type given struct {
	// voucher is the code, as it is then.
	voucher *voucher.Voucher
	// publication is nil when nothing was published: the customer had the card, or the only code, already.
	publication *publication.Publication
	// entry is that of credits, points that of points; nil for others.
	entry  *ledger.Transaction
	points *loyalty.Transaction
}

// fulfil gives a customer something of a campaign inside the running transaction: a coupon, or credits or points on his card of the
// campaign, which he gets first if he has none. They come on top of what a new card is created with.
//
// It writes at once, so it comes after the plan of the call that causes it, and it reads what that call has written. A
// refusal (no code is left, the campaign has ended) is a *fault.Error and never a *redemption.Refused: the caller must return
// it as an error, so that the transaction is abandoned with everything in it. Identifiers come out of a room of their own, so
// a call may give as often as it likes.
func (e *Engine) fulfil(ctx context.Context, tx store.Tx, op operation, g grant) (given, error) {
	if err := grantable(g.campaign); err != nil {
		return given{}, err
	}
	switch g.campaign.CampaignType {
	case campaign.DiscountCoupons:
		return e.hand(ctx, tx, op, g)
	case campaign.GiftVouchers:
		return e.credit(ctx, tx, op, g)
	case campaign.LoyaltyProgram:
		return e.creditPoints(ctx, tx, op, g)
	}
	return given{}, notGranted(g.campaign)
}

// grantable refuses a campaign of which nothing can be given to a customer. It is asked when a reward is configured.
func grantable(camp *campaign.Campaign) error {
	switch {
	case camp.CampaignType == campaign.DiscountCoupons || camp.CampaignType == campaign.LoyaltyProgram:
		return nil
	case camp.CampaignType != campaign.GiftVouchers:
		return notGranted(camp)
	case camp.Type == campaign.Standalone:
		return fault.New(fault.InvalidCampaign, "the one card of campaign %s is not one customer's", camp.Name).About("campaign", camp.ID)
	}
	return nil
}

func notGranted(camp *campaign.Campaign) error {
	return fault.New(fault.NotSupported, "nothing of a campaign of type %s can be given as a reward", camp.CampaignType).About("campaign", camp.ID)
}

// hand gives a code of the campaign. A customer who may have only one, and has it, keeps it.
func (e *Engine) hand(ctx context.Context, tx store.Tx, op operation, g grant) (given, error) {
	request := &publication.Request{
		Customer: customer.ByID(g.customerID), Campaign: &publication.Campaign{ID: g.campaign.ID}, JoinOnce: g.campaign.JoinOnce,
	}
	var err error
	if op.ids, err = e.options.ids(op.now, &e.ids); err != nil {
		return given{}, err
	}
	p := &publishing{change: &change{operation: op, tx: tx}, engine: e, request: request}
	answer, err := p.decide(ctx)
	if errors.Is(err, fault.VoucherAlreadyPublished) && p.generic() {
		return given{voucher: p.chosen}, nil
	}
	var refused *redemption.Refused
	if errors.As(err, &refused) {
		return given{}, refused.Cause.About("campaign", g.campaign.ID)
	}
	if err != nil {
		return given{}, err
	}
	if answer.ID != p.record.ID {
		return given{voucher: answer.Voucher}, nil
	}
	return given{voucher: answer.Voucher, publication: answer}, p.carryOut(ctx)
}

// credit adds credits to the card of the customer.
func (e *Engine) credit(ctx context.Context, tx store.Tx, op operation, g grant) (given, error) {
	var gift given
	var err error
	if gift.voucher, err = e.cardIn(ctx, tx, op, g); err != nil {
		return given{}, err
	}
	if gift.voucher == nil {
		if gift, err = e.hand(ctx, tx, op, g); err != nil {
			return given{}, err
		}
		if gift.voucher == nil {
			return given{}, fault.Missing("voucher", g.campaign.ID) // published once, and deleted since
		}
	}
	v := gift.voucher
	counters, err := tx.Counters(ctx, redemption.CardKeys(v.ID))
	if err != nil {
		return given{}, fmt.Errorf("voucherify: read counters: %w", err)
	}
	snapshot := &redemption.Snapshot{Now: op.now, Group: op.group}
	if snapshot.IDs, err = e.options.ids(op.now, &e.ids); err != nil {
		return given{}, err
	}
	card := &redemption.Card{
		VoucherID: v.ID, Code: v.Code, CampaignID: v.CampaignID, HolderID: v.HolderID, State: redemption.CardOf(v.ID, counters),
	}
	plan, entry, err := redemption.PlanCredits(snapshot, card, g.credits, g.why)
	if err != nil {
		return given{}, err
	}
	if err := tx.Apply(ctx, plan); err != nil {
		return given{}, err
	}
	gift.entry = entry
	after, err := card.State.Post(entry.Type, g.credits)
	v.Gift.Fill(after)
	return gift, err
}

// cardIn is the oldest card of the campaign that the customer holds, is switched on and has not expired; nil without any.
func (e *Engine) cardIn(ctx context.Context, r store.Reader, op operation, g grant) (*voucher.Voucher, error) {
	query := store.Query{Parent: g.customerID, Limit: walletPage}
	for {
		holders, docs, err := holdersOf(ctx, r, query)
		if err != nil {
			return nil, err
		}
		var ids []string
		for _, h := range holders {
			if h.CampaignID == g.campaign.ID {
				ids = append(ids, h.RedeemableID)
			}
		}
		vouchers, err := e.vouchersOf(ctx, r, ids)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			v := vouchers[id]
			if v == nil || !v.Active {
				continue
			}
			if end := v.WindowIn(g.campaign.Window).ExpirationDate; end == nil || !op.now.After(*end) {
				return v, nil
			}
		}
		if len(docs) < walletPage {
			return nil, nil //nolint:nilnil // no card is a valid answer
		}
		query.After = store.CursorOf(docs[len(docs)-1])
	}
}
