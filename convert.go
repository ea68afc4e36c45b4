package voucherify

import (
	"context"
	"errors"
	"fmt"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/referral"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// conversion is the use of a referral code by a customer, behind the plan of the redeem or the event.
type conversion struct {
	*change
	engine   *Engine
	campaign *campaign.Campaign
	voucher  *voucher.Voucher
	program  *referral.Program
	referee  *customer.Customer
	// kind is what the customer did, cause the id of its record, orderID its order if there is one.
	kind, cause, orderID string
	referral             *referral.Referral
}

// convertAll does what the redeemed referral codes of a request cause.
func (e *Engine) convertAll(
	ctx context.Context, tx store.Tx, op operation, list []redemption.Conversion, buyer *customer.Customer,
) error {
	for _, used := range list {
		x := &conversion{
			campaign: used.Campaign, voucher: used.Voucher, referee: buyer,
			kind: referral.OfRedemption, cause: used.Redemption.ID, orderID: used.Redemption.OrderID,
		}
		if err := e.convert(ctx, tx, op, x); err != nil {
			return err
		}
	}
	return nil
}

// convert notes that a referral code was used, and makes a referee of the customer when it is the first code of the campaign
// that he has used: then both sides are rewarded, in the same transaction. A reward that cannot be given is an error, and
// the call has no effect.
func (e *Engine) convert(ctx context.Context, tx store.Tx, op operation, x *conversion) error {
	var err error
	if op.ids, err = e.options.ids(op.now, &e.ids); err != nil {
		return err
	}
	x.change, x.engine, x.program = &change{operation: op, tx: tx}, e, redemption.ProgramOf(x.voucher, x.campaign)
	isNew, err := x.refer(ctx)
	if err != nil {
		return err
	}
	if isNew || x.kind == referral.OfRedemption {
		if err := x.note(ctx); err != nil {
			return err
		}
	}
	if err := e.commit(ctx, x.change); err != nil || !isNew {
		return err
	}
	return x.rewardAll(ctx)
}

// refer plans the referral; false when there is none to make.
func (x *conversion) refer(ctx context.Context) (bool, error) {
	if string(x.program.ConversionEventType) != x.kind {
		return false, nil
	}
	stored, doc, err := referralIn(ctx, x.tx, x.campaign.ID, x.referee.ID)
	if err != nil || stored != nil && stored.Status == referral.Converted {
		return false, err // the first referrer stays
	}
	if circle, err := x.link(ctx); err != nil || circle {
		return false, err
	}
	x.referral = &referral.Referral{
		CampaignID: x.campaign.ID, VoucherID: x.voucher.ID, ReferrerID: x.voucher.HolderID, CustomerID: x.referee.ID,
		RelatedObjectType: x.kind, RelatedObjectID: x.cause, Date: x.now, Status: referral.Converted, Version: doc.Version + 1,
	}
	if stored != nil {
		x.referral.ID = stored.ID
	} else {
		x.referral.ID, doc.CreatedAt = x.ids.Next(id.Referral), x.now
	}
	if err := x.putReferral(x.referral, doc); err != nil {
		return false, err
	}
	x.countReferees(x.referral, 1)
	return true, x.emit(event.CustomerReferred, x.referee.ID, x.about(map[string]any{
		"customer": x.referee, "referrer": map[string]any{"id": x.voucher.HolderID}, "campaign": x.campaign, "voucher": x.voucher,
	}))
}

// about adds what has caused the conversion to the data of an event.
func (x *conversion) about(data map[string]any) map[string]any {
	data[x.kind] = map[string]any{"id": x.cause}
	return data
}

// referralIn reads who has brought a customer into a campaign; nil for nobody.
func referralIn(ctx context.Context, r store.Reader, campaignID, customerID string) (*referral.Referral, record.Document, error) {
	doc, err := r.Find(ctx, record.Referral, record.Key("referee", referral.Key(campaignID, customerID)))
	if errors.Is(err, store.ErrNotFound) {
		return nil, record.Document{}, nil
	}
	if err != nil {
		return nil, doc, fmt.Errorf("voucherify: read referral: %w", err)
	}
	stored, err := decode[referral.Referral](doc)
	return stored, doc, err
}

// putReferral plans a referral. Its key makes sure that a customer is brought into a campaign once.
func (c *change) putReferral(r *referral.Referral, doc record.Document) error {
	return c.put(saved{
		kind: record.Referral, id: r.ID, version: doc.Version, created: doc.CreatedAt, parent: r.CustomerID,
		keys: keyOf("referee", referral.Key(r.CampaignID, r.CustomerID)),
	}, r)
}

// countReferees plans that the referrer has one referee more, or less.
func (c *change) countReferees(r *referral.Referral, delta int64) {
	for _, campaignID := range [...]string{"", r.CampaignID} {
		c.plan.Consume = append(c.plan.Consume, redemption.Consume{Key: redemption.RefereesKey(r.ReferrerID, campaignID), Delta: delta})
	}
	c.touch(r.CustomerID)
	c.touch(r.ReferrerID)
}

// referred is the body of a record.Referred.
type referred struct {
	OrderID string `json:"order_id,omitempty"`
	// ReferralID is empty when the customer had been brought before.
	ReferralID string `json:"referral_id,omitempty"`
}

// note plans the trace of the use under the referrer, and that the customer holds the code.
func (x *conversion) note(ctx context.Context) error {
	body := referred{OrderID: x.orderID}
	if x.referral != nil {
		body.ReferralID = x.referral.ID
	}
	if err := x.put(saved{kind: record.Referred, id: x.cause, created: x.now, parent: x.voucher.HolderID}, body); err != nil {
		return err
	}
	_, err := x.tx.Find(ctx, record.Holder, holderKey(x.voucher.ID, x.referee.ID))
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	_, err = x.putHolder(x.voucher, x.campaign, x.referee, holding{role: publication.Referee})
	return err
}

// rewardAll gives both sides what they are due, now that the referral counts.
func (x *conversion) rewardAll(ctx context.Context) error {
	counters, err := x.tx.Counters(ctx, []redemption.CounterKey{redemption.RefereesKey(x.voucher.HolderID, x.campaign.ID)})
	if err != nil {
		return fmt.Errorf("voucherify: read counters: %w", err)
	}
	tiers, err := tiersOf(ctx, x.tx, x.campaign.ID)
	if err != nil {
		return err
	}
	x.plan, x.touched = redemption.Plan{}, nil
	if r := x.program.RefereeReward; r != nil {
		if err := x.issue(ctx, nil, x.referee.ID, referral.FromCampaign(r.RelatedObjectParent.ID, r.Amount)); err != nil {
			return within("referee_reward", err)
		}
	}
	for _, tier := range tiers {
		if !tier.Due(counters[redemption.RefereesKey(x.voucher.HolderID, x.campaign.ID)]) {
			continue
		}
		if s := tier.Parameters.Segment; s != nil {
			member, err := x.engine.belongs(ctx, x.tx, x.operation, x.voucher.HolderID, s.ID)
			if err != nil {
				return err
			}
			if !member {
				continue
			}
		}
		if err := x.issue(ctx, tier, x.voucher.HolderID, tier.Reward); err != nil {
			return err
		}
	}
	if len(x.referral.Rewards) > 0 {
		doc, err := x.tx.Get(ctx, record.Referral, x.referral.ID)
		if err != nil {
			return fmt.Errorf("voucherify: read referral: %w", err)
		}
		x.referral.Version = doc.Version + 1
		if err := x.putReferral(x.referral, doc); err != nil {
			return err
		}
	}
	return x.engine.commit(ctx, x.change)
}

// issue gives a reward, unless it was given before. tier is nil for the reward of the referee. A product is only noted and told:
// somebody else hands it over.
func (x *conversion) issue(ctx context.Context, tier *referral.Tier, customerID string, what referral.Reward) error {
	reward := &referral.Issued{
		CampaignID: x.campaign.ID, CustomerID: customerID, ReferralID: x.referral.ID, RelatedObjectID: x.cause,
		RewardCampaignID: what.Parameters.Campaign.ID, Product: what.Parameters.Product, Amount: what.Parameters.Campaign.Balance,
		CreatedAt: x.now, Version: 1,
	}
	key := record.Key("once", reward.Once(tier))
	_, err := x.tx.Find(ctx, record.ReferralReward, key)
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if tier != nil {
		reward.ReferralTierID = tier.ID
	}
	rewarded := map[string]any{"id": customerID}
	data := x.about(map[string]any{
		"customer": rewarded, "holder": rewarded, "campaign": x.campaign, "reward": reward, "referral_tier": tier,
	})
	if reward.Product == nil {
		if err := x.deliver(ctx, reward, data); err != nil {
			return err
		}
	}
	reward.ID = x.ids.Next(id.ReferralReward)
	x.referral.Rewards = append(x.referral.Rewards, reward.ID)
	if err := x.put(saved{
		kind: record.ReferralReward, id: reward.ID, created: x.now, parent: customerID, keys: []string{key},
	}, reward); err != nil {
		return err
	}
	return x.emit(event.CustomerRewarded, customerID, data)
}

// deliver gives what a reward takes of a campaign, and adds what came of it to the reward and to the data of its event.
func (x *conversion) deliver(ctx context.Context, reward *referral.Issued, data map[string]any) error {
	camp, _, err := find[campaign.Campaign](ctx, x.tx, record.Campaign, reward.RewardCampaignID)
	if err != nil {
		return err
	}
	what := grant{campaign: camp, customerID: reward.CustomerID}
	switch camp.CampaignType {
	case campaign.GiftVouchers:
		what.credits = ledger.Credits(reward.Amount)
	case campaign.LoyaltyProgram:
		what.points = ledger.Points(reward.Amount)
	}
	if x.kind == referral.OfRedemption {
		what.why.Redemption = &ledger.Reference{ID: x.cause}
	} else {
		what.why.CustomEvent = &ledger.Reference{ID: x.cause}
	}
	if reward.ReferralTierID != "" {
		what.why.ReferralTier = &ledger.Reference{ID: reward.ReferralTierID}
	}
	gift, err := x.engine.fulfil(ctx, x.tx, x.operation, what)
	if err != nil {
		return err
	}
	reward.VoucherID, data["voucher"] = gift.voucher.ID, gift.voucher
	if gift.publication != nil {
		reward.PublicationID = gift.publication.ID
	}
	switch {
	case gift.entry != nil:
		reward.TransactionID, data["balance"] = gift.entry.ID, gift.entry.Details.Balance
	case gift.points != nil:
		reward.TransactionID, data["balance"] = gift.points.ID, gift.points.Details.Balance
	}
	return nil
}

// belongs reports whether a customer is in a segment.
func (e *Engine) belongs(ctx context.Context, r store.Reader, op operation, customerID, segmentID string) (bool, error) {
	segment, _, err := find[customer.Segment](ctx, r, record.Segment, segmentID)
	if isMissing(err) {
		return false, nil // it was deleted since
	}
	if err != nil {
		return false, err
	}
	catalogue, err := e.configuration(ctx, r, op)
	if err != nil {
		return false, err
	}
	audience := redemption.NewAudience(segment)
	snapshot, err := r.Snapshot(ctx, redemption.Needs{CustomerID: customerID, Templates: audience.Templates()})
	if err != nil {
		return false, fmt.Errorf("voucherify: read customer %s: %w", customerID, err)
	}
	if snapshot.Customer == nil {
		return false, nil
	}
	if err := e.readHistory(ctx, r, snapshot, audience.History()); err != nil {
		return false, err
	}
	return len(catalogue.SegmentsOf(audience, snapshot.Profile(), op.now)) > 0, nil
}

// convertByEvent does what a custom event causes that names a referral code. Nothing happens when the code or its campaign
// cannot be used now, when the campaign converts by something else, or when the customer is the referrer or has brought him.
func (e *Engine) convertByEvent(
	ctx context.Context, c *change, tracked *event.Tracked, sent *event.Referral, buyer *customer.Customer,
) error {
	v, _, err := e.findVoucher(ctx, c.tx, sent.Code)
	if err != nil {
		return within("referral.code", err)
	}
	switch {
	case !v.IsReferralCode:
		return fault.New(fault.InvalidVoucher, "%s is no referral code", sent.Code).At("referral.code").About("voucher", v.ID)
	case v.HolderID == "":
		return fault.New(fault.NotPublished, "%s", sent.Code).At("referral.code").About("voucher", v.ID)
	case sent.ReferrerID != "" && sent.ReferrerID != v.HolderID:
		return fault.Invalid("referral.referrer_id", "%s is not the referrer of %s", sent.ReferrerID, sent.Code)
	}
	camp, _, err := find[campaign.Campaign](ctx, c.tx, record.Campaign, v.CampaignID)
	if err != nil {
		return within("referral.code", err)
	}
	program := redemption.ProgramOf(v, camp)
	open := v.WindowIn(camp.Window).At(c.now, e.options.zone) == validity.Valid
	switch {
	case v.HolderID == buyer.ID, !camp.Active, !v.Active, !open, program.CustomEvent == nil,
		program.CustomEvent.Name != tracked.Type:
		return nil
	}
	if err := e.commit(ctx, c); err != nil {
		return err
	}
	c.plan, c.touched = redemption.Plan{}, nil
	x := &conversion{campaign: camp, voucher: v, referee: buyer, kind: referral.OfCustomEvent, cause: tracked.ID}
	return e.convert(ctx, c.tx, c.operation, x)
}
