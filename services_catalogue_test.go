package voucherify_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
)

func cents(amount int64) *int64 { return &amount }

func TestProductsAndSKUsAreKnownByTheShopsIdentifier(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	mug, err := s.Products.CreateProduct(background, product.Product{ID: "mine", SourceID: "mug", Name: "Mug", Price: cents(1900), Metadata: metadata.Map{"a": "b"}})
	s.must(err)
	blue, err := s.Products.CreateSKU(background, product.SKU{ID: "mine", SourceID: "mug-blue", ProductID: "mug", Name: "blue"})
	s.must(err)
	wantMug := product.Product{ID: mug.ID, SourceID: "mug", Name: "Mug", Price: cents(1900), Metadata: metadata.Map{"a": "b"}, CreatedAt: noon, Version: 1}
	wantBlue := product.SKU{ID: blue.ID, SourceID: "mug-blue", ProductID: mug.ID, Name: "blue", CreatedAt: noon, Version: 1}
	if diff := cmp.Diff([]any{wantMug, wantBlue}, []any{mug, blue}); diff != "" || mug.ID == "mine" || blue.ID == "mine" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
	for _, name := range []string{mug.ID, "mug"} {
		got, err := s.Products.GetProduct(background, name)
		s.must(err)
		if diff := cmp.Diff(wantMug, got); diff != "" {
			t.Errorf("read by %s (-want +got):\n%s", name, diff)
		}
	}
	for _, name := range []string{blue.ID, "mug-blue"} {
		got, err := s.Products.GetSKU(background, name)
		s.must(err)
		if diff := cmp.Diff(wantBlue, got); diff != "" {
			t.Errorf("read by %s (-want +got):\n%s", name, diff)
		}
	}

	s.now.Store(60)
	at := noon.Add(time.Minute)
	replaced, err := s.Products.CreateProduct(background, product.Product{SourceID: "mug", Name: "Cup"})
	s.must(err)
	if diff := cmp.Diff(product.Product{ID: mug.ID, SourceID: "mug", Name: "Cup", CreatedAt: noon, UpdatedAt: &at, Version: 2}, replaced); diff != "" {
		t.Errorf("created again (-want +got):\n%s", diff)
	}
	updated, err := s.Products.UpdateProduct(background, product.Product{ID: mug.ID, SourceID: "other", Price: cents(2000)})
	s.must(err)
	if updated.SourceID != "mug" || *updated.Price != 2000 || updated.Version != 3 {
		t.Errorf("updated: %+v", updated)
	}
	sku, err := s.Products.UpdateSKU(background, product.SKU{ID: blue.ID, SourceID: "other", ProductID: "other", Price: cents(2100)})
	s.must(err)
	if diff := cmp.Diff(product.SKU{ID: blue.ID, SourceID: "mug-blue", ProductID: mug.ID, Price: cents(2100), CreatedAt: noon, UpdatedAt: &at, Version: 2}, sku); diff != "" {
		t.Errorf("updated SKU (-want +got):\n%s", diff)
	}
}

func TestTheCatalogueGivesThePricesOfAnOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	mug, err := s.Products.CreateProduct(background, product.Product{SourceID: "mug", Price: cents(1900)})
	s.must(err)
	blue, err := s.Products.CreateSKU(background, product.SKU{SourceID: "mug-blue", ProductID: mug.ID, Price: cents(2100)})
	s.must(err)
	s.must(second(s.Products.CreateSKU(background, product.SKU{SourceID: "mug-red", ProductID: mug.ID})))
	cart := &order.Order{Items: []order.Item{
		{ProductID: mug.ID}, {SourceID: "mug", RelatedObject: product.KindProduct, Quantity: 2}, {SKUID: blue.ID},
		{SourceID: "mug-red", RelatedObject: product.KindSKU, Quantity: 3}, {SourceID: "unknown", RelatedObject: product.KindSKU},
		{ProductID: mug.ID, Price: cents(100)},
	}}
	s.coupon("A", off100, 0)
	amount := func() int64 {
		t.Helper()
		answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes("A"), Order: cart})
		s.must(err)
		return answer.Order.Amount
	}
	if got, want := amount(), int64(1900+2*1900+2100+3*1900+100); got != want {
		t.Errorf("amount %d, want %d", got, want)
	}
	mug.Price = cents(1000)
	s.must(second(s.Products.UpdateProduct(background, mug)))
	if got, want := amount(), int64(1000+2*1000+2100+3*1000+100); got != want {
		t.Errorf("amount after the change of a price %d, want %d", got, want)
	}
	s.must(s.Products.DeleteSKU(background, "mug-blue", true))
	if got, want := amount(), int64(1000+2*1000+3*1000+100); got != want {
		t.Errorf("amount without the blue one %d, want %d", got, want)
	}
}

