// Package validation owns validation rules: their JSON shape, their checking, their compilation to expr programs, their
// evaluation with a reason, and the identification of bundles. It is the only package that knows expr.
//
// It refuses to look anything up: whoever evaluates a rule describes the request once as Facts, counters included. It
// refuses to calculate discounts, so conditions on the result of a discount wait for Program.After. It trusts no rule:
// a definition beyond the limits is an error before any work is done on it, a run-time error is a condition that does
// not hold, and one evaluation can only take a bounded number of steps.
package validation

import (
	"errors"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/product"
)

// Rule is a validation rule. Its conditions are a tree (Rules), a free expression (Expression), or both, and then both
// must hold; a rule without conditions always holds and may still carry a scope or a bundle.
type Rule struct {
	ID string `json:"id,omitempty"`
	// Name is a label; it need not be unique.
	Name string `json:"name"`
	// Rules is the tree of conditions.
	Rules Group `json:"rules"`
	// Expression is a condition in expr's language over the facts, such as
	//
	//	order.amount >= 10000 && "vip" in customer.segments
	//
	// It may read order.amount, order.total_amount, order.initial_amount, order.quantity, order.metadata, order.items
	// (each with product_id, product_source_id, sku_id, sku_source_id, price, quantity, amount, metadata and
	// product_metadata, and has_price and has_amount, without which price and amount are 0), customer.id,
	// customer.source_id, customer.name, customer.email, customer.segments, customer.metadata, redemption.metadata and
	// redemption.discount_amount; also customer.loyalty_tiers, customer.holder, customer.member_metadata,
	// redemption.api_key, redemption.user, redemption.gift_credits and redemption.points. Amounts are minor units.
	// Conditions that are joined by && and || at the top are decided one by one: what one of them needs and the request
	// lacks makes that one false.
	//
	// The functions are all, any, none, one, count, sum, len, lower, upper, trim, abs, min, max, int, float, hasPrefix and
	// hasSuffix. A loop such as any(order.items, .price > 100) cannot stand in another one, and compares the element with
	// other facts by ==, !=, <, <=, > and >= only. (Not a field of Voucherify.)
	Expression string `json:"expression,omitempty"`
	// BundleRules says which lines make a bundle; nil when the rule has none.
	BundleRules *BundleRules `json:"bundle_rules,omitempty"`
	// Error is what to tell the shopper when the condition that failed has no text of its own.
	Error *ErrorText `json:"error,omitempty"`
	// ApplicableTo is the part of the cart that discounts under this rule may touch.
	ApplicableTo product.Scope `json:"applicable_to"`
	// Type is an authoring flavour (expression, basic, advanced, complex); it changes nothing.
	Type string `json:"type,omitempty"`
	// ContextType says what the rule was written for: one of Voucherify's contexts, empty means Global. It limits which
	// rule names can stand in the tree and what the rule can be assigned to; evaluation ignores it.
	ContextType string     `json:"context_type,omitempty"`
	CreatedAt   time.Time  `json:"created_at,omitzero"`
	UpdatedAt   *time.Time `json:"updated_at,omitempty"`
	// Version counts the writes; send back the version that was read to refuse a lost update.
	Version int64 `json:"version,omitempty"`
}

// ErrorText is a message for the shopper, at most MaxMessage characters.
type ErrorText struct {
	Message string `json:"message"`
}

// Group is a set of conditions and how they combine. In JSON the conditions stand beside "logic" under keys of their
// own, by convention "1", "2", …
type Group struct {
	// Logic combines the keys with "and", "or" and brackets; and binds tighter. Empty means that all must hold. A
	// condition that Logic does not mention is not evaluated.
	Logic string
	// Nodes are the conditions by key.
	Nodes map[string]Node
}

// Node is one condition of a tree.
type Node struct {
	// Name says what is looked at, for example "order.amount".
	Name string `json:"name"`
	// Property is the metadata key, and required for names about metadata. A dot looks into nested objects unless a key
	// with the dot exists.
	Property string `json:"property,omitempty"`
	// SchemaID is the schema of the event that custom_event.metadata is about; CheckProperties looks at it. Evaluation does
	// not: what is evaluated for an event is chosen by its schema before its rules are.
	SchemaID string `json:"schema_id,omitempty"`
	// LimitPolicy says whether a budget may be overshot; empty means Strict. (Not a field of Voucherify.)
	LimitPolicy LimitPolicy `json:"limit_policy,omitempty"`
	// Conditions are tested against what Name stands for, and all must hold.
	Conditions Conditions `json:"conditions"`
	// Rules are further conditions: inside a condition on items about the items that it matched, elsewhere about the
	// same request.
	Rules Group `json:"rules"`
	// Error is what to tell the shopper when this condition is the one that failed.
	Error *ErrorText `json:"error,omitempty"`
}

// Conditions are the values of each operator, by the operator's name ("$more_than"). JSON may give a single value
// without its brackets, and other spellings of an operator; both are read into the usual form. A value is a string, a
// boolean, a number of any Go type, or for items a reference: product.Ref or the object that JSON gives.
type Conditions map[string][]any

// The kinds of objects that a rule can be assigned to, values of Assignment.RelatedObjectType.
const (
	OnVoucher       = "voucher"
	OnCampaign      = "campaign"
	OnPromotionTier = "promotion_tier"
	// OnRewardAssignment is a reward of type COIN in a loyalty program.
	OnRewardAssignment = "reward_assignment"
)

// Assignment makes a rule count for a voucher, a campaign, a promotion tier or a reward.
type Assignment struct {
	ID     string `json:"id,omitempty"`
	RuleID string `json:"rule_id"`
	// RelatedObjectID and RelatedObjectType name what is gated.
	RelatedObjectID   string    `json:"related_object_id"`
	RelatedObjectType string    `json:"related_object_type"`
	CreatedAt         time.Time `json:"created_at,omitzero"`
	Version           int64     `json:"version,omitempty"`
}

// Check reports the first thing that is wrong with the rule as a *fault.Error with the key invalid_validation_rules
// and the path of what is broken, for example "rules.2.rules.1.conditions.$is". It compiles the rule and throws the
// result away, so a rule that passes can be evaluated; a collection that does not exist is not an error.
func (r Rule) Check() error { return NewCompiler().Check(r) }

// Check is Rule.Check with programs that the compiler keeps, for whoever checks many rules or compiles them later.
func (c *Compiler) Check(r Rule) error {
	if _, err := c.Compile(r, nil); err != nil {
		return err
	}
	return r.checkContext()
}

// Check reports the first thing that is wrong with a.
func (a Assignment) Check() error {
	switch {
	case a.RuleID == "":
		return fault.Invalid("rule_id", "is required")
	case a.RelatedObjectID == "":
		return fault.Invalid("related_object_id", "is required")
	}
	switch a.RelatedObjectType {
	case OnVoucher, OnCampaign, OnPromotionTier, OnRewardAssignment:
		return nil
	}
	return fault.Invalid("related_object_type", "%q is not one of %s, %s, %s, %s", a.RelatedObjectType, OnVoucher, OnCampaign, OnPromotionTier, OnRewardAssignment)
}

// within prefixes the path of err, as an error about a broken definition whatever it was.
func within(path string, err error) error {
	var e *fault.Error
	if errors.As(err, &e) {
		return fault.New(fault.InvalidValidationRules, "%s", e.Details).At(e.Field).At(path)
	}
	return invalid(path, "%v", err)
}

// invalid is the error for a broken definition; field is the path of what is broken.
func invalid(field, format string, args ...any) *fault.Error {
	return fault.New(fault.InvalidValidationRules, format, args...).At(field)
}
