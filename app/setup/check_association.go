package setup

import (
	"context"
	"fmt"
	"slices"

	"psabridge/app"
)

// ConnectWise refuses a ticket whose type, subtype and item do not go together on its board, and that is seen only when
// the first alert comes. So it is looked up beforehand.

// subtype proves that the subtype exists and goes with the type.
func (r *run) subtype(ctx context.Context, s service) finding {
	if s.kind.IsZero() {
		return typeless("subtype", s)
	}
	kind, sub, bad := r.typed(ctx, s, app.ListSubtypes, s.subtype)
	if bad.state != "" {
		return bad
	}
	return r.associated(ctx, s, func(a app.Association) bool { return a.TypeID == kind.ID && a.SubtypeID == sub.ID },
		fmt.Sprintf("The subtype %s does not belong to the type %s on the board %s, so ConnectWise would refuse the ticket.", sub.Name, kind.Name, s.board.Name),
		fmt.Sprintf("The subtype %s belongs to the type %s.", sub.Name, kind.Name))
}

// item proves that the item exists and goes with the subtype and the type.
func (r *run) item(ctx context.Context, s service) finding {
	switch {
	case s.subtype.IsZero():
		return failed("An item is chosen without a subtype. ConnectWise takes an item only with the subtype it belongs to.", "Choose a subtype "+s.where+", or leave the item out.")
	case s.kind.IsZero():
		return typeless("item", s)
	}
	kind, item, bad := r.typed(ctx, s, app.ListItems, s.item)
	if bad.state != "" {
		return bad
	}
	sub, err := r.one(ctx, app.ListSubtypes, s.board.ID, s.subtype)
	if err != nil {
		return r.missing(err, s, app.ListSubtypes)
	}
	return r.associated(ctx, s, func(a app.Association) bool {
		return a.TypeID == kind.ID && a.SubtypeID == sub.ID && a.ItemID == item.ID
	},
		fmt.Sprintf("The item %s does not belong to the type %s with the subtype %s on the board %s, so ConnectWise would refuse the ticket.", item.Name, kind.Name, sub.Name, s.board.Name),
		fmt.Sprintf("The item %s belongs to the subtype %s.", item.Name, sub.Name))
}

func typeless(what string, s service) finding {
	return failed("The "+what+" is chosen without a type. ConnectWise takes it only with the type it belongs to.", "Choose a type "+s.where+", or leave the "+what+" out.")
}

// typed finds an entry of the board and the type it has to go with.
func (r *run) typed(ctx context.Context, s service, list app.OptionList, named app.Ref) (kind, found app.OptionRow, bad finding) {
	found, err := r.one(ctx, list, s.board.ID, named)
	if err != nil {
		return kind, found, r.missing(err, s, list)
	}
	if kind, err = r.one(ctx, app.ListTypes, s.board.ID, s.kind); err != nil {
		return kind, found, r.missing(err, s, app.ListTypes)
	}
	return kind, found, finding{}
}

func (r *run) associated(ctx context.Context, s service, fits func(app.Association) bool, no, yes string) finding {
	rows, err := r.list(ctx, app.ListAssociations, s.board.ID)
	switch {
	case err != nil:
		return r.refused(err, fixTables([]string{tableBoards}))
	case len(rows) == 0:
		return warning("ConnectWise lists nothing that goes together on the board "+s.board.Name+", so it cannot be seen whether it would take the ticket.", "Create a test ticket; it shows whether ConnectWise takes it.")
	case slices.ContainsFunc(rows, func(row app.OptionRow) bool { return fits(associationOf(row)) }):
		return ok(yes)
	}
	return failed(no, "Choose others "+s.where+", or associate them in ConnectWise under "+s.tables()+"Types, Subtypes, Items.")
}
