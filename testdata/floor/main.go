// Command floor is the least program with what psabridge cannot do without: templ, SQLite, the keychain, one list page and one
// table. The benchmarks compare with it, so that their ratios stay honest when Go or SQLite move. It is no part of the product.
//
//	floor DIR [ROWS]
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/zalando/go-keyring"
	_ "modernc.org/sqlite"

	"psabridge/static"
)

const pragmas = "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"

type row struct {
	id          int64
	name, state string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("usage: floor DIR [ROWS]")
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(args[0], "floor.db")+pragmas)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL) STRICT"); err != nil {
		return err
	}
	if len(args) == 2 {
		if err := seed(ctx, db, args[1]); err != nil {
			return err
		}
	}
	go func() { _, _ = keyring.Get("psabridge-floor", "nobody") }()
	go poll(ctx, db)
	return serve(ctx, db)
}

// seed fills the table up to so many rows.
func seed(ctx context.Context, db *sql.DB, rows string) error {
	n, err := strconv.Atoi(rows)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT OR IGNORE INTO items SELECT i, 'item ' || i, 'open' FROM n`, n)
	return err
}

// poll looks once a second whether there is something to do.
func poll(ctx context.Context, db *sql.DB) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_, _ = newest(ctx, db, 1)
		}
	}
}

func newest(ctx context.Context, db *sql.DB, n int) (list []row, err error) {
	rows, err := db.QueryContext(ctx, "SELECT id, name, state FROM items ORDER BY id DESC LIMIT ?", n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.id, &r.name, &r.state); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

func serve(ctx context.Context, db *sql.DB) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		list, err := newest(r.Context(), db, 50)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		templ.Handler(page(list)).ServeHTTP(w, r)
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	fmt.Printf("floor is ready at http://%s\n", l.Addr())
	if err := server.Serve(l); err != http.ErrServerClosed {
		return err
	}
	return nil
}
