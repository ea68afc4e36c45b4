// Package oracle owns a second opinion on validation rules: it decides a rule by walking its tree over the facts, as the
// documentation reads, without compiling anything. Tests compare it with package validation, of which it uses the types
// only. Where both could share a mistake it does the same work in another way: numbers are fractions, windows are counted
// one by one from their start.
//
// It refuses to be fast and to be careful: a rule must have passed validation.Rule.Check. It does not know free expressions
// and bundles.
package oracle

import (
	"slices"
	"strconv"
	"strings"

	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/validation"
)

// State is the result of a rule or condition.
type State string

// The states. Pending is unknown before the discount.
const (
	Holds   State = "holds"
	Fails   State = "fails"
	Pending State = "pending"
)

// Oracle decides rules over a catalogue of static collections: their members by id.
type Oracle struct {
	Collections map[string][]product.Ref
}

// Decide says whether a rule holds for the facts and, if it fails, which condition decided that. Before the discount,
// conditions that need it are pending.
func (o Oracle) Decide(r validation.Rule, f *validation.Facts, before bool) (state State, path string) {
	w := &walk{Oracle: o, Facts: f, before: before}
	result := w.group("rules", r.Rules, nil, "")
	return result.state, result.path
}

// walk is one evaluation.
type walk struct {
	Oracle
	*validation.Facts
	before bool
}

// result is the state of a condition or group and, of a failure, where it is and what it tells the shopper.
type result struct {
	state         State
	path, message string
}

// lines are what a condition on items has matched, for the conditions inside.
type lines struct {
	items []validation.ItemFacts
	all   bool // each of them must pass
}

// group decides a group of conditions by its logic; message is that of the condition around it.
func (w *walk) group(path string, g validation.Group, around *lines, message string) result {
	logic := strings.TrimSpace(g.Logic)
	if logic == "" {
		var keys []string
		for key := range g.Nodes {
			keys = append(keys, key)
		}
		slices.SortFunc(keys, byNumber)
		logic = strings.Join(keys, " and ")
	}
	if logic == "" {
		return result{state: Holds}
	}
	words := strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(logic))
	decide := func(key string) result {
		n := g.Nodes[key]
		return w.node(path+"."+key, &n, around, message)
	}
	return alternatives(words, decide)
}

func byNumber(a, b string) int {
	x, errX := strconv.ParseUint(a, 10, 64)
	y, errY := strconv.ParseUint(b, 10, 64)
	switch {
	case errX != nil && errY != nil, errX == nil && errY == nil && x == y:
		return strings.Compare(a, b)
	case errX != nil:
		return 1
	case errY != nil || x < y:
		return -1
	}
	return 1
}

// split cuts a logic at the words that stand outside of all brackets.
func split(words []string, at string) [][]string {
	parts, depth := [][]string{{}}, 0
	for _, word := range words {
		switch word {
		case "(":
			depth++
		case ")":
			depth--
		}
		if depth == 0 && strings.EqualFold(word, at) {
			parts = append(parts, nil)
			continue
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], word)
	}
	return parts
}

// alternatives decides a logic that is parts joined by "or": the failure is the first with a message, or else the first.
func alternatives(words []string, decide func(string) result) result {
	var failed *result
	state := Fails
	for _, part := range split(words, "or") {
		r := requirements(part, decide)
		switch {
		case r.state == Holds:
			return r
		case r.state == Pending:
			state = Pending
		case failed == nil || failed.message == "" && r.message != "":
			failed = &r
		}
	}
	if state == Pending {
		return result{state: Pending}
	}
	return *failed
}

// requirements decides a logic that is parts joined by "and": the failure is the first.
func requirements(words []string, decide func(string) result) result {
	state := Holds
	for _, part := range split(words, "and") {
		var r result
		if part[0] == "(" {
			r = alternatives(part[1:len(part)-1], decide)
		} else {
			r = decide(part[0])
		}
		switch r.state {
		case Fails:
			return r
		case Pending:
			state = Pending
		}
	}
	return result{state: state}
}

// node decides one condition and, if it holds, the group inside it.
func (w *walk) node(path string, n *validation.Node, around *lines, message string) result {
	if n.Error != nil && n.Error.Message != "" {
		message = n.Error.Message
	}
	if w.before && waits(n) {
		return result{state: Pending}
	}
	inside := around
	var holds bool
	switch {
	case selects(n.Name):
		inside, holds = w.selected(n)
	case around != nil:
		holds = w.aboutLines(n, around)
	default:
		holds = w.aboutRequest(n)
	}
	if !holds {
		return result{Fails, path, message}
	}
	return w.group(path+".rules", n.Rules, inside, message)
}

// waits reports whether a condition needs the discount.
func waits(n *validation.Node) bool {
	switch n.Name {
	case "order.total_amount", "redemption.reward.pay_with_points.points_used":
		return true
	case "campaign.orders.amount_discounted", "redemption.gift.amount":
		return n.LimitPolicy != validation.OvershootOnce
	}
	return false
}
