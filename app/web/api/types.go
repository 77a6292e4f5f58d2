package api

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"psabridge/app"
)

// Number is an exact decimal, a bare JSON number.
type Number struct{ app.Quantity }

// Schema implements huma.SchemaProvider.
func (Number) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Description: "exact decimal"}
}

func number(q app.Quantity) Number { return Number{q} }

// NumberOrNull is a Number that may be unknown, null in JSON.
type NumberOrNull struct{ known *app.Quantity }

// Schema implements huma.SchemaProvider.
func (NumberOrNull) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Nullable: true, Description: "exact decimal; null when unknown"}
}

// MarshalJSON prints the number, or null.
func (n NumberOrNull) MarshalJSON() ([]byte, error) {
	if n.known == nil {
		return []byte("null"), nil
	}
	return n.known.MarshalJSON()
}

func maybe(q *app.Quantity) NumberOrNull { return NumberOrNull{q} }

// OrNull is a T that may be absent, null in JSON. A bare pointer would do in Go, but its schema would deny the null.
type OrNull[T any] struct{ value *T }

// Schema implements huma.SchemaProvider.
func (OrNull[T]) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{r.Schema(reflect.TypeFor[T](), true, ""), {Type: "null"}}}
}

// MarshalJSON prints the value, or null.
func (o OrNull[T]) MarshalJSON() ([]byte, error) { return json.Marshal(o.value) }

func some[T any](v T) OrNull[T] { return OrNull[T]{&v} }

// ID is the id of one of our own rows; a string, so that no script does arithmetic with it.
type ID string

func id(n int64) ID { return ID(strconv.FormatInt(n, 10)) }

// RowID prints the id of a row of ours.
func RowID(n int64) ID { return id(n) }

func idOrNil(n int64) *ID {
	if n == 0 {
		return nil
	}
	v := id(n)
	return &v
}

func remoteOrNil(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

// parse returns the row's number; Invalid names the parameter.
func (i ID) parse(field string) (int64, error) {
	n, err := strconv.ParseInt(string(i), 10, 64)
	if err != nil || n <= 0 {
		return 0, app.FieldErrorf(field, "%q is not an id.", string(i))
	}
	return n, nil
}

// optional is parse for a parameter that may be left out: then it is 0.
func (i ID) optional(field string) (int64, error) {
	if i == "" {
		return 0, nil
	}
	return i.parse(field)
}

// timeOrNil is how an absent moment looks in JSON.
func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	u := t.UTC()
	return &u
}

func dateOrNil(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.Format(time.DateOnly)
	return &s
}

func textOrNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// List is the shape of every list: items and the cursor of the next page, null on the last.
type List[T any] struct {
	Items []T     `json:"items" nullable:"false"`
	Next  *string `json:"next"`
}

type listOutput[T any] struct{ Body List[T] }

// newList cuts rows to a page; cursor gives a row's place.
func newList[R, T any](rows []R, page app.Page, item func(R) T, cursor func(R) int64) *listOutput[T] {
	out := &listOutput[T]{Body: List[T]{Items: make([]T, 0, len(rows))}}
	for _, r := range rows {
		out.Body.Items = append(out.Body.Items, item(r))
	}
	if cursor != nil && len(rows) == page.Size() {
		next := strconv.FormatInt(cursor(rows[len(rows)-1]), 10)
		out.Body.Next = &next
	}
	return out
}

// paged cuts one page out of a list that is made anew for each call; the cursor is how many came before.
func paged[T any](s *server, all []T, in Paging) (*listOutput[T], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	from := min(int(min(page.After, math.MaxInt32)), len(all))
	to := min(from+page.Size(), len(all))
	out := &listOutput[T]{Body: List[T]{Items: append([]T{}, all[from:to]...)}}
	if to < len(all) {
		next := strconv.Itoa(to)
		out.Body.Next = &next
	}
	return out, nil
}

// Paging are the query parameters of every list.
type Paging struct {
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	After string `query:"after" doc:"next of the page before"`
}

func (p Paging) page() (app.Page, error) {
	out := app.Page{Limit: p.Limit}
	if p.After != "" {
		n, err := ID(p.After).parse("after")
		if err != nil {
			return out, err
		}
		out.After = n
	}
	return out, nil
}

// Named is a ConnectWise record.
type Named struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

func named(n app.Named) Named { return Named(n) }

// Check is one result of a connection test.
type Check struct {
	ID         string `json:"id"`
	Title      string `json:"title"`
	State      string `json:"state" enum:"ok,warning,failed,skipped"`
	Message    string `json:"message"`
	Fix        string `json:"fix"`
	TookMS     int64  `json:"took_ms" doc:"how long the check took, in milliseconds"`
	Connection string `json:"connection,omitempty"`
	Source     string `json:"source,omitempty"`
}

func check(c app.CheckRow) Check {
	return Check{
		ID: c.ID, Title: c.Title, State: string(c.State), Message: c.Message, Fix: c.Fix, TookMS: c.Took.Milliseconds(), Connection: c.Connection,
	}
}
