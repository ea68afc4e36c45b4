// Package customer owns who buys: the profile that rules look at, how a request names it, and segments.
//
// It refuses to decide anything about promotions and to keep balances or counters; those belong to their accounts.
package customer

import (
	"reflect"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
)

// Address is a postal address.
type Address struct {
	City       string `json:"city,omitempty"`
	State      string `json:"state,omitempty"`
	Line1      string `json:"line_1,omitempty"`
	Line2      string `json:"line_2,omitempty"`
	Country    string `json:"country,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
}

// Customer is a profile, both as it is stored and as a request carries it. A request names a customer by ID or by
// SourceID; when it has both, ID wins.
type Customer struct {
	ID string `json:"id,omitempty"`
	// SourceID is the shop's own identifier, unique in the project and fixed once stored.
	SourceID    string `json:"source_id,omitempty"`
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
	Email       string `json:"email,omitempty"`
	Phone       string `json:"phone,omitempty"`
	// Birthdate has the form YYYY-MM-DD.
	Birthdate string `json:"birthdate,omitempty"`
	// Birthday is Voucherify's older field of the same form; it is kept for itself.
	Birthday string       `json:"birthday,omitempty"`
	Address  *Address     `json:"address,omitempty"`
	Metadata metadata.Map `json:"metadata,omitempty"`
	// SystemMetadata, Summary, Loyalty and Referrals are what the engine says about the customer; in a request they are ignored.
	SystemMetadata metadata.Map `json:"system_metadata,omitempty"`
	Summary        *Summary     `json:"summary,omitempty"`
	Loyalty        *Loyalty     `json:"loyalty,omitempty"`
	// Referrals are the campaigns into which others have brought the customer; nil for none, and where many are listed.
	Referrals *Referrals `json:"referrals,omitempty"`

	CreatedAt time.Time  `json:"created_at,omitzero"`
	UpdatedAt *time.Time `json:"updated_at,omitempty"`
	Version   int64      `json:"version,omitempty"`
	// Clear names the fields that a payload takes away from the stored profile; in JSON they are null. What is merely not
	// sent stays as it is, and a field that is sent with a value is not cleared. Stored profiles have none.
	Clear Fields `json:"-"`
}

// The bounds of a profile, in bytes.
const (
	MaxIDLength          = 255 // of an id or source_id
	MaxTextLength        = 255 // of name, email, phone and each part of the address
	MaxDescriptionLength = 4096
)

// BySourceID names a customer by the shop's own identifier. A redemption stores the customer if it is new.
func BySourceID(sourceID string) *Customer { return &Customer{SourceID: sourceID} }

// ByID names a stored customer by the engine's id.
func ByID(id string) *Customer { return &Customer{ID: id} }

// Check reports the first thing that is wrong with c.
func (c *Customer) Check() error {
	if c == nil {
		return nil
	}
	address := Address{}
	if c.Address != nil {
		address = *c.Address
	}
	for _, text := range [...]struct {
		field, value string
		most         int
	}{
		{"id", c.ID, MaxIDLength}, {"source_id", c.SourceID, MaxIDLength}, {"name", c.Name, MaxTextLength},
		{"description", c.Description, MaxDescriptionLength}, {"email", c.Email, MaxTextLength}, {"phone", c.Phone, MaxTextLength},
		{"address.city", address.City, MaxTextLength}, {"address.state", address.State, MaxTextLength},
		{"address.line_1", address.Line1, MaxTextLength}, {"address.line_2", address.Line2, MaxTextLength},
		{"address.country", address.Country, MaxTextLength}, {"address.postal_code", address.PostalCode, MaxTextLength},
	} {
		if err := fault.Text(text.field, text.value, text.most); err != nil {
			return err
		}
	}
	for _, day := range [...]struct{ field, text string }{{"birthdate", c.Birthdate}, {"birthday", c.Birthday}} {
		if day.text == "" {
			continue
		}
		if _, err := time.Parse(time.DateOnly, day.text); err != nil {
			return fault.Invalid(day.field, "%q is not a date of the form YYYY-MM-DD", day.text)
		}
	}
	if err := c.Metadata.Check("metadata"); err != nil {
		return err
	}
	return nil
}

// Equal reports whether two profiles say the same, also when the metadata of one was built in Go and that of the other
// read back from a store. Nil is equal to nil only.
func (c *Customer) Equal(other *Customer) bool {
	if c == nil || other == nil {
		return c == other
	}
	a, b := *c, *other
	a.Metadata, b.Metadata = nil, nil
	a.SystemMetadata, b.SystemMetadata = nil, nil
	return reflect.DeepEqual(a, b) && metadata.Equal(c.Metadata, other.Metadata) &&
		metadata.Equal(c.SystemMetadata, other.SystemMetadata)
}

// Merge returns the stored customer with everything that the payload carries laid on top, field by field, the address
// part by part and metadata key by key, without what the payload clears. Identity, version and times stay the stored ones.
// Neither argument is changed; either may be nil.
func Merge(stored, payload *Customer) *Customer {
	if payload == nil {
		return stored
	}
	if stored == nil {
		return payload.profile()
	}
	merged := *stored
	merged.clear(payload.cleared())
	overlay(&merged.Name, payload.Name)
	overlay(&merged.Description, payload.Description)
	overlay(&merged.Email, payload.Email)
	overlay(&merged.Phone, payload.Phone)
	overlay(&merged.Birthdate, payload.Birthdate)
	overlay(&merged.Birthday, payload.Birthday)
	if payload.Address != nil {
		address := Address{}
		if merged.Address != nil {
			address = *merged.Address
		}
		overlay(&address.City, payload.Address.City)
		overlay(&address.State, payload.Address.State)
		overlay(&address.Line1, payload.Address.Line1)
		overlay(&address.Line2, payload.Address.Line2)
		overlay(&address.Country, payload.Address.Country)
		overlay(&address.PostalCode, payload.Address.PostalCode)
		merged.Address = &address
	}
	merged.Metadata = metadata.Merge(stored.Metadata, payload.Metadata)
	return &merged
}

// profile returns what c says about a new customer: nothing to clear, and nothing that only the engine says.
func (c *Customer) profile() *Customer {
	own := *c
	own.SystemMetadata, own.Summary, own.Loyalty, own.Referrals, own.Clear = nil, nil, nil, nil, 0
	return &own
}

func overlay(field *string, value string) {
	if value != "" {
		*field = value
	}
}
