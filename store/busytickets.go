package store

import "context"

// BusyTickets picks those tickets that a delivery is under way for: being sent, or looked for because it got no answer.
func (r *Reader) BusyTickets(ctx context.Context, ids []int64) ([]int64, error) {
	busy, err := all(ctx, r.db, func(s scanner) (id int64, err error) { err = s.Scan(&id); return id, err },
		`SELECT DISTINCT d.ticket_id FROM deliveries d INDEXED BY deliveries_by_ticket
		WHERE d.ticket_id IN (SELECT value FROM json_each(?)) AND d.state IN ('sending', 'checking')`, asJSON{ids})
	return busy, failed("list tickets with deliveries under way", err)
}
