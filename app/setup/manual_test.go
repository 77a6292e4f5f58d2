package setup

import (
	"slices"
	"testing"

	"psabridge/app"
)

// TestManual: the help's clicks are the guide's own, for everything that can be switched on and every kind of source, and
// say nothing of how far anybody is.
func TestManual(t *testing.T) {
	var ids []string
	for _, task := range Manual() {
		for _, s := range task.Steps {
			ids = append(ids, task.ID+"/"+s.ID)
			if s.State != "" || s.Note != "" || s.Subject != "" {
				t.Errorf("%s/%s says how far somebody is: %+v", task.ID, s.ID, s)
			}
			if s.Title == "" || len(s.Text) == 0 {
				t.Errorf("%s/%s has no words", task.ID, s.ID)
			}
		}
	}
	for _, want := range []string{
		"connectwise/role", "connectwise/table_setup", "connectwise/member", "connectwise/key", "connectwise/client_id", "connectwise/credentials",
		"x360sync/kind.x360sync", "x360sync/kind.axcient", "x360sync/kind.inbox", "tickets/board", "tickets/status", "tickets/company_status",
		"tickets/team", "billing/product.accounts", "billing/product.protected_seats", "billing/agreements", "start/vendor_off.x360Sync", "start/vendor_off.x360Cloud",
	} {
		if !slices.Contains(ids, want) {
			t.Errorf("the manual has no %s, only %v", want, ids)
		}
	}
}

// TestManualRole: the table is the one the checks are made of, with tickets and billing.
func TestManualRole(t *testing.T) {
	both := app.ConnectionSettings{}
	both.Ticketing.Enabled, both.Billing.Enabled = true, true
	if got := Manual()[0].Steps[0].Role; !slices.Equal(got, Role(both)) {
		t.Errorf("role is %v", got)
	}
}
