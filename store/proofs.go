package store

import (
	"context"
	"database/sql"

	"psabridge/app"
)

// Proofs tells what the outbox showed of a connection's rights: for each kind of delivery the newest that was done, the
// newest that set a status that closes, and the newest that is parked because a right is missing, each with the request
// of its last attempt.
func (r *Reader) Proofs(ctx context.Context, connection string) (list []app.Proof, err error) {
	err = r.snapshot(ctx, "read proofs", func(tx *sql.Tx) error {
		for _, kind := range []app.DeliveryKind{app.DeliverTicketCreate, app.DeliverTicketNote, app.DeliverAgreement, app.DeliverTicketTest} {
			for _, which := range []string{proofDone, proofClosing, proofRefused} {
				if which == proofClosing && kind != app.DeliverTicketNote {
					continue
				}
				found, err := all(ctx, tx, scanProof, proofColumns+which+" ORDER BY d.id DESC LIMIT 1", connection, kind)
				if err != nil {
					return err
				}
				list = append(list, found...)
			}
		}
		return nil
	})
	return list, err
}

const proofColumns = `SELECT d.id, d.kind, d.state, d.reason, a.request, coalesce(d.done_at, a.finished_at),
	d.kind = 'ticket.note' AND json_extract(d.payload, '$.close') IS TRUE
	FROM deliveries d JOIN attempts a ON a.delivery_id = d.id AND a.n = d.attempt WHERE d.connection = ? AND d.kind = ? AND `

// A delivery that was done without an intent wrote nothing, so it proves nothing; but a test ticket that is done has made
// all its writes, though its last attempt may only have read it back. The request of an attempt is that of its
// last write; the one that closes names the status.
const (
	proofDone    = "d.state = 'done' AND (d.intended = 1 OR d.kind = 'ticket.test')"
	proofClosing = proofDone + ` AND json_extract(d.payload, '$.close') IS TRUE AND a.request LIKE '%"status_id":%'`
	proofRefused = "d.state = 'parked' AND d.error_code = 'forbidden'"
)

func scanProof(s scanner) (p app.Proof, err error) {
	var state app.DeliveryState
	err = s.Scan(&p.DeliveryID, &p.Kind, &state, &p.Words, &p.Request, into(&p.At), &p.Closing)
	p.Done = state == app.DeliveryDone
	return p, err
}
