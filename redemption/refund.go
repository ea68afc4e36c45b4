package redemption

import (
	"errors"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/voucher"
)

// CardsOf says which cards have paid for the redemptions behind a record, once it is read, and what became of their rewards: their
// state is needed to give credits and points back.
func CardsOf(s *Snapshot, name string) Needs {
	var n Needs
	if named := s.Redemptions[name]; named != nil {
		for _, x := range standing(s, named) {
			if x.Granted == nil || x.Granted.TransactionID == "" {
				continue
			}
			if x.LoyaltyCard != nil {
				n.Accounts = append(n.Accounts, x.RelatedObjectID)
				n.RewardRedemptions = append(n.RewardRedemptions, x.Reward.RewardRedemptionID)
			} else {
				n.Counters = append(n.Counters, CardKeys(x.RelatedObjectID)...)
			}
		}
	}
	return n
}

// returnable reports whether a counter gets back what returns give back.
func (m CounterMetric) returnable() bool { return m == SumCampaignDiscount || m == SumCampaignGift }

// OpenCard plans the state of a new gift card.
func (p *Plan) OpenCard(voucherID string, initial ledger.Credits) {
	for _, metric := range [...]CounterMetric{SumGiftAdded, GiftBalance} {
		p.Consume = append(p.Consume, Consume{Key: CounterKey{Metric: metric, Subject: voucherID}, Delta: int64(initial)})
	}
}

// ImportedKey is the counter of what a voucher was redeemed before it was imported.
func ImportedKey(voucherID string) CounterKey {
	return CounterKey{Metric: CountVoucherImported, Subject: voucherID}
}

// ImportUses plans that a new voucher was redeemed elsewhere before.
func (p *Plan) ImportUses(voucherID string, uses int64) {
	if uses == 0 {
		return
	}
	for _, key := range [...]CounterKey{{Metric: CountVoucher, Subject: voucherID}, ImportedKey(voucherID)} {
		p.Consume = append(p.Consume, Consume{Key: key, Delta: uses})
	}
}

// ImportSpending plans the entry for what was spent of a new gift card elsewhere before. It fails with invalid_amount when that
// is more than was on it.
func (p *Plan) ImportSpending(id string, v *voucher.Voucher, spent ledger.Credits) error {
	if spent == 0 {
		return nil
	}
	t := &ledger.Transaction{
		ID: id, Type: ledger.CreditsRedemption, Source: ledger.SourceImport, VoucherID: v.ID, CampaignID: v.CampaignID, CreatedAt: v.CreatedAt,
	}
	return p.Post(t, ledger.Opened(v.Gift.InitialAmount), -spent)
}

// Post plans an entry of a gift card: the record, and the change of its state. The plan is refused when the card is not as it
// was read, and the call runs again; so what the entry says is left is right.
func (p *Plan) Post(t *ledger.Transaction, card ledger.Card, amount ledger.Credits) error {
	after, err := t.Post(card, amount)
	if err != nil {
		return err
	}
	most := money.Max
	for _, change := range [...]struct {
		metric        CounterMetric
		before, after ledger.Credits
	}{
		{SumGiftAdded, card.Amount, after.Amount}, {GiftBalance, card.Balance, after.Balance},
		{SumGiftRemoved, card.Subtracted, after.Subtracted},
	} {
		p.Consume = append(p.Consume, Consume{
			Key: CounterKey{Metric: change.metric, Subject: t.VoucherID}, Delta: int64(change.after - change.before), Limit: &most,
		})
	}
	p.Consume = append(p.Consume, Consume{
		Key: CounterKey{Metric: CountTransactions, Subject: t.VoucherID}, Delta: 1, Limit: &after.Entries,
	})
	var keys []string
	if t.SourceID != "" {
		keys = []string{record.Key("source_id", ledger.SourceKey(t.VoucherID, t.SourceID))}
	}
	_, err = p.write(record.Transaction, t.ID, 0, t.CreatedAt, t.VoucherID, keys, t)
	return err
}

// posted are the entries that an operation plans, for its events.
type posted []postedEntry

type postedEntry struct {
	*ledger.Transaction
	code string
}

// post plans the entry of a redemption.
func (list *posted) post(
	p *Plan, s *Snapshot, ids *id.Sequence, x *Redemption, card ledger.Card, t ledger.Transaction, amount ledger.Credits,
) (*ledger.Transaction, error) {
	t.ID, t.CreatedAt = ids.Next(id.Transaction), s.Now
	t.VoucherID, t.CampaignID = x.RelatedObjectID, x.CampaignID
	if err := p.Post(&t, card, amount); err != nil {
		return nil, err
	}
	*list = append(*list, postedEntry{&t, x.Code})
	return &t, nil
}

// credits is what the entries took from cards, negative for what they gave back.
func (list posted) credits() int64 {
	var sum ledger.Credits
	for _, t := range list {
		sum -= t.Details.Balance.Amount
	}
	return int64(sum)
}

