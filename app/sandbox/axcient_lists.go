package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// dialect is how rows and lists are written.
type dialect struct {
	name func(list, field string) string
	wrap func(list string) (rows, total string) // "": a bare array
	one  string                                 // the key of a single record; "": none
}

var dialects = map[string]dialect{
	DialectPlain: {name: plainName, wrap: bare},
	DialectWrapped: {name: plainName, one: "data", wrap: func(list string) (string, string) {
		if list == "client" || list == "user" {
			return "results", "total"
		}
		return "data", "count"
	}},
	DialectCamel:       {name: func(_, field string) string { return camel(field) }, wrap: in("items", "totalCount")},
	DialectTitle:       {name: func(_, field string) string { return titled(field) }, wrap: in("rows", "")},
	DialectOdd:         {name: oddName, wrap: in("r", "n")},
	DialectNulls:       {name: plainName, wrap: in("results", "total")},
	DialectTextNumbers: {name: plainName, wrap: in("results", "total")},
}

func plainName(_, field string) string { return field }

func bare(string) (rows, total string) { return "", "" }

func in(rows, total string) func(string) (string, string) {
	return func(string) (string, string) { return rows, total }
}

func camel(field string) string {
	words := strings.Split(field, "_")
	for i, w := range words[1:] {
		words[i+1] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, "")
}

func titled(field string) string {
	if words, ok := title[field]; ok {
		return words
	}
	words := strings.Split(field, "_")
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}

// oddName keeps id and name, so that what is not understood can be named, and
// numbers the rest.
func oddName(list, field string) string {
	field = strings.TrimSuffix(strings.TrimSuffix(field, "_bytes"), "_gb")
	i := slices.Index(axFields[list], field)
	if i < 2 && field != "client_id" {
		return field
	}
	return fmt.Sprintf("q%d", i+11)
}

// one answers a single record.
func (c axCall) one(list string, r axRow) *answer {
	o := c.q.write(list, r)
	if key := dialects[c.q.Dialect].one; key != "" {
		return jsonAnswer(http.StatusOK, object{key: o})
	}
	return jsonAnswer(http.StatusOK, o)
}

// filters are the parameters that choose rows, by list.
var filters = map[string]map[string]func(r axRow, want string) bool{
	"client":   {"type": same("type"), "backup_status": same("backup_status")},
	"backup":   {"backup_status": same("backup_status"), "from": notBefore, "to": notAfter},
	"user":     {"status": same("status"), "selected_for_protection": same("selected_for_protection"), "email_contains": emailContains},
	"resource": {},
}

func same(field string) func(axRow, string) bool {
	return func(r axRow, want string) bool { return strings.EqualFold(fmt.Sprint(r.get(field)), want) }
}

func emailContains(r axRow, want string) bool {
	email, _ := r.get("email").(string)
	return strings.Contains(strings.ToLower(email), strings.ToLower(want))
}

func notBefore(r axRow, want string) bool {
	at, from, ok := moments(r, want)
	return !ok || !at.Before(from)
}

// notAfter takes a day as the whole of it.
func notAfter(r axRow, want string) bool {
	at, to, ok := moments(r, want)
	if len(want) == len(time.DateOnly) {
		to = to.AddDate(0, 0, 1)
	}
	return !ok || at.Before(to)
}

func moments(r axRow, want string) (at, limit time.Time, ok bool) {
	text, _ := r.get("finished_at").(string)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, limit, false
	}
	if limit, err = time.Parse(time.DateOnly, want); err != nil {
		limit, err = time.Parse(time.RFC3339, want)
	}
	return at, limit, err == nil
}

// list answers one page of a list. How the real API pages is known of its
// sister only: limit and offset, a hundred rows (x360Recover 0.3.1).
func list(a *Axcient, c axCall, name string, rows []axRow) *answer {
	query := c.URL.Query()
	if !c.q.IgnoreQuery {
		rows = slices.DeleteFunc(rows, func(r axRow) bool {
			for param, good := range filters[name] {
				if want := query.Get(param); want != "" && !good(r, want) {
					return true
				}
			}
			return false
		})
	}
	limit, offset, ok := c.window(query)
	if !ok {
		return c.problem(http.StatusBadRequest, "limit and offset are whole numbers.")
	}
	total := len(rows)
	if named(c.q.ShortEnd, c.path) {
		rows = rows[:max(0, len(rows)-3)]
	}
	if named(c.q.SamePage, c.path) {
		offset = 0
	}
	end := min(offset+limit, len(rows))
	if c.q.Unpaged {
		offset, end = 0, len(rows)
	}
	from := min(offset, len(rows))
	empty := named(c.q.EmptyPage, c.path) && offset == limit && query.Get("resume") == ""
	if empty {
		end = from
	}
	if named(c.q.Duplicated, c.path) && from > 0 && from < len(rows) {
		from--
	}
	page := make([]object, 0, end-min(from, end))
	for _, r := range rows[from:max(from, end)] {
		page = append(page, c.q.write(name, r))
	}
	p := slice{rows: page, total: total, from: from, pages: (total + limit - 1) / limit, more: end < len(rows)}
	if p.more {
		p.next = c.next(limit, end, empty)
	}
	if as := forPath(c.q.Answers, c.path); as != "" {
		return otherwise(as, page)
	}
	return a.page(c, name, p)
}

