package sandbox

import (
	"cmp"
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// mostNote is how long a note may be that somebody writes on the look page, in bytes.
const mostNote = 2000

// mostQuantity is how much of a product somebody may set by hand there.
const mostQuantity = 1_000_000

// playable takes what a visitor of the look page does: as the technician By on a ticket or an addition, and to a server. A page of
// another origin cannot do it in the visitor's name.
func playable(mux *http.ServeMux, cw *ConnectWise, x *X360Sync) {
	guard := http.NewCrossOriginProtection()
	post := func(path, back, mark string, do func(id int, r *http.Request) error) {
		mux.Handle("POST "+path, guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, 2*mostNote)
			id := atoi(r.PathValue("id"))
			switch err := do(id, r); {
			case errors.Is(err, errNoRecord):
				http.Error(w, "There is no such record any more.", http.StatusNotFound)
			case err != nil:
				http.Error(w, "That is not possible: "+err.Error(), http.StatusBadRequest)
			default:
				http.Redirect(w, r, back+"#"+mark+itoa(id), http.StatusSeeOther)
			}
		})))
	}
	const tickets, servers, additions = "/_look/tickets", "/_look/servers", "/_look/additions"
	post(tickets+"/{id}/note", tickets, "t", func(id int, r *http.Request) error {
		text := strings.TrimSpace(r.PostFormValue("text"))
		if text == "" || len(text) > mostNote {
			return errors.New("a note has a text, and not a long one")
		}
		return cw.NoteByHand(id, text)
	})
	post(tickets+"/{id}/assign", tickets, "t", func(id int, _ *http.Request) error { return cw.AssignOwner(id, By) })
	post(tickets+"/{id}/close", tickets, "t", func(id int, _ *http.Request) error { return cw.CloseTicketByHand(id) })
	post(additions+"/{id}/quantity", additions, "a", func(id int, r *http.Request) error {
		quantity, err := strconv.ParseFloat(strings.TrimSpace(r.PostFormValue("quantity")), 64)
		if err != nil || math.IsNaN(quantity) || quantity < 0 || quantity > mostQuantity {
			return errors.New("a quantity is a number from 0 to a million")
		}
		return cw.EditQuantity(id, quantity)
	})
	post(servers+"/{id}/down", servers, "m", func(id int, _ *http.Request) error {
		return moveServer(x, id, false)
	})
	post(servers+"/{id}/back", servers, "m", func(id int, _ *http.Request) error {
		return moveServer(x, id, true)
	})
}

// moveServer takes a server down, or brings it back. One that stands so already stays as it is: down since when it was.
func moveServer(x *X360Sync, id int, up bool) error {
	d, ok := x.msp.Machine(id)
	switch {
	case !ok:
		return errNoRecord
	case d.Down() && up:
		x.msp.Reconnect(id, x.now())
	case !d.Down() && !up:
		x.msp.Disconnect(id, x.now())
	}
	return nil
}

type lookServer struct {
	ID           int    `json:"id"`
	Name         string `json:"name"`
	Organization string `json:"organization"`
	Down         bool   `json:"down"`
}

// serversOf lists the servers, those that are down first.
func serversOf(x *X360Sync) []lookServer {
	list := []lookServer{}
	for _, d := range x.msp.Servers() {
		o, _ := x.msp.Organization(d.CompanyID)
		list = append(list, lookServer{d.ID, d.DNSName, o.Name, d.Down()})
	}
	slices.SortFunc(list, func(a, b lookServer) int {
		if a.Down != b.Down {
			if a.Down {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.Organization, b.Organization), cmp.Compare(a.Name, b.Name))
	})
	return list
}
