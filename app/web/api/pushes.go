package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"psabridge/app"
)

type pushOutput struct{ Body Push }

func (s *server) answerPush(ctx context.Context, p app.Push, err error) (*pushOutput, error) {
	if err != nil {
		return nil, s.fail(err)
	}
	out, err := s.pushNow(ctx, p)
	if err != nil {
		return nil, s.fail(err)
	}
	return &pushOutput{Body: out}, nil
}

// pushNow is a push as it is answered now.
func (s *server) pushNow(ctx context.Context, p app.Push) (Push, error) {
	doc, _, err := s.Settings.Document(ctx)
	if err != nil {
		return Push{}, err
	}
	return pushOf(p, doc, s.Now()), nil
}

func (s *server) approve(ctx context.Context, in *struct {
	Body struct {
		PlanID ID     `json:"plan_id" minLength:"1" maxLength:"20"`
		Digest string `json:"digest" minLength:"1" maxLength:"128"`
	}
},
) (*pushOutput, error) {
	n, err := in.Body.PlanID.parse("plan_id")
	if err != nil {
		return nil, s.fail(err)
	}
	p, err := s.Push.Approve(ctx, n, in.Body.Digest, app.TriggerAPI, caller)
	return s.answerPush(ctx, p, err)
}

// registerUndo adds the one call that answers a push, or with dry_run the plan of it.
func (s *server) registerUndo(a huma.API) {
	op := operation(http.MethodPost, "/billing/pushes/{id}/undo", "Restore what a push wrote; with dry_run say what that would restore")
	schemas := a.OpenAPI().Components.Schemas
	op.Responses = map[string]*huma.Response{
		"200": jsonResponse("With dry_run: what would be restored. Push it like any plan: POST /billing/pushes", schemas.Schema(reflect.TypeFor[Plan](), true, "Plan")),
		"202": jsonResponse("The push that restores", schemas.Schema(reflect.TypeFor[Push](), true, "Push")),
	}
	huma.Register(a, op, s.undo)
}

type undoInput struct {
	RowInput
	DryRun bool `query:"dry_run" doc:"write nothing; answer the plan of the undo with its digest"`
}

func (s *server) undo(ctx context.Context, in *undoInput) (*longOutput, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	if in.DryRun {
		plan, err := s.PlanUndo(ctx, n, caller)
		if err != nil {
			return nil, s.fail(err)
		}
		out, err := s.planNow(ctx, plan)
		if err != nil {
			return nil, s.fail(err)
		}
		return &longOutput{Status: http.StatusOK, Body: out}, nil
	}
	push, err := s.Push.Undo(ctx, n, caller)
	if err != nil {
		return nil, s.fail(err)
	}
	out, err := s.pushNow(ctx, push)
	if err != nil {
		return nil, s.fail(err)
	}
	return &longOutput{Status: http.StatusAccepted, Body: out}, nil
}

type pushesInput struct {
	Paging
	Connection string `query:"connection" maxLength:"64"`
	Period     string `query:"period" example:"2026-11"`
}

func (s *server) pushes(ctx context.Context, in *pushesInput) (*listOutput[Push], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	f := app.PushFilter{Connection: in.Connection, Page: page}
	if in.Period != "" {
		if f.Period, err = periodOf("period", in.Period); err != nil {
			return nil, s.fail(err)
		}
	}
	rows, err := s.Read.Pushes(ctx, f)
	if err != nil {
		return nil, s.fail(err)
	}
	doc, _, err := s.Settings.Document(ctx)
	if err != nil {
		return nil, s.fail(err)
	}
	now := s.Now()
	return newList(rows, page, func(p app.Push) Push { return pushOf(p, doc, now) }, func(p app.Push) int64 { return p.ID }), nil
}

func (s *server) push(ctx context.Context, in *RowInput) (*pushOutput, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	p, err := s.Read.Push(ctx, n)
	return s.answerPush(ctx, p, err)
}

func (s *server) stopPush(ctx context.Context, in *RowInput) (*pushOutput, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	p, err := s.Push.Stop(ctx, n, caller)
	return s.answerPush(ctx, p, err)
}

// registerCSV adds the one call that does not answer JSON.
func (s *server) registerCSV(a huma.API) {
	op := operation(http.MethodGet, "/billing/pushes/{id}/csv", "The lines of a push as CSV")
	op.Responses = map[string]*huma.Response{"200": {
		Description: "The lines", Content: map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}},
	}}
	huma.Register(a, op, s.pushCSV)
}

func (s *server) pushCSV(ctx context.Context, in *RowInput) (*rawOutput, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	p, err := s.Read.Push(ctx, n)
	if err != nil {
		return nil, s.fail(err)
	}
	b, err := PushCSV(p)
	if err != nil {
		return nil, s.fail(err)
	}
	return &rawOutput{ContentType: "text/csv; charset=utf-8", Body: b}, nil
}

// PushCSV prints a push for a spreadsheet, one line each. Texts that a spreadsheet would take for a formula are made
// harmless by an apostrophe.
func PushCSV(p app.Push) ([]byte, error) {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	_ = w.Write([]string{"period", "company_id", "company", "agreement_id", "agreement", "product_id", "meter", "before", "after", "unit", "amount_change", "effective_date", "verdict", "state", "holds", "decided_by", "note", "reason"})
	for _, l := range p.Lines {
		before := ""
		if l.Before != nil {
			before = l.Before.String()
		}
		var holds []string
		for _, h := range l.Holds {
			holds = append(holds, string(h.Code))
		}
		_ = w.Write([]string{
			p.Period.String(), string(id(l.Company.ID)), Harmless(l.Company.Name), string(id(l.Agreement.ID)), Harmless(l.Agreement.Name), Harmless(l.Product),
			Harmless(string(l.Meter)), before, l.After.String(), Harmless(l.Unit), amountOf(l), begins(l), string(l.Verdict), string(l.State), strings.Join(holds, " "), Harmless(l.DecidedBy), Harmless(noteOf(l)), Harmless(l.Reason),
		})
	}
	w.Flush()
	return buf.Bytes(), w.Error()
}

// amountOf is what a line changes a month, in the agreement's currency; empty when its price is not readable.
func amountOf(l app.Line) string {
	if l.AmountChange == nil {
		return ""
	}
	return l.AmountChange.String()
}

// begins is the day a line that is made counts from; empty for one that stands.
func begins(l app.Line) string {
	if l.Before != nil || l.EffectiveDate.IsZero() {
		return ""
	}
	return l.EffectiveDate.Format(time.DateOnly)
}

// Harmless keeps a text from being run as a formula by a spreadsheet (SECURITY §4-I).
func Harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
