package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// maxBody is more than any body the API takes.
const maxBody = 4 << 20

func itoa(n int) string { return strconv.Itoa(n) }

// readObject reads the JSON object of a POST.
func readObject(c call) (object, *answer) {
	data, err := io.ReadAll(io.LimitReader(c.Body, maxBody))
	if err != nil {
		return nil, badRequest("InvalidObject", "The request body could not be read.")
	}
	var o object
	if err := json.Unmarshal(data, &o); err != nil || o == nil {
		return nil, badRequest("InvalidObject", "The request body is not a valid JSON object.")
	}
	return o, nil
}

// checkValue judges one value against its field; nil is good. References are
// checked by whoever knows where they point.
func (q *Quirks) checkValue(s *schema, f *field, v any) *problem {
	if v == nil {
		return nil
	}
	wrong := &problem{"InvalidField", fmt.Sprintf("The value of %s is not valid.", f.name), f.name}
	ok := true
	switch f.kind {
	case kindText:
		return q.checkText(s, f, v)
	case kindDate:
		return q.checkDate(f, v)
	case kindNumber:
		_, ok = v.(float64)
	case kindBool:
		_, ok = v.(bool)
	case kindRef:
		_, ok = v.(object)
	case kindList: // whoever reads the list judges it
	}
	if !ok {
		return wrong
	}
	return nil
}

func (q *Quirks) checkText(s *schema, f *field, v any) *problem {
	text, ok := v.(string)
	limit := q.limit(s, f)
	switch {
	case !ok:
		return &problem{"InvalidField", fmt.Sprintf("The value of %s is not valid.", f.name), f.name}
	case limit > 0 && length(text) > limit:
		return &problem{"OutOfRange", fmt.Sprintf("The %s field must be a string with a maximum length of %d.", f.name, limit), f.name}
	case len(f.enum) > 0 && !contains(f.enum, text):
		return &problem{"InvalidField", "Enum value supplied was invalid", f.name}
	}
	return nil
}

// checkDate takes UTC with seconds and no fraction, and for a day its midnight:
// it is not known which other forms ConnectWise reads right, so none is taken.
func (q *Quirks) checkDate(f *field, v any) *problem {
	text, _ := v.(string)
	_, good := parseDate(text)
	if at, err := time.Parse(dateForm, text); !q.LooseDates {
		good = err == nil && len(text) == len(dateForm) && (!f.day || at.Equal(at.Truncate(24*time.Hour)))
	}
	if good {
		return nil
	}
	return &problem{"InvalidField", "String was not recognized as a valid DateTime.", f.name}
}

// kept is a value as it is stored: of a day only the day.
func (f *field) kept(v any) any {
	text, _ := v.(string)
	if at, ok := parseDate(text); ok && f.day {
		return stamp(at.UTC().Truncate(24 * time.Hour))
	}
	return v
}

func contains(list []string, s string) bool {
	for _, one := range list {
		if strings.EqualFold(one, s) {
			return true
		}
	}
	return false
}

// checkFields judges every known field of a new record, in a stable order.
// Unknown fields are ignored, as ConnectWise does.
func (q *Quirks) checkFields(s *schema, o object) []problem {
	var problems []problem
	for _, name := range sortedNames(o) {
		f := s.fields[strings.ToLower(name)]
		if f == nil || f.name != name {
			continue
		}
		if o[name] == nil && q.NoNulls {
			problems = append(problems, problem{"InvalidField", fmt.Sprintf("The value of %s is not valid.", name), name})
		}
		if p := q.checkValue(s, f, o[name]); p != nil {
			problems = append(problems, *p)
		}
	}
	return problems
}

// find resolves a reference in a request, by id or by a unique name, to a row
// that suits.
func (cw *ConnectWise) find(table string, v any, suits func(object) bool) *row {
	want, ok := v.(object)
	if !ok {
		return nil
	}
	if id := number(want, "id"); id != 0 {
		if r := cw.tables[table].get(id); r != nil && (suits == nil || suits(r.data)) {
			return r
		}
		return nil
	}
	var hit *row
	for _, r := range cw.tables[table].rows {
		same := false
		for _, name := range []string{"identifier", "name"} {
			if s := text(want, name); s != "" && strings.EqualFold(s, text(r.data, name)) {
				same = true
			}
		}
		if same && (suits == nil || suits(r.data)) {
			if hit != nil {
				return nil // not unique
			}
			hit = r
		}
	}
	return hit
}

func lower(s string) string { return strings.ToLower(s) }
