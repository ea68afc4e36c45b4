package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"strings"

	"github.com/voucherify-go/voucherify/store"
)

// ErrSchema is returned when the tables are missing or older than this version needs.
var ErrSchema = errors.New("store: the tables are missing or too old: call Migrate before the store is used")

// errEnded is returned to an fn that has kept its Reader or Tx.
var errEnded = errors.New("store: the transaction has ended")

// wrap words an error of the driver in the vocabulary of the contract. An error of the caller's context stays one.
func (d *Dialect) wrap(ctx context.Context, what string, err error) error {
	if err == nil {
		return nil
	}
	if ended := ctx.Err(); ended != nil {
		if errors.Is(err, ended) {
			return fmt.Errorf("%s: %s: %w", d.Name, what, err)
		}
		return fmt.Errorf("%s: %s: %w: %w", d.Name, what, ended, err)
	}
	switch d.Classify(err) {
	case Duplicate:
		return fmt.Errorf("%s: %s: %w: %w", d.Name, what, store.ErrExists, err)
	case Collision:
		return fmt.Errorf("%s: %s: %w: %w", d.Name, what, store.ErrConflict, err)
	case Unavailable:
		return fmt.Errorf("%s: %s: %w: %w", d.Name, what, store.ErrUnavailable, err)
	case NoSchema:
		return fmt.Errorf("%s: %s: %w: %w", d.Name, what, ErrSchema, err)
	}
	return fmt.Errorf("%s: %s: %w", d.Name, what, err)
}

// wrapCommit words an error of a commit: when it was not the database that refused, nobody knows what has become of it,
// unless the driver knows that the statement was never sent.
func (d *Dialect) wrapCommit(err error) error {
	if err == nil {
		return nil
	}
	unsent := errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrTxDone)
	if !unsent && d.Classify(err) == Unavailable {
		return fmt.Errorf("%s: commit: %w: %w", d.Name, store.ErrUnknownCommit, err)
	}
	return d.wrap(context.Background(), "commit", err)
}

// LostConnection reports whether an error is one of a connection rather than an answer of the database.
func LostConnection(err error) bool {
	var network net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.As(err, &network) ||
		strings.Contains(err.Error(), "invalid connection")
}

// SQLState returns the five letters of the SQL standard that an error of the driver carries, empty when there are none.
func SQLState(err error) string {
	var coded interface{ SQLState() string }
	if errors.As(err, &coded) {
		return coded.SQLState()
	}
	return ""
}

// FieldOf returns the number that a driver's error has in the field of this name. Drivers are not imported here, and
// their errors have no interface in common.
func FieldOf(err error, name string) (int64, bool) {
	return search(err, func(e error) reflect.Value {
		value := reflect.ValueOf(e)
		if value.Kind() != reflect.Pointer || value.Elem().Kind() != reflect.Struct {
			return reflect.Value{}
		}
		return value.Elem().FieldByName(name)
	})
}

// CodeOf returns the number that a driver's error tells by a method Code, whatever its type.
func CodeOf(err error) (int64, bool) {
	return search(err, func(e error) reflect.Value {
		code := reflect.ValueOf(e).MethodByName("Code")
		if !code.IsValid() || code.Type().NumIn() != 0 || code.Type().NumOut() != 1 {
			return reflect.Value{}
		}
		return code.Call(nil)[0]
	})
}

// search reads a number from an error or from one of those that it wraps.
func search(err error, read func(error) reflect.Value) (int64, bool) {
	for ; err != nil; err = errors.Unwrap(err) {
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			for _, one := range joined.Unwrap() {
				if number, ok := search(one, read); ok {
					return number, true
				}
			}
			return 0, false
		}
		number := read(err)
		switch {
		case !number.IsValid():
		case number.CanInt():
			return number.Int(), true
		case number.CanUint():
			return int64(number.Uint()), true
		}
	}
	return 0, false
}
