package golden

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/memory"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// project is the engine with everything that one vector speaks of.
type project struct {
	*voucherify.Engine
	vector  *Vector
	store   *memory.Store
	ids     map[string]string // names of the vector -> ids of the engine
	names   map[string]string // and back
	request redemption.Request
	ctx     context.Context
}

func build(ctx context.Context, v *Vector) (*project, error) {
	s := memory.New()
	e, err := voucherify.New(s)
	if err != nil {
		return nil, err
	}
	p := &project{Engine: e, vector: v, store: s, ids: map[string]string{}, names: map[string]string{}, ctx: ctx}
	for _, step := range []func(context.Context) error{p.setStacking, p.addProducts, p.addRedeemables, p.setOrder} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *project) setStacking(ctx context.Context) error {
	var rules promotion.StackingRules
	text, err := json.Marshal(p.vector.StackingRules)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &rules); err != nil {
		return err
	}
	if p.vector.StackingRules["discount_calculation"] == "INITIAL" {
		rules.DiscountCalculationMode = discount.Initial
	}
	_, err = p.Settings.SetStackingRules(ctx, rules)
	return err
}

// addProducts stores the products and SKUs of the order and the catalogue. Only the catalogue has prices.
func (p *project) addProducts(ctx context.Context) error {
	var lines []item
	if p.vector.Order != nil {
		for _, line := range p.vector.Order.Items {
			line.Price = nil
			lines = append(lines, line)
		}
	}
	lines = append(lines, sortedItems(p.vector.Catalog)...)
	for _, line := range lines {
		if err := p.addProduct(ctx, line); err != nil {
			return err
		}
	}
	return nil
}

func (p *project) addProduct(ctx context.Context, line item) error {
	parent := ""
	if line.Product != nil {
		parent = *line.Product
	} else if line.SKU != nil {
		parent = "product of " + *line.SKU
	}
	if parent == "" {
		return nil
	}
	x := product.Product{SourceID: parent, Name: parent}
	if line.SKU == nil {
		x.Price = line.Price
	}
	if p.ids[parent] == "" || x.Price != nil {
		stored, err := p.Products.CreateProduct(ctx, x)
		if err != nil {
			return err
		}
		p.know(parent, stored.ID)
	}
	if line.SKU == nil || (p.ids[*line.SKU] != "" && line.Price == nil) {
		return nil
	}
	sku, err := p.Products.CreateSKU(ctx, product.SKU{SourceID: *line.SKU, ProductID: p.ids[parent], Name: *line.SKU, Price: line.Price})
	if err != nil {
		return err
	}
	p.know(*line.SKU, sku.ID)
	return nil
}

func (p *project) know(name, id string) { p.ids[name], p.names[id] = id, name }

func (p *project) addRedeemables(ctx context.Context) error {
	for i := range p.vector.Redeemables {
		r := &p.vector.Redeemables[i]
		named := redemption.Redeemable{Object: redemption.Voucher, ID: r.ID}
		if r.Loyalty != nil {
			var err error
			if named.Reward, err = p.addCard(r, &p.vector.Expect.Redeemables[i]); err != nil {
				return fmt.Errorf("redeemable %s: %w", r.ID, err)
			}
		} else if r.Exists == nil || *r.Exists {
			id, err := p.addRedeemable(ctx, r)
			if err != nil {
				return fmt.Errorf("redeemable %s: %w", r.ID, err)
			}
			if r.Object == "promotion_tier" {
				named = redemption.Redeemable{Object: redemption.PromotionTier, ID: id}
				p.know(r.ID, id)
			}
			if r.Gift != nil {
				named.Gift = &redemption.GiftPart{Credits: r.Gift.Credits}
			}
		}
		p.request.Redeemables = append(p.request.Redeemables, named)
	}
	return nil
}

