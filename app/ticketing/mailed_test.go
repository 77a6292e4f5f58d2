package ticketing_test

import (
	"encoding/json"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
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
	for i := len(rows) - 1; i >= 0; i-- {
		if rows[i].Kind != app.DeliverMail {
			continue
		}
		var m app.MailPayload
		if err := json.Unmarshal(rows[i].Payload, &m); err != nil {
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
				switch m.Reason {
				case app.ReasonFirst:
					first++
				case app.ReasonCleared:
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
