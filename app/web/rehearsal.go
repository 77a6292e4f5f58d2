package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/job"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/layout"
)

// rehearsalDays is how far back the form of an alert rehearses.
const rehearsalDays = 30

// rehearsalFresh is how long a rehearsal of the alerts as they are is shown again instead of being made anew.
const rehearsalFresh = 5 * time.Minute

// rehearsed is what a rehearsal came to.
type rehearsed struct {
	result     app.Rehearsal
	difference *app.RehearsalDifference
}

// rehearsalKind names the job of a rehearsal by what it is of, so that two clicks are one wish and a change is another.
func rehearsalKind(rules []app.AlertRule, rev int64, days int) string {
	b, err := json.Marshal(rules)
	if err != nil {
		b = nil
	}
	sum := sha256.Sum256(b)
	return strings.Join([]string{"rehearsal", strconv.Itoa(days), strconv.FormatInt(rev, 10), hex.EncodeToString(sum[:8])}, " ")
}

// runRehearsal replays the last days through rules, or those of the settings with nil, and waits a while for its end.
func (s *Server) runRehearsal(c echo.Context, rules []app.AlertRule, rev int64, days int, wait time.Duration) (job.Job, error) {
	return s.work(c, rehearsalKind(rules, rev, days), wait, func(ctx context.Context, _ *job.Progress) (any, error) {
		r, d, err := s.Rehearse(ctx, rules, days)
		return rehearsed{r, d}, err
	})
}

// rehearsalPage shows what the alerts as they are would have made of the last days. Looking replays them where that was
// not done lately; nothing is written by it.
func (s *Server) rehearsalPage(c echo.Context) error {
	p, err := s.open(c, "Rehearsal", link.Tickets)
	if err != nil {
		return err
	}
	days := rehearsalDays
	if n, err := strconv.Atoi(c.QueryParam("days")); err == nil && slices.Contains(views.RehearsalDays, n) {
		days = n
	}
	j, ok := s.newest(rehearsalKind(nil, p.rev, days))
	if again := c.QueryParam("again") != ""; !ok || j.State != job.Running && (again || j.State != job.Done || p.now.Sub(j.FinishedAt) > rehearsalFresh) {
		if j, err = s.runRehearsal(c, nil, p.rev, days, shortWait); err != nil {
			return err
		}
	}
	part := s.rehearsalPart(p, j)
	part.Path, part.Job = link.With(link.Rehearsal, "days", strconv.Itoa(days), "live", "1"), ""
	if fragment(c) {
		return render(c, http.StatusOK, views.RehearsalFragment(part))
	}
	return render(c, http.StatusOK, views.RehearsalPage(views.RehearsalView{Shell: p.shell, Days: days, Part: part}))
}

// noRehearsal is the part before anybody asked for a rehearsal.
func (s *Server) noRehearsal(p page) views.RehearsalPart {
	return views.RehearsalPart{Shell: layout.Shell{Now: p.now, Zone: s.Zone}}
}

// rehearsalPart is how a rehearsal stands.
func (s *Server) rehearsalPart(p page, j job.Job) views.RehearsalPart {
	part := s.noRehearsal(p)
	part.Job, part.Since, part.At = string(j.ID), j.StartedAt, j.FinishedAt
	switch r, ok := j.Result.(rehearsed); {
	case j.State == job.Running:
		part.Running = true
	case j.State == job.Done && ok:
		part.Result, part.Difference = &r.result, r.difference
	case j.State == job.Cancelled:
		part.Error = "It was stopped."
	case j.Err != nil:
		part.Error = app.ErrorMessage(j.Err)
	}
	return part
}
