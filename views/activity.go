package views

import (
	"slices"
	"time"

	"psabridge/app"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Activity is an organization's Activity Log with what became of each event, newest first.
type Activity struct {
	Shell        layout.Shell
	Organization OrganizationHead
	Filter       ActivityFilter
	Types        []string // seen in this organization
	People       []string // who did something in this organization
	Rows         []ActivityRow
	Pager        ui.Pager
	Views        []ActivityView // by name
	CanSave      bool           // there is room for one more
}

// ActivityView is a filter that was kept under a name.
type ActivityView struct {
	ID      int64
	Name    string
	Filter  ActivityFilter
	Current bool // it is what the page shows
}

// ActivityFilter is what the address asks for; every field is a query parameter of the same name in small letters.
type ActivityFilter struct {
	Q    string // text
	By   string
	On   string // an object kind
	Type string
	From string // 2026-11-01
	To   string
}

// ActivityRow is one event.
type ActivityRow struct {
	app.EventRow
	By         string         // who did it, as the source says; empty when nobody did
	TicketURL  string         // in ConnectWise; empty when there is none
	Condition  *app.Condition // it belongs to; nil when it belongs to none, or to one that is too long ago
	RuleURL    string         // of the alert that decided; empty when it is gone
	To         []string       // who that alert tells by e-mail
	CountsFor  CountsFor      // when no alert wants it: what of ours it counts for
	MutedUntil time.Time      // end of that alert's maintenance window; zero while there is none
}

// CountsFor is the type of ours that a row of a source's own log counts for, and the alert that is for it.
type CountsFor struct {
	Title string // e.g. "Machine not reachable"; empty for a row that counts for nothing
	Path  string // of the alert, or of the form of a new one
	New   bool   // there is no alert for it yet
}

// why says why an event led to nothing, with the moments that are known.
func (r ActivityRow) why(s layout.Shell) string {
	words := ReasonWords(r.Outcome.Reason)
	switch r.Outcome.Reason { //nolint:exhaustive // the other reasons have no moment
	case app.ReasonWaiting:
		if r.Condition != nil {
			return words + ", since " + ui.Moment(r.Condition.FirstAt, s.Now, s.Zone)
		}
	case app.ReasonMuted:
		if r.MutedUntil.After(s.Now) {
			return words + " until " + ui.Moment(r.MutedUntil, s.Now, s.Zone)
		}
	case app.ReasonAcknowledged, app.ReasonStayQuiet:
		if r.Condition != nil && !r.Condition.AckUntil.IsZero() {
			return words + ", until " + ui.Moment(r.Condition.AckUntil, s.Now, s.Zone)
		}
	}
	return words
}

// people reports whether anybody did any of it.
func (m Activity) people() bool {
	return slices.ContainsFunc(m.Rows, func(r ActivityRow) bool { return r.By != "" })
}

// unsaved reports whether the page shows a filter that has no name yet.
func (m Activity) unsaved() bool {
	return m.CanSave && m.Filter.filtered() && !slices.ContainsFunc(m.Views, func(v ActivityView) bool { return v.Current })
}

// filtered reports whether the filter leaves anything out.
func (f ActivityFilter) filtered() bool { return f != ActivityFilter{} }

// Pairs are the filter as query parameters.
func (f ActivityFilter) Pairs() []string {
	return []string{"q", f.Q, "by", f.By, "on", f.On, "type", f.Type, "from", f.From, "to", f.To}
}
