package stories

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// sourceStories are the pages of the sources, of what is sent to them and of what they show.
func sourceStories(state string, n int, long, bad bool, sh func(title, current string) layout.Shell, add func(state, page string, v templ.Component)) {
	s := sh("Sources", link.Sources)
	add(state, "sources", views.SourcesPage(sources(s, n, bad)))
	for _, kind := range []string{"x360sync", "axcient", "inbox"} {
		f := sourceForm(kind, bad)
		f.New, f.Name = true, "second"
		m := sources(s, n, bad)
		m.Add = &f
		add(state, "sources-add-"+kind, views.SourcesPage(m))
		if kind == "x360sync" {
			f.Way = "vendor"
			if bad {
				f.Errors = ui.Errors{{Field: "client_id", Message: "The client ID is missing."}}
			}
			add(state, "sources-add-vendor", views.SourcesPage(m))
		}
		add(state, "source-"+kind, views.SourcePage(sourceView(s, kind, n, long, bad)))
	}
	add(state, "source-remove", views.SourceRemovePage(sourceRemoval(s, n, bad)))
	add(state, "sign-in", views.SignInPage(vendorSignIn(s, n, bad)))
	add(state, "import", views.ImportPage(importStart(s, n, bad)))
	add(state, "import-preview", views.ImportPreviewPage(importPreview(s, n, long, bad)))
	add(state, "readings", views.ReadingsPage(readings(sh("Usage", link.Organizations), n, long, bad)))
	if state == "normal" {
		asking := importPreview(s, n, long, bad)
		asking.File.Readings, asking.File.Totals, asking.File.ReadingsMade = nil, nil, 0
		asking.File.Problems = []app.RowProblem{{Line: 1, Column: "covers", Message: "Say which month the file covers, or on which day it was made."}, {Line: 1, Column: "customer_name", Message: "Say which column holds the customer, or which customer the whole file is about."}}
		add(state, "import-asks", views.ImportPreviewPage(asking))
		add(state, "sign-in-ended", views.SignInEndedPage(views.SignInEnded{Shell: s, Title: "The sign-in took too long", Text: "It has to come back within 10 minutes. Nothing was used of it; begin it again.", Path: link.Sources}))
		running := sourceView(s, "x360sync", n, long, bad)
		running.Card.Reading, running.Progress.Running = true, true
		add(state, "source-running", views.SourcePage(running))
	}
}

func sourceForm(kind string, bad bool) views.SourceForm {
	set := ui.SecretState{Set: true, SetAt: ago(12 * 24 * time.Hour), EndsWith: "le"}
	f := views.SourceForm{Name: "sync", Kind: kind, Host: "https://syncedtool.com", Every: "2m", Redirect: "http://127.0.0.1:7360/sign-in/return"}
	switch kind {
	case "x360sync":
		f.Secrets = []views.SecretField{{Name: "client_id", Label: "Client ID", Plain: true}, {Name: "client_secret", Label: "Client secret"}, {Name: "username", Label: "User name", State: set, Plain: true}, {Name: "auth_code", Label: "Two-step code", Hint: "Only when the account asks for one: a fresh code, entered together with the password", Plain: true}, {Name: "password", Label: "Password", State: ui.SecretState{Set: true, SetAt: ago(time.Hour), Rebind: bad}}}
		if bad {
			f.Errors = ui.Errors{{Field: "password", Message: "Enter the password again with the two-step code: a code is good for one sign-in, and the two are sent together."}, {Field: "host", Message: "“ftp://x” is no address of a web server."}}
		}
	case "axcient":
		f.Host, f.Redirect = "https://axapi.axcient.com/x360cloud", ""
		f.Secrets = []views.SecretField{{Name: "api_key", Label: "API key", State: set}}
		if bad {
			f.Errors = ui.Errors{{Field: "api_key", Message: "The API key is missing."}, {Field: "every", Message: "“often” is no length of time. Write it as 2m or 1h."}}
		}
	case "inbox":
		f.Host, f.Redirect = "", ""
		if bad {
			f.Errors = ui.Errors{{Field: "name", Message: "“my inbox” is not a name. Use small letters, digits and dashes."}}
		}
	}
	f.Open = bad
	return f
}

