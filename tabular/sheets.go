package tabular

import (
	"strconv"
	"strings"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
)

// ExportedRedemption is a redemption or a failed attempt, with the names of what it is about.
type ExportedRedemption struct {
	redemption.Redemption
	// Campaign is the name of the campaign; empty without one, or when it was deleted.
	Campaign string `json:"campaign,omitempty"`
	// CustomerSourceID and CustomerName are empty when the customer was deleted.
	CustomerSourceID string `json:"customer_source_id,omitempty"`
	CustomerName     string `json:"customer_name,omitempty"`
}

// Redemptions are the columns of redemptions. gift_amount is credits in minor units.
func Redemptions() *Sheet[ExportedRedemption] {
	type r = ExportedRedemption
	return &Sheet[r]{
		defaults: []string{"id", "object", "voucher_code", "customer_id", "date", "result"},
		metadata: func(x *r) metadata.Map { return x.Metadata },
		columns: []field[r]{
			{"id", func(x *r) string { return x.ID }},
			{"object", func(*r) string { return "redemption" }},
			{"voucher_code", func(x *r) string { return x.Code }},
			{"customer_id", func(x *r) string { return x.CustomerID }},
			{"customer_source_id", func(x *r) string { return x.CustomerSourceID }},
			{"customer_name", func(x *r) string { return x.CustomerName }},
			{"date", func(x *r) string { return instant(x.Date) }},
			{"result", func(x *r) string { return string(x.Result) }},
			{"status", func(x *r) string { return string(x.Status) }},
			{"campaign", func(x *r) string { return x.Campaign }},
			{"promotion_tier_id", func(x *r) string {
				if x.RelatedObjectType != "promotion_tier" {
					return ""
				}
				return x.RelatedObjectID
			}},
			{"order_id", func(x *r) string { return x.OrderID }},
			{"order_amount", func(x *r) string {
				if x.Order == nil {
					return ""
				}
				return number(x.Order.Amount)
			}},
			{"gift_amount", func(x *r) string {
				if x.Gift == nil {
					return ""
				}
				return number(x.Gift.Amount)
			}},
			{"failure_code", func(x *r) string { return string(x.FailureCode) }},
			{"failure_message", func(x *r) string { return x.FailureMessage }},
		},
	}
}

// Orders are the columns of orders. Amounts are minor units.
func Orders() *Sheet[order.Order] {
	type o = order.Order
	return &Sheet[o]{
		defaults: []string{"id", "source_id", "status"},
		metadata: func(x *o) metadata.Map { return x.Metadata },
		columns: []field[o]{
			{"id", func(x *o) string { return x.ID }},
			{"source_id", func(x *o) string { return x.SourceID }},
			{"created_at", func(x *o) string { return instant(x.CreatedAt) }},
			{"updated_at", func(x *o) string { return optionalInstant(x.UpdatedAt) }},
			{"status", func(x *o) string { return string(x.Status) }},
			{"amount", func(x *o) string { return number(x.Amount) }},
			{"discount_amount", func(x *o) string { return number(x.DiscountAmount) }},
			{"items_discount_amount", func(x *o) string { return number(x.ItemsDiscountAmount) }},
			{"total_discount_amount", func(x *o) string { return number(x.TotalDiscountAmount) }},
			{"total_amount", func(x *o) string { return number(x.TotalAmount) }},
			{"customer_id", func(x *o) string { return x.CustomerID }},
			{"referrer_id", func(x *o) string { return x.ReferrerID }},
		},
	}
}

// VoucherTransactions are the columns of entries of gift cards. Amounts are minor units; details is JSON.
func VoucherTransactions() *Sheet[ledger.Transaction] {
	type t = ledger.Transaction
	return &Sheet[t]{
		defaults: []string{"id", "type", "source_id", "reason", "source", "balance", "amount", "created_at"},
		columns: []field[t]{
			{"id", func(x *t) string { return x.ID }},
			{"type", func(x *t) string { return string(x.Type) }},
			{"source_id", func(x *t) string { return x.SourceID }},
			{"reason", func(x *t) string { return x.Reason }},
			{"balance", func(x *t) string { return number(x.Details.Balance.Balance) }},
			{"amount", func(x *t) string { return number(x.Details.Balance.Amount) }},
			{"created_at", func(x *t) string { return instant(x.CreatedAt) }},
			{"voucher_id", func(x *t) string { return x.VoucherID }},
			{"campaign_id", func(x *t) string { return x.CampaignID }},
			{"source", func(x *t) string { return x.Source }},
			{"details", func(x *t) string { return jsonText(x.Details) }},
			{"related_transaction_id", func(x *t) string { return x.RelatedTransactionID }},
		},
	}
}

