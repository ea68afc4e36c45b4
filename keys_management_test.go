package voucherify_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

var managementKeys = []keyRow{
	{
		key: fault.CampaignTypeNotSupportedByTemplate,
		fail: func(s *shop) error {
			return second(s.Templates.CreateFromCampaign(background, s.promotion(1), "T", ""))
		},
		want: `{"code":400,"key":"campaign_type_is_not_supported_by_campaign_template","message":"Campaign of the given type is not supported by campaign template","details":"no template is made of a campaign of type PROMOTION","field":"campaign_type"}`,
	},
	{
		key: fault.DuplicateKey,
		fail: func(s *shop) error {
			s.coupon("SAVE", discount.AmountOff(500, discount.ToOrder), 1)
			s.couponCampaign("Autumn", nil)
			report, err := s.into("Autumn", "Code\nSAVE\n", voucherify.ImportOptions{})
			s.must(err)
			return report.Failed[0].Err
		},
		want: `{"code":400,"key":"duplicate_key","message":"Duplicated key","details":"1 voucher codes(s) already exist.","field":"code","resource_id":"v_…","resource_type":"voucher"}`,
	},
	{
		key: fault.InvalidExportFields,
		fail: func(s *shop) error {
			return second(s.Exports.CSV(background, voucherify.ExportOrders, io.Discard, voucherify.ExportOptions{Fields: []string{"price"}}))
		},
		want: `{"code":400,"key":"invalid_export_fields","message":"Invalid export fields","details":"\"price\" is not one of id, source_id, created_at, updated_at, status, amount, discount_amount, items_discount_amount, total_discount_amount, total_amount, customer_id, referrer_id, metadata","field":"fields[0]"}`,
	},
	{
		key: fault.DuplicateFound,
		fail: func(s *shop) error {
			v := *s.coupon("SAVE", discount.AmountOff(500, discount.ToOrder), 1)
			return second(s.Vouchers.Create(background, v))
		},
		want: `{"code":409,"key":"duplicate_found","message":"Duplicate resource found","details":"code \"SAVE\" is that of v_…","field":"code","resource_id":"v_…","resource_type":"voucher"}`,
	},
	{
		key: fault.InvalidCampaign,
		fail: func(s *shop) error {
			return second(s.Campaigns.Create(background, campaign.Campaign{Name: "C", CampaignType: campaign.DiscountCoupons}))
		},
		want: `{"code":400,"key":"invalid_campaign","message":"Invalid campaign","details":"a coupon campaign needs a discount","field":"voucher.discount"}`,
	},
	{
		key: fault.InvalidCodeConfig,
		fail: func(s *shop) error {
			off := discount.AmountOff(500, discount.ToOrder)
			return second(s.Campaigns.Create(background, campaign.Campaign{Name: "C", CampaignType: campaign.DiscountCoupons, VouchersCount: 11, Voucher: &campaign.Template{
				Discount: &off, CodeConfig: voucher.CodeConfig{Pattern: "A-#", Charset: "0123456789"},
			}}))
		},
		want: `{"code":400,"key":"invalid_code_config","message":"Invalid code config","details":"Not possible to generate requested number of codes.","field":"voucher.code_config"}`,
	},
	{
		key: fault.InvalidFormula,
		fail: func(s *shop) error {
			d := discount.AmountOff(500, discount.ToOrder)
			d.AmountOffFormula = "ORDER_AMOUNT * ("
			return second(s.Vouchers.Create(background, voucher.Voucher{Code: "F", Type: voucher.DiscountVoucher, Discount: &d}))
		},
		want: `{"code":400,"key":"invalid_formula","message":"Invalid formula","details":"a value is missing at position 17","field":"discount.amount_off_formula"}`,
	},
	{
		key: fault.InvalidSKU,
		fail: func(s *shop) error {
			return second(s.Products.CreateSKU(background, product.SKU{SourceID: "s"}))
		},
		want: `{"code":400,"key":"invalid_sku","message":"Invalid SKU","details":"a SKU needs its product","field":"product_id"}`,
	},
	{
		key: fault.InvalidValidationRules,
		fail: func(s *shop) error {
			return second(s.Rules.Create(background, validation.Rule{Name: "r", Expression: "order.amount >="}))
		},
		want: `{"code":400,"key":"invalid_validation_rules","message":"Invalid Validation Rule Definition","details":"unexpected token EOF (1:15)","field":"expression"}`,
	},
	{
		key: fault.MetadataValidationFailed,
		fail: func(s *shop) error {
			s.schema(metadata.OfCustomer)
			return second(s.Customers.Upsert(background, customer.Customer{SourceID: "ada"}))
		},
		want: `{"code":400,"key":"metadata_validation_failed","message":"Metadata validation failed","details":"size: must be a number, property is required (actual value is 'undefined')","field":"metadata.size"}`,
	},
	{
		key: fault.InvalidVoucher,
		fail: func(s *shop) error {
			return second(s.Vouchers.Create(background, voucher.Voucher{Code: "V", Type: voucher.DiscountVoucher}))
		},
		want: `{"code":400,"key":"invalid_voucher","message":"Invalid voucher","details":"a standalone voucher needs a discount","field":"discount"}`,
	},
	{
		key: fault.NotSupported,
		fail: func(s *shop) error {
			return second(s.Exports.CSV(background, "publication", io.Discard, voucherify.ExportOptions{}))
		},
		want: `{"code":400,"key":"not_supported","message":"Not supported","details":"there is no export of \"publication\"","field":"exported_object"}`,
	},
	{
		key: fault.ResourceInUse,
		fail: func(s *shop) error {
			v := s.coupon("SAVE", discount.AmountOff(500, discount.ToOrder), 1)
			rule := s.rule(`{"name":"r","rules":`+never+`}`, validation.OnVoucher, v.ID)
			return s.Rules.Delete(background, rule.ID, false)
		},
		want: `{"code":400,"key":"resource_in_use","message":"Resource in use","details":"rule val_… is assigned 1 times","resource_id":"val_…","resource_type":"validation_rules","related_object_ids":["asgm_…"],"related_object_type":"validation_rules_assignment"}`,
	},
	{
		key: fault.ResourceProtected,
		fail: func(s *shop) error {
			c, err := s.Campaigns.Create(background, campaign.Campaign{Name: "P", CampaignType: campaign.Promotion, Protected: true})
			s.must(err)
			return s.Campaigns.Delete(background, c.ID, false)
		},
		want: `{"code":400,"key":"resource_protected","message":"Resource is protected","details":"campaign P is protected","resource_id":"camp_…","resource_type":"campaign"}`,
	},
	{
		key: fault.VoucherAlreadyPublished,
		fail: func(s *shop) error {
			off := discount.AmountOff(500, discount.ToOrder)
			s.must(second(s.Campaigns.Create(background, campaign.Campaign{Name: "C", CampaignType: campaign.DiscountCoupons, Voucher: &campaign.Template{Discount: &off}})))
			s.must(s.Campaigns.AddVoucher(background, "C", "ONE"))
			s.must(second(s.publish("ONE", *customer.BySourceID("c1"))))
			return second(s.publish("ONE", *customer.BySourceID("c2")))
		},
		want: `{"code":400,"key":"voucher_already_published","message":"voucher is already published","details":"v_…","field":"voucher","resource_id":"pub_…","resource_type":"publication"}`,
	},
}

