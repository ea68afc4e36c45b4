package loyalty

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/money"
)

// Tier is a level that members reach with points. (Voucherify: loyalty_tier.)
type Tier struct {
	ID         string `json:"id,omitempty"`
	CampaignID string `json:"campaign_id,omitempty"`
	// Name is 1 to MaxTierName bytes.
	Name string `json:"name"`
	// Points is the range of the metric that holds the tier: the balance, or the points that were collected in a period.
	Points Range `json:"points"`
	// EarningRules change what earning rules pay to members of the tier, by id of the rule.
	EarningRules map[string]Mapping `json:"earning_rules,omitempty"`
	// Rewards change what rewards cost members of the tier, by id of the assignment.
	Rewards   map[string]Mapping `json:"rewards,omitempty"`
	Metadata  metadata.Map       `json:"metadata,omitempty"`
	CreatedAt time.Time          `json:"created_at,omitzero"`
	UpdatedAt *time.Time         `json:"updated_at,omitempty"`
	Version   int64              `json:"version,omitempty"`
}

// Range is a range of points, both ends included. To is nil for the highest tier.
type Range struct {
	From ledger.Points  `json:"from"`
	To   *ledger.Points `json:"to,omitempty"`
}

func (r Range) holds(n ledger.Points) bool { return n >= r.From && (r.To == nil || n <= *r.To) }

// MappingType says how a tier changes a number of points.
type MappingType string

// The types of mappings.
const (
	Multiply     MappingType = "MULTIPLY"
	Custom       MappingType = "CUSTOM"
	NotAvailable MappingType = "NOT_AVAILABLE" // of rewards: members of the tier do not get it
)

// Mapping changes what an earning rule pays or a reward costs. MULTIPLY takes a multiplier between 0 and MaxMultiplier, CUSTOM a
// number of points instead of those of the rule or the assignment.
type Mapping struct {
	Type       MappingType     `json:"type"`
	Multiplier decimal.Decimal `json:"multiplier,omitzero"`
	Points     ledger.Points   `json:"points,omitempty"`
}

// The bounds of tiers.
const (
	MaxTierName = 255
	// MaxTiers is the number of tiers of a campaign.
	MaxTiers = 100
	// MaxMultiplier is the largest multiplier; a multiplier has at most MaxMultiplierDigits digits behind the point.
	MaxMultiplier       = 1_000_000
	MaxMultiplierDigits = 6
)

func (m Mapping) check(reward bool) error {
	switch m.Type {
	case Multiply:
		if m.Multiplier.Sign() < 0 || m.Multiplier.Exponent() < -MaxMultiplierDigits || m.Multiplier.GreaterThan(decimal.NewFromInt(MaxMultiplier)) {
			return fault.Invalid("multiplier", "is not between 0 and %d with at most %d digits behind the point", MaxMultiplier, MaxMultiplierDigits)
		}
		return nil
	case Custom:
		if m.Points < 0 || m.Points > ledger.Points(money.Max) || reward && m.Points == 0 {
			return fault.Invalid("points", "%d is not a number of points", m.Points)
		}
		return nil
	case NotAvailable:
		if reward {
			return nil
		}
	}
	return fault.Invalid("type", "%q is not a type of mapping", m.Type)
}

// scaled is a number of points, changed by a multiplier and rounded half up.
func scaled(points decimal.Decimal) ledger.Points {
	rounded := points.Round(0)
	if most := decimal.NewFromInt(money.Max); rounded.GreaterThan(most) {
		return ledger.Points(money.Max)
	}
	return ledger.Points(rounded.IntPart())
}

// Price is what a reward costs a member of the tier, at least 1; ok is false when the tier does not get it. A nil tier changes
// nothing.
func (t *Tier) Price(assignmentID string, points ledger.Points) (price ledger.Points, ok bool) {
	if t == nil {
		return points, true
	}
	switch m := t.Rewards[assignmentID]; m.Type {
	case Multiply:
		return max(1, scaled(decimal.NewFromInt(int64(points)).Mul(m.Multiplier))), true
	case Custom:
		return m.Points, true
	case NotAvailable:
		return 0, false
	}
	return points, true
}

// Check reports the first thing that is wrong with the tier by itself.
func (t *Tier) Check() error {
	switch {
	case t.Name == "" || len(t.Name) > MaxTierName:
		return fault.Invalid("name", "must have between 1 and %d bytes", MaxTierName)
	case t.Points.From < 0 || t.Points.From > ledger.Points(money.Max):
		return fault.Invalid("points.from", "%d is not between 0 and %d", t.Points.From, money.Max)
	case t.Points.To != nil && (*t.Points.To < t.Points.From || *t.Points.To > ledger.Points(money.Max)):
		return fault.Invalid("points.to", "%d is not between %d and %d", *t.Points.To, t.Points.From, money.Max)
	}
	for _, of := range [...]struct {
		field    string
		mappings map[string]Mapping
		reward   bool
	}{{"earning_rules", t.EarningRules, false}, {"rewards", t.Rewards, true}} {
		for _, id := range slices.Sorted(maps.Keys(of.mappings)) {
			if err := of.mappings[id].check(of.reward); err != nil {
				return fault.Within(of.field+"."+id, err)
			}
		}
	}
	if err := t.Metadata.Check("metadata"); err != nil {
		return err
	}
	return nil
}

// SortTiers orders the tiers of a campaign by their ranges, and reports two that overlap or have the same name.
func SortTiers(tiers []*Tier) error {
	slices.SortFunc(tiers, func(a, b *Tier) int {
		return cmp.Or(cmp.Compare(a.Points.From, b.Points.From), cmp.Compare(a.ID, b.ID))
	})
	names := map[string]bool{}
	for i, t := range tiers {
		if names[t.Name] {
			return fault.New(fault.DuplicateFound, "two tiers are called %q", t.Name).At("name")
		}
		names[t.Name] = true
		if i > 0 && (tiers[i-1].Points.To == nil || *tiers[i-1].Points.To >= t.Points.From) {
			return fault.Invalid("points", "the tiers %q and %q overlap", tiers[i-1].Name, t.Name)
		}
	}
	return nil
}
