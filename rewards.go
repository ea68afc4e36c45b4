package voucherify

import (
	"context"
	"errors"
	"iter"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/reward"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
)

// Rewards keeps what members of loyalty programs get for points, in which programs and for how many, and what became of each
// reward that was redeemed. Loyalty.RedeemReward redeems one, and so does a redeem with redemption.PayWithPoints.
type Rewards struct{ engine *Engine }

// Create stores a reward. Campaign and product must exist; credits and points of less than 1 are invalid_balance.
func (s *Rewards) Create(ctx context.Context, r reward.Reward) (reward.Reward, error) {
	if err := r.Check(); err != nil {
		return reward.Reward{}, err
	}
	err := s.engine.change(ctx, func(c *change) error {
		if err := c.checkWhole(ctx, metadata.OfReward, r.Metadata); err != nil {
			return err
		}
		if err := c.checkReward(ctx, &r); err != nil {
			return err
		}
		r.ID, r.Redeemed, r.CreatedAt, r.UpdatedAt, r.Version = c.ids.Next(id.Reward), 0, c.now, nil, 1
		return c.put(saved{kind: record.Reward, id: r.ID, created: c.now}, &r)
	})
	return r, err
}

// checkReward looks up what a reward gives, and fills in the kind of its campaign and the ids of its product.
func (c *change) checkReward(ctx context.Context, r *reward.Reward) error {
	switch of := r.Parameters; r.Type {
	case reward.OfCampaign:
		camp, _, err := find[campaign.Campaign](ctx, c.tx, record.Campaign, of.Campaign.ID, record.Key("name", of.Campaign.ID))
		if err == nil {
			err = grantable(camp)
		}
		if err == nil {
			err = of.Campaign.CheckBalance(camp.CampaignType)
		}
		if err != nil {
			return within("parameters.campaign", err)
		}
		r.Parameters.Campaign = &reward.Campaign{ID: camp.ID, Type: camp.CampaignType, Balance: of.Campaign.Balance}
	case reward.Material:
		productID, skuID, err := c.productOf(ctx, of.Product.ID, of.Product.SKUID)
		if err != nil {
			return within("parameters.product", err)
		}
		r.Parameters.Product = &reward.Product{ID: productID, SKUID: skuID}
	case reward.Coin:
	}
	return nil
}

// productOf looks up a product, and one of its SKUs unless none is named, by id or source_id, and returns their ids.
func (c *change) productOf(ctx context.Context, idOrSource, skuIDOrSource string) (productID, skuID string, err error) {
	p, _, err := find[product.Product](ctx, c.tx, record.Product, idOrSource, record.Key("source_id", idOrSource))
	if err != nil {
		return "", "", within("id", err)
	}
	if skuIDOrSource == "" {
		return p.ID, "", nil
	}
	sku, _, err := find[product.SKU](ctx, c.tx, record.SKU, skuIDOrSource, record.Key("source_id", skuIDOrSource))
	switch {
	case err != nil:
		return "", "", within("sku_id", err)
	case sku.ProductID != p.ID:
		return "", "", fault.Invalid("sku_id", "%s is of another product", sku.ID)
	}
	return p.ID, sku.ID, nil
}

// Get reads a reward by id, with how often it was given out.
func (s *Rewards) Get(ctx context.Context, rewardID string) (reward.Reward, error) {
	var r reward.Reward
	err := s.engine.store.View(ctx, func(reader store.Reader) error {
		found, _, err := find[reward.Reward](ctx, reader, record.Reward, rewardID)
		if err != nil {
			return err
		}
		r = *found
		counters, err := reader.Counters(ctx, []redemption.CounterKey{redemption.StockKey(r.ID)})
		r.Redeemed = counters[redemption.StockKey(r.ID)]
		return err
	})
	return r, err
}

// List yields rewards. Redeemed is not filled in.
func (s *Rewards) List(ctx context.Context, options ListOptions) iter.Seq2[reward.Reward, error] {
	return list[reward.Reward](ctx, s.engine, record.Reward, options)
}

