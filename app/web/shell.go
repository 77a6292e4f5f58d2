package web

import (
	"context"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/connect"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// page is what a handler starts with: how everything stands, and the frame around its page.
type page struct {
	standing
	shell layout.Shell
	guide app.Guide // where setting up stands; not looked up for a part of a page
}

// open looks at everything and fills the frame of a page.
func (s *Server) open(c echo.Context, title, current string) (page, error) {
	st, err := s.look(c.Request().Context())
	if err != nil {
		return page{}, err
	}
	p := page{standing: st, shell: s.frame(st, title, current)}
	if fragment(c) {
		return p, nil
	}
	if err := s.countMoney(c.Request().Context(), st, p.shell.Counts); err != nil {
		return page{}, err
	}
	if err := s.countHeld(c.Request().Context(), st, p.shell.Counts); err != nil {
		return page{}, err
	}
	p.shell.Notice = s.notices.take(s.sessionOf(c))
	if p.guide, err = s.Guide.Guide(c.Request().Context(), firstConnection(st.doc)); err != nil {
		return page{}, err
	}
	p.shell.Help = helpOn(c, st.doc)
	p.shell.SettingUp = slices.ContainsFunc(p.guide.Tasks, views.Left)
	return p, nil
}

// countMoney counts what was found of lost money. It is on the rail alone: nobody is called for it.
func (s *Server) countMoney(ctx context.Context, st standing, counts map[string]int) error {
	for _, c := range st.doc.Connections {
		n, err := s.Read.CountFindings(ctx, c.Name)
		if err != nil {
			return err
		}
		counts[link.Money] += n
	}
	return nil
}

// countHeld counts on the rail the lines that are held in the open previews of months that can still be pushed, unless more
// than that waits there.
func (s *Server) countHeld(ctx context.Context, st standing, counts map[string]int) error {
	held := 0
	for _, c := range st.doc.Connections {
		c, zone := settings.ConnectionWithDefaults(c), settings.Location(c)
		current := billing.Current(zone, st.now)
		for _, period := range []app.Period{current.Prev(), current} {
			if !c.Billing.Enabled || !billing.Plannable(c.Billing, zone, st.now, period) {
				continue
			}
			n, err := s.Read.CountHeld(ctx, c.Name, period)
			if err != nil {
				return err
			}
			held += n
		}
	}
	counts[link.Billing] = max(counts[link.Billing], held)
	return nil
}

// firstConnection is the one the guide is about; "" before there is any.
func firstConnection(doc app.Settings) string {
	if len(doc.Connections) == 0 {
		return ""
	}
	return doc.Connections[0].Name
}

// shell is the frame alone.
func (s *Server) shell(c echo.Context, title, current string) (layout.Shell, error) {
	p, err := s.open(c, title, current)
	return p.shell, err
}

func (s *Server) frame(st standing, title, current string) layout.Shell {
	out := layout.Shell{
		Title: title, Current: current, Now: st.now, Zone: s.Zone, State: state(st), LastCheck: st.lastCheck(), NextCheck: st.nextCheck(),
		NeedsYou: len(st.needs), Counts: map[string]int{}, Demo: s.Demo,
	}
	if st.paused() {
		out.PausedUntil, out.PauseReason = st.install.PausedUntil, st.install.PauseReason
	}
	for _, n := range st.needs {
		out.Counts[n.rail] += n.n
	}
	out.Connections = append(s.connectionHealth(st), sourceHealth(st)...)
	return out
}

// state is the one word for everything.
func state(st standing) layout.State {
	switch {
	case st.paused():
		return layout.Paused
	case len(st.blocks) > 0:
		return layout.Blocked
	case len(st.sources) > 0 && st.lastCheck().IsZero() && !failing(st):
		return layout.Starting
	case len(st.needs) > 0:
		return layout.NeedsYou
	}
	return layout.Running
}

func failing(st standing) bool {
	for _, one := range st.sources {
		if one.LastError != "" {
			return true
		}
	}
	return false
}

// patience is how long an answer may take before the page says that it is missing; the request itself waits longer.
const patience = 10 * time.Second

func silentWords(d time.Duration) string {
	return "no answer for " + ui.Count(int(d/time.Second), "second", "seconds") + "; it is waited for, and asked again"
}

// connectionHealth says how each ConnectWise answers. One that was never asked is left out: nothing is known of it.
func (s *Server) connectionHealth(st standing) (out []layout.Health) {
	for _, c := range st.doc.Connections {
		name := "ConnectWise"
		if len(st.doc.Connections) > 1 {
			name += " " + c.Name
		}
		if b, ok := st.blocked(c.Name); ok {
			out = append(out, layout.Health{Name: name, Text: b.Reason})
			continue
		}
		switch h := s.Health(c.Name); {
		case h.Silent > patience:
			out = append(out, layout.Health{Name: name, Text: silentWords(h.Silent)})
		case h.State == connect.OK:
			out = append(out, layout.Health{Name: name, OK: true})
		case h.State != "":
			out = append(out, layout.Health{Name: name, Text: h.LastError})
		}
	}
	return out
}

func sourceHealth(st standing) (out []layout.Health) {
	for _, one := range st.sources {
		if one.LastError != "" {
			out = append(out, layout.Health{Name: one.Name, Text: one.LastError})
		}
	}
	return out
}
