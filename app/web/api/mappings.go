package api

import (
	"context"

	"psabridge/app"
	"psabridge/app/job"
	"psabridge/app/link"
)

// MappingChoice is one organization's part in a mapping of many. What is left out stays as it is.
type MappingChoice struct {
	OrganizationID ID                `json:"organization_id" minLength:"1" maxLength:"20"`
	CompanyID      int64             `json:"company_id,omitempty" minimum:"0"`
	AgreementID    int64             `json:"agreement_id,omitempty" minimum:"0"`
	Bill           []string          `json:"bill,omitempty" doc:"meters; an empty list bills nothing any more"`
	Products       map[string]string `json:"products,omitempty" doc:"own Product ID by meter; an empty one takes it away"`
}

// Repair is a mapping that ConnectWise, or another mapping, does not bear out any more.
type Repair struct {
	Code           string                `json:"code"`
	OrganizationID *ID                   `json:"organization_id" doc:"null when it is about more than one, or about one its source never showed"`
	Organization   string                `json:"organization"`
	Company        OrNull[Named]         `json:"company"`
	Agreement      OrNull[Named]         `json:"agreement"`
	Meter          string                `json:"meter"`
	ProductID      string                `json:"product_id"`
	Message        string                `json:"message" doc:"what is wrong and what to do"`
	Suggest        OrNull[MappingChoice] `json:"suggest" doc:"the one choice that would mend it, for POST /mappings; null when a person must look"`
	Why            string                `json:"why" doc:"the reason of the suggestion"`
	Page           string                `json:"page"`
}

type repairsInput struct {
	Paging
	Connection string `query:"connection" required:"true" maxLength:"64"`
}

func (s *server) repairs(ctx context.Context, in *repairsInput) (*listOutput[Repair], error) {
	rows, err := s.Repairs(ctx, in.Connection)
	if err != nil {
		return nil, s.fail(err)
	}
	all := make([]Repair, 0, len(rows))
	for _, r := range rows {
		all = append(all, repair(r, in.Connection))
	}
	return paged(s, all, in.Paging)
}

func repair(r app.Repair, connection string) Repair {
	out := Repair{
		Code: string(r.Code), OrganizationID: idOrNil(r.Organization.ID), Organization: r.Organization.Name, Company: namedOrNull(r.Company),
		Agreement: namedOrNull(r.Agreement), Meter: string(r.Meter), ProductID: r.Product, Message: r.Message, Why: r.Why, Page: link.MappingOf(connection),
	}
	if r.Organization.ID != 0 {
		out.Page = link.OrganizationSettings(r.Organization.ID)
	}
	if c := r.Suggest; c != nil {
		suggest := MappingChoice{OrganizationID: id(c.OrganizationID), CompanyID: c.CompanyID, AgreementID: c.AgreementID, Products: map[string]string{}}
		for _, m := range c.Bill {
			suggest.Bill = append(suggest.Bill, string(m))
		}
		for m, p := range c.Products {
			suggest.Products[string(m)] = p
		}
		out.Suggest = some(suggest)
	}
	return out
}

type applyMappingsInput struct {
	Body struct {
		Choices []MappingChoice `json:"choices" minItems:"1" maxItems:"10000" nullable:"false"`
	}
}

// Revision names a revision of the settings.
type Revision struct {
	Revision ID `json:"revision"`
}

type revisionOutput struct{ Body Revision }

// applyMappings makes many mappings, all or none.
func (s *server) applyMappings(ctx context.Context, in *applyMappingsInput) (*revisionOutput, error) {
	choices := make([]app.MappingChoice, len(in.Body.Choices))
	for i, c := range in.Body.Choices {
		n, err := c.OrganizationID.parse("choices[" + string(id(int64(i))) + "].organization_id")
		if err != nil {
			return nil, s.fail(err)
		}
		choices[i] = c.choice(n)
	}
	rev, err := s.ApplyMappings(ctx, caller, choices)
	if err != nil {
		return nil, s.fail(err)
	}
	return &revisionOutput{Body: Revision{Revision: id(rev)}}, nil
}

func (c MappingChoice) choice(organization int64) app.MappingChoice {
	out := app.MappingChoice{OrganizationID: organization, CompanyID: c.CompanyID, AgreementID: c.AgreementID}
	if c.Bill != nil {
		out.Bill = []app.Meter{}
	}
	for _, m := range c.Bill {
		out.Bill = append(out.Bill, app.Meter(m))
	}
	for m, p := range c.Products {
		if out.Products == nil {
			out.Products = map[app.Meter]string{}
		}
		out.Products[app.Meter(m)] = p
	}
	return out
}

func (s *server) revertMappings(ctx context.Context, in *struct{ Body Revision }) (*struct{}, error) {
	rev, err := in.Body.Revision.parse("revision")
	if err != nil {
		return nil, s.fail(err)
	}
	return s.done(s.RevertMappings(ctx, caller, rev))
}

// CustomerLeft is what follows when a customer is one no more.
type CustomerLeft struct {
	Plan OrNull[Plan] `json:"plan" doc:"the month's plan, in which the customer's lines are released where nothing but the leaving holds them; null when nothing is billed there"`
}

type leftInput struct {
	RowInput
	Waiting
	Body struct {
		Reason string `json:"reason" minLength:"1" doc:"why the mapping ends"`
	}
}

// left ends an organization's mapping and plans what follows. It pushes nothing.
func (s *server) left(ctx context.Context, in *leftInput) (*longOutput, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	return s.run(ctx, in.Waiting, "left "+string(in.ID), func(ctx context.Context, p *job.Progress) (any, error) {
		p.Set(0, 0, "Ending the mapping and planning the month")
		plan, err := s.CustomerLeft(ctx, n, in.Body.Reason, caller)
		if err != nil || plan.ID == 0 {
			return CustomerLeft{}, err
		}
		shown, err := s.planNow(ctx, plan)
		return CustomerLeft{Plan: some(shown)}, err
	})
}
