package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/settings"
)

// Override is a number a person typed for one organization, meter and billing month, in place of what the source showed.
type Override struct {
	OrganizationID *ID       `json:"organization_id" doc:"null when the organization is not known any more"`
	Organization   string    `json:"organization"`
	Source         string    `json:"source"`
	ExternalID     string    `json:"external_id"`
	Connection     *string   `json:"connection"`
	Meter          string    `json:"meter"`
	Period         string    `json:"period" example:"2026-11"`
	Quantity       Number    `json:"quantity" doc:"before the quantity rule"`
	Unit           string    `json:"unit"`
	Note           string    `json:"note"`
	By             string    `json:"by"`
	At             time.Time `json:"at"`
}

// places knows the organizations and the connection each is billed on.
type places struct {
	doc  app.Settings
	tree *settings.Tree
	all  []app.Organization
	now  time.Time
}

func (s *server) places(ctx context.Context) (places, error) {
	doc, _, err := s.Settings.Document(ctx)
	if err != nil {
		return places{}, err
	}
	all, err := s.Read.Tree(ctx)
	return places{doc: doc, tree: settings.NewTree(all, doc), all: all, now: s.Now()}, err
}

// current is the billing month it is where an organization is billed.
func (p places) current(source, organization string) app.Period {
	return billing.Current(zoneOf(p.doc, p.tree.Effective(source, organization).Connection), p.now)
}

// byID finds an organization by our id; Invalid names the field.
func (p places) byID(field string, text ID) (app.Organization, error) {
	n, err := text.parse(field)
	if err != nil {
		return app.Organization{}, err
	}
	at := slices.IndexFunc(p.all, func(o app.Organization) bool { return o.ID == n })
	if at < 0 {
		return app.Organization{}, app.FieldErrorf(field, "There is no organization %d. GET /organizations lists them.", n)
	}
	return p.all[at], nil
}

type overridesInput struct {
	Paging
	Period     string `query:"period" example:"2026-11" doc:"left out: the current month of each connection"`
	Connection string `query:"connection" maxLength:"64" doc:"left out: all"`
}

func (s *server) overrides(ctx context.Context, in *overridesInput) (*listOutput[Override], error) {
	p, err := s.places(ctx)
	if err != nil {
		return nil, s.fail(err)
	}
	if _, err := connections(p.doc, in.Connection); err != nil {
		return nil, s.fail(err)
	}
	periods, err := p.periods(in.Period)
	if err != nil {
		return nil, s.fail(err)
	}
	all := []Override{}
	for _, period := range periods {
		rows, err := s.Read.Overrides(ctx, period)
		if err != nil {
			return nil, s.fail(err)
		}
		for _, o := range rows {
			shown := p.override(o)
			if in.Period == "" && p.current(o.Source, o.OrganizationID) != period || in.Connection != "" && (shown.Connection == nil || *shown.Connection != in.Connection) {
				continue
			}
			all = append(all, shown)
		}
	}
	return paged(s, all, in.Paging)
}

// periods are the month that was named, or those it is on some connection now.
func (p places) periods(named string) ([]app.Period, error) {
	if named != "" {
		one, err := periodOf("period", named)
		return []app.Period{one}, err
	}
	var out []app.Period
	for _, c := range p.doc.Connections {
		if now := billing.Current(settings.Location(c), p.now); !slices.Contains(out, now) {
			out = append(out, now)
		}
	}
	return out, nil
}

func (p places) override(o app.Override) Override {
	out := Override{
		Source: o.Source, ExternalID: o.OrganizationID, Connection: textOrNil(p.tree.Effective(o.Source, o.OrganizationID).Connection),
		Meter: string(o.Meter), Period: o.Period.String(), Quantity: number(o.Quantity), Unit: o.Unit, Note: o.Note, By: o.By, At: o.At.UTC(),
	}
	for _, org := range p.all {
		if org.Source == o.Source && org.ExternalID == o.OrganizationID {
			out.OrganizationID, out.Organization = idOrNil(org.ID), org.Name
		}
	}
	return out
}

