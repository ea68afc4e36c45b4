package storetest

import (
	"strings"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
)

// summaries are what the orders of each customer add up to. Orders of customers who were deleted permanently are nobody's.
func (p *project) summaries() map[redemption.CounterKey]int64 {
	sums := map[redemption.CounterKey]int64{}
	add := func(customerID string, amount, count int64) {
		sums[redemption.SummaryKey(customerID, customer.OrdersTotalAmount)] += amount
		sums[redemption.SummaryKey(customerID, customer.OrdersTotalCount)] += count
	}
	for customerID := range p.customers {
		add(customerID, 0, 0)
	}
	for _, o := range p.orders {
		switch {
		case o.CustomerID == "", strings.HasPrefix(o.CustomerID, id.Anonymous):
		case redemption.InSummary(o):
			add(o.CustomerID, o.TotalAmount, 1)
		default:
			add(o.CustomerID, 0, 0)
		}
	}
	return sums
}

// codes are the numbers of codes that each campaign has.
func (p *project) codes() map[redemption.CounterKey]int64 {
	sums := map[redemption.CounterKey]int64{}
	of := func(campaignID string) redemption.CounterKey {
		return redemption.CounterKey{Metric: redemption.CountCodes, Subject: campaignID}
	}
	for campaignID := range p.campaigns {
		sums[of(campaignID)] += 0
	}
	for _, v := range p.vouchers {
		if v.CampaignID != "" {
			sums[of(v.CampaignID)]++
		}
	}
	return sums
}

func (p *project) checkSums() {
	for key, sum := range p.summaries() {
		if got := p.counters[key]; got != sum || got < 0 {
			p.complain("counter %s is %d, the orders of the customer add up to %d", key, got, sum)
		}
	}
	for key, sum := range p.codes() {
		if got := p.counters[key]; got != sum || got < 0 {
			p.complain("counter %s is %d, the campaign has %d codes", key, got, sum)
		}
	}
}

func (p *project) checkHolders() {
	holders, count := map[string]bool{}, map[string]int{}
	for _, h := range p.holders {
		holders[publication.HolderKey(h.RedeemableID, h.CustomerID)] = true
		if h.HolderRole != publication.Referee {
			count[h.RedeemableID]++
		}
	}
	for voucherID, v := range p.vouchers {
		if v.HolderID != "" && !holders[publication.HolderKey(voucherID, v.HolderID)] {
			p.complain("voucher %s says that %s holds it, of which there is no record", voucherID, v.HolderID)
		}
		camp := p.campaigns[v.CampaignID]
		if camp == nil || camp.Type == campaign.Standalone {
			continue // a generic code
		}
		if most := min(1, len(v.HolderID)); count[voucherID] > most {
			p.complain("voucher %s is held by %d customers, it can be by %d", voucherID, count[voucherID], most)
		}
	}
}
