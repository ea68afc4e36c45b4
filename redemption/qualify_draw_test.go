package redemption

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// fair is a project with offers of all kinds, the codes that a qualification reads, and a question about them.
type fair struct {
	configuration Configuration
	catalogue     *Catalogue
	snapshot      Snapshot
	held          []*voucher.Voucher
	standalone    []*voucher.Voucher
	coded         map[string]*voucher.Voucher // of campaigns with one code, by key
	request       QualificationRequest
}

var fairNow = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// stand draws the things of a fair.
type stand struct {
	*rapid.T
	rules int
}

func one[V any](s *stand, label string, from ...V) V { return rapid.SampledFrom(from).Draw(s.T, label) }

func (s *stand) chance(label string, percent int) bool {
	return rapid.IntRange(0, 99).Draw(s.T, label) < percent
}

// refs are references of conditions and scopes; x is in no catalogue.
func (s *stand) refs() string {
	list := make([]string, one(s, "refs", 1, 1, 2))
	for i := range list {
		list[i] = one(s, "ref",
			`{"object":"product","id":"prod_1"}`, `{"object":"product","source_id":"p2"}`, `{"object":"product","id":"prod_3"}`,
			`{"object":"sku","id":"sku_1"}`, `{"object":"sku","source_id":"s3"}`, `{"object":"product","id":"x"}`,
			`{"object":"products_collection","id":"pc_static"}`, `{"object":"products_collection","id":"pc_dynamic"}`,
			`{"object":"products_collection","id":"pc_gone"}`, `{"object":"products_collection","id":"`+product.AllProducts+`"}`,
		)
	}
	return strings.Join(list, ",")
}

// condition draws one condition as JSON.
func (s *stand) condition() string {
	upward := one(s, "operator", "$more_than", "$more_than_or_equal", "$more_than_or_equal", "$less_than", "$is")
	switch one(s, "kind", "items", "items", "lines", "none", "segment", "metadata", "metadata", "amount", "amount", "quantity", "total", "usage", "holder") {
	case "items":
		return `{"name":"order.items.any","conditions":{"$is":[` + s.refs() + `]}}`
	case "lines":
		return fmt.Sprintf(`{"name":"order.items.%s","conditions":{"$is":[%s]},"rules":{"1":{"name":"order.items.aggregated_%s","conditions":{"%s":[%d]}}}}`,
			one(s, "which", "any", "every", "cheapest"), s.refs(), one(s, "of", "quantity", "amount"), upward, one(s, "least", 1, 3, 1000))
	case "none":
		return `{"name":"order.items.none","conditions":{"$is":[` + s.refs() + `]}}`
	case "segment":
		return fmt.Sprintf(`{"name":"customer.segment","conditions":{"%s":["%s"]}}`, one(s, "segment operator", "$is", "$is", "$is_not"), one(s, "segment", "seg_static", "seg_dynamic", "seg_counter"))
	case "metadata":
		return fmt.Sprintf(`{"name":"%s.metadata","property":"%s","conditions":{"%s":[%s]}}`, one(s, "of", "customer", "customer", "order", "redemption"),
			one(s, "property", "tier", "tier", "age", "tags"), one(s, "equality", "$is", "$in", "$in", "$is_not"), one(s, "value", `"gold"`, `"gold","tin"`, `7`, `"7",true`))
	case "amount":
		return fmt.Sprintf(`{"name":"order.%s","conditions":{"%s":[%d]}}`, one(s, "of", "amount", "initial_amount"), upward, one(s, "amount", 0, 1000, 2500, 5000, 20000))
	case "quantity":
		return fmt.Sprintf(`{"name":"order.items.count","conditions":{"%s":[%d]}}`, upward, one(s, "units", 1, 2, 5))
	case "total":
		return fmt.Sprintf(`{"name":"order.total_amount","conditions":{"%s":[%d]}}`, upward, one(s, "amount", 0, 1000, 5000))
	case "usage":
		return fmt.Sprintf(`{"name":"%s","conditions":{"$less_than_or_equal":[%d]}}`, one(s, "counter", "redemption.count.per_customer", "redemption.count.daily",
			"campaign.redemptions.count", "campaign.orders.amount", "campaign.orders.amount_discounted"), one(s, "limit", 1, 2, 3000))
	}
	return `{"name":"publication.redeemable_by_linked_customer","conditions":{"$is":[true]}}`
}

