package store

import (
	"context"
	"testing"
)

// DataVersion changes whenever something was written since it was last asked for.
func DataVersion(t *testing.T, s *Store) int {
	t.Helper()
	s.reads.db.SetMaxOpenConns(1) // the number belongs to a connection
	v, _, err := maybe[int](context.Background(), s.reads.db, "PRAGMA data_version")
	if err != nil {
		t.Fatal(err)
	}
	return v
}
