package voucherify_test

import (
	"context"
	"testing"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
)

func TestRulesAboutEventsAreCheckedAgainstTheSchemaThatTheyName(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	schema, err := s.EventSchemas.Create(ctx, event.Schema{Name: "review", Schema: event.Definition{
		Properties: map[string]event.Property{"rating": {Type: metadata.TypeNumber}},
	}})
	s.must(err)
	about := func(schemaID, operator string, value any) validation.Rule {
		r := rule("custom_event.metadata", "rating", operator, value)
		n := r.Rules.Nodes["1"]
		n.SchemaID = schemaID
		r.Rules.Nodes["1"] = n
		return r
	}
	misfit := "invalid_validation_rules rules.1.conditions.$contains: the operator does not fit the type of rating, which is number"
	for _, tt := range []struct {
		name string
		rule validation.Rule
		want string
	}{
		{"it fits", about(schema.ID, "$more_than", 3), ""},
		{"an operator that does not fit", about(schema.ID, "$contains", "5"), misfit},
		{"no schema is named", about("", "$contains", "5"), ""},
		{"a schema that does not exist", about("ms_none", "$contains", "5"), ""},
	} {
		_, err := s.Rules.Create(ctx, tt.rule)
		same(t, tt.name, tt.want, says(err))
	}
	_, err = s.EventSchemas.Update(ctx, event.Schema{Name: "review", Schema: event.Definition{
		Properties: map[string]event.Property{"rating": {Type: metadata.TypeString}},
	}})
	s.must(err)
	_, err = s.Rules.Create(ctx, about(schema.ID, "$contains", "5"))
	same(t, "after the type has changed", "", says(err))
}

func TestRulesLookForPlacesOfCustomers(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.schemaOf(metadata.Schema{RelatedObject: metadata.OfCustomer, AllowDefinedOnly: true, Properties: metadata.Properties{
		"home": {Type: metadata.TypeGeopoint, Optional: true}, "city": {Type: metadata.TypeString, Optional: true},
	}})
	_, err := s.Rules.Create(ctx, rule("customer.metadata", "home", "$in_location", "loc_1"))
	same(t, "a place", "", says(err))
	_, err = s.Rules.Create(ctx, rule("customer.metadata", "city", "$in_location", "loc_1"))
	same(t, "a text", "invalid_validation_rules rules.1.conditions.$in_location: the operator does not fit the type of city, which is string", says(err))
}

// A tier whose rule a later schema breaks deep inside is offered by no scenario, and a validate names the condition.
func TestATierWhoseRuleASchemaBreaksIsNotOffered(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	off := discount.AmountOff(500, discount.ToOrder)
	camp, err := s.Campaigns.Create(ctx, campaign.Campaign{Name: "spring", CampaignType: campaign.Promotion})
	s.must(err)
	tier, err := s.Promotions.CreateTier(ctx, promotion.Tier{Name: "mugs", CampaignID: camp.ID, Action: promotion.Action{Discount: &off}})
	s.must(err)
	mugs := validation.Node{Name: "order.items.any", Conditions: validation.Conditions{"$is": {product.Ref{ID: "mug", Object: product.KindProduct}}}}
	mugs.Rules.Nodes = map[string]validation.Node{
		"7": {Name: "order.items.metadata", Property: "color", Conditions: validation.Conditions{"$is": {"red"}}},
	}
	r, err := s.Rules.Create(ctx, validation.Rule{Name: "red mugs", Rules: validation.Group{Nodes: map[string]validation.Node{"1": mugs}}})
	s.must(err)
	_, err = s.Rules.Assign(ctx, r.ID, validation.OnPromotionTier, tier.ID)
	s.must(err)

	cart := order.New("", order.Line{ProductID: "mug", Quantity: 1, Price: 2000})
	cart.Items[0].Metadata = metadata.Map{"color": "red"}
	buyer := customer.BySourceID("ada")
	scenarios := []redemption.Scenario{
		redemption.ScenarioAll, redemption.ScenarioAudienceOnly, redemption.ScenarioProducts, redemption.ScenarioProductsDiscountByCustomer,
	}
	offered := func() (list []redemption.Scenario) {
		for _, scenario := range scenarios {
			answer, err := s.Qualify(ctx, redemption.QualificationRequest{Scenario: scenario, Order: cart, Customer: buyer})
			s.must(err)
			if len(answer.Redeemables)+len(answer.NearMisses) > 0 {
				list = append(list, scenario)
			}
		}
		return list
	}
	same(t, "offered before", scenarios[:3], offered()) // the discount is about the order, not about a product

	s.schemaOf(metadata.Schema{RelatedObject: metadata.OfOrderItem, Properties: metadata.Properties{"color": {Type: metadata.TypeString, Optional: true}}})
	same(t, "offered with a schema that fits", scenarios[:3], offered())
	s.must(s.MetadataSchemas.Delete(ctx, metadata.OfOrderItem))
	s.schemaOf(metadata.Schema{RelatedObject: metadata.OfOrderItem, Properties: metadata.Properties{"color": {Type: metadata.TypeString, Array: true, Optional: true}}})
	cart.Items[0].Metadata = metadata.Map{"color": []any{"red"}}
	same(t, "offered with a list", scenarios[:3], offered())
	s.must(s.MetadataSchemas.Delete(ctx, metadata.OfOrderItem))
	s.schemaOf(metadata.Schema{RelatedObject: metadata.OfOrderItem, Properties: metadata.Properties{"color": {Type: metadata.TypeNumber, Optional: true}}})
	cart.Items[0].Metadata = metadata.Map{"color": 7}
	same(t, "offered with a number", []redemption.Scenario(nil), offered())

	answer, err := s.Validate(ctx, redemption.Request{Redeemables: redemption.Tiers(tier.ID), Order: cart, Customer: buyer})
	s.must(err)
	same(t, "a validate", "invalid_validation_rules : rule "+r.ID+" cannot be evaluated: voucherify: invalid_validation_rules: "+
		"rules.1.rules.7.conditions.$is: color is number and takes numbers", says(answer.Redeemables[0].Result.Error))
}
