package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"psabridge/app"
)

// What became of a restore.

// LastRestore returns the newest time this database was put back; the zero Restore when it never was.
func (r *Reader) LastRestore(ctx context.Context) (app.Restore, error) {
	last, err := lastRestore(ctx, r.db)
	return last, failed("read restore", err)
}

func lastRestore(ctx context.Context, q querier) (r app.Restore, err error) {
	err = q.QueryRowContext(ctx, `SELECT r.id, r.at, r.backup_at, r.file, r.kept, r.why, r.stopped, r.mails, r.quantities, r.reconciled_at, r.problem,
			(SELECT count(*) FROM found_tickets f WHERE f.restore_id = r.id),
			(SELECT count(*) FROM found_tickets f WHERE f.restore_id = r.id AND f.closed = 0
				AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.connection = f.connection AND t.remote_id = f.remote_id))
		FROM restores r ORDER BY r.id DESC LIMIT 1`).
		Scan(&r.ID, into(&r.At), into(&r.BackupAt), &r.File, &r.Kept, &r.Why, &r.Stopped, &r.Mails, &r.Quantities, into(&r.ReconciledAt), &r.Problem, &r.Found, &r.Loose)
	if errors.Is(err, sql.ErrNoRows) {
		return app.Restore{}, nil
	}
	return r, err
}

// FoundTickets lists the tickets of ours that were found at ConnectWise after a restore, oldest first; connection "" lists
// all.
func (r *Reader) FoundTickets(ctx context.Context, connection string) ([]app.FoundTicket, error) {
	list, err := all(ctx, r.db, func(s scanner) (f app.FoundTicket, err error) {
		err = s.Scan(&f.Connection, &f.RemoteID, &f.XRef, &f.Summary, &f.CompanyID, &f.Closed, into(&f.EnteredAt), &f.TicketID)
		return f, err
	}, `SELECT f.connection, f.remote_id, f.xref, f.summary, f.company_id, f.closed, f.entered_at,
			coalesce((SELECT t.id FROM tickets t WHERE t.connection = f.connection AND t.remote_id = f.remote_id), 0)
		FROM found_tickets f WHERE ?1 = '' OR f.connection = ?1 ORDER BY f.connection, f.remote_id`, connection)
	return list, failed("list found tickets", err)
}

// TicketXRefs says of references of tickets which are ours already and have a number.
func (r *Reader) TicketXRefs(ctx context.Context, connection string) (map[string]bool, error) {
	list, err := all(ctx, r.db, func(s scanner) (x string, err error) { err = s.Scan(&x); return x, err }, "SELECT xref FROM tickets WHERE connection = ? AND remote_id IS NOT NULL", connection)
	known := make(map[string]bool, len(list))
	for _, x := range list {
		known[x] = true
	}
	return known, failed("list references", err)
}

// SaveFound keeps what was found at ConnectWise after a restore and, when now is given, that all of it was: then sending goes
// on. Finding the same again changes nothing.
func (s *Store) SaveFound(ctx context.Context, restore int64, found []app.FoundTicket, quantities int, reconciled time.Time) error {
	return s.write(ctx, "save what was found", func(tx *sql.Tx) error {
		for _, f := range found {
			if err := exec(ctx, tx, `INSERT INTO found_tickets (connection, remote_id, restore_id, xref, summary, company_id, closed, entered_at)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (connection, remote_id) DO UPDATE SET restore_id = excluded.restore_id, closed = excluded.closed,
					summary = excluded.summary`,
				f.Connection, f.RemoteID, restore, f.XRef, f.Summary, f.CompanyID, f.Closed, stamp(f.EnteredAt)); err != nil {
				return err
			}
		}
		// An earlier one may wait still: the backup was made while it did. What answers the newest answers it, too.
		return exec(ctx, tx, "UPDATE restores SET quantities = CASE id WHEN ?1 THEN ?2 ELSE quantities END, reconciled_at = ?3, problem = '' WHERE id <= ?1 AND reconciled_at IS NULL",
			restore, quantities, stamp(reconciled))
	})
}

// SaveRestoreProblem keeps why a restore is not reconciled yet. Saying the same again writes nothing.
func (s *Store) SaveRestoreProblem(ctx context.Context, restore int64, problem string) error {
	last, err := s.LastRestore(ctx)
	if err != nil || last.ID != restore || last.Problem == problem {
		return err
	}
	return s.write(ctx, "save restore problem", func(tx *sql.Tx) error {
		return exec(ctx, tx, "UPDATE restores SET problem = ? WHERE id = ? AND reconciled_at IS NULL", problem, restore)
	})
}

// SecondFolder is where a second copy of each backup goes; empty for nowhere. It belongs to the machine, not to the settings.
func (r *Reader) SecondFolder(ctx context.Context) (folder string, err error) {
	err = r.db.QueryRowContext(ctx, "SELECT second_folder FROM install WHERE id = 1").Scan(&folder)
	return folder, failed("read second folder", err)
}

// SetSecondFolder sets it; empty ends it.
func (s *Store) SetSecondFolder(ctx context.Context, folder string) error {
	return s.write(ctx, "set second folder", func(tx *sql.Tx) error {
		return exec(ctx, tx, "UPDATE install SET second_folder = ?1 WHERE id = 1 AND second_folder <> ?1", folder)
	})
}

// VerifiedAt is when the whole file was checked last and found good; zero for never.
func (r *Reader) VerifiedAt(ctx context.Context) (at time.Time, err error) {
	err = r.db.QueryRowContext(ctx, "SELECT coalesce(verified_at, created_at) FROM install WHERE id = 1").Scan(into(&at))
	return at, failed("read last check", err)
}

// SaveVerified notes that the whole file was checked and is good.
func (s *Store) SaveVerified(ctx context.Context, now time.Time) error {
	return s.write(ctx, "note the check", func(tx *sql.Tx) error {
		return exec(ctx, tx, "UPDATE install SET verified_at = ? WHERE id = 1", stamp(now))
	})
}
