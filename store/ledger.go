package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"psabridge/app"
)

const ledgerColumns = "SELECT seq, at, phase, connection, object, before, after, remote_id, delivery_id, n, by, note, hash FROM ledger"

// entryRow is a ledger line with its seal.
type entryRow struct {
	app.LedgerEntry
	hash string
}

func scanEntry(s scanner) (e entryRow, err error) {
	err = s.Scan(&e.Seq, into(&e.At), &e.Phase, &e.Connection, &e.Object, &e.Before, &e.After, &e.RemoteID,
		&e.DeliveryID, &e.Attempt, &e.By, &e.Note, &e.hash)
	return e, err
}

// appendLedger adds a line about a delivery. What the line does not say itself it takes from the delivery.
func appendLedger(ctx context.Context, tx *sql.Tx, d app.Delivery, at time.Time, e app.LedgerEntry) error {
	e.DeliveryID, e.Attempt = d.ID, d.Attempt
	if e.Connection == "" {
		e.Connection = d.Connection
	}
	if e.At.IsZero() {
		e.At = at
	}
	last, _, err := maybe[string](ctx, tx, "SELECT hash FROM ledger ORDER BY seq DESC LIMIT 1")
	if err != nil {
		return err
	}
	return exec(ctx, tx, `INSERT INTO ledger (at, phase, connection, object, before, after, remote_id, delivery_id, n, by, note, hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, stamp(e.At), e.Phase, e.Connection, e.Object, e.Before, e.After, e.RemoteID,
		e.DeliveryID, e.Attempt, e.By, e.Note, seal(last, e))
}

// seal chains a line to the one before it. The fields are marshalled as a list, so that no text can pass for two.
func seal(last string, e app.LedgerEntry) string {
	b, err := json.Marshal([]any{
		last, text(e.At), e.Phase, e.Connection, e.Object, e.Before, e.After, e.RemoteID,
		e.DeliveryID, e.Attempt, e.By, e.Note,
	})
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Ledger lists what was written to a connection, newest first; connection "" lists all. The cursor is the sequence number.
func (r *Reader) Ledger(ctx context.Context, connection string, p app.Page) ([]app.LedgerEntry, error) {
	var w where
	w.add("seq < ?", before(p))
	if connection != "" {
		w.add("connection = ?", connection)
	}
	rows, err := all(ctx, r.db, scanEntry, ledgerColumns+w.String()+" ORDER BY seq DESC LIMIT ?", append(w.args, p.Size())...)
	list := make([]app.LedgerEntry, len(rows))
	for i, row := range rows {
		list[i] = row.LedgerEntry
	}
	return list, failed("list ledger", err)
}

// DeliveryLedger lists what one delivery wrote to its connection, oldest first.
func (r *Reader) DeliveryLedger(ctx context.Context, delivery int64) ([]app.LedgerEntry, error) {
	rows, err := all(ctx, r.db, scanEntry, ledgerColumns+" WHERE delivery_id = ? ORDER BY seq", delivery)
	list := make([]app.LedgerEntry, len(rows))
	for i, row := range rows {
		list[i] = row.LedgerEntry
	}
	return list, failed("list ledger", err)
}

// Verify checks the whole file, its references and the ledger's chain. It reads everything; do it weekly, not per page.
func (r *Reader) Verify(ctx context.Context) error {
	return r.snapshot(ctx, "verify", func(tx *sql.Tx) error {
		found, err := all(ctx, tx, func(s scanner) (line string, err error) { err = s.Scan(&line); return line, err }, "PRAGMA integrity_check(5)")
		if err != nil {
			return err
		}
		if len(found) != 1 || found[0] != "ok" {
			return app.Wrap(fmt.Errorf("integrity_check: %q", found), app.Unavailable, "The database is damaged. Stop psabridge and restore the newest backup with \"psabridge restore\".")
		}
		broken, err := all(ctx, tx, func(s scanner) (table string, err error) {
			var row, parent, key any
			err = s.Scan(&table, &row, &parent, &key)
			return table, err
		}, "PRAGMA foreign_key_check")
		if err != nil {
			return err
		}
		if len(broken) > 0 {
			return app.Errorf(app.Unavailable, "The database lost rows that others refer to (%s). Stop psabridge and restore the newest backup with \"psabridge restore\".", broken[0])
		}
		return verifyLedger(ctx, tx)
	})
}

func verifyLedger(ctx context.Context, q querier) error {
	rows, err := q.QueryContext(ctx, ledgerColumns+" ORDER BY seq")
	if err != nil {
		return err
	}
	defer rows.Close()
	last := ""
	for rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return err
		}
		if seal(last, e.LedgerEntry) != e.hash {
			return app.Errorf(app.Unavailable, "The ledger was changed outside psabridge: line %d does not follow from the one before it. Compare it with a backup.", e.Seq)
		}
		last = e.hash
	}
	return rows.Err()
}
