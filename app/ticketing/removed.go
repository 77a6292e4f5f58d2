package ticketing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"psabridge/app"
)

// stillMeant refuses to open a ticket whose source left the settings since it was decided: nobody looks any more, so nobody
// knows whether it holds, and nothing would ever close it. Each one is parked by itself, so that a person can link or drop
// them one after the other; nothing is lost, and nothing is sent with what may be wrong by now.
func (k *Desk) stillMeant(ctx context.Context, j *job) error {
	if j.delivery.Kind != app.DeliverTicketCreate || j.payload.Source == "" {
		return nil
	}
	ended := len(j.ticket.Conditions) > 0
	for _, c := range j.ticket.Conditions {
		ended = ended && c.State == app.ConditionCleared && c.Wait == app.ReasonSourceRemoved
	}
	gone := !slices.ContainsFunc(j.doc.Sources, func(s app.SourceSettings) bool { return s.Name == j.payload.Source })
	if !ended && !gone {
		return nil
	}
	return app.Errorf(app.Invalid, "The source “%s” left the settings%s before this ticket was opened, so nobody knows whether it still holds. Link it to the ticket it belongs to, or drop it.",
		j.payload.Source, k.removal(ctx, "sources["+j.payload.Source+"]."))
}

// connectionGone is what a delivery says whose connection left the settings.
func (k *Desk) connectionGone(ctx context.Context, name string) error {
	return app.Errorf(app.Invalid, "The connection “%s” is no longer in the settings%s. Add it again, then retry, or drop this delivery.",
		name, k.removal(ctx, "connections["+name+"]."))
}

// removals is how many revisions of the settings are searched for who took something out.
const removals = 200

// removal says in brackets when and by what something was taken out of the settings; "" when that is not known any more.
func (k *Desk) removal(ctx context.Context, path string) string {
	revisions, err := k.d.Store.SettingsHistory(ctx, app.Page{Limit: removals})
	if err != nil {
		return ""
	}
	for _, r := range revisions {
		if slices.ContainsFunc(r.Diff, func(c app.Change) bool { return strings.HasPrefix(c.Path, path) && c.After == "" }) {
			return fmt.Sprintf(" (revision %d, by %s, %s)", r.Rev, r.By, r.At.UTC().Format("2 January 2006 15:04 UTC"))
		}
	}
	return ""
}
