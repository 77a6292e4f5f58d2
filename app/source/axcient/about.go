package axcient

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// Where an envelope says how long the list is and how it goes on.
var (
	totals  = []string{"total", "totalcount", "totalitems", "totalresults", "totalrecords", "totalelements", "totalrows", "recordstotal"}
	lengths = []string{"totalpages", "pages", "pagecount", "pagestotal", "numpages", "numberofpages", "lastpage"}
	abouts  = []string{"meta", "metadata", "pagination", "paging", "page", "pageinfo", "links"}
	onwards = []string{
		"next", "nextpage", "nexturl", "nextlink", "nextpageurl", "nextcursor", "nexttoken", "nextpagetoken", "nextmarker", "nextoffset", "odatanextlink", "continuationtoken", "cursor",
	}
	mores = []string{"hasmore", "hasnext", "hasnextpage", "more"}
	lasts = []string{"last", "islast", "lastpage", "islastpage"}
	cuts  = []string{"truncated", "istruncated", "partial", "ispartial", "incomplete", "isincomplete"} // when true there is more; when false nothing is said
)

// Where it says that something went wrong although its status is good.
var (
	faults   = []string{"error", "errors", "errormessage", "errormessages", "errorcode", "errordetails", "exception", "fault", "failure", "failures", "warning", "warnings"}
	verdicts = []string{"success", "succeeded", "successful", "issuccess", "ok"}
	codes    = []string{"code", "statuscode", "httpstatus"}
	fine     = []string{"success", "successful", "succeeded", "ok", "okay", "complete", "completed", "done", "true"}
)

// about reads what an envelope says about its list, also two levels down: meta.pagination.total.
func (p *page) about(o object) {
	p.length(o)
	p.onward(o)
	if p.wrong == "" {
		p.wrong = complaint(o)
	}
	for _, name := range abouts {
		if in, ok := parse(o.fields[name].raw); ok {
			p.about(in)
		}
	}
}

func (p *page) length(o object) {
	for _, name := range append(slices.Clone(totals), "count") {
		v := o.fields[name]
		if v.null() || isList(v) {
			continue
		}
		n, ok := whole(v)
		switch {
		case !ok:
			p.odd = v.name
		case name == "count" && p.total != nil:
		case p.total == nil || p.count:
			p.total, p.count = &n, name == "count"
		case *p.total != n:
			p.odd = v.name
		}
	}
	for _, name := range lengths {
		if n, ok := whole(o.fields[name]); ok {
			p.pages = max(p.pages, n)
		}
	}
}

// mostRows is more than any list can hold.
var mostRows = decimal.New(1, 17)

func whole(v value) (int, bool) {
	n, ok := v.number()
	if !ok || !n.IsInteger() || n.IsNegative() || n.GreaterThan(mostRows) {
		return 0, false
	}
	return int(n.IntPart()), true
}

func (p *page) onward(o object) {
	for _, name := range onwards {
		if v, ok := o.fields[name]; ok && p.next == "" {
			p.next = onward(v)
		}
	}
	says := func(more bool) {
		if p.more == nil || more {
			p.more = &more
		}
	}
	for _, name := range mores {
		v := o.fields[name]
		if yes, ok := v.truth(); ok {
			says(yes)
		} else if n, ok := whole(v); ok {
			says(n > 0)
		}
	}
	for _, name := range lasts {
		if text := o.fields[name].text(); text == "true" || text == "false" { // a number is that of a page
			says(text == "false")
		}
	}
	for _, name := range cuts {
		if yes, ok := o.fields[name].truth(); ok && yes {
			says(true)
		}
	}
}

// complaint is the name of the field by which an answer says that something went wrong; "" when none does.
func complaint(o object) string {
	for _, name := range faults {
		if v := o.fields[name]; !quiet(v) {
			return v.name
		}
	}
	for _, name := range verdicts {
		if v := o.fields[name]; !v.null() {
			if yes, ok := v.truth(); !ok || !yes {
				return v.name
			}
		}
	}
	for _, name := range codes {
		if v := o.fields[name]; bad(v) {
			return v.name
		}
	}
	if v := o.fields["status"]; !v.null() && v.text() != "" {
		w := fold(v.text())
		if _, number := v.number(); number && bad(v) || !number && !slices.Contains(fine, w) && !slices.Contains(activeWords, w) {
			return v.name
		}
	}
	return ""
}

// bad reports whether a number is the status of an answer that is not a good and whole one.
func bad(v value) bool {
	n, ok := whole(v)
	return ok && (n >= http.StatusBadRequest || n == http.StatusPartialContent)
}

// quiet reports whether a field for errors holds none.
func quiet(v value) bool {
	b := bytes.TrimSpace(v.raw)
	if len(b) == 0 || b[0] == '[' || b[0] == '{' {
		var many []json.RawMessage
		var one map[string]json.RawMessage
		return len(b) == 0 || json.Unmarshal(b, &many) == nil && len(many) == 0 || json.Unmarshal(b, &one) == nil && len(one) == 0
	}
	w := fold(v.text())
	yes, ok := v.truth()
	return v.null() || ok && !yes || w == "none" || slices.Contains(fine, w)
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

// headers reads what the headers say of the list: X-Total-Count, X-Next-Page, Content-Range, Link and their relatives.
func (p *page) headers(h http.Header) {
	o := object{fields: map[string]value{}}
	for name := range h {
		key := strings.TrimPrefix(strings.TrimPrefix(fold(name), "x"), "pagination")
		for _, names := range [][]string{totals, lengths, onwards, mores} {
			if slices.Contains(names, key) {
				o.fields[key] = value{name: name, raw: []byte(strconv.Quote(h.Get(name)))}
			}
		}
	}
	if _, total, ok := strings.Cut(h.Get("Content-Range"), "/"); ok && total != "*" {
		o.fields["totalitems"] = value{name: "Content-Range", raw: []byte(strconv.Quote(total))}
	}
	p.length(o)
	p.onward(o)
	if next := linkNext(h); next != "" {
		p.next = next
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
