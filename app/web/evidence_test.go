package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"psabridge/app"
)

// TestEvidenceKeepsWhenItWasRead: a later reading of the day writes over the row of the one that was billed, not over what the
// evidence and the month say of it.
func TestEvidenceKeepsWhenItWasRead(t *testing.T) {
	w := furnished(t)
	read := w.now
	w.now = w.now.Add(37 * time.Minute)
	w.must(w.store.SaveReadings(t.Context(), "sync", []app.Reading{{
		Source: "sync", OrganizationID: "7", Meter: app.MeterAccounts, Basis: app.BasisOwn, Quantity: app.Q(44), Unit: app.UnitEach, Complete: true, AsOf: w.now, Method: "computed",
	}}, w.now))
	page := w.get(fmt.Sprintf("/billing/lines/%d/evidence", w.line)).want(t, http.StatusOK)
	if !strings.Contains(page.body, read.Format(time.RFC3339)) || strings.Contains(page.body, w.now.Format(time.RFC3339)) {
		t.Errorf("the evidence: %s", mainOf(page.body))
	}
	if month := w.get("/billing/cw/2026-11"); !strings.Contains(month.body, "sync read 09:00 CET") {
		t.Errorf("the month: %s", mainOf(month.body))
	}
}
