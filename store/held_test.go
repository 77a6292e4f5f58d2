package store_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"psabridge/app"
	"psabridge/store/storetest"
)

// TestTheRulesAreToldWhatIsStored: whatever is read, refused half-way, removed, added again and pruned in whatever order, the rules are
// told exactly what the database holds, though it is not read anew each time.
func TestTheRulesAreToldWhatIsStored(t *testing.T) {
	s, ctx, rev, n := storetest.Open(t), t.Context(), int64(0), 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		a, b, now := "a"+strconv.Itoa(n), "b"+strconv.Itoa(n), t0
		save := func(names ...string) {
			var p app.Projection
			for _, name := range names {
				p.Sources = append(p.Sources, app.ProjectionRow{Name: name, Kind: "x360sync", Config: []byte("{}")})
			}
			var err error
			if rev, err = s.SaveSettings(ctx, app.Revision{Rev: rev, At: now}, p); err != nil {
				rt.Fatal(err)
			}
		}
		save(a, b)
		for range rapid.IntRange(1, 15).Draw(rt, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 90).Draw(rt, "minutes")) * time.Minute)
			name := rapid.SampledFrom([]string{a, b}).Draw(rt, "source")
			step := rapid.SampledFrom([]string{"read", "read", "read", "refused", "tick", "remove", "prune"}).Draw(rt, "step")
			switch step {
			case "read", "refused":
				_, err := s.Ingest(ctx, drawnBatch(rt, name, now), now, func(app.AlertState) app.AlertDecision {
					if step == "refused" { // an outcome without an event
						return app.AlertDecision{Outcomes: []app.DecidedOutcome{{SourceEventID: "never stored", Outcome: app.OutcomeIgnored}}}
					}
					return app.AlertDecision{}
				})
				if (err != nil) != (step == "refused") {
					rt.Fatalf("%s: %v", step, err)
				}
			case "remove":
				save(a)
				save(a, b)
			case "prune":
				if _, err := s.Prune(ctx, now.AddDate(2, 0, 0)); err != nil {
					rt.Fatal(err)
				}
			}
			for _, name := range []string{a, b} {
				stored, err := s.AlertView(ctx, name, now)
				if err != nil {
					rt.Fatal(err)
				}
				if _, err := s.Tick(ctx, name, now, func(st app.AlertState) app.AlertDecision {
					if !slices.Equal(st.Objects, stored.Objects) {
						rt.Fatalf("after %s the rules are told of %s\n%+v, stored is\n%+v", step, name, st.Objects, stored.Objects)
					}
					return app.AlertDecision{}
				}); err != nil {
					rt.Fatal(err)
				}
			}
		}
	})
}

// drawnBatch shows some of three machines of two organizations, not always all that is known of them.
func drawnBatch(rt *rapid.T, source string, at time.Time) app.Batch {
	b := app.Batch{Source: source, ReadAt: at, OrganizationsComplete: rapid.Bool().Draw(rt, "complete"), Organizations: []app.Organization{{ExternalID: "7"}, {ExternalID: "8"}}}
	if rapid.Bool().Draw(rt, "unread") {
		b.Unread = []string{"7"}
	}
	for i := range 3 {
		o := app.Object{Kind: app.ObjectMachine, ExternalID: strconv.Itoa(i), Name: rapid.SampledFrom([]string{"M", "N"}).Draw(rt, "name")}
		organization := rapid.SampledFrom([]string{"7", "7", "8"}).Draw(rt, "organization")
		show := func(what string, values ...string) {
			if value := rapid.SampledFrom(append(values, "")).Draw(rt, what); value != "" {
				b.States = append(b.States, app.ObjectState{OrganizationID: organization, Object: o, What: what, Value: value})
			}
		}
		show(app.StatePresent, app.Yes)
		show(app.StateConnection, app.Connected, app.Disconnected)
	}
	return b
}
