package alert_test

import (
	"strconv"
	"testing"

	"psabridge/app"
	"psabridge/app/alert"
)

// BenchmarkFiveThousandAccounts is what the store's transaction waits for: nothing new, all of them new problems with a
// ticket each or one for all, and all of them recovered.
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
		b.Run("new per "+per, func(b *testing.B) { decideEach(b, w) })
		w.apply(alert.Decide(w.in, w.state(true, nil)))
		w.send()
		b.Run("quiet per "+per, func(b *testing.B) { decideEach(b, w) })
		for i := range w.objects {
			w.objects[i].Value = app.Protected
		}
		b.Run("recovered per "+per, func(b *testing.B) { decideEach(b, w) })
	}
}

func decideEach(b *testing.B, w *bridge) {
	b.Helper()
	s := w.state(true, nil)
	b.ReportAllocs()
	for b.Loop() {
		_ = alert.Decide(w.in, s)
	}
}
