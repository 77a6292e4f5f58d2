package stories

import (
	"psabridge/app"
	"psabridge/views"
	"psabridge/views/ui"
)

// Pictures of what happened lately: without any data, with the usual, and with numbers of every size beside each other.

func ticketsChart(n int, bad bool) *views.FlowChart {
	days := make([]app.TicketFlow, 30)
	for i, d := range app.Days(now, len(days), zone) {
		days[i] = app.TicketFlow{Slot: d, Known: n > 0 && i > 3}
		if days[i].Known && i%6 != 2 {
			days[i].Opened, days[i].Merged, days[i].Closed = i%5, i*i%11, i%4
		}
	}
	if bad {
		days[21].Merged = 12400
	}
	return views.TicketsPerDay(days, zone)
}

func deliveriesChart(n int, bad bool) *views.FlowChart {
	hours := make([]app.DeliveryFlow, 24)
	for i, h := range app.Hours(now, len(hours), zone) {
		hours[i] = app.DeliveryFlow{Slot: h, Known: n > 0 && i > 1}
		if hours[i].Known {
			hours[i].Sent = i * 7 % 13
		}
	}
	if n > 0 {
		hours[20].Waiting, hours[23].Waiting, hours[22].Parked = 1, 4, 3
	}
	if bad {
		hours[19].Dropped, hours[23].Parked, hours[23].Waiting = 6, 10000, 1
	}
	return views.DeliveriesPerHour(hours, zone)
}

func pollsChart(n int, bad bool) *views.FlowChart {
	hours := make([]app.PollFlow, 24)
	for i, h := range app.Hours(now, len(hours), zone) {
		hours[i].Slot = h
		if n > 0 && i != 6 && i != 7 {
			hours[i].OK, hours[i].Calls = 30, 61
		}
		if bad && i > 15 {
			hours[i].OK, hours[i].Incomplete, hours[i].Failed = 12, 9, 9
		}
	}
	return views.PollsPerHour("sync", hours, zone)
}

func foundChart(n int, bad bool) *views.FlowChart {
	var months []app.FoundMonth
	p := nov
	for i := range min(n, 8) {
		m := app.FoundMonth{Period: p, Lost: q("1234.5").Sub(app.Q(int64(i * 140))), Over: app.Q(int64(i * 37)), Missing: i % 3}
		if i != 4 || bad {
			months = append([]app.FoundMonth{m}, months...)
		}
		p = p.Prev()
	}
	return views.FoundPerMonth("cw", months, nov, 13)
}

// plots are the picture of the kit in its states, few bars each.
func plots() []Component {
	usual, large, money := deliveriesChart(1, false).Plot, deliveriesChart(1, true).Plot, foundChart(8, false).Plot
	one, marked := usual, usual
	usual.ID, usual.Slots = "usual", append(usual.Slots[:2:2], usual.Slots[20:]...)
	large.ID, large.Slots = "large", large.Slots[19:]
	money.ID, money.Slots = "money", money.Slots[7:]
	one.ID, one.Slots = "one", one.Slots[:1]
	marked.ID, marked.Mark, marked.Slots = "marked", "billed", []ui.PlotSlot{{Label: "Oct", Below: "2026", Long: "October 2026", Mark: new(app.Q(0))}, {Label: "Nov", Long: "November 2026", Parts: usual.Slots[4].Parts, Mark: new(app.Q(9))}}
	return []Component{
		{Name: "PlotFigure", Cases: []Case{{"some hours", ui.PlotFigure(usual)}, {"numbers of every size", ui.PlotFigure(large)}, {"amounts", ui.PlotFigure(money)}}},
		{Name: "PlotKey", Cases: []Case{{"with a mark", ui.PlotKey(marked)}}},
		{Name: "PlotPicture", Cases: []Case{{"with a mark", ui.PlotPicture(marked)}, {"nothing known", ui.PlotPicture(one)}}},
	}
}
