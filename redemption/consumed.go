package redemption

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Consumed is what a redemption has counted, sorted by key, without the limits that were in force. In JSON it is an object
// of counters and amounts, {"campaign/camp_1": 1}, since every redemption keeps one.
type Consumed []Consume

// consumedOf freezes what a plan consumes.
func consumedOf(list []Consume) Consumed {
	frozen := make(Consumed, len(list))
	for i, c := range list {
		frozen[i] = Consume{Key: c.Key, Delta: c.Delta}
	}
	slices.SortFunc(frozen, func(a, b Consume) int { return a.Key.Compare(b.Key) })
	return frozen
}

// MarshalJSON implements json.Marshaler.
func (list Consumed) MarshalJSON() ([]byte, error) {
	text := make([]byte, 0, 2+96*len(list))
	text = append(text, '{')
	for i, c := range list {
		if i > 0 {
			text = append(text, ',')
		}
		key, err := json.Marshal(c.Key.String())
		if err != nil {
			return nil, err
		}
		text = append(append(text, key...), ':')
		text = strconv.AppendInt(text, c.Delta, 10)
	}
	return append(text, '}'), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (list *Consumed) UnmarshalJSON(text []byte) error {
	*list = nil
	if bytes.Equal(text, []byte("null")) {
		return nil
	}
	var amounts map[string]int64
	if err := json.Unmarshal(text, &amounts); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(amounts)) {
		key, err := parseCounterKey(name)
		if err != nil {
			return err
		}
		*list = append(*list, Consume{Key: key, Delta: amounts[name]})
	}
	slices.SortFunc(*list, func(a, b Consume) int { return a.Key.Compare(b.Key) })
	return nil
}

// parseCounterKey reads what CounterKey.String writes. Only the detail, which comes last, may hold a slash.
func parseCounterKey(text string) (CounterKey, error) {
	parts := strings.SplitN(text, "/", 4)
	parts = append(parts, "", "", "", "")[:max(4, len(parts))]
	if parts[0] == "" {
		return CounterKey{}, fmt.Errorf("redemption: %q is not a counter", text)
	}
	return CounterKey{Metric: CounterMetric(parts[0]), Subject: parts[1], Customer: parts[2], Detail: parts[3]}, nil
}
