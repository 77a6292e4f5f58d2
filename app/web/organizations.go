package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
)

// organizations is the tree of customers, or a flat list where a filter breaks the tree.
func (s *Server) organizations(c echo.Context) error {
	p, err := s.open(c, "Organizations", link.Organizations)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	all, err := s.Read.Organizations(ctx, app.OrganizationFilter{})
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(o app.OrganizationRow) bool { // those of a source that was removed are kept for its history
		_, known := settings.SourceByName(p.doc, o.Source)
		return !known
	})
	b, err := s.newOrganizationBook(ctx, p.standing, all)
	if err != nil {
		return err
	}
	m := views.Organizations{
		Shell: p.shell, Query: c.QueryParam("q"), Source: c.QueryParam("source"), Show: c.QueryParam("show"), Period: b.period, ReadAt: p.lastCheck(),
	}
	m.Shell.Search = m.Query
	m.Kinds = map[string]string{}
	for _, src := range p.doc.Sources {
		m.Sources, m.Kinds[src.Name] = append(m.Sources, src.Name), src.Kind
	}
	m.Meters, m.Other = usageColumns(p.doc, all)
	m.New, m.Later = newcomers(all, p.now)
	rows := b.rows(all)
	for _, r := range rows {
		count(&m.Counts, r, b)
	}
	m.Tree = m.Query == "" && m.Show == ""
	for _, r := range rows {
		if b.fits(r, m) {
			m.Rows = append(m.Rows, r)
		}
	}
	if number, is := ticketNumber(m.Query); is && len(m.Rows) == 0 { // the search box is one for both
		if row, ok := s.numbered(ctx, number); ok {
			return seeOther(c, link.Ticket(row))
		}
	}
	if !m.Tree {
		slices.SortStableFunc(m.Rows, func(a, b views.OrganizationRow) int {
			return cmp.Compare(rank(a), rank(b))
		})
	}
	return render(c, http.StatusOK, views.OrganizationsPage(m))
}

// columnMeters are the meters that can have a column of their own; the rest of what an organization uses stands in one
// column together.
var columnMeters = []app.Meter{app.MeterAccounts, app.MeterStorage, app.MeterFileServer, app.MeterProtectedSeats}

// mostColumns is how many of them fit beside the rest.
const mostColumns = 3

// usageColumns are the meters that get a column: those of the kinds of sources there are, and those somebody sent.
func usageColumns(doc app.Settings, rows []app.OrganizationRow) (columns []app.Meter, other bool) {
	kinds := make([]string, 0, len(doc.Sources))
	for _, src := range doc.Sources {
		kinds = append(kinds, src.Kind)
	}
	seen := metersOfKind(kinds...)
	for _, r := range rows {
		for _, one := range r.Readings {
			seen = append(seen, one.Meter)
		}
	}
	for _, m := range columnMeters {
		if slices.Contains(seen, m) && len(columns) < mostColumns {
			columns = append(columns, m)
		}
	}
	return columns, slices.ContainsFunc(rows, func(r app.OrganizationRow) bool {
		return slices.ContainsFunc(r.Readings, func(one app.Reading) bool { return !slices.Contains(columns, one.Meter) })
	})
}

// newcomers are the organizations nobody has said anything about yet, and how many were put off.
func newcomers(all []app.OrganizationRow, now time.Time) (fresh []views.NewOrganization, later int) {
	names := make(map[int64]string, len(all))
	for _, o := range all {
		names[o.ID] = o.Name
	}
	for _, o := range all {
		if o.LaterUntil.After(now) {
			later++
		}
		if o.New {
			fresh = append(fresh, views.NewOrganization{
				ID: o.ID, Name: o.Name, Source: o.Source, Parent: names[o.ParentID], FirstSeen: o.FirstSeen, Waiting: o.WaitingFor,
			})
		}
	}
	return fresh, later
}

// rank puts what is not matched first.
func rank(r views.OrganizationRow) int {
	if unmapped(r) {
		return 0
	}
	return 1
}

// unmapped reports an organization that should have a company and has none.
func unmapped(r views.OrganizationRow) bool {
	return r.Company == nil && r.ParentExternalID != "" && r.State == app.OrganizationPresent && r.Settings != "none"
}

// organizationBook is what the rows of the list are looked up in.
type organizationBook struct {
	st        standing
	tree      *settings.Tree
	companies map[string]map[int64]app.Company // by connection, record id
	lines     map[int64][]app.Line             // of the current month, by our organization row
	written   map[string]bool                  // connections whose month is pushed
	period    app.Period
}

func treeOf(all []app.OrganizationRow, doc app.Settings) *settings.Tree {
	plain := make([]app.Organization, len(all))
	for i, o := range all {
		plain[i] = o.Organization
	}
	return settings.NewTree(plain, doc)
}

func (s *Server) newOrganizationBook(ctx context.Context, st standing, all []app.OrganizationRow) (*organizationBook, error) {
	b := &organizationBook{
		st: st, tree: treeOf(all, st.doc), companies: map[string]map[int64]app.Company{}, lines: map[int64][]app.Line{}, written: map[string]bool{},
	}
	for _, c := range st.doc.Connections {
		var err error
		if b.companies[c.Name], err = s.companies(ctx, c.Name); err != nil {
			return nil, err
		}
		if !c.Billing.Enabled {
			continue
		}
		b.period = billing.Current(settings.Location(c), st.now)
		plan, err := s.Read.CurrentPlan(ctx, c.Name, b.period)
		if app.ErrorCode(err) == app.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		b.written[c.Name] = plan.State == app.PlanApproved
		for _, l := range plan.Lines {
			for _, share := range l.Shares {
				b.lines[share.OrganizationID] = append(b.lines[share.OrganizationID], l)
			}
		}
	}
	return b, nil
}

