package receive_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/inbox"
)

// What waits is dropped in time though nobody stages another file, and with the source it was for.
func TestTidy(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.stage(csv)
	w.now = w.now.Add(59 * time.Minute)
	second := w.stage(csv)
	w.must(w.desk.Tidy(ctx, w.now))
	if _, err := w.desk.Preview(ctx, "feed", first, nil); err != nil || w.files() != 2 {
		t.Errorf("%d files, %v", w.files(), err)
	}
	w.now = w.now.Add(2 * time.Minute)
	w.must(w.desk.Tidy(ctx, w.now))
	if _, err := w.desk.Preview(ctx, "feed", second, nil); err != nil || w.files() != 1 {
		t.Errorf("%d files, %v", w.files(), err)
	}
	w.doc.Sources = w.doc.Sources[1:] // feed leaves the settings
	w.must(w.desk.Tidy(ctx, w.now))
	if w.files() != 0 {
		t.Error("the file of a source that was removed is kept")
	}
}

// While a person looks at a file, programs feed theirs: neither pushes the other out.
func TestFeedsTogether(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	id := w.stage(csv)
	var all sync.WaitGroup
	failed := make(chan error, 40)
	for i := range 40 {
		all.Go(func() {
			m := mapping()
			_, err := w.desk.Feed(ctx, "feed", "x.csv", strings.NewReader(fmt.Sprintf("Kunde;Dienst;Menge\nC%d;Seats;5\n", i)), &m, true, "program")
			failed <- err
		})
	}
	all.Wait()
	close(failed)
	for err := range failed {
		w.must(err)
	}
	if _, err := w.desk.Preview(ctx, "feed", id, nil); err != nil || w.files() != 1 {
		t.Errorf("%d files, the person's: %v", w.files(), err)
	}
}

// A file with a broken letter leaves every customer who they are.
func TestBrokenLetterMakesNoCustomer(t *testing.T) {
	w := newWorld(t)
	m := mapping()
	_, err := w.desk.Feed(t.Context(), "feed", "a.csv", strings.NewReader("Kunde;Dienst;Menge\nMüller;Seats;50\n"), &m, false, "x")
	w.must(err)
	_, err = w.desk.Feed(t.Context(), "feed", "b.csv", strings.NewReader("Kunde;Dienst;Menge\nMüller;Seats;60\nGesellschaft f\xc3;Seats;1\n"), &m, false, "x")
	w.code(err, app.Invalid)
	if orgs, err := w.store.OrganizationsOf(t.Context(), "feed"); err != nil || len(orgs) != 2 {
		t.Errorf("%+v, %v", orgs, err)
	}
}

// With dry nothing is stored, not even who is named.
func TestDryReadings(t *testing.T) {
	w := newWorld(t)
	got, err := w.desk.Readings(t.Context(), "feed", []byte(`{"readings":[{"organization":{"id":"c1"},"meter":"seats","quantity":2,"covers":"2026-10"}]}`), true, "x")
	w.must(err)
	list, err := w.desk.Imports(t.Context(), "feed", app.Page{})
	if w.must(err); got.Accepted != 1 || got.Organizations != 1 || len(list) != 0 {
		t.Errorf("%+v, %+v", got, list)
	}
}

// The ids of events are their customers': a program that runs at two customers sends the same ones.
func TestIDsAreTheCustomers(t *testing.T) {
	w := newWorld(t)
	for shape, body := range map[string]string{
		"primebackup": `{"event":"backup_failure","timestamp":1763776800}`,
		"":            `{"id":"backup_failure/1763776800","type":"backup.failed","state":"problem","title":"Backup failed"}`,
	} {
		for _, who := range []string{"c1", "c2", "c/1"} {
			got, err := w.desk.Events(t.Context(), "feed", shape, inbox.Customer{ID: who}, []byte(body))
			w.must(err)
			if got.Accepted != 1 || got.Changed != 0 {
				t.Errorf("%s of %s: %+v", shape, who, got)
			}
		}
	}
}