func TestADeletedProductTakesItsSKUsAlong(t *testing.T) {
	t.Parallel()
	for _, force := range []bool{true, false} {
		s := newShop(t)
		mug, err := s.Products.CreateProduct(background, product.Product{SourceID: "mug"})
		s.must(err)
		s.must(second(s.Products.CreateSKU(background, product.SKU{SourceID: "blue", ProductID: mug.ID})))
		s.must(s.Products.DeleteProduct(background, "mug", force))
		for name, err := range map[string]error{
			"product": second(s.Products.GetProduct(background, mug.ID)), "sku": second(s.Products.GetSKU(background, "blue")),
		} {
			if !errors.Is(err, fault.NotFound) {
				t.Errorf("force %t: %s: %v", force, name, err)
			}
		}
		again, err := s.Products.CreateProduct(background, product.Product{SourceID: "mug"})
		if force {
			s.must(err)
			if again.ID == mug.ID {
				t.Error("a product that is gone came back")
			}
		} else if placeOf(t, err) != (place{fault.DuplicateFound, "source_id"}) {
			t.Errorf("a source_id in the bin: %v", err)
		}
	}
}

func TestACollectionHoldsItsMembers(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	made, err := s.Products.CreateCollection(background, product.Collection{Name: "k", Products: []product.Ref{{SourceID: "mug", Object: product.KindProduct}}})
	s.must(err)
	want := product.Collection{ID: made.ID, Name: "k", Type: product.Static, Products: []product.Ref{{SourceID: "mug", Object: product.KindProduct}}, CreatedAt: noon, Version: 1}
	got, err := s.Products.GetCollection(background, made.ID)
	s.must(err)
	if diff := cmp.Diff([]product.Collection{want, want}, []product.Collection{made, got}); diff != "" {
		t.Errorf("(-want +created, read):\n%s", diff)
	}
	v := s.coupon("A", discount.Percent("50", discount.ToItems), 0)
	s.rule(`{"name":"r","applicable_to":{"included":[{"object":"products_collection","id":"`+made.ID+`"}]}}`, "voucher", v.ID)
	cart := &order.Order{Items: []order.Item{
		{SourceID: "mug", RelatedObject: product.KindProduct, Price: cents(1000)}, {SourceID: "cup", RelatedObject: product.KindProduct, Price: cents(600)},
	}}
	off := func() int64 {
		t.Helper()
		answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes("A"), Order: cart})
		s.must(err)
		return answer.Order.TotalDiscountAmount
	}
	if got := off(); got != 500 {
		t.Errorf("half of the mug: %d", got)
	}
	made.Products = []product.Ref{{SourceID: "cup", Object: product.KindProduct}}
	s.must(second(s.Products.UpdateCollection(background, made)))
	if got := off(); got != 300 {
		t.Errorf("half of the cup: %d", got)
	}
}

