package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rowsOf reads every row of the named columns of each table, as text.
func rowsOf(t *testing.T, db *sql.DB, columns map[string]string) map[string][]string {
	t.Helper()
	rows := map[string][]string{}
	for table, list := range columns {
		quoted := "quote(" + strings.ReplaceAll(list, ",", ") || ',' || quote(") + ")"
		found, err := all(t.Context(), db, scanText, "SELECT "+quoted+" FROM "+table+" ORDER BY 1")
		if err != nil {
			t.Fatal(err)
		}
		rows[table] = found
	}
	return rows
}

func scanText(s scanner) (line string, err error) {
	err = s.Scan(&line)
	return line, err
}

// columnsOf reads the names of the columns of every table.
func columnsOf(ctx context.Context, t *testing.T, db *sql.DB) map[string]string {
	t.Helper()
	columns := map[string]string{}
	tables, err := all(ctx, db, scanText, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		list, err := all(ctx, db, scanText, "SELECT group_concat(name) FROM pragma_table_info(?)", table)
		if err != nil {
			t.Fatal(err)
		}
		columns[table] = list[0]
	}
	return columns
}

// beforeAlerts are rows of the sixth step, of every table that the seventh touches and of those they refer to.
const beforeAlerts = `
	INSERT INTO sources (name, kind, config) VALUES ('sync', 'x360sync', '{}');
	INSERT INTO organizations (id, source, external_id, parent_external_id, name, state, active, first_seen, last_seen)
		VALUES (2, 'sync', '7', '1', 'Contoso', 'present', 1, '2026-10-01T06:00:00.000Z', '2026-11-05T06:00:00.000Z');
	INSERT INTO tickets (id, xref, scope_key, connection, remote_id, summary, board, status, state, touched, priority_id, linked, entered_at)
		VALUES (3, 'x', 'k', 'cw', 48001, 'Down', 'NOC', 'New', 'open', 1, 4, 1, '2026-11-05T06:00:00.000Z');
	INSERT INTO conditions (id, key, episode, source, organization, object_kind, object_id, object_name, type, severity, level, rule, state, wait,
			occurrences, first_at, last_at, cleared_at, quiet_until, ticket_id, first_event, title, text)
		VALUES (4, 'k', 1, 'sync', '7', 'machine', 'm1', 'FS01', 'machine.unreachable', 'critical', 5, 'r', 'open', '', 2,
				'2026-11-05T06:00:00.000Z', '2026-11-05T07:00:00.000Z', NULL, '2026-11-05T07:15:00.000Z', 3, 'e1', 'T', 'X'),
			(5, 'k2', 1, 'sync', '7', 'machine', 'm2', 'FS02', 'machine.unreachable', '', 5, 'r', 'cleared', 'cleared', 1,
				'2026-11-05T06:00:00.000Z', '2026-11-05T07:00:00.000Z', '2026-11-05T08:00:00.000Z', NULL, 3, 'e2', 'T', 'X');
	INSERT INTO events (id, source, generation, source_event_id, organization, object_kind, object_id, object_name, type, state, severity, level, received_at, title, text, body)
		VALUES (5, 'sync', 2, 'e1', '7', 'machine', 'm1', 'FS01', 'backup.failed', 'problem', '', 0, '2026-11-05T06:00:00.000Z', 'Failed', '', '{"a":1}'),
			(9, 'sync', 2, 'e9', '7', 'machine', 'm1', 'FS01', 'activity.x', 'info', '', 0, '2026-11-05T06:00:00.000Z', 'Failed', '', NULL);
	INSERT INTO event_outcomes (event_id, outcome, rule, reason, condition_id) VALUES (5, 'ticket', 'r', 'first', 4), (9, 'no_rule', '', 'no_rule', NULL);
	INSERT INTO deliveries (id, dedup_key, lane, kind, connection, state, claimed, attempt, failures, next_at, ticket_id, source, organization, subject,
			payload, reason, error_code, decided_by, created_at, done_at, intended, checks, check_since)
		VALUES (7, 'create:x', 'ticket:x', 'ticket.create', 'cw', 'done', 0, 2, 1, '2026-11-05T06:00:00.000Z', 3, 'sync', '7', 'Down', '{"reason":"first"}',
				'', '', 'Ada', '2026-11-05T06:00:00.000Z', '2026-11-05T06:00:01.000Z', 1, 0, NULL),
			(8, 'note:x', 'ticket:x', 'ticket.note', 'cw', 'checking', 1, 1, 3, '2026-11-05T06:00:00.000Z', 3, 'sync', '7', 'Down', '{"close":true}',
				'Reset', 'unavailable', '', '2026-11-05T06:00:00.000Z', NULL, 1, 2, '2026-11-05T06:30:00.000Z'),
			(9, 'test', 'test', 'ticket.test', 'cw', 'dropped', 0, 1, 0, '2026-11-05T06:00:00.000Z', NULL, '', '', 'Test', '{}',
				'No', '', 'Ada', '2026-11-05T06:00:00.000Z', '2026-11-05T06:00:01.000Z', 0, 0, NULL),
			(10, 'note:x2', 'ticket:x', 'ticket.note', 'cw', 'waiting', 0, 0, 0, '2026-11-05T06:00:00.000Z', 3, 'sync', '7', 'Down', '{}',
				'', '', '', '2026-11-05T06:00:00.000Z', NULL, 0, 0, NULL);
	INSERT INTO attempts (delivery_id, n, started_at, intent_at, request, outcome, status, code, error, finished_at)
		VALUES (7, 1, '2026-11-05T05:00:00.000Z', NULL, '', 'retry', 503, 'unavailable', 'Down', '2026-11-05T05:00:01.000Z'),
			(7, 2, '2026-11-05T06:00:00.000Z', '2026-11-05T06:00:00.000Z', '{}', 'done', 201, '', '', '2026-11-05T06:00:01.000Z'),
			(8, 1, '2026-11-05T06:00:00.000Z', '2026-11-05T06:00:00.000Z', '{}', '', 0, '', '', NULL);`

