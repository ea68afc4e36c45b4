package redemption_test

import (
	"errors"
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // the zone of the tests, on machines without zone files

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
)

// segmentOf is a passive segment with a filter of the form {"junction":"and",…} without the braces and the junction.
func segmentOf(tb testing.TB, id, fields string) *customer.Segment {
	tb.Helper()
	s := &customer.Segment{ID: id, Name: id, Type: customer.PassiveSegment, Filter: new(filter.Filter)}
	decode(tb, `{"junction":"and",`+fields+`}`, s.Filter)
	return s
}

// anna is a customer of whom everything is known. The clock shows noon of 10 June 2026 in Warsaw.
func anna() (*redemption.Profile, time.Time) {
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		panic(err)
	}
	day := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 12, 0, 0, 0, warsaw) }
	updated, ordered := day(6, 9), day(6, 1)
	counters := map[redemption.CounterKey]int64{
		redemption.EventKey("cust_1", "sign_up"): 2, redemption.EventKey("cust_1", "customer.order.paid"): 3,
		redemption.EventKey("cust_2", "sign_up"): 50, redemption.RefereesKey("cust_1", ""): 2, redemption.RefereesKey("cust_1", "camp_1"): 1,
	}
	for i, figure := range new(customer.Summary).Figures() {
		counters[redemption.SummaryKey("cust_1", figure.Path)] = int64(i + 1)
	}
	counters[redemption.SummaryKey("cust_1", customer.OrdersTotalAmount)] = 1000
	counters[redemption.SummaryKey("cust_1", customer.OrdersTotalCount)] = 3
	return &redemption.Profile{
		Customer: &customer.Customer{
			ID: "cust_1", SourceID: "u-42", Name: "Anna", Description: "a regular", Email: "anna@example.com", Phone: "+48600",
			Birthdate: "1990-06-10", Birthday: "1990-07-01",
			Address:        &customer.Address{City: "Kraków", State: "MP", Line1: "Rynek 1", Line2: "II p.", Country: "PL", PostalCode: "31-042"},
			Metadata:       metadata.Map{"club": "gold", "age": 36.0, "tags": []any{"a", "b"}, "home": map[string]any{"city": "Gdynia"}, "at": "geo:52.2297,21.0122"},
			SystemMetadata: metadata.Map{"origin": "import"},
			CreatedAt:      day(1, 5), UpdatedAt: &updated,
		},
		Counters:    counters,
		LastOrder:   &order.Order{TotalAmount: 450, CreatedAt: ordered},
		Occurrences: map[string]redemption.Occurrence{"sign_up": {First: day(2, 1), Last: day(5, 1)}},
		Publications: []*publication.Publication{
			{VouchersID: []string{"v_1"}, CreatedAt: day(3, 1)}, {VouchersID: []string{"v_3", "v_2"}, CreatedAt: day(4, 1)},
		},
		Loyalty: &customer.Loyalty{Points: 70, Campaigns: map[string]customer.LoyaltyCampaign{
			"Tiers 2.0": {Points: 41, LoyaltyTier: "ltr_gold"},
		}},
	}, day(6, 10)
}

