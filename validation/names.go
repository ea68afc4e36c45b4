package validation

import "strings"

// kindOfName is how the conditions of a name are evaluated.
type kindOfName uint8

const (
	numberName   kindOfName = iota // one number
	metadataName                   // the metadata value under the node's property
	segmentsName                   // the customer's segments
	linesName                      // selects lines of the cart; sub-rules look at them
	anyLineName                    // a number of the lines, one of which must pass
	eachLineName                   // a number of the lines, all of which must pass
)

// nameDefinition is one rule name: where its value is found in the facts, and what it needs to be there.
type nameDefinition struct {
	kind   kindOfName
	source string // the operand in generated sources
	family Family
	needs  Cause // what is missing when the facts lack it
	post   bool  // known only after the discount
	metric Metric
	usage  bool // source is a counter
	line   bool // only inside a condition on items
}

// names are the rule names of this version. To add one, add an entry.
var names = map[string]nameDefinition{
	"customer.metadata":    {kind: metadataName, source: "customer.metadata", family: FamilyCustomer, needs: CauseMissingCustomer},
	"customer.segment":     {kind: segmentsName, source: "customer.segments", family: FamilyCustomer, needs: CauseMissingCustomer},
	"order.amount":         {source: "order.amount", family: FamilyOrder, needs: CauseMissingAmount},
	"order.total_amount":   {source: "order.total_amount", family: FamilyOrder, needs: CauseMissingAmount, post: true},
	"order.initial_amount": {source: "order.initial_amount", family: FamilyOrder, needs: CauseMissingAmount},
	"order.metadata":       {kind: metadataName, source: "order.metadata", family: FamilyOrder, needs: CauseMissingOrder},
	"redemption.metadata":  {kind: metadataName, source: "redemption.metadata", family: FamilyRedemption},

	"order.items.count":               {source: "order.quantity", family: FamilyOrder, needs: CauseMissingOrderItems},
	"order.items.price_any":           {kind: anyLineName, source: ".price", family: FamilyOrder, needs: CauseMissingOrderItems},
	"order.items.price_each":          {kind: eachLineName, source: ".price", family: FamilyOrder, needs: CauseMissingOrderItems},
	"order.items.metadata_any":        {kind: anyLineName, source: ".metadata", family: FamilyOrder, needs: CauseMissingOrderItems},
	"order.items.metadata_each":       {kind: eachLineName, source: ".metadata", family: FamilyOrder, needs: CauseMissingOrderItems},
	"order.items.any":                 {kind: linesName, family: FamilyOrder, needs: CauseMissingOrderItems},
	"order.items.every":               {kind: linesName, family: FamilyOrder, needs: CauseMissingOrderItems},
	"order.items.none":                {kind: linesName, family: FamilyOrder},
	"order.items.cheapest":            {kind: linesName, family: FamilyOrder, needs: CauseMissingOrderItems},
	"order.items.most_expensive":      {kind: linesName, family: FamilyOrder, needs: CauseMissingOrderItems},
	"order.items.aggregated_amount":   {source: "matched.amount", family: FamilyOrder, needs: CauseMissingOrderItemsAmount, line: true},
	"order.items.aggregated_quantity": {source: "matched.quantity", family: FamilyOrder, line: true},
	"order.items.price":               {kind: anyLineName, source: ".price", family: FamilyOrder, line: true},
	"order.items.quantity":            {kind: anyLineName, source: ".quantity", family: FamilyOrder, line: true},
	"order.items.metadata":            {kind: anyLineName, source: ".metadata", family: FamilyOrder, line: true},

	"redemption.count.per_customer":        {source: "usage.per_customer", family: FamilyRedemption, needs: CauseMissingCustomer, usage: true, metric: IncentivePerCustomer},
	"campaign.redemptions.count":           {source: "usage.campaign", family: FamilyRedemption, usage: true, metric: CampaignRedemptions},
	"campaign.redemptions.customers_count": {source: "usage.campaign_per_customer", family: FamilyRedemption, needs: CauseMissingCustomer, usage: true, metric: CampaignPerCustomer},
	"campaign.orders.amount":               {source: "usage.campaign_orders_amount", family: FamilyRedemption, usage: true, metric: CampaignOrdersAmount},
	"campaign.orders.amount_discounted":    {source: "usage.campaign_discount_amount", family: FamilyRedemption, usage: true, metric: CampaignDiscountAmount, post: true},
}

// laterNames exist in Voucherify and not yet here.
var laterNames = setOf("customer.loyalty.tier", "publication.redeemable_by_linked_customer", "member.metadata",
	"custom_event.metadata", "campaign.redemptions.count.daily", "campaign.redemptions.count.weekly",
	"campaign.redemptions.count.monthly", "campaign.redemptions.customers_count.daily",
	"campaign.redemptions.customers_count.weekly", "campaign.redemptions.customers_count.monthly",
	"redemption.count.daily", "redemption.count.weekly", "redemption.count.monthly",
	"redemption.count.per_customer.daily", "redemption.count.per_customer.weekly", "redemption.count.per_customer.monthly",
	"redemption.count.per_api_key", "redemption.count.per_user", "redemption.gift.amount",
	"redemption.reward.pay_with_points.points_used", "redemption.api_key", "redemption.user.login",
	"product.id", "sku.id", "product.price", "sku.price", "product.quantity", "sku.quantity",
	"product.discount_applicable", "sku.discount_applicable", "product.metadata",
	"product.metadata.aggregated_quantity", "product.metadata.aggregated_amount",
	"product.metadata.discount_applicable", "product.metadata.match_all")

// needsProperty reports whether the name is about metadata, so that a node needs a property.
func (d *nameDefinition) needsProperty() bool {
	return d.kind == metadataName || d.source == ".metadata"
}

// accepts is the set of left values that the operators of a name must fit.
func (d *nameDefinition) accepts() kinds {
	switch {
	case d.needsProperty():
		return forMetadata
	case d.kind == segmentsName:
		return forSegments
	case d.kind == linesName:
		return forLines
	}
	return forNumber
}

// lookUpName finds a rule name, or says whether it does not exist at all or only not yet.
func lookUpName(path, name string, inside bool) (*nameDefinition, error) {
	d, ok := names[name]
	switch {
	case ok && d.line && !inside:
		return nil, invalid(path+".name", "%s can only stand inside a condition on items", name)
	case ok && inside && !d.line:
		return nil, invalid(path+".name", "%s cannot stand inside a condition on items", name)
	case ok:
		return &d, nil
	case name == "":
		return nil, invalid(path+".name", "is required")
	}
	if _, later := laterNames[name]; later {
		return nil, invalid(path+".name", "rule name %s is not supported yet", name)
	}
	return nil, invalid(path+".name", "unknown rule name %s", strings.ToValidUTF8(clip(name), "�"))
}
