package voucherify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/voucherify-go/voucherify/access"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/reward"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
)

// maxRefreshes bounds how often one call starts over because the configuration changed while it was read.
const maxRefreshes = 10

// errConfigurationBusy is returned when the configuration changes faster than it can be read.
var errConfigurationBusy = errors.New("voucherify: the configuration keeps changing")

// snapshot reads what a request needs together with the catalogue that it is decided with. The revision that comes with
// the rows tells whether the catalogue in memory is still the newest; an old one is rebuilt before anything is decided,
// so that a change made by another process counts from its commit on.
func (e *Engine) snapshot(ctx context.Context, r store.Reader, op operation, needsOf func(*redemption.Catalogue) (redemption.Needs, error)) (*redemption.Catalogue, *redemption.Snapshot, error) {
	catalogue := e.catalogue.Load()
	for range maxRefreshes {
		if catalogue == nil {
			var err error
			if catalogue, err = e.rebuild(ctx, r, op.host); err != nil {
				return nil, nil, err
			}
		}
		needs, needsErr := needsOf(catalogue)
		if needsErr != nil {
			// An unknown name may only be unknown to an old catalogue.
			revision, err := r.Revision(ctx)
			if err != nil {
				return nil, nil, fmt.Errorf("voucherify: read revision: %w", err)
			}
			if revision == catalogue.Revision() {
				return nil, nil, needsErr
			}
			catalogue = nil
			continue
		}
		snapshot, err := r.Snapshot(ctx, needs)
		if err != nil {
			return nil, nil, fmt.Errorf("voucherify: read snapshot: %w", err)
		}
		if snapshot.Revision == catalogue.Revision() {
			snapshot.Now, snapshot.IDs, snapshot.Group = op.now, op.ids, op.group
			return catalogue, snapshot, nil
		}
		catalogue = nil
	}
	return nil, nil, errConfigurationBusy
}

// extend reads what is only known to be needed once a snapshot is there.
func (e *Engine) extend(ctx context.Context, r store.Reader, snapshot *redemption.Snapshot, more redemption.Needs) error {
	if err := e.readHistory(ctx, r, snapshot, more.History); err != nil {
		return err
	}
	if err := readHolders(ctx, r, snapshot, more.Holders); err != nil {
		return err
	}
	if err := readChains(ctx, r, snapshot, more.Chains); err != nil {
		return err
	}
	if err := readCards(ctx, r, snapshot, &more); err != nil {
		return err
	}
	if len(more.Counters) == 0 {
		return nil
	}
	counters, err := r.Counters(ctx, more.Counters)
	if err != nil {
		return fmt.Errorf("voucherify: read counters: %w", err)
	}
	if snapshot.Counters == nil {
		snapshot.Counters = counters
		return nil
	}
	for key, value := range counters {
		snapshot.Counters[key] = value
	}
	return nil
}

