package axcient

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/shopspring/decimal"
)

// object is one record as it came, its fields by folded name.
type object struct {
	raw    json.RawMessage
	fields map[string]value
}

// value is what stands in a field.
type value struct {
	name string // as the vendor writes it
	raw  json.RawMessage
}

// parse reads an object; false when it is something else. Two spellings of one name that say different things are
// neither: nobody can tell which holds.
func parse(raw json.RawMessage) (object, bool) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		return object{}, false
	}
	o := object{raw: raw, fields: make(map[string]value, len(fields))}
	var torn []string
	for name, v := range fields {
		key := fold(name)
		if old, ok := o.fields[key]; ok && !bytes.Equal(old.raw, v) {
			torn = append(torn, key)
		}
		o.fields[key] = value{name: name, raw: v}
	}
	for _, key := range torn {
		delete(o.fields, key)
	}
	return o, true
}

// find returns the first field under one of its names that says something; one that is null is found, too, but only when
// no other is.
func (o object) find(f field) (value, bool) {
	var empty value
	found := false
	for _, key := range folded[f] {
		v, ok := o.fields[key]
		switch {
		case ok && !v.null():
			return v, true
		case ok && !found:
			empty, found = v, true
		}
	}
	return empty, found
}

// all returns the fields under any of the names that say something; when all are null, the first of them.
func (o object) all(f field) (list []value) {
	for _, key := range folded[f] {
		if v, ok := o.fields[key]; ok && !v.null() {
			list = append(list, v)
		}
	}
	if v, ok := o.find(f); ok && len(list) == 0 {
		list = append(list, v)
	}
	return list
}

// text returns a field's text; "" when it is not there or says nothing.
func (o object) text(f field) string {
	v, _ := o.find(f)
	return v.text()
}

// seen lists the names of the fields, for a person: names only, because values may be anything.
func (o object) seen() string {
	const most = 15
	var list []string
	for _, v := range o.fields {
		if name := printable(v.name); name != "" {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	if len(list) == 0 {
		return "none"
	}
	if len(list) > most {
		list = append(list[:most:most], fmt.Sprintf("and %d more", len(list)-most))
	}
	return strings.Join(list, ", ")
}

// printableAll takes out what does not belong on a page.
func printableAll(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
}

// printable is a name short enough for a sentence.
func printable(name string) string {
	name = printableAll(name)
	if runes := []rune(name); len(runes) > 40 {
		return string(runes[:39]) + "…"
	}
	return name
}

// or is v, unless there is none.
func (v value) or(other value) value {
	if v.name != "" {
		return v
	}
	return other
}

func (v value) null() bool {
	b := bytes.TrimSpace(v.raw)
	return len(b) == 0 || string(b) == "null" || string(b) == `""`
}

// inner is where an object that stands in the place of a word keeps the word: {"status": {"name": "Active"}}.
var inner = []string{"value", "status", "state", "outcome", "result", "code", "name", "id"}

// text is a string, number or boolean as text; "" for everything else.
func (v value) text() string {
	b := bytes.TrimSpace(v.raw)
	if len(b) == 0 {
		return ""
	}
	switch {
	case b[0] == '"':
		var s string
		if json.Unmarshal(b, &s) != nil {
			return ""
		}
		return strings.TrimSpace(s)
	case b[0] == '-' || b[0] >= '0' && b[0] <= '9', string(b) == "true", string(b) == "false":
		return string(b)
	case b[0] == '{':
		return innerText(b)
	}
	return ""
}

func innerText(b []byte) string {
	o, ok := parse(b)
	if !ok {
		return ""
	}
	for _, name := range inner {
		if v, ok := o.fields[name]; ok && len(v.raw) > 0 && v.raw[0] != '{' {
			if s := v.text(); s != "" {
				return s
			}
		}
	}
	return ""
}

// truth reads a boolean, also as a word or as 0 and 1.
func (v value) truth() (yes, ok bool) {
	switch fold(v.text()) {
	case "true", "yes", "y", "1":
		return true, true
	case "false", "no", "n", "0":
		return false, true
	}
	return false, false
}

// number reads an exact number, also as text.
func (v value) number() (decimal.Decimal, bool) {
	text := v.text()
	if text == "" || len(text) > 30 || strings.ContainsAny(text, "eExX_") {
		return decimal.Decimal{}, false
	}
	d, err := decimal.NewFromString(text)
	return d, err == nil
}

// id reads an id: a whole number, or text.
func (v value) id() string {
	text := v.text()
	if n, ok := v.number(); ok && n.IsInteger() && strings.Contains(text, ".") {
		return n.Truncate(0).String() // 17.0
	}
	if text == "true" || text == "false" {
		return ""
	}
	return text
}

// layouts are the forms a moment is written in; without a zone it is UTC.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05", "2006-01-02T15:04", time.DateOnly,
}

// moment reads a time: as text, or as seconds or milliseconds since 1970.
func (v value) moment() time.Time {
	text := v.text()
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC()
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	const since, until = 946684800, 4102444800 // 2000 and 2100
	switch {
	case err != nil:
		return time.Time{}
	case n >= since && n < until:
		return time.Unix(n, 0).UTC()
	case n/1000 >= since && n/1000 < until:
		return time.UnixMilli(n).UTC()
	}
	return time.Time{}
}