// slice is one page as it is cut out of a list.
type slice struct {
	rows        []object
	total, from int
	pages       int // of the list
	more        bool
	next        string // address; "" when there is no more
}

// otherwise answers a page in a way of its own.
func otherwise(as string, rows []object) *answer {
	nothing := []object{}
	return jsonAnswer(http.StatusOK, map[string]object{
		AnswerHollow:  {"results": nil, "errors": nothing},
		AnswerForeign: {"licensed": object{"items": rows}, "shared": nothing},
		AnswerInside:  {"data": object{"items": rows}, "errors": nothing},
		AnswerErrors:  {"results": nothing, "errors": []object{{"code": "TIMEOUT", "message": "The directory did not answer."}}},
		AnswerFailed:  {"success": false, "data": nothing},
		AnswerStatus:  {"status": "error", "data": rows},
	}[as])
}

func (c axCall) window(query url.Values) (limit, offset int, ok bool) {
	limit, pageCap, size, at := 100, c.q.PageCap, "limit", "offset"
	if pageCap == 0 {
		pageCap = 100
	}
	if c.q.PageBy == PageByNumber {
		limit, offset, size, at = min(20, pageCap), 1, "size", "page"
	}
	for name, to := range map[string]*int{size: &limit, at: &offset} {
		if s := query.Get(name); s != "" {
			n, err := strconv.Atoi(s)
			if err != nil || n < 0 {
				return 0, 0, false
			}
			*to = n
		}
	}
	limit = max(1, min(limit, pageCap))
	if c.q.PageBy == PageByNumber {
		offset = (max(1, offset) - 1) * limit
	}
	return limit, offset, true
}

// next is the address of the page that begins at offset.
func (c axCall) next(limit, offset int, empty bool) string {
	q := c.URL.Query()
	if c.q.PageBy == PageByNumber {
		q.Set("size", itoa(limit))
		q.Set("page", itoa(offset/limit+1))
	} else {
		q.Set("limit", itoa(limit))
		q.Set("offset", itoa(offset))
	}
	q.Del("resume")
	if empty { // the page that was to be here
		q.Set("resume", "1")
	}
	host := c.Host
	if c.q.Links == "elsewhere" {
		host = "axapi.attacker.example"
	}
	return "http://" + host + c.path + "?" + q.Encode()
}

// page wraps the rows of one page as the dialect does.
func (a *Axcient) page(c axCall, name string, p slice) *answer {
	rows, count := dialects[c.q.Dialect].wrap(name)
	header, status := http.Header{}, http.StatusOK
	if p.next != "" && c.q.Links == "header" {
		header.Set("Link", "<"+p.next+`>; rel="next"`)
	}
	switch c.q.Markers {
	case MarkersHeader:
		header.Set("X-Total-Count", itoa(p.total))
	case MarkersRange:
		header.Set("Content-Range", p.span())
		if len(p.rows) < p.total {
			status = http.StatusPartialContent
		}
	}
	if rows == "" {
		return jsonAnswer(status, p.rows).with(header)
	}
	body := object{rows: p.rows}
	a.mu.Lock()
	a.pages++
	said := lie(c.q.Totals, p.total, len(p.rows), a.pages)
	a.mu.Unlock()
	if count != "" && said != nil {
		if c.q.Dialect == DialectTextNumbers {
			said = numberAsText(said)
		}
		body[count] = said
	}
	if p.next != "" && (c.q.Links == "field" || c.q.Links == "elsewhere") {
		body["next"] = p.next
	}
	p.mark(c.q.Markers, body)
	return jsonAnswer(status, body).with(header)
}

// span is the page as a Content-Range says it.
func (p slice) span() string {
	if len(p.rows) == 0 {
		return fmt.Sprintf("items */%d", p.total)
	}
	return fmt.Sprintf("items %d-%d/%d", p.from, p.from+len(p.rows)-1, p.total)
}

// mark says in the envelope what comes after the page.
func (p slice) mark(markers string, body object) {
	switch markers {
	case MarkersPages:
		body["total_pages"] = p.pages
		if len(p.rows) > 0 {
			body["page"] = p.from/len(p.rows) + 1
		}
	case MarkersMore:
		body["has_more"] = p.more
	case MarkersLast:
		body["last"] = !p.more
	case MarkersTruncated:
		body["truncated"] = p.more
	case MarkersDeep:
		body["meta"] = object{"pagination": object{"total": p.total, "total_pages": p.pages}}
	}
}

// lie is the total a list gives; nil is none.
func lie(kind string, total, page, pages int) any {
	switch kind {
	case TotalsMissing:
		return nil
	case TotalsBig:
		return total + 3
	case TotalsSmall:
		return max(0, total-3)
	case TotalsChanging:
		return total + pages
	case TotalsText:
		return itoa(total)
	case TotalsZero:
		return 0
	case TotalsPage:
		return page
	}
	return total
}
