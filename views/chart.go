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

// plot is the picture: bars are what was read, marks what was billed.
func (c MeterChart) plot() ui.Plot {
	p := ui.Plot{
		ID: c.id(), Name: c.name() + ", month by month", Summary: c.summary(), Unit: c.Unit, Slot: "Month", Mark: "billed",
		Parts: []ui.PlotPart{{Word: "read", Tone: "acc", Fill: ui.FillSolid}},
	}
	for i, m := range c.Months {
		slot := ui.PlotSlot{Label: shortMonth(m.Period), Below: c.yearOf(i), Long: ui.PeriodName(m.Period), Said: m.said(), Mark: m.BilledHeight}
		if m.ReadHeight != nil {
			slot.Parts = []app.Quantity{*m.ReadHeight}
		}
		p.Slots = append(p.Slots, slot)
	}
	return p
}

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
