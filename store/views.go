package store

import (
	"context"
	"database/sql"
	"strings"
	"unicode/utf8"

	"psabridge/app"
)

// SavedViews lists the views kept of a page, by name.
func (r *Reader) SavedViews(ctx context.Context, page string) ([]app.SavedView, error) {
	list, err := all(ctx, r.db, func(s scanner) (v app.SavedView, err error) {
		err = s.Scan(&v.ID, &v.Page, &v.Name, &v.Query)
		return v, err
	}, "SELECT id, page, name, query FROM saved_views WHERE page = ? ORDER BY name", page)
	return list, failed("list saved views", err)
}

// SaveView keeps a view of a page. Invalid: the name is missing, too long or taken, or there are too many.
func (s *Store) SaveView(ctx context.Context, v app.SavedView) error {
	v.Name = strings.Join(strings.Fields(v.Name), " ")
	if n := utf8.RuneCountInString(v.Name); n == 0 {
		return app.FieldErrorf("name", "Give the view a name.")
	} else if n > app.MaxSavedViewName {
		return app.FieldErrorf("name", "The name has %d letters. Use at most %d.", n, app.MaxSavedViewName)
	}
	return s.write(ctx, "save view", func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM saved_views WHERE page = ?", v.Page).Scan(&n); err != nil {
			return err
		}
		if n >= app.MaxSavedViews {
			return app.FieldErrorf("name", "%d views are saved already. Remove one first.", n)
		}
		err := exec(ctx, tx, "INSERT INTO saved_views (page, name, query) VALUES (?, ?, ?)", v.Page, v.Name, v.Query)
		if isUnique(err) {
			return app.FieldErrorf("name", "A view is called “%s” already. Use another name, or remove that one first.", v.Name)
		}
		return err
	})
}

// RemoveView takes a saved view away. One that is gone already is no error.
func (s *Store) RemoveView(ctx context.Context, id int64) error {
	return s.write(ctx, "remove view", func(tx *sql.Tx) error {
		return exec(ctx, tx, "DELETE FROM saved_views WHERE id = ?", id)
	})
}
