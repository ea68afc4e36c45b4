package redemption

import (
	"slices"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/validation"
)

// Profile is a customer as the filters of segments see it: the record (the payload of a request laid over it) and what the
// engine knows beside it. A customer who is not stored has done nothing.
type Profile struct {
	Customer *customer.Customer
	// Counters holds those of Audience.Templates.
	Counters map[CounterKey]int64
	// LastOrder is the newest order that is PAID or FULFILLED; nil without any.
	LastOrder *order.Order
	// Occurrences says when events happened, by their names.
	Occurrences map[string]Occurrence
	// Publications are what was given to the customer, in any order; those that failed are none.
	Publications []*publication.Publication
	// Loyalty is nil for a customer who is in no loyalty campaign.
	Loyalty *customer.Loyalty
}

// Occurrence is when the custom events of a name happened first and last.
type Occurrence struct{ First, Last time.Time }

// LoyaltyOf is what the accounts of a customer say on a day: points whose last day is over are none. It also returns the ids of
// the tiers. Programs without an account are passed over; nil is for a customer without accounts.
func LoyaltyOf(programs []*loyalty.Program, accounts map[string]*loyalty.Account, today loyalty.Date) (*customer.Loyalty, []string) {
	var held *customer.Loyalty
	var tiers []string
	for _, p := range programs {
		a := accounts[p.CampaignID]
		if a == nil {
			continue
		}
		if held == nil {
			held = &customer.Loyalty{Campaigns: make(map[string]customer.LoyaltyCampaign)}
		}
		points := int64(a.Balance - a.Overdue(today))
		held.Points += points
		held.Campaigns[p.CampaignName] = customer.LoyaltyCampaign{Points: points, LoyaltyTier: a.Tier.TierID}
		if a.Tier.TierID != "" {
			tiers = append(tiers, a.Tier.TierID)
		}
	}
	return held, tiers
}

// Summary is what the profile says about orders and redemptions.
func (p *Profile) Summary() *customer.Summary {
	s := &customer.Summary{}
	for _, figure := range s.Figures() {
		*figure.Value = p.Counters[SummaryKey(p.Customer.ID, figure.Path)]
	}
	s.Orders.AverageAmount = s.Orders.Average()
	if o := p.LastOrder; o != nil {
		s.Orders.LastOrderAmount, s.Orders.LastOrderDate = &o.TotalAmount, &o.CreatedAt
	}
	return s
}

// The fields of customers that filters of segments can name.
const (
	profileName = iota
	profileEmail
	profilePhone
	profileSourceID
	profileDescription
	profileBirthdate
	profileBirthday
	profileCreatedAt
	profileUpdatedAt
	profileCity
	profileState
	profileLine1
	profileLine2
	profileCountry
	profilePostalCode
	profileAverageAmount
	profileLastOrderAmount
	profileLastOrderDate
	profilePoints
	profileReferredCustomers
	profilePublishedAt
	profilePublished
	profileFigure // the first of customer.Summary.Figures, in their order; the keys of these are the paths
)

// The fields with a variable part, behind those without.
const (
	profilePlainFields = profileFigure + 12 // the number of fields without a variable part

	profileMetadata = profilePlainFields + iota
	profileSystemMetadata
	profileEventCount     // the keys of these are the names of events
	profileEventFirst     //
	profileEventLast      //
	profileCampaignPoints // the keys of these are the names of campaigns
	profileCampaignTier   //
)

var profileFields = map[string]validation.FilterField{
	"name":        {ID: profileName, Type: validation.TextField},
	"email":       {ID: profileEmail, Type: validation.TextField},
	"phone":       {ID: profilePhone, Type: validation.TextField},
	"source_id":   {ID: profileSourceID, Type: validation.TextField},
	"description": {ID: profileDescription, Type: validation.TextField},
	"birthdate":   {ID: profileBirthdate, Type: validation.DateField},
	"birthday":    {ID: profileBirthday, Type: validation.DateField},
	"created_at":  {ID: profileCreatedAt, Type: validation.InstantField},
	"updated_at":  {ID: profileUpdatedAt, Type: validation.InstantField},

	"city":                {ID: profileCity, Type: validation.TextField},
	"address.city":        {ID: profileCity, Type: validation.TextField},
	"address.state":       {ID: profileState, Type: validation.TextField},
	"address.line_1":      {ID: profileLine1, Type: validation.TextField},
	"address.line_2":      {ID: profileLine2, Type: validation.TextField},
	"address.country":     {ID: profileCountry, Type: validation.TextField},
	"address.postal_code": {ID: profilePostalCode, Type: validation.TextField},

	"summary.orders.average_amount":    {ID: profileAverageAmount, Type: validation.NumberField},
	"summary.orders.last_order_amount": {ID: profileLastOrderAmount, Type: validation.NumberField},
	"summary.orders.last_order_date":   {ID: profileLastOrderDate, Type: validation.InstantField},
	"loyalty.points":                   {ID: profilePoints, Type: validation.NumberField},
	"loyalty.referred_customers":       {ID: profileReferredCustomers, Type: validation.NumberField},
	"publications.created_at":          {ID: profilePublishedAt, Type: validation.InstantField, Many: true},
	"publications.related_object_id":   {ID: profilePublished, Type: validation.TextField, Many: true},
}

