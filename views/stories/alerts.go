package stories

import (
	"encoding/json"
	"time"

	"github.com/a-h/templ"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// alertStories are the pages that tell what became of alerts.
func alertStories(state string, n int, long, bad bool, sh func(title, current string) layout.Shell, add func(state, page string, v templ.Component)) {
	add(state, "deliveries", views.DeliveriesPage(deliveries(sh("Deliveries", link.Deliveries), n, long, bad)))
	add(state, "delivery", views.DeliveryPage(delivery(sh("Delivery", link.Deliveries), n, long, bad)))
	add(state, "delivery-mail", views.DeliveryPage(mailDelivery(sh("Delivery", link.Deliveries), n, long, bad)))
	add(state, "delivery-twice", views.DeliveryPage(doubleDelivery(sh("Delivery", link.Deliveries), long)))
	add(state, "tickets", views.TicketsPage(tickets(sh("Tickets", link.Tickets), n, long)))
	add(state, "ticket", views.TicketPage(ticket(sh("Ticket", link.Tickets), n, long, bad)))
	add(state, "condition", views.ConditionPage(condition(sh("Condition", link.Organizations), n, long, bad)))
	add(state, "notifications", views.NotificationsPage(notifications(sh("Notifications", link.Settings), n, long, bad)))
}

var (
	deliveryStates = []app.DeliveryState{app.DeliveryDone, app.DeliveryWaiting, app.DeliveryChecking, app.DeliveryParked, app.DeliverySending, app.DeliveryDropped}
	boardGone      = "The board “NOC” does not exist in ConnectWise. Choose another one in the ticketing settings of “cw”, then retry."
	boardFix       = &views.Fix{Words: "Choose another board and save. Everything that waits for it goes out by itself.", Action: ui.Action{Label: "Choose another board", Path: link.FixDelivery(4), Post: true, Primary: true}}
)

const inConnectWise = "https://na.myconnectwise.net/"

func body(v any) json.RawMessage { return must(json.Marshal(v)) }

func deliveryRow(i int, long bool) views.DeliveryRow {
	r := views.DeliveryRow{TicketURL: inConnectWise}
	r.ID, r.Kind, r.Connection, r.State, r.Attempt = int64(i+1), app.DeliverTicketCreate, "cw", deliveryStates[i%6], i%3
	r.CreatedAt, r.NextAt = ago(time.Duration(i+1)*17*time.Minute), now.Add(29*time.Minute)
	r.Subject, r.Organization = "File server IST-FS01 does not answer ("+name(i, long)+")", app.Named{ID: 3, Name: name(i, long)}
	r.Payload = body(app.TicketPayload{Rule: "File server unreachable", Reason: app.ReasonFirst})
	switch r.State {
	case app.DeliveryDone:
		r.TicketNumber, r.DoneAt = 48211, ago(time.Minute)
	case app.DeliveryParked:
		r.Reason = boardGone
	case app.DeliveryDropped:
		r.Reason, r.DoneAt = "The customer left.", ago(time.Minute)
	case app.DeliveryWaiting, app.DeliverySending, app.DeliveryChecking:
	}
	switch i {
	case 6:
		r.Kind, r.Connection, r.TicketNumber = app.DeliverMail, app.MailConnection, 0
		r.Payload = body(app.MailPayload{To: []string{"noc@example.com", "duty@example.com", "boss@example.com"}})
	case 7:
		r.Kind, r.PushURL, r.PushID, r.Organization = app.DeliverAgreement, link.Push(9), 9, app.Named{}
		r.Subject, r.Payload = "Managed Services 2026", nil
	case 8:
		r.Kind, r.Payload = app.DeliverTicketNote, body(app.TicketPayload{Close: true})
	}
	return r
}

func deliveries(s layout.Shell, n int, long, bad bool) views.Deliveries {
	m := views.Deliveries{Shell: s, States: app.DeliveryStates{}, Chart: deliveriesChart(n, bad)}
	for i := range n {
		m.Rows = append(m.Rows, deliveryRow(i, long))
		m.States[m.Rows[i].State]++
	}
	if n > 0 {
		m.Counts = app.OutboxCounts{Waiting: 2, Checking: 1, Parked: 3}
		m.Parked = []views.ParkedReason{{Reason: boardGone, N: 1, Behind: 11, Sample: 4, Fix: boardFix}}
		m.Pager = ui.Pager{Text: "kept 13 months", Older: "?after=12"}
	}
	if bad {
		m.Blocked = []views.BlockedRow{
			{Block: app.Block{Connection: "cw", Code: app.Unauthorized, Reason: "ConnectWise refuses the keys.", Since: ago(time.Hour)}, Fix: &views.Fix{Words: "Enter both keys again and save. Everything that waits goes out by itself.", Action: ui.Action{Label: "Enter the keys", Path: link.With(link.Connection("cw"), "fix", "private_key"), Primary: true}}},
			{Block: app.Block{Connection: app.MailConnection, Code: app.RateLimited, Reason: "The mail server asks us to wait.", Since: ago(time.Minute), Until: now.Add(14 * time.Minute)}},
		}
		m.Parked = append(m.Parked, views.ParkedReason{Reason: "Board NOC has no default team. It says: “serviceTeam is required”", N: 3, Sample: 9})
	}
	if long {
		m.Filter = views.DeliveriesFilter{State: "parked", Like: 4, Since: "7d"}
		m.Since, m.Like, m.Parked = ago(7*24*time.Hour), &views.Alike{ID: 4, Reason: boardGone, N: 12}, nil
	}
	return m
}

// story is what one machine that does not answer leads to.
func storyEvents(long bool) []app.EventRow {
	problem := app.EventRow{Event: app.Event{Title: "File server not reachable for 5 min: " + name(3, long), State: app.Problem, Severity: app.SeverityCritical, Object: app.Object{Kind: app.ObjectMachine, Name: "IST-FS01"}, ReceivedAt: ago(47 * time.Minute)}}
	problem.Outcome = app.EventOutcome{Outcome: app.OutcomeTicket, Reason: app.ReasonFirst, Rule: "File server unreachable"}
	again := problem
	again.ReceivedAt, again.Outcome = ago(40*time.Minute), app.EventOutcome{Outcome: app.OutcomeMerged, Reason: app.ReasonRepeated, Rule: "File server unreachable"}
	third := again
	third.ReceivedAt = ago(30 * time.Minute)
	return []app.EventRow{problem, again, third}
}

func storyAttempts() []app.Attempt {
	return []app.Attempt{
		{N: 1, StartedAt: ago(41 * time.Minute), IntentAt: ago(41 * time.Minute), Request: `{"summary":"File server IST-FS01 does not answer","company":{"id":344}}`, Outcome: "unknown", Error: "No answer within 30 s.", FinishedAt: ago(40 * time.Minute)},
		{N: 2, StartedAt: ago(39 * time.Minute), Outcome: "unknown", FinishedAt: ago(39 * time.Minute)},
		{N: 3, StartedAt: ago(11 * time.Minute), Outcome: "retry", Status: 502, Error: "ConnectWise does not answer properly.", FinishedAt: ago(11 * time.Minute)},
	}
}

func delivery(s layout.Shell, n int, long, bad bool) views.Delivery {
	i := 2
	switch {
	case n == 0:
		i = 1
	case bad:
		i = 3
	}
	m := views.Delivery{
		Shell: s, Row: deliveryRow(i, long), CanRetry: bad || n == 0, CanDrop: true, CanLink: bad, Ticket: &app.Ticket{ID: 5, XRef: "k3v9x2ab-7f21c0", Summary: "File server IST-FS01 does not answer"},
		Payload:   &app.TicketPayload{Rule: "File server unreachable", Object: app.Object{Name: "IST-FS01"}, Text: "Organization: " + name(3, long) + "\nMachine: IST-FS01\nFirst seen: 13:16\nNoticed: 1 time"},
		Condition: link.Condition(3), RuleURL: link.AlertEdit(3, "File server unreachable"),
	}
	if n == 0 {
		m.Steps = views.AttemptSteps(m.Row.DeliveryRow, nil, now)
		return m
	}
	attempts := storyAttempts()
	if bad {
		attempts = append(attempts, app.Attempt{N: 4, StartedAt: ago(5 * time.Minute), IntentAt: ago(5 * time.Minute), Outcome: "parked", Status: 400, Error: "ConnectWise refused the ticket. It says: “serviceTeam is required when the board has no default team.”", FinishedAt: ago(5 * time.Minute)})
		m.Fix, m.Alike = boardFix, views.Alike{ID: 4, Reason: boardGone, N: 12}
		m.Drop.Errors = ui.Errors{{Field: "reason", Message: "Say why it is given up"}}
	}
	m.Steps = append(views.EventSteps(storyEvents(long)), views.Step{At: ago(42 * time.Minute), Icon: "right", Text: "Decided: open ticket.", Notes: []string{"Why: noticed for the first time.", "By the alert “File server unreachable”."}})
	m.Steps = append(m.Steps, views.AttemptSteps(m.Row.DeliveryRow, attempts, now)...)
	note := deliveryRow(0, long).DeliveryRow
	note.Kind = app.DeliverTicketNote
	m.Steps = append(m.Steps, views.DeliveryStep(note, nil, nil))
	return m
}

func mailDelivery(s layout.Shell, n int, long, bad bool) views.Delivery {
	row := deliveryRow(6, long)
	row.State, row.DoneAt = app.DeliveryDone, ago(time.Minute)
	m := views.Delivery{Shell: s, Row: row, Mail: &app.MailPayload{To: []string{"noc@example.com", "duty@example.com"}, Subject: row.Subject, Text: "File server IST-FS01 does not answer.\nFirst seen 13:16.", Rule: "Tell the night shift"}}
	if bad || n == 0 {
		m.Row.State, m.Row.Reason, m.CanRetry, m.CanDrop = app.DeliveryWaiting, "", true, true
		m.Blocked = &views.BlockedRow{Block: app.Block{Connection: app.MailConnection, Code: app.Unauthorized, Reason: "The mail server refuses the account. It says: “535 5.7.8 Bad credentials”", Since: ago(time.Hour)}, Fix: boardFix}
	}
	m.Steps = views.AttemptSteps(m.Row.DeliveryRow, []app.Attempt{{N: 1, StartedAt: ago(time.Minute), IntentAt: ago(time.Minute), Outcome: "done", FinishedAt: ago(time.Minute)}}, now)
	return m
}

func doubleDelivery(s layout.Shell, long bool) views.Delivery {
	row := deliveryRow(3, long)
	row.TicketNumber = 48211
	row.Reason = "ConnectWise has this ticket more than once: #48211, and #48219 as well. One of its answers was lost, and its search did not show the ticket in time. Merge #48219 into #48211 there, then retry: psabridge looks again."
	row.Kind, row.Payload = app.DeliverTicketNote, body(app.TicketPayload{Double: true})
	return views.Delivery{Shell: s, Row: row, CanRetry: true, CanDrop: true, Payload: &app.TicketPayload{Double: true}, Twice: []views.Double{{Number: 48219, URL: inConnectWise}}}
}

func tickets(s layout.Shell, n int, long bool) views.Tickets {
	m := views.Tickets{Shell: s, Counts: views.TicketCounts{All: n, Open: n / 2, Touched: n / 4, Closed: n / 2}, Chart: ticketsChart(n, long)}
	if long {
		m.Filter = views.TicketsFilter{Q: "file", State: views.ShowTouched}
	}
	states := []app.TicketState{app.TicketOpen, app.TicketClosed, app.TicketPending, app.TicketUnknown}
	for i := range n {
		r := views.TicketRow{Organization: app.Named{ID: 3, Name: name(i, long)}, URL: inConnectWise}
		r.Ticket = app.Ticket{ID: int64(i), RemoteID: 48211, Summary: "File server does not answer: " + name(i, long), Board: "NOC", Status: "In Progress", State: states[i%4], Touched: i%3 == 0, OpenedAt: ago(time.Hour)}
		r.Occurrences = i + 1
		if r.State == app.TicketClosed {
			r.ClosedAt = ago(time.Minute)
		}
		m.Rows = append(m.Rows, r)
	}
	return m
}

func oneCondition(i int, long bool) app.Condition {
	return app.Condition{
		ID: int64(i + 1), Source: "sync", Title: "File server not reachable for 5 min: " + name(i, long), Type: app.TypeMachineUnreachable, Severity: app.SeverityCritical, Rule: "File server unreachable",
		Object: app.Object{Kind: app.ObjectMachine, Name: "IST-FS01"}, State: app.ConditionOpen, Occurrences: 5, Level: 12, FirstAt: ago(47 * time.Minute), LastAt: ago(3 * time.Minute), QuietUntil: now.Add(10 * time.Minute),
	}
}

func ticket(s layout.Shell, n int, long, bad bool) views.Ticket {
	m := views.Ticket{Shell: s}
	m.Row.Ticket = app.Ticket{ID: 5, XRef: "k3v9x2ab-7f21c0", Connection: "cw", Summary: "File server IST-FS01 does not answer: " + name(3, long), State: app.TicketPending}
	if n == 0 {
		return m
	}
	m.Row.Organization, m.Row.URL, m.Row.Occurrences = app.Named{ID: 3, Name: name(3, long)}, inConnectWise, 5
	m.Row.State, m.Row.RemoteID, m.Row.Board, m.Row.Status, m.Row.Touched, m.Row.Owner, m.Row.OpenedAt = app.TicketOpen, 48211, "NOC", "In Progress", true, "r.brunner", ago(40*time.Minute)
	m.Row.Conditions = []app.Condition{oneCondition(3, long), oneCondition(4, long)}
	for i := range 6 {
		m.Steps = append(m.Steps, views.DeliveryStep(deliveryRow(i, long).DeliveryRow, storyAttempts(), nil))
	}
	if bad {
		m.Row.Linked, m.Merged, m.Into, m.Twice = true, 48300, inConnectWise, []views.Double{{Number: 48219, URL: inConnectWise}}
	}
	return m
}

func condition(s layout.Shell, n int, long, bad bool) views.Condition {
	m := views.Condition{Shell: s, Quiet: true, Story: app.ConditionStory{Condition: oneCondition(3, long), Organization: app.Named{ID: 3, Name: name(3, long)}}}
	if n == 0 {
		m.Story.State, m.Story.Wait, m.Story.Rule, m.Opens = app.ConditionWaiting, app.ReasonHistory, "", true
		return m
	}
	m.RuleURL, m.TicketURL = link.AlertEdit(3, "File server unreachable"), inConnectWise
	m.Story.Ticket = &app.TicketRow{Ticket: app.Ticket{ID: 5, RemoteID: 48211, State: app.TicketOpen}}
	m.Story.Events, m.Story.EventCount, m.Story.Comebacks, m.Story.Mailed = storyEvents(long), 3, 2, app.MailedOpen
	m.Steps = append(views.EventSteps(m.Story.Events), views.DeliveryStep(deliveryRow(0, long).DeliveryRow, storyAttempts(), nil), views.DeliveryStep(deliveryRow(6, long).DeliveryRow, nil, nil))
	if bad {
		m.Story.State, m.Story.AckUntil, m.Opens, m.Story.EventCount = app.ConditionQuiet, now.AddDate(0, 0, 4), true, 240
		m.Until, m.Errors = "2026-11-01", ui.Errors{{Field: "until", Message: "Sun 1 Nov has begun already. Choose a later day, or leave it empty."}}
	}
	return m
}

func notifications(s layout.Shell, n int, long, bad bool) views.Notifications {
	m := views.Notifications{Shell: s, Revision: 12, Form: views.NotifyForm{Desktop: true}}
	for _, c := range []string{app.ChannelEmail, app.ChannelWebhook, app.ChannelDesktop} {
		m.Channels = append(m.Channels, views.ChannelRow{Channel: c, On: n > 0 || c == app.ChannelDesktop})
	}
	if n == 0 {
		return m
	}
	m.Form = views.NotifyForm{To: "noc@example.com\nduty@example.com", Host: "smtp.example.com", User: "bridge@example.com", Kind: app.WebhookTeams, Desktop: true}
	m.Password, m.Webhook = ui.SecretState{Set: true, SetAt: ago(300 * time.Hour), EndsWith: "4f"}, ui.SecretState{Set: true, SetAt: ago(300 * time.Hour)}
	m.Channels[0].Sent = &app.NoticeSent{Channel: app.ChannelEmail, At: ago(time.Hour), OKAt: ago(time.Hour)}
	m.Channels[1].Sent = &app.NoticeSent{Channel: app.ChannelWebhook, At: ago(time.Minute), OKAt: ago(30 * time.Hour), Error: "The webhook does not answer. " + name(0, long)}
	m.Standing = []app.Notice{{Kind: "parked", Title: "3 deliveries wait for you.", Page: link.Deliveries, ToldAt: ago(time.Hour)}, {Kind: "flood", Title: "12 more tickets would have opened.", Page: link.Overview}}
	if bad {
		m.Form.Errors = ui.Errors{{Field: "email_to", Message: "“noc” is not an e-mail address."}, {Field: "smtp_password", Message: "The password is missing."}}
	}
	if long {
		m.Mend, m.Form.Errors = views.Mend{Field: "smtp_password", Delivery: 4}, ui.Errors{{Field: "smtp_password", Message: "The mail server refuses the account. It says: “535 5.7.8 Bad credentials”"}}
	}
	return m
}

// Activity is the page of n events.
func Activity(s layout.Shell, n int, long bool) views.Activity {
	m := views.Activity{Shell: s, Organization: head(long), Types: []string{"machine.unreachable", "quota.reached"}, People: []string{"r.brunner"}}
	outcomes := []app.OutcomeKind{app.OutcomeTicket, app.OutcomeMerged, app.OutcomeNoRule, app.OutcomeIgnored, app.OutcomeUnmapped, app.OutcomeSuppressed, app.OutcomeMail, app.OutcomeSuppressed}
	reasons := []app.Reason{app.ReasonFirst, app.ReasonCleared, app.ReasonNoRule, app.ReasonHistory, app.ReasonNotMapped, app.ReasonMuted, app.ReasonFirst, app.ReasonWaiting}
	waiting := oneCondition(1, long)
	for i := range n {
		r := views.ActivityRow{By: "r.brunner", TicketURL: inConnectWise, Condition: &waiting, RuleURL: link.AlertEdit(7, "File server unreachable"), To: []string{"noc@example.com"}, MutedUntil: now.Add(time.Hour)}
		r.ID, r.Title, r.Type, r.OccurredAt = int64(i), "File server not reachable for 5 min: "+name(i, long), "machine.unreachable", ago(time.Duration(i)*3*time.Hour)
		r.Object = app.Object{Kind: app.ObjectMachine, Name: "ZRH-FS01"}
		r.State, r.Severity = []app.EventState{app.Problem, app.Recovery, app.Info}[i%3], []app.Severity{app.SeverityCritical, app.SeverityWarning}[i%2]
		r.Outcome = app.EventOutcome{Outcome: outcomes[i%8], Reason: reasons[i%8], Rule: "File server unreachable", ConditionID: int64(i % 3)}
		r.TicketID, r.TicketNumber = 5, 48211
		if i%6 == 0 && i > 0 {
			r.TicketNumber = 0
		}
		m.Rows = append(m.Rows, r)
	}
	m.CanSave = true
	if long { // a filter that has no name yet, beside many that have
		m.Filter = views.ActivityFilter{Q: "FS01", On: "machine"}
	}
	for i, title := range []string{"File servers", "Over quota", "What r.brunner did"} {
		if n > 0 {
			v := views.ActivityView{ID: int64(i + 1), Name: title, Filter: views.ActivityFilter{Q: title}}
			if long {
				v.Name += " " + name(i, true)
			}
			m.Views = append(m.Views, v)
		}
	}
	if n > 0 {
		m.Pager = ui.Pager{Text: "1–12 of 61", Older: link.With(link.Activity(7), "after", "12")}
	}
	return m
}