func sourceCard(kind string, bad bool) views.SourceCard {
	c := views.SourceCard{Name: "sync", Kind: kind, Host: "syncedtool.com", Every: 2 * time.Minute, LastOK: ago(12 * time.Second), NextAt: now.Add(38 * time.Second), Complete: !bad, Beats: beats(2), Brings: "25 organizations, 624 accounts, 1,219 GB storage, 41 file servers, 12 guests", Unmatched: 3, Waiting: 2, SignIn: views.SignInFacts{EnteredAt: ago(12 * 24 * time.Hour), RenewedAt: ago(5 * time.Minute)}}
	switch kind {
	case "axcient":
		c.Name, c.Host, c.Every, c.Brings, c.SignIn.RenewedAt = "cloud", "axapi.axcient.com", 15*time.Minute, "9 organizations, 402 protected seats", time.Time{}
	case "inbox":
		c.Name, c.Host, c.Every, c.Brings, c.SignIn = "rmm", "", 0, "62 organizations, 402 protected_mailboxes", views.SignInFacts{}
	}
	if bad && kind == "x360sync" {
		c.Error, c.Refused = "x360Sync says: “Account temporarily locked due to repeated failed login attempts.” Wait until it is unlocked there, or unlock it as another administrator, then enter the password once more.", true
	}
	if bad && kind == "axcient" {
		for i := range 7 {
			c.Problems = append(c.Problems, "Backup status of "+name(i, false)+": the answer has fields nobody knows.")
		}
	}
	return c
}

func sources(s layout.Shell, n int, bad bool) views.Sources {
	if n == 0 {
		return views.Sources{Shell: s, Heading: "A source is where alerts and usage come from. Connect one."}
	}
	heading := "All 3 work as they should."
	if bad {
		heading = "1 source of 3 cannot be read."
	}
	return views.Sources{Shell: s, Heading: heading, Cards: []views.SourceCard{sourceCard("x360sync", bad), sourceCard("axcient", bad), sourceCard("inbox", bad)}, Unused: unused()}
}

func unused() []views.UnusedType {
	return []views.UnusedType{{Type: "account.added", Source: "sync", Seen: 14, LastAt: ago(time.Hour), Path: link.Alerts(1)}, {Type: "activity.guest-link-shared-" + strings.Repeat("very-", 9) + "long", Source: "sync", Seen: 212, LastAt: ago(4 * time.Minute)}}
}

func sourceView(s layout.Shell, kind string, n int, long, bad bool) views.SourceView {
	m := views.SourceView{Shell: s, Card: sourceCard(kind, bad), Form: sourceForm(kind, bad)}
	m.Progress = views.SourceProgress{Name: m.Card.Name, Now: now, Zone: zone}
	m.Form.Name = m.Card.Name
	if kind == "inbox" {
		m.Inbox = inbox(n, long, bad)
	} else {
		m.Chart = pollsChart(n, bad)
	}
	if n == 0 {
		m.Card = views.SourceCard{Name: m.Card.Name, Kind: kind, Host: m.Card.Host, Every: m.Card.Every}
		return m
	}
	m.Count, m.SignIn, m.Unused = 25, kind == "x360sync", unused()
	m.Meters = []views.MeterSum{{Meter: app.MeterAccounts, Quantity: app.Q(624), Organizations: 25, AsOf: ago(time.Hour)}, {Meter: app.MeterStorage, Unit: app.UnitBytes, Quantity: app.Q(1219 << 30), Organizations: 23, Unknown: 2, AsOf: ago(time.Hour)}, {Meter: "mailboxes_" + app.Meter(strings.Repeat("x", 40)), Quantity: app.Q(3), Organizations: 1, AsOf: ago(40 * 24 * time.Hour)}}
	if kind == "axcient" {
		m.Notes = []string{"The key has no permission for Billing. psabridge does not need it."}
	}
	if kind != "inbox" {
		m.Progress.Tone, m.Progress.Result = "ok", "Source sync was read: 25 organizations, 3 new events."
		if bad {
			m.Progress.Tone, m.Progress.Result = "bad", "Source sync could not be read. x360Sync does not accept the sign-in."
		}
		for i, text := range []string{"Signed in as api.psabridge@nordlicht.example", "26 organizations in 3 calls", "Activity: 4 new rows", "Machines: 41 File Servers, 3 disconnected", "Accounts 624, folders 812", "Accounts of " + name(3, long) + ": answer 502"} {
			m.Progress.Steps = append(m.Progress.Steps, views.SourceStep{At: ago(time.Duration(20-i) * time.Second), Text: text})
		}
		for i := range min(n, 20) {
			m.Raw = append(m.Raw, views.RawRow{Organization: app.Named{ID: 3, Name: name(i, long)}, What: "metrics/usage", ReadAt: ago(time.Hour), Body: `{"type":"usage","company_id":4711,"usage":{"persons":12,"space":` + strings.Repeat("9", 60) + `}}`, Understood: i%2 == 0, Note: "usage.persons is the number of accounts: it was the same as the counted one in 12 organizations."})
		}
		m.RawMore = max(n-20, 0)
	}
	return m
}

