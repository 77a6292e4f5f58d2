package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"psabridge/app"
)

const conditionColumns = `SELECT c.id, c.key, c.episode, c.source, c.organization, c.object_kind, c.object_id, c.object_name, c.type,
	c.severity, c.level, c.rule, c.state, c.wait, c.occurrences, c.first_at, c.last_at, c.cleared_at, c.quiet_until,
	c.ticket_id, c.first_event, c.title, c.text, c.comebacks, c.last_occurred, c.ack_until, c.mailed, c.mail_quiet_until, c.mail_thread, c.calm_ms
	FROM conditions c`

func scanCondition(s scanner) (c app.Condition, err error) {
	var calm int64
	err = s.Scan(&c.ID, &c.Key, &c.Episode, &c.Source, &c.OrganizationID, &c.Object.Kind, &c.Object.ExternalID, &c.Object.Name, &c.Type,
		&c.Severity, &c.Level, &c.Rule, &c.State, &c.Wait, &c.Occurrences, into(&c.FirstAt), into(&c.LastAt), into(&c.ClearedAt),
		into(&c.QuietUntil), intoID(&c.TicketID), &c.FirstEvent, &c.Title, &c.Text,
		&c.Comebacks, into(&c.LastOccurred), into(&c.AckUntil), &c.Mailed, into(&c.MailQuietUntil), &c.MailThread, &calm)
	c.Calm = time.Duration(calm) * time.Millisecond
	return c, err
}

// leastReopen is the reopen window of a rule that names none; even without rules what was cleared is shown for so long,
// because it tells how often it came back.
const leastReopen = 24 * time.Hour

// conditionsToJudge lists the conditions the rules have to know: those that hold, those cleared, or whose ticket was
// closed, so lately that a rule may reopen that ticket (T7), those whose ticket is still open, and those of which people were
// told by e-mail and not yet that they are over, or just now.
func conditionsToJudge(ctx context.Context, q querier, source string, now time.Time) ([]app.Condition, error) {
	window, err := longestReopen(ctx, q)
	if err != nil {
		return nil, err
	}
	return all(ctx, q, scanCondition, conditionColumns+` WHERE c.id IN (
			SELECT id FROM conditions INDEXED BY conditions_holding WHERE source = ?1 AND cleared_at IS NULL
			UNION SELECT id FROM conditions INDEXED BY conditions_by_cleared WHERE source = ?1 AND cleared_at >= ?2
			UNION SELECT c.id FROM tickets t CROSS JOIN conditions c INDEXED BY conditions_by_ticket ON c.ticket_id = t.id
				WHERE t.state IN ('pending', 'open') AND c.source = ?1
			UNION SELECT c.id FROM tickets t INDEXED BY tickets_by_closed CROSS JOIN conditions c INDEXED BY conditions_by_ticket ON c.ticket_id = t.id
				WHERE t.closed_at >= ?2 AND c.source = ?1
			UNION SELECT id FROM conditions INDEXED BY conditions_mailed WHERE source = ?1 AND mailed = 'open'
			UNION SELECT id FROM conditions INDEXED BY conditions_mail_quiet WHERE source = ?1 AND mail_quiet_until > ?3)
		ORDER BY c.id`, source, stamp(now.Add(-window)), stamp(now))
}

// longestReopen reads the rules' reopen windows.
func longestReopen(ctx context.Context, q querier) (time.Duration, error) {
	configs, err := all(ctx, q, func(s scanner) (c string, err error) { err = s.Scan(&c); return c, err },
		"SELECT config FROM rules WHERE removed_at IS NULL")
	longest := leastReopen
	for _, raw := range configs {
		var rule struct {
			Ticket struct {
				ReopenWithin app.Duration `json:"reopen_within"`
			} `json:"ticket"`
		}
		if json.Unmarshal([]byte(raw), &rule) == nil {
			longest = max(longest, rule.Ticket.ReopenWithin.D())
		}
	}
	return longest, err
}

// Conditions lists conditions, newest first; the cursor is the row's id.
func (r *Reader) Conditions(ctx context.Context, f app.ConditionFilter) ([]app.Condition, error) {
	var w where
	w.add("c.id < ?", before(f.Page))
	if f.State != "" {
		w.add("c.state = ?", f.State)
	}
	if f.TicketID != 0 {
		w.add("c.ticket_id = ?", f.TicketID)
	}
	if f.OrganizationID != 0 {
		w.add("(c.source, c.organization) = (SELECT source, external_id FROM organizations WHERE id = ?)", f.OrganizationID)
	}
	list, err := all(ctx, r.db, scanCondition, conditionColumns+w.String()+" ORDER BY c.id DESC LIMIT ?", append(w.args, f.Page.Size())...)
	return list, failed("list conditions", err)
}

