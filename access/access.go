// Package access owns areas and stores: where campaigns are at home, and which of them a restricted caller may see, use and
// edit. (Voucherify: Areas and Stores.)
//
// It refuses to know who calls: hosts keep users, keys and roles, and hand over what is assigned to them as a Scope. Places
// on the map are package location.
package access

import (
	"slices"
	"strconv"
	"time"

	"github.com/voucherify-go/voucherify/fault"
)

// The bounds of areas and stores.
const (
	MaxName        = 255 // bytes of a name
	MaxAreas       = 100 // areas of a project
	MaxStores      = 100 // stores of an area
	MaxAssignments = 100 // assignments of a campaign, or of a scope
)

// Area is a region, a brand or a market that groups stores.
type Area struct {
	ID        string     `json:"id,omitempty"`
	Name      string     `json:"name"`
	CreatedAt time.Time  `json:"created_at,omitzero"`
	UpdatedAt *time.Time `json:"updated_at,omitempty"`
	// Version counts the writes; send back the version that was read to refuse a lost update.
	Version int64 `json:"version,omitempty"`
}

// Check reports the first thing that is wrong with an area that is about to be stored.
func (a Area) Check() error { return checkName(a.Name) }

// Store is a shop of an area, or whatever the host takes for one.
type Store struct {
	ID string `json:"id,omitempty"`
	// AreaID is the area of the store. It is fixed.
	AreaID    string     `json:"area_id"`
	Name      string     `json:"name"`
	CreatedAt time.Time  `json:"created_at,omitzero"`
	UpdatedAt *time.Time `json:"updated_at,omitempty"`
	Version   int64      `json:"version,omitempty"`
}

// Check reports the first thing that is wrong with a store that is about to be stored. That the area exists is looked up by
// the engine.
func (s Store) Check() error { return checkName(s.Name) }

func checkName(name string) error {
	switch {
	case name == "":
		return fault.Invalid("name", "is required")
	case len(name) > MaxName:
		return fault.Invalid("name", "is longer than %d bytes", MaxName)
	}
	return nil
}

// Assignment ties a campaign or a caller to one of three things, none of which implies another: to an area (AreaID alone), to
// all stores of an area, those of the future included (AreaID and AllStores), or to a single store (StoreID). (Voucherify: an
// area_store_campaign_assignment.)
type Assignment struct {
	// AreaID of a single store may be left out: the engine looks it up.
	AreaID    string `json:"area_id,omitempty"`
	AllStores bool   `json:"all_stores,omitempty"`
	StoreID   string `json:"area_store_id,omitempty"`
}

// repeats reports whether a says the same as b.
func (a Assignment) repeats(b Assignment) bool {
	return a == b || a.StoreID != "" && a.StoreID == b.StoreID
}

// covers reports whether whoever has a has b.
func (a Assignment) covers(b Assignment) bool {
	switch {
	case a.StoreID != "":
		return a.StoreID == b.StoreID
	case a.AllStores:
		return a.AreaID == b.AreaID && (b.AllStores || b.StoreID != "")
	}
	return a == b
}

// Assignments are what a campaign or a caller is assigned to. The areas of single stores must be filled in.
type Assignments []Assignment

// Check reports the first thing that is wrong with the assignments by themselves. That areas and stores exist is looked up by
// the engine.
func (list Assignments) Check() error {
	if len(list) > MaxAssignments {
		return fault.Invalid("", "has %d assignments, at most %d are allowed", len(list), MaxAssignments)
	}
	for i, a := range list {
		field := "[" + strconv.Itoa(i) + "]"
		switch {
		case a.AreaID == "" && a.StoreID == "":
			return fault.Invalid(field, "names neither an area nor a store")
		case a.AllStores && a.StoreID != "":
			return fault.Invalid(field+".all_stores", "does not go with a single store")
		case slices.ContainsFunc(list[:i], a.repeats):
			return fault.Invalid(field, "stands twice")
		}
	}
	return nil
}

// Covers reports whether each assignment of a campaign is covered by one of the caller's, who may then edit and delete it.
// A campaign without an assignment is covered by nobody.
func (list Assignments) Covers(campaign Assignments) bool {
	for _, b := range campaign {
		if !slices.ContainsFunc(list, func(a Assignment) bool { return a.covers(b) }) {
			return false
		}
	}
	return len(campaign) > 0
}

// Overlaps reports whether one assignment of a campaign covers one of the caller's or is covered by it. The caller may then
// see and use the campaign: a caller of a single store, also what is assigned to all stores of its area.
func (list Assignments) Overlaps(campaign Assignments) bool {
	for _, b := range campaign {
		if slices.ContainsFunc(list, func(a Assignment) bool { return a.covers(b) || b.covers(a) }) {
			return true
		}
	}
	return false
}

// Scope restricts a caller to the campaigns that overlap its assignments. A nil scope is that of an unrestricted caller; one
// without assignments sees nothing.
type Scope struct {
	Assignments Assignments `json:"assignments"`
}

// Check reports the first thing that is wrong with the scope by itself.
func (s *Scope) Check() error {
	if s == nil {
		return nil
	}
	if err := s.Assignments.Check(); err != nil {
		return fault.Within("assignments", err)
	}
	return nil
}

// In returns the scope with the areas of its single stores, which areaOf says by id: whatever the caller sent for them. A
// store that areaOf does not know is in no area.
func (s *Scope) In(areaOf map[string]string) *Scope {
	if s == nil {
		return nil
	}
	list := slices.Clone(s.Assignments)
	for i, a := range list {
		if a.StoreID != "" {
			list[i].AreaID = areaOf[a.StoreID]
		}
	}
	return &Scope{Assignments: list}
}

// Sees reports whether the caller may see and use a campaign with these assignments.
func (s *Scope) Sees(campaign Assignments) bool { return s == nil || s.Assignments.Overlaps(campaign) }
