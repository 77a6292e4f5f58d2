package store

import (
	"context"

	"psabridge/app"
)

// OrganizationsOf lists the organizations of one source as they are stored, whatever their state, with nothing beside them.
func (r *Reader) OrganizationsOf(ctx context.Context, source string) ([]app.Organization, error) {
	list, err := organizationsOf(ctx, r.db, source)
	return list, failed("list organizations of a source", err)
}
