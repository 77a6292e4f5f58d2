package store_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/store/storetest"
)

// TestTheRulesAreToldWhatIsStored: whatever is read, refused half-way, removed, added again and pruned in whatever order, the rules are
// told exactly what the database holds, though it is not read anew each time.
func TestTheRulesAreToldWhatIsStored(t *testing.T) {
	seed := rand.Uint64() //nolint:gosec // chance that can be had again
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // the same
	s, ctx, now, rev := storetest.Open(t), t.Context(), t0, int64(0)
	save := func(names ...string) {
		var p app.Projection
		for _, name := range names {
			p.Sources = append(p.Sources, app.ProjectionRow{Name: name, Kind: "x360sync", Config: []byte("{}")})
		}
		var err error
		rev, err = s.SaveSettings(ctx, app.Revision{Rev: rev, At: now}, p)
		must(t, err)
	}
	save("a", "b")
	for range 200 {
		now = now.Add(time.Duration(chance.IntN(90)) * time.Minute)
		step := pick(chance, "read", "read", "read", "refused", "refused", "nothing", "remove", "prune")
		switch step {
		case "read", "refused":
			_, err := s.Ingest(ctx, someBatch(chance, now), now, func(app.AlertState) app.AlertDecision {
				if step == "refused" { // an outcome without an event
					return app.AlertDecision{Outcomes: []app.DecidedOutcome{{SourceEventID: "never stored", Outcome: app.OutcomeIgnored}}}
				}
				return app.AlertDecision{}
			})
			if (err != nil) != (step == "refused") {
				t.Fatalf("%s: %v", step, err)
			}
		case "remove":
			save("a")
			save("a", "b")
		case "prune":
			_, err := s.Prune(ctx, now)
			must(t, err)
		}
		for _, name := range []string{"a", "b"} {
			stored, err := s.AlertView(ctx, name, now)
			must(t, err)
			_, err = s.Tick(ctx, name, now, func(st app.AlertState) app.AlertDecision {
				if !slices.Equal(st.Objects, stored.Objects) {
					t.Fatalf("after %s the rules are told of %s\n%+v, stored is\n%+v", step, name, st.Objects, stored.Objects)
				}
				return app.AlertDecision{}
			})
			must(t, err)
		}
	}
}

func pick[T any](chance *rand.Rand, from ...T) T { return from[chance.IntN(len(from))] }

// someBatch shows some of three machines of two organizations, not always all that is known of them.
func someBatch(chance *rand.Rand, at time.Time) app.Batch {
	b := app.Batch{Source: pick(chance, "a", "b"), ReadAt: at, OrganizationsComplete: pick(chance, true, false), Organizations: []app.Organization{{ExternalID: "7"}, {ExternalID: "8"}}}
	if pick(chance, true, false) {
		b.Unread = []string{"7"}
	}
	for i := range 3 {
		o := app.Object{Kind: app.ObjectMachine, ExternalID: strconv.Itoa(i), Name: pick(chance, "M", "N")}
		organization := pick(chance, "7", "7", "8")
		show := func(what, value string) {
			if value != "" {
				b.States = append(b.States, app.ObjectState{OrganizationID: organization, Object: o, What: what, Value: value})
			}
		}
		show(app.StatePresent, pick(chance, "", app.Yes))
		show(app.StateConnection, pick(chance, "", app.Connected, app.Disconnected))
	}
	return b
}