// rule draws a rule of up to four conditions, or an expression, with or without a scope and a bundle.
func (s *stand) rule() *validation.Rule {
	s.rules++
	fields := []string{fmt.Sprintf(`"id":"val_%d","name":"r"`, s.rules)}
	if s.chance("expression", 10) {
		fields = append(fields, `"expression":"`+one(s, "source", "order.amount >= 2500", "customer.metadata.tier == 'gold'",
			"order.quantity > 1 or order.amount > 5000", "'seg_static' in customer.segments && order.amount >= 1000")+`"`)
	} else if n := one(s, "conditions", 0, 1, 1, 1, 2, 2, 3, 4); n > 0 {
		nodes, logic := s.condition(), "1"
		for i := 2; i <= n; i++ {
			nodes += fmt.Sprintf(`,"%d":%s`, i, s.condition())
			logic = fmt.Sprintf("(%s %s %d)", logic, one(s, "join", "and", "or"), i)
		}
		fields = append(fields, `"rules":{"1":`+nodes+`,"logic":"`+logic+`"}`)
	}
	if s.chance("bundle", 12) {
		fields = append(fields, `"bundle_rules":{"1":{"name":"order.items.any","conditions":{"$is":[`+s.part()+`]}},
			"2":{"name":"order.items.any","conditions":{"$is":[`+s.part()+`]},"rules":{"1":{"name":"order.items.aggregated_quantity","conditions":{"$is":[2]}}}},"limit":2}`)
	}
	if s.chance("scope", 40) {
		fields = append(fields, one(s, "scope", `"applicable_to":{"included":[`+s.refs()+`]}`, `"applicable_to":{"included":[`+s.refs()+`],"excluded":[`+s.refs()+`]}`,
			`"applicable_to":{"included_all":true,"excluded":[`+s.refs()+`]}`))
	}
	rule := new(validation.Rule)
	if err := json.Unmarshal([]byte(`{`+strings.Join(fields, ",")+`}`), rule); err != nil {
		s.Fatal(err)
	}
	return rule
}

func (s *stand) part() string {
	return one(s, "part", `{"object":"product","id":"prod_1"}`, `{"object":"sku","id":"sku_3"}`, `{"object":"products_collection","id":"pc_static"}`)
}

func (s *stand) discount() *discount.Discount {
	d := one(s, "discount", discount.Percent("10", discount.ToOrder), discount.AmountOff(500, discount.ToOrder), discount.AmountOff(100, discount.ToItems),
		discount.Percent("25", discount.ToItems), discount.FreeUnits(1, "prod_3", discount.AddMissing), discount.AmountOff(0, discount.ToOrder))
	return &d
}

func (s *stand) window() (w validity.Window) {
	if s.chance("starts", 20) {
		w.StartDate = s.instant(-2, 0, 0, 2)
	}
	if s.chance("ends", 20) {
		w.ExpirationDate = s.instant(-1, 0, 0, 3)
	}
	if s.chance("days", 10) {
		w.DaysOfWeek = []int{one(s, "day", int(fairNow.Weekday()), 0)}
	}
	return w
}

func (s *stand) instant(hours ...int) *time.Time {
	at := fairNow.Add(time.Duration(one(s, "hours", hours...)) * time.Hour)
	return &at
}

// assign draws the rules of one object.
func (s *stand) assign(c *Configuration, object, id string) {
	for range one(s, "assigned", 0, 1, 1, 1, 1, 2) {
		rule := s.rule()
		c.Rules = append(c.Rules, rule)
		c.Assignments = append(c.Assignments, &validation.Assignment{ID: "asgm_" + rule.ID, RuleID: rule.ID, RelatedObjectType: object, RelatedObjectID: id})
	}
}

