package views

import (
	"strconv"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Alerts is an organization's Alerts tab: the rules that apply here, and the form for a new one.
type Alerts struct {
	Shell        layout.Shell
	Organization OrganizationHead
	Rules        []AlertRow
	Form         AlertForm
	Types        []AlertType
	// Service lists come from the connection in effect; empty ones are left out of the form.
	Boards, TicketTypes, Statuses, Teams, Priorities []ui.Choice
	// Defaults says in words what an empty ticket setting means here, e.g. "Board NOC, Priority 2".
	Defaults string
	// MailOff says why e-mail cannot be chosen; empty when it can.
	MailOff string
	Inbox   bool // events are sent, so that a type may be wanted that never came
}

// AlertRow is one rule that applies to the organization.
type AlertRow struct {
	Rule     app.AlertRule
	Scope    string // whom it covers, in words
	Own      bool   // made for this organization: it can be deleted here
	Hits30d  int    // events it decided on in 30 days
	Tickets  int    // of those, how many opened a ticket
	LastHit  time.Time
	ScopeURL string // where a rule that is not its own was made; empty for rules for everything
}

// AlertType is an event type that can be chosen, with the level it needs.
type AlertType struct {
	Type    string
	Title   string // e.g. "Machine not reachable for …"
	Text    string // what it means, a sentence; empty for what a source names itself
	Level   string // minutes | percent | days | times; empty when it has none
	Default int
}

// AlertForm are the values as they were typed. Input names are the words in the comments.
type AlertForm struct {
	Name      string // name
	Notify    string // notify: e-mail addresses, parted by comma or space
	When      string // when: an event type
	Other     string // when_other: an event type that is not in the list, or a family such as backup.*
	Level     string // level: minutes, percent, days or times, as the type says
	For       string // for: organization | tree | object
	Object    string // object: external id, with for=object
	PSA       bool   // via_psa
	Email     bool   // via_email
	Severity  string // severity: "" | info | warning | critical
	Wait      string // wait: duration, e.g. 5m
	Board     string // board: name
	Type      string // type
	Status    string // status
	Team      string // team
	Priority  string // priority
	Summary   string // summary: template
	Per       string // per: object | organization
	NoteEvery string // note_every: duration
	AutoClose bool   // auto_close
	Reopen    string // reopen_within: duration
	Comeback  string // comeback: reopen | new | none
	Errors    ui.Errors
}

// whenWords says in words what a rule waits for.
func whenWords(when []app.When, types []AlertType) string {
	var out []string
	for _, w := range when {
		title := w.Type
		for _, t := range types {
			if t.Type == w.Type {
				title = strings.TrimSuffix(t.Title, " …")
			}
		}
		switch {
		case w.Percent > 0:
			title += " " + strconv.Itoa(w.Percent) + " %"
		case w.Minutes > 0:
			title += " " + strconv.Itoa(w.Minutes) + " min"
		case w.Days > 0:
			title += " " + strconv.Itoa(w.Days) + " d"
		case w.Times > 0:
			title += " " + strconv.Itoa(w.Times) + " times"
		}
		out = append(out, title)
	}
	return strings.Join(out, ", or ")
}

// viaWords says in words who is told.
func viaWords(v app.Via) string {
	var out []string
	if v.PSA {
		out = append(out, "PSA System")
	}
	if len(v.Email) > 0 {
		out = append(out, strings.Join(v.Email, ", "))
	}
	if len(out) == 0 {
		return "nobody"
	}
	return strings.Join(out, " and ")
}

// ticketWords says in words how a rule's tickets live.
func ticketWords(p app.TicketPolicy) string {
	var out []string
	for _, part := range []struct {
		name string
		ref  app.Ref
	}{{"board", p.Board}, {"status", p.Status}, {"type", p.Type}, {"team", p.Team}, {"priority", p.Priority}} {
		if !part.ref.IsZero() {
			out = append(out, part.name+" "+part.ref.String())
		}
	}
	if p.Per == "organization" {
		out = append(out, "one ticket per organization")
	} else {
		out = append(out, "one ticket per object")
	}
	if p.AutoClose {
		out = append(out, "closes by itself")
	}
	if p.ReopenWithin > 0 {
		out = append(out, "reopens within "+p.ReopenWithin.String())
	}
	return strings.Join(out, ", ")
}
