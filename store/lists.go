package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"psabridge/app"
)

// Ticket returns a ticket with its conditions; NotFound when there is none.
func (r *Reader) Ticket(ctx context.Context, id int64) (row app.TicketRow, err error) {
	err = r.snapshot(ctx, "read ticket", func(tx *sql.Tx) error {
		t, err := ticketByID(ctx, tx, id)
		if err != nil {
			return err
		}
		rows, err := withConditions(ctx, tx, []app.Ticket{t})
		if err == nil {
			row = rows[0]
		}
		return err
	})
	return row, err
}

// Tickets lists tickets, newest or last changed first; the cursor is the row's id.
func (r *Reader) Tickets(ctx context.Context, f app.TicketFilter) (rows []app.TicketRow, err error) {
	var w where
	order := "t.id DESC"
	switch {
	case !f.Recent:
		w.add("t.id < ?", before(f.Page))
	case f.Page.After != 0:
		w.add("(t.changed_at, t.id) < (SELECT l.changed_at, l.id FROM tickets l WHERE l.id = ?)", f.Page.After)
	default:
		w.add("t.changed_at >= ''") // all, by the index
	}
	if f.Recent {
		order = "t.changed_at DESC, t.id DESC"
	}
	if f.State != "" {
		w.add("t.state = ?", f.State)
	}
	if f.Touched {
		w.add("t.touched = 1")
	}
	pickTickets(&w, f)
	err = r.snapshot(ctx, "list tickets", func(tx *sql.Tx) error {
		tickets, err := all(ctx, tx, scanTicket, ticketColumns+w.String()+" ORDER BY "+order+" LIMIT ?", append(w.args, f.Page.Size())...)
		if err != nil {
			return err
		}
		rows, err = withConditions(ctx, tx, tickets)
		return err
	})
	return rows, err
}

// pickTickets is the part of a filter that says which tickets, whatever state they are in.
func pickTickets(w *where, f app.TicketFilter) {
	if f.Connection != "" {
		w.add("t.connection = ?", f.Connection)
	}
	if f.Number != 0 {
		w.add("t.remote_id = ?", f.Number)
	}
	if q := strings.TrimPrefix(strings.TrimSpace(f.Query), "#"); q != "" {
		number, _ := strconv.ParseInt(q, 10, 64) // 0, which no ticket has, when it is not a number
		w.add(`(t.summary LIKE ? ESCAPE '\' OR t.remote_id = ?)`, like(q), number)
	}
}

func withConditions(ctx context.Context, q querier, tickets []app.Ticket) ([]app.TicketRow, error) {
	rows, at := make([]app.TicketRow, len(tickets)), make(map[int64]int, len(tickets))
	ids := make([]int64, len(tickets))
	for i, t := range tickets {
		rows[i], at[t.ID], ids[i] = app.TicketRow{Ticket: t, Conditions: []app.Condition{}}, i, t.ID
	}
	list, err := all(ctx, q, scanCondition, conditionColumns+" WHERE c.ticket_id IN (SELECT value FROM json_each(?)) ORDER BY c.id", asJSON{ids})
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		row := &rows[at[c.TicketID]]
		row.Conditions = append(row.Conditions, c)
		row.Occurrences += c.Occurrences
	}
	return rows, addOrganizations(ctx, q, rows)
}

// addOrganizations names the organization of each ticket's first condition, whatever became of its source.
func addOrganizations(ctx context.Context, q querier, rows []app.TicketRow) error {
	first, at := []int64{}, make(map[int64]*app.TicketRow, len(rows))
	for i := range rows {
		if list := rows[i].Conditions; len(list) > 0 {
			first, at[list[0].ID] = append(first, list[0].ID), &rows[i]
		}
	}
	type named struct {
		app.Named
		condition int64
	}
	list, err := all(ctx, q, func(s scanner) (n named, err error) { err = s.Scan(&n.condition, &n.ID, &n.Name); return n, err },
		`SELECT c.id, o.id, o.name FROM conditions c JOIN organizations o ON o.source = c.source AND o.external_id = c.organization
			WHERE c.id IN (SELECT value FROM json_each(?))`, asJSON{first})
	for _, n := range list {
		at[n.condition].Organization = n.Named
	}
	return err
}

const deliveryRows = "SELECT " + deliveryFields + `, d.subject, coalesce(o.id, 0), coalesce(o.name, ''), coalesce(t.remote_id, 0)
	FROM deliveries d
	LEFT JOIN tickets t ON t.id = d.ticket_id
	LEFT JOIN organizations o ON o.source = d.source AND o.external_id = d.organization`

func scanDeliveryRow(s scanner) (d app.DeliveryRow, err error) {
	err = s.Scan(append(deliveryDest(&d.Delivery), &d.Subject, &d.Organization.ID, &d.Organization.Name, &d.TicketNumber)...)
	return d, err
}

// Delivery returns a delivery; NotFound when there is none.
func (r *Reader) Delivery(ctx context.Context, id int64) (app.DeliveryRow, error) {
	d, err := one(ctx, r.db, scanDeliveryRow, fmt.Sprintf("There is no delivery %d.", id), deliveryRows+" WHERE d.id = ?", id)
	return d, failed("read delivery", err)
}
