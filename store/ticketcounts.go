package store

import (
	"context"
	"database/sql"

	"psabridge/app"
)

// TicketCounts counts the tickets by state.
func (r *Reader) TicketCounts(ctx context.Context) (map[app.TicketState]int, error) {
	counts := map[app.TicketState]int{}
	err := r.snapshot(ctx, "count tickets", func(tx *sql.Tx) error {
		type row struct {
			state app.TicketState
			n     int
		}
		list, err := all(ctx, tx, func(s scanner) (c row, err error) { err = s.Scan(&c.state, &c.n); return c, err },
			"SELECT state, count(*) FROM tickets GROUP BY state")
		for _, c := range list {
			counts[c.state] = c.n
		}
		return err
	})
	return counts, err
}