type typedOverride struct {
	OrganizationID ID     `json:"organization_id" minLength:"1" maxLength:"20" doc:"ours, as GET /organizations lists it"`
	Meter          string `json:"meter" minLength:"1" maxLength:"64"`
	Period         string `json:"period,omitempty" example:"2026-11" doc:"left out: the current one"`
	Quantity       Number `json:"quantity" doc:"before the quantity rule"`
	Unit           string `json:"unit,omitempty" enum:"each,bytes,GB,TB" doc:"left out: the unit the meter is billed in"`
	Note           string `json:"note" minLength:"1" doc:"why, for whoever asks in a year"`
}

type saveOverridesInput struct {
	Body struct {
		Overrides []typedOverride `json:"overrides" minItems:"1" maxItems:"2000" nullable:"false"`
	}
}

// Saved says how many there were.
type Saved struct {
	Saved int `json:"saved"`
}

type savedOutput struct{ Body Saved }

// saveOverrides stores all or none. Those it does not name stay.
func (s *server) saveOverrides(ctx context.Context, in *saveOverridesInput) (*savedOutput, error) {
	p, err := s.places(ctx)
	if err != nil {
		return nil, s.fail(err)
	}
	list := make([]app.Override, len(in.Body.Overrides))
	for i, row := range in.Body.Overrides {
		if list[i], err = s.typed(ctx, p, fmt.Sprintf("overrides[%d].", i), row); err != nil {
			return nil, s.fail(err)
		}
	}
	if err := s.SaveOverrides(ctx, list, caller); err != nil {
		return nil, s.fail(renamed(err, ".organization", ".organization_id"))
	}
	return &savedOutput{Body: Saved{Saved: len(list)}}, nil
}

// typed is an override as the body says it; what it leaves out is the month that is billed now, and the unit of the bill.
func (s *server) typed(ctx context.Context, p places, at string, row typedOverride) (app.Override, error) {
	o, err := p.byID(at+"organization_id", row.OrganizationID)
	if err != nil {
		return app.Override{}, err
	}
	out := app.Override{
		Source: o.Source, OrganizationID: o.ExternalID, Meter: app.Meter(row.Meter), Period: p.current(o.Source, o.ExternalID),
		Quantity: row.Quantity.Quantity, Unit: row.Unit, Note: row.Note,
	}
	if row.Period != "" {
		if out.Period, err = periodOf(at+"period", row.Period); err != nil {
			return out, err
		}
	}
	if out.Unit == "" {
		out.Unit, err = s.billedUnit(ctx, p, out)
	}
	return out, err
}

// billedUnit is the unit a typed number has when none is said: the one the line is billed in.
func (s *server) billedUnit(ctx context.Context, p places, o app.Override) (string, error) {
	rules := p.tree.Effective(o.Source, o.OrganizationID).Rules
	if unit := billing.Defaults(rules[o.Meter], o.Meter).Unit; unit != "" {
		return unit, nil
	}
	newest, statements, err := s.Read.OrganizationReadings(ctx, o.Source, o.OrganizationID)
	if err != nil {
		return "", err
	}
	for _, r := range append(newest, statements...) {
		if r.Meter == o.Meter {
			return r.Unit, nil
		}
	}
	return app.UnitEach, nil
}

// renamed gives a field at fault the name it has in this API.
func renamed(err error, was, is string) error {
	e, ok := errors.AsType[*app.Error](err)
	if !ok || !strings.HasSuffix(e.Field, was) {
		return err
	}
	out := *e
	out.Field = strings.TrimSuffix(e.Field, was) + is
	return &out
}

type removeOverrideInput struct {
	OrganizationID ID     `query:"organization_id" required:"true" maxLength:"20"`
	Meter          string `query:"meter" required:"true" maxLength:"64"`
	Period         string `query:"period" example:"2026-11" doc:"left out: the current one"`
	Note           string `query:"note" maxLength:"500" doc:"why it is taken away"`
}

func (s *server) removeOverride(ctx context.Context, in *removeOverrideInput) (*struct{}, error) {
	p, err := s.places(ctx)
	if err != nil {
		return nil, s.fail(err)
	}
	o, err := p.byID("organization_id", in.OrganizationID)
	if err != nil {
		return nil, s.fail(err)
	}
	period := p.current(o.Source, o.ExternalID)
	if in.Period != "" {
		if period, err = periodOf("period", in.Period); err != nil {
			return nil, s.fail(err)
		}
	}
	return s.done(s.RemoveOverride(ctx, app.Override{
		Source: o.Source, OrganizationID: o.ExternalID, Meter: app.Meter(in.Meter), Period: period, Note: in.Note,
	}, caller))
}
