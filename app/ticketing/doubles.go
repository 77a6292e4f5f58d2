package ticketing

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"psabridge/app"
)

// What no client of ConnectWise can exclude: it made a ticket, the answer was lost, and its search hid the ticket for longer
// than we looked, so that it was made again. Then a person is shown both numbers, to merge them: by a delivery of its own
// that is parked until they did.

// seekAt is when a ticket that was sent twice is looked for once more, counted from the second time.
var seekAt = []time.Duration{20 * time.Minute, 2 * time.Hour, 8 * time.Hour, 26 * time.Hour}

// doubles are the tickets that were sent twice lately, by connection. They are found in the store again after a start.
type doubles struct {
	mu     sync.Mutex
	rows   map[string][]suspect
	loaded map[string]bool
}

// add takes one down, once. The caller holds the lock.
func (d *doubles) add(connection string, s suspect) {
	if !slices.ContainsFunc(d.rows[connection], func(old suspect) bool { return old.ticket == s.ticket }) {
		d.rows[connection] = append(d.rows[connection], s)
	}
}

type suspect struct {
	ticket int64 // our row
	from   time.Time
	looks  int
}

// suspect takes a ticket down that was just made after it had been sent without an answer before.
func (k *Desk) suspect(ctx context.Context, j *job) error {
	if j.delivery.Attempt < 2 {
		return nil
	}
	attempts, err := k.d.Store.Attempts(ctx, j.delivery.ID)
	if err != nil || !sentBefore(attempts, j.delivery.Attempt) {
		return err
	}
	k.doubles.mu.Lock()
	defer k.doubles.mu.Unlock()
	k.doubles.add(j.connection.Name, suspect{ticket: j.ticket.ID, from: j.now})
	return nil
}

// sentBefore reports whether an attempt before the nth was sent and never answered.
func sentBefore(attempts []app.Attempt, n int) bool {
	return slices.ContainsFunc(attempts, func(a app.Attempt) bool {
		return a.N < n && !a.IntentAt.IsZero() && a.Outcome == "unknown"
	})
}

// seekDoubles looks for the second one of each ticket that is due.
func (k *Desk) seekDoubles(ctx context.Context, connection string) error {
	if err := k.loadDoubles(ctx, connection); err != nil {
		return err
	}
	for _, s := range k.dueDoubles(connection) {
		row, err := k.d.Store.Ticket(ctx, s.ticket)
		if err != nil {
			return err
		}
		client, err := k.d.Client(ctx, connection)
		if err != nil {
			return err
		}
		found, err := client.FindTickets(ctx, row.XRef)
		if err != nil {
			return err
		}
		if err := k.reportDouble(ctx, row, found); err != nil {
			return err
		}
		k.looked(connection, s.ticket)
	}
	return nil
}

// loadDoubles finds the tickets sent twice lately again, once after a start.
func (k *Desk) loadDoubles(ctx context.Context, connection string) error {
	k.doubles.mu.Lock()
	defer k.doubles.mu.Unlock()
	if k.doubles.loaded[connection] {
		return nil
	}
	since := k.d.Now().Add(-2 * seekAt[len(seekAt)-1])
	page := app.Page{Limit: 1000}
	for {
		made, err := k.d.Store.Deliveries(ctx, app.DeliveryFilter{
			Connection: connection, Kind: app.DeliverTicketCreate, State: app.DeliveryDone, Since: since, Page: page,
		})
		if err != nil {
			return err
		}
		for _, d := range made {
			if d.Attempt < 2 {
				continue
			}
			attempts, err := k.d.Store.Attempts(ctx, d.ID)
			if err != nil {
				return err
			}
			if last := attempts[len(attempts)-1]; !last.IntentAt.IsZero() && sentBefore(attempts, last.N) {
				k.doubles.add(connection, suspect{ticket: d.TicketID, from: d.DoneAt})
			}
		}
		if len(made) < page.Size() {
			k.doubles.loaded[connection] = true
			return nil
		}
		page.After = made[len(made)-1].ID
	}
}

func (k *Desk) dueDoubles(connection string) []suspect {
	k.doubles.mu.Lock()
	defer k.doubles.mu.Unlock()
	var due []suspect
	for _, s := range k.doubles.rows[connection] {
		if !k.d.Now().Before(s.from.Add(seekAt[s.looks])) {
			due = append(due, s)
		}
	}
	return due
}

// looked takes down that a ticket was looked for; after the last time it is forgotten.
func (k *Desk) looked(connection string, ticket int64) {
	k.doubles.mu.Lock()
	defer k.doubles.mu.Unlock()
	k.doubles.rows[connection] = slices.DeleteFunc(k.doubles.rows[connection], func(s suspect) bool {
		return s.ticket == ticket && s.looks == len(seekAt)-1
	})
	for i := range k.doubles.rows[connection] {
		if s := &k.doubles.rows[connection][i]; s.ticket == ticket {
			s.looks++
		}
	}
}

// reportDouble asks a person to merge what ConnectWise has more than once, by a parked delivery; once per ticket.
func (k *Desk) reportDouble(ctx context.Context, row app.TicketRow, found []app.RemoteTicket) error {
	others := twins(row.RemoteID, found)
	if len(others) == 0 {
		return nil
	}
	k.d.Logger.WarnContext(ctx, "ConnectWise has a ticket more than once", "ticket", row.RemoteID, "others", len(others))
	return k.d.Store.ParkDouble(ctx, row.Ticket, app.TicketPayload{
		Double: true, Source: sourceOf(row), OrganizationID: organizationOf(row), Organization: row.Organization.Name, Summary: row.Summary,
	}, doubleText(row.RemoteID, others), k.d.Now())
}

// twins are the tickets of the same reference besides ours that nobody merged or closed yet, by number.
func twins(ours int64, found []app.RemoteTicket) []app.RemoteTicket {
	others := slices.DeleteFunc(slices.Clone(found), func(r app.RemoteTicket) bool {
		return r.ID == ours || r.ParentID != 0 || r.Closed
	})
	slices.SortFunc(others, func(a, b app.RemoteTicket) int { return cmp.Compare(a.ID, b.ID) })
	return others
}

func doubleText(ours int64, others []app.RemoteTicket) string {
	numbers := make([]string, len(others))
	for i, r := range others {
		numbers[i] = "#" + num(r.ID)
	}
	list := strings.Join(numbers, ", ")
	return fmt.Sprintf("ConnectWise has this ticket more than once: #%d, and %s as well. One of its answers was lost, and its search did not show the ticket in time. Merge %s into #%d there, then retry: psabridge looks again.",
		ours, list, list, ours)
}

func sourceOf(row app.TicketRow) string {
	if len(row.Conditions) == 0 {
		return ""
	}
	return row.Conditions[0].Source
}

func organizationOf(row app.TicketRow) string {
	if len(row.Conditions) == 0 {
		return ""
	}
	return row.Conditions[0].OrganizationID
}

// double looks whether a person merged or closed the second ticket. Nothing is written to ConnectWise. conflict: not yet.
func (k *Desk) double(ctx context.Context, j *job) (app.Settlement, error) {
	found, err := j.client.FindTickets(ctx, j.ticket.XRef)
	if err != nil {
		return app.Settlement{}, err
	}
	if others := twins(j.ticket.RemoteID, found); len(others) > 0 {
		return app.Settlement{}, app.Errorf(app.Conflict, "%s", doubleText(j.ticket.RemoteID, others))
	}
	return j.done(nil, "ticket "+num(j.ticket.RemoteID), "There is only this one now."), nil
}
