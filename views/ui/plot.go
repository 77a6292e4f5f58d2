package ui

import (
	"strconv"
	"strings"

	"psabridge/app"
)

// Plot is a picture of numbers in time: bars of stacked parts, oldest first, and marks where something is compared with them.
// The picture says nothing that its table does not say too.
type Plot struct {
	ID      string // of the page's elements
	Name    string
	Summary string                    // what the picture shows, in a sentence or two
	Unit    string                    // of the numbers; empty for a count
	Say     func(app.Quantity) string // writes a number; nil: with its unit
	Slot    string                    // what a bar is: "Day"
	Parts   []PlotPart
	Mark    string   // what the marks are; empty without
	Extra   []string // what else the table tells of a slot
	Slots   []PlotSlot
	None    string // what the table says of a slot without numbers
}

// PlotPart is one of the things a bar is stacked of, the lowest first.
type PlotPart struct {
	Word string
	Tone string // acc, ok, warn, bad, hold, info or plain
	Fill Fill
}

// Fill tells parts apart where colors cannot be.
type Fill string

// The fills of parts.
const (
	FillSolid   Fill = "solid"
	FillStripes Fill = "stripes"
	FillHollow  Fill = "hollow"
	FillThin    Fill = "thin"
)

// PlotSlot is one bar. Parts are as many as the plot's, or none where nothing is known, which is not the same as zero.
type PlotSlot struct {
	Label string // below the bar, short
	Below string // below that; usually empty
	Long  string // the slot's whole name
	Said  string // the slot in words; empty for the usual ones
	Parts []app.Quantity
	Mark  *app.Quantity
	Extra []string
}

// The picture's own measure. It is stretched in width alone, so that its height is in pixels.
const (
	plotHeight = 120
	plotSlot   = 40
	plotBar    = 24
	plotRoom   = 112 // of the highest bar
)

// Empty reports whether there is nothing to draw: no number but zero.
func (p Plot) Empty() bool { return !p.most().IsPositive() }

func (p Plot) most() app.Quantity {
	most := app.Q(0)
	for _, s := range p.Slots {
		if sum := s.sum(); sum.GreaterThan(most.Decimal) {
			most = sum
		}
		if s.Mark != nil && s.Mark.GreaterThan(most.Decimal) {
			most = *s.Mark
		}
	}
	return most
}

func (s PlotSlot) sum() app.Quantity {
	sum := app.Q(0)
	for _, q := range s.Parts {
		sum = sum.Add(q)
	}
	return sum
}

func (s PlotSlot) known() bool { return len(s.Parts) > 0 || s.Mark != nil }

// top is the upper end of the scale: the next round number above everything. Nobody counts to a half, so a count of one ends at
// two.
func (p Plot) top() app.Quantity {
	top := niceTop(p.most())
	if (p.Unit == "" || p.Unit == app.UnitEach) && p.Say == nil && top.Equal(app.Q(1)) {
		return app.Q(2)
	}
	return top
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

// stacked is one part of a bar, in pixels from the top of the picture.
type stacked struct {
	part   PlotPart
	at     int // which part it is
	top, h int
}

// stack draws the parts of a slot one above the other. What is not zero can be seen; a bar of zero is a stub, because it was
// counted and is not the same as one of which nothing is known.
func (p Plot) stack(s PlotSlot) (out []stacked) {
	if len(s.Parts) == 0 {
		return nil
	}
	least := 2
	if len(s.Parts) > 1 {
		least = 3 // one of them is the gap below the next part
	}
	top, sum, from := p.top(), app.Q(0), 0
	for i, q := range s.Parts {
		if !q.IsPositive() {
			continue
		}
		sum = sum.Add(q)
		to := max(pixels(sum, top), from+least)
		out = append(out, stacked{part: p.Parts[i], at: i, top: plotHeight - to, h: to - from})
		if len(out) > 1 {
			out[len(out)-1].h--
		}
		from = to
	}
	if len(out) == 0 {
		out = append(out, stacked{part: p.Parts[0], top: plotHeight - 1, h: 1})
	}
	return out
}

// pixels is how high a quantity stands.
func pixels(q, top app.Quantity) int {
	return int(q.Mul(app.Q(plotRoom)).DivRound(top.Decimal, 0).IntPart())
}

// markAt is where a mark stands, from the top of the picture.
func (p Plot) markAt(q app.Quantity) int {
	if !q.IsPositive() {
		return plotHeight - 1
	}
	return plotHeight - max(pixels(q, p.top()), 2)
}

func (p Plot) width() string { return strconv.Itoa(plotSlot * len(p.Slots)) }

func (p Plot) box() string { return "0 0 " + p.width() + " " + strconv.Itoa(plotHeight) }

func slotAt(i, inset int) string { return strconv.Itoa(i*plotSlot + inset) }

func (p Plot) scale(part int64) string {
	q := p.top()
	if part == 2 {
		q = app.Quantity{Decimal: q.Div(app.Q(2).Decimal)}
	}
	return p.say(q)
}

func (p Plot) say(q app.Quantity) string {
	if p.Say != nil {
		return p.Say(q)
	}
	return Quantity(q, p.Unit)
}

// spare reports whether a narrow page has no room for the slot's label: it shows about seven of them, and always the last.
func (p Plot) spare(i int) bool {
	n := len(p.Slots)
	return (n-1-i)%max((n+6)/7, 1) != 0
}

// said is a slot in words, for the pointer that rests on it.
func (p Plot) said(s PlotSlot) string {
	if s.Said != "" {
		return s.Said
	}
	if len(s.Parts) == 0 {
		return s.Long + ": " + p.None
	}
	words := make([]string, 0, len(s.Parts)+len(s.Extra))
	for i, q := range s.Parts {
		words = append(words, p.say(q)+" "+strings.ToLower(p.Parts[i].Word))
	}
	for i, text := range s.Extra {
		words = append(words, text+" "+strings.ToLower(p.Extra[i]))
	}
	return s.Long + ": " + strings.Join(words, ", ")
}

// fillOf is what a part is painted with: its own color, or a pattern of it that the picture (f) or its key (k) brings along.
// Stripes lie flat, because the picture is stretched in width.
func (p Plot) fillOf(at int, of string) string {
	if p.Parts[at].striped() {
		return "url(#" + p.patternID(at, of) + ")"
	}
	return "currentColor"
}

func (p Plot) patternID(at int, of string) string { return p.ID + "-" + of + strconv.Itoa(at) }

func (p PlotPart) striped() bool { return p.Fill == FillStripes || p.Fill == FillThin }

// stripe is how much of four pixels is painted.
func (p PlotPart) stripe() string {
	if p.Fill == FillThin {
		return "1"
	}
	return "2"
}

// newest lists the slots as the table has them.
func (p Plot) newest() []PlotSlot {
	out := make([]PlotSlot, 0, len(p.Slots))
	for i := range p.Slots {
		out = append(out, p.Slots[len(p.Slots)-1-i])
	}
	return out
}
