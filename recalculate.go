package voucherify

import (
	"context"
	"time"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// ReevaluateTiers brings the tiers of all members of a program, named by its id or name, in line with its tiers as they are now. Call
// it after CreateTiers, UpdateTier and DeleteTier: otherwise each member moves with his next operation only. Members whose tier follows
// the balance move up and down, those whose tier lasts until a day move up only, and a tier that was deleted is lost.
//
// It writes members in batches, each in a transaction of its own, and returns when it is through. One that fails has done a part;
// calling it again does the rest. It may run beside everything else.
func (s *Loyalty) ReevaluateTiers(ctx context.Context, idOrName string) (Maintenance, error) {
	return s.sweepMembers(ctx, "reevaluate_tiers", idOrName, (*redemption.PointsCard).Settle)
}

// RecalculateTiers applies a changed Campaign.LoyaltyTiersExpiration to the members that a program, named by its id or name, has: tiers
// may end earlier or later and members move up, but nobody is moved down. Without it the change holds for tiers that are reached from
// then on. It works like ReevaluateTiers. (Voucherify: options.recalculate_tiers of an update.)
func (s *Loyalty) RecalculateTiers(ctx context.Context, idOrName string) (Maintenance, error) {
	return s.sweepMembers(ctx, "recalculate_tiers", idOrName, (*redemption.PointsCard).Refresh)
}

// sweepMembers does what is due for each member of a program, and then something more.
func (s *Loyalty) sweepMembers(ctx context.Context, verb, idOrName string, then func(*redemption.PointsCard)) (Maintenance, error) {
	started := time.Now()
	e := s.engine
	camp, err := get[campaign.Campaign](ctx, e, record.Campaign, idOrName, record.Key("name", idOrName))
	if err != nil {
		return Maintenance{}, err
	}
	if camp.CampaignType != campaign.LoyaltyProgram {
		return Maintenance{}, fault.New(fault.InvalidCampaign, "campaign %s is no loyalty program", camp.Name).At("campaign")
	}
	all := &sweep{engine: e, campaign: camp.ID, today: e.today()}
	all.step = func(ctx context.Context, r store.Reader, c *redemption.PointsCard) error {
		if err := e.catchUp(ctx, r, c); err != nil {
			return err
		}
		then(c)
		return nil
	}
	attempts, err := all.run(ctx)
	e.observe(verb, started, attempts, err)
	return all.done, err
}
