package main

import (
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
)

// part is a group of scenes about one question.
type part struct {
	title  string
	scenes []scene
}

// scene is one request under one set of stacking rules.
type scene struct {
	shows string
	rules promotion.StackingRules
	order *order.Order
	codes []string
}

// amount is an order without lines, in minor units.
func amount(minor int64) *order.Order { return &order.Order{Amount: minor} }

// parts are played from top to bottom.
func (s *shop) parts() []part {
	return []part{
		{"Who comes first", s.sequence()},
		{"A percentage of what", s.bases()},
		{"Who may stand beside whom", s.exclusion()},
		{"How many", s.limits()},
		{"On the same product", s.products()},
	}
}

func (s *shop) sequence() []scene {
	partial := promotion.StackingRules{RedeemablesApplicationMode: promotion.Partial}
	byCategory := promotion.StackingRules{RedeemablesSortingRule: promotion.CategoryHierarchy}
	return []scene{
		{"10 % leave too little for 20 % over 100.00; in mode ALL, the default, that refuses both",
			promotion.StackingRules{}, amount(10500), []string{"TEN", "OVER100"}},
		{"mode PARTIAL sets aside what fails and applies the rest",
			partial, amount(10500), []string{"TEN", "OVER100"}},
		{"the other way round both apply",
			promotion.StackingRules{}, amount(10500), []string{"OVER100", "TEN"}},
		{"the hierarchy of the categories decides instead of the shopper: big is 1, coupon is 2",
			byCategory, amount(10500), []string{"TEN", "OVER100"}},
	}
}

func (s *shop) bases() []scene {
	mixed := promotion.StackingRules{InitialAmountModeCategories: []string{s.category["season"]}}
	return []scene{
		{"20 % of what 10 % left: the default, DISCOUNTED_AMOUNT",
			promotion.StackingRules{}, amount(10000), []string{"TEN", "TWENTY"}},
		{"20 % of the amount before any discount",
			promotion.StackingRules{DiscountCalculationMode: discount.Initial}, amount(10000), []string{"TEN", "TWENTY"}},
		{"the amount before any discount for one category only",
			mixed, amount(10000), []string{"SILVER-A", "TEN", "TWENTY"}},
	}
}

func (s *shop) exclusion() []scene {
	rules := promotion.StackingRules{
		ExclusiveCategories: []string{s.category["partner"]}, JointCategories: []string{s.category["service"]},
	}
	merged, partial := rules, rules
	merged.GroupedRedeemablesSortingRule = promotion.SameSortingRule
	partial.RedeemablesApplicationMode = promotion.Partial
	return []scene{
		{"an exclusive code pushes out common ones wherever it stands; a joint one stays and comes last",
			rules, amount(10000), []string{"TEN", "WRAP", "PARTNER"}},
		{"exclusive and joint codes in the order of the request",
			merged, amount(10000), []string{"TEN", "WRAP", "PARTNER"}},
		{"an exclusive code that fails pushes nobody out",
			partial, amount(10000), []string{"PARTNER200", "TEN", "WRAP"}},
		{"in mode ALL it refuses the request, as every failure does",
			rules, amount(10000), []string{"PARTNER200", "TEN", "WRAP"}},
		{"of two exclusive codes the first one stays",
			rules, amount(20000), []string{"PARTNER200", "PARTNER"}},
	}
}

func (s *shop) limits() []scene {
	each := map[string]int{s.category["silver"]: 2}
	return []scene{
		{"one of each category, the default; that something is skipped refuses nothing, in mode ALL either",
			promotion.StackingRules{}, amount(10000), []string{"SILVER-A", "SILVER-B", "GOLD-A"}},
		{"two of each category",
			promotion.StackingRules{ApplicableRedeemablesPerCategoryLimit: 2}, amount(10000), []string{"SILVER-A", "SILVER-B", "SILVER-C", "GOLD-A"}},
		{"two of silver, one of every other category",
			promotion.StackingRules{ApplicableRedeemablesCategoryLimits: each}, amount(10000), []string{"SILVER-A", "GOLD-A", "SILVER-B", "GOLD-B"}},
		{"two in all: what stands behind them is not even looked up",
			promotion.StackingRules{ApplicableRedeemablesLimit: 2}, amount(10000), []string{"TEN", "TWENTY", "NO-SUCH-CODE"}},
	}
}

func (s *shop) products() []scene {
	cart := order.New("", order.Line{ProductID: "mug", Quantity: 2, Price: 2000}, order.Line{ProductID: "tray", Quantity: 1, Price: 3000})
	return []scene{
		{"two codes on the same mugs: the default, STACK",
			promotion.StackingRules{}, cart, []string{"MUGS", "ALL-LINES"}},
		{"the first code that discounts a product has it for itself",
			promotion.StackingRules{RedeemablesProductsApplicationMode: promotion.Once}, cart, []string{"MUGS", "ALL-LINES"}},
	}
}
