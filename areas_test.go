package voucherify_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/access"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// chain is a shop with two areas: West with Lyon and Nantes, East with Metz.
type chain struct {
	*shop
	west, east         access.Area
	lyon, nantes, metz access.Store
}

func newChain(t *testing.T) *chain {
	t.Helper()
	c := &chain{shop: newShop(t)}
	c.west, c.east = c.area("West"), c.area("East")
	c.lyon, c.nantes, c.metz = c.storeOf(c.west, "Lyon"), c.storeOf(c.west, "Nantes"), c.storeOf(c.east, "Metz")
	return c
}

func (s *shop) area(name string) access.Area {
	s.t.Helper()
	a, err := s.Areas.Create(background, access.Area{Name: name})
	s.must(err)
	return a
}

func (s *shop) storeOf(a access.Area, name string) access.Store {
	s.t.Helper()
	x, err := s.Areas.CreateStore(background, access.Store{AreaID: a.ID, Name: name})
	s.must(err)
	return x
}

// assigned makes a coupon campaign with one code of the same name.
func (c *chain) assigned(code string, to ...access.Assignment) campaign.Campaign {
	c.t.Helper()
	camp, err := c.Campaigns.Create(background, coupons(code, func(x *campaign.Campaign) {
		x.Type, x.Voucher.Code, x.AccessSettingsAssignments = campaign.Standalone, code, to
	}))
	c.must(err)
	return camp
}

// deal makes a promotion with a tier and a stack of it.
func (c *chain) deal(name string, to ...access.Assignment) (promotion.Tier, promotion.Stack) {
	c.t.Helper()
	camp, err := c.Campaigns.Create(background, campaign.Campaign{Name: name, CampaignType: campaign.Promotion, AccessSettingsAssignments: to})
	c.must(err)
	tier, err := c.Promotions.CreateTier(background, promotion.Tier{CampaignID: camp.ID, Name: name, Action: promotion.Action{Discount: &off100}})
	c.must(err)
	stack, err := c.Promotions.CreateStack(background, promotion.Stack{CampaignID: camp.ID, Name: name, Tiers: promotion.StackTiers{IDs: []string{tier.ID}}})
	c.must(err)
	return tier, stack
}

func allOf(a access.Area) access.Assignment  { return access.Assignment{AreaID: a.ID, AllStores: true} }
func only(s access.Store) access.Assignment  { return access.Assignment{StoreID: s.ID} }
func inArea(a access.Area) access.Assignment { return access.Assignment{AreaID: a.ID} }

func scopeOf(list ...access.Assignment) *access.Scope { return &access.Scope{Assignments: list} }

func TestARestrictedCallerUsesWhatOverlaps(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.assigned("AREA", inArea(c.west))
	c.assigned("STORES", allOf(c.west))
	c.assigned("LYON", only(c.lyon))
	c.assigned("METZ", only(c.metz), inArea(c.east))
	c.assigned("NOWHERE")
	c.coupon("ALONE", off100, 0)
	codes := []string{"AREA", "STORES", "LYON", "METZ", "NOWHERE", "ALONE"}
	for _, tt := range []struct {
		name  string
		scope *access.Scope
		want  []string
	}{
		{"an unrestricted caller uses everything", nil, codes},
		{"a caller without assignments uses nothing", scopeOf(), nil},
		{"an area is not its stores", scopeOf(inArea(c.west)), []string{"AREA"}},
		{"all stores have each of them", scopeOf(allOf(c.west)), []string{"STORES", "LYON"}},
		{"a store has what all stores have", scopeOf(only(c.lyon)), []string{"STORES", "LYON"}},
		{"its neighbour too", scopeOf(only(c.nantes)), []string{"STORES"}},
		{"a store of another area has its own", scopeOf(only(c.metz)), []string{"METZ"}},
		{"a store is in its area, whatever the scope says", scopeOf(access.Assignment{AreaID: c.west.ID, StoreID: c.metz.ID}), []string{"METZ"}},
		{"several assignments add up", scopeOf(inArea(c.west), inArea(c.east)), []string{"AREA", "METZ"}},
		{"a store that does not exist has nothing", scopeOf(access.Assignment{AreaID: c.west.ID, StoreID: "ars_0"}), nil},
	} {
		var validated, redeemed []string
		for _, code := range codes {
			r := redemption.Request{Redeemables: redemption.Codes(code), Order: &order.Order{Amount: 1000}, AccessScope: tt.scope}
			answer, err := c.Validate(background, r)
			c.must(err)
			if answer.Valid {
				validated = append(validated, code)
			} else {
				hidden(t, tt.name, code, answer)
			}
			switch _, err := c.Redeem(background, r); {
			case err == nil:
				redeemed = append(redeemed, code)
			case !errors.Is(err, fault.Forbidden):
				t.Errorf("%s: redeem %s: %v", tt.name, code, err)
			}
		}
		qualified, err := c.Qualify(background, redemption.QualificationRequest{
			Order: &order.Order{Amount: 1000}, Scenario: redemption.ScenarioAll, AccessScope: tt.scope,
			Options: redemption.QualificationOptions{Limit: redemption.MaxQualified},
		})
		c.must(err)
		var offered []string
		for _, q := range qualified.Redeemables {
			offered = append(offered, q.ID)
		}
		want := slices.Sorted(slices.Values(tt.want))
		for verb, got := range map[string][]string{"validate": validated, "redeem": redeemed, "qualify": offered} {
			if diff := cmp.Diff(want, slices.Sorted(slices.Values(got))); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", tt.name, verb, diff)
			}
		}
	}
}

