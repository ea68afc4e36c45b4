package redemption

import (
	"strconv"
	"strings"

	"github.com/voucherify-go/voucherify/access"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
)

// Object is the kind of a redeemable.
type Object string

// The kinds of redeemables.
const (
	Voucher        Object = "voucher"
	PromotionTier  Object = "promotion_tier"
	PromotionStack Object = "promotion_stack"
	// Campaign is only in answers of Qualify.
	Campaign Object = "campaign"
)

// Redeemable names one thing to redeem: a voucher by its code or id, a tier or a stack by its id.
type Redeemable struct {
	Object Object `json:"object"`
	ID     string `json:"id"`
	// Gift says how much a gift card pays; nil is as much as is needed and left. Only gift cards have it.
	Gift *GiftPart `json:"gift,omitempty"`
	// Reward says what the points of a loyalty card are for. Only loyalty cards have it, and they need it.
	Reward *RewardPart `json:"reward,omitempty"`
}

// RewardPart is a reward of the program of a loyalty card.
type RewardPart struct {
	// ID is the id of the reward or of its assignment.
	ID string `json:"id"`
	// Points is how many points pay at most, at least 1; more than there are on the card is refused, more than is left to pay is
	// not taken. Nil is as many as are needed and left. It is for rewards of type COIN: others have their price.
	Points *ledger.Points `json:"points,omitempty"`
}

// GiftPart is a part of the credits of a gift card.
type GiftPart struct {
	// Credits is what is taken at most, in minor units, at least 1; more than the card holds is refused, more than is left to pay
	// is not taken. Nil is as much as is needed and left.
	Credits *ledger.Credits `json:"credits,omitempty"`
}

// GiftCard names a gift card by its code, to pay a part of an order with it.
func GiftCard(code string, credits ledger.Credits) Redeemable {
	return Redeemable{Object: Voucher, ID: code, Gift: &GiftPart{Credits: &credits}}
}

// PayWithPoints names a loyalty card by its code, to redeem a reward with it. Of a reward of type COIN, points pay a part of the
// order, 0 as much of it as there are points for; other rewards cost what they cost, and points are 0.
func PayWithPoints(code, rewardID string, points ledger.Points) Redeemable {
	r := Redeemable{Object: Voucher, ID: code, Reward: &RewardPart{ID: rewardID}}
	if points != 0 {
		r.Reward.Points = &points
	}
	return r
}

// Codes names vouchers by their codes, in the order in which they are applied.
func Codes(codes ...string) []Redeemable { return named(Voucher, codes) }

// Tiers names promotion tiers by their ids, in the order in which they are applied.
func Tiers(ids ...string) []Redeemable { return named(PromotionTier, ids) }

// Stack names a promotion stack, which is always alone in a request.
func Stack(id string) []Redeemable { return named(PromotionStack, []string{id}) }

func named(object Object, ids []string) []Redeemable {
	list := make([]Redeemable, len(ids))
	for i, id := range ids {
		list[i] = Redeemable{Object: object, ID: id}
	}
	return list
}

// Request is what a checkout asks: these redeemables, for this customer, on this order. Validate and Redeem take the same
// request and give the same amounts.
type Request struct {
	// IdempotencyKey makes a redeem repeatable: the same key with the same request returns the stored answer. At most 255
	// bytes. Empty means a key of its own, so that each call redeems. Validate ignores it.
	IdempotencyKey string `json:"-"`
	// Redeemables are between 1 and 30.
	Redeemables []Redeemable `json:"redeemables"`
	// Order may be nil; then only incentives that need no order can be applied, and a redeem stores an order of amount 0.
	Order *order.Order `json:"order,omitempty"`
	// Customer may be nil for an anonymous call. A redeem stores a new customer and updates a known one.
	Customer *customer.Customer `json:"customer,omitempty"`
	// TrackingID is the customer's source_id, used when Customer is nil.
	TrackingID string `json:"tracking_id,omitempty"`
	// Metadata belongs to the redemption; rules can look at it and a redeem stores it.
	Metadata metadata.Map `json:"metadata,omitempty"`
	// Actor is who makes the call, for rules and limits about API keys and users.
	Actor Actor `json:"actor,omitzero"`
	// AccessScope is what the caller is assigned to, if that restricts it; nil sees everything. A redeemable whose campaign does
	// not overlap it, and a code without a campaign, is forbidden. The host sets it: it is not part of the JSON, in which a
	// shopper could widen it.
	AccessScope *access.Scope `json:"-"`

	reward rewardCall
}

// The bounds of a request, enforced before anything is read.
const (
	MaxRedeemables    = promotion.MaxRedeemables
	MaxIdempotencyKey = 255 // bytes
	MaxRedeemableID   = 255 // bytes
	MaxActor          = 255 // bytes
)