// TestAlertsStepKeepsEverything migrates a database of the sixth step: every row of every table, every index and every
// trigger is there afterwards, and the tables made anew still refuse what they refused.
func TestAlertsStepKeepsEverything(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	s := mustOpen(t, dir, migrations[:6])
	if _, err := s.db.ExecContext(ctx, beforeAlerts); err != nil {
		t.Fatal(err)
	}
	const objects = "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') FROM sqlite_schema WHERE type IN ('index', 'trigger') ORDER BY 1"
	columns := columnsOf(ctx, t, s.db)
	rows := rowsOf(t, s.db, columns)
	had, err := all(ctx, s.db, scanText, objects)
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Close()

	s = mustOpen(t, dir, migrations)
	if diff := cmp.Diff(rows, rowsOf(t, s.db, columns)); diff != "" {
		t.Errorf("rows (-before +after):\n%s", diff)
	}
	has, err := all(ctx, s.db, scanText, objects)
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string]bool{}
	for _, line := range has {
		kept[line] = true
	}
	for _, line := range had {
		again := strings.HasPrefix(line, "index deliveries_by_done ") || strings.HasPrefix(line, "index deliveries_due ") // of other rows now
		if !kept[line] && !again {
			t.Errorf("lost: %s", line)
		}
	}
	broken, err := all(ctx, s.db, scanText, "SELECT \"table\" || ' ' || parent FROM pragma_foreign_key_check")
	if err != nil || len(broken) != 0 {
		t.Errorf("references %v are broken, %v", broken, err)
	}
	if behind, err := all(ctx, s.db, scanText, "SELECT id FROM deliveries WHERE behind = 1"); err != nil || len(behind) != 1 || behind[0] != "10" {
		t.Errorf("behind others: %v, %v", behind, err)
	}
	for statement, fits := range map[string]bool{
		"UPDATE deliveries SET kind = 'alert.mail' WHERE id = 9":                                      true,
		"UPDATE deliveries SET kind = 'alert.fax' WHERE id = 9":                                       false,
		"UPDATE deliveries SET ticket_id = 99 WHERE id = 7":                                           false,
		"UPDATE deliveries SET dedup_key = 'test' WHERE id = 7":                                       false,
		"UPDATE deliveries SET state = 'done' WHERE id = 8":                                           false,
		"DELETE FROM deliveries WHERE id = 7":                                                         false,
		"INSERT INTO attempts (delivery_id, n, started_at) VALUES (1, 1, '2026-11-05T06:00:00.000Z')": false,
		"UPDATE event_outcomes SET outcome = 'mail' WHERE event_id = 5":                               true,
		"UPDATE event_outcomes SET outcome = 'fax' WHERE event_id = 5":                                false,
		"UPDATE event_outcomes SET condition_id = 99 WHERE event_id = 5":                              false,
		"UPDATE conditions SET mailed = 'open'":                                                       true,
		"UPDATE conditions SET mailed = 'x'":                                                          false,
		"DELETE FROM events WHERE id = 9":                                                             true,
	} {
		if _, err := s.db.ExecContext(ctx, statement); (err == nil) != fits {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if n, _, err := maybe[int](ctx, s.db, "SELECT count(*) FROM event_outcomes"); err != nil || n != 1 {
		t.Errorf("%d outcomes are left of a deleted event's two (%v), want 1", n, err)
	}
	if got, err := ticketByID(ctx, s.db, 3); err != nil || got.Owner != "" || !got.Linked {
		t.Errorf("ticket %+v, %v", got, err)
	}
	if v, err := schemaVersion(ctx, s.db); err != nil || v != len(migrations) {
		t.Error(fmt.Errorf("schema %d, %w", v, err))
	}
}