// hidden expects an answer that says that a code is forbidden, and nothing about it.
func hidden(t *testing.T, name, code string, answer *redemption.Validation) {
	t.Helper()
	refusal := fault.New(fault.Forbidden, "voucher with id %s is not accessible in given context", code)
	if refusal.Code != 403 {
		t.Errorf("forbidden has code %d", refusal.Code)
	}
	want := []redemption.Applied{{
		Status: redemption.Inapplicable, ID: code, Object: redemption.Voucher,
		Result: redemption.Details{Error: refusal, Details: answer.Redeemables[0].Result.Details},
	}}
	if diff := cmp.Diff(want, answer.Redeemables); diff != "" {
		t.Errorf("%s: %s (-want +got):\n%s", name, code, diff)
	}
	steps := []redemption.Step{{Subject: code, Check: redemption.CheckAccess, Outcome: redemption.Denied, Reason: fault.Forbidden}}
	if diff := cmp.Diff(steps, answer.Decision.Steps); diff != "" {
		t.Errorf("%s: %s steps (-want +got):\n%s", name, code, diff)
	}
}

func TestARestrictedCallerUsesTiersAndStacksThatOverlap(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	own, ownStack := c.deal("own", only(c.lyon))
	other, otherStack := c.deal("other", allOf(c.east))
	scope, cart := scopeOf(only(c.lyon)), &order.Order{Amount: 1000}
	validate := func(list []redemption.Redeemable) error {
		answer, err := c.Validate(background, redemption.Request{Redeemables: list, Order: cart, AccessScope: scope})
		if err != nil || answer.Valid {
			return err
		}
		return answer.Redeemables[0].Result.Error
	}
	c.must(validate(redemption.Tiers(own.ID)))
	c.must(validate(redemption.Stack(ownStack.ID)))
	if err := validate(redemption.Tiers(other.ID)); !errors.Is(err, fault.Forbidden) {
		t.Errorf("the tier of another store: %v", err)
	}
	refusedAt(t, validate(redemption.Stack(otherStack.ID)), fault.Forbidden, "redeemables[0].id")
	_, err := c.Redeem(background, redemption.Request{Redeemables: redemption.Stack(otherStack.ID), Order: cart, AccessScope: scope})
	refusedAt(t, err, fault.Forbidden, "redeemables[0].id")
	for scenario, want := range map[redemption.Scenario][]string{
		redemption.ScenarioAll: {own.ID}, redemption.ScenarioPromotionStacks: {ownStack.ID},
	} {
		answer, err := c.Qualify(background, redemption.QualificationRequest{Order: cart, Scenario: scenario, AccessScope: scope})
		c.must(err)
		var got []string
		for _, q := range answer.Redeemables {
			got = append(got, q.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", scenario, diff)
		}
	}
}

func TestWhatIsAssignedLaterCountsAtOnce(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	camp := c.assigned("CODE", allOf(c.west))
	request := redemption.Request{Redeemables: redemption.Codes("CODE"), AccessScope: scopeOf(only(c.metz))}
	valid := func() bool {
		answer, err := c.Validate(background, request)
		c.must(err)
		return answer.Valid
	}
	if valid() {
		t.Error("a store of another area uses it")
	}
	request.AccessScope = scopeOf(only(c.storeOf(c.west, "Rennes")))
	if !valid() {
		t.Error("a store that was opened later is not one of all stores")
	}
	camp.AccessSettingsAssignments = access.Assignments{only(c.nantes)}
	camp, err := c.Campaigns.Update(background, camp)
	c.must(err)
	want := access.Assignments{{AreaID: c.west.ID, StoreID: c.nantes.ID}}
	if diff := cmp.Diff(want, camp.AccessSettingsAssignments); diff != "" {
		t.Errorf("assignments (-want +got):\n%s", diff)
	}
	if valid() {
		t.Error("the campaign was taken from the store and can be used there")
	}
}

func TestTheAnswerOfAKeyIsForItsScope(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.assigned("CODE", allOf(c.west))
	r := redemption.Request{IdempotencyKey: "k", Redeemables: redemption.Codes("CODE"), AccessScope: scopeOf(only(c.lyon))}
	first, err := c.Redeem(background, r)
	c.must(err)
	again, err := c.Redeem(background, r)
	c.must(err)
	if diff := cmp.Diff(first.ID(), again.ID()); diff != "" {
		t.Errorf("the answer to the same caller (-first +again):\n%s", diff)
	}
	for _, other := range []*access.Scope{nil, scopeOf(), scopeOf(only(c.metz))} {
		r.AccessScope = other
		if _, err := c.Redeem(background, r); !errors.Is(err, fault.DuplicateResourceKey) {
			t.Errorf("scope %v: %v", other, err)
		}
	}
}

func TestBadScopesAreRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	bad := scopeOf(access.Assignment{})
	_, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes("X"), AccessScope: bad})
	refusedAt(t, err, fault.InvalidPayload, "access_scope.assignments[0]")
	_, err = s.Qualify(background, redemption.QualificationRequest{AccessScope: bad})
	refusedAt(t, err, fault.InvalidPayload, "access_scope.assignments[0]")
}

