package oracle

import (
	"strings"

	"github.com/voucherify-go/voucherify/validation"
)

// counters are the counters behind rule names, and whether they need a customer.
var counters = map[string]struct {
	metric   validation.Metric
	customer bool
}{
	"campaign.orders.amount":                       {validation.CampaignOrdersAmount, false},
	"campaign.orders.amount_discounted":            {validation.CampaignDiscountAmount, false},
	"redemption.gift.amount":                       {validation.CampaignGiftAmount, false},
	"campaign.redemptions.count":                   {validation.CampaignRedemptions, false},
	"campaign.redemptions.count.daily":             {validation.CampaignDay, false},
	"campaign.redemptions.count.weekly":            {validation.CampaignWeek, false},
	"campaign.redemptions.count.monthly":           {validation.CampaignMonth, false},
	"campaign.redemptions.customers_count":         {validation.CampaignPerCustomer, true},
	"campaign.redemptions.customers_count.daily":   {validation.CampaignPerCustomerDay, true},
	"campaign.redemptions.customers_count.weekly":  {validation.CampaignPerCustomerWeek, true},
	"campaign.redemptions.customers_count.monthly": {validation.CampaignPerCustomerMonth, true},
	"redemption.count.daily":                       {validation.IncentiveDay, false},
	"redemption.count.weekly":                      {validation.IncentiveWeek, false},
	"redemption.count.monthly":                     {validation.IncentiveMonth, false},
	"redemption.count.per_customer":                {validation.IncentivePerCustomer, true},
	"redemption.count.per_customer.daily":          {validation.IncentivePerCustomerDay, true},
	"redemption.count.per_customer.weekly":         {validation.IncentivePerCustomerWeek, true},
	"redemption.count.per_customer.monthly":        {validation.IncentivePerCustomerMonth, true},
	"redemption.count.per_api_key":                 {validation.IncentivePerAPIKey, false},
	"redemption.count.per_user":                    {validation.IncentivePerUser, false},
}

// aboutRequest decides a condition that does not look at selected lines. What it needs and is not there makes it fail.
func (w *walk) aboutRequest(n *validation.Node) bool {
	if c, ok := counters[n.Name]; ok {
		switch {
		case c.customer && !w.Customer.Present:
			return false
		case n.LimitPolicy == validation.OvershootOnce:
			return w.left(n, w.Spent[c.metric])
		}
		return w.passes(n, w.Usage[c.metric])
	}
	head, _, _ := strings.Cut(n.Name, ".")
	switch head {
	case "customer", "member":
		return w.Customer.Present && w.aboutCustomer(n)
	case "publication":
		return w.Customer.Holder
	case "custom_event":
		return w.Event.Present && w.passes(n, property(w.Event.Metadata, n.Property))
	case "redemption":
		return w.aboutRedemption(n)
	}
	return w.Order.Present && w.aboutOrder(n)
}

// left decides a budget that may be overshot: something of it must be left.
func (w *walk) left(n *validation.Node, spent int64) bool {
	if limit, ok := n.Conditions["$less_than_or_equal"]; ok {
		return ordered(spent, limit[0], w.zone(), -1)
	}
	return ordered(spent+1, n.Conditions["$less_than"][0], w.zone(), -1)
}

func (w *walk) aboutCustomer(n *validation.Node) bool {
	switch n.Name {
	case "customer.segment":
		return among(n, w.Customer.Segments)
	case "customer.loyalty.tier":
		return among(n, w.Customer.LoyaltyTiers)
	case "member.metadata":
		return w.passes(n, property(w.Customer.MemberMetadata, n.Property))
	}
	return w.passes(n, property(w.Customer.Metadata, n.Property))
}

// among decides about the ids that a customer has: "is" means one of them at least.
func among(n *validation.Node, has []string) bool {
	for operator, wanted := range n.Conditions {
		common := false
		for _, value := range wanted {
			if object, ok := value.(map[string]any); ok {
				value = object["id"]
			}
			for _, id := range has {
				common = common || id == value
			}
		}
		if negative := operator == "$is_not" || operator == "$not_in"; common == negative {
			return false
		}
	}
	return true
}

func (w *walk) aboutRedemption(n *validation.Node) bool {
	switch n.Name {
	case "redemption.api_key":
		return w.passes(n, w.Redemption.APIKey)
	case "redemption.user.login":
		return w.passes(n, w.Redemption.User)
	case "redemption.reward.pay_with_points.points_used":
		return w.passes(n, w.Redemption.Points)
	}
	return w.passes(n, property(w.Redemption.Metadata, n.Property))
}

func (w *walk) aboutOrder(n *validation.Node) bool {
	switch n.Name {
	case "order.amount":
		return w.Order.HasAmount && w.passes(n, w.Order.Amount)
	case "order.total_amount":
		return w.Order.HasAmount && w.passes(n, w.Order.TotalAmount)
	case "order.initial_amount":
		return w.Order.HasAmount && w.passes(n, w.Order.InitialAmount)
	case "order.metadata":
		return w.passes(n, property(w.Order.Metadata, n.Property))
	}
	if len(w.Order.Items) == 0 {
		return false
	}
	if n.Name == "order.items.count" {
		var units int64
		for _, item := range w.Order.Items {
			units += item.Quantity
		}
		return w.passes(n, units)
	}
	return w.onLines(n, lines{w.Order.Items, strings.HasSuffix(n.Name, "_each")})
}

// property finds a metadata value: under its whole name, or inside the object under a beginning of it.
func property(in map[string]any, name string) any {
	if value, ok := in[name]; ok {
		return value
	}
	if head, rest, dotted := strings.Cut(name, "."); dotted {
		if inner, ok := in[head].(map[string]any); ok {
			return property(inner, rest)
		}
	}
	return nil
}
