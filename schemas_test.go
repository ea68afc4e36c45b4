package voucherify_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/voucher"
)

// schema stores a schema with the property "size", a required number, and "note", an optional text.
func (s *shop) schema(object string) metadata.Schema {
	s.t.Helper()
	return s.schemaOf(metadata.Schema{RelatedObject: object, Properties: metadata.Properties{
		"size": {Type: metadata.TypeNumber}, "note": {Type: metadata.TypeString, Optional: true},
	}})
}

func (s *shop) schemaOf(schema metadata.Schema) metadata.Schema {
	s.t.Helper()
	created, err := s.MetadataSchemas.Create(context.Background(), schema)
	s.must(err)
	return created
}

// says is an error as key, field and details; "" for none.
func says(err error) string {
	var e *fault.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return fmt.Sprintf("%s %s: %s", e.Key, e.Field, e.Details)
	}
	return err.Error()
}

func same(t testing.TB, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// The two ways in which metadata fails the schema of these tests, at a path.
func lacks(path string) string {
	return "metadata_validation_failed " + path + ".size: size: must be a number, property is required (actual value is 'undefined')"
}

func mistyped(path string) string {
	return "metadata_validation_failed " + path + ".note: note: must be a string (actual value is '5')"
}

var (
	fits  = metadata.Map{"size": 1, "note": "x"}
	lack  = metadata.Map{"other": true}
	wrong = metadata.Map{"size": 1, "note": 5}
)

// Every service refuses what the schema of its object refuses: a new object must be whole, of a stored one only changes
// are looked at. Each row writes one object three times.
func TestServicesEnforceSchemas(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	ten := discount.AmountOff(1000, discount.ToOrder)
	for _, test := range []struct {
		object string
		// create and update write an object with the metadata, named by n; update changes the one that create has made.
		create func(s *shop, n int, m metadata.Map) error
		update func(s *shop, m metadata.Map) error
		merges bool // an update lays metadata over what is stored
	}{
		{metadata.OfCustomer,
			func(s *shop, n int, m metadata.Map) error {
				_, err := s.Customers.Upsert(ctx, customer.Customer{SourceID: fmt.Sprint("ada", n), Metadata: m})
				return err
			},
			func(s *shop, m metadata.Map) error {
				_, err := s.Customers.Upsert(ctx, customer.Customer{SourceID: "ada1", Name: "Ada", Metadata: m})
				return err
			}, true},
		{metadata.OfOrder,
			func(s *shop, n int, m metadata.Map) error {
				_, err := s.Orders.Create(ctx, order.Order{SourceID: fmt.Sprint("order-", n), Amount: 100, Metadata: m})
				return err
			},
			func(s *shop, m metadata.Map) error {
				_, err := s.Orders.Update(ctx, order.Order{SourceID: "order-1", Status: order.Paid, Metadata: m})
				return err
			}, true},
		{metadata.OfProduct,
			func(s *shop, n int, m metadata.Map) error {
				_, err := s.Products.CreateProduct(ctx, product.Product{SourceID: fmt.Sprint("mug", n), Metadata: m})
				return err
			},
			func(s *shop, m metadata.Map) error {
				p, err := s.Products.GetProduct(ctx, "mug1")
				s.must(err)
				p.Name, p.Metadata = "Mug", m
				_, err = s.Products.UpdateProduct(ctx, p)
				return err
			}, false},
		{metadata.OfSKU,
			func(s *shop, n int, m metadata.Map) error {
				p, err := s.Products.CreateProduct(ctx, product.Product{SourceID: "mug"})
				s.must(err)
				_, err = s.Products.CreateSKU(ctx, product.SKU{SourceID: fmt.Sprint("mug-", n), ProductID: p.ID, Metadata: m})
				return err
			},
			func(s *shop, m metadata.Map) error {
				sku, err := s.Products.GetSKU(ctx, "mug-1")
				s.must(err)
				sku.Name, sku.Metadata = "Mug", m
				_, err = s.Products.UpdateSKU(ctx, sku)
				return err
			}, false},
		{metadata.OfVoucher,
			func(s *shop, n int, m metadata.Map) error {
				_, err := s.Vouchers.Create(ctx, voucher.Voucher{Code: fmt.Sprint("TEN", n), Type: voucher.DiscountVoucher, Discount: &ten, Metadata: m})
				return err
			},
			func(s *shop, m metadata.Map) error {
				v, err := s.Vouchers.Get(ctx, "TEN1")
				s.must(err)
				v.AdditionalInfo, v.Metadata = "ten", m
				_, err = s.Vouchers.Update(ctx, v)
				return err
			}, false},
		{metadata.OfCampaign,
			func(s *shop, n int, m metadata.Map) error {
				_, err := s.Campaigns.Create(ctx, campaign.Campaign{Name: fmt.Sprint("Spring", n), CampaignType: campaign.Promotion, Metadata: m})
				return err
			},
			func(s *shop, m metadata.Map) error {
				c, err := s.Campaigns.Get(ctx, "Spring1")
				s.must(err)
				c.Description, c.Metadata = "flowers", m
				_, err = s.Campaigns.Update(ctx, c)
				return err
			}, true},
		{metadata.OfPromotionTier,
			func(s *shop, n int, m metadata.Map) error {
				c, err := s.Campaigns.Create(ctx, campaign.Campaign{Name: fmt.Sprint("Spring", n), CampaignType: campaign.Promotion})
				s.must(err)
				_, err = s.Promotions.CreateTier(ctx, promotion.Tier{CampaignID: c.ID, Name: "all", Metadata: m})
				return err
			},
			func(s *shop, m metadata.Map) error {
				for tier, err := range s.Promotions.ListTiers(ctx, voucherify.ListOptions{OldestFirst: true}) {
					s.must(err)
					tier.Banner, tier.Metadata = "Spring!", m
					_, err := s.Promotions.UpdateTier(ctx, tier)
					return err
				}
				return errors.New("there is no tier")
			}, true},
	} {
		t.Run(test.object, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.must(test.create(s, 1, lack)) // older than the schema
			s.schema(test.object)
			same(t, "create without anything", lacks("metadata"), says(test.create(s, 2, nil)))
			same(t, "create without what is required", lacks("metadata"), says(test.create(s, 3, lack)))
			same(t, "create with a wrong type", mistyped("metadata"), says(test.create(s, 4, wrong)))
			same(t, "create", "", says(test.create(s, 5, fits)))
			same(t, "update what is older than the schema", "", says(test.update(s, lack)))
			same(t, "update with a wrong type", mistyped("metadata"), says(test.update(s, wrong)))
			same(t, "update with what was missing", "", says(test.update(s, fits)))
			taken := lacks("metadata")
			if test.merges {
				taken = ""
			}
			same(t, "update that does not send what is required", taken, says(test.update(s, lack)))
			null := "metadata_validation_failed metadata.size: size: must be a number, property is required (actual value is 'null')"
			same(t, "update to null", null, says(test.update(s, metadata.Map{"size": nil})))
			s.must(s.MetadataSchemas.Delete(ctx, test.object))
			same(t, "without the schema", "", says(test.update(s, wrong)))
		})
	}
}

