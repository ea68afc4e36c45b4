package loyalty

import (
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validity"
)

// The events that earning rules can be about. Any other name is that of a custom event.
const (
	// OrderPaid is an order that becomes PAID.
	OrderPaid = "order.paid"
	// SegmentEntered is a customer who enters an auto-update segment.
	SegmentEntered = "customer.segment.entered"
	// The moves between tiers, ChangeType behind a common prefix.
	TierJoined     = tierEvent + string(Joined)
	TierLeft       = tierEvent + string(Left)
	TierUpgraded   = tierEvent + string(Upgraded)
	TierDowngraded = tierEvent + string(Downgraded)
	TierProlonged  = tierEvent + string(Prolonged)

	tierEvent = "customer.loyalty.tier."
	// AnyTier stands for all tiers in EarningRule.LoyaltyTier.
	AnyTier = "__ANY__"
)

// TierEvent is the event of a move between tiers.
func TierEvent(c ChangeType) string { return tierEvent + string(c) }

// IsTierEvent reports whether rules about an event name a tier.
func IsTierEvent(event string) bool {
	return slices.Contains([]string{TierJoined, TierLeft, TierUpgraded, TierDowngraded, TierProlonged}, event)
}

// IsCustomEvent reports whether an event is a custom one.
func IsCustomEvent(event string) bool {
	return event != OrderPaid && event != SegmentEntered && !IsTierEvent(event)
}

// The bounds of earning rules.
const (
	// MaxEarningRules is the number of earning rules of a project.
	MaxEarningRules = 100
	// MaxBanner is the longest Source.Banner, in bytes.
	MaxBanner = 255
	// MaxPendingDays is the longest time for which points wait.
	MaxPendingDays = 90
	// MaxEarningTargets is the number of products that one rule names.
	MaxEarningTargets = 1000
	maxProperty       = 255
)

// EarningRule says which event is worth how many points of a program. (Voucherify: earning rule.)
type EarningRule struct {
	ID     string        `json:"id,omitempty"`
	Source EarningSource `json:"source"`
	// Event is one of the constants, or the name of a custom event. It never changes, and neither do its selectors: exactly one
	// of them goes with the event, none with OrderPaid.
	Event       string     `json:"event"`
	CustomEvent *SchemaRef `json:"custom_event,omitempty"`
	Segment     *Reference `json:"segment,omitempty"`
	// LoyaltyTier is the tier that a member joins, leaves, keeps or gets; of upgrades and downgrades the one that he gets. It may
	// belong to another program, and its id may be AnyTier.
	LoyaltyTier *Reference `json:"loyalty_tier,omitempty"`
	Loyalty     Earning    `json:"loyalty"`
	// ValidationRuleID is a rule that must hold as well; empty for none.
	ValidationRuleID string `json:"validation_rule_id,omitempty"`
	// PendingPoints lets the points wait, for OrderPaid; nil lets them count at once.
	PendingPoints *PendingPeriod `json:"pending_points,omitempty"`
	// ExpirationRules are instead of those of the program; nil for the program's.
	ExpirationRules *ExpirationRules `json:"expiration_rules,omitempty"`
	// Active is the switch; a rule is created active.
	Active bool `json:"active"`
	// Window is when the rule pays; what it leaves open is as in the campaign.
	validity.Window
	Metadata  metadata.Map `json:"metadata,omitempty"`
	CreatedAt time.Time    `json:"created_at,omitzero"`
	UpdatedAt *time.Time   `json:"updated_at,omitempty"`
	// Version counts the writes; send back the version that was read to refuse a lost update.
	Version int64 `json:"version,omitempty"`
}

// EarningSource names a rule and the campaign that it belongs to.
type EarningSource struct {
	// Banner is the name of the rule, unique in its campaign, at most MaxBanner bytes; empty for none.
	Banner string `json:"banner,omitempty"`
	// ObjectID is the id of the campaign, ObjectType "campaign". The engine sets both.
	ObjectID   string `json:"object_id,omitempty"`
	ObjectType string `json:"object_type,omitempty"`
}

