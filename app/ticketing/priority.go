package ticketing

import (
	"context"
	"slices"

	"psabridge/app"
)

// severities in their order, the mildest first.
var severities = []app.Severity{app.SeverityInfo, app.SeverityWarning, app.SeverityCritical}

// priorityChoice is the priority a severity has: the rule's own, which is the same for all, else the connection's.
func priorityChoice(j *job, s app.Severity) choice {
	return choice{list: app.ListPriorities, what: "priority"}.of(j, j.rule.Ticket.Priority, j.connection.Ticketing.Priority[s])
}

// wantedPriority is the priority the ticket is to get because it became worse (T2); zero when it is to stay as it is.
func (n *noting) wantedPriority(ctx context.Context) (app.Option, error) {
	if n.payload.Reason != app.ReasonWorsened {
		return app.Option{}, nil
	}
	to, err := n.desk.resolve(ctx, n.job, priorityChoice(n.job, n.worst()))
	if err != nil || to.ID == n.ticket.PriorityID {
		return app.Option{}, err
	}
	return to, nil
}

// worst is the severity of the worst thing the ticket stands for now: one of several may have become worse and still not
// be the worst of them.
func (n *noting) worst() app.Severity {
	worst := n.payload.Severity
	for _, c := range n.ticket.Conditions {
		if c.State == app.ConditionOpen && slices.Index(severities, c.Severity) > slices.Index(severities, worst) {
			worst = c.Severity
		}
	}
	return worst
}

// raise notes the ticket and gives it its new priority: one more read, one note, one PATCH at most. The notes are read before,
// so that a priority that is refused does not write the note a second time when it is tried again.
func (n *noting) raise(ctx context.Context, to app.Option) (app.Settlement, error) {
	if err := n.readNotes(ctx); err != nil {
		return app.Settlement{}, err
	}
	if st, err := n.write(ctx); err != nil || st != nil {
		return settled(st), err
	}
	ours, err := n.priorityIsOurs(ctx)
	switch {
	case err != nil:
		return app.Settlement{}, err
	case n.remote.Closed:
		return n.done(nil, n.object(), "The priority is left: the ticket is closed."), nil
	case n.remote.Priority == to.ID:
	case !ours:
		return n.done(nil, n.object(), "The priority is left as a person set it."), nil
	default:
		if err := n.setPriority(ctx, to); err != nil {
			return app.Settlement{}, err
		}
	}
	t := n.ticket.Ticket // as it was known: what else changed meanwhile is for the poll to see
	t.PriorityID = to.ID
	return n.done(&t, n.object(), "The priority is “"+to.Name+"” now."), nil
}

// priorityIsOurs reports whether the ticket still has a priority we gave it. Where that was not kept, one the settings give
// to a lesser severity counts as ours.
func (n *noting) priorityIsOurs(ctx context.Context) (bool, error) {
	if n.ticket.PriorityID != 0 {
		return n.remote.Priority == n.ticket.PriorityID, nil
	}
	for _, s := range severities[:max(slices.Index(severities, n.worst()), 0)] {
		was, err := n.desk.resolve(ctx, n.job, priorityChoice(n.job, s))
		if app.ErrorCode(err) == app.Invalid {
			continue // no longer there, so the ticket cannot have it
		}
		if err != nil || was.ID != 0 && was.ID == n.remote.Priority {
			return err == nil, err
		}
	}
	return false, nil
}

func (n *noting) setPriority(ctx context.Context, to app.Option) error {
	e := n.entry("ticket "+num(n.target)+" priority", to.Name)
	if err := n.intend(ctx, readable(map[string]any{"ticket": n.target, "priority": to.Name, "priority_id": to.ID}), e); err != nil {
		return err
	}
	_, err := n.client.UpdateTicket(ctx, n.target, app.TicketChange{PriorityID: to.ID})
	return err
}
