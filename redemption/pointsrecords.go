package redemption

import (
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/reward"
)

// PointsAmount is points that were taken from a loyalty card; negative for points that were given back.
type PointsAmount struct {
	Points ledger.Points `json:"points"`
}

// RedeemedReward is the reward of a redemption as it was then.
type RedeemedReward struct {
	ID           string            `json:"id"`
	AssignmentID string            `json:"assignment_id"`
	Name         string            `json:"name"`
	Type         reward.Type       `json:"type"`
	Parameters   reward.Parameters `json:"parameters"`
	// LoyaltyTierID is the tier of the member.
	LoyaltyTierID string `json:"loyalty_tier_id,omitempty"`
	// RewardRedemptionID is the account of what became of the reward. Quantity is how often it was given, more than once only
	// if Automatic: the engine has redeemed it when the card had the points. (Not fields of Voucherify.)
	RewardRedemptionID string `json:"reward_redemption_id"`
	Quantity           int64  `json:"quantity"`
	Automatic          bool   `json:"automatic,omitempty"`
	// Kept says that the product was handed over before the redemption was rolled back: it stays given out.
	Kept bool `json:"kept,omitempty"`
}

// keeps reports whether a counter stays as it is when the redemption is rolled back.
func (r *Redemption) keeps(m CounterMetric) bool {
	return m == CountReward && r.Reward != nil && r.Reward.Kept
}

// pointsBack is how many of the points are given back for a part of the discount that is given back. All of them come back
// with all of the discount; points that have paid for something else come back with a rollback only.
func (r *Redemption) pointsBack(discount int64) ledger.Points {
	whole := r.Granted.Discount()
	if r.LoyaltyCard == nil || whole == 0 {
		return 0
	}
	return ledger.Points(money.MulDiv(int64(r.LoyaltyCard.Points), discount, whole))
}

// pointsHeld is how many points a redemption holds that was not rolled back.
func (r *Redemption) pointsHeld() ledger.Points {
	if r.LoyaltyCard == nil {
		return 0
	}
	return r.LoyaltyCard.Points - r.pointsBack(returnedDiscount(r.Granted))
}

// spendPoints records what a loyalty card has paid, and plans its entry and what becomes of the reward. A payment that came to
// nothing has no entry.
func (r *redeem) spendPoints(x *Redemption, t *turn) error {
	o := t.incentive.reward
	if o == nil {
		return nil
	}
	account := r.account(t)
	x.Amount, x.LoyaltyCard = int64(t.points), &PointsAmount{t.points}
	x.Reward = &RedeemedReward{
		ID: o.Reward.ID, AssignmentID: o.Assignment.ID, Name: o.Reward.Name, Type: o.Reward.Type, Parameters: o.Reward.Parameters,
		LoyaltyTierID: account.Tier.TierID, Quantity: r.request.reward.quantity(), Automatic: r.request.reward.automatic > 0,
	}
	if t.points == 0 {
		return nil
	}
	x.Reward.RewardRedemptionID = r.ids.Next(id.RewardRedemption)
	details := loyalty.Details{
		Redemption: &ledger.Reference{ID: x.ID}, Reward: &loyalty.Reference{ID: o.Reward.ID, Name: o.Reward.Name},
	}
	if x.OrderID != "" {
		details.Order = &ledger.Reference{ID: r.result.Order.ID, SourceID: r.result.Order.SourceID}
	}
	card := r.card(account)
	entry, err := r.debit(card, loyalty.Transaction{Type: ledger.PointsRedemption, Details: details}, t.points)
	if err != nil {
		return err
	}
	x.Granted.TransactionID, x.Granted.Parts = entry.ID, entry.Parts
	r.rewards = append(r.rewards, &rewarding{offer: o, card: card, redemption: x, record: &reward.Redemption{
		ID: x.Reward.RewardRedemptionID, CustomerID: account.CustomerID, VoucherID: account.VoucherID, CampaignID: account.CampaignID,
		RewardID: o.Reward.ID, RewardAssignmentID: o.Assignment.ID, SourceID: x.ID, SourceType: "redemption",
		Quantity: x.Reward.Quantity, Metadata: r.request.Metadata, CreatedAt: r.snapshot.Now, Version: 1,
	}})
	if r.own == nil {
		card.Settle()
	}
	return nil
}

