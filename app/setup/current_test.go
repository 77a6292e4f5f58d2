package setup_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

func stateOf(rows []app.CheckRow, id string) app.CheckState {
	at := slices.IndexFunc(rows, func(r app.CheckRow) bool { return r.ID == id })
	if at < 0 {
		return ""
	}
	return rows[at].State
}

// What is stored last must be about the settings that are in force, not about those a slow test began with.
func TestAChangeUnderWayStartsTheTestOver(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.cw.Faults.Add(sandbox.Fault{Path: "/service/tickets", Times: 1, Before: func(*http.Request) {
		b.edit(t, func(doc *app.Settings) { doc.Connections[0].Ticketing.Board = app.Ref{Name: "Nope"} })
	}})
	rows, err := b.Test(t.Context(), "cw", nil)
	if err != nil || stateOf(rows, "board") != app.CheckFailed {
		t.Errorf("%s, %v", stateOf(rows, "board"), err)
	}
	stored, _ := b.store.Checks(t.Context(), "cw")
	run, err := b.CheckRun(t.Context(), "cw")
	if stateOf(stored, "board") != app.CheckFailed || err != nil || !run.Current {
		t.Errorf("stored %s, %+v, %v", stateOf(stored, "board"), run, err)
	}
}

func TestATestOfWhatKeepsChangingStoresNothing(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	n := 0
	b.cw.Faults.Add(sandbox.Fault{Path: "/service/tickets", Times: -1, Before: func(*http.Request) {
		n++
		b.edit(t, func(doc *app.Settings) {
			doc.Connections[0].Ticketing.Board = app.Ref{Name: "Board " + strconv.Itoa(n)}
		})
	}})
	if _, err := b.Test(t.Context(), "cw", nil); code(err) != app.Conflict {
		t.Errorf("err = %v", err)
	}
	if rows, _ := b.store.Checks(t.Context(), ""); len(rows) != 0 {
		t.Errorf("%d results of it are stored", len(rows))
	}
}

func TestAConnectionRemovedUnderWayIsForgotten(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.cw.Faults.Add(sandbox.Fault{Path: "/service/boards", Times: 1, Before: func(*http.Request) {
		if _, err := b.Replace(t.Context(), "x", []byte("version: 1\n"), false, true); err != nil {
			t.Error(err)
		}
	}})
	if _, err := b.Test(t.Context(), "cw", nil); code(err) != app.NotFound {
		t.Errorf("err = %v", err)
	}
	if rows, _ := b.store.Checks(t.Context(), ""); len(rows) != 0 {
		t.Errorf("%d checks of a connection that is gone", len(rows))
	}
}

// One test of a connection at a time, whoever starts it: a second one waits, can be cancelled, and the night leaves it be.
func TestOneTestAtATime(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	inside, goOn, first, second := make(chan struct{}), make(chan struct{}), make(chan error), make(chan error)
	b.cw.Faults.Add(sandbox.Fault{Path: "/service/boards", Times: 1, Before: func(*http.Request) { close(inside); <-goOn }})
	test := func(ctx context.Context, done chan error) { _, err := b.Test(ctx, "cw", nil); done <- err }
	go test(t.Context(), first)
	<-inside
	if rows, running := b.UnderWay("cw"); !running || stateOf(rows, "company") != app.CheckOK {
		t.Errorf("of the test under way is shown %v, %v", running, rows)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go test(ctx, second)
	cancel()
	if err := <-second; code(err) != app.Unavailable {
		t.Errorf("cancelled while it waits: %v", err)
	}
	if err := b.Nightly(t.Context(), b.now().Add(48*time.Hour), nil); err != nil {
		t.Error(err)
	}
	go test(t.Context(), second)
	close(goOn)
	for _, done := range []chan error{first, second} {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if rows, running := b.UnderWay("cw"); running || rows != nil {
		t.Errorf("after the tests: %v, %v", running, rows)
	}
}

func TestATestIsOfTheConnectionAsItWas(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	current := func() bool {
		t.Helper()
		run, err := b.CheckRun(t.Context(), "cw")
		if err != nil {
			t.Fatal(err)
		}
		return run.Current
	}
	if run, err := b.CheckRun(t.Context(), "cw"); err != nil || run.Current || !run.At.IsZero() {
		t.Errorf("never tested: %+v, %v", run, err)
	}
	if _, err := b.CheckRun(t.Context(), "nobody"); code(err) != app.NotFound {
		t.Errorf("err = %v", err)
	}
	for name, change := range map[string]func(*testing.T, *bench){
		"another board":   ticketing(func(c *app.TicketingSettings) { c.Board = app.Ref{Name: "Nope"} }),
		"a key removed":   dropKey,
		"a key set anew":  func(t *testing.T, b *bench) { b.advance(time.Minute); b.secrets(t) },
		"a product typed": conn(func(c *app.ConnectionSettings) { c.Billing.Products[app.MeterStorage] = "TYPO" }),
	} {
		b.secrets(t)
		b.test(t)
		if b.advance(time.Hour); !current() {
			t.Errorf("before %s it is not current", name)
		}
		if change(t, b); current() {
			t.Errorf("after %s it is current", name)
		}
	}
}

// The same number may be an organization of two sources, and the row of a third.
func TestAgreementsOfOneNumberAreToldApart(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.edit(t, func(doc *app.Settings) {
		doc.Sources = append(doc.Sources, app.SourceSettings{Name: "second", Kind: "x360sync", Host: "https://second.example.com"})
		for _, id := range []string{"4711", "1", "2"} {
			doc.Organizations = append(doc.Organizations, app.OrganizationSettings{
				Source: "second", ID: id, PSA: "cw", Company: app.CompanyRef{ID: 250}, Agreement: app.AgreementRef{ID: 900}, Bill: []app.Meter{app.MeterStorage},
			})
		}
	})
	b.organizations(t, strconv.Itoa(sample.MasterID), "Master", "4711", "Somebody")
	rows, err := b.Test(t.Context(), "cw", nil)
	if err != nil {
		t.Fatal(err)
	}
	stored, _ := b.store.Checks(t.Context(), "cw")
	if len(stored) != len(rows) || stateOf(stored, "agreement.second/4711") == "" || stateOf(stored, "agreement.2") == "" || stateOf(stored, "agreement.second/2") == "" {
		t.Errorf("%d of %d checks are stored: %+v", len(stored), len(rows), stored)
	}
}
