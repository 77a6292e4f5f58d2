package web

import (
	"context"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/connect"
	"psabridge/app/settings"
	"psabridge/app/web/api"
)

// Status is what the bridge is doing, for the API, the command line and the tray. It is made of the same look at
// everything as the pages, so that they cannot contradict each other.
func (s *Server) Status(ctx context.Context) (api.Status, error) {
	st, err := s.look(ctx)
	if err != nil {
		return api.Status{}, err
	}
	out := api.Status{
		Version: s.About.Version, StartedAt: s.About.StartedAt, State: "running", NeedsYou: []api.Need{}, Sources: []api.SourceStatus{},
		Connections: []api.ConnectionStatus{}, Blocked: []api.Blocked{}, Billing: []api.BillingStatus{},
		Outbox: api.OutboxStatus{
			Waiting: st.counts.Waiting, Sending: st.counts.Sending, Checking: st.counts.Checking, Parked: st.counts.Parked, OldestAt: moment(st.counts.OldestAt),
		},
	}
	for _, n := range st.needs {
		out.NeedsYou = append(out.NeedsYou, api.Need{Code: n.code, Message: n.Title + " " + n.Text, Page: n.page})
	}
	switch {
	case st.paused():
		out.State = "paused"
	case len(st.needs) > 0:
		out.State = "needs_you"
	}
	for _, one := range st.sources {
		out.Sources = append(out.Sources, api.SourceStatus{
			Name: one.Name, Kind: one.Kind, LastOKAt: moment(one.LastOKAt), LastError: one.LastError, NextAt: moment(one.NextAt), Complete: one.Complete,
		})
	}
	for _, b := range st.blocks {
		out.Blocked = append(out.Blocked, api.Blocked{Connection: b.Connection, Reason: b.Reason})
	}
	here := s.Computer(ctx)
	out.Tray, out.StartAtLogin = here.Tray, here.Login.On
	return out, s.connectionStatus(ctx, st, &out)
}

func (s *Server) connectionStatus(ctx context.Context, st standing, out *api.Status) error {
	for _, c := range st.doc.Connections {
		h := s.Health(c.Name)
		row := api.ConnectionStatus{Name: c.Name, State: "unknown", LastOKAt: moment(h.LastOKAt), LastError: h.LastError}
		if h.State != "" {
			row.State = string(h.State)
		}
		if b, ok := st.blocked(c.Name); ok {
			row.State, row.LastError = string(connect.Blocked), b.Reason
		}
		out.Connections = append(out.Connections, row)
		month, err := s.billingStatus(ctx, st, c)
		if err != nil {
			return err
		}
		out.Billing = append(out.Billing, month)
	}
	return nil
}

// billingStatus says how far a connection's current month is.
func (s *Server) billingStatus(ctx context.Context, st standing, c app.ConnectionSettings) (api.BillingStatus, error) {
	zone := settings.Location(c)
	period := billing.Current(zone, st.now)
	out := api.BillingStatus{Connection: c.Name, Period: period.String(), State: "off"}
	if at, ok := billing.NextDue(c.Billing, zone, st.now); ok {
		out.NextPushAt = moment(at)
	}
	if !c.Billing.Enabled {
		return out, nil
	}
	out.State = "waiting"
	pushes, err := s.Read.Pushes(ctx, app.PushFilter{Connection: c.Name, Period: period, Page: app.Page{Limit: 200}})
	if err != nil {
		return out, err
	}
	for _, p := range pushes { // newest first: the newest that stands, or that is on its way
		if p.State != app.PushUndone && (p.UndoOf == 0 || p.State == app.PushWriting) {
			out.State = string(p.State)
			return out, nil
		}
	}
	plan, err := s.Read.CurrentPlan(ctx, c.Name, period)
	if app.ErrorCode(err) == app.NotFound {
		return out, nil
	}
	if plan.State == app.PlanOpen {
		out.State = "planned"
	}
	return out, err
}

// moment is how an absent time looks in the status.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	u := t.UTC()
	return &u
}
