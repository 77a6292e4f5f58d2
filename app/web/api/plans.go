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
		if period, err = periodOf("period", in.Body.Period); err != nil {
			return nil, s.fail(err)
		}
	}
	return s.run(ctx, in.Waiting, "plan "+in.Body.Connection, func(ctx context.Context, p *job.Progress) (any, error) {
		made, err := s.Push.MakePlan(push.WithProgress(ctx, p.Set), in.Body.Connection, period, app.TriggerAPI)
		if err != nil {
			return nil, err
		}
		return s.planNow(ctx, made)
	})
}

type planOutput struct{ Body Plan }

func (s *server) plan(ctx context.Context, in *RowInput) (*planOutput, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	p, err := s.Read.Plan(ctx, n)
	return s.answerPlan(ctx, p, err)
}

func (s *server) answerPlan(ctx context.Context, p app.Plan, err error) (*planOutput, error) {
	if err != nil {
		return nil, s.fail(err)
	}
	out, err := s.planNow(ctx, p)
	if err != nil {
		return nil, s.fail(err)
	}
	return &planOutput{Body: out}, nil
}

// planNow is a plan as it is answered now.
func (s *server) planNow(ctx context.Context, p app.Plan) (Plan, error) {
	doc, _, err := s.Settings.Document(ctx)
	if err != nil {
		return Plan{}, err
	}
	return planOf(p, doc, s.Now()), nil
}

type findPlanInput struct {
	Connection string `query:"connection" required:"true" maxLength:"64"`
	Digest     string `query:"digest" maxLength:"128" doc:"exactly the plan with this digest"`
	Period     string `query:"period" example:"2026-11" doc:"the month's plan; left out with the digest: the month that was planned last"`
}

// findPlan lets a script that kept only the digest find its plan again, and one that kept nothing the plan of the month; no
// item: there is none that could be pushed.
func (s *server) findPlan(ctx context.Context, in *findPlanInput) (*listOutput[Plan], error) {
	p, err := s.openPlan(ctx, in)
	out := &listOutput[Plan]{Body: List[Plan]{Items: []Plan{}}}
	if app.ErrorCode(err) == app.NotFound || err == nil && p.State != app.PlanOpen {
		return out, nil
	}
	if err != nil {
		return nil, s.fail(err)
	}
	shown, err := s.planNow(ctx, p)
	if err != nil {
		return nil, s.fail(err)
	}
	out.Body.Items = append(out.Body.Items, shown)
	return out, nil
}

func (s *server) openPlan(ctx context.Context, in *findPlanInput) (app.Plan, error) {
	switch {
	case in.Digest != "" && in.Period != "":
		return app.Plan{}, app.FieldErrorf("period", "A digest names one plan. Leave the period out.")
	case in.Digest != "":
		return s.Read.OpenPlan(ctx, in.Connection, in.Digest)
	case in.Period != "":
		period, err := periodOf("period", in.Period)
		if err != nil {
			return app.Plan{}, err
		}
		return s.Read.CurrentPlan(ctx, in.Connection, period)
	}
	newest, err := s.Read.NewestPlan(ctx, in.Connection)
	if err != nil {
		return app.Plan{}, err
	}
	return s.Read.CurrentPlan(ctx, in.Connection, newest.Period)
}

// periodOf reads a month; Invalid names the parameter.
func periodOf(field, text string) (app.Period, error) {
	p, err := app.ParsePeriod(text)
	if err != nil {
		return p, app.FieldErrorf(field, "%q is no month. Write it as 2026-11.", text)
	}
	return p, nil
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
	p, err := s.Push.Decide(ctx, n, d, q, note, caller)
	return s.answerPlan(ctx, p, err)
}

func (s *server) releaseAll(ctx context.Context, in *struct {
	RowInput
	Body struct {
		Codes  []string `json:"codes" minItems:"1" enum:"incomplete_reading,fell_to_zero,big_change,organization_gone,company_inactive,no_agreement,agreement_inactive,agreement_not_started,product_not_found,product_inactive,product_bundle,ambiguous_addition,addition_cancelled,edited_since,overlap,unit_mismatch,first_touch,no_price,method_changed,share_left,unmatched_below,mapping_broken,cycle_not_monthly,wrong_period,already_invoiced,restored"`
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
	p, err := s.Push.ReleaseAll(ctx, n, codes, in.Body.Reason, caller)
	return s.answerPlan(ctx, p, err)
}
