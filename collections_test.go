package voucherify_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
)

// filterOf reads a filter of the form {"junction":"and",…} without the braces and the junction.
func filterOf(t testing.TB, fields string) *filter.Filter {
	t.Helper()
	f := new(filter.Filter)
	if err := json.Unmarshal([]byte(`{"junction":"and",`+fields+`}`), f); err != nil {
		t.Fatal(err)
	}
	return f
}

// collection creates a dynamic collection.
func (s *shop) collection(fields string) product.Collection {
	s.t.Helper()
	l, err := s.Products.CreateCollection(context.Background(), product.Collection{Name: "dynamic", Filter: filterOf(s.t, fields)})
	s.must(err)
	return l
}

// scopedTo creates a coupon of one unit of money off each line of a collection.
func (s *shop) scopedTo(code, collectionID string) {
	s.t.Helper()
	ctx := context.Background()
	v := s.coupon(code, discount.AmountOff(100, discount.ToItems), 0)
	rule, err := s.Rules.Create(ctx, validation.Rule{Name: "scope", ApplicableTo: product.Scope{
		Included: []product.Target{{Ref: product.Ref{ID: collectionID, Object: product.KindCollection}}},
	}})
	s.must(err)
	_, err = s.Rules.Assign(ctx, rule.ID, validation.OnVoucher, v.ID)
	s.must(err)
}

// stock is a catalogue: a product with two SKUs, and one without.
type stock struct{ shirt, mug, small, large string }

func (s *shop) stock() stock {
	s.t.Helper()
	ctx := context.Background()
	price, dear := int64(1000), int64(5000)
	shirt, err := s.Products.CreateProduct(ctx, product.Product{
		SourceID: "shirt", Name: "Shirt", Price: &price, Attributes: []string{"color", "size"}, Metadata: metadata.Map{"brand": "A", "season": "summer"},
	})
	s.must(err)
	mug, err := s.Products.CreateProduct(ctx, product.Product{SourceID: "mug", Name: "Mug", Price: &dear, ImageURL: "https://img/mug.png"})
	s.must(err)
	small, err := s.Products.CreateSKU(ctx, product.SKU{
		SourceID: "shirt-s", ProductID: shirt.ID, Name: "Shirt S", Attributes: map[string]string{"size": "S"}, Metadata: metadata.Map{"season": "summer"},
	})
	s.must(err)
	large, err := s.Products.CreateSKU(ctx, product.SKU{SourceID: "shirt-l", ProductID: shirt.ID, Name: "Shirt L", Price: &dear})
	s.must(err)
	return stock{shirt.ID, mug.ID, small.ID, large.ID}
}

