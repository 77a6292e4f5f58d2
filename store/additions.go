package store

import (
	"context"
	"database/sql"

	"psabridge/app"
)

// own remembers the addition a line was written to: what we last verified in it, and that its first touch is over.
func own(ctx context.Context, tx *sql.Tx, d app.Delivery, line int64) error {
	return exec(ctx, tx, `INSERT INTO additions (connection, addition_id, agreement_id, product_id, last_verified, created_by_us, confirmed, method, push_id)
		SELECT ?1, addition_id, agreement_id, product_id, after, verdict = 'create', 1, method, ?2 FROM lines WHERE id = ?3
		ON CONFLICT (connection, addition_id) DO UPDATE SET agreement_id = excluded.agreement_id, product_id = excluded.product_id,
			last_verified = excluded.last_verified, created_by_us = max(created_by_us, excluded.created_by_us), confirmed = 1,
			method = CASE excluded.method WHEN '' THEN method ELSE excluded.method END, push_id = excluded.push_id`, d.Connection, d.PushID, line)
}

// Owned lists the additions of a connection we wrote before.
func (r *Reader) Owned(ctx context.Context, connection string) ([]app.OwnedAddition, error) {
	list, err := all(ctx, r.db, func(s scanner) (o app.OwnedAddition, err error) {
		err = s.Scan(&o.Connection, &o.AdditionID, &o.AgreementID, &o.ProductID, &o.LastVerified, &o.CreatedByUs, &o.Confirmed, &o.Method, intoID(&o.PushID))
		return o, err
	}, `SELECT connection, addition_id, agreement_id, product_id, last_verified, created_by_us, confirmed, method, push_id
		FROM additions WHERE connection = ? ORDER BY agreement_id, addition_id`, connection)
	return list, failed("list additions", err)
}
