package voucherify_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/access"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// namedCall is a call about one record.
type namedCall struct {
	name string
	kind string // of the record that is not there
	call func(s *shop, id string) error
}

var off100 = discount.AmountOff(100, discount.ToOrder)

var namedCalls = []namedCall{
	{"Campaigns.Get", "campaign", func(s *shop, id string) error { return second(s.Campaigns.Get(background, id)) }},
	{"Campaigns.Update", "campaign", func(s *shop, id string) error {
		return second(s.Campaigns.Update(background, campaign.Campaign{ID: id}))
	}},
	{"Campaigns.Enable", "campaign", func(s *shop, id string) error { return s.Campaigns.Enable(background, id) }},
	{"Campaigns.Disable", "campaign", func(s *shop, id string) error { return s.Campaigns.Disable(background, id) }},
	{"Campaigns.Delete", "campaign", func(s *shop, id string) error { return s.Campaigns.Delete(background, id, true) }},
	{"Campaigns.AddVouchers", "campaign", func(s *shop, id string) error { return second(s.Campaigns.AddVouchers(background, id, 1, nil)) }},
	{"Campaigns.AddVoucher", "campaign", func(s *shop, id string) error { return s.Campaigns.AddVoucher(background, id, "CODE") }},
	{"Vouchers.Get", "voucher", func(s *shop, id string) error { return second(s.Vouchers.Get(background, id)) }},
	{"Vouchers.Update", "voucher", func(s *shop, id string) error {
		return second(s.Vouchers.Update(background, voucher.Voucher{ID: id, Discount: &off100}))
	}},
	{"Vouchers.Enable", "voucher", func(s *shop, id string) error { return s.Vouchers.Enable(background, id) }},
	{"Vouchers.Disable", "voucher", func(s *shop, id string) error { return s.Vouchers.Disable(background, id) }},
	{"Vouchers.Delete", "voucher", func(s *shop, id string) error { return s.Vouchers.Delete(background, id, false) }},
	{"Promotions.GetTier", "promotion_tier", func(s *shop, id string) error { return second(s.Promotions.GetTier(background, id)) }},
	{"Promotions.UpdateTier", "promotion_tier", func(s *shop, id string) error {
		return second(s.Promotions.UpdateTier(background, promotion.Tier{ID: id, Name: "t"}))
	}},
	{"Promotions.EnableTier", "promotion_tier", func(s *shop, id string) error { return s.Promotions.EnableTier(background, id) }},
	{"Promotions.DisableTier", "promotion_tier", func(s *shop, id string) error { return s.Promotions.DisableTier(background, id) }},
	{"Promotions.DeleteTier", "promotion_tier", func(s *shop, id string) error { return s.Promotions.DeleteTier(background, id) }},
	{"Promotions.GetStack", "promotion_stack", func(s *shop, id string) error { return second(s.Promotions.GetStack(background, id)) }},
	{"Promotions.UpdateStack", "promotion_stack", func(s *shop, id string) error {
		return second(s.Promotions.UpdateStack(background, promotion.Stack{ID: id, Name: "s", Tiers: promotion.StackTiers{IDs: []string{"t"}}}))
	}},
	{"Promotions.DeleteStack", "promotion_stack", func(s *shop, id string) error { return s.Promotions.DeleteStack(background, id) }},
	{"Rules.Get", "validation_rules", func(s *shop, id string) error { return second(s.Rules.Get(background, id)) }},
	{"Rules.Update", "validation_rules", func(s *shop, id string) error {
		return second(s.Rules.Update(background, validation.Rule{ID: id, Name: "r"}))
	}},
	{"Rules.Delete", "validation_rules", func(s *shop, id string) error { return s.Rules.Delete(background, id, true) }},
	{"Rules.Unassign", "validation_rules_assignment", func(s *shop, id string) error { return s.Rules.Unassign(background, id) }},
	{"Customers.Get", "customer", func(s *shop, id string) error { return second(s.Customers.Get(background, id)) }},
	{"Customers.Update", "customer", func(s *shop, id string) error {
		return second(s.Customers.Update(background, customer.Customer{ID: id}))
	}},
	{"Customers.DeletePermanently", "customer", func(s *shop, id string) error { return second(s.Customers.DeletePermanently(background, id)) }},
	{"Customers.Deletion", "permanent_deletion", func(s *shop, id string) error { return second(s.Customers.Deletion(background, id)) }},
	{"Customers.Wallet", "customer", func(s *shop, id string) error {
		for _, err := range s.Customers.Wallet(background, id, voucherify.ListOptions{}) {
			return err
		}
		return nil
	}},
	{"Publications.Get", "publication", func(s *shop, id string) error { return second(s.Publications.Get(background, id)) }},
	{"Customers.Delete", "customer", func(s *shop, id string) error { return s.Customers.Delete(background, id) }},
	{"Segments.Get", "segment", func(s *shop, id string) error { return second(s.Segments.Get(background, id)) }},
	{"Segments.Delete", "segment", func(s *shop, id string) error { return s.Segments.Delete(background, id) }},
	{"Products.GetProduct", "product", func(s *shop, id string) error { return second(s.Products.GetProduct(background, id)) }},
	{"Products.UpdateProduct", "product", func(s *shop, id string) error {
		return second(s.Products.UpdateProduct(background, product.Product{ID: id}))
	}},
	{"Products.DeleteProduct", "product", func(s *shop, id string) error { return s.Products.DeleteProduct(background, id, true) }},
	{"Products.GetSKU", "sku", func(s *shop, id string) error { return second(s.Products.GetSKU(background, id)) }},
	{"Products.UpdateSKU", "sku", func(s *shop, id string) error { return second(s.Products.UpdateSKU(background, product.SKU{ID: id})) }},
	{"Products.DeleteSKU", "sku", func(s *shop, id string) error { return s.Products.DeleteSKU(background, id, true) }},
	{"Products.GetCollection", "products_collection", func(s *shop, id string) error { return second(s.Products.GetCollection(background, id)) }},
	{"Products.UpdateCollection", "products_collection", func(s *shop, id string) error {
		return second(s.Products.UpdateCollection(background, product.Collection{ID: id, Name: "k", Type: product.Static}))
	}},
	{"Products.DeleteCollection", "products_collection", func(s *shop, id string) error { return s.Products.DeleteCollection(background, id) }},
	{"Areas.Get", "area", func(s *shop, id string) error { return second(s.Areas.Get(background, id)) }},
	{"Areas.Update", "area", func(s *shop, id string) error {
		return second(s.Areas.Update(background, access.Area{ID: id, Name: "a"}))
	}},
	{"Areas.Delete", "area", func(s *shop, id string) error { return s.Areas.Delete(background, id) }},
	{"Areas.GetStore", "area_store", func(s *shop, id string) error { return second(s.Areas.GetStore(background, id)) }},
	{"Areas.UpdateStore", "area_store", func(s *shop, id string) error {
		return second(s.Areas.UpdateStore(background, access.Store{ID: id, Name: "s"}))
	}},
	{"Areas.DeleteStore", "area_store", func(s *shop, id string) error { return s.Areas.DeleteStore(background, id) }},
	{"Orders.Get", "order", func(s *shop, id string) error { return second(s.Orders.Get(background, id)) }},
	{"Categories.Get", "category", func(s *shop, id string) error { return second(s.Categories.Get(background, id)) }},
	{"Categories.Update", "category", func(s *shop, id string) error {
		return second(s.Categories.Update(background, promotion.Category{ID: id, Name: "c"}))
	}},
	{"Categories.Delete", "category", func(s *shop, id string) error { return s.Categories.Delete(background, id) }},
	{"Redemptions.Get", "redemption", func(s *shop, id string) error { return second(s.Redemptions.Get(background, id)) }},
	{"Redemptions.GetRollback", "redemption_rollback", func(s *shop, id string) error { return second(s.Redemptions.GetRollback(background, id)) }},
}

