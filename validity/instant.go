package validity

import (
	"time"

	"github.com/voucherify-go/voucherify/fault"
)

// ParseInstant reads a date in any of Voucherify's forms: YYYY-MM-DD, with THH, THH:mm or THH:mm:ss behind it, and RFC
// 3339 with optional fractions of a second (…ssZ, ….SSSZ, …ss+02:00). Without a zone in the text it is a local time in
// zone; without a time it is 00:00. A local time that the clocks skip becomes as much later as they skip, one that
// comes twice means the first. The result is in UTC.
func ParseInstant(text string, zone *time.Location) (time.Time, error) {
	layout, local := localLayout(text)
	// time.Parse reads RFC 3339 leniently: one digit for the hour, a comma before the fraction.
	if !local && (len(text) < len("2006-01-02T15:04:05Z") || text[13] != ':' || text[19] == ',') {
		return time.Time{}, unreadableInstant(text)
	}
	parsed, err := time.Parse(layout, text)
	if err != nil || parsed.Year() < 1 {
		return time.Time{}, unreadableInstant(text)
	}
	if local {
		return fromWallClock(parsed, zone).UTC(), nil
	}
	return parsed.UTC(), nil
}

// localLayout returns the form of a text without a zone, which its length tells, or else RFC 3339.
func localLayout(text string) (layout string, local bool) {
	const seconds = "2006-01-02T15:04:05"
	switch len(text) {
	case len("2006-01-02"), len("2006-01-02T15"), len("2006-01-02T15:04"), len(seconds):
		return seconds[:len(text)], true
	}
	return time.RFC3339, false
}

func unreadableInstant(text string) error {
	return fault.Invalid("", "%q is not a date of the form YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ", text)
}

// fromWallClock returns the instant at which the clocks of zone show what wall shows in UTC. time.Date leaves open
// what it returns for times that are skipped or come twice; here the offset before the change decides both, so that
// stored decisions can be repeated anywhere.
func fromWallClock(wall time.Time, zone *time.Location) time.Time {
	const day = 24 * time.Hour // more than any offset, so one day either way is on the other side of a change
	before := offsetAt(wall.Add(-day), zone)
	first := wall.Add(-before).In(zone)
	if offsetAt(first, zone) == before {
		return first
	}
	after := offsetAt(wall.Add(day), zone)
	second := wall.Add(-after).In(zone)
	if offsetAt(second, zone) == after {
		return second
	}
	return first
}

func offsetAt(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}
