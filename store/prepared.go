package store

import (
	"context"
	"database/sql"
)

// prepared is a transaction that prepares each statement once, for work that runs the same few ones many times.
type prepared struct {
	tx    *sql.Tx
	known map[string]*sql.Stmt // closed with the transaction
}

func preparing(tx *sql.Tx) prepared { return prepared{tx: tx, known: map[string]*sql.Stmt{}} }

func (p prepared) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := p.known[query]; s != nil {
		return s, nil
	}
	s, err := p.tx.PrepareContext(ctx, query)
	if err == nil {
		p.known[query] = s
	}
	return s, err
}

// QueryContext implements querier.
func (p prepared) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := p.stmt(ctx, query) //nolint:sqlclosecheck // it is closed with the transaction
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// QueryRowContext implements querier. A statement that cannot be prepared is left to the transaction, which says why.
func (p prepared) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	s, err := p.stmt(ctx, query) //nolint:sqlclosecheck // it is closed with the transaction
	if err != nil {
		return p.tx.QueryRowContext(ctx, query, args...)
	}
	return s.QueryRowContext(ctx, args...)
}

// ExecContext implements writer.
func (p prepared) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := p.stmt(ctx, query) //nolint:sqlclosecheck // it is closed with the transaction
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

// exec runs a statement whose row count does not matter.
func (p prepared) exec(ctx context.Context, query string, args ...any) error {
	return exec(ctx, p, query, args...)
}
