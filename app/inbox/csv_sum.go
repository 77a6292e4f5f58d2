package inbox

import (
	"fmt"
	"slices"

	"psabridge/app"
)

// sum is what rows add up to, and what they did at the last row of sums.
type sum struct {
	all, mark app.Quantity
	rows      int
}

func (s *sum) add(q app.Quantity) {
	s.all = s.all.Add(q)
	s.rows++
}

// is reports whether a number is the sum of all rows, or of those since the last row of sums.
func (s *sum) is(q app.Quantity) bool {
	return s != nil && s.rows > 0 && (q.Equal(s.all) || q.Equal(s.all.Sub(s.mark)))
}

// sumOfSome is is for a row that does not say that it is a sum: one row above it with the same number says nothing.
func (s *sum) sumOfSome(q app.Quantity) bool {
	return s.is(q) && s.rows > 1
}

// sums are what a row of totals may say: over all meters, or of one.
type sums struct {
	whole   sum
	byMeter map[string]*sum
}

func (s *sums) add(meter string, q app.Quantity) {
	s.whole.add(q)
	one := s.byMeter[meter]
	if one == nil {
		one = &sum{}
		s.byMeter[cloned(meter)] = one
	}
	one.add(q)
}

// total handles a row of sums: one whose first text says so. It is left out when it says what the rows above it add up to;
// when it does not, either a row is missing or it is a customer called so, and a person has to look.
func (r *run) total(cells []string, line int) bool {
	at := -1
	for i, c := range cells {
		if cell([]string{c}, 0) != "" {
			at = i
			break
		}
	}
	if at < 0 || r.m.Shape == ShapeCloudUsage {
		return false
	}
	if id := r.columns.customerID; id >= 0 && id != at && id < len(cells) && cell(cells, id) != "" {
		return false // a customer with an id is a customer
	}
	if !totalWord(cells[at]) {
		r.doubt(cells, at, line)
		return false
	}
	quantity := r.columns.quantity
	if len(cells) != len(r.t.columns) {
		quantity = lastFilled(cells) // sums are often shorter than the rows
	}
	if quantity < 0 {
		r.lost(line, "", "This row looks like a sum, but no column holds a quantity to compare it with. Delete it from the file.")
		return true
	}
	q, _, err := readNumber(cells[quantity], r.decimal[r.columns.quantity])
	meter := r.meterAt(cells, at)
	switch {
	case r.counts.Wrong > 0 && !r.m.Partial:
		r.counts.TotalRows++ // there is nothing to compare it with any more, and the file is said to be wrong already
	case err != nil:
		r.lost(line, r.head(quantity), "This row looks like a sum, but "+lower(err.Error())+" Correct it, or delete the row.")
	case r.sums.whole.is(q), meter != "" && r.sums.byMeter[meter].is(q):
		r.counts.TotalRows++
		r.sums.whole.mark = r.sums.whole.all
		if one := r.sums.byMeter[meter]; one != nil {
			one.mark = one.all
		}
	default:
		r.lost(line, r.head(quantity), fmt.Sprintf("This row looks like a sum and says %s, but the rows above it add up to %s. Rows may be missing; look at the file, or delete the row.", q, r.sums.whole.all))
	}
	return true
}

// meterAt is the text of the meter of a row whose first text stands in column at.
func (r *run) meterAt(cells []string, at int) string {
	if m := r.columns.meter; m >= 0 && m < len(cells) && m != at {
		return cell(cells, m)
	}
	return ""
}

// below is a row that says what the rows above it add up to, and does not say that it is a sum.
type below struct {
	line     int // 0: the last row is none
	name     string
	quantity app.Quantity
}

// doubt notes a row that could be a sum in words nobody has thought of. What it says like a sum is asked about at once, and
// the last row of a file at its end. Who the source knows, or who came before in the file, is a customer.
func (r *run) doubt(cells []string, at, line int) {
	quantity, id := r.columns.quantity, r.columns.customerID
	if r.asked || quantity < 0 || len(cells) != len(r.t.columns) || id >= 0 && cell(cells, id) != "" && !totalLike(cells[at]) {
		return
	}
	q, err := r.number(cells[quantity], r.decimal[quantity])
	meter := r.meterAt(cells, at)
	if err != nil || q.IsZero() || !r.sums.whole.sumOfSome(q) && (meter == "" || !r.sums.byMeter[meter].sumOfSome(q)) || r.knows(cells) {
		return
	}
	r.below = below{line, cell(cells, at), q}
	if totalLike(cells[at]) {
		r.sumBelow()
	}
}

// knows reports whether the customer of a row is known to the source, or came before in the file.
func (r *run) knows(cells []string) bool {
	external, wrong := Customer{ID: cell(cells, r.columns.customerID), Name: cell(cells, r.columns.customerName)}.external()
	if wrong != "" {
		return false
	}
	_, here := r.customers.name[external]
	return here || slices.ContainsFunc(r.file.Organizations, func(o app.Organization) bool { return o.ExternalID == external })
}

// sumBelow asks about a row that could be a sum. Left out wrongly it would be a customer nobody bills, and taken wrongly a
// customer who is everybody.
func (r *run) sumBelow() {
	b := r.below
	if b.line == 0 {
		return
	}
	r.below = below{}
	r.unusable = true
	r.note(b.line, r.head(r.columns.quantity), fmt.Sprintf("%q has %s, just what rows above it add up to, so this row looks like a sum. If it is one, delete it. If it is not, put it further up.", short(b.name), b.quantity))
}

func lastFilled(cells []string) int {
	for i := len(cells) - 1; i > 0; i-- {
		if cell(cells, i) != "" {
			return i
		}
	}
	return -1
}
