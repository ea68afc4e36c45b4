package voucherify

import (
	"context"
	"iter"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
)

// Rules keeps validation rules and what they are assigned to. A change of a rule counts at once for everything that it is
// assigned to, also for codes that were given out.
type Rules struct{ engine *Engine }

// Create checks and stores a rule. A rule that cannot be compiled, or that looks at metadata which the schemas do not let
// exist or in a way that does not fit its type, is invalid_validation_rules with the path of the node. A rule that a later
// change of a schema breaks refuses whatever it is assigned to.
func (s *Rules) Create(ctx context.Context, r validation.Rule) (validation.Rule, error) {
	if err := s.check(r); err != nil {
		return validation.Rule{}, err
	}
	err := s.engine.change(ctx, func(c *change) error {
		if err := c.checkProperties(ctx, r); err != nil {
			return err
		}
		return c.createRule(&r)
	})
	return r, err
}

// createRule stores a rule that was checked.
func (c *change) createRule(r *validation.Rule) error {
	r.ID, r.CreatedAt, r.UpdatedAt, r.Version = c.ids.Next(id.Rule), c.now, nil, 1
	if err := c.put(saved{kind: record.Rule, id: r.ID, created: c.now}, r); err != nil {
		return err
	}
	return c.emit(event.ValidationRuleCreated, r.ID, map[string]any{"rule": r})
}

func (s *Rules) check(r validation.Rule) error {
	if err := s.engine.compiler.Check(r); err != nil {
		return err
	}
	return discount.CheckScope(r.ApplicableTo)
}

// Get reads a rule by id.
func (s *Rules) Get(ctx context.Context, id string) (validation.Rule, error) {
	return get[validation.Rule](ctx, s.engine, record.Rule, id)
}

// Source returns what a rule was compiled to: the expr program of each condition that its logic mentions, one per line behind
// the path of its node ("rules.1: order.amount > 10000"). It is meant for people who look into a decision.
func (s *Rules) Source(ctx context.Context, id string) (string, error) {
	r, err := s.Get(ctx, id)
	if err != nil {
		return "", err
	}
	p, err := s.engine.compiler.Compile(r, nil)
	if err != nil {
		return "", err
	}
	return p.Source(), nil
}

// Update replaces a rule. With r.Version set, a rule that was changed since is not overwritten (store.ErrStale).
func (s *Rules) Update(ctx context.Context, r validation.Rule) (validation.Rule, error) {
	if err := s.check(r); err != nil {
		return validation.Rule{}, err
	}
	read := r.Version
	err := s.engine.change(ctx, func(c *change) error {
		stored, doc, err := find[validation.Rule](ctx, c.tx, record.Rule, r.ID)
		if err != nil {
			return err
		}
		if err := current(doc, read); err != nil {
			return err
		}
		if err := c.checkProperties(ctx, r); err != nil {
			return err
		}
		r.CreatedAt, r.UpdatedAt, r.Version = stored.CreatedAt, &c.now, doc.Version+1
		if err := c.put(saved{kind: record.Rule, id: r.ID, version: doc.Version, created: r.CreatedAt}, &r); err != nil {
			return err
		}
		return c.emit(event.ValidationRuleUpdated, r.ID, map[string]any{"rule": &r})
	})
	return r, err
}

// List yields rules.
func (s *Rules) List(ctx context.Context, options ListOptions) iter.Seq2[validation.Rule, error] {
	return list[validation.Rule](ctx, s.engine, record.Rule, options)
}

// Delete removes a rule. While it is assigned it is resource_in_use, unless force removes the assignments as well; while an
// earning rule names it, it is so in any case.
func (s *Rules) Delete(ctx context.Context, ruleID string, force bool) error {
	return s.engine.change(ctx, func(c *change) error {
		rule, doc, err := find[validation.Rule](ctx, c.tx, record.Rule, ruleID)
		if err != nil {
			return err
		}
		assignments, docs, err := assignmentsOf(ctx, c.tx, store.Query{Parent: ruleID}, nil)
		if err != nil {
			return err
		}
		if len(assignments) > 0 && !force {
			inUse := fault.New(fault.ResourceInUse, "rule %s is assigned %d times", ruleID, len(assignments)).About("validation_rules", ruleID)
			inUse.RelatedObjectType = string(record.Assignment)
			for _, a := range assignments {
				inUse.RelatedObjectIDs = append(inUse.RelatedObjectIDs, a.ID)
			}
			return inUse
		}
		if err := c.refuseNamed(ctx, record.Rule, ruleID, record.EarningRule); err != nil {
			return err
		}
		for _, d := range append(docs, doc) {
			if err := c.remove(ctx, d, true); err != nil {
				return err
			}
		}
		return c.emit(event.ValidationRuleDeleted, ruleID, map[string]any{"rule": rule})
	})
}

