package redemption

import (
	"slices"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/reward"
)

// refunding gives points back to the cards that have paid them.
type refunding struct {
	catalogue *Catalogue
	snapshot  *Snapshot
	work      *PointsWork
	points    ledger.Points // that were given back
}

// card takes a card up, once for all that comes back to it; nil for one that does not exist any more.
func (r *refunding) card(voucherID string, begin func() *PointsWork) *PointsCard {
	account := r.snapshot.Accounts[voucherID]
	if account == nil {
		return nil
	}
	if r.work == nil {
		r.work = begin()
	}
	at := slices.IndexFunc(r.work.cards, func(c *PointsCard) bool { return c.Account.VoucherID == voucherID })
	if at >= 0 {
		return r.work.cards[at]
	}
	return r.work.Card(r.catalogue.programOf(account), account)
}

// back posts points of a redemption that come back to their card: each part to its day of expiry, and what would be over to the
// day of points that come in today. It reports whether the card is there.
func (r *refunding) back(x *Redemption, before, points ledger.Points, why loyalty.Details, begin func() *PointsWork) (bool, error) {
	if points == 0 || x.Granted.TransactionID == "" {
		return true, nil
	}
	card := r.card(x.RelatedObjectID, begin)
	if card == nil {
		return false, nil
	}
	why.Redemption = &ledger.Reference{ID: x.ID}
	if x.OrderID != "" {
		why.Order = &ledger.Reference{ID: x.OrderID}
	}
	if x.Reward != nil {
		why.Reward = &loyalty.Reference{ID: x.Reward.ID, Name: x.Reward.Name}
	}
	renewed := card.Program.Card.ExpirationRules.LastDay(r.work.today)
	_, err := card.Post(loyalty.Transaction{
		Type: ledger.PointsRefund, Details: why, RelatedTransactionID: x.Granted.TransactionID,
		Parts: loyalty.GiveBack(x.Granted.Parts, before, points, r.work.today, renewed),
	}, points, ledger.Automatic)
	if err != nil {
		return false, err
	}
	card.Settle()
	r.points += points
	return true, nil
}

// finish plans the accounts of the cards.
func (r *refunding) finish(p *Plan, customerID string) error {
	p.summarise(customerID, -int64(r.points), customer.LoyaltyRedeemedPoints)
	if r.work == nil {
		return nil
	}
	return r.work.finish()
}

func (r *refunding) tell(e *eventWriter) {
	if r.work != nil {
		r.work.tellAll(e)
	}
}

// begin starts the work on cards of a rollback.
func (r *rollback) begin() *PointsWork {
	return NewPointsWork(r.cards.catalogue, r.snapshot.Now, &r.ids, &r.plan)
}

// begin starts the work on cards of a return.
func (r *returning) begin() *PointsWork {
	return NewPointsWork(r.cards.catalogue, r.snapshot.Now, &r.ids, &r.plan)
}

// refundPoints gives back what a rollback finds: the points of the redemption that returns have not given back.
func (r *rollback) refundPoints(entry *Rollback, x *Redemption) error {
	if x.LoyaltyCard == nil {
		return nil
	}
	held := x.pointsHeld()
	there, err := r.cards.back(x, x.LoyaltyCard.Points-held, held, loyalty.Details{Rollback: &ledger.Reference{ID: entry.ID}}, r.begin)
	if err != nil {
		return err
	}
	if !there {
		entry.Kept = append(entry.Kept, Kept{Reason: KeptPoints, VoucherID: x.RelatedObjectID, Balance: int64(held)})
		held = 0
	}
	entry.Amount, entry.LoyaltyCard = -int64(held), &PointsAmount{-held}
	return nil
}

// takeBack marks the reward of a redemption as rolled back. A product that was handed over stays given out.
func (r *rollback) takeBack(entry *Rollback, x *Redemption) error {
	if x.Reward == nil {
		return nil
	}
	stored := r.snapshot.RewardRedemptions[x.Reward.RewardRedemptionID]
	if stored == nil {
		return nil
	}
	back := *stored
	if x.Reward.Type == reward.Material && stored.State == reward.Completed {
		kept := *x.Reward
		kept.Kept, x.Reward = true, &kept
		entry.Kept = append(entry.Kept, Kept{Reason: KeptDelivered, RewardRedemptionID: back.ID})
	}
	back.RollBack(r.snapshot.Now)
	r.rewards = append(r.rewards, &back)
	if len(back.Issued) > 0 {
		r.result.issued = append(r.result.issued, Issued{Rollback: entry, Redemption: &back})
	}
	_, err := r.plan.write(record.RewardRedemption, back.ID, back.Version-1, back.CreatedAt, back.SourceID, nil, &back)
	return err
}

// tellRewards adds the events of rewards that were rolled back.
func (r *rollback) tellRewards(e *eventWriter) {
	for _, x := range r.rewards {
		e.add(event.RewardRedemptionRolledBack, x.ID, map[string]any{
			"reward_redemption": x, "customer": map[string]any{"id": x.CustomerID}, "voucher": map[string]any{"id": x.VoucherID},
			"campaign": map[string]any{"id": x.CampaignID}, "source": map[string]any{"id": x.SourceID, "type": x.SourceType},
		})
	}
}

// Issued is what a redemption that is rolled back had given of a campaign: coupons, credits or points, which are to be taken back
// once the plan of the rollback is applied.
type Issued struct {
	// Rollback is told what the member keeps.
	Rollback   *Rollback
	Redemption *reward.Redemption
}

// Issued is what is still to be taken back; see PlanTakenBack.
func (r *RollbackResult) Issued() []Issued { return r.issued }

// PlanTakenBack plans the account of what was taken back and what is kept, which is in the rollbacks now, and stores the answer
// under the key of the request.
func PlanTakenBack(s *Snapshot, request *RollbackRequest, result *RollbackResult) (*Plan, error) {
	var p Plan
	for _, x := range result.issued {
		if len(x.Rollback.Kept) == 0 {
			continue
		}
		entry := x.Rollback
		if _, err := p.write(record.Rollback, entry.ID, 1, entry.Date, entry.Redemption, nil, entry); err != nil {
			return nil, err
		}
	}
	if err := p.freeze(VerbRollback, request.IdempotencyKey, request.Hash, s, result); err != nil {
		return nil, err
	}
	return &p, p.Seal()
}

// refundPoints gives back a return's share of the points.
func (r *returning) refundPoints(x *share) error {
	whole := &x.redemption
	if whole.LoyaltyCard == nil {
		return nil
	}
	given := whole.pointsBack(x.before)
	points := whole.pointsBack(x.before+x.own.Discount) - given
	there, err := r.cards.back(whole, given, points, loyalty.Details{Return: &ledger.Reference{ID: x.own.ID}}, r.begin)
	if there {
		x.own.Points = points
	}
	return err
}