// rebuild compiles the configuration as r sees it. One goroutine does it at a time; the others take its result, unless r sees
// what the transaction of a host has changed and not committed: see disown.
func (e *Engine) rebuild(ctx context.Context, r store.Reader, host bool) (*redemption.Catalogue, error) {
	// The first read takes whatever the transaction needs, a connection or the right to write. Waiting for that with the
	// lock in hand could be waiting for somebody who waits for the lock.
	if _, err := r.Revision(ctx); err != nil {
		return nil, fmt.Errorf("voucherify: read revision: %w", err)
	}
	e.refresh.Lock()
	defer e.refresh.Unlock()
	revision, err := r.Revision(ctx)
	if err != nil {
		return nil, fmt.Errorf("voucherify: read revision: %w", err)
	}
	if current := e.catalogue.Load(); current != nil && current.Revision() == revision {
		return current, nil
	}
	c := redemption.Configuration{Revision: revision, Zone: e.options.zone, WeekStart: e.options.weekStart, CaseMode: e.options.caseMode}
	for _, read := range [...]func() error{
		func() error { return readAll[campaign.Campaign](ctx, r, record.Campaign, &c.Campaigns) },
		func() error { return readAll[promotion.Tier](ctx, r, record.Tier, &c.Tiers) },
		func() error { return readAll[promotion.Stack](ctx, r, record.Stack, &c.Stacks) },
		func() error { return readAll[validation.Rule](ctx, r, record.Rule, &c.Rules) },
		func() error { return readAll[validation.Assignment](ctx, r, record.Assignment, &c.Assignments) },
		func() error { return readAll[product.Product](ctx, r, record.Product, &c.Products) },
		func() error { return readAll[product.SKU](ctx, r, record.SKU, &c.SKUs) },
		func() error { return readAll[product.Collection](ctx, r, record.Collection, &c.Collections) },
		func() error { return readAll[promotion.Category](ctx, r, record.Category, &c.Categories) },
		func() error { return readAll[customer.Segment](ctx, r, record.Segment, &c.Segments) },
		func() error { return readAll[location.Location](ctx, r, record.Location, &c.Locations) },
		func() error { return readAll[access.Store](ctx, r, record.AreaStore, &c.Stores) },
		func() error { return readAll[loyalty.Tier](ctx, r, record.LoyaltyTier, &c.LoyaltyTiers) },
		func() error { return readAll[loyalty.EarningRule](ctx, r, record.EarningRule, &c.EarningRules) },
		func() error { return readAll[reward.Reward](ctx, r, record.Reward, &c.Rewards) },
		func() error {
			return readAll[reward.Assignment](ctx, r, record.RewardAssignment, &c.RewardAssignments)
		},
		func() error { return readAll[metadata.Schema](ctx, r, record.MetadataSchema, &c.Schemas) },
		func() error { return e.readStackingRules(ctx, r, &c.StackingRules) },
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	catalogue := redemption.NewCatalogue(c, e.compiler)
	// Where every read sees the newest commit, a change in between is half in it: then it is not for anybody else, and the
	// snapshot that follows sends this caller here again.
	again, err := r.Revision(ctx)
	if err != nil {
		return nil, fmt.Errorf("voucherify: read revision: %w", err)
	}
	_, foreign := e.foreign[revision]
	if again != revision || host && foreign {
		return catalogue, nil
	}
	maps.DeleteFunc(e.foreign, func(raised int64, _ struct{}) bool { return raised <= revision })
	e.catalogue.Store(catalogue)
	e.log().DebugContext(ctx, "voucherify: catalogue compiled", "project", e.options.project, "revision", revision)
	return catalogue, nil
}

// readAll decodes every record of a kind.
func readAll[T any](ctx context.Context, r store.Reader, kind record.Kind, into *[]*T) error {
	return readUnder(ctx, r, kind, "", into)
}

// readUnder decodes every record of a kind under a parent; the empty parent is all of them.
func readUnder[T any](ctx context.Context, r store.Reader, kind record.Kind, parent string, into *[]*T) error {
	for doc, err := range r.List(ctx, kind, store.Query{Parent: parent}) {
		if err != nil {
			return fmt.Errorf("voucherify: list %s: %w", kind, err)
		}
		value := new(T)
		if err := json.Unmarshal(doc.Body, value); err != nil {
			return fmt.Errorf("voucherify: decode %s %s: %w", kind, doc.ID, err)
		}
		*into = append(*into, value)
	}
	return nil
}

// readStackingRules reads the project's settings; without any the defaults count.
func (e *Engine) readStackingRules(ctx context.Context, r store.Reader, into *promotion.StackingRules) error {
	doc, err := r.Get(ctx, record.Settings, stackingRulesID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("voucherify: read stacking rules: %w", err)
	}
	if err := json.Unmarshal(doc.Body, into); err != nil {
		return fmt.Errorf("voucherify: decode stacking rules: %w", err)
	}
	return nil
}
