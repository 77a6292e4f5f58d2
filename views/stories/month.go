package stories

import (
	"strconv"
	"time"

	"github.com/a-h/templ"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// monthStories are the pages around a month: what was typed, what an undo restores, two months, and what a customer gets.
func monthStories(state string, n int, long, bad bool, sh func(string, string) layout.Shell, add func(state, page string, v templ.Component)) {
	add(state, "overrides", views.OverridesPage(overrides(sh("Overrides of November 2026", link.Billing), n, long, bad)))
	add(state, "overrides-pasted", views.OverridesPage(pasted(sh("Overrides of November 2026", link.Billing), n, long, bad)))
	add(state, "undo", views.UndoPage(undo(sh("Undo push #9", link.Billing), n, long, bad)))
	add(state, "compare", views.ComparePage(compare(sh("Compare two months", link.Billing), n, long, bad)))
	add(state, "customer", views.CustomerPage(customerFile(n, long, bad)))
}

func overrides(s layout.Shell, n int, long, bad bool) views.Overrides {
	m := views.Overrides{Shell: s, Connection: "cw", Period: nov, Zone: zone, CanEdit: true, HasPlan: n > 0, Stale: n > 0, Organizations: names, Meters: []app.Meter{app.MeterAccounts, app.MeterStorage, "mailboxes"}}
	for i := range n {
		m.Rows = append(m.Rows, views.OverrideRow{
			Override: app.Override{Source: "sync", OrganizationID: strconv.Itoa(4700 + i), Meter: app.MeterAccounts, Period: nov, Quantity: q("43.5"), Unit: app.UnitEach, Note: "counted by phone, the agent was off for a week", By: "Marta", At: ago(time.Hour)},
			Name:     name(i, long), ID: int64(i), InPlace: "40, Sun 22 Nov",
		})
	}
	if bad {
		m.One = views.OverrideForm{Organization: "Contosso", Quantity: "1,000", Errors: ui.Errors{{Field: "organization", Message: "No organization on connection cw is called “Contosso”. Did you mean “Contoso Ltd.”?"}, {Field: "quantity", Message: "This can be read in two ways."}, {Field: "note", Message: "Say why."}}}
	}
	return m
}

func pasted(s layout.Shell, n int, long, bad bool) views.Overrides {
	m := overrides(s, 0, long, false)
	m.Sheet = &views.OverrideSheet{Separator: "tab", Header: true, Blank: 2, Empty: 3, Right: n, Seen: "abc"}
	m.Paste = views.SheetForm{Text: "Contoso\taccounts\t43", Note: "October was late"}
	for i := range n {
		r := views.SheetRow{Line: i + 2, Organization: name(i, long), Meter: "Accounts", Quantity: "43", Note: "October was late", InPlace: "no reading", Replaces: map[bool]string{true: "Replaces 40 typed by Marta."}[i%3 == 1]}
		if bad && i%2 == 0 {
			r.Wrong = "“1,000” can be read as 1 or as 1000. Say whether the file puts a comma or a point before decimals."
			m.Sheet.Wrong, m.Sheet.Right, m.Sheet.TwoWays = m.Sheet.Wrong+1, m.Sheet.Right-1, true
		}
		m.Sheet.Rows = append(m.Sheet.Rows, r)
	}
	if bad {
		m.Paste.Errors = ui.Errors{{Message: "3 rows are wrong, so nothing was saved."}}
	}
	return m
}

func undo(s layout.Shell, n int, long, bad bool) views.Undo {
	m := views.Undo{Shell: s, Push: app.Push{ID: 9, Connection: "cw", Period: nov, ApprovedAt: ago(time.Hour)}, Zone: zone, State: views.UndoState{Possible: true}}
	switch {
	case n == 0:
		return m
	case bad:
		m.State = views.UndoState{Why: "This push is undone."}
		m.UndoneBy = 11
		return m
	}
	m.PlanID, m.Digest, m.Open, m.PlannedAt, m.Amount, m.Same = 12, "abc", !long, ago(time.Minute), new(q("-412.5")), 2
	for i := range n {
		r := line(i, long)
		r.Verdict = app.VerdictUpdate
		if i%4 == 2 {
			r.Verdict, r.Holds = app.VerdictSkipped, []app.Hold{{Code: app.HoldEditedSince, Message: "Someone changed this line to 99 since we wrote 43, so it is left as it is."}}
			m.Left = append(m.Left, r)
			continue
		}
		m.Restores = append(m.Restores, r)
	}
	return m
}

func compare(s layout.Shell, n int, long, bad bool) views.Compare {
	m := views.Compare{Shell: s, Connection: "cw", Connections: []string{"cw", "lab"}, From: nov.Prev(), To: nov, Periods: []app.Period{nov.Prev(), nov}, NothingPushed: n == 0}
	if bad {
		m.Errors = ui.Errors{{Field: "from", Message: "“2026-13” is no month. Choose one, e.g. 2026-10."}}
	}
	for i := range n {
		c := app.MonthChange{Company: app.Named{ID: int64(i / 2), Name: name(i/2, long)}, Agreement: app.Named{ID: 12, Name: "Managed Services 2026"}, Meter: app.MeterAccounts, Product: "X360-ACCOUNT", Unit: app.UnitEach, Before: new(app.Q(40)), After: new(app.Q(43)), Amount: new(q("15")), Reason: "+ Ada Lovelace, + Reception, − Kerry-Ann Achterberg"}
		switch i % 4 {
		case 1:
			c.Before, c.Amount = nil, nil
		case 2:
			c.After, c.Amount = nil, new(q("-200"))
		}
		m.Rows = append(m.Rows, c)
	}
	m.Came, m.Went = []app.Named{{ID: 1, Name: name(1, long)}}, []app.Named{{ID: 2, Name: name(2, long)}, {ID: 3, Name: name(3, long)}}
	m.Rose, m.Fell, m.More, m.Less, m.Unpriced = n/2, n/4, new(q("412.5")), new(q("-200")), n/4
	return m
}

func customerFile(n int, long, bad bool) views.CustomerFile {
	m := views.CustomerFile{Push: 9, Period: nov, Company: app.Named{ID: 250, Name: name(1, long)}, At: ago(time.Hour), Zone: zone, Undone: bad}
	if n == 0 {
		m.Undo = true
		return m
	}
	accounts := views.CustomerLine{
		Agreement: "Managed Services 2026", Meter: app.MeterAccounts, Product: "X360-ACCOUNT", Unit: app.UnitEach, Before: new(app.Q(40)), After: app.Q(43), WrittenAt: ago(time.Hour), Rule: "rounded up",
		Shares:  []app.Share{{Name: name(1, long), Quantity: app.Q(20)}, {Name: name(2, long), Quantity: app.Q(23), Override: "typed by hand"}},
		Changes: []views.ItemChange{{What: "added", Name: "Ada Lovelace", Amount: "+1"}, {What: "gone", Name: "Kerry-Ann Achterberg", Amount: "−1"}},
	}
	for i := range n {
		it := app.EvidenceItem{Name: name(i, long), Amount: app.Q(1)}
		if i == 1 {
			it.Excluded = "service account"
		}
		accounts.Items = append(accounts.Items, it)
	}
	storage := views.CustomerLine{Agreement: "Managed Services 2026", Meter: app.MeterStorage, Product: "X360-STORAGE", Unit: app.UnitGB, After: q("1219.5"), WrittenAt: ago(time.Hour), Effective: now, Corrected: true, Rule: "in GB, rounded up, at least 100"}
	m.Lines = []views.CustomerLine{accounts, storage}
	return m
}
