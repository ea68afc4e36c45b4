package store

import (
	"errors"
	"fmt"

	"github.com/voucherify-go/voucherify/redemption"
)

// The errors of the contract. Match them with errors.Is; a store wraps them with what it knows.
var (
	// ErrNotFound: there is no such record.
	ErrNotFound = errors.New("store: not found")
	// ErrExists: a record with this id, or with one of these keys, exists already.
	ErrExists = errors.New("store: exists")
	// ErrStale: the record was changed since it was read.
	ErrStale = errors.New("store: stale version")
	// ErrGuard: a counter would leave its limits. The error is a *GuardError.
	ErrGuard = errors.New("store: guard")
	// ErrConflict: the transaction collided with another one; running the whole operation again may succeed.
	ErrConflict = errors.New("store: conflict")
	// ErrUnknownCommit: the connection was lost while committing; the effects may or may not be there.
	ErrUnknownCommit = errors.New("store: commit unknown")
	// ErrUnavailable: the database cannot be reached; nothing happened.
	ErrUnavailable = errors.New("store: unavailable")
)

// GuardError names the counter that refused a plan.
type GuardError struct {
	Key redemption.CounterKey
	// Delta and Limit are the change that was asked for; Limit is nil when the counter would have fallen below 0.
	Delta int64
	Limit *int64
}

// Error formats the counter and the change for a log line.
func (e *GuardError) Error() string {
	if e.Limit == nil {
		return fmt.Sprintf("store: guard: %s cannot change by %d", e.Key, e.Delta)
	}
	return fmt.Sprintf("store: guard: %s cannot change by %d and stay within %d", e.Key, e.Delta, *e.Limit)
}

// Is reports whether target is ErrGuard.
func (e *GuardError) Is(target error) bool { return target == ErrGuard }

// Retryable reports whether running the whole operation again, from its snapshot, may succeed: another transaction won a
// race, and its effects are visible now.
func Retryable(err error) bool {
	return errors.Is(err, ErrGuard) || errors.Is(err, ErrStale) || errors.Is(err, ErrExists) || errors.Is(err, ErrConflict)
}
