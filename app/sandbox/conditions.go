package sandbox

import (
	"fmt"
	"strconv"
	"strings"
	"time"
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
	}
	return nil, badCondition("The conditions are not valid: unexpected %q.", t.text)
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

// comparison is one `path operator value`.
type comparison struct {
	path    []string
	kind    kind
	enum    []string
	op      string
	negated bool
	values  []any
}

func (c *comparison) checkEnum(text string) error {
	if len(c.enum) == 0 || c.op == "like" || c.op == "contains" {
		return nil
	}
	for _, e := range c.enum {
		if strings.EqualFold(e, text) {
			return nil
		}
	}
	return badCondition("Enum value supplied was invalid")
}

// holds compares as a database does: what is not there equals nothing and
// differs from nothing, except when null is asked for by name.
func (c *comparison) holds(o object) bool {
	got, there := c.read(o)
	if c.values[0] == nil && c.op != "in" {
		return there == (c.op == "!=")
	}
	if !there {
		return false
	}
	hit := false
	for _, want := range c.values {
		hit = hit || c.matches(got, want)
	}
	return hit != c.negated
}

// read finds the field's value. A reference as a whole is there or not, and a
// date that cannot be read counts as missing.
func (c *comparison) read(o object) (any, bool) {
	v, ok := lookup(o, c.path)
	if ok && c.kind == kindDate {
		text, _ := v.(string)
		at, good := parseDate(text)
		return at, good
	}
	return v, ok && v != nil
}

func (c *comparison) matches(got, want any) bool {
	switch want := want.(type) {
	case string:
		got, _ := got.(string)
		return c.matchText(got, want)
	case float64:
		got, _ := got.(float64)
		return ordered(c.op, compare(got, want))
	case bool:
		got, _ := got.(bool)
		return (got == want) == (c.op != "!=")
	case time.Time:
		got, _ := got.(time.Time)
		return ordered(c.op, got.Compare(want))
	}
	return false
}

// matchText compares as the vendor's database does: without regard to case or
// to spaces at the end. A client that needs exactness must look again itself.
func (c *comparison) matchText(got, want string) bool {
	switch c.op {
	case "contains":
		return like(got, "*"+strings.ReplaceAll(want, "[[]", "[")+"*", false)
	case "like":
		return like(got, want, true)
	}
	got, want = strings.ToLower(strings.TrimRight(got, " ")), strings.ToLower(strings.TrimRight(want, " "))
	n := strings.Compare(got, want)
	if n != 0 && strings.Contains(want, "[[]") && got == strings.ReplaceAll(want, "[[]", "[") {
		n = 0
	}
	return ordered(c.op, n)
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func ordered(op string, n int) bool {
	switch op {
	case "=", "in":
		return n == 0
	case "!=":
		return n != 0
	case "<":
		return n < 0
	case "<=":
		return n <= 0
	case ">":
		return n > 0
	case ">=":
		return n >= 0
	}
	return false
}

// lookup follows a path into a record; "lastUpdated" and "dateEntered" live in
// _info but are asked for by their short names.
func lookup(o object, path []string) (any, bool) {
	v, ok := o[path[0]]
	if !ok && (path[0] == "lastUpdated" || path[0] == "dateEntered") {
		info, _ := o["_info"].(object)
		v, ok = info[path[0]]
	}
	if len(path) == 1 || !ok {
		return v, ok
	}
	ref, _ := v.(object)
	v, ok = ref[path[1]]
	return v, ok
}

// parseDate reads the forms ConnectWise accepts: UTC without a fraction, or a day.
func parseDate(s string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02"} {
		if at, err := time.Parse(layout, s); err == nil && !strings.Contains(s, ".") {
			return at, true
		}
	}
	return time.Time{}, false
}
