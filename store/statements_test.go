package store

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"modernc.org/sqlite"
)

// kept opens one connection that keeps statements, with a table of three numbers.
func kept(t *testing.T) *sql.DB {
	t.Helper()
	c, err := sqlite.NewConnector("file:" + filepath.ToSlash(filepath.Join(t.TempDir(), "kept.db")))
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(keeping{c})
	db.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE n (v INTEGER PRIMARY KEY); INSERT INTO n VALUES (1), (2), (3)"); err != nil {
		t.Fatal(err)
	}
	return db
}

// numberOf looks into the only connection for how many statements it keeps, and whether any is still in use.
func numberOf(t *testing.T, db *sql.DB) (n, busy int) {
	t.Helper()
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Raw(func(raw any) error {
		for _, s := range raw.(*keeper).ready {
			n++
			if s.busy {
				busy++
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return n, busy
}

// TestStatementWithinItself asks the same text again while its rows are being read: each reads its own rows to the end.
func TestStatementWithinItself(t *testing.T) {
	db := kept(t)
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	const query = "SELECT v FROM n WHERE v > ? ORDER BY v"
	var pairs []string
	outer, err := tx.QueryContext(t.Context(), query, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer outer.Close()
	for outer.Next() {
		var a int
		if err := outer.Scan(&a); err != nil {
			t.Fatal(err)
		}
		list, err := all(t.Context(), tx, func(s scanner) (b int, err error) { err = s.Scan(&b); return b, err }, query, a)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range list {
			pairs = append(pairs, fmt.Sprint(a, b))
		}
	}
	if got := strings.Join(pairs, ","); outer.Err() != nil || got != "1 2,1 3,2 3" {
		t.Errorf("pairs are %s (%v)", got, outer.Err())
	}
}

// TestStatementsAreBounded runs more texts than are kept, each twice.
func TestStatementsAreBounded(t *testing.T) {
	db := kept(t)
	for range 2 {
		for i := range 3 * keepStatements {
			var got int
			if err := db.QueryRowContext(t.Context(), fmt.Sprintf("SELECT %d + v FROM n WHERE v = ?", i), 2).Scan(&got); err != nil || got != i+2 {
				t.Fatalf("%d + 2 is %d (%v)", i, got, err)
			}
		}
	}
	if n, busy := numberOf(t, db); n != keepStatements || busy != 0 {
		t.Errorf("%d statements are kept, %d of them in use; want %d and none", n, busy, keepStatements)
	}
}

// TestStatementOutlivesItsFailure breaks a constraint and a schema under a statement that is kept.
func TestStatementOutlivesItsFailure(t *testing.T) {
	db := kept(t)
	const insert = "INSERT INTO n VALUES (?)"
	for v, unique := range []bool{false, true, true, true, false} {
		if _, err := db.ExecContext(t.Context(), insert, v); isUnique(err) != unique || (err != nil && !unique) {
			t.Errorf("insert %d: %v", v, err)
		}
	}
	count := func(query string) (n int) {
		t.Helper()
		if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	const all, sum = "SELECT count(*) FROM n", "SELECT sum(w) FROM n"
	if n := count(all); n != 5 {
		t.Errorf("%d rows, want 5", n)
	}
	if _, err := db.ExecContext(t.Context(), "DROP TABLE n; CREATE TABLE n (v INTEGER, w INTEGER); INSERT INTO n VALUES (1, 7)"); err != nil {
		t.Fatal(err)
	}
	if n, s := count(all), count(sum); n != 1 || s != 7 {
		t.Errorf("%d rows with the sum %d, want 1 and 7", n, s)
	}
	if _, err := db.ExecContext(t.Context(), "SELECT nothing FROM nowhere"); err == nil {
		t.Error("what cannot be prepared was run")
	}
}
