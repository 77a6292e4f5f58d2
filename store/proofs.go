package store

import (
	"context"
	"database/sql"
	"strings"

	"psabridge/app"
)

// Proofs tells what the outbox showed of a connection's rights: of each kind of delivery the newest that was done, the
// newest that closed its ticket, the newest that set a quantity and that created an addition, and the newest that is
// parked because a right is missing, each with the request of its last attempt.
func (r *Reader) Proofs(ctx context.Context, connection string) (list []app.Proof, err error) {
	err = r.snapshot(ctx, "read proofs", func(tx *sql.Tx) error {
		for _, q := range proofs {
			found, err := all(ctx, tx, scanProof, q, connection)
			if err != nil {
				return err
			}
			list = append(list, found...)
		}
		return nil
	})
	return list, err
}

// What proves is only what we wrote: the attempt that ended the delivery had an intent and was answered. One that a
// person linked, or that found the thing done already, proves nothing. A test ticket that is done has made its writes,
// though its last attempt may only have read it back; whether it closed the ticket stands in the ledger. Of an agreement
// the ledger tells each line that was written: its outcome has no note, and no quantity before when it was created.
const (
	proofWritten = "d.state = 'done' AND a.outcome = 'done' AND a.intent_at IS NOT NULL"
	proofTested  = "d.state = 'done' AND a.outcome = 'done'"
	proofRefused = "d.state = 'parked' AND d.error_code = 'forbidden'"
	newestProof  = " ORDER BY d.id DESC LIMIT 1"

	lineColumns = `SELECT d.id, d.kind, 1, '', '', l.at, l.before = '', 0
		FROM deliveries d INDEXED BY deliveries_by_kind JOIN ledger l ON l.delivery_id = d.id
		WHERE d.connection = ?1 AND d.kind = '%s' AND l.phase = 'outcome' AND l.note = '' AND `
	newestLine = " ORDER BY d.id DESC, l.seq DESC LIMIT 1"
)

var (
	proofCloses = `CASE d.kind
		WHEN 'ticket.test' THEN EXISTS (SELECT 1 FROM ledger l WHERE l.delivery_id = d.id AND l.phase = 'outcome' AND l.note = '` + app.TestClose.LedgerNote(app.LedgerOutcome) + `')
		ELSE d.kind = 'ticket.note' AND json_extract(d.payload, '$.close') IS TRUE AND a.request LIKE '%"status_id":%' END`
	proofColumns = `SELECT d.id, d.kind, d.state = 'done', d.reason, a.request, coalesce(d.done_at, a.finished_at), 0, ` + proofCloses + `
		FROM deliveries d JOIN attempts a ON a.delivery_id = d.id AND a.n = d.attempt WHERE d.connection = ?1 AND d.kind = '%s' AND `
)

// proofs are the queries. The kind stands in each: while it is an argument SQLite makes a plan anew whenever it is given,
// because an index may hold one kind only.
var proofs = func() (queries []string) {
	for _, q := range []struct {
		kind  app.DeliveryKind
		query string
	}{
		{app.DeliverTicketCreate, proofColumns + proofWritten + newestProof},
		{app.DeliverTicketCreate, proofColumns + proofRefused + newestProof},
		{app.DeliverTicketNote, proofColumns + proofWritten + newestProof},
		{app.DeliverTicketNote, proofColumns + proofWritten + " AND " + proofCloses + newestProof},
		{app.DeliverTicketNote, proofColumns + proofRefused + newestProof},
		{app.DeliverAgreement, lineColumns + "l.before <> ''" + newestLine},
		{app.DeliverAgreement, lineColumns + "l.before = ''" + newestLine},
		{app.DeliverAgreement, proofColumns + proofRefused + newestProof},
		{app.DeliverTicketTest, proofColumns + proofTested + newestProof},
		{app.DeliverTicketTest, proofColumns + proofTested + " AND " + proofCloses + newestProof},
		{app.DeliverTicketTest, proofColumns + proofRefused + newestProof},
	} {
		queries = append(queries, strings.Replace(q.query, "'%s'", "'"+string(q.kind)+"'", 1))
	}
	return queries
}()

func scanProof(s scanner) (p app.Proof, err error) {
	err = s.Scan(&p.DeliveryID, &p.Kind, &p.Done, &p.Words, &p.Request, into(&p.At), &p.Created, &p.Closing)
	return p, err
}
