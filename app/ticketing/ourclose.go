package ticketing

import (
	"context"
	"slices"

	"psabridge/app"
)

// closedByUs reports whether the ticket is closed because of our own PATCH, the last of which got no answer; past is what
// the delivery meant to do and did so far. One that was refused closed nothing, and one that was never tried did neither:
// then a person did. Without this a person's close that falls into our own looking would pass for ours, and be opened again.
func (n *noting) closedByUs(ctx context.Context, past []app.LedgerEntry) (bool, error) {
	last := 0
	for _, e := range past {
		if e.Phase == app.LedgerIntent && e.Object == statusOf(n.target) {
			last = e.Attempt
		}
	}
	if last == 0 {
		return false, nil
	}
	attempts, err := n.desk.d.Store.Attempts(ctx, n.delivery.ID)
	if err != nil || !slices.ContainsFunc(attempts, func(a app.Attempt) bool { return a.N == last && a.Outcome == "unknown" }) {
		return false, err
	}
	status, err := n.closedStatus(ctx)
	if app.ErrorCode(err) == app.Invalid {
		return false, nil
	}
	return err == nil && (n.remote.StatusID == status.ID || n.automation().status(n.remote.Status)), err
}
