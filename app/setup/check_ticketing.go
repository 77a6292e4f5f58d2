package setup

import (
	"context"
	"strings"

	"psabridge/app"
)

// ticketingChecks proves that every service default can be used as it is set.
func (r *run) ticketingChecks() []check {
	board, tables := []string{"board"}, []string{"right.table_setup.inquire"}
	return []check{
		{"board", "The board exists", tables, r.boardExists},
		{"status.default", "New tickets get an open status", board, r.statusDefault},
		{"status.closed", "There is a status that closes a ticket", board, r.statusClosed},
		{"team.default", "New tickets get a team", board, r.teamDefault},
		{"type", "The ticket type exists", board, r.ofBoard(app.ListTypes, r.conn.Ticketing.Type)},
		{"priority", "The priorities exist", tables, r.priorities},
		{"source", "The ticket source exists", tables, r.exists(app.ListSources, r.conn.Ticketing.Source)},
	}
}

const fixDefaults = "Choose another under Service defaults of the connection, or make it in ConnectWise under System ▸ Setup Tables."

func (r *run) boardExists(ctx context.Context) finding {
	rows, err := r.list(ctx, app.ListBoards, 0)
	if err != nil {
		return r.refused(err, fixRole)
	}
	if r.conn.Ticketing.Board.IsZero() {
		return warning("No board is chosen. ConnectWise will take the default board of the API member.", "Choose a board under Service defaults of the connection.")
	}
	row, err := pick(rows, app.ListBoards, r.conn.Ticketing.Board)
	if err != nil {
		return failedBy(err, fixDefaults)
	}
	r.board = row.ID
	return ok("Tickets go to the board " + row.Name + ".")
}

// noBoard is the answer of what hangs on a board when ConnectWise chooses it.
var noBoard = skipped("Not tried, because no board is chosen.")

func (r *run) statusDefault(ctx context.Context) finding {
	if r.board == 0 {
		return noBoard
	}
	rows, err := r.list(ctx, app.ListStatuses, r.board)
	if err != nil {
		return r.refused(err, fixRole)
	}
	if named := r.conn.Ticketing.Status; !named.IsZero() {
		row, err := pick(rows, app.ListStatuses, named)
		if err != nil {
			return failedBy(err, fixDefaults)
		}
		if optionOf(row).Closed {
			return failed("The status "+row.Name+" closes a ticket, so new tickets would be born closed.", "Choose an open status under Service defaults of the connection.")
		}
		return ok("New tickets get the status " + row.Name + ".")
	}
	for _, row := range rows {
		if o := optionOf(row); o.Default && !o.Closed && !row.Inactive {
			return ok("New tickets get the board's default status, " + row.Name + ".")
		}
	}
	return failed("The board has no open default status.", "In ConnectWise open System ▸ Setup Tables ▸ Service Board ▸ Statuses and mark one as default, or choose a status under Service defaults.")
}

func (r *run) statusClosed(ctx context.Context) finding {
	if r.board == 0 {
		return noBoard
	}
	rows, err := r.list(ctx, app.ListStatuses, r.board)
	if err != nil {
		return r.refused(err, fixRole)
	}
	const fix = "Choose a closed status under Service defaults of the connection. In ConnectWise a status closes when its Closed Status box is ticked, whatever its name."
	if named := r.conn.Ticketing.ClosedStatus; !named.IsZero() {
		row, err := pick(rows, app.ListStatuses, named)
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
		return failed("The board has no status that closes a ticket.", "In ConnectWise open System ▸ Setup Tables ▸ Service Board ▸ Statuses and tick Closed Status on one.")
	case 1:
		return ok("The board's only closed status is " + closed[0] + ".")
	}
	return warning("No closed status is chosen, and the board has several: "+strings.Join(closed, ", ")+".", fix)
}

func (r *run) teamDefault(ctx context.Context) finding {
	if r.board == 0 {
		return noBoard
	}
	if !r.conn.Ticketing.Team.IsZero() {
		return r.ofBoard(app.ListTeams, r.conn.Ticketing.Team)(ctx)
	}
	rows, err := r.list(ctx, app.ListTeams, r.board)
	if err != nil {
		return r.refused(err, fixRole)
	}
	for _, row := range rows {
		if optionOf(row).Default && !row.Inactive {
			return ok("New tickets get the board's default team, " + row.Name + ".")
		}
	}
	return warning("The board has no default team, so new tickets belong to nobody.", "Choose a team under Service defaults of the connection.")
}

// ofBoard proves that something of the board exists.
func (r *run) ofBoard(list app.OptionList, named app.Ref) func(context.Context) finding {
	return func(ctx context.Context) finding {
		if named.IsZero() {
			return ok("Left to ConnectWise.")
		}
		if r.board == 0 {
			return noBoard
		}
		return r.found(ctx, list, r.board, named)
	}
}

// exists proves that an entry of a list exists.
func (r *run) exists(list app.OptionList, named app.Ref) func(context.Context) finding {
	return func(ctx context.Context) finding {
		if named.IsZero() {
			return ok("Left to ConnectWise.")
		}
		return r.found(ctx, list, 0, named)
	}
}

func (r *run) found(ctx context.Context, list app.OptionList, parent int64, named app.Ref) finding {
	rows, err := r.list(ctx, list, parent)
	if err != nil {
		return r.refused(err, fixRole)
	}
	row, err := pick(rows, list, named)
	if err != nil {
		return failedBy(err, fixDefaults)
	}
	return ok("The " + singular[list] + " " + row.Name + " exists.")
}

func (r *run) priorities(ctx context.Context) finding {
	var names []string
	for _, severity := range []app.Severity{app.SeverityInfo, app.SeverityWarning, app.SeverityCritical} {
		named := r.conn.Ticketing.Priority[severity]
		if named.IsZero() {
			continue
		}
		if got := r.found(ctx, app.ListPriorities, 0, named); got.state != app.CheckOK {
			got.message = string(severity) + ": " + got.message
			return got
		}
		names = append(names, string(severity)+" is "+named.String())
	}
	if len(names) == 0 {
		return ok("Left to ConnectWise.")
	}
	return ok(strings.Join(names, ", ") + ".")
}

// statusImported is the company status the vendor's guide asks for.
const statusImported = "Imported"

func (r *run) imported(ctx context.Context) finding {
	rows, err := r.list(ctx, app.ListCompanyStatuses, 0)
	if err != nil {
		if app.ErrorCode(err) == app.Forbidden {
			return warning("The role may not read the company statuses.", fixRole)
		}
		return r.refused(err, fixRole)
	}
	if _, err := pick(rows, app.ListCompanyStatuses, app.Ref{Name: statusImported}); err != nil {
		return warning("There is no active company status Imported.", "In ConnectWise open System ▸ Setup Tables ▸ Company Status and add Imported, if companies are to be imported later.")
	}
	return ok("The company status Imported exists.")
}
