package storetest

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/template"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// savedTemplate saves a coupon campaign whose rule names two products, and returns them.
func (h *host) savedTemplate() (products []product.Product) {
	h.Helper()
	var refs []any
	for _, source := range []string{"shoe", "bag"} {
		p, err := h.Products.CreateProduct(h.ctx, product.Product{SourceID: source, Name: source})
		h.must(err)
		products, refs = append(products, p), append(refs, product.Ref{ID: p.ID, Object: product.KindProduct})
	}
	rule, err := h.Rules.Create(h.ctx, validation.Rule{Name: "products", Rules: validation.Group{Nodes: map[string]validation.Node{
		"1": {Name: "order.items.any", Conditions: validation.Conditions{"$is": refs}},
	}}})
	h.must(err)
	off := discount.AmountOff(100, discount.ToOrder)
	_, err = h.Campaigns.Create(h.ctx, campaign.Campaign{
		Name: "Original", Voucher: &campaign.Template{Type: voucher.DiscountVoucher, Discount: &off}, ValidationRules: []string{rule.ID},
	})
	h.must(err)
	_, err = h.Templates.CreateFromCampaign(h.ctx, "Original", "Template", "")
	h.must(err)
	return products
}

// counts are how many products, rules and campaigns there are.
func (h *host) counts() (c [3]int) {
	h.Helper()
	for _, err := range h.Products.ListProducts(h.ctx, voucherify.ListOptions{}) {
		h.must(err)
		c[0]++
	}
	for _, err := range h.Rules.List(h.ctx, voucherify.ListOptions{}) {
		h.must(err)
		c[1]++
	}
	for _, err := range h.Campaigns.List(h.ctx, voucherify.ListOptions{}) {
		h.must(err)
		c[2]++
	}
	return c
}

func testTemplate(h *host) {
	products := h.savedTemplate()
	h.must(h.Products.DeleteProduct(h.ctx, products[0].ID, true))
	before := h.counts()
	got, err := h.Templates.CampaignSetup(h.ctx, "Template", template.CampaignOverrides{Name: "First", VouchersCount: 2})
	h.must(err)
	stored, err := h.Campaigns.Get(h.ctx, "First")
	h.must(err)
	before = [3]int{before[0] + 1, before[1] + 1, before[2] + 1}
	if diff := cmp.Diff(before, h.counts()); diff != "" || encode(h, got.Campaign) != encode(h, stored) {
		h.Errorf("%s was answered, %s is stored; products, rules and campaigns (-want +got):\n%s", encode(h, got.Campaign), encode(h, stored), diff)
	}

	h.must(h.Products.DeleteProduct(h.ctx, "shoe", true))
	h.must(h.Products.DeleteProduct(h.ctx, "bag", false))
	before = h.counts()
	// The shoe comes back before the bag is found to be in the bin.
	_, err = h.Templates.CampaignSetup(h.ctx, "Template", template.CampaignOverrides{Name: "Second"})
	var cause *fault.Error
	if !errors.As(err, &cause) || cause.Key != fault.DuplicateFound || cause.ResourceID != products[1].ID {
		h.Errorf("a product in the bin: %v", err)
	}
	if diff := cmp.Diff(before, h.counts()); diff != "" {
		h.Errorf("the refused setup left something (-before +after):\n%s", diff)
	}
}

// raceSetups lets all workers set up one name and each a name of its own, when a product has to be created again.
func raceSetups(h *host) {
	products := h.savedTemplate()
	h.must(h.Products.DeleteProduct(h.ctx, products[0].ID, true))
	before := h.counts()
	var won atomic.Int64
	h.together(workers, func(w int) {
		if _, err := h.Templates.CampaignSetup(h.ctx, "Template", template.CampaignOverrides{Name: fmt.Sprint("Own ", w)}); err != nil {
			h.Errorf("worker %d under its own name: %v", w, err)
		}
		_, err := h.Templates.CampaignSetup(h.ctx, "Template", template.CampaignOverrides{Name: "Shared", VouchersCount: 1})
		var cause *fault.Error
		switch {
		case err == nil:
			won.Add(1)
		case !errors.As(err, &cause) || cause.Key != fault.DuplicateFound || cause.Field != "name":
			h.Errorf("worker %d under the shared name: %v", w, err)
		}
	})
	want := [3]int{before[0] + 1, before[1] + workers + 1, before[2] + workers + 1}
	if diff := cmp.Diff(want, h.counts()); diff != "" || won.Load() != 1 {
		h.Errorf("%d workers have won; products, rules and campaigns (-want +got):\n%s", won.Load(), diff)
	}
}
