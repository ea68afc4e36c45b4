package main

import (
	"bufio"
	"context"
	"slices"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/validation"
)

// shop is an engine with products and campaigns, and where it reports to.
type shop struct {
	ctx    context.Context
	eng    *voucherify.Engine
	out    *bufio.Writer
	name   map[string]string // what people call products, by the engine's id and the shop's; of tiers by id
	offers map[string]offer  // by code

	promotions string // the campaign of the tiers
}

// article is a product of the shop, or with a parent one of its variants. Price is minor units.
type article struct {
	id, name string
	price    int64
	parent   string
}

func articles() []article {
	return []article{
		{id: "tee", name: "T-shirt", price: 2000},
		{id: "tee-large", name: "T-shirt, large", parent: "tee"}, // costs what its product costs
		{id: "tee-signed", name: "T-shirt, signed", price: 3500, parent: "tee"},
		{id: "limited", name: "Limited T-shirt", price: 2500},
		{id: "poster", name: "Poster", price: 1500},
		{id: "bottle", name: "Bottle", price: 2500},
		{id: "mug", name: "Mug", price: 1000},
		{id: "socks", name: "Socks", price: 500},
	}
}

// open stores the products and the campaigns. The product that stands for shipping need not be stored.
func (s *shop) open() error {
	s.name[discount.ShippingProduct], s.name[discount.ShippingSource] = "Shipping", "Shipping"
	for _, a := range articles() {
		if err := s.stock(a); err != nil {
			return err
		}
	}
	camp, err := s.eng.Campaigns.Create(s.ctx, campaign.Campaign{Name: "Offers without a code", CampaignType: campaign.Promotion})
	if err != nil {
		return err
	}
	s.promotions = camp.ID
	for _, o := range slices.Concat(offers(), tiers()) {
		if err := s.announce(o); err != nil {
			return err
		}
	}
	return nil
}

func (s *shop) stock(a article) error {
	s.name[a.id] = a.name
	if a.parent == "" {
		stored, err := s.eng.Products.CreateProduct(s.ctx, product.Product{SourceID: a.id, Name: a.name, Price: &a.price})
		s.name[stored.ID] = a.name
		return err
	}
	sku := product.SKU{SourceID: a.id, Name: a.name, ProductID: a.parent}
	if a.price != 0 {
		sku.Price = &a.price
	}
	stored, err := s.eng.Products.CreateSKU(s.ctx, sku)
	s.name[stored.ID] = a.name
	return err
}

// announce stores an offer with its rule: as a tier of the promotions, or as a campaign of one code.
func (s *shop) announce(o offer) error {
	var rules []string
	if o.needs != "" || o.bundle != nil || !o.on.Empty() {
		rule, err := s.eng.Rules.Create(s.ctx, validation.Rule{
			Name: o.name, Expression: o.needs, BundleRules: o.bundle, ApplicableTo: o.on,
		})
		if err != nil {
			return err
		}
		rules = []string{rule.ID}
	}
	if o.code == "" {
		tier, err := s.eng.Promotions.CreateTier(s.ctx, promotion.Tier{
			CampaignID: s.promotions, Name: o.name, Action: promotion.Action{Discount: &o.gives}, ValidationRules: rules,
		})
		s.name[tier.ID] = o.name
		return err
	}
	s.offers[o.code] = o
	_, err := s.eng.Campaigns.Create(s.ctx, campaign.Campaign{
		Name: o.name, CampaignType: campaign.DiscountCoupons, Type: campaign.Standalone, ValidationRules: rules,
		Voucher: &campaign.Template{Code: o.code, Discount: &o.gives, Redemption: campaign.TemplateRedemption{Quantity: o.times}},
	})
	return err
}
