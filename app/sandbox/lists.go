package sandbox

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Page sizes: what is used when nobody asks, and where asking stops helping.
const (
	defaultPageSize = 25
	maxPageSize     = 1000
)

// elsewhere is the host in every Link and Location: never the one that was
// called, because ConnectWise's is not to be relied on either.
const elsewhere = "na.myconnectwise.example"

// view turns a stored row into what is shown of it now; it may be nil.
type view func(*row) object

func (cw *ConnectWise) listOf(name string) func(call) *answer {
	return func(c call) *answer {
		return cw.list(c, cw.tables[name], cw.rowsOf(name), cw.viewOf(name), c.URL.Query())
	}
}

func (cw *ConnectWise) countOf(name string) func(call) *answer {
	return func(c call) *answer { return cw.count(c, cw.tables[name], cw.rowsOf(name), cw.viewOf(name)) }
}

func (cw *ConnectWise) oneOf(name, word string) func(call) *answer {
	return func(c call) *answer {
		r := cw.tables[name].get(c.ids[0])
		if r == nil {
			return notFound(word, c.ids[0])
		}
		return cw.show(c, cw.tables[name], r, cw.viewOf(name))
	}
}

// searchOf is POST …/search: the conditions in the body, the rest in the query.
func (cw *ConnectWise) searchOf(name string) func(call) *answer {
	return func(c call) *answer {
		var body map[string]string
		if err := json.NewDecoder(io.LimitReader(c.Body, 1<<20)).Decode(&body); err != nil {
			return badRequest("InvalidObject", "The request body is not valid JSON.")
		}
		q := c.URL.Query()
		for key, value := range body {
			q.Set(strings.ToLower(key[:1])+key[1:], value)
		}
		return cw.list(c, cw.tables[name], cw.rowsOf(name), cw.viewOf(name), q)
	}
}

func (cw *ConnectWise) rowsOf(name string) []*row { return cw.tables[name].rows }

func (cw *ConnectWise) show(c call, t *table, r *row, v view) *answer {
	out, err := project(t.schema, v(r), c.URL.Query().Get("fields"))
	if err != nil {
		return refused(err)
	}
	return jsonAnswer(http.StatusOK, out)
}

// list answers one page of the rows that satisfy the query.
func (cw *ConnectWise) list(c call, t *table, rows []*row, v view, q url.Values) *answer {
	if named(cw.quirks.IgnoreConditions, c.path) {
		q = without(q, "conditions")
	}
	found, err := cw.search(t, rows, v, q)
	if err != nil {
		return refused(err)
	}
	size, err := cw.pageSize(c.path, q)
	if err != nil {
		return refused(err)
	}
	if strings.EqualFold(c.Header.Get("pagination-type"), "forward-only") && !named(cw.quirks.NoForwardOnly, c.path) {
		return cw.forward(c, t, found, q, size)
	}
	return cw.numbered(c, t, found, q, size)
}

// numbered is the paging by page numbers, with a Link to the pages around.
func (cw *ConnectWise) numbered(c call, t *table, found []object, q url.Values, size int) *answer {
	page, err := pageNumber(q)
	if err != nil {
		return refused(err)
	}
	if err := sortBy(t.schema, found, q.Get("orderBy")); err != nil {
		return refused(err)
	}
	from := min((page-1)*size, len(found))
	if named(cw.quirks.SamePage, c.path) {
		from = 0
	}
	a, err := pageAnswer(t.schema, found[from:min(from+size, len(found))], q.Get("fields"))
	if err != nil {
		return refused(err)
	}
	if link := pageLinks(c.Request, q, page, size, len(found)); link != "" && !named(cw.quirks.NoLink, c.path) {
		a.header.Set("Link", link)
	}
	return a
}

// forward is the paging by id: no order but the id's, no page number, and always a next link.
func (cw *ConnectWise) forward(c call, t *table, found []object, q url.Values, size int) *answer {
	if q.Get("orderBy") != "" {
		return badRequest("InvalidParameter", "orderBy is not supported with forward-only pagination.")
	}
	after, err := strconv.Atoi(cmp.Or(q.Get("pageId"), "0"))
	if err != nil {
		return badRequest("InvalidParameter", "pageId must be a number")
	}
	if named(cw.quirks.SamePage, c.path) {
		after = 0
	}
	slices.SortFunc(found, func(a, b object) int { return number(a, "id") - number(b, "id") })
	from, _ := slices.BinarySearchFunc(found, after+1, func(o object, id int) int { return number(o, "id") - id })
	page := found[from:min(from+size, len(found))]
	last := after
	if len(page) > 0 {
		last = number(page[len(page)-1], "id")
	}
	a, err := pageAnswer(t.schema, page, q.Get("fields"))
	if err != nil {
		return refused(err)
	}
	if !cw.quirks.NoForwardOnlyLink && !named(cw.quirks.NoLink, c.path) {
		next := without(q, "page")
		next.Set("pageId", strconv.Itoa(last))
		a.header.Set("Link", fmt.Sprintf("<https://%s%s?%s>; rel=\"next\"", elsewhere, c.URL.Path, next.Encode()))
	}
	return a
}

// without is a query that lacks one parameter; the one it came from is as it was.
func without(q url.Values, name string) url.Values {
	rest := maps.Clone(q)
	rest.Del(name)
	return rest
}

func (cw *ConnectWise) count(c call, t *table, rows []*row, v view) *answer {
	found, err := cw.search(t, rows, v, c.URL.Query())
	if err != nil {
		return refused(err)
	}
	return jsonAnswer(http.StatusOK, object{"count": len(found)})
}

