package redemption

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/validation"
)

// The benchmark asks what fits a cart of 20 lines and a customer, strictly, among N promotions of mixed kinds: 40 % want a
// product or a collection, 20 % a segment, 15 % metadata of the customer, 15 % one to ten times the value of the cart, 5 % a
// number of units, 5 % nothing. The floor is BenchmarkQualify/linear: the same evaluation of every promotion, which is what
// there is without an index. Only ratios within one run mean anything.
//
// Targets: at 10,000 promotions the index is at least 25 times faster than the floor; 100,000 promotions take at most 3 times
// as long as 10,000, when as many match (benchMatches, from 1,000 promotions on).
func BenchmarkQualify(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10_000, 100_000} {
		x := sync.OnceValue(func() *bazaar { return newBazaar(b, n) })
		b.Run(fmt.Sprintf("indexed/%d", n), func(b *testing.B) { x().ask(b, (*offerIndex).search) })
		b.Run(fmt.Sprintf("linear/%d", n), func(b *testing.B) { x().ask(b, (*offerIndex).all) })
	}
}

// BenchmarkIndexOffers makes the index, once for each catalogue, and reports how much memory it takes.
func BenchmarkIndexOffers(b *testing.B) {
	for _, n := range []int{1000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			x := newBazaar(b, n)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			kept := newOfferIndex(x.catalogue, x.catalogue.offers, 0)
			runtime.GC()
			runtime.ReadMemStats(&after)
			for b.Loop() {
				newOfferIndex(x.catalogue, x.catalogue.offers, 0)
			}
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/promotion")
			runtime.KeepAlive(kept)
		})
	}
}

// benchMatches is how many promotions fit, of many.
const benchMatches = 50

// bazaar is a project with many promotions.
type bazaar struct {
	catalogue *Catalogue
	snapshot  Snapshot
	request   QualificationRequest
	matches   int
}

func newBazaar(tb testing.TB, n int) *bazaar {
	tb.Helper()
	x := &bazaar{request: QualificationRequest{TrackingID: "u-42", Order: &order.Order{}, Options: QualificationOptions{Strict: true}}}
	x.snapshot = Snapshot{Now: fairNow, Customer: &customer.Customer{ID: "cust_1", SourceID: "u-42", Metadata: metadata.Map{"city": "city 0", "tier": "tier 0"}}}
	var c Configuration
	cart := int64(0)
	for i := range 20 {
		price := int64(500 + 37*i)
		c.Products = append(c.Products, &product.Product{ID: fmt.Sprint("prod_", i), Price: &price})
		x.request.Order.Items = append(x.request.Order.Items, order.Item{ProductID: fmt.Sprint("prod_", i), Quantity: 2})
		cart += 2 * price
	}
	for i := range 100 {
		c.Collections = append(c.Collections, &product.Collection{ID: fmt.Sprint("pc_", i), Type: product.Static, Products: []product.Ref{{ID: fmt.Sprint("prod_", 19+i)}}})
		c.Segments = append(c.Segments, &customer.Segment{ID: fmt.Sprint("seg_", i), Type: customer.StaticSegment, Customers: []string{fmt.Sprint("cust_", 1+i)}})
	}
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same promotions in every run
	x.matches = min(n, benchMatches)
	for i := range n {
		id := fmt.Sprint("promo_", i)
		percent := discount.Percent("5", discount.ToOrder)
		c.Tiers = append(c.Tiers, &promotion.Tier{ID: id, Name: id, Active: true, Action: promotion.Action{Discount: &percent}, CreatedAt: fairNow.Add(-time.Duration(i) * time.Second)})
		condition := condition(random, i, i < x.matches, cart)
		if condition == "" {
			continue
		}
		rule := &validation.Rule{ID: fmt.Sprint("val_", i), Name: id}
		if err := json.Unmarshal([]byte(`{"1":`+condition+`,"logic":"1"}`), &rule.Rules); err != nil {
			tb.Fatal(err)
		}
		c.Rules = append(c.Rules, rule)
		c.Assignments = append(c.Assignments, &validation.Assignment{ID: "asgm_" + rule.ID, RuleID: rule.ID, RelatedObjectID: id, RelatedObjectType: validation.OnPromotionTier})
	}
	x.catalogue = NewCatalogue(c, validation.NewCompiler())
	return x
}

