package ticketing

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"psabridge/app"
)

// After a restore ConnectWise knows more than we do. A ticket is looked for by its reference first; the reference of one that
// stands for something we derived ourselves holds the moment we first saw it, which was another one in the time that is
// forgotten. Such a ticket is known by whose it is and what it is called.

// forgotten settles a create with a ticket of the forgotten time that is about the same; nil when there is none. It reads
// each before it believes it: a person may have worked on it since it was found.
func (k *Desk) forgotten(ctx context.Context, j *job, t app.NewTicket) (*app.Settlement, error) {
	if !k.d.SearchFirst() {
		return nil, nil
	}
	if err := k.askForgotten(ctx, j); err != nil {
		return nil, err
	}
	found, err := k.d.Store.FoundTickets(ctx, j.connection.Name)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(f app.FoundTicket) bool {
		return f.TicketID != 0 || f.CompanyID != t.CompanyID || !sameWords(f.Summary, t.Summary)
	})
	var closed *app.RemoteTicket
	for _, f := range found { // the oldest first
		r, err := j.client.Ticket(ctx, f.RemoteID)
		switch {
		case app.ErrorCode(err) == app.NotFound:
			continue
		case err != nil:
			return nil, err
		case r.XRef != f.XRef:
			continue // somebody gave it another reference
		case r.Closed && r.ParentID == 0:
			closed = &r
			continue
		}
		return k.adopt(j, r), nil
	}
	if closed == nil {
		return nil, nil
	}
	if byUs, err := k.closedByOurs(ctx, j, *closed); err != nil || byUs {
		return nil, err // it was over then, so this is another time
	}
	return k.adopt(j, *closed), nil
}

// askForgotten asks a connection, once in our life, for what was made in the time that is forgotten. After the restore all of them
// were asked that the backup knew; one that is set up anew since was not. What is older is history and stays out of it.
func (k *Desk) askForgotten(ctx context.Context, j *job) error {
	if _, done := k.asked.Load(j.connection.Name); done {
		return nil
	}
	r, err := k.d.Store.LastRestore(ctx)
	if err != nil {
		return err
	}
	in, err := k.d.Store.Install(ctx)
	if err != nil {
		return err
	}
	list, err := j.client.TicketsOf(ctx, in.ID+"-", 0)
	if err != nil {
		return err
	}
	known, err := k.d.Store.TicketXRefs(ctx, j.connection.Name)
	if err != nil {
		return err
	}
	var found []app.FoundTicket
	for _, t := range list {
		if !known[t.XRef] && t.XRef != j.ticket.XRef && r.Forgets(t.EnteredAt) {
			found = append(found, app.FoundTicket{
				Connection: j.connection.Name, RemoteID: t.ID, XRef: t.XRef, Summary: t.Summary, CompanyID: t.CompanyID, Closed: t.Closed, EnteredAt: t.EnteredAt,
			})
		}
	}
	if len(found) > 0 {
		if err := k.d.Store.SaveFound(ctx, r.ID, found, r.Quantities, r.ReconciledAt); err != nil {
			return err
		}
	}
	k.asked.Store(j.connection.Name, true)
	return nil
}

// adopt takes a ticket for ours.
func (k *Desk) adopt(j *job, r app.RemoteTicket) *app.Settlement {
	row := j.row(r)
	row.Linked, row.EnteredAt, row.Owner = true, r.EnteredAt, r.Owner
	if r.Closed {
		row.Touched, row.TouchedWhy, row.ClosedBy = true, closedWords(r), r.ClosedBy
	}
	st := j.done(&row, "ticket "+num(r.ID), "Made before the database was restored and found again.")
	return &st
}

// closedByOurs reports whether we closed a ticket ourselves in the forgotten time. Our member is known by the notes.
func (k *Desk) closedByOurs(ctx context.Context, j *job, r app.RemoteTicket) (bool, error) {
	me := k.own(j.connection.Name)
	if me == "" {
		notes, err := j.client.Notes(ctx, r.ID)
		if err != nil {
			return false, err
		}
		if i := slices.IndexFunc(notes, isOurs); i >= 0 {
			me = notes[i].CreatedBy
		}
	}
	return isMember(cmp.Or(r.ClosedBy, r.UpdatedBy), me), nil
}

// forgotten reports whether the ticket has this note from before a restore: decided alike it has the same key, but another
// number, and what we derived anew has the same words.
func (n *noting) forgotten() bool {
	if !n.desk.d.SearchFirst() {
		return false
	}
	_, key, _ := strings.Cut(strings.TrimPrefix(mark(n.delivery), markStart), "-")
	return slices.ContainsFunc(n.notes, func(note app.TicketNote) bool {
		text := strings.TrimSpace(note.Text)
		return isOurs(note) && (strings.HasSuffix(text, "-"+key) || sameWords(text[:strings.LastIndex(text, markStart)], n.payload.Text))
	})
}

// sameWords compares without regard to how blanks and line breaks are kept.
func sameWords(a, b string) bool { return slices.Equal(strings.Fields(a), strings.Fields(b)) }
