package store

import (
	"context"
	"database/sql"

	"psabridge/app"
)

// TicketCounts counts the tickets a filter picks by state, and those open ones a person worked on. The filter's own state does
// not matter.
func (r *Reader) TicketCounts(ctx context.Context, f app.TicketFilter) (counts map[app.TicketState]int, touched int, err error) {
	counts = map[app.TicketState]int{}
	var w where
	w.add("1 = 1")
	pickTickets(&w, f)
	err = r.snapshot(ctx, "count tickets", func(tx *sql.Tx) error {
		type row struct {
			state app.TicketState
			n     int
		}
		list, err := all(ctx, tx, func(s scanner) (c row, err error) { err = s.Scan(&c.state, &c.n); return c, err },
			"SELECT t.state, count(*) FROM tickets t"+w.String()+" GROUP BY t.state", w.args...)
		if err != nil {
			return err
		}
		for _, c := range list {
			counts[c.state] = c.n
		}
		// Asked apart, so that both are counted in an index: a year's closed tickets need not be looked up for it.
		return tx.QueryRowContext(ctx, "SELECT count(*) FROM tickets t"+w.String()+" AND t.state = 'open' AND t.touched = 1", w.args...).Scan(&touched)
	})
	return counts, touched, err
}
