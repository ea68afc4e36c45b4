package store

import (
	"context"
	"encoding/json"

	"github.com/voucherify-go/voucherify/event"
)

// Redactor is a Tx that can take personal data out of what is otherwise never changed. A store need not have it; without
// it customers cannot be deleted permanently.
type Redactor interface {
	// RedactEvents hands every event of the outbox whose EntityID or Data holds the text to rewrite, in the order of their
	// commit, and stores the EntityID and Data that it returns. Positions, ids, types and times must stay. The text is
	// compared byte for byte. It stops at the first error, after which the transaction must be abandoned; a redaction of the
	// same event or answer that commits meanwhile is ErrConflict.
	RedactEvents(ctx context.Context, text string, rewrite func(event.Event) (event.Event, error)) error
	// RedactOutcomes does the same with the stored answers of idempotent calls. Verb, key and hash of the request must stay,
	// so that the call can still be repeated.
	RedactOutcomes(ctx context.Context, text string, rewrite func(answer json.RawMessage) (json.RawMessage, error)) error
}
