package api

import (
	"context"
	"time"

	"psabridge/app"
	"psabridge/app/link"
)

// Finding is money that is probably lost or wrongly taken: what is used and what is billed do not meet.
type Finding struct {
	Code           string        `json:"code" enum:"used_not_billed,billed_not_used,unmapped,no_agreement,double_line,below_minimum"`
	Connection     string        `json:"connection"`
	OrganizationID *ID           `json:"organization_id" doc:"null for a line nobody is mapped to"`
	Organization   string        `json:"organization"`
	Company        OrNull[Named] `json:"company"`
	Agreement      OrNull[Named] `json:"agreement"`
	Meter          string        `json:"meter"`
	ProductID      string        `json:"product_id"`
	Unit           string        `json:"unit"`
	Used           NumberOrNull  `json:"used" doc:"null when it is not known"`
	Billed         NumberOrNull  `json:"billed" doc:"null when there is no addition"`
	Quantity       NumberOrNull  `json:"quantity" doc:"used less billed; null when the use is not known"`
	Amount         NumberOrNull  `json:"amount" doc:"the effect a month: more than 0 is used and not billed; null when no price is readable"`
	Message        string        `json:"message" doc:"what, why, and what to do"`
	Page           string        `json:"page" doc:"where it is mended"`
	PlanID         ID            `json:"plan_id" doc:"the plan it was seen with"`
	AsOf           time.Time     `json:"as_of" doc:"when that plan was made"`
}

type findingsInput struct {
	Paging
	Connection string `query:"connection" maxLength:"64" doc:"left out: all"`
}

// findings are those of each connection's newest plan, as old as it.
func (s *server) findings(ctx context.Context, in *findingsInput) (*listOutput[Finding], error) {
	doc, _, err := s.Settings.Document(ctx)
	if err != nil {
		return nil, s.fail(err)
	}
	names, err := connections(doc, in.Connection)
	if err != nil {
		return nil, s.fail(err)
	}
	all := []Finding{}
	for _, name := range names {
		plan, err := s.Read.NewestPlan(ctx, name)
		if app.ErrorCode(err) == app.NotFound {
			continue
		}
		if err != nil {
			return nil, s.fail(err)
		}
		for _, f := range plan.Findings {
			all = append(all, finding(f, plan))
		}
	}
	return paged(s, all, in.Paging)
}

// connections are the names of those asked about: the one that was named, or all.
func connections(doc app.Settings, named string) (names []string, err error) {
	for _, c := range doc.Connections {
		if named == "" || c.Name == named {
			names = append(names, c.Name)
		}
	}
	if named != "" && len(names) == 0 {
		return nil, app.Errorf(app.NotFound, "There is no connection %q.", named)
	}
	return names, nil
}

func finding(f app.Finding, p app.Plan) Finding {
	out := Finding{
		Code: string(f.Code), Connection: p.Connection, OrganizationID: idOrNil(f.Organization.ID), Organization: f.Organization.Name,
		Company: namedOrNull(f.Company), Agreement: namedOrNull(f.Agreement), Meter: string(f.Meter), ProductID: f.Product, Unit: f.Unit,
		Used: maybe(f.Used), Billed: maybe(f.Billed), Amount: maybe(f.Amount), Message: f.Message, Page: fixPage(f, p), PlanID: id(p.ID), AsOf: p.CreatedAt.UTC(),
	}
	if f.Used != nil {
		q := *f.Used
		if f.Billed != nil {
			q = q.Sub(*f.Billed)
		}
		out.Quantity = maybe(&q)
	}
	return out
}

func namedOrNull(n app.Named) OrNull[Named] {
	if n.ID == 0 {
		return OrNull[Named]{}
	}
	return some(named(n))
}

// fixPage is where a finding is mended.
func fixPage(f app.Finding, p app.Plan) string {
	switch {
	case f.Code == app.FindingUnmapped:
		return link.MappingOf(p.Connection)
	case f.Organization.ID != 0 && (f.Code == app.FindingNoAgreement || f.Code == app.FindingBelowMinimum):
		return link.OrganizationSettings(f.Organization.ID)
	}
	return link.Month(p.Connection, p.Period.String())
}
