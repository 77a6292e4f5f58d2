package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
)

// The answers to "For".
const (
	forTree         = "tree"
	forOrganization = "organization"
	forObject       = "object"
	forSource       = "source"
	forEverything   = "everything"
)

// ticketRefs pairs the drop-downs of a rule's ticket settings with what they set and the lists they offer.
var ticketRefs = []struct {
	input string
	list  app.OptionList
	in    func(*app.TicketPolicy) *app.Ref
}{
	{"board", app.ListBoards, func(t *app.TicketPolicy) *app.Ref { return &t.Board }},
	{"type", app.ListTypes, func(t *app.TicketPolicy) *app.Ref { return &t.Type }},
	{"subtype", app.ListSubtypes, func(t *app.TicketPolicy) *app.Ref { return &t.Subtype }},
	{"item", app.ListItems, func(t *app.TicketPolicy) *app.Ref { return &t.Item }},
	{"status", app.ListStatuses, func(t *app.TicketPolicy) *app.Ref { return &t.Status }},
	{"closed_status", app.ListStatuses, func(t *app.TicketPolicy) *app.Ref { return &t.ClosedStatus }},
	{"team", app.ListTeams, func(t *app.TicketPolicy) *app.Ref { return &t.Team }},
	{"priority", app.ListPriorities, func(t *app.TicketPolicy) *app.Ref { return &t.Priority }},
	{"source", app.ListSources, func(t *app.TicketPolicy) *app.Ref { return &t.Source }},
}

// typedAlert is the form as it was sent.
func typedAlert(f form) views.AlertForm {
	t := views.AlertForm{
		Override: f.text("override"), Revision: f.number("revision"),
		Name: f.text("name"), Notify: f.text("notify"), Other: f.text("when_other"), For: f.text("for"), Object: f.text("object"),
		PSA: f.ticked("via_psa"), Email: f.ticked("via_email"), Nobody: f.ticked("via_nobody"),
		Severity: f.text("severity"), Wait: f.text("wait"), Per: f.text("per"), NoteEvery: f.text("note_every"), AutoClose: f.ticked("auto_close"),
		Comeback: f.text("comeback"), Reopen: f.text("reopen_within"), Summary: f.text("summary"),
		Body: strings.TrimSpace(strings.ReplaceAll(f.Get("body"), "\r\n", "\n")),
	}
	for _, one := range ticketRefs {
		*t.Value(one.input) = f.text(one.input)
	}
	for i, when := range f.Values["when"] {
		t.When = append(t.When, views.WhenField{Type: strings.TrimSpace(when), Level: f.nth("level", i)})
	}
	for i := range f.Values["mute_from"] {
		t.Mute = append(t.Mute, views.MuteField{From: f.nth("mute_from", i), To: f.nth("mute_to", i), Reason: f.nth("mute_reason", i)})
	}
	return t
}

// nth is one of several values of a name.
func (f form) nth(name string, i int) string {
	if all := f.Values[name]; i < len(all) {
		return strings.TrimSpace(all[i])
	}
	return ""
}

// storedAlert is the form as the settings have the rule.
func storedAlert(r app.AlertRule, objects []app.Object, zone *time.Location) views.AlertForm {
	t := views.AlertForm{
		Stored: r.Name, Name: r.Name, Notify: strings.Join(r.Via.Email, ", "), For: forOf(r.For), Object: objectWords(r.For.Object, objects),
		PSA: r.Via.PSA, Email: len(r.Via.Email) > 0, Nobody: !r.Via.PSA && len(r.Via.Email) == 0,
		Severity: string(r.Severity), Wait: lengthText(r.Wait), Per: r.Ticket.Per, NoteEvery: lengthText(r.Ticket.NoteEvery), AutoClose: r.Ticket.AutoClose,
		Comeback: r.Ticket.Comeback, Reopen: lengthText(r.Ticket.ReopenWithin), Summary: r.Ticket.Summary, Body: r.Ticket.Body,
	}
	for _, one := range ticketRefs {
		*t.Value(one.input) = refValue(*one.in(&r.Ticket))
	}
	for _, w := range r.When {
		f := views.WhenField{Type: w.Type}
		if n := max(w.Percent, w.Minutes, w.Days, w.Times); n > 0 {
			f.Level = strconv.Itoa(n)
		}
		t.When = append(t.When, f)
	}
	for _, m := range r.Mute {
		t.Mute = append(t.Mute, views.MuteField{From: momentText(m.From, zone), To: momentText(m.To, zone), Reason: m.Reason})
	}
	return t
}

