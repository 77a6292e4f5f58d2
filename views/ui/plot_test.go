package ui_test

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"psabridge/app"
	"psabridge/views/ui"
)

func html(t interface {
	Helper()
	Fatal(...any)
}, p ui.Plot,
) string {
	t.Helper()
	var b bytes.Buffer
	if err := ui.PlotFigure(p).Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var (
	groups = regexp.MustCompile(`(?s)<g>.*?</g>`)
	bits   = regexp.MustCompile(`class="bit (\w+) (\w+)" x="(\d+)" y="(-?\d+)" width="\d+" height="(\d+)" fill="([^"]*)"`)
	rows   = regexp.MustCompile(`(?s)<tr role="row"><th role="rowheader".*?</tr>`)
	cells  = regexp.MustCompile(`<td role="cell" class="num" data-l="[^"]*">([^<]*)</td>`)
)

// TestTheTableSaysWhatTheBarsShow: whatever the numbers are, each slot has a bar and a row, each part of a bar that is not zero has
// a height that can be seen, stands on the one below it, is no lower than a smaller one of the same part, and is a cell of the row.
func TestTheTableSaysWhatTheBarsShow(t *testing.T) {
	parts := []ui.PlotPart{{Word: "One", Tone: "acc", Fill: ui.FillSolid}, {Word: "Two", Tone: "ok", Fill: ui.FillStripes}, {Word: "Three", Tone: "bad", Fill: ui.FillHollow}, {Word: "Four", Tone: "plain", Fill: ui.FillThin}}
	rapid.Check(t, func(t *rapid.T) {
		p := ui.Plot{ID: "x", Name: "X", Slot: "Day", None: "not known", Parts: parts[:rapid.IntRange(1, 4).Draw(t, "parts")]}
		number := rapid.OneOf(rapid.Just[int64](0), rapid.Int64Range(0, 3), rapid.Int64Range(0, 100_000))
		for i := range rapid.IntRange(1, 31).Draw(t, "slots") {
			s := ui.PlotSlot{Label: strconv.Itoa(i), Long: fmt.Sprint("Day ", i)}
			if rapid.Bool().Draw(t, "known") {
				for range p.Parts {
					s.Parts = append(s.Parts, app.Q(number.Draw(t, "n")))
				}
			}
			p.Slots = append(p.Slots, s)
		}
		out := html(t, p)
		bars, table := groups.FindAllString(out, -1), rows.FindAllString(out, -1)
		if len(bars) != len(p.Slots) || len(table) != len(p.Slots) {
			t.Fatalf("%d bars and %d rows of %d slots", len(bars), len(table), len(p.Slots))
		}
		for i, s := range p.Slots {
			row := table[len(table)-1-i]
			if !strings.Contains(row, ">"+s.Long+"<") || !strings.Contains(bars[i], "<title>"+s.Long+": ") {
				t.Fatalf("slot %d is %s and %s", i, bars[i], row)
			}
			checkBar(t, s, bits.FindAllStringSubmatch(bars[i], -1), cells.FindAllStringSubmatch(row, -1), bars[i]+row)
		}
	})
}

func checkBar(t *rapid.T, s ui.PlotSlot, drawn, told [][]string, all string) {
	if len(s.Parts) == 0 {
		if len(drawn)+len(told) > 0 || strings.Count(all, "not known") != 2 || !strings.Contains(all, "none") {
			t.Fatalf("nothing is known, and shown is %s", all)
		}
		return
	}
	seen, floor := 0, 120
	for i, q := range s.Parts {
		if told[i][1] != ui.Quantity(q, "") {
			t.Fatalf("%s is told as %s", q, told[i][1])
		}
		if q.IsZero() {
			continue
		}
		y, _ := strconv.Atoi(drawn[seen][4])
		h, _ := strconv.Atoi(drawn[seen][5])
		if h < 2 || y < -3 || y+h > floor || floor-(y+h) > 1 {
			t.Fatalf("%s is %d high from %d, above %d", q, h, y, floor)
		}
		floor = y
		seen++
	}
	if seen == 0 {
		if len(drawn) != 1 || drawn[0][5] != "1" {
			t.Fatalf("a zero is drawn as %v", drawn)
		}
		return
	}
	if seen != len(drawn) {
		t.Fatalf("%d parts and %d drawn", seen, len(drawn))
	}
}

// TestPlotNeedsNoPermission: a strict policy allows neither styles nor scripts in a picture, and what it refers to is in it.
func TestPlotNeedsNoPermission(t *testing.T) {
	p := ui.Plot{
		ID: "x", Name: `<b>"X"`, Summary: "Short.", Slot: "Day", Parts: []ui.PlotPart{{Word: "One", Tone: "acc", Fill: ui.FillSolid}, {Word: "Two", Tone: "ok", Fill: ui.FillStripes}, {Word: "Three", Tone: "ok", Fill: ui.FillThin}},
		Slots: []ui.PlotSlot{{Label: "1", Long: "First", Parts: []app.Quantity{app.Q(1), app.Q(1), app.Q(1)}}},
	}
	out := html(t, p)
	for _, bad := range []string{"style=", "<script", "<style", "onload", "<b>"} {
		if strings.Contains(out, bad) {
			t.Errorf("it has %s", bad)
		}
	}
	for _, want := range []string{`<title id="x-t">`, `<desc id="x-d">Short. The table below has every number.</desc>`, `aria-labelledby="x-t"`, `aria-describedby="x-d"`, `role="img"`, "<caption"} {
		if !strings.Contains(out, want) {
			t.Errorf("it has no %s", want)
		}
	}
	for _, ref := range regexp.MustCompile(`url\(#([^)]+)\)`).FindAllStringSubmatch(out, -1) {
		if !strings.Contains(out, `<pattern id="`+ref[1]+`"`) {
			t.Errorf("there is no %s", ref[1])
		}
	}
	if ids := regexp.MustCompile(` id="([^"]+)"`).FindAllString(out, -1); len(ids) != 6 {
		t.Errorf("ids %v", ids)
	}
}

func TestPlotScaleCountsInWholes(t *testing.T) {
	p := ui.Plot{ID: "x", Slot: "Day", Parts: []ui.PlotPart{{Word: "One"}}, Slots: []ui.PlotSlot{{Parts: []app.Quantity{app.Q(1)}}}}
	if out := html(t, p); strings.Contains(out, "0.5") || !strings.Contains(out, "<span>2</span> <span>1</span>") {
		t.Error(out)
	}
	p.Slots[0].Parts[0] = app.Q(0)
	if !p.Empty() {
		t.Error("a plot of zeros is not empty")
	}
}
