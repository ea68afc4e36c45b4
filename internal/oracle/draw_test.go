package oracle_test

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/internal/oracle"
	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// collections are what the references of the drawn rules name beside products and SKUs.
var collections = map[string][]product.Ref{
	"pc_1": {{ID: "p1"}, {ID: "sku_2"}}, "pc_2": {{SourceID: "s3", Object: product.KindSKU}, {ID: "p2", Object: product.KindProduct}},
}

var shop = product.NewIndex(nil, nil, []*product.Collection{
	{ID: "pc_1", Products: collections["pc_1"]}, {ID: "pc_2", Products: collections["pc_2"]},
})

var witness = oracle.Oracle{Collections: collections}

// The names by what stands in their conditions.
var (
	numberNames = []string{
		"order.amount", "order.total_amount", "order.initial_amount", "order.items.count", "order.items.price_any", "order.items.price_each",
		"redemption.reward.pay_with_points.points_used", "campaign.orders.amount", "campaign.orders.amount_discounted",
		"campaign.redemptions.count", "campaign.redemptions.count.daily", "campaign.redemptions.count.weekly", "campaign.redemptions.count.monthly",
		"campaign.redemptions.customers_count", "campaign.redemptions.customers_count.daily", "campaign.redemptions.customers_count.weekly",
		"campaign.redemptions.customers_count.monthly", "redemption.count.daily", "redemption.count.weekly", "redemption.count.monthly",
		"redemption.count.per_customer", "redemption.count.per_customer.daily", "redemption.count.per_customer.weekly",
		"redemption.count.per_customer.monthly", "redemption.count.per_api_key", "redemption.count.per_user", "redemption.gift.amount",
	}
	budgets       = []string{"campaign.orders.amount", "campaign.orders.amount_discounted", "redemption.gift.amount"}
	metadataNames = []string{
		"customer.metadata", "order.metadata", "redemption.metadata", "custom_event.metadata", "member.metadata",
		"order.items.metadata_any", "order.items.metadata_each",
	}
	idNames   = []string{"customer.segment", "customer.loyalty.tier", "redemption.api_key", "redemption.user.login"}
	lineNames = []string{
		"order.items.any", "order.items.every", "order.items.none", "order.items.cheapest", "order.items.most_expensive", "product.id", "sku.id",
	}
	numbersOfLines = []string{
		"order.items.aggregated_amount", "order.items.aggregated_quantity", "order.items.price", "order.items.quantity", "product.price",
		"sku.price", "product.quantity", "sku.quantity", "product.metadata.aggregated_quantity", "product.metadata.aggregated_amount",
	}
	constants = []string{
		"product.discount_applicable", "sku.discount_applicable", "product.metadata.discount_applicable", "product.metadata.match_all",
	}
)

// The values of operators on metadata.
var (
	anyValue = []any{
		"a", "b", "gold", "5", "5.0", "", 5, 5.5, -1.0, 1e300, int64(9007199254740993), true, false, "true", "2026-06-10", "2026-06-09T22:00:00Z",
		json.Number("5e0"), "geo:1,1",
	}
	orderValue  = []any{5, "5", -1, 5.5, "2026-06-10", "2026-06-09T22:00:00Z", "1e1", "2026-06-10T12:00:00+02:00", int64(9007199254740993)}
	textValue   = []any{"a", "go", "ld", "old", "", "5", "2026"}
	dateValue   = []any{"2026-06-10", "2026-06-09T22:00:00Z", "2026-06-10T12:00:00+02:00", "2024-02-29"}
	countValue  = []any{0, 1, 2, "2", 30}
	dayValue    = []any{0, "3", 6, 5}
	windowValue = map[string][]any{
		"$timeframe": {
			"2026-06-01T10:00;P1D;PT2H", "2026-05-31;P1M;P1D", "2026-06-09T22:00:00Z;PT6H;PT1H30M", "2026-03-27T10:00;P1DT12H;PT1H",
			"2026-01-31T08:00;P1M;P2DT1S", "2025-12-31T00:00:00Z;P1W;P1D", "2020-02-29;P1Y;P1D",
		},
		"$timeframe_absolute": {"2026-06-01;2026-06-10", "2026-06-09T22:00:00Z;2026-06-11", "2026-06-12;2026-06-01", "2024-02-29;2024-02-29"},
		"$timeframe_daily_hours": {
			"00:00;12:00;3", "22:00;02:00;2,3", "12:00;12:00;0, 1,2,3,4,5,6", "00:00;23:59;6",
		},
		"$in_location": {"loc_1", "loc_2", "loc_9"},
	}
	numberValue = []any{0, 1, 2, 3, 5, "5", 10, -1, int64(7), 5.0, json.Number("3")}
)

