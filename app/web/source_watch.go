package web

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app/intake"
	"psabridge/app/job"
	"psabridge/views"
)

func syncKind(name string) string { return "sync " + name }

// read reads a source as a job. Its steps are kept by whoever reads.
func (s *Server) read(c echo.Context, name string, wait time.Duration) (job.Job, error) {
	return s.work(c, syncKind(name), wait, func(ctx context.Context, p *job.Progress) (any, error) {
		p.Set(0, 0, "Reading "+name)
		return s.Sync(ctx, name)
	})
}

// sourceProgress is the step log of a source: of the reading under way, else of the newest one.
func (s *Server) sourceProgress(p page, name string) views.SourceProgress {
	st := p.source(name)
	j, known := s.newest(syncKind(name))
	out := views.SourceProgress{Name: name, Now: p.now, Zone: s.Zone, Running: st.Running || known && j.State == job.Running}
	for _, step := range st.Steps {
		out.Steps = append(out.Steps, views.SourceStep{At: step.At, Text: step.Text})
	}
	if !out.Running {
		out.Tone, out.Result = progressResult(name, st, j, known)
	}
	return out
}

// progressResult says how the newest reading ended: in the words of the job when that was the last one, else by the status.
func progressResult(name string, st intake.Status, j job.Job, known bool) (tone, text string) {
	last := lastBeat(st)
	if known && !j.FinishedAt.Before(last) {
		return readWords(name, j)
	}
	switch {
	case last.IsZero() && st.LastOKAt.IsZero():
		return "", ""
	case st.LastError != "":
		return bad, st.LastError
	case !st.Complete:
		return warn, "Not everything could be read."
	}
	return good, "Everything was read."
}

// lastBeat is when the newest reading ended.
func lastBeat(st intake.Status) time.Time {
	if len(st.Beats) == 0 {
		return time.Time{}
	}
	b := st.Beats[len(st.Beats)-1]
	return b.At.Add(b.Took)
}

// progress is the step log alone; it fetches itself while the source is read, and the whole page is fetched anew when that
// has ended, because everything else on it came from the reading.
func (s *Server) progress(c echo.Context) error {
	p, found, err := s.openSource(c)
	if err != nil {
		return err
	}
	m := s.sourceProgress(p, found.Name)
	if fragment(c) && !m.Running {
		c.Response().Header().Set("HX-Refresh", "true")
	}
	return render(c, http.StatusOK, views.SourceProgressPart(m))
}
