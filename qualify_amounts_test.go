package voucherify_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
)

// There are more offers on either side of the cart's value than are looked at as near misses, so that offers are lost when
// they are looked for by another value than that of the cart, whose lines have the prices of the catalogue.
func TestQualifyFindsEveryOfferWhoseAmountIsReachedAndTheNearestOfTheOthers(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	price := int64(15_000)
	_, err := s.Products.CreateProduct(ctx, product.Product{SourceID: "mug", Price: &price})
	s.must(err)
	camp, err := s.Campaigns.Create(ctx, campaign.Campaign{Name: "offers", CampaignType: campaign.Promotion})
	s.must(err)
	off := discount.AmountOff(1, discount.ToOrder)
	for i := range 600 {
		r, err := s.Rules.Create(ctx, rule("order.amount", "", "$more_than_or_equal", 100*(i+1)))
		s.must(err)
		_, err = s.Promotions.CreateTier(ctx, promotion.Tier{
			CampaignID: camp.ID, Name: fmt.Sprint(i), Hierarchy: i + 1, Action: promotion.Action{Discount: &off}, ValidationRules: []string{r.ID},
		})
		s.must(err)
	}
	request := redemption.QualificationRequest{
		Order: order.New("", order.Line{ProductID: "mug", Quantity: 2}), Options: redemption.QualificationOptions{Limit: 50, Strict: true},
	}
	found := 0
	for more := true; more; {
		answer, err := s.Qualify(ctx, request)
		s.must(err)
		found += len(answer.Redeemables)
		more, request.Options.StartingAfter = answer.HasMore, answer.MoreStartingAfter
		same(t, "near misses", 50, len(answer.NearMisses))
		for i, x := range answer.NearMisses {
			same(t, "missing", int64(100*(i+1)), *x.Step.Missing)
		}
	}
	same(t, "offers", 300, found)
}