// drawFair draws a project.
func drawFair(t *rapid.T) *fair {
	s := &stand{T: t}
	x := &fair{coded: map[string]*voucher.Voucher{}}
	c := &x.configuration
	s.goods(c)
	c.StackingRules = promotion.StackingRules{RedeemablesNoEffectRule: one(s, "no effect", promotion.RedeemAnyway, promotion.Skip)}
	created := func() time.Time { return *s.instant(-48, -48, -24, -1) }
	for i := range rapid.IntRange(0, 2).Draw(t, "promotions") {
		c.Campaigns = append(c.Campaigns, &campaign.Campaign{ID: fmt.Sprint("camp_p", i), CampaignType: campaign.Promotion, Active: s.chance("active", 90), Window: s.window()})
		s.assign(c, validation.OnCampaign, fmt.Sprint("camp_p", i))
	}
	for i := range rapid.IntRange(0, 40).Draw(t, "tiers") {
		tier := &promotion.Tier{
			ID: fmt.Sprint("promo_", i), Active: s.chance("active", 90), Window: s.window(), CreatedAt: created(), Hierarchy: i % 3,
			CampaignID: one(s, "campaign", "", "camp_p0", "camp_p1"),
		}
		if s.chance("discount", 95) {
			tier.Action.Discount = s.discount()
		}
		c.Tiers = append(c.Tiers, tier)
		s.assign(c, validation.OnPromotionTier, tier.ID)
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "stacks") {
		stack := &promotion.Stack{ID: fmt.Sprint("stack_", i), CreatedAt: created()}
		for _, k := range rapid.SliceOfNDistinct(rapid.IntRange(0, 5), 0, 3, rapid.ID[int]).Draw(t, "tiers of the stack") {
			stack.Tiers.IDs = append(stack.Tiers.IDs, fmt.Sprint("promo_", k))
		}
		c.Stacks = append(c.Stacks, stack)
	}
	for i := range rapid.IntRange(0, 20).Draw(t, "coupons") {
		s.coupons(x, i, created())
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "codes") {
		v := s.code(fmt.Sprint("FREE", i), nil, created())
		v.Discount = s.discount()
		x.standalone = append(x.standalone, v)
		s.assign(c, validation.OnVoucher, v.ID)
	}
	x.catalogue = NewCatalogue(*c, fairCompiler)
	s.question(x)
	return x
}

var fairCompiler = validation.NewCompiler()

// coupons draws a campaign with one code that anybody may use, or with codes of which the customer may hold one.
func (s *stand) coupons(x *fair, i int, created time.Time) {
	camp := &campaign.Campaign{
		ID: fmt.Sprint("camp_", i), CampaignType: campaign.DiscountCoupons, Type: one(s, "pool", campaign.Static, campaign.Standalone),
		Active: s.chance("active", 90), Window: s.window(), CreatedAt: created,
		Voucher: &campaign.Template{Type: voucher.DiscountVoucher, Discount: s.discount()},
	}
	x.configuration.Campaigns = append(x.configuration.Campaigns, camp)
	s.assign(&x.configuration, validation.OnCampaign, camp.ID)
	code := s.code(fmt.Sprint("CODE", i), camp, created)
	if camp.Type == campaign.Standalone {
		camp.Voucher.Code = code.Code
		x.coded[voucher.CaseSensitive.Key(code.Code)] = code
	} else if s.chance("held", 50) {
		x.held = append(x.held, code)
		s.assign(&x.configuration, validation.OnVoucher, code.ID)
	}
}

func (s *stand) code(code string, camp *campaign.Campaign, created time.Time) *voucher.Voucher {
	v := &voucher.Voucher{ID: "v_" + code, Code: code, Type: voucher.DiscountVoucher, Active: s.chance("active", 90), Window: s.window(), CreatedAt: created}
	if camp != nil {
		v.CampaignID = camp.ID
	}
	if s.chance("limited", 30) {
		v.Redemption.Quantity = one(s, "quantity", new(int64), pointer(2))
	}
	return v
}

func pointer(n int64) *int64 { return &n }

