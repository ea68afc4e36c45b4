package validation

import "strings"

// junction says how the children of a branch combine.
type junction uint8

const (
	noJunction  junction = iota // no children: the leaf decides
	conjunction                 // every child must hold
	disjunction                 // one child must hold
)

// branch is a logic compiled: conditions joined by and and or. The nil branch always holds.
type branch struct {
	junction junction
	leaf     *leaf
	children []*branch
	work     int // conditions and values that an evaluation may look at
}

// single is the branch of one condition.
func single(l *leaf) *branch {
	b := &branch{leaf: l, work: 1}
	for _, t := range l.tests {
		b.work += len(t.want.each)
	}
	if l.sub != nil {
		b.work += l.sub.work
	}
	return b
}

// join combines children into one branch, without a level for a single child.
func join(j junction, children []*branch) *branch {
	switch len(children) {
	case 0:
		return nil
	case 1:
		return children[0]
	}
	b := &branch{junction: j, children: children}
	for _, child := range children {
		b.work += child.work
	}
	return b
}

// leaves calls visit for every condition below b, in the order of evaluation.
func (b *branch) leaves(visit func(*leaf)) {
	if b == nil {
		return
	}
	if b.junction == noJunction {
		visit(b.leaf)
		b.leaf.sub.leaves(visit)
		return
	}
	for _, child := range b.children {
		child.leaves(visit)
	}
}

// parseLogic reads the logic of a group over its compiled conditions. An empty logic joins all of them by and.
func parseLogic(path, logic string, keys []string, leaves map[string]*leaf) (*branch, error) {
	p := &logicParser{path: path + "." + logicKey, tokens: tokenise(logic), leaves: leaves}
	if len(p.tokens) == 0 {
		children := make([]*branch, len(keys))
		for i, key := range keys {
			children[i] = single(leaves[key])
		}
		return p.bounded(join(conjunction, children))
	}
	root, err := p.either()
	if err != nil {
		return nil, err
	}
	if p.position < len(p.tokens) {
		return nil, invalid(p.path, "%q is unexpected", p.peek())
	}
	return p.bounded(root)
}

// bounded refuses a logic that names conditions so often that their evaluation has no end: the numbers of the levels of a
// tree multiply.
func (p *logicParser) bounded(root *branch) (*branch, error) {
	if root != nil && root.work > MaxWork {
		return nil, invalid(p.path, "names conditions too often: an evaluation would look at more than %d values", MaxWork)
	}
	return root, nil
}

// tokenise splits a logic into brackets and words.
func tokenise(logic string) []string {
	var tokens []string
	for _, word := range strings.Fields(logic) {
		for word != "" {
			end := strings.IndexAny(word, "()")
			switch end {
			case 0:
				end = 1
			case -1:
				end = len(word)
			}
			tokens = append(tokens, word[:end])
			word = word[end:]
		}
	}
	return tokens
}

type logicParser struct {
	path     string
	tokens   []string
	position int
	depth    int
	leaves   map[string]*leaf
}

func (p *logicParser) peek() string {
	if p.position < len(p.tokens) {
		return p.tokens[p.position]
	}
	return ""
}

func (p *logicParser) accept(word string) bool {
	if strings.EqualFold(p.peek(), word) {
		p.position++
		return true
	}
	return false
}

func (p *logicParser) either() (*branch, error) { return p.chain("or", disjunction, p.both) }

func (p *logicParser) both() (*branch, error) { return p.chain("and", conjunction, p.primary) }

// chain reads operands that are joined by word.
func (p *logicParser) chain(word string, j junction, operand func() (*branch, error)) (*branch, error) {
	var children []*branch
	for {
		child, err := operand()
		if err != nil {
			return nil, err
		}
		children = append(children, child)
		if !p.accept(word) {
			return join(j, children), nil
		}
	}
}

func (p *logicParser) primary() (*branch, error) {
	word := p.peek()
	if p.accept("(") {
		if p.depth++; p.depth > MaxLogicDepth {
			return nil, invalid(p.path, "has more than %d nested brackets", MaxLogicDepth)
		}
		inner, err := p.either()
		if err != nil {
			return nil, err
		}
		if !p.accept(")") {
			return nil, invalid(p.path, "a bracket is not closed")
		}
		p.depth--
		return inner, nil
	}
	l, ok := p.leaves[word]
	switch {
	case ok:
		p.position++
		return single(l), nil
	case word == "":
		return nil, invalid(p.path, "ends where a condition is expected")
	}
	return nil, invalid(p.path, "%q is not the key of a condition", word)
}

// checkKey refuses keys that a logic could not name.
func checkKey(path, key string) error {
	if key == "" || strings.ContainsAny(key, "()") || len(strings.Fields(key)) != 1 || strings.Fields(key)[0] != key ||
		strings.EqualFold(key, "and") || strings.EqualFold(key, "or") || key == logicKey {
		return invalid(path, "%q cannot be the key of a condition", key)
	}
	return nil
}
