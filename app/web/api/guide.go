package api

import (
	"context"

	"psabridge/app"
)

// Guide is the setting-up of both vendors' pages as a list of tasks.
type Guide struct {
	Connection string      `json:"connection" doc:"empty before there is one"`
	Tasks      []GuideTask `json:"tasks" nullable:"false"`
}

// GuideTask is one task of the guide.
type GuideTask struct {
	ID      string      `json:"id"`
	Title   string      `json:"title"`
	Summary string      `json:"summary"`
	State   string      `json:"state" enum:"not_started,in_progress,done,cannot_start,problem"`
	Page    string      `json:"page" doc:"where the work is done, when that is not the guide's own page"`
	Steps   []GuideStep `json:"steps" nullable:"false"`
}

// GuideStep is one thing to do.
type GuideStep struct {
	ID      string       `json:"id"`
	Title   string       `json:"title"`
	Where   string       `json:"where" doc:"the click path in the vendor's program"`
	Text    []string     `json:"text" nullable:"false"`
	Values  []GuideValue `json:"values" nullable:"false" doc:"exact values to type"`
	Role    []RoleRow    `json:"role" nullable:"false" doc:"rights to give"`
	State   string       `json:"state" enum:"not_started,in_progress,done,cannot_start,problem"`
	Note    string       `json:"note" doc:"how the state is known"`
	Checks  []string     `json:"checks" nullable:"false" doc:"ids of the checks that prove it"`
	Subject string       `json:"subject" doc:"what to confirm with POST /setup/confirm; empty when checks prove it"`
	Page    string       `json:"page"`
}

// GuideValue is one value to type into the vendor's page.
type GuideValue struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// RoleRow is one line of a security role.
type RoleRow struct {
	Module    string `json:"module"`
	Function  string `json:"function"`
	Add       string `json:"add"`
	Edit      string `json:"edit"`
	Delete    string `json:"delete"`
	Inquire   string `json:"inquire"`
	Customize string `json:"customize"`
	Why       string `json:"why"`
}

type guideOutput struct{ Body Guide }

func (s *server) guide(ctx context.Context, in *struct {
	Connection string `query:"connection" maxLength:"64" doc:"left out: the first one of the settings"`
},
) (*guideOutput, error) {
	g, err := s.Guide.Guide(ctx, in.Connection)
	if err != nil {
		return nil, s.fail(err)
	}
	out := Guide{Connection: g.Connection, Tasks: make([]GuideTask, len(g.Tasks))}
	for i, t := range g.Tasks {
		out.Tasks[i] = GuideTask{ID: t.ID, Title: t.Title, Summary: t.Summary, State: string(t.State), Page: t.Page, Steps: make([]GuideStep, len(t.Steps))}
		for n, step := range t.Steps {
			out.Tasks[i].Steps[n] = guideStep(step)
		}
	}
	return &guideOutput{Body: out}, nil
}

func guideStep(s app.GuideStep) GuideStep {
	out := GuideStep{
		ID: s.ID, Title: s.Title, Where: s.Where, Text: append([]string{}, s.Text...), Values: []GuideValue{}, Role: []RoleRow{}, State: string(s.State),
		Note: s.Note, Checks: append([]string{}, s.Checks...), Subject: s.Subject, Page: s.Page,
	}
	for _, v := range s.Values {
		out.Values = append(out.Values, GuideValue(v))
	}
	for _, r := range s.Role {
		out.Role = append(out.Role, RoleRow(r))
	}
	return out
}

func (s *server) confirm(ctx context.Context, in *struct {
	Body struct {
		Subject string `json:"subject" minLength:"1" maxLength:"200" doc:"the subject of a step of the guide"`
		Done    bool   `json:"done" doc:"false takes it back"`
	}
},
) (*struct{}, error) {
	return s.done(s.Guide.Confirm(ctx, caller, in.Body.Subject, in.Body.Done))
}
