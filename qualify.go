package voucherify

import (
	"context"
	"fmt"
	"time"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// Qualify answers what fits a customer and a cart, each calculated alone on it, and what would fit if a little more were
// there ("add 12.50 more"). It changes nothing. The scenario of the request says what is offered: promotion tiers, codes that
// anybody may use, codes of the customer, campaigns, or promotion stacks.
//
// As in Voucherify, conditions on the value of the order and on some limits do not count unless Options.Strict says so, so
// that what is offered may still be refused; such offers have a rule that is RulePartiallyValid. At most
// redemption.MaxQualifiedCodes codes of the customer, and as many without a campaign, are looked at, the newest first.
func (e *Engine) Qualify(ctx context.Context, request redemption.QualificationRequest) (*redemption.Qualification, error) {
	started := time.Now()
	var answer *redemption.Qualification
	op, err := e.begin()
	if err == nil {
		err = e.store.View(ctx, func(r store.Reader) (err error) {
			answer, err = e.qualify(ctx, r, op, &request)
			return err
		})
	}
	e.observe("qualify", started, 1, err)
	if err != nil {
		return nil, err
	}
	return answer, nil
}

func (e *Engine) qualify(ctx context.Context, r store.Reader, op operation, request *redemption.QualificationRequest) (*redemption.Qualification, error) {
	catalogue, snapshot, err := e.snapshot(ctx, r, op, func(x *redemption.Catalogue) (redemption.Needs, error) {
		return redemption.NeedsOfQualification(request, x, op.now)
	})
	if err != nil {
		return nil, err
	}
	if err := e.extend(ctx, r, snapshot, redemption.Needs{History: catalogue.History()}); err != nil {
		return nil, err
	}
	candidacy, err := redemption.NewCandidacy(catalogue, snapshot, request)
	if err != nil {
		return nil, err
	}
	if err := e.addCodes(ctx, r, candidacy); err != nil {
		return nil, err
	}
	if err := e.extend(ctx, r, snapshot, redemption.Needs{Counters: candidacy.Counters(), Accounts: candidacy.Accounts()}); err != nil {
		return nil, err
	}
	if err := e.asOfToday(ctx, r, &op, catalogue, snapshot); err != nil {
		return nil, err
	}
	return candidacy.Qualify(), nil
}

// addCodes reads the codes that a qualification looks at. A code of the customer is looked at as such.
func (e *Engine) addCodes(ctx context.Context, r store.Reader, candidacy *redemption.Candidacy) error {
	codes := candidacy.Codes()
	if codes.Holder != "" {
		if err := e.addHeld(ctx, r, candidacy, codes.Holder); err != nil {
			return err
		}
	}
	if len(codes.Keys) > 0 {
		snapshot, err := r.Snapshot(ctx, redemption.Needs{Vouchers: codes.Keys})
		if err != nil {
			return fmt.Errorf("voucherify: read codes of campaigns: %w", err)
		}
		addNamed(candidacy, false, codes.Keys, snapshot.Vouchers)
	}
	if !codes.Standalone {
		return nil
	}
	query := store.Query{Parent: withoutCampaign, Descending: true, Limit: redemption.MaxQualifiedCodes}
	for doc, err := range r.List(ctx, record.Voucher, query) {
		if err != nil {
			return fmt.Errorf("voucherify: list vouchers without a campaign: %w", err)
		}
		v, err := decode[voucher.Voucher](doc)
		if err != nil {
			return err
		}
		v.Version = doc.Version
		candidacy.Add(false, v)
	}
	return nil
}

// addHeld reads the newest codes of a customer.
func (e *Engine) addHeld(ctx context.Context, r store.Reader, candidacy *redemption.Candidacy, customerID string) error {
	holders, _, err := holdersOf(ctx, r, store.Query{Parent: customerID, Descending: true, Limit: redemption.MaxQualifiedCodes})
	if err != nil || len(holders) == 0 {
		return err
	}
	ids := make([]string, len(holders))
	for i, h := range holders {
		ids[i] = h.RedeemableID
	}
	vouchers, err := e.vouchersOf(ctx, r, ids)
	if err != nil {
		return err
	}
	addNamed(candidacy, true, ids, vouchers)
	return nil
}

// addNamed adds vouchers in the order of their names. Those that are gone are passed over.
func addNamed(candidacy *redemption.Candidacy, held bool, names []string, found map[string]*voucher.Voucher) {
	for _, name := range names {
		if v := found[name]; v != nil {
			candidacy.Add(held, v)
		}
	}
}
