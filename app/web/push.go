package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/link"
	"psabridge/app/web/api"
	"psabridge/views"
	"psabridge/views/ui"
)

// push is one push, under way or ended; with .csv at its end it is the push as a file.
func (s *Server) push(c echo.Context) error {
	if id, file := strings.CutSuffix(c.Param("id"), ".csv"); file {
		return s.pushCSV(c, id)
	}
	id, err := rowID(c)
	if err != nil {
		return err
	}
	p, err := s.open(c, "Push "+ui.ID(id), link.Billing)
	if err != nil {
		return err
	}
	m, err := s.pushView(c.Request().Context(), p, id)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.PushPage(m))
}

// pushProgress is the part of the page that changes while a push is written; it fetches itself, and when the push has ended
// the whole page.
func (s *Server) pushProgress(c echo.Context) error {
	id, err := rowID(c)
	if err != nil {
		return err
	}
	p, err := s.open(c, "", link.Billing)
	if err != nil {
		return err
	}
	push, err := s.Read.Push(c.Request().Context(), id)
	if err != nil {
		return err
	}
	if fragment(c) && push.State != app.PushWriting {
		c.Response().Header().Set("HX-Refresh", "true")
	}
	m := s.pushHead(p, push)
	return render(c, http.StatusOK, views.PushProgress(m))
}

func (s *Server) pushCSV(c echo.Context, text string) error {
	id, err := idOf(text)
	if err != nil {
		return err
	}
	p, err := s.Read.Push(c.Request().Context(), id)
	if err != nil {
		return err
	}
	b, err := api.PushCSV(p)
	if err != nil {
		return err
	}
	return download(c, "push-"+text+"-"+p.Period.String()+".csv", "text/csv; charset=utf-8", b)
}

// pushHead is what a push shows while it is written and after.
func (s *Server) pushHead(p page, push app.Push) views.PushView {
	m := views.PushView{Shell: p.shell, Push: push, Zone: p.zoneOf(push.Connection)}
	m.Amount, m.Unpriced = written(push.Lines)
	if d := s.Health(push.Connection).Silent; d > patience {
		m.Silent = silentWords(d)
	}
	return m
}

func (s *Server) pushView(ctx context.Context, p page, id int64) (views.PushView, error) {
	push, err := s.Read.Push(ctx, id)
	if err != nil {
		return views.PushView{}, err
	}
	m := s.pushHead(p, push)
	var lines []app.Line
	for _, l := range push.Lines {
		if l.Writes() {
			lines = append(lines, l)
		}
		switch l.Verdict {
		case app.VerdictHold:
			m.Held++
		case app.VerdictSkipped:
			m.Skipped++
		case app.VerdictUpdate, app.VerdictCreate, app.VerdictSame:
		}
	}
	if m.Rows, err = s.lineRows(ctx, push.Connection, lines); err != nil {
		return m, err
	}
	order(m.Rows, "company")
	if push.State != app.PushWriting {
		m.Customers = billing.Customers(push)
	}
	m.Undo, m.UndoneBy, err = s.undoState(ctx, push)
	return m, err
}

// written sums the price effects of the lines that are in ConnectWise, and counts those of them nobody knows; nil when there
// are such lines and none has a known one.
func written(lines []app.Line) (sum *app.Money, unpriced int) {
	done := slices.DeleteFunc(slices.Clone(lines), func(l app.Line) bool { return l.State != app.LineDone })
	_, _, sum = billing.Totals(done)
	return sum, billing.Unpriced(done)
}

