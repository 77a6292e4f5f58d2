package connectwise

import (
	"context"
	"net/http"
	"strings"

	"psabridge/app"
	"psabridge/app/psa"
)

type memberRow struct {
	ID           int64  `json:"id"`
	Identifier   string `json:"identifier"`
	FirstName    string `json:"firstName"`
	LastName     string `json:"lastName"`
	InactiveFlag bool   `json:"inactiveFlag"`
}

// Members lists who works in ConnectWise, as far as the role allows.
//
// GET /system/members.
func (c *Client) Members(ctx context.Context) ([]app.Member, error) {
	rows, err := list(ctx, c, query{path: "system/members", fields: "id,identifier,firstName,lastName,inactiveFlag"}, func(r memberRow) string { return num(r.ID) })
	if err != nil {
		return nil, err
	}
	members := make([]app.Member, 0, len(rows))
	for _, r := range rows {
		members = append(members, app.Member{ID: r.ID, Identifier: r.Identifier, Name: strings.TrimSpace(r.FirstName + " " + r.LastName), Inactive: r.InactiveFlag})
	}
	return members, nil
}

// excess are reads a bridge has no use for, with the module that allows each: the most telling ones, because each costs a
// call whenever the connection is checked. Contacts and configurations are not among
// them: roles that were made for other vendors' bridges have them, and they do no harm.
var excess = []struct{ path, module string }{
	{"system/members", "System ▸ Member Maintenance"},
	{"system/securityroles", "System ▸ Security Roles"},
	{"system/callbacks", "System ▸ My Company"},
	{"finance/invoices", "Finance ▸ Invoicing"},
	{"time/entries", "Time & Expense ▸ Time Entry"},
	{"procurement/purchaseorders", "Procurement ▸ Purchase Orders"},
}

// Excess tries them. A refusal, and a path this server does not have, are both good news; anything else is no news at
// all and is returned with what was found before. A missing path looks like keys that are not accepted, so the first one makes the keys be proved.
func (c *Client) Excess(ctx context.Context) (psa.Excess, error) {
	var all psa.Excess
	proved := false
	for _, e := range excess {
		k := call{method: http.MethodGet, path: e.path, query: oneRow, out: new([]ref)}
		err := c.try(ctx, k)
		if err != nil && astray(err, k) && !proved {
			if _, wrong := c.prove(ctx); wrong != nil && !lacksRight(wrong) {
				return all, wrong
			}
			proved = true
			err = c.try(ctx, k) // the proof may have found the API elsewhere
		}
		switch {
		case err == nil:
			all.Found = append(all.Found, e.module)
		case astray(err, k), lacksRight(err), app.ErrorCode(err) == app.Invalid:
		default:
			return all, err
		}
		all.Tried = append(all.Tried, e.module)
	}
	return all, nil
}

// try sends a call where the API is believed to lie, and does not look for it elsewhere.
func (c *Client) try(ctx context.Context, k call) error {
	at, err := c.where(ctx, "")
	if err != nil {
		return err
	}
	_, err = c.send(ctx, at, k)
	return c.explain(err, k)
}
