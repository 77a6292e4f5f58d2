package store

import (
	"context"
	"database/sql"
	"time"

	"psabridge/app"
)

// CurrentSettings returns the newest revision; before the first save it is revision 0 without a document.
func (r *Reader) CurrentSettings(ctx context.Context) (app.Revision, error) {
	newest, err := all(ctx, r.db, scanRevision, "SELECT rev, at, by, document, diff FROM settings_revisions ORDER BY rev DESC LIMIT 1")
	if err != nil || len(newest) == 0 {
		return app.Revision{}, failed("read settings", err)
	}
	return newest[0], nil
}

// SettingsRev returns the number of the newest revision, 0 before the first save. Asking costs next to nothing, so that
// what was parsed once need not be read again to know that it is still the newest.
func (r *Reader) SettingsRev(ctx context.Context) (rev int64, err error) {
	err = r.db.QueryRowContext(ctx, "SELECT coalesce(max(rev), 0) FROM settings_revisions").Scan(&rev)
	return rev, failed("read the settings' revision", err)
}

// SettingsHistory lists the revisions, newest first; the cursor is the revision.
func (r *Reader) SettingsHistory(ctx context.Context, p app.Page) ([]app.Revision, error) {
	revisions, err := all(ctx, r.db, scanRevision,
		"SELECT rev, at, by, document, diff FROM settings_revisions WHERE rev < ? ORDER BY rev DESC LIMIT ?", before(p), p.Size())
	return revisions, failed("list settings", err)
}

func scanRevision(s scanner) (r app.Revision, err error) {
	err = s.Scan(&r.Rev, into(&r.At), &r.By, &r.Document, fromJSON(&r.Diff))
	return r, err
}

// SaveSettings appends a revision with its rows and returns its number. r.Rev is the revision it was made from; when
// that is no longer the current one, somebody else saved in between and the answer is Conflict.
func (s *Store) SaveSettings(ctx context.Context, r app.Revision, p app.Projection) (rev int64, err error) {
	if err := s.WritePolls(ctx); err != nil { // a source that is forgotten is forgotten with them
		return 0, err
	}
	var ended []string
	err = s.write(ctx, "save settings", func(tx *sql.Tx) error {
		var current int64
		if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(rev), 0) FROM settings_revisions").Scan(&current); err != nil {
			return err
		}
		if r.Rev != current {
			return app.Errorf(app.Conflict, "The settings were changed by somebody else meanwhile (revision %d, yours was made from %d). Load them again and repeat the change.", current, r.Rev)
		}
		rev = current + 1
		if err := exec(ctx, tx, "INSERT INTO settings_revisions (rev, at, by, document, diff) VALUES (?, ?, ?, ?, ?)",
			rev, stamp(r.At), r.By, append([]byte{}, r.Document...), asJSON{list(r.Diff)}); err != nil {
			return err
		}
		if ended, err = leaveSources(ctx, tx, p.Sources, r.At); err != nil {
			return err
		}
		s.forgetHeld(ended...)
		return saveProjection(ctx, tx, p, r.At)
	})
	if err != nil {
		return 0, err
	}
	s.forgetBeats(ended)
	return rev, nil
}

// saveProjection writes the document's rows. What left the document is marked removed first and marked back when it
// is still there, so that tombstones need no comparison of lists.
func saveProjection(ctx context.Context, tx *sql.Tx, p app.Projection, at time.Time) error {
	for _, table := range []string{"sources", "connections", "rules", "mappings"} {
		if err := exec(ctx, tx, "UPDATE "+table+" SET removed_at = ? WHERE removed_at IS NULL", stamp(at)); err != nil {
			return err
		}
	}
	for _, row := range p.Sources {
		if err := exec(ctx, tx, `INSERT INTO sources (name, kind, config) VALUES (?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, config = excluded.config, removed_at = NULL`,
			row.Name, row.Kind, config(row)); err != nil {
			return err
		}
	}
	for _, row := range p.Connections {
		if err := forgetElsewhere(ctx, tx, row); err != nil {
			return err
		}
		if err := exec(ctx, tx, `INSERT INTO connections (name, system, config) VALUES (?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET system = excluded.system, config = excluded.config, removed_at = NULL`,
			row.Name, row.Kind, config(row)); err != nil {
			return err
		}
	}
	for _, table := range []string{"checks", "check_runs", "options", "option_loads"} { // of one that was removed nobody wants to know
		if err := exec(ctx, tx, "DELETE FROM "+table+" WHERE connection NOT IN (SELECT name FROM connections WHERE removed_at IS NULL)"); err != nil {
			return err
		}
	}
	for i, row := range p.Rules {
		if err := exec(ctx, tx, `INSERT INTO rules (name, position, config) VALUES (?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET position = excluded.position, config = excluded.config, removed_at = NULL`,
			row.Name, i, config(row)); err != nil {
			return err
		}
	}
	return saveMappings(ctx, tx, p.Mappings)
}

// forgetElsewhere drops the lists of a connection that now leads elsewhere: record 250 of one ConnectWise is another
// company in the next.
func forgetElsewhere(ctx context.Context, tx *sql.Tx, row app.ProjectionRow) error {
	for _, table := range []string{"options", "option_loads"} {
		if err := exec(ctx, tx, "DELETE FROM "+table+` WHERE connection = ?1 AND EXISTS (SELECT 1 FROM connections c WHERE c.name = ?1
			AND (c.config ->> '$.site_url' IS NOT ?2 ->> '$.site_url' OR c.config ->> '$.company_id' IS NOT ?2 ->> '$.company_id'))`,
			row.Name, config(row)); err != nil {
			return err
		}
	}
	return nil
}

func saveMappings(ctx context.Context, tx *sql.Tx, mappings []app.MappingRow) error {
	for _, m := range mappings {
		if err := exec(ctx, tx, `INSERT INTO mappings (source, external_id, psa, company_id, agreement_id, bill) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (source, external_id) DO UPDATE SET psa = excluded.psa, company_id = excluded.company_id,
				agreement_id = excluded.agreement_id, bill = excluded.bill, removed_at = NULL`,
			m.Source, m.ExternalID, m.PSA, m.CompanyID, m.AgreementID, asJSON{list(m.Bill)}); err != nil {
			return err
		}
		if m.CompanyID == 0 {
			continue
		}
		// Who gives it a company does not ignore it any more: what is billed must not drop out of the plans.
		if err := exec(ctx, tx, "UPDATE organizations SET state = 'present' WHERE source = ? AND external_id = ? AND state = 'ignored'",
			m.Source, m.ExternalID); err != nil {
			return err
		}
	}
	return nil
}

func config(row app.ProjectionRow) string {
	if len(row.Config) == 0 {
		return "{}"
	}
	return string(row.Config)
}

func scanMapping(s scanner) (m app.MappingRow, err error) {
	err = s.Scan(&m.Source, &m.ExternalID, &m.PSA, &m.CompanyID, &m.AgreementID, fromJSON(&m.Bill))
	return m, err
}
