package intake_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"psabridge/app"
)

// inbox adds an inbox to the sources of a rig.
func (r *rig) inbox(name string) {
	r.doc.Sources = append(r.doc.Sources, app.SourceSettings{Name: name, Kind: app.KindInbox})
}

func sentEvents(ids ...string) app.Batch {
	b := app.Batch{Organizations: []app.Organization{{ExternalID: app.SyntheticTop}, {ExternalID: "c1", ParentExternalID: app.SyntheticTop}}}
	for _, id := range ids {
		b.Events = append(b.Events, app.Event{SourceEventID: id})
	}
	return b
}

func TestReceive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig("sync")
		r.inbox("backup")
		readings := []app.Reading{{OrganizationID: "c1", Meter: "seats", Basis: app.BasisOwn, Complete: true, AsOf: time.Now()}}
		got, err := r.Receive(t.Context(), "backup", sentEvents("e1", "e2"), readings)
		if err != nil || got.Organizations != 1 || got.Events != 2 || got.Readings != 1 || !got.Complete {
			t.Fatalf("Receive: %+v, %v", got, err)
		}
		b := r.store.batches
		if len(b) != 1 || b[0].Source != "backup" || !b[0].Pushed || !b[0].ReadAt.Equal(time.Now()) || len(r.store.readings) != 1 || r.woken.Load() != 1 {
			t.Errorf("stored %+v and %d readings, woken %d times", b, len(r.store.readings), r.woken.Load())
		}
		for name, code := range map[string]app.Code{"sync": app.Invalid, "nobody": app.NotFound} {
			if _, err := r.Receive(t.Context(), name, sentEvents("e3"), nil); app.ErrorCode(err) != code {
				t.Errorf("sent to %s: %v", name, err)
			}
		}
		if len(r.store.batches) != 1 {
			t.Error("what cannot be sent was stored")
		}
	})
}

func TestAnInboxIsNeverPolled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig("sync")
		r.inbox("backup")
		status := func() (st struct {
			ok, next time.Time
			complete bool
			text     string
			beats    int
		},
		) {
			list, err := r.Status(t.Context())
			if err != nil || len(list) != 2 {
				t.Fatalf("status %v, %v", list, err)
			}
			s := list[1]
			st.ok, st.next, st.complete, st.text, st.beats = s.LastOKAt, s.NextAt, s.Complete, s.LastError, len(s.Beats)
			return st
		}
		for range 3 {
			r.due(t, time.Now())
			time.Sleep(time.Hour)
		}
		if pulls, _ := r.vendor.counts(); pulls != 3 {
			t.Errorf("%d polls of one source that is read and an inbox, want 3", pulls)
		}
		if st := status(); !st.complete || !st.ok.IsZero() || !st.next.IsZero() || st.text != "" {
			t.Errorf("before anything came: %+v", st)
		}
		if _, err := r.Receive(t.Context(), "backup", sentEvents("e1"), nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24 * time.Hour)
		r.due(t, time.Now())
		if st := status(); !st.complete || st.ok.IsZero() || !st.next.IsZero() || st.text != "" || st.beats != 1 {
			t.Errorf("a day after something came: %+v", st)
		}
		for what, read := range map[string]func(context.Context, string) error{
			"Sync":      func(ctx context.Context, name string) error { _, err := r.Sync(ctx, name); return err },
			"Poll":      func(ctx context.Context, name string) error { _, err := r.Poll(ctx, name); return err },
			"SyncUsage": func(ctx context.Context, name string) error { _, err := r.SyncUsage(ctx, name); return err },
		} {
			if err := read(t.Context(), "backup"); app.ErrorCode(err) != app.Invalid || !strings.Contains(app.ErrorMessage(err), "An inbox is not read") {
				t.Errorf("%s: %v", what, err)
			}
		}
		usages := r.vendor.usages
		if problems := r.Refresh(t.Context(), []string{"backup", "sync"}); len(problems) != 0 || r.vendor.usages != usages+1 {
			t.Errorf("refresh: %v", problems)
		}
		if err := r.Tick(t.Context(), time.Now()); err != nil || len(r.store.ticks) != 2 {
			t.Errorf("ticked %v, %v", r.store.ticks, err)
		}
	})
}

func TestWhatCannotBeStoredIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.inbox("backup")
		r.store.err = errors.New("the disk is full")
		if _, err := r.Receive(t.Context(), "backup", sentEvents("e1"), nil); err == nil {
			t.Error("taken, and not stored")
		}
		if st := r.one(t); !st.LastOKAt.IsZero() || len(st.Beats) != 0 {
			t.Errorf("status %+v", st)
		}
	})
}

func TestRawIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig("sync")
		r.vendor.raw = []app.RawRecord{{OrganizationID: "1", What: "metrics/usage", Body: []byte(`{}`)}}
		if _, err := r.Sync(t.Context(), "sync"); err != nil || len(r.store.raw) != 1 || !r.store.raw[0].ReadAt.Equal(time.Now()) {
			t.Errorf("raw %+v, %v", r.store.raw, err)
		}
	})
}
