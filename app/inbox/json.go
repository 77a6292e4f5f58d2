package inbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"psabridge/app"
)

// Limits of what one call may hold.
const (
	// MaxBody is the most bytes of JSON one call takes: MaxRecords of usual length fit.
	MaxBody = 4 << 20
	// MaxRecords is the most events or readings one call takes.
	MaxRecords = 10000
	maxDepth   = 64
)

// parse reads JSON without losing anything: numbers stay text, and a key that stands twice is refused, because a reader
// that takes the other one bills another number. The records of a list below the key later are checked to be JSON and left as
// they stand, for opened: 10,000 of them opened at once take ten times the memory of the body.
func parse(body []byte, later string) (any, error) {
	switch {
	case len(body) > MaxBody:
		return nil, app.Errorf(app.Invalid, "The body is larger than %d MiB. Send it in several calls.", MaxBody>>20)
	case len(bytes.TrimSpace(body)) == 0:
		return nil, app.Errorf(app.Invalid, "The body is empty. Send JSON.")
	case !utf8.Valid(body):
		return nil, app.Errorf(app.Invalid, "The body is not UTF-8. Send JSON in UTF-8.")
	}
	dec := decoder{json.NewDecoder(bytes.NewReader(body)), later}
	dec.UseNumber()
	v, err := dec.value("", 0)
	if err == nil {
		if _, end := dec.Token(); !errors.Is(end, io.EOF) {
			err = app.Errorf(app.Invalid, "Something stands behind the end of the JSON. Send one JSON object.")
		}
	}
	if _, ours := errors.AsType[*app.Error](err); err != nil && !ours {
		line := 1 + bytes.Count(body[:min(int(dec.InputOffset()), len(body))], []byte{'\n'})
		return nil, app.Wrap(err, app.Invalid, fmt.Sprintf("The body is not valid JSON (line %d). Send one JSON object.", line))
	}
	return v, err
}

// opened reads one record of the list that parse left as it stands; at is its path.
func opened(v any, at string) (any, error) {
	raw, closed := v.(json.RawMessage)
	if !closed {
		return v, nil
	}
	dec := decoder{json.NewDecoder(bytes.NewReader(raw)), ""}
	dec.UseNumber()
	return dec.value(at, 2)
}

// decoder reads values, those below the key later excepted.
type decoder struct {
	*json.Decoder
	later string
}

func (dec decoder) value(at string, depth int) (any, error) {
	t, err := dec.Token()
	if err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, app.FieldErrorf(at, "The JSON is nested too deeply.")
	}
	switch t {
	case json.Delim('{'):
		return dec.members(at, depth)
	case json.Delim('['):
		list := []any{}
		for dec.More() {
			v, err := dec.element(at, len(list), depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = dec.Token()
		return list, err
	}
	return t, nil
}

// element reads the n-th record of the list at.
func (dec decoder) element(at string, n, depth int) (any, error) {
	if at == "" || at != dec.later {
		return dec.value(at+"["+strconv.Itoa(n)+"]", depth)
	}
	var raw json.RawMessage
	err := dec.Decode(&raw)
	return raw, err
}

func (dec decoder) members(at string, depth int) (any, error) {
	out := map[string]any{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, err
		}
		key, _ := t.(string)
		if _, twice := out[key]; twice {
			return nil, app.FieldErrorf(join(at, key), "This key stands twice. Send it once.")
		}
		if out[key], err = dec.value(join(at, key), depth+1); err != nil {
			return nil, err
		}
	}
	_, err := dec.Token()
	return out, err
}

func join(at, key string) string {
	if at == "" {
		return key
	}
	return at + "." + key
}

// object is one JSON object that is read key by key. What nobody asked for is unknown.
type object struct {
	at       string
	values   map[string]any
	asked    []string
	problems *problems
}

// asObject returns v as an object; nil, with a problem, when it is something else.
func asObject(v any, at string, p *problems) *object {
	m, ok := v.(map[string]any)
	if !ok {
		p.add(at, "Here an object {…} is wanted.")
		return nil
	}
	return &object{at: at, values: m, problems: p}
}

func (o *object) path(key string) string { return join(o.at, key) }

func (o *object) wrong(key, format string, args ...any) {
	o.problems.add(o.path(key), format, args...)
}

// get returns the value of a key; null counts as left out.
func (o *object) get(key string) (any, bool) {
	if !slices.Contains(o.asked, key) {
		o.asked = append(o.asked, key)
	}
	v := o.values[key]
	return v, v != nil
}

