package validation_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/validation"
)

// Whatever a filter says, it is refused with a path or decides, the same every time.
func FuzzCompileFilter(f *testing.F) {
	for _, seed := range []string{
		`{"junction":"and","metadata.x":{"conditions":{"$is":["a"],"$not_in":[1,true]}}}`,
		`{"junction":"or","instant":{"conditions":{"$more_than":["7"]}},"date":{"conditions":{"$today":[true],"$less_than_future":[3]}}}`,
		`{"junction":"and","metadata.x":{"conditions":{"$timeframe":["2026-01-01;P1D;PT1H"],"$timeframe_absolute":["2026-01-01;2026-01-02T00:00:00Z"]}}}`,
		`{"junction":"and","instant":{"conditions":{"$timeframe_daily_hours":["22:00;02:00;0,6"],"$dow":[0]}},"metadata.x":{"conditions":{"$in_location":["loc_1"]}}}`,
		`{"junction":"and","each":{"conditions":{"$after":["0001-01-01"],"$before":["9999-12-31"]}},"list":{"conditions":{"$count_more":[0]}}}`,
	} {
		f.Add([]byte(seed), "2026-03-29", int64(1_774_746_000))
	}
	warsaw := zone("Europe/Warsaw")
	f.Fuzz(func(t *testing.T, text []byte, value string, seconds int64) {
		var x filter.Filter
		if json.Unmarshal(text, &x) != nil {
			return
		}
		p, err := validation.CompileFilter(x, fields)
		if err != nil {
			var cause *fault.Error
			if !errors.As(err, &cause) || cause.Key != fault.InvalidPayload {
				t.Fatalf("%s: %v", text, err)
			}
			return
		}
		m := &validation.Moment{At: time.Unix(seconds%1e11, 0).In(warsaw)}
		for _, left := range []any{nil, value, []any{value, 5.0, nil}, []string{value}, true, 1.5, m.At, map[string]any{"x": value}} {
			record := values{}
			for _, field := range p.Fields() {
				record[field.Key] = left
			}
			if first := p.Matches(record, m); p.Matches(record, m) != first {
				t.Fatalf("%s on %v decides twice", text, left)
			}
		}
	})
}
