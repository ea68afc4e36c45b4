package validation

import "github.com/voucherify-go/voucherify/fault"

// Verdict is what a program says about facts. Exactly one of Holds, Pending, Failure != nil and len(Omitted) > 0 is the case;
// Before and After omit nothing.
type Verdict struct {
	// Holds: the rule is satisfied.
	Holds bool
	// Pending: nothing is wrong so far, but conditions on the discount are still to be decided by Program.After.
	Pending bool
	// Failure says why the rule does not hold.
	Failure *Failure
	// Omitted: nothing that was looked at is wrong, and the verdict depends on conditions that Program.Qualify was told to
	// leave out. These are the keys of the conditions at the top of the tree that are, or contain, such conditions, in
	// order; "expression" stands for conditions of the expression. (Voucherify: validation_omitted_rules of an assignment
	// that is PARTIALLY_VALID.)
	Omitted []string
	// Near is set beside Failure, by Program.Qualify only, when more of a single thing would be enough: it is the
	// condition on that thing, and its Missing is how much more. Where more of either of two things would do, it is the
	// first, or of things in the same unit (money, or units) the one of which the least is missing.
	Near *Failure
	// Limits are the counters that the verdict relies on; empty unless it holds. They must be guarded when the
	// redemption is written, since the counters may have moved by then.
	Limits []Limit
}

// Limit is the largest value that a counter may have for the verdict to stay true: after this redemption or, when it may
// overshoot, before it.
type Limit struct {
	Metric    Metric
	Max       int64
	Overshoot bool
}

// Failure is the condition that decided that a rule does not hold.
type Failure struct {
	RuleID string
	// Path is where the condition stands in the rule: "rules.1.rules.2", or "expression".
	Path string
	// Name and Property are what the condition looks at: "order.amount"; "expression" for an expression that compares
	// nothing simple.
	Name, Property string
	// Operator is the operator that failed ("$more_than"); empty for expressions.
	Operator string
	// Actual is what was found, Expected what the condition asks for, as text to show to a person. Actual is empty when
	// there is nothing to show.
	Actual, Expected string
	// Missing says how much more would satisfy a threshold: minor units, units or a count. It is nil when more of
	// something would not help.
	Missing *int64
	Cause   Cause
	Family  Family
	// Message is the configured text for the shopper: the condition's own, otherwise that of the condition around it,
	// otherwise the rule's; empty when none is configured.
	Message string
}

// Family is what a condition is about; it decides which key a failure has.
type Family string

// The families of conditions.
const (
	FamilyCustomer   Family = "customer"
	FamilyOrder      Family = "order"
	FamilyRedemption Family = "redemption"
)

// Cause is why a condition does not hold.
type Cause string

// The causes. All but CauseCondition and CauseError say what the request lacks.
const (
	CauseCondition               Cause = "condition"                  // the values are there and do not satisfy it
	CauseMissingCustomer         Cause = "missing_customer"           // the request is anonymous
	CauseMissingOrder            Cause = "missing_order"              // the request has no order
	CauseMissingAmount           Cause = "missing_amount"             // the order has no value
	CauseMissingOrderItems       Cause = "missing_order_items"        // the order has no lines
	CauseMissingOrderItemsAmount Cause = "missing_order_items_amount" // lines have no price or amount
	CauseMissingEvent            Cause = "missing_event"              // nothing but a custom event could satisfy it, and there is none
	CauseError                   Cause = "evaluation_error"           // it cannot be evaluated on these facts; Actual says why
)

// needsHolder is what a condition on the holder of a code needs: the customer, unless there is no holder to be.
const needsHolder Cause = "holder"

// Key returns the error key for the failure: what is missing, otherwise which family of rules is violated.
func (f Failure) Key() fault.Key {
	switch f.Cause {
	case CauseMissingCustomer:
		return fault.MissingCustomer
	case CauseMissingOrder:
		return fault.MissingOrder
	case CauseMissingAmount:
		return fault.MissingAmount
	case CauseMissingOrderItems:
		return fault.MissingOrderItems
	case CauseMissingOrderItemsAmount:
		return fault.MissingOrderItemsAmount
	}
	switch f.Family {
	case FamilyCustomer:
		return fault.CustomerRulesViolated
	case FamilyRedemption:
		return fault.RedemptionRulesViolated
	}
	return fault.OrderRulesViolated
}
