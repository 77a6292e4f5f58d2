package upkeep

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/psa"
	"psabridge/app/settings"
)

// askAgain is when ConnectWise is asked again that could not be read.
const askAgain = 2 * time.Minute

// Reconcile asks ConnectWise, after a restore, for what was made since the backup. Nothing is sent before all of it could be
// read; then sending goes on by itself. Without a restore it does nothing.
func (u *Upkeep) Reconcile(ctx context.Context, now time.Time) error {
	u.mu.Lock()
	r, tried := u.restore, u.asking
	u.mu.Unlock()
	if !r.Pending() || tried.problem != "" && now.Sub(tried.at).Abs() < askAgain || u.mayLag(now) > patience {
		return nil
	}
	err := u.reconcile(ctx, r)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, errLag) {
		u.set(&u.asking, now, nil)
		return u.tell(ctx, r, err)
	}
	u.set(&u.asking, now, err)
	if err != nil {
		u.Log.WarnContext(ctx, "nothing is sent yet: not everything could be asked for that was made since the backup", "code", app.ErrorCode(err))
		return u.tell(ctx, r, err)
	}
	if err := u.Load(ctx); err != nil {
		return err
	}
	u.Wake()
	return nil
}

// tell keeps why nothing is sent yet.
func (u *Upkeep) tell(ctx context.Context, r app.Restore, why error) error {
	if err := u.Store.SaveRestoreProblem(ctx, r.ID, app.ErrorMessage(why)); err != nil {
		return err
	}
	return u.Load(ctx)
}

// Hurry has ConnectWise asked again at once: keys or settings were changed.
func (u *Upkeep) Hurry() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.asking, u.lag = attempt{}, 0
}

// patience is how long a search that may lag is simply waited for.
const patience = 5 * time.Second

// mayLag is how long ConnectWise's search, which was asked already, may still not show what was made right before the restore.
func (u *Upkeep) mayLag(now time.Time) time.Duration {
	u.mu.Lock()
	defer u.mu.Unlock()
	// By the clock or, where that was set since, by how long we run: what was made was made before that.
	return u.lag - max(now.Sub(u.restore.At), now.Sub(u.began))
}

