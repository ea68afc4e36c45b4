// Package promotion owns incentives without a code: tiers and stacks of tiers, and the rules of the project about
// which incentives may stand together.
//
// It refuses to calculate: package discount does, and package redemption walks the stack.
package promotion

import (
	"time"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/validity"
)

// Tier is one automatic promotion of a campaign. Tiers are never applied by themselves: a request names those it wants.
type Tier struct {
	ID         string `json:"id,omitempty"`
	CampaignID string `json:"campaign_id,omitempty"`
	Name       string `json:"name"`
	// Banner is the text that the shop shows.
	Banner string `json:"banner,omitempty"`
	Action Action `json:"action"`
	// Hierarchy orders listings and qualification, lower first. On creation 0 means the next number of the campaign.
	Hierarchy int `json:"hierarchy,omitempty"`
	validity.Window
	// Active is the tier's own switch; the campaign's switch counts as well. Tiers are created active.
	Active     bool   `json:"active"`
	CategoryID string `json:"category_id,omitempty"`
	// ValidationRules are ids of rules to assign on creation; later changes go through assignments. It is not stored.
	ValidationRules []string     `json:"validation_rules,omitempty"`
	Metadata        metadata.Map `json:"metadata,omitempty"`
	CreatedAt       time.Time    `json:"created_at,omitzero"`
	UpdatedAt       *time.Time   `json:"updated_at,omitempty"`
	Version         int64        `json:"version,omitempty"`
}

// Action is what a tier gives. A tier without a discount is only a message.
type Action struct {
	Discount *discount.Discount `json:"discount,omitempty"`
}

// The bounds of tiers and stacks.
const (
	MaxNameLength      = 255
	MaxBannerLength    = 4096
	MaxValidationRules = 10
	// MaxStackTiers is the number of tiers in one stack.
	MaxStackTiers = 30
)

// Check reports the first thing that is wrong with a tier that is about to be stored, as far as it can be seen without its
// campaign.
func (t Tier) Check() error {
	switch {
	case t.Name == "" || len(t.Name) > MaxNameLength:
		return fault.Invalid("name", "must have between 1 and %d bytes", MaxNameLength)
	case len(t.Banner) > MaxBannerLength:
		return fault.Invalid("banner", "is longer than %d bytes", MaxBannerLength)
	case t.Hierarchy < 0:
		return fault.Invalid("hierarchy", "%d is negative", t.Hierarchy)
	case len(t.ValidationRules) > MaxValidationRules:
		return fault.Invalid("validation_rules", "has %d rules, at most %d are allowed", len(t.ValidationRules), MaxValidationRules)
	}
	if t.Action.Discount != nil {
		if err := t.Action.Discount.Check(); err != nil {
			return fault.Within("action.discount", err)
		}
	}
	if err := t.Metadata.Check("metadata"); err != nil {
		return err
	}
	return t.Window.CheckAlone()
}

// Stack is a fixed sequence of tiers of one campaign that is applied as a whole.
type Stack struct {
	ID         string     `json:"id,omitempty"`
	CampaignID string     `json:"campaign_id,omitempty"`
	Name       string     `json:"name"`
	Tiers      StackTiers `json:"tiers"`
	CategoryID string     `json:"category_id,omitempty"`
	CreatedAt  time.Time  `json:"created_at,omitzero"`
	UpdatedAt  *time.Time `json:"updated_at,omitempty"`
	Version    int64      `json:"version,omitempty"`
}

// StackTiers lists the tiers of a stack in the order in which they are applied.
type StackTiers struct {
	IDs []string `json:"ids"`
	// HierarchyMode is "MANUAL", the only mode; empty means the same.
	HierarchyMode string `json:"hierarchy_mode,omitempty"`
}

// Check reports the first thing that is wrong with a stack that is about to be stored. That its tiers exist and belong to
// its campaign is checked where it is stored.
func (s Stack) Check() error {
	switch {
	case s.Name == "" || len(s.Name) > MaxNameLength:
		return fault.Invalid("name", "must have between 1 and %d bytes", MaxNameLength)
	case len(s.Tiers.IDs) == 0 || len(s.Tiers.IDs) > MaxStackTiers:
		return fault.Invalid("tiers.ids", "has %d tiers, between 1 and %d are allowed", len(s.Tiers.IDs), MaxStackTiers)
	case s.Tiers.HierarchyMode != "" && s.Tiers.HierarchyMode != "MANUAL":
		return fault.Invalid("tiers.hierarchy_mode", "%q is not MANUAL", s.Tiers.HierarchyMode)
	}
	seen := make(map[string]bool, len(s.Tiers.IDs))
	for _, id := range s.Tiers.IDs {
		if seen[id] {
			return fault.New(fault.DuplicatedRedeemables, "tier %s stands twice in the stack", id).At("tiers.ids")
		}
		seen[id] = true
	}
	return nil
}
