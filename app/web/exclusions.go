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

// pickable is how many things that are counted the form offers at once; the others are found by name.
const pickable = 100

// countedThings is what an organization's newest usage lists, for leaving some of it out (M10).
type countedThings struct {
	list     []views.ExclusionRow
	at       map[app.Object]int // by kind and id
	unlisted bool               // usage was read that lists nothing
	certain  bool               // what is not in the list is not there: every newest reading is complete, and some list what they count
}

func thing(kind app.ObjectKind, id string) app.Object { return app.Object{Kind: kind, ExternalID: id} }

// countedThings reads it. A statement beside newer usage is what the month is billed by, so both are asked.
func (s *Server) countedThings(ctx context.Context, o organizationPage) (countedThings, error) {
	t := countedThings{at: map[app.Object]int{}, certain: true}
	newest, statements, err := s.Read.OrganizationReadings(ctx, o.row.Source, o.row.ExternalID)
	if err != nil {
		return t, err
	}
	src, _ := settings.SourceByName(o.doc, o.row.Source)
	slices.SortStableFunc(newest, func(a, b app.Reading) int { return cmp.Compare(rankOfBasis(a.Basis), rankOfBasis(b.Basis)) })
	listed := false
	for _, r := range newest {
		listed = listed || len(r.Items) > 0 || r.Complete && r.Quantity.IsZero()
		t.certain = t.certain && r.Complete
		t.unlisted = t.unlisted || len(r.Items) == 0 && !r.Quantity.IsZero()
	}
	for _, r := range slices.Concat(newest, statements) {
		for _, item := range r.Items {
			t.add(r, item, src)
		}
	}
	t.certain = t.certain && listed
	slices.SortStableFunc(t.list, func(a, b views.ExclusionRow) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.ID, b.ID))
	})
	for i, r := range t.list {
		t.at[thing(r.Kind, r.ID)] = i
	}
	return t, nil
}

// add takes an item in, once for each meter. What the source itself leaves out is not ours to leave out.
func (t *countedThings) add(r app.Reading, item app.EvidenceItem, src app.SourceSettings) {
	if item.ExternalID == "" || item.Excluded != "" || !settings.Countable(item.Kind, src) {
		return
	}
	key := thing(item.Kind, item.ExternalID)
	i, known := t.at[key]
	if !known {
		i = len(t.list)
		t.at[key] = i
		t.list = append(t.list, views.ExclusionRow{Kind: item.Kind, ID: item.ExternalID, Name: item.Name})
	}
	row := &t.list[i]
	if !slices.ContainsFunc(row.Counted, func(m views.MeterAmount) bool { return m.Meter == r.Meter }) {
		row.Counted = append(row.Counted, views.MeterAmount{Meter: r.Meter, Quantity: item.Amount, Unit: r.Unit})
	}
}

// known fills in what the newest usage tells of a row.
func (t countedThings) known(r views.ExclusionRow, stored []app.Exclusion) views.ExclusionRow {
	if i, ok := t.at[thing(r.Kind, r.ID)]; ok {
		r.Name, r.Counted = t.list[i].Name, t.list[i].Counted
	} else {
		r.Gone = t.certain
	}
	r.Stored = slices.ContainsFunc(stored, func(e app.Exclusion) bool { return e.Kind == r.Kind && e.ID == r.ID })
	return r
}

// rows are the rows of the form: what is left out, what was ticked, and what else is counted and fits the search.
func (t countedThings) rows(stored []app.Exclusion, typed []views.ExclusionRow, find string) []views.ExclusionRow {
	shown := map[app.Object]bool{}
	var out []views.ExclusionRow
	add := func(r views.ExclusionRow) {
		if key := thing(r.Kind, r.ID); !shown[key] {
			shown[key], r.N = true, len(out)
			out = append(out, t.known(r, stored))
		}
	}
	for _, r := range typed {
		if r.Left || r.Reason != "" {
			add(r)
		}
	}
	for _, e := range stored {
		add(views.ExclusionRow{Kind: e.Kind, ID: e.ID, Reason: e.Reason, Left: typed == nil})
	}
	others := 0
	for _, r := range t.list {
		if others < pickable && !shown[thing(r.Kind, r.ID)] && fitsFind(r, find) {
			add(r)
			others++
		}
	}
	return out
}

func fitsFind(r views.ExclusionRow, find string) bool {
	find = strings.ToLower(find)
	return strings.Contains(strings.ToLower(r.Name), find) || strings.Contains(strings.ToLower(r.ID), find)
}

// exclusionsOfForm adds the rows to a form. One that could not be saved shows the rows it was sent with, in their places.
func (s *Server) exclusionsOfForm(ctx context.Context, o organizationPage, m *views.OrganizationSettings) error {
	t, err := s.countedThings(ctx, o)
	if err != nil {
		return err
	}
	m.Items, m.Unlisted = len(t.list), t.unlisted
	stored := o.effective.Exclude
	for _, e := range stored {
		if _, ok := t.at[thing(e.Kind, e.ID)]; ok {
			m.Items-- // it stands among those that are left out
		}
	}
	if len(m.Form.Errors) == 0 || m.Form.Exclude == nil {
		m.Form.Exclude = t.rows(stored, m.Form.Exclude, m.Form.Find)
		return nil
	}
	for i, r := range m.Form.Exclude {
		m.Form.Exclude[i] = t.known(r, stored)
	}
	return nil
}

// mostExclusions bounds what a form can say about.
const mostExclusions = 10000

// typedExclusions are the rows a form was sent with; nil when it had none.
func typedExclusions(f form) []views.ExclusionRow {
	if !f.Has("exclusions") {
		return nil
	}
	n := min(int(f.number("exclusions")), mostExclusions)
	rows := make([]views.ExclusionRow, 0, n)
	for i := range n {
		r := views.ExclusionRow{
			N: i, Kind: app.ObjectKind(f.Get(views.ExclusionInput("kind", i))), ID: f.Get(views.ExclusionInput("id", i)),
			Left: f.ticked(views.ExclusionInput("", i)), Reason: f.text(views.ExclusionInput("reason", i)),
		}
		if r.ID != "" {
			rows = append(rows, r)
		}
	}
	return rows
}

// exclusionsOf are the exclusions the rows come to; what is stored stays when the form had no rows.
func exclusionsOf(typed []views.ExclusionRow, stored []app.Exclusion) []app.Exclusion {
	if typed == nil {
		return stored
	}
	var out []app.Exclusion
	for _, r := range typed {
		if r.Left {
			out = append(out, app.Exclusion{Kind: r.Kind, ID: r.ID, Reason: r.Reason})
		}
	}
	return out
}
