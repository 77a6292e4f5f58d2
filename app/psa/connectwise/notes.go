package connectwise

import (
	"cmp"
	"context"
	"slices"

	"psabridge/app"
)

// noteRow is a ServiceTicketNote of /allNotes and a ServiceNote of /notes: they name the same things differently.
type noteRow struct {
	ID               int64  `json:"id"`
	NoteType         string `json:"noteType"`
	Text             string `json:"text"`
	TicketID         int64  `json:"ticketId"` // of /notes alone
	InternalAnalysis *bool  `json:"internalAnalysisFlag"`
	DetailFlag       *bool  `json:"detailDescriptionFlag"`
	ResolutionFlag   *bool  `json:"resolutionFlag"`
	Member           ref    `json:"member"`
	Contact          ref    `json:"contact"`
	OriginalAuthor   string `json:"originalAuthor"`
	TimeStart        moment `json:"timeStart"`
	CreatedBy        string `json:"createdBy"`
	DateCreated      moment `json:"dateCreated"`
	Info             info   `json:"_info"`
}

// Notes lists a ticket's notes and those of time entries, oldest first. The two kinds have ids of their own, so the list
// is neither ordered nor told apart by id, and no fields are named: the two kinds do not have the same.
//
// GET /service/tickets/{id}/allNotes.
func (c *Client) Notes(ctx context.Context, ticket int64) ([]app.TicketNote, error) {
	rows, err := list(ctx, c, query{path: ticketPath(ticket) + "/allNotes", unordered: true, records: []int64{ticket}},
		func(r noteRow) string { return r.NoteType + " " + num(r.ID) })
	if err != nil {
		return nil, err
	}
	notes := make([]app.TicketNote, 0, len(rows))
	for _, r := range rows {
		notes = append(notes, r.note())
	}
	slices.SortStableFunc(notes, func(a, b app.TicketNote) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return notes, nil
}

// newNote names exactly one of the three places a note can stand in.
type newNote struct {
	Text                 string `json:"text"`
	Detail               bool   `json:"detailDescriptionFlag"`
	Internal             bool   `json:"internalAnalysisFlag"`
	Resolution           bool   `json:"resolutionFlag"`
	ProcessNotifications bool   `json:"processNotifications"`
}

// AddNote adds one note and mails nobody. Only text and place of n are used.
//
// The answer says where the note stands, and is compared as far as it does.
//
// POST /service/tickets/{id}/notes.
func (c *Client) AddNote(ctx context.Context, ticket int64, n app.TicketNote) (app.TicketNote, error) {
	body := newNote{Text: clean(n.Text), Detail: !n.Internal, Internal: n.Internal}
	if body.Text == "" {
		return app.TicketNote{}, refuse("A note needs a text.")
	}
	var row noteRow
	if err := c.post(ctx, ticketPath(ticket)+"/notes", body, &row, ticket); err != nil {
		return app.TicketNote{}, err
	}
	switch {
	case row.ID == 0:
		return app.TicketNote{}, noID("note")
	case row.TicketID != 0 && row.TicketID != ticket:
		return row.note(), another("ticket", row.TicketID)
	case n.Internal && row.readByOthers():
		return row.note(), notDone("ConnectWise added note %d to ticket %d where the customer may read it, instead of the internal analysis. Look at the ticket there.", row.ID, ticket)
	}
	return row.note(), nil
}

// readByOthers reports whether an answer says that a note does not stand in the internal analysis, and there alone. An
// answer without any of the three flags says nothing.
func (r noteRow) readByOthers() bool {
	if is(r.DetailFlag) || is(r.ResolutionFlag) {
		return true
	}
	said := r.InternalAnalysis != nil || r.DetailFlag != nil || r.ResolutionFlag != nil
	return said && !is(r.InternalAnalysis)
}

func is(flag *bool) bool { return flag != nil && *flag }

func (r noteRow) note() app.TicketNote {
	created := r.DateCreated.Time
	for _, t := range []moment{r.Info.DateEntered, r.TimeStart, r.Info.LastUpdated} {
		if created.IsZero() {
			created = t.Time
		}
	}
	return app.TicketNote{
		ID: r.ID, Text: r.Text, Internal: is(r.InternalAnalysis), CreatedAt: created, TimeEntry: r.NoteType == "TimeEntryNote",
		CreatedBy: cmp.Or(r.Member.Identifier, r.CreatedBy, r.OriginalAuthor, r.Contact.Name, r.Info.EnteredBy, r.Info.UpdatedBy),
	}
}