func TestWhatALineOfACartHasToDoWithADynamicCollection(t *testing.T) {
	t.Parallel()
	price := int64(700)
	product1 := func(m metadata.Map) *order.ProductData { return &order.ProductData{Name: "Sent", Metadata: m} }
	for name, tt := range map[string]struct {
		filter string
		line   func(stock) order.Item
		want   bool
	}{
		"a product by its metadata":            {`"metadata.brand":{"conditions":{"$is":"A"}}`, func(s stock) order.Item { return order.Item{ProductID: s.shirt} }, true},
		"a SKU does not inherit its product's": {`"metadata.brand":{"conditions":{"$is":"A"}}`, func(s stock) order.Item { return order.Item{SKUID: s.small} }, false},
		"a SKU by its own metadata":            {`"metadata.season":{"conditions":{"$is":"summer"}}`, func(s stock) order.Item { return order.Item{SKUID: s.small} }, true},
		"a SKU without it":                     {`"metadata.season":{"conditions":{"$is":"summer"}}`, func(s stock) order.Item { return order.Item{SKUID: s.large} }, false},
		"metadata of the line wins": {`"metadata.season":{"conditions":{"$is":"winter"}}`, func(s stock) order.Item {
			return order.Item{SKUID: s.small, Metadata: metadata.Map{"season": "winter"}}
		}, true},
		"metadata of the payload's product comes in": {`"metadata.fresh":{"conditions":{"$is":true}}`, func(s stock) order.Item {
			return order.Item{ProductID: s.mug, Product: product1(metadata.Map{"fresh": true})}
		}, true},
		"the line wins over the payload's product": {`"metadata.fresh":{"conditions":{"$is":true}}`, func(s stock) order.Item {
			return order.Item{ProductID: s.mug, Product: product1(metadata.Map{"fresh": true}), Metadata: metadata.Map{"fresh": false}}
		}, false},
		"the payload's product is not the SKU": {`"metadata.fresh":{"conditions":{"$is":true}}`, func(s stock) order.Item {
			return order.Item{SKUID: s.small, Product: product1(metadata.Map{"fresh": true})}
		}, false},
		"the payload's SKU is": {`"metadata.fresh":{"conditions":{"$is":true}},"name":{"conditions":{"$is":"Sent S"}}`, func(s stock) order.Item {
			return order.Item{SKUID: s.small, SKU: &order.SKUData{Name: "Sent S", Metadata: metadata.Map{"fresh": true}}}
		}, true},
		"an item that was never stored": {`"metadata.season":{"conditions":{"$is":"summer"}}`, func(stock) order.Item { return order.Item{SourceID: "new", Metadata: metadata.Map{"season": "summer"}} }, true},
		"an item without a name":        {`"metadata.season":{"conditions":{"$is":"summer"}}`, func(stock) order.Item { return order.Item{Metadata: metadata.Map{"season": "summer"}} }, true},
		"a stored price":                {`"price":{"conditions":{"$more_than":[2000]}}`, func(s stock) order.Item { return order.Item{ProductID: s.mug} }, true},
		"a price of the cart wins":      {`"price":{"conditions":{"$more_than":[2000]}}`, func(s stock) order.Item { return order.Item{ProductID: s.mug, Price: &price} }, false},
		"a price of the payload's product": {`"price":{"conditions":{"$less_than":[2000]}}`, func(s stock) order.Item {
			return order.Item{ProductID: s.mug, Product: &order.ProductData{Price: &price}}
		}, true},
		"a SKU's own price":                    {`"price":{"conditions":{"$is":[5000]}}`, func(s stock) order.Item { return order.Item{SKUID: s.large} }, true},
		"a SKU without a price of its own":     {`"price":{"conditions":{"$has_value":""}}`, func(s stock) order.Item { return order.Item{SKUID: s.small} }, false},
		"an id of a product":                   {`"id":{"conditions":{"$starts_with":"prod_"}}`, func(s stock) order.Item { return order.Item{ProductID: s.mug} }, true},
		"the id of a SKU is not its product's": {`"id":{"conditions":{"$starts_with":"prod_"}}`, func(s stock) order.Item { return order.Item{SKUID: s.small} }, false},
		"the product of a SKU":                 {`"product_id":{"conditions":{"$has_value":""}}`, func(s stock) order.Item { return order.Item{SKUID: s.small} }, true},
		"a product has no product":             {`"product_id":{"conditions":{"$has_value":""}}`, func(s stock) order.Item { return order.Item{ProductID: s.mug} }, false},
		"a source_id":                          {`"source_id":{"conditions":{"$in":["shirt-s","mug"]}}`, func(s stock) order.Item { return order.Item{SKUID: s.small} }, true},
		"the object of a product":              {`"object":{"conditions":{"$is":"product"}}`, func(s stock) order.Item { return order.Item{ProductID: s.mug} }, true},
		"the object of a SKU":                  {`"object":{"conditions":{"$is":"sku"}}`, func(s stock) order.Item { return order.Item{SKUID: s.small} }, true},
		"the name of a product":                {`"name":{"conditions":{"$contains":"hir"}}`, func(s stock) order.Item { return order.Item{ProductID: s.shirt} }, true},
		"attributes of a product":              {`"attributes":{"conditions":{"$in":["size"],"$count":[2]}}`, func(s stock) order.Item { return order.Item{ProductID: s.shirt} }, true},
		"attributes of a SKU":                  {`"attributes":{"conditions":{"$in":["size"],"$count":[1]}}`, func(s stock) order.Item { return order.Item{SKUID: s.small} }, true},
		"an image":                             {`"image_url":{"conditions":{"$has_value":""}}`, func(s stock) order.Item { return order.Item{ProductID: s.mug} }, true},
		"SKUs of a product":                    {`"skus":{"conditions":{"$count":[2]}}`, func(s stock) order.Item { return order.Item{ProductID: s.shirt} }, true},
		"a product without SKUs":               {`"skus":{"conditions":{"$count":[0]}}`, func(s stock) order.Item { return order.Item{ProductID: s.mug} }, true},
		"created today":                        {`"created_at":{"conditions":{"$is_days_ago":[0]}}`, func(s stock) order.Item { return order.Item{ProductID: s.mug} }, true},
		"never updated":                        {`"updated_at":{"conditions":{"$is_unknown":""}}`, func(s stock) order.Item { return order.Item{SKUID: s.small} }, true},
		"a nested property":                    {`"metadata.made.in":{"conditions":{"$is":"PL"}}`, func(stock) order.Item { return order.Item{Metadata: metadata.Map{"made": map[string]any{"in": "PL"}}} }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			stock := s.stock()
			s.scopedTo("HERE", s.collection(tt.filter).ID)
			line := tt.line(stock)
			amount := int64(1000)
			line.Amount = &amount
			answer, err := s.Validate(context.Background(), redemption.Request{
				Redeemables: redemption.Codes("HERE"), Order: &order.Order{Items: []order.Item{line}},
			})
			s.must(err)
			if got := answer.Valid && answer.Order.TotalDiscountAmount == 100; got != tt.want {
				t.Errorf("in the collection: %t, %+v", got, answer.Decision)
			}
		})
	}
}

