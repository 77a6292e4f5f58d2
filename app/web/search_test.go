package web_test

import (
	"net/http"
	"strings"
	"testing"

	"psabridge/app"
)

// TestTheSearchFindsTicketsByNumber: the box of every page is one for both; what is neither says what was searched.
func TestTheSearchFindsTicketsByNumber(t *testing.T) {
	w := furnished(t)
	const number = "48211"
	w.parkFor("connections[cw].ticketing.board")
	w.must(w.store.LinkDelivery(t.Context(), w.delivery, app.Ticket{RemoteID: 48211, State: app.TicketOpen}, "person", w.now))
	found := w.get("/organizations?q=" + number)
	to := found.header.Get("Location")
	if found.status != http.StatusSeeOther || !strings.HasPrefix(to, "/tickets/") {
		t.Errorf("#%s: %d, %s", number, found.status, to)
	}
	if got := w.get("/organizations?q=%23" + number); got.header.Get("Location") != to {
		t.Errorf("with its sign it leads to %q", got.header.Get("Location"))
	}
	if got := w.get("/organizations?q=123456789").want(t, http.StatusOK); !strings.Contains(got.body, "tickets by their number") {
		t.Error("it is not said that tickets were searched, too")
	}
}