// valuesOf are the values that an operator on metadata can take.
func valuesOf(operator string) (pool []any, least, most int) {
	switch operator {
	case "$is", "$is_not", "$in", "$not_in", "$not_intersect":
		return anyValue, 1, 4
	case "$not_differ", "$has_value", "$is_unknown":
		return anyValue, 0, 3
	case "$more_than", "$more_than_or_equal", "$less_than", "$less_than_or_equal":
		return orderValue, 1, 1
	case "$contains", "$not_contain", "$starts_with", "$ends_with":
		return textValue, 1, 3
	case "$after", "$before":
		return dateValue, 1, 1
	case "$dow":
		return dayValue, 1, 3
	case "$today", "$this_month", "$next_month", "$previous_month":
		return []any{true, "true"}, 1, 1
	case "$timeframe", "$timeframe_absolute", "$timeframe_daily_hours", "$in_location":
		return windowValue[operator], 1, 2
	}
	return countValue, 1, 1 // counts and days ago
}

var (
	equality     = []string{"$is", "$is_not", "$in", "$not_in"}
	ordering     = []string{"$more_than", "$more_than_or_equal", "$less_than", "$less_than_or_equal"}
	allOperators = slices.Concat(equality, ordering, []string{
		"$has_value", "$is_unknown", "$contains", "$not_contain", "$starts_with", "$ends_with", "$after", "$before", "$count", "$count_more",
		"$count_less", "$not_differ", "$not_intersect", "$more_than_ago", "$less_than_ago", "$is_days_ago", "$more_than_future",
		"$less_than_future", "$is_days_in_future", "$today", "$this_month", "$next_month", "$previous_month", "$dow", "$timeframe",
		"$timeframe_absolute", "$timeframe_daily_hours", "$in_location",
	})
)

// drawer draws rules and facts.
type drawer struct{ *rapid.T }

func pick[V any](t drawer, label string, from []V) V { return rapid.SampledFrom(from).Draw(t.T, label) }

func (t drawer) chance(label string, percent int) bool {
	return rapid.IntRange(0, 99).Draw(t.T, label) < percent
}

func (t drawer) some(label string, from []any, least, most int) []any {
	return rapid.SliceOfN(rapid.SampledFrom(from), least, most).Draw(t.T, label)
}

// conditions draws one or two operators with values.
func (t drawer) conditions(operators []string, values func(operator string) ([]any, int, int)) validation.Conditions {
	c := validation.Conditions{}
	for range pick(t, "operators", []int{1, 1, 1, 2}) {
		operator := pick(t, "operator", operators)
		pool, least, most := values(operator)
		c[operator] = t.some("values", pool, least, most)
	}
	return c
}

func numbers(operator string) ([]any, int, int) {
	if slices.Contains(ordering, operator) {
		return numberValue, 1, 1
	}
	return numberValue, 1, 3
}

func ids(string) ([]any, int, int) {
	return []any{"1", "2", "3"}, 1, 2
}

func (t drawer) refs() []any {
	return t.some("refs", []any{
		"p1", "p2", "sku_2", "pc_1", "pc_2", "pc_9", "pc_all_products", product.Ref{ID: "p1"}, product.Ref{SourceID: "s1", Object: product.KindSKU},
		map[string]any{"id": "p2", "object": "product"}, map[string]any{"source_id": "q1"}, map[string]any{"id": "s1", "object": "sku"},
		map[string]any{"id": "x", "type": "products_collection"}, map[string]any{"id": "sku_3", "type": "product_or_sku"},
	}, 1, 3)
}

