package validation_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// orderSchemas has one property of each type for orders, which allow defined properties only.
func orderSchemas() *metadata.Schemas {
	properties := metadata.Properties{"old": {Type: metadata.TypeString, Deleted: true}}
	for _, t := range []metadata.Type{
		metadata.TypeString, metadata.TypeNumber, metadata.TypeBoolean, metadata.TypeDate, metadata.TypeDatetime, metadata.TypeImageURL,
	} {
		properties[string(t)] = metadata.Definition{Type: t}
		properties[string(t)+"s"] = metadata.Definition{Type: t, Array: true}
	}
	properties["object"] = metadata.Definition{Type: metadata.TypeObject, ObjectType: "Payment"}
	properties["objects"] = metadata.Definition{Type: metadata.TypeObject, ObjectType: "Payment", Array: true}
	return metadata.NewSchemas([]*metadata.Schema{
		{RelatedObject: metadata.OfOrder, AllowDefinedOnly: true, Properties: properties},
		{RelatedObject: "Payment", AllowDefinedOnly: true, Properties: metadata.Properties{"method": {Type: metadata.TypeString}}},
		{RelatedObject: metadata.OfCustomer, Properties: metadata.Properties{
			"geopoint": {Type: metadata.TypeGeopoint}, "geopoints": {Type: metadata.TypeGeopoint, Array: true}, "age": {Type: metadata.TypeNumber},
		}},
		{RelatedObject: metadata.OfMember, AllowDefinedOnly: true, Properties: metadata.Properties{"since": {Type: metadata.TypeDate}}},
		{RelatedObject: metadata.OfEvent("ms_review"), Properties: metadata.Properties{"rating": {Type: metadata.TypeNumber}}},
		{RelatedObject: metadata.OfRedemption, AllowDefinedOnly: true},
		{RelatedObject: metadata.OfOrderItem, AllowDefinedOnly: true},
		{RelatedObject: metadata.OfProduct, AllowDefinedOnly: true, Properties: metadata.Properties{"brand": {Type: metadata.TypeString}}},
		{RelatedObject: metadata.OfSKU, AllowDefinedOnly: true, Properties: metadata.Properties{"color": {Type: metadata.TypeString}}},
	})
}

func conditionOn(name, property string, conditions validation.Conditions) validation.Node {
	return validation.Node{Name: name, Property: property, Conditions: conditions}
}

func nodesOf(nodes map[string]validation.Node) validation.Rule {
	return validation.Rule{Name: "r", Rules: validation.Group{Nodes: nodes}}
}

// refused is the field and the details of an error about a rule, "" for none.
func refused(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var e *fault.Error
	if !errors.As(err, &e) || e.Key != fault.InvalidValidationRules {
		t.Fatalf("got %v, want invalid_validation_rules", err)
	}
	return e.Field + ": " + e.Details
}

// Which operators fit which type, for single values and for lists.
func TestOperatorsFitTypes(t *testing.T) {
	t.Parallel()
	const (
		presence = "$has_value $is_unknown "
		equality = presence + "$is $is_not $in $not_in "
		order    = "$more_than $more_than_or_equal $less_than $less_than_or_equal "
		text     = "$contains $not_contain $starts_with $ends_with "
		list     = "$count $count_more $count_less $not_differ $not_intersect "
		days     = "$after $before $more_than_ago $less_than_ago $is_days_ago $more_than_future $less_than_future $is_days_in_future $dow " +
			"$next_month $this_month $previous_month $today "
		clock = "$timeframe $timeframe_absolute $timeframe_daily_hours "
		place = "$in_location "
	)
	all := strings.Fields(equality + order + text + list + days + clock + place)
	fitting := map[string]string{
		"string": equality + text, "number": equality + order, "boolean": equality, "date": equality + order + days,
		"datetime": equality + order + days + clock, "image_url": equality, "object": presence, "geopoint": presence + place,
	}
	values := map[string]any{"string": "x", "number": 5, "boolean": true, "date": "2026-01-01", "datetime": "2026-01-01T00:00:00Z", "image_url": "x", "object": "x", "geopoint": "loc_1"}
	for name, good := range fitting {
		object := "order.metadata"
		if name == "geopoint" {
			object = "customer.metadata" // orders have none
		}
		for _, suffix := range []string{"", "s"} {
			allowed := strings.Fields(good)
			kind := name
			if suffix != "" {
				allowed = append(allowed, strings.Fields(list)...)
				kind = "a list of type " + name
			}
			for _, operator := range all {
				want := ""
				if !slices.Contains(allowed, operator) {
					want = "rules.1.conditions." + operator + ": the operator does not fit the type of " + name + suffix + ", which is " + kind
				}
				r := nodesOf(map[string]validation.Node{"1": conditionOn(object, name+suffix, validation.Conditions{operator: {values[name]}})})
				if diff := cmp.Diff(want, refused(t, r.CheckProperties(orderSchemas()))); diff != "" {
					t.Errorf("%s on %s (-want +got):\n%s", operator, name+suffix, diff)
				}
			}
		}
	}
}

