package voucherify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// ListOptions narrow a list.
type ListOptions struct {
	// Parent keeps what belongs to one record: the codes and tiers of a campaign, the SKUs of a product. Empty keeps all.
	Parent string
	// OldestFirst lists in the order of creation; otherwise the newest comes first.
	OldestFirst bool
	// After continues behind a record of an earlier list.
	After *store.Cursor
	// Limit is the largest number of records; 0 is no limit.
	Limit int
}

// change is one management call: its instant and identifiers, the records and events that it writes. They are committed
// together.
type change struct {
	operation
	tx      store.Tx
	plan    redemption.Plan
	touched []string // customers whose active segments may change with the plan
}

// change runs fn in a transaction and applies what it planned. When somebody else was faster, all of it runs again: a
// caller that sends no version overwrites whatever is there. What exists already may have been made meanwhile, so it is
// looked at once more before it is refused.
func (e *Engine) change(ctx context.Context, fn func(*change) error) error {
	for attempt := 1; ; attempt++ {
		op, err := e.begin()
		if err != nil {
			return err
		}
		op.attempt = attempt
		c := &change{operation: op}
		err = e.store.Update(ctx, func(tx store.Tx) error {
			c.tx = tx
			if err := fn(c); err != nil {
				return err
			}
			return e.commit(ctx, c)
		})
		var refusal *fault.Error
		exists := errors.Is(err, store.ErrExists)
		if !store.Retryable(err) || errors.As(err, &refusal) || exists && attempt > 1 || attempt >= e.options.attempts {
			if exists {
				return errors.Join(e.duplicate(ctx, c.plan.Writes), err)
			}
			return err
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}

// commit applies the plan, and brings the active segments of the customers that it touches in line with it. The
// configuration is looked at before, as it was when the plan was made.
func (e *Engine) commit(ctx context.Context, c *change) error {
	var catalogue *redemption.Catalogue
	if len(c.touched) > 0 {
		var err error
		if catalogue, err = e.configuration(ctx, c.tx, c.operation); err != nil {
			return err
		}
	}
	if err := c.apply(ctx); err != nil {
		return err
	}
	for _, id := range c.touched {
		if err := e.settle(ctx, c.tx, &c.operation, catalogue, id); err != nil {
			return err
		}
	}
	return nil
}

// touch notes that what segments look at changes for a customer.
func (c *change) touch(customerID string) {
	if customerID != "" && !slices.Contains(c.touched, customerID) {
		c.touched = append(c.touched, customerID)
	}
}

// apply writes what was planned.
func (c *change) apply(ctx context.Context) error {
	if err := c.plan.Seal(); err != nil {
		return err
	}
	return c.tx.Apply(ctx, &c.plan)
}

// flush writes what was planned so far, so that a large change needs not be in memory as a whole. Identifiers go on in the
// room of another sequence.
func (e *Engine) flush(ctx context.Context, c *change) error {
	if err := c.apply(ctx); err != nil {
		return err
	}
	next, err := e.options.ids(c.now, &e.ids)
	c.plan, c.ids = redemption.Plan{}, next
	return err
}

// duplicate words a refusal for a unique name that another record has. One in the bin cannot be read, so it has no id.
func (e *Engine) duplicate(ctx context.Context, writes []record.Document) error {
	refusal := fault.New(fault.DuplicateFound, "a unique field has the value of a record in the bin")
	err := e.store.View(ctx, func(r store.Reader) error {
		for _, d := range writes {
			for _, key := range d.Keys {
				field, value, _ := strings.Cut(key, ":")
				if len(writes) == 1 {
					refusal = refusal.At(field).About(string(d.Kind), "")
				}
				other, err := r.Find(ctx, d.Kind, key)
				if err == nil && other.ID != d.ID {
					refusal = fault.New(fault.DuplicateFound, "%s %q is that of %s", field, value, other.ID).At(field).About(string(d.Kind), other.ID)
					return nil
				}
				if err != nil && !errors.Is(err, store.ErrNotFound) {
					return err
				}
			}
		}
		return nil
	})
	return errors.Join(refusal, err)
}

// within prefixes the path of a refusal with the field of the part that it comes from. Errors of the store and of the random
// source stay as they are.
func within(field string, err error) error {
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return refusal.At(field)
	}
	return err
}

// saved describes the record that put writes.
type saved struct {
	kind    record.Kind
	id      string
	version int64 // that was read; 0 for a new record
	created time.Time
	parent  string
	keys    []string
	binned  bool
}

// put plans the writing of a record. The body's own version must be version+1 already.
func (c *change) put(s saved, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fault.Invalid("", "%s %s cannot be written as JSON: %v", s.kind, s.id, err)
	}
	c.plan.Writes = append(c.plan.Writes, record.Document{
		Kind: s.kind, ID: s.id, Version: s.version, Parent: s.parent, Keys: s.keys, CreatedAt: s.created, Binned: s.binned, Body: text,
	})
	return nil
}

