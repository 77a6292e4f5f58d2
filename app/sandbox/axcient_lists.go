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
	limit, offset, ok := window(query, c.q.PageCap)
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
	if named(c.q.Duplicated, c.path) && from > 0 && from < len(rows) {
		from--
	}
	page := make([]object, 0, end-min(from, end))
	for _, r := range rows[from:max(from, end)] {
		page = append(page, c.q.write(name, r))
	}
	next := ""
	if end < len(rows) {
		next = c.next(limit, end)
	}
	return a.page(c, name, page, total, next)
}

func window(query url.Values, pageCap int) (limit, offset int, ok bool) {
	limit = 100
	if pageCap == 0 {
		pageCap = 100
	}
	for name, to := range map[string]*int{"limit": &limit, "offset": &offset} {
		if s := query.Get(name); s != "" {
			n, err := strconv.Atoi(s)
			if err != nil || n < 0 {
				return 0, 0, false
			}
			*to = n
		}
	}
	return max(1, min(limit, pageCap)), offset, true
}

// next is the address of the page that begins at offset.
func (c axCall) next(limit, offset int) string {
	q := c.URL.Query()
	q.Set("limit", itoa(limit))
	q.Set("offset", itoa(offset))
	host := c.Host
	if c.q.Links == "elsewhere" {
		host = "axapi.attacker.example"
	}
	return "http://" + host + c.path + "?" + q.Encode()
}

// page wraps the rows of one page as the dialect does.
func (a *Axcient) page(c axCall, name string, page []object, total int, next string) *answer {
	rows, count := dialects[c.q.Dialect].wrap(name)
	header := http.Header{}
	if next != "" && c.q.Links == "header" {
		header.Set("Link", "<"+next+`>; rel="next"`)
	}
	if rows == "" {
		return jsonAnswer(http.StatusOK, page).with(header)
	}
	body := object{rows: page}
	a.mu.Lock()
	a.pages++
	said := lie(c.q.Totals, total, len(page), a.pages)
	a.mu.Unlock()
	if count != "" && said != nil {
		if c.q.Dialect == DialectTextNumbers {
			said = numberAsText(said)
		}
		body[count] = said
	}
	if next != "" && (c.q.Links == "field" || c.q.Links == "elsewhere") {
		body["next"] = next
	}
	return jsonAnswer(http.StatusOK, body).with(header)
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
