package setup

import (
	"context"
	"strings"

	"psabridge/app"
)

// ticketingChecks proves that every service default can be used as it is set, and what the alerts set instead.
func (r *run) ticketingChecks() []check {
	t := r.conn.Ticketing
	board, keys := []string{"board"}, []string{"keys"}
	all := []check{
		{id: "board", title: "The board exists", needs: []string{"right.table_setup.inquire"}, prove: r.boardExists},
		{id: "status.default", title: "New tickets get an open status", needs: board, prove: r.statusDefault},
		{id: "status.closed", title: "There is a status that closes a ticket", needs: board, prove: r.statusClosed},
		{id: "team.default", title: "New tickets get a team", needs: board, prove: r.teamDefault},
		{id: "type", title: "The ticket type exists", needs: board, prove: r.ofBoard(app.ListTypes, t.Type)},
	}
	if !t.Subtype.IsZero() {
		all = append(all, check{id: "subtype", title: "The ticket subtype exists and belongs to the type", needs: []string{"board", "type"}, prove: r.subtype})
	}
	if !t.Item.IsZero() {
		all = append(all, check{id: "item", title: "The ticket item exists and belongs to the subtype", needs: []string{"board", "type"}, prove: r.item})
	}
	all = append(all,
		check{id: "priority", title: "The priorities exist", needs: keys, prove: r.priorities},
		check{id: "source", title: "The ticket source exists", needs: keys, prove: r.exists(app.ListSources, t.Source)},
	)
	return append(all, r.ruleChecks()...)
}

const fixDefaults = "Choose another under Service defaults of the connection, or make it in ConnectWise under System ▸ Setup Tables."

// fixOption is where an entry of a list is chosen here, and where it is made in ConnectWise.
func fixOption(list app.OptionList, board string) string {
	table := "Service Board ▸ " + orWord(board, "the board") + " ▸ "
	where := map[app.OptionList]string{
		app.ListBoards: "Service Board", app.ListStatuses: table + "Statuses", app.ListTypes: table + "Types", app.ListSubtypes: table + "Subtypes",
		app.ListItems: table + "Items", app.ListTeams: table + "Teams", app.ListPriorities: "Priority", app.ListSources: "Source",
	}[list]
	if where == "" {
		return fixDefaults
	}
	return "Choose another under Service defaults of the connection, or make it in ConnectWise under System ▸ Setup Tables ▸ " + where + "."
}

func (r *run) boardExists(ctx context.Context) finding {
	rows, err := r.list(ctx, app.ListBoards, 0)
	if err != nil {
		return r.refused(err, fixTables([]string{tableBoards}))
	}
	if r.conn.Ticketing.Board.IsZero() {
		return warning("No board is chosen. ConnectWise will take the default board of the API member.",
			"Choose a board under Service defaults of the connection, or set the Default Board of the member in ConnectWise under System ▸ Members ▸ API Members.")
	}
	row, err := pick(rows, app.ListBoards, r.conn.Ticketing.Board)
	if err != nil {
		return failedBy(err, fixOption(app.ListBoards, ""))
	}
	r.board = row
	return ok("Tickets go to the board " + row.Name + ".")
}

// noBoard is the answer of what hangs on a board when ConnectWise chooses it.
var noBoard = skipped("Not tried, because no board is chosen.")

