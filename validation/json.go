package validation

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// logicKey is the field of a group that is not a condition.
const logicKey = "logic"

// limitKey is the field of bundle rules that is not a condition.
const limitKey = "limit"

// keys returns the keys of the group in their order: numbers by value, then the others as text.
func (g Group) keys() []string { return orderedKeys(g.Nodes) }

func orderedKeys(nodes map[string]Node) []string {
	return slices.SortedFunc(maps.Keys(nodes), compareKeys)
}

func compareKeys(a, b string) int {
	x, errX := strconv.ParseUint(a, 10, 64)
	y, errY := strconv.ParseUint(b, 10, 64)
	switch {
	case errX == nil && errY == nil && x != y:
		if x < y {
			return -1
		}
		return 1
	case errX == nil && errY != nil:
		return -1
	case errX != nil && errY == nil:
		return 1
	}
	return strings.Compare(a, b)
}

// MarshalJSON writes the conditions in the order of their keys, then the logic. An empty group is {}.
func (g Group) MarshalJSON() ([]byte, error) {
	fields := make([]field, 0, len(g.Nodes)+1)
	for _, key := range g.keys() {
		fields = append(fields, field{key, g.Nodes[key]})
	}
	if len(g.Nodes) > 0 || g.Logic != "" {
		fields = append(fields, field{logicKey, g.Logic})
	}
	return marshalFields(fields)
}

// UnmarshalJSON reads a group. Every key but "logic" is a condition; null and {} are the empty group. An error is a
// *fault.Error that names the path of the condition.
func (g *Group) UnmarshalJSON(text []byte) error {
	*g = Group{}
	raw, err := rawFields("rules", text)
	if err != nil {
		return err
	}
	if logic, ok := raw[logicKey]; ok {
		if err := json.Unmarshal(logic, &g.Logic); err != nil {
			return invalid("rules.logic", "must be a text")
		}
		delete(raw, logicKey)
	}
	g.Nodes, err = unmarshalNodes("rules", raw)
	return err
}

// MarshalJSON writes the rules in the order of their keys, then the limit if there is one.
func (b BundleRules) MarshalJSON() ([]byte, error) {
	fields := make([]field, 0, len(b.Nodes)+1)
	for _, key := range orderedKeys(b.Nodes) {
		fields = append(fields, field{key, b.Nodes[key]})
	}
	if b.Limit != 0 {
		fields = append(fields, field{limitKey, b.Limit})
	}
	return marshalFields(fields)
}

// UnmarshalJSON reads bundle rules. "logic" is ignored: all rules of a bundle are required.
func (b *BundleRules) UnmarshalJSON(text []byte) error {
	*b = BundleRules{}
	raw, err := rawFields("bundle_rules", text)
	if err != nil {
		return err
	}
	if limit, ok := raw[limitKey]; ok {
		if err := json.Unmarshal(limit, &b.Limit); err != nil {
			return invalid("bundle_rules.limit", "must be a whole number")
		}
		delete(raw, limitKey)
	}
	delete(raw, logicKey)
	b.Nodes, err = unmarshalNodes("bundle_rules", raw)
	return err
}

func unmarshalNodes(path string, raw map[string]json.RawMessage) (map[string]Node, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	nodes := make(map[string]Node, len(raw))
	for _, key := range slices.SortedFunc(maps.Keys(raw), compareKeys) {
		var n Node
		if err := json.Unmarshal(raw[key], &n); err != nil {
			return nil, unreadable(path+"."+key, err)
		}
		nodes[key] = n
	}
	return nodes, nil
}

// unreadable is the error for a condition whose JSON has another form.
func unreadable(path string, err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return within(path, err)
	}
	if wrong.Field != "" {
		path += "." + wrong.Field
	}
	return invalid(path, "cannot be a %s", wrong.Value)
}

// UnmarshalJSON reads the operators of a node: a single value becomes a list of one, null an empty list, and other
// spellings of an operator the usual one.
func (c *Conditions) UnmarshalJSON(text []byte) error {
	*c = nil
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return invalid("conditions", "must be an object")
	}
	if raw == nil {
		return nil
	}
	read := make(Conditions, len(raw))
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		var value any
		if err := json.Unmarshal(raw[name], &value); err != nil {
			return invalid("conditions."+name, "%v", err)
		}
		usual := canonical(name)
		if _, twice := read[usual]; twice {
			return invalid("conditions."+usual, "stands twice")
		}
		switch v := value.(type) {
		case []any:
			read[usual] = v
		case nil:
			read[usual] = []any{}
		default:
			read[usual] = []any{v}
		}
	}
	*c = read
	return nil
}

func (c Conditions) names() []string { return slices.Sorted(maps.Keys(c)) }

type field struct {
	key   string
	value any
}

func marshalFields(fields []field) ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(f.key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(f.value)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// rawFields splits an object into its fields. Every level of a tree is scanned again by the level above it, so a text
// with more nested brackets than any legal tree is refused first.
func rawFields(path string, text []byte) (map[string]json.RawMessage, error) {
	if depth := jsonDepth(text); depth > maxJSONBrackets {
		return nil, invalid(path, "is nested deeper than %d levels", MaxDepth)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, invalid(path, "must be an object")
	}
	return raw, nil
}

// jsonDepth returns the number of nested brackets of a valid JSON text.
func jsonDepth(text []byte) int {
	depth, deepest, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest
}
