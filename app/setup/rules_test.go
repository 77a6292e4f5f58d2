package setup_test

import (
	"testing"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

const unreachable = "alert.File server unreachable" // the first alert of the sample

// TestAlertsAreCheckedAsTheirTicketsAreMade: what an alert leaves out comes from the connection, and together they have
// to fit the board the ticket goes to.
func TestAlertsAreCheckedAsTheirTicketsAreMade(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(*app.TicketingSettings, *app.TicketPolicy)
		state   app.CheckState
		says    string
		fix     string
	}{
		"no board, a type": {func(c *app.TicketingSettings, t *app.TicketPolicy) {
			*c, *t = app.TicketingSettings{Enabled: true}, app.TicketPolicy{Type: app.Ref{Name: "Backup"}}
		}, app.CheckFailed, "A type is chosen but no board, and every board has its own.", "Choose the board in the alert"},
		"no board, the connection's type": {func(c *app.TicketingSettings, t *app.TicketPolicy) {
			*c, *t = app.TicketingSettings{Enabled: true, Type: app.Ref{Name: "Backup"}}, app.TicketPolicy{Priority: app.Ref{ID: 2}}
		}, app.CheckSkipped, "The board exists", ""},
		"no board, a priority": {func(c *app.TicketingSettings, t *app.TicketPolicy) {
			*c, *t = app.TicketingSettings{Enabled: true}, app.TicketPolicy{Priority: app.Ref{ID: 2}}
		}, app.CheckOK, "", ""},
		"the connection's board is gone": {func(c *app.TicketingSettings, t *app.TicketPolicy) {
			c.Board, t.Type = app.Ref{Name: "Nope"}, app.Ref{Name: "Backup"}
		}, app.CheckSkipped, "The board exists", ""},
		"the connection's type is gone": {func(c *app.TicketingSettings, t *app.TicketPolicy) {
			c.Type, *t = app.Ref{Name: "Nope"}, app.TicketPolicy{Priority: app.Ref{ID: 2}}
		}, app.CheckSkipped, "The ticket type exists", ""},
		"its own type instead": {func(c *app.TicketingSettings, t *app.TicketPolicy) {
			c.Type, *t = app.Ref{Name: "Nope"}, app.TicketPolicy{Type: app.Ref{Name: "Backup"}}
		}, app.CheckOK, "", ""},
		"its board knows not the connection's team": {func(_ *app.TicketingSettings, t *app.TicketPolicy) {
			*t = app.TicketPolicy{Board: app.Ref{ID: 12}}
		}, app.CheckFailed, "no team “Service Desk”", "in the alert or under Service defaults"},
		"its board knows not the connection's type": {func(c *app.TicketingSettings, t *app.TicketPolicy) {
			c.Status, c.Team = app.Ref{}, app.Ref{}
			*t = app.TicketPolicy{Board: app.Ref{ID: 12}}
		}, app.CheckFailed, "no type “Backup”", "Service Board ▸ NOC ▸ Types"},
		"its board has no such closed status": {func(c *app.TicketingSettings, t *app.TicketPolicy) {
			c.Status, c.Team, c.Type, c.ClosedStatus = app.Ref{}, app.Ref{}, app.Ref{}, app.Ref{Name: "Nope"}
			*t = app.TicketPolicy{Board: app.Ref{ID: 12}, AutoClose: true}
		}, app.CheckFailed, "no status “Nope”", "Choose a closed status"},
		"it closes nothing": {func(c *app.TicketingSettings, t *app.TicketPolicy) {
			c.Status, c.Team, c.Type, c.ClosedStatus = app.Ref{}, app.Ref{}, app.Ref{}, app.Ref{Name: "Nope"}
			*t = app.TicketPolicy{Board: app.Ref{ID: 12}}
		}, app.CheckOK, "", ""},
		"type and subtype do not go together": {func(_ *app.TicketingSettings, t *app.TicketPolicy) {
			*t = app.TicketPolicy{Type: app.Ref{Name: "File sync"}, Subtype: app.Ref{Name: "File server"}}
		}, app.CheckFailed, "does not belong to the type File sync", "in the alert"},
		"nor with the connection's subtype": {func(c *app.TicketingSettings, t *app.TicketPolicy) {
			c.Subtype, *t = app.Ref{Name: "File server"}, app.TicketPolicy{Type: app.Ref{Name: "File sync"}}
		}, app.CheckFailed, "does not belong to the type File sync", "in the alert"},
		"born closed": {func(_ *app.TicketingSettings, t *app.TicketPolicy) {
			*t = app.TicketPolicy{Status: app.Ref{Name: "Closed"}}
		}, app.CheckFailed, "born closed", "in the alert"},
		"a closed status that closes nothing": {func(_ *app.TicketingSettings, t *app.TicketPolicy) {
			*t = app.TicketPolicy{ClosedStatus: app.Ref{Name: "New"}}
		}, app.CheckFailed, "does not close a ticket", "in the alert or under Service defaults"},
		"its own closed status instead": {func(c *app.TicketingSettings, t *app.TicketPolicy) {
			c.ClosedStatus = app.Ref{Name: "Nope"}
			*t = app.TicketPolicy{ClosedStatus: app.Ref{Name: "Closed"}, AutoClose: true}
		}, app.CheckOK, "", ""},
		"no such source": {func(_ *app.TicketingSettings, t *app.TicketPolicy) {
			*t = app.TicketPolicy{Source: app.Ref{Name: "Fax"}}
		}, app.CheckFailed, "“Fax”", "System ▸ Setup Tables ▸ Source"},
		"its own source instead": {func(c *app.TicketingSettings, t *app.TicketPolicy) {
			c.Source, *t = app.Ref{Name: "Nope"}, app.TicketPolicy{Source: app.Ref{Name: "Email Connector"}}
		}, app.CheckOK, "", ""},
		"no such priority": {func(_ *app.TicketingSettings, t *app.TicketPolicy) {
			*t = app.TicketPolicy{Priority: app.Ref{Name: "P0"}}
		}, app.CheckFailed, "“P0”", "System ▸ Setup Tables ▸ Priority"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := sampled(t, sandbox.Options{MSP: sample.WithTrouble(sample.New(1, morning))})
			b.edit(t, func(doc *app.Settings) { test.prepare(&doc.Connections[0].Ticketing, &doc.Alerts[0].Ticket) })
			byID, _ := b.test(t)
			got, there := byID[unreachable]
			if !there || got.State != test.state {
				t.Errorf("%+v, want %s", got, test.state)
			}
			contains(t, got.Message, test.says)
			contains(t, got.Fix, test.fix)
		})
	}
}