func (p *project) addRedeemable(ctx context.Context, r *redeemable) (string, error) {
	d := discount.AmountOff(1, discount.ToOrder) // of one that is skipped before it is looked at
	if r.Discount != nil {
		d = r.Discount.Discount
	}
	if r.Bundle != nil && r.Bundle.Scaling == "NONE" {
		d.BundleScaling = discount.NotMultiply
	}
	if err := p.resolveUnits(ctx, &d); err != nil {
		return "", err
	}
	rules, err := p.addRule(ctx, r)
	if err != nil {
		return "", err
	}
	if r.Object == "promotion_tier" {
		camp, err := p.Campaigns.Create(ctx, campaign.Campaign{Name: "campaign of " + r.ID, CampaignType: campaign.Promotion})
		if err != nil {
			return "", err
		}
		tier, err := p.Promotions.CreateTier(ctx, promotion.Tier{
			CampaignID: camp.ID, Name: r.ID, Action: promotion.Action{Discount: &d}, ValidationRules: rules,
		})
		return tier.ID, err
	}
	v := voucher.Voucher{Code: r.ID, Type: voucher.DiscountVoucher, Discount: &d}
	if r.Gift != nil {
		v.Type, v.Discount, v.Gift = voucher.GiftVoucher, nil, &voucher.Gift{Amount: r.Gift.balance(), Effect: r.Gift.Effect}
	}
	if r.Expired {
		past := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
		v.ExpirationDate = &past
	}
	stored, err := p.Vouchers.Create(ctx, v)
	if err != nil {
		return "", err
	}
	for _, rule := range rules {
		if _, err := p.Rules.Assign(ctx, rule, validation.OnVoucher, stored.ID); err != nil {
			return "", err
		}
	}
	return stored.ID, nil
}

// resolveUnits makes sure that rewarded products exist: a reward of an unknown product has no price.
func (p *project) resolveUnits(ctx context.Context, d *discount.Discount) error {
	names := []string{d.UnitType}
	for i := range d.Units {
		names = append(names, d.Units[i].UnitType)
	}
	for _, name := range names {
		if name != "" && p.ids[name] == "" {
			if err := p.addProduct(ctx, item{Product: &name}); err != nil {
				return err
			}
		}
	}
	return nil
}

// setOrder is the order of the request. An order that carries something from before is stored first and then named.
func (p *project) setOrder(ctx context.Context) error {
	v := p.vector
	if v.Order == nil {
		return nil
	}
	o := &order.Order{SourceID: "order"}
	if v.Order.AmountExplicit || len(v.Order.Items) == 0 {
		o.Amount = v.Order.Amount
	}
	stored := v.PriorOrder != nil || v.RequestShape != ""
	for _, line := range v.Order.Items {
		o.Items = append(o.Items, itemOf(line, stored))
	}
	for _, r := range v.Redeemables {
		if r.Bundle != nil && r.Bundle.Quantity > 0 {
			o.Items = append(o.Items, order.Item{SourceID: bundleProduct, RelatedObject: product.KindProduct, Quantity: r.Bundle.Quantity})
		}
	}
	p.request.Order = o
	if !stored {
		return nil
	}
	kept := *o
	kept.ID, kept.CreatedAt, kept.Version = "ord_1", time.Unix(0, 0).UTC(), 1
	kept.Amount, kept.InitialAmount = v.Order.Amount, v.Order.Amount
	if v.PriorOrder != nil {
		kept.DiscountAmount = v.PriorOrder.DiscountAmount
	}
	body, err := json.Marshal(&kept)
	if err != nil {
		return err
	}
	p.request.Order = &order.Order{SourceID: "order"}
	return p.store.Update(ctx, func(tx store.Tx) error {
		return tx.Put(ctx, record.Document{
			Kind: record.Order, ID: kept.ID, CreatedAt: kept.CreatedAt, Keys: []string{record.Key("source_id", "order")}, Body: body,
		})
	})
}

// itemOf is a line of the request. What the vector calculated from price and quantity is left to the engine, unless the
// line is part of a stored order.
func itemOf(line item, stored bool) order.Item {
	x := order.Item{Price: line.Price}
	if line.Quantity != nil {
		x.Quantity = *line.Quantity
	}
	if line.AmountExplicit || stored || line.Price == nil {
		x.Amount = line.Amount
	}
	switch {
	case line.SKU != nil:
		x.SourceID, x.RelatedObject = *line.SKU, product.KindSKU
	case line.Product != nil:
		x.SourceID, x.RelatedObject = *line.Product, product.KindProduct
	}
	if !stored {
		x.DiscountQuantity = line.DiscountQuantity
		return x
	}
	x.DiscountAmount, x.DiscountQuantity = line.DiscountAmount, line.DiscountQuantity
	if line.InitialQuantity != nil {
		x.InitialQuantity, x.InitialKnown = *line.InitialQuantity, true
		if line.Price != nil {
			x.InitialAmount = *line.InitialQuantity * *line.Price
		}
	}
	return x
}