// raw returns a text as it stands.
func (o *object) raw(key string) string {
	v, ok := o.get(key)
	if !ok {
		return ""
	}
	s, ok := v.(string)
	if !ok {
		o.wrong(key, "Here a text is wanted, in quotes.")
	}
	return s
}

// name returns a text that names something. A whole number is taken for its digits: many senders number their records.
func (o *object) name(key string) string {
	v, ok := o.get(key)
	if !ok {
		return ""
	}
	s, isText := v.(string)
	if n, isNumber := v.(json.Number); isNumber && !strings.ContainsAny(n.String(), ".eE") {
		s, isText = n.String(), true
	}
	if !isText {
		o.wrong(key, "Here a text is wanted, in quotes.")
		return ""
	}
	s, wrong := cleanName(s)
	if wrong != "" {
		o.wrong(key, "%s", wrong)
	}
	return s
}

// oneOf returns a text that must be one of a few; given says whether there was one.
func (o *object) oneOf(key string, words ...string) string {
	s := o.raw(key)
	if s != "" && !slices.Contains(words, s) {
		o.wrong(key, "%q is not known. Write %s.", short(s), strings.Join(words, ", "))
		return ""
	}
	return s
}

// quantity returns an exact number, written as one or as text.
func (o *object) quantity(key string) (app.Quantity, bool) {
	v, ok := o.get(key)
	if !ok {
		return app.Quantity{}, false
	}
	text := ""
	switch n := v.(type) {
	case json.Number:
		text = n.String()
	case string:
		text = strings.TrimSpace(n)
	}
	q, err := app.ParseQuantity(text)
	switch {
	case err != nil:
		o.wrong(key, "%s is not a plain number. Write it as 1219 or 1219.5, without exponent, unit or thousands separators.", quoted(v))
		return app.Quantity{}, false
	case q.IsNegative():
		o.wrong(key, "%s is below zero. Usage is 0 or more.", text)
		return app.Quantity{}, false
	}
	return q, true
}

// moment returns a point in time. One without a zone is refused: it could be any of 26 hours.
func (o *object) moment(key string) time.Time {
	s := strings.TrimSpace(o.raw(key))
	if s == "" {
		return time.Time{}
	}
	t, err := moment(s)
	if err != nil {
		o.wrong(key, "%s", app.ErrorMessage(err))
	}
	return t
}

// moments are the ways to write a point in time with its zone.
var moments = []string{time.RFC3339Nano, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05Z0700"}

func moment(s string) (time.Time, error) {
	for _, layout := range moments {
		if t, err := time.Parse(layout, s); err == nil {
			if t.Year() < 2000 {
				return time.Time{}, app.Errorf(app.Invalid, "%s is before the year 2000. Check the sender's clock.", s)
			}
			return t.UTC(), nil
		}
	}
	for _, layout := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04", time.DateOnly} {
		if _, err := time.Parse(layout, s); err == nil {
			return time.Time{}, app.Errorf(app.Invalid, "%s does not say its time zone. Write it as 2026-11-05T22:00:00Z, or with its offset as 2026-11-05T23:00:00+01:00.", s)
		}
	}
	return time.Time{}, app.Errorf(app.Invalid, "%q is not a point in time. Write it as 2026-11-05T22:00:00Z.", short(s))
}

// inner returns an object below a key; nil when there is none.
func (o *object) inner(key string) *object {
	v, ok := o.get(key)
	if !ok {
		return nil
	}
	return asObject(v, o.path(key), o.problems)
}

// list returns a list below a key; ok is false when there is none.
func (o *object) list(key string) (list []any, ok bool) {
	v, ok := o.get(key)
	if !ok {
		return nil, false
	}
	list, is := v.([]any)
	if !is {
		o.wrong(key, "Here a list […] is wanted.")
	}
	return list, true
}

// customer reads {id, name} below a key.
func (o *object) customer(key string) (Customer, bool) {
	in := o.inner(key)
	if in == nil {
		return Customer{}, false
	}
	c := Customer{ID: in.name("id"), Name: in.name("name")}
	in.done()
	return c, true
}

// done reports the keys nobody asked for.
func (o *object) done() {
	for _, key := range slices.Sorted(maps.Keys(o.values)) {
		if slices.Contains(o.asked, key) {
			continue
		}
		hint := "Known here are: " + strings.Join(o.asked, ", ") + "."
		if meant := near(strings.ToLower(key), o.asked); meant != "" {
			hint = "Did you mean " + meant + "?"
		}
		o.wrong(short(key), "There is no such key. %s", hint)
	}
}

// short keeps what somebody sent from filling a message.
func short(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

func quoted(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "This"
	}
	return short(string(b))
}
