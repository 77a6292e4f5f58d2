package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
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
func (r *Reader) SourcesLeftMailed(ctx context.Context, _ time.Time) ([]string, error) {
	list, err := all(ctx, r.db, func(s scanner) (name string, err error) { err = s.Scan(&name); return name, err },
		`SELECT DISTINCT source FROM conditions INDEXED BY conditions_mailed
			WHERE source > '' AND mailed = 'open' AND cleared_at IS NOT NULL AND wait = '`+string(app.ReasonSourceRemoved)+"' ORDER BY source")
	return list, failed("list what left", err)
}

// mailDropped is the thread of a condition whose e-mail a person gave up before it was sent: nobody knows that it holds, and
// nobody is told before it changes. The rules read it.
const mailDropped = "!"

// untell takes back what was noted as told by an e-mail that was given up and certainly not sent, so that nobody is told that
// something became worse, or is over, who never heard of it. One of which the mail server may know is not taken back: whoever
// gives it up saw that it arrived. Where another e-mail of the thread tells that it holds, people know, or will.
func untell(ctx context.Context, tx *sql.Tx, d app.Delivery) error {
	var p app.MailPayload
	if d.Intended || json.Unmarshal(d.Payload, &p) != nil || p.Reason == app.ReasonCleared {
		return nil //nolint:nilerr // what cannot be read told nobody
	}
	thread := cmp.Or(p.InReplyTo, p.MessageID)
	same, known, err := maybe[bool](ctx, tx, `SELECT payload ->> '$.object.kind' = ?3 AND payload ->> '$.object.external_id' = ?4 AND payload ->> '$.type' = ?5 AS it
		FROM deliveries INDEXED BY deliveries_by_thread
		WHERE kind = 'alert.mail' AND coalesce(payload ->> '$.in_reply_to', payload ->> '$.message_id') = ?1 AND id <> ?2
			AND (state <> 'dropped' OR intended = 1) AND payload ->> '$.reason' <> 'cleared'
		ORDER BY it DESC LIMIT 1`, thread, d.ID, p.Object.Kind, p.Object.ExternalID, p.Type)
	if err != nil || known && (same || !strings.HasSuffix(d.DedupKey, ":open")) {
		return err
	}
	const ofThread = ` source = ?2 AND mailed = 'open' AND (mail_thread = ?4 OR mail_thread = ?4 || ' more')`
	args := []any{mailDropped, p.Source, p.OrganizationID, thread}
	only := ""
	if known { // it told of some that came later: those that began their quiet time with it
		only = ` AND mail_quiet_until = (SELECT mail_quiet_until FROM conditions INDEXED BY conditions_mailed WHERE` + ofThread + `
			AND organization = ?3 AND object_kind = ?5 AND object_id = ?6 AND type = ?7 ORDER BY id DESC LIMIT 1)`
		args = append(args, p.Object.Kind, p.Object.ExternalID, p.Type)
	}
	if err := exec(ctx, tx, "UPDATE conditions INDEXED BY conditions_mailed SET mailed = '', mail_thread = ?1 WHERE"+ofThread+only, args...); err != nil {
		return err
	}
	// Its name is free again for the e-mail that tells when it changes.
	return exec(ctx, tx, "UPDATE deliveries SET dedup_key = dedup_key || ':dropped:' || id WHERE id = ?", d.ID)
}

// MailsNotForAll lists the e-mails that reached only some of those they were for, newest first: of each alert the newest, when
// no later one reached everybody, and of those sent since a moment.
func (r *Reader) MailsNotForAll(ctx context.Context, since time.Time) ([]app.Delivery, error) {
	list, err := all(ctx, r.db, scanDelivery, "SELECT "+deliveryFields+` FROM deliveries d INDEXED BY deliveries_not_for_all
		WHERE d.kind = 'alert.mail' AND d.state = 'done' AND d.reason <> '' AND d.done_at >= ?
			AND NOT EXISTS (SELECT 1 FROM deliveries o INDEXED BY deliveries_by_kind
				WHERE o.kind = 'alert.mail' AND o.id > d.id AND o.state = 'done' AND o.payload ->> '$.rule' = d.payload ->> '$.rule')
		ORDER BY d.done_at DESC, d.id DESC`, stamp(since))
	return list, failed("list e-mails that did not reach everybody", err)
}
