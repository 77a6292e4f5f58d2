package ticketing_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// byMail has the rule tell by e-mail alone.
func byMail(doc *app.Settings) { doc.Alerts[0].Via = app.Via{Email: []string{"noc@example.com"}} }

// mailed lists the e-mails decided so far, oldest first.
func (w *world) mailed() (list []app.MailPayload) {
	w.t.Helper()
	rows, err := w.store.Deliveries(w.t.Context(), app.DeliveryFilter{Page: app.Page{Limit: 1000}})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, row := range slices.Backward(rows) {
		if row.Kind != app.DeliverMail {
			continue
		}
		var m app.MailPayload
		if err := json.Unmarshal(row.Payload, &m); err != nil {
			w.t.Fatal(err)
		}
		list = append(list, m)
	}
	return list
}

// What fails anew when the rules have forgotten the last time is mailed anew.
func TestEachTimeIsMailed(t *testing.T) {
	for name, via := range map[string]app.Via{"mail alone": {Email: []string{"noc@example.com"}}, "beside a ticket": {PSA: true, Email: []string{"noc@example.com"}}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{}, func(doc *app.Settings) { doc.Alerts[0].Via = via })
			for range 4 {
				w.problem()
				w.tick(time.Hour)
				w.recovery()
				w.tick(48 * time.Hour)
			}
			first, over := 0, 0
			for _, m := range w.mailed() {
				if m.Reason == app.ReasonFirst {
					first++
				}
				if m.Reason == app.ReasonCleared {
					over++
				}
			}
			if first != 4 || over != 4 {
				t.Errorf("it failed 4 times, each time 2 days after the last: %d e-mails say so, %d that it is over", first, over)
			}
		})
	}
}

// It recovers in the quiet time of the e-mails, and then nothing runs for a weekend.
func TestOverIsMailedAfterAWeekendOff(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, byMail)
	w.problem()
	w.set(w.clock.Add(10 * time.Minute))
	w.recovery()
	w.restart()
	w.set(w.clock.Add(62 * time.Hour))
	w.poll()
	if got := w.mailed(); len(got) != 2 || got[1].Reason != app.ReasonCleared {
		t.Errorf("e-mails: %+v", got)
	}
}

func TestOverIsMailedAfterALongQuietTime(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, byMail, func(doc *app.Settings) { doc.Alerts[0].Ticket.NoteEvery = app.Duration(72 * time.Hour) })
	w.problem()
	w.set(w.clock.Add(10 * time.Minute))
	w.recovery()
	for range 80 {
		w.tick(time.Hour)
	}
	if got := w.mailed(); len(got) != 2 || got[1].Reason != app.ReasonCleared {
		t.Errorf("e-mails: %+v", got)
	}
}

// A source is removed on its page, which takes the alerts made for it along.
func TestWhoWasMailedHearsThatTheSourceLeftWithItsRules(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, byMail, func(doc *app.Settings) { doc.Alerts[0].For = app.For{Source: sample.SourceName} })
	w.problem()
	w.set(w.clock.Add(time.Hour))
	w.doc.Sources, w.doc.Organizations, w.doc.Alerts = nil, nil, nil
	w.saveSettings()
	for range 3 {
		names, err := w.store.SourcesLeftMailed(t.Context(), w.clock)
		if err != nil {
			t.Fatal(err)
		}
		if len(names) > 0 {
			w.tick(62 * time.Hour)
		}
	}
	got := w.mailed()
	if len(got) != 2 || got[1].Reason != app.ReasonCleared || got[1].To[0] != "noc@example.com" {
		t.Errorf("e-mails: %+v", got)
	}
}

// A mail alone of what happens each day is told more than once.
func TestWhatHappensDailyIsMailedDaily(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, byMail, func(doc *app.Settings) { doc.Alerts[0].When = []app.When{{Type: app.TypeSignInFailures, Times: 5}} })
	for range 10 {
		e := w.event(app.Problem)
		e.Type, e.Level = app.TypeSignInFailures, 5
		w.poll(e)
		w.tick(24 * time.Hour)
	}
	if got := w.mailed(); len(got) != 10 {
		t.Errorf("%d e-mails on 10 days", len(got))
	}
}

// One e-mail told of a flood at two customers, and a person gives it up before it is sent: nobody was told of any of them.
func TestAFloodThatIsGivenUpWasNotTold(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, byMail)
	var events []app.Event
	for i := range 20 {
		e := on(w.event(app.Problem), strconv.Itoa(1000+i))
		e.OrganizationID = w.doc.Organizations[1+i%2].ID
		events = append(events, e)
	}
	w.poll(events...)
	rows, err := w.store.Deliveries(t.Context(), app.DeliveryFilter{})
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d deliveries, %v", len(rows), err)
	}
	if err := w.store.DropDelivery(t.Context(), rows[0].ID, "known", "Ada", w.clock); err != nil {
		t.Fatal(err)
	}
	list, err := w.store.Conditions(t.Context(), app.ConditionFilter{Page: app.Page{Limit: 100}})
	if err != nil || len(list) != 20 {
		t.Fatalf("%d conditions, %v", len(list), err)
	}
	for _, c := range list {
		if c.Mailed != "" {
			t.Errorf("%s of %s is said to be known", c.Object.Name, c.OrganizationID)
		}
	}
}
