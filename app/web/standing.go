package web

import (
	"context"
	"time"

	"psabridge/app"
	"psabridge/app/intake"
	"psabridge/app/settings"
)

// standing is how the bridge as a whole stands: what every page, the overview and the status are made of.
type standing struct {
	now     time.Time
	doc     app.Settings
	rev     int64
	install app.Install
	sources []intake.Status
	counts  app.OutboxCounts
	backlog app.Backlog
	blocks  []app.Block
	needs   []need
}

// look reads how everything stands now.
func (s *Server) look(ctx context.Context) (st standing, err error) {
	st.now, st.blocks = s.Now(), s.Blocks()
	if st.doc, st.rev, err = s.Settings.Document(ctx); err != nil {
		return st, err
	}
	if st.install, err = s.Read.Install(ctx); err != nil {
		return st, err
	}
	if st.sources, err = s.Sources(ctx); err != nil {
		return st, err
	}
	if st.counts, err = s.Read.OutboxCounts(ctx, st.now); err != nil {
		return st, err
	}
	if st.backlog, err = s.Read.Backlog(ctx, st.now); err != nil {
		return st, err
	}
	st.needs, err = s.needs(ctx, st)
	return st, err
}

func (st standing) paused() bool { return st.install.PausedAt(st.now) }

// blocked returns why nothing is sent on a connection.
func (st standing) blocked(connection string) (app.Block, bool) {
	for _, b := range st.blocks {
		if b.Connection == connection {
			return b, true
		}
	}
	return app.Block{}, false
}

// source returns how reading one source goes.
func (st standing) source(name string) intake.Status {
	for _, one := range st.sources {
		if one.Name == name {
			return one
		}
	}
	return intake.Status{Name: name}
}

// lastCheck is when any source was last read well, nextCheck when the next one is to be read.
func (st standing) lastCheck() (last time.Time) {
	for _, one := range st.sources {
		if one.LastOKAt.After(last) {
			last = one.LastOKAt
		}
	}
	return last
}

func (st standing) nextCheck() (next time.Time) {
	for _, one := range st.sources {
		if one.NextAt.After(st.now) && (next.IsZero() || one.NextAt.Before(next)) {
			next = one.NextAt
		}
	}
	return next
}

// zoneOf is a connection's time zone, which decides over its months.
func (st standing) zoneOf(connection string) *time.Location {
	c, ok := settings.ConnectionByName(st.doc, connection)
	if !ok {
		return time.UTC
	}
	return settings.Location(c)
}

// target says in words which ConnectWise a connection leads to.
func target(c app.ConnectionSettings) string {
	if c.SiteURL == "" {
		return ""
	}
	return settings.Host(c.SiteURL) + " / " + c.CompanyID
}
