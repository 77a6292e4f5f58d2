package store

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"psabridge/app"
)

// TestLanesLineUp: whatever is decided, sent, parked and dropped in whatever order, a delivery is behind another exactly
// while an earlier one of its lane is unfinished, and what is claimed is the first of its lane.
func TestLanesLineUp(t *testing.T) {
	s, ctx, at := mustOpen(t, t.TempDir(), migrations), t.Context(), time.Date(2026, time.November, 22, 8, 0, 0, 0, time.UTC)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		var claimed []app.Delivery
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			var err error
			switch rapid.SampledFrom([]string{"decide", "decide", "claim", "claim", "done", "park", "drop", "retry"}).Draw(rt, "step") {
			case "decide":
				n++
				lane := "mail:" + rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "lane")
				_, err = s.Tick(ctx, "sync", at, func(app.AlertState) app.AlertDecision {
					return app.AlertDecision{Deliveries: []app.DecidedDelivery{{DedupKey: strconv.Itoa(n), Kind: app.DeliverMail, Lane: lane, Mail: &app.MailPayload{}}}}
				})
			case "claim":
				d, ok, cerr := s.Claim(ctx, at, nil)
				if err = cerr; ok {
					claimed = append(claimed, d)
				}
			case "done", "park":
				if len(claimed) > 0 {
					state := rapid.SampledFrom([]app.DeliveryState{app.DeliveryDone, app.DeliveryParked, app.DeliveryWaiting, app.DeliveryDropped}).Draw(rt, "state")
					err = s.Settle(ctx, app.Settlement{DeliveryID: claimed[0].ID, Attempt: claimed[0].Attempt, At: at, NextAt: at, State: state})
					claimed = claimed[1:]
				}
			case "drop":
				id := int64(rapid.IntRange(1, n+1).Draw(rt, "id"))
				if err = s.DropDelivery(ctx, id, "No", "Ada", at); app.ErrorCode(err) == app.Conflict || app.ErrorCode(err) == app.NotFound {
					err = nil
				}
			case "retry":
				_, err = s.RetryParked(ctx, "Ada", at)
			}
			if err != nil {
				rt.Fatal(err)
			}
			wrong, err := all(ctx, s.db, scanText, `SELECT d.id FROM deliveries d WHERE d.state IN ('waiting', 'sending', 'checking', 'parked')
				AND d.behind <> EXISTS (SELECT 1 FROM deliveries o WHERE o.lane = d.lane AND o.id < d.id AND o.state IN ('waiting', 'sending', 'checking', 'parked'))
				UNION ALL SELECT id FROM deliveries WHERE claimed = 1 AND behind = 1`)
			if err != nil || len(wrong) != 0 {
				rt.Fatalf("deliveries %v stand wrong, %v", wrong, err)
			}
		}
		for _, d := range claimed {
			if err := s.Settle(ctx, app.Settlement{DeliveryID: d.ID, Attempt: d.Attempt, At: at, State: app.DeliveryDone}); err != nil {
				rt.Fatal(err)
			}
		}
	})
}
