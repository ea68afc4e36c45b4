// Package publication owns how codes come to customers: the request for codes, the account of what was handed out, and
// the holders of codes with the state of what they hold.
//
// It refuses to choose codes and to store anything: the engine does both in one transaction, so that no code is handed out
// twice.
package publication

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/voucher"
)

// Request asks to give codes to a customer: one chosen code, or the next ones of a campaign.
type Request struct {
	// Customer is required, with an ID or a SourceID. The publication stores a customer who is new under a SourceID, and
	// updates a known one.
	Customer *customer.Customer `json:"customer,omitempty"`
	// Voucher is the code or id of the voucher to give; when it is set, Campaign is ignored.
	Voucher string `json:"voucher,omitempty"`
	// Campaign is where the codes are taken from.
	Campaign *Campaign `json:"campaign,omitempty"`
	// SourceID is the caller's own identifier of the publication, unique in the project. Repeating it for the same customer
	// and the same campaign or code answers with what was published first; anything else is duplicate_source_id.
	SourceID string `json:"source_id,omitempty"`
	// Channel says where the publication came from. Default "API".
	Channel  string       `json:"channel,omitempty"`
	Metadata metadata.Map `json:"metadata,omitempty"`
	// JoinOnce answers with the code that the customer already has of the campaign, if there is one. A generic code ignores it.
	JoinOnce bool `json:"join_once,omitempty"`
}

// Campaign names a campaign and how many of its codes to give. In JSON it may be the plain name.
type Campaign struct {
	// ID wins over Name; either may hold the other.
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	// Count is 1 to MaxCount; 0 means 1.
	Count int `json:"count,omitempty"`
}

// The bounds of a request.
const (
	MaxCount  = 50
	MaxLength = 255 // bytes of a code, name, id, source_id or channel
)

// DefaultChannel is the channel of a publication that names none.
const DefaultChannel = "API"

// FromCampaign asks for one code of a campaign, named by its name or id.
func FromCampaign(nameOrID string, c *customer.Customer) Request {
	return Request{Customer: c, Campaign: &Campaign{Name: nameOrID}}
}

// OfCode asks for one chosen code.
func OfCode(code string, c *customer.Customer) Request {
	return Request{Customer: c, Voucher: code}
}

// UnmarshalJSON reads a campaign as an object or as its name.
func (c *Campaign) UnmarshalJSON(text []byte) error {
	*c = Campaign{}
	if text = bytes.TrimSpace(text); len(text) > 0 && text[0] == '"' {
		return json.Unmarshal(text, &c.Name)
	}
	type plain Campaign
	return json.Unmarshal(text, (*plain)(c))
}

// Key is what the campaign is looked up by.
func (c *Campaign) Key() string {
	if c.ID != "" {
		return c.ID
	}
	return c.Name
}

// Count is the number of codes that are asked for.
func (r *Request) Count() int {
	if r.Voucher != "" || r.Campaign == nil {
		return 1
	}
	return max(r.Campaign.Count, 1)
}

// Check reports the first thing that is wrong with the request by itself, in the order of precedence of Voucherify: what
// to publish, to whom, metadata, how many.
func (r *Request) Check() error {
	switch {
	case r.Voucher == "" && (r.Campaign == nil || r.Campaign.Key() == ""):
		return fault.New(fault.MissingVouchers, "a publication needs a voucher or a campaign").At("voucher")
	case r.Customer == nil || r.Customer.ID == "" && r.Customer.SourceID == "":
		return fault.New(fault.MissingCustomer, "a publication needs a customer with an id or a source_id").At("customer")
	}
	if err := r.Customer.Check(); err != nil {
		return fault.Within("customer", err)
	}
	for _, text := range [...]struct{ field, value string }{
		{"voucher", r.Voucher}, {"source_id", r.SourceID}, {"channel", r.Channel},
	} {
		if len(text.value) > MaxLength {
			return fault.Invalid(text.field, "is longer than %d bytes", MaxLength)
		}
	}
	if err := r.Metadata.Check("metadata"); err != nil {
		return err
	}
	return r.checkCount()
}

func (r *Request) checkCount() error {
	if r.Voucher != "" {
		return nil
	}
	switch count := r.Campaign.Count; {
	case len(r.Campaign.ID) > MaxLength:
		return fault.Invalid("campaign.id", "is longer than %d bytes", MaxLength)
	case len(r.Campaign.Name) > MaxLength:
		return fault.Invalid("campaign.name", "is longer than %d bytes", MaxLength)
	case count < 0:
		return fault.Invalid("campaign.count", "%d is negative", count)
	case count > MaxCount:
		return fault.New(fault.TooManyVouchersRequested, "Only up to %d can be published", MaxCount).At("campaign.count")
	case count > 1 && r.SourceID != "":
		return fault.New(fault.TooManyVouchersRequested, "Only up to 1 can be published with a source_id").At("campaign.count")
	}
	return nil
}

// Result is how a publication ended.
type Result string

// The results.
const (
	Success Result = "SUCCESS"
	Failure Result = "FAILURE"
)

// Publication is the account of one handing out.
type Publication struct {
	ID string `json:"id"`
	// Object is always "publication".
	Object   string `json:"object"`
	SourceID string `json:"source_id,omitempty"`
	// CustomerID is empty for a failure of a customer who was not stored.
	CustomerID string `json:"customer_id,omitempty"`
	// TrackingID is the customer's source_id.
	TrackingID string       `json:"tracking_id,omitempty"`
	Channel    string       `json:"channel"`
	Metadata   metadata.Map `json:"metadata,omitempty"`
	// CampaignID and Campaign are the id and the name of the campaign; empty for a voucher without one.
	CampaignID string `json:"campaign_id,omitempty"`
	Campaign   string `json:"campaign,omitempty"`
	// VouchersID are the ids of the codes that were given, Vouchers the codes, in the same order.
	VouchersID []string `json:"vouchers_id,omitempty"`
	Vouchers   []string `json:"vouchers,omitempty"`
	Result     Result   `json:"result"`
	// FailureCode and FailureMessage say why nothing was given.
	FailureCode    fault.Key `json:"failure_code,omitempty"`
	FailureMessage string    `json:"failure_message,omitempty"`
	CreatedAt      time.Time `json:"created_at"`
	Version        int64     `json:"version,omitempty"`
	// Customer and Voucher (of a publication of one code) are part of the answer of Create. They are not stored, so reads
	// leave them out.
	Customer *customer.Customer `json:"customer,omitempty"`
	Voucher  *voucher.Voucher   `json:"voucher,omitempty"`
}

// Answers reports whether p is what the request asks for: the same customer, and the same code or campaign. codeKey is how
// the project compares codes.
func (p *Publication) Answers(r *Request, customerID string, codeKey func(string) string) bool {
	if p.CustomerID != customerID || customerID == "" {
		return false
	}
	if r.Voucher == "" {
		return p.CampaignID != "" && (r.Campaign.Key() == p.CampaignID || r.Campaign.Key() == p.Campaign)
	}
	for i, code := range p.Vouchers {
		if codeKey(code) == codeKey(r.Voucher) || p.VouchersID[i] == r.Voucher {
			return true
		}
	}
	return false
}
