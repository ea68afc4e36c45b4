package access_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/access"
	"github.com/voucherify-go/voucherify/internal/contract"
)

// What a campaign or a caller can be assigned to: areas A and B, with stores a1, a2 and b1.
var (
	areaA   = access.Assignment{AreaID: "A"}
	areaB   = access.Assignment{AreaID: "B"}
	storesA = access.Assignment{AreaID: "A", AllStores: true}
	storesB = access.Assignment{AreaID: "B", AllStores: true}
	a1      = access.Assignment{AreaID: "A", StoreID: "a1"}
	a2      = access.Assignment{AreaID: "A", StoreID: "a2"}
	b1      = access.Assignment{AreaID: "B", StoreID: "b1"}
)

func TestWhoMayUseAndWhoMayEdit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name             string
		caller, campaign access.Assignments
		overlaps, covers bool
	}{
		{"an area has itself", access.Assignments{areaA}, access.Assignments{areaA}, true, true},
		{"an area does not have another", access.Assignments{areaA}, access.Assignments{areaB}, false, false},
		{"an area does not have all of its stores", access.Assignments{areaA}, access.Assignments{storesA}, false, false},
		{"an area does not have one of its stores", access.Assignments{areaA}, access.Assignments{a1}, false, false},
		{"all stores do not have their area", access.Assignments{storesA}, access.Assignments{areaA}, false, false},
		{"all stores have all stores", access.Assignments{storesA}, access.Assignments{storesA}, true, true},
		{"all stores have one of them", access.Assignments{storesA}, access.Assignments{a1}, true, true},
		{"all stores do not have all stores of another area", access.Assignments{storesA}, access.Assignments{storesB}, false, false},
		{"all stores do not have a store of another area", access.Assignments{storesA}, access.Assignments{b1}, false, false},
		{"a store has itself", access.Assignments{a1}, access.Assignments{a1}, true, true},
		{"a store does not have its neighbour", access.Assignments{a1}, access.Assignments{a2}, false, false},
		{"a store does not have its area", access.Assignments{a1}, access.Assignments{areaA}, false, false},
		{"a store uses what all stores of its area have, and does not edit it", access.Assignments{a1}, access.Assignments{storesA}, true, false},
		{"a store does not use what all stores of another area have", access.Assignments{b1}, access.Assignments{storesA}, false, false},
		{"one overlap is enough to use, not to edit", access.Assignments{a1}, access.Assignments{areaB, a1}, true, false},
		{"several assignments cover together", access.Assignments{areaB, storesA}, access.Assignments{a2, areaB, a1}, true, true},
		{"a campaign without an assignment is for nobody", access.Assignments{areaA, storesA, a1}, nil, false, false},
		{"a caller without an assignment has nothing", nil, access.Assignments{areaA, storesA, a1}, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.caller.Overlaps(tt.campaign); got != tt.overlaps {
				t.Errorf("overlaps: %t", got)
			}
			if got := tt.caller.Covers(tt.campaign); got != tt.covers {
				t.Errorf("covers: %t", got)
			}
			if got := (&access.Scope{Assignments: tt.caller}).Sees(tt.campaign); got != tt.overlaps {
				t.Errorf("sees: %t", got)
			}
			if !(*access.Scope)(nil).Sees(tt.campaign) {
				t.Error("an unrestricted caller does not see it")
			}
		})
	}
}

func TestTheAreaOfAStoreIsNotWhatTheCallerSays(t *testing.T) {
	t.Parallel()
	sent := access.Assignments{{StoreID: "a1"}, {AreaID: "A", StoreID: "b1"}, {AreaID: "A", StoreID: "gone"}, areaA, storesB}
	before := append(access.Assignments{}, sent...)
	got := (&access.Scope{Assignments: sent}).In(map[string]string{"a1": "A", "a2": "A", "b1": "B"})
	want := &access.Scope{Assignments: access.Assignments{a1, b1, {StoreID: "gone"}, areaA, storesB}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, sent); diff != "" {
		t.Errorf("the scope of the caller was changed (-before +after):\n%s", diff)
	}
	if got := (*access.Scope)(nil).In(nil); got != nil {
		t.Errorf("an unrestricted caller is restricted to %v", got)
	}
}