// PointsTransactions are the columns of entries of loyalty cards. points and balance are points; details is JSON.
func PointsTransactions() *Sheet[loyalty.Transaction] {
	type t = loyalty.Transaction
	return &Sheet[t]{
		defaults: []string{"id", "type", "source_id", "reason", "source", "balance", "points", "created_at"},
		columns: []field[t]{
			{"id", func(x *t) string { return x.ID }},
			{"type", func(x *t) string { return string(x.Type) }},
			{"source_id", func(x *t) string { return x.SourceID }},
			{"reason", func(x *t) string { return x.Reason }},
			{"balance", func(x *t) string { return number(x.Details.Balance.Balance) }},
			{"points", func(x *t) string { return number(x.Details.Balance.Points) }},
			{"created_at", func(x *t) string { return instant(x.CreatedAt) }},
			{"voucher_id", func(x *t) string { return x.VoucherID }},
			{"campaign_id", func(x *t) string { return x.CampaignID }},
			{"source", func(x *t) string { return x.Source }},
			{"details", func(x *t) string { return jsonText(x.Details) }},
			{"related_transaction_id", func(x *t) string { return x.RelatedTransactionID }},
		},
	}
}

// ExportedCustomers are the columns of customers. Those of what the customer has done count what the engine counts.
func ExportedCustomers() *Sheet[customer.Customer] {
	type c = customer.Customer
	s := &Sheet[c]{
		defaults: []string{"name", "source_id"},
		metadata: func(x *c) metadata.Map { return x.Metadata },
		columns: []field[c]{
			{"name", func(x *c) string { return x.Name }},
			{"id", func(x *c) string { return x.ID }},
			{"description", func(x *c) string { return x.Description }},
			{"email", func(x *c) string { return x.Email }},
			{"phone", func(x *c) string { return x.Phone }},
			{"source_id", func(x *c) string { return x.SourceID }},
			{"birthday", func(x *c) string { return x.Birthday }},
			{"birthdate", func(x *c) string { return x.Birthdate }},
			{"created_at", func(x *c) string { return instant(x.CreatedAt) }},
			{"updated_at", func(x *c) string { return optionalInstant(x.UpdatedAt) }},
			{"address_city", of(func(a *customer.Address) string { return a.City })},
			{"address_state", of(func(a *customer.Address) string { return a.State })},
			{"address_line_1", of(func(a *customer.Address) string { return a.Line1 })},
			{"address_line_2", of(func(a *customer.Address) string { return a.Line2 })},
			{"address_country", of(func(a *customer.Address) string { return a.Country })},
			{"address_postal_code", of(func(a *customer.Address) string { return a.PostalCode })},
		},
	}
	for i, figure := range new(customer.Summary).Figures() {
		name := strings.ReplaceAll(figure.Path, ".", "_")
		if !strings.HasPrefix(name, "redemptions_total") && !strings.HasPrefix(name, "orders_total") {
			continue
		}
		s.columns = append(s.columns, field[c]{name, done(func(x *customer.Summary) string { return number(*x.Figures()[i].Value) })})
	}
	s.columns = append(s.columns,
		field[c]{"orders_average_amount", done(func(x *customer.Summary) string { return number(x.Orders.AverageAmount) })},
		field[c]{"orders_last_order_amount", done(func(x *customer.Summary) string { return optional(x.Orders.LastOrderAmount) })},
		field[c]{"orders_last_order_date", done(func(x *customer.Summary) string { return optionalInstant(x.Orders.LastOrderDate) })},
	)
	return s
}

// NeedSummaries reports whether columns of customers show what they have done.
func NeedSummaries(fields []string) bool {
	for _, name := range fields {
		if strings.HasPrefix(name, "redemptions_") || strings.HasPrefix(name, "orders_") {
			return true
		}
	}
	return false
}

// of is a part of the address of a customer.
func of(part func(*customer.Address) string) func(*customer.Customer) string {
	return func(c *customer.Customer) string {
		if c.Address == nil {
			return ""
		}
		return part(c.Address)
	}
}

// done is a part of what a customer has done.
func done(part func(*customer.Summary) string) func(*customer.Customer) string {
	return func(c *customer.Customer) string {
		if c.Summary == nil {
			return ""
		}
		return part(c.Summary)
	}
}

// joinedDays writes weekdays with commas between them.
func joinedDays(days []int) string {
	texts := make([]string, len(days))
	for i, day := range days {
		texts[i] = strconv.Itoa(day)
	}
	return strings.Join(texts, ",")
}
