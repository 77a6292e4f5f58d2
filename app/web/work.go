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

// anew runs f as a job in place of those of its kind that run already: they are about what is no more. It does not wait.
func (s *Server) anew(c echo.Context, kind string, f func(context.Context, *job.Progress) (any, error)) {
	s.starting.Lock()
	defer s.starting.Unlock()
	for _, j := range s.Jobs.List() {
		if j.Kind == kind && j.State == job.Running {
			s.Jobs.Cancel(j.ID)
		}
	}
	s.Jobs.Start(context.WithoutCancel(c.Request().Context()), kind, f)
}

// running finds the job of a kind that runs now.
func (s *Server) running(kind string) (job.Job, bool) {
	j, ok := s.newest(kind)
	return j, ok && j.State == job.Running
}

// newest finds the last job of a kind, ended or not. While one runs it is that one.
func (s *Server) newest(kind string) (newest job.Job, ok bool) {
	for _, j := range s.Jobs.List() {
		if j.Kind == kind && (!ok || j.State == job.Running && newest.State != job.Running) {
			newest, ok = j, true
		}
	}
	return newest, ok
}