// node draws a condition; inside is about lines that were selected.
func (t drawer) node(levels int, inside bool) validation.Node {
	n := validation.Node{Property: pick(t, "property", []string{"x", "x", "x", "y", "y", "o.i", "o.x", "q.r"})}
	kinds := []string{"number", "number", "metadata", "metadata", "id", "lines", "lines", "holder", "product"}
	if inside {
		kinds = []string{"line number", "line number", "line metadata", "constant"}
	}
	switch pick(t, "kind", kinds) {
	case "number":
		n.Name = pick(t, "name", numberNames)
		n.Conditions = t.conditions(slices.Concat(equality, ordering), numbers)
		if slices.Contains(budgets, n.Name) && t.chance("overshoot", 50) {
			n.LimitPolicy = validation.OvershootOnce
			n.Conditions = validation.Conditions{pick(t, "limit", []string{"$less_than", "$less_than_or_equal"}): t.some("budget", numberValue, 1, 1)}
		}
	case "metadata":
		n.Name = pick(t, "name", metadataNames)
		n.Conditions = t.conditions(allOperators, valuesOf)
	case "product":
		n.Name = "product.metadata"
		n.Conditions = t.conditions(allOperators, valuesOf)
	case "line metadata":
		n.Name = "order.items.metadata"
		n.Conditions = t.conditions(allOperators, valuesOf)
	case "line number":
		n.Name = pick(t, "name", numbersOfLines)
		n.Conditions = t.conditions(slices.Concat(equality, ordering), numbers)
	case "constant":
		n.Name, n.Conditions = pick(t, "name", constants), validation.Conditions{"$is": {true}}
	case "holder":
		n.Name, n.Conditions = "publication.redeemable_by_linked_customer", validation.Conditions{"$is": {true}}
	case "id":
		n.Name = pick(t, "name", idNames)
		n.Conditions = t.conditions(equality, ids)
		if strings.HasPrefix(n.Name, "customer.") && t.chance("object", 20) {
			n.Conditions["$is"] = append(n.Conditions["$is"], map[string]any{"id": "2"})
		}
	case "lines":
		n.Name, n.Conditions = pick(t, "name", lineNames), validation.Conditions{}
		for _, operator := range []string{"$is", "$from"} {
			if t.chance(operator, 60) {
				n.Conditions[operator] = t.refs()
			}
		}
	}
	if t.chance("message", 25) {
		n.Error = &validation.ErrorText{Message: pick(t, "text", []string{"no", "never"})}
	}
	inside = inside || slices.Contains(lineNames, n.Name) || n.Name == "product.metadata"
	if n.Name != "order.items.none" && (t.chance("rules", 25) || !inside && levels > 2 || slices.Contains(lineNames, n.Name) && t.chance("more rules", 50)) {
		n.Rules = t.group(levels-1, inside)
	}
	return n
}

func (t drawer) group(levels int, inside bool) validation.Group {
	g := validation.Group{}
	if levels == 0 {
		return g
	}
	keys := []string{"1", "2", "10", "a"}[:rapid.IntRange(1, 3).Draw(t.T, "nodes")]
	g.Nodes = make(map[string]validation.Node, len(keys))
	for _, key := range keys {
		g.Nodes[key] = t.node(levels, inside)
	}
	if t.chance("logic", 60) {
		g.Logic = t.logic(keys, 2)
	}
	return g
}

func (t drawer) logic(keys []string, levels int) string {
	var b strings.Builder
	for i := range rapid.IntRange(1, 3).Draw(t.T, "words") {
		if i > 0 {
			b.WriteString(pick(t, "junction", []string{" and ", " or ", " AND ", "  Or "}))
		}
		if levels > 0 && t.chance("brackets", 30) {
			b.WriteString("( " + t.logic(keys, levels-1) + ")")
		} else {
			b.WriteString(pick(t, "key", keys))
		}
	}
	return b.String()
}

// rule draws a rule: often a single condition, of which each detail counts.
func (t drawer) rule() validation.Rule {
	if t.chance("one condition", 50) {
		n := t.node(pick(t, "depth", []int{1, 2}), false)
		return validation.Rule{ID: "val_1", Rules: validation.Group{Nodes: map[string]validation.Node{"1": n}}}
	}
	return validation.Rule{ID: "val_1", Rules: t.group(rapid.IntRange(1, 3).Draw(t.T, "levels"), false)}
}

// stored are values of metadata, near those that operators ask for.
var stored = [][]any{
	anyValue,
	{"old", "hello gold", "soon", "1e1", "4.999", "geo:1,1.001", "geo:10,10"},
	{nil, 4, 6, uint8(5), float32(5.5), uint64(math.MaxUint64), math.NaN(), int64(9007199254740992), json.Number("1E1")},
	{
		"2026-06-10", "2026-06-13", "2026-06-07", "2026-06-04", "2026-06-14", "2026-07-01", "1990-06-10", "1990-05-10", "2028-02-29", "2024-02-29",
		"2026-06-09", "2026-06-11", "2026-01-31",
	},
	{
		"2026-06-07T21:59:59Z", "2026-06-07T22:00:00Z", "2026-05-31T22:00:00Z", "2026-06-10T08:00:00Z", "2026-06-10T09:59:59Z", "2026-06-10T10:00:00Z",
		"2026-03-29T10:30:00+02:00", "2026-02-28T09:00:00+01:00", "2026-06-10T00:00:59Z", "2026-06-10T20:15:00+02:00", "2026-06-09T21:59:59Z",
		"2026-06-10T04:00:00Z", "2026-06-10T22:30:00Z", time.Date(2026, 6, 10, 0, 0, 0, 0, time.UTC), time.Date(2026, 6, 9, 22, 0, 0, 0, time.UTC),
	},
	{
		[]string{"a", "gold"}, []string{}, []any{}, []any{"a", "b"}, []any{5, "5", 6}, []any{nil}, []any{true, "a"}, []any{"geo:1,1", "x"}, []any{5.5, 1e300},
		map[string]any{"i": "a", "x": 5}, map[string]any{"i": []any{"a", 5}},
	},
	{
		[]any{"2026-06-10", "2026-06-11"}, []any{"2026-06-04", "2026-06-13"}, []any{"2026-06-01", "1990-01-01"}, []string{"2026-06-09T22:00:00Z", "2026-06-08"},
		[]any{"2026-07-10", "2030-01-01"}, []any{"2026-06-10", "x"},
	},
}

