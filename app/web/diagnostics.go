package web

import (
	"cmp"
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/job"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/app/setup"
	"psabridge/views"
)

// usualPerMinute is how many requests a minute a connection may send when its settings name no number.
const usualPerMinute = 900

// lookKind is the job that looks at this computer anew.
const lookKind = "computer"

// diagnostics is everything that can be checked, on one page; while tests run the part that changes fetches itself.
func (s *Server) diagnostics(c echo.Context) error {
	p, err := s.open(c, "Diagnostics", link.Diagnostics)
	if err != nil {
		return err
	}
	m := views.Diagnostics{Shell: p.shell, Blocks: p.blocks, Outbox: p.counts}
	for _, n := range p.needs {
		m.Needs = append(m.Needs, n.Need)
	}
	for _, one := range p.doc.Connections {
		d, err := s.diagnosis(c.Request().Context(), p.standing, one)
		if err != nil {
			return err
		}
		m.Connections = append(m.Connections, d)
	}
	for _, src := range p.doc.Sources {
		src = settings.SourceWithDefaults(src)
		one := p.source(src.Name)
		m.Sources = append(m.Sources, views.SourceDiagnosis{
			Name: src.Name, Detail: sourceDetail(src), LastOK: one.LastOKAt, NextAt: one.NextAt, Pushed: src.Pushed(),
			Error: one.LastError, Complete: one.Complete, Problems: one.Problems,
		})
	}
	if m.Machine, err = s.SelfTest.Rows(c.Request().Context(), false); err != nil {
		return err
	}
	_, m.Looking = s.running(lookKind)
	m.Computer = s.computer(c.Request().Context())
	if m.Backups, err = s.backups(c.Request().Context()); err != nil {
		return err
	}
	if fragment(c) {
		return render(c, http.StatusOK, views.DiagnosticsBody(m))
	}
	return render(c, http.StatusOK, views.DiagnosticsPage(m))
}

func (s *Server) diagnosis(ctx context.Context, st standing, one app.ConnectionSettings) (views.ConnectionDiagnosis, error) {
	row := s.connectionRow(st, one)
	d := views.ConnectionDiagnosis{
		Name: one.Name, Detail: target(one), LastOK: row.LastOK, Error: row.Error, Role: setup.Role(one), PerMinute: cmp.Or(one.RequestsPerMinute, usualPerMinute),
	}
	var err error
	d.Checks, err = s.checkList(ctx, one.Name)
	return d, err
}

// runChecks tests every connection. It does not wait; two clicks are one wish.
func (s *Server) runChecks(c echo.Context) error {
	doc, _, err := s.Settings.Document(c.Request().Context())
	if err != nil {
		return err
	}
	for _, one := range doc.Connections {
		s.startTest(c, one.Name)
	}
	if _, err := s.work(c, lookKind, shortWait, func(ctx context.Context, _ *job.Progress) (any, error) { return s.SelfTest.Rows(ctx, true) }); err != nil {
		return err
	}
	return seeOther(c, link.Diagnostics)
}
