package views

import (
	"strconv"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/views/ui"
)

// FlowChart is a picture of what happened lately. Where there is nothing to draw it is a sentence.
type FlowChart struct {
	Plot  ui.Plot
	Empty string
}

// counts are numbers as a picture has them.
func counts(list ...int) (out []app.Quantity) {
	for _, n := range list {
		out = append(out, app.Q(int64(n)))
	}
	return out
}

// dayLabels name the days of a picture: the day of the month, and below it the month where it begins to be read.
func dayLabels(i int, from time.Time, loc *time.Location) ui.PlotSlot {
	d := from.In(loc)
	out := ui.PlotSlot{Label: strconv.Itoa(d.Day()), Long: d.Format("Mon, 2 Jan 2006")}
	if i == 0 || d.Day() == 1 {
		out.Below = d.Format("Jan")
	}
	return out
}

// hourLabels name an hour by when it begins, with the letters of its zone: one comes twice when the clocks go back.
func hourLabels(i int, from time.Time, loc *time.Location) ui.PlotSlot {
	h := from.In(loc)
	out := ui.PlotSlot{Label: h.Format("15"), Long: h.Format("Mon 15:04 MST")}
	if i == 0 || h.Hour() == 0 {
		out.Below = h.Format("Mon")
	}
	return out
}

// TicketsPerDay pictures the tickets of some days of a zone.
func TicketsPerDay(days []app.TicketFlow, loc *time.Location) *FlowChart {
	p := ui.Plot{
		ID: "tickets-per-day", Name: "Tickets per day", Slot: "Day", None: "psabridge was not there yet",
		Parts: []ui.PlotPart{{Word: "Opened", Tone: "acc", Fill: ui.FillSolid}, {Word: "Alerts counted", Tone: "info", Fill: ui.FillStripes}, {Word: "Closed", Tone: "ok", Fill: ui.FillHollow}},
	}
	var opened, merged, closed, unknown int
	for i, d := range days {
		slot := dayLabels(i, d.From, loc)
		if d.Known {
			slot.Parts = counts(d.Opened, d.Merged, d.Closed)
		} else {
			unknown++
		}
		opened, merged, closed = opened+d.Opened, merged+d.Merged, closed+d.Closed
		p.Slots = append(p.Slots, slot)
	}
	p.Summary = "Last " + strconv.Itoa(len(days)) + " days: " + ui.Int(opened) + " opened, " + ui.Count(merged, "alert", "alerts") + " counted on a ticket that was there, " + ui.Int(closed) + " closed." +
		notThere(unknown, "day", "days") + " Days of " + loc.String() + "."
	return &FlowChart{Plot: p, Empty: "No ticket was opened or closed in the last " + strconv.Itoa(len(days)) + " days."}
}

// notThere says of how many slots nothing is known.
func notThere(n int, one, many string) string {
	if n == 0 {
		return ""
	}
	return " Of " + ui.Count(n, one, many) + " nothing is known: psabridge was not there yet."
}

// DeliveriesPerHour pictures the deliveries of some hours by where they stand now. What was dropped is shown where there is any.
func DeliveriesPerHour(hours []app.DeliveryFlow, loc *time.Location) *FlowChart {
	p := ui.Plot{
		ID: "deliveries-per-hour", Name: "Deliveries per hour", Slot: "Made from", None: "psabridge was not there yet",
		Parts: []ui.PlotPart{{Word: "Sent", Tone: "acc", Fill: ui.FillSolid}, {Word: "Waiting or checking", Tone: "info", Fill: ui.FillStripes}, {Word: "Needs you", Tone: "hold", Fill: ui.FillHollow}},
	}
	var sent, waiting, parked, dropped, unknown int
	for _, h := range hours {
		sent, waiting, parked, dropped = sent+h.Sent, waiting+h.Waiting, parked+h.Parked, dropped+h.Dropped
	}
	if dropped > 0 {
		p.Parts = append(p.Parts, ui.PlotPart{Word: "Dropped", Tone: "plain", Fill: ui.FillThin})
	}
	for i, h := range hours {
		slot := hourLabels(i, h.From, loc)
		if h.Known {
			slot.Parts = counts(h.Sent, h.Waiting, h.Parked, h.Dropped)[:len(p.Parts)]
		} else {
			unknown++
		}
		p.Slots = append(p.Slots, slot)
	}
	p.Summary = "Made in the last " + strconv.Itoa(len(hours)) + " hours, as they stand now: " + ui.Int(sent) + " sent, " + ui.Int(waiting) + " waiting or checking, " + needsYou(parked)
	if dropped > 0 {
		p.Summary += ", " + ui.Int(dropped) + " dropped"
	}
	p.Summary += "." + notThere(unknown, "hour", "hours")
	return &FlowChart{Plot: p, Empty: "Nothing was to be told in the last " + strconv.Itoa(len(hours)) + " hours."}
}