// rows orders the organizations as a tree, masters first, and fills what stands beside each.
func (b *organizationBook) rows(all []app.OrganizationRow) []views.OrganizationRow {
	children := map[int64][]app.OrganizationRow{}
	for _, o := range all {
		children[o.ParentID] = append(children[o.ParentID], o)
	}
	out := make([]views.OrganizationRow, 0, len(all))
	seen := make(map[int64]bool, len(all))
	var add func(o app.OrganizationRow, level int)
	add = func(o app.OrganizationRow, level int) {
		if seen[o.ID] {
			return
		}
		seen[o.ID] = true
		at := len(out)
		out = append(out, b.row(o, level))
		for _, child := range children[o.ID] {
			if child.State != app.OrganizationIgnored {
				out[at].Children++
			}
			add(child, level+1)
		}
	}
	for _, o := range children[0] {
		add(o, 1)
	}
	for _, o := range all { // parents that lead in a circle must not hide anybody
		add(o, 1)
	}
	return out
}

func (b *organizationBook) row(o app.OrganizationRow, level int) views.OrganizationRow {
	e := b.tree.Effective(o.Source, o.ExternalID)
	r := views.OrganizationRow{OrganizationRow: o, Level: level, Billing: b.billing(o, e), Settings: "inherits"}
	if id := e.Company.ID; id != 0 {
		r.Company, r.CompanyIdentifier = &app.Named{ID: id, Name: e.Company.Identifier}, e.Company.Identifier
		if known, ok := b.companies[e.Connection][id]; ok {
			r.Company.Name, r.CompanyIdentifier, r.CompanyInactive = known.Name, known.Identifier, known.Inactive || known.Deleted
		}
	}
	switch {
	case e.Mode == app.PSANone:
		r.Settings = "none"
	case e.Mode != app.PSAInherit:
		r.Settings = "own"
	case o.ParentExternalID == "":
		r.Settings = "top"
	}
	return r
}

// billing is where an organization stands in the current month.
func (b *organizationBook) billing(o app.OrganizationRow, e settings.Effective) views.BillingState {
	if len(e.Bill) == 0 {
		if b.onParent(o) {
			return views.BillingOnParent
		}
		return views.BillingNone
	}
	if e.Agreement.ID == 0 {
		return views.BillingNoAgreement
	}
	lines := b.lines[o.ID]
	if len(lines) == 0 {
		return views.BillingNoPreview
	}
	out := views.BillingSame
	for _, l := range lines {
		switch {
		case l.Verdict == app.VerdictHold:
			return views.BillingHeld
		case l.Writes() && b.written[e.Connection]:
			out = views.BillingWritten
		case l.Writes():
			out = views.BillingReady
		}
	}
	return out
}

// onParent reports that the parent is billed with everything below it.
func (b *organizationBook) onParent(o app.OrganizationRow) bool {
	if o.ParentExternalID == "" {
		return false
	}
	e := b.tree.Effective(o.Source, o.ParentExternalID)
	return slices.ContainsFunc(e.Bill, func(m app.Meter) bool { return e.Rules[m].Basis == app.BasisInclusive })
}

func (b *organizationBook) problem(r views.OrganizationRow) bool {
	return r.Holding > 0 || r.CompanyInactive || r.State == app.OrganizationGone ||
		slices.ContainsFunc(r.Readings, func(one app.Reading) bool { return !one.Complete })
}

func (b *organizationBook) trial(r views.OrganizationRow) bool {
	return r.TrialUntil != nil && r.TrialUntil.After(b.st.now)
}

func count(n *views.OrganizationCounts, r views.OrganizationRow, b *organizationBook) {
	if r.State == app.OrganizationIgnored {
		n.Ignored++
		return
	}
	n.All++
	for _, one := range []struct {
		is bool
		n  *int
	}{{unmapped(r), &n.Unmapped}, {b.problem(r), &n.Problem}, {b.trial(r), &n.Trial}} {
		if one.is {
			*one.n++
		}
	}
}

// fits reports whether a row is to be shown.
func (b *organizationBook) fits(r views.OrganizationRow, m views.Organizations) bool {
	ignored := r.State == app.OrganizationIgnored
	switch m.Show {
	case "unmapped":
		if !unmapped(r) {
			return false
		}
	case "problem":
		if !b.problem(r) || ignored {
			return false
		}
	case "trial":
		if !b.trial(r) || ignored {
			return false
		}
	case "ignored":
		if !ignored {
			return false
		}
	default:
		if ignored {
			return false
		}
	}
	return (m.Source == "" || r.Source == m.Source) && matches(r, m.Query)
}

// matches looks for a text in the name, the company and the ids.
func matches(r views.OrganizationRow, query string) bool {
	q := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(query), "#"))
	if q == "" || strings.Contains(strings.ToLower(r.Name), q) || r.ExternalID == q {
		return true
	}
	return r.Company != nil && (strings.Contains(strings.ToLower(r.Company.Name), q) ||
		strings.Contains(strings.ToLower(r.CompanyIdentifier), q) || strconv.FormatInt(r.Company.ID, 10) == q)
}