func TestACustomerIsLaidOverTheStoredOne(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ann, err := s.Customers.Upsert(background, customer.Customer{SourceID: "c1", Name: "Ann", Address: &customer.Address{City: "Warsaw"}, Metadata: metadata.Map{"a": 1.0}})
	s.must(err)
	s.now.Store(60)
	before := len(s.store.Export().Outbox)
	same, err := s.Customers.Upsert(background, customer.Customer{SourceID: "c1", Name: "Ann"})
	s.must(err)
	if diff := cmp.Diff(ann, same); diff != "" || len(s.store.Export().Outbox) != before {
		t.Errorf("nothing new was written (-before +after):\n%s", diff)
	}
	changed, err := s.Customers.Upsert(background, customer.Customer{
		ID: ann.ID, SourceID: "c2", Email: "ann@example.com", Address: &customer.Address{Country: "PL"}, Metadata: metadata.Map{"b": 2.0},
	})
	s.must(err)
	at := noon.Add(time.Minute)
	want := customer.Customer{
		ID: ann.ID, SourceID: "c1", Name: "Ann", Email: "ann@example.com", Address: &customer.Address{City: "Warsaw", Country: "PL"},
		Metadata: metadata.Map{"a": 1.0, "b": 2.0}, CreatedAt: noon, UpdatedAt: &at, Version: 2,
	}
	got, err := s.Customers.Get(background, "c1")
	s.must(err)
	if diff := cmp.Diff([]customer.Customer{want, want}, []customer.Customer{changed, got}); diff != "" {
		t.Errorf("(-want +returned, read):\n%s", diff)
	}
	var types []event.Type
	for _, entry := range s.store.Export().Outbox {
		types = append(types, entry.Event.Type)
	}
	s.must(s.Customers.Delete(background, "c1"))
	if diff := cmp.Diff([]event.Type{event.CustomerCreated, event.CustomerUpdated}, types); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	again, err := s.Customers.Upsert(background, customer.Customer{SourceID: "c1"})
	s.must(err)
	if again.ID == ann.ID || again.Name != "" {
		t.Errorf("the profile came back: %+v", again)
	}
}

func TestAnOrderWithoutRedemptions(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ann, err := s.Customers.Upsert(background, customer.Customer{SourceID: "c1"})
	s.must(err)
	eventsOf := func(fn func()) (types []event.Type) {
		before := len(s.store.Export().Outbox)
		fn()
		for _, entry := range s.store.Export().Outbox[before:] {
			types = append(types, entry.Event.Type)
		}
		return types
	}
	var o order.Order
	events := eventsOf(func() {
		o, err = s.Orders.Create(background, order.Order{
			SourceID: "O1", CustomerID: ann.ID, DiscountAmount: 500, Items: []order.Item{{ProductID: "p", Quantity: 2, Price: cents(1000)}}, Metadata: metadata.Map{"a": 1.0},
		})
		s.must(err)
	})
	if o.Status != order.Created || o.Amount != 2000 || o.TotalAmount != 2000 || o.DiscountAmount != 0 || o.Items[0].ID == "" || o.Version != 1 {
		t.Errorf("created: %s", asJSON(t, o))
	}
	if diff := cmp.Diff([]event.Type{event.CustomerOrderCreated}, events); diff != "" {
		t.Errorf("events of the creation (-want +got):\n%s", diff)
	}
	for _, step := range []struct {
		name   string
		sent   order.Order
		save   func(order.Order) (order.Order, error)
		want   amounts
		status order.Status
		events []event.Type
	}{
		{
			"paid", order.Order{ID: o.ID, Status: order.Paid, Metadata: metadata.Map{"b": 2.0}}, s.updateOrder, amounts{Amount: 2000, Total: 2000}, order.Paid,
			[]event.Type{event.CustomerOrderUpdated, event.CustomerOrderPaid},
		},
		{
			"paid twice", order.Order{SourceID: "O1", Status: order.Paid}, s.updateOrder, amounts{Amount: 2000, Total: 2000}, order.Paid,
			[]event.Type{event.CustomerOrderUpdated},
		},
		{
			"other lines", order.Order{SourceID: "O1", Items: []order.Item{{ProductID: "q", Price: cents(300)}}}, s.createOrder, amounts{Amount: 300, Total: 300}, order.Paid,
			[]event.Type{event.CustomerOrderUpdated},
		},
		{
			"sent", order.Order{SourceID: "O1", Status: order.Fulfilled}, s.createOrder, amounts{Amount: 300, Total: 300}, order.Fulfilled,
			[]event.Type{event.CustomerOrderUpdated, event.CustomerOrderFulfilled},
		},
		{
			"canceled", order.Order{SourceID: "O1", Status: order.Canceled}, s.updateOrder, amounts{Amount: 300, Total: 300}, order.Canceled,
			[]event.Type{event.CustomerOrderUpdated, event.CustomerOrderCanceled},
		},
	} {
		var got order.Order
		events := eventsOf(func() { got, err = step.save(step.sent); s.must(err) })
		if diff := cmp.Diff(step.want, amountsOf(&got)); diff != "" || got.Status != step.status || got.CustomerID != ann.ID {
			t.Errorf("%s: status %s (-want +got):\n%s", step.name, got.Status, diff)
		}
		if diff := cmp.Diff(step.events, events); diff != "" {
			t.Errorf("%s: events (-want +got):\n%s", step.name, diff)
		}
	}
	stored, err := s.Orders.Get(background, "O1")
	s.must(err)
	if diff := cmp.Diff(metadata.Map{"a": 1.0, "b": 2.0}, stored.Metadata); diff != "" || stored.Version != 6 || stored.ID != o.ID {
		t.Errorf("stored version %d (-want +got):\n%s", stored.Version, diff)
	}
	if events := eventsOf(func() { s.must(second(s.Orders.Create(background, order.Order{Amount: 5}))) }); len(events) != 0 {
		t.Errorf("an anonymous order has events: %v", events)
	}
}

