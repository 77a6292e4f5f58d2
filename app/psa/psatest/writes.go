package psatest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"psabridge/app"
)

func testTicketLife(t *testing.T, w World) {
	ctx, c := t.Context(), w.Client
	xref := `conf-"life"-[1]`
	if found := readOf(t, w, c.FindTickets, xref); len(found) != 0 {
		t.Fatalf("found before it was made: %+v", found)
	}
	made, err := c.CreateTicket(ctx, w.ticket(xref))
	must(t, w, made, err)
	if made.ID == 0 || made.XRef != xref || made.CompanyID != w.Company || made.BoardID != w.Board || made.Closed {
		t.Errorf("made %+v", made)
	}
	for range 2 { // finding changes nothing
		if found := readOf(t, w, c.FindTickets, xref); len(found) != 1 || found[0].ID != made.ID {
			t.Errorf("found %+v", found)
		}
	}
	for prefix, want := range map[string]int{`conf-"life"`: 1, `conf-"life"-[1]x`: 0, `"life"`: 0} {
		found, err := c.TicketsOf(ctx, prefix, made.ID-1)
		if must(t, w, found, err); len(found) != want {
			t.Errorf("%d tickets begin with %s, want %d", len(found), prefix, want)
		}
	}
	if later, err := c.TicketsOf(ctx, `conf-`, made.ID); err != nil || len(later) != 0 {
		t.Errorf("after the newest there are %+v (%v)", later, err)
	}
	newest, err := c.NewestTicket(ctx)
	if must(t, w, newest, err).ID != made.ID {
		t.Errorf("newest is %d, made was %d", newest.ID, made.ID)
	}
	for _, status := range []int64{w.OpenStatus, w.ClosedStatus, w.ClosedStatus} {
		moved, err := c.UpdateTicket(ctx, made.ID, app.TicketChange{StatusID: status})
		if must(t, w, moved, err).StatusID != status || moved.Closed != (status == w.ClosedStatus) {
			t.Errorf("moved %+v to %d", moved, status)
		}
	}
	read, err := c.Ticket(ctx, made.ID)
	if must(t, w, read, err); !read.Closed || read.UpdatedAt.IsZero() || read.UpdatedBy == "" || read.EnteredAt.IsZero() {
		t.Errorf("read %+v", read)
	}
	if n := w.Mails(); n != 0 {
		t.Errorf("%d people were mailed", n)
	}
	if n := w.TicketsWith(xref); n != 1 {
		t.Errorf("there are %d tickets", n)
	}
}

func testNotes(t *testing.T, w World) {
	ctx, c := t.Context(), w.Client
	made, err := c.CreateTicket(ctx, w.ticket("conf-notes"))
	must(t, w, made, err)
	note, err := c.AddNote(ctx, made.ID, app.TicketNote{Text: "It happened again.\n[delivery 7]", Internal: true})
	if must(t, w, note, err); note.ID == 0 || !note.Internal || note.CreatedAt.IsZero() {
		t.Errorf("added %+v", note)
	}
	w.BookTime(made.ID, "Restarted the server")
	notes := readOf(t, w, c.Notes, made.ID)
	var ours, theirs bool
	for _, n := range notes {
		ours = ours || n.ID == note.ID && strings.Contains(n.Text, "[delivery 7]") && n.Internal && n.CreatedBy == note.CreatedBy && n.CreatedBy != ""
		theirs = theirs || n.TimeEntry && n.Text == "Restarted the server" && n.CreatedBy != note.CreatedBy
	}
	if !ours || !theirs {
		t.Errorf("notes %+v, added %+v", notes, note)
	}
	for i := 1; i < len(notes); i++ {
		if notes[i].CreatedAt.Before(notes[i-1].CreatedAt) {
			t.Error("notes are not oldest first")
		}
	}
	if w.Mails() != 0 {
		t.Error("people were mailed")
	}
	_, err = c.AddNote(ctx, made.ID, app.TicketNote{Text: " \x00"})
	w.wants(t, err, app.Invalid, app.OutcomeNone)
	w.Trouble(Trouble{Method: http.MethodPost, Kind: Misplaced})
	_, err = c.AddNote(ctx, made.ID, app.TicketNote{Text: "ours alone", Internal: true})
	w.wants(t, err, app.Conflict, app.OutcomeNone)
	w.Trouble(Trouble{Method: http.MethodPost, Kind: Another})
	_, err = c.AddNote(ctx, made.ID, app.TicketNote{Text: "on this ticket", Internal: true})
	w.wants(t, err, app.Unavailable, app.OutcomeUnknown)
}