// SchemaRef names the schema of a custom event.
type SchemaRef struct {
	SchemaID string `json:"schema_id"`
}

// PendingPeriod is how long points wait.
type PendingPeriod struct {
	PeriodType string `json:"period_type"` // "DAY"
	// PeriodValue is between 1 and MaxPendingDays.
	PeriodValue int `json:"period_value"`
}

// EarningType says how points are found.
type EarningType string

// The types.
const (
	Fixed        EarningType = "FIXED"
	Proportional EarningType = "PROPORTIONAL"
)

// CalculationType says what PROPORTIONAL points are proportional to.
type CalculationType string

// The types of calculation. Amounts are minor units.
const (
	ByOrderAmount         CalculationType = "ORDER_AMOUNT"       // the order before discounts
	ByOrderTotalAmount    CalculationType = "ORDER_TOTAL_AMOUNT" // what is left to pay
	ByOrderMetadata       CalculationType = "ORDER_METADATA"
	ByItemsQuantity       CalculationType = "ORDER_ITEMS_QUANTITY" // units; those that a discount gave for free are none
	ByItemsAmount         CalculationType = "ORDER_ITEMS_AMOUNT"   // before discounts
	ByItemsSubtotalAmount CalculationType = "ORDER_ITEMS_SUBTOTAL_AMOUNT"
	ByCustomerMetadata    CalculationType = "CUSTOMER_METADATA"
	ByEventMetadata       CalculationType = "CUSTOM_EVENT_METADATA"
)

// Earning is what an event is worth.
type Earning struct {
	Type EarningType `json:"type"`
	// Points and PointsFormula are for FIXED. The formula sees the order and the customer; when it cannot be computed, Points
	// count.
	Points        ledger.Points `json:"points,omitempty"`
	PointsFormula string        `json:"points_formula,omitempty"`
	// CalculationType says which one of the ratios of PROPORTIONAL counts; the others stay empty.
	CalculationType CalculationType    `json:"calculation_type,omitempty"`
	Order           *OrderEarning      `json:"order,omitempty"`
	OrderItems      *ItemsEarning      `json:"order_items,omitempty"`
	Customer        *PropertiesEarning `json:"customer,omitempty"`
	CustomEvent     *PropertiesEarning `json:"custom_event,omitempty"`
}

// Ratio gives Points for every full Every of a value; what is left over is worth nothing. Both are at least 1.
type Ratio struct {
	Every  int64         `json:"every"`
	Points ledger.Points `json:"points"`
	// Property is the metadata that holds the value, for calculations with metadata.
	Property string `json:"property,omitempty"`
}

// ItemsRatio is a ratio of what is in some lines: of one product, SKU or collection, or of several, in which a line counts once.
type ItemsRatio struct {
	Ratio
	Object       product.RefKind `json:"object,omitempty"`
	ID           string          `json:"id,omitempty"`
	ApplicableTo []product.Ref   `json:"applicable_to,omitempty"`
}

// OrderEarning holds the ratios of the order.
type OrderEarning struct {
	Amount      *Ratio `json:"amount,omitempty"`
	TotalAmount *Ratio `json:"total_amount,omitempty"`
	Metadata    *Ratio `json:"metadata,omitempty"`
}

// ItemsEarning holds the ratios of lines.
type ItemsEarning struct {
	Quantity       *ItemsRatio `json:"quantity,omitempty"`
	Amount         *ItemsRatio `json:"amount,omitempty"`
	SubtotalAmount *ItemsRatio `json:"subtotal_amount,omitempty"`
}

// PropertiesEarning holds the ratio of metadata.
type PropertiesEarning struct {
	Metadata *Ratio `json:"metadata,omitempty"`
}

// Estimation is how many points an order would earn.
type Estimation struct {
	Campaign EstimatedCampaign `json:"campaign"`
	// PointsEstimation includes points that wait first.
	PointsEstimation ledger.Points `json:"points_estimation"`
}

// EstimatedCampaign names the program of an estimation.
type EstimatedCampaign struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Object string `json:"object"` // "campaign"
}
