package stories

import (
	"fmt"
	"strconv"
	"time"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

func overview(s layout.Shell, n int, long, bad bool) views.Overview {
	m := views.Overview{Shell: s}
	if n == 0 {
		m.Shell.LastCheck, m.Shell.NextCheck, m.Shell.State = time.Time{}, time.Time{}, layout.Starting
		m.Tasks = guide(n, bad).Tasks
		return m
	}
	m.Master, m.Organizations, m.Target = name(1, long), n, "na.myconnectwise.net / acme"
	m.Backlog = app.Backlog{Opened24h: 8, Closed24h: 3, Merged24h: 16, Suppressed24h: 5, Parked: 3, WaitingMapping: 2, TicketsOpen: 9, TicketsTouched: 2}
	for i := range m.Backlog.EventsByHour24h {
		m.Backlog.EventsByHour24h[i] = i * i % 7
	}
	m.Outbox = app.OutboxCounts{Waiting: 2, Checking: 1, Parked: 3}
	m.Needs = []views.Need{
		{Tone: "hold", Icon: "hold", Title: "3 alerts wait because board NOC has no default team.", Text: "Open the board in ConnectWise, set a default team, then retry. Nothing is lost meanwhile.", Since: ago(82 * time.Minute), Actions: []ui.Action{{Label: "Open board", Path: "https://na.myconnectwise.net/", External: true}, {Label: "Retry 3", Path: link.RetryParked, Post: true, Primary: true}}},
		{Tone: "info", Icon: "orgs", Title: "New organization: " + name(8, long), Text: "2 of its alerts are kept until it is matched.", Actions: []ui.Action{{Label: "Match", Path: link.Organizations}}},
	}
	m.NextPush = &views.NextPush{Connection: "cw", Period: nov, DueAt: now.Add(88 * time.Hour), Zone: zone, Approval: app.ApprovalAsk, Planned: true, Changes: 75, Held: 6, Amount: new(q("412.5"))}
	m.Connections = []views.ConnectionRow{
		{Name: "ConnectWise", Detail: "na.myconnectwise.net", Path: link.Connection("cw"), LastOK: ago(15 * time.Second), Beats: beats(0)},
		{Name: "x360Sync", Detail: "syncedtool.com, every 2 min", Path: link.Source("sync"), LastOK: ago(12 * time.Second), Beats: beats(2), Error: map[bool]string{true: "Answer 502 from syncedtool.com."}[bad]},
	}
	m.Recent = []views.Happening{
		{At: ago(5 * time.Minute), Icon: "billing", Text: "Preview for 2026-11 made: 75 changes, 6 held.", Hint: "By hand."},
		{At: ago(23 * time.Minute), Tone: "ok", Icon: "okc", Label: "#48211", Path: link.Delivery(4), Text: "closed: file server ZRH-FS01 answers again.", Hint: name(0, long)},
		{At: ago(30 * time.Hour), Tone: "hold", Icon: "hold", Text: "Tickets for board NOC parked."},
	}
	if bad {
		m.Questions = []views.StartQuestion{
			{Why: app.ReasonHistory, Holding: 17, Connection: "cw", Held: held(17, long)},
			{Why: app.ReasonFlood, Rule: "File server unreachable", Holding: 12, Held: held(1, long)},
		}
	}
	return m
}

// connections are at most two: the second is one the company bought.
func connections(s layout.Shell, n int, bad bool) views.ConnectionView {
	m := views.ConnectionView{Shell: s, Form: views.Connection{New: true, Name: "cw", Revision: 3}}
	if n > 0 {
		m.Form.Name = "cw3"
		m.Others = []views.ConnectionRow{
			{Name: "cw", Detail: "na.myconnectwise.net / acme", Path: link.Connection("cw"), LastOK: ago(15 * time.Second), Beats: []ui.Beat{ui.BeatOK}},
			{Name: "cw2", Detail: "psa.alster.example / alster", Path: link.Connection("cw2"), LastOK: ago(2 * time.Hour), Beats: []ui.Beat{ui.BeatBad}, Error: "Answer 502 from psa.alster.example."},
		}
	}
	if bad {
		m.Adding, m.Form.Credentials.Errors = true, ui.Errors{{Field: "company_id", Message: "The company ID is missing. It is what you type as Company when you sign in."}}
	}
	return m
}

// held are conditions a start question is about.
func held(n int, long bool) (out []views.HeldCondition) {
	for i := range n {
		out = append(out, views.HeldCondition{Condition: app.Condition{ID: int64(40 - i), Title: "ZRH-FS01 does not answer"}, Organization: name(i, long)})
	}
	return out
}

// Organizations is the page of a tree of n organizations.
func Organizations(s layout.Shell, n int, long, bad bool) views.Organizations {
	m := views.Organizations{Shell: s, Tree: !bad, Period: nov, ReadAt: ago(12 * time.Second), Meters: []app.Meter{app.MeterAccounts, app.MeterStorage, app.MeterFileServer}, Sources: []string{"sync"}, Kinds: map[string]string{"sync": "x360sync", "cloud": "axcient", "rmm": "inbox"}, Counts: views.OrganizationCounts{All: n, Unmapped: min(n, 1), Problem: min(n, 3), Trial: min(n, 2)}}
	if bad {
		m.Show, m.Query = "problem", "oto"
	}
	if long || bad {
		m.Sources, m.Other = []string{"sync", "cloud", "rmm"}, true
		m.New = []views.NewOrganization{{ID: 91, Name: name(3, long), Source: "sync", Parent: name(1, long), FirstSeen: ago(3 * time.Hour), Waiting: 2}, {ID: 92, Name: "עמותת ידידי הספרייה", Source: "rmm", FirstSeen: ago(50 * time.Hour)}}
	}
	states := []views.BillingState{views.BillingReady, views.BillingHeld, views.BillingSame, views.BillingNone, views.BillingNoAgreement, views.BillingWritten, views.BillingNoPreview}
	for i := range n {
		r := views.OrganizationRow{Level: 2, Settings: "inherits", Billing: states[i%len(states)], CompanyIdentifier: "Contoso"}
		r.ID, r.Name, r.Active, r.Alerts7d = int64(i+1), name(i, long), true, i%4
		r.Company, r.Source = &app.Named{ID: int64(200 + i), Name: name(i, long)}, "sync"
		r.Readings = []app.Reading{{Meter: app.MeterAccounts, Quantity: app.Q(int64(i * 7)), Complete: i%5 != 4, Problem: "Answer 502"}, {Meter: app.MeterStorage, Quantity: app.Q(int64(i) << 38), Unit: app.UnitBytes, Complete: true}}
		switch {
		case i == 0:
			r.Level, r.Children, r.Settings = 1, n-1, "top"
		case i == 2:
			r.Company, r.WaitingFor = nil, 2
		case i%6 == 4:
			r.Children = 1
		case i%6 == 5:
			r.Level, r.Company, r.FromParent, r.Billing = 3, nil, true, views.BillingOnParent
		case i == 6:
			r.TrialUntil, r.CompanyInactive = new(now.AddDate(0, 1, 0)), true
		case i == 7:
			r.State, r.Holding = app.OrganizationGone, 1
		case i == 3 && bad:
			r.State = app.OrganizationIgnored
		case i == 3 && long:
			r.Level, r.ExternalID, r.Source, r.Settings = 1, app.SyntheticTop, "rmm", "top"
			r.Readings = []app.Reading{{Meter: app.MeterProtectedSeats, Quantity: app.Q(14), Complete: true}, {Meter: "mailboxes", Quantity: app.Q(1240), Complete: true}}
		}
		m.Rows = append(m.Rows, r)
	}
	return m
}

func head(long bool) views.OrganizationHead {
	return views.OrganizationHead{ID: 7, Name: name(3, long), Path: []app.Named{{ID: 1, Name: name(1, long)}, {ID: 2, Name: name(0, long)}}, State: "Tickets go to Contoso Zürich AG #251, board NOC. 1 condition open now.", CompanyURL: "https://na.myconnectwise.net/"}
}

func choices(words ...string) []ui.Choice {
	var out []ui.Choice
	for _, w := range words {
		out = append(out, ui.Choice{Value: w, Label: w})
	}
	return out
}

func orgSettings(s layout.Shell, n int, long, bad bool) views.OrganizationSettings {
	m := views.OrganizationSettings{Shell: s, Organization: head(long), Form: views.MappingForm{Mode: "inherit"}, Revision: 12}
	if n == 0 {
		m.Master, m.Form.Mode, m.Connection = true, "", new(connection(0, false))
		return m
	}
	m.Children, m.Waiting = 2, 1
	m.Effective = views.EffectivePSA{Connection: "cw", Target: "na.myconnectwise.net / acme", From: name(1, long), FromURL: link.OrganizationSettings(1)}
	for i := range min(n, 40) {
		m.Companies = append(m.Companies, app.Company{ID: int64(250 + i), Identifier: "Contoso", Name: name(i, long), Inactive: i == 3, Deleted: i == 4})
	}
	m.CompaniesAt = ago(12 * time.Minute)
	m.Agreements = []app.Agreement{{ID: 12, Name: "Managed Services 2026", Type: "Managed", StartDate: now.AddDate(-1, 0, 0), NextInvoice: now.AddDate(0, 0, 5), BillingCycle: "Monthly", Prorate: true}, {ID: 84, Name: "Alt", Status: "Expired"}}
	m.Meters = []views.MeterChoice{{Meter: app.MeterAccounts, ProductID: "X360-ACCOUNT", Now: &app.Reading{Quantity: app.Q(18), Complete: true}, UnitPrice: new(q("5")), Rule: "own, without guests"}, {Meter: app.MeterStorage, ProductID: "X360-STORAGE", Own: true, Now: &app.Reading{Quantity: app.Q(212 << 30), Unit: app.UnitBytes, Complete: true}}, {Meter: app.MeterFileServer}}
	m.Form = views.MappingForm{Mode: "inherit", Company: "250", Agreement: "12", Bill: []app.Meter{app.MeterAccounts}}
	m.Mapped, m.Items, m.Form.Exclude = true, 2*n, exclusions(n, long, bad)
	m.Catalogue = []app.Product{{ID: 5, Identifier: "X360-ACCOUNT", Description: "Accounts"}}
	for i := range m.Meters {
		c := &m.Meters[i]
		c.Base, c.Form, c.Open = c.ProductID, rule("own_", c.Meter, c.Own), c.Own
		if c.Own {
			c.Product, c.Base = c.ProductID, "X360-GB"
		}
	}
	if bad {
		m.Form.Company, m.Form.Agreement, m.Form.Mode = "999", "999", "own"
		m.Form.Errors = ui.Errors{
			{Field: "agreement", Message: "This agreement ended on 31 Oct 2026. Lines on it would never be invoiced."},
			{Field: "own_rule_minimum_storage", Message: "“1,000” is not a plain number. Write it as 1219 or 1219.5."},
			{Field: "own_rule_accounts", Message: "Organizations “Contoso” and “Fabrikam” share the line X360-ACCOUNT on agreement 12 but count it by different rules. Make the rules the same."},
			{Field: "left_reason_2", Message: "Say why it is left out. Somebody will ask in a year."},
		}
		m.Meters[0].Open = true
		m.Connection = new(connection(n, true))
	}
	return m
}

func connection(n int, bad bool) views.Connection {
	c := views.Connection{Name: "cw", New: n == 0, Revision: 12, Billing: views.BillingForm{Products: []views.ProductField{{Meter: app.MeterAccounts, Value: "X360-ACCOUNT"}, {Meter: app.MeterStorage}, {Meter: app.MeterFileServer}}, PushDay: "last", PushAt: "06:00", TimeZone: "Europe/Berlin", Approval: app.ApprovalAsk, Proposal: "Before the earliest next invoice, 1 Dec", Catalogue: []app.Product{{Identifier: "X360-ACCOUNT", Description: "Accounts"}}}}
	for i := range c.Billing.Products {
		p := &c.Billing.Products[i]
		p.Rule = rule("", p.Meter, bad && i == 0)
	}
	if n == 0 {
		return c
	}
	c.Credentials = views.CredentialsForm{SiteURL: "na.myconnectwise.net", CompanyID: "acme", ClientID: "00000000-0000-0000-0000-000000000000"}
	c.UsedURL, c.OptionsAt = "https://na.myconnectwise.net", ago(12*time.Minute)
	c.PublicKey = ui.SecretState{Set: true, SetAt: ago(23 * 24 * time.Hour), EndsWith: "4f"}
	c.PrivateKey = ui.SecretState{Set: true, SetAt: ago(23 * 24 * time.Hour), EndsWith: "2e", Rebind: bad}
	c.Options = []views.OptionCount{{List: app.ListCompanies, N: 412}, {List: app.ListBoards, N: 14}}
	c.Ticketing = views.TicketingForm{Enabled: true, Board: "NOC", Status: "New", Boards: choices("NOC", "Alerts"), Statuses: choices("New", "In progress"), ClosedStatuses: choices(">Closed"), Priorities: choices("Priority 1", "Priority 2")}
	c.Checks = views.CheckList{At: ago(time.Minute), Rows: []app.CheckRow{{ID: "address", Title: "The address answers", State: app.CheckOK, Message: "na.myconnectwise.net, TLS 1.3", Took: 210 * time.Millisecond, ChangedAt: ago(time.Hour)}, {ID: "company_status.imported", Title: "Company status Imported is missing", State: app.CheckWarning, Message: "Only x360Cloud’s own integration needs it.", Took: 40 * time.Millisecond, ChangedAt: ago(time.Hour)}}}
	for i := range n {
		c.Checks.Rows = append(c.Checks.Rows, app.CheckRow{ID: fmt.Sprintf("agreement.sync/%d", i), Title: "The agreement of " + name(i, false) + " can be billed", State: app.CheckOK, Message: "The agreement Managed Services 2026 is active. Its next invoice is of 1 December 2026.", ChangedAt: ago(time.Hour)})
	}
	c.Checks.Outdated = n == 6
	c.Role, c.Test = role, views.TestTicketForm{Company: "250", Board: "NOC", Closes: true, Companies: []app.Company{{ID: 250, Name: "Contoso", Identifier: "CON"}, {ID: 251, Name: "Contoso", Identifier: "CON2", Inactive: true}}, Newest: testTicket(bad)}
	c.Billing.VendorOn = []string{"sync"}
	c.Billing.HoldUnits, c.Billing.MaxAge = "10", "1d"
	if bad {
		c.Checks, c.Billing.Approval = failedChecks(), app.ApprovalAutomatic
		c.Credentials.Errors = ui.Errors{{Field: "site_url", Message: "Enter the site URL, for example na.myconnectwise.net"}}
		c.Billing.Errors = ui.Errors{{Field: "product_storage", Message: "No product has the ID “X360-Storage”. Did you mean “X360-STORAGE”?"}, {Field: "rule_minimum_accounts", Message: "“1,000” is not a plain number. Write it as 1219 or 1219.5."}, {Field: "hold_percent", Message: "“half” is not a whole number of percent. Write it as 50, or leave it empty for 50."}}
	}
	return c
}

func line(i int, long bool) views.LineRow {
	codes := []app.HoldCode{app.HoldFellToZero, app.HoldFirstTouch, app.HoldIncompleteReading, app.HoldNoAgreement}
	l := app.Line{ID: int64(i + 1), Meter: []app.Meter{app.MeterAccounts, app.MeterStorage}[i%2], Product: []string{"X360-ACCOUNT", "X360-STORAGE"}[i%2], Company: app.Named{ID: int64(250 + i/2), Name: name(i/2, long)}, Agreement: app.Named{ID: 12, Name: "Managed Services 2026"}, AdditionID: 9904, Before: new(app.Q(int64(40 + i*31))), After: app.Q(int64(43 + i*33)), Unit: []string{app.UnitEach, app.UnitGB}[i%2], Verdict: app.VerdictUpdate, State: app.LinePlanned, UnitPrice: new(q("5")), AmountChange: new(q("15")), NextInvoice: now.AddDate(0, 0, 5), Reason: "+ Siobhán O’Rourke-Fitzgerald, + Reception"}
	r := views.LineRow{CompanyIdentifier: "Contoso", CompanyURL: link.OrganizationSettings(3)}
	switch i % 4 {
	case 0:
		l.Verdict, l.Holds, l.After, l.AmountChange = app.VerdictHold, []app.Hold{{Code: codes[i/4%4], Message: "Contoso would go from 55 to 0 accounts. Usage was read without errors. If the customer left, end the mapping instead: that sets 0 once and stops asking."}}, app.Q(0), new(q("-1275"))
		r.CanRelease, r.CanCorrect = i%8 == 0, true
		if codes[i/4%4] == app.HoldNoAgreement {
			l.Agreement, l.Before = app.Named{}, nil
			r.Fixes = []ui.Action{{Label: "Choose agreement", Path: link.OrganizationSettings(3), Small: true}}
		}
	case 3:
		l.Verdict, l.Before, l.AmountChange, l.AdditionID = app.VerdictCreate, nil, nil, 0
		l.EffectiveDate, l.EffectiveBy, r.CanDate = now, "Marta", true
	case 2:
		l.Shares = []app.Share{{OrganizationID: 3, Name: name(i, long), Override: "counted by phone"}}
		r.Late, r.Invoice = true, []string{"Too late for the invoice of 1 November 2026; the next one has it."}
	case 1:
		r.Invoice = []string{"In time for the invoice of 1 December 2026.", "ConnectWise bills the Future period."}
	}
	r.Line = l
	return r
}

func month(s layout.Shell, n int, long, bad bool) views.Month {
	m := views.Month{Shell: s, Connection: "cw", Period: nov, Periods: []app.Period{nov.Prev(), nov}, Zone: zone, Enabled: !bad, CanPlan: true, Approval: app.ApprovalAsk}
	if n == 0 {
		return m
	}
	m.Plan = &app.Plan{ID: 3, Connection: "cw", Period: nov, CreatedAt: ago(5 * time.Minute), Complete: !bad, State: app.PlanOpen, Problems: []string{"x360Sync stopped after 9 of 12 accounts (answer 502)."}}
	m.Readings = []views.ReadingAge{{Source: "x360Sync", ReadAt: ago(12 * time.Minute), Complete: !bad}}
	for i := range n {
		m.Rows = append(m.Rows, line(i, long))
	}
	if bad {
		m.Rows[0].Typed = views.CorrectForm{Quantity: "1,000", Errors: ui.Errors{{Field: "quantity", Message: "“1,000” is not a plain number. Write it as 1219 or 1219.5."}}}
	}
	m.Counts = views.LineCounts{All: n + 61, Held: (n + 3) / 4, Changed: n - (n+3)/4, New: n / 4, Same: 61}
	m.Amount, m.Unpriced = new(q("412.5")), 3
	m.Pager = ui.Pager{Text: "Showing 12 of 81 lines", Older: "?after=12"}
	m.Pushes = pushRows(2)
	m.Overrides, m.Findings, m.Stale = 2, 5, bad
	m.Late = []string{"3 changes come too late for the invoice of 1 November 2026. The next one has them."}
	return m
}

func pushCheck(s layout.Shell, n int, long, bad bool) views.PushCheck {
	m := views.PushCheck{Shell: s, Connection: "cw", Target: "na.myconnectwise.net / acme", Period: nov, Zone: zone, PlanID: 3, Digest: "abc", PlannedAt: ago(5 * time.Minute), Same: 61, Amount: new(q("412.5")), Unpriced: 3}
	for i := range n {
		if r := line(i, long); r.Verdict == app.VerdictHold {
			m.Skipped = append(m.Skipped, r)
		} else {
			m.Writes = append(m.Writes, r)
		}
	}
	if bad {
		m.Errors = ui.Errors{{Message: "The preview changed while you looked at it. Check again, then push."}}
	}
	return m
}

func pushPage(s layout.Shell, n int, long, bad bool) views.PushView {
	m := views.PushView{Shell: s, Zone: zone, Held: 6, Amount: new(q("396.5")), Undo: views.UndoState{Possible: true, Lines: 73, Why: "2 lines are left out: already invoiced."}}
	m.Push = app.Push{ID: 9, Connection: "cw", Period: nov, Trigger: app.TriggerPerson, ApprovedAt: ago(time.Minute), ApprovedBy: "Marta", State: app.PushDone}
	states := []app.LineState{app.LineDone, app.LineDone, app.LineWriting, app.LinePlanned}
	switch {
	case bad:
		m.Push.State, states = app.PushIncomplete, []app.LineState{app.LineDone, app.LineChangedUnderneath, app.LineFailed, app.LineUnknown}
	case n == 12:
		m.Push.State = app.PushWriting
	default:
		states = []app.LineState{app.LineDone}
	}
	for i := range n {
		r := line(i, long)
		r.State, r.WrittenAt = states[i%len(states)], ago(time.Minute)
		if r.State == app.LineFailed || r.State == app.LineChangedUnderneath {
			r.Error = "ConnectWise: “This agreement is locked while an invoice is generated.”"
		}
		m.Push.Lines, m.Rows = append(m.Push.Lines, r.Line), append(m.Rows, r)
	}
	return m
}

func pushRows(n int) []views.PushRow {
	var out []views.PushRow
	states := []app.PushState{app.PushDone, app.PushIncomplete, app.PushUndone, app.PushWriting}
	for i := range n {
		out = append(out, views.PushRow{Push: app.Push{ID: int64(i + 1), Connection: "cw", Period: nov, State: states[i%4], Trigger: app.TriggerPerson, ApprovedAt: ago(time.Duration(i) * 30 * 24 * time.Hour), UndoOf: int64(i % 2)}, Zone: zone, Lines: 75, Written: 73, Failed: 2, Amount: new(q("396.5")), ApprovedWords: "by Marta"})
	}
	return out
}

func evidence(s layout.Shell, n int, long, bad bool) views.Evidence {
	l := line(2, long).Line
	if bad {
		l = line(8, long).Line
	}
	m := views.Evidence{Shell: s, Connection: "cw", Period: nov, Zone: zone, Line: l, Rule: "own organization, rounded up, minimum 5", PushID: map[bool]int64{true: 9}[bad], Invoice: []string{"In time for the invoice of 1 December 2026.", "ConnectWise bills the Future period."}}
	if n == 0 {
		return m
	}
	sh := views.ShareRow{Share: app.Share{OrganizationID: 3, Name: name(0, long), Quantity: app.Q(int64(n))}, Reading: &app.Reading{Source: "x360Sync", AsOf: ago(12 * time.Minute), Complete: !bad, Problem: "Answer 502", Method: "computed"}}
	for i := range n {
		it := app.EvidenceItem{Kind: app.ObjectAccount, ExternalID: strconv.Itoa(4700 + i), Name: name(i, long), Amount: app.Q(1)}
		if i == 1 {
			it.Excluded = "service account"
		}
		sh.Items = append(sh.Items, it)
	}
	typed := views.ShareRow{Share: app.Share{OrganizationID: 4, Name: name(4, long), Quantity: app.Q(7), Override: "counted by phone"}, Typed: "typed by Marta on 22 November 2026, in place of 40 each read on 21 November 2026"}
	m.Shares = []views.ShareRow{sh, typed}
	m.Changes = []views.ItemChange{{What: "added", Icon: "plus", Name: "Siobhán O’Rourke-Fitzgerald", Amount: "+1"}, {What: "gone", Icon: "cross", Name: "Kerry-Ann Achterberg", Amount: "−1"}, {What: "changed", Icon: "arrow", Name: name(5, long), Amount: "+12.5 GB"}}
	m.Previous, m.LastWrite, m.LastPushAt = new(app.Q(40)), &app.OwnedAddition{LastVerified: app.Q(40), PushID: 4}, ago(26*24*time.Hour)
	return m
}

func settingsDoc(s layout.Shell, n int, bad bool) views.SettingsView {
	m := views.SettingsView{Shell: s, Document: "version: 1\n", Revision: 12}
	if n == 0 {
		return m
	}
	ch := []app.Change{{Path: "connections[cw].billing.push_day", Before: "31", After: "last"}, {Path: "alerts[File server unreachable]", After: "added"}}
	m.Previewed, m.Changes = !bad, ch
	m.History = []views.RevisionRow{{Rev: 12, At: ago(time.Hour), By: "person", Changes: ch}, {Rev: 11, At: ago(400 * 24 * time.Hour), By: "api"}}
	if bad {
		m.Errors = ui.Errors{{Field: "document", Message: "Line 4: unknown key “custommer”."}}
	}
	return m
}

func about(s layout.Shell) views.About {
	return views.About{Shell: s, Version: "0.2.0", Commit: "cdfabe7", Go: "go1.26.8", DataDir: "/home/marta/.local/share/psabridge", DBBytes: 14 << 20, KeysIn: "the keychain of this computer", TalksTo: []string{"na.myconnectwise.net", "syncedtool.com"}, Page: "http://psabridge-k3v9x2ab.localhost:7360", Started: ago(30 * time.Hour), Licences: []views.Licence{{Name: "github.com/a-h/templ", Version: "v0.3.1020", Kind: "MIT"}}}
}
