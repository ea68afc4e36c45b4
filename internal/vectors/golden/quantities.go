package golden

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/discount/formula"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

func init() {
	maps.Copy(facts, map[string]check{
		"lc-064": zeroWithoutMatch, "lc-072": quotaPerCustomer, "lc-073": quotaPerProduct, "lc-074": unitsPerLine,
		"lc-076": freeUnitsOfBundles, "lc-077": freeUnitsOfBundles, "lc-078": freeUnitsOfBundles, "lc-089": priceByFormula,
	})
}

// unitPrice makes every discounted unit visible in the amount.
const unitPrice = 100

// scoped stores a standalone campaign with one code and a rule.
func (b *bench) scoped(code string, d discount.Discount, rule validation.Rule) {
	stored, err := b.Rules.Create(b.ctx, rule)
	b.prepared(err)
	b.prepared(ignore(b.Campaigns.Create(b.ctx, campaign.Campaign{
		Name: code, CampaignType: campaign.DiscountCoupons, Type: campaign.Standalone, ValidationRules: []string{stored.ID},
		Voucher: &campaign.Template{Discount: &d, Code: code},
	})))
}

// units redeems a code on lines of so many units and returns the units of each line that were discounted.
func (b *bench) units(code, buyer string, lines map[string]int64) map[string]int64 {
	o := &order.Order{}
	names := slices.Sorted(maps.Keys(lines))
	for _, name := range names {
		price := int64(unitPrice)
		o.Items = append(o.Items, order.Item{SourceID: name, RelatedObject: product.KindProduct, Quantity: lines[name], Price: &price})
	}
	result, err := b.Redeem(b.ctx, redemption.Request{
		Redeemables: redemption.Codes(code), Customer: customer.BySourceID(buyer), Order: o,
	})
	b.prepared(err)
	discounted := map[string]int64{}
	if err == nil {
		for i, name := range names {
			discounted[name] = result.Order.Items[i].DiscountAmount / unitPrice
		}
	}
	return discounted
}

func (b *bench) everything(change func(*product.Target)) validation.Rule {
	target := product.Target{Ref: product.Ref{Object: product.KindCollection, ID: product.AllProducts}}
	change(&target)
	return validation.Rule{ApplicableTo: product.Scope{Included: []product.Target{target}}}
}

func quotaPerCustomer(b *bench) string {
	limit := int64(5)
	b.scoped("A", discount.AmountOff(unitPrice, discount.ToItemsByQuantity), b.everything(func(t *product.Target) { t.PerCustomerInCampaign = &limit }))
	first, second := b.units("A", "c1", map[string]int64{"p1": 3}), b.units("A", "c1", map[string]int64{"p1": 3})
	other := b.units("A", "c2", map[string]int64{"p1": 3})
	return cmp.Diff("3 2 3", fmt.Sprint(first["p1"], second["p1"], other["p1"]))
}

func quotaPerProduct(b *bench) string {
	limit := int64(5)
	b.scoped("A", discount.Percent("100", discount.ToItems), b.everything(func(t *product.Target) { t.PerProductInCampaign = &limit }))
	want := []map[string]int64{{"p1": 5, "p2": 1, "p3": 4}, {"p1": 0, "p2": 3, "p3": 1}, {"p1": 0, "p2": 1, "p3": 0}}
	var got []map[string]int64
	for i, lines := range []map[string]int64{{"p1": 5, "p2": 1, "p3": 4}, {"p1": 3, "p2": 3, "p3": 2}, {"p1": 1, "p2": 3, "p3": 3}} {
		got = append(got, b.units("A", fmt.Sprintf("c%d", i), lines))
	}
	return cmp.Diff(want, got)
}

func unitsPerLine(b *bench) string {
	limit := int64(3)
	b.scoped("A", discount.Percent("100", discount.ToItems), b.everything(func(t *product.Target) { t.QuantityLimit = &limit }))
	return cmp.Diff(int64(3), b.units("A", "c1", map[string]int64{"p1": 5})["p1"])
}

// freeUnitsOfBundles puts the recorded number of bundles into the cart and counts the free units.
func freeUnitsOfBundles(b *bench) string {
	var recorded struct {
		Free int64 `json:"free"`
	}
	b.prepared(json.Unmarshal(b.fact.raw, &recorded))
	effect := discount.AddMissing
	if b.fact.Effect != "" {
		effect = discount.Effect(b.fact.Effect)
	}
	b.scoped("A", discount.FreeUnits(recorded.Free, "gift", effect), validation.Rule{BundleRules: &validation.BundleRules{
		Limit: 10, Nodes: map[string]validation.Node{"1": {
			Name: "order.items.any", Conditions: validation.Conditions{"$is": {product.Ref{Object: product.KindProduct, SourceID: "p1"}}},
		}},
	}})
	result, err := b.Redeem(b.ctx, redemption.Request{
		Redeemables: redemption.Codes("A"), Order: order.New("", order.Line{ProductID: "p1", Quantity: b.fact.Bundles, Price: unitPrice}),
	})
	if err != nil {
		return err.Error()
	}
	return cmp.Diff(b.fact.Free, result.Order.Items[len(result.Order.Items)-1].DiscountQuantity)
}

func zeroWithoutMatch(b *bench) string {
	b.coupon("A", func(v *voucher.Voucher) { off := discount.AmountOff(100, discount.ToItems); v.Discount = &off })
	result, err := b.redeem("A")
	if err != nil {
		return err.Error()
	}
	text, err := json.Marshal(result.Order)
	b.prepared(err)
	var got map[string]any
	b.prepared(json.Unmarshal(text, &got))
	want := map[string]any{"applied_discount_amount": 0.0, "total_applied_discount_amount": 0.0, "discount_amount": nil, "items_discount_amount": nil}
	return pick(want, got) + cmp.Diff(nil, got["discount_amount"])
}

func priceByFormula(b *bench) string {
	f, err := formula.Parse("IF(ORDER_AMOUNT > 400;0;20)")
	b.prepared(err)
	got, err := f.Evaluate(orderAmount(46500))
	b.prepared(err)
	return cmp.Diff("0", got.String())
}

// orderAmount is an environment of formulas with an order only.
type orderAmount int64

// Operand implements formula.Env.
func (o orderAmount) Operand(name formula.Operand) (formula.Value, bool) {
	return formula.Minor(int64(o)), name == formula.OrderAmount
}

// Metadata implements formula.Env.
func (o orderAmount) Metadata(formula.Group, string) (formula.Value, bool) {
	return formula.Value{}, false
}
