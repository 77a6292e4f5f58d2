package setup_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/setup"
)

func (b *bench) guide(t *testing.T, connection string) map[string]app.GuideTask {
	t.Helper()
	g, err := b.Guide(t.Context(), connection)
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]app.GuideTask{}
	for _, task := range g.Tasks {
		byID[task.ID] = task
		seen := map[string]bool{}
		for _, s := range task.Steps {
			if s.ID == "" || s.Title == "" || s.State == "" || seen[s.ID] || len(s.Text) == 0 && !strings.HasPrefix(s.ID, "source.") {
				t.Errorf("%s: step %+v", task.ID, s)
			}
			seen[s.ID] = true
		}
		if task.State == "" || task.Summary == "" || task.Title == "" || len(task.Steps) == 0 {
			t.Errorf("task %+v", task)
		}
	}
	return byID
}

func step(t *testing.T, task app.GuideTask, id string) app.GuideStep {
	t.Helper()
	for _, s := range task.Steps {
		if s.ID == id {
			return s
		}
	}
	t.Fatalf("the task %s has no step %s", task.ID, id)
	return app.GuideStep{}
}

func states(tasks map[string]app.GuideTask) string {
	var all []string
	for _, id := range []string{"connectwise", "x360sync", "match", "tickets", "billing", "start"} {
		all = append(all, string(tasks[id].State))
	}
	return strings.Join(all, " ")
}

func TestGuideFromNothing(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	tasks := b.guide(t, "")
	if got := states(tasks); got != "not_started not_started cannot_start cannot_start cannot_start cannot_start" {
		t.Errorf("states %s", got)
	}
	role := step(t, tasks["connectwise"], "role")
	if len(role.Role) != 6 || role.Subject != app.GuideSubject("", "role") {
		t.Errorf("%+v", role)
	}
	if err := b.Confirm(t.Context(), "Ada", role.Subject, true); err != nil {
		t.Fatal(err)
	}
	tasks = b.guide(t, "")
	if s := step(t, tasks["connectwise"], "role"); s.State != app.TaskDone || !strings.Contains(s.Note, "Ada") || tasks["connectwise"].State != app.TaskInProgress {
		t.Errorf("%+v", s)
	}
	b.replace(t, document) // the connection gets a name; what was ticked off before stays so
	tasks = b.guide(t, "")
	if s := step(t, tasks["connectwise"], "role"); s.State != app.TaskDone {
		t.Errorf("%+v", s)
	}
	if s := step(t, tasks["connectwise"], "credentials"); s.State != app.TaskInProgress || !strings.Contains(s.Note, "key is missing") {
		t.Errorf("%+v", s)
	}
	if err := b.Confirm(t.Context(), "Ada", role.Subject, false); err != nil {
		t.Fatal(err)
	}
	if s := step(t, b.guide(t, "")["connectwise"], "role"); s.State != app.TaskNotStarted {
		t.Errorf("%+v", s)
	}
	if _, err := b.Guide(t.Context(), "nobody"); code(err) != app.NotFound {
		t.Errorf("err = %v", err)
	}
}

func TestGuideOfAWorkingConnection(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.organizations(t, strconv.Itoa(sample.MasterID), "Master", "4711", "Somebody")
	b.test(t)
	tasks := b.guide(t, "")
	for _, id := range []string{"connectwise", "x360sync"} {
		if tasks[id].State != app.TaskDone {
			t.Errorf("%s: %+v", id, tasks[id])
		}
	}
	off := step(t, tasks["start"], "vendor_off.sync")
	if off.State != app.TaskNotStarted || tasks["start"].State != app.TaskInProgress {
		t.Errorf("%+v", tasks["start"])
	}
	if err := b.Confirm(t.Context(), "Ada", off.Subject, true); err != nil {
		t.Fatal(err)
	}
	if off = step(t, b.guide(t, "cw")["start"], "vendor_off.sync"); off.State != app.TaskDone || !strings.Contains(off.Note, "Ada") {
		t.Errorf("%+v", off)
	}
}

func TestConfirmTakesOnlyWhatThereIs(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	b.replace(t, document)
	for subject, good := range map[string]bool{
		app.VendorOff("sync"): true, app.VendorOff("other"): false, app.GuideSubject("cw", "key"): true, app.GuideSubject("", "member"): true,
		app.GuideSubject("cw", "credentials"): false, app.GuideSubject("other", "key"): false, "": false, "guide/cw": false, "guide": false,
	} {
		if err := b.Confirm(t.Context(), "Ada", subject, true); (err == nil) != good || err != nil && code(err) != app.Invalid {
			t.Errorf("%q: %v", subject, err)
		}
	}
}