// undoState says whether a push can be undone, and which push undid it. What ConnectWise holds by then decides over each
// line.
func (s *Server) undoState(ctx context.Context, push app.Push) (out views.UndoState, undoneBy int64, err error) {
	for _, l := range push.Lines {
		if l.Writes() && l.State == app.LineDone {
			out.Lines++
		}
	}
	all, err := s.Read.Pushes(ctx, app.PushFilter{Connection: push.Connection, Page: app.Page{Limit: 200}})
	if err != nil {
		return out, 0, err
	}
	for _, other := range all {
		if other.UndoOf == push.ID {
			undoneBy = max(undoneBy, other.ID)
		}
	}
	writing := slices.IndexFunc(all, func(p app.Push) bool { return p.State == app.PushWriting })
	switch {
	case push.State == app.PushWriting:
		out.Why = "It is still being written. Undo it when it is done."
	case push.UndoOf != 0:
		out.Why = "This push is an undo itself. Make a new preview to bill the month again."
	case push.State == app.PushUndone:
		out.Why = "This push is undone."
		return out, undoneBy, nil
	case writing >= 0 && all[writing].UndoOf == push.ID:
		out.Why = "Its undo is being written."
		return out, all[writing].ID, nil
	case writing >= 0:
		out.Why = "Another push of this connection is being written."
	case out.Lines == 0:
		out.Why = "Nothing was written, so there is nothing to undo."
	default:
		out.Possible, out.Why = true, "Lines somebody changed since, and lines already invoiced, are left as they are."
	}
	return out, 0, nil
}

// pushes is the history.
func (s *Server) pushes(c echo.Context) error {
	p, err := s.open(c, "Push history", link.Billing)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	m := views.Pushes{Shell: p.shell, Connection: c.QueryParam("connection"), Month: link.Billing}
	f := app.PushFilter{Connection: m.Connection, Page: app.Page{Limit: perPage, After: afterOf(c)}}
	if period, ok := monthOf(c.QueryParam("period")); ok {
		f.Period, m.Period = period, period.String()
	}
	for _, one := range p.doc.Connections {
		m.Connections = append(m.Connections, one.Name)
	}
	if m.Periods, err = s.pushedPeriods(ctx, ""); err != nil {
		return err
	}
	slices.Reverse(m.Periods)
	list, err := s.Read.Pushes(ctx, f)
	if err != nil {
		return err
	}
	for _, one := range list {
		row, err := s.pushRow(ctx, one, list, p.zoneOf(one.Connection))
		if err != nil {
			return err
		}
		m.Rows = append(m.Rows, row)
		m.Pager = pager(link.Pushes, []string{"connection", m.Connection, "period", m.Period}, f.Page.After, one.ID, len(list))
	}
	return render(c, http.StatusOK, views.PushesPage(m))
}

// pushRow counts what a push wrote; all are the pushes an undo of it is looked for in.
func (s *Server) pushRow(ctx context.Context, push app.Push, all []app.Push, zone *time.Location) (views.PushRow, error) {
	full, err := s.Read.Push(ctx, push.ID)
	if err != nil {
		return views.PushRow{}, err
	}
	row := views.PushRow{Push: push, Zone: zone, ApprovedWords: approvedWords(push, lineCounts(full.Lines).Held)}
	row.Amount, row.Unpriced = written(full.Lines)
	for _, l := range full.Lines {
		if !l.Writes() {
			continue
		}
		row.Lines++
		switch l.State {
		case app.LineDone:
			row.Written++
		case app.LineFailed, app.LineChangedUnderneath:
			row.Failed++
		case app.LinePlanned, app.LineWriting, app.LineUnknown:
		}
	}
	for _, other := range all {
		if other.UndoOf == push.ID {
			row.UndoneBy = other.ID
		}
	}
	return row, nil
}

// approvedWords say who approved a push. The schedule leaves what is held to a person (M14).
func approvedWords(p app.Push, held int) string {
	switch {
	case p.Trigger == app.TriggerSchedule && held > 0:
		return "approved by the rule; " + ui.Count(held, "held line was", "held lines were") + " left to you"
	case p.Trigger == app.TriggerSchedule:
		return "approved by the rule: nothing was held"
	case p.ApprovedBy == "" || p.ApprovedBy == person:
		return ""
	}
	return "approved by " + p.ApprovedBy
}
