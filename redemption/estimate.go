package redemption

import (
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
)

// NeedsOfEstimate says what an estimate reads.
func NeedsOfEstimate(x *Catalogue, buyer *customer.Customer, o *order.Order) Needs {
	n := Needs{CustomerID: buyer.ID, OrderID: o.ID, Templates: x.audience.Templates(), History: x.History()}
	if buyer.ID == "" {
		n.CustomerSourceID = buyer.SourceID
	}
	if o.ID == "" {
		n.OrderSourceID = o.SourceID
	}
	return n
}

// NewEstimate judges which rules of a program would pay if an order were paid now: what is sent is laid over what is stored, and
// discounts that stand on a stored order count. Nil means that there are no rules.
func NewEstimate(x *Catalogue, s *Snapshot, campaignID string, buyer *customer.Customer, o *order.Order) (*Earning, error) {
	c, err := newCalculation(x, s, &Request{Customer: buyer, Order: o})
	if err != nil {
		return nil, err
	}
	e := NewEarning(x, &Trigger{
		Event: loyalty.OrderPaid, CampaignID: campaignID, CustomerID: c.customerID, Order: c.start.Result(), Day: loyalty.DateOf(s.Now, x.zone),
	}, s.Now)
	if e == nil {
		return nil, nil //nolint:nilnil // nothing pays
	}
	laid := *s
	laid.Customer = c.customer
	return e, e.Judge(&laid)
}
