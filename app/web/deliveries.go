package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/ui"
)

// deliveries is everything ConnectWise, or somebody by e-mail, must be told, newest first.
func (s *Server) deliveries(c echo.Context) error {
	p, err := s.open(c, "Deliveries", link.Deliveries)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	m := views.Deliveries{Shell: p.shell, Counts: p.counts, Filter: deliveriesFilter(c)}
	m.Since = s.since(m.Filter.Since)
	f := deliveryFilter(m.Filter, m.Since)
	f.Page = app.Page{Limit: perPage, After: afterOf(c)}
	if m.States, err = s.Read.DeliveryStates(ctx, f); err != nil {
		return err
	}
	if m.Like, err = s.alike(ctx, m.Filter.Like); err != nil {
		return err
	}
	m.Blocked = blockedRows(p.standing)
	if f.LikeID == 0 { // else the chip says it
		if m.Parked, err = s.parkedReasons(ctx, p.standing); err != nil {
			return err
		}
	}
	list, err := s.Read.Deliveries(ctx, f)
	if err != nil {
		return err
	}
	for _, d := range list {
		m.Rows = append(m.Rows, s.deliveryRow(ctx, d))
		m.Pager = pager(link.Deliveries, m.Filter.Pairs(), f.Page.After, d.ID, len(list))
	}
	if m.Chart, err = s.deliveriesChart(ctx, p.standing, m.Filter == (views.DeliveriesFilter{}) && f.Page.After == 0); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.DeliveriesPage(m))
}

// deliveriesFilter reads the filter off the address. What is not one of its values counts as left out.
func deliveriesFilter(c echo.Context) views.DeliveriesFilter {
	f := views.DeliveriesFilter{Q: c.QueryParam("q"), State: c.QueryParam("state"), Kind: c.QueryParam("kind")}
	for _, preset := range views.SincePresets {
		if preset.Value == c.QueryParam("since") {
			f.Since = preset.Value
		}
	}
	if n, err := strconv.ParseInt(c.QueryParam("like"), 10, 64); err == nil && n > 0 {
		f.Like = n
	}
	return f
}

// deliveryFilter is the same for the store.
func deliveryFilter(f views.DeliveriesFilter, since time.Time) app.DeliveryFilter {
	out := app.DeliveryFilter{State: app.DeliveryState(f.State), Kind: app.DeliveryKind(f.Kind), Query: f.Q, LikeID: f.Like, Since: since}
	switch f.Kind {
	case views.KindClose:
		out.Kind, out.Closing = app.DeliverTicketNote, new(true)
	case string(app.DeliverTicketNote):
		out.Closing = new(false)
	}
	return out
}

// since is the moment a preset begins at; zero for all times. Today begins at midnight of this computer's zone.
func (s *Server) since(preset string) time.Time {
	now := s.Now().In(s.Zone)
	switch preset {
	case "today":
		return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, s.Zone)
	case "24h":
		return now.Add(-24 * time.Hour)
	case "7d":
		return now.AddDate(0, 0, -7)
	case "30d":
		return now.AddDate(0, 0, -30)
	}
	return time.Time{}
}

// alike says which delivery the list is about and how many stand as it does; nil without one. One that is gone is none.
func (s *Server) alike(ctx context.Context, id int64) (*views.Alike, error) {
	if id == 0 {
		return nil, nil
	}
	d, err := s.Read.Delivery(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &views.Alike{ID: id, Reason: d.Reason}
	if retried(d.State) {
		out.N, err = s.countLike(ctx, id)
	}
	return out, err
}

// retried reports whether a person may try deliveries of a state again.
func retried(s app.DeliveryState) bool {
	return s == app.DeliveryParked || s == app.DeliveryWaiting || s == app.DeliveryChecking
}

// countLike counts what stands as one delivery does, itself included, and what waits behind it.
func (s *Server) countLike(ctx context.Context, id int64) (n int, err error) {
	states, err := s.Read.DeliveryStates(ctx, app.DeliveryFilter{LikeID: id})
	for state, one := range states {
		if retried(state) {
			n += one
		}
	}
	return n, err
}

// parkedShown bounds the parked deliveries that are looked at for what mends them. Usually there is one for each setting (T9).
const parkedShown = 200

// parkedReasons is what waits for a person, by reason, with the way out where one is known.
func (s *Server) parkedReasons(ctx context.Context, st standing) ([]views.ParkedReason, error) {
	if st.backlog.Parked == 0 {
		return nil, nil
	}
	list, err := s.Read.Deliveries(ctx, app.DeliveryFilter{State: app.DeliveryParked, Page: app.Page{Limit: parkedShown}})
	if err != nil {
		return nil, err
	}
	sample := map[string]app.DeliveryRow{}
	for _, d := range list { // newest first: the oldest stays, which is the one others wait behind
		sample[d.Reason] = d
	}
	var out []views.ParkedReason
	for reason, n := range st.backlog.ParkedByReason {
		one := views.ParkedReason{Reason: reason, Subject: reason, N: n}
		if d, ok := sample[reason]; ok {
			one.Subject = d.Connection + " " + cmp.Or(d.ErrorField, reason)
			one.Sample = d.ID
			all, err := s.countLike(ctx, d.ID)
			if err != nil {
				return nil, err
			}
			one.Behind = max(all-n, 0)
			if one.Fix, err = s.fixFor(ctx, st.doc, d); err != nil {
				return nil, err
			}
		}
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b views.ParkedReason) int { return strings.Compare(a.Reason, b.Reason) })
	return out, nil
}

// blockedRows is what nothing is sent on, with the way out.
func blockedRows(st standing) (out []views.BlockedRow) {
	for _, b := range st.blocks {
		out = append(out, views.BlockedRow{Block: b, Fix: blockFix(b)})
	}
	return out
}

func (s *Server) deliveryRow(ctx context.Context, d app.DeliveryRow) views.DeliveryRow {
	row := views.DeliveryRow{DeliveryRow: d}
	if d.TicketNumber != 0 {
		row.TicketURL = s.TicketURL(ctx, d.Connection, d.TicketNumber)
	}
	if d.PushID != 0 {
		row.PushURL = link.Push(d.PushID)
	}
	return row
}

// retryParked sends every parked delivery again; with since, those made since then.
func (s *Server) retryParked(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	ctx, back := c.Request().Context(), link.Deliveries
	var n int
	if text := f.text("since"); text != "" {
		since, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return app.FieldErrorf("since", "%q is not a moment. Open the list of deliveries again.", text)
		}
		n, err = s.Outbox.RetryMatching(ctx, app.RetryFilter{State: app.DeliveryParked, Since: since}, person)
		if err != nil {
			return err
		}
	} else if n, err = s.Outbox.RetryParked(ctx, person); err != nil {
		return err
	}
	s.tell(c, good, "%s again.", ui.Count(n, "delivery is tried", "deliveries are tried"))
	return seeOther(c, back)
}

// retryLike sends everything again that stands as one delivery does.
func (s *Server) retryLike(c echo.Context) error {
	id, err := rowID(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if _, err := s.Read.Delivery(ctx, id); err != nil {
		return err
	}
	n, err := s.Outbox.RetryMatching(ctx, app.RetryFilter{LikeID: id}, person)
	if err != nil {
		return moved(err, id)
	}
	s.tell(c, good, "%s again.", ui.Count(n, "delivery is tried", "deliveries are tried"))
	return seeOther(c, link.Deliveries)
}
