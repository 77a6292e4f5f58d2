package setup_test

import (
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/sandbox"
)

// pushed writes an addition of connection cw, as its push would; writing leaves the push under way.
func (b *bench) pushed(t *testing.T, writing bool) {
	t.Helper()
	before := app.Q(1)
	p, err := b.store.SavePlan(t.Context(), app.Plan{
		Connection: "cw", Period: app.PeriodOf(b.now(), b.now().Location()), Trigger: app.TriggerPerson, Digest: "d", CreatedAt: b.now(), Complete: true,
		Lines: []app.Line{{
			Meter: app.MeterStorage, Product: "S", ProductID: 5, Agreement: app.Named{ID: 12, Name: "Managed"}, AdditionID: 9904,
			Before: &before, After: app.Q(2), Unit: app.UnitEach, Verdict: app.VerdictUpdate,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	push, err := b.store.Approve(t.Context(), p.ID, "d", app.Push{Trigger: app.TriggerPerson, ApprovedBy: "ada", ApprovedAt: b.now()})
	if err != nil {
		t.Fatal(err)
	}
	if writing {
		return
	}
	d, ok, err := b.store.Claim(t.Context(), b.now(), nil)
	if err != nil || !ok {
		t.Fatal("nothing to write", err)
	}
	push.Lines[0].State = app.LineDone
	if err := b.store.Settle(t.Context(), app.Settlement{DeliveryID: d.ID, Attempt: d.Attempt, At: b.now(), State: app.DeliveryDone, Lines: push.Lines}); err != nil {
		t.Fatal(err)
	}
}

// What we wrote to one ConnectWise is not to be undone or carried on in another, whose records have the same ids.
func TestAConnectionStaysWithTheConnectWiseItWroteTo(t *testing.T) {
	const site, company = "https://na.myconnectwise.net", "company_id: acme"
	for name, tt := range map[string]struct {
		old, other string
		refused    bool
	}{
		"another host":                  {site, "https://eu.myconnectwise.net", true},
		"another company":               {company, "company_id: acme_test", true},
		"the same host spelled apart":   {site, "https://NA.myconnectwise.net:443", false},
		"the api name of the same host": {site, "https://api-na.myconnectwise.net", false},
		"the same company in capitals":  {company, "company_id: ACME", false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, sandbox.Options{})
			b.replace(t, document)
			b.pushed(t, false)
			other := strings.Replace(document, tt.old, tt.other, 1)
			_, err := b.Replace(t.Context(), "x", []byte(other), true, false)
			if !tt.refused {
				if err != nil {
					t.Errorf("err = %v", err)
				}
				return
			}
			if code(err) != app.Conflict {
				t.Fatalf("err = %v", err)
			}
			contains(t, app.ErrorMessage(err), "Connection cw has already written to acme at na.myconnectwise.net.")
			contains(t, app.ErrorMessage(err), map[bool]string{true: "psabridge settings import --force", false: "add a new connection"}[tt.old == site])
			_, _, err = b.Edit(t.Context(), "x", func(doc *app.Settings) error { doc.Connections[0].CompanyID = "other"; return nil })
			if code(err) != app.Conflict {
				t.Errorf("from a page: %v", err)
			}
			// Force says "the same one under a new address", which another company never is.
			_, err = b.Replace(t.Context(), "x", []byte(other), false, true)
			if forgiven := err == nil; forgiven != (tt.old == site) {
				t.Errorf("by force: %v", err)
			}
		})
	}
}

func TestAConnectionThatWroteNothingMayMove(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	b.replace(t, document)
	b.replace(t, strings.Replace(document, "acme", "acme_test", 1))
}

// A ticket is known by its number, and the other ConnectWise has one of that number: a note and a close would go to it.
func TestAConnectionThatOpenedTicketsStays(t *testing.T) {
	for name, tt := range map[string]struct {
		settled app.DeliveryState // "": not settled
		code    app.Code
		refused bool
	}{
		"done":              {app.DeliveryDone, "", true},
		"nobody knows":      {app.DeliveryChecking, app.Unavailable, true},
		"given up on":       {app.DeliveryParked, app.Unavailable, true},
		"being sent":        {"", "", true},
		"refused, for sure": {app.DeliveryParked, app.Forbidden, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := sampled(t, sandbox.Options{})
			b.parked(t)
			d, found, err := b.store.Claim(t.Context(), b.now(), nil)
			if err != nil || !found {
				t.Fatal(found, err)
			}
			if tt.settled != "" {
				if err := b.store.Intent(t.Context(), app.Intent{DeliveryID: d.ID, Attempt: d.Attempt, At: b.now(), Request: `{"Summary":"Down"}`}); err != nil {
					t.Fatal(err)
				}
				if err := b.store.Settle(t.Context(), app.Settlement{DeliveryID: d.ID, Attempt: d.Attempt, At: b.now(), NextAt: b.now(), State: tt.settled, Code: tt.code}); err != nil {
					t.Fatal(err)
				}
			}
			_, _, err = b.Edit(t.Context(), "x", func(doc *app.Settings) error { doc.Connections[0].CompanyID = "another"; return nil })
			if got := code(err) == app.Conflict; got != tt.refused || err != nil && !got {
				t.Errorf("err = %v", err)
			}
		})
	}
}

// What only waits was never sent; whoever mistyped the company ID may correct it.
func TestAWaitingAlertKeepsNoCompany(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.parked(t)
	b.edit(t, func(doc *app.Settings) { doc.Connections[0].CompanyID = "another" })
}

// Leaving a connection out and naming it again is a change of it all the same.
func TestANameThatWroteIsNotTakenForAnotherConnectWise(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	b.replace(t, document)
	b.pushed(t, false)
	b.replace(t, "version: 1\n")
	other := []byte(strings.Replace(document, "acme", "acme_test", 1))
	_, err := b.Replace(t.Context(), "x", other, false, false)
	if code(err) != app.Conflict {
		t.Fatalf("err = %v", err)
	}
	contains(t, app.ErrorMessage(err), "written to acme at na.myconnectwise.net")
	b.replace(t, document) // the one it was
	b.replace(t, "version: 1\n")
	if _, err := b.Replace(t.Context(), "x", other, false, true); code(err) != app.Conflict {
		t.Errorf("by force: %v", err)
	}
}

func TestNothingMovesAConnectionWhileItsPushIsWritten(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	b.replace(t, document)
	b.pushed(t, true)
	_, err := b.Replace(t.Context(), "x", []byte(strings.Replace(document, "acme", "acme_test", 1)), false, true)
	if code(err) != app.Conflict {
		t.Fatalf("err = %v", err)
	}
	contains(t, app.ErrorMessage(err), "cw", "being written")
}