// TestNoBoardForWhatHangsOnOne: ConnectWise's own board will do only while nothing of a board is chosen.
func TestNoBoardForWhatHangsOnOne(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	ticketing(func(c *app.TicketingSettings) { *c = app.TicketingSettings{Enabled: true} })(t, b)
	byID, _ := b.test(t)
	if got := byID["board"]; got.State != app.CheckWarning {
		t.Errorf("%+v", got)
	}
	contains(t, byID["board"].Message, "default board of the API member")
	ticketing(func(c *app.TicketingSettings) { c.Team = app.Ref{Name: "Service Desk"} })(t, b)
	byID, _ = b.test(t)
	if got := byID["board"]; got.State != app.CheckFailed {
		t.Errorf("%+v", got)
	}
	contains(t, byID["board"].Message, "A team is chosen but no board")
}

// TestAlertsAreCheckedWhereverTheyReach: an alert for an organization and those below it also opens tickets on the
// connections that those have for themselves.
func TestAlertsAreCheckedWhereverTheyReach(t *testing.T) {
	for name, test := range map[string]struct {
		reaches   app.For
		cw, other bool
	}{
		"everything":       {app.For{}, true, true},
		"the source":       {app.For{Source: "sync"}, true, true},
		"all below":        {app.For{Source: "sync", Organization: "4700", Suborganizations: true}, true, true},
		"without a source": {app.For{Organization: "4700", Suborganizations: true}, true, true},
		"one":              {app.For{Source: "sync", Organization: "4700"}, true, false},
		"the other":        {app.For{Source: "sync", Organization: "4711"}, false, true},
		"one without":      {app.For{Source: "sync", Organization: "4712"}, false, false},
		"not read yet":     {app.For{Source: "sync", Organization: "9901"}, false, true},
	} {
		b := sampled(t, sandbox.Options{})
		b.organizations(t, "4700", "Master", "4711", "Child", "4712", "Child without")
		b.edit(t, func(doc *app.Settings) {
			c := doc.Connections[0]
			c.Name, c.CompanyID = "other", "other"
			doc.Connections = append(doc.Connections, c)
			doc.Organizations = []app.OrganizationSettings{
				{Source: "sync", ID: "4700", PSA: "cw"},
				{Source: "sync", ID: "4711", PSA: "other"},
				{Source: "sync", ID: "4712", PSA: app.PSANone},
				{Source: "sync", ID: "9901", PSA: "other"},
			}
			doc.Alerts = doc.Alerts[:1]
			doc.Alerts[0].For, doc.Alerts[0].Ticket.Board = test.reaches, app.Ref{Name: "Alerts"}
		})
		for connection, want := range map[string]bool{"cw": test.cw, "other": test.other} {
			rows, err := b.Test(t.Context(), connection, nil)
			if err != nil {
				t.Fatal(err)
			}
			got := false
			for _, row := range rows {
				got = got || row.ID == unreachable
			}
			if got != want {
				t.Errorf("%s: checked on %s: %v", name, connection, got)
			}
		}
	}
}