func inbox(n int, long, bad bool) *views.Inbox {
	m := &views.Inbox{Name: "rmm", Base: "http://127.0.0.1:7360", Now: now}
	for i := range min(n, 20) {
		m.Tokens = append(m.Tokens, app.InboxToken{ID: int64(i + 1), Name: name(i, long), EndsWith: "7bd0", CreatedAt: ago(time.Duration(i+1) * 9 * time.Hour)})
		im := app.Import{ID: int64(i), At: ago(time.Duration(i+1) * 30 * 24 * time.Hour), By: "person", File: name(i, long) + " 2026-11-01 Usage and Protection Insights Report.csv", Covers: nov.Prev()}
		im.Rows, im.ReadingsMade, im.Organizations, im.Wrong = 1240, 124, 62, i%3
		if i%4 == 3 {
			im.File, im.Covers, im.By = "", app.Period{}, "token RMM server"
		}
		m.Imports = append(m.Imports, im)
	}
	switch {
	case bad:
		m.Errors = ui.Errors{{Field: "token_name", Message: "Say which program gets the token, so that you know later whose it is."}}
	case n > 0:
		m.Fresh, m.FreshName = "psi_"+strings.Repeat("k3v9x2ab", 5), name(2, long)
	}
	return m
}

func sourceRemoval(s layout.Shell, n int, bad bool) views.SourceRemoval {
	m := views.SourceRemoval{Shell: s, Name: "sync", Kind: "x360sync", Revision: 12}
	if n == 0 {
		m.Kind = "inbox"
		return m
	}
	m.Organizations, m.Mapped, m.Billed = n, 9, []string{"accounts of 9 organizations", "storage of 4 organizations"}
	m.Rules, m.Readings, m.Open, m.SignedIn = []string{"File server unreachable", "Quota reached"}, 3*n, 2, true
	if bad {
		m.Blocked = "The source sync is still needed: 3 deliveries are not finished. Finish or drop them first."
	}
	return m
}

func vendorSignIn(s layout.Shell, n int, bad bool) views.VendorSignIn {
	m := views.VendorSignIn{Shell: s, Name: "sync", Kind: "x360sync", Host: "syncedtool.com", Redirect: "http://127.0.0.1:7360/sign-in/return"}
	if n > 0 && !bad {
		m.URL, m.Until = "https://syncedtool.com/oauth/authorize?response_type=code&client_id=x&state=y", now.Add(10*time.Minute)
	}
	if bad {
		m.Error = "Enter the client ID first."
	}
	return m
}

func importStart(s layout.Shell, n int, bad bool) views.ImportStart {
	m := views.ImportStart{Shell: s, Name: "rmm", Imports: inbox(n, false, bad).Imports}
	if bad {
		m.Errors = ui.Errors{{Field: "file", Message: "The file is larger than 50 MB. Split it, or leave out the columns nothing is made of."}}
	}
	return m
}