func TestRole(t *testing.T) {
	var conn app.ConnectionSettings
	for name, test := range map[string]struct {
		tickets, billing bool
		want             string
		tables           string
	}{
		"neither": {false, false, "Company Maintenance ---I, Table Setup ---I", "Company / Company Status"},
		"tickets": {true, false, "Company Maintenance ---I, Close Service Tickets -E-I, Service Tickets AE-I, Table Setup ---I", "Company / Company Status, Service / Service Board, Service / Priority, Service / Source"},
		"billing": {false, true, "Company Maintenance ---I, Agreements AE-I, Product Catalog ---I, Table Setup ---I", "Company / Company Status"},
		"both": {
			true, true, "Company Maintenance ---I, Close Service Tickets -E-I, Service Tickets AE-I, Agreements AE-I, Product Catalog ---I, Table Setup ---I",
			"Company / Company Status, Service / Service Board, Service / Priority, Service / Source",
		},
	} {
		conn.Ticketing.Enabled, conn.Billing.Enabled = test.tickets, test.billing
		rows := setup.Role(conn)
		var got []string
		for _, r := range rows {
			levels := ""
			for _, l := range []struct{ level, letter string }{{r.Add, "A"}, {r.Edit, "E"}, {r.Delete, "D"}, {r.Inquire, "I"}} {
				switch l.level {
				case "":
					levels += "-"
				case "All":
					levels += l.letter
				default:
					t.Errorf("%s: level %q", name, l.level)
				}
			}
			got = append(got, r.Function+" "+levels)
			if r.Module == "" || r.Why == "" || r.Delete != "" {
				t.Errorf("%s: %+v", name, r)
			}
		}
		if text := strings.Join(got, ", "); text != test.want || rows[len(rows)-1].Customize != test.tables {
			t.Errorf("%s: %s; %s", name, text, rows[len(rows)-1].Customize)
		}
	}
}

func TestGuideShowsWhatIsWrong(t *testing.T) {
	b := sampled(t, sandbox.Options{Quirks: sandbox.Quirks{Lacks: []string{"Companies ▸ Company Maintenance ▸ Inquire"}}})
	b.edit(t, func(doc *app.Settings) { doc.Connections[0].Ticketing.Board = app.Ref{Name: "Alarms"} })
	if s := step(t, b.guide(t, "")["connectwise"], "credentials"); s.State != app.TaskInProgress || s.Note != "Not tested yet." {
		t.Errorf("%+v", s)
	}
	b.test(t)
	tasks := b.guide(t, "")
	role := step(t, tasks["connectwise"], "role")
	if tasks["connectwise"].State != app.TaskProblem || role.State != app.TaskProblem || role.Subject != "" {
		t.Errorf("%+v", role)
	}
	contains(t, role.Note, "Company Maintenance")
	contains(t, strings.Join(role.Checks, " "), "right.companies.inquire", "right.tickets.close", "rights.excess")
	contains(t, tasks["connectwise"].Summary, "1 has a problem")
	if s := step(t, tasks["tickets"], "board"); s.State != app.TaskProblem || tasks["tickets"].State != app.TaskProblem {
		t.Errorf("%+v", s)
	}
	if s := step(t, tasks["connectwise"], "member"); s.State != app.TaskDone {
		t.Errorf("%+v", s)
	}
}

// What a test proved of other settings or other keys is not done any more.
func TestGuideTakesNoOldTestForProof(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.test(t)
	if s := step(t, b.guide(t, "")["tickets"], "board"); s.State != app.TaskDone {
		t.Fatalf("%+v", s)
	}
	b.edit(t, func(doc *app.Settings) {
		doc.Connections[0].Billing.Products[app.MeterStorage] = "TYPO"
		doc.Connections[0].Ticketing.Board = app.Ref{Name: "Nope"}
	})
	tasks := b.guide(t, "")
	for task, id := range map[string]string{"billing": "product.storage", "tickets": "board", "connectwise": "credentials"} {
		if s := step(t, tasks[task], id); s.State != app.TaskInProgress || s.Note != "Not tested since you changed it." {
			t.Errorf("%s: %s %s", id, s.State, s.Note)
		}
	}
	b.test(t)
	if s := step(t, b.guide(t, "")["tickets"], "board"); s.State != app.TaskProblem {
		t.Errorf("%+v", s)
	}
	dropKey(t, b)
	for _, s := range b.guide(t, "")["connectwise"].Steps {
		if s.State == app.TaskDone {
			t.Errorf("without a key: %s %s %s", s.ID, s.State, s.Note)
		}
	}
}

