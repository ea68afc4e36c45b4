package memory

import (
	"maps"
	"slices"

	"github.com/tidwall/btree"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// state is everything that the store holds. A published state and everything that it points to is never changed, except
// that rows remember their decoded form.
type state struct {
	revision int64
	tables   map[record.Kind]*table
	counters *btree.BTreeG[*counter]
	outcomes *btree.BTreeG[*redemption.Outcome]
	// events is the outbox; an event's position is its index + 1. States share the array behind it: only the writer
	// appends, behind the length that any published state knows of.
	events []event.Event
}

func newState() *state {
	return &state{
		tables:   map[record.Kind]*table{},
		counters: newTree(counterLess),
		outcomes: newTree(outcomeLess),
	}
}

// fork returns a state that can be changed without changing s. Its tables are still those of s: a writer forks them one
// by one, see tx.table.
func (s *state) fork() *state {
	return &state{
		revision: s.revision,
		tables:   maps.Clone(s.tables),
		counters: forkTree(s.counters),
		outcomes: forkTree(s.outcomes),
		events:   s.events,
	}
}

// counter is one counter that is not 0. It is never changed; a new value is a new counter.
type counter struct {
	key   redemption.CounterKey
	value int64
}

// counterLess orders counters by subject first, because subjects differ most and the comparison ends soonest.
func counterLess(a, b *counter) bool {
	switch {
	case a.key.Subject != b.key.Subject:
		return a.key.Subject < b.key.Subject
	case a.key.Metric != b.key.Metric:
		return a.key.Metric < b.key.Metric
	case a.key.Customer != b.key.Customer:
		return a.key.Customer < b.key.Customer
	}
	return a.key.Detail < b.key.Detail
}

func outcomeLess(a, b *redemption.Outcome) bool {
	if a.Verb != b.Verb {
		return a.Verb < b.Verb
	}
	return a.Key < b.Key
}

// table is the records of one kind with the indexes that find them. A nil table is an empty one that cannot be changed.
type table struct {
	ids  *btree.Map[string, *row]
	keys *btree.Map[string, *row]
	// created is the order of lists, children the same for each parent. Records in the bin are in neither.
	created  *btree.BTreeG[*row]
	children *btree.BTreeG[*row]
}

// fork returns a table that can be changed without changing t.
func (t *table) fork() *table {
	if t == nil {
		return &table{
			ids: btree.NewMap[string, *row](degree), keys: btree.NewMap[string, *row](degree),
			created: newTree(creationLess), children: newTree(parentLess),
		}
	}
	return &table{
		ids: forkMap(t.ids), keys: forkMap(t.keys),
		created: forkTree(t.created), children: forkTree(t.children),
	}
}

// byID returns a record, also one in the bin, or nil.
func (t *table) byID(id string) *row {
	if t == nil {
		return nil
	}
	r, _ := t.ids.Get(id)
	return r
}

// byKey returns the record that has a key, also one in the bin, or nil.
func (t *table) byKey(key string) *row {
	if t == nil {
		return nil
	}
	r, _ := t.keys.Get(key)
	return r
}

// insert adds a record whose id and keys are free.
func (t *table) insert(r *row) {
	t.ids.Set(r.document.ID, r)
	for _, key := range r.document.Keys {
		t.keys.Set(key, r)
	}
	if r.document.Binned {
		return
	}
	t.created.Set(r)
	if r.document.Parent != "" {
		t.children.Set(r)
	}
}

// remove takes a record out of every index.
func (t *table) remove(r *row) {
	t.ids.Delete(r.document.ID)
	for _, key := range r.document.Keys {
		t.keys.Delete(key)
	}
	if r.document.Binned {
		return
	}
	t.created.Delete(r)
	if r.document.Parent != "" {
		t.children.Delete(r)
	}
}

// walk visits the records of a list in its order, without counting against the limit, until visit returns false.
func (t *table) walk(query store.Query, visit func(*row) bool) {
	if t == nil {
		return
	}
	index := t.created
	if query.Parent != "" {
		index = t.children
	}
	step := func(r *row) bool {
		if query.Parent != "" && r.document.Parent != query.Parent {
			return false
		}
		if query.After != nil && *store.CursorOf(r.document) == *query.After {
			return true
		}
		return visit(r)
	}
	start := startOf(query)
	switch {
	case start == nil && query.Descending:
		index.Reverse(step)
	case start == nil:
		index.Scan(step)
	case query.Descending:
		index.Descend(start, step)
	default:
		index.Ascend(start, step)
	}
}

// startOf returns the place in the index at which a list starts, nil for its very beginning.
func startOf(query store.Query) *row {
	switch {
	case query.After != nil:
		return rowAt(query.Parent, query.After.CreatedAtMicros, query.After.ID)
	case query.Parent == "":
		return nil
	case query.Descending:
		return rowAt(query.Parent+"\x00", earliest, "") // the first place behind all children of the parent
	default:
		return rowAt(query.Parent, earliest, "")
	}
}

// degree is half the number of items in a node of a tree. A smaller node is cheaper to copy when something in it changes,
// a larger one makes the tree less deep.
const degree = 16

func newTree[T any](less func(a, b T) bool) *btree.BTreeG[T] {
	return btree.NewBTreeGOptions(less, btree.Options{Degree: degree, NoLocks: true})
}

// forkTree returns a copy of a tree in constant time. Both share their nodes, and the copy replaces a shared node before
// it changes it. The tree itself must not be changed any more.
//
// Copy marks both of its trees as new owners of their future nodes, so it writes to the tree that it is called on. That
// would be a published one, which other goroutines read; a shallow copy takes its place.
func forkTree[T any](tree *btree.BTreeG[T]) *btree.BTreeG[T] {
	shell := *tree
	return shell.Copy()
}

// forkMap does for a map what forkTree does for a tree.
func forkMap[V any](tree *btree.Map[string, V]) *btree.Map[string, V] {
	shell := *tree
	return shell.Copy()
}

// cloneEvent copies what an event points to, so that nobody outside can change the outbox.
func cloneEvent(e event.Event) event.Event {
	e.Data = slices.Clone(e.Data)
	return e
}
