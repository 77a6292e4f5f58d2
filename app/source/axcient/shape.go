package axcient

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
)

// envelopes are names under which a list stands in an object, whatever it holds.
var envelopes = []string{"results", "data", "items", "records", "rows", "content", "entries", "values", "list", "value", "result"}

// listNames are those by what the list holds.
var listNames = map[kind][]string{
	clients:   {"client", "clients", "clientlist", "organizations", "orgs", "companies", "customers", "tenants", "accounts"},
	users:     {"user", "users", "userlist", "accounts", "members", "people"},
	resources: {"sharedresource", "sharedresources", "sharedresourcelist", "resources", "resourcelist"},
	statuses:  {"backupstatus", "backupstatuses", "backupstatuslist", "statuses", "backups", "backuphistory", "history", "outcomes", "runs", "jobs"},
}

// inside is where a list may stand one level down.
var inside = []string{"data", "result", "results", "response", "payload", "embedded"}

// page is one answer of a list.
type page struct {
	rows  []json.RawMessage
	total *int   // nil: it does not say
	count bool   // total was called count: it may be that of this page alone
	odd   string // the name of a total that cannot be read, or contradicts another
	pages int    // how many pages it says there are; 0: it does not say
	next  string // where the list goes on, as written
	more  *bool  // whether it says that there is more
	wrong string // the name of the field by which it says that something went wrong
}

// goesOn reports whether the page says that another follows.
func (p page) goesOn() bool { return p.next != "" || p.more != nil && *p.more }

// readPage finds the list in an answer: the answer itself, or the one list in an object, also one level down. When there
// is none, the object is returned instead, for who expects a single record.
func readPage(a answer, k kind) (p page, single object, ok bool) {
	body := bytes.TrimSpace(a.body)
	if len(body) > 0 && body[0] == '[' {
		ok = json.Unmarshal(body, &p.rows) == nil
	} else if single, ok = parse(body); ok {
		p.about(single)
		ok = p.find(single, k)
	}
	p.headers(a.header)
	if yes := true; a.status == http.StatusPartialContent && p.total == nil {
		p.more = &yes
	}
	return p, single, ok
}

// find looks for the one list under a name that is known, and then for the one thing there is: nobody can tell whether
// one of several, or an empty one under a name of its own, is the list.
func (p *page) find(o object, k kind) bool {
	type place struct {
		in  object
		key string
	}
	var found []place
	for _, key := range slices.Concat(envelopes, listNames[k]) {
		if isList(o.fields[key]) {
			found = append(found, place{o, key})
		}
	}
	for _, name := range inside {
		in, _ := parse(o.fields[name].raw)
		for _, key := range slices.Concat(envelopes, listNames[k]) {
			if isList(in.fields[key]) {
				found = append(found, place{in, key})
				p.about(in)
			}
		}
	}
	if len(found) == 0 {
		if key := onlyThing(o, k); key != "" {
			found = append(found, place{o, key})
		}
	}
	if len(found) != 1 || json.Unmarshal(found[0].in.fields[found[0].key].raw, &p.rows) != nil {
		return false
	}
	return len(p.rows) > 0 || !elsewhere(o)
}

// elsewhere reports whether records stand somewhere in an answer whose list is empty.
func elsewhere(o object) bool {
	for key, v := range o.fields {
		in, ok := parse(v.raw)
		if ok && !slices.Contains(abouts, key) && !slices.Contains(faults, key) && len(withRows(in)) > 0 {
			return true
		}
	}
	return len(withRows(o)) > 0
}

func isList(v value) bool { return bytes.HasPrefix(bytes.TrimSpace(v.raw), []byte("[")) }

// withRows lists the fields that hold a list of records, those apart that hold errors.
func withRows(o object) (keys []string) {
	for key, v := range o.fields {
		var rows []json.RawMessage
		if isList(v) && !slices.Contains(faults, key) && json.Unmarshal(v.raw, &rows) == nil && len(rows) > 0 && bytes.HasPrefix(rows[0], []byte("{")) {
			keys = append(keys, key)
		}
	}
	return keys
}

// onlyThing is the list under a name of its own, when it has records and the answer holds nothing else that could be, or
// should have been, the list.
func onlyThing(o object, k kind) string {
	keys := withRows(o)
	for key, v := range o.fields {
		empty := v.null() && (slices.Contains(envelopes, key) || slices.Contains(listNames[k], key))
		_, isObject := parse(v.raw)
		if empty || (isObject || isList(v)) && !slices.Contains(keys, key) && !slices.Contains(abouts, key) && !slices.Contains(faults, key) {
			return ""
		}
	}
	if len(keys) != 1 {
		return ""
	}
	return keys[0]
}
