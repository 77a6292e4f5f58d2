package setup_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// nights lets the clock run in steps of ten minutes, fewer than the schedule takes, and returns when the checks were made.
func (b *bench) nights(t *testing.T, d time.Duration) []time.Time {
	t.Helper()
	var made []time.Time
	for end := b.now().Add(d); b.now().Before(end); b.advance(10 * time.Minute) {
		before, _ := b.store.CheckedAt(t.Context(), "cw")
		if err := b.Nightly(t.Context(), b.now(), nil); err != nil {
			t.Fatal(err)
		}
		if after, _ := b.store.CheckedAt(t.Context(), "cw"); !after.Equal(before) {
			made = append(made, after)
		}
	}
	return made
}

func TestNightly(t *testing.T) {
	b := sampled(t, sandbox.Options{}) // the sample is in Europe/Berlin; it is 07:00 there
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	if made := b.nights(t, time.Hour); len(made) != 1 || !made[0].Equal(morning.Add(10*time.Minute)) {
		t.Fatalf("an imported connection is tested soon: %v", made)
	}
	made := b.nights(t, 72*time.Hour)
	if len(made) != 3 {
		t.Fatalf("in three days it was tested at %v", made)
	}
	for _, at := range made {
		if clock := at.In(zone); clock.Hour() != 3 || clock.Minute() > 30 {
			t.Errorf("tested at %v", clock)
		}
	}
	if a, b := made[0].In(zone).Minute(), made[1].In(zone).Minute(); a != b {
		t.Errorf("the place in the spread moved from minute %d to %d", a, b)
	}
	b.advance(50 * time.Hour) // off for two nights
	if made := b.nights(t, 2*time.Minute); len(made) != 1 {
		t.Errorf("after two missed nights: %v", made)
	}
}

func TestNightlyWaitsForTheFirstKeysAndForWhatPasses(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	busy := func(string) (app.Block, bool) { return app.Block{Connection: "cw", Code: app.RateLimited}, true }
	for range 3 {
		if err := b.Nightly(t.Context(), b.now(), busy); err != nil {
			t.Fatal(err)
		}
		b.advance(10 * time.Minute)
	}
	dropKey(t, b)
	if made := b.nights(t, 20*time.Minute); len(made) != 0 || b.cw.Requests() != 0 {
		t.Errorf("tested without keys at %v", made)
	}
	b.secrets(t)
	if made := b.nights(t, 20*time.Minute); len(made) != 1 {
		t.Errorf("with keys: %v", made)
	}
}

// What changes is tested soon, also when nobody is at a page that would.
func TestNightlyTestsWhatWasChanged(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.nights(t, 20*time.Minute)
	b.edit(t, func(doc *app.Settings) { doc.Connections[0].Ticketing.Board = app.Ref{Name: "Nope"} })
	began := b.now()
	if made := b.nights(t, time.Hour); len(made) != 1 || made[0].Sub(began) != 10*time.Minute {
		t.Fatalf("changed at %v, tested at %v", began, made)
	}
	if rows, _ := b.store.Checks(t.Context(), "cw"); stateOf(rows, "board") != app.CheckFailed {
		t.Errorf("board is %s", stateOf(rows, "board"))
	}
	dropKey(t, b)
	b.cw.ForgetRequests()
	if made := b.nights(t, 2*time.Hour); len(made) != 1 || b.cw.Requests() != 0 {
		t.Errorf("without a key tested at %v with %d requests", made, b.cw.Requests())
	}
	if rows, _ := b.store.Checks(t.Context(), "cw"); stateOf(rows, "keys") != app.CheckFailed {
		t.Errorf("keys are %s", stateOf(rows, "keys"))
	}
}

