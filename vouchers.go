package voucherify

import (
	"cmp"
	"context"
	"iter"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// Vouchers keeps codes. Codes of a campaign are made by Campaigns; here single codes are created, read and switched.
type Vouchers struct{ engine *Engine }

// Create stores a standalone voucher. Without a code one is generated with the default configuration. A code that is
// taken, also by a voucher in the bin, is duplicate_found. A voucher is created active; a gift card with Gift.Amount on it.
func (s *Vouchers) Create(ctx context.Context, v voucher.Voucher) (voucher.Voucher, error) {
	if v.CampaignID != "" {
		return voucher.Voucher{}, fault.Invalid("campaign_id", "codes of a campaign are added with Campaigns.AddVoucher")
	}
	if err := v.Check(); err != nil {
		return voucher.Voucher{}, err
	}
	if v.Gift != nil {
		v.Gift = v.Gift.Opened()
		v.Gift.Effect = cmp.Or(v.Gift.Effect, discount.ToOrder)
	}
	generated := v.Code == ""
	err := s.engine.change(ctx, func(c *change) error {
		if err := c.checkCategory(ctx, v.CategoryID, ""); err != nil {
			return err
		}
		if err := c.checkWhole(ctx, metadata.OfVoucher, v.Metadata); err != nil {
			return err
		}
		if generated {
			for codes, err := range s.engine.generate(ctx, c, voucher.CodeConfig{}, 1) {
				if err != nil {
					return err
				}
				v.Code = codes[0]
			}
		}
		if err := s.engine.putVoucher(c, &v); err != nil {
			return err
		}
		return c.emit(event.VoucherCreated, v.ID, map[string]any{"voucher": &v})
	})
	return v, err
}

// putVoucher plans a new voucher: identity, times, and the key that makes its code unique.
func (e *Engine) putVoucher(c *change, v *voucher.Voucher) error {
	c.startVoucher(v)
	return e.insertVoucher(c, v)
}

// startVoucher gives a new voucher its identity and its times.
func (c *change) startVoucher(v *voucher.Voucher) {
	v.ID, v.Active, v.CreatedAt, v.UpdatedAt, v.Version = c.ids.Next(id.Voucher), true, c.now, nil, 1
	v.Redemption, v.Publish = voucher.Redemption{Quantity: v.Redemption.Quantity}, voucher.Publish{}
}

// withoutCampaign is the parent of vouchers that have no campaign, so that they can be listed. It is no id.
const withoutCampaign = "-"

func (e *Engine) insertVoucher(c *change, v *voucher.Voucher) error {
	if v.Gift != nil {
		c.plan.OpenCard(v.ID, v.Gift.InitialAmount)
	}
	return c.put(saved{
		kind: record.Voucher, id: v.ID, created: c.now, parent: cmp.Or(v.CampaignID, withoutCampaign),
		keys: keyOf("code", e.options.caseMode.Key(v.Code)),
	}, kept(v))
}

// kept is a voucher as it is stored: without what counters know about it.
func kept(v *voucher.Voucher) *voucher.Voucher {
	stored := *v
	stored.Redemption, stored.Publish = voucher.Redemption{Quantity: v.Redemption.Quantity}, voucher.Publish{}
	if v.Gift != nil {
		stored.Gift = v.Gift.Kept()
	}
	if v.LoyaltyCard != nil {
		stored.LoyaltyCard = v.LoyaltyCard.Kept()
	}
	return &stored
}

// findVoucher reads a voucher by code or id.
func (e *Engine) findVoucher(ctx context.Context, r store.Reader, code string) (*voucher.Voucher, record.Document, error) {
	v, doc, err := find[voucher.Voucher](ctx, r, record.Voucher, code, record.Key("code", e.options.caseMode.Key(code)))
	if err != nil {
		return nil, doc, err
	}
	keys := []redemption.CounterKey{
		{Metric: redemption.CountPublications, Subject: v.ID}, {Metric: redemption.CountVoucher, Subject: v.ID},
	}
	if v.Gift != nil {
		keys = append(keys, redemption.CardKeys(v.ID)...)
	}
	counters, err := r.Counters(ctx, keys)
	if err != nil {
		return nil, doc, err
	}
	fillUsage(v, counters)
	return v, doc, e.fillPoints(ctx, r, v)
}

// Get reads a voucher by its code, compared as the project compares codes, or by its id.
func (s *Vouchers) Get(ctx context.Context, code string) (voucher.Voucher, error) {
	var v voucher.Voucher
	err := s.engine.store.View(ctx, func(r store.Reader) error {
		found, _, err := s.engine.findVoucher(ctx, r, code)
		if err == nil {
			v = *found
		}
		return err
	})
	return v, err
}

// List yields vouchers; ListOptions.Parent keeps those of one campaign. What is counted is not filled in: Redemption's amounts,
// Publish and, of gift cards, everything but Gift.Effect and InitialAmount.
func (s *Vouchers) List(ctx context.Context, options ListOptions) iter.Seq2[voucher.Voucher, error] {
	return list[voucher.Voucher](ctx, s.engine, record.Voucher, options)
}

// Update replaces discount, window, category, limit, metadata and info of a voucher. Code, campaign, types and the effect of a
// gift card are fixed; its balance changes with AddBalance, the switch is set with Enable and Disable.
func (s *Vouchers) Update(ctx context.Context, v voucher.Voucher) (voucher.Voucher, error) {
	var known string
	err := s.edit(ctx, v.ID, event.VoucherUpdated, func(c *change, stored *voucher.Voucher, doc record.Document) error {
		switch {
		case v.Code != "" && v.Code != stored.Code:
			return fault.New(fault.InvalidVoucher, "a code never changes").At("code")
		case v.CampaignID != "" && v.CampaignID != stored.CampaignID:
			return fault.New(fault.InvalidVoucher, "a voucher stays in its campaign").At("campaign_id")
		case v.Discount != nil && stored.Discount != nil && v.Discount.Type != stored.Discount.Type:
			return fault.New(fault.InvalidVoucher, "the type of a discount never changes").At("discount.type")
		case v.Gift != nil && stored.Gift == nil, v.LoyaltyCard != nil && stored.LoyaltyCard == nil,
			v.Discount != nil && stored.Discount == nil && stored.Type != voucher.DiscountVoucher:
			return fault.New(fault.InvalidVoucher, "a voucher keeps its type, %s", stored.Type).At("type")
		case v.Gift != nil && v.Gift.Effect != "" && stored.Gift.Effect != "" && v.Gift.Effect != stored.Gift.Effect:
			return fault.New(fault.InvalidVoucher, "a gift card keeps its effect").At("gift.effect")
		}
		if err := current(doc, v.Version); err != nil {
			return err
		}
		if err := c.checkCategory(ctx, v.CategoryID, stored.CategoryID); err != nil {
			return err
		}
		stored.Discount, stored.Window, stored.CategoryID = v.Discount, v.Window, v.CategoryID
		stored.AdditionalInfo, stored.Metadata, stored.Redemption.Quantity = v.AdditionalInfo, v.Metadata, v.Redemption.Quantity
		if err := stored.Check(); err != nil {
			return err
		}
		known = stored.ID
		return c.checkWindow(ctx, stored)
	})
	if err != nil {
		return voucher.Voucher{}, err
	}
	return s.Get(ctx, known)
}

// edit changes a stored voucher.
func (s *Vouchers) edit(ctx context.Context, code string, kind event.Type, fn func(*change, *voucher.Voucher, record.Document) error) error {
	return s.engine.change(ctx, func(c *change) error {
		v, doc, err := s.engine.findVoucher(ctx, c.tx, code)
		if err != nil {
			return err
		}
		before := v.Metadata
		if err := fn(c, v, doc); err != nil {
			return err
		}
		if err := c.checkChange(ctx, metadata.OfVoucher, before, v.Metadata); err != nil {
			return err
		}
		if err := c.keepPooled(ctx, v); err != nil {
			return err
		}
		return c.rewriteVoucher(v, doc, kind)
	})
}

// checkWindow checks the dates of a voucher together with those that it takes from its campaign.
func (c *change) checkWindow(ctx context.Context, v *voucher.Voucher) error {
	window := v.Window
	if v.CampaignID != "" {
		camp, _, err := find[campaign.Campaign](ctx, c.tx, record.Campaign, v.CampaignID)
		if err != nil {
			return within("campaign_id", err)
		}
		window = v.WindowIn(camp.Window)
	}
	return window.Check()
}

func (c *change) rewriteVoucher(v *voucher.Voucher, doc record.Document, kind event.Type) error {
	if err := c.storeVoucher(v, doc); err != nil {
		return err
	}
	return c.emit(kind, v.ID, map[string]any{"voucher": v})
}

// storeVoucher plans the new state of a stored voucher. What counters know about it is not part of the record.
func (c *change) storeVoucher(v *voucher.Voucher, doc record.Document) error {
	v.UpdatedAt, v.Version = &c.now, doc.Version+1
	return c.put(saved{
		kind: record.Voucher, id: v.ID, version: doc.Version, created: doc.CreatedAt, parent: doc.Parent, keys: doc.Keys,
	}, kept(v))
}

// Enable switches a voucher on, Disable off. A disabled voucher cannot be redeemed; what was redeemed can be rolled back.
func (s *Vouchers) Enable(ctx context.Context, code string) error {
	return s.edit(ctx, code, event.VoucherEnabled, func(_ *change, v *voucher.Voucher, _ record.Document) error { v.Active = true; return nil })
}

// Disable switches a voucher off; see Enable.
func (s *Vouchers) Disable(ctx context.Context, code string) error {
	return s.edit(ctx, code, event.VoucherDisabled, func(_ *change, v *voucher.Voucher, _ record.Document) error { v.Active = false; return nil })
}

// Delete removes a voucher with its rule assignments. Without force it goes to the bin, where its code stays reserved.
func (s *Vouchers) Delete(ctx context.Context, code string, force bool) error {
	return s.engine.change(ctx, func(c *change) error {
		v, doc, err := s.engine.findVoucher(ctx, c.tx, code)
		if err != nil {
			return err
		}
		if err := c.unassignAll(ctx, map[string]bool{v.ID: true}); err != nil {
			return err
		}
		if err := c.giveUp(ctx, v); err != nil {
			return err
		}
		if v.CampaignID != "" {
			c.countCodes(v.CampaignID, -1, nil)
		}
		if err := c.remove(ctx, doc, force); err != nil {
			return err
		}
		return c.emit(event.VoucherDeleted, v.ID, map[string]any{"voucher": v})
	})
}
