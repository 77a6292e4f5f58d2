package store

import (
	"context"
	"database/sql"

	"psabridge/app"
)

// own remembers the addition a line was written to: what we last verified in it, how often its agreement bills, and that
// its first touch is over.
func own(ctx context.Context, tx *sql.Tx, d app.Delivery, line int64) error {
	return exec(ctx, tx, `INSERT INTO additions (connection, addition_id, agreement_id, product_id, last_verified, created_by_us, confirmed, method, cycle, push_id)
		SELECT ?1, addition_id, agreement_id, product_id, after, verdict = 'create', 1, method, cycle, ?2 FROM lines WHERE id = ?3
		ON CONFLICT (connection, addition_id) DO UPDATE SET agreement_id = excluded.agreement_id, product_id = excluded.product_id,
			last_verified = excluded.last_verified, created_by_us = max(created_by_us, excluded.created_by_us), confirmed = 1,
			method = CASE excluded.method WHEN '' THEN method ELSE excluded.method END,
			cycle = CASE excluded.cycle WHEN '' THEN cycle ELSE excluded.cycle END, push_id = excluded.push_id`, d.Connection, d.PushID, line)
}

// adopt remembers the addition of a line that was right as it was: we bill on it though we never wrote to it, so that it is
// not forgotten when its last organization leaves. Its first touch is still to be asked.
func adopt(ctx context.Context, tx *sql.Tx, connection string, push, line int64) error {
	return exec(ctx, tx, `INSERT INTO additions (connection, addition_id, agreement_id, product_id, last_verified, created_by_us, confirmed, method, push_id)
		SELECT ?1, addition_id, agreement_id, product_id, after, 0, 0, method, ?2 FROM lines WHERE id = ?3 AND addition_id <> 0
		ON CONFLICT (connection, addition_id) DO UPDATE SET agreement_id = excluded.agreement_id, product_id = excluded.product_id,
			last_verified = excluded.last_verified, method = excluded.method, push_id = excluded.push_id WHERE confirmed = 0`, connection, push, line)
}

// Owned lists the additions of a connection we bill on: those we wrote, and those a push found right as they were.
func (r *Reader) Owned(ctx context.Context, connection string) ([]app.OwnedAddition, error) {
	list, err := all(ctx, r.db, func(s scanner) (o app.OwnedAddition, err error) {
		err = s.Scan(&o.Connection, &o.AdditionID, &o.AgreementID, &o.ProductID, &o.LastVerified, &o.CreatedByUs, &o.Confirmed, &o.Method, &o.Cycle, intoID(&o.PushID))
		return o, err
	}, `SELECT connection, addition_id, agreement_id, product_id, last_verified, created_by_us, confirmed, method, cycle, push_id
		FROM additions WHERE connection = ? ORDER BY agreement_id, addition_id`, connection)
	return list, failed("list additions", err)
}
