package setup

import (
	"context"
	"strings"
	"testing"
	"time"

	"psabridge/app"
)

// Two checks of one id would be refused by the store, and the whole test with them.
func TestNoTwoChecksHaveOneID(t *testing.T) {
	r := &run{Setup: &Setup{Deps: Deps{Now: time.Now}}, results: make(map[string]app.CheckState)}
	for range 3 {
		r.do(t.Context(), check{id: "agreement.7", prove: func(context.Context) finding { return ok("Good.") }})
	}
	seen := map[string]bool{}
	for _, row := range r.rows {
		if seen[row.ID] {
			t.Errorf("%s is there twice", row.ID)
		}
		seen[row.ID] = true
	}
	if len(r.rows) != 3 || !seen["agreement.7"] {
		t.Errorf("%v", seen)
	}
}

// TestMisworded: a template of an older version may say what nobody knows; its tickets show it as it was typed.
func TestMisworded(t *testing.T) {
	for _, test := range []struct {
		policy app.TicketPolicy
		says   string
	}{
		{app.TicketPolicy{Summary: "{title}", Body: "{text}"}, ""},
		{app.TicketPolicy{Summary: "{type} of {object}"}, "The summary of its tickets cannot be filled in. There is no variable {type}."},
		{app.TicketPolicy{Body: "{"}, "The body of its tickets cannot be filled in."},
	} {
		if got := misworded(test.policy); !strings.HasPrefix(got.message, test.says) || (got.state == "") != (test.says == "") {
			t.Errorf("%+v: %+v", test.policy, got)
		}
	}
}
