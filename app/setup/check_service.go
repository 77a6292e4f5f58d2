package setup

import (
	"context"
	"strings"

	"psabridge/app"
)

// service is what is chosen for new tickets: by the connection, or by an alert with the connection's choice where it has
// none of its own. A ticket with any of it that ConnectWise does not have is parked.
type service struct {
	board                                     app.OptionRow // zero: ConnectWise chooses it
	status, closed, team, kind, subtype, item app.Ref
	where                                     string // where it is chosen, for the sentence of what to do
}

// defaults are the service defaults of the connection.
func (r *run) defaults() service {
	t := r.conn.Ticketing
	return service{board: r.board, status: t.Status, closed: t.ClosedStatus, team: t.Team, kind: t.Type, subtype: t.Subtype, item: t.Item, where: whereDefaults}
}

// serviceDefault proves one of the service defaults.
func (r *run) serviceDefault(prove func(context.Context, service) finding) func(context.Context) finding {
	return func(ctx context.Context) finding {
		if r.board.ID == 0 { // and nothing that hangs on one is chosen, else the check of the board fails
			return skipped("Not tried, because no board is chosen.")
		}
		return prove(ctx, r.defaults())
	}
}

// boardless finds what is chosen of a board when no board is; an empty finding when nothing is.
func (s service) boardless() finding {
	for _, named := range []struct {
		what string
		ref  app.Ref
	}{{"status", s.status}, {"type", s.kind}, {"subtype", s.subtype}, {"item", s.item}, {"team", s.team}} {
		if !named.ref.IsZero() {
			return failed("A "+named.what+" is chosen but no board, and every board has its own. Each ticket would wait for you.", "Choose the board "+s.where+".")
		}
	}
	return finding{}
}

// tables is the page of ConnectWise where the board has its lists.
func (s service) tables() string {
	return "System ▸ Setup Tables ▸ Service Board ▸ " + s.board.Name + " ▸ "
}

func (r *run) openStatus(ctx context.Context, s service) finding {
	rows, err := r.list(ctx, app.ListStatuses, s.board.ID)
	if err != nil {
		return r.refused(err, fixTables([]string{tableBoards}))
	}
	if !s.status.IsZero() {
		row, err := pick(rows, app.ListStatuses, s.status)
		if err != nil {
			return failedBy(err, fixOption(s.where, app.ListStatuses, s.board.Name))
		}
		if optionOf(row).Closed {
			return failed("The status "+row.Name+" closes a ticket, so new tickets would be born closed.", "Choose an open status "+s.where+".")
		}
		return ok("New tickets get the status " + row.Name + ".")
	}
	for _, row := range rows {
		if o := optionOf(row); o.Default && !o.Closed && !row.Inactive {
			return ok("New tickets get the board's default status, " + row.Name + ".")
		}
	}
	return failed("The board "+s.board.Name+" has no open default status.", "In ConnectWise open "+s.tables()+"Statuses and tick Default on one that is not closed, or choose a status "+s.where+".")
}

func (r *run) closedStatus(ctx context.Context, s service) finding {
	rows, err := r.list(ctx, app.ListStatuses, s.board.ID)
	if err != nil {
		return r.refused(err, fixTables([]string{tableBoards}))
	}
	fix := "Choose a closed status " + s.where + ". In ConnectWise a status closes when its Closed Status box is ticked under " + s.tables() + "Statuses, whatever its name."
	if !s.closed.IsZero() {
		row, err := pick(rows, app.ListStatuses, s.closed)
		if err != nil {
			return failedBy(err, fix)
		}
		if !optionOf(row).Closed {
			return failed("The status "+row.Name+" does not close a ticket in ConnectWise.", fix)
		}
		return ok("Tickets are closed with the status " + row.Name + ".")
	}
	var closed []string
	for _, row := range rows {
		if optionOf(row).Closed && !row.Inactive {
			closed = append(closed, row.Name)
		}
	}
	switch len(closed) {
	case 0:
		return failed("The board "+s.board.Name+" has no status that closes a ticket.", "In ConnectWise open "+s.tables()+"Statuses and tick Closed Status on one.")
	case 1:
		return ok("The board's only closed status is " + closed[0] + ".")
	}
	return warning("No closed status is chosen, and the board has several: "+strings.Join(closed, ", ")+".", fix)
}

func (r *run) team(ctx context.Context, s service) finding {
	if !s.team.IsZero() {
		return r.found(ctx, s, app.ListTeams, s.team)
	}
	rows, err := r.list(ctx, app.ListTeams, s.board.ID)
	if err != nil {
		return r.refused(err, fixTables([]string{tableBoards}))
	}
	for _, row := range rows {
		if optionOf(row).Default && !row.Inactive {
			return ok("New tickets get the board's default team, " + row.Name + ".")
		}
	}
	return warning("The board "+s.board.Name+" has no default team, so new tickets belong to nobody.",
		"In ConnectWise open "+s.tables()+"Teams and tick Default on one, or choose a team "+s.where+".")
}

func (r *run) kind(ctx context.Context, s service) finding {
	if s.kind.IsZero() {
		return ok("Left to ConnectWise.")
	}
	return r.found(ctx, s, app.ListTypes, s.kind)
}
