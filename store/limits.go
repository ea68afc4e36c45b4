package store

// The sizes that a store must be able to keep, in bytes.
const (
	// MaxName is the longest id, parent, verb and key of an outcome, and metric, subject and customer of a counter.
	MaxName = 255
	// MaxKey is the longest unique key of a record with its field, and the longest detail of a counter: both join names.
	MaxKey = 767
	// MaxBody is the longest body of a record, answer of an outcome and data of an event: the JSON of an order with 500 lines
	// and their metadata, and of the redemption that keeps a copy of it.
	MaxBody = 8 << 20
)
