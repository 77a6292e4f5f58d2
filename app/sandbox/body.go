package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
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
func checkValue(f *field, v any) *problem {
	if v == nil {
		return nil
	}
	wrong := &problem{"InvalidField", fmt.Sprintf("The value of %s is not valid.", f.name), f.name}
	switch f.kind {
	case kindText:
		s, ok := v.(string)
		switch {
		case !ok:
			return wrong
		case f.max > 0 && utf8.RuneCountInString(s) > f.max:
			return &problem{"OutOfRange", fmt.Sprintf("The %s field must be a string with a maximum length of %d.", f.name, f.max), f.name}
		case len(f.enum) > 0 && !contains(f.enum, s):
			return &problem{"InvalidField", "Enum value supplied was invalid", f.name}
		}
	case kindNumber:
		if _, ok := v.(float64); !ok {
			return wrong
		}
	case kindBool:
		if _, ok := v.(bool); !ok {
			return wrong
		}
	case kindDate:
		s, ok := v.(string)
		if _, good := parseDate(s); !ok || !good {
			return &problem{"InvalidField", "String was not recognized as a valid DateTime.", f.name}
		}
	case kindRef:
		if _, ok := v.(object); !ok {
			return wrong
		}
	case kindList: // whoever reads the list judges it
	}
	return nil
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
func checkFields(s *schema, o object) []problem {
	var problems []problem
	for _, name := range sortedNames(o) {
		f := s.fields[strings.ToLower(name)]
		if f == nil || f.name != name {
			continue
		}
		if p := checkValue(f, o[name]); p != nil {
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
