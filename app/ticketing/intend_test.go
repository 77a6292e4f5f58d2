package ticketing_test

import (
	"context"

	"psabridge/app"
	"psabridge/app/outbox"
)

// intendTo commits intents as the outbox does, for tests that stop halfway.
func intendTo(w *world, d app.Delivery) outbox.Intend {
	return func(ctx context.Context, request string, entry app.LedgerEntry) error {
		entry.Connection = d.Connection
		return w.store.Intent(ctx, app.Intent{DeliveryID: d.ID, Attempt: d.Attempt, At: w.clock, Request: request, Ledger: entry})
	}
}
