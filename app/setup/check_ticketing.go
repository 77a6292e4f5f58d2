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
		{id: "status.default", title: "New tickets get an open status", needs: board, prove: r.serviceDefault(r.openStatus)},
		{id: "status.closed", title: "There is a status that closes a ticket", needs: board, prove: r.serviceDefault(r.closedStatus)},
		{id: "team.default", title: "New tickets get a team", needs: board, prove: r.serviceDefault(r.team)},
		{id: "type", title: "The ticket type exists", needs: board, prove: r.serviceDefault(r.kind)},
	}
	if !t.Subtype.IsZero() {
		all = append(all, check{id: "subtype", title: "The ticket subtype exists and belongs to the type", needs: []string{"board", "type"}, prove: r.serviceDefault(r.subtype)})
	}
	if !t.Item.IsZero() {
		all = append(all, check{id: "item", title: "The ticket item exists and belongs to the subtype", needs: []string{"board", "type"}, prove: r.serviceDefault(r.item)})
	}
	all = append(all,
		check{id: "priority", title: "The priorities exist", needs: keys, prove: r.priorities},
		check{id: "source", title: "The ticket source exists", needs: keys, prove: r.exists(app.ListSources, t.Source)},
	)
	if !t.Automation.IsZero() {
		all = append(all, check{id: "automation", title: "What does not count as a person exists", needs: []string{"right.table_setup.inquire"}, prove: r.automation})
	}
	return append(all, r.ruleChecks()...)
}

const (
	whereDefaults = "under Service defaults of the connection"
	whereAlert    = "in the alert or " + whereDefaults
)

// fixOption is where an entry of a list is chosen here, and where it is made in ConnectWise.
func fixOption(where string, list app.OptionList, board string) string {
	table := "Service Board ▸ " + orWord(board, "the board") + " ▸ "
	page := map[app.OptionList]string{
		app.ListBoards: "Service Board", app.ListStatuses: table + "Statuses", app.ListTypes: table + "Types", app.ListSubtypes: table + "Subtypes",
		app.ListItems: table + "Items", app.ListTeams: table + "Teams", app.ListPriorities: "Priority", app.ListSources: "Source",
	}[list]
	fix := "Choose another " + where + ", or make it in ConnectWise under System ▸ Setup Tables"
	if page != "" {
		fix += " ▸ " + page
	}
	return fix + "."
}

func (r *run) boardExists(ctx context.Context) finding {
	rows, err := r.list(ctx, app.ListBoards, 0)
	if err != nil {
		return r.refused(err, fixTables([]string{tableBoards}))
	}
	if r.conn.Ticketing.Board.IsZero() {
		if bad := r.defaults().boardless(); bad.state != "" {
			return bad
		}
		return warning("No board is chosen. ConnectWise will take the default board of the API member.",
			"Choose a board under Service defaults of the connection, or set the Default Board of the member in ConnectWise under System ▸ Members ▸ API Members.")
	}
	row, err := pick(rows, app.ListBoards, r.conn.Ticketing.Board)
	if err != nil {
		return failedBy(err, fixOption(whereDefaults, app.ListBoards, ""))
	}
	r.board = row
	return ok("Tickets go to the board " + row.Name + ".")
}

// exists proves that an entry of a list exists.
func (r *run) exists(list app.OptionList, named app.Ref) func(context.Context) finding {
	return func(ctx context.Context) finding {
		if named.IsZero() {
			return ok("Left to ConnectWise.")
		}
		return r.found(ctx, service{where: whereDefaults}, list, named)
	}
}

// found finds what is chosen in a list, of the board where it has one.
func (r *run) found(ctx context.Context, s service, list app.OptionList, named app.Ref) finding {
	row, err := r.one(ctx, list, s.board.ID, named)
	if err != nil {
		return r.missing(err, s, list)
	}
	return ok("The " + singular[list] + " " + row.Name + " exists.")
}

// missing is the finding of an entry that is not there, or of a list that cannot be read.
func (r *run) missing(err error, s service, list app.OptionList) finding {
	if app.ErrorCode(err) == app.NotFound {
		return failedBy(err, fixOption(s.where, list, s.board.Name))
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
		if got := r.found(ctx, service{where: whereDefaults}, app.ListPriorities, named); got.state != app.CheckOK {
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
