package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"psabridge/app"
)

// What a person says about a new organization: never ask again, or ask again later.

// SetOrganizationIgnored makes an organization one that nobody asks about, or takes that back. NotFound when there is
// none. Conflict for the top of a tree, and for one that is mapped: what is billed must not drop out of the plans by it.
func (s *Store) SetOrganizationIgnored(ctx context.Context, id int64, ignored bool) error {
	return s.write(ctx, "ignore organization", func(tx *sql.Tx) error {
		o, err := organizationByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !ignored {
			return exec(ctx, tx, "UPDATE organizations SET state = 'present' WHERE id = ? AND state = 'ignored'", id)
		}
		if o.ParentExternalID == "" {
			return app.Errorf(app.Conflict, "%s is the top of its source and cannot be ignored.", o.Name)
		}
		mapped, _, err := maybe[bool](ctx, tx, `SELECT company_id <> 0 FROM mappings
			WHERE source = ? AND external_id = ? AND removed_at IS NULL`, o.Source, o.ExternalID)
		if err != nil {
			return err
		}
		if mapped {
			return app.Errorf(app.Conflict, "%s is matched to a ConnectWise company. End that on its Settings tab first, then it can be ignored.", o.Name)
		}
		return exec(ctx, tx, "UPDATE organizations SET state = 'ignored', later_until = NULL WHERE id = ?", id)
	})
}

// PutOffOrganization does not ask what a new organization is until a moment; the zero time asks again. NotFound when
// there is none.
func (s *Store) PutOffOrganization(ctx context.Context, id int64, until time.Time) error {
	return s.write(ctx, "put off organization", func(tx *sql.Tx) error {
		if _, err := organizationByID(ctx, tx, id); err != nil {
			return err
		}
		return exec(ctx, tx, "UPDATE organizations SET later_until = ?1 WHERE id = ?2 AND later_until IS NOT ?1", stamp(until), id)
	})
}

func organizationByID(ctx context.Context, q querier, id int64) (app.Organization, error) {
	return one(ctx, q, scanOrganization, fmt.Sprintf("There is no organization %d.", id), organizationColumns+" WHERE o.id = ?", id)
}

// markNew marks the organizations that nobody has said anything about since their source first showed them, after its
// start line: what came with the first reading was there when the source was set up.
func markNew(ctx context.Context, q querier, rows []app.OrganizationRow, now time.Time) error {
	type start struct {
		source string
		at     time.Time
	}
	list, err := all(ctx, q, func(s scanner) (v start, err error) { err = s.Scan(&v.source, into(&v.at)); return v, err },
		"SELECT source, started_at FROM source_starts")
	if err != nil {
		return err
	}
	started := make(map[string]time.Time, len(list))
	for _, v := range list {
		started[v.source] = v.at
	}
	for i := range rows {
		o := &rows[i]
		at, ok := started[o.Source]
		o.New = ok && o.State == app.OrganizationPresent && o.ParentExternalID != "" && o.Mapping == nil &&
			o.FirstSeen.After(at) && !o.LaterUntil.After(now)
	}
	return nil
}
