package voucherify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// mall is a shop with one offer of each kind, a second apart, the oldest first: the tiers open, rich, vip, mugs, three, hats
// and set of the promotion P, the campaign UNIQUE with the code U1 for Anna and U2 for nobody, the campaign GENERIC with the
// code GEN, the code FREE, and the stacks never (open and rich) and both (open and mugs).
type mall struct {
	*shop
	names map[string]string // by id
	ids   map[string]string
}

const mug, shirt, hat = `{"object":"product","source_id":"mug"}`, `{"object":"product","source_id":"shirt"}`, `{"object":"product","source_id":"hat"}`

func newMall(t *testing.T) *mall {
	t.Helper()
	m := &mall{newShop(t), map[string]string{}, map[string]string{}}
	for source, price := range map[string]int64{"shirt": 1000, "mug": 500, "hat": 300} {
		m.must(second(m.Products.CreateProduct(background, product.Product{SourceID: source, Price: &price})))
	}
	m.buyer("anna", metadata.Map{"tier": "gold"})
	category, err := m.Categories.Create(background, promotion.Category{Name: "best"})
	m.must(err)
	m.know("best", category.ID)
	camp, err := m.Campaigns.Create(background, campaign.Campaign{Name: "P", CampaignType: campaign.Promotion})
	m.must(err)
	m.know("P", camp.ID)
	for _, tier := range []struct {
		name, rule string
		off        discount.Discount
	}{
		{"open", "", discount.Percent("10", discount.ToOrder)},
		{"rich", `"rules":{"1":{"name":"order.amount","conditions":{"$more_than_or_equal":[2750]}}}`, discount.AmountOff(500, discount.ToOrder)},
		{"vip", `"rules":{"1":{"name":"customer.metadata","property":"tier","conditions":{"$is":["gold"]}}}`, discount.AmountOff(20, discount.ToOrder)},
		{"mugs", `"rules":{"1":{"name":"order.items.any","conditions":{"$is":[` + mug + `]}}},"applicable_to":{"included":[` + mug + `]}`, discount.Percent("50", discount.ToItems)},
		{"three", `"rules":{"1":{"name":"order.items.any","conditions":{"$is":[` + shirt + `]},"rules":{"1":{"name":"order.items.aggregated_quantity","conditions":{"$more_than_or_equal":[3]}}}}}`, discount.AmountOff(30, discount.ToOrder)},
		{"hats", `"applicable_to":{"included":[` + hat + `]}`, discount.Percent("25", discount.ToItems)},
		{"set", `"bundle_rules":{"1":{"name":"order.items.any","conditions":{"$is":[` + shirt + `]}},"2":{"name":"order.items.any","conditions":{"$is":[` + mug + `]}}}`, discount.AmountOff(40, discount.ToOrder)},
	} {
		m.tier(camp.ID, tier.name, tier.rule, tier.off)
	}
	m.know("UNIQUE", m.coded("UNIQUE", nil, "U1", "U2").ID)
	m.must(second(m.publish("U1", *customer.BySourceID("anna"))))
	m.now.Add(1)
	generic, err := m.Campaigns.Create(background, coupons("GENERIC", func(c *campaign.Campaign) {
		c.Type, c.Voucher.Code, c.CategoryID = campaign.Standalone, "GEN", category.ID
	}))
	m.must(err)
	m.know("GENERIC", generic.ID)
	m.now.Add(1)
	m.know("FREE id", m.coupon("FREE", discount.AmountOff(60, discount.ToOrder), 0).ID)
	for _, tiers := range [][]string{{"never", "open", "rich"}, {"both", "open", "mugs"}} {
		m.now.Add(1)
		x := promotion.Stack{CampaignID: camp.ID, Name: tiers[0]}
		for _, tier := range tiers[1:] {
			x.Tiers.IDs = append(x.Tiers.IDs, m.ids[tier])
		}
		created, err := m.Promotions.CreateStack(background, x)
		m.must(err)
		m.know(x.Name, created.ID)
	}
	m.now.Store(3600)
	return m
}

func (m *mall) know(name, id string) { m.names[id], m.ids[name] = name, id }

