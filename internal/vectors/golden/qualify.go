package golden

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"

	diff "github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// qualify asks what fits the order. Incomplete bundles were recorded of the scenario that looks at the customer only.
func (p *project) qualify(ctx context.Context) (*answer, error) {
	r := redemption.QualificationRequest{Order: p.request.Order, Options: redemption.QualificationOptions{Limit: redemption.MaxQualified}}
	if slices.ContainsFunc(p.vector.Redeemables, func(r redeemable) bool { return r.Bundle != nil && r.Bundle.Quantity == 0 }) {
		r.Scenario = redemption.ScenarioAudienceOnly
	}
	q, err := p.Qualify(ctx, r)
	if err != nil {
		return nil, err
	}
	a := &answer{valid: len(q.Redeemables) == len(p.vector.Redeemables), redeemables: map[string]redemption.Applied{}}
	for _, x := range q.Redeemables {
		name := x.ID
		if known, ok := p.names[x.ID]; ok {
			name = known
		}
		a.redeemables[name] = x.Applied
	}
	return a, nil
}

// incompleteBundle makes the rules of a bundle from what was found of it and what is missing: a part that is a product
// wants what was found of the product too, a collection everything else that was found.
func (p *project) incompleteBundle(ctx context.Context, b *bundle) (*validation.BundleRules, error) {
	rules := &validation.BundleRules{Nodes: map[string]validation.Node{}}
	isPart := func(item string) bool {
		return slices.ContainsFunc(b.Missing, func(m bundlePart) bool { return m.Item == item })
	}
	for i, missing := range b.Missing {
		ref, units := product.Ref{Object: product.KindProduct, SourceID: missing.Item}, missing.Units
		var members []product.Ref
		for _, found := range b.Identified {
			if found.Item == missing.Item {
				units += found.Units
			} else if !isPart(found.Item) {
				members = append(members, product.Ref{Object: product.KindProduct, SourceID: found.Item})
			}
		}
		if p.ids[missing.Item] == "" { // no product of the order
			for _, found := range b.Identified {
				if !isPart(found.Item) {
					units += found.Units
				}
			}
			collection, err := p.Products.CreateCollection(ctx, product.Collection{Name: missing.Item, Products: members})
			if err != nil {
				return nil, err
			}
			p.know(missing.Item, collection.ID)
			ref = product.Ref{Object: product.KindCollection, ID: collection.ID}
		}
		rules.Nodes[strconv.Itoa(i+1)] = bundleNode(ref, units)
	}
	return rules, nil
}

// bundleNode is one part of a bundle.
func bundleNode(ref product.Ref, units int64) validation.Node {
	return validation.Node{
		Name: "order.items.any", Conditions: validation.Conditions{"$is": {ref}},
		Rules: validation.Group{Nodes: map[string]validation.Node{"1": {
			Name: "order.items.aggregated_quantity", Conditions: validation.Conditions{"$is": {units}},
		}}},
	}
}

// compareBundle compares what an answer says of an incomplete bundle.
func (p *project) compareBundle(want *bundle, got *validation.Bundle) string {
	if got == nil {
		return "no bundle"
	}
	name := func(id string) string {
		if known, ok := p.names[id]; ok {
			return known
		}
		return id
	}
	b := bundle{Quantity: got.Quantity, Scaling: want.Scaling}
	for _, x := range got.Identified {
		b.Identified = append(b.Identified, bundlePart{name(x.ID), x.ItemIndex, x.ItemQuantity})
	}
	for _, x := range got.Missing {
		b.Missing = append(b.Missing, bundlePart{name(x.ID), 0, x.ItemQuantity})
	}
	return diff.Diff(*want, b)
}

