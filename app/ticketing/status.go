package ticketing

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"psabridge/app"
)

// closedStatus finds the status that closes a ticket on the board it is on: the rule's own, else the connection's, else the
// board's first that ConnectWise counts as closed. invalid: there is none, or the chosen one does not close.
func (n *noting) closedStatus(ctx context.Context) (app.Option, error) {
	c := n.statusChoice(n.rule.Ticket.ClosedStatus, n.connection.Ticketing.ClosedStatus, "closed status")
	c.usable = func(o app.Option) string {
		if o.Closed {
			return ""
		}
		return "does not close a ticket" + c.where + " (Closed Status is off in ConnectWise)"
	}
	if !c.ref.IsZero() {
		return n.desk.resolve(ctx, n.job, c)
	}
	if o, ok, err := n.pick(ctx, c, func(o app.Option) bool { return o.Closed }); ok || err != nil {
		return o, err
	}
	return app.Option{}, setUp(c.setting(n.job),
		"The board “%s” has no status that closes a ticket. Make one in ConnectWise, then retry.", n.remote.Board)
}

// shut gives a ticket that was just noted its closed status. The note proved the right to edit tickets, so a close that is
// refused lacks the other right alone, which the refused call itself cannot tell.
func (n *noting) shut(ctx context.Context) error {
	status, err := n.closedStatus(ctx)
	if err != nil {
		return err
	}
	err = n.setStatus(ctx, status)
	e, ok := errors.AsType[*app.Error](err)
	if !ok || e.Code != app.Forbidden {
		return err
	}
	named := *e
	named.Message = "The security role of the API member may note tickets, but it lacks “Service Desk ▸ Close Service Tickets ▸ Edit”. In ConnectWise open System ▸ Security Roles, then the role of the API member, and set Service Desk ▸ Close Service Tickets, Edit to All."
	if words := app.ErrorWords(err); words != "" {
		named.Message += " It says: “" + words + "”"
	}
	return &named
}

// openStatus finds the status a reopened ticket gets: the new-ticket status of the settings, else the board's default.
func (n *noting) openStatus(ctx context.Context) (app.Option, error) {
	c := n.statusChoice(n.rule.Ticket.Status, n.connection.Ticketing.Status, "status")
	if !c.ref.IsZero() {
		return n.desk.resolve(ctx, n.job, c)
	}
	for _, wanted := range []func(app.Option) bool{
		func(o app.Option) bool { return o.Default && !o.Closed },
		func(o app.Option) bool { return !o.Closed },
	} {
		if o, ok, err := n.pick(ctx, c, wanted); ok || err != nil {
			return o, err
		}
	}
	return app.Option{}, setUp(c.setting(n.job),
		"The board “%s” has no open status. Make one in ConnectWise, then retry.", n.remote.Board)
}

func (n *noting) statusChoice(rule, connection app.Ref, what string) choice {
	return choice{list: app.ListStatuses, parent: n.remote.BoardID, what: what, where: " on the board “" + n.remote.Board + "”"}.of(n.job, rule, connection)
}

// pick takes the first usable status in the board's own order, from the stored list or else from ConnectWise's.
func (n *noting) pick(ctx context.Context, c choice, wanted func(app.Option) bool) (app.Option, bool, error) {
	for _, read := range n.desk.reads() {
		rows, err := read(ctx, n.job, c)
		if err != nil {
			return app.Option{}, false, err
		}
		rows = slices.SortedStableFunc(slices.Values(rows), func(a, b app.Option) int { return cmp.Compare(a.Sort, b.Sort) })
		for _, o := range rows {
			if !o.Inactive && wanted(o) {
				return o, true, nil
			}
		}
	}
	return app.Option{}, false, nil
}
