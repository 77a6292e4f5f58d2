package axcient

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"psabridge/app"
)

// mostRaw bounds what is kept of one answer.
const mostRaw = 16 << 10

// wanted is what is looked for in the records of each list.
var wanted = map[kind][]struct {
	field field
	words string
}{
	clients:   {{fieldClientID, "id"}, {fieldName, "name"}, {fieldParent, "parent"}, {fieldOwnOutcome, "backup"}},
	users:     {{fieldUserID, "id"}, {fieldName, "name"}, {fieldStatus, "status"}, {fieldSelected, "selected"}, {fieldProtected, "protected"}, {fieldCharged, "charged"}},
	resources: {{fieldResourceID, "id"}, {fieldName, "name"}, {fieldSelected, "selected"}, {fieldProtected, "protected"}, {fieldOwnOutcome, "backup"}},
	statuses:  {{fieldTime, "time"}, {fieldOutcome, "backup"}, {fieldSLAMissed, "SLA missed"}, {fieldSLA, "SLA"}},
}

// raw keeps records to be looked at, because the vendor does not document their fields: of each list that was not
// understood the first thing that was not, and of each kind one record that was, with how it was read.
func (s *Source) raw(a *account, now time.Time) []app.RawRecord {
	var out []app.RawRecord
	add := func(id string, k kind, body []byte, problem string) bool {
		if len(body) == 0 || len(body) > mostRaw || !json.Valid(body) {
			return false
		}
		r := app.RawRecord{Source: s.name, OrganizationID: id, What: "x360cloud/" + string(k), ReadAt: now, Body: body, Note: problem}
		if problem == "" {
			o, _ := parse(body)
			r.Understood, r.Note = true, howRead(o, k)
		}
		out = append(out, r)
		return true
	}
	if a.problem != "" && a.odd != nil {
		add(a.top, clients, a.odd, a.problem)
	} else {
		add(a.top, clients, a.sample, "")
	}
	shown := map[kind]bool{}
	for _, id := range a.order[1:] {
		n := a.nodes[id]
		for _, k := range []kind{users, resources, statuses} {
			if p := n.lists[k]; p.why != "" {
				add(id, k, p.look, p.why)
			} else if !shown[k] {
				shown[k] = add(id, k, p.look, "")
			}
		}
	}
	return out
}

// howRead says which field was taken for what.
func howRead(o object, k kind) string {
	var parts []string
	for _, w := range wanted[k] {
		if v, ok := o.find(w.field); ok {
			parts = append(parts, fmt.Sprintf("%s from %q", w.words, printable(v.name)))
		}
	}
	if s := sizeOf(o); s.known && (k == users || k == resources) {
		parts = append(parts, fmt.Sprintf("size from %q", printable(s.name)))
	}
	return "Read: " + strings.Join(parts, ", ") + "."
}
