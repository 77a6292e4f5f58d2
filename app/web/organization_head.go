package web

import (
	"context"
	"fmt"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
)

// organizationPage is what the pages of one organization start with.
type organizationPage struct {
	page
	row       app.OrganizationRow
	tree      []app.Organization
	effective settings.Effective
	head      views.OrganizationHead
	mend      views.Mend // what the person was led here for
}

func (s *Server) openOrganization(c echo.Context, tab string) (organizationPage, error) {
	id, err := rowID(c)
	if err != nil {
		return organizationPage{}, err
	}
	ctx := c.Request().Context()
	o := organizationPage{}
	if o.row, err = s.Read.Organization(ctx, id); err != nil {
		return o, err
	}
	if o.page, err = s.open(c, o.row.Name+", "+tab, link.Organizations); err != nil {
		return o, err
	}
	if o.tree, err = s.Read.Tree(ctx); err != nil {
		return o, err
	}
	o.effective = settings.EffectiveOf(o.tree, o.doc, o.row.Source, o.row.ExternalID)
	o.head, err = s.organizationHead(ctx, o)
	return o, err
}

func (s *Server) organizationHead(ctx context.Context, o organizationPage) (views.OrganizationHead, error) {
	h := views.OrganizationHead{
		ID: o.row.ID, Name: o.row.Name, Path: o.parents(), Holding: o.row.Holding, Ignored: o.row.State == app.OrganizationIgnored,
	}
	companies, err := s.companies(ctx, o.effective.Connection)
	if err != nil {
		return h, err
	}
	h.State = o.words(companies[o.effective.Company.ID].Name)
	return h, nil
}

// parents lists the organizations above, the master first.
func (o organizationPage) parents() []app.Named {
	by := map[string]app.Organization{}
	for _, one := range o.tree {
		if one.Source == o.row.Source {
			by[one.ExternalID] = one
		}
	}
	var out []app.Named
	for id := o.row.ParentExternalID; id != "" && len(out) < len(o.tree); {
		up, ok := by[id]
		if !ok {
			break
		}
		out = append([]app.Named{{ID: up.ID, Name: up.Name}}, out...)
		id = up.ParentExternalID
	}
	return out
}

// words says in one sentence where the organization's alerts and usage go.
func (o organizationPage) words(company string) string {
	e := o.effective
	var out []string
	switch o.row.State {
	case app.OrganizationPresent:
	case app.OrganizationGone:
		out = append(out, "The source does not show it any more; its billing lines are held.")
	case app.OrganizationIgnored:
		out = append(out, "Ignored: nobody is told of it and nothing is billed.")
	}
	if company == "" {
		company = e.Company.Identifier
	}
	switch {
	case e.Mode == app.PSANone:
		out = append(out, "No PSA system: activity is collected, no tickets, no billing.")
	case e.Connection == "":
		out = append(out, "No connection is set up for it yet.")
	case e.Company.ID == 0:
		out = append(out, "No company is chosen: alerts wait, nothing is billed.")
	case len(e.Bill) == 0:
		out = append(out, fmt.Sprintf("Tickets go to %s #%d on connection %s. Nothing is billed.", company, e.Company.ID, e.Connection))
	default:
		var meters []string
		for _, m := range e.Bill {
			meters = append(meters, strings.ToLower(views.MeterName(m)))
		}
		out = append(out, fmt.Sprintf("Tickets go to %s #%d on connection %s. Billed: %s.", company, e.Company.ID, e.Connection, strings.Join(meters, ", ")))
	}
	return strings.Join(out, " ")
}

// below counts the organizations under this one that inherit from it.
func (o organizationPage) below() int {
	effective := settings.NewTree(o.tree, o.doc)
	n := 0
	for _, one := range o.tree {
		if one.Source == o.row.Source && one.ExternalID != o.row.ExternalID && effective.Effective(one.Source, one.ExternalID).InheritedFrom == o.row.ExternalID {
			n++
		}
	}
	return n
}
