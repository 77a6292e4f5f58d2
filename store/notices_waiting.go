package store

import (
	"context"

	"psabridge/app"
)

// WaitingForYou counts the conditions that wait for a mapping, or for the answer to the start question, by organization and rule:
// what began to wait since a person was told is told apart by it.
func (r *Reader) WaitingForYou(ctx context.Context) ([]app.WaitingCount, error) {
	list, err := all(ctx, r.db, func(s scanner) (w app.WaitingCount, err error) {
		err = s.Scan(&w.Wait, &w.Source, &w.OrganizationID, &w.Organization, &w.Rule, &w.N)
		return w, err
	}, `SELECT c.wait, c.source, c.organization, coalesce(o.name, ''), c.rule, count(*)
		FROM conditions c INDEXED BY conditions_by_state LEFT JOIN organizations o ON o.source = c.source AND o.external_id = c.organization
		WHERE c.state = 'waiting' AND c.wait IN ('not_mapped', 'history')
		GROUP BY c.wait, c.source, c.organization, c.rule ORDER BY min(c.id)`)
	return list, failed("count what waits for a person", err)
}
