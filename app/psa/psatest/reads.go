package psatest

import (
	"context"
	"strings"
	"testing"
	"time"

	"psabridge/app"
)

func testReads(t *testing.T, w World) {
	ctx, c := t.Context(), w.Client
	companies := readOf(t, w, c.Companies, nil)
	found := false
	for _, one := range companies {
		found = found || one.ID == w.Company
		if one.Deleted {
			t.Errorf("company %d is in the recycle bin", one.ID)
		}
	}
	if !found {
		t.Errorf("company %d is missing among %d", w.Company, len(companies))
	}
	agreements := readOf(t, w, c.Agreements, w.Company)
	for _, a := range agreements {
		if a.CompanyID != w.Company {
			t.Errorf("agreement %d is of company %d", a.ID, a.CompanyID)
		}
		for _, day := range []time.Time{a.StartDate, a.BillStart, a.NextInvoice, a.EndDate} {
			if h, m, s := day.Clock(); h+m+s != 0 || day.Location() != time.UTC {
				t.Errorf("agreement %d: %v is not a calendar day at midnight UTC", a.ID, day)
			}
		}
	}
	if all := readOf(t, w, c.Agreements, 0); len(agreements) == 0 || len(all) <= len(agreements) {
		t.Errorf("%d agreements of the company, %d in all", len(agreements), len(all))
	}
	boards := read(t, w, c.Boards)
	if !has(boards, w.Board) {
		t.Errorf("board %d is missing in %v", w.Board, boards)
	}
	statuses := readOf(t, w, c.Statuses, w.Board)
	closed, byDefault := 0, 0
	for _, s := range statuses {
		if s.ID == w.ClosedStatus && !s.Closed || s.ID == w.OpenStatus && s.Closed {
			t.Errorf("status %+v closes tickets or not, wrongly", s)
		}
		if s.Closed {
			closed++
		}
		if s.Default {
			byDefault++
		}
	}
	if closed == 0 || byDefault != 1 {
		t.Errorf("%d closing and %d default statuses", closed, byDefault)
	}
	for name, options := range map[string][]app.Option{
		"types": readOf(t, w, c.Types, w.Board), "teams": readOf(t, w, c.Teams, w.Board), "priorities": read(t, w, c.Priorities),
		"sources": read(t, w, c.TicketSources), "company statuses": read(t, w, c.CompanyStatuses),
	} {
		if len(options) == 0 || options[0].Name == "" {
			t.Errorf("%s: %v", name, options)
		}
	}
	_, err := c.Additions(ctx, 99999999)
	w.wants(t, err, app.NotFound, "")
}

// read reads a list that must come.
func read[T any](t *testing.T, w World, list func(context.Context) ([]T, error)) []T {
	t.Helper()
	rows, err := list(t.Context())
	return must(t, w, rows, err)
}

// readOf reads the list of one record.
func readOf[A, T any](t *testing.T, w World, list func(context.Context, A) ([]T, error), of A) []T {
	t.Helper()
	rows, err := list(t.Context(), of)
	return must(t, w, rows, err)
}

func has(options []app.Option, id int64) bool {
	for _, o := range options {
		if o.ID == id {
			return true
		}
	}
	return false
}

func testProducts(t *testing.T, w World) {
	ctx, c := t.Context(), w.Client
	for _, p := range read(t, w, c.Products) {
		if p.ID == w.Bundle.ID {
			t.Errorf("bundle %s can not be an addition", p.Identifier)
		}
	}
	for _, want := range []app.Product{w.FreeProduct, w.Bundle} {
		got := readOf(t, w, c.ProductsByIdentifier, want.Identifier)
		if len(got) != 1 || got[0].ID != want.ID || got[0].Class != want.Class {
			t.Errorf("%s: %+v", want.Identifier, got)
		}
	}
	for _, near := range []string{strings.ToLower(w.FreeProduct.Identifier), w.FreeProduct.Identifier + " ", w.FreeProduct.Identifier[:3] + "*", "%", `x" or id > 0 or identifier = "`, `a\`, "[a]"} {
		if got := readOf(t, w, c.ProductsByIdentifier, near); len(got) != 0 {
			t.Errorf("%q finds %+v", near, got)
		}
	}
	_, err := c.ProductsByIdentifier(ctx, "a\x00b")
	w.wants(t, err, app.Invalid, app.OutcomeNone)
}

func testIdentity(t *testing.T, w World) {
	who, err := w.Client.Identify(t.Context())
	must(t, w, who, err)
	if who.CompanyName == "" || who.Version == "" || !strings.HasPrefix(who.BaseURL, "http") {
		t.Errorf("identity %+v", who)
	}
	server, err := w.Client.Authenticate(t.Context())
	must(t, w, server, err)
	if server.Version == "" || server.ServerTime.IsZero() {
		t.Errorf("server %+v", server)
	}
	if u := w.Client.TicketURL(48211); !strings.HasPrefix(u, "http") || !strings.Contains(u, "48211") {
		t.Errorf("ticket address %s", u)
	}
	if u := w.Client.AgreementURL(12); !strings.HasPrefix(u, "http") || !strings.Contains(u, "12") {
		t.Errorf("agreement address %s", u)
	}
}

// testRevoked: keys that stop working are unauthorized everywhere, also where a record is asked for: taking that for a
// record that is gone would close its condition.
func testRevoked(t *testing.T, w World) {
	ctx, c := t.Context(), w.Client
	made, err := c.CreateTicket(ctx, w.ticket("conf-revoked"))
	must(t, w, made, err)
	w.Revoke()
	_, err = c.Authenticate(ctx)
	w.wants(t, err, app.Unauthorized, app.OutcomeNone)
	_, err = c.Ticket(ctx, made.ID)
	w.wants(t, err, app.Unauthorized, "")
	_, err = c.Companies(ctx, nil)
	w.wants(t, err, app.Unauthorized, "")
	_, err = c.CreateTicket(ctx, w.ticket("conf-revoked-2"))
	w.wants(t, err, app.Unauthorized, app.OutcomeNone)
	_, err = c.UpdateTicket(ctx, made.ID, app.TicketChange{StatusID: w.ClosedStatus})
	w.wants(t, err, app.Unauthorized, app.OutcomeNone)
}