// Update replaces name, parameters, stock and attributes of a reward, and merges metadata. The type never changes, and neither does
// the campaign of which something is given. It counts for what is redeemed from then on.
func (s *Rewards) Update(ctx context.Context, r reward.Reward) (reward.Reward, error) {
	if err := r.Check(); err != nil {
		return reward.Reward{}, err
	}
	err := s.engine.change(ctx, func(c *change) error {
		stored, doc, err := find[reward.Reward](ctx, c.tx, record.Reward, r.ID)
		if err != nil {
			return err
		}
		if err := current(doc, r.Version); err != nil {
			return err
		}
		if r.Type != stored.Type {
			return fault.Invalid("type", "a reward stays %s", stored.Type)
		}
		if err := c.checkReward(ctx, &r); err != nil {
			return err
		}
		if of := stored.Parameters.Campaign; of != nil && of.ID != r.Parameters.Campaign.ID {
			return fault.Invalid("parameters.campaign.id", "a reward keeps its campaign")
		}
		before := stored.Metadata
		stored.Name, stored.Parameters, stored.Stock, stored.Attributes = r.Name, r.Parameters, r.Stock, r.Attributes
		stored.Metadata = metadata.Merge(stored.Metadata, r.Metadata)
		if err := c.checkChange(ctx, metadata.OfReward, before, stored.Metadata); err != nil {
			return err
		}
		return c.storeReward(stored, doc)
	})
	if err != nil {
		return reward.Reward{}, err
	}
	return s.Get(ctx, r.ID)
}

// storeReward plans the new state of a reward. How often it was given out is a counter.
func (c *change) storeReward(r *reward.Reward, doc record.Document) error {
	r.Redeemed, r.UpdatedAt, r.Version = 0, &c.now, doc.Version+1
	return c.put(saved{kind: record.Reward, id: r.ID, version: doc.Version, created: doc.CreatedAt}, r)
}

// Delete removes a reward for good. One that is assigned is resource_in_use. What was redeemed stays recorded and can be rolled
// back.
func (s *Rewards) Delete(ctx context.Context, rewardID string) error {
	return s.engine.change(ctx, func(c *change) error {
		r, doc, err := find[reward.Reward](ctx, c.tx, record.Reward, rewardID)
		if err != nil {
			return err
		}
		for a, err := range assignmentsOfRewards(ctx, c.tx, "") {
			if err != nil {
				return err
			}
			if a.RewardID == r.ID {
				return fault.New(fault.ResourceInUse, "%s offers it in campaign %s", a.ID, a.RelatedObjectID).About("reward_assignment", a.ID)
			}
		}
		return c.remove(ctx, doc, true)
	})
}

// assignmentsOfRewards reads the assignments of a campaign; of all of them if it is empty.
func assignmentsOfRewards(ctx context.Context, r store.Reader, campaignID string) iter.Seq2[*reward.Assignment, error] {
	return func(yield func(*reward.Assignment, error) bool) {
		for doc, err := range r.List(ctx, record.RewardAssignment, store.Query{Parent: campaignID}) {
			var a *reward.Assignment
			if err == nil {
				a, err = decode[reward.Assignment](doc)
			}
			if !yield(a, err) || err != nil {
				return
			}
		}
	}
}

