package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"psabridge/app"
)

// ofSettings leaves out the organizations of sources that were removed: they are kept for the pushes and tickets that
// name them.
const ofSettings = "NOT EXISTS (SELECT 1 FROM sources s WHERE s.name = o.source AND s.removed_at IS NOT NULL)"

// Tree lists the organizations of all sources, for computing what they inherit. Those that a person ignored are among
// them: what is below goes on inheriting through them.
func (r *Reader) Tree(ctx context.Context) ([]app.Organization, error) {
	list, err := all(ctx, r.db, scanOrganization, organizationColumns+" WHERE "+ofSettings+" ORDER BY o.source, o.id")
	return list, failed("read tree", err)
}

// Organizations lists organizations with what a list shows beside them, by source, then name.
func (r *Reader) Organizations(ctx context.Context, f app.OrganizationFilter) (rows []app.OrganizationRow, err error) {
	err = r.snapshot(ctx, "list organizations", func(tx *sql.Tx) error {
		list, err := all(ctx, tx, scanOrganization, organizationColumns+" WHERE (?1 = '' OR o.source = ?1) AND "+ofSettings+" ORDER BY o.source, o.name COLLATE NOCASE, o.id", f.Source)
		if err != nil {
			return err
		}
		rows, err = r.organizationRows(ctx, tx, list)
		return err
	})
	if err != nil {
		return nil, err
	}
	kept := rows[:0]
	for _, row := range rows {
		mapped := row.Mapping != nil && row.Mapping.CompanyID != 0
		if f.Mapped != nil && *f.Mapped != mapped || !strings.Contains(strings.ToLower(row.Name), strings.ToLower(f.Query)) {
			continue
		}
		kept = append(kept, row)
	}
	return kept, nil
}

// Organization returns one organization by our row; NotFound when there is none.
func (r *Reader) Organization(ctx context.Context, id int64) (app.OrganizationRow, error) {
	return r.organization(ctx, fmt.Sprintf("There is no organization %d.", id), organizationColumns+" WHERE o.id = ?", id)
}

// OrganizationByExternalID returns one organization by its key at the source; NotFound when it was not read yet.
func (r *Reader) OrganizationByExternalID(ctx context.Context, source, external string) (app.OrganizationRow, error) {
	return r.organization(ctx, fmt.Sprintf("Source %s has shown no organization %s.", source, external),
		organizationColumns+" WHERE o.source = ? AND o.external_id = ?", source, external)
}

func (r *Reader) organization(ctx context.Context, missing, query string, args ...any) (row app.OrganizationRow, err error) {
	err = r.snapshot(ctx, "read organization", func(tx *sql.Tx) error {
		o, err := one(ctx, tx, scanOrganization, missing, query, args...)
		if err != nil {
			return err
		}
		rows, err := r.organizationRows(ctx, tx, []app.Organization{o})
		if err == nil {
			row = rows[0]
		}
		return err
	})
	return row, err
}

// customer is the key of an organization.
type customer struct{ source, id string }

// weekly is the window of OrganizationRow.Alerts7d.
const weekly = 7 * 24 * time.Hour

// organizationRows adds mappings, readings and conditions. Each is read once for the whole list, or by index for a
// single row.
func (r *Reader) organizationRows(ctx context.Context, q querier, list []app.Organization) ([]app.OrganizationRow, error) {
	rows := make([]app.OrganizationRow, len(list))
	at := make(map[customer]*app.OrganizationRow, len(list))
	for i, o := range list {
		rows[i] = app.OrganizationRow{Organization: o, Readings: []app.Reading{}}
		at[customer{o.Source, o.ExternalID}] = &rows[i]
	}
	source, id := "", ""
	if len(list) == 1 {
		source, id = list[0].Source, list[0].ExternalID
	}
	if err := addParents(ctx, q, rows); err != nil {
		return nil, err
	}
	if err := addMappings(ctx, q, at, source, id); err != nil {
		return nil, err
	}
	if err := addReadings(ctx, q, at, source, id); err != nil {
		return nil, err
	}
	if err := markNew(ctx, q, rows, r.now()); err != nil {
		return nil, err
	}
	return rows, addConditions(ctx, q, at, source, id, r.now().Add(-weekly))
}

func addParents(ctx context.Context, q querier, rows []app.OrganizationRow) error {
	if len(rows) == 1 {
		id, _, err := maybe[int64](ctx, q, "SELECT id FROM organizations WHERE source = ? AND external_id = ?", rows[0].Source, rows[0].ParentExternalID)
		rows[0].ParentID = id
		return err
	}
	list, err := all(ctx, q, scanOrganization, organizationColumns)
	ids := make(map[customer]int64, len(list))
	for _, o := range list {
		ids[customer{o.Source, o.ExternalID}] = o.ID
	}
	for i := range rows {
		rows[i].ParentID = ids[customer{rows[i].Source, rows[i].ParentExternalID}]
	}
	return err
}

// byCustomer narrows a query to one organization; without one it picks all.
func byCustomer(source, id string) where {
	w := where{terms: []string{"1"}}
	if source != "" {
		w.add("source = ?", source)
		w.add("organization = ?", id)
	}
	return w
}

func addMappings(ctx context.Context, q querier, at map[customer]*app.OrganizationRow, source, id string) error {
	w := where{}
	w.add("removed_at IS NULL")
	if source != "" {
		w.add("source = ?", source)
		w.add("external_id = ?", id)
	}
	list, err := all(ctx, q, scanMapping, "SELECT source, external_id, psa, company_id, agreement_id, bill FROM mappings"+w.String(), w.args...)
	for _, m := range list {
		if row := at[customer{m.Source, m.ExternalID}]; row != nil {
			row.Mapping = &m
		}
	}
	return err
}

func addReadings(ctx context.Context, q querier, at map[customer]*app.OrganizationRow, source, id string) error {
	w := byCustomer(source, id)
	w.add("newest = 1")
	w.add("basis = 'own'")
	list, err := all(ctx, q, scanReading, readingColumns+" FROM readings r"+w.String()+" ORDER BY meter", w.args...)
	for _, reading := range list {
		if row := at[customer{reading.Source, reading.OrganizationID}]; row != nil {
			row.Readings = append(row.Readings, reading)
		}
	}
	return err
}

func addConditions(ctx context.Context, q querier, at map[customer]*app.OrganizationRow, source, id string, since time.Time) error {
	type counts struct {
		customer
		alerts, holding, unmapped int
	}
	// Two indexed ranges instead of a walk through all that ever was: what holds, and what ended within the week.
	from, args := `(SELECT * FROM conditions WHERE state IN ('waiting', 'open', 'quiet')
		UNION ALL SELECT * FROM conditions WHERE cleared_at >= ?1)`, []any{stamp(since)}
	if source != "" {
		from, args = "(SELECT * FROM conditions WHERE source = ?2 AND organization = ?3)", append(args, source, id)
	}
	query := `SELECT source, organization, count(*) FILTER (WHERE last_at >= ?1), count(*) FILTER (WHERE cleared_at IS NULL),
			count(*) FILTER (WHERE state = 'waiting' AND wait = 'not_mapped')
		FROM ` + from + " GROUP BY source, organization"
	list, err := all(ctx, q, func(s scanner) (c counts, err error) {
		err = s.Scan(&c.source, &c.id, &c.alerts, &c.holding, &c.unmapped)
		return c, err
	}, query, args...)
	for _, c := range list {
		if row := at[c.customer]; row != nil {
			row.Alerts7d, row.Holding, row.WaitingFor = c.alerts, c.holding, c.unmapped
		}
	}
	return err
}
