package connectwise

import (
	"context"
	"fmt"

	"psabridge/app"
)

// optionRow is one entry of a drop-down. The flags have different names on different lists.
type optionRow struct {
	ID           int64  `json:"id"`
	Name         string `json:"name"`
	DefaultFlag  bool   `json:"defaultFlag"`
	InactiveFlag bool   `json:"inactiveFlag"`
	Inactive     bool   `json:"inactive"` // statuses
	ClosedStatus bool   `json:"closedStatus"`
	SortOrder    int    `json:"sortOrder"`
	ProjectFlag  bool   `json:"projectFlag"` // boards
}

// Boards lists the service boards; project boards take no service tickets.
//
// GET /service/boards.
func (c *Client) Boards(ctx context.Context) ([]app.Option, error) {
	return c.options(ctx, query{path: "service/boards", fields: "id,name,inactiveFlag,projectFlag"})
}

// Priorities lists the priorities.
//
// GET /service/priorities.
func (c *Client) Priorities(ctx context.Context) ([]app.Option, error) {
	return c.options(ctx, query{path: "service/priorities", fields: "id,name,defaultFlag,sortOrder"})
}

// TicketSources lists where a ticket can come from.
//
// GET /service/sources.
func (c *Client) TicketSources(ctx context.Context) ([]app.Option, error) {
	return c.options(ctx, query{path: "service/sources", fields: "id,name,defaultFlag"})
}

// Statuses lists the statuses of a board. Which of them close a ticket is closedStatus, never the name.
//
// GET /service/boards/{id}/statuses.
func (c *Client) Statuses(ctx context.Context, board int64) ([]app.Option, error) {
	return c.ofBoard(ctx, board, "statuses", "id,name,defaultFlag,inactive,closedStatus,sortOrder")
}

// Types lists the ticket types of a board.
//
// GET /service/boards/{id}/types.
func (c *Client) Types(ctx context.Context, board int64) ([]app.Option, error) {
	return c.ofBoard(ctx, board, "types", "id,name,defaultFlag,inactiveFlag")
}

// Subtypes lists the ticket subtypes of a board; which type they belong to is said by Associations.
//
// GET /service/boards/{id}/subtypes.
func (c *Client) Subtypes(ctx context.Context, board int64) ([]app.Option, error) {
	return c.ofBoard(ctx, board, "subtypes", "id,name,inactiveFlag")
}

// Items lists the ticket items of a board.
//
// GET /service/boards/{id}/items.
func (c *Client) Items(ctx context.Context, board int64) ([]app.Option, error) {
	return c.ofBoard(ctx, board, "items", "id,name,inactiveFlag")
}

// Associations lists which types, subtypes and items of a board go together.
//
// GET /service/boards/{id}/typeSubTypeItemAssociations.
func (c *Client) Associations(ctx context.Context, board int64) ([]app.Association, error) {
	type row struct {
		ID      int64 `json:"id"`
		Type    ref   `json:"type"`
		SubType ref   `json:"subType"`
		Item    ref   `json:"item"`
	}
	q := query{path: fmt.Sprintf("service/boards/%d/typeSubTypeItemAssociations", board), fields: "id,type/id,subType/id,item/id", records: []int64{board}}
	rows, err := list(ctx, c, q, func(r row) string { return num(r.ID) })
	if err != nil {
		return nil, err
	}
	associations := make([]app.Association, 0, len(rows))
	for _, r := range rows {
		if r.Type.ID != 0 {
			associations = append(associations, app.Association{ID: r.ID, TypeID: r.Type.ID, SubtypeID: r.SubType.ID, ItemID: r.Item.ID})
		}
	}
	return associations, nil
}

// Teams lists the teams of a board.
//
// GET /service/boards/{id}/teams.
func (c *Client) Teams(ctx context.Context, board int64) ([]app.Option, error) {
	return c.ofBoard(ctx, board, "teams", "id,name,defaultFlag")
}

func (c *Client) ofBoard(ctx context.Context, board int64, what, fields string) ([]app.Option, error) {
	return c.options(ctx, query{path: fmt.Sprintf("service/boards/%d/%s", board, what), fields: fields, records: []int64{board}})
}

func (c *Client) options(ctx context.Context, q query) ([]app.Option, error) {
	rows, err := list(ctx, c, q, func(r optionRow) string { return num(r.ID) })
	if err != nil {
		return nil, err
	}
	options := make([]app.Option, 0, len(rows))
	for _, r := range rows {
		if r.ProjectFlag {
			continue
		}
		options = append(options, app.Option{ID: r.ID, Name: r.Name, Inactive: r.Inactive || r.InactiveFlag, Default: r.DefaultFlag, Closed: r.ClosedStatus, Sort: r.SortOrder})
	}
	return options, nil
}
