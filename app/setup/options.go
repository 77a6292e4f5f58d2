package setup

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/psa"
	"psabridge/app/settings"
)

// Options serves a drop-down of ConnectWise from the cache, with when it was read; one that was never read is read now.
// An old one is served as it is, so that a page works while ConnectWise is away; Reload reads anew. parent is the board
// of what belongs to a board, or the company of agreements (0: all).
func (s *Setup) Options(ctx context.Context, connection string, list app.OptionList, parent int64) ([]app.OptionRow, time.Time, error) {
	if err := s.known(ctx, connection); err != nil {
		return nil, time.Time{}, err
	}
	kept := parent
	if list == app.ListAgreements { // one list holds all companies', so that a change of company needs no request
		kept = 0
	}
	rows, at, err := s.Store.Options(ctx, connection, list, kept)
	if err != nil {
		return nil, time.Time{}, err
	}
	if at.IsZero() {
		client, err := s.Client(ctx, connection)
		if err != nil {
			return nil, time.Time{}, err
		}
		if rows, err = s.load(ctx, client, connection, list, kept); err != nil {
			return nil, time.Time{}, err
		}
		at = s.Now()
	}
	if list == app.ListAgreements && parent != 0 {
		rows = slices.DeleteFunc(rows, func(r app.OptionRow) bool { return agreementOf(r).CompanyID != parent })
	}
	return rows, at, nil
}

func (s *Setup) known(ctx context.Context, connection string) error {
	doc, _, err := s.Document(ctx)
	if err != nil {
		return err
	}
	if _, known := settings.ConnectionByName(doc, connection); !known {
		return app.Errorf(app.NotFound, "There is no connection %s in the settings.", connection)
	}
	return nil
}

// load reads one list from ConnectWise and keeps it.
func (s *Setup) load(ctx context.Context, client psa.Client, connection string, list app.OptionList, parent int64) ([]app.OptionRow, error) {
	rows, err := read(ctx, client, list, parent)
	if err != nil {
		return nil, err
	}
	return s.cache(ctx, connection, list, parent, rows)
}

// cache stores a list that was read just now.
func (s *Setup) cache(ctx context.Context, connection string, list app.OptionList, parent int64, rows []app.OptionRow) ([]app.OptionRow, error) {
	now := s.Now()
	for i := range rows {
		rows[i].LoadedAt = now
	}
	return rows, s.Store.SaveOptions(ctx, connection, list, parent, rows, now)
}

// read asks ConnectWise for one list.
func read(ctx context.Context, client psa.Client, list app.OptionList, parent int64) ([]app.OptionRow, error) {
	ofBoard := func(f func(context.Context, int64) ([]app.Option, error)) ([]app.OptionRow, error) {
		if parent == 0 {
			return nil, app.FieldErrorf("board", "Say whose %s are wanted: name the board.", list)
		}
		all, err := f(ctx, parent)
		return optionRows(all), err
	}
	plain := func(f func(context.Context) ([]app.Option, error)) ([]app.OptionRow, error) {
		all, err := f(ctx)
		return optionRows(all), err
	}
	switch list {
	case app.ListCompanies:
		all, err := client.Companies(ctx, nil)
		return companyRows(all), err
	case app.ListAgreements:
		all, err := client.Agreements(ctx, parent)
		return agreementRows(all), err
	case app.ListProducts:
		all, err := client.Products(ctx)
		return productRows(all), err
	case app.ListBoards:
		return plain(client.Boards)
	case app.ListPriorities:
		return plain(client.Priorities)
	case app.ListSources:
		return plain(client.TicketSources)
	case app.ListCompanyStatuses:
		return plain(client.CompanyStatuses)
	case app.ListStatuses:
		return ofBoard(client.Statuses)
	case app.ListTypes:
		return ofBoard(client.Types)
	case app.ListTeams:
		return ofBoard(client.Teams)
	case app.ListSubtypes:
		return ofBoard(client.Subtypes)
	case app.ListItems:
		return ofBoard(client.Items)
	case app.ListAssociations:
		return associations(ctx, client, parent)
	case app.ListMembers:
		all, err := client.Members(ctx)
		return memberRows(all), err
	}
	return nil, app.Errorf(app.NotFound, "There is no list called %s.", list)
}

func associations(ctx context.Context, client psa.Client, board int64) ([]app.OptionRow, error) {
	if board == 0 {
		return nil, app.FieldErrorf("board", "Say whose %s are wanted: name the board.", app.ListAssociations)
	}
	all, err := client.Associations(ctx, board)
	rows := make([]app.OptionRow, 0, len(all))
	for _, a := range all {
		rows = append(rows, app.OptionRow{ID: a.ID, Body: body(a)})
	}
	return rows, err
}

func memberRows(all []app.Member) []app.OptionRow {
	rows := make([]app.OptionRow, 0, len(all))
	for _, m := range all {
		rows = append(rows, app.OptionRow{ID: m.ID, Identifier: m.Identifier, Name: m.Name, Inactive: m.Inactive, Body: body(m)})
	}
	return sorted(rows)
}

func companyRows(all []app.Company) []app.OptionRow {
	rows := make([]app.OptionRow, 0, len(all))
	for _, c := range all {
		if !c.Deleted {
			rows = append(rows, app.OptionRow{ID: c.ID, Identifier: c.Identifier, Name: c.Name, Inactive: c.Inactive, Body: body(c)})
		}
	}
	return sorted(rows)
}

func agreementRows(all []app.Agreement) []app.OptionRow {
	rows := make([]app.OptionRow, 0, len(all))
	for _, a := range all {
		rows = append(rows, app.OptionRow{ID: a.ID, Name: a.Name, Inactive: a.Cancelled || a.Status != "" && a.Status != agreementActive, Body: body(a)})
	}
	return sorted(rows)
}

func productRows(all []app.Product) []app.OptionRow {
	rows := make([]app.OptionRow, 0, len(all))
	for _, p := range all {
		rows = append(rows, app.OptionRow{ID: p.ID, Identifier: p.Identifier, Name: p.Description, Inactive: p.Inactive, Body: body(p)})
	}
	return sorted(rows)
}

// optionRows keeps ConnectWise's order, which is the one its own pages show.
func optionRows(all []app.Option) []app.OptionRow {
	rows := make([]app.OptionRow, 0, len(all))
	for _, o := range all {
		rows = append(rows, app.OptionRow{ID: o.ID, Name: o.Name, Inactive: o.Inactive, Body: body(o)})
	}
	return rows
}

func sorted(rows []app.OptionRow) []app.OptionRow {
	slices.SortStableFunc(rows, func(a, b app.OptionRow) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return rows
}

func body(record any) json.RawMessage {
	b, err := json.Marshal(record)
	if err != nil {
		return json.RawMessage("{}") // cannot happen: plain fields only
	}
	return b
}

func agreementOf(r app.OptionRow) (a app.Agreement) { _ = json.Unmarshal(r.Body, &a); return a }
func optionOf(r app.OptionRow) (o app.Option)       { _ = json.Unmarshal(r.Body, &o); return o }
func companyOf(r app.OptionRow) (c app.Company)     { _ = json.Unmarshal(r.Body, &c); return c }

func associationOf(r app.OptionRow) (a app.Association) { _ = json.Unmarshal(r.Body, &a); return a }
