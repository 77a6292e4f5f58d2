package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"psabridge/app"
	"psabridge/app/billing"
)

// CustomerFile is what one customer may see of a push: their own quantities and where each came from, without prices.
type CustomerFile struct {
	PushID     ID             `json:"push_id"`
	Connection string         `json:"connection"`
	Period     string         `json:"period" example:"2026-11"`
	Company    Named          `json:"company"`
	ApprovedAt *time.Time     `json:"approved_at"`
	Undo       bool           `json:"undo" doc:"the push gave old quantities back"`
	Undone     bool           `json:"undone" doc:"the push was undone since: its quantities do not stand"`
	Lines      []CustomerLine `json:"lines" nullable:"false"`
}

// CustomerLine is one agreement and product of a customer's file.
type CustomerLine struct {
	Agreement     string          `json:"agreement"`
	Meter         string          `json:"meter"`
	ProductID     string          `json:"product_id"`
	Unit          string          `json:"unit"`
	Before        NumberOrNull    `json:"before"`
	After         Number          `json:"after"`
	WrittenAt     *time.Time      `json:"written_at"`
	EffectiveDate *string         `json:"effective_date" format:"date" doc:"of a line that was made"`
	Rule          string          `json:"rule"`
	Organizations []CustomerShare `json:"organizations" nullable:"false"`
	Items         []EvidenceItem  `json:"items" nullable:"false"`
	Corrected     bool            `json:"corrected" doc:"a person set after in place of what was counted"`
	Added         []EvidenceItem  `json:"added" nullable:"false" doc:"against the month before"`
	Removed       []EvidenceItem  `json:"removed" nullable:"false"`
	Grown         []EvidenceItem  `json:"grown" nullable:"false"`
}

// CustomerShare is one organization's part of a line, in the customer's words.
type CustomerShare struct {
	Name       string  `json:"name"`
	ExternalID string  `json:"external_id"`
	Quantity   Number  `json:"quantity"`
	Override   *string `json:"override" doc:"says that a person typed it in place of a reading; null when it was read"`
}

func (s *server) customers(ctx context.Context, in *RowInput) (*listOutput[Named], error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	push, err := s.Read.Push(ctx, n)
	if err != nil {
		return nil, s.fail(err)
	}
	return newList(billing.Customers(push), app.Page{}, named, nil), nil
}

type customerInput struct {
	RowInput
	Company int64 `path:"company" minimum:"1" doc:"the company's record id in ConnectWise"`
}

type customerOutput struct{ Body CustomerFile }

func (s *server) customer(ctx context.Context, in *customerInput) (*customerOutput, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	push, err := s.Read.Push(ctx, n)
	if err != nil {
		return nil, s.fail(err)
	}
	before, err := s.Read.LastPlannedLines(ctx, push.Connection, push.Period)
	if err != nil {
		return nil, s.fail(err)
	}
	for i, l := range push.Lines {
		if l.Company.ID != in.Company {
			continue
		}
		if push.Lines[i], err = s.Read.LineEvidence(ctx, l.ID); err != nil {
			return nil, s.fail(err)
		}
	}
	f, ok := billing.CustomerFileOf(push, before, in.Company)
	if !ok {
		return nil, s.fail(noCustomer(n))
	}
	return &customerOutput{Body: customerFile(f)}, nil
}

func noCustomer(push int64) error {
	return app.Errorf(app.NotFound, "Push %d has nothing of this customer. GET /billing/pushes/%d/customers lists those it has.", push, push)
}

func customerFile(f billing.CustomerFile) CustomerFile {
	out := CustomerFile{
		PushID: id(f.Push), Connection: f.Connection, Period: f.Period.String(), Company: named(f.Company), ApprovedAt: timeOrNil(f.At), Undo: f.Undo, Undone: f.Undone, Lines: []CustomerLine{},
	}
	for _, l := range f.Lines {
		line := CustomerLine{
			Agreement: l.Agreement, Meter: string(l.Meter), ProductID: l.Product, Unit: l.Unit, Before: maybe(l.Before), After: number(l.After),
			WrittenAt: timeOrNil(l.WrittenAt), EffectiveDate: dateOrNil(l.Effective), Rule: l.Rule, Organizations: []CustomerShare{}, Items: []EvidenceItem{},
			Corrected: l.Corrected,
			Added:     evidenceItems(l.Change.Added), Removed: evidenceItems(l.Change.Removed), Grown: evidenceItems(l.Change.Grown),
		}
		for _, sh := range l.Shares {
			line.Organizations = append(line.Organizations, CustomerShare{Name: sh.Name, ExternalID: sh.ExternalID, Quantity: number(sh.Quantity), Override: textOrNil(sh.Override)})
		}
		for _, i := range l.Items {
			if i.Kind != app.KindOverride { // it stands with its organization
				line.Items = append(line.Items, evidenceItem(i))
			}
		}
		out.Lines = append(out.Lines, line)
	}
	return out
}

// registerCustomers adds the files to send along: the same as the pages give.
func (s *server) registerCustomers(a huma.API) {
	get(a, "/billing/pushes/{id}/customers", "The companies a push has something to tell", s.customers)
	get(a, "/billing/pushes/{id}/customers/{company}", "What one customer may see of a push, without prices", s.customer)
	for kind, is := range map[string]string{"csv": "text/csv", "html": "text/html"} {
		op := operation(http.MethodGet, "/billing/pushes/{id}/customers/{company}/"+kind, "The same as a file to send along; also at /customers/{company}."+kind)
		op.Responses = map[string]*huma.Response{"200": {
			Description: "The file", Content: map[string]*huma.MediaType{is: {Schema: &huma.Schema{Type: huma.TypeString}}},
		}}
		huma.Register(a, op, func(ctx context.Context, in *customerInput) (*rawOutput, error) {
			n, err := in.ID.parse("id")
			if err != nil {
				return nil, s.fail(err)
			}
			b, err := s.CustomerFile(ctx, n, in.Company, kind)
			if err != nil {
				return nil, s.fail(err)
			}
			return &rawOutput{ContentType: is + "; charset=utf-8", Body: b}, nil
		})
	}
}
