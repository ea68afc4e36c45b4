package redemption

import (
	"fmt"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/validation"
)

// Standing is what became of one redeemable of a request.
type Standing string

// The standings of redeemables.
const (
	Applicable   Standing = "APPLICABLE"   // it is, or was, applied
	Inapplicable Standing = "INAPPLICABLE" // one of its own checks failed
	Skipped      Standing = "SKIPPED"      // not tried, or not kept, because of the others
)

// Applied is the answer about one redeemable.
type Applied struct {
	Status Standing `json:"status"`
	// ID is the redeemable as the request named it; the tiers of a stack stand one by one.
	ID     string `json:"id"`
	Object Object `json:"object"`
	// Order is the order after this redeemable: cumulative amounts, and applied amounts of this redeemable only.
	Order *order.Order `json:"order,omitempty"`
	// ApplicableTo and InapplicableTo list the products that the discount may and may not touch.
	ApplicableTo   List         `json:"applicable_to,omitzero"`
	InapplicableTo List         `json:"inapplicable_to,omitzero"`
	Result         Details      `json:"result"`
	Name           string       `json:"name,omitempty"`
	CampaignID     string       `json:"campaign_id,omitempty"`
	CampaignName   string       `json:"campaign_name,omitempty"`
	CategoryID     string       `json:"category_id,omitempty"`
	Metadata       metadata.Map `json:"metadata,omitempty"`
}

// Details is what a redeemable gives, or why it does not.
type Details struct {
	Discount *discount.Discount `json:"discount,omitempty"`
	Gift     *GiftResult        `json:"gift,omitempty"`
	// LoyaltyCard is the points that are taken; in a qualification, those that are on the card.
	LoyaltyCard *PointsAmount      `json:"loyalty_card,omitempty"`
	Bundle      *validation.Bundle `json:"bundle,omitempty"`
	Error       *fault.Error       `json:"error,omitempty"`
	Details     *Reason            `json:"details,omitempty"`
}

// GiftResult is what a gift card pays.
type GiftResult struct {
	// Balance is what the card holds before the redemption, Credits what is taken of it, in minor units.
	Balance ledger.Credits `json:"balance"`
	Credits ledger.Credits `json:"credits"`
}

// Reason is the short form of why a redeemable was not applied.
type Reason struct {
	Key     fault.Key `json:"key"`
	Message string    `json:"message"`
}

// List is a list object of Voucherify's answers.
type List struct {
	Object  string           `json:"object"`
	DataRef string           `json:"data_ref"`
	Total   int              `json:"total"`
	Data    []product.Target `json:"data"`
}

func listOf(targets []product.Target) List {
	if targets == nil {
		targets = []product.Target{}
	}
	return List{Object: "list", DataRef: "data", Total: len(targets), Data: targets}
}

// Validation is the answer of a validate. It changes nothing: usage counts once a redeem succeeds.
type Validation struct {
	Valid bool `json:"valid"`
	// Redeemables are in the order in which they were evaluated. In mode PARTIAL a valid answer lists only those that apply.
	Redeemables             []Applied `json:"redeemables"`
	SkippedRedeemables      []Applied `json:"skipped_redeemables,omitempty"`
	InapplicableRedeemables []Applied `json:"inapplicable_redeemables,omitempty"`
	// Order is the order after everything that applies; nil when the answer is invalid in mode ALL.
	Order         *order.Order             `json:"order,omitempty"`
	StackingRules *promotion.StackingRules `json:"stacking_rules,omitempty"`
	Decision      *Decision                `json:"decision"`
}

// Decision explains an answer: what was checked, in which order, and what made the difference. The pass that decides
// records it, so that the explanation cannot disagree with the decision.
type Decision struct {
	Applicable bool `json:"applicable"`
	// Reason is the key of what refused the request as a whole; empty when it is applicable.
	Reason fault.Key `json:"reason,omitempty"`
	// Discount is everything that the request takes off, in minor units.
	Discount int64  `json:"discount"`
	Steps    []Step `json:"steps,omitempty"`
}

// Check names what a step looked at.
type Check string

// The checks, in the order in which they are made.
const (
	CheckStacking Check = "stacking"
	CheckExists   Check = "exists"
	CheckAccess   Check = "access" // of a restricted caller
	CheckActive   Check = "active"
	CheckValidity Check = "validity"
	CheckReferral Check = "referral" // of a referral code: somebody else's
	CheckHolder   Check = "holder"   // of a loyalty card
	CheckQuantity Check = "quantity"
	CheckReward   Check = "reward" // of a loyalty card: a reward of its program, and enough points
	CheckGift     Check = "gift"   // of a gift card: an order to pay, and enough credits
	CheckRule     Check = "rule"
	CheckBundle   Check = "bundle"
	CheckEffect   Check = "effect"
)

// StepOutcome is how a check ended.
type StepOutcome string

// The outcomes of a check.
const (
	Passed StepOutcome = "passed"
	Denied StepOutcome = "failed"
	Idle   StepOutcome = "no_effect" // it passed and changed nothing
)

// Step is one check of one redeemable.
type Step struct {
	// Subject is the redeemable as the request named it.
	Subject string      `json:"subject"`
	Check   Check       `json:"check"`
	Outcome StepOutcome `json:"outcome"`
	Reason  fault.Key   `json:"reason,omitempty"`
	// Actual is what was found and Expected what would have passed, as text; amounts are minor units.
	Actual   string `json:"actual,omitempty"`
	Expected string `json:"expected,omitempty"`
	// Missing is how much more would make a failed threshold pass: minor units for amounts, units or counts otherwise.
	Missing *int64 `json:"missing,omitempty"`
	// Operand is the rule name that was compared, such as "order.amount".
	Operand string `json:"operand,omitempty"`
	// RuleID and RuleVersion name the rule as it was.
	RuleID      string `json:"rule_id,omitempty"`
	RuleVersion int64  `json:"rule_version,omitempty"`
}

// NearMiss returns the first failed step that says how much is missing, and whether there is one.
func (d *Decision) NearMiss() (Step, bool) {
	for _, s := range d.Steps {
		if s.Outcome == Denied && s.Missing != nil {
			return s, true
		}
	}
	return Step{}, false
}

// Refused is the business answer "no": the redeem was understood and had no effect. It unwraps to the *fault.Error of the
// first redeemable that could not be applied, so errors.Is(err, fault.QuantityExceeded) works.
type Refused struct {
	// Cause is the failure; its ResourceID is the record of the failed attempt ("rf_…").
	Cause *fault.Error
	// Validation is the whole answer, with its Decision.
	Validation *Validation
}

// Error formats the refusal for a log line.
func (r *Refused) Error() string { return fmt.Sprintf("redemption refused: %v", r.Cause) }

// Unwrap returns the cause.
func (r *Refused) Unwrap() error { return r.Cause }

// Decision explains the refusal.
func (r *Refused) Decision() *Decision { return r.Validation.Decision }
