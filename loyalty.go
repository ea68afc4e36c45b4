package voucherify

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/reward"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// Loyalty keeps the members of loyalty programs, and the rules by which they earn. A member is a customer with a card, which
// Publications.Create gives out, or an earning rule of a program with auto_join. A card is named by its code or the id of its
// voucher.
type Loyalty struct{ engine *Engine }

// Member reads the account of a card. Points that are over have expired, also before Maintain has told so; what else is due since
// is not done yet. A card that was not given out is not_published.
func (s *Loyalty) Member(ctx context.Context, card string) (loyalty.Account, error) {
	var account loyalty.Account
	err := s.engine.store.View(ctx, func(r store.Reader) error {
		found, _, err := s.engine.findAccount(ctx, r, card)
		if err == nil {
			account = *found.AsOf(s.engine.today())
		}
		return err
	})
	return account, err
}

// Members yields the accounts of a program, named by its id or name, as Member reads them; those for which something is due first
// come first. A program that was deleted is named by its id. ListOptions.Parent and OldestFirst do not count.
func (s *Loyalty) Members(ctx context.Context, campaignIDOrName string, options ListOptions) iter.Seq2[loyalty.Account, error] {
	options.OldestFirst = true
	return func(yield func(loyalty.Account, error) bool) {
		camp, err := get[campaign.Campaign](ctx, s.engine, record.Campaign, campaignIDOrName, record.Key("name", campaignIDOrName))
		switch {
		case err == nil:
			options.Parent = camp.ID
		case isMissing(err) && id.Is(campaignIDOrName, id.Campaign):
			options.Parent = campaignIDOrName
		default:
			yield(loyalty.Account{}, err)
			return
		}
		today := s.engine.today()
		for account, err := range list[loyalty.Account](ctx, s.engine, record.LoyaltyAccount, options) {
			if !yield(*account.AsOf(today), err) {
				return
			}
		}
	}
}

// today is the day of the project's calendar.
func (e *Engine) today() loyalty.Date { return loyalty.DateOf(e.options.clock(), e.options.zone) }

// findAccount reads the account of a card that is named by code or id.
func (e *Engine) findAccount(ctx context.Context, r store.Reader, card string) (*loyalty.Account, *voucher.Voucher, error) {
	v, _, err := find[voucher.Voucher](ctx, r, record.Voucher, card, record.Key("code", e.options.caseMode.Key(card)))
	if err != nil {
		return nil, nil, err
	}
	if v.LoyaltyCard == nil {
		return nil, nil, fault.New(fault.InvalidVoucher, "a voucher of type %s has no points", v.Type).About("voucher", v.ID)
	}
	account, err := accountOf(ctx, r, v.ID)
	if err == nil && account == nil {
		err = fault.New(fault.NotPublished, "the loyalty card %s was not given to a customer", v.Code).About("voucher", v.ID)
	}
	return account, v, err
}

// accountOf reads the account of a card; nil for one that was not given out.
func accountOf(ctx context.Context, r store.Reader, voucherID string) (*loyalty.Account, error) {
	doc, err := r.Get(ctx, record.LoyaltyAccount, voucherID)
	return decodeAccount(doc, err)
}

// memberOf reads the account of a customer in a program; nil for one who has none.
func memberOf(ctx context.Context, r store.Reader, campaignID, customerID string) (*loyalty.Account, error) {
	doc, err := r.Find(ctx, record.LoyaltyAccount, record.Key("member", loyalty.MemberKey(campaignID, customerID)))
	return decodeAccount(doc, err)
}

func decodeAccount(doc record.Document, err error) (*loyalty.Account, error) {
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil //nolint:nilnil // no account
	}
	if err != nil {
		return nil, fmt.Errorf("voucherify: read account: %w", err)
	}
	return decode[loyalty.Account](doc)
}

// readCards reads the accounts of loyalty cards, and what became of rewards. What does not exist is left out.
func readCards(ctx context.Context, r store.Reader, snapshot *redemption.Snapshot, more *redemption.Needs) error {
	for _, voucherID := range more.Accounts {
		account, err := accountOf(ctx, r, voucherID)
		if err != nil {
			return err
		}
		if snapshot.Accounts == nil {
			snapshot.Accounts = make(map[string]*loyalty.Account, len(more.Accounts))
		}
		if account != nil {
			snapshot.Accounts[voucherID] = account
		}
	}
	for _, id := range more.RewardRedemptions {
		x, _, err := find[reward.Redemption](ctx, r, record.RewardRedemption, id)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return err
		}
		if snapshot.RewardRedemptions == nil {
			snapshot.RewardRedemptions = make(map[string]*reward.Redemption, len(more.RewardRedemptions))
		}
		snapshot.RewardRedemptions[id] = x
	}
	return nil
}

// fillPoints sets what the account of a loyalty card knows.
func (e *Engine) fillPoints(ctx context.Context, r store.Reader, v *voucher.Voucher) error {
	if v.LoyaltyCard == nil {
		return nil
	}
	var account *loyalty.Account
	if v.PublishedAt != nil {
		var err error
		if account, err = accountOf(ctx, r, v.ID); err != nil {
			return err
		}
	}
	if account != nil {
		account = account.AsOf(e.today())
	}
	v.LoyaltyCard.Fill(account)
	if account != nil {
		v.Redemption.RedeemedPoints = account.RedeemedPoints
	}
	return nil
}

// openAccount makes the account of a card that is given out.
func (p *publishing) openAccount(ctx context.Context, v *voucher.Voucher, owner *customer.Customer) error {
	catalogue, err := p.engine.configuration(ctx, p.tx, p.operation)
	if err != nil {
		return err
	}
	program := catalogue.Program(v.CampaignID)
	if program == nil {
		return fault.Missing("campaign", v.CampaignID).At("campaign")
	}
	work := redemption.NewPointsWork(catalogue, p.now, &p.ids, &p.plan)
	card := work.Open(program, v, owner.ID)
	if err := work.Finish(p.group); err != nil {
		return err
	}
	v.LoyaltyCard.Fill(card.Account)
	p.then = append(p.then, func(ctx context.Context, tx store.Tx, op *operation, x *redemption.Catalogue) error {
		return p.engine.follow(ctx, tx, op, x, work)
	})
	return nil
}

// Transactions yields the entries of a loyalty card: the newest first, unless options say otherwise. Entries of one instant come in
// the order of their ids; Transaction.Number is the order in which they were written. The card of a deleted voucher is listed by
// its id. ListOptions.Parent does not count. A voucher that is no loyalty card is invalid_voucher.
func (s *Loyalty) Transactions(ctx context.Context, card string, options ListOptions) iter.Seq2[loyalty.Transaction, error] {
	return func(yield func(loyalty.Transaction, error) bool) {
		v, err := s.engine.Vouchers.Get(ctx, card)
		switch {
		case err == nil && v.LoyaltyCard == nil:
			yield(loyalty.Transaction{}, fault.New(fault.InvalidVoucher, "a voucher of type %s has no points", v.Type).About("voucher", v.ID))
			return
		case err == nil:
			options.Parent = v.ID
		case isMissing(err) && id.Is(card, id.Voucher):
			options.Parent = card
		default:
			yield(loyalty.Transaction{}, err)
			return
		}
		for t, err := range list[loyalty.Transaction](ctx, s.engine, record.Transaction, options) {
			if err == nil && t.Type.OfCredits() { // a gift card that was deleted
				continue
			}
			if !yield(t, err) {
				return
			}
		}
	}
}
