package ticketing

import (
	"context"

	"psabridge/app"
	"psabridge/app/settings"
)

// ticketingOff is the setting that switches the tickets of a connection off.
func ticketingOff(connection string) string {
	return "connections[" + connection + "].ticketing.enabled"
}

// switchedOff refuses to open a ticket on a connection whose ticketing was switched off since it was decided.
func (j *job) switchedOff() error {
	if j.connection.Ticketing.Enabled {
		return nil
	}
	return setUp(ticketingOff(j.connection.Name),
		"Ticketing was switched off on the connection “%s” since this ticket was decided. It is opened when ticketing is on again; or drop it.", j.connection.Name)
}

// switchedOn lets go what waits on a connection since its ticketing was switched off, when that is on.
func (k *Desk) switchedOn(ctx context.Context, c app.ConnectionSettings) error {
	if !settings.ConnectionWithDefaults(c).Ticketing.Enabled {
		return nil
	}
	first := k.parkedFor(ctx, stuckKey{c.Name, ticketingOff(c.Name)})
	if first == 0 {
		return nil
	}
	n, err := k.d.Store.RetryMatching(ctx, app.RetryFilter{LikeID: first}, "psabridge", k.d.Now())
	if n > 0 {
		k.d.Wake()
	}
	return err
}