// Switching an object on and off does not look at metadata that is older than the schema.
func TestSwitchesIgnoreSchemas(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	v := s.coupon("TEN", discount.AmountOff(1000, discount.ToOrder), 0)
	c, err := s.Campaigns.Create(ctx, campaign.Campaign{Name: "Spring", CampaignType: campaign.Promotion})
	s.must(err)
	tier, err := s.Promotions.CreateTier(ctx, promotion.Tier{CampaignID: c.ID, Name: "all"})
	s.must(err)
	for _, object := range []string{metadata.OfVoucher, metadata.OfCampaign, metadata.OfPromotionTier} {
		s.schema(object)
	}
	s.must(s.Vouchers.Disable(ctx, v.Code))
	s.must(s.Campaigns.Disable(ctx, c.ID))
	s.must(s.Promotions.DisableTier(ctx, tier.ID))
}

func TestPublishChecksTheCustomer(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	v := s.coupon("TEN", discount.AmountOff(1000, discount.ToOrder), 0)
	s.schema(metadata.OfCustomer)
	_, err := s.Publications.Create(context.Background(), publication.OfCode(v.Code, &customer.Customer{SourceID: "ada", Metadata: wrong}))
	same(t, "publish", mistyped("customer.metadata"), says(err))
}

func TestLinesOfOrdersFollowTheirSchemas(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.schema(metadata.OfOrderItem)
	lines := func(m ...metadata.Map) []order.Item {
		list := make([]order.Item, len(m))
		for i := range m {
			list[i] = order.Item{ProductID: "mug", Quantity: 1, Metadata: m[i]}
		}
		return list
	}
	_, err := s.Orders.Create(ctx, order.Order{SourceID: "one", Items: lines(fits, lack)})
	same(t, "create", lacks("items[1].metadata"), says(err))
	_, err = s.Orders.Create(ctx, order.Order{SourceID: "one", Items: lines(fits, fits)})
	same(t, "create", "", says(err))
	_, err = s.Orders.Update(ctx, order.Order{SourceID: "one", Items: lines(lack)})
	same(t, "an update sends its lines as a whole", lacks("items[0].metadata"), says(err))
	_, err = s.Orders.Update(ctx, order.Order{SourceID: "one", Status: order.Paid})
	same(t, "an update without lines", "", says(err))
}

