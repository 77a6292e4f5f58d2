package ticketing_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// TestRemovedBeforeItWasSent: what was decided and not sent when its source or its connection left the settings is neither
// sent with what may be wrong by now nor lost. Each one says who took what out, and a person links or drops it.
func TestRemovedBeforeItWasSent(t *testing.T) {
	for _, tc := range []struct {
		name   string
		remove func(doc *app.Settings)
		words  []string
	}{
		{"source", func(doc *app.Settings) {
			doc.Sources = slices.DeleteFunc(slices.Clone(doc.Sources), func(s app.SourceSettings) bool { return s.Name == sample.SourceName })
		}, []string{"The source “" + sample.SourceName + "” left the settings (revision 2, by Ada, 22 November 2026 09:01 UTC)", "Link it to the ticket it belongs to, or drop it"}},
		{"connection", func(doc *app.Settings) { doc.Connections = nil }, []string{"The connection “cw” is no longer in the settings (revision 2, by Ada, 22 November 2026 09:01 UTC)", "Add it again"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{})
			w.problems(3)
			was := w.doc
			tc.remove(&w.doc)
			w.saveSettings()
			w.deliver(2 * time.Hour)
			asks := w.parked()
			if len(asks) != 3 || len(w.remote()) != 0 {
				t.Fatalf("%d ask for a person, %d tickets", len(asks), len(w.remote()))
			}
			for _, words := range tc.words {
				if !strings.Contains(asks[0].Reason, words) {
					t.Errorf("%q does not say %q", asks[0].Reason, words)
				}
			}
			w.doc = was
			w.saveSettings()
			w.retry(asks[0].ID)
			d := w.delivery(asks[0].ID)
			if tc.name == "connection" && d.State != app.DeliveryDone {
				t.Errorf("with its connection back it is %s: %s", d.State, d.Reason)
			}
			if tc.name == "source" && d.State != app.DeliveryParked {
				t.Errorf("the source that came back is read anew, what was before is over; it is %s", d.State)
			}
			if err := w.desk.Link(t.Context(), asks[1].ID, int64(w.make("")), "Ada"); err != nil {
				t.Errorf("cannot be linked: %v", err)
			}
			if err := w.store.DropDelivery(t.Context(), asks[2].ID, "left", "Ada", w.clock); err != nil {
				t.Errorf("cannot be dropped: %v", err)
			}
		})
	}
}

// TestRemovedWhileItWasChecked: what ConnectWise may have is looked for all the same.
func TestRemovedWhileItWasChecked(t *testing.T) {
	w := newWorld(t, sandbox.Options{SearchLag: 2 * time.Minute})
	w.fault(sandbox.Fault{Method: "POST", Path: ticketsPath, Cut: sandbox.CutAfter})
	w.problem()
	w.box.Once(t.Context())
	w.doc.Sources = nil
	w.saveSettings()
	w.deliver(time.Hour)
	if d := w.delivery(1); d.State != app.DeliveryDone || w.row().RemoteID != int64(w.only().ID) {
		t.Errorf("%s: %s", d.State, d.Reason)
	}
}

// TestPausedIsDeliveredAfterwards: nothing goes out meanwhile, and nothing is lost by it (T4).
func TestPausedIsDeliveredAfterwards(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	if err := w.store.SetPause(t.Context(), true, time.Time{}, "holidays"); err != nil {
		t.Fatal(err)
	}
	w.vendor.ConnectWise.ForgetRequests()
	w.problems(3)
	for range 10 {
		w.tick(time.Hour)
		if w.box.Once(t.Context()) {
			t.Fatal("an attempt was made")
		}
	}
	if n := w.vendor.ConnectWise.Requests(); n != 0 {
		t.Errorf("%d requests", n)
	}
	if err := w.store.SetPause(t.Context(), false, time.Time{}, ""); err != nil {
		t.Fatal(err)
	}
	w.deliver(0)
	if n := len(w.remote()); n != 3 {
		t.Errorf("%d tickets afterwards", n)
	}
}
