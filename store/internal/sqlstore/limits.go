package sqlstore

import (
	"unicode/utf8"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// checkPlan refuses what one of the databases could not hold, or would silently hold differently.
func checkPlan(plan *redemption.Plan) error {
	for _, change := range plan.Consume {
		if err := checkCounter(change.Key); err != nil {
			return err
		}
	}
	for i := range plan.Writes {
		if err := checkDocument(&plan.Writes[i]); err != nil {
			return err
		}
	}
	if o := plan.Outcome; o != nil {
		switch {
		case !storable(o.Verb, store.MaxWord):
			return refused("verb", store.MaxWord)
		case !storable(o.Key, store.MaxName):
			return refused("idempotency_key", store.MaxName)
		case !storable(o.RequestHash, store.MaxName):
			return refused("request_hash", store.MaxName)
		case !utf8.Valid(o.Answer):
			return fault.Invalid("answer", "is not valid UTF-8")
		}
	}
	for _, e := range plan.Events {
		switch {
		case !storable(e.ID, store.MaxName), !storable(string(e.Type), store.MaxName), !storable(e.EntityID, store.MaxName), !storable(e.GroupID, store.MaxName):
			return refused("event", store.MaxName)
		case !utf8.Valid(e.Data):
			return fault.Invalid("event.data", "is not valid UTF-8")
		}
	}
	return nil
}

func checkDocument(doc *record.Document) error {
	switch {
	case doc.Kind == "" || !storable(string(doc.Kind), store.MaxWord):
		return refused("kind", store.MaxWord)
	case doc.ID == "" || !storable(doc.ID, store.MaxName):
		return refused("id", store.MaxName)
	case !storable(doc.Parent, store.MaxName):
		return refused("parent", store.MaxName)
	case !utf8.Valid(doc.Body):
		return fault.Invalid("body", "is not valid UTF-8")
	}
	for _, key := range doc.Keys {
		if !storable(key, store.MaxKey) {
			return refused("keys", store.MaxKey)
		}
	}
	return nil
}

func checkCounter(key redemption.CounterKey) error {
	switch {
	case !storable(string(key.Metric), store.MaxWord):
		return refused("metric", store.MaxWord)
	case !storable(key.Subject, store.MaxName):
		return refused("subject", store.MaxName)
	case !storable(key.Customer, store.MaxName):
		return refused("customer", store.MaxName)
	case !storable(key.Detail, store.MaxKey):
		return refused("detail", store.MaxKey)
	}
	return nil
}

func refused(field string, most int) error {
	return fault.Invalid(field, "must be UTF-8 without NUL of at most %d bytes", most)
}