// discountElsewhere asks with a cart that has nothing of what a coupon is for.
func discountElsewhere(b *bench) string {
	b.products("p1", "p2", "p3")
	percent := discount.Percent("25", discount.ToItems)
	b.offer(percent, validation.Rule{ApplicableTo: product.Scope{
		Included: []product.Target{{Ref: product.Ref{Object: product.KindProduct, SourceID: "p3"}}},
	}})
	one := b.audience(lineOf("p1", 1, 10000), lineOf("p2", 1, 40000))
	return b.compareListed(one, nil)
}

// incompleteBundle asks with one of two bottles, and three of five things of a brand.
func incompleteBundle(b *bench) string {
	b.products("bottle", "shirt", "socks")
	brand, err := b.Products.CreateCollection(b.ctx, product.Collection{Name: "brand", Products: []product.Ref{{SourceID: "shirt"}, {SourceID: "socks"}}})
	b.prepared(err)
	b.offer(discount.AmountOff(1000, discount.ToItems), validation.Rule{BundleRules: &validation.BundleRules{Nodes: map[string]validation.Node{
		"1": bundleNode(product.Ref{Object: product.KindProduct, SourceID: "bottle"}, 2),
		"2": bundleNode(product.Ref{Object: product.KindCollection, ID: brand.ID}, 5),
	}}})
	one := b.audience(lineOf("bottle", 1, 2499), lineOf("shirt", 1, 1999), lineOf("socks", 2, 499))
	if one == nil || one.Result.Bundle == nil {
		return "it is not listed with a bundle"
	}
	got := &factBundle{Quantity: one.Result.Bundle.Quantity}
	for _, x := range one.Result.Bundle.Identified {
		got.Identified = append(got.Identified, factPart{Line: x.ItemIndex, Quantity: x.ItemQuantity})
	}
	for _, x := range one.Result.Bundle.Missing {
		kind := map[product.RefKind]string{product.KindCollection: "collection"}[x.Object]
		got.Missing = append(got.Missing, factPart{Kind: cmp.Or(kind, string(x.Object)), Quantity: x.ItemQuantity})
	}
	return b.compareListed(one, got)
}

type factBundle struct {
	Quantity            int64
	Identified, Missing []factPart
}

type factPart struct {
	Line     int
	Kind     string
	Quantity int64
}

func (b *bench) products(sources ...string) {
	for _, source := range sources {
		b.prepared(ignore(b.Products.CreateProduct(b.ctx, product.Product{SourceID: source, Name: source})))
	}
}

// offer stores a coupon with a rule.
func (b *bench) offer(d discount.Discount, rule validation.Rule) {
	v := b.coupon("A", func(v *voucher.Voucher) { v.Discount = &d })
	rule.Name = "r"
	stored, err := b.Rules.Create(b.ctx, rule)
	b.prepared(err)
	b.prepared(ignore(b.Rules.Assign(b.ctx, stored.ID, validation.OnVoucher, v.ID)))
}

func lineOf(source string, units, price int64) order.Item {
	return order.Item{SourceID: source, RelatedObject: product.KindProduct, Quantity: units, Price: &price}
}

// audience asks what fits the customer, and returns the one thing that does.
func (b *bench) audience(items ...order.Item) *redemption.Qualified {
	q, err := b.Qualify(b.ctx, redemption.QualificationRequest{Scenario: redemption.ScenarioAudienceOnly, Order: &order.Order{Items: items}})
	b.prepared(err)
	if err != nil || len(q.Redeemables) != 1 {
		return nil
	}
	return &q.Redeemables[0]
}

// compareListed compares the order and the bundle of what is listed.
func (b *bench) compareListed(one *redemption.Qualified, got *factBundle) string {
	if one == nil {
		return "it is not listed"
	}
	type listed struct {
		Bundle *factBundle
		Order  struct {
			Amount int64
			Total  int64 `json:"total_amount"`
		}
	}
	var want listed
	b.prepared(json.Unmarshal(b.fact.raw, &want))
	is := listed{Bundle: got}
	is.Order.Amount, is.Order.Total = one.Order.Amount, one.Order.TotalAmount
	return diff.Diff(want, is)
}
