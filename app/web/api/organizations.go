package api

import (
	"context"
	"time"

	"psabridge/app"
	"psabridge/app/settings"
)

// Organization is a customer as its source knows it, with its mapping and newest readings.
type Organization struct {
	ID         ID              `json:"id"`
	Source     string          `json:"source"`
	ExternalID string          `json:"external_id"`
	ParentID   *ID             `json:"parent_id"`
	Name       string          `json:"name"`
	Active     bool            `json:"active"`
	New        bool            `json:"new" doc:"it appeared since the source was set up, and nobody has said what it is"`
	LaterUntil *time.Time      `json:"later_until" doc:"until when nobody wants to be asked"`
	State      string          `json:"state" enum:"present,gone,ignored"`
	TrialUntil *time.Time      `json:"trial_until"`
	PSA        PSA             `json:"psa"`
	Company    OrNull[Company] `json:"company"`
	Agreement  OrNull[Named]   `json:"agreement"`
	Bill       []string        `json:"bill" nullable:"false"`
	Readings   []Reading       `json:"readings" nullable:"false"`
}

// PSA is an organization's PSA mode and what it comes to.
type PSA struct {
	Mode                string  `json:"mode" doc:"inherit, none, or a connection's name"`
	EffectiveConnection *string `json:"effective_connection"`
	InheritedFrom       *string `json:"inherited_from" doc:"external id of the organization whose own setting wins"`
}

// Company is a ConnectWise company.
type Company struct {
	ID         int64  `json:"id"`
	Identifier string `json:"identifier"`
	Name       string `json:"name"`
}

// Reading is what one meter showed.
type Reading struct {
	Meter    string    `json:"meter"`
	Quantity Number    `json:"quantity"`
	Unit     string    `json:"unit"`
	Basis    string    `json:"basis" enum:"own,inclusive"`
	ReadAt   time.Time `json:"read_at"`
	Complete bool      `json:"complete"`
}

type organizationsInput struct {
	Source string `query:"source" maxLength:"64"`
	Mapped string `query:"mapped" enum:"true,false"`
	Q      string `query:"q" maxLength:"200"`
}

func (s *server) organizations(ctx context.Context, in *organizationsInput) (*listOutput[Organization], error) {
	f := app.OrganizationFilter{Source: in.Source, Query: in.Q}
	if in.Mapped != "" {
		mapped := in.Mapped == "true"
		f.Mapped = &mapped
	}
	rows, err := s.Read.Organizations(ctx, f)
	if err != nil {
		return nil, s.fail(err)
	}
	item, err := s.organizationItem(ctx)
	if err != nil {
		return nil, s.fail(err)
	}
	return newList(rows, app.Page{}, item, nil), nil
}

// RowInput is the path parameter of one row of ours.
type RowInput struct {
	ID ID `path:"id" maxLength:"20"`
}

type organizationOutput struct{ Body Organization }

func (s *server) organization(ctx context.Context, in *RowInput) (*organizationOutput, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	row, err := s.Read.Organization(ctx, n)
	if err != nil {
		return nil, s.fail(err)
	}
	item, err := s.organizationItem(ctx)
	if err != nil {
		return nil, s.fail(err)
	}
	return &organizationOutput{Body: item(row)}, nil
}

// organizationItem returns what turns a row into the answer, knowing the tree and the settings that decide inheritance.
func (s *server) organizationItem(ctx context.Context) (func(app.OrganizationRow) Organization, error) {
	doc, _, err := s.Settings.Document(ctx)
	if err != nil {
		return nil, err
	}
	all, err := s.Read.Organizations(ctx, app.OrganizationFilter{})
	if err != nil {
		return nil, err
	}
	organizations := make([]app.Organization, len(all))
	for i, o := range all {
		organizations[i] = o.Organization
	}
	tree := settings.NewTree(organizations, doc)
	known, err := s.names(ctx, doc)
	if err != nil {
		return nil, err
	}
	return func(r app.OrganizationRow) Organization {
		return organization(r, tree.Effective(r.Source, r.ExternalID), known)
	}, nil
}

// names are the cached names of ConnectWise's records, by connection, list and id. They are only shown: what counts is
// the id, and a name that was never read is empty.
type names map[string]map[app.OptionList]map[int64]app.OptionRow

func (s *server) names(ctx context.Context, doc app.Settings) (names, error) {
	out := names{}
	for _, c := range doc.Connections {
		out[c.Name] = map[app.OptionList]map[int64]app.OptionRow{}
		for _, list := range []app.OptionList{app.ListCompanies, app.ListAgreements} {
			rows, _, err := s.Read.Options(ctx, c.Name, list, 0)
			if err != nil {
				return nil, err
			}
			byID := make(map[int64]app.OptionRow, len(rows))
			for _, r := range rows {
				byID[r.ID] = r
			}
			out[c.Name][list] = byID
		}
	}
	return out, nil
}