// A second connection has a role, a member and a key of its own.
func TestGuideOfASecondConnectionBeginsAnew(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	if err := b.Confirm(t.Context(), "Ada", app.GuideSubject("", "role"), true); err != nil {
		t.Fatal(err)
	}
	b.replace(t, document)
	b.edit(t, func(doc *app.Settings) {
		c := doc.Connections[0]
		c.Name, c.CompanyID = "cw2", "other"
		doc.Connections = append(doc.Connections, c)
	})
	for name, want := range map[string]app.TaskState{"": app.TaskDone, "cw": app.TaskDone, "cw2": app.TaskNotStarted} {
		if s := step(t, b.guide(t, name)["connectwise"], "role"); s.State != want {
			t.Errorf("of %q: %+v", name, s)
		}
	}
}

func TestGuideCountsMatchesAndNamesBrokenSources(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.organizations(t, strconv.Itoa(sample.MasterID), "Master", "4711", "Mapped", "9901", "New")
	tasks := b.guide(t, "")
	if m := tasks["match"]; m.State != app.TaskInProgress || m.Summary != "2 of 3 organizations matched." {
		t.Errorf("%+v", m)
	}
	if s := tasks["x360sync"]; s.State != app.TaskDone || s.Page != "/sources/sync" {
		t.Errorf("%+v", s)
	}
	if s := step(t, tasks["billing"], "agreements"); s.Page != "/mapping?connection=cw&show=matched" {
		t.Errorf("the agreements of all customers are chosen at %s", s.Page)
	}
	contains(t, strings.Join(step(t, tasks["tickets"], "ticketing").Text, " "), "PSA System tick")
	b.SourceProblem = func(_ context.Context, source string) string { return source + " does not accept the password." }
	if s := b.guide(t, "")["x360sync"]; s.State != app.TaskProblem || s.Summary != "sync does not accept the password." {
		t.Errorf("%+v", s)
	}
}

func TestGuideOfBilling(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.edit(t, func(doc *app.Settings) {
		doc.Connections[0].Billing.Products = map[app.Meter]string{app.MeterStorage: "X360-storage"}
		doc.Connections[0].Ticketing.Enabled = false
	})
	b.test(t)
	tasks := b.guide(t, "")
	billing := tasks["billing"]
	if billing.State != app.TaskProblem || billing.Optional || !tasks["tickets"].Optional {
		t.Errorf("%+v", billing)
	}
	storage, accounts := step(t, billing, "product.storage"), step(t, billing, "product.accounts")
	if storage.State != app.TaskProblem || storage.Optional || !accounts.Optional {
		t.Errorf("%+v\n%+v", storage, accounts)
	}
	contains(t, storage.Note, "“X360-STORAGE” (record 1502)")
	values := map[string]string{}
	for _, v := range storage.Values {
		values[v.Label] = v.Value
	}
	for label, want := range map[string]string{
		"Product ID": "X360-storage", "Category/Subcategory": "Managed Services", "Product Type": "Software", "Product Class": "Agreement", "Unit of Measure": "Each",
	} {
		if values[label] != want {
			t.Errorf("%s is %q", label, values[label])
		}
	}
	if s := step(t, billing, "billing"); s.State != app.TaskDone || !strings.Contains(s.Note, "last day") {
		t.Errorf("%+v", s)
	}
	b.edit(t, func(doc *app.Settings) { doc.Connections[0].Billing = app.BillingSettings{} })
	b.test(t)
	if billing = b.guide(t, "")["billing"]; !billing.Optional || billing.State == app.TaskDone {
		t.Errorf("%+v", billing)
	}
}

