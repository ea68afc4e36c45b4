package validity

import (
	"time"

	"github.com/voucherify-go/voucherify/fault"
)

// Timeframe opens a window for Duration at every Interval, counted from a start; Voucherify's field is
// "validity_timeframe". Opening number k is start + k·Interval, computed from the start each time, so that a monthly
// timeframe from 31 January opens on 28 February and on 31 March. A Duration of at least Interval never closes.
type Timeframe struct {
	Interval Duration `json:"interval"`
	Duration Duration `json:"duration"`
}

// estimateMargin is how many openings the real count can be ahead of the estimate from the average length of the
// interval: the clock change of a zone that crosses the date line moves daily openings by more than one interval.
const estimateMargin = 2

// Contains reports whether at is within an opening: the first instant counts, the last does not. Calendar parts move
// on the clocks of zone, so daily openings keep their local hour when the clocks change; hours are exact.
func (f Timeframe) Contains(start, at time.Time, zone *time.Location) bool {
	length := f.Interval.averageSeconds()
	if length <= 0 || at.Before(start) {
		return false
	}
	for k := (at.Unix()-start.Unix())/length + estimateMargin; k >= 0; k-- {
		opening := f.Interval.Times(k).Add(start, zone)
		if !opening.After(at) {
			return at.Before(f.Duration.Add(opening, zone))
		}
	}
	return false
}

func (f Timeframe) check() error {
	for _, part := range []struct {
		field string
		value Duration
	}{{"interval", f.Interval}, {"duration", f.Duration}} {
		if err := part.value.Check(); err != nil {
			return fault.Within(part.field, err)
		}
		if part.value.IsZero() {
			return fault.Invalid(part.field, "must be longer than zero")
		}
	}
	return nil
}
