package voucherify

import (
	"context"
	"errors"
	"iter"
	"strconv"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
)

// CreateEarningRule adds an earning rule to a loyalty program, named by its id or name. It is created active, and pays for what
// happens from now on: who is in a segment or tier already earns nothing for that. A passive segment that it names becomes
// auto-update, which it stays. A project has at most loyalty.MaxEarningRules.
func (s *Loyalty) CreateEarningRule(ctx context.Context, campaignIDOrName string, rule loyalty.EarningRule) (loyalty.EarningRule, error) {
	rules, err := s.CreateEarningRules(ctx, campaignIDOrName, rule)
	if err != nil {
		return loyalty.EarningRule{}, err
	}
	return rules[0], nil
}

// CreateEarningRules is CreateEarningRule for several: all of them are stored or none.
func (s *Loyalty) CreateEarningRules(ctx context.Context, campaignIDOrName string, rules ...loyalty.EarningRule) ([]loyalty.EarningRule, error) {
	if len(rules) == 0 || len(rules) > loyalty.MaxEarningRules {
		return nil, fault.Invalid("", "%d earning rules, at least 1 and at most %d are needed", len(rules), loyalty.MaxEarningRules)
	}
	at := func(i int, err error) error {
		if len(rules) == 1 {
			return err
		}
		return within("["+strconv.Itoa(i)+"]", err)
	}
	for i := range rules {
		if err := rules[i].Check(); err != nil {
			return nil, at(i, err)
		}
	}
	var stored []loyalty.EarningRule
	err := s.engine.change(ctx, func(c *change) error {
		stored = stored[:0]
		camp, err := loyaltyCampaign(ctx, c.tx, campaignIDOrName)
		if err != nil {
			return err
		}
		if err := c.roomForEarningRules(ctx, len(rules)); err != nil {
			return err
		}
		for i, r := range rules {
			if err := s.engine.resolveEarningRule(ctx, c, camp, &r); err != nil {
				return at(i, err)
			}
			if err := c.checkWhole(ctx, metadata.OfEarningRule, r.Metadata); err != nil {
				return at(i, err)
			}
			r.ID, r.Active, r.CreatedAt, r.UpdatedAt, r.Version = c.ids.Next(id.EarningRule), true, c.now, nil, 1
			if err := c.putEarningRule(&r, record.Document{CreatedAt: c.now}, event.EarningRuleAssigned); err != nil {
				return at(i, err)
			}
			stored = append(stored, r)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return stored, nil
}

// loyaltyCampaign reads the campaign of a program.
func loyaltyCampaign(ctx context.Context, r store.Reader, idOrName string) (*campaign.Campaign, error) {
	camp, _, err := findCampaign(ctx, r, idOrName)
	if err != nil {
		return nil, within("campaign", err)
	}
	if camp.CampaignType != campaign.LoyaltyProgram {
		return nil, fault.New(fault.InvalidCampaign, "campaign %s is no loyalty program", camp.Name).At("campaign")
	}
	return camp, nil
}

// roomForEarningRules refuses more earning rules than a project may have.
func (c *change) roomForEarningRules(ctx context.Context, more int) error {
	count := 0
	for _, err := range c.tx.List(ctx, record.EarningRule, store.Query{}) {
		if err != nil {
			return err
		}
		count++
	}
	if count+more > loyalty.MaxEarningRules {
		return fault.Invalid("", "the project has %d earning rules, at most %d are allowed", count, loyalty.MaxEarningRules)
	}
	return nil
}

// putEarningRule plans an earning rule with its event.
func (c *change) putEarningRule(r *loyalty.EarningRule, doc record.Document, kind event.Type) error {
	var keys []string
	if r.Source.Banner != "" {
		keys = keyOf("banner", r.Source.ObjectID+"/"+r.Source.Banner)
	}
	if err := c.put(saved{
		kind: record.EarningRule, id: r.ID, version: doc.Version, created: doc.CreatedAt, parent: r.Source.ObjectID, keys: keys,
	}, r); err != nil {
		return err
	}
	return c.emit(kind, r.ID, map[string]any{"earning_rule": r, "campaign": map[string]any{"id": r.Source.ObjectID}})
}

// resolveEarningRule checks what a rule names, and completes it.
func (e *Engine) resolveEarningRule(ctx context.Context, c *change, camp *campaign.Campaign, r *loyalty.EarningRule) error {
	r.Source.ObjectID, r.Source.ObjectType = camp.ID, "campaign"
	if err := r.Window.Or(camp.Window).Check(); err != nil {
		return err
	}
	schema, err := c.resolveSelector(ctx, e, r)
	if err != nil {
		return err
	}
	if err := c.checkEarningProperty(ctx, r, schema); err != nil {
		return err
	}
	return e.checkEarningCondition(ctx, c, r)
}

// resolveSelector checks that the segment, tier or event of a rule exists. It returns the schema of a custom event.
func (c *change) resolveSelector(ctx context.Context, e *Engine, r *loyalty.EarningRule) (*event.Schema, error) {
	switch {
	case r.Segment != nil:
		return nil, within("segment.id", c.activateFor(ctx, e, r.Segment.ID))
	case r.LoyaltyTier != nil && r.LoyaltyTier.ID != loyalty.AnyTier:
		_, _, err := find[loyalty.Tier](ctx, c.tx, record.LoyaltyTier, r.LoyaltyTier.ID)
		return nil, within("loyalty_tier.id", err)
	case !loyalty.IsCustomEvent(r.Event):
		return nil, nil //nolint:nilnil // nothing is named
	}
	var schema *event.Schema
	var err error
	if r.CustomEvent != nil && r.CustomEvent.SchemaID != "" {
		schema, _, err = find[event.Schema](ctx, c.tx, record.EventSchema, r.CustomEvent.SchemaID)
		if err == nil && r.Event != "" && r.Event != schema.Name {
			err = fault.Invalid("", "is the schema of %s", schema.Name)
		}
		err = within("custom_event.schema_id", err)
	} else {
		var doc record.Document
		if doc, err = c.tx.Find(ctx, record.EventSchema, record.Key("name", r.Event)); err == nil {
			schema, err = decode[event.Schema](doc)
		} else if errors.Is(err, store.ErrNotFound) {
			err = fault.Missing(string(record.EventSchema), r.Event).At("event")
		}
	}
	if err != nil {
		return nil, err
	}
	r.Event, r.CustomEvent = schema.Name, &loyalty.SchemaRef{SchemaID: schema.ID}
	return schema, nil
}

// activateFor makes a segment report who enters it.
func (c *change) activateFor(ctx context.Context, e *Engine, segmentID string) error {
	segment, doc, err := find[customer.Segment](ctx, c.tx, record.Segment, segmentID)
	switch {
	case err != nil:
		return err
	case segment.Type == customer.StaticSegment:
		return fault.Invalid("", "nobody enters the static segment %s", segmentID)
	case segment.Type == customer.ActiveSegment || c.writes(record.Segment, segmentID):
		return nil
	}
	return e.activateSegment(ctx, c, segment, doc)
}

// checkEarningProperty refuses metadata that can hold no number, as far as schemas say.
func (c *change) checkEarningProperty(ctx context.Context, r *loyalty.EarningRule, schema *event.Schema) error {
	object, property, field := r.Loyalty.Property()
	if object == "" {
		return nil
	}
	var more []*metadata.Schema
	if schema != nil {
		more = append(more, schema.Metadata())
		if r.Loyalty.CalculationType == loyalty.ByEventMetadata {
			object = metadata.OfEvent(schema.ID)
		}
	}
	schemas, err := c.schemas(ctx, more...)
	if err != nil {
		return err
	}
	d, err := schemas.Property(object, property)
	switch {
	case err != nil:
		return fault.Invalid("loyalty."+field, "%v", err)
	case d != nil && (d.Type != metadata.TypeNumber || d.Array):
		return fault.Invalid("loyalty."+field, "%s is not a number", property)
	}
	return nil
}

// earningContexts are the contexts of rules for each event; custom events have one of their own.
var earningContexts = map[string]string{
	loyalty.OrderPaid: "earning_rule.order.paid", loyalty.SegmentEntered: "earning_rule.customer.segment.entered",
	loyalty.TierJoined: "earning_rule.customer.tier.joined", loyalty.TierLeft: "earning_rule.customer.tier.left",
	loyalty.TierUpgraded: "earning_rule.customer.tier.upgraded", loyalty.TierDowngraded: "earning_rule.customer.tier.downgraded",
	loyalty.TierProlonged: "earning_rule.customer.tier.prolonged",
}

// checkEarningCondition checks the validation rule of an earning rule: it must be of its context, and there are no redemptions
// that it could count.
func (e *Engine) checkEarningCondition(ctx context.Context, c *change, r *loyalty.EarningRule) error {
	if r.ValidationRuleID == "" {
		return nil
	}
	rule, _, err := find[validation.Rule](ctx, c.tx, record.Rule, r.ValidationRuleID)
	if err != nil {
		return within("validation_rule_id", err)
	}
	wanted := earningContexts[r.Event]
	if loyalty.IsCustomEvent(r.Event) {
		wanted = "earning_rule.custom_event"
	}
	if given := rule.ContextType; given != "" && given != validation.Global && given != wanted {
		return fault.New(fault.InvalidValidationRules, "a rule for the context %s does not go with the event %s", given, r.Event).At("validation_rule_id")
	}
	program, err := e.compiler.Compile(*rule, nil)
	if err != nil {
		return within("validation_rule_id", err)
	}
	if len(program.Metrics()) > 0 {
		return fault.New(fault.InvalidValidationRules, "rule %s counts redemptions, which earning rules have none of", rule.ID).At("validation_rule_id")
	}
	return nil
}

// GetEarningRule reads an earning rule by id.
func (s *Loyalty) GetEarningRule(ctx context.Context, ruleID string) (loyalty.EarningRule, error) {
	return get[loyalty.EarningRule](ctx, s.engine, record.EarningRule, ruleID)
}

// ListEarningRules yields earning rules; ListOptions.Parent keeps those of one program, named by its id.
func (s *Loyalty) ListEarningRules(ctx context.Context, options ListOptions) iter.Seq2[loyalty.EarningRule, error] {
	return list[loyalty.EarningRule](ctx, s.engine, record.EarningRule, options)
}

// UpdateEarningRule replaces what an earning rule is worth, its validation rule, banner, dates, waiting time and days of expiry,
// and merges metadata. What triggers it is fixed and may be left out; the switch is set with EnableEarningRule and
// DisableEarningRule. Points that wait keep what they were worth.
func (s *Loyalty) UpdateEarningRule(ctx context.Context, r loyalty.EarningRule) (loyalty.EarningRule, error) {
	var updated loyalty.EarningRule
	err := s.editEarningRule(ctx, r.ID, event.EarningRuleUpdated, func(c *change, stored *loyalty.EarningRule, doc record.Document) error {
		if err := current(doc, r.Version); err != nil {
			return err
		}
		if err := sameTrigger(stored, &r); err != nil {
			return err
		}
		before := stored.Metadata
		stored.Loyalty, stored.ValidationRuleID, stored.Source.Banner = r.Loyalty, r.ValidationRuleID, r.Source.Banner
		stored.PendingPoints, stored.ExpirationRules, stored.Window = r.PendingPoints, r.ExpirationRules, r.Window
		stored.Metadata = metadata.Merge(before, r.Metadata)
		if err := stored.Check(); err != nil {
			return err
		}
		camp, err := loyaltyCampaign(ctx, c.tx, stored.Source.ObjectID)
		if err != nil {
			return err
		}
		if err := stored.Window.Or(camp.Window).Check(); err != nil {
			return err
		}
		if err := c.checkChange(ctx, metadata.OfEarningRule, before, stored.Metadata); err != nil {
			return err
		}
		var schema *event.Schema
		if stored.CustomEvent != nil {
			if schema, _, err = find[event.Schema](ctx, c.tx, record.EventSchema, stored.CustomEvent.SchemaID); err != nil {
				return within("custom_event.schema_id", err)
			}
		}
		if err := c.checkEarningProperty(ctx, stored, schema); err != nil {
			return err
		}
		if err := s.engine.checkEarningCondition(ctx, c, stored); err != nil {
			return err
		}
		updated = *stored
		return nil
	})
	if err != nil {
		return loyalty.EarningRule{}, err
	}
	return s.GetEarningRule(ctx, updated.ID)
}

// sameTrigger refuses another event or selector than the stored one.
func sameTrigger(stored, sent *loyalty.EarningRule) error {
	named := func(r *loyalty.Reference) string {
		if r == nil {
			return ""
		}
		return r.ID
	}
	schema := func(r *loyalty.EarningRule) string {
		if r.CustomEvent == nil {
			return ""
		}
		return r.CustomEvent.SchemaID
	}
	for _, part := range [...]struct{ field, stored, sent string }{
		{"event", stored.Event, sent.Event}, {"custom_event.schema_id", schema(stored), schema(sent)},
		{"segment.id", named(stored.Segment), named(sent.Segment)}, {"loyalty_tier.id", named(stored.LoyaltyTier), named(sent.LoyaltyTier)},
	} {
		if part.sent != "" && part.sent != part.stored {
			return fault.Invalid(part.field, "never changes")
		}
	}
	return nil
}

// editEarningRule changes a stored rule.
func (s *Loyalty) editEarningRule(ctx context.Context, ruleID string, kind event.Type, fn func(*change, *loyalty.EarningRule, record.Document) error) error {
	return s.engine.change(ctx, func(c *change) error {
		stored, doc, err := find[loyalty.EarningRule](ctx, c.tx, record.EarningRule, ruleID)
		if err != nil {
			return err
		}
		if err := fn(c, stored, doc); err != nil {
			return err
		}
		stored.UpdatedAt, stored.Version = &c.now, doc.Version+1
		return c.putEarningRule(stored, doc, kind)
	})
}

// EnableEarningRule switches an earning rule on, DisableEarningRule off.
func (s *Loyalty) EnableEarningRule(ctx context.Context, ruleID string) error {
	return s.editEarningRule(ctx, ruleID, event.EarningRuleEnabled, func(_ *change, r *loyalty.EarningRule, _ record.Document) error {
		r.Active = true
		return nil
	})
}

// DisableEarningRule switches an earning rule off; points that wait stay. See EnableEarningRule.
func (s *Loyalty) DisableEarningRule(ctx context.Context, ruleID string) error {
	return s.editEarningRule(ctx, ruleID, event.EarningRuleDisabled, func(_ *change, r *loyalty.EarningRule, _ record.Document) error {
		r.Active = false
		return nil
	})
}

// DeleteEarningRule removes an earning rule for good. What it has paid stays, and so do points that wait.
func (s *Loyalty) DeleteEarningRule(ctx context.Context, ruleID string) error {
	return s.engine.change(ctx, func(c *change) error {
		r, doc, err := find[loyalty.EarningRule](ctx, c.tx, record.EarningRule, ruleID)
		if err != nil {
			return err
		}
		if err := c.remove(ctx, doc, true); err != nil {
			return err
		}
		return c.emit(event.EarningRuleDeleted, r.ID, map[string]any{"earning_rule": r, "campaign": map[string]any{"id": r.Source.ObjectID}})
	})
}
