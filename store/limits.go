package store

// The sizes that a store must be able to keep, in bytes of UTF-8 without NUL. A store may keep more; it must refuse what it
// cannot keep, and never cut it.
const (
	// MaxWord is the longest kind, verb and metric.
	MaxWord = 64
	// MaxName is the longest id, parent and key of an outcome, and subject and customer of a counter.
	MaxName = 255
	// MaxKey is the longest unique key of a record with its field, and the longest detail of a counter: both join names.
	MaxKey = 767
	// MaxBody is the largest body of a record, answer of an outcome and data of an event.
	MaxBody = 4 << 20
)
