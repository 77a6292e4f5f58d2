package web

import (
	"context"

	"psabridge/app"
	"psabridge/views/ui"
)

// serviceLists are the drop-downs of tickets, from the cache. Statuses, types and teams are those of one board.
type serviceLists struct {
	boards, statuses, closed, types, teams, sources, priorities []ui.Choice
}

func (s *Server) serviceLists(ctx context.Context, connection, board string) (l serviceLists, err error) {
	boards, _, err := options[app.Option](ctx, s, connection, app.ListBoards, 0)
	if err != nil {
		return l, err
	}
	l.boards = choices(boards)
	for list, into := range map[app.OptionList]*[]ui.Choice{app.ListSources: &l.sources, app.ListPriorities: &l.priorities} {
		all, _, err := options[app.Option](ctx, s, connection, list, 0)
		if err != nil {
			return l, err
		}
		*into = choices(all)
	}
	id := boardID(boards, board)
	if id == 0 {
		return l, nil
	}
	statuses, _, err := options[app.Option](ctx, s, connection, app.ListStatuses, id)
	if err != nil {
		return l, err
	}
	l.statuses = choices(statuses)
	for _, one := range statuses {
		if one.Closed {
			l.closed = append(l.closed, choices([]app.Option{one})...)
		}
	}
	for list, into := range map[app.OptionList]*[]ui.Choice{app.ListTypes: &l.types, app.ListTeams: &l.teams} {
		all, _, err := options[app.Option](ctx, s, connection, list, id)
		if err != nil {
			return l, err
		}
		*into = choices(all)
	}
	return l, nil
}

// boardID finds a board by name or "#id".
func boardID(boards []app.Option, name string) int64 {
	for _, b := range boards {
		if b.Name == name || ui.ID(b.ID) == name {
			return b.ID
		}
	}
	return 0
}

// choices are the entries that can be picked; the name is the value, because settings name things by name.
func choices(all []app.Option) []ui.Choice {
	out := make([]ui.Choice, 0, len(all))
	for _, one := range all {
		if !one.Inactive {
			out = append(out, ui.Choice{Value: one.Name, Label: one.Name})
		}
	}
	return out
}
