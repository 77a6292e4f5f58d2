package web

import (
	"context"
	"slices"
	"strings"

	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/connect"
	"psabridge/app/intake"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
)

func startAnswer(f form) (alert.Answer, error) {
	a := alert.Answer{Open: f.text("answer") == "open", Rule: f.text("rule"), Connection: f.text("connection"), Why: app.Reason(f.text("why"))}
	if a.Why != "" && a.Why != app.ReasonHistory && a.Why != app.ReasonFlood {
		return a, app.FieldErrorf("why", "Nothing is asked about %q.", string(a.Why))
	}
	if !a.Open && f.text("answer") != "quiet" {
		return a, app.FieldErrorf("answer", "Say whether to open tickets or to stay quiet.")
	}
	return a, nil
}

// vendors are everybody we talk to, with how it goes.
func (s *Server) vendors(st standing) (out []views.ConnectionRow) {
	for _, src := range st.doc.Sources {
		src = settings.SourceWithDefaults(src)
		one := st.source(src.Name)
		out = append(out, views.ConnectionRow{
			Name: src.Name, Detail: sourceDetail(src), Path: link.Source(src.Name),
			LastOK: one.LastOKAt, Error: one.LastError, Beats: beats(one.Beats),
		})
	}
	for _, c := range st.doc.Connections {
		out = append(out, s.connectionRow(st, c))
	}
	return out
}

func sourceDetail(src app.SourceSettings) string {
	if src.Pushed() {
		return "an inbox: what is sent to it"
	}
	return settings.Host(src.Host) + ", every\u00a0" + strings.ReplaceAll(ui.Span(src.Every.D()), " ", "\u00a0")
}

func (s *Server) connectionRow(st standing, c app.ConnectionSettings) views.ConnectionRow {
	h := s.Health(c.Name)
	row := views.ConnectionRow{Name: c.Name, Detail: target(c), Path: link.Connection(c.Name), LastOK: h.LastOKAt, Error: h.LastError, Beats: healthBeat(h)}
	if b, ok := st.blocked(c.Name); ok {
		row.Error = b.Reason
	}
	return row
}

// healthBeat draws the one thing that is known of a connection: how it answered last.
func healthBeat(h connect.Health) []ui.Beat {
	switch h.State {
	case connect.OK:
		return []ui.Beat{ui.BeatOK}
	case connect.Down, connect.Blocked:
		return []ui.Beat{ui.BeatBad}
	}
	return nil
}

// beatsShown is how long a beat bar is; polls that were not made yet are drawn too.
const beatsShown = 30

func beats(list []intake.Beat) []ui.Beat {
	out := slices.Repeat([]ui.Beat{ui.BeatNone}, max(beatsShown-len(list), 0))
	for _, b := range list {
		switch {
		case !b.OK:
			out = append(out, ui.BeatBad)
		case !b.Complete:
			out = append(out, ui.BeatSlow)
		default:
			out = append(out, ui.BeatOK)
		}
	}
	return out
}

// recentShown is how many lines "what happened last" has.
const recentShown = 10

// recent is what happened last: deliveries, pushes and changed settings, newest first.
func (s *Server) recent(ctx context.Context) ([]views.Happening, error) {
	var out []views.Happening
	deliveries, err := s.Read.Deliveries(ctx, app.DeliveryFilter{Page: app.Page{Limit: recentShown}})
	if err != nil {
		return nil, err
	}
	for _, d := range deliveries {
		if d.Kind != app.DeliverAgreement {
			out = append(out, deliveryHappening(d))
		}
	}
	pushes, err := s.Read.Pushes(ctx, app.PushFilter{Page: app.Page{Limit: recentShown}})
	if err != nil {
		return nil, err
	}
	for _, p := range pushes {
		out = append(out, views.Happening{
			At: p.ApprovedAt, Tone: "info", Icon: "billing", Label: "Push " + ui.ID(p.ID), Path: link.Push(p.ID),
			Text: "of " + ui.PeriodName(p.Period) + " to " + p.Connection, Hint: string(p.State),
		})
	}
	history, err := s.Read.SettingsHistory(ctx, app.Page{Limit: recentShown})
	if err != nil {
		return nil, err
	}
	for _, r := range history {
		out = append(out, views.Happening{
			At: r.At, Tone: "info", Icon: "lock", Label: "Settings", Path: link.Settings, Text: "changed by " + app.Who(r.By), Hint: changePaths(r.Diff),
		})
	}
	slices.SortStableFunc(out, func(a, b views.Happening) int { return b.At.Compare(a.At) })
	return out[:min(len(out), recentShown)], nil
}

func deliveryHappening(d app.DeliveryRow) views.Happening {
	out := views.Happening{At: latest(d.DoneAt, d.CreatedAt), Tone: "info", Icon: "wait", Label: "Delivery " + ui.ID(d.ID), Path: link.Delivery(d.ID), Text: d.Subject, Hint: d.Organization.Name}
	switch d.State {
	case app.DeliveryDone:
		out.Tone, out.Icon = "ok", "okc"
		if d.TicketNumber != 0 {
			out.Label = doneWords(d) + " " + ui.ID(d.TicketNumber)
		}
	case app.DeliveryParked:
		out.Tone, out.Icon, out.Hint = "hold", "hold", d.Reason
	case app.DeliveryDropped:
		out.Icon, out.Hint = "mute", d.Reason
	case app.DeliveryWaiting, app.DeliverySending, app.DeliveryChecking:
	}
	return out
}

// doneWords is what was done to a ticket.
func doneWords(d app.DeliveryRow) string {
	payload, _ := payloads(d.Delivery)
	switch {
	case d.Kind == app.DeliverTicketCreate:
		return "Opened"
	case d.Kind != app.DeliverTicketNote || payload == nil || payload.Double:
		return "Ticket"
	case payload.Close:
		return "Recovery told to" // a person may work on it: then it was only noted
	case payload.Reopen:
		return "Reopened"
	}
	return "Noted on"
}

// changePaths names what a revision changed, shortly: where it is much, only how much.
func changePaths(changes []app.Change) string {
	if len(changes) > 20 {
		return ui.Count(len(changes), "setting", "settings")
	}
	var paths []string
	for _, one := range changes[:min(len(changes), 3)] {
		paths = append(paths, one.Path)
	}
	if more := len(changes) - len(paths); more > 0 {
		return strings.Join(paths, ", ") + " and " + ui.Int(more) + " more"
	}
	return strings.Join(paths, ", ")
}
