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
func (r *run) subtype(ctx context.Context) finding {
	found, kind, err := r.withType(ctx, app.ListSubtypes, r.conn.Ticketing.Subtype)
	if err != nil || kind.ID == 0 {
		return r.notChosen(err, app.ListSubtypes)
	}
	return r.associated(ctx, func(a app.Association) bool { return a.TypeID == kind.ID && a.SubtypeID == found.ID },
		fmt.Sprintf("The subtype %s does not belong to the type %s on the board %s, so ConnectWise would refuse the ticket.", found.Name, kind.Name, r.board.Name),
		fmt.Sprintf("The subtype %s belongs to the type %s.", found.Name, kind.Name))
}

// item proves that the item exists and goes with the subtype and the type.
func (r *run) item(ctx context.Context) finding {
	if r.conn.Ticketing.Subtype.IsZero() {
		return failed("An item is chosen without a subtype. ConnectWise takes an item only with the subtype it belongs to.", "Choose a subtype under Service defaults of the connection, or leave the item out.")
	}
	found, kind, err := r.withType(ctx, app.ListItems, r.conn.Ticketing.Item)
	if err != nil || kind.ID == 0 {
		return r.notChosen(err, app.ListItems)
	}
	sub, err := r.one(ctx, app.ListSubtypes, r.board.ID, r.conn.Ticketing.Subtype)
	if err != nil {
		return r.notChosen(err, app.ListSubtypes)
	}
	return r.associated(ctx, func(a app.Association) bool {
		return a.TypeID == kind.ID && a.SubtypeID == sub.ID && a.ItemID == found.ID
	},
		fmt.Sprintf("The item %s does not belong to the type %s with the subtype %s on the board %s, so ConnectWise would refuse the ticket.", found.Name, kind.Name, sub.Name, r.board.Name),
		fmt.Sprintf("The item %s belongs to the subtype %s.", found.Name, sub.Name))
}

// withType finds an entry of the board and the type it has to go with; without a board or a type the latter is empty.
func (r *run) withType(ctx context.Context, list app.OptionList, named app.Ref) (found, kind app.OptionRow, err error) {
	if r.board.ID == 0 || r.conn.Ticketing.Type.IsZero() {
		return found, kind, nil
	}
	if found, err = r.one(ctx, list, r.board.ID, named); err != nil {
		return found, kind, err
	}
	kind, err = r.one(ctx, app.ListTypes, r.board.ID, r.conn.Ticketing.Type)
	return found, kind, err
}

func (r *run) notChosen(err error, list app.OptionList) finding {
	switch {
	case err == nil && r.board.ID == 0:
		return noBoard
	case err == nil:
		return failed("It is chosen without a type. ConnectWise takes it only with the type it belongs to.", "Choose a type under Service defaults of the connection, or leave it out.")
	case app.ErrorCode(err) == app.NotFound:
		return failedBy(err, fixOption(list, r.board.Name))
	}
	return r.refused(err, fixTables([]string{tableBoards}))
}

func (r *run) associated(ctx context.Context, fits func(app.Association) bool, no, yes string) finding {
	rows, err := r.list(ctx, app.ListAssociations, r.board.ID)
	if err != nil {
		return r.refused(err, fixTables([]string{tableBoards}))
	}
	if slices.ContainsFunc(rows, func(row app.OptionRow) bool { return fits(associationOf(row)) }) {
		return ok(yes)
	}
	return failed(no, "Choose others under Service defaults of the connection, or associate them in ConnectWise under System ▸ Setup Tables ▸ Service Board ▸ "+r.board.Name+" ▸ Types, Subtypes, Items.")
}
