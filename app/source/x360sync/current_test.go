package x360sync

import (
	"strconv"
	"testing"
	"time"

	"psabridge/app"
)

// servers counts the file servers that show whether they are connected.
func servers(b app.Batch) int {
	n := 0
	for _, s := range b.States {
		if s.What == app.StateConnection {
			n++
		}
	}
	return n
}

// A big account costs hundreds of requests to read and a few to read again; what came or went is seen all the same.
func TestBigAccountIsReadSparingly(t *testing.T) {
	f := newFake()
	f.objects["person"] = `{"id":7,"company_id":1}`
	f.objects["organization/1"] = `{"id":1,"name":"Top"}`
	f.lists["activity/types"] = []string{`{"id":5,"activity":"Logged in"}`}
	f.add("1", "activity", entry(5, 1, "2"))
	for i := 2; i <= 400; i++ {
		id := strconv.Itoa(i)
		f.org("1", id)
		f.add("1", "machines", server("9"+id))
		f.add(id, "machines", server("9"+id))
		f.add("1", "persons", `{"id":`+id+`,"company_id":`+id+`}`)
	}
	now := noon
	s := &Source{name: "sync", session: f, now: func() time.Time { return now }}
	pull := func() (app.Batch, int) {
		t.Helper()
		f.calls = 0
		b, err := s.Pull(t.Context(), nil)
		if err != nil || !b.Complete() {
			t.Fatalf("problems %q, %v", b.Problems, err)
		}
		return b, f.calls
	}
	if _, n := pull(); n < 800 {
		t.Fatalf("%d calls for the first look at 400 organizations", n)
	}
	now = now.Add(time.Minute)
	b, n := pull()
	if n > 20 || len(b.Organizations) != 400 || servers(b) != 399 {
		t.Errorf("%d calls for a quiet minute, %d organizations, %d servers", n, len(b.Organizations), servers(b))
	}
	f.add("1", "machines", server("9999"))
	f.add("17", "machines", server("9999"))
	if b, _ = pull(); servers(b) != 400 {
		t.Errorf("%d servers after one came, want 400", servers(b))
	}
	f.org("1", "401")
	if b, _ = pull(); len(b.Organizations) != 401 {
		t.Errorf("%d organizations after one came, want 401", len(b.Organizations))
	}
	f.org("17", "402")
	now = now.Add(25 * time.Minute)
	if b, _ = pull(); len(b.Organizations) != 402 {
		t.Errorf("%d organizations after one came deep below, want 402", len(b.Organizations))
	}
}
