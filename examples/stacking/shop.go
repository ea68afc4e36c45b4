package main

import (
	"context"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// shop is an engine with codes of several categories.
type shop struct {
	ctx      context.Context
	eng      *voucherify.Engine
	category map[string]string // ids by name
	name     map[string]string // names by id
}

// coupon is a code, its category and what must hold for it.
type coupon struct {
	code, category string
	off            discount.Discount
	rule           validation.Rule
}

// coupons are the codes that the scenes send.
func coupons() []coupon {
	over := func(expression string) validation.Rule { return validation.Rule{Expression: expression} }
	mugs := product.Target{Ref: product.Ref{ID: "mug", Object: product.KindProduct}}
	return []coupon{
		{"TEN", "coupon", discount.Percent("10", discount.ToOrder), validation.Rule{}},
		{"TWENTY", "season", discount.Percent("20", discount.ToOrder), validation.Rule{}},
		{"OVER100", "big", discount.Percent("20", discount.ToOrder), over("order.amount > 10000")},
		{"PARTNER", "partner", discount.Percent("25", discount.ToOrder), validation.Rule{}},
		{"PARTNER200", "partner", discount.Percent("40", discount.ToOrder), over("order.amount >= 20000")},
		{"WRAP", "service", discount.AmountOff(300, discount.ToOrder), validation.Rule{}},
		{"SILVER-A", "silver", discount.AmountOff(500, discount.ToOrder), validation.Rule{}},
		{"SILVER-B", "silver", discount.AmountOff(500, discount.ToOrder), validation.Rule{}},
		{"SILVER-C", "silver", discount.AmountOff(500, discount.ToOrder), validation.Rule{}},
		{"GOLD-A", "gold", discount.AmountOff(800, discount.ToOrder), validation.Rule{}},
		{"GOLD-B", "gold", discount.AmountOff(800, discount.ToOrder), validation.Rule{}},
		{"MUGS", "season", discount.Percent("50", discount.ToItems), validation.Rule{ApplicableTo: product.Scope{Included: []product.Target{mugs}}}},
		{"ALL-LINES", "coupon", discount.Percent("10", discount.ToItems), validation.Rule{ApplicableTo: product.Scope{IncludedAll: true}}},
	}
}

// open stores the categories and the codes.
func (s *shop) open() error {
	for i, name := range []string{"big", "coupon", "season", "silver", "gold", "partner", "service"} {
		stored, err := s.eng.Categories.Create(s.ctx, promotion.Category{Name: name, Hierarchy: i + 1})
		if err != nil {
			return err
		}
		s.category[name], s.name[stored.ID] = stored.ID, name
	}
	for _, c := range coupons() {
		if err := s.store(c); err != nil {
			return err
		}
	}
	return nil
}

// store creates a code and assigns its rule.
func (s *shop) store(c coupon) error {
	stored, err := s.eng.Vouchers.Create(s.ctx, voucher.Voucher{
		Code: c.code, Type: voucher.DiscountVoucher, CategoryID: s.category[c.category], Discount: &c.off,
	})
	if err != nil {
		return err
	}
	if c.rule.Expression == "" && c.rule.ApplicableTo.Empty() {
		return nil
	}
	c.rule.Name = c.code
	rule, err := s.eng.Rules.Create(s.ctx, c.rule)
	if err != nil {
		return err
	}
	_, err = s.eng.Rules.Assign(s.ctx, rule.ID, validation.OnVoucher, stored.ID)
	return err
}
