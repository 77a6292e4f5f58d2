package psatest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"psabridge/app"
)

// testStatusTable: what each status means, for a read and for a write.
func testStatusTable(t *testing.T, fresh func(*testing.T) World) {
	for _, tc := range []struct {
		status  int
		kind    Kind
		code    app.Code
		outcome app.Outcome
	}{
		{400, Refused, app.Invalid, app.OutcomeNone},
		{401, Refused, app.Unauthorized, app.OutcomeNone},
		{403, Refused, app.Forbidden, app.OutcomeNone},
		{403, Page, app.Unavailable, app.OutcomeUnknown},
		{404, Refused, app.Unauthorized, app.OutcomeNone}, // on a collection
		{405, Refused, app.Invalid, app.OutcomeNone},
		{409, Refused, app.Conflict, app.OutcomeNone},
		{415, Refused, app.Invalid, app.OutcomeNone},
		{429, Refused, app.RateLimited, app.OutcomeNone},
		{429, Page, app.RateLimited, app.OutcomeNone},
		{500, Refused, app.Unavailable, app.OutcomeUnknown},
		{502, Page, app.Unavailable, app.OutcomeUnknown},
		{503, Refused, app.Unavailable, app.OutcomeUnknown},
		{200, Page, app.Unavailable, app.OutcomeUnknown},
	} {
		t.Run(fmt.Sprint(tc.status, " ", tc.kind), func(t *testing.T) {
			w := fresh(t)
			words := "the vendor's own words " + w.Secrets[0].Reveal()
			for range 3 { // a read is repeated; each of its tries must fail
				w.Trouble(Trouble{Kind: tc.kind, Status: tc.status, Words: words})
			}
			_, err := w.Client.Boards(t.Context())
			w.wants(t, err, tc.code, "")
			w = fresh(t)
			for range 2 { // where the API lies is looked up again, and the write sent once more only if it moved
				w.Trouble(Trouble{Method: http.MethodPost, Kind: tc.kind, Status: tc.status, Words: words})
			}
			_, err = w.Client.CreateTicket(t.Context(), w.ticket("conf-status"))
			w.wants(t, err, tc.code, tc.outcome)
			if tc.kind == Refused && !strings.Contains(app.ErrorMessage(err), "the vendor's own words") {
				t.Errorf("the message does not quote: %s", app.ErrorMessage(err))
			}
			if n := w.TicketsWith("conf-status"); n != 0 {
				t.Errorf("%d tickets were made", n)
			}
		})
	}
}

// testCutAnswers: whatever was sent without an answer that can be read is unknown, and is sent once.
func testCutAnswers(t *testing.T, fresh func(*testing.T) World) {
	for _, tc := range []struct {
		kind Kind
		made int
	}{{CutBefore, 0}, {CutAfter, 1}, {Truncated, 1}, {Empty, 1}, {NoID, 1}} {
		t.Run(fmt.Sprint(tc.kind), func(t *testing.T) {
			w := fresh(t)
			w.Trouble(Trouble{Method: http.MethodPost, Kind: tc.kind})
			_, err := w.Client.CreateTicket(t.Context(), w.ticket("conf-cut"))
			w.wants(t, err, app.Unavailable, app.OutcomeUnknown)
			if n := w.TicketsWith("conf-cut"); n != tc.made {
				t.Errorf("%d tickets, want %d: a write is never repeated here", n, tc.made)
			}
			if tc.kind == NoID {
				return // a PATCH names its record
			}
			w.Trouble(Trouble{Method: http.MethodPatch, Kind: tc.kind})
			_, err = w.Client.SetQuantity(t.Context(), w.Agreement, w.Addition, w.Quantity(w.Addition).Add(app.Q(1)))
			w.wants(t, err, app.Unavailable, app.OutcomeUnknown)
		})
	}
}

// testRateLimit: one answer that asks to wait stops everything on the connection, without asking again.
func testRateLimit(t *testing.T, w World) {
	ctx, c := t.Context(), w.Client
	_, _ = c.Boards(ctx) // whatever is looked up once has been
	w.Trouble(Trouble{Kind: Refused, Status: 429, Header: http.Header{"Retry-After": {"90"}}, Words: "Too many requests."})
	_, err := c.Boards(ctx)
	w.wants(t, err, app.RateLimited, app.OutcomeNone)
	if e, _ := errors.AsType[*app.Error](err); e.RetryAfter.Seconds() != 90 {
		t.Errorf("retry after %v, want 90 s", e.RetryAfter)
	}
	before := w.Requests()
	for name, try := range map[string]func() error{
		"read":   func() error { _, err := c.Companies(ctx, nil); return err },
		"create": func() error { _, err := c.CreateTicket(ctx, w.ticket("conf-limit")); return err },
		"change": func() error { _, err := c.SetQuantity(ctx, w.Agreement, w.Addition, app.Q(1)); return err },
		"who":    func() error { _, err := c.Identify(ctx); return err },
	} {
		err := try()
		w.wants(t, err, app.RateLimited, app.OutcomeNone)
		if e, _ := errors.AsType[*app.Error](err); e.RetryAfter <= 0 {
			t.Errorf("%s: it does not say how long", name)
		}
	}
	if n := w.Requests() - before; n != 0 {
		t.Errorf("%d requests were made while waiting", n)
	}
}

// testReadsRepeat: a read survives a hiccup.
func testReadsRepeat(t *testing.T, w World) {
	for _, trouble := range []Trouble{{Kind: CutBefore}, {Kind: Page, Status: 502}} {
		trouble.Method = http.MethodGet
		w.Trouble(trouble)
		if list, err := w.Client.Boards(t.Context()); err != nil || len(list) == 0 {
			t.Errorf("%+v: %v", trouble, err)
		}
	}
}