// A rule sees the same members as a scope, and a reward's new line is asked as well.
func TestRulesAskDynamicCollections(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	stock := s.stock()
	l := s.collection(`"name":{"conditions":{"$is":"Mug"}}`)
	v := s.coupon("MUG", discount.Percent("10", discount.ToOrder), 0)
	var rule validation.Rule
	s.must(json.Unmarshal([]byte(`{"name":"a mug","rules":{"1":{"name":"order.items.any","conditions":{"$is":["`+l.ID+`"]}}}}`), &rule))
	rule, err := s.Rules.Create(ctx, rule)
	s.must(err)
	_, err = s.Rules.Assign(ctx, rule.ID, validation.OnVoucher, v.ID)
	s.must(err)
	s.coupon("FREE", discount.FreeUnits(1, stock.mug, discount.AddNew), 0)
	s.scopedTo("OFF", l.ID)
	for name, tt := range map[string]struct {
		codes []string
		line  order.Line
		want  int64
	}{
		"a cart with a mug":               {[]string{"MUG"}, order.Line{ProductID: stock.mug, Quantity: 1}, 500},
		"a cart without":                  {[]string{"MUG"}, order.Line{ProductID: stock.shirt, Quantity: 1}, 0},
		"a mug that the scope finds":      {[]string{"OFF"}, order.Line{ProductID: stock.mug, Quantity: 1}, 100},
		"a mug that comes as a free unit": {[]string{"FREE", "OFF"}, order.Line{ProductID: stock.mug, Quantity: 1}, 5100},
	} {
		answer, err := s.Validate(ctx, redemption.Request{Redeemables: redemption.Codes(tt.codes...), Order: order.New("", tt.line)})
		s.must(err)
		var got int64
		if answer.Valid {
			got = answer.Order.TotalDiscountAmount
		}
		if got != tt.want {
			t.Errorf("%s: discount %d, want %d: %+v", name, got, tt.want, answer.Decision)
		}
	}
	if err := s.Products.DeleteCollection(ctx, l.ID); !errors.Is(err, fault.ResourceInUse) {
		t.Errorf("deleting a collection that rules name: %v", err)
	}
}