// Keys the outbox was refused with are not tried again, and not shown as good either.
func TestNightlySaysWhyAConnectionIsBlocked(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.test(t)
	b.cw.ForgetRequests()
	block := app.Block{Connection: "cw", Code: app.Unauthorized, Reason: "ConnectWise does not accept the keys.", Since: b.now()}
	for range 30 {
		b.advance(time.Hour)
		if err := b.Nightly(t.Context(), b.now(), func(string) (app.Block, bool) { return block, true }); err != nil {
			t.Fatal(err)
		}
	}
	rows, _ := b.store.Checks(t.Context(), "cw")
	for _, r := range rows {
		switch {
		case r.ID == "keys" && (r.State != app.CheckFailed || r.Message != block.Reason || r.Fix == ""),
			r.ID != "keys" && r.State != app.CheckSkipped && !strings.HasPrefix(r.ID, "vendor_off."):
			t.Errorf("%+v", r)
		}
	}
	if len(rows) < 10 || b.cw.Requests() != 0 {
		t.Errorf("%d checks with %d requests", len(rows), b.cw.Requests())
	}
}

func TestNightlyTellsWhatWentBad(t *testing.T) {
	var log bytes.Buffer
	b := sampled(t, sandbox.Options{})
	b.Log = slog.New(slog.NewTextHandler(&log, nil))
	b.nights(t, 20*time.Minute)
	if strings.Contains(log.String(), "WARN") {
		t.Errorf("log %s", log.String())
	}
	b.cw.SetQuirks(func(q *sandbox.Quirks) { q.Lacks = []string{"Finance ▸ Agreements ▸ Inquire"} })
	b.nights(t, 24*time.Hour)
	if n := strings.Count(log.String(), "check turned bad"); n != 1 || !strings.Contains(log.String(), "right.agreements.inquire") {
		t.Errorf("told %d times: %s", n, log.String())
	}
	b.nights(t, 24*time.Hour)
	if n := strings.Count(log.String(), "check turned bad"); n != 1 {
		t.Errorf("told again: %s", log.String())
	}
}

func TestNightlyTellsWhatIsWorseThanWhenItWasTriedLast(t *testing.T) {
	var log bytes.Buffer
	b := sampled(t, sandbox.Options{})
	b.Log = slog.New(slog.NewTextHandler(&log, nil))
	b.nights(t, 20*time.Minute)
	b.cw.SetQuirks(func(q *sandbox.Quirks) { q.Grants = []string{"System ▸ Member Maintenance"} })
	b.nights(t, 24*time.Hour)
	contains(t, log.String(), "check=rights.excess state=warning")
	b.cw.Faults.Add(sandbox.Fault{Status: 503, Times: -1})
	b.nights(t, 24*time.Hour) // all are skipped that night
	b.cw.Faults.Clear()
	if err := b.cw.CancelAgreement(sample.AgreementOf(4711)); err != nil {
		t.Fatal(err)
	}
	log.Reset()
	b.nights(t, 24*time.Hour)
	contains(t, log.String(), "check=agreement.", "state=failed")
	if n := strings.Count(log.String(), "check turned bad"); n != 1 {
		t.Errorf("told %d times: %s", n, log.String())
	}
}

func TestNightlyPutsOffWhileConnectWiseIsAway(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.nights(t, 20*time.Minute)
	good, _ := b.store.Checks(t.Context(), "cw")
	b.cw.Faults.Add(sandbox.Fault{Status: 503, Times: -1})
	began := b.now()
	made := b.nights(t, 24*time.Hour)
	if len(made) != 1 || made[0].Sub(began) < 20*time.Hour {
		t.Fatalf("made at %v", made)
	}
	rows, _ := b.store.Checks(t.Context(), "cw")
	if rows[0].ID != "address" || rows[0].State != app.CheckFailed || good[0].State != app.CheckOK {
		t.Errorf("%+v", rows[0])
	}
	b.cw.Faults.Clear()
	b.cw.Faults.Add(sandbox.Fault{Status: 503, Times: 6}) // away for a while that night, and back
	b.advance(3 * time.Hour)
	b.nights(t, 24*time.Hour)
	if rows, _ = b.store.Checks(t.Context(), "cw"); rows[0].State != app.CheckOK {
		t.Errorf("%+v", rows[0])
	}
}
