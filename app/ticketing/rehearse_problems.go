package ticketing

import (
	"fmt"
	"slices"

	"psabridge/app"
	"psabridge/app/settings"
)

// problems says of each rule that can match nothing why: whom it is for is not there. A rehearsal of such a rule comes to
// nothing, and nobody may take that for a quiet month.
func problems(doc app.Settings, histories []app.History) (out []string) {
	for _, r := range doc.Alerts {
		if text := missing(doc, histories, r.For); text != "" {
			out = append(out, fmt.Sprintf("The alert “%s” %s", r.Name, text))
		}
	}
	return out
}

// missing is the end of the sentence; empty when whom a rule is for is there.
func missing(doc app.Settings, histories []app.History, f app.For) string {
	if f.Source != "" {
		if _, known := settings.SourceByName(doc, f.Source); !known {
			return fmt.Sprintf("is for the source “%s”, which does not exist, so nothing can match it.", f.Source)
		}
	}
	if f.Source == "" && f.Organization == "" {
		return ""
	}
	where, began, gone := "any source", false, false
	if f.Source != "" {
		where = "the source “" + f.Source + "”"
	}
	for _, h := range histories {
		if f.Source != "" && h.Source != f.Source || h.StartedAt.IsZero() {
			continue
		}
		began = true
		i := slices.IndexFunc(h.Organizations, func(o app.Organization) bool { return o.ExternalID == f.Organization })
		switch {
		case f.Organization == "":
			return ""
		case i < 0:
		case h.Organizations[i].State != app.OrganizationGone:
			return ""
		default:
			gone = true
		}
	}
	switch {
	case !began && f.Source != "":
		return fmt.Sprintf("is for %s, of which nothing has come yet.", where)
	case gone:
		return fmt.Sprintf("is for the organization %s, which is not shown any more by %s.", f.Organization, where)
	}
	return fmt.Sprintf("is for the organization %s, which is not shown by %s, so nothing can match it.", f.Organization, where)
}