func (m *mall) tier(campaignID, name, rule string, off discount.Discount) {
	m.t.Helper()
	m.now.Add(1)
	t := promotion.Tier{CampaignID: campaignID, Name: name, Action: promotion.Action{Discount: &off}}
	if rule != "" {
		var r validation.Rule
		m.must(json.Unmarshal([]byte(`{"name":"`+name+`",`+rule+`}`), &r))
		stored, err := m.Rules.Create(background, r)
		m.must(err)
		t.ValidationRules = []string{stored.ID}
	}
	created, err := m.Promotions.CreateTier(background, t)
	m.must(err)
	m.know(name, created.ID)
}

// cartOf is a cart of units of products, by their source_ids.
func cartOf(units ...any) *order.Order {
	o := &order.Order{}
	for i := 0; i < len(units); i += 2 {
		o.Items = append(o.Items, order.Item{SourceID: units[i].(string), RelatedObject: product.KindProduct, Quantity: int64(units[i+1].(int))}) //nolint:errcheck // constants of tests
	}
	return o
}

// name says which offer an answer is about.
func (m *mall) name(x redemption.Applied) string {
	if x.Object == redemption.Voucher {
		return x.ID
	}
	return m.names[x.ID]
}

// fits asks, and puts the answer into one line: "rich without 1 (+1250)" depends on condition 1 and wants 12.50 more. Near
// misses stand behind a bar.
func (m *mall) fits(r redemption.QualificationRequest) string {
	m.t.Helper()
	if r.Options.Limit == 0 {
		r.Options.Limit = redemption.MaxQualified
	}
	q, err := m.Qualify(background, r)
	m.must(err)
	return m.line(q)
}

func (m *mall) line(q *redemption.Qualification) string {
	var list []string
	for _, x := range q.Redeemables {
		text := m.name(x.Applied)
		for _, rule := range x.Rules {
			if rule.Status == redemption.RulePartiallyValid {
				text += " without " + strings.Join(rule.Omitted, " ")
			}
		}
		if x.Near != nil {
			text += fmt.Sprintf(" (+%d)", *x.Near.Missing)
		}
		list = append(list, text)
	}
	text := strings.Join(list, ", ")
	for _, near := range q.NearMisses {
		text += fmt.Sprintf(" | %s +%d", m.name(near.Applied), *near.Step.Missing)
	}
	return text
}

