package store

import (
	"context"
	"database/sql"

	"psabridge/app"
)

// objectsListed bounds what a person is offered to choose from.
const objectsListed = 2000

// ObjectsOf lists the accounts and machines of an organization that are shown now, by name.
func (r *Reader) ObjectsOf(ctx context.Context, source, organization string) (list []app.Object, err error) {
	err = r.snapshot(ctx, "list objects", func(tx *sql.Tx) error {
		list, err = all(ctx, tx, func(s scanner) (o app.Object, err error) {
			err = s.Scan(&o.Kind, &o.ExternalID, &o.Name)
			return o, err
		}, `SELECT o.kind, o.external_id, o.name FROM objects o
			WHERE o.source = ? AND o.kind IN (?, ?) AND o.organization = ?
				AND EXISTS (SELECT 1 FROM object_states s WHERE s.object_id = o.id AND s.to_at IS NULL)
			ORDER BY o.name, o.kind, o.external_id LIMIT ?`, source, app.ObjectAccount, app.ObjectMachine, organization, objectsListed)
		return err
	})
	return list, err
}