// emit plans an event.
func (c *change) emit(kind event.Type, entity string, data map[string]any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("voucherify: encode event %s: %w", kind, err)
	}
	c.plan.Events = append(c.plan.Events, event.Event{
		ID: c.ids.Next("ev_"), Type: kind, CreatedAt: c.now, EntityID: entity, GroupID: c.group, Data: text,
	})
	return nil
}

// remove deletes a record for good, or puts it into the bin, where its identifiers stay reserved.
func (c *change) remove(ctx context.Context, doc record.Document, force bool) error {
	if force {
		return c.tx.Delete(ctx, doc.Kind, doc.ID, doc.Version)
	}
	doc.Binned = true
	c.plan.Writes = append(c.plan.Writes, doc)
	return nil
}

// keyOf is the unique key of a field; none when the value is empty.
func keyOf(field, value string) []string {
	if value == "" {
		return nil
	}
	return []string{record.Key(field, value)}
}

// find reads a record by id or, failing that, by one of its keys, and decodes it.
func find[T any](ctx context.Context, r store.Reader, kind record.Kind, id string, keys ...string) (*T, record.Document, error) {
	if id == "" {
		return nil, record.Document{}, fault.Invalid("id", "is required")
	}
	doc, err := r.Get(ctx, kind, id)
	for _, key := range keys {
		if !errors.Is(err, store.ErrNotFound) {
			break
		}
		doc, err = r.Find(ctx, kind, key)
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, doc, fault.Missing(string(kind), id)
	case err != nil:
		return nil, doc, fmt.Errorf("voucherify: read %s %s: %w", kind, id, err)
	}
	value, err := decode[T](doc)
	return value, doc, err
}

func decode[T any](doc record.Document) (*T, error) {
	value := new(T)
	if err := json.Unmarshal(doc.Body, value); err != nil {
		return nil, fmt.Errorf("voucherify: decode %s %s: %w", doc.Kind, doc.ID, err)
	}
	return value, nil
}

// get is find in a view of its own.
func get[T any](ctx context.Context, e *Engine, kind record.Kind, id string, keys ...string) (T, error) {
	var value T
	err := e.store.View(ctx, func(r store.Reader) error {
		found, _, err := find[T](ctx, r, kind, id, keys...)
		if err == nil {
			value = *found
		}
		return err
	})
	return value, err
}

// list yields the records of a kind.
func list[T any](ctx context.Context, e *Engine, kind record.Kind, options ListOptions) iter.Seq2[T, error] {
	query := store.Query{Parent: options.Parent, Descending: !options.OldestFirst, After: options.After, Limit: options.Limit}
	return stream(ctx, e, func(r store.Reader, each func(T) bool) error {
		for doc, err := range r.List(ctx, kind, query) {
			if err != nil {
				return err
			}
			value, err := decode[T](doc)
			if err != nil {
				return err
			}
			if !each(*value) {
				return nil
			}
		}
		return nil
	})
}

// stream yields what read hands to each, all of it from one view of the store, and at last the error of read. When each
// returns false, nobody wants more, and read ends.
func stream[T any](ctx context.Context, e *Engine, read func(r store.Reader, each func(T) bool) error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		stopped := false
		err := e.store.View(ctx, func(r store.Reader) error {
			return read(r, func(value T) bool {
				stopped = !yield(value, nil)
				return !stopped
			})
		})
		if err != nil && !stopped {
			var zero T
			yield(zero, err)
		}
	}
}

// current refuses to overwrite a record that was changed since the caller read it; version 0 overwrites whatever is there.
func current(doc record.Document, version int64) error {
	if version != 0 && version != doc.Version {
		return errors.Join(fault.Invalid("version", "version %d was read, %d is stored", version, doc.Version), store.ErrStale)
	}
	return nil
}
