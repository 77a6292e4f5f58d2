package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/app/setup"
	"psabridge/app/web/api"
	"psabridge/views"
	"psabridge/views/ui"
)

// mapping is the page on which organizations get their companies, many at once.
func (s *Server) mapping(c echo.Context) error {
	b, err := s.openMapping(c, c.QueryParam("connection"), views.MappingFilter{Q: c.QueryParam("q"), Show: c.QueryParam("show"), Source: c.QueryParam("source")})
	if err != nil {
		return err
	}
	return s.showMapping(c, b, http.StatusOK, c.QueryParam("page"), typedMappings{})
}

// mappingBook is what the mapping page of one connection is made of.
type mappingBook struct {
	page
	connection  app.ConnectionSettings
	filter      views.MappingFilter
	rows        []app.OrganizationRow // of the connection, ignored ones and an unmapped master of which nothing waits aside
	aside       int
	tree        *settings.Tree
	names       map[int64]string
	companies   map[int64]app.Company
	agreements  map[int64][]app.Agreement // by company
	suggestions map[int64][]api.Suggestion
	repairs     []app.Repair
}

// openMapping reads everything about the mappings of a connection; "" is the first one. Nothing is asked of ConnectWise.
func (s *Server) openMapping(c echo.Context, name string, f views.MappingFilter) (b mappingBook, err error) {
	b.filter = f
	if b.page, err = s.open(c, "Mapping", link.Mapping); err != nil {
		return b, err
	}
	b.shell.Search = f.Q
	if name == "" {
		name = firstConnection(b.doc)
	}
	found, ok := settings.ConnectionByName(b.doc, name)
	if !ok && name != "" {
		return b, app.Errorf(app.NotFound, "There is no connection %s.", name)
	}
	if !ok {
		return b, nil
	}
	b.connection = found
	ctx := c.Request().Context()
	if err := s.mappingRows(ctx, &b); err != nil {
		return b, err
	}
	return b, s.mappingLists(ctx, &b)
}

// mappingRows are the organizations that use the connection.
func (s *Server) mappingRows(ctx context.Context, b *mappingBook) error {
	all, err := s.Read.Organizations(ctx, app.OrganizationFilter{})
	if err != nil {
		return err
	}
	b.tree, b.names = treeOf(all, b.doc), make(map[int64]string, len(all))
	for _, o := range all {
		b.names[o.ID] = o.Name
		_, known := settings.SourceByName(b.doc, o.Source)
		e := b.tree.Effective(o.Source, o.ExternalID)
		switch {
		case !known:
		case o.State == app.OrganizationIgnored || e.Mode == app.PSANone && o.State == app.OrganizationPresent:
			b.aside++
		case e.Connection != b.connection.Name:
		case e.Company.ID == 0 && o.WaitingFor == 0 && (o.ParentExternalID == "" || o.State == app.OrganizationGone):
			// The provider itself needs none, until an alert of its own waits: the source cannot be read.
		default:
			b.rows = append(b.rows, o)
		}
	}
	return nil
}

// mappingLists are the companies and agreements as they were read last, and what is made of them.
func (s *Server) mappingLists(ctx context.Context, b *mappingBook) error {
	name := b.connection.Name
	companies, at, err := options[app.Company](ctx, s, name, app.ListCompanies, 0)
	if err != nil {
		return err
	}
	b.companies = make(map[int64]app.Company, len(companies))
	for _, one := range companies {
		b.companies[one.ID] = one
	}
	agreements, _, err := options[app.Agreement](ctx, s, name, app.ListAgreements, 0)
	if err != nil {
		return err
	}
	b.agreements = map[int64][]app.Agreement{}
	for _, a := range agreements {
		b.agreements[a.CompanyID] = append(b.agreements[a.CompanyID], a)
	}
	if b.repairs, err = s.repairsOf(ctx, name); err != nil {
		return err
	}
	b.suggestions = map[int64][]api.Suggestion{}
	if at.IsZero() {
		return nil // asking for suggestions would read the companies, and looking at a page must not
	}
	list, err := s.Setup.Suggestions(ctx, name)
	if err != nil {
		return err
	}
	for _, one := range list {
		if id, err := idOf(string(one.OrganizationID)); err == nil {
			b.suggestions[id] = append(b.suggestions[id], one)
		}
	}
	return nil
}

