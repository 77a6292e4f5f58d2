package axcient

import (
	"bytes"
	"encoding/json"
	"strconv"

	"psabridge/app"
)

// noList is an answer without a list: for who asks for one thing only it may be that thing, when it names the outcome of a
// backup by a name of its own. A "status" alone may be that of the answer.
func (r *reader) noList(o object, body []byte) (json.RawMessage, error) {
	if json.Valid(body) {
		r.out.odd = body
	}
	if o.fields == nil {
		return nil, app.Errorf(app.Unavailable, "x360Cloud answered something that is not a list. A proxy may stand in between; try again later.")
	}
	if r.what == statuses {
		for _, name := range []string{"", "data", "result"} {
			one := o
			if name != "" {
				one, _ = parse(o.fields[name].raw)
			}
			if _, ok := one.find(fieldOwnOutcome); ok {
				if wrong := complaint(o); wrong != "" && name != "" {
					break
				}
				r.out.odd = nil
				return one.raw, nil
			}
		}
	}
	return nil, app.Errorf(app.Unavailable, "x360Cloud answered something that is not a list (fields seen: %s).", o.seen())
}

// add takes a row and returns its key; "" when it cannot be used. A row of the backup status needs no id.
func (r *reader) add(raw json.RawMessage) string {
	o, ok := parse(raw)
	id := ""
	if ok {
		id = o.id(r.what)
	}
	switch {
	case ok && r.what == statuses:
		r.twins[string(raw)]++ // two backups may be alike
		id = string(raw) + "#" + strconv.Itoa(r.twins[string(raw)])
	case !ok:
		r.misfit(raw, "it is not a record")
		return ""
	case id == "":
		r.misfit(raw, "no field holds an id (fields seen: "+o.seen()+")")
		return ""
	case r.what == clients && !plainID(id):
		r.misfit(raw, "its id cannot be used")
		return ""
	}
	if old, ok := r.seen[id]; ok {
		if !bytes.Equal(old, raw) {
			r.fail("The list shows one entry twice, and not the same.")
		}
		return id
	}
	r.seen[id] = raw
	r.out.rows = append(r.out.rows, o)
	return id
}

func (r *reader) misfit(raw json.RawMessage, why string) {
	r.bad++
	if r.why == "" {
		r.why, r.out.odd = why, raw
	}
}