// tell adds the events of the entries.
func (list posted) tell(e *eventWriter) {
	for _, t := range list {
		e.add(event.GiftTransactionCreated, t.ID, transactionData(t.Transaction, t.code))
	}
}

// transactionData is what events say about an entry.
func transactionData(t *ledger.Transaction, code string) map[string]any {
	data := map[string]any{
		"transaction": t, "balance": t.Details.Balance,
		"voucher": map[string]any{"id": t.VoucherID, "code": code, "campaign_id": t.CampaignID},
	}
	for _, part := range [...]struct {
		name      string
		reference *ledger.Reference
	}{
		{"order", t.Details.Order}, {"redemption", t.Details.Redemption}, {"rollback", t.Details.Rollback}, {"return", t.Details.Return},
		{"custom_event", t.Details.CustomEvent}, {"reward", t.Details.Reward}, {"referral_tier", t.Details.ReferralTier},
	} {
		if part.reference != nil {
			data[part.name] = part.reference
		}
	}
	if t.CampaignID != "" {
		data["campaign"] = map[string]any{"id": t.CampaignID}
	}
	return data
}

// refund gives credits of a redemption back to the card that has paid them, whatever became of the card since.
func (list *posted) refund(p *Plan, s *Snapshot, ids *id.Sequence, x *Redemption, why ledger.Details, credits ledger.Credits) error {
	if credits == 0 || x.Granted.TransactionID == "" {
		return nil
	}
	why.Redemption = &ledger.Reference{ID: x.ID}
	if x.OrderID != "" {
		why.Order = &ledger.Reference{ID: x.OrderID}
	}
	card := CardOf(x.RelatedObjectID, s.Counters)
	_, err := list.post(p, s, ids, x, card, ledger.Transaction{
		Type: ledger.CreditsRefund, Details: why, RelatedTransactionID: x.Granted.TransactionID,
	}, credits)
	return err
}

// refund gives back what a rollback finds: the credits of the redemption that returns have not given back.
func (r *rollback) refund(entry *Rollback, x *Redemption) error {
	if x.Gift == nil {
		return nil
	}
	back := ledger.Credits(entry.Discount)
	entry.Amount, entry.Gift = -int64(back), &GiftAmount{-back}
	return r.posted.refund(&r.plan, r.snapshot, &r.ids, x, ledger.Details{Rollback: &ledger.Reference{ID: entry.ID}}, back)
}

// refund gives back a return's share of the credits.
func (r *returning) refund(x *share) error {
	if x.redemption.Gift == nil {
		return nil
	}
	x.own.Gift = ledger.Credits(x.own.Discount)
	why := ledger.Details{Return: &ledger.Reference{ID: x.own.ID}}
	return r.posted.refund(&r.plan, r.snapshot, &r.ids, &x.redemption, why, x.own.Gift)
}

// Card is a gift card that an entry is about.
type Card struct {
	VoucherID, Code, CampaignID, HolderID string
	State                                 ledger.Card
}

// PlanBalance plans a top-up or withdrawal of a gift card. It refuses to take more than there is.
func PlanBalance(s *Snapshot, card *Card, a *ledger.Adjustment) (*Plan, *ledger.Transaction, error) {
	return planEntry(s, card, ledger.Transaction{Type: a.Type(), Source: ledger.SourceAPI, SourceID: a.SourceID, Reason: a.Reason}, a.Amount)
}

// PlanCredits plans that the engine itself gives credits to a card, a reward, or takes them back when they are negative. The
// details say what for.
func PlanCredits(s *Snapshot, card *Card, credits ledger.Credits, why ledger.Details) (*Plan, *ledger.Transaction, error) {
	kind := ledger.CreditsAddition
	if credits < 0 {
		kind = ledger.CreditsRemoval
	}
	return planEntry(s, card, ledger.Transaction{Type: kind, Details: why}, credits)
}

// planEntry plans an entry that is no redemption, with its events.
func planEntry(s *Snapshot, card *Card, t ledger.Transaction, amount ledger.Credits) (*Plan, *ledger.Transaction, error) {
	ids := s.IDs
	t.ID, t.CreatedAt, t.VoucherID, t.CampaignID = ids.Next(id.Transaction), s.Now, card.VoucherID, card.CampaignID
	var p Plan
	if err := p.Post(&t, card.State, amount); err != nil {
		var refusal *fault.Error
		if errors.As(err, &refusal) {
			refusal = refusal.About("voucher", card.VoucherID)
			return nil, nil, refusal
		}
		return nil, nil, err
	}
	e := eventWriter{plan: &p, snapshot: s, ids: ids}
	data := transactionData(&t, card.Code)
	if amount > 0 {
		e.add(event.GiftBalanceAdded, card.VoucherID, data)
		if card.HolderID != "" {
			data["customer"] = map[string]any{"id": card.HolderID}
			e.add(event.CustomerGiftBalanceAdded, card.VoucherID, data)
			delete(data, "customer")
		}
	}
	e.add(event.GiftTransactionCreated, t.ID, data)
	if e.err != nil {
		return nil, nil, e.err
	}
	return &p, &t, p.Seal()
}
