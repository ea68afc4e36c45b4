package voucherify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// scrub takes the customer out of JSON of any shape: profiles shrink to the token, and what may say who it was goes.
func (e *erasure) scrub(text json.RawMessage) (json.RawMessage, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("voucherify: decode what is stored about customer %s: %w", e.id, err)
	}
	return json.Marshal(e.scrubbed(value))
}

func (e *erasure) scrubbed(value any) any {
	switch v := value.(type) {
	case string:
		return strings.ReplaceAll(v, e.id, e.token)
	case []any:
		for i := range v {
			v[i] = e.scrubbed(v[i])
		}
	case map[string]any:
		if v["id"] == e.id {
			return map[string]any{"id": e.token}
		}
		clean := make(map[string]any, len(v))
		for key, inner := range v {
			if !personal(key, v) {
				clean[strings.ReplaceAll(key, e.id, e.token)] = e.scrubbed(inner)
			}
		}
		return clean
	}
	return value
}

// personal reports whether a field of an object may hold personal data: free data, names that the host gave, what rules found, and
// reasons in free text. The reason of a decision and of its steps is a key.
func personal(field string, object map[string]any) bool {
	switch field {
	case "metadata", "tracking_id", "actual", "event_id":
		return true
	case "reason":
		_, step := object["check"]
		_, decision := object["applicable"]
		return !step && !decision
	}
	return false
}