// Assign offers a reward in a loyalty program. A reward that the program has is duplicate_found, one without a price
// missing_param, unless it is of type COIN. A program does not give its own points, and has one reward that is redeemed
// automatically at most.
func (s *Rewards) Assign(ctx context.Context, a reward.Assignment) (reward.Assignment, error) {
	rules := a.ValidationRules
	err := s.engine.change(ctx, func(c *change) error {
		r, doc, err := find[reward.Reward](ctx, c.tx, record.Reward, a.RewardID)
		if err != nil {
			return within("reward_id", err)
		}
		if a.RelatedObjectType == "" {
			a.RelatedObjectType = reward.OnCampaign
		}
		a.ValidationRules = rules
		if err := a.Check(r.Type); err != nil {
			return err
		}
		camp, err := c.checkProgram(ctx, r, &a)
		if err != nil {
			return err
		}
		a.ID, a.ValidationRules, a.CreatedAt, a.UpdatedAt, a.Version = c.ids.Next(id.RewardAssignment), nil, c.now, nil, 1
		if err := c.putAssignment(&a, record.Document{CreatedAt: c.now}); err != nil {
			return err
		}
		// The reward is written with it, so that it is not deleted at the same time.
		if err := c.storeReward(r, doc); err != nil {
			return err
		}
		if err := c.assignAll(ctx, rules, validation.OnRewardAssignment, a.ID); err != nil {
			return err
		}
		return c.emitAssignment(event.RewardAssignmentCreated, r, camp, &a)
	})
	return a, err
}

// checkProgram checks that a program may offer a reward.
func (c *change) checkProgram(ctx context.Context, r *reward.Reward, a *reward.Assignment) (*campaign.Campaign, error) {
	camp, _, err := find[campaign.Campaign](ctx, c.tx, record.Campaign, a.RelatedObjectID, record.Key("name", a.RelatedObjectID))
	if err != nil {
		return nil, within("related_object_id", err)
	}
	a.RelatedObjectID = camp.ID
	switch of := r.Parameters.Campaign; {
	case camp.CampaignType != campaign.LoyaltyProgram:
		return nil, fault.New(fault.InvalidCampaign, "campaign %s is no loyalty program", camp.Name).At("related_object_id")
	case of != nil && of.ID == camp.ID:
		return nil, fault.New(fault.InvalidCampaign, "a program does not give its own points").At("reward_id")
	}
	for other, err := range assignmentsOfRewards(ctx, c.tx, camp.ID) {
		switch {
		case err != nil:
			return nil, err
		case other.ID == a.ID:
		case other.RewardID == a.RewardID:
			return nil, fault.New(fault.DuplicateFound, "the program offers the reward already").At("reward_id").About("reward_assignment", other.ID)
		case a.Automatic() && other.Automatic():
			return nil, fault.New(fault.DuplicateFound, "another reward of the program is redeemed automatically").
				At("parameters.loyalty.auto_redeem").About("reward_assignment", other.ID)
		}
	}
	return camp, nil
}

// putAssignment plans an assignment. Its keys make sure that a program has a reward once, and one automatic reward.
func (c *change) putAssignment(a *reward.Assignment, doc record.Document) error {
	keys := keyOf("reward", a.RelatedObjectID+"/"+a.RewardID)
	if a.Automatic() {
		keys = append(keys, record.Key("auto_redeem", a.RelatedObjectID))
	}
	return c.put(saved{
		kind: record.RewardAssignment, id: a.ID, version: doc.Version, created: doc.CreatedAt, parent: a.RelatedObjectID, keys: keys,
	}, a)
}

func (c *change) emitAssignment(kind event.Type, r *reward.Reward, camp *campaign.Campaign, a *reward.Assignment) error {
	return c.emit(kind, a.ID, map[string]any{"reward_assignment": a, "reward": r, "campaign": camp})
}

// UpdateAssignment replaces the price of an assignment. Reward and program are fixed.
func (s *Rewards) UpdateAssignment(ctx context.Context, a reward.Assignment) (reward.Assignment, error) {
	var stored *reward.Assignment
	err := s.engine.change(ctx, func(c *change) error {
		var doc record.Document
		var err error
		if stored, doc, err = find[reward.Assignment](ctx, c.tx, record.RewardAssignment, a.ID); err != nil {
			return err
		}
		if err := current(doc, a.Version); err != nil {
			return err
		}
		r, _, err := find[reward.Reward](ctx, c.tx, record.Reward, stored.RewardID)
		if err != nil {
			return err
		}
		stored.Parameters = a.Parameters
		if err := stored.Check(r.Type); err != nil {
			return err
		}
		camp, err := c.checkProgram(ctx, r, stored)
		if err != nil {
			return err
		}
		stored.UpdatedAt, stored.Version = &c.now, doc.Version+1
		if err := c.putAssignment(stored, doc); err != nil {
			return err
		}
		return c.emitAssignment(event.RewardAssignmentUpdated, r, camp, stored)
	})
	if err != nil {
		return reward.Assignment{}, err
	}
	return *stored, nil
}

