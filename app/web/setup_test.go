package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/settings"
)

// wait lets jobs that an action started come to their end.
func (w *world) wait() {
	w.t.Helper()
	for _, j := range w.jobs.List() {
		if _, err := w.jobs.Wait(w.t.Context(), j.ID, time.Minute); err != nil {
			w.t.Fatal(err)
		}
	}
}

func TestTheFirstPageOfAnEmptyBridgeIsTheGuide(t *testing.T) {
	w := newWorld(t)
	w.get("/").to(t, "/setup")
	list := w.get("/setup").want(t, http.StatusOK)
	for _, want := range []string{"0 of 6 done", `href="/setup/connectwise"`, "Cannot start yet", "you can stop and come back"} {
		if !strings.Contains(list.body, want) {
			t.Errorf("no %q on the list of tasks", want)
		}
	}
	task := w.get("/setup/connectwise").want(t, http.StatusOK)
	for _, want := range []string{`value="cw"`, `name="site_url"`, `name="private_key"`, "<code", "Axcient x360Sync", "Service Desk\tService Tickets", "I have done this"} {
		if !strings.Contains(task.body, want) {
			t.Errorf("no %q in the ConnectWise task", want)
		}
	}
	w.get("/setup/nothing").want(t, http.StatusNotFound)
	furnished(t).get("/").want(t, http.StatusOK)
}

func TestCredentialsAreEnteredInTheGuide(t *testing.T) {
	w := newWorld(t)
	_, rev := w.doc()
	got := w.post("/connections", "task", "connectwise", "name", "cw", "site_url", "na.example.com", "company_id", "acme", "public_key", "topsecretpublic", "revision", rev).
		want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(got.body, "Tasks") || !strings.Contains(got.body, `id="f-private_key-e"`) || strings.Contains(got.body, "topsecret") || !strings.Contains(got.body, `value="na.example.com"`) {
		t.Errorf("a form with an error does not stay in the guide: %s", mainOf(got.body))
	}
	w.post("/connections", "task", "connectwise", "name", "cw", "site_url", "na.example.com", "company_id", "acme", "public_key", "p-u-b-l-i-c", "private_key", "p-r-i-v-a-t-e",
		"requests_per_minute", "600", "revision", rev).to(t, "/setup/connectwise")
	w.wait()
	doc, _ := w.doc()
	if c, ok := settings.ConnectionByName(doc, "cw"); !ok || c.RequestsPerMinute != 600 {
		t.Errorf("saved %+v", doc.Connections)
	}
	page := w.get("/setup/connectwise").want(t, http.StatusOK)
	if !strings.Contains(page.body, "Keys") || !strings.Contains(page.body, "Check again") {
		t.Error("the result of the test is not beside its step")
	}
	w.post("/connections/cw/test", "task", "connectwise").to(t, "/setup/connectwise")
	w.post("/connections/cw/test", "task", "../x").to(t, "/connections/cw#test")
	w.wait()
	_, rev = w.doc()
	w.post("/connections/cw", "task", "connectwise", "site_url", "na.example.com", "company_id", "acme", "requests_per_minute", "many", "revision", rev).want(t, http.StatusUnprocessableEntity)
}

func TestAPersonConfirmsWhatNoCallCanProve(t *testing.T) {
	w := furnished(t)
	subject := app.VendorOff("sync")
	w.post("/setup/confirm", "subject", subject, "done", "1", "task", "start").to(t, "/setup/start")
	if got := w.get("/setup/start"); !strings.Contains(got.body, "Take it back") || !strings.Contains(got.body, "Confirmed by a person") {
		t.Error("who confirmed it is not shown")
	}
	w.post("/setup/confirm", "subject", subject, "done", "", "task", "start").to(t, "/setup/start")
	if list, err := w.store.Confirmations(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("still confirmed: %v %v", list, err)
	}
	w.post("/setup/confirm", "subject", "guide/cw/credentials", "done", "1").want(t, http.StatusUnprocessableEntity)
}

// Nothing bills twice: a push runs by itself only when somebody said that the vendor's own is off (M13).
func TestAutomaticApprovalWaitsForTheVendorsPush(t *testing.T) {
	w := furnished(t)
	save := func(approval string) answer {
		_, rev := w.doc()
		return w.post("/connections/cw/billing", "billing_enabled", "1", "push_day", "15", "push_at", "05:30", "time_zone", "Europe/Paris", "approval", approval, "product_accounts", "X360-ACCOUNT", "revision", rev)
	}
	if page := w.get("/connections/cw").body; !strings.Contains(page, `value="automatic" disabled`) || !strings.Contains(page, "/setup/start") {
		t.Error("automatic approval is offered, or it is not said what it waits for")
	}
	if got := save("automatic").want(t, http.StatusUnprocessableEntity); !strings.Contains(got.body, `id="f-approval-e"`) {
		t.Error("the reason is not beside the field")
	}
	w.post("/setup/confirm", "subject", app.VendorOff("sync"), "done", "1").to(t, "/setup")
	save("automatic").to(t, "/connections/cw#billing")
	w.post("/setup/confirm", "subject", app.VendorOff("sync")).to(t, "/setup")
	save("automatic").to(t, "/connections/cw#billing") // saved already: it stays
	if page := w.get("/connections/cw").body; !strings.Contains(page, "customers are billed by both") {
		t.Error("an automatic push beside the vendor's own is not warned of")
	}
}

