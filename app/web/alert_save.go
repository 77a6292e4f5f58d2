package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/ui"
)

// saveAlert saves the form of an alert, or shows it again changed: with other rows or lists, a preview, a rehearsal.
func (s *Server) saveAlert(c echo.Context) error {
	a, err := s.openAlert(c)
	if err != nil {
		return err
	}
	if a.unnamed(c) {
		return seeOther(c, link.Alerts(a.row.ID))
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	typed, step := typedAlert(f), f.text("step")
	a.mend.Delivery = f.number("delivery") // the form goes on to say what is tried again once it is saved
	switch {
	case step == "save":
		return s.storeAlert(c, a, f, typed)
	case step == "rehearse":
		part, err := s.rehearseTyped(c, a, typed)
		if err != nil {
			return err
		}
		return s.showAlert(c, a, http.StatusOK, typed, &part)
	case strings.HasPrefix(step, "cancel-"):
		part := s.stopRehearsal(a.page, strings.TrimPrefix(step, "cancel-"))
		return s.showAlert(c, a, http.StatusOK, typed, &part)
	case step == "lists":
		s.loadAlertLists(c, a.organizationPage, typed)
	default:
		changeRows(step, &typed)
	}
	return s.showAlert(c, a, http.StatusOK, typed, nil)
}

// typedRule is the rule a form stands for, and what is wrong with what was typed.
func (s *Server) typedRule(ctx context.Context, a alertPage, typed views.AlertForm) (app.AlertRule, ui.Errors) {
	b := alertForm{o: a.organizationPage, typed: typed, stored: a.stored, objects: a.objects, lists: s.pickLists(ctx, a.effective.Connection, typed.Board), zone: s.Zone}
	rule := b.rule()
	return rule, b.wrong
}

func (s *Server) storeAlert(c echo.Context, a alertPage, f form, typed views.AlertForm) error {
	rule, wrong := s.typedRule(c.Request().Context(), a, typed)
	if len(wrong) > 0 {
		typed.Errors = wrong
		return s.showAlert(c, a, http.StatusUnprocessableEntity, typed, nil)
	}
	back := link.Alerts(a.row.ID)
	changes, err := s.edit(c, typed.Revision, back, func(doc *app.Settings) error {
		return a.putAlert(doc, a.stored.Name, typed.Override, rule)
	})
	if invalid(err) {
		typed.Errors = alertErrors(err, a.doc, rule, a.stored.Name == "", listed(typed))
		return s.showAlert(c, a, http.StatusUnprocessableEntity, typed, nil)
	}
	if err != nil {
		return err
	}
	s.tell(c, good, "%s", alertSaved(a.stored.Name == "", rule, changes))
	return s.saved(c, f, back)
}

// listed is how many event types come from the list of the form; the one that was typed beside it stands behind them.
func listed(t views.AlertForm) (n int) {
	for _, w := range t.When {
		if w != (views.WhenField{}) {
			n++
		}
	}
	return n
}

// putAlert puts a rule into the document: in its place, before the one it overrides, or before the wider ones that apply here.
func (o organizationPage) putAlert(doc *app.Settings, stored, override string, rule app.AlertRule) error {
	named := func(name string) int {
		return slices.IndexFunc(doc.Alerts, func(r app.AlertRule) bool { return r.Name == name })
	}
	switch at, over := named(stored), named(override); {
	case stored != "" && at < 0:
		return app.Errorf(app.NotFound, "There is no alert %q any more.", stored)
	case stored != "":
		doc.Alerts[at] = rule
	case override != "" && over >= 0:
		doc.Alerts = slices.Insert(doc.Alerts, over, rule)
	default:
		doc.Alerts = slices.Insert(doc.Alerts, o.place(doc.Alerts, rule), rule)
	}
	return nil
}

// place is where a new rule of this organization goes. The first rule that wants an event decides, so a narrow one goes
// before the wide ones: one object, this organization, those below too, what is inherited, everything.
func (o organizationPage) place(rules []app.AlertRule, r app.AlertRule) int {
	at := slices.IndexFunc(rules, func(other app.AlertRule) bool { return o.applies(other.For) && o.width(other.For) > o.width(r.For) })
	if at < 0 {
		return len(rules)
	}
	return at
}

func (o organizationPage) width(f app.For) int {
	switch {
	case f.Object != "":
		return 0
	case f.Organization == "":
		return 4
	case f.Organization != o.row.ExternalID:
		return 3
	case f.Suborganizations:
		return 2
	}
	return 1
}

// wordsShown is how many changes the notice after a save names.
const wordsShown = 4

// alertSaved says what was saved: of a new rule that it is there, else what changed.
func alertSaved(fresh bool, rule app.AlertRule, changes []app.Change) string {
	if fresh {
		return "The alert “" + rule.Name + "” is made. It decides on what happens from now on."
	}
	if len(changes) == 0 {
		return "Nothing changed."
	}
	var words []string
	for _, ch := range changes[:min(len(changes), wordsShown)] {
		words = append(words, changeWords(rule.Name, ch))
	}
	text := "The alert “" + rule.Name + "” is saved: " + strings.Join(words, "; ")
	if n := len(changes) - wordsShown; n > 0 {
		text += "; " + ui.Count(n, "change", "changes") + " more"
	}
	return text + "."
}

// changeWords is one change in words: what it is about, as the form calls it, and its values.
func changeWords(name string, ch app.Change) string {
	what := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(ch.Path, "alerts["+name+"]"), "."), "ticket.")
	what = strings.NewReplacer("_", " ", ".", " ").Replace(what)
	switch {
	case ch.Before == "":
		return what + " is " + shortValue(ch.After)
	case ch.After == "":
		return what + " " + shortValue(ch.Before) + " is taken away"
	}
	return what + " " + shortValue(ch.Before) + " → " + shortValue(ch.After)
}

func shortValue(text string) string {
	r := []rune(strings.Join(strings.Fields(text), " "))
	if len(r) > 40 {
		r = append(r[:39], '…')
	}
	return "“" + string(r) + "”"
}
