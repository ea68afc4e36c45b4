package golden

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// bundleProduct is a line without a price that makes up the bundles of a vector, which only says how many there are.
const bundleProduct = "bundle"

// addRule stores the rule of a redeemable, if it has one, and returns its id.
func (p *project) addRule(ctx context.Context, r *redeemable) ([]string, error) {
	rule := validation.Rule{Name: r.ID}
	scoped, err := p.scope(ctx, r, &rule.ApplicableTo)
	if err != nil {
		return nil, err
	}
	switch {
	case r.Bundle == nil:
	case r.Bundle.Quantity == 0:
		scoped = true
		if rule.BundleRules, err = p.incompleteBundle(ctx, r.Bundle); err != nil {
			return nil, err
		}
	default:
		scoped = true
		one := bundleNode(product.Ref{Object: product.KindProduct, SourceID: bundleProduct}, 1)
		rule.BundleRules = &validation.BundleRules{Limit: r.Bundle.Quantity, Nodes: map[string]validation.Node{"1": one}}
	}
	if r.Rule != nil && r.Rule.OrderTotalAmountMoreThan != nil {
		scoped = true
		rule.Rules.Nodes = map[string]validation.Node{"1": {
			Name: "order.amount", Conditions: validation.Conditions{"$more_than": {*r.Rule.OrderTotalAmountMoreThan}},
		}}
	}
	if !scoped {
		return nil, nil
	}
	stored, err := p.Rules.Create(ctx, rule)
	return []string{stored.ID}, err
}

// scope fills applicable_to. A collection other than ALL is followed by what it matched, so it is left out; an
// application rule is about all items together, which are then one collection.
func (p *project) scope(ctx context.Context, r *redeemable, into *product.Scope) (bool, error) {
	var targets []target
	if text := strings.Trim(string(r.ApplicableTo), `"`); text == "ALL" {
		targets = []target{{Collection: "ALL"}}
	} else if len(r.ApplicableTo) > 0 {
		if err := json.Unmarshal(r.ApplicableTo, &targets); err != nil {
			return false, err
		}
	}
	for _, t := range targets {
		if t.Collection == "" || t.Collection == "ALL" || len(targets) == 1 {
			into.Included = append(into.Included, p.target(t))
		}
	}
	for _, t := range r.InapplicableTo {
		into.Excluded = append(into.Excluded, p.target(t))
	}
	if r.ApplicationRule == nil {
		return !into.Empty(), nil
	}
	collection := product.Collection{Name: r.ID}
	for _, t := range into.Included {
		collection.Products = append(collection.Products, t.Ref)
	}
	stored, err := p.Products.CreateCollection(ctx, collection)
	if err != nil {
		return false, err
	}
	all := p.target(*r.ApplicationRule)
	all.Ref = product.Ref{Object: product.KindCollection, ID: stored.ID}
	into.Included = []product.Target{all}
	return true, nil
}

func (p *project) target(t target) product.Target {
	ref := product.Ref{Object: product.KindProduct, SourceID: t.Item}
	switch {
	case t.Collection != "":
		ref = product.Ref{Object: product.KindCollection, ID: product.AllProducts}
	case strings.HasPrefix(t.Item, "s"):
		ref.Object = product.KindSKU
	}
	return product.Target{
		Ref: ref, Effect: product.ApplicationEffect(t.Effect), Target: product.Granularity(t.Target),
		SkipInitially: t.SkipInitially, Repeat: t.Repeat, Price: t.Price, PriceFormula: t.PriceFormula,
		QuantityLimit: t.QuantityLimit, AggregatedQuantityLimit: t.AggregatedQuantityLimit, AmountLimit: t.AmountLimit,
	}
}

func sortedItems(catalog map[string]item) []item {
	var list []item
	for _, key := range slices.Sorted(maps.Keys(catalog)) {
		list = append(list, catalog[key])
	}
	slices.SortStableFunc(list, func(a, b item) int { return cmp.Compare(level(a), level(b)) })
	return list
}

// level puts products before SKUs.
func level(x item) int {
	if x.SKU == nil {
		return 0
	}
	return 1
}
