package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/app/setup"
	"psabridge/app/web/api"
	"psabridge/views"
	"psabridge/views/ui"
)

// mappingsPerPage is how many organizations the page shows at once.
const mappingsPerPage = 20

// addRows adds the organizations that pass the filter, those without a company first.
func (b *mappingBook) addRows(m *views.Mapping, at string, typed typedMappings) {
	broken := map[int64]int{}
	for _, r := range b.repairs {
		broken[r.Organization.ID]++
	}
	var open []views.MatchRow
	var done []views.MappedRow
	for _, o := range b.rows {
		e := b.tree.Effective(o.Source, o.ExternalID)
		m.Counts.All++
		if e.Company.ID == 0 {
			m.Counts.Unmatched++
			row := b.matchRow(o)
			if len(row.Suggestions) == 1 && row.Suggestions[0].Certain {
				m.Certain, m.Opens = m.Certain+1, m.Opens+row.Waiting
			}
			if b.shows(o, e, "unmatched") {
				open = append(open, typed.match(row))
			}
			continue
		}
		m.Counts.Matched++
		if broken[o.ID] > 0 {
			m.Counts.Repair++
		}
		if b.shows(o, e, "matched") || b.filter.Show == "repair" && broken[o.ID] > 0 && b.shows(o, e, "repair") {
			done = append(done, typed.mapped(b.mappedRow(o, e, broken[o.ID])))
		}
	}
	slices.SortFunc(open, byMatch)
	slices.SortStableFunc(done, func(a, b views.MappedRow) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	m.MatchedAll = len(done)
	b.paged(m, open, done, at)
}

// paged cuts one page out of both lists, one after the other.
func (b *mappingBook) paged(m *views.Mapping, open []views.MatchRow, done []views.MappedRow, at string) {
	all := len(open) + len(done)
	number, _ := strconv.Atoi(at)
	number = max(min(number, (all-1)/mappingsPerPage), 0)
	first, end := number*mappingsPerPage, min((number+1)*mappingsPerPage, all)
	m.Unmatched = open[min(first, len(open)):min(end, len(open))]
	m.Matched = done[max(first-len(open), 0):max(end-len(open), 0)]
	if all <= mappingsPerPage {
		return
	}
	to := func(n int) string {
		return link.With(link.Mapping, append(b.filter.Pairs(m.Connection), "page", strconv.Itoa(n))...)
	}
	m.Pager.Text = ui.Int(first+1) + "–" + ui.Int(end) + " of " + ui.Int(all)
	if number > 0 {
		m.Pager.Newer = to(number - 1)
	}
	if end < all {
		m.Pager.Older = to(number + 1)
	}
}

// shows reports whether an organization passes the filter; kind is the list it would stand in.
func (b *mappingBook) shows(o app.OrganizationRow, e settings.Effective, kind string) bool {
	if b.filter.Show != "" && b.filter.Show != kind || b.filter.Source != "" && b.filter.Source != o.Source {
		return false
	}
	r := views.OrganizationRow{OrganizationRow: o}
	if e.Company.ID != 0 {
		r.Company, r.CompanyIdentifier = &app.Named{ID: e.Company.ID, Name: b.companies[e.Company.ID].Name}, e.Company.Identifier
	}
	return matches(r, b.filter.Q)
}

func (b *mappingBook) matchRow(o app.OrganizationRow) views.MatchRow {
	r := views.MatchRow{ID: o.ID, Name: o.Name, Source: o.Source, Waiting: o.WaitingFor, New: o.New, LaterUntil: o.LaterUntil, Usage: o.Readings}
	if up, below := b.names[o.ParentID]; below {
		r.Parent = up
	}
	list := b.suggestions[o.ID]
	for _, one := range list {
		c := b.companies[one.CompanyID]
		r.Suggestions = append(r.Suggestions, views.MatchSuggestion{
			Company: app.Named{ID: one.CompanyID, Name: c.Name}, Identifier: c.Identifier, Why: reasonWords(one), Certain: len(list) == 1 && sure(one),
		})
	}
	return r
}

// sure reports a suggestion nobody needs to look at.
func sure(s api.Suggestion) bool { return setup.Reason(s.Reason) != setup.ReasonSimilar }

// reasonWords says why a company is proposed.
func reasonWords(s api.Suggestion) string {
	switch setup.Reason(s.Reason) {
	case setup.ReasonSameID:
		return "It was mapped to this company before."
	case setup.ReasonExact:
		if s.Like != "" {
			return s.Like + ", of the same name, has this company."
		}
		return "The names are the same."
	case setup.ReasonNormalised:
		if s.Like != "" {
			return s.Like + ", of the same name but for form and accents, has this company."
		}
		return "The same name but for legal form, accents, punctuation or case."
	case setup.ReasonSimilar:
	}
	if s.Score == 1 {
		return "Several fit by name. Look which one it is."
	}
	return fmt.Sprintf("Alike, %d %%. Look whether it is the one.", int(s.Score*100+0.5))
}

func (b *mappingBook) mappedRow(o app.OrganizationRow, e settings.Effective, broken int) views.MappedRow {
	c, known := b.companies[e.Company.ID]
	r := views.MappedRow{
		ID: o.ID, Name: o.Name, Source: o.Source, Gone: o.State == app.OrganizationGone, Company: app.Named{ID: e.Company.ID}, Identifier: e.Company.Identifier,
		Agreement: e.Agreement.ID, Repairs: broken,
	}
	if known {
		r.Company.Name, r.Inactive = c.Name, c.Inactive || c.Deleted
	}
	var running []app.Agreement
	for _, a := range b.agreements[e.Company.ID] {
		if runs := !a.Cancelled && (a.Status == "" || a.Status == "Active"); runs {
			running = append(running, a)
		} else if a.ID != e.Agreement.ID {
			continue
		}
		r.Agreements = append(r.Agreements, a)
	}
	if r.Agreement == 0 && len(running) == 1 {
		r.Proposed = running[0].ID
	}
	r.Meters = b.mappedMeters(o, e)
	return r
}

// mappedMeters are the ticks of a row: what its source counts and what was read, where there is a Product ID for it, and what
// is ticked.
func (b *mappingBook) mappedMeters(o app.OrganizationRow, e settings.Effective) (out []views.MappedMeter) {
	src, _ := settings.SourceByName(b.doc, o.Source)
	list := append(metersOfKind(src.Kind), e.Bill...)
	for _, r := range o.Readings {
		if r.Meter != app.MeterGuests || e.Products[r.Meter] != "" {
			list = append(list, r.Meter)
		}
	}
	own, _ := settings.OrganizationByID(b.doc, o.Source, o.ExternalID)
	for _, meter := range ordered(list) {
		if e.Products[meter] == "" && !slices.Contains(e.Bill, meter) {
			continue // nothing could be billed as it; the organization's own page explains that
		}
		m := views.MappedMeter{Meter: meter, Ticked: slices.Contains(e.Bill, meter), Product: e.Products[meter], Own: own.Products[meter] != ""}
		if i := slices.IndexFunc(o.Readings, func(r app.Reading) bool { return r.Meter == meter }); i >= 0 {
			m.Now = &o.Readings[i]
		}
		out = append(out, m)
	}
	return out
}

// typedMappings is what a form that could not be taken had in its fields.
type typedMappings struct {
	form   *form
	errors ui.Errors
}

// match puts what was typed back into a row.
func (t typedMappings) match(r views.MatchRow) views.MatchRow {
	if t.form == nil {
		return r
	}
	id := strconv.FormatInt(r.ID, 10)
	r.Typed, r.Error = t.form.text("company-"+id), t.errors.For("company-"+id)
	r.Chosen, r.Ticked = t.form.number("to-"+id), slices.Contains(t.form.Values["org"], id)
	return r
}

// mapped does the same for a row with a company.
func (t typedMappings) mapped(r views.MappedRow) views.MappedRow {
	id := strconv.FormatInt(r.ID, 10)
	if t.form == nil {
		return r
	}
	r.Ticked, r.Error = slices.Contains(t.form.Values["org"], id), t.errors.For("agreement-"+id)
	if !slices.Contains(t.form.Values["row"], id) {
		return r
	}
	if n := t.form.number("agreement-" + id); n != 0 {
		r.Proposed = n
		if r.Agreement != 0 {
			r.Agreement = n
		}
	}
	for i := range r.Meters {
		r.Meters[i].Ticked = slices.Contains(t.form.Values["bill-"+id], string(r.Meters[i].Meter))
	}
	return r
}
