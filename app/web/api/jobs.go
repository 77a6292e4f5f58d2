package api

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"psabridge/app"
	"psabridge/app/job"
)

// JobRef names a job that goes on.
type JobRef struct {
	Job struct {
		ID string `json:"id"`
	} `json:"job"`
}

// Job is how far a job is.
type Job struct {
	ID       string          `json:"id"`
	State    string          `json:"state" enum:"running,done,failed,cancelled"`
	Progress Progress        `json:"progress"`
	Result   any             `json:"result"`
	Error    OrNull[Problem] `json:"error"`
}

// Progress counts steps.
type Progress struct {
	Done  int    `json:"done"`
	Total int    `json:"total"`
	Text  string `json:"text"`
}

// Waiting is the query parameter of every long call.
type Waiting struct {
	Wait Patience `query:"wait" doc:"seconds to wait for the result"`
}

// Patience is how many seconds a call waits for its result: 25 when it does not say, at most 600. A plain number cannot be
// it, because 0, "do not wait", is not the same as nothing said.
type Patience struct {
	Seconds int
	said    bool
}

var _ huma.ParamReactor = (*Patience)(nil)

// Schema implements huma.SchemaProvider.
func (Patience) Schema(huma.Registry) *huma.Schema {
	least, most := 0.0, 600.0
	s := &huma.Schema{Type: huma.TypeInteger, Minimum: &least, Maximum: &most, Default: 25}
	s.PrecomputeMessages()
	return s
}

// Receiver implements huma.ParamWrapper.
func (p *Patience) Receiver() reflect.Value { return reflect.ValueOf(&p.Seconds).Elem() }

// OnParamSet implements huma.ParamReactor.
func (p *Patience) OnParamSet(said bool, _ any) { p.said = said }

func (p Patience) duration() time.Duration {
	if !p.said {
		return 25 * time.Second
	}
	return time.Duration(p.Seconds) * time.Second
}

type longOutput struct {
	Status int
	Body   any
}

// run starts f as a job and waits for it: its result, or a reference to it when it takes longer. The job does not end
// with the request: a script that hangs up must not cut a plan in half.
func (s *server) run(ctx context.Context, w Waiting, kind string, f func(context.Context, *job.Progress) (any, error)) (*longOutput, error) {
	j := s.Jobs.Start(context.WithoutCancel(ctx), kind, f)
	done, err := s.Jobs.Wait(ctx, j, w.Wait.duration())
	if err != nil {
		return nil, s.fail(err)
	}
	switch done.State {
	case job.Running:
		var ref JobRef
		ref.Job.ID = string(j)
		return &longOutput{Status: http.StatusAccepted, Body: ref}, nil
	case job.Failed, job.Cancelled:
		return nil, s.fail(done.Err)
	case job.Done:
	}
	return &longOutput{Status: http.StatusOK, Body: done.Result}, nil
}

type jobInput struct {
	ID string `path:"id" maxLength:"64"`
}

type jobOutput struct{ Body Job }

func (s *server) job(_ context.Context, in *jobInput) (*jobOutput, error) {
	j, ok := s.Jobs.Get(job.ID(in.ID))
	if !ok {
		return nil, s.fail(app.Errorf(app.NotFound, "There is no job %s any more.", in.ID))
	}
	out := Job{ID: in.ID, State: string(j.State), Progress: Progress{Done: j.Done, Total: j.Total, Text: j.Text}, Result: j.Result}
	if j.Err != nil {
		out.Error = some(*s.fail(j.Err))
	}
	return &jobOutput{Body: out}, nil
}

func (s *server) cancelJob(_ context.Context, in *jobInput) (*struct{}, error) {
	if !s.Jobs.Cancel(job.ID(in.ID)) {
		return nil, s.fail(app.Errorf(app.NotFound, "There is no job %s any more.", in.ID))
	}
	return nil, nil
}
