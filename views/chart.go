package views

import (
	"strconv"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/views/ui"
)

// MeterChart is what one meter of an organization came to, month by month, oldest first and without gaps in the months: a
// month without a number is there and empty.
type MeterChart struct {
	Meter  app.Meter
	Basis  app.Basis
	Unit   string // of the heights and the scale: each, GB or TB; readings in bytes are drawn as GB
	Months []ChartMonth
	// Left counts the months whose unit does not convert into Unit: they are in the table and not in the picture.
	Left int
}

// ChartMonth is one month of a chart. Read and Billed are as they were; the heights are in the chart's unit.
type ChartMonth struct {
	app.MeterMonth
	ReadHeight   *app.Quantity // nil: nothing to draw
	BilledHeight *app.Quantity
}

// The picture's own measure. It is stretched in width alone, so that its height is in pixels.
const (
	chartHeight = 120
	chartSlot   = 40
	chartBar    = 24
	chartRoom   = 112 // of the highest bar
)

// Chart makes a chart of a meter's months, from which some may be missing, over n months that end with the last one. convert
// turns a quantity from one unit into another and says whether it can.
func Chart(months []app.MeterMonth, last app.Period, n int, convert func(q app.Quantity, from, to string) (app.Quantity, bool)) MeterChart {
	c := MeterChart{Meter: months[0].Meter, Basis: months[0].Basis, Unit: chartUnit(months)}
	height := func(q *app.Quantity, unit string) *app.Quantity {
		if q == nil {
			return nil
		}
		if out, ok := convert(*q, unit, c.Unit); ok {
			return &out
		}
		c.Left++
		return nil
	}
	p := last
	for range n - 1 {
		p = p.Prev()
	}
	for range n {
		m := ChartMonth{MeterMonth: app.MeterMonth{Meter: c.Meter, Basis: c.Basis, Period: p}}
		for _, one := range months {
			if one.Period == p {
				m.MeterMonth = one
			}
		}
		m.ReadHeight, m.BilledHeight = height(m.Read, m.Unit), height(m.Billed, m.BilledUnit)
		c.Months = append(c.Months, m)
		p = p.Next()
	}
	return c
}

// chartUnit is the unit of the newest number; bytes are shown as GB.
func chartUnit(months []app.MeterMonth) string {
	unit := app.UnitEach
	for _, m := range months {
		if m.Read != nil {
			unit = m.Unit
		} else if m.Billed != nil {
			unit = m.BilledUnit
		}
	}
	if unit == app.UnitBytes {
		return app.UnitGB
	}
	return unit
}

func (c MeterChart) id() string {
	return "chart-" + strings.NewReplacer(".", "-").Replace(string(c.Meter)) + "-" + string(c.Basis)
}

// top is the upper end of the scale: the next round number above everything.
func (c MeterChart) top() app.Quantity {
	most := app.Q(0)
	for _, m := range c.Months {
		for _, q := range []*app.Quantity{m.ReadHeight, m.BilledHeight} {
			if q != nil && q.GreaterThan(most.Decimal) {
				most = *q
			}
		}
	}
	return niceTop(most)
}

// niceTop is the smallest of 1, 2, 4, 6, 8 and 10 times a power of ten that is not below q: half of it is a round number too.
func niceTop(q app.Quantity) app.Quantity {
	step := app.Q(1)
	for step.Mul(app.Q(10)).LessThan(q.Decimal) {
		step = step.Mul(app.Q(10))
	}
	for _, n := range []int64{1, 2, 4, 6, 8} {
		if out := step.Mul(app.Q(n)); !out.LessThan(q.Decimal) {
			return out
		}
	}
	return step.Mul(app.Q(10))
}

// pixels is how high a quantity stands. What is not zero can be seen.
func (c MeterChart) pixels(q app.Quantity) int {
	if !q.IsPositive() {
		return 0
	}
	n := q.Mul(app.Q(chartRoom)).DivRound(c.top().Decimal, 0).IntPart()
	return max(int(n), 2)
}

func (c MeterChart) box() string {
	return "0 0 " + strconv.Itoa(chartSlot*len(c.Months)) + " " + strconv.Itoa(chartHeight)
}

func slotAt(i, inset int) string { return strconv.Itoa(i*chartSlot + inset) }

// barHeight draws a zero as a stub: it was read, and is not the same as a month without a reading.
func (c MeterChart) barHeight(q app.Quantity) int { return max(c.pixels(q), 1) }

func (c MeterChart) scale(part int64) string {
	q := c.top()
	if part == 2 {
		q = app.Quantity{Decimal: q.Div(app.Q(2).Decimal)}
	}
	return ui.Quantity(q, c.Unit)
}

// months that a narrow page has room to name: every second one of many, and always the last.
func (c MeterChart) named(i int) bool { return (len(c.Months)-1-i)%2 == 0 }

func shortMonth(p app.Period) string { return p.Month.String()[:3] }

// yearOf is the year below the first month and below each January.
func (c MeterChart) yearOf(i int) string {
	if i == 0 || c.Months[i].Period.Month == time.January {
		return strconv.Itoa(c.Months[i].Period.Year)
	}
	return ""
}

func (c MeterChart) name() string {
	out := MeterName(c.Meter)
	if c.Basis == app.BasisInclusive {
		out += ", with suborganizations"
	}
	return out
}

// said is a month in words, for the pointer that rests on it and for those who hear the page.
func (m ChartMonth) said() string {
	out := ui.PeriodName(m.Period) + ": "
	if m.Read == nil {
		out += "no reading"
	} else {
		out += "read " + ui.Quantity(*m.Read, m.Unit)
	}
	if m.Billed == nil {
		return out + ", nothing billed"
	}
	return out + ", billed " + ui.Quantity(*m.Billed, m.BilledUnit)
}

// summary says in one or two sentences what the picture shows.
func (c MeterChart) summary() string {
	var first, last *ChartMonth
	gaps := 0
	for i := range c.Months {
		m := &c.Months[i]
		switch {
		case m.Read == nil:
			gaps++
			continue
		case first == nil:
			first = m
		}
		last = m
	}
	switch first {
	case nil:
		return "No month has a complete reading."
	case last:
		return "Only " + ui.PeriodName(first.Period) + " has a reading: " + ui.Quantity(*first.Read, first.Unit) + "."
	}
	out := "Read from " + ui.Quantity(*first.Read, first.Unit) + " in " + ui.PeriodName(first.Period) + " to " + ui.Quantity(*last.Read, last.Unit) + " in " + ui.PeriodName(last.Period) + "."
	if gaps > 0 {
		out += " " + ui.Count(gaps, "month has", "months have") + " no reading."
	}
	return out
}

// statements reports whether any month is a statement: that is billed with the month after.
func (c MeterChart) statements() bool {
	for _, m := range c.Months {
		if m.Statement {
			return true
		}
	}
	return false
}