func (r *run) statusDefault(ctx context.Context) finding {
	if r.board.ID == 0 {
		return noBoard
	}
	rows, err := r.list(ctx, app.ListStatuses, r.board.ID)
	if err != nil {
		return r.refused(err, fixTables([]string{tableBoards}))
	}
	if named := r.conn.Ticketing.Status; !named.IsZero() {
		row, err := pick(rows, app.ListStatuses, named)
		if err != nil {
			return failedBy(err, fixOption(app.ListStatuses, r.board.Name))
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
	return failed("The board has no open default status.", "In ConnectWise open System ▸ Setup Tables ▸ Service Board ▸ "+r.board.Name+" ▸ Statuses and tick Default on one that is not closed, or choose a status under Service defaults of the connection.")
}

func (r *run) statusClosed(ctx context.Context) finding {
	if r.board.ID == 0 {
		return noBoard
	}
	rows, err := r.list(ctx, app.ListStatuses, r.board.ID)
	if err != nil {
		return r.refused(err, fixRole)
	}
	fix := "Choose a closed status under Service defaults of the connection. In ConnectWise a status closes when its Closed Status box is ticked under System ▸ Setup Tables ▸ Service Board ▸ " + r.board.Name + " ▸ Statuses, whatever its name."
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
		return failed("The board has no status that closes a ticket.", "In ConnectWise open System ▸ Setup Tables ▸ Service Board ▸ "+r.board.Name+" ▸ Statuses and tick Closed Status on one.")
	case 1:
		return ok("The board's only closed status is " + closed[0] + ".")
	}
	return warning("No closed status is chosen, and the board has several: "+strings.Join(closed, ", ")+".", fix)
}

func (r *run) teamDefault(ctx context.Context) finding {
	if r.board.ID == 0 {
		return noBoard
	}
	if !r.conn.Ticketing.Team.IsZero() {
		return r.ofBoard(app.ListTeams, r.conn.Ticketing.Team)(ctx)
	}
	rows, err := r.list(ctx, app.ListTeams, r.board.ID)
	if err != nil {
		return r.refused(err, fixRole)
	}
	for _, row := range rows {
		if optionOf(row).Default && !row.Inactive {
			return ok("New tickets get the board's default team, " + row.Name + ".")
		}
	}
	return warning("The board has no default team, so new tickets belong to nobody.",
		"In ConnectWise open System ▸ Setup Tables ▸ Service Board ▸ "+r.board.Name+" ▸ Teams and tick Default on one, or choose a team under Service defaults of the connection.")
}

// ofBoard proves that something of the board exists.
func (r *run) ofBoard(list app.OptionList, named app.Ref) func(context.Context) finding {
	return func(ctx context.Context) finding {
		if named.IsZero() {
			return ok("Left to ConnectWise.")
		}
		if r.board.ID == 0 {
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
		return r.found(ctx, list, app.OptionRow{}, named)
	}
}

func (r *run) found(ctx context.Context, list app.OptionList, board app.OptionRow, named app.Ref) finding {
	row, err := r.one(ctx, list, board.ID, named)
	switch {
	case err == nil:
		return ok("The " + singular[list] + " " + row.Name + " exists.")
	case app.ErrorCode(err) == app.NotFound:
		return failedBy(err, fixOption(list, board.Name))
	}
	return r.refused(err, fixTables([]string{tableOf(list)}))
}

// one finds what a setting names in a list of ConnectWise.
func (r *run) one(ctx context.Context, list app.OptionList, parent int64, named app.Ref) (app.OptionRow, error) {
	rows, err := r.list(ctx, list, parent)
	if err != nil {
		return app.OptionRow{}, err
	}
	return pick(rows, list, named)
}

// tableOf is the entry of Customize that shows a list.
func tableOf(list app.OptionList) string {
	switch list {
	case app.ListPriorities:
		return tablePriorities
	case app.ListSources:
		return tableSources
	case app.ListCompanyStatuses:
		return tableStatuses
	default:
		return tableBoards
	}
}

func (r *run) priorities(ctx context.Context) finding {
	var names []string
	for _, severity := range []app.Severity{app.SeverityInfo, app.SeverityWarning, app.SeverityCritical} {
		named := r.conn.Ticketing.Priority[severity]
		if named.IsZero() {
			continue
		}
		if got := r.found(ctx, app.ListPriorities, app.OptionRow{}, named); got.state != app.CheckOK {
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
			return warning("The role may not read the company statuses, so it cannot be seen whether Imported is among them.", fixTables([]string{tableStatuses}))
		}
		return r.refused(err, fixTables([]string{tableStatuses}))
	}
	if _, err := pick(rows, app.ListCompanyStatuses, app.Ref{Name: statusImported}); err != nil {
		return warning("There is no active company status Imported.",
			"In ConnectWise open System ▸ Setup Tables ▸ Company Status and add Imported. The vendor's guide asks for it; psabridge works without, because it makes no companies.")
	}
	return ok("The company status Imported exists.")
}
