package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"psabridge/app"
)

// asSlots are the bounds of slots as an argument; the queries take them apart with json_each.
func asSlots(slots []app.Slot) asJSON {
	out := make([][2]string, len(slots))
	for i, s := range slots {
		out[i] = [2]string{text(s.From), text(s.To)}
	}
	return asJSON{out}
}

// installed is when this bridge began: of what was before, its database knows nothing.
const installed = "(SELECT created_at FROM install)"

// TicketFlow counts the tickets that were opened and closed, and the alerts that were counted on one, slot by slot. The test
// ticket is in no figure. Alerts are counted as the backlog does it: by the first event of a slot, so after a clock was set back
// they may stand in its neighbor.
func (r *Reader) TicketFlow(ctx context.Context, slots []app.Slot) ([]app.TicketFlow, error) {
	list, err := all(ctx, r.db, scanTicketFlow, ticketFlow, asSlots(slots), app.TicketTestScope)
	if err != nil {
		return nil, failed("count tickets of slots", err)
	}
	for i := range list {
		list[i].Slot = slots[i]
	}
	return list, nil
}

// Each count is a part of an index: tickets_by_opened, event_outcomes_quieted (no row is read) and tickets_by_closed.
const ticketFlow = `WITH s AS MATERIALIZED (SELECT key AS n, value ->> 0 AS since, value ->> 1 AS till,
		(SELECT id FROM events INDEXED BY events_by_received WHERE received_at >= value ->> 0 ORDER BY received_at, id LIMIT 1) AS first,
		(SELECT id FROM events INDEXED BY events_by_received WHERE received_at >= value ->> 1 ORDER BY received_at, id LIMIT 1) AS next
	FROM json_each(?1))
	SELECT s.till > ` + installed + `,
		(SELECT count(*) FROM tickets INDEXED BY tickets_by_opened WHERE opened_at >= s.since AND opened_at < s.till AND scope_key <> ?2),
		(SELECT count(*) FROM event_outcomes INDEXED BY event_outcomes_quieted WHERE outcome IN ('merged', 'suppressed') AND outcome = 'merged'
			AND event_id >= s.first AND event_id < coalesce(s.next, 9223372036854775807)),
		(SELECT count(*) FROM tickets INDEXED BY tickets_by_closed WHERE closed_at >= s.since AND closed_at < s.till
			AND remote_id IS NOT NULL AND scope_key <> ?2)
	FROM s ORDER BY s.n`

func scanTicketFlow(s scanner) (f app.TicketFlow, err error) {
	err = s.Scan(&f.Known, &f.Opened, &f.Merged, &f.Closed)
	f.Known = f.Known || f.Opened+f.Merged+f.Closed > 0 // it came with a database of before
	return f, err
}

// DeliveryFlow counts the deliveries that were made in each slot by where they stand now.
func (r *Reader) DeliveryFlow(ctx context.Context, slots []app.Slot) ([]app.DeliveryFlow, error) {
	list, err := all(ctx, r.db, scanDeliveryFlow, deliveryFlow, asSlots(slots))
	if err != nil {
		return nil, failed("count deliveries of slots", err)
	}
	for i := range list {
		list[i].Slot = slots[i]
	}
	return list, nil
}

// Each count is a part of deliveries_by_state_created. To walk the states together and tell them apart row by row takes ten times
// as long.
var deliveryFlow = "SELECT value ->> 1 > " + installed + ", " + madeAs(app.DeliveryDone) + ", " +
	madeAs(app.DeliveryWaiting) + " + " + madeAs(app.DeliverySending) + " + " + madeAs(app.DeliveryChecking) + ", " +
	madeAs(app.DeliveryParked) + ", " + madeAs(app.DeliveryDropped) + " FROM json_each(?1) ORDER BY key"

func madeAs(state app.DeliveryState) string {
	return "(SELECT count(*) FROM deliveries INDEXED BY deliveries_by_state_created WHERE state = '" + string(state) + "' AND created_at >= value ->> 0 AND created_at < value ->> 1)"
}

func scanDeliveryFlow(s scanner) (f app.DeliveryFlow, err error) {
	err = s.Scan(&f.Known, &f.Sent, &f.Waiting, &f.Parked, &f.Dropped)
	f.Known = f.Known || f.Sent+f.Waiting+f.Parked+f.Dropped > 0
	return f, err
}

// FoundByMonth says what the newest plan of each month since a given one found, oldest month first; months without a plan are
// left out. Amounts are read as text: SQLite would make floats of them.
func (r *Reader) FoundByMonth(ctx context.Context, connection string, since app.Period) (months []app.FoundMonth, err error) {
	err = r.snapshot(ctx, "findings by month", func(tx *sql.Tx) error {
		if months, err = all(ctx, tx, scanFoundMonth, newestOfMonths, connection, since.String()); err != nil {
			return err
		}
		for i := range months {
			if err := addFound(ctx, tx, &months[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return months, err
}

// plans_by_period gives a connection's plans since a month in this order.
const newestOfMonths = `SELECT period, max(id) FROM plans INDEXED BY plans_by_period WHERE connection = ? AND period >= ? AND undo_of IS NULL
	GROUP BY period ORDER BY period`

func scanFoundMonth(s scanner) (m app.FoundMonth, err error) {
	err = s.Scan(intoPeriod(&m.Period), &m.PlanID)
	return m, err
}

// addFound adds up the findings of a plan as the page of money does: what is billed at its minimum was agreed and is in no sum.
func addFound(ctx context.Context, tx *sql.Tx, m *app.FoundMonth) error {
	amounts, err := all(ctx, tx, scanAmount, `SELECT f.value -> '$.amount' FROM plans p, json_each(p.findings) f
		WHERE p.id = ? AND f.value ->> '$.code' <> ?`, m.PlanID, app.FindingBelowMinimum)
	if err != nil {
		return err
	}
	for _, a := range amounts {
		m.Found++
		switch {
		case a == nil:
			m.Missing++
		case a.IsNegative():
			m.Over = m.Over.Sub(*a)
		default:
			m.Lost = m.Lost.Add(*a)
		}
	}
	return nil
}

func scanAmount(s scanner) (a *app.Money, err error) {
	var text sql.NullString
	if err = s.Scan(&text); err != nil || !text.Valid {
		return nil, err
	}
	err = json.Unmarshal([]byte(text.String), &a)
	return a, err
}