// repairsOf are the mappings of a connection that are not borne out any more; a bridge that does not look finds none.
func (s *Server) repairsOf(ctx context.Context, connection string) ([]app.Repair, error) {
	list, err := s.Repairs(ctx, connection)
	if app.ErrorCode(err) == app.NotFound {
		return nil, nil
	}
	return list, err
}

// showMapping renders the page; typed is what a form that could not be taken had in its fields.
func (s *Server) showMapping(c echo.Context, b mappingBook, status int, at string, typed typedMappings) error {
	ctx := c.Request().Context()
	m := views.Mapping{Shell: b.shell, Connection: b.connection.Name, Revision: b.rev, Billing: b.connection.Billing.Enabled, Filter: b.filter, Companies: len(b.companies), Aside: b.aside, Errors: typed.errors}
	m.Shell.Wrong = len(typed.errors) > 0
	for _, one := range b.doc.Connections {
		m.Connections = append(m.Connections, one.Name)
	}
	for _, one := range b.doc.Sources {
		m.Sources = append(m.Sources, one.Name)
	}
	if m.Connection == "" {
		return render(c, status, views.MappingPage(m))
	}
	read, err := s.Read.OptionsRead(ctx, m.Connection)
	if err != nil {
		return err
	}
	m.ReadAt = read[app.ListCompanies]
	m.Meters = b.meters()
	b.addRepairs(&m)
	b.addRows(&m, at, typed)
	if m.History, err = s.mappingHistory(ctx); err != nil {
		return err
	}
	return render(c, status, views.MappingPage(m))
}

// addRepairs adds what is to be mended, and its ways out.
func (b *mappingBook) addRepairs(m *views.Mapping) {
	for _, r := range b.repairs {
		row := views.RepairRow{Repair: r, Key: repairKey(r), Actions: repairActions(r, m.Connection)}
		if r.Code == app.RepairOverlap {
			m.Overlaps = append(m.Overlaps, row)
			continue
		}
		m.Repairs = append(m.Repairs, row)
		if r.Suggest != nil {
			m.Mends++
		}
	}
}

// repairKey names a repair in a form.
func repairKey(r app.Repair) string {
	return string(r.Code) + "/" + strconv.FormatInt(r.Organization.ID, 10) + "/" + string(r.Meter)
}

// repairActions lead to where a person mends it.
func repairActions(r app.Repair, connection string) []ui.Action {
	id := r.Organization.ID
	switch {
	case id == 0 && r.Product != "":
		return []ui.Action{{Label: "Product IDs", Path: link.Connection(connection) + "#billing", Small: true}}
	case id == 0:
		return []ui.Action{{Label: "Settings", Path: link.Settings, Small: true}}
	case r.Code == app.RepairGone || r.Code == app.RepairCompanyInactive || r.Code == app.RepairAgreementEnded:
		return []ui.Action{{Label: "Choose", Path: link.OrganizationSettings(id), Small: true}, {Label: "Customer left", Path: link.CustomerLeft(id), Small: true}}
	}
	return []ui.Action{{Label: "Choose", Path: link.OrganizationSettings(id), Small: true}}
}

// historyLooked is how many revisions are looked through for changes of mappings, changesShown how many of those are shown.
const (
	historyLooked = 20
	changesShown  = 5
)

// mappingHistory are the last changes that touched mappings and nothing else.
func (s *Server) mappingHistory(ctx context.Context) (out []views.MappingChange, err error) {
	list, err := s.Read.SettingsHistory(ctx, app.Page{Limit: historyLooked})
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		if n := setup.MappingsChanged(r); n > 0 && len(out) < changesShown {
			out = append(out, views.MappingChange{Rev: r.Rev, At: r.At, By: r.By, Count: n})
		}
	}
	return out, nil
}

// byMatch puts organizations with a certain suggestion first, then those with any, then by name.
func byMatch(a, b views.MatchRow) int {
	rank := func(r views.MatchRow) int {
		switch {
		case len(r.Suggestions) == 1 && r.Suggestions[0].Certain:
			return 0
		case len(r.Suggestions) > 0:
			return 1
		}
		return 2
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
}

// meters are those that can be billed on the connection: those with a Product ID, and those somebody ticked.
func (b *mappingBook) meters() []app.Meter {
	var out []app.Meter
	for meter, id := range b.connection.Billing.Products {
		if id != "" {
			out = append(out, meter)
		}
	}
	return ordered(slices.Clip(out))
}