func TestGuideOfATestTicket(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.organizations(t, strconv.Itoa(sample.MasterID), "Master")
	if s := step(t, b.guide(t, "")["start"], "test_ticket"); s.State != app.TaskNotStarted {
		t.Errorf("%+v", s)
	}
	for i, settled := range []app.Settlement{
		{State: app.DeliveryParked, Code: app.Forbidden, Message: "The test stopped when it was to be closed."},
		{State: app.DeliveryDone, Message: "Ticket 48001 was created, noted, closed and read back.", Ledger: []app.LedgerEntry{{Object: "ticket 48001", Note: app.TestClose.LedgerNote(app.LedgerOutcome)}}},
	} {
		b.advance(time.Hour)
		x := app.Ticket{XRef: strconv.Itoa(i), ScopeKey: app.TicketTestScope, Connection: "cw", Summary: "Test"}
		id, err := b.store.StartTicketTest(t.Context(), x, app.TicketPayload{CompanyID: 249}, b.now())
		if err != nil {
			t.Fatal(err)
		}
		d, found, err := b.store.Claim(t.Context(), b.now(), nil)
		if err != nil || !found || d.ID != id {
			t.Fatal(d.ID, id, found, err)
		}
		if err := b.store.Intent(t.Context(), app.Intent{DeliveryID: id, Attempt: d.Attempt, At: b.now(), Request: `{"ticket":1,"status_id":105}`}); err != nil {
			t.Fatal(err)
		}
		settled.DeliveryID, settled.Attempt, settled.At = id, d.Attempt, b.now()
		if err := b.store.Settle(t.Context(), settled); err != nil {
			t.Fatal(err)
		}
		byID, _ := b.test(t)
		s := step(t, b.guide(t, "")["start"], "test_ticket")
		want, closing := app.TaskProblem, app.CheckFailed
		if i > 0 {
			want, closing = app.TaskDone, app.CheckOK
		}
		if s.State != want || byID["right.tickets.close"].State != closing || byID["right.tickets.add"].State != app.CheckOK || byID["right.tickets.edit"].State != app.CheckOK {
			t.Errorf("%+v, %+v", s, byID["right.tickets.close"])
		}
	}
}

func TestGuideOfEveryKindOfSource(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	task := b.guide(t, "")["x360sync"]
	contains(t, task.Title, "Connect a source")
	for id, says := range map[string]string{"kind.x360sync": "redirect address", "kind.axcient": "Tick x360Cloud", "kind.inbox": "psabridge usage import"} {
		s := step(t, task, id)
		contains(t, strings.Join(s.Text, " "), says)
		contains(t, s.Page, "kind=")
	}
	b.replace(t, "version: 1\nsources: [{name: cloud, kind: axcient}, {name: in, kind: inbox}]\n"+
		"connections: [{name: cw, system: connectwise, site_url: https://na.myconnectwise.net, company_id: acme, billing: {enabled: true, products: {veeam.vms: VM}}}]\n")
	tasks := b.guide(t, "")
	contains(t, step(t, tasks["x360sync"], "source.in").Note, "Nothing was sent")
	contains(t, strings.Join(step(t, tasks["x360sync"], "source.cloud").Text, " "), "API Keys")
	var products []string
	for _, s := range tasks["billing"].Steps {
		if id, is := strings.CutPrefix(s.ID, "product."); is {
			products = append(products, id)
		}
	}
	if got := strings.Join(products, " "); got != "protected_seats protected_storage veeam.vms" {
		t.Errorf("products %q", got)
	}
	contains(t, step(t, tasks["start"], "vendor_off.cloud").Where, "x360Cloud")
	for _, s := range tasks["start"].Steps {
		if s.ID == "vendor_off.in" {
			t.Errorf("%+v", s)
		}
	}
}

// TestGuideOfNotices: how a person is told can be left as it is; what is set up is named.
func TestGuideOfNotices(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	before := b.guide(t, "")["tickets"]
	if s := step(t, before, "notices"); s.State != app.TaskNotStarted || !s.Optional || strings.Contains(before.Summary, "0 of") {
		t.Errorf("%+v, %s", s, before.Summary)
	}
	off := false
	for _, test := range []struct {
		notify app.NotifySettings
		state  app.TaskState
		note   string
	}{
		{app.NotifySettings{Desktop: &off}, app.TaskNotStarted, "Nobody is told."},
		{app.NotifySettings{Webhook: app.WebhookSettings{Kind: app.WebhookSlack}}, app.TaskDone, "by the desktop and the webhook."},
		{app.NotifySettings{Desktop: &off, Email: app.EmailSettings{To: []string{"a@example.com"}, SMTP: app.SMTPSettings{Host: "smtp.example.com", From: "b@example.com"}}}, app.TaskDone, "by e-mail."},
	} {
		b.edit(t, func(doc *app.Settings) { doc.Notify = test.notify })
		s := step(t, b.guide(t, "")["tickets"], "notices")
		if s.State != test.state {
			t.Errorf("%+v", s)
		}
		contains(t, s.Note, test.note)
	}
	b.edit(t, func(doc *app.Settings) { doc.Alerts[0].Via.Email = []string{"a@example.com"} })
	contains(t, step(t, b.guide(t, "")["tickets"], "alert").Note, "1 alert writes e-mail.")
}
