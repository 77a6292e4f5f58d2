package web

import (
	"slices"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/job"
	"psabridge/app/link"
	"psabridge/app/web/api"
	"psabridge/views/ui"
)

// checkSource reads one source now. On its own page the steps are shown as they are made; from the list the answer waits
// a while for the result.
func (s *Server) checkSource(c echo.Context) error {
	_, found, err := s.openSource(c)
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	if f.text("back") != "source" {
		return s.check(c, found.Name, link.Sources)
	}
	if _, err := s.read(c, found.Name, 0); err != nil {
		return err
	}
	return seeOther(c, link.Source(found.Name)+"#progress")
}

// check reads a source as a job and says what it brought; one that takes longer goes on by itself.
func (s *Server) check(c echo.Context, name, back string) error {
	j, err := s.read(c, name, shortWait)
	if err != nil {
		return err
	}
	tone, text := readWords(name, j)
	s.tell(c, tone, "%s", text)
	return seeOther(c, back)
}

func readWords(name string, j job.Job) (tone, text string) {
	switch j.State {
	case job.Failed, job.Cancelled:
		return bad, "Source " + name + " could not be read. " + app.ErrorMessage(j.Err)
	case job.Running:
		return info, "Source " + name + " is being read. It goes on while you do something else."
	case job.Done:
	}
	r, ok := j.Result.(api.SyncResult)
	if !ok {
		return good, "Source " + name + " was read."
	}
	text = "Source " + name + " was read: " + ui.Count(r.Organizations, "organization", "organizations") + ", " + ui.Count(r.Events, "new event", "new events") + "."
	if !r.Complete {
		return warn, text + " Not everything could be read: " + strings.Join(r.Problems, " ")
	}
	return good, text
}

// checkAll reads every source now.
func (s *Server) checkAll(c echo.Context) error {
	doc, _, err := s.Settings.Document(c.Request().Context())
	if err != nil {
		return err
	}
	read := slices.DeleteFunc(slices.Clone(doc.Sources), app.SourceSettings.Pushed)
	if len(read) == 0 {
		s.tell(c, info, "There is no source to read yet.")
		return seeOther(c, link.Overview)
	}
	tones, texts := make([]string, len(read)), make([]string, len(read))
	var wg sync.WaitGroup
	for i, src := range read {
		wg.Go(func() {
			j, err := s.read(c, src.Name, shortWait)
			if err != nil {
				j = job.Job{State: job.Failed, Err: err}
			}
			tones[i], texts[i] = readWords(src.Name, j)
		})
	}
	wg.Wait()
	s.tell(c, worst(tones), "%s", strings.Join(texts, " "))
	return seeOther(c, link.Overview)
}

// worst is the tone of several results together.
func worst(tones []string) string {
	for _, tone := range []string{bad, warn, info} {
		if slices.Contains(tones, tone) {
			return tone
		}
	}
	return good
}