// profileFamilies are the fields with a variable part between a prefix and a suffix. The part may have dots and spaces.
var profileFamilies = []struct {
	prefix, suffix string
	field          validation.FilterField
}{
	{"metadata.", "", validation.FilterField{ID: profileMetadata}},
	{"system_metadata.", "", validation.FilterField{ID: profileSystemMetadata}},
	{"events.", ".count", validation.FilterField{ID: profileEventCount, Type: validation.NumberField}},
	{"events.", ".first_occurred_at", validation.FilterField{ID: profileEventFirst, Type: validation.InstantField}},
	{"events.", ".last_occurred_at", validation.FilterField{ID: profileEventLast, Type: validation.InstantField}},
	{"loyalty_points.campaigns.", ".points", validation.FilterField{ID: profileCampaignPoints, Type: validation.NumberField}},
	{"loyalty_tier.", "", validation.FilterField{ID: profileCampaignTier, Type: validation.TextField}},
}

// profileField is the schema of the filters of segments.
func profileField(name string) (validation.FilterField, bool) {
	if field, ok := profileFields[name]; ok {
		return field, true
	}
	if path, ok := strings.CutPrefix(name, "summary."); ok {
		figures := new(customer.Summary).Figures()
		at := slices.IndexFunc(figures, func(f customer.Figure) bool { return f.Path == path })
		return validation.FilterField{ID: profileFigure + at, Key: path, Type: validation.NumberField}, at >= 0
	}
	for _, family := range profileFamilies {
		rest, ok := strings.CutPrefix(name, family.prefix)
		if !ok {
			continue
		}
		if key, ok := strings.CutSuffix(rest, family.suffix); ok && key != "" {
			family.field.Key = key
			return family.field, true
		}
	}
	return validation.FilterField{}, false
}

// profileView answers filters about one profile. It is used by one goroutine, for all segments: fields without a key are
// looked up once.
type profileView struct {
	*Profile
	plain [profilePlainFields]any
	ready [profilePlainFields]bool
}

// Value implements validation.FilterView.
func (v *profileView) Value(field validation.FilterField) any {
	if field.ID < profilePlainFields {
		if !v.ready[field.ID] {
			v.plain[field.ID], v.ready[field.ID] = v.lookUp(field), true
		}
		return v.plain[field.ID]
	}
	c := v.Customer
	switch field.ID {
	case profileMetadata:
		return validation.Property(c.Metadata, field.Key)
	case profileSystemMetadata:
		return validation.Property(c.SystemMetadata, field.Key)
	case profileEventCount:
		return v.Counters[EventKey(c.ID, field.Key)]
	case profileEventFirst:
		first := v.Occurrences[field.Key].First
		return knownTime(&first)
	case profileEventLast:
		last := v.Occurrences[field.Key].Last
		return knownTime(&last)
	}
	return v.inCampaign(field)
}

// inCampaign reads what a customer has in a loyalty campaign; nil for one who is not a member.
func (v *profileView) inCampaign(field validation.FilterField) any {
	if v.Loyalty == nil {
		return nil
	}
	campaign, ok := v.Loyalty.Campaigns[field.Key]
	switch {
	case !ok:
		return nil
	case field.ID == profileCampaignPoints:
		return campaign.Points
	}
	return known(campaign.LoyaltyTier)
}

func (v *profileView) lookUp(field validation.FilterField) any {
	c := v.Customer
	switch field.ID {
	case profileName:
		return known(c.Name)
	case profileEmail:
		return known(c.Email)
	case profilePhone:
		return known(c.Phone)
	case profileSourceID:
		return known(c.SourceID)
	case profileDescription:
		return known(c.Description)
	case profileBirthdate:
		return known(c.Birthdate)
	case profileBirthday:
		return known(c.Birthday)
	case profileCreatedAt:
		return knownTime(&c.CreatedAt)
	case profileUpdatedAt:
		return knownTime(c.UpdatedAt)
	case profileCity, profileState, profileLine1, profileLine2, profileCountry, profilePostalCode:
		return known(addressPart(c.Address, field.ID))
	}
	if isFigure(field.ID) {
		return v.Counters[SummaryKey(c.ID, field.Key)]
	}
	return v.history(field.ID)
}

// isFigure reports whether a field is a figure of the summary.
func isFigure(field int) bool { return field >= profileFigure && field < profilePlainFields }

func addressPart(a *customer.Address, field int) string {
	if a == nil {
		return ""
	}
	switch field {
	case profileCity:
		return a.City
	case profileState:
		return a.State
	case profileLine1:
		return a.Line1
	case profileLine2:
		return a.Line2
	case profileCountry:
		return a.Country
	}
	return a.PostalCode
}

// history reads what the engine knows beside the record.
func (v *profileView) history(field int) any {
	switch field {
	case profileAverageAmount:
		return customer.OrderSummary{
			TotalAmount: v.Counters[SummaryKey(v.Customer.ID, customer.OrdersTotalAmount)],
			TotalCount:  v.Counters[SummaryKey(v.Customer.ID, customer.OrdersTotalCount)],
		}.Average()
	case profileLastOrderAmount:
		if v.LastOrder != nil {
			return v.LastOrder.TotalAmount
		}
	case profileLastOrderDate:
		if v.LastOrder != nil {
			return v.LastOrder.CreatedAt
		}
	case profileReferredCustomers:
		return v.Counters[RefereesKey(v.Customer.ID, "")]
	case profilePoints:
		if v.Loyalty == nil {
			return int64(0)
		}
		return v.Loyalty.Points
	case profilePublishedAt:
		list := make([]any, len(v.Publications))
		for i, p := range v.Publications {
			list[i] = p.CreatedAt
		}
		return list
	case profilePublished:
		return v.published()
	}
	return nil
}

// published are the ids of the vouchers that were given to the customer, and of their campaigns.
func (v *profileView) published() []any {
	list := make([]any, 0, 2*len(v.Publications))
	for _, p := range v.Publications {
		for _, voucherID := range p.VouchersID {
			list = append(list, voucherID)
		}
		if p.CampaignID != "" {
			list = append(list, p.CampaignID)
		}
	}
	return list
}
