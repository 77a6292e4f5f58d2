package setup

import (
	"context"
	"fmt"
	"time"

	"psabridge/app"
)

// staleAfter is how old a list may be before a name that is not in it is looked for once more at ConnectWise.
const staleAfter = 10 * time.Minute

// Resolve returns the ConnectWise id of what a setting names; 0 when it names nothing, which leaves the choice to
// ConnectWise. An id is taken as it is. not_found: no entry has the name, or several do, or it is switched off.
func (s *Setup) Resolve(ctx context.Context, connection string, list app.OptionList, parent int64, ref app.Ref) (int64, error) {
	if ref.ID != 0 || ref.IsZero() {
		return ref.ID, nil
	}
	rows, at, err := s.Options(ctx, connection, list, parent)
	if err != nil {
		return 0, err
	}
	row, err := pick(rows, list, ref)
	if err == nil || s.Now().Sub(at) < staleAfter {
		return row.ID, err
	}
	client, clientErr := s.Client(ctx, connection)
	if clientErr != nil {
		return 0, clientErr
	}
	if rows, err = s.load(ctx, client, connection, list, parent); err != nil {
		return 0, err
	}
	row, err = pick(rows, list, ref)
	return row.ID, err
}

// pick finds what a setting names among the entries of a list: by id, else by the exact name, else by the name in
// other letters if only one entry has it.
func pick(rows []app.OptionRow, list app.OptionList, ref app.Ref) (app.OptionRow, error) {
	found := app.Meant(rows, ref, func(r app.OptionRow) app.Option { return app.Option{ID: r.ID, Name: r.Name, Inactive: r.Inactive} })
	switch {
	case len(found) == 0:
		return app.OptionRow{}, app.Errorf(app.NotFound, "ConnectWise has no %s %s. It may have been renamed or removed; choose another in the settings.%s",
			singular[list], quoted(ref), nearText(nearMisses(rows, ref.Name, func(r app.OptionRow) string { return r.Name })))
	case found[0].Inactive:
		return app.OptionRow{}, app.Errorf(app.NotFound, "The %s %s is inactive in ConnectWise. Switch it on there, or choose another in the settings.", singular[list], quoted(ref))
	case len(found) > 1:
		return app.OptionRow{}, app.Errorf(app.NotFound, "ConnectWise has %d entries %s among its %s: %s. Say which one is meant by its id, as in {id: %d}.",
			len(found), quoted(ref), plural[list], recordsOf(found), found[0].ID)
	}
	return found[0], nil
}

// recordsOf names the entries of one name by what tells them apart.
func recordsOf(rows []app.OptionRow) string {
	all := make([]string, len(rows))
	for i, r := range rows {
		all[i] = fmt.Sprintf("record %d", r.ID)
		if r.Identifier != "" {
			all[i] += " (" + r.Identifier + ")"
		}
	}
	return listed(all)
}

func quoted(r app.Ref) string {
	if r.Name == "" {
		return r.String()
	}
	return "“" + r.Name + "”"
}

var singular = map[app.OptionList]string{
	app.ListCompanies: "company", app.ListAgreements: "agreement", app.ListProducts: "product", app.ListBoards: "board", app.ListStatuses: "status",
	app.ListTypes: "type", app.ListTeams: "team", app.ListPriorities: "priority", app.ListSources: "source", app.ListCompanyStatuses: "company status",
	app.ListSubtypes: "subtype", app.ListItems: "item", app.ListMembers: "member",
}

var plural = map[app.OptionList]string{
	app.ListCompanies: "companies", app.ListAgreements: "agreements", app.ListProducts: "products", app.ListBoards: "boards", app.ListStatuses: "statuses",
	app.ListTypes: "types", app.ListTeams: "teams", app.ListPriorities: "priorities", app.ListSources: "sources", app.ListCompanyStatuses: "company statuses",
	app.ListSubtypes: "subtypes", app.ListItems: "items", app.ListMembers: "members",
}
