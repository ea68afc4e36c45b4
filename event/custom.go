package event

import (
	"time"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
)

// Custom says that a customer did something outside the engine: viewed a page, rated a product.
type Custom struct {
	// EventID makes a call repeatable: the same id for the same customer and event is recorded once. At most 255 bytes;
	// empty records each call.
	EventID string `json:"event_id,omitempty"`
	// Event is the name of the event's schema, 1 to MaxName characters.
	Event string `json:"event"`
	// Customer must have an id or a source_id. It is stored as an upsert does: a new source_id is created.
	Customer *customer.Customer `json:"customer"`
	Metadata metadata.Map       `json:"metadata,omitempty"`
	// OccurredAt is when it happened, for events that are reported later. Default: now; it must not lie in the future.
	OccurredAt time.Time `json:"occurred_at,omitzero"`
	// Referral names a referral code: the event may make a referee of the customer, unless it is reported later.
	Referral *Referral `json:"referral,omitempty"`
	// Loyalty names the card that alone earns points for the event; without it all cards of the customer do.
	Loyalty *Loyalty `json:"loyalty,omitempty"`
}

// Referral names the referral code that the event may convert.
type Referral struct {
	// Code is the code or the id of the voucher, at most MaxReferral bytes.
	Code string `json:"code"`
	// ReferrerID may be left out; it must be the customer to whom the code was given.
	ReferrerID string `json:"referrer_id,omitempty"`
}

// Loyalty names a loyalty card by its code or the id of its voucher. The card need not belong to the customer of the event.
type Loyalty struct {
	Code string `json:"code"`
}

// The bounds of an event, in bytes.
const (
	MaxEventID  = 255 // of Custom.EventID
	MaxReferral = 255 // of each part of a Referral
)

// Check reports the first thing that is wrong with the event by itself: its name is looked up later.
func (c *Custom) Check() error {
	if len(c.EventID) > MaxEventID {
		return fault.Invalid("event_id", "is longer than %d bytes", MaxEventID)
	}
	if err := checkName("event", c.Event); err != nil {
		return err
	}
	switch {
	case c.Customer == nil || c.Customer.ID == "" && c.Customer.SourceID == "":
		return fault.New(fault.MissingCustomer, "an event needs the id or the source_id of its customer").At("customer")
	case c.Referral != nil && (c.Referral.Code == "" || len(c.Referral.Code) > MaxReferral):
		return fault.Invalid("referral.code", "must have between 1 and %d bytes", MaxReferral)
	case c.Referral != nil && len(c.Referral.ReferrerID) > MaxReferral:
		return fault.Invalid("referral.referrer_id", "is longer than %d bytes", MaxReferral)
	case c.Loyalty != nil && c.Loyalty.Code == "":
		return fault.Invalid("loyalty.code", "is required")
	}
	if err := c.Customer.Check(); err != nil {
		return fault.Within("customer", err)
	}
	if err := c.Metadata.Check("metadata"); err != nil {
		return err
	}
	return nil
}

// Tracked is a custom event as it is stored.
type Tracked struct {
	ID string `json:"id"`
	// EventID is the caller's.
	EventID string `json:"event_id,omitempty"`
	// Type is the name of the event.
	Type       string       `json:"type"`
	CustomerID string       `json:"customer_id"`
	Metadata   metadata.Map `json:"metadata,omitempty"`
	// OccurredAt is when it happened, CreatedAt when it was recorded. An event of an earlier day, in the project's
	// zone, counts in segments and earns nothing.
	OccurredAt time.Time `json:"occurred_at"`
	CreatedAt  time.Time `json:"created_at"`
	Version    int64     `json:"version,omitempty"`
}