func forOf(f app.For) string {
	switch {
	case f.Organization == "" && f.Source == "":
		return forEverything
	case f.Organization == "":
		return forSource
	case f.Object != "":
		return forObject
	case f.Suborganizations:
		return forTree
	}
	return forOrganization
}

func lengthText(d app.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// momentText is a moment as an input for dates and times has it; what is none stays as it is.
func momentText(text string, zone *time.Location) string {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return views.LocalTime(t, zone)
}

// alertForm turns a form into a rule. It collects everything that is wrong with what was typed; the settings' own checks
// judge the rest.
type alertForm struct {
	o       organizationPage
	typed   views.AlertForm
	stored  app.AlertRule // the rule that is changed; zero for a new one
	objects []app.Object
	lists   *pickLists
	zone    *time.Location
	wrong   ui.Errors
}

func (a *alertForm) bad(field, message string) {
	a.wrong = append(a.wrong, ui.FieldError{Field: field, Message: message})
}

func (a *alertForm) rule() app.AlertRule {
	t := a.typed
	r := app.AlertRule{Name: t.Name, Severity: app.Severity(t.Severity)}
	if a.stored.Name != "" {
		r.Name = a.stored.Name
	}
	if r.Name == "" {
		a.bad("name", "The alert needs a name.")
	}
	r.When, r.For, r.Via, r.Ticket = a.when(), a.scope(), a.via(), a.policy()
	a.length("wait", t.Wait, &r.Wait)
	r.Mute = a.mutes()
	return r
}

// when reads the event types with their levels. One that was typed beside the list comes last.
func (a *alertForm) when() (out []app.When) {
	for i, w := range a.typed.When {
		if w.Type == "" && w.Level == "" {
			continue
		}
		out = append(out, a.whenOf(w, i))
	}
	if a.typed.Other != "" {
		out = append(out, app.When{Type: a.typed.Other})
	}
	if len(out) == 0 {
		a.bad("when", "Choose at least one event.")
	}
	return out
}

func (a *alertForm) whenOf(w views.WhenField, i int) app.When {
	out := app.When{Type: w.Type}
	if w.Level == "" {
		return out
	}
	field := views.Nth("level", i)
	n, err := strconv.Atoi(w.Level)
	if err != nil || n < 1 {
		a.bad(field, strconv.Quote(w.Level)+" is not a whole number of 1 or more.")
		return out
	}
	all := settings.EventTypes()
	at := slices.IndexFunc(all, func(one settings.EventType) bool { return one.Type == w.Type })
	if at < 0 || all[at].Level == "" {
		return out // a level of the type chosen before; this one has none
	}
	switch all[at].Level {
	case app.LevelPercent:
		out.Percent = n
	case app.LevelMinutes:
		out.Minutes = n
	case app.LevelDays:
		out.Days = n
	case app.LevelTimes:
		out.Times = n
	}
	return out
}

// scope reads for whom the rule is. One that was made wider than an organization stays so until another answer is chosen.
func (a *alertForm) scope() app.For {
	f := app.For{Source: a.o.row.Source, Organization: a.o.row.ExternalID}
	stored := a.stored.For
	if stored.Organization == f.Organization && a.stored.Name != "" {
		f.Source = stored.Source
	}
	switch a.typed.For {
	case forTree:
		f.Suborganizations = true
	case forOrganization:
	case forObject:
		f.Object, f.Suborganizations = a.object(), stored.Object != "" && stored.Suborganizations
	case forSource, forEverything:
		if a.stored.Name == "" || forOf(stored) != a.typed.For {
			a.bad("for", "An alert of this organization cannot be for "+a.typed.For+". Choose one of the answers.")
		}
		return stored
	default:
		a.bad("for", "Say for whom the alert is.")
	}
	return f
}

// object finds what was picked: an entry of the list, an id at the source, or a name that only one has.
func (a *alertForm) object() string {
	text := a.typed.Object
	if text == "" {
		a.bad("object", "Say which account or machine. Begin to type its name and choose it from the list.")
		return ""
	}
	if text == a.stored.For.Object {
		return text
	}
	var named []string
	for _, o := range a.objects {
		if text == objectLabel(o) || text == o.ExternalID {
			return o.ExternalID
		}
		if strings.EqualFold(text, o.Name) {
			named = append(named, o.ExternalID)
		}
	}
	switch len(named) {
	case 1:
		return named[0]
	case 0:
		a.bad("object", "No account or machine of this organization is known by “"+text+"”. Begin to type its name and choose it from the list.")
	default:
		a.bad("object", "Several are called “"+text+"”. Choose one from the list; the ids tell them apart.")
	}
	return text
}

// objectLabel is how an account or machine is picked: by its name, with what tells it from its namesakes.
func objectLabel(o app.Object) string {
	label := string(o.Kind) + " " + o.ExternalID
	if o.Name != "" {
		label = o.Name + " – " + label
	}
	return label
}

func objectWords(id string, objects []app.Object) string {
	for _, o := range objects {
		if o.ExternalID == id {
			return objectLabel(o)
		}
	}
	return id
}

// via reads who is told. Nobody is an answer too, but has to be given.
func (a *alertForm) via() app.Via {
	v, t := app.Via{PSA: a.typed.PSA}, a.typed
	if t.Email {
		v.Email = strings.FieldsFunc(t.Notify, func(r rune) bool { return strings.ContainsRune(" ,;\t\n", r) })
		if len(v.Email) == 0 {
			a.bad("notify", "Via e-mail needs an address.")
		}
	}
	switch told := t.PSA || t.Email; {
	case !told && !t.Nobody:
		a.bad("via", "Tick at least one way to tell somebody, or Nobody if it is meant to stay quiet.")
	case told && t.Nobody:
		a.bad("via", "Nobody and somebody do not go together. Take one of the ticks away.")
	}
	return v
}

func (a *alertForm) policy() app.TicketPolicy {
	t := a.typed
	p := app.TicketPolicy{Summary: t.Summary, Body: t.Body, Per: t.Per, AutoClose: t.AutoClose, Comeback: t.Comeback}
	for _, one := range ticketRefs {
		var all []app.Option
		if text := *t.Value(one.input); strings.HasPrefix(text, "#") { // named by id: the name beside it is for the eye
			all = a.lists.of(one.list)
		}
		*one.in(&p) = chosenRef(*one.in(&a.stored.Ticket), *t.Value(one.input), all)
	}
	a.length("note_every", t.NoteEvery, &p.NoteEvery)
	a.length("reopen_within", t.Reopen, &p.ReopenWithin)
	return p
}

// length reads a duration; an empty one is left to the default.
func (a *alertForm) length(input, text string, into *app.Duration) {
	if err := length(input, text, into); err != nil {
		a.bad(input, app.ErrorMessage(err))
	}
}

// mutes reads the maintenance windows. One with nothing typed is none.
func (a *alertForm) mutes() (out []app.Mute) {
	for i, w := range a.typed.Mute {
		if w == (views.MuteField{}) {
			continue
		}
		out = append(out, app.Mute{From: a.moment("mute_from", i, w.From), To: a.moment("mute_to", i, w.To), Reason: w.Reason})
	}
	return out
}

func (a *alertForm) moment(name string, i int, text string) string {
	t, err := localMoment(text, a.zone)
	if err != nil {
		a.bad(views.Nth(name, i), "Say the day and the time.")
		return text
	}
	return t.UTC().Format(time.RFC3339)
}

// localMoment reads what an input for dates and times sends, in the person's time.
func localMoment(text string, zone *time.Location) (time.Time, error) {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, app.Errorf(app.Invalid, "%q is not a day and a time.", text)
}

// of is a list by what it is of: all boards', or the chosen one's.
func (l *pickLists) of(list app.OptionList) []app.Option {
	switch list {
	case app.ListBoards, app.ListPriorities, app.ListSources:
		return l.read(list, 0)
	default:
		return l.ofBoard(list)
	}
}