// testManyTickets: 250 ids in a handful of calls; what is gone is missing, nothing else.
func testManyTickets(t *testing.T, w World) {
	ctx, c := t.Context(), w.Client
	var ids []int64
	for i := range 5 {
		made, err := c.CreateTicket(ctx, w.ticket(fmt.Sprintf("conf-many-%d", i)))
		ids = append(ids, must(t, w, made, err).ID)
	}
	w.DeleteTicket(ids[4])
	asked := append([]int64{}, ids...)
	for i := range 245 {
		asked = append(asked, 90000000+int64(i))
	}
	before := w.Requests()
	got := readOf(t, w, c.TicketsByID, append(asked, ids[0]))
	if len(got) != 4 {
		t.Errorf("%d tickets, want 4: %+v", len(got), got)
	}
	if calls := w.Requests() - before; calls > 3 {
		t.Errorf("%d calls for 250 ids, want at most 3", calls)
	}
	before = w.Requests()
	if got := readOf(t, w, c.TicketsByID, nil); len(got) != 0 || w.Requests() != before {
		t.Error("asking for nothing costs nothing")
	}
}

func testGoneTicket(t *testing.T, w World) {
	ctx, c := t.Context(), w.Client
	made, err := c.CreateTicket(ctx, w.ticket("conf-gone"))
	must(t, w, made, err)
	w.DeleteTicket(made.ID)
	_, err = c.Ticket(ctx, made.ID)
	w.wants(t, err, app.NotFound, "")
	_, err = c.Notes(ctx, made.ID)
	w.wants(t, err, app.NotFound, "")
	_, err = c.AddNote(ctx, made.ID, app.TicketNote{Text: "hello", Internal: true})
	w.wants(t, err, app.NotFound, app.OutcomeNone)
	_, err = c.UpdateTicket(ctx, made.ID, app.TicketChange{StatusID: w.ClosedStatus})
	w.wants(t, err, app.NotFound, app.OutcomeNone)
}

func testSummary(t *testing.T, w World) {
	const begin = "Müller\u200b & Söhne\r\n" // 15 units, cleaned
	for _, tc := range []struct {
		summary, want string
	}{
		{begin + strings.Repeat("ä", 200), "Müller & Söhne " + strings.Repeat("ä", 84) + "…"},
		{begin + strings.Repeat("😀", 60), "Müller & Söhne " + strings.Repeat("😀", 42) + "…"},
		{"-" + begin + strings.Repeat("😀", 60), "-Müller & Söhne " + strings.Repeat("😀", 41) + "…"}, // an emoji is not cut in two
		{strings.Repeat("😀", 50), strings.Repeat("😀", 50)},
		{strings.Repeat("😀", 51), strings.Repeat("😀", 49) + "…"},
	} {
		nt := w.ticket("conf-summary")
		nt.Summary = tc.summary
		made, err := w.Client.CreateTicket(t.Context(), nt)
		if must(t, w, made, err); made.Summary != tc.want {
			t.Errorf("%q became %q, want %q", tc.summary, made.Summary, tc.want)
		}
	}
	for _, change := range []func(*app.NewTicket){
		func(n *app.NewTicket) { n.Summary = " " }, func(n *app.NewTicket) { n.CompanyID = 0 }, func(n *app.NewTicket) { n.XRef = strings.Repeat("x", 101) },
		func(n *app.NewTicket) { n.XRef = strings.Repeat("😀", 51) },
	} {
		bad := w.ticket("conf-bad")
		change(&bad)
		_, err := w.Client.CreateTicket(t.Context(), bad)
		w.wants(t, err, app.Invalid, app.OutcomeNone)
	}
	unknown := w.ticket("conf-unknown-company")
	unknown.CompanyID = 99999999
	_, err := w.Client.CreateTicket(t.Context(), unknown)
	w.wants(t, err, app.Invalid, app.OutcomeNone)
}

func testQuantity(t *testing.T, w World) {
	ctx, c := t.Context(), w.Client
	others := w.Others(w.Addition)
	for _, q := range []string{"17", "1219.55", "0", "17"} {
		want := app.MustQuantity(q)
		done, err := c.SetQuantity(ctx, w.Agreement, w.Addition, want)
		if must(t, w, done, err); done.ID != w.Addition || done.AgreementID != w.Agreement || !done.Quantity.Equal(want) || !w.Quantity(w.Addition).Equal(want) {
			t.Errorf("set %s: %+v", q, done)
		}
	}
	if now := w.Others(w.Addition); now != others {
		t.Errorf("more than the quantity changed:\n%s\n%s", others, now)
	}
	_, err := c.SetQuantity(ctx, w.Agreement, w.Addition, app.MustQuantity("-1"))
	w.wants(t, err, app.Invalid, app.OutcomeNone)
	_, err = c.SetQuantity(ctx, w.Agreement, 99999999, app.Q(1))
	w.wants(t, err, app.NotFound, app.OutcomeNone)
}

