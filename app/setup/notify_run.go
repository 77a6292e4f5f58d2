package setup

import (
	"context"
	"reflect"
	"slices"
	"time"

	"psabridge/app"
)

// TestNotify proves that a person can be told without ConnectWise, and that the alerts that only write e-mail wait for
// something. It tells each result as it comes, sends nothing, and keeps the results for NotifyChecks. Where no way is set
// up there is nothing to prove.
func (s *Setup) TestNotify(ctx context.Context, each func(app.CheckRow)) ([]app.CheckRow, error) {
	checks, about, err := s.notifyChecks(ctx)
	if err != nil {
		return nil, err
	}
	var rows []app.CheckRow
	for _, c := range checks {
		rows = append(rows, s.prove(ctx, c))
		if ctx.Err() != nil {
			return nil, cancelled(ctx)
		}
		if each != nil {
			each(rows[len(rows)-1])
		}
	}
	doc, _, err := s.Document(ctx)
	if err == nil && reflect.DeepEqual(doc.Notify, about) { // else it was changed meanwhile, and they are about neither
		s.keepNotify(rows)
	}
	return rows, err
}

func (s *Setup) prove(ctx context.Context, c check) app.CheckRow {
	began := s.Now()
	found := c.prove(ctx)
	row := app.CheckRow{ID: c.id, Title: c.title, State: found.state, Message: found.message, Fix: found.fix, ChangedAt: s.Now()}
	row.Took = max(0, row.ChangedAt.Sub(began))
	return row
}

// notifyChecks lists what is proved, and the notices it is about.
func (s *Setup) notifyChecks(ctx context.Context) (all []check, about app.NotifySettings, err error) {
	doc, _, err := s.Document(ctx)
	if err != nil {
		return nil, about, err
	}
	records, err := s.Vault.List(ctx)
	return s.notifyChecksOf(doc, records), doc.Notify, err
}

// keepNotify keeps the newest results, in memory: they are made again at the next start.
func (s *Setup) keepNotify(rows []app.CheckRow) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range rows {
		at := slices.IndexFunc(s.noticed, func(c app.CheckRow) bool { return c.ID == rows[i].ID && c.State == rows[i].State })
		if at >= 0 {
			rows[i].ChangedAt = s.noticed[at].ChangedAt
		}
	}
	s.noticed = slices.Clone(rows)
}

// NotifyChecks are the newest results of TestNotify about what the settings say now. What was not tried since psabridge was
// started, or since the notices were changed, is skipped and says so. It asks nobody.
func (s *Setup) NotifyChecks(ctx context.Context) ([]app.CheckRow, error) {
	checks, _, err := s.notifyChecks(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	known := slices.Clone(s.noticed)
	s.mu.Unlock()
	var rows []app.CheckRow
	for _, c := range checks {
		row := app.CheckRow{ID: c.id, Title: c.title, State: app.CheckSkipped, Message: "Not tried since psabridge was started, or since the notices were changed."}
		at := slices.IndexFunc(known, func(k app.CheckRow) bool { return k.ID == c.id })
		switch {
		case c.local:
			row = s.prove(ctx, c)
		case at >= 0:
			row = known[at]
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// notifyByNight makes the checks of the notices once a night, and soon after a start or a change.
func (s *Setup) notifyByNight(ctx context.Context, now time.Time) error {
	due := lastNight(app.ConnectionSettings{Name: app.MailConnection, TimeZone: s.machineZone()}, now)
	s.mu.Lock()
	last := s.noticedAt
	tried := !last.IsZero() && !last.Before(due)
	if !tried {
		s.noticedAt = now
	}
	s.mu.Unlock()
	if tried {
		return nil
	}
	before, err := s.NotifyChecks(ctx)
	if err != nil {
		return err
	}
	for i := range before {
		before[i].Tried = before[i].State
	}
	after, err := s.TestNotify(ctx, nil)
	if err != nil {
		return err
	}
	for _, c := range turnedBad(before, after) {
		s.Log.WarnContext(ctx, "check turned bad", "check", c.ID, "state", string(c.State), "message", c.Message)
	}
	return nil
}

// forgetNotify forgets what was found of other notices than there are now.
func (s *Setup) forgetNotify() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noticed, s.noticedAt = nil, time.Time{}
}