// condition is what a promotion wants, which the cart and the customer have or not. One that wants nothing fits; among those
// that are not to fit it wants a product and an amount.
func condition(random *rand.Rand, i int, fits bool, cart int64) string {
	other := func(fitting, others int) int { // a number below fitting, or one of the others
		if fits {
			return random.IntN(fitting)
		}
		return fitting + random.IntN(others)
	}
	switch kind := i % 20; {
	case kind < 4:
		return fmt.Sprintf(`{"name":"order.items.any","conditions":{"$is":[{"object":"product","id":"prod_%d"}]}}`, other(20, 10_000))
	case kind < 8:
		return fmt.Sprintf(`{"name":"order.items.any","conditions":{"$is":[{"object":"products_collection","id":"pc_%d"}]}}`, other(1, 99))
	case kind < 12:
		return fmt.Sprintf(`{"name":"customer.segment","conditions":{"$is":["seg_%d"]}}`, other(1, 99))
	case kind < 15:
		return fmt.Sprintf(`{"name":"customer.metadata","property":"%s","conditions":{"$is":["%[1]s %[2]d"]}}`, []string{"city", "tier"}[i%2], other(1, 999))
	case kind < 18 && fits:
		return fmt.Sprintf(`{"name":"order.amount","conditions":{"$more_than_or_equal":[%d]}}`, 1+random.Int64N(cart))
	case kind < 18:
		return fmt.Sprintf(`{"name":"order.amount","conditions":{"$more_than":[%d]}}`, cart+random.Int64N(9*cart))
	case kind == 18:
		return fmt.Sprintf(`{"name":"order.items.count","conditions":{"$more_than_or_equal":[%d]}}`, 1+other(40, 1000))
	case fits:
		return ""
	}
	return fmt.Sprintf(`{"name":"order.items.any","conditions":{"$is":[{"object":"product","id":"prod_%d"}]},"rules":{"1":{"name":"order.items.aggregated_quantity","conditions":{"$more_than":[3]}},"logic":"1"}}`, other(20, 10_000))
}

// ask is a whole qualification.
func (x *bazaar) ask(b *testing.B, find finder) {
	x.catalogue.offersFor(0) // is made once
	b.ReportAllocs()
	for b.Loop() {
		if answer := x.answer(b, find); len(answer.Redeemables) != min(DefaultQualified, x.matches) {
			b.Fatalf("%d offers", len(answer.Redeemables))
		}
	}
}

func (x *bazaar) answer(tb testing.TB, find finder) *Qualification {
	tb.Helper()
	s, r := x.snapshot, x.request
	c, err := newCandidacy(x.catalogue, &s, &r, find)
	if err != nil {
		tb.Fatal(err)
	}
	c.Codes()
	if keys := c.Counters(); len(keys) > 0 {
		tb.Fatal("counters", keys)
	}
	return c.Qualify()
}

// TestTheBenchmarkHasTheMatchesThatItSays holds the benchmark to its words.
func TestTheBenchmarkHasTheMatchesThatItSays(t *testing.T) {
	t.Parallel()
	for _, n := range []int{10, 1000, 3000} {
		x := newBazaar(t, n)
		x.request.Options.Limit = MaxQualified
		for name, find := range map[string]finder{"index": (*offerIndex).search, "linear": (*offerIndex).all} {
			if answer := x.answer(t, find); len(answer.Redeemables) != x.matches || answer.HasMore {
				t.Errorf("%s: %d of %d promotions fit, want %d", name, len(answer.Redeemables), n, x.matches)
			}
		}
	}
}
