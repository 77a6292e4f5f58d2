package ticketing

import (
	"fmt"
	"time"

	"psabridge/app"
)

// isSame reports whether what ConnectWise shows under the number of our ticket is that ticket. Numbers are only its own:
// another ConnectWise has tickets of the same ones, and a customer's must not be noted or closed for ours. One that a
// person linked never had our reference; it is known by the moment it was entered, where that was kept.
func isSame(t app.Ticket, r app.RemoteTicket) bool {
	if !t.Linked {
		return r.XRef == t.XRef
	}
	return t.EnteredAt.IsZero() || r.EnteredAt.IsZero() || t.EnteredAt.Sub(r.EnteredAt).Abs() < time.Second
}

// stranger says that a number stands for somebody else's ticket.
func stranger(number int64) string {
	return fmt.Sprintf("Ticket %d in ConnectWise is not the one that psabridge means: it does not carry the reference of ours. The connection seems to lead to another ConnectWise now, or the reference was changed there. psabridge writes nothing to it.", number)
}