func TestProductIDsAreThoseOfTheCatalog(t *testing.T) {
	w := furnished(t)
	for typed, wants := range map[string][]string{
		"x360-gb":                {"X360-GB", "901", "902"},
		"X360-\u200bGB":          {"id=\"f-product_storage-e\""},
		"\u0425360-ACCOUNT":      {"X360-ACCOUNT", "900", "Cyrillic"},
		"TWICE":                  {"#903, #904"},
		"NOTHING-LIKE-IT":        {"has no Product ID", "Reload Options from PSA"},
		"X360-GB\u0020":          {"id=\"f-product_storage-e\""},
		strings.Repeat("A", 120): {"id=\"f-product_storage-e\""},
	} {
		_, rev := w.doc()
		got := w.post("/connections/cw/billing", "push_day", "15", "approval", "ask", "product_accounts", "X360-ACCOUNT", "product_storage", typed, "revision", rev).want(t, http.StatusUnprocessableEntity)
		for _, want := range wants {
			if !strings.Contains(got.body, want) {
				t.Errorf("%q: no %q", typed, want)
			}
		}
	}
}

// Of two entries with one name none is chosen for the person: the form names the record.
func TestEntriesOfOneNameAreChosenByID(t *testing.T) {
	w := furnished(t)
	w.must(w.store.SaveOptions(t.Context(), "cw", app.ListBoards, 0, []app.OptionRow{
		{ID: 1, Name: "Alerts", Body: []byte(`{"id":1,"name":"Alerts"}`)},
		{ID: 2, Name: "NOC", Body: []byte(`{"id":2,"name":"NOC"}`)},
		{ID: 3, Name: "NOC", Body: []byte(`{"id":3,"name":"NOC"}`)},
		{ID: 4, Name: "Old", Inactive: true, Body: []byte(`{"id":4,"name":"Old","inactive":true}`)},
	}, w.now))
	page := w.get("/connections/cw").body
	for _, want := range []string{`<option value="#2">NOC #2</option>`, `<option value="#3">NOC #3</option>`, `<option value="Alerts" selected>Alerts</option>`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(page, ">Old") {
		t.Error("an inactive board is offered")
	}
	_, rev := w.doc()
	w.post("/connections/cw/ticketing", "step", "save", "ticketing_enabled", "1", "board", "#3", "revision", rev).to(t, "/connections/cw#ticketing")
	doc, _ := w.doc()
	if b := doc.Connections[0].Ticketing.Board; b.ID != 3 || b.Name != "NOC" {
		t.Errorf("saved %+v", b)
	}
	if page = w.get("/connections/cw").body; !strings.Contains(page, `<option value="#3" selected>NOC #3</option>`) {
		t.Error("the chosen board is not the one shown as chosen")
	}
}

func TestSubtypesAndItemsFollowTheType(t *testing.T) {
	w := furnished(t)
	save := func(list app.OptionList, bodies ...string) {
		var rows []app.OptionRow
		for i, b := range bodies {
			rows = append(rows, app.OptionRow{ID: int64(i + 1), Body: []byte(b)})
		}
		w.must(w.store.SaveOptions(t.Context(), "cw", list, 1, rows, w.now))
	}
	save(app.ListTypes, `{"id":1,"name":"Backup"}`, `{"id":2,"name":"Network"}`)
	save(app.ListSubtypes, `{"id":11,"name":"Failed"}`, `{"id":12,"name":"Slow"}`)
	save(app.ListItems, `{"id":21,"name":"Server"}`, `{"id":22,"name":"Laptop"}`)
	save(app.ListAssociations, `{"id":1,"type_id":1,"subtype_id":11,"item_id":21}`, `{"id":2,"type_id":2,"subtype_id":12}`)
	_, rev := w.doc()
	got := w.post("/connections/cw/ticketing", "step", "board", "board", "Alerts", "type", "Backup", "subtype", "Failed", "revision", rev).want(t, http.StatusOK)
	for want, shown := range map[string]bool{`value="Failed"`: true, `value="Slow"`: false, `value="Server"`: true, `value="Laptop"`: false} {
		if strings.Contains(got.body, want) != shown {
			t.Errorf("%s shown: %v", want, !shown)
		}
	}
	w.post("/connections/cw/ticketing", "step", "save", "board", "Alerts", "type", "Backup", "subtype", "Failed", "item", "Server", "revision", rev).to(t, "/connections/cw#ticketing")
	doc, _ := w.doc()
	if c := doc.Connections[0].Ticketing; c.Subtype.Name != "Failed" || c.Item.Name != "Server" {
		t.Errorf("saved %+v", c)
	}
}

func TestTestTicketIsAskedFor(t *testing.T) {
	w := furnished(t)
	page := w.get("/connections/cw").body
	if !strings.Contains(page, "on board Alerts") || !strings.Contains(page, "Nobody is mailed") {
		t.Error("it is not said what a test ticket does")
	}
	got := w.post("/connections/cw/test-ticket", "test_company", "").want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(got.body, `id="f-test_company-e"`) || len(w.trials) != 0 {
		t.Error("a test ticket without a company")
	}
	w.post("/connections/cw/test-ticket", "test_company", "250").to(t, "/connections/cw#test-ticket")
	w.post("/connections/cw/test-ticket", "test_company", "250", "task", "start").to(t, "/setup/start")
	if strings.Join(w.trials, ",") != "cw 250,cw 250" {
		t.Errorf("asked for %v", w.trials)
	}
	w.must(w.store.SaveChecks(t.Context(), "cw", "", nil, w.now))
	id, err := w.store.StartTicketTest(t.Context(), app.Ticket{XRef: "x-test", ScopeKey: app.TicketTestScope, Connection: "cw", Summary: "Test"}, app.TicketPayload{CompanyID: 250}, w.now)
	w.must(err)
	if part := w.fragment("/connections/cw/test-ticket").want(t, http.StatusOK); !strings.Contains(part.body, "under way") || !strings.Contains(part.body, "hx-trigger") || id == 0 || part.header.Get("HX-Refresh") != "" {
		t.Errorf("its state: %s", part.body)
	}
	w.must(w.store.DropDelivery(t.Context(), id, "Not wanted", "Meier", w.now))
	if part := w.fragment("/connections/cw/test-ticket").want(t, http.StatusOK); part.header.Get("HX-Refresh") != "true" {
		t.Error("the rights around an ended test ticket stay as they were")
	}
}

func TestDiagnosticsShowsWhatIsWrongAndRunsEverything(t *testing.T) {
	w := furnished(t)
	w.must(w.store.SaveChecks(t.Context(), "cw", "", []app.CheckRow{
		{ID: "right.tickets.inquire", Title: "The role may read tickets", State: app.CheckFailed, Message: "Refused.", Fix: "Give it.", Took: 300 * time.Millisecond},
		{ID: "right.tickets.close", Title: "The role may close tickets", State: app.CheckSkipped, Message: "Not proven yet. The test ticket proves it."},
	}, w.now))
	page := w.get("/diagnostics").want(t, http.StatusOK).body
	for _, want := range []string{"1 of 2 checks failed", "Not proven yet", "0.3 s", "Copy the role table", "Run all checks", "Every check"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	w.post("/diagnostics/run").to(t, "/diagnostics")
	w.wait()
	if w.tested.Load() != 1 {
		t.Errorf("tested %d times", w.tested.Load())
	}
}

// Whatever a check says, the connection's page says it, with the click that mends it.
func TestEveryCheckIsShownWithItsSentenceAndItsClick(t *testing.T) {
	w := furnished(t)
	var rows []app.CheckRow
	for i, id := range []string{"address", "keys", "right.tickets.inquire", "status.closed", "product.accounts", "agreement.7", "rights.excess"} {
		state := []app.CheckState{app.CheckFailed, app.CheckWarning}[i%2]
		rows = append(rows, app.CheckRow{ID: id, Title: "Title of " + id, State: state, Message: "Sentence of " + id, Fix: "Click of " + id})
	}
	w.must(w.store.SaveChecks(t.Context(), "cw", "", rows, w.now))
	for _, path := range []string{"/connections/cw", "/diagnostics"} {
		page := w.get(path).want(t, http.StatusOK).body
		for _, r := range rows {
			for _, want := range []string{r.Title, r.Message, r.Fix} {
				if !strings.Contains(page, want) {
					t.Errorf("%s: no %q", path, want)
				}
			}
			if link := `href="#chk-f-` + strings.ReplaceAll(r.ID, ".", "-") + `"`; path == "/connections/cw" && r.State == app.CheckFailed && !strings.Contains(page, link) {
				t.Errorf("the summary does not lead to %s", r.ID)
			}
		}
	}
}
