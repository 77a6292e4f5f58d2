package web

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"psabridge/app"
	"psabridge/app/settings"
	"psabridge/views"
)

// typeTitles are the event types as they are chosen; "…" stands where the level goes.
var typeTitles = map[string]string{
	app.TypeMachineUnreachable:  "Machine not reachable for …",
	app.TypeMachineUnseen:       "Machine not seen for …",
	app.TypeQuotaReached:        "Storage quota reached …",
	app.TypeSignInFailures:      "Sign-ins failed in a row …",
	app.TypeBackupFailed:        "Backup failed",
	app.TypeBackupSLAMissed:     "Backup SLA missed",
	app.TypeAccountUnprotected:  "User not protected",
	app.TypeAccountAdded:        "Account added",
	app.TypeAccountRemoved:      "Account removed",
	app.TypeMachineAdded:        "Machine added",
	app.TypeMachineRemoved:      "Machine removed",
	app.TypeOrganizationAdded:   "Organization added",
	app.TypeOrganizationRemoved: "Organization removed",
	app.TypeOrganizationMoved:   "Organization moved below another one",
	app.TypeSourceUnreadable:    "Source not readable for …",
}

// typeTitle names one of our own event types where no level is chosen: "Machine not reachable"; "" for any other type.
func typeTitle(eventType string) string {
	return strings.TrimSuffix(strings.TrimSuffix(typeTitles[eventType], " …"), " for")
}

// alertTypes are the event types a kind of source can show, with the level each needs.
func alertTypes(kind string) (out []views.AlertType) {
	for _, t := range settings.EventTypes() {
		if slices.Contains(t.Kinds, kind) {
			out = append(out, views.AlertType{Type: t.Type, Title: cmp.Or(typeTitles[t.Type], t.Text), Text: t.Text, Level: t.Level, Default: t.Default})
		}
	}
	return out
}

// editorTypes are the types a form offers: those of the source, what was seen lately, and what the form has already.
func (s *Server) editorTypes(ctx context.Context, o organizationPage, f views.AlertForm) ([]views.AlertType, error) {
	src, _ := settings.SourceByName(o.doc, o.row.Source)
	out := alertTypes(src.Kind)
	more, err := s.typesSeen(ctx, o, src)
	for _, w := range f.When {
		more = append(more, w.Type)
	}
	for _, t := range more { // a type nobody ever saw can be entered beside the list
		if t != "" && !slices.ContainsFunc(out, func(known views.AlertType) bool { return known.Type == t }) {
			out = append(out, views.AlertType{Type: t, Title: t})
		}
	}
	return out, err
}

// typesSeen are the event types of the organization's newest activity; of an inbox those of the whole source, because each
// of its customers shows only a few.
func (s *Server) typesSeen(ctx context.Context, o organizationPage, src app.SourceSettings) ([]string, error) {
	seen, _, err := s.activityChoices(ctx, o.row.ID)
	if err != nil || !src.Pushed() {
		return seen, err
	}
	rows, err := s.Read.Events(ctx, app.EventFilter{Since: o.now.Add(-hitWindow), Page: app.Page{Limit: activityPage}})
	for _, r := range rows {
		if r.Source == src.Name {
			seen = append(seen, r.Type)
		}
	}
	slices.Sort(seen)
	return slices.Compact(seen), err
}
