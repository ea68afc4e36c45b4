package storetest

import (
	"context"
	"fmt"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/voucher"
)

// playedRules are the rules that limit campaigns; "" is none.
var playedRules = []string{
	"", "campaign.redemptions.count", "campaign.redemptions.customers_count", "redemption.count.per_customer",
	"campaign.orders.amount_discounted", "campaign.orders.amount", "order.amount",
}

// creating creates a standalone code.
type creating struct {
	Code             string
	Amount, Quantity int64
}

func (s creating) play(ctx context.Context, p *player) string {
	v := voucher.Voucher{Code: s.Code, Type: voucher.DiscountVoucher, Discount: off(s.Amount)}
	if s.Quantity > 0 {
		v.Redemption.Quantity = &s.Quantity
	}
	return p.result(p.engine.Vouchers.Create(ctx, v))
}

// switching changes what becomes of a code.
type switching struct{ Code, How string }

func drawSwitching(t *rapid.T) Step {
	return switching{drawCode(t), rapid.SampledFrom([]string{"enable", "disable", "bin", "delete", "read", "publish"}).Draw(t, "how")}
}

func (s switching) play(ctx context.Context, p *player) string {
	switch s.How {
	case "enable":
		return p.result("", p.engine.Vouchers.Enable(ctx, s.Code))
	case "disable":
		return p.result("", p.engine.Vouchers.Disable(ctx, s.Code))
	case "bin", "delete":
		return p.result("", p.engine.Vouchers.Delete(ctx, s.Code, s.How == "delete"))
	case "publish":
		return p.result(p.engine.Publications.Create(ctx, publication.OfCode(s.Code, customer.BySourceID("c2"))))
	}
	return p.result(p.engine.Vouchers.Get(ctx, s.Code))
}

// launching creates a campaign with one code, which a rule may limit.
type launching struct {
	Name, Code, Limited string
	Most                int64
}

func (s launching) play(ctx context.Context, p *player) string {
	c := campaign.Campaign{
		Name: s.Name, CampaignType: campaign.DiscountCoupons, Type: campaign.Standalone,
		Voucher: &campaign.Template{Type: voucher.DiscountVoucher, Discount: off(400), Code: s.Code},
	}
	made := ""
	if s.Limited != "" {
		most := s.Most
		if s.Limited != "campaign.orders.amount_discounted" && s.Limited != "campaign.orders.amount" && s.Limited != "order.amount" {
			most %= 4
		}
		rule, err := p.engine.Rules.Create(ctx, ruleOf(s.Limited, most))
		made = p.result(rule, err)
		c.ValidationRules = []string{rule.ID}
	}
	return fmt.Sprintf("%s\n%s", made, p.result(p.engine.Campaigns.Create(ctx, c)))
}

// pricing creates or changes a product.
type pricing struct {
	SourceID string
	Price    int64
}

func (s pricing) play(ctx context.Context, p *player) string {
	return p.result(p.engine.Products.CreateProduct(ctx, product.Product{SourceID: s.SourceID, Price: &s.Price}))
}

// knowing creates, changes or deletes a customer.
type knowing struct {
	SourceID, Name string
	Forget         bool
}

func (s knowing) play(ctx context.Context, p *player) string {
	if s.Forget {
		return p.result("", p.engine.Customers.Delete(ctx, s.SourceID))
	}
	return p.result(p.engine.Customers.Upsert(ctx, customer.Customer{SourceID: s.SourceID, Name: s.Name}))
}
