package views

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// RehearsalView is the page of a rehearsal: what the alerts as they are would have made of the last days.
type RehearsalView struct {
	Shell layout.Shell
	Days  int
	Part  RehearsalPart
}

// RehearsalDays are the spans a page offers.
var RehearsalDays = []int{7, 30, 90}

// RehearsalPart is a rehearsal that was not asked for yet, is under way, or has ended.
type RehearsalPart struct {
	Shell layout.Shell
	// Path is where the part asks for itself while it is under way, Job which one it is; a page of its own has no job.
	Path, Job  string
	Running    bool
	Since      time.Time // when it was begun
	Error      string
	Invalid    ui.Errors // the alert as typed cannot be used yet
	At         time.Time // when it ended
	Result     *app.Rehearsal
	Difference *app.RehearsalDifference
	Rule       string // the alert on whose form it is; empty for all
}

// Sentence says in one sentence what a rehearsal came to.
func Sentence(r app.Rehearsal) string {
	out := []string{ui.Count(r.Events, "event", "events") + " → " + ui.Count(r.Tickets, "ticket", "tickets")}
	if r.Tickets > 0 {
		out = append(out, ui.Int(r.AutoClosed)+" would have closed by "+itself(r.AutoClosed))
	}
	if r.Asked > 0 {
		out = slices.Insert(out, 1, ui.Int(r.Asked)+" would wait for your word")
	}
	if r.Mails > 0 {
		out = append(out, ui.Count(r.Mails, "e-mail", "e-mails"))
	}
	if n := len(r.Unmapped); n > 0 {
		out = append(out, ui.Count(n, "organization not matched", "organizations not matched"))
	}
	return strings.Join(out, ", ")
}

// sharesShown is how many organizations are shown unfolded: about as many as there are alerts beside them.
const sharesShown = 6

// sharesWithEvents parts those something happened for from those nothing did.
func sharesWithEvents(list []app.RehearsedShare) (with, without []app.RehearsedShare) {
	for _, s := range list {
		if s.Events > 0 {
			with = append(with, s)
		} else {
			without = append(without, s)
		}
	}
	return with, without
}

func shareNames(list []app.RehearsedShare) string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		out = append(out, s.Name)
	}
	return strings.Join(out, ", ")
}

func wants(alerts int) string {
	if alerts == 1 {
		return "this alert wants"
	}
	return "these alerts want"
}

// sharesWithTickets parts those of which a ticket comes from those of which none does.
func sharesWithTickets(list []app.RehearsedShare) (with, without []app.RehearsedShare) {
	for _, s := range list {
		if s.Tickets > 0 {
			with = append(with, s)
		} else {
			without = append(without, s)
		}
	}
	return with, without
}

// sameName reports whether another organization of the list has this one's name, so that its source must be said.
func sameName(list []app.RehearsedShare, s app.RehearsedShare) bool {
	return slices.ContainsFunc(list, func(o app.RehearsedShare) bool { return o.Name == s.Name && o.OrganizationID != s.OrganizationID })
}

func itself(n int) string {
	if n == 1 {
		return "itself"
	}
	return "themselves"
}

// restWords says what the numbers of the sentence leave out.
func restWords(r app.Rehearsal) string {
	var out []string
	add := func(n int, one, many string) {
		if n > 0 {
			out = append(out, ui.Count(n, one, many))
		}
	}
	add(r.Open, "ticket still open at the end", "tickets still open at the end")
	add(r.Reopened, "reopened", "reopened")
	add(r.Notes, "note", "notes")
	add(r.NoRule, "event no alert wanted", "events no alert wanted")
	add(r.Suppressed, "event that stayed quiet", "events that stayed quiet")
	if len(out) == 0 {
		return ""
	}
	return strings.Join(out, ", ") + "."
}

// differenceWords says what a change of the alerts changes.
func differenceWords(d app.RehearsalDifference) string {
	if d.More+d.Fewer == 0 {
		return "The same tickets as by the alerts as they are."
	}
	var out []string
	if n := d.More; n > 0 {
		out = append(out, ui.Count(n, "ticket", "tickets")+" more")
	}
	if n := d.Fewer; n > 0 {
		out = append(out, ui.Count(n, "ticket", "tickets")+" fewer")
	}
	return strings.Join(out, " and ") + fmt.Sprintf(" than by the alerts as they are (%s).", ui.Count(d.Before.Tickets, "ticket", "tickets"))
}

// ruleShare is what one rule has of a rehearsal.
func ruleShare(r app.Rehearsal, rule string) app.RehearsedShare {
	i := slices.IndexFunc(r.ByRule, func(s app.RehearsedShare) bool { return s.Name == rule })
	if i < 0 {
		return app.RehearsedShare{Name: rule}
	}
	return r.ByRule[i]
}

// shownTickets is how many tickets a list of a rehearsal shows unfolded.
const shownTickets = 25

func firstTickets(list []app.RehearsedTicket) []app.RehearsedTicket {
	return list[:min(len(list), shownTickets)]
}

func restTickets(list []app.RehearsedTicket) []app.RehearsedTicket {
	return list[min(len(list), shownTickets):]
}

func daysPath(days int) string { return link.With(link.Rehearsal, "days", strconv.Itoa(days)) }

func (m RehearsalPart) poll() (path, vals string) {
	if m.Job == "" {
		return m.Path, ""
	}
	return m.Path, `{"job":"` + m.Job + `"}`
}
