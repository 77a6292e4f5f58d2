package store

import (
	"context"
	"database/sql"
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

// forgetMail takes back that an episode was told by e-mail, when its first message will never be sent. One that may have
// been sent is not taken back: whoever read it wants to know when it is over.
func forgetMail(ctx context.Context, tx *sql.Tx, d app.Delivery) error {
	if d.Intended {
		return nil
	}
	return exec(ctx, tx, `UPDATE conditions SET mailed = '' WHERE mailed = 'open'
		AND (source, organization, mail_thread) IN (SELECT source, organization, payload ->> '$.message_id' FROM deliveries
			WHERE id = ? AND coalesce(payload ->> '$.in_reply_to', '') = '')`, d.ID)
}
