package redemption_test

import (
	"encoding/json"
	"testing"
)

func decode(tb testing.TB, text string, into any) {
	tb.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		tb.Fatalf("decode %s: %v", text, err)
	}
}