// Each verb refuses a request before anything else, the unknown code and the unknown customer in it included.
func TestVerbsEnforceSchemas(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	price := int64(500)
	line := func(m metadata.Map) *order.Order {
		return &order.Order{Metadata: fits, Items: []order.Item{{ProductID: "mug", Price: &price, Metadata: fits}, {ProductID: "mug", Price: &price, Metadata: m}}}
	}
	described := func(override bool, sourceID string, m metadata.Map) *order.Order {
		o := line(fits)
		o.Items[1] = order.Item{Price: &price, Metadata: fits, Product: &order.ProductData{SourceID: sourceID, Override: override, Metadata: m}}
		return o
	}
	sku := func(override bool, sourceID string, m metadata.Map) *order.Order {
		o := described(false, "mug", nil)
		o.Items[1].SKU = &order.SKUData{SourceID: sourceID, Override: override, Metadata: m}
		return o
	}
	reward := line(nil)
	reward.Items[1].InitialKnown, reward.Items[1].Quantity = true, 1
	for _, test := range []struct {
		name     string
		metadata metadata.Map
		order    *order.Order
		customer *customer.Customer
		want     string // of Validate and Redeem
		qualify  string // "-" when it is the same
	}{
		{name: "all of it fits", metadata: fits, order: line(fits), customer: &customer.Customer{SourceID: "new", Metadata: fits}, qualify: "-"},
		{name: "no metadata at all", order: line(fits), want: lacks("metadata")},
		{name: "metadata of the request without what is required", metadata: lack, want: lacks("metadata"), qualify: "-"},
		{name: "metadata of the request", metadata: wrong, want: mistyped("metadata"), qualify: "-"},
		{name: "an order without metadata", metadata: fits, order: &order.Order{Amount: 100}, want: lacks("order.metadata")},
		{name: "an order", metadata: fits, order: &order.Order{Amount: 100, Metadata: wrong}, want: mistyped("order.metadata"), qualify: "-"},
		{name: "a stored order that is only named", metadata: fits, order: &order.Order{SourceID: "stored"}, qualify: "-"},
		{name: "a stored order", metadata: fits, order: &order.Order{SourceID: "stored", Metadata: wrong}, want: mistyped("order.metadata"), qualify: "-"},
		{name: "a line", metadata: fits, order: line(wrong), want: mistyped("order.items[1].metadata"), qualify: "-"},
		{name: "a line without metadata", metadata: fits, order: line(nil), want: lacks("order.items[1].metadata"), qualify: "-"},
		{name: "a line that a reward had added", metadata: fits, order: reward, qualify: "-"},
		{name: "a product that is described for this request", metadata: fits, order: described(false, "mug", lack), qualify: "-"},
		{name: "a product that is described wrongly", metadata: fits, order: described(false, "mug", wrong), want: mistyped("order.items[1].product.metadata"), qualify: "-"},
		{name: "a new product", metadata: fits, order: described(true, "cup", nil), want: lacks("order.items[1].product.metadata"), qualify: "-"},
		{name: "a product whose price is overridden", metadata: fits, order: described(true, "mug", nil), qualify: "-"},
		{name: "a product whose metadata is replaced", metadata: fits, order: described(true, "mug", lack), want: lacks("order.items[1].product.metadata"), qualify: "-"},
		{name: "a SKU that is described for this request", metadata: fits, order: sku(false, "mug-s", lack), qualify: "-"},
		{name: "a new SKU", metadata: fits, order: sku(true, "mug-l", lack), want: lacks("order.items[1].sku.metadata"), qualify: "-"},
		{name: "a SKU whose metadata is replaced", metadata: fits, order: sku(true, "mug-s", lack), want: lacks("order.items[1].sku.metadata"), qualify: "-"},
		{name: "a new customer", metadata: fits, customer: customer.BySourceID("new"), want: lacks("customer.metadata")},
		{name: "a new customer with metadata", metadata: fits, customer: &customer.Customer{SourceID: "new", Metadata: lack}, want: lacks("customer.metadata"), qualify: "-"},
		{name: "a stored customer", metadata: fits, customer: customer.BySourceID("ada"), qualify: "-"},
		{name: "a stored customer with metadata", metadata: fits, customer: &customer.Customer{SourceID: "ada", Metadata: wrong}, want: mistyped("customer.metadata"), qualify: "-"},
		{name: "an unknown customer", metadata: fits, customer: &customer.Customer{ID: "cust_x", Metadata: lack}, want: lacks("customer.metadata"), qualify: "-"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.coupon("TEN", discount.AmountOff(1000, discount.ToOrder), 0)
			mug, err := s.Products.CreateProduct(ctx, product.Product{SourceID: "mug", Metadata: fits})
			s.must(err)
			_, err = s.Products.CreateSKU(ctx, product.SKU{SourceID: "mug-s", ProductID: mug.ID, Metadata: fits})
			s.must(err)
			_, err = s.Customers.Upsert(ctx, customer.Customer{SourceID: "ada"})
			s.must(err)
			_, err = s.Orders.Create(ctx, order.Order{SourceID: "stored", Amount: 700})
			s.must(err)
			for _, object := range []string{metadata.OfRedemption, metadata.OfOrder, metadata.OfOrderItem, metadata.OfProduct, metadata.OfCustomer} {
				s.schema(object)
			}
			code := "TEN"
			if test.want != "" {
				code = "UNKNOWN"
			}
			request := redemption.Request{Redeemables: redemption.Codes(code), Metadata: test.metadata, Order: test.order, Customer: test.customer}
			before := s.events(0)
			_, err = s.Validate(ctx, request)
			same(t, "validate", test.want, says(err))
			_, err = s.Redeem(ctx, request)
			same(t, "redeem", test.want, says(err))
			if test.want != "" {
				same(t, "a refused request leaves nothing", before, s.events(0))
			}
			if test.qualify == "-" {
				test.qualify = test.want
			}
			_, err = s.Qualify(ctx, redemption.QualificationRequest{Metadata: test.metadata, Order: test.order, Customer: test.customer})
			same(t, "qualify", test.qualify, says(err))
		})
	}
}