func TestEachScenarioOffersWhatItIsAbout(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	const audience = "FREE, GEN, GENERIC, U1, UNIQUE, set, hats, three without 1, mugs without 1, vip, rich without 1 (+1250), open"
	for _, tt := range []struct {
		name     string
		scenario redemption.Scenario
		customer string
		strict   bool
		want     string
	}{
		{"everything, and without a value of the order", "", "anna", false, "FREE, GEN, U1, set, hats, mugs, vip, rich without 1 (+1250), open | three +2"},
		{"everything that a validate would accept", "ALL", "anna", true, "FREE, GEN, U1, set, hats, mugs, vip, open | three +2 | rich +1250"},
		{"what does not depend on who asks", "ALL", "", false, "FREE, GEN, set, hats, mugs, rich without 1 (+1250), open | three +2"},
		{"nothing of another customer", "ALL", "bob", false, "FREE, GEN, set, hats, mugs, rich without 1 (+1250), open | three +2"},
		{"the wallet", "CUSTOMER_WALLET", "anna", false, "U1"},
		{"the wallet of nobody", "CUSTOMER_WALLET", "", false, ""},
		{"what the customer may have, whatever is in the cart", "AUDIENCE_ONLY", "anna", false, audience},
		{"strictness adds nothing to a scenario that leaves conditions out", "AUDIENCE_ONLY", "anna", true, audience},
		{"what is about the products of the cart", "PRODUCTS", "", false, "set, three without 1, mugs"},
		{"and for the customer", "PRODUCTS_BY_CUSTOMER", "anna", false, "set, three without 1, mugs"},
		{"what takes something off a product of the cart", "PRODUCTS_DISCOUNT", "", false, "mugs"},
		{"and for the customer", "PRODUCTS_DISCOUNT_BY_CUSTOMER", "anna", false, "mugs"},
		{"stacks without a value of the order", "PROMOTION_STACKS", "", false, "both, never without 1"},
		{"stacks of which every tier applies", "PROMOTION_STACKS", "", true, "both"},
	} {
		t.Run(string(tt.scenario)+" offers "+tt.name, func(t *testing.T) {
			t.Parallel()
			r := redemption.QualificationRequest{
				Scenario: tt.scenario, TrackingID: tt.customer, Order: cartOf("shirt", 1, "mug", 1), Options: redemption.QualificationOptions{Strict: tt.strict},
			}
			if diff := cmp.Diff(tt.want, m.fits(r)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnIncompleteBundleIsListedWithWhatIsMissing(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	for _, tt := range []struct {
		scenario redemption.Scenario
		listed   bool
	}{{"ALL", false}, {"AUDIENCE_ONLY", true}, {"PRODUCTS", true}, {"PRODUCTS_BY_CUSTOMER", true}, {"PRODUCTS_DISCOUNT", false}} {
		q, err := m.Qualify(background, redemption.QualificationRequest{Scenario: tt.scenario, Order: cartOf("mug", 1), Options: redemption.QualificationOptions{Limit: 50}})
		m.must(err)
		i := slices.IndexFunc(q.Redeemables, func(x redemption.Qualified) bool { return x.Name == "set" })
		if tt.listed != (i >= 0) {
			t.Errorf("%s: %s", tt.scenario, m.line(q))
		}
		if i < 0 {
			continue
		}
		x := q.Redeemables[i]
		want := []validation.BundleItem{{ID: "shirt", Object: product.KindProduct, ItemIndex: -1, ItemQuantity: 1}}
		if diff := cmp.Diff(want, x.Result.Bundle.Missing); diff != "" {
			t.Errorf("%s: missing (-want +got):\n%s", tt.scenario, diff)
		}
		if x.Result.Bundle.Quantity != 0 || x.Order.TotalDiscountAmount != 0 || x.Order.TotalAmount != 500 || x.Result.Discount == nil {
			t.Errorf("%s: %+v, order %+v", tt.scenario, x.Result, x.Order)
		}
	}
	if got := m.fits(redemption.QualificationRequest{Order: cartOf("mug", 1)}); !strings.HasSuffix(got, " | set +1") {
		t.Errorf("a bundle that lacks one shirt is no near miss: %s", got)
	}
	if got := m.fits(redemption.QualificationRequest{Order: cartOf("hat", 1)}); strings.Contains(got, "set") {
		t.Errorf("a bundle of which nothing is there is offered: %s", got)
	}
}

// A discount that is tied to products and to a bundle needs the product, not the bundle.
func TestAProductDiscountNeedsItsProductAndNotItsBundle(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	m.tier(m.ids["P"], "hat with mug", `"bundle_rules":{"1":{"name":"order.items.any","conditions":{"$is":[`+mug+`]}}},"applicable_to":{"included":[`+hat+`]}`, discount.AmountOff(100, discount.ToItems))
	m.tier(m.ids["P"], "free hat", "", discount.FreeUnits(1, m.productID("hat"), discount.AddMissing))
	m.tier(m.ids["P"], "order with hat", `"applicable_to":{"included":[`+hat+`]}`, discount.AmountOff(100, discount.ToOrder))
	m.tier(m.ids["P"], "all but hats", `"applicable_to":{"included_all":true,"excluded":[`+hat+`]}`, discount.AmountOff(100, discount.ToItems))
	for _, tt := range []struct {
		scenario redemption.Scenario
		cart     *order.Order
		want     string
	}{
		{"PRODUCTS_DISCOUNT", cartOf("hat", 1), "free hat, hat with mug, hats"},
		{"PRODUCTS_DISCOUNT", cartOf("mug", 1), "all but hats, mugs"},
		{"PRODUCTS", cartOf("hat", 1), "order with hat, hat with mug, hats"},
		{"PRODUCTS", cartOf("mug", 1), "all but hats, hat with mug, set, mugs"},
	} {
		if diff := cmp.Diff(tt.want, m.fits(redemption.QualificationRequest{Scenario: tt.scenario, Order: tt.cart})); diff != "" {
			t.Errorf("%s of %s (-want +got):\n%s", tt.scenario, tt.cart.Items[0].SourceID, diff)
		}
	}
}

func (m *mall) productID(source string) string {
	m.t.Helper()
	p, err := m.Products.GetProduct(background, source)
	m.must(err)
	return p.ID
}

// What is offered although the order is too small is calculated as if it was not.
func TestWhatIsPartlyValidSaysHowMuchIsMissingAndWhatItGives(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	q, err := m.Qualify(background, redemption.QualificationRequest{Order: cartOf("shirt", 1, "mug", 1), Options: redemption.QualificationOptions{Filters: isIn("resource_id", m.ids["rich"])}})
	m.must(err)
	if len(q.Redeemables) != 1 {
		t.Fatal(m.line(q))
	}
	x := q.Redeemables[0]
	if x.Status != redemption.Applicable || x.Order.TotalAmount != 1000 || x.Result.Discount == nil || *x.Result.Discount.AmountOff != 500 || x.CampaignName != "P" {
		t.Errorf("%+v, order %+v", x.Applied, x.Order)
	}
	want := redemption.Step{
		Subject: x.ID, Check: redemption.CheckRule, Outcome: redemption.Denied, Reason: "order_rules_violated", Actual: "1500",
		Expected: x.Near.Expected, Missing: cents(1250), Operand: "order.amount", RuleID: x.Rules[0].RuleID, RuleVersion: 1,
	}
	if diff := cmp.Diff(&want, x.Near); diff != "" {
		t.Errorf("near (-want +got):\n%s", diff)
	}
}

// isIn filters by one field.
func isIn(field string, values ...any) *filter.Filter {
	return &filter.Filter{Junction: filter.And, Fields: map[string]filter.Conditions{field: {"$in": values}}}
}

func TestFiltersKeepWhatPassesThem(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	for _, tt := range []struct {
		scenario redemption.Scenario
		field    string
		value    string
		want     string
	}{
		{"AUDIENCE_ONLY", "category_id", m.ids["best"], "GEN, GENERIC"},
		{"AUDIENCE_ONLY", "campaign_id", m.ids["UNIQUE"], "U1, UNIQUE"},
		{"AUDIENCE_ONLY", "campaign_type", "DISCOUNT_COUPONS", "GEN, GENERIC, U1, UNIQUE"},
		{"PROMOTION_STACKS", "campaign_type", "PROMOTION", "both, never without 1"},
		{"PROMOTION_STACKS", "campaign_id", m.ids["UNIQUE"], ""},
		{"ALL", "resource_id", m.ids["FREE id"], "FREE"},
		{"AUDIENCE_ONLY", "resource_id", m.ids["UNIQUE"], "UNIQUE"},
		{"AUDIENCE_ONLY", "resource_type", "campaign", "GENERIC, UNIQUE"},
		{"ALL", "resource_type", "voucher", "FREE, GEN, U1"},
		{"PROMOTION_STACKS", "resource_type", "promotion_stack", "both, never without 1"},
		{"AUDIENCE_ONLY", "voucher_type", "DISCOUNT_VOUCHER", "FREE, GEN, U1"},
		{"ALL", "code", "GEN", "GEN"},
		{"ALL", "holder_role", "OWNER", "U1"},
		{"ALL", "holder_role", "REFERRER", ""},
	} {
		r := redemption.QualificationRequest{Scenario: tt.scenario, TrackingID: "anna", Order: cartOf("shirt", 1, "mug", 1)}
		r.Options.Filters = isIn(tt.field, tt.value)
		if diff := cmp.Diff(tt.want, m.fits(r)); diff != "" {
			t.Errorf("%s with %s (-want +got):\n%s", tt.scenario, tt.field, diff)
		}
	}
}

func TestAQualificationThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for want, r := range map[string]redemption.QualificationRequest{
		"invalid_payload at scenario":                                       {Scenario: "SOME"},
		"invalid_payload at options.limit":                                  {Options: redemption.QualificationOptions{Limit: 51}},
		"invalid_payload at options.sorting_rule":                           {Options: redemption.QualificationOptions{Sorting: "WORST"}},
		"invalid_payload at options.expand[1]":                              {Options: redemption.QualificationOptions{Expand: []redemption.Expansion{"category", "all"}}},
		"invalid_payload at options.starting_after":                         {Options: redemption.QualificationOptions{StartingAfter: "yesterday"}},
		"invalid_payload at options.filters.name":                           {Options: redemption.QualificationOptions{Filters: isIn("name", "x")}},
		"invalid_payload at tracking_id":                                    {TrackingID: strings.Repeat("x", 300)},
		"invalid_payload at options.filters.code.conditions.$more_than_ago": {Options: redemption.QualificationOptions{Filters: &filter.Filter{Junction: filter.And, Fields: map[string]filter.Conditions{"code": {"$more_than_ago": {3}}}}}},
	} {
		if got := s.refusal(second(s.Qualify(background, r))); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	r := redemption.QualificationRequest{Options: redemption.QualificationOptions{Sorting: redemption.BestDeal, StartingAfter: "2026-01-01T00:00:00Z"}}
	if got := s.refusal(second(s.Qualify(background, r))); got != "invalid_payload at options.starting_after" {
		t.Errorf("a cursor with a sorting by discounts: %s", got)
	}
}

func TestDealsAreSortedOverEverythingAndPagesFollowTheTime(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	r := redemption.QualificationRequest{TrackingID: "anna", Order: cartOf("shirt", 1, "mug", 1), Options: redemption.QualificationOptions{Strict: true, Limit: 3}}
	r.Options.Sorting = redemption.BestDeal
	if got, want := m.fits(r), "mugs, open, GEN | three +2 | rich +1250"; got != want {
		t.Errorf("best deals: %s, want %s", got, want)
	}
	r.Options.Sorting = redemption.LeastDeal
	if got, want := m.fits(r), "hats, vip, set | three +2 | rich +1250"; got != want {
		t.Errorf("least deals: %s, want %s", got, want)
	}
	r.Options.Sorting = redemption.NewestFirst
	for _, tt := range []struct{ after, want string }{
		{"", "FREE, GEN, U1"}, {"null", "FREE, GEN, U1"},
		{noon.Add(7 * 1e9).Format("2006-01-02T15:04:05Z"), "hats, mugs, vip"}, // behind what was created in that second, which is set
	} {
		r.Options.StartingAfter = tt.after
		q, err := m.Qualify(background, r)
		m.must(err)
		if got, _, _ := strings.Cut(m.line(q), " |"); got != tt.want || !q.HasMore || q.MoreStartingAfter == "" {
			t.Errorf("after %q: %s, more %v", tt.after, got, q.HasMore)
		}
	}
}

// Codes that are switched off, over, or used up are never offered; a code that was used once less is.
func TestCodesThatCannotBeUsedAreNotOffered(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	m.coupon("TWICE", discount.AmountOff(10, discount.ToOrder), 2)
	m.coupon("OFF", discount.AmountOff(10, discount.ToOrder), 0)
	m.must(m.Vouchers.Disable(background, "OFF"))
	m.must(second(m.Vouchers.Create(background, voucher.Voucher{Code: "OVER", Type: voucher.DiscountVoucher, Discount: &off100, Window: validity.Window{ExpirationDate: &noon}})))
	ask := redemption.QualificationRequest{TrackingID: "anna", Order: cartOf("shirt", 1), Options: redemption.QualificationOptions{Filters: isIn("resource_type", "voucher")}}
	for _, want := range []string{"TWICE, FREE, GEN, U1", "TWICE, FREE, GEN, U1", "FREE, GEN, U1"} {
		if got := m.fits(ask); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		_, _ = m.Redeem(background, redemption.Request{Redeemables: redemption.Codes("TWICE"), TrackingID: "anna", Order: cartOf("shirt", 1)}) // the third is refused
	}
	m.must(m.Campaigns.Disable(background, "UNIQUE"))
	m.must(m.Campaigns.Disable(background, "GENERIC"))
	if got := m.fits(ask); got != "FREE" {
		t.Errorf("without the campaigns: %s", got)
	}
	m.must(m.Promotions.DisableTier(background, m.ids["open"]))
	if got := m.fits(redemption.QualificationRequest{Scenario: "PROMOTION_STACKS", Order: cartOf("mug", 1)}); got != "" {
		t.Errorf("stacks without one of their tiers: %s", got)
	}
}

// A stack gives what its tiers give one after the other, and is not offered when one is skipped.
func TestAStackIsOfferedWithTheOrderAfterAllOfItsTiers(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	q, err := m.Qualify(background, redemption.QualificationRequest{Scenario: "PROMOTION_STACKS", Order: cartOf("mug", 2), Options: redemption.QualificationOptions{Strict: true}})
	m.must(err)
	if len(q.Redeemables) != 1 || len(q.Redeemables[0].Tiers) != 2 || len(q.Redeemables[0].Rules) != 1 {
		t.Fatalf("%s: %+v", m.line(q), q.Redeemables)
	}
	x := q.Redeemables[0]
	got := []any{x.Name, x.CampaignName, x.Tiers[0].Name, x.Tiers[0].Order.TotalAmount, x.Tiers[1].Name, x.Tiers[1].Order.TotalAmount, x.Order.TotalAmount, x.Rules[0].Status}
	if diff := cmp.Diff([]any{"both", "P", "open", int64(900), "mugs", int64(400), int64(400), redemption.RuleValid}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	m.must(second(m.Settings.SetStackingRules(background, promotion.StackingRules{RedeemablesNoEffectRule: promotion.Skip})))
	idle := promotion.Stack{CampaignID: m.ids["P"], Name: "idle", Tiers: promotion.StackTiers{IDs: []string{m.ids["open"], m.ids["hats"]}}}
	m.must(second(m.Promotions.CreateStack(background, idle)))
	if got := m.fits(redemption.QualificationRequest{Scenario: "PROMOTION_STACKS", Order: cartOf("mug", 2), Options: redemption.QualificationOptions{Strict: true}}); got != "both" {
		t.Errorf("a stack with a tier that has no effect: %s", got)
	}
}

// Near misses are told when one thing is missing, and not when two are.
func TestANearMissLacksOneThing(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	m.tier(m.ids["P"], "rich or many", `"rules":{"1":{"name":"order.amount","conditions":{"$more_than":[9000]}},"2":{"name":"order.items.count","conditions":{"$more_than_or_equal":[5]}},"logic":"1 and 2"}`, off100)
	m.tier(m.ids["P"], "vip and many", `"rules":{"1":{"name":"customer.metadata","property":"tier","conditions":{"$is":["gold"]}},"2":{"name":"order.items.count","conditions":{"$more_than_or_equal":[5]}},"logic":"1 and 2"}`, off100)
	for cart, tt := range map[*order.Order]struct{ anna, anonymous string }{
		cartOf("hat", 1):             {" | vip and many +4 | rich +2450", " | rich +2450"},
		cartOf("shirt", 2):           {" | set +1 | three +1 | vip and many +3 | rich +750", " | set +1 | three +1 | rich +750"},
		cartOf("hat", 5):             {" | rich +1250 | rich or many +7501", " | rich +1250 | rich or many +7501"},
		cartOf("shirt", 9, "mug", 1): {"", ""},
	} {
		for name, want := range map[string]string{"anna": tt.anna, "": tt.anonymous} {
			q, err := m.Qualify(background, redemption.QualificationRequest{TrackingID: name, Order: cart, Options: redemption.QualificationOptions{Strict: true, Limit: 50}})
			m.must(err)
			q.Redeemables = nil
			if diff := cmp.Diff(want, m.line(q)); diff != "" {
				t.Errorf("%d of %s for %q (-want +got):\n%s", cart.Items[0].Quantity, cart.Items[0].SourceID, name, diff)
			}
			for _, near := range q.NearMisses {
				if near.Status != redemption.Inapplicable || near.Step.Outcome != redemption.Denied {
					t.Errorf("%s: %+v", near.ID, near)
				}
			}
		}
	}
}

// countingStore counts the reads of views.
type countingStore struct {
	store.Store
	reads []string
}

type countingReader struct {
	store.Reader
	store *countingStore
}

func (s *countingStore) View(ctx context.Context, fn func(store.Reader) error) error {
	return s.Store.View(ctx, func(r store.Reader) error { return fn(countingReader{r, s}) })
}

func (r countingReader) Snapshot(ctx context.Context, needs redemption.Needs) (*redemption.Snapshot, error) {
	r.store.reads = append(r.store.reads, "snapshot")
	return r.Reader.Snapshot(ctx, needs)
}

func (r countingReader) List(ctx context.Context, kind record.Kind, query store.Query) iter.Seq2[record.Document, error] {
	r.store.reads = append(r.store.reads, "list of "+string(kind))
	return r.Reader.List(ctx, kind, query)
}

func (r countingReader) Counters(ctx context.Context, keys []redemption.CounterKey) (map[redemption.CounterKey]int64, error) {
	r.store.reads = append(r.store.reads, "counters")
	return r.Reader.Counters(ctx, keys)
}

// A qualification reads in a few steps, however much there is to offer.
func TestAQualificationReadsInAFewSteps(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	m.coupon("TWICE", discount.AmountOff(10, discount.ToOrder), 2)
	counting := &countingStore{Store: m.store}
	e, err := voucherify.New(counting)
	m.must(err)
	for _, tt := range []struct {
		scenario redemption.Scenario
		customer string
		want     []string
	}{
		{"ALL", "anna", []string{"snapshot", "list of holder", "snapshot", "snapshot", "list of voucher", "counters"}},
		{"ALL", "", []string{"snapshot", "snapshot", "list of voucher", "counters"}},
		{"CUSTOMER_WALLET", "anna", []string{"snapshot", "list of holder", "snapshot"}},
		{"CUSTOMER_WALLET", "", []string{"snapshot"}},
		{"PROMOTION_STACKS", "anna", []string{"snapshot"}},
	} {
		ask := redemption.QualificationRequest{Scenario: tt.scenario, TrackingID: tt.customer, Order: cartOf("mug", 1)}
		m.must(second(e.Qualify(background, ask))) // with the catalogue
		counting.reads = nil
		m.must(second(e.Qualify(background, ask)))
		if diff := cmp.Diff(tt.want, counting.reads); diff != "" {
			t.Errorf("%s for %q (-want +got):\n%s", tt.scenario, tt.customer, diff)
		}
	}
}

// The holder of a code alone qualifies for it and redeems it, when a rule says so. A tier has no holder and passes.
func TestACodeForItsHolderIsOfferedToNobodyElse(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	const held = `{"name":"held","rules":{"1":{"name":"publication.redeemable_by_linked_customer","conditions":{"$is":[true]}}}}`
	m.buyer("bob", nil)
	m.rule(held, validation.OnVoucher, m.coupon("MINE", off100, 0).ID)
	m.must(second(m.publish("MINE", *customer.BySourceID("anna"))))
	m.rule(held, validation.OnPromotionTier, m.ids["open"])
	m.rule(held, validation.OnCampaign, m.ids["UNIQUE"])
	for name, want := range map[string]string{"anna": "U1, UNIQUE", "bob": "UNIQUE", "": ""} { // whoever uses the campaign gets a code first
		ask := redemption.QualificationRequest{Scenario: "AUDIENCE_ONLY", TrackingID: name, Options: redemption.QualificationOptions{Filters: isIn("campaign_id", m.ids["UNIQUE"])}}
		if got := m.fits(ask); got != want {
			t.Errorf("of the campaign for %q: %s, want %s", name, got, want)
		}
	}
	for name, want := range map[string]string{"anna": "MINE, open", "bob": "open", "": "open"} {
		ask := redemption.QualificationRequest{TrackingID: name, Order: cartOf("hat", 1)}
		ask.Options.Filters = &filter.Filter{Junction: filter.Or, Fields: map[string]filter.Conditions{"code": {"$is": {"MINE"}}, "resource_id": {"$is": {m.ids["open"]}}}}
		if got := m.fits(ask); got != want {
			t.Errorf("for %q: %s, want %s", name, got, want)
		}
		_, err := m.Redeem(background, redemption.Request{Redeemables: redemption.Codes("MINE"), TrackingID: name, Order: cartOf("hat", 1)})
		if (err == nil) != (name == "anna") {
			t.Errorf("redeem for %q: %v", name, err)
		}
	}
}

func TestTheCategoryOfAnOfferIsAddedWhenItIsAskedFor(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	for _, expand := range [][]redemption.Expansion{nil, {redemption.ExpandRedeemable, redemption.ExpandRules}, {redemption.ExpandCategory}} {
		answer, err := m.Qualify(background, redemption.QualificationRequest{
			Order: &order.Order{Amount: 5000}, Options: redemption.QualificationOptions{Limit: 50, Expand: expand},
		})
		m.must(err)
		got := map[string]string{}
		for _, one := range answer.Redeemables {
			for _, category := range one.Categories {
				got[one.ID] = category.Name
			}
		}
		want := map[string]string{}
		if slices.Contains(expand, redemption.ExpandCategory) {
			want["GEN"] = "best"
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("categories with %q (-want +got):\n%s", expand, diff)
		}
	}
}
