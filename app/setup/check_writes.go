package setup

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"psabridge/app"
)

// writes says what is known of a right no read shows: proved by a write that was done, missing by one that ConnectWise
// refused later than that, else not proven yet. soonest is what would prove it.
func (r *run) writes(right, soonest string) func(context.Context) finding {
	return func(context.Context) finding {
		proved, refused := weigh(r.proofs, right)
		switch {
		case refused != nil && !refused.At.Before(proved):
			return failed(refused.Words, fixRight(right)+" What waits for it is on the Deliveries page; retry it then.")
		case !proved.IsZero():
			return ok("Proven on " + printed(proved, r.conn) + ", when psabridge did so here.")
		}
		return skipped("Not proven yet. " + soonest + " will prove it; until then compare the role with the table of rights on the set-up page.")
	}
}

// proofsOf are the proofs of a connection that were given with the keys it has now. Other keys may be another member's,
// with another role, so what came before them shows nothing of this one.
func (s *Setup) proofsOf(ctx context.Context, conn app.ConnectionSettings) ([]app.Proof, error) {
	since, stored, err := s.keysSince(ctx, conn)
	if err != nil || !stored {
		return nil, err
	}
	all, err := s.Store.Proofs(ctx, conn.Name)
	return slices.DeleteFunc(all, func(p app.Proof) bool { return p.At.Before(since) }), err
}

// weigh finds when a right was last proved, and the newest delivery that was refused for want of it.
func weigh(proofs []app.Proof, right string) (proved time.Time, refused *app.Proof) {
	for i, p := range proofs {
		switch {
		case slices.Contains(proves(p), right):
			if p.At.After(proved) {
				proved = p.At
			}
		case !p.Done && lacked(p) == right:
			if refused == nil || p.At.After(refused.At) {
				refused = &proofs[i]
			}
		}
	}
	return proved, refused
}

// ticketOrder is the order in which a test ticket needs the rights: whatever step one hangs in, those before it worked.
var ticketOrder = []string{ticketsAdd, ticketsEdit, ticketsClose}

// proves lists the rights a delivery shows to be there.
func proves(p app.Proof) []string {
	switch {
	case p.Kind == app.DeliverTicketTest && p.Done && p.Closing:
		return ticketOrder
	case p.Kind == app.DeliverTicketTest && p.Done: // what closed its ticket is not known
		return []string{ticketsAdd, ticketsEdit}
	case p.Kind == app.DeliverTicketTest:
		return ticketOrder[:max(0, slices.Index(ticketOrder, lacked(p)))]
	case !p.Done:
		return nil
	case p.Kind == app.DeliverTicketCreate:
		return []string{ticketsAdd}
	case p.Kind == app.DeliverTicketNote && p.Closing && strings.Contains(lastRequest(p), `"status_id"`):
		return []string{ticketsEdit, ticketsClose}
	case p.Kind == app.DeliverTicketNote:
		return []string{ticketsEdit}
	case p.Kind == app.DeliverAgreement && p.Created:
		return []string{agreementsAdd}
	case p.Kind == app.DeliverAgreement:
		return []string{agreementsEdit}
	}
	return nil
}

// lacked is the right a refused delivery was short of, by the write it had come to; "" when it had not come to one.
func lacked(p app.Proof) string {
	var request map[string]json.RawMessage
	if json.Unmarshal([]byte(lastRequest(p)), &request) != nil {
		return ""
	}
	_, status := request["status_id"]
	_, note := request["note"]
	_, priority := request["priority_id"]
	switch {
	case p.Kind == app.DeliverAgreement:
		return agreementRight(lastRequest(p))
	case status:
		return ticketsClose
	case note, priority:
		return ticketsEdit
	}
	return ticketsAdd
}

// agreementRight is Add for a line that was to be created and Edit for a quantity that was to be set.
func agreementRight(request string) string {
	var line struct {
		Create bool `json:"create"`
	}
	if json.Unmarshal([]byte(request), &line) == nil && line.Create {
		return agreementsAdd
	}
	return agreementsEdit
}

// lastRequest is the last of the requests an attempt kept, one a line.
func lastRequest(p app.Proof) string {
	return p.Request[strings.LastIndexByte(p.Request, '\n')+1:]
}
