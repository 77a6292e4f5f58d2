package api

import (
	"context"

	"psabridge/app"
	"psabridge/app/job"
	"psabridge/app/push"
)

type makePlanInput struct {
	Waiting
	Body struct {
		Connection string `json:"connection" minLength:"1" maxLength:"64"`
		Period     string `json:"period,omitempty" example:"2026-11" doc:"left out: the current one"`
	}
}

func (s *server) makePlan(ctx context.Context, in *makePlanInput) (*longOutput, error) {
	var period app.Period
	if in.Body.Period != "" {
		var err error
		if period, err = app.ParsePeriod(in.Body.Period); err != nil {
			return nil, s.fail(err)
		}
	}
	return s.run(ctx, in.Waiting, "plan "+in.Body.Connection, func(ctx context.Context, p *job.Progress) (any, error) {
		made, err := s.Push.MakePlan(push.WithProgress(ctx, p.Set), in.Body.Connection, period, app.TriggerAPI)
		if err != nil {
			return nil, err
		}
		return planOf(made), nil
	})
}

type planOutput struct{ Body Plan }

func (s *server) plan(ctx context.Context, in *RowInput) (*planOutput, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	return s.answerPlan(s.Read.Plan(ctx, n))
}

func (s *server) answerPlan(p app.Plan, err error) (*planOutput, error) {
	if err != nil {
		return nil, s.fail(err)
	}
	return &planOutput{Body: planOf(p)}, nil
}

type findPlanInput struct {
	Connection string `query:"connection" required:"true" maxLength:"64"`
	Digest     string `query:"digest" required:"true" maxLength:"128"`
}

// findPlan lets a script that kept only the digest find its plan again; no item: it is not the current one any more.
func (s *server) findPlan(ctx context.Context, in *findPlanInput) (*listOutput[Plan], error) {
	p, err := s.Read.OpenPlan(ctx, in.Connection, in.Digest)
	if app.ErrorCode(err) == app.NotFound {
		return newList(nil, app.Page{}, planOf, nil), nil
	}
	if err != nil {
		return nil, s.fail(err)
	}
	return newList([]app.Plan{p}, app.Page{}, planOf, nil), nil
}

type reasonInput struct {
	RowInput
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"500"`
	} `required:"false"`
}

func (s *server) releaseLine(ctx context.Context, in *reasonInput) (*planOutput, error) {
	return s.decide(ctx, in.ID, app.DecisionReleased, nil, in.Body.Reason)
}

func (s *server) skipLine(ctx context.Context, in *reasonInput) (*planOutput, error) {
	return s.decide(ctx, in.ID, app.DecisionSkipped, nil, in.Body.Reason)
}

func (s *server) correctLine(ctx context.Context, in *struct {
	RowInput
	Body struct {
		Quantity Number `json:"quantity"`
		Note     string `json:"note" minLength:"1" maxLength:"500"`
	}
},
) (*planOutput, error) {
	return s.decide(ctx, in.ID, app.DecisionCorrected, &in.Body.Quantity.Quantity, in.Body.Note)
}

func (s *server) decide(ctx context.Context, line ID, d app.Decision, q *app.Quantity, note string) (*planOutput, error) {
	n, err := line.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	return s.answerPlan(s.Push.Decide(ctx, n, d, q, note, caller))
}

func (s *server) releaseAll(ctx context.Context, in *struct {
	RowInput
	Body struct {
		Codes  []string `json:"codes" minItems:"1" doc:"hold codes"`
		Reason string   `json:"reason,omitempty" maxLength:"500"`
	}
},
) (*planOutput, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	codes := make([]app.HoldCode, len(in.Body.Codes))
	for i, c := range in.Body.Codes {
		codes[i] = app.HoldCode(c)
	}
	return s.answerPlan(s.Push.ReleaseAll(ctx, n, codes, in.Body.Reason, caller))
}

// Evidence is where a line's quantity comes from.
type Evidence struct {
	Quantity Number         `json:"quantity"`
	Unit     string         `json:"unit"`
	Items    []EvidenceItem `json:"items" nullable:"false"`
	Change   EvidenceChange `json:"change"`
}

// EvidenceChange is what the quantity was before, and the change in words.
type EvidenceChange struct {
	PreviousQuantity NumberOrNull `json:"previous_quantity"`
	Text             string       `json:"text"`
}

type evidenceOutput struct{ Body Evidence }

func (s *server) evidence(ctx context.Context, in *RowInput) (*evidenceOutput, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	l, err := s.Read.LineEvidence(ctx, n)
	if err != nil {
		return nil, s.fail(err)
	}
	out := Evidence{Quantity: number(l.After), Unit: l.Unit, Items: []EvidenceItem{}, Change: EvidenceChange{PreviousQuantity: maybe(l.Before), Text: l.Reason}}
	for _, i := range l.Items {
		out.Items = append(out.Items, evidenceItem(i))
	}
	return &evidenceOutput{Body: out}, nil
}
