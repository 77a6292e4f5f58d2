package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
)

// createAlert adds an alert rule for an organization.
func (s *Server) createAlert(c echo.Context) error {
	o, err := s.openOrganization(c, "alerts")
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	typed := typedAlert(f)
	rule, err := alertRule(o, typed)
	if err == nil {
		_, err = s.edit(c, o.rev, link.Alerts(o.row.ID), func(doc *app.Settings) error {
			doc.Alerts = slices.Insert(doc.Alerts, place(doc.Alerts, rule), rule)
			return nil
		})
	}
	if invalid(err) {
		typed.Errors = alertErrors(err, o.doc, rule)
		for i, e := range typed.Errors {
			if e.Field == "when" && typed.Other != "" {
				typed.Errors[i].Field = "when_other"
			}
		}
		return s.showAlerts(c, o, http.StatusUnprocessableEntity, typed)
	}
	if err != nil {
		return err
	}
	s.tell(c, good, "The alert %q is made. It decides on what happens from now on.", rule.Name)
	return seeOther(c, link.Alerts(o.row.ID))
}

// alertErrors finds the inputs. A name that is taken is a matter of the name, wherever the rule would stand.
func alertErrors(err error, doc app.Settings, rule app.AlertRule) ui.Errors {
	if slices.ContainsFunc(doc.Alerts, func(r app.AlertRule) bool { return r.Name == rule.Name }) {
		return ui.Errors{{Field: "name", Message: "There is an alert of this name already. Names are how conditions refer to it; choose another."}}
	}
	return fieldErrors(err, "alerts["+rule.Name+"]", alertInputs)
}

// alertInputs are the inputs of the parts of a rule.
var alertInputs = map[string]string{
	"name": "name", "when": "when", "when[0].percent": "level", "when[0].minutes": "level", "when[0].days": "level", "when[0].times": "level",
	"for": "for", "for.object": "object", "via": "via", "via.email": "notify", "severity": "severity", "wait": "wait",
	"ticket.board": "board", "ticket.type": "type", "ticket.status": "status", "ticket.team": "team", "ticket.priority": "priority",
	"ticket.summary": "summary", "ticket.per": "per", "ticket.note_every": "note_every", "ticket.reopen_within": "reopen_within", "ticket.comeback": "comeback",
}

func typedAlert(f form) views.AlertForm {
	return views.AlertForm{
		Name: f.text("name"), Notify: f.text("notify"), When: f.text("when"), Other: f.text("when_other"), Level: f.text("level"), For: f.text("for"), Object: f.text("object"),
		PSA: f.ticked("via_psa"), Email: f.ticked("via_email"), Severity: f.text("severity"), Wait: f.text("wait"), Board: f.text("board"),
		Type: f.text("type"), Status: f.text("status"), Team: f.text("team"), Priority: f.text("priority"), Summary: f.text("summary"),
		Per: f.text("per"), NoteEvery: f.text("note_every"), AutoClose: f.ticked("auto_close"), Reopen: f.text("reopen_within"), Comeback: f.text("comeback"),
	}
}

// alertRule turns the form into a rule; the settings' own checks judge the rest.
func alertRule(o organizationPage, t views.AlertForm) (app.AlertRule, error) {
	r := app.AlertRule{
		Name: t.Name, For: app.For{Source: o.row.Source, Organization: o.row.ExternalID}, Via: app.Via{PSA: t.PSA}, Severity: app.Severity(t.Severity),
		Ticket: app.TicketPolicy{
			Board: pickedRef(t.Board), Type: pickedRef(t.Type), Status: pickedRef(t.Status), Team: pickedRef(t.Team), Priority: pickedRef(t.Priority),
			Summary: t.Summary, Per: t.Per, AutoClose: t.AutoClose, Comeback: t.Comeback,
		},
	}
	if r.Name == "" {
		return r, app.FieldErrorf("name", "The alert needs a name.")
	}
	if err := scopeOf(&r, t); err != nil {
		return r, err
	}
	when, err := whenOf(t)
	if err != nil {
		return r, err
	}
	r.When = []app.When{when}
	if !t.PSA {
		return r, app.FieldErrorf("via", "Tick at least one way to tell somebody.")
	}
	for _, d := range []struct {
		input, text string
		into        *app.Duration
	}{{"wait", t.Wait, &r.Wait}, {"note_every", t.NoteEvery, &r.Ticket.NoteEvery}, {"reopen_within", t.Reopen, &r.Ticket.ReopenWithin}} {
		if err := length(d.input, d.text, d.into); err != nil {
			return r, err
		}
	}
	return r, nil
}

func scopeOf(r *app.AlertRule, t views.AlertForm) error {
	switch t.For {
	case "tree":
		r.For.Suborganizations = true
	case "organization":
	case "object":
		if t.Object == "" {
			return app.FieldErrorf("object", "Say which account or machine: its id at the source, as in the activity log.")
		}
		r.For.Object = t.Object
	default:
		return app.FieldErrorf("for", "Say for whom the alert is.")
	}
	return nil
}

// whenOf reads the event type and its level. A type that was typed wins over the list.
func whenOf(t views.AlertForm) (app.When, error) {
	w := app.When{Type: cmp.Or(t.Other, t.When)}
	if t.Level == "" {
		return w, nil
	}
	n, err := strconv.Atoi(t.Level)
	if err != nil || n < 1 {
		return w, app.FieldErrorf("level", "%q is not a whole number of 1 or more.", t.Level)
	}
	all := settings.EventTypes()
	i := slices.IndexFunc(all, func(one settings.EventType) bool { return one.Type == w.Type })
	if i < 0 || all[i].Level == "" {
		return w, app.FieldErrorf("level", "This kind of event has no level. Leave it empty.")
	}
	switch all[i].Level {
	case app.LevelPercent:
		w.Percent = n
	case app.LevelMinutes:
		w.Minutes = n
	case app.LevelDays:
		w.Days = n
	case app.LevelTimes:
		w.Times = n
	}
	return w, nil
}

// length reads a duration; an empty one is left to the default.
func length(input, text string, into *app.Duration) error {
	if text == "" {
		return nil
	}
	if err := into.UnmarshalText([]byte(strings.ReplaceAll(text, " ", ""))); err != nil {
		return app.FieldErrorf(input, "%s", app.ErrorMessage(err))
	}
	return nil
}

// named is a reference by the name somebody picked; nothing picked is nothing.
func named(name string) app.Ref { return app.Ref{Name: name} }

// pickedRef is a reference by name, or by id where several entries have one name.
func pickedRef(text string) app.Ref { return chosenRef(app.Ref{}, text, nil) }

// place is where a new rule goes. The first rule that wants an event decides, so a narrow one goes before a wide one.
func place(rules []app.AlertRule, r app.AlertRule) int {
	at := slices.IndexFunc(rules, func(other app.AlertRule) bool { return width(other.For) > width(r.For) })
	if at < 0 {
		return len(rules)
	}
	return at
}

func width(f app.For) int {
	switch {
	case f.Object != "":
		return 0
	case f.Organization != "" && !f.Suborganizations:
		return 1
	case f.Organization != "":
		return 2
	}
	return 3
}