// Check reports the first thing that is wrong with the request by itself: what it names is looked up later.
func (r *Request) Check() error {
	if len(r.IdempotencyKey) > MaxIdempotencyKey {
		return fault.Invalid("idempotency_key", "is longer than %d bytes", MaxIdempotencyKey)
	}
	if n := len(r.Redeemables); n < 1 || n > MaxRedeemables {
		return fault.Invalid("redeemables", "has %d redeemables, between 1 and %d are allowed", n, MaxRedeemables)
	}
	if err := r.checkRedeemables(); err != nil {
		return err
	}
	if err := r.Order.Check(); err != nil {
		return fault.Within("order", err)
	}
	if err := r.Customer.Check(); err != nil {
		return fault.Within("customer", err)
	}
	if len(r.TrackingID) > customer.MaxIDLength {
		return fault.Invalid("tracking_id", "is longer than %d bytes", customer.MaxIDLength)
	}
	if err := r.Metadata.Check("metadata"); err != nil {
		return err
	}
	if err := r.AccessScope.Check(); err != nil {
		return fault.Within("access_scope", err)
	}
	return r.Actor.check()
}

func (a Actor) check() error {
	switch {
	case len(a.APIKey) > MaxActor:
		return fault.Invalid("actor.api_key", "is longer than %d bytes", MaxActor)
	case len(a.User) > MaxActor:
		return fault.Invalid("actor.user", "is longer than %d bytes", MaxActor)
	}
	return nil
}

func (r *Request) checkRedeemables() error {
	stacks := 0
	for i, x := range r.Redeemables {
		field := "redeemables[" + strconv.Itoa(i) + "]"
		switch x.Object {
		case Voucher, PromotionTier:
		case PromotionStack:
			stacks++
		default:
			return fault.Invalid(field+".object", "%q is not one of voucher, promotion_tier, promotion_stack", x.Object)
		}
		if id := strings.TrimSpace(x.ID); id == "" || len(x.ID) > MaxRedeemableID {
			return fault.Invalid(field+".id", "must have between 1 and %d bytes", MaxRedeemableID)
		}
		if err := x.checkGift(field); err != nil {
			return err
		}
		if err := x.checkReward(field); err != nil {
			return err
		}
		for _, y := range r.Redeemables[:i] {
			if x.Object == y.Object && x.ID == y.ID {
				return fault.New(fault.DuplicatedRedeemables, "%s %s stands twice", x.Object, x.ID).At(field)
			}
		}
	}
	if stacks > 0 && len(r.Redeemables) > 1 {
		return fault.New(fault.InvalidRedeemables, "a promotion stack cannot be used with other redeemables").At("redeemables")
	}
	return nil
}

// Hash identifies the content of the request, without its key: the same request has the same hash in every process. The scope
// of a restricted caller is part of it, so that the key of another caller does not open the answer.
func (r *Request) Hash() (string, error) {
	if r.AccessScope == nil {
		return hashOf(r)
	}
	return hashOf([]any{r, r.AccessScope})
}

func (x *Redeemable) checkGift(field string) error {
	switch g := x.Gift; {
	case g == nil:
	case x.Object != Voucher:
		return fault.New(fault.InvalidGift, "a %s is no gift card", x.Object).At(field + ".gift")
	case g.Credits != nil && (*g.Credits < 1 || *g.Credits > ledger.Credits(money.Max)):
		return fault.New(fault.InvalidGift, "%d is not between 1 and %d", *g.Credits, money.Max).At(field + ".gift.credits")
	}
	return nil
}

func (x *Redeemable) checkReward(field string) error {
	switch r := x.Reward; {
	case r == nil:
	case x.Object != Voucher:
		return fault.Invalid(field+".reward", "a %s is no loyalty card", x.Object)
	case len(r.ID) > MaxRedeemableID:
		return fault.Invalid(field+".reward.id", "is longer than %d bytes", MaxRedeemableID)
	case r.Points != nil && (*r.Points < 1 || *r.Points > ledger.Points(money.Max)):
		return fault.Invalid(field+".reward.points", "%d is not between 1 and %d", *r.Points, money.Max)
	}
	return nil
}

// Verb names the request among the stored answers of idempotent calls.
func (r *Request) Verb() string {
	if r.reward.alone {
		return VerbRedeemReward
	}
	return VerbRedeem
}

// buyer returns the customer that the request names, if any.
func (r *Request) buyer() *customer.Customer {
	if r.Customer == nil && r.TrackingID != "" {
		return customer.BySourceID(r.TrackingID)
	}
	return r.Customer
}
