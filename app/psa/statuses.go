package psa

import (
	"context"

	"psabridge/app"
)

type statusesKey struct{}

// WithStatuses hands the company statuses that were read a moment ago to a Companies under this context, which spares it
// reading them again. It changes nothing of what Companies answers.
func WithStatuses(ctx context.Context, statuses []app.Option) context.Context {
	return context.WithValue(ctx, statusesKey{}, statuses)
}

// StatusesIn returns what WithStatuses handed over; false when nothing was.
func StatusesIn(ctx context.Context) ([]app.Option, bool) {
	statuses, known := ctx.Value(statusesKey{}).([]app.Option)
	return statuses, known
}
