package setup

import (
	"context"
	"fmt"
	"slices"

	"psabridge/app"
	"psabridge/app/psa"
	"psabridge/app/settings"
)

// plainLists are the lists that hang on nothing.
var plainLists = []app.OptionList{
	app.ListCompanies, app.ListAgreements, app.ListProducts, app.ListBoards, app.ListPriorities, app.ListSources, app.ListCompanyStatuses, app.ListMembers,
}

// listAll is no list: it has no rows, and was read when a reload came to its end.
const listAll app.OptionList = "all"

// boardLists are those every board has of its own. The rarer ones are read anew only for boards somebody uses; of the
// others they are read when they are first asked for.
var (
	boardLists = []app.OptionList{app.ListStatuses, app.ListTypes, app.ListTeams}
	rareLists  = []app.OptionList{app.ListSubtypes, app.ListItems, app.ListAssociations}
)

// Reload reads every drop-down of a connection anew and says how many entries each has; what belongs to a board is
// counted over all boards. A list the role may not see is left out; the error says so when a feature that is switched on
// needs it, and the others are read all the same. What was read before stays usable when ConnectWise stops answering in
// the middle.
func (s *Setup) Reload(ctx context.Context, connection string) (map[app.OptionList]int, error) {
	return s.ReloadTelling(ctx, connection, nil)
}

// ReloadTelling is Reload that says what it is reading; tell may be nil.
func (s *Setup) ReloadTelling(ctx context.Context, connection string, tell func(text string)) (map[app.OptionList]int, error) {
	doc, _, err := s.Document(ctx)
	if err != nil {
		return nil, err
	}
	conn, known := settings.ConnectionByName(doc, connection)
	if !known {
		return nil, app.Errorf(app.NotFound, "There is no connection %s in the settings.", connection)
	}
	client, err := s.Client(ctx, connection)
	if err != nil {
		return nil, err
	}
	if tell == nil {
		tell = func(string) {}
	}
	l := &reload{Setup: s, client: client, doc: doc, conn: conn, tell: tell, counts: make(map[app.OptionList]int)}
	return l.counts, l.run(ctx)
}

// reload is one reading of everything.
type reload struct {
	*Setup
	client psa.Client
	doc    app.Settings
	conn   app.ConnectionSettings
	tell   func(string)
	counts map[app.OptionList]int

	refused error // the first refusal of a list that something needs
}

func (l *reload) run(ctx context.Context) error {
	for _, list := range plainLists {
		l.tell("Reading " + plural[list])
		rows, err := l.read(ctx, list, 0)
		if err != nil {
			return err
		}
		if list == app.ListBoards {
			if err := l.boards(ctx, rows); err != nil {
				return err
			}
		}
	}
	if err := l.Store.SaveOptions(ctx, l.conn.Name, listAll, 0, nil, l.Now()); err != nil {
		return err
	}
	return l.refused
}

// read reads one list, or notes that the role may not see it.
func (l *reload) read(ctx context.Context, list app.OptionList, board int64) ([]app.OptionRow, error) {
	rows, err := l.load(ctx, l.client, l.conn.Name, list, board)
	if app.ErrorCode(err) == app.Forbidden {
		if l.refused == nil && wants(l.conn, list) {
			l.refused = err
		}
		return nil, nil
	}
	if err == nil {
		l.counts[list] += len(rows)
	}
	return rows, err
}

// boards reads what belongs to each active board.
func (l *reload) boards(ctx context.Context, boards []app.OptionRow) error {
	used := l.usedBoards(boards)
	for i, board := range boards {
		if board.Inactive {
			continue
		}
		l.tell(fmt.Sprintf("Reading board %d of %d: %s", i+1, len(boards), board.Name))
		for _, list := range slices.Concat(boardLists, rareLists) {
			if slices.Contains(rareLists, list) && !used[board.ID] {
				_, at, err := l.Store.Options(ctx, l.conn.Name, list, board.ID)
				if err != nil {
					return err
				}
				if at.IsZero() {
					continue
				}
			}
			if _, err := l.read(ctx, list, board.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// usedBoards are the boards the connection and the alerts name. A name that several boards have names none.
func (l *reload) usedBoards(boards []app.OptionRow) map[int64]bool {
	used := make(map[int64]bool)
	refs := []app.Ref{l.conn.Ticketing.Board}
	for _, rule := range l.doc.Alerts {
		refs = append(refs, rule.Ticket.Board)
	}
	for _, ref := range refs {
		if row, err := pick(boards, app.ListBoards, ref); err == nil && !ref.IsZero() {
			used[row.ID] = true
		}
	}
	return used
}

// wants reports whether a feature that is switched on cannot do without a list.
func wants(c app.ConnectionSettings, list app.OptionList) bool {
	switch list {
	case app.ListCompanies:
		return true
	case app.ListAgreements, app.ListProducts:
		return c.Billing.Enabled
	case app.ListBoards, app.ListStatuses:
		return c.Ticketing.Enabled
	case app.ListPriorities:
		return c.Ticketing.Enabled && len(c.Ticketing.Priority) > 0
	case app.ListSources:
		return c.Ticketing.Enabled && !c.Ticketing.Source.IsZero()
	default:
		return false // only a warning hangs on it, or nothing
	}
}
