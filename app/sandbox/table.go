package sandbox

import (
	"slices"
	"time"
)

// row is one stored record.
type row struct {
	id   int
	data object
	born time.Time // zero for what was there from the start
}

// table is one collection, in the order of its ids.
type table struct {
	schema *schema
	rows   []*row
	nextID int
	lag    bool // searches may not see young rows yet
}

func newTable(s *schema, firstID int) *table { return &table{schema: s, nextID: firstID} }

// seed stores a record that was there before anybody looked.
func (t *table) seed(id int, data object) *row {
	data["id"] = float64(id)
	r := &row{id: id, data: data}
	at, _ := slices.BinarySearchFunc(t.rows, id, func(r *row, id int) int { return r.id - id })
	t.rows = slices.Insert(t.rows, at, r)
	t.nextID = max(t.nextID, id+1)
	return r
}

// insert stores a new record under the next id.
func (t *table) insert(data object, born time.Time) *row {
	r := t.seed(t.nextID, data)
	r.born = born
	return r
}

func (t *table) get(id int) *row {
	if at, ok := slices.BinarySearchFunc(t.rows, id, func(r *row, id int) int { return r.id - id }); ok {
		return t.rows[at]
	}
	return nil
}

func (t *table) remove(id int) bool {
	at, ok := slices.BinarySearchFunc(t.rows, id, func(r *row, id int) int { return r.id - id })
	if ok {
		t.rows = slices.Delete(t.rows, at, at+1)
	}
	return ok
}

// ref builds the {id, name} object a record points to another with.
func ref(id int, name string) object { return object{"id": float64(id), "name": name} }

func refID(o object, name string) int {
	r, _ := o[name].(object)
	return number(r, "id")
}

func refName(o object, name string) string {
	r, _ := o[name].(object)
	return text(r, "name")
}

func number(o object, name string) int { return int(decimal(o, name)) }

func decimal(o object, name string) float64 {
	n, _ := o[name].(float64)
	return n
}

func text(o object, name string) string {
	s, _ := o[name].(string)
	return s
}

func truth(o object, name string) bool {
	b, _ := o[name].(bool)
	return b
}

func moment(o object, name string) time.Time {
	at, _ := parseDate(text(o, name))
	return at
}

// stamp writes a moment as ConnectWise does: UTC, seconds, no fraction.
func stamp(at time.Time) string { return at.UTC().Format(dateForm) }

// dateForm is the only form of a date that is sure to be read right.
const dateForm = "2006-01-02T15:04:05Z"