func TestValuesFitTypes(t *testing.T) {
	t.Parallel()
	instant := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		property, operator string
		good, bad          []any
		words              string
	}{
		{"string", "$in", []any{"x", "5"}, []any{5, true}, "texts"},
		{"strings", "$not_differ", []any{"x"}, []any{5}, "texts"},
		{"image_url", "$is", []any{"x"}, []any{5}, "texts"},
		{"number", "$is", []any{5, 2.5, "7"}, []any{"five", true, ""}, "numbers"},
		{"number", "$more_than", []any{0, "0"}, []any{"2026-01-01"}, "numbers"},
		{"numbers", "$not_intersect", []any{1, 2}, []any{"x"}, "numbers"},
		{"boolean", "$is", []any{true, false}, []any{"true", 1}, "true or false"},
		{"date", "$is", []any{"2026-01-01", instant}, []any{"tomorrow", 5}, "dates"},
		{"datetime", "$more_than", []any{"2026-01-01T10:00:00Z", "2026-01-01"}, []any{5}, "dates"},
		{"datetime", "$before", []any{"2026-01-01"}, []any{"soon"}, "dates"},
		{"date", "$after", []any{"2026-01-01"}, []any{"soon"}, "dates"},
		{"date", "$more_than_ago", []any{5}, nil, ""},
		{"strings", "$count", []any{5}, nil, ""},
		{"number", "$has_value", []any{""}, nil, ""},
	} {
		check := func(value any) string {
			r := nodesOf(map[string]validation.Node{"1": conditionOn("order.metadata", tt.property, validation.Conditions{tt.operator: {value}})})
			return refused(t, r.CheckProperties(orderSchemas()))
		}
		for _, value := range tt.good {
			if got := check(value); got != "" {
				t.Errorf("%s %s %v: %s", tt.property, tt.operator, value, got)
			}
		}
		kind := strings.TrimSuffix(tt.property, "s")
		if kind != tt.property {
			kind = "a list of type " + kind
		}
		for _, value := range tt.bad {
			want := "rules.1.conditions." + tt.operator + ": " + tt.property + " is " + kind + " and takes " + tt.words
			if diff := cmp.Diff(want, check(value)); diff != "" {
				t.Errorf("%v (-want +got):\n%s", value, diff)
			}
		}
	}
}

