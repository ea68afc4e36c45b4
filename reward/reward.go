// Package reward owns rewards: what members of loyalty programs get for their points, in which program and for how many, and how
// much money points are worth.
//
// It refuses to know members and their cards: packages above it decide who may have a reward, take the points and hand it out.
package reward

import (
	"time"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/money"
)

// Type is what a reward gives.
type Type string

// The types of rewards.
const (
	OfCampaign Type = "CAMPAIGN" // a coupon, credits on a gift card, or points on the card of another program
	Coin       Type = "COIN"     // money off an order: pay with points
	Material   Type = "MATERIAL" // a product, which somebody hands over
)

// Reward is something that points are given for. It costs nothing by itself: what it costs is said where it is assigned.
type Reward struct {
	ID string `json:"id,omitempty"`
	// Name is 1 to MaxName bytes. Type never changes.
	Name       string     `json:"name"`
	Type       Type       `json:"type"`
	Parameters Parameters `json:"parameters"`
	// Stock is how many of a Material there are in all, those that were given out included; nil is no limit. Others have none.
	Stock *int64 `json:"stock"`
	// Redeemed is how many were given out and not taken back. It is a counter; what a writer puts here is ignored.
	Redeemed   int64        `json:"redeemed"`
	Attributes Attributes   `json:"attributes,omitzero"`
	Metadata   metadata.Map `json:"metadata,omitempty"`
	CreatedAt  time.Time    `json:"created_at,omitzero"`
	UpdatedAt  *time.Time   `json:"updated_at,omitempty"`
	Version    int64        `json:"version,omitempty"`
}

// Parameters say what a reward gives: the part of its type is there, the others are nil.
type Parameters struct {
	Campaign *Campaign `json:"campaign,omitempty"`
	Coin     *Ratio    `json:"coin,omitempty"`
	Product  *Product  `json:"product,omitempty"`
}

// Campaign is the campaign of which something is given.
type Campaign struct {
	// ID names the campaign. Type is its kind, DISCOUNT_COUPONS, GIFT_VOUCHERS or LOYALTY_PROGRAM; the engine fills it in.
	ID   string        `json:"id"`
	Type campaign.Kind `json:"type,omitempty"`
	// Balance is the credits, in minor units, or the points that are given, 1 to money.Max; a coupon has none.
	Balance int64 `json:"balance,omitempty"`
}

// Product is the product, or one of its SKUs, that is handed over.
type Product struct {
	ID    string `json:"id"`
	SKUID string `json:"sku_id,omitempty"`
}

// Attributes are for showing the reward.
type Attributes struct {
	ImageURL    string `json:"image_url,omitempty"`
	Description string `json:"description,omitempty"`
}

// The bounds of a reward, in bytes.
const (
	MaxName        = 255
	MaxImageURL    = 2048
	MaxDescription = 4096
)

// Check reports the first thing that is wrong with the reward by itself.
func (r *Reward) Check() error {
	switch {
	case r.Name == "" || len(r.Name) > MaxName:
		return fault.Invalid("name", "must have between 1 and %d bytes", MaxName)
	case len(r.Attributes.ImageURL) > MaxImageURL:
		return fault.Invalid("attributes.image_url", "is longer than %d bytes", MaxImageURL)
	case len(r.Attributes.Description) > MaxDescription:
		return fault.Invalid("attributes.description", "is longer than %d bytes", MaxDescription)
	case r.Stock != nil && r.Type != Material:
		return fault.Invalid("stock", "only a reward of type %s has a stock", Material)
	case r.Stock != nil && (*r.Stock < 0 || *r.Stock > money.Max):
		return fault.Invalid("stock", "%d is not between 0 and %d", *r.Stock, money.Max)
	}
	if err := r.checkParameters(); err != nil {
		return fault.Within("parameters", err)
	}
	if err := r.Metadata.Check("metadata"); err != nil {
		return err
	}
	return nil
}