func TestWhatSaysNothingIsRefused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", access.MaxName+1)
	scope := func(list ...access.Assignment) error { return (&access.Scope{Assignments: list}).Check() }
	many := make(access.Assignments, access.MaxAssignments+1)
	for i := range many {
		many[i].AreaID = strings.Repeat("x", i+1)
	}
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"an area without a name":                {access.Area{}.Check(), "invalid_payload name"},
		"an area with a long name":              {access.Area{Name: long}.Check(), "invalid_payload name"},
		"an area":                               {access.Area{Name: long[1:]}.Check(), ""},
		"a store without a name":                {access.Store{AreaID: "A"}.Check(), "invalid_payload name"},
		"a store with a long name":              {access.Store{AreaID: "A", Name: long}.Check(), "invalid_payload name"},
		"a store":                               {access.Store{AreaID: "A", Name: "s"}.Check(), ""},
		"no scope":                              {(*access.Scope)(nil).Check(), ""},
		"a scope without assignments":           {scope(), ""},
		"one of each":                           {scope(areaA, storesA, a1, access.Assignment{StoreID: "a2"}), ""},
		"an assignment to nothing":              {scope(areaA, access.Assignment{}), "invalid_payload assignments[1]"},
		"all stores of nothing":                 {scope(access.Assignment{AllStores: true}), "invalid_payload assignments[0]"},
		"all stores and one":                    {scope(access.Assignment{AreaID: "A", AllStores: true, StoreID: "a1"}), "invalid_payload assignments[0].all_stores"},
		"the same twice":                        {scope(areaA, storesA, areaA), "invalid_payload assignments[2]"},
		"the same store with and without area":  {scope(a1, access.Assignment{StoreID: "a1"}), "invalid_payload assignments[1]"},
		"as many assignments as are allowed":    {scope(many[1:]...), ""},
		"one assignment more than are allowed":  {scope(many...), "invalid_payload assignments"},
		"a list that is not about a field yet":  {many.Check(), "invalid_payload "},
		"the second of a list, by its position": {access.Assignments{areaA, {}}.Check(), "invalid_payload [1]"},
	} {
		if got := contract.Refusal(tt.err); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}

func TestAFullDocumentSurvives(t *testing.T) {
	t.Parallel()
	contract.Keeps[access.Area](t, `{"id": "ar_1", "name": "West", "created_at": "2026-03-01T12:00:00Z", "updated_at": "2026-03-02T12:00:00Z", "version": 2}`)
	contract.Keeps[access.Store](t, `{
		"id": "ars_1", "area_id": "ar_1", "name": "Lyon", "created_at": "2026-03-01T12:00:00Z", "updated_at": "2026-03-02T12:00:00Z", "version": 2
	}`)
	contract.Keeps[access.Assignment](t, `{"area_id": "ar_1", "all_stores": true, "area_store_id": "ars_1"}`)
	contract.Keeps[access.Scope](t, `{"assignments": [{"area_id": "ar_1"}, {"area_store_id": "ars_1"}]}`)
}

func TestAbsentFieldsStayAbsent(t *testing.T) {
	t.Parallel()
	for _, document := range []string{`{}`, `{"object": "area", "id": null, "area_id": null, "assignments": null, "updated_at": null}`} {
		contract.Writes(t, contract.Read[access.Area](t, document, false), `{"name": ""}`)
		contract.Writes(t, contract.Read[access.Store](t, document, false), `{"area_id": "", "name": ""}`)
		contract.Writes(t, contract.Read[access.Assignment](t, document, false), `{}`)
	}
}