// goods are the products, collections and segments of every fair.
func (s *stand) goods(c *Configuration) {
	text := `{"Products":[{"id":"prod_1","source_id":"p1","price":1000},{"id":"prod_2","source_id":"p2","metadata":{"color":"red"}},{"id":"prod_3","source_id":"p3","price":300}],
		"SKUs":[{"id":"sku_1","source_id":"s1","product_id":"prod_1","price":1200},{"id":"sku_3","source_id":"s3","product_id":"prod_2","price":700,"metadata":{"color":"red"}}],
		"Collections":[{"id":"pc_static","type":"STATIC","products":[{"object":"product","id":"prod_3"},{"object":"sku","id":"sku_1"}]},
			{"id":"pc_dynamic","type":"AUTO_UPDATE","filter":{"junction":"and","metadata.color":{"conditions":{"$is":["red"]}}}}],
		"Segments":[{"id":"seg_static","type":"static","customers":["cust_1"]},
			{"id":"seg_dynamic","type":"passive","filter":{"junction":"and","metadata.tier":{"conditions":{"$is":["gold"]}}}},
			{"id":"seg_counter","type":"passive","filter":{"junction":"and","summary.orders.total_count":{"conditions":{"$more_than":[1]}}}}]}`
	if err := json.Unmarshal([]byte(text), c); err != nil {
		s.Fatal(err)
	}
}

// question draws who asks, and about which cart.
func (s *stand) question(x *fair) {
	r := &x.request
	values := metadata.Map{"tier": one[any](s, "tier", "gold", "tin", "7", nil), "age": one[any](s, "age", 7, "7", 3.0), "tags": []any{"gold", true}}
	x.snapshot = Snapshot{Now: fairNow}
	switch one(s, "customer", "stored", "stored", "new", "nobody") {
	case "stored":
		x.snapshot.Customer = &customer.Customer{ID: "cust_1", SourceID: "u", Metadata: values}
		r.TrackingID = "u"
	case "new":
		r.Customer = &customer.Customer{SourceID: "v", Metadata: values}
	}
	if s.chance("redemption metadata", 50) {
		r.Metadata = values
	}
	switch one(s, "order", "items", "items", "items", "items", "amount", "none") {
	case "items":
		r.Order = &order.Order{Metadata: values}
		for range rapid.IntRange(0, 4).Draw(s.T, "lines") {
			line := order.Item{Quantity: int64(one(s, "units", 1, 1, 2, 5))}
			switch one(s, "line", "product", "source", "sku", "other") {
			case "product":
				line.ProductID = one(s, "product", "prod_1", "prod_2", "prod_3")
			case "source":
				line.SourceID, line.RelatedObject = one(s, "source", "p1", "p2", "p9"), product.KindProduct
			case "sku":
				line.SKUID = one(s, "sku", "sku_1", "sku_3")
			case "other":
				line.Price = pointer(int64(one(s, "price", 100, 4000)))
			}
			r.Order.Items = append(r.Order.Items, line)
		}
	case "amount":
		r.Order = &order.Order{Amount: int64(one(s, "amount", 0, 1000, 5000))}
	}
}

// counted answers a store's question about counters: any value that depends on the key alone.
func counted(keys []CounterKey) map[CounterKey]int64 {
	counters := make(map[CounterKey]int64, len(keys))
	for _, key := range keys {
		h := fnv.New32()
		fmt.Fprint(h, key.String())
		counters[key] = int64(h.Sum32() % 4)
	}
	return counters
}

// candidacy is the way of an engine to an answer, with a way of finding offers.
func (x *fair) candidacy(t *rapid.T, r QualificationRequest, find finder) *Candidacy {
	needs, err := NeedsOfQualification(&r, x.catalogue, fairNow)
	if err != nil {
		t.Fatal(err)
	}
	s := x.snapshot
	s.Counters = counted(needs.Keys(nil, customerOf(&s), ""))
	c, err := newCandidacy(x.catalogue, &s, &r, find)
	if err != nil {
		t.Fatal(err)
	}
	codes := c.Codes()
	if codes.Holder != "" {
		c.Add(true, x.held...)
	}
	for _, key := range codes.Keys {
		c.Add(false, x.coded[key])
	}
	if codes.Standalone {
		c.Add(false, x.standalone...)
	}
	for key, value := range counted(c.Counters()) {
		s.Counters[key] = value
	}
	return c
}

func customerOf(s *Snapshot) string {
	if s.Customer == nil {
		return ""
	}
	return s.Customer.ID
}
