package views

import (
	"strings"

	"psabridge/app"
	"psabridge/views/ui"
)

// AlertType is an event type that can be chosen, with the level it needs.
type AlertType struct {
	Type    string
	Title   string // e.g. "Machine not reachable for …"
	Text    string // what it means, a sentence; empty for what a source names itself
	Level   string // minutes | percent | days | times; empty when it has none
	Default int
}

// alertType finds a type of the list; one that is not in it is only its name.
func alertType(types []AlertType, name string) AlertType {
	for _, t := range types {
		if t.Type == name {
			return t
		}
	}
	return AlertType{Type: name, Title: name}
}

// WhenWords says in words what a rule waits for.
func WhenWords(when []app.When, types []AlertType) string {
	out := make([]string, 0, len(when))
	for _, w := range when {
		t := alertType(types, w.Type)
		title := strings.TrimSuffix(t.Title, " …")
		if n := max(w.Percent, w.Minutes, w.Days, w.Times); n > 0 {
			title += " " + app.LevelWords(levelOf(w), n)
		} else if t.Default > 0 {
			title += " " + app.LevelWords(t.Level, t.Default)
		}
		out = append(out, title)
	}
	return strings.ReplaceAll(strings.Join(out, ", or "), " %", "\u00a0%") // a line never ends between the number and its sign
}

func levelOf(w app.When) string {
	switch {
	case w.Percent > 0:
		return app.LevelPercent
	case w.Minutes > 0:
		return app.LevelMinutes
	case w.Days > 0:
		return app.LevelDays
	}
	return app.LevelTimes
}

// viaWords says in words who is told.
func viaWords(v app.Via) string {
	switch {
	case v.PSA && len(v.Email) > 0:
		return "PSA System and e-mail"
	case v.PSA:
		return "PSA System"
	case len(v.Email) > 0:
		return "e-mail"
	}
	return "nobody: it stays quiet"
}

// TicketWords says in words how a rule's tickets live. The rule has its defaults filled in.
func TicketWords(r app.AlertRule) string {
	if !r.Via.PSA {
		return ""
	}
	p := r.Ticket
	var out []string
	for _, part := range []struct {
		name string
		ref  app.Ref
	}{
		{"board", p.Board},
		{"type", p.Type},
		{"subtype", p.Subtype},
		{"item", p.Item},
		{"status", p.Status},
		{"closed by", p.ClosedStatus},
		{"team", p.Team},
		{"priority", p.Priority},
		{"source", p.Source},
	} {
		if !part.ref.IsZero() {
			out = append(out, part.name+" "+part.ref.String())
		}
	}
	if r.Wait > 0 {
		out = append(out, "waits "+r.Wait.String())
	}
	if p.Per == "organization" {
		out = append(out, "one ticket per organization")
	} else {
		out = append(out, "one ticket per object")
	}
	if p.AutoClose {
		out = append(out, "closes by itself")
	}
	switch p.Comeback {
	case "new":
		out = append(out, "a new ticket when it comes back")
	case "none":
		out = append(out, "no second ticket when it comes back")
	default:
		out = append(out, "reopens within "+ui.Span(p.ReopenWithin.D()))
	}
	return strings.Join(out, ", ")
}
