package sandbox

import (
	"strings"
	"time"
)

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
