package web

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/layout"
)

// alertPreview is the part of the form that shows its templates on an event, or what is wrong with them.
func (s *Server) alertPreview(c echo.Context) error {
	a, f, err := s.openPart(c)
	if err != nil {
		return err
	}
	m, err := s.preview(c.Request().Context(), a, typedAlert(f))
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.AlertPreviewPart(m))
}

// preview shows the templates on the newest event of the types the form names; where none came yet, on a made-up one.
func (s *Server) preview(ctx context.Context, a alertPage, typed views.AlertForm) (views.AlertPreview, error) {
	rule, _ := s.typedRule(ctx, a, typed)
	m := views.AlertPreview{Organization: a.row.ID, Shell: layout.Shell{Now: a.now, Zone: s.Zone}}
	m.Problems = append(templateProblems("summary", typed.Summary), templateProblems("body", typed.Body)...)
	var types []string
	for _, w := range rule.When {
		types = append(types, w.Type)
	}
	e, found, err := s.Read.EventSample(ctx, a.row.ID, types)
	if err != nil {
		return m, err
	}
	name := a.row.Name
	if !found {
		m.Example, e = true, exampleEvent(a, rule, a.now)
	} else {
		m.At, name = e.ReceivedAt, a.nameOf(e.Source, e.OrganizationID)
	}
	m.Summary, m.Body = alert.Preview(rule, e, name)
	return m, nil
}

// nameOf is the name of an organization by its id at the source.
func (a alertPage) nameOf(source, external string) string {
	for _, one := range a.tree {
		if one.Source == source && one.ExternalID == external {
			return one.Name
		}
	}
	return external
}

// exampleEvent is an event as one of the rule's first type could be.
func exampleEvent(a alertPage, rule app.AlertRule, now time.Time) app.Event {
	e := app.Event{
		Source: a.row.Source, SourceEventID: "example", OrganizationID: a.row.ExternalID, Type: "event", State: app.Problem, Severity: app.SeverityWarning,
		Object: app.Object{Kind: app.ObjectMachine, ExternalID: "4711", Name: "FS01"}, OccurredAt: now, ReceivedAt: now, Body: json.RawMessage("{}"),
		Text: "Its details stand here.",
	}
	if len(a.objects) > 0 {
		e.Object = a.objects[0]
	}
	e.Title = "Something happened on " + e.Object.Name
	if len(rule.When) == 0 {
		return e
	}
	w := rule.When[0]
	e.Type, e.Level = w.Type, levelFrom(w, w.Type)
	for _, t := range settings.EventTypes() {
		if t.Type == w.Type {
			e.Title = views.WhenWords([]app.When{w}, alertTypes(t.Kinds[0])) + ": " + e.Object.Name
		}
	}
	return e
}

// around is how much of a template is shown beside what is wrong.
const around = 18

// templateProblems are the problems of a template with the text around them.
func templateProblems(field, text string) (out []views.TemplateProblem) {
	_, wrong := app.ParseTemplate(text)
	all := []rune(text)
	for _, w := range wrong {
		end := w.At + 1
		for i := w.At + 1; all[w.At] == '{' && i < len(all) && all[i] != '\n' && all[i] != '{'; i++ {
			if all[i] == '}' {
				end = i + 1
				break
			}
		}
		out = append(out, views.TemplateProblem{
			Field: field, Message: w.Message, Wrong: string(all[w.At:end]),
			Before: lastLine(string(all[max(w.At-around, 0):w.At])), Behind: firstLine(string(all[end:min(end+around, len(all))])),
		})
	}
	return out
}

func lastLine(text string) string { return text[strings.LastIndex(text, "\n")+1:] }

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
