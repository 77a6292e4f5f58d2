package web

import (
	"context"
	"time"

	"psabridge/app"
	"psabridge/app/settings"
	"psabridge/views"
)

// daysCharted and hoursCharted are how far the pictures of what happened lately look back.
const (
	daysCharted  = 30
	hoursCharted = 24
)

// ticketsChart pictures the tickets of the last days. It is about all of them, so a page that shows a part has none.
func (s *Server) ticketsChart(ctx context.Context, st standing, whole bool) (*views.FlowChart, error) {
	if !whole {
		return nil, nil //nolint:nilnil // no picture, which is no error
	}
	zone := s.ticketZone(st.doc)
	days, err := s.Read.TicketFlow(ctx, app.Days(st.now, daysCharted, zone))
	if err != nil {
		return nil, err
	}
	return views.TicketsPerDay(days, zone), nil
}

// ticketZone is the zone of the first connection: where there are several, one day has to be the day of all.
func (s *Server) ticketZone(doc app.Settings) *time.Location {
	if len(doc.Connections) == 0 {
		return s.Zone
	}
	return settings.Location(settings.ConnectionWithDefaults(doc.Connections[0]))
}

// deliveriesChart pictures the deliveries of the last hours, likewise.
func (s *Server) deliveriesChart(ctx context.Context, st standing, whole bool) (*views.FlowChart, error) {
	if !whole {
		return nil, nil //nolint:nilnil // no picture, which is no error
	}
	hours, err := s.Read.DeliveryFlow(ctx, app.Hours(st.now, hoursCharted, s.Zone))
	if err != nil {
		return nil, err
	}
	return views.DeliveriesPerHour(hours, s.Zone), nil
}

// pollsChart pictures how the polls of a source went; what is sent to an inbox is none.
func (s *Server) pollsChart(ctx context.Context, st standing, src app.SourceSettings) (*views.FlowChart, error) {
	if src.Pushed() {
		return nil, nil //nolint:nilnil // no picture, which is no error
	}
	hours, err := s.Read.Polls(ctx, src.Name, app.Hours(st.now, hoursCharted, s.Zone))
	if err != nil {
		return nil, err
	}
	return views.PollsPerHour(src.Name, hours, s.Zone), nil
}

// foundChart pictures what was found on a connection, month by month, ending with the current month or the newest that was
// planned.
func (s *Server) foundChart(ctx context.Context, connection string, zone *time.Location, now time.Time) (*views.FlowChart, error) {
	last := app.PeriodOf(now, zone)
	since := last
	for range monthsCharted - 1 {
		since = since.Prev()
	}
	months, err := s.Read.FoundByMonth(ctx, connection, since)
	if err != nil {
		return nil, err
	}
	if n := len(months); n > 0 && last.Before(months[n-1].Period) {
		last = months[n-1].Period
	}
	return views.FoundPerMonth(connection, months, last, monthsCharted), nil
}
