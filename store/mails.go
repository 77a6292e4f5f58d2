package store

import (
	"context"
	"fmt"
	"time"

	"psabridge/app"
)

// saveMail stores a decided e-mail, which belongs to no ticket, and returns how many rows that made: none when it was
// decided before.
func saveMail(ctx context.Context, tx writer, d app.DecidedDelivery, now time.Time) (int, error) {
	if d.Mail == nil || d.Lane == "" {
		return 0, fmt.Errorf("e-mail %q was decided without what it says or its lane", d.DedupKey)
	}
	return changed(ctx, tx, `INSERT INTO deliveries (dedup_key, lane, kind, connection, state, next_at, source, organization, subject, payload, created_at)
		VALUES (?1, ?2, ?3, ?4, 'waiting', ?5, ?6, ?7, ?8, ?9, ?5) ON CONFLICT (dedup_key) DO NOTHING`,
		d.DedupKey, d.Lane, d.Kind, app.MailConnection, stamp(now), d.Mail.Source, d.Mail.OrganizationID, d.Mail.Subject, asJSON{d.Mail})
}

// SourcesLeftMailed lists the sources that left the settings, or became others, while people who were told by e-mail that
// something of them holds were not told that nobody watches it any more: the rules must be asked about them once more.
func (r *Reader) SourcesLeftMailed(ctx context.Context, now time.Time) ([]string, error) {
	list, err := all(ctx, r.db, func(s scanner) (name string, err error) { err = s.Scan(&name); return name, err },
		`SELECT DISTINCT source FROM conditions INDEXED BY conditions_by_cleared
			WHERE cleared_at >= ? AND mailed = 'open' AND wait = '`+string(app.ReasonSourceRemoved)+"' ORDER BY source", stamp(now.Add(-leastReopen)))
	return list, failed("list what left", err)
}