func testNewAddition(t *testing.T, w World) {
	ctx, c := t.Context(), w.Client
	before := readOf(t, w, c.Additions, w.Agreement)
	day := time.Date(2099, 3, 1, 0, 0, 0, 0, time.UTC)
	made, err := c.CreateAddition(ctx, w.Agreement, app.NewAddition{ProductID: w.FreeProduct.ID, Quantity: app.MustQuantity("2.5"), BillCustomer: "Billable", EffectiveDate: day})
	must(t, w, made, err)
	if made.ProductID != w.FreeProduct.ID || made.Product != w.FreeProduct.Identifier || !made.EffectiveDate.Equal(day) || !made.CancelledDate.IsZero() || made.BillCustomer != "Billable" {
		t.Errorf("made %+v", made)
	}
	after := readOf(t, w, c.Additions, w.Agreement)
	if len(after) != len(before)+1 || open(after, day) != open(before, day)+1 {
		t.Errorf("%d additions before, %d after", len(before), len(after))
	}
	_, err = c.CreateAddition(ctx, w.Agreement, app.NewAddition{ProductID: w.FreeProduct.ID, Quantity: app.Q(1), BillCustomer: "Billable", EffectiveDate: time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)})
	w.wants(t, err, app.Invalid, app.OutcomeNone)
	if !strings.Contains(app.ErrorMessage(err), "effectiveDate cannot be less") {
		t.Errorf("the vendor's own words are missing: %s", app.ErrorMessage(err))
	}
}

// testFalseYes: a yes to a change that was not made is a conflict, and known to be none; a yes about another record tells
// nothing about ours.
func testFalseYes(t *testing.T, w World) {
	ctx, c := t.Context(), w.Client
	made, err := c.CreateTicket(ctx, w.ticket("conf-false"))
	must(t, w, made, err)
	changes := map[string]func() error{
		"status": func() error {
			_, err := c.UpdateTicket(ctx, made.ID, app.TicketChange{StatusID: w.ClosedStatus})
			return err
		},
		"priority": func() error {
			_, err := c.UpdateTicket(ctx, made.ID, app.TicketChange{PriorityID: w.Priority})
			return err
		},
		"quantity": func() error {
			_, err := c.SetQuantity(ctx, w.Agreement, w.Addition, w.Quantity(w.Addition).Add(app.Q(3)))
			return err
		},
	}
	for name, change := range changes {
		w.Trouble(Trouble{Method: http.MethodPatch, Kind: Unchanged})
		err := change()
		w.wants(t, err, app.Conflict, app.OutcomeNone)
		w.Trouble(Trouble{Method: http.MethodPatch, Kind: Another})
		err = change()
		w.wants(t, err, app.Unavailable, app.OutcomeUnknown)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	w.Trouble(Trouble{Method: http.MethodPost, Kind: Another})
	_, err = c.CreateTicket(ctx, w.ticket("conf-false-create"))
	w.wants(t, err, app.Unavailable, app.OutcomeUnknown)
	w.Trouble(Trouble{Method: http.MethodPost, Kind: Another})
	_, err = c.CreateAddition(ctx, w.Agreement, app.NewAddition{ProductID: w.FreeProduct.ID, Quantity: app.Q(1), BillCustomer: "Billable"})
	if err == nil {
		t.Error("an answer about another product was taken for ours")
	}
}

// testPriority: status and priority change together or alone, and nobody is told.
func testPriority(t *testing.T, w World) {
	ctx, c := t.Context(), w.Client
	made, err := c.CreateTicket(ctx, w.ticket("conf-priority"))
	must(t, w, made, err)
	if made.Priority == w.Priority {
		t.Fatalf("a new ticket has priority %d already", w.Priority)
	}
	raised, err := c.UpdateTicket(ctx, made.ID, app.TicketChange{PriorityID: w.Priority})
	if must(t, w, raised, err); raised.Priority != w.Priority || raised.StatusID != made.StatusID {
		t.Errorf("raised %+v", raised)
	}
	both, err := c.UpdateTicket(ctx, made.ID, app.TicketChange{PriorityID: made.Priority, StatusID: w.OpenStatus})
	if must(t, w, both, err); both.Priority != made.Priority || both.StatusID != w.OpenStatus {
		t.Errorf("both %+v", both)
	}
	_, err = c.UpdateTicket(ctx, made.ID, app.TicketChange{})
	w.wants(t, err, app.Invalid, app.OutcomeNone)
	if n := w.Mails(); n != 0 {
		t.Errorf("%d people were mailed", n)
	}
}

// testClassification: type, subtype and item of the board are taken; those of another board are refused in words.
func testClassification(t *testing.T, w World) {
	nt := w.ticket("conf-class")
	nt.TypeID, nt.SubtypeID, nt.ItemID, nt.PriorityID = w.Type, w.Subtype, w.Item, w.Priority
	made, err := w.Client.CreateTicket(t.Context(), nt)
	if must(t, w, made, err); made.ID == 0 || made.Priority != w.Priority {
		t.Errorf("made %+v", made)
	}
	foreign := readOf(t, w, w.Client.Types, w.OtherBoard)
	nt = w.ticket("conf-class-foreign")
	nt.TypeID = foreign[0].ID
	_, err = w.Client.CreateTicket(t.Context(), nt)
	w.wants(t, err, app.Invalid, app.OutcomeNone)
	if !strings.Contains(strings.ToLower(app.ErrorMessage(err)), "type") {
		t.Errorf("it does not say what is wrong: %s", app.ErrorMessage(err))
	}
}