func TestEveryCallAboutAnUnknownRecordSaysWhichOneIsMissing(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	before := asJSON(t, s.store.Export())
	for _, test := range namedCalls {
		var got *fault.Error
		if err := test.call(s, "x_1"); !errors.As(err, &got) {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		want := &fault.Error{
			Code: 404, Key: fault.NotFound, Message: "Resource not found", Details: "Cannot find " + test.kind + " with id x_1",
			ResourceID: "x_1", ResourceType: test.kind,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if got := placeOf(t, test.call(s, "")); got != (place{fault.InvalidPayload, "id"}) {
			t.Errorf("%s without an id: %v", test.name, got)
		}
	}
	if diff := cmp.Diff(before, asJSON(t, s.store.Export())); diff != "" {
		t.Errorf("the calls changed the store (-before +after):\n%s", diff)
	}
}

// namingCalls name a record that is not there inside of something else.
var namingCalls = []struct {
	name string
	call func(*shop) error
	want place
}{
	{"a rule for a new campaign", func(s *shop) error {
		return second(s.Campaigns.Create(background, campaign.Campaign{Name: "C", CampaignType: campaign.Promotion, ValidationRules: []string{"val_1"}}))
	}, place{fault.NotFound, "validation_rules[0]"}},
	{"a campaign for a new tier", func(s *shop) error {
		return second(s.Promotions.CreateTier(background, promotion.Tier{CampaignID: "camp_1", Name: "t"}))
	}, place{fault.NotFound, "campaign_id"}},
	{"a rule for a new tier", func(s *shop) error {
		return second(s.Promotions.CreateTier(background, promotion.Tier{CampaignID: s.promotion(0), Name: "t", ValidationRules: []string{"val_1"}}))
	}, place{fault.NotFound, "validation_rules[0]"}},
	{"a campaign for a new stack", func(s *shop) error {
		return second(s.Promotions.CreateStack(background, promotion.Stack{CampaignID: "camp_1", Name: "s", Tiers: promotion.StackTiers{IDs: []string{"t"}}}))
	}, place{fault.NotFound, "campaign_id"}},
	{"a tier for a new stack", func(s *shop) error {
		return second(s.Promotions.CreateStack(background, promotion.Stack{CampaignID: s.promotion(0), Name: "s", Tiers: promotion.StackTiers{IDs: []string{"promo_1"}}}))
	}, place{fault.NotFound, "tiers.ids[0]"}},
	{"a coupon campaign for a new tier", func(s *shop) error {
		return second(s.Promotions.CreateTier(background, promotion.Tier{CampaignID: s.pool(0), Name: "t"}))
	}, place{fault.InvalidCampaign, "campaign_id"}},
	{"a tier of another campaign for a new stack", func(s *shop) error {
		tier, err := s.Promotions.CreateTier(background, promotion.Tier{CampaignID: s.promotion(1), Name: "t"})
		s.must(err)
		return second(s.Promotions.CreateStack(background, promotion.Stack{CampaignID: s.promotion(0), Name: "s", Tiers: promotion.StackTiers{IDs: []string{tier.ID}}}))
	}, place{fault.InvalidPayload, "tiers.ids[0]"}},
	{"a product for a new SKU", func(s *shop) error {
		return second(s.Products.CreateSKU(background, product.SKU{ProductID: "prod_1"}))
	}, place{fault.NotFound, "product_id"}},
	{"a rule for an assignment", func(s *shop) error {
		return second(s.Rules.Assign(background, "val_1", validation.OnVoucher, s.coupon("A", off100, 0).ID))
	}, place{fault.NotFound, ""}},
	{"a voucher for an assignment", func(s *shop) error {
		return second(s.Rules.Assign(background, s.plainRule(), validation.OnVoucher, "v_1"))
	}, place{fault.NotFound, ""}},
	{"a code in the place of an id for an assignment", func(s *shop) error {
		s.coupon("A", off100, 0)
		return second(s.Rules.Assign(background, s.plainRule(), validation.OnVoucher, "A"))
	}, place{fault.NotFound, ""}},
	{"a kind of object for an assignment", func(s *shop) error {
		return second(s.Rules.Assign(background, s.plainRule(), "earning_rule", "e_1"))
	}, place{fault.InvalidPayload, "related_object_type"}},
	{"a category for the stacking rules", func(s *shop) error {
		return second(s.Settings.SetStackingRules(background, promotion.StackingRules{JointCategories: []string{"cat_1"}}))
	}, place{fault.NotFound, "joint_categories[0]"}},
	{"a customer by id", func(s *shop) error { return second(s.Customers.Upsert(background, *customer.ByID("cust_1"))) }, place{fault.NotFound, ""}},
	{"an order by id for a creation", func(s *shop) error { return second(s.Orders.Create(background, order.Order{ID: "ord_1"})) }, place{fault.NotFound, ""}},
	{"an order by source_id for an update", func(s *shop) error {
		return second(s.Orders.Update(background, order.Order{SourceID: "O1", Status: order.Paid}))
	}, place{fault.NotFound, ""}},
	{"no order for an update", func(s *shop) error { return second(s.Orders.Update(background, order.Order{Status: order.Paid})) }, place{fault.NotFound, ""}},
}

func (s *shop) plainRule() string {
	s.t.Helper()
	rule, err := s.Rules.Create(background, validation.Rule{Name: "r"})
	s.must(err)
	return rule.ID
}

func TestWhatIsNamedInsideOfSomethingElseMustBeThere(t *testing.T) {
	t.Parallel()
	for _, test := range namingCalls {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, placeOf(t, test.call(newShop(t)))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestACategoryMustBeThereWhenSomethingIsPutIntoIt(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	versionedRecords(s)
	code, err := s.Vouchers.Get(background, "A")
	s.must(err)
	camp, err := s.Campaigns.Get(background, "C")
	s.must(err)
	promo, err := s.Campaigns.Get(background, "Promotion")
	s.must(err)
	var tier promotion.Tier
	for x, err := range s.Promotions.ListTiers(background, listAll) {
		s.must(err)
		tier = x
	}
	stack := promotion.Stack{CampaignID: promo.ID, Name: "s", Tiers: promotion.StackTiers{IDs: []string{tier.ID}}}
	stored, err := s.Promotions.CreateStack(background, stack)
	s.must(err)
	puts := map[string]func(category string) error{
		"a new campaign": func(category string) error {
			return second(s.Campaigns.Create(background, campaign.Campaign{Name: "N" + category, CampaignType: campaign.Promotion, CategoryID: category}))
		},
		"a campaign": func(category string) error {
			camp.CategoryID = category
			return second(s.Campaigns.Update(background, camp))
		},
		"a new voucher": func(category string) error {
			return second(s.Vouchers.Create(background, voucher.Voucher{Type: voucher.DiscountVoucher, Discount: &off100, CategoryID: category}))
		},
		"a voucher": func(category string) error {
			code.CategoryID = category
			return second(s.Vouchers.Update(background, code))
		},
		"a new tier": func(category string) error {
			return second(s.Promotions.CreateTier(background, promotion.Tier{CampaignID: promo.ID, Name: "t", CategoryID: category}))
		},
		"a tier": func(category string) error {
			tier.CategoryID = category
			return second(s.Promotions.UpdateTier(background, tier))
		},
		"a new stack": func(category string) error {
			stack.CategoryID = category
			return second(s.Promotions.CreateStack(background, stack))
		},
		"a stack": func(category string) error {
			stored.CategoryID = category
			return second(s.Promotions.UpdateStack(background, stored))
		},
		"a limit of the stacking rules": func(category string) error {
			err := second(s.Settings.SetStackingRules(background, promotion.StackingRules{ApplicableRedeemablesCategoryLimits: map[string]int{category: 1}}))
			if category == "cat_1" && placeOf(t, err).Field != "applicable_redeemables_category_limits.cat_1" {
				t.Errorf("limits: %v", err)
				return nil
			}
			return err
		},
	}
	known, err := s.Categories.Create(background, promotion.Category{Name: "gold"})
	s.must(err)
	for name, put := range puts {
		if got := placeOf(t, put("cat_1")); got.Key != fault.NotFound || got.Field != "category_id" && name != "a limit of the stacking rules" {
			t.Errorf("%s into an unknown category: %v", name, got)
		}
		s.must(put(known.ID))
	}
	s.must(s.Settings.ResetStackingRules(background))
	s.must(s.Categories.Delete(background, known.ID))
	code.Version, code.AdditionalInfo = 0, "still there"
	if _, err := s.Vouchers.Update(background, code); err != nil {
		t.Errorf("a voucher whose category is gone cannot be changed any more: %v", err)
	}
}
