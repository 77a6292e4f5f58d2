package web

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/ui"
)

// Notices is what needs a person now, for whoever tells him by other roads. It is made of the same list as the pages. What a
// page counts in one line, and what goes on growing while it stands, is one notice for each organization or question: what comes
// later is news.
func (s *Server) Notices(ctx context.Context) ([]app.Notice, error) {
	st, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]app.Notice, 0, len(st.needs))
	for _, n := range st.needs {
		one := app.Notice{Kind: n.code, Subject: n.subject, Title: n.Title, Text: n.Text, Page: n.page}
		parts, err := s.parts(ctx, st, one)
		if err != nil {
			return nil, err
		}
		if len(parts) == 0 { // it is one thing, or was answered just now
			parts = []app.Notice{one}
		}
		out = append(out, parts...)
	}
	return out, nil
}

// parts takes apart what a page counts in one line.
func (s *Server) parts(ctx context.Context, st standing, n app.Notice) (out []app.Notice, err error) {
	switch n.Kind {
	case "new_organization":
		rows, err := s.Read.NewOrganizations(ctx, st.now)
		for _, o := range rows {
			out = append(out, noticePart(n, o.Source+" "+o.ExternalID, "New organization: "+o.Name+"."))
		}
		return out, err
	case "not_mapped":
		return s.waitingParts(ctx, n, app.ReasonNotMapped, func(w app.WaitingCount) (subject, title string) {
			return w.Source + " " + w.OrganizationID, ui.Count(w.N, "alert", "alerts") + " of " + cmp.Or(w.Organization, w.OrganizationID) + " " + verb(w.N, "waits", "wait") + " for a mapping."
		})
	case "start_line":
		return s.waitingParts(ctx, n, app.ReasonHistory, func(w app.WaitingCount) (subject, title string) {
			return w.Source + " " + w.Rule, fmt.Sprintf("%s for %s from before you switched on, at source %s.", ui.Count(w.N, "condition", "conditions"), quoted(w.Rule), w.Source)
		})
	}
	return nil, nil
}

func noticePart(n app.Notice, subject, title string) app.Notice {
	n.Subject, n.Title = subject, title
	return n
}

func verb(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

func quoted(rule string) string {
	if rule == "" {
		return "no alert"
	}
	return "“" + rule + "”"
}

// waitingParts takes apart what waits for one reason by what names gives the same subject.
func (s *Server) waitingParts(ctx context.Context, n app.Notice, wait app.Reason, names func(app.WaitingCount) (subject, title string)) (out []app.Notice, err error) {
	rows, err := s.Read.WaitingForYou(ctx)
	if err != nil {
		return nil, err
	}
	var groups []app.WaitingCount
	at := map[string]int{}
	for _, w := range rows {
		if w.Wait != wait {
			continue
		}
		subject, _ := names(w)
		if i, ok := at[subject]; ok {
			groups[i].N += w.N
			continue
		}
		at[subject] = len(groups)
		groups = append(groups, w)
	}
	for _, w := range groups {
		subject, title := names(w)
		part := noticePart(n, subject, title)
		if wait == app.ReasonHistory { // the question is about all of it; this notice about its own part
			part.Text = "Open its " + ui.Count(w.N, "ticket", "tickets") + ", or stay quiet?"
		}
		out = append(out, part)
	}
	return out, nil
}

// refusedFor is how long an e-mail that did not reach somebody needs a person, when no other one followed.
const refusedFor = 7 * 24 * time.Hour

// mailNeeds names the alerts whose newest e-mail did not reach somebody they still name.
func (s *Server) mailNeeds(ctx context.Context, st standing) (out []need, err error) {
	list, err := s.Read.MailsNotForAll(ctx, st.now.Add(-refusedFor))
	if err != nil {
		return nil, err
	}
	for _, d := range list {
		var p app.MailPayload
		if json.Unmarshal(d.Payload, &p) != nil {
			continue
		}
		missed := missedBy(st.doc, p.Rule, d.Reason)
		if len(missed) == 0 {
			continue
		}
		page := link.Delivery(d.ID)
		out = append(out, need{code: "mail_refused", subject: p.Rule + " " + strings.Join(missed, " "), rail: link.Deliveries, page: page, n: 1, Need: views.Need{
			Tone: "warn", Icon: "warn", Title: "The alert " + p.Rule + " does not reach " + strings.Join(missed, ", ") + ".", Since: d.DoneAt,
			Text:    d.Reason + " Correct the address in the alert, or have the mailbox mended.",
			Actions: []ui.Action{{Label: "Look", Path: page}},
		}})
	}
	return out, nil
}

// missedBy lists the receivers an alert names now that an e-mail says it did not reach.
func missedBy(doc app.Settings, rule, said string) (missed []string) {
	at := slices.IndexFunc(doc.Alerts, func(r app.AlertRule) bool { return r.Name == rule })
	if at < 0 {
		return nil
	}
	words := strings.Fields(said)
	for _, one := range doc.Alerts[at].Via.Email {
		if slices.Contains(words, one) {
			missed = append(missed, one)
		}
	}
	return missed
}

// noticeCheckNeeds is about the checks of the ways a person is told, and of the alerts that only write e-mail, which failed. What
// is known of a channel from its own failures is not said twice.
func (s *Server) noticeCheckNeeds(ctx context.Context, st standing) ([]need, error) {
	if s.NotifyChecks == nil {
		return nil, nil
	}
	rows, err := s.NotifyChecks(ctx)
	if err != nil {
		return nil, err
	}
	sent, err := s.Read.NoticesSent(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, one := range sent {
		known["notify."+one.Channel] = one.Error != ""
	}
	if _, is := st.blocked(app.MailConnection); is {
		known["notify.email"] = true
	}
	rows = slices.DeleteFunc(rows, func(r app.CheckRow) bool { return r.State != app.CheckFailed || known[r.ID] })
	if len(rows) == 0 {
		return nil, nil
	}
	first := slices.MinFunc(rows, func(a, b app.CheckRow) int { return a.ChangedAt.Compare(b.ChangedAt) })
	return []need{{code: "checks_failed", subject: "notices", rail: link.Overview, page: link.Notifications, n: 1, Need: views.Need{
		Tone: "warn", Icon: "warn", Title: ui.Count(len(rows), "check", "checks") + " of the notices failed.", Text: cmp.Or(first.Message, first.Title),
		Since: first.ChangedAt, Actions: []ui.Action{{Label: "Look", Path: link.Notifications, Primary: true}},
	}}}, nil
}
