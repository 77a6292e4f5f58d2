package store

import (
	"context"
	"time"

	"psabridge/app"
)

// NewOrganizations lists the organizations somebody should say something about at now, oldest first: those with
// OrganizationRow.New, without what a list shows beside them, so that it can be asked every few seconds.
func (r *Reader) NewOrganizations(ctx context.Context, now time.Time) ([]app.Organization, error) {
	list, err := all(ctx, r.db, scanOrganization, organizationColumns+`
		JOIN source_starts b ON b.source = o.source
		WHERE o.state = 'present' AND o.parent_external_id <> '' AND o.first_seen > b.started_at
			AND (o.later_until IS NULL OR o.later_until <= ?)
			AND NOT EXISTS (SELECT 1 FROM mappings m WHERE m.source = o.source AND m.external_id = o.external_id AND m.removed_at IS NULL)
			AND `+ofSettings+`
		ORDER BY o.first_seen, o.id`, stamp(now))
	return list, failed("list new organizations", err)
}