// search keeps the rows the conditions hold for. A search, unlike a plain list,
// looks at an index that young records have not reached yet.
func (cw *ConnectWise) search(t *table, rows []*row, v view, q url.Values) ([]object, error) {
	if q.Get("childConditions") != "" || q.Get("customFieldConditions") != "" {
		return nil, badCondition("The sandbox does not search child records or custom fields.")
	}
	holds, err := parseConditions(t.schema, q.Get("conditions"))
	if err != nil {
		return nil, err
	}
	lagging := t.lag && cw.quirks.SearchLag > 0 && strings.TrimSpace(q.Get("conditions")) != ""
	found := []object{}
	for _, r := range narrowed(rows, q.Get("conditions")) {
		if lagging && !r.born.IsZero() && cw.now().Sub(r.born) < cw.quirks.SearchLag {
			continue
		}
		if o := v(r); holds(o) {
			found = append(found, o)
		}
	}
	return found, nil
}

func refused(err error) *answer {
	if bad, ok := errors.AsType[*conditionError](err); ok {
		return badRequest("ApiFindCondition", bad.message)
	}
	return badRequest("InvalidParameter", err.Error())
}

// pageSize is how many rows a page has. Asking for more than there may be is
// not refused; the page is just smaller.
func (cw *ConnectWise) pageSize(path string, q url.Values) (int, error) {
	size := defaultPageSize
	if s := q.Get("pageSize"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return 0, errors.New("pageSize must be a positive number")
		}
		size = min(n, maxPageSize)
	}
	for pattern, rows := range cw.quirks.PageCap {
		if glob(pattern, path) {
			size = min(size, rows)
		}
	}
	return size, nil
}

func pageNumber(q url.Values) (int, error) {
	s := q.Get("page")
	if s == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, errors.New("page must be a positive number")
	}
	return min(n, 1<<30), nil
}

func pageAnswer(s *schema, found []object, fields string) (*answer, error) {
	out := make([]object, len(found))
	for i, o := range found {
		var err error
		if out[i], err = project(s, o, fields); err != nil {
			return nil, err
		}
	}
	if len(found) == 0 { // an unknown name is wrong on an empty page too
		if _, err := project(s, object{}, fields); err != nil {
			return nil, err
		}
	}
	return jsonAnswer(http.StatusOK, out), nil
}

// project cuts a record down to the fields asked for; _info comes only when named.
func project(s *schema, o object, fields string) (object, error) {
	if strings.TrimSpace(fields) == "" {
		return o, nil
	}
	out := object{}
	for path := range strings.SplitSeq(fields, ",") {
		path = strings.TrimSpace(path)
		if path == "_info" || strings.HasPrefix(path, "_info/") {
			copyPath(out, o, strings.SplitN(path, "/", 2))
			continue
		}
		names, _, _, ok := s.find(path)
		if !ok || names[0] == "lastUpdated" || names[0] == "dateEntered" {
			return nil, badCondition("%s is not a recognized name.", path)
		}
		copyPath(out, o, names)
	}
	return out, nil
}

func copyPath(out, o object, names []string) {
	v, ok := o[names[0]]
	if !ok {
		return
	}
	if len(names) == 1 {
		out[names[0]] = v
		return
	}
	from, _ := v.(object)
	if _, there := from[names[1]]; !there {
		return
	}
	into, _ := out[names[0]].(object)
	if into == nil {
		into = object{}
		out[names[0]] = into
	}
	into[names[1]] = from[names[1]]
}

// sortBy orders by "field asc, ref/name desc"; without it by id.
func sortBy(s *schema, found []object, orderBy string) error {
	type key struct {
		path []string
		down bool
	}
	var keys []key
	for part := range strings.SplitSeq(orderBy, ",") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		names, _, _, ok := s.find(words[0])
		if !ok || len(words) > 2 || len(words) == 2 && !strings.EqualFold(words[1], "asc") && !strings.EqualFold(words[1], "desc") {
			return badCondition("%s is not a recognized name.", strings.TrimSpace(part))
		}
		keys = append(keys, key{names, len(words) == 2 && strings.EqualFold(words[1], "desc")})
	}
	slices.SortStableFunc(found, func(a, b object) int {
		for _, k := range keys {
			x, _ := lookup(a, k.path)
			y, _ := lookup(b, k.path)
			if n := compareAny(x, y); n != 0 {
				if k.down {
					return -n
				}
				return n
			}
		}
		return number(a, "id") - number(b, "id")
	})
	return nil
}

func compareAny(a, b any) int {
	switch x := a.(type) {
	case float64:
		y, _ := b.(float64)
		return compare(x, y)
	case string:
		y, _ := b.(string)
		return strings.Compare(strings.ToLower(x), strings.ToLower(y))
	case bool:
		y, _ := b.(bool)
		if x == y {
			return 0
		}
		if x {
			return 1
		}
		return -1
	}
	if b == nil {
		return 0
	}
	return -1
}

// pageLinks writes the Link header of RFC 5988, on another host than the one called.
func pageLinks(r *http.Request, q url.Values, page, size, total int) string {
	last := max(1, (total+size-1)/size)
	link := func(rel string, n int) string {
		next := url.Values{}
		maps.Copy(next, q)
		next.Set("pageSize", strconv.Itoa(size))
		next.Set("page", strconv.Itoa(n))
		return fmt.Sprintf("<https://%s%s?%s>; rel=%q", elsewhere, r.URL.Path, next.Encode(), rel)
	}
	var parts []string
	if page > 1 {
		parts = append(parts, link("first", 1), link("prev", min(page-1, last)))
	}
	if page < last {
		parts = append(parts, link("next", page+1), link("last", last))
	}
	return strings.Join(parts, ", ")
}
