package main

import (
	"bufio"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/validation"
)

var (
	makers = []string{"Aster", "Birke", "Colle", "Dorn", "Erle", "Fjord", "Grau", "Hafen", "Insel", "Jura", "Kiesel", "Linde",
		"Mohn", "Nord", "Olm", "Pappel", "Quarz", "Rabe", "Salix", "Tanne", "Ulme", "Vega", "Weide", "Xylo", "Zander"}
	goods = []string{"lamp", "kettle", "rug", "chair", "table", "shelf", "clock", "mirror", "vase", "plate", "bowl", "cup", "tray",
		"pan", "pot", "knife", "board", "towel", "pillow", "blanket"}
	clubs  = []string{"gold", "silver", "bronze", "student"}
	cities = []string{"Berlin", "Hamburg", "Kraków", "Lyon", "Porto", "Turin", "Vienna", "Warsaw"}
)

// shop is the engine and where the answers go.
type shop struct {
	ctx context.Context
	eng *voucherify.Engine
	out *bufio.Writer
}

// open stores the products and the promotions: one tier for each, with a rule of its own. Storing compiles nothing; the
// first question does.
func (s *shop) open(promotions int) error {
	for i := range len(makers) * len(goods) {
		name, price := productName(i), int64(900+700*(i%23))
		if _, err := s.eng.Products.CreateProduct(s.ctx, product.Product{SourceID: sourceID(name), Name: name, Price: &price}); err != nil {
			return err
		}
	}
	camp, err := s.eng.Campaigns.Create(s.ctx, campaign.Campaign{Name: "offers", CampaignType: campaign.Promotion})
	if err != nil {
		return err
	}
	for i := range promotions {
		name, off, rule := offer(i)
		rule.Name = name
		stored, err := s.eng.Rules.Create(s.ctx, rule)
		if err != nil {
			return err
		}
		if _, err := s.eng.Promotions.CreateTier(s.ctx, promotion.Tier{
			CampaignID: camp.ID, Name: name, Action: promotion.Action{Discount: &off}, ValidationRules: []string{stored.ID},
			Hierarchy: i + 1, // without a number, each tier would look for the last one of its campaign
		}); err != nil {
			return err
		}
	}
	return nil
}

func productName(i int) string { return makers[i%len(makers)] + " " + goods[i/len(makers)%len(goods)] }

func sourceID(name string) string { return strings.ToLower(strings.ReplaceAll(name, " ", "-")) }

// offer makes one promotion. There are five kinds: for a product, for several of it, for members of a club, for a city, and
// for a large order.
func offer(i int) (name string, off discount.Discount, rule validation.Rule) {
	kind, n := i%5, i/5
	item, club, city := productName(n), clubs[n%len(clubs)], cities[n%len(cities)]
	units, percent, minimum := int64(2+n%3), 5+n%19, int64(5000+250*(n%997))
	switch kind {
	case 0:
		name, off = fmt.Sprintf("%d %% off the %s", percent, item), discount.Percent(strconv.Itoa(percent), discount.ToItems)
		rule = onProduct(item, allOf(inCart(item, 1)))
	case 1:
		name = fmt.Sprintf("%d %% off %d of the %s for %s members", percent+10, units, item, club)
		off = discount.Percent(strconv.Itoa(percent+10), discount.ToItems)
		rule = onProduct(item, allOf(inCart(item, units), customerHas("club", club)))
	case 2:
		name = fmt.Sprintf("%d %% for %s members over %s", percent, club, money(minimum))
		off, rule = discount.Percent(strconv.Itoa(percent), discount.ToOrder), allOf(customerHas("club", club), worth(minimum))
	case 3:
		name = fmt.Sprintf("%s off in %s over %s", money(minimum/10), city, money(minimum))
		off, rule = discount.AmountOff(minimum/10, discount.ToOrder), allOf(customerHas("city", city), worth(minimum))
	case 4:
		name = fmt.Sprintf("%s off over %s", money(minimum/20), money(minimum))
		off, rule = discount.AmountOff(minimum/20, discount.ToOrder), allOf(worth(minimum))
	}
	return name, off, rule
}

// allOf is a rule whose conditions must all hold.
func allOf(conditions ...validation.Node) validation.Rule {
	nodes := map[string]validation.Node{}
	for i, n := range conditions {
		nodes[strconv.Itoa(i+1)] = n
	}
	return validation.Rule{Rules: validation.Group{Nodes: nodes}}
}

// onProduct lets discounts under the rule touch one product only.
func onProduct(name string, rule validation.Rule) validation.Rule {
	rule.ApplicableTo.Included = []product.Target{{Ref: reference(name)}}
	return rule
}

func reference(name string) product.Ref {
	return product.Ref{Object: product.KindProduct, SourceID: sourceID(name)}
}

// inCart holds when so many units of the product are in the cart.
func inCart(name string, units int64) validation.Node {
	n := validation.Node{Name: "order.items.any", Conditions: validation.Conditions{"$is": {reference(name)}}}
	if units > 1 {
		n.Rules = allOf(validation.Node{
			Name: "order.items.aggregated_quantity", Conditions: validation.Conditions{"$more_than_or_equal": {units}},
		}).Rules
	}
	return n
}

func customerHas(property, value string) validation.Node {
	return validation.Node{Name: "customer.metadata", Property: property, Conditions: validation.Conditions{"$is": {value}}}
}

func worth(minimum int64) validation.Node {
	return validation.Node{Name: "order.amount", Conditions: validation.Conditions{"$more_than_or_equal": {minimum}}}
}