func (t drawer) metadata(label string) map[string]any {
	if t.chance(label+" without metadata", 10) {
		return nil
	}
	m := map[string]any{}
	for _, key := range []string{"x", "y", "o", "o.x"} {
		if t.chance(label+" has "+key, 70) {
			m[key] = pick(t, label+" "+key, pick(t, "like", stored))
		}
	}
	return m
}

var identities = []product.Identity{
	{}, {ProductID: "p1", ProductSourceID: "q1"}, {ProductID: "p1", SKUID: "s1", SKUSourceID: "s3"}, {SKUID: "sku_2", ProductID: "p9"},
	{ProductSourceID: "p2"}, {SKUID: "sku_3", SKUSourceID: "s1"}, {ProductID: "x"},
}

func (t drawer) order() validation.OrderFacts {
	small := rapid.Int64Range(0, 10)
	o := validation.OrderFacts{
		Present: t.chance("order", 95), HasAmount: t.chance("amount", 95), Amount: small.Draw(t.T, "order amount"),
		TotalAmount: small.Draw(t.T, "total"), InitialAmount: small.Draw(t.T, "initial"),
	}
	if !o.Present {
		return validation.OrderFacts{}
	}
	o.Metadata = t.metadata("order")
	for range pick(t, "lines", []int{2, 3, 1, 4, 0}) {
		item := validation.ItemFacts{
			Identity: pick(t, "identity", identities), HasPrice: t.chance("price", 80), HasAmount: t.chance("line amount", 90),
			Quantity: rapid.Int64Range(1, 4).Draw(t.T, "quantity"), Metadata: t.metadata("line"), ProductMetadata: t.metadata("product"),
		}
		if item.HasPrice {
			item.Price = rapid.Int64Range(0, 3).Draw(t.T, "unit price")
		}
		if item.HasAmount {
			item.Amount = rapid.Int64Range(0, 8).Draw(t.T, "value")
		}
		o.Quantity += item.Quantity
		o.Items = append(o.Items, item)
	}
	return o
}

func area(center, radius string) *location.Area {
	a, err := location.Location{
		Name: "place", Shape: location.Shape{Type: location.Circle, Distance: &location.Distance{Center: center, Radius: radius}},
	}.Compile()
	if err != nil {
		panic(err)
	}
	return a
}

var areas = map[string]*location.Area{"loc_1": area("geo:1,1", "1 km"), "loc_2": area("geo:10,10", "5 km")}

func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

var nows = []time.Time{
	time.Date(2026, 6, 10, 12, 0, 0, 0, zone("Europe/Warsaw")), time.Date(2026, 6, 10, 0, 0, 0, 0, zone("Europe/Warsaw")),
	time.Date(2026, 6, 9, 23, 59, 59, 0, zone("America/New_York")), time.Date(2026, 2, 28, 8, 0, 0, 0, time.UTC),
	time.Date(2026, 12, 31, 23, 0, 0, 0, zone("Asia/Kolkata")), time.Date(2028, 2, 29, 8, 0, 0, 0, time.UTC),
}

func (t drawer) facts() *validation.Facts {
	small := rapid.Int64Range(0, 10)
	has := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"1", "2", "3"}), 0, 3, rapid.ID)
	text := []string{"", "1", "2", "3"}
	f := &validation.Facts{Order: t.order(), At: pick(t, "now", nows), Areas: areas}
	if t.chance("customer", 85) {
		f.Customer = validation.CustomerFacts{
			Present: true, Metadata: t.metadata("customer"), Segments: has.Draw(t.T, "segments"), LoyaltyTiers: has.Draw(t.T, "tiers"),
			MemberMetadata: t.metadata("member"),
		}
	}
	f.Customer.Holder = t.chance("holder", 50)
	f.Redemption = validation.RedemptionFacts{
		Metadata: t.metadata("redemption"), APIKey: pick(t, "key", text), User: pick(t, "user", text), Points: small.Draw(t.T, "points"),
	}
	f.Event = validation.EventFacts{Present: t.chance("event", 80), Metadata: t.metadata("event")}
	for m := range f.Usage {
		f.Spent[m] = small.Draw(t.T, "spent "+strconv.Itoa(m))
		f.Usage[m] = f.Spent[m] + rapid.Int64Range(0, 3).Draw(t.T, "delta")
	}
	return f
}