func importPreview(s layout.Shell, n int, long, bad bool) views.ImportPreview {
	m := views.ImportPreview{Shell: s, Name: "rmm", ID: "k3v9x2ab", Seen: "abc"}
	m.File = app.CSVPreview{File: "usage-2026-10.csv", Encoding: "Windows-1252", Separator: "semicolon", Columns: []string{"Kunde", "Kundennummer", "Produkt", "Menge", "Einheit", "Stand", "Bemerkung " + strings.Repeat("x", 30)}, Guessed: true}
	m.Mapping = app.CSVMapping{CustomerName: "Kunde", CustomerID: "Kundennummer", Meter: "Produkt", Quantity: "Menge", Unit: "Einheit", AsOf: "Stand", Duplicates: app.DuplicatesSum}
	if n == 0 {
		m.Unread, m.Errors = true, ui.Errors{{Field: "quantity", Message: "Choose the column that holds the quantity."}}
		return m
	}
	m.Customers = map[string]views.ImportCustomer{}
	for i := range 5 {
		id := "name:" + name(i, long)
		m.Customers[id] = views.ImportCustomer{Name: name(i, long), Known: i%2 == 0}
		m.File.Rows = append(m.File.Rows, []string{name(i, long), "K-1004" + strings.Repeat("7", i), "Geschützte Plätze", "1.234,5", "Stück", "31.10.2026", ""})
		m.File.Readings = append(m.File.Readings, app.Reading{OrganizationID: id, Meter: app.MeterProtectedSeats, Quantity: q("1234.5"), Unit: app.UnitEach, Complete: !bad || i > 1, Covers: nov.Prev()})
	}
	m.File.ImportCounts = app.ImportCounts{Rows: 131, Blank: 3, TotalRows: 1, Duplicate: 6, Organizations: 62, ReadingsMade: 124}
	m.File.Totals = []app.MeterTotal{{Meter: app.MeterProtectedSeats, Unit: app.UnitEach, Quantity: app.Q(1842)}, {Meter: app.MeterProtectedStorage, Unit: app.UnitGB, Quantity: app.Q(12400)}}
	if long {
		m.New, m.Mapping.Complete = 4, true
		for i := range 25 {
			m.File.Zeroed = append(m.File.Zeroed, app.Organization{Name: name(i, i < 3)})
		}
	}
	if n == 500 {
		m.File.Remembered, m.File.Guessed, m.Mapping.Shape = true, false, "x360cloud_usage"
	}
	if bad {
		m.Changed, m.File.Wrong = true, 107
		for i := range 100 {
			m.File.Problems = append(m.File.Problems, app.RowProblem{Line: 17 + i, Column: "Menge", Message: "“1.234” can be 1234 or 1.234. Choose the decimal sign on the right."})
		}
	}
	return m
}

func readings(s layout.Shell, n int, long, bad bool) views.Readings {
	m := views.Readings{Shell: s, Organization: head(long), Source: "sync", Kind: "x360sync"}
	if n == 0 {
		return m
	}
	m.Charts = charts(long, bad)
	for i, meter := range []app.Meter{app.MeterAccounts, app.MeterStorage, app.MeterFileServer, "mailboxes"} {
		for _, basis := range []app.Basis{app.BasisOwn, app.BasisInclusive} {
			r := app.Reading{Meter: meter, Basis: basis, Quantity: app.Q(12), Unit: app.UnitEach, Complete: !bad || i != 0, Problem: "x360Sync stopped after 9 of 12 accounts (answer 502). Nothing is billed from it.", Method: app.MethodComputed, AsOf: ago(3 * time.Hour)}
			kind := []app.ObjectKind{app.ObjectAccount, app.ObjectRoot, app.ObjectMachine, ""}[i]
			if meter == app.MeterStorage {
				r.Unit, r.Quantity = app.UnitBytes, app.Q(212<<30)
			}
			if meter == "mailboxes" {
				r.Method, r.Covers = app.MethodFile, nov.Prev()
			}
			row := views.ReadingRow{Reading: r}
			for j := range min(n, 300) {
				if meter == "mailboxes" && basis == app.BasisInclusive {
					break
				}
				item := app.EvidenceItem{Kind: kind, ExternalID: "13246" + strings.Repeat("5", j%3), Name: name(j, long), Amount: app.Q(1)}
				if kind == app.ObjectMachine {
					item.Detail = "3 mapped folders"
				}
				row.Items = append(row.Items, item)
			}
			row.More = max(n-300, 0)
			m.Rows = append(m.Rows, row)
		}
	}
	return m
}
