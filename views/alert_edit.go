package views

import (
	"cmp"
	"strconv"
	"time"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// AlertEditor is the form of one alert: Notify, When, For, Via, and what its tickets are like.
type AlertEditor struct {
	Shell        layout.Shell
	Organization OrganizationHead
	Form         AlertForm
	Types        []AlertType
	Inbox        bool // events are sent, so that a type may be wanted that never came
	Suborganized bool // there are organizations below
	// Objects are the known accounts and machines, as they are picked.
	Objects []string
	Service AlertService
	// MailOff is true while no mail server is set up.
	MailOff   bool
	Preview   AlertPreview
	Rehearsal RehearsalPart
	Mend      Mend // what the person was led here for
	// From is the organization whose alert an own copy is made of.
	From string
}

// AlertForm are the values as they were typed. Input names are the words in the comments.
type AlertForm struct {
	Stored   string // name of the alert that is changed; empty for a new one
	Override string // override: the inherited alert in whose place this one is to stand
	Revision int64  // revision

	Name   string      // name
	Notify string      // notify: e-mail addresses, parted by comma or space
	When   []WhenField // when, level: one of each per event type
	Other  string      // when_other: an event type that is not in the list, or a family such as backup.*
	For    string      // for: tree | organization | object, and as stored: source | everything
	Object string      // object: as picked, with for=object
	PSA    bool        // via_psa
	Email  bool        // via_email
	Nobody bool        // via_nobody: it is meant to stay quiet

	Severity     string // severity: "" | info | warning | critical
	Wait         string // wait: duration, e.g. 5m
	Board        string // board
	Type         string // type
	Subtype      string // subtype
	Item         string // item
	Status       string // status
	ClosedStatus string // closed_status
	Team         string // team
	Priority     string // priority
	Source       string // source
	Per          string // per: "" | object | organization
	NoteEvery    string // note_every: duration
	AutoClose    bool   // auto_close
	Comeback     string // comeback: "" | reopen | new | none
	Reopen       string // reopen_within: duration
	Summary      string // summary: template
	Body         string // body: template

	Mute   []MuteField // mute_from, mute_to, mute_reason: one of each per window
	Errors ui.Errors
}

// WhenField is one event type as typed.
type WhenField struct{ Type, Level string }

// MuteField is one maintenance window as typed; the moments are the person's time.
type MuteField struct{ From, To, Reason string }

// AlertService is the part of the form that depends on the board: the lists as read, and in words what an empty choice means.
type AlertService struct {
	Organization int64
	Connection   string // in effect; empty when there is none
	Form         AlertForm
	// Lists and Defaults are by the name of the input.
	Lists    map[string][]ui.Choice
	Defaults map[string]string
	Problem  string // why a list could not be read
	Mend     Mend   // the drop-down of it that has the focus
}

// AlertPreview shows the templates on an event.
type AlertPreview struct {
	Organization int64
	Problems     []TemplateProblem
	Example      bool // the event is made up: nothing of the kind has been received yet
	At           time.Time
	Summary      string
	Body         string
	Shell        layout.Shell
}

// TemplateProblem is what is wrong with a template, with the place.
type TemplateProblem struct {
	Field                 string // summary | body
	Before, Wrong, Behind string // the text around the place
	Message               string
}

// title heads the editor.
func (m AlertEditor) title() string {
	switch {
	case m.Form.Stored != "":
		return "Alert “" + m.Form.Stored + "”"
	case m.Form.Override != "":
		return "Own copy of “" + m.Form.Override + "”"
	}
	return "New alert"
}

// action is where the form is posted, with a place on the page to come back to.
func (m AlertEditor) action(place string) string {
	path := link.AlertNew(m.Organization.ID)
	if m.Form.Stored != "" {
		path = link.AlertEdit(m.Organization.ID, m.Form.Stored)
	}
	if place != "" {
		path += "#" + place
	}
	return path
}

// Nth is the name of one of several inputs of one name, as errors call it.
func Nth(name string, i int) string { return name + "[" + strconv.Itoa(i) + "]" }

// LocalTime is a moment as an input for dates and times has it.
func LocalTime(t time.Time, loc *time.Location) string { return t.In(loc).Format("2006-01-02T15:04") }

func (m AlertEditor) whenChoices(selected string) []ui.Choice {
	out := []ui.Choice{{Label: "Choose an event", Selected: selected == ""}}
	for _, t := range m.Types {
		out = append(out, ui.Choice{Value: t.Type, Label: t.Title, Selected: t.Type == selected})
	}
	return out
}

func (m AlertEditor) forChoices() []ui.Choice {
	of := m.Form.For
	out := []ui.Choice{
		{Value: "tree", Label: "This organization and those below", Selected: of == "tree"},
		{Value: "organization", Label: "This organization only", Selected: of == "organization"},
		{Value: "object", Label: "One account or machine", Selected: of == "object"},
	}
	switch of {
	case "source":
		return append([]ui.Choice{{Value: of, Label: "Everything of the source", Selected: true}}, out...)
	case "everything":
		return append([]ui.Choice{{Value: of, Label: "Everything", Selected: true}}, out...)
	}
	return out
}

// levelField is the input of a level: the type's own unit, its default where nothing is typed.
func (m AlertEditor) levelField(i int, w WhenField) (f ui.Field, unit string, ok bool) {
	t := alertType(m.Types, w.Type)
	if t.Level == "" && w.Level == "" {
		return f, "", false
	}
	unit = t.Level
	if unit == app.LevelPercent {
		unit = "%"
	}
	return ui.Field{
		Name: "level", ID: ui.FieldID(Nth("level", i)), Value: w.Level, Type: "number", Min: "1", Placeholder: strconv.Itoa(t.Default),
		Error: m.Form.Errors.For(Nth("level", i)),
	}, unit, true
}

// servicePicks are the drop-downs of the ticket settings in their order; the first three decide over others.
var servicePicks = []struct{ name, label string }{
	{"board", "Board"},
	{"type", "Type"},
	{"subtype", "Subtype"},
	{"item", "Item"},
	{"status", "New ticket status"},
	{"closed_status", "Closed status"},
	{"team", "Team"},
	{"priority", "Priority"},
	{"source", "Source"},
}

// decides reports whether other lists depend on a drop-down.
func decides(name string) bool { return name == "board" || name == "type" || name == "subtype" }

// Value is what was typed for one of the drop-downs of the ticket settings.
func (f *AlertForm) Value(name string) *string {
	return map[string]*string{
		"board": &f.Board, "type": &f.Type, "subtype": &f.Subtype, "item": &f.Item, "status": &f.Status, "closed_status": &f.ClosedStatus,
		"team": &f.Team, "priority": &f.Priority, "source": &f.Source,
	}[name]
}

// shows reports whether there is anything to choose or to see of a drop-down.
func (s AlertService) shows(name string) bool {
	return name == "board" || len(s.Lists[name]) > 0 || s.Defaults[name] != "" || *s.Form.Value(name) != "" || s.Form.Errors.For(name) != ""
}

func (s AlertService) choices(name string) []ui.Choice {
	return withEmpty("Default: "+cmp.Or(s.Defaults[name], "ConnectWise’s own"), s.Lists[name], *s.Form.Value(name))
}
