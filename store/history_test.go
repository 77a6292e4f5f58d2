package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/store/storetest"
)

func TestHistory(t *testing.T) {
	s := storetest.Open(t)
	h, err := s.History(t.Context(), "sync", t0.Add(-time.Hour), t0)
	must(t, err)
	if !h.StartedAt.IsZero() || len(h.Events) != 0 {
		t.Errorf("of what was never read: %+v", h)
	}
	for i, value := range []string{app.Connected, app.Disconnected, app.Connected, app.Connected} {
		b := machine(value)
		b.ReadAt = t0.Add(time.Duration(i) * time.Hour)
		b.Events = []app.Event{{SourceEventID: fmt.Sprint("h", i), OrganizationID: "7", Type: "disk.failing", State: app.Problem, Severity: app.SeverityWarning, Title: "Disk", Body: []byte("{}")}}
		ingest(t, s, b, t0.Add(time.Duration(i)*time.Hour))
	}
	derived := func(app.AlertState) app.AlertDecision {
		return app.AlertDecision{Derived: []app.Event{
			{SourceEventID: "derived/machine.unreachable/1", OrganizationID: "7", Type: app.TypeMachineUnreachable, State: app.Problem},
			{SourceEventID: "derived/machine.added/1", OrganizationID: "7", Type: app.TypeMachineAdded, State: app.Info},
			{SourceEventID: "derived/source.unreadable/1", OrganizationID: "1", Type: app.TypeSourceUnreadable, State: app.Problem, OccurredAt: t0.Add(time.Minute)},
		}}
	}
	_, err = s.Tick(t.Context(), "sync", t0.Add(3*time.Hour), derived)
	must(t, err)

	h, err = s.History(t.Context(), "sync", t0.Add(90*time.Minute), t0.Add(4*time.Hour))
	must(t, err)
	if !h.StartedAt.Equal(t0) || !h.KeptSince.Equal(h.From) || len(h.Organizations) != 2 {
		t.Errorf("%+v", h)
	}
	var ids []string
	for _, e := range h.Events {
		if e.Body != nil {
			t.Errorf("%s has its body", e.SourceEventID)
		}
		ids = append(ids, e.SourceEventID)
	}
	if diff := cmp.Diff([]string{"h2", "h3", "derived/machine.added/1"}, ids); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
	var spans []string
	for _, v := range h.States {
		if v.What == app.StateConnection {
			spans = append(spans, v.Value+v.From.Format(" 15")+v.To.Format("-15"))
		}
	}
	if len(spans) != 2 || !h.States[len(h.States)-1].To.IsZero() {
		t.Errorf("values %q", spans)
	}
	if len(h.Outages) != 1 || !h.Outages[0].From.Equal(t0.Add(time.Minute)) || !h.Outages[0].To.IsZero() {
		t.Errorf("outages %+v", h.Outages)
	}
	if h, err = s.History(t.Context(), "sync", t0.AddDate(0, 0, -200), t0.Add(4*time.Hour)); err != nil || !h.KeptSince.Equal(t0) {
		t.Errorf("kept since %s (%v)", h.KeptSince, err)
	}
	if h, err = s.History(t.Context(), "sync", t0, t0.AddDate(0, 0, 200)); err != nil || !h.KeptSince.Equal(t0.AddDate(0, 0, 110)) {
		t.Errorf("after 200 days kept since %s (%v)", h.KeptSince, err)
	}
}

// TestHistoryOfTheFirstMoment: what is stored first was received before the start line was drawn, and belongs to it.
func TestHistoryOfTheFirstMoment(t *testing.T) {
	s := storetest.Open(t)
	b := machine(app.Connected)
	b.ReadAt = t0.Add(-time.Second)
	b.Events = []app.Event{{SourceEventID: "h", OrganizationID: "7", Type: "disk.failing", State: app.Problem, Severity: app.SeverityWarning, Title: "Disk", ReceivedAt: b.ReadAt}}
	ingest(t, s, b, t0)
	for days, events := range map[int]int{-1: 1, 0: 1, 1: 0} {
		h, err := s.History(t.Context(), "sync", t0.AddDate(0, 0, days), t0.AddDate(0, 0, 2))
		if must(t, err); len(h.Events) != events || len(h.Held) != 0 {
			t.Errorf("from %d days: %d events, %d held", days, len(h.Events), len(h.Held))
		}
	}
}
