package sandbox

import (
	"fmt"
	"strconv"
	"strings"
)

// condition is a parsed `conditions` parameter: it holds for a record or not.
type condition func(object) bool

// conditionError is what ConnectWise answers with code ApiFindCondition.
type conditionError struct{ message string }

func (e *conditionError) Error() string { return e.message }

func badCondition(format string, args ...any) error {
	return &conditionError{fmt.Sprintf(format, args...)}
}

// maxNesting bounds the parentheses, so that no request can exhaust the stack.
const maxNesting = 200

// parseConditions reads the grammar of the ConnectWise guide:
//
//	expression = term {"or" term}      term = factor {"and" factor}
//	factor     = "(" expression ")" | path operator value
//	operator   = "=" "!=" "<" "<=" ">" ">=" | ["not"] ("contains" | "like" | "in")
//	value      = string | number | true | false | null | [date] | "(" value {"," value} ")"
//
// An empty text holds for everything.
func parseConditions(s *schema, text string) (condition, error) {
	if strings.TrimSpace(text) == "" {
		return func(object) bool { return true }, nil
	}
	tokens, err := lex(text)
	if err != nil {
		return nil, badCondition("The conditions are not valid: %v.", err)
	}
	p := &conditionParser{schema: s, tokens: tokens}
	c, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if p.peek().kind != tokenEnd {
		return nil, badCondition("The conditions are not valid: unexpected %q.", p.peek().text)
	}
	return c, nil
}

type conditionParser struct {
	schema *schema
	tokens []token
	at     int
}

func (p *conditionParser) peek() token { return p.tokens[p.at] }

func (p *conditionParser) next() token {
	t := p.tokens[p.at]
	if t.kind != tokenEnd {
		p.at++
	}
	return t
}

// word takes a keyword if it is the next word.
func (p *conditionParser) word(keyword string) bool {
	if t := p.peek(); t.kind == tokenName && strings.EqualFold(t.text, keyword) {
		p.at++
		return true
	}
	return false
}

func (p *conditionParser) expression(depth int) (condition, error) {
	left, err := p.term(depth)
	for err == nil && p.word("or") {
		var right condition
		first := left
		if right, err = p.term(depth); err == nil {
			left = func(o object) bool { return first(o) || right(o) }
		}
	}
	return left, err
}

func (p *conditionParser) term(depth int) (condition, error) {
	left, err := p.factor(depth)
	for err == nil && p.word("and") {
		var right condition
		first := left
		if right, err = p.factor(depth); err == nil {
			left = func(o object) bool { return first(o) && right(o) }
		}
	}
	return left, err
}

func (p *conditionParser) factor(depth int) (condition, error) {
	t := p.next()
	switch t.kind {
	case tokenOpen:
		if depth >= maxNesting {
			return nil, badCondition("The conditions are nested too deeply.")
		}
		c, err := p.expression(depth + 1)
		if err == nil && p.next().kind != tokenClose {
			err = badCondition("The conditions are not valid: a parenthesis is not closed.")
		}
		return c, err
	case tokenName:
		return p.comparison(t.text)
	default:
		return nil, badCondition("The conditions are not valid: unexpected %q.", t.text)
	}
}

func (p *conditionParser) comparison(path string) (condition, error) {
	names, k, enum, ok := p.schema.find(path)
	if !ok || k == kindList || k == kindRef && len(names) > 1 {
		return nil, badCondition("%s is not a recognized name.", path)
	}
	c := &comparison{path: names, kind: k, enum: enum}
	c.negated = p.word("not")
	op := p.next()
	c.op = strings.ToLower(op.text)
	switch {
	case op.kind == tokenOp && !c.negated:
	case op.kind == tokenName && (c.op == "contains" || c.op == "like" || c.op == "in"):
	default:
		return nil, badCondition("The conditions are not valid: %q is not an operator.", op.text)
	}
	if err := p.values(c); err != nil {
		return nil, err
	}
	return c.holds, nil
}

func (p *conditionParser) values(c *comparison) error {
	if c.op != "in" {
		v, err := p.value(c)
		c.values = []any{v}
		return err
	}
	if p.next().kind != tokenOpen {
		return badCondition("The conditions are not valid: a list needs parentheses.")
	}
	for {
		v, err := p.value(c)
		if err != nil {
			return err
		}
		c.values = append(c.values, v)
		switch p.next().kind {
		case tokenComma:
		case tokenClose:
			return nil
		default:
			return badCondition("The conditions are not valid: a list is not closed.")
		}
	}
}

// value reads one value and checks that it suits the field.
func (p *conditionParser) value(c *comparison) (any, error) {
	t := p.next()
	if t.kind == tokenName && strings.EqualFold(t.text, "null") {
		if c.op != "=" && c.op != "!=" {
			return nil, badCondition("null can only be compared with = and !=.")
		}
		return nil, nil
	}
	switch {
	case c.kind == kindText && t.kind == tokenString:
		return t.text, c.checkEnum(t.text)
	case c.kind == kindNumber && t.kind == tokenNumber:
		n, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			return nil, badCondition("%s is not a number.", t.text)
		}
		return n, nil
	case c.kind == kindBool && t.kind == tokenName && (strings.EqualFold(t.text, "true") || strings.EqualFold(t.text, "false")):
		return strings.EqualFold(t.text, "true"), nil
	case c.kind == kindDate && t.kind == tokenDate:
		at, ok := parseDate(t.text)
		if !ok {
			return nil, badCondition("[%s] is not a valid date.", t.text)
		}
		return at, nil
	}
	return nil, badCondition("The value %q does not suit %s.", t.text, strings.Join(c.path, "/"))
}