func (r *Reward) checkParameters() error {
	p := &r.Parameters
	for _, part := range [...]struct {
		of    Type
		field string
		there bool
	}{{OfCampaign, "campaign", p.Campaign != nil}, {Coin, "coin", p.Coin != nil}, {Material, "product", p.Product != nil}} {
		switch {
		case part.of == r.Type && !part.there:
			return fault.Invalid(part.field, "a reward of type %s needs it", r.Type)
		case part.of != r.Type && part.there:
			return fault.Invalid(part.field, "a reward of type %s has none", r.Type)
		}
	}
	switch r.Type {
	case OfCampaign:
		if p.Campaign.ID == "" {
			return fault.Invalid("campaign.id", "is required")
		}
		return nil
	case Coin:
		if err := p.Coin.Check(); err != nil {
			return fault.Within("coin", err)
		}
		return nil
	case Material:
		if p.Product.ID == "" {
			return fault.Invalid("product.id", "is required")
		}
		return nil
	}
	return fault.Invalid("type", "%q is not one of %s, %s, %s", r.Type, OfCampaign, Coin, Material)
}

// CheckBalance checks what is given of a campaign of the kind: credits and points are at least 1 (invalid_balance), a coupon has
// neither.
func (c *Campaign) CheckBalance(kind campaign.Kind) error {
	if kind == campaign.DiscountCoupons {
		if c.Balance != 0 {
			return fault.New(fault.InvalidBalance, "a coupon has no balance").At("balance")
		}
		return nil
	}
	if c.Balance < 1 || c.Balance > money.Max {
		return fault.New(fault.InvalidBalance, "%d is not between 1 and %d", c.Balance, money.Max).At("balance")
	}
	return nil
}

// Assignment offers a reward in a loyalty program.
type Assignment struct {
	ID       string `json:"id,omitempty"`
	RewardID string `json:"reward_id"`
	// RelatedObjectID is the campaign; RelatedObjectType is "campaign".
	RelatedObjectID   string `json:"related_object_id"`
	RelatedObjectType string `json:"related_object_type"`
	// Parameters say what the reward costs; a reward of type Coin has none.
	Parameters *Price `json:"parameters,omitempty"`
	// ValidationRules are ids of rules to assign on creation, at most one, and for rewards of type Coin only. It is not stored.
	ValidationRules []string   `json:"validation_rules,omitempty"`
	CreatedAt       time.Time  `json:"created_at,omitzero"`
	UpdatedAt       *time.Time `json:"updated_at,omitempty"`
	Version         int64      `json:"version,omitempty"`
}

// Price is what a reward costs in a program. (Voucherify: parameters.loyalty of a reward assignment.)
type Price struct {
	Loyalty Loyalty `json:"loyalty"`
}

// Loyalty is a price in points.
type Loyalty struct {
	// Points is 1 to money.Max.
	Points ledger.Points `json:"points"`
	// AutoRedeem redeems the reward as soon as a card has the points. One assignment of a program has it at most.
	AutoRedeem bool `json:"auto_redeem,omitempty"`
}

// OnCampaign is the RelatedObjectType of assignments.
const OnCampaign = "campaign"

// MaxValidationRules is how many rules an assignment may name on creation.
const MaxValidationRules = 1

// Check reports the first thing that is wrong with the assignment of a reward of a type: a price that is missing is missing_param.
func (a *Assignment) Check(of Type) error {
	switch {
	case a.RelatedObjectID == "":
		return fault.Invalid("related_object_id", "is required")
	case a.RelatedObjectType != "" && a.RelatedObjectType != OnCampaign:
		return fault.Invalid("related_object_type", "%q is not %s", a.RelatedObjectType, OnCampaign)
	case len(a.ValidationRules) > MaxValidationRules:
		return fault.Invalid("validation_rules", "has %d rules, at most %d is allowed", len(a.ValidationRules), MaxValidationRules)
	case of == Coin && a.Parameters != nil:
		return fault.Invalid("parameters", "a reward of type %s costs what its ratio says", Coin)
	case of == Coin:
		return nil
	case len(a.ValidationRules) > 0:
		return fault.Invalid("validation_rules", "only a reward of type %s has rules", Coin)
	case a.Parameters == nil:
		return fault.New(fault.MissingParam, "a reward of type %s needs its price in points", of).At("parameters.loyalty")
	case a.Parameters.Loyalty.Points < 1 || a.Parameters.Loyalty.Points > ledger.Points(money.Max):
		return fault.Invalid("parameters.loyalty.points", "%d is not between 1 and %d", a.Parameters.Loyalty.Points, money.Max)
	}
	return nil
}

// Automatic reports whether the reward is redeemed as soon as a card has the points.
func (a *Assignment) Automatic() bool { return a.Parameters != nil && a.Parameters.Loyalty.AutoRedeem }
