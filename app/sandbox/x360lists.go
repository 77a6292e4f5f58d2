package sandbox

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"psabridge/app/sandbox/sample"
)

// children are the organizations below one, direct ones or all, with those that
// are looped into it.
func (x *X360Sync) children(q *SyncQuirks, id int) []sample.Organization {
	rows := x.msp.Children(id)
	if q.AllBelow {
		for i := 0; i < len(rows) && len(rows) < 10000; i++ {
			rows = append(rows, x.msp.Children(rows[i].ID)...)
		}
	}
	for _, child := range slices.Sorted(maps.Keys(q.Loops)) {
		if o, ok := x.msp.Organization(child); ok && q.Loops[child] == id && !o.Deleted {
			o.ParentID = id
			rows = append(rows, o)
		}
	}
	return rows
}

// own takes out of a list what belongs to organizations below, where the server
// does not show it.
func own[T any](c syncCall, id int, rows []T, of func(T) int) []T {
	if !slices.Contains(c.q.OwnOnly, c.path[strings.LastIndexByte(strings.TrimSuffix(c.path, "/"), '/')+1:]) {
		return rows
	}
	return slices.DeleteFunc(rows, func(one T) bool { return of(one) != id })
}

// ordered puts the log, which comes newest first, into another order.
func (q *SyncQuirks) ordered(rows []sample.Activity) []sample.Activity {
	switch q.Order {
	case OrderAscending:
		slices.Reverse(rows)
	case OrderShuffled:
		shuffle(rows)
	}
	return rows
}

// page answers one page of a list. Two pages are not a snapshot: the world may
// have moved in between, and total with it.
func page[T any](x *X360Sync, c syncCall, all []T, show func(T) object) *answer {
	size := cmp.Or(c.q.PageSize, 100)
	offset := 0
	if s := c.URL.Query().Get("offset"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			return anchorError(http.StatusBadRequest)
		}
		offset = n
	}
	total, asked := len(all), offset
	if named(c.q.ShortEnd, c.path) {
		all = all[:max(0, len(all)-3)]
	}
	if named(c.q.SamePage, c.path) {
		offset = 0
	}
	from, end := min(offset, len(all)), min(offset+size, len(all))
	if named(c.q.TwiceRows, c.path) && from > 0 && from < len(all) {
		from--
	}
	if named(c.q.EmptyPage, c.path) && offset == size {
		end = from
	}
	results := []object{}
	for _, one := range all[from:end] {
		results = append(results, c.q.write(show(one)))
	}
	if named(c.q.NeverEnds, c.path) && len(all) > 0 {
		for n := offset + len(results); len(results) < size; n++ {
			row := show(all[n%len(all)])
			row["id"] = 50_000_000 + n
			results = append(results, c.q.write(row))
		}
		total = offset + 10*size
	}
	body := object{"results": results, "offset": c.q.number(asked)}
	if said := x.total(c, total, len(results)); said != nil {
		body["total"] = c.q.number(said)
	}
	return jsonAnswer(http.StatusOK, body)
}

// total is what a list says of its length; nil is nothing.
func (x *X360Sync) total(c syncCall, total, page int) any {
	if len(c.q.TotalsOf) > 0 && !named(c.q.TotalsOf, c.path) {
		return total
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.pages++
	return lie(c.q.Totals, total, page, x.pages)
}

// sizes are the fields that hold bytes.
var sizes = map[string]bool{"space_used": true, "revision_space_used": true, "space_usage": true, "space_quota": true}

// write changes the values of an object as the server writes them.
func (q *SyncQuirks) write(o object) object {
	if !q.TextNumbers && q.Sizes == SizesBytes && q.Clock == ClockNaive {
		return o
	}
	for name, v := range o {
		switch v := v.(type) {
		case object:
			q.write(v)
		case []object:
			for _, one := range v {
				q.write(one)
			}
		case string:
			o[name] = q.clock(v)
		default:
			if sizes[name] {
				o[name] = q.size(v)
			}
			o[name] = q.number(o[name])
		}
	}
	return o
}

// number is a number in the manner of the server; anything else stays.
func (q *SyncQuirks) number(v any) any {
	if !q.TextNumbers {
		return v
	}
	switch v := v.(type) {
	case json.Number:
		return v.String()
	case []int:
		list := []string{}
		for _, n := range v {
			list = append(list, itoa(n))
		}
		return list
	}
	return numberAsText(v)
}

func (q *SyncQuirks) size(v any) any {
	n, ok := v.(int64)
	if !ok {
		return v // null, or text by the sample's own choice
	}
	switch q.Sizes {
	case SizesNull:
		return nil
	case SizesNumeral:
		return strconv.FormatInt(n, 10)
	case SizesNegative:
		return -n - 1
	case SizesFloat:
		return json.Number(strconv.FormatFloat(float64(n), 'e', 14, 64))
	}
	return v
}

// clock writes a moment in another way; other text stays.
func (q *SyncQuirks) clock(s string) string {
	const plain = "2006-01-02T15:04:05"
	if q.Clock == ClockNaive || len(s) != len(plain) {
		return s
	}
	at, err := time.Parse(plain, s)
	if err != nil {
		return s
	}
	switch q.Clock {
	case ClockZulu:
		return s + "Z"
	case ClockOffset:
		return at.In(time.FixedZone("", 2*3600)).Format(time.RFC3339)
	case ClockFraction:
		return s + ".250000"
	case ClockSpace:
		return strings.Replace(s, "T", " ", 1)
	}
	return s
}
