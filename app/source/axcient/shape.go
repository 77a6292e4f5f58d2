package axcient

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// envelopes are names under which a list stands in an object; they only decide when there is more than one list.
var envelopes = []string{
	"results", "data", "items", "clients", "users", "sharedresources", "resources", "backupstatuses", "backupstatus", "records", "rows", "content", "entries", "values", "list", "value", "result",
}

// Where an envelope says how long the list is and how it goes on.
var (
	totals  = []string{"total", "totalcount", "totalitems", "totalresults", "totalrecords", "totalelements", "totalrows", "recordstotal"}
	abouts  = []string{"meta", "metadata", "pagination", "paging", "page", "pageinfo", "links"}
	onwards = []string{"next", "nextpage", "nexturl", "nextlink", "nextpageurl", "nextcursor", "nexttoken", "nextpagetoken", "cursor"}
	mores   = []string{"hasmore", "hasnext", "hasnextpage", "more"}
)

// page is one answer of a list.
type page struct {
	rows  []json.RawMessage
	total *int   // nil: it does not say
	count bool   // total was called count: it may be that of this page alone
	odd   string // the name of a total that cannot be read
	next  string // where the list goes on, as written
	more  *bool  // whether it says that there is more
}

// readPage finds the list in an answer: the answer itself, or the one list in an object, also one level down. When there
// is none, the object is returned instead, for who expects a single record.
func readPage(body []byte, h http.Header) (p page, single object, ok bool) {
	p.next = linkNext(h)
	body = bytes.TrimSpace(body)
	if len(body) > 0 && body[0] == '[' {
		return p, object{}, json.Unmarshal(body, &p.rows) == nil
	}
	o, isObject := parse(body)
	if !isObject {
		return p, object{}, false
	}
	p.about(o)
	for _, name := range abouts {
		if v, ok := o.fields[name]; ok {
			if in, ok := parse(v.raw); ok {
				p.about(in)
			}
		}
	}
	if p.rows, ok = onlyList(o); ok {
		return p, o, true
	}
	for _, name := range []string{"data", "result", "results", "response", "payload", "embedded"} {
		in, isObject := parse(o.fields[name].raw)
		if !isObject {
			continue
		}
		if p.rows, ok = onlyList(in); ok {
			p.about(in)
			return p, o, true
		}
	}
	return p, o, false
}

// onlyList returns the one list of an object; of several the one with a usual name, when there is one such.
func onlyList(o object) ([]json.RawMessage, bool) {
	all, usual := map[string][]json.RawMessage{}, map[string][]json.RawMessage{}
	for key, v := range o.fields {
		var rows []json.RawMessage
		if b := bytes.TrimSpace(v.raw); len(b) == 0 || b[0] != '[' || json.Unmarshal(b, &rows) != nil {
			continue
		}
		all[key] = rows
		if slices.Contains(envelopes, key) {
			usual[key] = rows
		}
	}
	for _, lists := range []map[string][]json.RawMessage{all, usual} {
		if len(lists) == 1 {
			for _, rows := range lists {
				return rows, true
			}
		}
	}
	return nil, false
}

// about reads what an envelope says about its list.
func (p *page) about(o object) {
	for _, name := range append(slices.Clone(totals), "count") {
		v, ok := o.fields[name]
		if !ok || p.total != nil || bytes.HasPrefix(bytes.TrimSpace(v.raw), []byte("[")) {
			continue
		}
		n, ok := v.number()
		switch {
		case v.null():
		case !ok || !n.IsInteger() || n.IsNegative() || n.GreaterThan(mostBytes):
			p.odd = v.name
		default:
			total := int(n.IntPart())
			p.total, p.count = &total, name == "count"
		}
	}
	for _, name := range onwards {
		if v, ok := o.fields[name]; ok && p.next == "" {
			p.next = onward(v)
		}
	}
	for _, name := range mores {
		if v, ok := o.fields[name]; ok {
			if yes, ok := v.truth(); ok {
				p.more = &yes
			}
		}
	}
}

// onward reads an address, also in the form {"href": "…"}.
func onward(v value) string {
	if o, ok := parse(v.raw); ok {
		return o.fields["href"].text()
	}
	switch text := v.text(); fold(text) {
	case "false", "0":
		return ""
	default:
		return text
	}
}

// linkNext reads the address of the next page from a Link header.
func linkNext(h http.Header) string {
	for _, header := range h.Values("Link") {
		for part := range strings.SplitSeq(header, ",") {
			address, rest, ok := strings.Cut(part, ">")
			rest = strings.ToLower(strings.ReplaceAll(rest, " ", ""))
			if ok && (strings.Contains(rest, `rel="next"`) || strings.HasSuffix(rest, "rel=next")) {
				return strings.TrimPrefix(strings.TrimSpace(address), "<")
			}
		}
	}
	return ""
}

// nextQuery is the query of an address that goes on with the same list at the same place; nil for any other, because the
// key must go nowhere else.
func nextQuery(at *url.URL, next string) url.Values {
	u, err := at.Parse(next)
	if err != nil || next == "" || u.Scheme != at.Scheme || u.Host != at.Host || u.EscapedPath() != at.EscapedPath() || u.RawQuery == "" || u.User != nil {
		return nil
	}
	return u.Query()
}