// Unassign takes a reward out of a program, with its rules. What was redeemed stays recorded and can be rolled back.
func (s *Rewards) Unassign(ctx context.Context, assignmentID string) error {
	return s.engine.change(ctx, func(c *change) error {
		a, doc, err := find[reward.Assignment](ctx, c.tx, record.RewardAssignment, assignmentID)
		if err != nil {
			return err
		}
		r, _, err := find[reward.Reward](ctx, c.tx, record.Reward, a.RewardID)
		if err != nil {
			return err
		}
		camp, _, err := find[campaign.Campaign](ctx, c.tx, record.Campaign, a.RelatedObjectID)
		if err != nil {
			return err
		}
		if err := c.unassignAll(ctx, map[string]bool{a.ID: true}); err != nil {
			return err
		}
		if err := c.remove(ctx, doc, true); err != nil {
			return err
		}
		return c.emitAssignment(event.RewardAssignmentDeleted, r, camp, a)
	})
}

// Assignment reads an assignment by id.
func (s *Rewards) Assignment(ctx context.Context, assignmentID string) (reward.Assignment, error) {
	return get[reward.Assignment](ctx, s.engine, record.RewardAssignment, assignmentID)
}

// ListAssignments yields assignments; ListOptions.Parent keeps those of one campaign.
func (s *Rewards) ListAssignments(ctx context.Context, options ListOptions) iter.Seq2[reward.Assignment, error] {
	return list[reward.Assignment](ctx, s.engine, record.RewardAssignment, options)
}

// Redemption reads what became of a reward that was redeemed.
func (s *Rewards) Redemption(ctx context.Context, rewardRedemptionID string) (reward.Redemption, error) {
	return get[reward.Redemption](ctx, s.engine, record.RewardRedemption, rewardRedemptionID)
}

// Redemptions yields what became of rewards that were redeemed; ListOptions.Parent keeps that of one redemption.
func (s *Rewards) Redemptions(ctx context.Context, options ListOptions) iter.Seq2[reward.Redemption, error] {
	return list[reward.Redemption](ctx, s.engine, record.RewardRedemption, options)
}

// Complete says that a product was handed over. Only what is pending can be completed; from then on a rollback gives the
// points back and leaves the product with the customer.
func (s *Rewards) Complete(ctx context.Context, rewardRedemptionID string) (reward.Redemption, error) {
	var x *reward.Redemption
	err := s.engine.change(ctx, func(c *change) error {
		var doc record.Document
		var err error
		if x, doc, err = find[reward.Redemption](ctx, c.tx, record.RewardRedemption, rewardRedemptionID); err != nil {
			return err
		}
		if err := x.Complete(c.now); err != nil {
			var refusal *fault.Error
			if errors.As(err, &refusal) {
				return refusal.About("reward_redemption", x.ID)
			}
			return err
		}
		if err := c.put(saved{kind: doc.Kind, id: x.ID, version: doc.Version, created: doc.CreatedAt, parent: doc.Parent}, x); err != nil {
			return err
		}
		return c.emit(event.RewardRedemptionCompleted, x.ID, map[string]any{
			"reward_redemption": x, "customer": map[string]any{"id": x.CustomerID}, "voucher": map[string]any{"id": x.VoucherID},
			"campaign": map[string]any{"id": x.CampaignID}, "reward": map[string]any{"id": x.RewardID},
			"reward_assignment": map[string]any{"id": x.RewardAssignmentID}, "source": map[string]any{"id": x.SourceID, "type": x.SourceType},
		})
	})
	if err != nil {
		return reward.Redemption{}, err
	}
	return *x, nil
}
