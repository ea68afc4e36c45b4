package memory

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/voucherify-go/voucherify/record"
)

// row is one stored version of a record. It is never changed; a new version is a new row.
type row struct {
	document record.Document
	// micros is document.CreatedAt as lists compare it, in microseconds since 1970.
	micros int64

	// decoded is the body as a value of the domain, made when a snapshot asks for it first and then shared.
	once    sync.Once
	decoded any
	failure error
}

// earliest is before the creation of any record.
const earliest = math.MinInt64

// newRow returns the row to store for a document: its own copy, with the next version. Times are kept in microseconds,
// which is what cursors and the other stores can tell apart.
func newRow(doc record.Document) *row {
	doc = cloneDocument(doc)
	doc.Version++
	doc.CreatedAt = doc.CreatedAt.UTC().Truncate(time.Microsecond)
	return &row{document: doc, micros: doc.CreatedAt.UnixMicro()}
}

// rowAt returns a row that only marks a place in an index.
func rowAt(parent string, micros int64, id string) *row {
	return &row{document: record.Document{Parent: parent, ID: id}, micros: micros}
}

func creationLess(a, b *row) bool {
	if a.micros != b.micros {
		return a.micros < b.micros
	}
	return a.document.ID < b.document.ID
}

func parentLess(a, b *row) bool {
	if a.document.Parent != b.document.Parent {
		return a.document.Parent < b.document.Parent
	}
	return creationLess(a, b)
}

// live returns r, or nil when it does not exist or is in the bin.
func (r *row) live() *row {
	if r == nil || r.document.Binned {
		return nil
	}
	return r
}

// decode returns the body of a row as a value of the domain that carries the stored version, nil for no row. The value
// is shared and must not be changed. All rows of one kind are decoded to the same type.
func decode[T any](r *row, version func(*T) *int64) (*T, error) {
	if r == nil {
		return nil, nil
	}
	r.once.Do(func() {
		value := new(T)
		if err := json.Unmarshal(r.document.Body, value); err != nil {
			r.failure = fmt.Errorf("memory: decode %s %s: %w", r.document.Kind, r.document.ID, err)
			return
		}
		*version(value) = r.document.Version
		r.decoded = value
	})
	if r.failure != nil {
		return nil, r.failure
	}
	return r.decoded.(*T), nil
}

// cloneDocument copies what a document points to, so that neither side can change the other's.
func cloneDocument(doc record.Document) record.Document {
	doc.Keys = slices.Clone(doc.Keys)
	doc.Body = slices.Clone(doc.Body)
	return doc
}
