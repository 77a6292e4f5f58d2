package setup

import (
	"context"
	"slices"
	"strings"

	"psabridge/app"
)

// automation proves that the members and statuses that do not count as a person's hand (T5) are there: a name nobody has
// would let a workflow rule keep tickets open.
func (r *run) automation(ctx context.Context) finding {
	statuses, bad := r.unknownStatuses(ctx)
	if bad.state != "" {
		return bad
	}
	if len(statuses) > 0 {
		return warning("No board of the settings has the status "+listed(statuses)+", so it never counts as a workflow rule's.",
			"Correct the name "+whereDefaults+", under what does not count as a person.")
	}
	if len(r.conn.Ticketing.Automation.Members) == 0 {
		return ok("Every status of the list exists.")
	}
	return r.automationMembers(ctx)
}

// unknownStatuses are those of the list that no board has where the connection's tickets go.
func (r *run) unknownStatuses(ctx context.Context) (unknown []string, bad finding) {
	wanted := r.conn.Ticketing.Automation.Statuses
	if len(wanted) == 0 {
		return nil, finding{}
	}
	boards := r.boards(ctx)
	if len(boards) == 0 {
		return nil, skipped("Not tried, because no board is chosen.")
	}
	var there []string
	for _, board := range boards {
		rows, err := r.list(ctx, app.ListStatuses, board)
		if err != nil {
			return nil, r.refused(err, fixTables([]string{tableBoards}))
		}
		for _, row := range rows {
			there = append(there, strings.ToLower(row.Name))
		}
	}
	for _, name := range wanted {
		if !slices.Contains(there, strings.ToLower(strings.TrimSpace(name))) {
			unknown = append(unknown, "“"+name+"”")
		}
	}
	return unknown, finding{}
}

// boards are those the connection's tickets go to: its own, and those its alerts name. One that is not there has a check of
// its own.
func (r *run) boards(ctx context.Context) (ids []int64) {
	if r.board.ID != 0 {
		ids = append(ids, r.board.ID)
	}
	for _, rule := range r.doc.Alerts {
		if !rule.Via.PSA || rule.Ticket.Board.IsZero() {
			continue
		}
		if row, err := r.one(ctx, app.ListBoards, 0, rule.Ticket.Board); err == nil && !slices.Contains(ids, row.ID) {
			ids = append(ids, row.ID)
		}
	}
	return ids
}

// automationMembers looks for the members where the role may read them. It need not: a note names its writer.
func (r *run) automationMembers(ctx context.Context) finding {
	rows, err := r.list(ctx, app.ListMembers, 0)
	switch {
	case app.ErrorCode(err) == app.Forbidden:
		return skipped("The role may not read members and need not, so it cannot be seen whether those of the list exist.")
	case err != nil:
		return r.refused(err, fixAway)
	}
	var unknown []string
	for _, name := range r.conn.Ticketing.Automation.Members {
		is := func(m app.OptionRow) bool { return strings.EqualFold(m.Identifier, strings.TrimSpace(name)) }
		if !slices.ContainsFunc(rows, is) {
			unknown = append(unknown, "“"+name+"”")
		}
	}
	if len(unknown) > 0 {
		return warning("ConnectWise has no member "+listed(unknown)+", so it never counts as a workflow rule's.",
			"Write the member ID as it stands in ConnectWise under System ▸ Members, "+whereDefaults+".")
	}
	return ok("Every member and status of the list exists.")
}
