package voucherify_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store/memory"
)

var update = flag.Bool("update", false, "rewrite the expected output")

// golden compares a text with a file under testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path) //nolint:gosec // the names are those of the tests
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// namer replaces identifiers by short names that say which are the same: r_1, r_2, cust_1.
type namer struct {
	names map[string]string
	count map[string]int
}

func (n *namer) name(text string) string {
	if n.names == nil {
		n.names, n.count = map[string]string{}, map[string]int{}
	}
	return maskedID.ReplaceAllStringFunc(text, func(id string) string {
		if n.names[id] == "" {
			prefix := id[:len(id)-18]
			n.count[prefix]++
			n.names[id] = fmt.Sprint(prefix, n.count[prefix])
		}
		return n.names[id]
	})
}

// indent lays out JSON, keys in the order in which they are written.
func indent(t *testing.T, text []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// changes tells what a store has now that it had not before, or had differently: records, counters, stored answers, events.
func changes(t *testing.T, before, after memory.Dump) string {
	t.Helper()
	var b strings.Builder
	known := map[string]int64{}
	for _, d := range before.Documents {
		known[string(d.Kind)+d.ID] = d.Version
	}
	written := slices.DeleteFunc(slices.Clone(after.Documents), func(d record.Document) bool { return known[string(d.Kind)+d.ID] == d.Version })
	for _, d := range written {
		fmt.Fprintf(&b, "%s %s, version %d", d.Kind, d.ID, d.Version)
		if d.Parent != "" {
			fmt.Fprintf(&b, ", of %s", d.Parent)
		}
		if len(d.Keys) > 0 {
			fmt.Fprintf(&b, ", known as %s", strings.Join(d.Keys, ", "))
		}
		fmt.Fprintf(&b, "\n%s\n\n", indent(t, d.Body))
	}
	counters := map[redemption.CounterKey]int64{}
	for _, c := range before.Counters {
		counters[c.Key] = -c.Value
	}
	for _, c := range after.Counters {
		counters[c.Key] += c.Value
	}
	keys := make([]redemption.CounterKey, 0, len(counters))
	for key, change := range counters {
		if change != 0 {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, redemption.CounterKey.Compare)
	for _, key := range keys {
		fmt.Fprintf(&b, "%+d %s\n", counters[key], key)
	}
	for _, o := range after.Outcomes[len(before.Outcomes):] {
		fmt.Fprintf(&b, "the answer of %s is kept under %s\n", o.Verb, o.Key)
	}
	for _, entry := range after.Outbox[len(before.Outbox):] {
		var data map[string]json.RawMessage
		if err := json.Unmarshal(entry.Event.Data, &data); err != nil {
			t.Fatal(err)
		}
		var parts []string
		for key, value := range data {
			var named struct {
				ID string `json:"id"`
			}
			if json.Unmarshal(value, &named) != nil || named.ID == "" {
				named.ID = strings.Trim(string(value), `"`)
			}
			parts = append(parts, key+" "+named.ID)
		}
		slices.Sort(parts)
		fmt.Fprintf(&b, "event %s of %s in %s: %s\n", entry.Event.Type, entry.Event.EntityID, entry.Event.GroupID, strings.Join(parts, ", "))
	}
	return b.String()
}

// writes runs something and compares what it wrote with a file.
func (s *shop) writes(t *testing.T, name string, n *namer, run func()) {
	t.Helper()
	before := s.store.Export()
	run()
	golden(t, name, n.name(changes(t, before, s.store.Export())))
}