func (n names) company(e settings.Effective) Company {
	row := n[e.Connection][app.ListCompanies][e.Company.ID]
	out := Company{ID: e.Company.ID, Identifier: row.Identifier, Name: row.Name}
	if out.Identifier == "" {
		out.Identifier = e.Company.Identifier
	}
	return out
}

func (n names) agreement(e settings.Effective) Named {
	return Named{ID: e.Agreement.ID, Name: n[e.Connection][app.ListAgreements][e.Agreement.ID].Name}
}

func organization(r app.OrganizationRow, e settings.Effective, names names) Organization {
	out := Organization{
		ID: id(r.ID), Source: r.Source, ExternalID: r.ExternalID, ParentID: idOrNil(r.ParentID), Name: r.Name, Active: r.Active, New: r.New, LaterUntil: timeOrNil(r.LaterUntil),
		State: string(r.State), Bill: []string{}, Readings: []Reading{},
		PSA: PSA{Mode: e.Mode, EffectiveConnection: textOrNil(e.Connection), InheritedFrom: textOrNil(e.InheritedFrom)},
	}
	if r.TrialUntil != nil {
		out.TrialUntil = timeOrNil(*r.TrialUntil)
	}
	if e.Company.ID != 0 {
		out.Company = some(names.company(e))
	}
	if e.Agreement.ID != 0 {
		out.Agreement = some(names.agreement(e))
	}
	for _, m := range e.Bill {
		out.Bill = append(out.Bill, string(m))
	}
	for _, rd := range r.Readings {
		out.Readings = append(out.Readings, reading(rd))
	}
	return out
}

func reading(r app.Reading) Reading {
	return Reading{Meter: string(r.Meter), Quantity: number(r.Quantity), Unit: r.Unit, Basis: string(r.Basis), ReadAt: r.AsOf.UTC(), Complete: r.Complete}
}

type mappingInput struct {
	RowInput
	Body struct {
		PSA         string            `json:"psa,omitempty" maxLength:"64" doc:"inherit (default), none, or a connection's name"`
		CompanyID   int64             `json:"company_id,omitempty" minimum:"0"`
		AgreementID int64             `json:"agreement_id,omitempty" minimum:"0"`
		Bill        []string          `json:"bill,omitempty"`
		Products    map[string]string `json:"products,omitempty" doc:"product id by meter, over the connection's"`
		Rules       map[string]rule   `json:"quantity_rules,omitempty"`
		Exclude     []exclusion       `json:"exclude,omitempty"`
	}
}

type rule struct {
	Unit    string  `json:"unit,omitempty" enum:"each,GB,TB"`
	Round   string  `json:"round,omitempty" enum:"up,nearest,down,2"`
	Minimum *Number `json:"minimum,omitempty"`
	Basis   string  `json:"basis,omitempty" enum:"own,inclusive"`
	FSE     string  `json:"fse,omitempty" enum:"count,flag"`
	Trials  *bool   `json:"trials,omitempty"`
}

type exclusion struct {
	Kind   string `json:"kind" enum:"account,machine,root"`
	ID     string `json:"id" minLength:"1"`
	Reason string `json:"reason" minLength:"1"`
}

func (s *server) setMapping(ctx context.Context, in *mappingInput) (*organizationOutput, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	if err := s.Settings.SetMapping(ctx, caller, n, in.settings()); err != nil {
		return nil, s.fail(err)
	}
	return s.organization(ctx, &in.RowInput)
}

// settings is the entry the body asks for; source and id are the organization's own and filled in by the use case.
func (in *mappingInput) settings() app.OrganizationSettings {
	b := in.Body
	out := app.OrganizationSettings{PSA: b.PSA, Company: app.CompanyRef{ID: b.CompanyID}, Agreement: app.AgreementRef{ID: b.AgreementID}}
	for _, m := range b.Bill {
		out.Bill = append(out.Bill, app.Meter(m))
	}
	for m, p := range b.Products {
		if out.Products == nil {
			out.Products = map[app.Meter]string{}
		}
		out.Products[app.Meter(m)] = p
	}
	for m, r := range b.Rules {
		if out.QuantityRules == nil {
			out.QuantityRules = map[app.Meter]app.QuantityRule{}
		}
		q := app.QuantityRule{Unit: r.Unit, Round: r.Round, Basis: app.Basis(r.Basis), FSE: r.FSE, Trials: r.Trials}
		if r.Minimum != nil {
			q.Minimum = &r.Minimum.Quantity
		}
		out.QuantityRules[app.Meter(m)] = q
	}
	for _, x := range b.Exclude {
		out.Exclude = append(out.Exclude, app.Exclusion{Kind: app.ObjectKind(x.Kind), ID: x.ID, Reason: x.Reason})
	}
	return out
}