// settle waits for a search that lags, for as long as a create without an answer is looked for. It is asked first, so that what
// else is wrong is known at once.
func (u *Upkeep) settle(ctx context.Context, lag time.Duration) (waited bool, err error) {
	u.mu.Lock()
	u.lag = lag
	u.mu.Unlock()
	left := u.mayLag(u.Now())
	switch {
	case left <= 0:
		return false, nil
	case left <= patience:
		timer := time.NewTimer(left)
		defer timer.Stop()
		select {
		case <-timer.C:
			return true, nil
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	return false, &app.Error{Code: app.Unavailable, Err: errLag, Message: fmt.Sprintf("ConnectWise was asked. Its search may show a new ticket up to %s late, so it is asked once more after that; then sending goes on.", app.Duration(lag))}
}

// errLag marks that nothing is wrong: it is only too early.
var errLag = errors.New("a search may lag")

func (u *Upkeep) reconcile(ctx context.Context, r app.Restore) error {
	missing, err := u.Missing(ctx)
	if err != nil {
		return err
	}
	missing = slices.DeleteFunc(missing, func(name string) bool { return !strings.HasPrefix(name, "connections/") })
	if len(missing) > 0 {
		return app.Errorf(app.Unauthorized, "These keys are to be entered again: %s. They are not part of a backup.", strings.Join(missing, ", "))
	}
	doc, err := u.Settings(ctx)
	if err != nil {
		return err
	}
	in, err := u.Store.Install(ctx)
	if err != nil {
		return err
	}
	found, quantities, err := u.ask(ctx, doc, in.ID)
	if err != nil {
		return err
	}
	if waited, err := u.settle(ctx, lagOf(doc)); err != nil {
		return err
	} else if waited {
		if found, quantities, err = u.ask(ctx, doc, in.ID); err != nil {
			return err
		}
	}
	if err := u.Store.SaveFound(ctx, r.ID, found, quantities, u.Now()); err != nil {
		return err
	}
	u.Log.InfoContext(ctx, "what was made since the backup was found again; sending goes on", "tickets", len(found), "quantities", quantities)
	return nil
}

// ask asks every connection.
func (u *Upkeep) ask(ctx context.Context, doc app.Settings, install string) (found []app.FoundTicket, quantities int, err error) {
	for _, c := range doc.Connections {
		client, err := u.Client(ctx, c.Name)
		if err != nil {
			return nil, 0, on(c.Name, err)
		}
		tickets, err := u.tickets(ctx, client, c.Name, install)
		if err != nil {
			return nil, 0, on(c.Name, err)
		}
		moved, err := u.quantities(ctx, client, c.Name)
		if err != nil {
			return nil, 0, on(c.Name, err)
		}
		found, quantities = append(found, tickets...), quantities+moved
	}
	return found, quantities, nil
}

// lagOf is how late a search may show what was made, by what the settings say of the slowest connection.
func lagOf(doc app.Settings) (lag time.Duration) {
	for _, c := range doc.Connections {
		lag = max(lag, settings.ConnectionWithDefaults(c).Confirm.Over.D())
	}
	return lag
}

// on says which connection a problem is about.
func on(connection string, err error) error {
	return app.Wrap(err, app.ErrorCode(err), "Connection "+connection+" could not be asked: "+app.ErrorMessage(err))
}

// tickets finds those of ours that were made since the backup. Numbers only grow, so they are above every one we know; the
// newest we know has to be among what is shown, or the search is blind and proves nothing.
func (u *Upkeep) tickets(ctx context.Context, client psa.Client, connection, install string) ([]app.FoundTicket, error) {
	witness, err := u.newestKnown(ctx, connection)
	if err != nil {
		return nil, err
	}
	list, err := client.TicketsOf(ctx, install+"-", max(witness.RemoteID-1, 0))
	if err != nil {
		return nil, err
	}
	known, err := u.Store.TicketXRefs(ctx, connection)
	if err != nil {
		return nil, err
	}
	var out []app.FoundTicket
	seen := witness.RemoteID == 0
	for _, t := range list {
		seen = seen || t.ID == witness.RemoteID
		if !known[t.XRef] {
			out = append(out, app.FoundTicket{
				Connection: connection, RemoteID: t.ID, XRef: t.XRef, Summary: t.Summary, CompanyID: t.CompanyID, Closed: t.Closed, EnteredAt: t.EnteredAt,
			})
		}
	}
	if seen {
		return out, nil
	}
	return out, shown(ctx, client, witness)
}

// newestKnown is the ticket with the highest number of those that carry a reference of ours.
func (u *Upkeep) newestKnown(ctx context.Context, connection string) (newest app.Ticket, err error) {
	page := app.Page{Limit: 1000}
	for {
		rows, err := u.Store.Tickets(ctx, app.TicketFilter{Connection: connection, Page: page})
		if err != nil {
			return newest, err
		}
		for _, t := range rows {
			if !t.Linked && t.RemoteID > newest.RemoteID {
				newest = t.Ticket
			}
		}
		if len(rows) < page.Size() {
			return newest, nil
		}
		page.After = rows[len(rows)-1].ID
	}
}

// shown explains why a ticket we know was not among those that were found: it is gone, or has lost its reference.
func shown(ctx context.Context, client psa.Client, t app.Ticket) error {
	r, err := client.Ticket(ctx, t.RemoteID)
	switch {
	case app.ErrorCode(err) == app.NotFound, err == nil && r.XRef != t.XRef:
		return nil
	case err != nil:
		return err
	}
	return app.Errorf(app.Unavailable, "ConnectWise's search does not show ticket #%d, which is there. Without it nobody knows what was made since the backup. It is asked again by itself.", t.RemoteID)
}

// quantities counts the agreement lines that hold something else than we last wrote. Each of them asks in the next preview.
func (u *Upkeep) quantities(ctx context.Context, client psa.Client, connection string) (moved int, err error) {
	owned, err := u.Store.Owned(ctx, connection)
	if err != nil {
		return 0, err
	}
	lines := map[int64]map[int64]app.Addition{}
	for _, o := range owned {
		of, read := lines[o.AgreementID]
		if !read {
			of = map[int64]app.Addition{}
			list, err := client.Additions(ctx, o.AgreementID)
			switch app.ErrorCode(err) {
			case "", app.NotFound, app.Invalid: // a line that cannot be read asks in the preview; asking again mends nothing
			default:
				return 0, err
			}
			for _, a := range list {
				of[a.ID] = a
			}
			lines[o.AgreementID] = of
		}
		if a, there := of[o.AdditionID]; !there || !a.Quantity.Equal(o.LastVerified) {
			moved++
		}
	}
	return moved, nil
}

// Words says what a restore found, for the page and the terminal.
func Words(r app.Restore) string {
	if r.Pending() {
		return "Nothing is sent before ConnectWise was asked what was made since."
	}
	parts := []string{count(r.Found, "ticket made after the backup was found again", "tickets made after the backup were found again")}
	if r.Quantities > 0 {
		parts = append(parts, count(r.Quantities, "agreement line holds another quantity than the backup knew and asks in the next preview", "agreement lines hold another quantity than the backup knew and ask in the next preview"))
	}
	if r.Stopped > 0 {
		parts = append(parts, count(r.Stopped, "agreement of an unfinished push was not written", "agreements of unfinished pushes were not written"))
	}
	if r.Mails > 0 {
		parts = append(parts, count(r.Mails, "e-mail waits for your word, because it may have been sent", "e-mails wait for your word, because they may have been sent"))
	}
	if r.Loose > 0 {
		parts = append(parts, count(r.Loose, "found ticket is open and about nothing that holds now: look at it in ConnectWise", "found tickets are open and about nothing that holds now: look at them in ConnectWise"))
	}
	return strings.Join(parts, "; ") + "."
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
