package inbox

import (
	"fmt"

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
	if at < 0 || !totalWord(cells[at]) || r.m.Shape == ShapeCloudUsage {
		return false
	}
	if id := r.columns.customerID; id >= 0 && id != at && id < len(cells) && cell(cells, id) != "" {
		return false // a customer with an id is a customer
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
	meter := ""
	if m := r.columns.meter; m >= 0 && m < len(cells) && m != at {
		meter = cell(cells, m)
	}
	switch {
	case r.counts.Wrong > 0:
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

func lastFilled(cells []string) int {
	for i := len(cells) - 1; i > 0; i-- {
		if cell(cells, i) != "" {
			return i
		}
	}
	return -1
}