// skippedKeys are the keys of redeemables that are not tried because of the others, each with a scene in which it is met.
var skippedKeys = map[fault.Key]stack{
	fault.ApplicableRedeemablesLimitExceeded: {rules: `{"applicable_redeemables_limit":1}`, parts: []part{off("A", "", 1), off("B", "", 1)}},
	fault.ApplicableRedeemablesPerCategoryLimitExceeded: {
		categories: "gold", parts: []part{off("A", "gold", 1), off("B", "gold", 1)},
	},
	fault.ApplicableExclusiveRedeemablesLimitExceeded: {
		categories: "gold silver", rules: `{"exclusive_categories":["gold","silver"]}`, parts: []part{off("A", "gold", 1), off("B", "silver", 1)},
	},
	fault.ApplicableExclusiveRedeemablesPerCategoryLimitExceeded: {
		categories: "gold", rules: `{"exclusive_categories":["gold"],"applicable_exclusive_redeemables_limit":2}`,
		parts: []part{off("A", "gold", 1), off("B", "gold", 1)},
	},
	fault.ExclusionRulesNotMet: {
		categories: "gold", rules: `{"exclusive_categories":["gold"]}`, parts: []part{off("A", "gold", 1), off("B", "", 1)},
	},
	fault.PrecedingValidationFailed: {parts: []part{off("A", "", 1).never(), off("B", "", 1)}},
	fault.NoEffect:                  {rules: `{"redeemables_no_effect_rule":"SKIP"}`, parts: []part{off("A", "", 1), off("B", "", 0)}},
}

func TestASkippedRedeemableSaysWhyInTheWordsOfTheCatalogue(t *testing.T) {
	t.Parallel()
	words := map[fault.Key]string{
		"applicable_redeemables_limit_exceeded":                        "Applicable redeemables limit exceeded",
		"applicable_redeemables_per_category_limit_exceeded":           "Applicable redeemables limit per category exceeded",
		"applicable_exclusive_redeemables_limit_exceeded":              "Applicable exclusive redeemables limit exceeded",
		"applicable_exclusive_redeemables_per_category_limit_exceeded": "Applicable exclusive redeemables limit per category exceeded",
		"exclusion_rules_not_met":                                      "Redeemable cannot be applied due to exclusion rules",
		"preceding_validation_failed":                                  "Redeemable cannot be applied due to preceding validation failure",
		"no_effect":                                                    "Redeemable cannot be applied due to no effect",
	}
	for key, test := range skippedKeys {
		t.Run(string(key), func(t *testing.T) {
			t.Parallel()
			_, _, answer := test.run(t)
			got := answer.SkippedRedeemables[0]
			want := redemption.Details{Details: &redemption.Reason{Key: key, Message: words[key]}}
			if diff := cmp.Diff(want, got.Result); got.ID != "B" || got.Status != redemption.Skipped || diff != "" {
				t.Errorf("%s is %s (-want +got):\n%s", got.ID, got.Status, diff)
			}
		})
	}
}

// unreachable are keys of the catalogue that no call answers with in this version.
var unreachable = map[fault.Key]string{
	fault.InvalidProduct:     "products have nothing that could contradict itself",
	fault.MultipleRequests:   "a lost race is run again, in the end it is an error of the store",
	fault.StackingRulesExist: "the stacking rules are set, not created",
}

// A new key needs a row above, or a reason why nothing answers with it.
func TestEveryKeyOfTheCatalogueIsMet(t *testing.T) {
	t.Parallel()
	met := map[fault.Key]bool{}
	for _, rows := range keyRows {
		for _, row := range rows {
			met[row.key] = true
		}
	}
	for key := range skippedKeys {
		met[key] = true
	}
	file, err := parser.ParseFile(token.NewFileSet(), "fault/catalogue.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		literal, ok := spec.Values[0].(*ast.BasicLit)
		if !ok {
			return true
		}
		text, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		key := fault.Key(text)
		if _, excused := unreachable[key]; met[key] == excused {
			t.Errorf("%s: met by a row is %t, said to be unreachable is %t", key, met[key], excused)
		}
		return true
	})
}
