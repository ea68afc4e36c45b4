package redemption

import "github.com/voucherify-go/voucherify/validation"

// Scenario says what a qualification offers, and which conditions count. (Voucherify: the guide to checking eligibility.)
type Scenario string

// The scenarios.
const (
	// ScenarioAll offers promotion tiers, codes that anybody may use, and the codes of the customer.
	ScenarioAll Scenario = "ALL"
	// ScenarioCustomerWallet offers the codes of the customer.
	ScenarioCustomerWallet Scenario = "CUSTOMER_WALLET"
	// ScenarioAudienceOnly offers codes, tiers and campaigns by what they ask of the customer.
	ScenarioAudienceOnly Scenario = "AUDIENCE_ONLY"
	// ScenarioProducts offers what is about a product of the cart; ScenarioProductsByCustomer also looks at the customer.
	ScenarioProducts           Scenario = "PRODUCTS"
	ScenarioProductsByCustomer Scenario = "PRODUCTS_BY_CUSTOMER"
	// ScenarioProductsDiscount offers what takes something off a line of the cart; ScenarioProductsDiscountByCustomer also
	// looks at the customer.
	ScenarioProductsDiscount           Scenario = "PRODUCTS_DISCOUNT"
	ScenarioProductsDiscountByCustomer Scenario = "PRODUCTS_DISCOUNT_BY_CUSTOMER"
	// ScenarioPromotionStacks offers promotion stacks of which every tier applies.
	ScenarioPromotionStacks Scenario = "PROMOTION_STACKS"
)

// relevance is what a cart must have to do with an offer.
type relevance uint8

const (
	anyCart relevance = iota
	aboutProducts
	discountsProducts
)

// scene is what a scenario offers, and how.
type scene struct {
	omit validation.Omit
	// tiers, codes (that anybody may use), wallet, campaigns and stacks are offered.
	tiers, codes, wallet, campaigns, stacks bool
	relevance                               relevance
}

var scenarios = map[Scenario]scene{
	ScenarioAll:            {omit: validation.OmitIgnored, tiers: true, codes: true, wallet: true},
	ScenarioCustomerWallet: {omit: validation.OmitIgnored, wallet: true},
	ScenarioAudienceOnly:   {omit: validation.OmitAllButCustomer, tiers: true, codes: true, wallet: true, campaigns: true},
	ScenarioProducts: {
		omit: validation.OmitAllButItems, tiers: true, codes: true, wallet: true, campaigns: true, relevance: aboutProducts,
	},
	ScenarioProductsByCustomer: {
		omit: validation.OmitAllButItemsAndCustomer, tiers: true, codes: true, wallet: true, campaigns: true, relevance: aboutProducts,
	},
	ScenarioProductsDiscount: {
		omit: validation.OmitAllButItems, tiers: true, codes: true, wallet: true, campaigns: true, relevance: discountsProducts,
	},
	ScenarioProductsDiscountByCustomer: {
		omit: validation.OmitAllButItemsAndCustomer, tiers: true, codes: true, wallet: true, campaigns: true, relevance: discountsProducts,
	},
	ScenarioPromotionStacks: {omit: validation.OmitIgnored, stacks: true},
}

// partialBundles reports whether a bundle need not be complete: where conditions on the cart are left out.
func partialBundles(omit validation.Omit) bool { return omit&^validation.OmitIgnored != 0 }
