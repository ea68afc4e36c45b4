package redemption

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/voucher"
)

// TestTheIndexFindsWhatLookingAtEveryOfferFinds compares the answers of all scenarios with those of a qualification that
// evaluates every offer of the catalogue. A fair has fewer offers than there may be near misses.
func TestTheIndexFindsWhatLookingAtEveryOfferFinds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := drawFair(t)
		for _, scenario := range slices.Sorted(maps.Keys(scenarios)) {
			for _, strict := range []bool{false, true} {
				r := x.request
				r.Scenario, r.Options = scenario, QualificationOptions{Strict: strict, Limit: rapid.SampledFrom([]int{1, 6, 50}).Draw(t, "limit")}
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
				named = append(named, Redeemable{q.Object, q.ID})
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
			if got := x.validate(t, one); got.Valid && !slices.Contains(named, one) {
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
