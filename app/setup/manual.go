package setup

import "psabridge/app"

// Manual is the guide's words alone, with everything switched on and for every kind of source: what to click in the
// vendors' programs, what to type, and which rights to tick. It knows nothing of how far anybody is, so it is the same for
// everyone; the help shows it, so that there is no second list of the same clicks.
func Manual() []app.GuideTask {
	g := &guide{problem: func(string) string { return "" }}
	g.conn.Ticketing.Enabled, g.conn.Billing.Enabled = true, true
	source := g.sourceTask()
	for _, k := range sourceKinds {
		g.doc.Sources = append(g.doc.Sources, app.SourceSettings{Name: k.name, Kind: k.kind})
	}
	tasks := []app.GuideTask{g.connectWiseTask(), source, g.ticketsTask(), g.billingTask(), g.startTask()}
	for i := range tasks {
		tasks[i].State, tasks[i].Summary, tasks[i].Page = "", "", ""
		for j, s := range tasks[i].Steps {
			tasks[i].Steps[j] = app.GuideStep{ID: s.ID, Title: s.Title, Where: s.Where, Text: s.Text, Values: s.Values, Role: s.Role}
		}
	}
	return tasks
}