func TestPropertiesExist(t *testing.T) {
	t.Parallel()
	is := validation.Conditions{"$is": {"x"}}
	inside := validation.Node{
		Name: "order.items.any", Conditions: validation.Conditions{"$is": {product.Ref{ID: "prod_1", Object: product.KindProduct}}},
		Rules: validation.Group{Nodes: map[string]validation.Node{"2": conditionOn("order.items.metadata", "x", is)}},
	}
	totals := conditionOn("product.metadata", "brand", is)
	totals.Rules = validation.Group{Logic: "1 and 2", Nodes: map[string]validation.Node{
		"1": {Name: "product.metadata.aggregated_quantity", Conditions: validation.Conditions{"$more_than": {1}}},
		"2": {Name: "product.metadata.match_all", Conditions: validation.Conditions{"$is": {true}}},
	}}
	review := func(schema, property, operator string, value any) validation.Rule {
		n := conditionOn("custom_event.metadata", property, validation.Conditions{operator: {value}})
		n.SchemaID = schema
		return nodesOf(map[string]validation.Node{"1": n})
	}
	for _, tt := range []struct {
		name string
		rule validation.Rule
		want string
	}{
		{"a defined property", nodesOf(map[string]validation.Node{"1": conditionOn("order.metadata", "string", is)}), ""},
		{"one that is not defined", nodesOf(map[string]validation.Node{"1": conditionOn("order.metadata", "strnig", is)}),
			"rules.1.property: the schema of order does not define strnig"},
		{"a deleted one", nodesOf(map[string]validation.Node{"1": conditionOn("order.metadata", "old", is)}),
			"rules.1.property: the schema of order does not define old"},
		{"one that is not defined where anything is allowed", nodesOf(map[string]validation.Node{"1": conditionOn("customer.metadata", "x", is)}), ""},
		{"inside an object", nodesOf(map[string]validation.Node{"1": conditionOn("order.metadata", "object.method", is)}), ""},
		{"not inside an object", nodesOf(map[string]validation.Node{"1": conditionOn("order.metadata", "object.x", is)}),
			"rules.1.property: the schema of Payment does not define x"},
		{"inside a list of objects", nodesOf(map[string]validation.Node{"1": conditionOn("order.metadata", "objects.method", is)}),
			"rules.1.property: objects is a list of objects, which rules cannot look into"},
		{"of the redemption", nodesOf(map[string]validation.Node{"1": conditionOn("redemption.metadata", "x", is)}),
			"rules.1.property: the schema of redemption does not define x"},
		{"of any line", nodesOf(map[string]validation.Node{"1": conditionOn("order.items.metadata_any", "x", is)}),
			"rules.1.property: the schema of order_item does not define x"},
		{"of every line", nodesOf(map[string]validation.Node{"1": conditionOn("order.items.metadata_each", "x", is)}),
			"rules.1.property: the schema of order_item does not define x"},
		{"of the lines that match", nodesOf(map[string]validation.Node{"1": inside}),
			"rules.1.rules.2.property: the schema of order_item does not define x"},
		{"of a product", nodesOf(map[string]validation.Node{"1": conditionOn("product.metadata", "brand", is)}), ""},
		{"of its SKU", nodesOf(map[string]validation.Node{"1": conditionOn("product.metadata", "color", is)}), ""},
		{"sub-rules of a product, which have no property", nodesOf(map[string]validation.Node{"1": totals}), ""},
		{"of neither", nodesOf(map[string]validation.Node{"1": conditionOn("product.metadata", "x", is)}),
			"rules.1.property: the schema of product does not define x"},
		{"of a member", nodesOf(map[string]validation.Node{"1": conditionOn("member.metadata", "since", validation.Conditions{"$more_than_ago": {30}})}), ""},
		{"of a member, with an operator that does not fit", nodesOf(map[string]validation.Node{"1": conditionOn("member.metadata", "since", validation.Conditions{"$contains": {"2026"}})}),
			"rules.1.conditions.$contains: the operator does not fit the type of since, which is date"},
		{"of a member, which is not defined", nodesOf(map[string]validation.Node{"1": conditionOn("member.metadata", "x", is)}),
			"rules.1.property: the schema of member does not define x"},
		{"of an event", review("ms_review", "rating", "$more_than", 3), ""},
		{"of an event, with a value that does not fit", review("ms_review", "rating", "$more_than", "good"),
			"rules.1.conditions.$more_than: rating is number and takes numbers"},
		{"of an event, with an operator that does not fit", review("ms_review", "rating", "$starts_with", "5"),
			"rules.1.conditions.$starts_with: the operator does not fit the type of rating, which is number"},
		{"of an event, which is not defined", review("ms_review", "x", "$starts_with", "5"), ""},
		{"of an event without its schema", review("", "rating", "$starts_with", "5"), ""},
		{"of an event with a schema that does not exist", review("ms_none", "rating", "$starts_with", "5"), ""},
		{"of an event with the name of another schema", review("order", "string", "$more_than", "5"), ""},
		{"the first of two by key", nodesOf(map[string]validation.Node{"10": conditionOn("order.metadata", "a", is), "9": conditionOn("order.metadata", "b", is)}),
			"rules.9.property: the schema of order does not define b"},
		{"no metadata", nodesOf(map[string]validation.Node{"1": conditionOn("order.amount", "", validation.Conditions{"$is": {5}})}), ""},
		{"an expression", validation.Rule{Expression: `order.metadata.string == "x" && customer.metadata["anything"] == 1`}, ""},
		{"an expression about nothing", validation.Rule{Expression: `order.amount > 5 || redemption.metadata.x == 1`},
			"expression: the schema of redemption does not define x"},
		{"an expression with a key", validation.Rule{Expression: `order.metadata["x"] != nil`}, "expression: the schema of order does not define x"},
		{"an expression with optional steps", validation.Rule{Expression: `order.metadata?.object?.method == "card"`}, ""},
		{"an expression about a member", validation.Rule{Expression: `customer.member_metadata.x == 1`}, "expression: the schema of member does not define x"},
		{"an expression over lines", validation.Rule{Expression: `any(order.items, .metadata.x == 1)`}, "expression: the schema of order_item does not define x"},
		{"an expression over products", validation.Rule{Expression: `any(order.items, .product_metadata.x == 1)`}, "expression: the schema of product does not define x"},
		{"an expression over products that fits", validation.Rule{Expression: `any(order.items, .product_metadata.brand == "A" && .product_metadata.color == "B")`}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, refused(t, tt.rule.CheckProperties(orderSchemas()))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if err := tt.rule.CheckProperties(nil); err != nil {
				t.Errorf("without schemas: %v", err)
			}
		})
	}
}
