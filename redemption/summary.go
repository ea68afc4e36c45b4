package redemption

import (
	"slices"
	"strings"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/order"
)

// SummaryKey is the counter of an additive part of a customer's summary, named by its path ("redemptions.total_failed").
func SummaryKey(customerID, path string) CounterKey {
	return CounterKey{Metric: CountCustomerSummary, Subject: customerID, Detail: path}
}

// EventKey is the counter of the events of a name of a customer: custom ones, and those of the engine about orders and
// redemptions ("customer.order.paid").
func EventKey(customerID, name string) CounterKey {
	return CounterKey{Metric: CountCustomerEvent, Subject: customerID, Detail: name}
}

// EventsOf is the parent of the records of a customer's custom events of one name. Ids have no slash, so two customers never
// share one.
func EventsOf(customerID, name string) string { return customerID + "/" + name }

// nobody reports whether there is no customer to count for: the request was anonymous, or the customer was deleted
// permanently.
func nobody(customerID string) bool {
	return customerID == "" || strings.HasPrefix(customerID, id.Anonymous)
}

// summarise raises figures of a customer's summary; nobody's are not counted.
func (p *Plan) summarise(customerID string, count int64, paths ...string) {
	if nobody(customerID) {
		return
	}
	for _, path := range paths {
		p.Consume = append(p.Consume, Consume{Key: SummaryKey(customerID, path), Delta: count})
	}
}

// CountOrder brings the summaries of the customers in line with an order that is changed: what it contributes now comes in,
// what it contributed before goes out. before is nil for a new order.
func (p *Plan) CountOrder(before, after *order.Order) {
	p.contribute(before, -1)
	p.contribute(after, 1)
}

// contribute adds an order to the summary of its customer, or takes it out.
func (p *Plan) contribute(o *order.Order, sign int64) {
	if !InSummary(o) || nobody(o.CustomerID) {
		return
	}
	p.Consume = append(p.Consume,
		Consume{Key: SummaryKey(o.CustomerID, customer.OrdersTotalAmount), Delta: sign * o.TotalAmount},
		Consume{Key: SummaryKey(o.CustomerID, customer.OrdersTotalCount), Delta: sign},
	)
}

// InSummary reports whether an order counts in the summary of its customer.
func InSummary(o *order.Order) bool {
	return o != nil && (o.Status == order.Paid || o.Status == order.Fulfilled)
}

// CountEvent counts an event for a customer.
func (p *Plan) CountEvent(customerID string, kind event.Type) {
	if nobody(customerID) {
		return
	}
	p.Consume = append(p.Consume, Consume{Key: EventKey(customerID, string(kind)), Delta: 1})
}

// CountedEvents are the events of the engine that are counted for the customer, beside custom ones.
var CountedEvents = []event.Type{
	event.CustomerOrderCreated, event.CustomerOrderUpdated, event.CustomerOrderProcessing, event.CustomerOrderPaid,
	event.CustomerOrderCanceled, event.CustomerOrderFulfilled, event.CustomerRedemptionSuccess, event.CustomerRedemptionFailed,
	event.CustomerRollbackSuccess, event.CustomerRollbackFailed,
}

// countEvents counts the events of the plan about orders and redemptions of a customer.
func (p *Plan) countEvents(customerID string) {
	for i := range p.Events {
		if kind := p.Events[i].Type; slices.Contains(CountedEvents, kind) {
			p.CountEvent(customerID, kind)
		}
	}
}
