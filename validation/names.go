package validation

import "strings"

// kindOfName is how the conditions of a name are evaluated.
type kindOfName uint8

const (
	numberName   kindOfName = iota // one number
	metadataName                   // the metadata value under the node's property
	idsName                        // the ids that the customer has of something
	textName                       // one text, empty when it is not known
	flagName                       // true or false, and only true can be asked for
	linesName                      // selects lines of the cart by what they are; sub-rules look at them
	productsName                   // selects lines of the cart by the metadata of their product; sub-rules look at them
	anyLineName                    // a value of the lines, one of which must pass
	eachLineName                   // a value of the lines, all of which must pass
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

	object    string // what the values of ids may call themselves beside the id
	scopes    bool   // opens the scope of the discount to what the condition around it names
	overshoot bool   // the counter is looked at as it is before this redemption
}

// names are the rule names of this version. To add one, add an entry.
var names = map[string]nameDefinition{
	"customer.metadata":                             {kind: metadataName, source: "customer.metadata", family: FamilyCustomer, needs: CauseMissingCustomer},
	"customer.segment":                              {kind: idsName, source: "customer.segments", family: FamilyCustomer, needs: CauseMissingCustomer, object: "segment"},
	"customer.loyalty.tier":                         {kind: idsName, source: "customer.loyalty_tiers", family: FamilyCustomer, needs: CauseMissingCustomer, object: "loyalty_tier"},
	"member.metadata":                               {kind: metadataName, source: "customer.member_metadata", family: FamilyCustomer, needs: CauseMissingCustomer},
	"publication.redeemable_by_linked_customer":     {kind: flagName, source: "customer.holder", family: FamilyCustomer, needs: needsHolder},
	"order.amount":                                  {source: "order.amount", family: FamilyOrder, needs: CauseMissingAmount},
	"order.total_amount":                            {source: "order.total_amount", family: FamilyOrder, needs: CauseMissingAmount, post: true},
	"order.initial_amount":                          {source: "order.initial_amount", family: FamilyOrder, needs: CauseMissingAmount},
	"order.metadata":                                {kind: metadataName, source: "order.metadata", family: FamilyOrder, needs: CauseMissingOrder},
	"redemption.metadata":                           {kind: metadataName, source: "redemption.metadata", family: FamilyRedemption},
	"redemption.api_key":                            {kind: textName, source: "redemption.api_key", family: FamilyRedemption},
	"redemption.user.login":                         {kind: textName, source: "redemption.user", family: FamilyRedemption},
	"redemption.reward.pay_with_points.points_used": {source: "redemption.points", family: FamilyRedemption, post: true},
	"custom_event.metadata":                         {kind: metadataName, source: "event.metadata", family: FamilyRedemption, needs: CauseMissingEvent},

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

	// Names of older rules. A rule keeps them; here they become what the names above look at.
	"product.id":                           {kind: linesName, family: FamilyOrder, needs: CauseMissingOrderItems, object: "product"},
	"sku.id":                               {kind: linesName, family: FamilyOrder, needs: CauseMissingOrderItems, object: "sku"},
	"product.price":                        {kind: anyLineName, source: ".price", family: FamilyOrder, line: true},
	"sku.price":                            {kind: anyLineName, source: ".price", family: FamilyOrder, line: true},
	"product.quantity":                     {kind: anyLineName, source: ".quantity", family: FamilyOrder, line: true},
	"sku.quantity":                         {kind: anyLineName, source: ".quantity", family: FamilyOrder, line: true},
	"product.discount_applicable":          {kind: flagName, source: "true", family: FamilyOrder, line: true, scopes: true},
	"sku.discount_applicable":              {kind: flagName, source: "true", family: FamilyOrder, line: true, scopes: true},
	"product.metadata":                     {kind: productsName, source: ".product_metadata", family: FamilyOrder, needs: CauseMissingOrderItems},
	"product.metadata.aggregated_quantity": {source: "matched.quantity", family: FamilyOrder, line: true},
	"product.metadata.aggregated_amount":   {source: "matched.amount", family: FamilyOrder, needs: CauseMissingOrderItemsAmount, line: true},
	"product.metadata.discount_applicable": {kind: flagName, source: "true", family: FamilyOrder, line: true, scopes: true},
	matchAll:                               {kind: flagName, source: "true", family: FamilyOrder, line: true},
}

