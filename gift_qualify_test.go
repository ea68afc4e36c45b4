package voucherify_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// offers are the gift cards that a qualification offers: code, balance, credits and what is left to pay.
func (s *shop) offers(r redemption.QualificationRequest) []string {
	s.t.Helper()
	answer, err := s.Qualify(context.Background(), r)
	s.must(err)
	lines := []string{}
	for _, one := range answer.Redeemables {
		if g := one.Result.Gift; g != nil {
			total := int64(-1)
			if one.Order != nil {
				total = one.Order.TotalAmount
			}
			lines = append(lines, fmt.Sprintf("%s %s balance %d credits %d total %d", one.Object, one.ID, g.Balance, g.Credits, total))
		}
	}
	return lines
}

func TestGiftCardsOfAWalletAreOffered(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ctx := context.Background()
	buyer := *customer.BySourceID("c1")
	s.card("SMALL", 2500) // TV-9 and the recorded qualification
	s.card("OTHER", 700)  // of somebody else, and generic: anybody may use it
	s.card("EMPTY", 100)
	for _, code := range []string{"SMALL", "EMPTY"} {
		_, err := s.publish(code, buyer)
		s.must(err)
	}
	s.must(second(s.Vouchers.AddBalance(ctx, "EMPTY", ledger.Adjustment{Amount: -100})))
	ask := func(scenario redemption.Scenario, amount int64) redemption.QualificationRequest {
		r := redemption.QualificationRequest{Scenario: scenario, Customer: &buyer}
		if amount > 0 {
			r.Order = &order.Order{Amount: amount}
		}
		return r
	}
	equal(t, []string{"voucher SMALL balance 2500 credits 2500 total 9000"}, s.offers(ask(redemption.ScenarioCustomerWallet, 11500)))
	equal(t, []string{"voucher SMALL balance 2500 credits 1200 total 0"}, s.offers(ask(redemption.ScenarioCustomerWallet, 1200)))
	equal(t, []string{"voucher SMALL balance 2500 credits 0 total -1"}, s.offers(ask(redemption.ScenarioCustomerWallet, 0)))
	equal(t, []string{
		"voucher OTHER balance 700 credits 700 total 300", "voucher SMALL balance 2500 credits 1000 total 0",
	}, s.offers(ask(redemption.ScenarioAll, 1000)))
	equal(t, []string{"SMALL ACTIVE", "EMPTY NO_BALANCE"}, s.wallet("c1"))
}

func TestACampaignOfGiftCardsIsOfferedToItsAudience(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	camp, err := s.Campaigns.Create(context.Background(), campaign.Campaign{
		Name: "Cards", CampaignType: campaign.GiftVouchers, Voucher: &campaign.Template{Gift: &campaign.Gift{Amount: 400}},
	})
	s.must(err)
	got := s.offers(redemption.QualificationRequest{Scenario: redemption.ScenarioAudienceOnly, Order: &order.Order{Amount: 1000}})
	equal(t, []string{"campaign " + camp.ID + " balance 400 credits 400 total 600"}, got)
}

// itemsCard creates a card that pays for the products of a target only.
func (s *shop) itemsCard(code string, amount ledger.Credits, targets ...product.Target) voucher.Voucher {
	s.t.Helper()
	ctx := context.Background()
	v, err := s.Vouchers.Create(ctx, voucher.Voucher{
		Code: code, Type: voucher.GiftVoucher, Gift: &voucher.Gift{Amount: amount, Effect: discount.ToItems},
	})
	s.must(err)
	rule, err := s.Rules.Create(ctx, validation.Rule{Name: "books", ApplicableTo: product.Scope{Included: targets}})
	s.must(err)
	s.must(second(s.Rules.Assign(ctx, rule.ID, validation.OnVoucher, v.ID)))
	return v
}

func TestAGiftCardPaysForItems(t *testing.T) {
	t.Parallel()
	book := func(id string) product.Target {
		return product.Target{Ref: product.Ref{Object: product.KindProduct, SourceID: id}}
	}
	limited := book("b1")
	limited.AggregatedQuantityLimit = ptr(int64(1))
	capped := book("b1")
	capped.AmountLimit = ptr(int64(250))
	for _, tt := range []struct {
		name    string
		amount  ledger.Credits
		targets []product.Target
		want    []int64 // discount of each line, and the credits
	}{
		{"filled one after the other, in the order of the cart", 3500, []product.Target{book("b2"), book("b1")}, []int64{3000, 0, 500, 3500}},
		{"no more than the lines", 9000, []product.Target{book("b2"), book("b1")}, []int64{3000, 0, 2000, 5000}},
		{"one product", 9000, []product.Target{book("b2")}, []int64{0, 0, 2000, 2000}},
		{"one unit of three", 9000, []product.Target{limited}, []int64{1000, 0, 0, 1000}},
		{"a cap on the line", 9000, []product.Target{capped}, []int64{250, 0, 0, 250}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			for _, id := range []string{"b1", "cup", "b2"} {
				s.must(second(s.Products.CreateProduct(context.Background(), product.Product{SourceID: id})))
			}
			s.itemsCard("BOOKS", tt.amount, tt.targets...)
			line := func(id string, quantity, price int64) order.Item {
				return order.Item{SourceID: id, RelatedObject: product.KindProduct, Quantity: quantity, Price: &price}
			}
			result, err := s.Redeem(context.Background(), redemption.Request{
				Redeemables: redemption.Codes("BOOKS"),
				Order:       &order.Order{Items: []order.Item{line("b1", 3, 1000), line("cup", 1, 700), line("b2", 2, 1000)}},
			})
			s.must(err)
			o := result.Order
			equal(t, tt.want, []int64{
				o.Items[0].DiscountAmount, o.Items[1].DiscountAmount, o.Items[2].DiscountAmount, result.Redemptions[0].Amount,
			})
			equal(t, int64(0), o.DiscountAmount)
			equal(t, tt.amount-ledger.Credits(result.Redemptions[0].Amount), s.left("BOOKS"))
		})
	}
}