// saveCondition writes a decided condition and returns its row. A new one whose key holds already is that one: the
// rules never open a key twice, so it was decided before. Its episode goes on counting from those the rules no longer see.
func saveCondition(ctx context.Context, tx writer, c app.Condition, old map[int64]app.Condition, now time.Time) (int64, error) {
	if c.State == app.ConditionCleared && c.ClearedAt.IsZero() {
		c.ClearedAt = now
	}
	if c.State != app.ConditionCleared {
		c.ClearedAt = time.Time{}
	}
	if c.ID != 0 {
		return c.ID, updateCondition(ctx, tx, c, old[c.ID])
	}
	var last int
	var holds int64
	if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(episode), 0), max(id) FILTER (WHERE cleared_at IS NULL) FROM conditions WHERE key = ?", c.Key).
		Scan(&last, intoID(&holds)); err != nil || holds != 0 {
		return holds, err
	}
	return inserted(ctx, tx, `INSERT INTO conditions (key, episode, source, organization, object_kind, object_id, object_name, type,
			severity, level, rule, state, wait, occurrences, first_at, last_at, cleared_at, quiet_until, ticket_id, first_event, title, text,
			comebacks, last_occurred, ack_until, mailed, mail_quiet_until, mail_thread, calm_ms)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.Key, max(c.Episode, last+1), c.Source, c.OrganizationID, c.Object.Kind, c.Object.ExternalID, c.Object.Name, c.Type,
		c.Severity, c.Level, c.Rule, c.State, c.Wait, c.Occurrences, stamp(c.FirstAt), stamp(c.LastAt), stamp(c.ClearedAt),
		stamp(c.QuietUntil), orNull(c.TicketID), c.FirstEvent, c.Title, c.Text,
		c.Comebacks, stamp(c.LastOccurred), stamp(c.AckUntil), c.Mailed, stamp(c.MailQuietUntil), c.MailThread, c.Calm.Milliseconds())
}

func updateCondition(ctx context.Context, tx writer, c, old app.Condition) error {
	if sameCondition(c, old) {
		return nil
	}
	n, err := changed(ctx, tx, `UPDATE conditions SET severity = ?, level = ?, rule = ?, state = ?, wait = ?, occurrences = ?, last_at = ?,
			cleared_at = ?, quiet_until = ?, ticket_id = ?, first_event = ?, title = ?, text = ?, object_name = ?,
			comebacks = ?, last_occurred = ?, ack_until = ?, mailed = ?, mail_quiet_until = ?, mail_thread = ?, calm_ms = ? WHERE id = ?`,
		c.Severity, c.Level, c.Rule, c.State, c.Wait, c.Occurrences, stamp(c.LastAt),
		stamp(c.ClearedAt), stamp(c.QuietUntil), orNull(c.TicketID), c.FirstEvent, c.Title, c.Text, c.Object.Name,
		c.Comebacks, stamp(c.LastOccurred), stamp(c.AckUntil), c.Mailed, stamp(c.MailQuietUntil), c.MailThread, c.Calm.Milliseconds(), c.ID)
	if err == nil && n == 0 {
		return fmt.Errorf("condition %d was decided but does not exist", c.ID)
	}
	return err
}

func sameCondition(a, b app.Condition) bool {
	return a.Severity == b.Severity && a.Level == b.Level && a.Rule == b.Rule && a.State == b.State && a.Wait == b.Wait &&
		a.Occurrences == b.Occurrences && a.TicketID == b.TicketID && a.FirstEvent == b.FirstEvent && a.Title == b.Title &&
		a.Text == b.Text && a.Object.Name == b.Object.Name && same(a.LastAt, b.LastAt) && same(a.ClearedAt, b.ClearedAt) &&
		same(a.QuietUntil, b.QuietUntil) && a.Comebacks == b.Comebacks && same(a.LastOccurred, b.LastOccurred) &&
		same(a.AckUntil, b.AckUntil) && a.Mailed == b.Mailed && same(a.MailQuietUntil, b.MailQuietUntil) && a.MailThread == b.MailThread && a.Calm == b.Calm
}

// quietConditions silences what still holds behind a ticket that a person closed: it is acknowledged.
func quietConditions(ctx context.Context, tx *sql.Tx, ticket int64) error {
	return exec(ctx, tx, "UPDATE conditions SET state = 'quiet', wait = '' WHERE ticket_id = ? AND state IN ('waiting', 'open')", ticket)
}

// freeConditions takes what holds off a ticket that we closed ourselves, or could not open again: it came back, or joined,
// after the closing was decided, and the next tick must be able to open a ticket for it.
func freeConditions(ctx context.Context, tx *sql.Tx, ticket int64) error {
	return exec(ctx, tx, "UPDATE conditions SET state = 'waiting', wait = 'waiting', ticket_id = NULL WHERE ticket_id = ? AND state IN ('waiting', 'open')", ticket)
}

// openConditions shows that the ticket of waiting conditions stands.
func openConditions(ctx context.Context, tx *sql.Tx, ticket int64) error {
	return exec(ctx, tx, "UPDATE conditions SET state = 'open', wait = '' WHERE ticket_id = ? AND state = 'waiting'", ticket)
}