// debit posts the entry of a redemption. The operation that the redemption is part of goes on with the identifiers behind it.
func (r *redeem) debit(card *PointsCard, t loyalty.Transaction, points ledger.Points) (*loyalty.Transaction, error) {
	*card.work.ids = r.ids
	entry, err := card.Post(t, -points, ledger.Automatic)
	r.ids = *card.work.ids
	return entry, err
}

// card takes a loyalty card up: the one of an operation that the redemption is part of, or a card of its own.
func (r *redeem) card(account *loyalty.Account) *PointsCard {
	if r.own != nil {
		return r.own
	}
	if r.points == nil {
		r.points = NewPointsWork(r.catalogue, r.snapshot.Now, &r.ids, &r.plan)
	}
	return r.points.Card(r.catalogue.programOf(account), account)
}

// rewarding is a reward of a redemption while its plan is written.
type rewarding struct {
	offer      *Offer
	card       *PointsCard
	redemption *Redemption
	record     *reward.Redemption
}

// Grant is something of a campaign that a member is to be given for his points, once the plan of the redemption is applied.
type Grant struct {
	Campaign   *campaign.Campaign
	CustomerID string
	// Balance is the credits or points, 0 for a coupon. Quantity is how often it is to be given.
	Balance  int64
	Quantity int64
	// RedemptionID is the redemption, Reward the reward, that the ledger names.
	RedemptionID string
	Reward       *reward.Reward

	of *rewarding
}

// writeRewards records what becomes of the rewards. Those of campaigns are recorded once they are given out.
func (r *redeem) writeRewards() error {
	for _, x := range r.rewards {
		switch x.offer.Reward.Type {
		case reward.OfCampaign:
			r.result.grants = append(r.result.grants, &Grant{
				Campaign: r.catalogue.campaign(x.offer), CustomerID: x.record.CustomerID, RedemptionID: x.redemption.ID,
				Balance: x.offer.Reward.Parameters.Campaign.Balance, Quantity: x.record.Quantity, Reward: x.offer.Reward, of: x,
			})
			continue
		case reward.Material:
			x.record.State = reward.Pending
		case reward.Coin:
			x.record.State = reward.Completed
		}
		if err := x.write(&r.plan); err != nil {
			return err
		}
		r.result.RewardRedemptions = append(r.result.RewardRedemptions, x.record)
	}
	return nil
}

func (x *rewarding) write(p *Plan) error {
	_, err := p.write(record.RewardRedemption, x.record.ID, x.record.Version-1, x.record.CreatedAt, x.record.SourceID, nil, x.record)
	return err
}

// tell adds the events of a reward that was redeemed.
func (x *rewarding) tell(e *eventWriter) {
	data := x.card.about(e, map[string]any{
		"reward_redemption": x.record, "reward": x.offer.Reward, "reward_assignment": x.offer.Assignment,
		"source":     map[string]any{"id": x.record.SourceID, "type": x.record.SourceType},
		"redemption": map[string]any{"id": x.redemption.ID}, "balance": map[string]any{"points": -x.redemption.LoyaltyCard.Points},
	})
	e.add(event.RewardRedemptionCreated, x.record.ID, data)
	if x.record.State == reward.Pending {
		e.again(event.RewardRedemptionPending, x.record.ID)
	} else {
		e.again(event.RewardRedemptionCompleted, x.record.ID)
	}
	e.add(event.CustomerRewarded, x.record.CustomerID, data)
}

// Grants are what is still to be given for the redemption; see PlanIssued.
func (r *Result) Grants() []*Grant { return r.grants }

// PlanIssued plans the account of what was given for the grants of a redemption, by grant, and stores the answer under the
// key of the request.
func PlanIssued(s *Snapshot, request *Request, result *Result, issued [][]reward.Issue) (*Plan, error) {
	var p Plan
	e := eventWriter{plan: &p, snapshot: s, ids: s.IDs}
	for i, g := range result.grants {
		if err := g.complete(&p, issued[i]); err != nil {
			return nil, err
		}
		g.of.tell(&e)
		result.RewardRedemptions = append(result.RewardRedemptions, g.of.record)
	}
	result.grants = nil
	if e.err != nil {
		return nil, e.err
	}
	if err := p.freeze(request.Verb(), request.IdempotencyKey, request.Hash, s, result); err != nil {
		return nil, err
	}
	return &p, p.Seal()
}

func (g *Grant) complete(p *Plan, issued []reward.Issue) error {
	g.of.record.State, g.of.record.Issued = reward.Completed, issued
	return g.of.write(p)
}
