package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"psabridge/app"
)

// querier is a transaction or a pool: whatever a helper may read from.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// writer is a querier that may write too: a transaction, or one that keeps its statements.
type writer interface {
	querier
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// scanner is a row of either kind.
type scanner interface{ Scan(dest ...any) error }

// all reads every row of a query. The result is never nil, so that lists are empty, not null, in JSON.
func all[T any](ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

// one reads the only row of a query; without one the error is NotFound with the sentence missing.
func one[T any](ctx context.Context, q querier, scan func(scanner) (T, error), missing, query string, args ...any) (T, error) {
	v, err := scan(q.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return v, app.Errorf(app.NotFound, "%s", missing)
	}
	return v, err
}

// maybe reads one value that may be missing.
func maybe[T any](ctx context.Context, q querier, query string, args ...any) (v T, ok bool, err error) {
	err = q.QueryRowContext(ctx, query, args...).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return v, false, nil
	}
	return v, err == nil, err
}

// changed runs a statement and returns how many rows it changed.
func changed(ctx context.Context, tx writer, query string, args ...any) (int, error) {
	res, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// inserted runs an INSERT of one row and returns its id.
func inserted(ctx context.Context, tx writer, query string, args ...any) (int64, error) {
	res, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// exec runs a statement whose row count does not matter.
func exec(ctx context.Context, tx writer, query string, args ...any) error {
	_, err := tx.ExecContext(ctx, query, args...)
	return err
}

// where collects the conditions of a list query. The texts are constants of this package; values are arguments.
type where struct {
	terms []string
	args  []any
}

func (w *where) add(term string, args ...any) {
	w.terms = append(w.terms, term)
	w.args = append(w.args, args...)
}

// and is a copy with one condition more.
func (w where) and(term string, args ...any) where {
	return where{append(slices.Clip(w.terms), term), append(slices.Clip(w.args), args...)}
}

func (w *where) String() string { return " WHERE " + strings.Join(w.terms, " AND ") }

// before turns a page's cursor into the bound of a newest-first list.
func before(p app.Page) int64 {
	if p.After <= 0 {
		return math.MaxInt64
	}
	return p.After
}

// like makes a LIKE pattern that finds s anywhere, whatever it holds; the query says ESCAPE '\'.
func like(s string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(s) + "%"
}

// asJSON stores a value as JSON text.
type asJSON struct{ v any }

// Value implements driver.Valuer.
func (j asJSON) Value() (driver.Value, error) {
	b, err := json.Marshal(j.v)
	if err != nil {
		return nil, fmt.Errorf("json column: %w", err)
	}
	return string(b), nil
}

// fromJSON scans JSON text into v; NULL leaves v alone.
func fromJSON(v any) *jsonScanner { return &jsonScanner{v} }

type jsonScanner struct{ v any }

// Scan implements sql.Scanner.
func (j *jsonScanner) Scan(src any) error {
	switch s := src.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(s), j.v)
	default:
		return fmt.Errorf("json column holds %T, want text", src)
	}
}

// rawJSON stores JSON that is already text; empty is NULL.
type rawJSON json.RawMessage

// Value implements driver.Valuer.
func (r rawJSON) Value() (driver.Value, error) {
	if len(r) == 0 {
		return nil, nil
	}
	return string(r), nil
}

// intoRaw scans JSON text as it stands.
func intoRaw(r *json.RawMessage) *rawScanner { return &rawScanner{r} }

type rawScanner struct{ r *json.RawMessage }

// Scan implements sql.Scanner.
func (r *rawScanner) Scan(src any) error {
	switch s := src.(type) {
	case nil:
		*r.r = nil
	case string:
		*r.r = json.RawMessage(s)
	default:
		return fmt.Errorf("json column holds %T, want text", src)
	}
	return nil
}

// orNull stores a reference to a row; 0 is NULL.
func orNull(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// intoID scans a reference; NULL is 0.
func intoID(id *int64) *idScanner { return &idScanner{id} }

type idScanner struct{ id *int64 }

// Scan implements sql.Scanner.
func (s *idScanner) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*s.id = 0
	case int64:
		*s.id = v
	default:
		return fmt.Errorf("reference column holds %T, want integer", src)
	}
	return nil
}
