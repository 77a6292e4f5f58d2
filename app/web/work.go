package web

import (
	"context"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app/job"
)

// How long an action waits for its job before it shows a page that says it goes on.
const (
	shortWait = 5 * time.Second
	longWait  = 20 * time.Second
)

// work runs f as a job and waits a while for its end. A job of the same kind that runs already is joined: two clicks
// are one wish. The job does not end with the request.
func (s *Server) work(c echo.Context, kind string, wait time.Duration, f func(context.Context, *job.Progress) (any, error)) (job.Job, error) {
	ctx := c.Request().Context()
	s.starting.Lock()
	running, ok := s.running(kind)
	id := running.ID
	if !ok {
		id = s.Jobs.Start(context.WithoutCancel(ctx), kind, f)
	}
	s.starting.Unlock()
	return s.Jobs.Wait(ctx, id, wait)
}

// running finds the job of a kind that runs now.
func (s *Server) running(kind string) (job.Job, bool) {
	j, ok := s.newest(kind)
	return j, ok && j.State == job.Running
}

// newest finds the last job of a kind, ended or not.
func (s *Server) newest(kind string) (job.Job, bool) {
	for _, j := range s.Jobs.List() {
		if j.Kind == kind {
			return j, true
		}
	}
	return job.Job{}, false
}
