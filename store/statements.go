package store

import (
	"context"
	"database/sql/driver"
)

// keepStatements is how many statements a connection keeps ready. It is more than the work of a busy hour takes and bounds
// what lists with filters, each combination a text of its own, can leave behind.
const keepStatements = 64

// longestKept is the longest text of a statement that is kept. What is longer is a step of the schema, which runs once.
const longestKept = 4 << 10

// keeping opens connections that keep the statements they ran last ready: preparing one costs more than most of them take.
// It stands below database/sql, where a connection belongs to one caller at a time, so nothing here needs a lock.
type keeping struct{ driver.Connector }

// Connect implements driver.Connector.
func (k keeping) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &keeper{sqliteConn: c.(sqliteConn), ready: map[string]*ready{}}, nil
}

// sqliteConn is what a connection of the driver can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// keeper is a connection and its statements, by their text.
type keeper struct {
	sqliteConn
	ready map[string]*ready
	clock uint64 // counts the uses
}

// ready is a statement that can be run again.
type ready struct {
	statement
	used uint64 // when it was used last
	busy bool   // rows of it are being read: whoever asks the same meanwhile needs another one
}

type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// ExecContext implements driver.ExecerContext.
func (k *keeper) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := k.take(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return k.sqliteConn.ExecContext(ctx, query, args)
	}
	return s.ExecContext(ctx, args)
}

// QueryContext implements driver.QueryerContext.
func (k *keeper) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := k.take(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return k.sqliteConn.QueryContext(ctx, query, args)
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return keptRows{Rows: rows, of: s}, nil
}

// take returns the statement of a text, prepared if it was not; nil when it cannot be one of those that are kept.
func (k *keeper) take(ctx context.Context, query string) (*ready, error) {
	k.clock++
	if s := k.ready[query]; s != nil {
		if s.busy {
			return nil, nil
		}
		s.used = k.clock
		return s, nil
	}
	if len(query) > longestKept || !k.room() {
		return nil, nil
	}
	prepared, err := k.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s := &ready{statement: prepared.(statement), used: k.clock}
	k.ready[query] = s
	return s, nil
}

// room makes place for one statement more: the one that was not used for the longest time goes. False when all are in use.
func (k *keeper) room() bool {
	if len(k.ready) < keepStatements {
		return true
	}
	oldest := ""
	for query, s := range k.ready {
		if !s.busy && (oldest == "" || s.used < k.ready[oldest].used) {
			oldest = query
		}
	}
	if oldest == "" {
		return false
	}
	_ = k.ready[oldest].Close() // says again how its last run failed, which its caller was told
	delete(k.ready, oldest)
	return true
}

// Close implements driver.Conn. SQLite keeps a connection whose statements were not closed.
func (k *keeper) Close() error {
	for _, s := range k.ready {
		_ = s.Close()
	}
	clear(k.ready)
	return k.sqliteConn.Close()
}

// keptRows are the rows of a statement that is kept.
type keptRows struct {
	driver.Rows
	of *ready
}

// Close implements driver.Rows.
func (r keptRows) Close() error {
	r.of.busy = false
	return r.Rows.Close()
}
