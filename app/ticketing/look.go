package ticketing

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"psabridge/app"
)

// curve is when an unknown create is looked for, as parts of the whole time: at 15 s, 1, 3, 8 and 15 of 15 minutes.
var curve = []float64{1.0 / 60, 1.0 / 15, 1.0 / 5, 8.0 / 15, 1}

// offset is when the nth look (from 0) is due, counted from the first doubt: the curve stretched over the settings.
func offset(n int, c app.ConfirmSettings) time.Duration {
	last := max(c.Searches-1, 1)
	x := float64(min(n, last)) / float64(last) * float64(len(curve)-1)
	i := min(int(x), len(curve)-2)
	part := curve[i] + (curve[i+1]-curve[i])*(x-float64(i))
	return time.Duration(part * float64(c.Over.D()))
}

// look searches for a ticket whose create was not answered. Only after enough negative answers, spread over the time
// ConnectWise's search may lag, and with proof that the search works, is it sent again, under the same reference.
func (k *Desk) look(ctx context.Context, j *job) (app.Settlement, error) {
	found, err := j.client.FindTickets(ctx, j.ticket.XRef)
	if err != nil || len(found) > 0 {
		return k.found(ctx, j, found, err)
	}
	proof, err := k.control(ctx, j)
	if err != nil {
		return app.Settlement{}, err
	}
	since := j.delivery.CheckSince
	if since.IsZero() {
		since = j.now
	}
	window, checks := j.connection.Confirm.Over.D(), j.delivery.Checks
	if proof == proofNone {
		window *= 2 // nothing at all to prove the search by: an empty ConnectWise, or a blind one
	}
	if proof != proofFailed {
		checks++
	}
	if checks >= j.connection.Confirm.Searches && !j.now.Before(since.Add(window)) {
		return app.Settlement{
			State: app.DeliveryWaiting, NextAt: j.now, Uncounted: true, Code: app.Unavailable,
			Message: fmt.Sprintf("ConnectWise was searched %d times over %s and does not have the ticket. It is sent again.", checks, app.Duration(j.now.Sub(since).Round(time.Second))),
		}, nil
	}
	message := "psabridge is checking whether ConnectWise has the ticket."
	if proof == proofFailed {
		message += " Its search does not find an older ticket either, so this look does not count."
	}
	next := since.Add(offset(checks, j.connection.Confirm))
	if checks >= j.connection.Confirm.Searches {
		next = since.Add(window)
	}
	if soon := j.now.Add(offset(0, j.connection.Confirm)); next.Before(soon) {
		next = soon
	}
	return app.Settlement{State: app.DeliveryChecking, NextAt: next, Checks: checks, Uncounted: true, Message: message}, nil
}

// found settles with the ticket that was found. Of two the older is ours from now on, and a person is asked to merge the
// other into it.
func (k *Desk) found(ctx context.Context, j *job, tickets []app.RemoteTicket, err error) (app.Settlement, error) {
	if err != nil {
		return app.Settlement{}, err
	}
	ours := oldest(tickets)
	note := "Found in ConnectWise by its reference."
	if others := twins(ours.ID, tickets); len(others) > 0 {
		row := j.ticket
		row.RemoteID = ours.ID
		if err := k.reportDouble(ctx, row, tickets); err != nil {
			return app.Settlement{}, err
		}
		note += " " + doubleText(ours.ID, others)
	}
	row := j.row(ours)
	if row.Owner == "" && ours.UpdatedAt.Sub(ours.EnteredAt).Abs() <= atCreate {
		row.Owner = ours.Owner // nobody was there yet, so the board gave it that owner
	}
	return j.done(&row, "ticket "+num(ours.ID), note), nil
}

func oldest(tickets []app.RemoteTicket) app.RemoteTicket {
	return slices.MinFunc(tickets, func(a, b app.RemoteTicket) int { return cmp.Compare(a.ID, b.ID) })
}

// proof is what the positive control of a search showed.
type proof int

const (
	proofFailed proof = iota // something that must be found is not
	proofNone                // nothing there to be found
	proofGiven
)

// controls is how many tickets of ours are tried as the positive control.
const controls = 3

// control proves that the search works: an older ticket of ours is found by its reference; else, when we have none,
// ConnectWise shows any ticket at all.
func (k *Desk) control(ctx context.Context, j *job) (proof, error) {
	ours, err := k.d.Store.Tickets(ctx, app.TicketFilter{Connection: j.connection.Name, State: app.TicketOpen, Page: app.Page{Limit: 50}})
	if err != nil {
		return proofFailed, err
	}
	// The newest come first, and may lag themselves: the oldest is the best witness.
	slices.Reverse(ours)
	tried := 0
	for _, t := range ours {
		if t.RemoteID == 0 || t.ID == j.ticket.ID || tried == controls {
			continue
		}
		tried++
		p, err := witness(ctx, j, t.Ticket)
		if err != nil || p != proofNone {
			return p, err
		}
	}
	switch _, err := j.client.NewestTicket(ctx); app.ErrorCode(err) {
	case "":
		return proofGiven, nil
	case app.NotFound:
		return proofNone, nil
	default:
		return proofFailed, err
	}
}

// witness asks for one older ticket by its reference. One that is gone altogether proves nothing either way.
func witness(ctx context.Context, j *job, t app.Ticket) (proof, error) {
	found, err := j.client.FindTickets(ctx, t.XRef)
	if err != nil {
		return proofFailed, err
	}
	if len(found) > 0 {
		return proofGiven, nil
	}
	switch _, err := j.client.Ticket(ctx, t.RemoteID); app.ErrorCode(err) {
	case "":
		return proofFailed, nil
	case app.NotFound:
		return proofNone, nil
	default:
		return proofFailed, err
	}
}