func TestAreasAndStoresAreEdited(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.now.Store(60)
	later := noon.Add(60e9)
	area, err := c.Areas.Update(background, access.Area{ID: c.west.ID, Name: "Far West", Version: 1})
	c.must(err)
	want := access.Area{ID: c.west.ID, Name: "Far West", CreatedAt: noon, UpdatedAt: &later, Version: 2}
	shop, err := c.Areas.UpdateStore(background, access.Store{ID: c.lyon.ID, Name: "Lyon II", Version: 1})
	c.must(err)
	wantStore := access.Store{ID: c.lyon.ID, AreaID: c.west.ID, Name: "Lyon II", CreatedAt: noon, UpdatedAt: &later, Version: 2}
	stored, err := c.Areas.Get(background, c.west.ID)
	c.must(err)
	storedStore, err := c.Areas.GetStore(background, c.lyon.ID)
	c.must(err)
	if diff := cmp.Diff([]any{want, want, wantStore, wantStore}, []any{area, stored, shop, storedStore}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := c.Areas.Update(background, access.Area{ID: c.west.ID, Name: "W", Version: 1}); !errors.Is(err, store.ErrStale) {
		t.Errorf("an area that was changed since: %v", err)
	}
	if _, err := c.Areas.UpdateStore(background, access.Store{ID: c.lyon.ID, Name: "L", Version: 1}); !errors.Is(err, store.ErrStale) {
		t.Errorf("a store that was changed since: %v", err)
	}
	var names []string
	for x, err := range c.Areas.ListStores(background, voucherify.ListOptions{Parent: c.west.ID, OldestFirst: true}) {
		c.must(err)
		names = append(names, x.Name)
	}
	if diff := cmp.Diff([]string{"Lyon II", "Nantes"}, names); diff != "" {
		t.Errorf("the stores of West (-want +got):\n%s", diff)
	}
}

func TestAreasAndStoresInUseCannotBeDeleted(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	camp := c.assigned("CODE", only(c.lyon))
	south := c.area("South")
	southern := c.assigned("SOUTH", allOf(south))
	for _, tt := range []struct {
		name    string
		err     error
		related string
		ids     []string
	}{
		{"an area with stores", c.Areas.Delete(background, c.west.ID), "area_store", []string{c.lyon.ID, c.nantes.ID}},
		{"an area of a campaign", c.Areas.Delete(background, south.ID), "campaign", []string{southern.ID}},
		{"a store of a campaign", c.Areas.DeleteStore(background, c.lyon.ID), "campaign", []string{camp.ID}},
	} {
		var got *fault.Error
		if !errors.As(tt.err, &got) || got.Key != fault.ResourceInUse {
			t.Errorf("%s: %v", tt.name, tt.err)
			continue
		}
		if diff := cmp.Diff(tt.related+fmt.Sprint(tt.ids), got.RelatedObjectType+fmt.Sprint(got.RelatedObjectIDs)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	c.must(c.Campaigns.Delete(background, camp.ID, false))
	for _, x := range []access.Store{c.lyon, c.nantes} {
		c.must(c.Areas.DeleteStore(background, x.ID))
	}
	c.must(c.Areas.Delete(background, c.west.ID))
	if _, err := c.Areas.Get(background, c.west.ID); !errors.Is(err, fault.NotFound) {
		t.Errorf("the deleted area: %v", err)
	}
}

func TestBadAreasStoresAndAssignmentsAreRefused(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	camp := c.assigned("CODE", only(c.lyon))
	assign := func(list ...access.Assignment) error {
		sent := camp
		sent.AccessSettingsAssignments = list
		_, err := c.Campaigns.Update(background, sent)
		created := sent
		created.ID, created.Name = "", "another"
		_, other := c.Campaigns.Create(background, created)
		if diff := cmp.Diff(placeOf(t, err), placeOf(t, other)); diff != "" {
			t.Errorf("Update and Create disagree (-update +create):\n%s", diff)
		}
		return err
	}
	for name, tt := range map[string]struct {
		err  error
		want place
	}{
		"an area without a name":            {second(c.Areas.Create(background, access.Area{})), place{fault.InvalidPayload, "name"}},
		"an area that loses its name":       {second(c.Areas.Update(background, access.Area{ID: c.west.ID})), place{fault.InvalidPayload, "name"}},
		"a store without a name":            {second(c.Areas.CreateStore(background, access.Store{AreaID: c.west.ID})), place{fault.InvalidPayload, "name"}},
		"a store without an area":           {second(c.Areas.CreateStore(background, access.Store{Name: "x"})), place{fault.InvalidPayload, "area_id"}},
		"a store of an unknown area":        {second(c.Areas.CreateStore(background, access.Store{Name: "x", AreaID: "ar_0"})), place{fault.NotFound, "area_id"}},
		"a store that loses its name":       {second(c.Areas.UpdateStore(background, access.Store{ID: c.lyon.ID})), place{fault.InvalidPayload, "name"}},
		"a store that moves":                {second(c.Areas.UpdateStore(background, access.Store{ID: c.lyon.ID, Name: "x", AreaID: c.east.ID})), place{fault.InvalidPayload, "area_id"}},
		"an assignment to nothing":          {assign(inArea(c.west), access.Assignment{}), place{fault.InvalidPayload, "access_settings_assignments[1]"}},
		"an assignment to an unknown area":  {assign(access.Assignment{AreaID: "ar_0"}), place{fault.NotFound, "access_settings_assignments[0].area_id"}},
		"to all stores of an unknown area":  {assign(access.Assignment{AreaID: "ar_0", AllStores: true}), place{fault.NotFound, "access_settings_assignments[0].area_id"}},
		"an assignment to an unknown store": {assign(inArea(c.west), access.Assignment{StoreID: "ars_0"}), place{fault.NotFound, "access_settings_assignments[1].area_store_id"}},
		"to a store in another area": {assign(access.Assignment{AreaID: c.east.ID, StoreID: c.lyon.ID}),
			place{fault.InvalidPayload, "access_settings_assignments[0].area_id"}},
	} {
		if got := placeOf(t, tt.err); got != tt.want {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}

func TestThereAreAsManyAreasAndStoresAsVoucherifyHas(t *testing.T) {
	t.Parallel()
	c := newChain(t) // two areas, one of them with one store
	for i := range access.MaxAreas - 2 {
		c.area(fmt.Sprint(i))
	}
	_, err := c.Areas.Create(background, access.Area{Name: "one too many"})
	refusedAt(t, err, fault.InvalidPayload, "")
	for i := range access.MaxStores - 1 {
		c.storeOf(c.east, fmt.Sprint(i))
	}
	_, err = c.Areas.CreateStore(background, access.Store{AreaID: c.east.ID, Name: "one too many"})
	refusedAt(t, err, fault.InvalidPayload, "")
	c.storeOf(c.west, "another area has room")
}