// matchAll makes the condition on product metadata around it one that every line must satisfy.
const matchAll = "product.metadata.match_all"

// counterNames are the rule names about counters: the metric, its name in generated sources, and whether it belongs to the
// customer.
var counterNames = map[string]struct {
	metric   Metric
	source   string
	customer bool
	post     bool
}{
	"redemption.count.daily":                       {metric: IncentiveDay, source: "day"},
	"redemption.count.weekly":                      {metric: IncentiveWeek, source: "week"},
	"redemption.count.monthly":                     {metric: IncentiveMonth, source: "month"},
	"redemption.count.per_customer":                {metric: IncentivePerCustomer, source: "per_customer", customer: true},
	"redemption.count.per_customer.daily":          {metric: IncentivePerCustomerDay, source: "per_customer_day", customer: true},
	"redemption.count.per_customer.weekly":         {metric: IncentivePerCustomerWeek, source: "per_customer_week", customer: true},
	"redemption.count.per_customer.monthly":        {metric: IncentivePerCustomerMonth, source: "per_customer_month", customer: true},
	"redemption.count.per_api_key":                 {metric: IncentivePerAPIKey, source: "per_api_key"},
	"redemption.count.per_user":                    {metric: IncentivePerUser, source: "per_user"},
	"campaign.redemptions.count":                   {metric: CampaignRedemptions, source: "campaign"},
	"campaign.redemptions.count.daily":             {metric: CampaignDay, source: "campaign_day"},
	"campaign.redemptions.count.weekly":            {metric: CampaignWeek, source: "campaign_week"},
	"campaign.redemptions.count.monthly":           {metric: CampaignMonth, source: "campaign_month"},
	"campaign.redemptions.customers_count":         {metric: CampaignPerCustomer, source: "campaign_per_customer", customer: true},
	"campaign.redemptions.customers_count.daily":   {metric: CampaignPerCustomerDay, source: "campaign_per_customer_day", customer: true},
	"campaign.redemptions.customers_count.weekly":  {metric: CampaignPerCustomerWeek, source: "campaign_per_customer_week", customer: true},
	"campaign.redemptions.customers_count.monthly": {metric: CampaignPerCustomerMonth, source: "campaign_per_customer_month", customer: true},
	"campaign.orders.amount":                       {metric: CampaignOrdersAmount, source: "campaign_orders_amount"},
	"campaign.orders.amount_discounted":            {metric: CampaignDiscountAmount, source: "campaign_discount_amount", post: true},
	"redemption.gift.amount":                       {metric: CampaignGiftAmount, source: "campaign_gift_amount", post: true},
}

// counterName describes a rule name about a counter.
func counterName(name string) (nameDefinition, bool) {
	c, ok := counterNames[name]
	d := nameDefinition{source: "usage." + c.source, family: FamilyRedemption, usage: true, metric: c.metric, post: c.post}
	if c.customer {
		d.needs = CauseMissingCustomer
	}
	return d, ok
}

// needsProperty reports whether the name is about metadata, so that a node needs a property.
func (d *nameDefinition) needsProperty() bool {
	return d.kind == metadataName || d.kind == productsName || d.source == ".metadata"
}

// accepts is the set of left values that the operators of a name must fit.
func (d *nameDefinition) accepts() kinds {
	switch {
	case d.needsProperty():
		return forMetadata
	case d.kind == idsName || d.kind == textName:
		return forIDs
	case d.kind == flagName:
		return forFlags
	case d.kind == linesName:
		return forLines
	}
	return forNumber
}

// lookUpName finds a rule name, and refuses one that does not exist or stands in the wrong place.
func lookUpName(path, name string, inside bool) (*nameDefinition, error) {
	d, ok := names[name]
	if !ok {
		d, ok = counterName(name)
	}
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
	return nil, invalid(path+".name", "unknown rule name %s", strings.ToValidUTF8(clip(name), "�"))
}

// idOf reads the value of a condition on ids: the id itself, or an object that carries it.
func (d *nameDefinition) idOf(value any) any {
	object, ok := value.(map[string]any)
	if !ok || d.object == "" || object["object"] != nil && object["object"] != d.object {
		return value
	}
	return object["id"]
}