func needsYou(n int) string {
	if n == 1 {
		return "1 needs you"
	}
	return ui.Int(n) + " need you"
}

// PollsPerHour pictures how the polls of a source went. An hour without a poll is not one in which none failed.
func PollsPerHour(source string, hours []app.PollFlow, loc *time.Location) *FlowChart {
	p := ui.Plot{
		ID: "polls-per-hour", Name: "Polls per hour", Slot: "Hour from", None: "no poll", Extra: []string{"Calls made"},
		Parts: []ui.PlotPart{{Word: "Read", Tone: "ok", Fill: ui.FillSolid}, {Word: "Not complete", Tone: "warn", Fill: ui.FillStripes}, {Word: "Failed", Tone: "bad", Fill: ui.FillHollow}},
	}
	var read, incomplete, failed, calls, without int
	for i, h := range hours {
		slot := hourLabels(i, h.From, loc)
		if h.Polls() > 0 {
			slot.Parts, slot.Extra = counts(h.OK, h.Incomplete, h.Failed), []string{ui.Int(h.Calls)}
		} else {
			without++
		}
		read, incomplete, failed, calls = read+h.OK, incomplete+h.Incomplete, failed+h.Failed, calls+h.Calls
		p.Slots = append(p.Slots, slot)
	}
	words := []string{ui.Int(read) + " read"}
	if incomplete > 0 {
		words = append(words, ui.Int(incomplete)+" not complete")
	}
	words = append(words, ui.Int(failed)+" failed")
	p.Summary = "Last " + strconv.Itoa(len(hours)) + " hours: " + strings.Join(words, ", ") + ", with " + ui.Count(calls, "call", "calls") + "."
	if without > 0 {
		p.Summary += " " + ui.Count(without, "hour has", "hours have") + " no poll."
	}
	return &FlowChart{Plot: p, Empty: "No poll of " + source + " in the last " + strconv.Itoa(len(hours)) + " hours."}
}

// FoundPerMonth pictures what the plans of a connection found, over n months that end with the last one. Months without a plan
// are there and empty.
func FoundPerMonth(connection string, months []app.FoundMonth, last app.Period, n int) *FlowChart {
	p := ui.Plot{
		ID: "found-" + connection, Name: "Money found, month by month", Slot: "Month", None: "no preview", Say: plain, Extra: []string{"Price not readable"},
		Parts: []ui.PlotPart{{Word: "Used but not billed", Tone: "acc", Fill: ui.FillSolid}, {Word: "Billed but not used", Tone: "hold", Fill: ui.FillStripes}},
	}
	first := last
	for range n - 1 {
		first = first.Prev()
	}
	var planned, missing int
	for i, at := 0, first; i < n; i, at = i+1, at.Next() {
		slot := ui.PlotSlot{Label: shortMonth(at), Long: ui.PeriodName(at)}
		if i == 0 || at.Month == time.January {
			slot.Below = strconv.Itoa(at.Year)
		}
		for _, m := range months {
			if m.Period == at {
				slot.Parts, slot.Extra = []app.Quantity{m.Lost, m.Over}, []string{ui.Int(m.Missing)}
				planned, missing = planned+1, missing+m.Missing
			}
		}
		p.Slots = append(p.Slots, slot)
	}
	p.Summary = foundSummary(months, planned, missing, n)
	return &FlowChart{Plot: p, Empty: foundNothing(planned, missing)}
}

func foundSummary(months []app.FoundMonth, planned, missing, n int) string {
	out := "What the newest preview of each month found."
	if len(months) > 0 {
		m := months[len(months)-1]
		out = strings.TrimSuffix(out, ".") + "; for " + ui.PeriodName(m.Period) + " " + plain(m.Lost) + " used but not billed and " + plain(m.Over) + " billed but not used."
	}
	if none := n - planned; none > 0 {
		out += " " + ui.Count(none, "month has", "months have") + " no preview."
	}
	if missing > 0 {
		out += " " + ui.Count(missing, "finding has", "findings have") + " no readable price and no bar."
	}
	return out
}

func foundNothing(planned, missing int) string {
	switch {
	case planned == 0:
		return "No month has a preview yet."
	case missing > 0:
		return "No finding of the last months has a readable price: " + ui.Count(missing, "amount is", "amounts are") + " not known."
	}
	return "No preview of the last months found anything used but not billed, or billed but not used."
}