func TestAnItemIsWhereItsGeopointIs(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	place, err := s.Locations.Create(ctx, location.Location{Name: "Warsaw", Shape: location.Shape{
		Type: location.Circle, Distance: &location.Distance{Center: "geo:52.2297,21.0122", Radius: "10 km"},
	}})
	s.must(err)
	l := s.collection(`"metadata.where":{"conditions":{"$in_location":["` + place.ID + `"]}}`)
	s.scopedTo("HERE", l.ID)
	discountAt := func(where string) int64 {
		t.Helper()
		line := order.Line{ProductID: "p", Quantity: 1, Price: 1000}
		if where != "" {
			line.Metadata = metadata.Map{"where": where}
		}
		answer, err := s.Validate(ctx, redemption.Request{Redeemables: redemption.Codes("HERE"), Order: order.New("", line)})
		s.must(err)
		if !answer.Valid {
			return 0
		}
		return answer.Order.TotalDiscountAmount
	}
	if got := []int64{discountAt("geo:52.2,21"), discountAt("geo:50,20"), discountAt("")}; !cmp.Equal(got, []int64{100, 0, 0}) {
		t.Errorf("discounts inside, outside and nowhere: %v", got)
	}
	if err := s.Locations.Delete(ctx, place.ID); !errors.Is(err, fault.ResourceInUse) {
		t.Errorf("deleting a location in use: %v", err)
	}
	place.Shape.Distance.Center = "geo:50,20"
	place, err = s.Locations.Update(ctx, place)
	s.must(err)
	if got := []int64{discountAt("geo:52.2,21"), discountAt("geo:50,20")}; !cmp.Equal(got, []int64{0, 100}) {
		t.Errorf("discounts after the location has moved: %v", got)
	}
	_, err = s.Products.CreateCollection(ctx, product.Collection{
		Name: "n", Filter: filterOf(t, `"metadata.x":{"conditions":{"$in_location":["`+place.ID+`","loc_0"]}}`),
	})
	refusedAt(t, err, fault.NotFound, "filter.metadata.x.conditions.$in_location[1]")
	_, err = s.Products.UpdateCollection(ctx, product.Collection{ID: l.ID, Name: "n", Filter: filterOf(t, `"name":{"conditions":{"$is":"x"}}`)})
	s.must(err)
	s.must(s.Locations.Delete(ctx, place.ID))
	if _, err := s.Locations.Get(ctx, place.ID); !errors.Is(err, fault.NotFound) {
		t.Errorf("a deleted location: %v", err)
	}
}

// refusedAt checks that err is a fault about a field.
func refusedAt(t *testing.T, err error, key fault.Key, field string) {
	t.Helper()
	var cause *fault.Error
	if !errors.As(err, &cause) || cause.Key != key || cause.Field != field {
		t.Errorf("got %v, want %s at %q", err, key, field)
	}
}