func (s *shop) createOrder(o order.Order) (order.Order, error) { return s.Orders.Create(background, o) }

func (s *shop) updateOrder(o order.Order) (order.Order, error) { return s.Orders.Update(background, o) }

// Canceling an order does not roll back what was redeemed on it, and changing its lines keeps the discount on the order.
func TestAnOrderThatIsUpdatedKeepsItsRedemptions(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coupon("A", discount.AmountOff(500, discount.ToOrder), 1)
	result, err := s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("A"), Order: order.New("O1", order.Line{ProductID: "p", Quantity: 2, Price: 1000})})
	s.must(err)
	changed, err := s.Orders.Update(background, order.Order{SourceID: "O1", Items: []order.Item{{ProductID: "p", Price: cents(1000)}}})
	s.must(err)
	if diff := cmp.Diff(amounts{1000, 500, 0, 500, 0, 500}, amountsOf(&changed)); diff != "" {
		t.Errorf("one unit less (-want +got):\n%s", diff)
	}
	canceled, err := s.Orders.Update(background, order.Order{ID: result.Order.ID, Status: order.Canceled})
	s.must(err)
	if canceled.Status != order.Canceled || len(canceled.Redemptions) != 1 {
		t.Errorf("canceled: %s", asJSON(t, canceled))
	}
	s.redeemed("A", 1)
}

func TestCategoriesAreKnownByTheirNames(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	gold, err := s.Categories.Create(background, promotion.Category{Name: "gold"})
	s.must(err)
	if diff := cmp.Diff(promotion.Category{ID: gold.ID, Name: "gold", Hierarchy: 1, CreatedAt: noon, Version: 1}, gold); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
	silver, err := s.Categories.Create(background, promotion.Category{Name: "silver", Hierarchy: 2})
	s.must(err)
	for name, err := range map[string]error{
		"a second gold": second(s.Categories.Create(background, promotion.Category{Name: "gold"})), "silver becomes gold": second(s.Categories.Update(background, promotion.Category{ID: silver.ID, Name: "gold"})),
	} {
		if placeOf(t, err) != (place{fault.DuplicateFound, "name"}) {
			t.Errorf("%s: %v", name, err)
		}
	}
	bronze, err := s.Categories.Update(background, promotion.Category{ID: silver.ID, Name: "bronze", Hierarchy: 3})
	s.must(err)
	for _, name := range []string{silver.ID, "bronze"} {
		got, err := s.Categories.Get(background, name)
		s.must(err)
		if diff := cmp.Diff(bronze, got); diff != "" || got.Hierarchy != 3 || got.Version != 2 {
			t.Errorf("read by %s (-want +got):\n%s", name, diff)
		}
	}
	s.must(second(s.Categories.Create(background, promotion.Category{Name: "silver"})))
}
