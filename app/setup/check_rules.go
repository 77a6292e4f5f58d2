package setup

import (
	"context"

	"psabridge/app"
	"psabridge/app/settings"
)

// ruleChecks has one check for each alert that opens tickets here with service settings of its own.
func (r *run) ruleChecks() []check {
	tree := make([]app.Organization, len(r.organizations))
	for i, o := range r.organizations {
		tree[i] = o.Organization
	}
	inherited := settings.NewTree(tree, r.doc)
	var all []check
	for _, rule := range r.doc.Alerts {
		if !rule.Via.PSA || !overrides(rule.Ticket) {
			continue
		}
		if f := rule.For; f.Organization != "" && inherited.Effective(f.Source, f.Organization).Connection != r.conn.Name {
			continue
		}
		all = append(all, check{id: "alert." + rule.Name, title: "The ticket settings of the alert " + rule.Name + " exist", needs: []string{"right.table_setup.inquire"}, prove: r.rule(rule.Ticket)})
	}
	return all
}

func overrides(t app.TicketPolicy) bool {
	return !t.Board.IsZero() || !t.Type.IsZero() || !t.Subtype.IsZero() || !t.Item.IsZero() || !t.Status.IsZero() || !t.Team.IsZero() || !t.Priority.IsZero()
}

// rule proves that what an alert names exists, on its own board or the connection's.
func (r *run) rule(t app.TicketPolicy) func(context.Context) finding {
	const fix = "Choose another in the alert, or make it in ConnectWise under System ▸ Setup Tables."
	return func(ctx context.Context) finding {
		board := r.board
		var err error
		if !t.Board.IsZero() {
			if board, err = r.one(ctx, app.ListBoards, 0, t.Board); err != nil {
				return r.missing(err, fix)
			}
		}
		for _, named := range []struct {
			list app.OptionList
			ref  app.Ref
		}{
			{app.ListStatuses, t.Status}, {app.ListTypes, t.Type}, {app.ListSubtypes, t.Subtype}, {app.ListItems, t.Item}, {app.ListTeams, t.Team}, {app.ListPriorities, t.Priority},
		} {
			parent := board.ID
			if named.list == app.ListPriorities {
				parent = 0
			}
			if named.ref.IsZero() || parent == 0 && named.list != app.ListPriorities {
				continue
			}
			row, err := r.one(ctx, named.list, parent, named.ref)
			if err != nil {
				return r.missing(err, fix)
			}
			if named.list == app.ListStatuses && optionOf(row).Closed {
				return failed("The status "+row.Name+" closes a ticket, so its tickets would be born closed.", "Choose an open status in the alert.")
			}
		}
		return ok("Everything the alert names exists.")
	}
}

func (r *run) missing(err error, fix string) finding {
	if app.ErrorCode(err) == app.NotFound {
		return failedBy(err, fix)
	}
	return r.refused(err, fixTables([]string{tableBoards, tablePriorities}))
}
