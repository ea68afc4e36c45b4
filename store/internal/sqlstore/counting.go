package sqlstore

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// errRefused says that a counter has refused; which one is found out afterwards.
var errRefused = errors.New("a counter has refused")

// counting is the counters of a plan on their way into the database.
type counting struct {
	tx *tx
	// changes are the counters of the plan, up to the first that no value could make possible, which is hopeless.
	changes  []redemption.Consume
	hopeless *redemption.Consume
	// accepted are those that the database has changed.
	accepted map[redemption.CounterKey]bool
	// absent says that counters were lowered, all those that exist: it is the others that refuse.
	absent bool
}

func newCounting(t *tx, changes []redemption.Consume) *counting {
	c := &counting{tx: t, changes: changes, accepted: map[redemption.CounterKey]bool{}}
	for i, change := range changes {
		if change.Delta > ceiling(change) { // counters are never below 0
			c.changes, c.hopeless = changes[:i], &changes[i]
			break
		}
	}
	return c
}

// ceiling is the largest value that a counter may have after a change.
func ceiling(change redemption.Consume) int64 {
	if change.Limit != nil {
		return *change.Limit
	}
	return math.MaxInt64
}

// calls returns the statements that change the counters: those that go up, then those that go down, each in the order of
// the plan. A plan that does both raises by 0 what it is going to lower, so that all its counters are locked in one order and
// two plans never wait for each other in a circle. The last statement looks whether all were accepted.
func (c *counting) calls() []Call {
	texts := c.tx.texts.statements
	up, down := Tuples{relation: changesRelation}, Tuples{relation: changesRelation}
	rises := slices.ContainsFunc(c.changes, func(change redemption.Consume) bool { return change.Delta > 0 })
	wanted := 0
	for _, change := range c.changes {
		key, most := change.Key, ceiling(change)
		if change.Delta < 0 {
			down.rows = append(down.rows, []any{string(key.Metric), key.Subject, key.Customer, key.Detail, change.Delta, most})
			most = math.MaxInt64
		}
		if change.Delta > 0 || (change.Delta < 0 && rises) {
			up.rows = append(up.rows, []any{string(key.Metric), key.Subject, key.Customer, key.Detail, max(0, change.Delta), most})
		}
		if change.Delta != 0 {
			wanted++
		}
	}
	var calls []Call
	if len(up.rows) > 0 {
		locked := map[redemption.CounterKey]bool{}
		for _, row := range down.rows {
			locked[keyOf(row)] = true
		}
		calls = append(calls, c.call(texts.raise, up, locked))
	}
	if len(down.rows) > 0 {
		calls = append(calls, c.call(texts.lower, down, nil))
	}
	if wanted > 0 && c.tx.texts.dialect.Returning {
		calls[len(calls)-1].Done = func(int64) error {
			if len(c.accepted) < wanted {
				return errRefused
			}
			return nil
		}
	}
	return calls
}

// keyOf is the counter of a tuple of changes.
func keyOf(row []any) redemption.CounterKey {
	return redemption.CounterKey{
		Metric: redemption.CounterMetric(row[0].(string)), Subject: row[1].(string), Customer: row[2].(string), Detail: row[3].(string),
	}
}

// call returns a statement that remembers which counters the database has changed, but for those that it only locks.
func (c *counting) call(s *statement, tuples Tuples, locked map[redemption.CounterKey]bool) Call {
	call := s.call(c.tx.project, tuples)
	if c.tx.texts.dialect.Returning {
		call.Row = func(row Row) error {
			var key redemption.CounterKey
			err := row.Scan((*string)(&key.Metric), &key.Subject, &key.Customer, &key.Detail)
			if !locked[key] {
				c.accepted[key] = true
			}
			return err
		}
		return call
	}
	// Here the statement has no effect at all when it fails.
	call.Failed = func(err error) error {
		if c.tx.texts.dialect.Classify(err) == GuardFailed {
			return errRefused
		}
		return err
	}
	call.Done = func(count int64) error {
		if s == c.tx.texts.statements.lower && count < int64(len(tuples.rows)) {
			c.absent = true
			return errRefused
		}
		for _, row := range tuples.rows {
			if key := keyOf(row); !locked[key] {
				c.accepted[key] = true
			}
		}
		return nil
	}
	return call
}

// refusal turns the error of an application into the one that names the counter, if it was one.
func (c *counting) refusal(ctx context.Context, err error) error {
	switch {
	case err == nil && c.hopeless != nil:
		c.tx.broken = guardError(*c.hopeless, 0)
		return c.tx.broken
	case !errors.Is(err, errRefused):
		return err
	}
	guard, failure := c.first(ctx)
	if failure != nil {
		return failure
	}
	c.tx.broken = guard
	return guard
}

// first finds the first counter of the plan that has refused. The counters have been touched by nobody else since.
func (c *counting) first(ctx context.Context) (error, error) {
	var open []redemption.Consume
	var keys []redemption.CounterKey
	for _, change := range c.changes {
		if change.Delta != 0 && !c.accepted[change.Key] {
			open, keys = append(open, change), append(keys, change.Key)
		}
	}
	if c.tx.texts.dialect.Returning && (open[0].Delta > 0 || open[0].Limit == nil) {
		return guardError(open[0], 0), nil
	}
	c.tx.broken = nil // nothing is wrong with the transaction but the part of the plan in it
	values, err := c.tx.countersThere(ctx, keys)
	if err != nil {
		return nil, err
	}
	for _, change := range open {
		value, exists := values[change.Key]
		if c.absent {
			if change.Delta < 0 && !exists {
				return guardError(change, 0), nil
			}
			continue
		}
		// Going up is compared without adding, which could overflow; going down may start above the limit.
		above := value > ceiling(change)-change.Delta
		if change.Delta < 0 {
			above = value+change.Delta > ceiling(change)
		}
		if above || value+change.Delta < 0 {
			return guardError(change, value), nil
		}
	}
	return guardError(open[0], values[open[0].Key]), nil
}

// guardError names a counter that has refused a change at a value. A counter that goes up can only pass its limit.
func guardError(change redemption.Consume, value int64) *store.GuardError {
	if change.Delta < 0 && (change.Limit == nil || value+change.Delta < 0) {
		return &store.GuardError{Key: change.Key, Delta: change.Delta}
	}
	limit := ceiling(change)
	return &store.GuardError{Key: change.Key, Delta: change.Delta, Limit: &limit}
}