// Assign makes a rule count for a voucher, a campaign, a promotion tier or the assignment of a reward of type COIN, named by its
// id. Doing it twice is duplicate_found. A rule for another context is refused (see validation.Rule.CheckObject).
func (s *Rules) Assign(ctx context.Context, ruleID, objectType, objectID string) (validation.Assignment, error) {
	var a validation.Assignment
	err := s.engine.change(ctx, func(c *change) error {
		var err error
		a, err = c.assign(ctx, ruleID, objectType, objectID)
		return err
	})
	return a, err
}

// kindsOfObjects are the records behind the types of assignments.
var kindsOfObjects = map[string]record.Kind{
	validation.OnVoucher: record.Voucher, validation.OnCampaign: record.Campaign, validation.OnPromotionTier: record.Tier,
	validation.OnRewardAssignment: record.RewardAssignment,
}

func (c *change) assign(ctx context.Context, ruleID, objectType, objectID string) (validation.Assignment, error) {
	a := validation.Assignment{RuleID: ruleID, RelatedObjectID: objectID, RelatedObjectType: objectType, CreatedAt: c.now, Version: 1}
	if err := a.Check(); err != nil {
		return a, err
	}
	rule, _, err := find[validation.Rule](ctx, c.tx, record.Rule, ruleID)
	if err != nil {
		return a, err
	}
	if err := rule.CheckObject(objectType); err != nil {
		return a, err
	}
	// An object that this call creates is not stored yet.
	if !c.writes(kindsOfObjects[objectType], objectID) {
		if _, _, err := find[struct{}](ctx, c.tx, kindsOfObjects[objectType], objectID); err != nil {
			return a, err
		}
	}
	a.ID = c.ids.Next(id.RuleAssignment)
	s := saved{
		kind: record.Assignment, id: a.ID, created: c.now, parent: ruleID,
		keys: keyOf("object", objectType+":"+objectID+":"+ruleID),
	}
	if err := c.put(s, &a); err != nil {
		return a, err
	}
	return a, c.emit(event.ValidationRuleAssigned, a.ID, map[string]any{"assignment": &a})
}

// writes reports whether the change writes the record.
func (c *change) writes(kind record.Kind, id string) bool {
	for _, d := range c.plan.Writes {
		if d.Kind == kind && d.ID == id {
			return true
		}
	}
	return false
}

// assignAll assigns the rules that a new object names.
func (c *change) assignAll(ctx context.Context, rules []string, objectType, objectID string) error {
	for i, rule := range rules {
		if _, err := c.assign(ctx, rule, objectType, objectID); err != nil {
			return within(indexed("validation_rules", i), err)
		}
	}
	return nil
}

// Unassign takes an assignment back.
func (s *Rules) Unassign(ctx context.Context, assignmentID string) error {
	return s.engine.change(ctx, func(c *change) error {
		a, doc, err := find[validation.Assignment](ctx, c.tx, record.Assignment, assignmentID)
		if err != nil {
			return err
		}
		if err := c.remove(ctx, doc, true); err != nil {
			return err
		}
		return c.emit(event.ValidationRuleAssignmentRm, a.ID, map[string]any{"assignment": a})
	})
}

// Assignments yields what a rule is assigned to; an unknown rule has no assignments.
func (s *Rules) Assignments(ctx context.Context, ruleID string) iter.Seq2[validation.Assignment, error] {
	return list[validation.Assignment](ctx, s.engine, record.Assignment, ListOptions{Parent: ruleID, OldestFirst: true})
}

// assignmentsOf reads assignments with their documents; keep filters them, nil keeps all.
func assignmentsOf(ctx context.Context, r store.Reader, query store.Query, keep func(*validation.Assignment) bool) ([]*validation.Assignment, []record.Document, error) {
	var list []*validation.Assignment
	var docs []record.Document
	for doc, err := range r.List(ctx, record.Assignment, query) {
		if err != nil {
			return nil, nil, err
		}
		a, err := decode[validation.Assignment](doc)
		if err != nil {
			return nil, nil, err
		}
		if keep == nil || keep(a) {
			list, docs = append(list, a), append(docs, doc)
		}
	}
	return list, docs, nil
}

// unassignAll removes the assignments of objects that are deleted.
func (c *change) unassignAll(ctx context.Context, objects map[string]bool) error {
	_, docs, err := assignmentsOf(ctx, c.tx, store.Query{}, func(a *validation.Assignment) bool { return objects[a.RelatedObjectID] })
	if err != nil {
		return err
	}
	for _, doc := range docs {
		if err := c.remove(ctx, doc, true); err != nil {
			return err
		}
	}
	return nil
}
