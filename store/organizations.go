package store

import (
	"context"
	"database/sql"
	"time"

	"psabridge/app"
)

const organizationColumns = `SELECT o.id, o.source, o.external_id, o.parent_external_id, o.name, o.state, o.active,
	o.trial_until, o.first_seen, o.last_seen, o.later_until FROM organizations o`

func scanOrganization(s scanner) (o app.Organization, err error) {
	var trial time.Time
	err = s.Scan(&o.ID, &o.Source, &o.ExternalID, &o.ParentExternalID, &o.Name, &o.State, &o.Active,
		into(&trial), into(&o.FirstSeen), into(&o.LastSeen), into(&o.LaterUntil))
	if !trial.IsZero() {
		o.TrialUntil = &trial
	}
	return o, err
}

func organizationsOf(ctx context.Context, q querier, source string) ([]app.Organization, error) {
	return all(ctx, q, scanOrganization, organizationColumns+" WHERE o.source = ? ORDER BY o.id", source)
}

// saveOrganizations writes what is new about the organizations of a batch and returns those that hang below another one
// than before. One that is missing is gone only when the whole tree was read; an empty tree is a failed reading, not a
// source without customers.
func saveOrganizations(ctx context.Context, tx *sql.Tx, b app.Batch, now time.Time) (moved []app.OrganizationMove, err error) {
	stored, err := organizationsOf(ctx, tx, b.Source)
	if err != nil {
		return nil, err
	}
	known := make(map[string]app.Organization, len(stored))
	for _, o := range stored {
		known[o.ExternalID] = o
	}
	shown := make(map[string]bool, len(b.Organizations))
	for _, o := range b.Organizations {
		if shown[o.ExternalID] {
			continue
		}
		shown[o.ExternalID] = true
		old, ok := known[o.ExternalID]
		if ok && !organizationChanged(old, o, now) {
			continue
		}
		if err := saveOrganization(ctx, tx, b.Source, o, now); err != nil {
			return nil, err
		}
		if old.State == app.OrganizationGone { // it begins anew: nobody knows what came true meanwhile
			if err := exec(ctx, tx, "DELETE FROM organization_starts WHERE source = ? AND organization = ?", b.Source, o.ExternalID); err != nil {
				return nil, err
			}
		}
		if ok && hasMoved(old, o) {
			moved = append(moved, app.OrganizationMove{OrganizationID: o.ExternalID, From: old.ParentExternalID, To: o.ParentExternalID})
		}
	}
	if !whole(b) {
		return moved, nil
	}
	for _, o := range stored {
		if shown[o.ExternalID] || o.State != app.OrganizationPresent {
			continue
		}
		if err := exec(ctx, tx, "UPDATE organizations SET state = 'gone' WHERE id = ?", o.ID); err != nil {
			return nil, err
		}
	}
	return moved, nil
}

// whole reports whether a batch shows the whole tree, so that what is missing from it is gone. What was sent to us never
// does.
func whole(b app.Batch) bool {
	return b.OrganizationsComplete && len(b.Organizations) > 0 && !b.Pushed
}

// hasMoved reports whether an organization hangs below another one. That it is the top now, or no longer, is a choice of
// where to read from; and what comes back has not moved.
func hasMoved(old, shown app.Organization) bool {
	return old.ParentExternalID != shown.ParentExternalID && old.ParentExternalID != "" && shown.ParentExternalID != "" &&
		old.State != app.OrganizationGone
}

// seenEvery is how fresh last_seen is kept: days are shown, and a quiet poll must write nothing.
const seenEvery = 24 * time.Hour

func organizationChanged(old, shown app.Organization, now time.Time) bool {
	return old.Name != shown.Name || old.ParentExternalID != shown.ParentExternalID || old.Active != shown.Active ||
		old.State == app.OrganizationGone || !same(trial(old), trial(shown)) || now.Sub(old.LastSeen) >= seenEvery
}

func trial(o app.Organization) time.Time {
	if o.TrialUntil == nil {
		return time.Time{}
	}
	return *o.TrialUntil
}

// saveOrganization writes one. What a person ignored stays ignored.
func saveOrganization(ctx context.Context, tx *sql.Tx, source string, o app.Organization, now time.Time) error {
	return exec(ctx, tx, `INSERT INTO organizations (source, external_id, parent_external_id, name, state, active, trial_until, first_seen, last_seen)
		VALUES (?1, ?2, ?3, ?4, 'present', ?5, ?6, ?7, ?7)
		ON CONFLICT (source, external_id) DO UPDATE SET parent_external_id = excluded.parent_external_id, name = excluded.name,
			state = CASE state WHEN 'ignored' THEN state ELSE 'present' END, active = excluded.active,
			trial_until = excluded.trial_until, last_seen = excluded.last_seen`,
		source, o.ExternalID, o.ParentExternalID, o.Name, o.Active, stamp(trial(o)), stamp(now))
}