// Each field holds for anna. Of somebody of whom nothing is known, fields that count are 0 and the others are missing.
func TestEveryFieldOfASegment(t *testing.T) {
	t.Parallel()
	for field, tt := range map[string]struct {
		conditions string
		counts     bool
	}{
		"name":                                  {conditions: `"$is":["Anna"]`},
		"email":                                 {conditions: `"$ends_with":["@example.com"]`},
		"phone":                                 {conditions: `"$starts_with":["+48"]`},
		"source_id":                             {conditions: `"$in":["u-41","u-42"]`},
		"description":                           {conditions: `"$contains":["regular"]`},
		"city":                                  {conditions: `"$is":"Kraków"`},
		"birthdate":                             {conditions: `"$today":[true]`},
		"birthday":                              {conditions: `"$next_month":[true]`},
		"created_at":                            {conditions: `"$after":["2026-01-04"],"$before":["2026-01-06"]`},
		"updated_at":                            {conditions: `"$is_days_ago":[1]`},
		"address.city":                          {conditions: `"$is":["Kraków"]`},
		"address.state":                         {conditions: `"$is":["MP"]`},
		"address.line_1":                        {conditions: `"$is":["Rynek 1"]`},
		"address.line_2":                        {conditions: `"$is":["II p."]`},
		"address.country":                       {conditions: `"$is":["PL"]`},
		"address.postal_code":                   {conditions: `"$is":["31-042"]`},
		"metadata.club":                         {conditions: `"$in":["gold","silver"]`},
		"metadata.age":                          {conditions: `"$more_than":["35"]`},
		"metadata.tags":                         {conditions: `"$count":[2]`},
		"metadata.home.city":                    {conditions: `"$is":["Gdynia"]`},
		"metadata.at":                           {conditions: `"$in_location":["loc_1"]`},
		"system_metadata.origin":                {conditions: `"$is":["import"]`},
		"summary.redemptions.total_redeemed":    {`"$is":[1]`, true},
		"summary.redemptions.total_failed":      {`"$is":[2]`, true},
		"summary.redemptions.total_succeeded":   {`"$is":[3]`, true},
		"summary.redemptions.total_rolled_back": {`"$is":[4]`, true},
		"summary.redemptions.total_rollback_failed":        {`"$is":[5]`, true},
		"summary.redemptions.total_rollback_succeeded":     {`"$is":[6]`, true},
		"summary.redemptions.gift.redeemed_amount":         {`"$is":[7]`, true},
		"summary.redemptions.gift.amount_to_go":            {`"$is":[8]`, true},
		"summary.redemptions.loyalty_card.redeemed_points": {`"$is":[9]`, true},
		"summary.redemptions.loyalty_card.points_to_go":    {`"$is":[10]`, true},
		"summary.orders.total_amount":                      {`"$more_than_equal":[1000]`, true},
		"summary.orders.total_count":                       {`"$is":[3]`, true},
		"summary.orders.average_amount":                    {`"$is":[333]`, true},
		"summary.orders.last_order_amount":                 {conditions: `"$is":[450]`},
		"summary.orders.last_order_date":                   {conditions: `"$more_than":[8],"$less_than":[10]`},
		"loyalty.points":                                   {`"$is":[70]`, true},
		"loyalty.referred_customers":                       {`"$is":[2]`, true},
		"loyalty_points.campaigns.Tiers 2.0.points":        {conditions: `"$more_than_equal":[41]`},
		"loyalty_tier.Tiers 2.0":                           {conditions: `"$is":["ltr_gold"]`},
		"events.sign_up.count":                             {`"$is":["2"]`, true},
		"events.customer.order.paid.count":                 {`"$is":[3]`, true},
		"events.sign_up.first_occurred_at":                 {conditions: `"$is":["2026-02-01"]`},
		"events.sign_up.last_occurred_at":                  {conditions: `"$is":["2026-05-01"]`},
		"publications.created_at":                          {conditions: `"$after":["2026-03-15"],"$before":["2026-04-15"]`},
		"publications.related_object_id":                   {conditions: `"$is":["v_2"]`},
	} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			profile, now := anna()
			unknown := `"$is_unknown":[]`
			if tt.counts {
				unknown = `"$is":[0]`
			}
			audience := redemption.NewAudience(
				segmentOf(t, "seg_holds", `"`+field+`":{"conditions":{`+tt.conditions+`}}`),
				segmentOf(t, "seg_unknown", `"`+field+`":{"conditions":{`+unknown+`}}`),
			)
			x := redemption.NewCatalogue(redemption.Configuration{Zone: now.Location(), Locations: []*location.Location{{
				ID: "loc_1", Name: "n", Shape: location.Shape{Type: location.Circle, Distance: &location.Distance{Center: "geo:52.2,21", Radius: "10 km"}},
			}}}, validation.NewCompiler())
			if diff := cmp.Diff([]string{"seg_holds"}, x.SegmentsOf(audience, profile, now)); diff != "" {
				t.Errorf("of anna (-want +got):\n%s", diff)
			}
			nobody := &redemption.Profile{Customer: &customer.Customer{ID: "cust_9"}}
			if diff := cmp.Diff([]string{"seg_unknown"}, x.SegmentsOf(audience, nobody, now)); diff != "" {
				t.Errorf("of nobody (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFieldsThatCustomersDoNotHaveAreRefused(t *testing.T) {
	t.Parallel()
	for _, field := range []string{
		"id", "names", "metadata", "metadata.", "system_metadata.", "address.zip", "address", "summary.orders", "summary.orders.total",
		"summary.redemptions.gift", "events.sign_up", "events..count", "events.sign_up.counts", "events.count", "loyalty", "loyalty.tier",
		"loyalty_points.campaigns.points", "loyalty_points.campaigns..points", "loyalty_tier.", "publications.id", "price",
	} {
		_, err := redemption.CompileSegment(segmentOf(t, "seg_1", `"`+field+`":{"conditions":{"$is":"x"}}`))
		var cause *fault.Error
		if !errors.As(err, &cause) || cause.Key != fault.InvalidPayload || cause.Field != "filter."+field {
			t.Errorf("%s: got %v", field, err)
		}
	}
	for fields, want := range map[string]string{
		`"summary.orders.total_count":{"conditions":{"$is":"many"}}`:          "filter.summary.orders.total_count.conditions.$is[0]",
		`"created_at":{"conditions":{"$after":["soon"]}}`:                     "filter.created_at.conditions.$after[0]",
		`"name":{"conditions":{"$in_location":["loc_1"]}}`:                    "filter.name.conditions.$in_location",
		`"publications.created_at":{"conditions":{"$contains":["2026"]}}`:     "filter.publications.created_at.conditions.$contains",
		`"loyalty_points.campaigns.a.points":{"conditions":{"$is":["none"]}}`: "filter.loyalty_points.campaigns.a.points.conditions.$is[0]",
	} {
		_, err := redemption.CompileSegment(segmentOf(t, "seg_1", fields))
		var cause *fault.Error
		if !errors.As(err, &cause) || cause.Field != want {
			t.Errorf("%s: got %v, want it at %s", fields, err, want)
		}
	}
}

// A request reads what the segments that rules name look at, and nothing for the others.
func TestARequestReadsOnlyWhatItsSegmentsLookAt(t *testing.T) {
	t.Parallel()
	segments := []*customer.Segment{
		segmentOf(t, "seg_named", `"summary.orders.average_amount":{"conditions":{"$more_than":[5]}},"metadata.x":{"conditions":{"$is":1}}`),
		segmentOf(t, "seg_nested", `"events.sign_up.count":{"conditions":{"$is":1}},"events.rated.last_occurred_at":{"conditions":{"$less_than":[5]}}`),
		segmentOf(t, "seg_object", `"publications.created_at":{"conditions":{"$less_than":[5]}},"events.sign_up.count":{"conditions":{"$is":2}}`),
		segmentOf(t, "seg_idle", `"summary.redemptions.total_failed":{"conditions":{"$is":1}},"summary.orders.last_order_date":{"conditions":{"$less_than":[5]}}`),
	}
	figure := func(path string) redemption.CounterTemplate {
		return redemption.CounterTemplate{Metric: redemption.CountCustomerSummary, OfCustomer: true, Detail: path}
	}
	signUps := redemption.CounterTemplate{Metric: redemption.CountCustomerEvent, OfCustomer: true, Detail: "sign_up"}
	for name, tt := range map[string]struct {
		rule      string
		templates []redemption.CounterTemplate
		history   redemption.History
	}{
		"no segment": {`"rules":{"1":{"name":"order.amount","conditions":{"$more_than":[1]}}}`, nil, redemption.History{}},
		"a segment":  {`"rules":{"1":{"name":"customer.segment","conditions":{"$is":["seg_named"]}}}`, []redemption.CounterTemplate{figure("orders.total_amount"), figure("orders.total_count")}, redemption.History{}},
		"a segment that is excluded, below another condition": {
			`"rules":{"1":{"name":"order.amount","conditions":{"$more_than":[1]},"rules":{"1":{"name":"customer.segment","conditions":{"$is_not":["seg_nested"]}}}}}`,
			[]redemption.CounterTemplate{signUps}, redemption.History{Events: []string{"rated"}},
		},
		"an expression may look at any of them": {`"expression":"\"seg_named\" in customer.segments"`,
			[]redemption.CounterTemplate{signUps, figure("orders.total_amount"), figure("orders.total_count"), figure("redemptions.total_failed")},
			redemption.History{LastOrder: true, Publications: true, Events: []string{"rated"}},
		},
		"another expression does not": {`"expression":"order.amount > 5"`, nil, redemption.History{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var rule validation.Rule
			decode(t, `{"name":"r",`+tt.rule+`}`, &rule)
			x := redemption.NewCatalogue(redemption.Configuration{Segments: segments, Rules: []*validation.Rule{&rule}}, validation.NewCompiler())
			request := &redemption.Request{Redeemables: redemption.Codes("A"), Customer: customer.ByID("cust_1")}
			needs, err := redemption.NeedsOf(request, x, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			templates := slices.DeleteFunc(slices.Clone(needs.Templates), func(t redemption.CounterTemplate) bool { return !t.OfCustomer })
			if diff := cmp.Diff(tt.templates, templates); diff != "" && len(templates)+len(tt.templates) > 0 {
				t.Errorf("counters (-want +got):\n%s", diff)
			}
			snapshot := &redemption.Snapshot{Customer: &customer.Customer{ID: "cust_1"}}
			if diff := cmp.Diff(tt.history, redemption.MoreNeeds(request, x, snapshot).History); diff != "" {
				t.Errorf("history (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTemplatesOfACustomerNameCountersOfTheCustomer(t *testing.T) {
	t.Parallel()
	audience := redemption.NewAudience(segmentOf(t, "seg_1", `"summary.orders.total_count":{"conditions":{"$is":1}}`))
	needs := redemption.Needs{Templates: audience.Templates(), Vouchers: []string{"A", "B"}}
	if diff := cmp.Diff([]redemption.CounterKey{redemption.SummaryKey("cust_1", "orders.total_count")}, needs.Keys(nil, "cust_1", "")); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	if keys := needs.Keys(nil, "", ""); len(keys) > 0 {
		t.Errorf("keys of nobody: %v", keys)
	}
}

// The view keeps a place for each figure.
func TestThereArePlacesForAllFiguresOfASummary(t *testing.T) {
	t.Parallel()
	if got := len(new(customer.Summary).Figures()); got != 12 {
		t.Errorf("there are %d figures: raise profilePlainFields", got)
	}
}

func TestASummaryIsMadeOfCountersAndTheLastOrder(t *testing.T) {
	t.Parallel()
	profile, _ := anna()
	got := profile.Summary()
	last := profile.LastOrder
	want := customer.OrderSummary{TotalAmount: 1000, TotalCount: 3, AverageAmount: 333, LastOrderAmount: &last.TotalAmount, LastOrderDate: &last.CreatedAt}
	if diff := cmp.Diff(want, got.Orders); diff != "" {
		t.Errorf("orders (-want +got):\n%s", diff)
	}
	if got.Redemptions.TotalRedeemed != 1 || got.Redemptions.LoyaltyCard.PointsToGo != 10 {
		t.Errorf("redemptions: %+v", got.Redemptions)
	}
	nobody := redemption.Profile{Customer: &customer.Customer{ID: "cust_9"}}
	if diff := cmp.Diff(&customer.Summary{}, nobody.Summary()); diff != "" {
		t.Errorf("of nobody (-want +got):\n%s", diff)
	}
}
