package redemption

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// TestTheIndexFindsWhatLookingAtEveryOfferFinds compares the answers of all scenarios with those of a qualification that
// evaluates every offer of the catalogue. A fair with an answer of 50 has fewer offers than are looked at as near misses.
func TestTheIndexFindsWhatLookingAtEveryOfferFinds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := drawFair(t)
		for _, scenario := range slices.Sorted(maps.Keys(scenarios)) {
			for _, strict := range []bool{false, true} {
				r := x.request
				r.Scenario, r.Options = scenario, QualificationOptions{Strict: strict, Limit: MaxQualified}
				r.Options.Sorting = rapid.SampledFrom([]Sorting{NewestFirst, BestDeal, LeastDeal}).Draw(t, "sorting")
				want := x.candidacy(t, r, (*offerIndex).all).Qualify()
				got := x.candidacy(t, r, (*offerIndex).search).Qualify()
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("%s, strict %v, %s (-all +index):\n%s", scenario, strict, r.Options.Sorting, diff)
				}
			}
		}
	})
}

// TestPagesAreTheWholeListCutIntoPieces walks through an answer, of which many have been created at the same instant.
func TestPagesAreTheWholeListCutIntoPieces(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := drawFair(t)
		r := x.request
		r.Scenario = rapid.SampledFrom(slices.Sorted(maps.Keys(scenarios))).Draw(t, "scenario")
		r.Options.Limit = MaxQualified
		whole := x.candidacy(t, r, (*offerIndex).search).Qualify()
		if whole.HasMore {
			t.Skip("more than a page")
		}
		pages := []Qualified{}
		for r.Options.Limit = rapid.IntRange(1, 3).Draw(t, "limit"); ; {
			page := x.candidacy(t, r, (*offerIndex).search).Qualify()
			pages = append(pages, page.Redeemables...)
			if len(pages) > len(whole.Redeemables) || page.HasMore != (page.MoreStartingAfter != "") {
				t.Fatalf("page %+v behind %d of %d", page, len(pages), len(whole.Redeemables))
			}
			if !page.HasMore {
				break
			}
			r.Options.StartingAfter = page.MoreStartingAfter
		}
		if diff := cmp.Diff(whole.Redeemables, pages); diff != "" {
			t.Fatalf("pages (-whole +pages):\n%s", diff)
		}
	})
}

// TestAStrictQualificationOffersWhatAValidateAccepts validates every tier, code and stack of a fair alone.
func TestAStrictQualificationOffersWhatAValidateAccepts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := drawFair(t)
		r := x.request
		var named []Redeemable
		for _, scenario := range []Scenario{ScenarioAll, ScenarioPromotionStacks} {
			r.Scenario, r.Options = scenario, QualificationOptions{Strict: true, Limit: MaxQualified, Sorting: BestDeal}
			answer := x.candidacy(t, r, (*offerIndex).search).Qualify()
			if answer.HasMore {
				t.Skip("more than a page")
			}
			for _, q := range answer.Redeemables {
				named = append(named, Redeemable{Object: q.Object, ID: q.ID})
				got := x.validate(t, named[len(named)-1])
				if !got.Valid {
					t.Fatalf("%s is offered; validate: %+v", q.ID, got.Decision)
				}
				if diff := cmp.Diff(got.Order, q.Order); diff != "" {
					t.Fatalf("order of %s (-validate +qualify):\n%s", q.ID, diff)
				}
			}
		}
		for _, one := range x.everything() {
			// A stack is valid without the tiers that have no effect, but it is not offered.
			if got := x.validate(t, one); got.Valid && len(got.SkippedRedeemables) == 0 && !slices.Contains(named, one) {
				t.Fatalf("%s %s is valid and not offered", one.Object, one.ID)
			}
		}
	})
}

// everything names what the customer of a fair may use.
func (x *fair) everything() []Redeemable {
	var list []Redeemable
	for _, tier := range x.configuration.Tiers {
		list = append(list, Tiers(tier.ID)...)
	}
	for _, stack := range x.configuration.Stacks {
		list = append(list, Stack(stack.ID)...)
	}
	for _, v := range x.vouchers() {
		list = append(list, Codes(v.Code)...)
	}
	return list
}

func (x *fair) vouchers() []*voucher.Voucher {
	list := slices.Clone(x.standalone)
	if x.snapshot.Customer != nil {
		list = append(list, x.held...)
	}
	return slices.AppendSeq(list, maps.Values(x.coded))
}

// validate is the way of an engine to the answer of a validate.
func (x *fair) validate(t *rapid.T, one Redeemable) *Validation {
	r := x.request.request()
	r.Redeemables = []Redeemable{one}
	needs, err := NeedsOf(r, x.catalogue, fairNow)
	if err != nil {
		t.Fatal(err)
	}
	s := x.snapshot
	s.Vouchers, s.Holders = map[string]*voucher.Voucher{}, map[string]bool{}
	for _, v := range x.vouchers() {
		s.Vouchers[x.catalogue.caseMode.Key(v.Code)] = v
		s.Holders[v.ID] = slices.Contains(x.held, v)
	}
	s.Counters = counted(needs.Keys(s.Vouchers, customerOf(&s), ""))
	for key, value := range counted(MoreNeeds(r, x.catalogue, &s).Counters) {
		s.Counters[key] = value
	}
	calculation, err := Calculate(x.catalogue, &s, r)
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", one.ID, err))
	}
	return calculation.Validation
}

// TestTheNearestAmountsAreLookedAtAsNearMisses has many more tiers than are looked at, each from another amount on.
func TestTheNearestAmountsAreLookedAtAsNearMisses(t *testing.T) {
	t.Parallel()
	var c Configuration
	for i := range 1000 {
		rule := &validation.Rule{ID: fmt.Sprint("val_", i), Name: "r", Rules: validation.Group{Nodes: map[string]validation.Node{
			"1": {Name: "order.amount", Conditions: validation.Conditions{"$more_than_or_equal": {10 * (i + 1)}}},
		}}}
		c.Rules = append(c.Rules, rule)
		c.Tiers = append(c.Tiers, &promotion.Tier{ID: fmt.Sprint("promo_", i), Active: true})
		c.Assignments = append(c.Assignments, &validation.Assignment{ID: rule.ID, RuleID: rule.ID, RelatedObjectType: validation.OnPromotionTier, RelatedObjectID: fmt.Sprint("promo_", i)})
	}
	x := NewCatalogue(c, fairCompiler)
	for _, tt := range []struct{ limit, looked int }{{0, 40}, {20, 80}, {50, 200}} {
		r := QualificationRequest{Order: &order.Order{Amount: 5000}, Options: QualificationOptions{Strict: true, Limit: tt.limit}}
		candidacy, err := NewCandidacy(x, &Snapshot{Now: fairNow}, &r)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := len(candidacy.offers), 500+tt.looked; got != want {
			t.Errorf("limit %d: %d offers are looked at, want %d", tt.limit, got, want)
		}
		answer := candidacy.Qualify()
		if len(answer.NearMisses) != r.Options.limit() {
			t.Fatalf("limit %d: %d near misses", tt.limit, len(answer.NearMisses))
		}
		for i, near := range answer.NearMisses {
			if want := int64(10 * (i + 1)); *near.Step.Missing != want || near.ID != fmt.Sprint("promo_", 500+i) {
				t.Errorf("limit %d: near miss %d is %s with %d missing, want %d", tt.limit, i, near.ID, *near.Step.Missing, want)
			}
		}
	}
}