// A redeem lays the metadata of the order over what is stored, so that what was required once is still there.
func TestRedeemKeepsTheMetadataOfAStoredOrder(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.coupon("TEN", discount.AmountOff(1000, discount.ToOrder), 0)
	s.schema(metadata.OfOrder)
	_, err := s.Orders.Create(ctx, order.Order{SourceID: "one", Amount: 5000, Metadata: metadata.Map{"size": 3.0}})
	s.must(err)
	result, err := s.Redeem(ctx, redemption.Request{Redeemables: redemption.Codes("TEN"), Order: &order.Order{SourceID: "one", Metadata: metadata.Map{"note": "gift"}}})
	s.must(err)
	same(t, "metadata", metadata.Map{"size": 3.0, "note": "gift"}, result.Order.Metadata)
}

func TestRollbackChecksItsMetadata(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.coupon("TEN", discount.AmountOff(1000, discount.ToOrder), 0)
	s.schema(metadata.OfRedemption)
	result, err := s.Redeem(ctx, redemption.Request{Redeemables: redemption.Codes("TEN"), Order: &order.Order{Amount: 5000}, Metadata: fits})
	s.must(err)
	_, err = s.Rollback(ctx, redemption.RollbackRequest{Redemption: result.ID(), Metadata: metadata.Map{"note": 5}})
	same(t, "rollback with wrong metadata", mistyped("metadata"), says(err))
	_, err = s.Rollback(ctx, redemption.RollbackRequest{Redemption: result.ID()})
	same(t, "rollback without metadata", "", says(err))
}

// A stored answer is returned although the schema that its request was checked with has changed.
func TestRepetitionsAreNotCheckedAgain(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.coupon("TEN", discount.AmountOff(1000, discount.ToOrder), 0)
	request := redemption.Request{IdempotencyKey: "k", Redeemables: redemption.Codes("TEN"), Order: &order.Order{Amount: 5000}}
	first, err := s.Redeem(ctx, request)
	s.must(err)
	s.schema(metadata.OfRedemption)
	again, err := s.Redeem(ctx, request)
	s.must(err)
	same(t, "answer", first.ID(), again.ID())
}
