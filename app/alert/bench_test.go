package alert_test

import (
	"strconv"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
)

// BenchmarkDecide is what the store's transaction waits for each minute: 5,000 objects and 2,000 conditions of any
// standing, when nothing is new; in the worst minute, when all recoveries wait until they have lasted; and when 10,000
// events come at once, which open a ticket each or one for all, or come and go within the batch.
func BenchmarkDecide(b *testing.B) {
	b.Run("quiet", func(b *testing.B) { decideEach(b, busy(b, ""), nil) })
	for _, per := range []string{"object", "organization"} {
		w := busy(b, per)
		for _, c := range w.conditions {
			w.overBy[c.Key] = t0
		}
		w.decide(true, burst(2000, "backup.failed", app.Recovery)...)
		w.send()
		w.wait(20 * time.Minute)
		w.decide(true, burst(2000, "backup.failed", app.Problem)...)
		w.send()
		w.wait(20 * time.Minute)
		w.decide(true, burst(2000, "backup.failed", app.Recovery)...)
		w.send()
		w.wait(time.Minute)
		b.Run("calming per "+per, func(b *testing.B) { decideEach(b, w, nil) })
	}
	for _, per := range []string{"object", "organization"} {
		w := busy(b, per)
		b.Run("10000 problems per "+per, func(b *testing.B) { decideEach(b, w, burst(10000, "disk.full", app.Problem)) })
		b.Run("10000 come and gone per "+per, func(b *testing.B) {
			decideEach(b, w, append(burst(5000, "disk.full", app.Problem), burst(5000, "disk.full", app.Recovery)...))
		})
	}
}

var serial int

// burst is one event of each of n machines.
func burst(n int, eventType string, state app.EventState) []app.Event {
	out := make([]app.Event, n)
	for i := range out {
		serial++
		out[i] = app.Event{
			Source: "sync", SourceEventID: "burst" + strconv.Itoa(serial), OrganizationID: "4711", Type: eventType, State: state,
			Object:   app.Object{Kind: app.ObjectMachine, ExternalID: strconv.Itoa(i), Name: "FS" + strconv.Itoa(i)},
			Severity: app.SeverityWarning, Title: "Trouble with FS" + strconv.Itoa(i), Text: "Nobody knows why.",
		}
	}
	return out
}

// busy is a bridge with 5,000 objects and 2,000 open conditions; every rule tells by e-mail too.
func busy(b *testing.B, per string) *bridge {
	var rules []app.AlertRule
	for i, eventType := range []string{"machine.*", "quota.*", "account.*", "backup.failed", "disk.full"} {
		r := rule(eventType)
		r.Name, r.Ticket.Per, r.Via.Email = "rule "+strconv.Itoa(i), per, noc
		rules = append(rules, r)
	}
	w := newBridge(b, rules...)
	for i := range 5000 {
		w.objects = append(w.objects, app.ObjectState{
			OrganizationID: "4711", Object: app.Object{Kind: app.ObjectAccount, ExternalID: strconv.Itoa(i)}, What: app.StateProtection, Value: app.Protected, From: w.now,
		})
	}
	w.decide(true, burst(2000, "backup.failed", app.Problem)...)
	w.send()
	w.wait(time.Hour)
	w.decide(true)
	w.send()
	return w
}

// BenchmarkFiveThousandAccounts is the same for what is derived: nothing new, all of them new problems with a ticket each
// or one for all, and all of them recovered.
func BenchmarkFiveThousandAccounts(b *testing.B) {
	for _, per := range []string{"object", "organization"} {
		r := rule(app.TypeAccountUnprotected)
		r.Ticket.Per = per
		w := newBridge(b, r)
		for i := range 5000 {
			w.objects = append(w.objects, app.ObjectState{
				OrganizationID: "4711", Object: app.Object{Kind: app.ObjectAccount, ExternalID: strconv.Itoa(i)}, What: app.StateProtection, Value: app.Unprotected, From: w.now,
			})
		}
		b.Run("new per "+per, func(b *testing.B) { decideEach(b, w, nil) })
		w.apply(alert.Decide(w.in, w.state(true, nil)))
		w.send()
		b.Run("quiet per "+per, func(b *testing.B) { decideEach(b, w, nil) })
		for i := range w.objects {
			w.objects[i].Value = app.Protected
		}
		b.Run("recovered per "+per, func(b *testing.B) { decideEach(b, w, nil) })
	}
}

func decideEach(b *testing.B, w *bridge, fresh []app.Event) {
	b.Helper()
	s := w.state(true, fresh)
	b.ReportAllocs()
	for b.Loop() {
		_ = alert.Decide(w.in, s)
	}
}