func TestListingTheProductsOfACollection(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	stock := s.stock()
	static, err := s.Products.CreateCollection(ctx, product.Collection{Name: "static", Products: []product.Ref{
		{ID: stock.shirt, Object: product.KindProduct}, {SourceID: "gone", Object: product.KindSKU},
	}})
	s.must(err)
	single, err := s.Products.CreateCollection(ctx, product.Collection{Name: "single", Products: []product.Ref{{ID: stock.large, Object: product.KindSKU}}})
	s.must(err)
	for name, tt := range map[string]struct {
		collection string
		want       []string
	}{
		"a listed product brings its SKUs": {static.ID, []string{"shirt", "shirt-s", "shirt-l"}},
		"a listed SKU brings only itself":  {single.ID, []string{"shirt-l"}},
		"products and SKUs one by one":     {s.collection(`"metadata.season":{"conditions":{"$is":"summer"}}`).ID, []string{"shirt", "shirt-s"}},
		"by a price of their own":          {s.collection(`"price":{"conditions":{"$more_than":[2000]}}`).ID, []string{"mug", "shirt-l"}},
		"nothing":                          {s.collection(`"name":{"conditions":{"$is":"nothing"}}`).ID, nil},
		"all products":                     {product.AllProducts, []string{"shirt", "mug", "shirt-s", "shirt-l"}},
	} {
		var got []string
		for m, err := range s.Products.ListCollectionProducts(ctx, tt.collection) {
			s.must(err)
			switch m.Object {
			case product.KindSKU:
				got = append(got, m.SKU.SourceID)
				if m.Product == nil || m.Product.ID != m.SKU.ProductID {
					t.Errorf("%s: %s comes without its product", name, m.SKU.SourceID)
				}
			case product.KindProduct:
				got = append(got, m.Product.SourceID)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for range s.Products.ListCollectionProducts(ctx, product.AllProducts) {
		break // must not panic
	}
	for _, err := range s.Products.ListCollectionProducts(ctx, "pc_0") {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("an unknown collection: %v", err)
		}
	}
}

func TestBadCollectionsAreRefused(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t, voucherify.WithLimits(voucherify.Limits{MaxCollections: 2}))
	name := filterOf(t, `"name":{"conditions":{"$is":"x"}}`)
	for title, tt := range map[string]struct {
		collection product.Collection
		field      string
	}{
		"no name":                        {product.Collection{Filter: name}, "name"},
		"another type":                   {product.Collection{Name: "n", Type: "DYNAMIC", Filter: name}, "type"},
		"a static one with a filter":     {product.Collection{Name: "n", Type: product.Static, Filter: name}, "filter"},
		"a dynamic one without":          {product.Collection{Name: "n", Type: product.AutoUpdate}, "filter"},
		"a dynamic one with products":    {product.Collection{Name: "n", Filter: name, Products: []product.Ref{{ID: "prod_1"}}}, "products"},
		"an empty filter":                {product.Collection{Name: "n", Filter: &filter.Filter{Junction: filter.And}}, "filter"},
		"a filter without junction":      {product.Collection{Name: "n", Filter: &filter.Filter{Fields: name.Fields}}, "filter.junction"},
		"a field that items do not have": {product.Collection{Name: "n", Filter: filterOf(t, `"color":{"conditions":{"$is":"x"}}`)}, "filter.color"},
		"metadata without a key":         {product.Collection{Name: "n", Filter: filterOf(t, `"metadata.":{"conditions":{"$is":"x"}}`)}, "filter.metadata."},
		"an operator that does not fit":  {product.Collection{Name: "n", Filter: filterOf(t, `"price":{"conditions":{"$contains":"x"}}`)}, "filter.price.conditions.$contains"},
		"a member that is a collection":  {product.Collection{Name: "n", Products: []product.Ref{{ID: "pc_1"}}}, "products[0]"},
	} {
		_, err := s.Products.CreateCollection(ctx, tt.collection)
		t.Run(title, func(t *testing.T) { refusedAt(t, err, fault.InvalidPayload, tt.field) })
	}
	l := s.collection(`"name":{"conditions":{"$is":"x"}}`)
	_, err := s.Products.UpdateCollection(ctx, product.Collection{ID: l.ID, Name: "n", Type: product.Static})
	refusedAt(t, err, fault.InvalidPayload, "type")
	_, err = s.Products.UpdateCollection(ctx, product.Collection{ID: l.ID, Name: "n"})
	refusedAt(t, err, fault.InvalidPayload, "filter")
	s.collection(`"name":{"conditions":{"$is":"x"}}`)
	_, err = s.Products.CreateCollection(ctx, product.Collection{Name: "one too many"})
	refusedAt(t, err, fault.InvalidPayload, "")
}
