package setup

import (
	"context"
	"slices"

	"psabridge/app"
	"psabridge/app/psa"
	"psabridge/app/settings"
)

// plainLists are the lists that hang on nothing.
var plainLists = []app.OptionList{
	app.ListCompanies, app.ListAgreements, app.ListProducts, app.ListBoards, app.ListPriorities, app.ListSources, app.ListCompanyStatuses,
}

// boardLists are those every board has of its own.
var boardLists = []app.OptionList{app.ListStatuses, app.ListTypes, app.ListTeams}

// Reload reads every drop-down of a connection anew and says how many entries each has; statuses, types and teams are
// counted over all boards. A list the role may not see is left out when no feature that is switched on needs it.
func (s *Setup) Reload(ctx context.Context, connection string) (map[app.OptionList]int, error) {
	if err := s.known(ctx, connection); err != nil {
		return nil, err
	}
	client, err := s.Client(ctx, connection)
	if err != nil {
		return nil, err
	}
	doc, _, err := s.Document(ctx)
	if err != nil {
		return nil, err
	}
	conn, _ := settings.ConnectionByName(doc, connection)
	counts := make(map[app.OptionList]int)
	for _, list := range plainLists {
		rows, err := s.load(ctx, client, connection, list, 0)
		if app.ErrorCode(err) == app.Forbidden && !wants(conn, list) {
			continue
		}
		if err != nil {
			return counts, err
		}
		counts[list] = len(rows)
		if list == app.ListBoards {
			if err := s.reloadBoards(ctx, client, connection, rows, counts); err != nil {
				return counts, err
			}
		}
	}
	return counts, nil
}

func (s *Setup) reloadBoards(ctx context.Context, client psa.Client, connection string, boards []app.OptionRow, counts map[app.OptionList]int) error {
	for _, board := range boards {
		if board.Inactive {
			continue
		}
		for _, list := range boardLists {
			rows, err := s.load(ctx, client, connection, list, board.ID)
			if err != nil {
				return err
			}
			counts[list] += len(rows)
		}
	}
	return nil
}

// wants reports whether a feature that is switched on cannot do without a list.
func wants(c app.ConnectionSettings, list app.OptionList) bool {
	switch list {
	case app.ListCompanies:
		return true
	case app.ListAgreements, app.ListProducts:
		return c.Billing.Enabled
	case app.ListCompanyStatuses:
		return false // only a warning hangs on it
	default:
		return c.Ticketing.Enabled && (slices.Contains(boardLists, list) || list == app.ListBoards || list == app.ListPriorities || list == app.ListSources)
	}
}
