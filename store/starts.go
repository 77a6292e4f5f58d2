package store

import (
	"context"
	"database/sql"
	"time"

	"psabridge/app"
)

// startsOf reads the start lines of the organizations of a source, by organization and State… name.
func startsOf(ctx context.Context, q querier, source string) (map[string]map[string]time.Time, error) {
	type line struct {
		organization, what string
		at                 time.Time
	}
	list, err := all(ctx, q, func(s scanner) (l line, err error) {
		err = s.Scan(&l.organization, &l.what, into(&l.at))
		return l, err
	}, "SELECT organization, what, started_at FROM organization_starts WHERE source = ?", source)
	starts := map[string]map[string]time.Time{}
	for _, l := range list {
		begin(starts, l.organization, l.what, l.at)
	}
	return starts, err
}

func begin(starts map[string]map[string]time.Time, organization, what string, at time.Time) {
	if starts[organization] == nil {
		starts[organization] = map[string]time.Time{}
	}
	starts[organization][what] = at
}

// saveStarts draws the start lines of what a batch shows of an organization for the first time, and returns all of its
// source. That something is there says nothing that can be wrong with it, and nothing that was sent to us is history (T4).
func saveStarts(ctx context.Context, tx *sql.Tx, b app.Batch, now time.Time) (map[string]map[string]time.Time, error) {
	starts, err := startsOf(ctx, tx, b.Source)
	if err != nil || b.Pushed {
		return starts, err
	}
	at := readAt(b, now)
	for _, st := range b.States {
		if _, drawn := starts[st.OrganizationID][st.What]; drawn || st.What == app.StatePresent || (st.What == app.StateReadable && st.Value != app.Yes) {
			continue
		}
		begin(starts, st.OrganizationID, st.What, at)
		if err := exec(ctx, tx, "INSERT INTO organization_starts (source, organization, what, started_at) VALUES (?, ?, ?, ?)",
			b.Source, st.OrganizationID, st.What, stamp(at)); err != nil {
			return nil, err
		}
	}
	return starts, nil
}
