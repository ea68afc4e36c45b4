package voucherify_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/reward"
	"github.com/voucherify-go/voucherify/voucher"
)

// club is a shop with a loyalty program and one member, ada.
type club struct {
	*shop
	camp campaign.Campaign
	card voucher.Voucher
}

func newClub(t testing.TB, points ledger.Points) *club {
	t.Helper()
	c := &club{shop: newShop(t)}
	c.camp = c.program("Club", func(camp *campaign.Campaign) { camp.Voucher.LoyaltyCard = &loyalty.Card{Points: points} })
	c.card = c.join(c.camp, "ada")
	return c
}

// coins is a reward of money: points for an amount in major units.
func coins(exchange, points string) reward.Reward {
	return reward.Reward{Name: "Pay with points", Type: reward.Coin, Parameters: reward.Parameters{Coin: &reward.Ratio{
		ExchangeRatio: decimal.RequireFromString(exchange), PointsRatio: decimal.RequireFromString(points),
	}}}
}

// cup is a reward of a product.
func (c *club) cup(stock *int64) reward.Reward {
	c.t.Helper()
	p, err := c.Products.CreateProduct(background, product.Product{SourceID: "cup", Name: "Cup"})
	c.must(err)
	return reward.Reward{Name: "Cup", Type: reward.Material, Stock: stock, Parameters: reward.Parameters{Product: &reward.Product{ID: p.ID}}}
}

// givenOf is a reward of a campaign.
func givenOf(camp campaign.Campaign, balance int64) reward.Reward {
	return reward.Reward{Name: camp.Name, Type: reward.OfCampaign, Parameters: reward.Parameters{Campaign: &reward.Campaign{ID: camp.ID, Balance: balance}}}
}

// coupons is a campaign of coupons, static ones with as many codes as it is given.
func (c *club) coupons(pool campaign.Pool, count int) campaign.Campaign {
	c.t.Helper()
	off := discount.AmountOff(500, discount.ToOrder)
	camp := campaign.Campaign{Name: "Coupons", Type: pool, VouchersCount: count, Voucher: &campaign.Template{Discount: &off}}
	if pool == campaign.Standalone {
		camp.Voucher.Code = "ALL"
	}
	stored, err := c.Campaigns.Create(background, camp)
	c.must(err)
	return stored
}

// gifts is a campaign of gift cards with an amount on each.
func (c *club) gifts(amount ledger.Credits) campaign.Campaign {
	c.t.Helper()
	stored, err := c.Campaigns.Create(background, campaign.Campaign{
		Name: "Gifts", Type: campaign.AutoUpdate, CampaignType: campaign.GiftVouchers, Voucher: &campaign.Template{Gift: &campaign.Gift{Amount: amount}},
	})
	c.must(err)
	return stored
}

// offer stores a reward and assigns it to the program for a price, 0 for none.
func (c *club) offer(r reward.Reward, price reward.Loyalty) reward.Assignment {
	c.t.Helper()
	stored, err := c.Rewards.Create(background, r)
	c.must(err)
	a := reward.Assignment{RewardID: stored.ID, RelatedObjectID: c.camp.ID}
	if price.Points > 0 {
		a.Parameters = &reward.Price{Loyalty: price}
	}
	a, err = c.Rewards.Assign(background, a)
	c.must(err)
	return a
}

// redeem asks for a reward with the card of the member.
func (c *club) redeem(a reward.Assignment, amount int64) (*redemption.Result, error) {
	request := redemption.RewardRequest{Reward: redemption.RewardPart{ID: a.RewardID}}
	if amount > 0 {
		request.Order = &order.Order{Amount: amount}
	}
	return c.Loyalty.RedeemReward(background, c.card.Code, request)
}

func (c *club) balance() ledger.Points {
	c.t.Helper()
	account, err := c.Loyalty.Member(background, c.card.Code)
	c.must(err)
	return account.Balance
}

func (c *club) add(points ledger.Points) {
	c.t.Helper()
	c.must(second(c.Loyalty.AddBalance(background, c.card.Code, loyalty.Adjustment{Points: points})))
}

// pays is what a member pays an order with.
func (c *club) pays(amount int64, redeemables ...redemption.Redeemable) redemption.Request {
	return redemption.Request{
		Redeemables: redeemables, Customer: customer.BySourceID("ada"), Order: order.New("", order.Line{ProductID: "p", Quantity: 3, Price: amount / 3}),
	}
}

// ledgerOf is the ledger of a loyalty card, an entry a line.
func (c *club) ledgerOf(card string) []string {
	c.t.Helper()
	var entries []loyalty.Transaction
	for t, err := range c.Loyalty.Transactions(background, card, voucherify.ListOptions{}) {
		c.must(err)
		entries = append(entries, t)
	}
	loyalty.Ordered(entries)
	lines := make([]string, len(entries))
	for i := range entries {
		b := entries[i].Details.Balance
		lines[i] = fmt.Sprintf("%s %+d total %d balance %d", entries[i].Type, b.Points, b.Total, b.Balance)
	}
	return lines
}

// listOldest lists everything, the oldest first.
var listOldest = voucherify.ListOptions{OldestFirst: true}

// documentOf is a tier of a program as it is stored.
func documentOf(t testing.TB, tier *loyalty.Tier) record.Document {
	t.Helper()
	body, err := json.Marshal(tier)
	if err != nil {
		t.Fatal(err)
	}
	return record.Document{Kind: record.LoyaltyTier, ID: tier.ID, Parent: tier.CampaignID, CreatedAt: tier.CreatedAt, Body: body}
}
