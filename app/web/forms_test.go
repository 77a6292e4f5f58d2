package web_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
)

// doc returns the settings and their revision as a form sends it.
func (w *world) doc() (app.Settings, string) {
	w.t.Helper()
	doc, rev, err := w.setup.Document(w.t.Context())
	w.must(err)
	return doc, strconv.FormatInt(rev, 10)
}

func TestOrganizationIsMapped(t *testing.T) {
	w := furnished(t)
	page := fmt.Sprintf("/organizations/%d/settings", w.org)
	_, rev := w.doc()
	got := w.post(page, "step", "save", "revision", rev, "psa", "inherit", "company", "251", "agreement", "12", "bill", "accounts").want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(got.body, "belongs to Contoso") || !strings.Contains(got.body, `<option value="251" selected`) {
		t.Errorf("an agreement of another company: %s", mainOf(got.body))
	}
	got = w.post(page, "step", "save", "revision", rev, "psa", "inherit", "company", "251", "agreement", "13").want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(got.body, "nothing is billed on it") {
		t.Error("the settings' own check is not shown beside its field")
	}
	w.post(page, "step", "save", "revision", rev, "psa", "inherit", "company", "251", "agreement", "13", "bill", "accounts", "bill", "storage").to(t, page)
	doc, _ := w.doc()
	o, _ := settings.OrganizationByID(doc, "sync", "7")
	if o.Company.ID != 251 || o.Company.Identifier != "Fabrikam" || o.Agreement.ID != 13 || len(o.Bill) != 2 {
		t.Errorf("saved %+v", o)
	}
	stale := w.post(page, "step", "save", "revision", rev, "psa", "none").want(t, http.StatusConflict)
	if !strings.Contains(stale.body, "Look again") || !strings.Contains(stale.body, page) {
		t.Error("an old form does not lead back to its page")
	}
	part := w.get(page+"/agreements?company=250").want(t, http.StatusOK)
	if strings.Contains(part.body, "<html") || !strings.Contains(part.body, "Managed") || strings.Contains(part.body, "Other") {
		t.Errorf("agreements of another company: %s", part.body)
	}
	w.post(page, "step", "agreements", "revision", rev, "psa", "inherit", "company", "250").want(t, http.StatusOK)
	w.post(page, "step", "reload", "revision", rev, "psa", "inherit", "company", "250").want(t, http.StatusOK)
}

func TestOwnConnectionOfAnOrganization(t *testing.T) {
	w := furnished(t)
	page := fmt.Sprintf("/organizations/%d/settings", w.org)
	_, rev := w.doc()
	w.post("/connections", "name", "second", "site_url", "eu.example.com", "company_id", "contoso", "public_key", "p-u-b-l-i-c", "private_key", "p-r-i-v-a-t-e",
		"organization", strconv.FormatInt(w.org, 10), "revision", rev).to(t, "/connections/second")
	doc, _ := w.doc()
	o, _ := settings.OrganizationByID(doc, "sync", "7")
	c, ok := settings.ConnectionByName(doc, "second")
	if o.PSA != "second" || !ok || c.SiteURL != "https://eu.example.com" || c.TimeZone != "Europe/Berlin" {
		t.Errorf("organization %+v, connection %+v", o, c)
	}
	if got := w.get(page); !strings.Contains(got.body, "Connection second") {
		t.Error("the organization's page does not show its own connection")
	}
}

// TestConnectionsAreListedFirst: who opens ConnectWise from the rail wants the one he has, not the form of another.
func TestConnectionsAreListedFirst(t *testing.T) {
	w := furnished(t)
	form := func(body string) (tag string) {
		_, rest, found := strings.Cut(body, `<details class="fold mt4" id="add"`)
		if tag, _, _ = strings.Cut(rest, ">"); !found {
			t.Errorf("no form of another connection: %s", body)
		}
		return tag
	}
	if got := w.get("/connections").want(t, http.StatusOK); form(got.body) != "" || !strings.Contains(got.body, `href="/connections/cw"`) {
		t.Errorf("opened from the rail: %s", got.body)
	}
	if got := w.get(link.ConnectionAdd).want(t, http.StatusOK); form(got.body) != " open" {
		t.Errorf("opened to add one: %s", got.body)
	}
	_, rev := w.doc()
	if got := w.post("/connections", "name", "second", "revision", rev).want(t, http.StatusUnprocessableEntity); form(got.body) != " open" {
		t.Errorf("after what was wrong in it: %s", got.body)
	}
}

func TestConnectionFormKeepsSecretsToItself(t *testing.T) {
	w := furnished(t)
	_, rev := w.doc()
	got := w.post("/connections", "name", "cw", "site_url", "http://example.com", "company_id", "acme", "public_key", "topsecretpublic", "private_key", "topsecretprivate", "revision", rev).
		want(t, http.StatusUnprocessableEntity)
	if strings.Contains(got.body, "topsecret") || !strings.Contains(got.body, `value="http://example.com"`) || !strings.Contains(got.body, "unencrypted") || !strings.Contains(got.body, "used twice") {
		t.Errorf("a wrong new connection: %s", mainOf(got.body))
	}
	w.post("/connections/cw", "site_url", "", "company_id", "acme", "revision", rev).want(t, http.StatusUnprocessableEntity)
	w.post("/connections/cw", "site_url", "na.example.com", "company_id", "acme", "private_key", "another-secret-9z", "revision", rev).to(t, "/connections/cw")
	page := w.get("/connections/cw").want(t, http.StatusOK)
	if strings.Contains(page.body, "another-secret") || !strings.Contains(page.body, "9z") || !strings.Contains(page.body, "Saved.") {
		t.Error("the page shows a secret, or does not say that there is one")
	}
	w.wait() // the test is a job of its own
	if w.tested.Load() == 0 {
		t.Error("saving did not test")
	}
}

func TestAConnectionThatWroteDoesNotMove(t *testing.T) {
	w := furnished(t)
	_, rev := w.doc()
	got := w.post("/connections/cw", "site_url", "na.example.com", "company_id", "acme2", "revision", rev).want(t, http.StatusConflict)
	if !strings.Contains(got.body, "Connection cw has already written to acme at na.example.com.") {
		t.Errorf("the page: %s", mainOf(got.body))
	}
	if doc, _ := w.doc(); doc.Connections[0].CompanyID != "acme" {
		t.Error("it was stored")
	}
}

func TestTicketingForm(t *testing.T) {
	w := furnished(t)
	_, rev := w.doc()
	got := w.post("/connections/cw/ticketing", "step", "board", "board", "Alerts", "revision", rev, "status", "New").want(t, http.StatusOK)
	if !strings.Contains(got.body, `<option value="Closed"`) {
		t.Error("the board's statuses are not offered")
	}
	w.post("/connections/cw/ticketing", "step", "save", "ticketing_enabled", "1", "board", "NOC", "closed_status", "Closed", "priority_critical", "Priority 1", "revision", rev).
		to(t, "/connections/cw#ticketing")
	doc, _ := w.doc()
	if c := doc.Connections[0].Ticketing; c.Board.Name != "NOC" || c.ClosedStatus.Name != "Closed" || c.Priority[app.SeverityCritical].Name != "Priority 1" || !c.Enabled {
		t.Errorf("saved %+v", c)
	}
}

func TestBillingForm(t *testing.T) {
	w := furnished(t)
	_, rev := w.doc()
	for field, wrong := range map[string]string{"push_day": "32", "push_at": "25:00", "time_zone": "Mars/Olympus", "approval": "never", "product_accounts": "X360 "} {
		form := map[string]string{"billing_enabled": "1", "push_day": "15", "push_at": "05:30", "time_zone": "Europe/Paris", "approval": "ask", "product_accounts": "X360-ACCOUNT", "revision": rev}
		form[field] = wrong
		var pairs []string
		for k, v := range form {
			pairs = append(pairs, k, v)
		}
		got := w.post("/connections/cw/billing", pairs...)
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `id="f-`+field+`-e"`) {
			t.Errorf("%s = %q: %d, and no message beside the field", field, wrong, got.status)
		}
	}
	w.post("/connections/cw/billing", "billing_enabled", "1", "push_day", "15", "push_at", "05:30", "time_zone", "Europe/Paris", "approval", "ask", "product_storage", "X360-GB", "revision", rev).
		to(t, "/connections/cw#billing")
	doc, _ := w.doc()
	c := doc.Connections[0]
	if c.Billing.PushDay != 15 || c.Billing.PushAt != "05:30" || c.TimeZone != "Europe/Paris" || len(c.Billing.Products) != 1 || c.Billing.Products[app.MeterStorage] != "X360-GB" {
		t.Errorf("saved %+v", c)
	}
}

func TestSourceIsAddedAndRead(t *testing.T) {
	w := furnished(t)
	_, rev := w.doc()
	got := w.post("/sources", "name", "sync", "kind", "x360sync", "host", "ftp://x", "every", "often", "password", "topsecretpassword", "revision", rev).want(t, http.StatusUnprocessableEntity)
	_, rev = w.doc()
	twice := w.post("/sources", "name", "sync", "kind", "x360sync", "host", "eu.example.com", "every", "5m", "revision", rev).want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(twice.body, `id="f-name-e"`) {
		t.Error("a name that is taken is not said beside its field")
	}
	if strings.Contains(got.body, "topsecretpassword") || !strings.Contains(got.body, `value="ftp://x"`) {
		t.Error("the form shows a password, or lost what was typed")
	}
	w.post("/sources", "name", "second", "kind", "x360sync", "host", "eu.example.com", "every", "5m", "password", " pass", "revision", rev).to(t, "/sources/second")
	if got := w.get("/sources/second"); !strings.Contains(got.body, "3 new events") {
		t.Error("the page does not say what was read")
	}
	_, rev = w.doc()
	w.post("/sources/second", "host", "eu.example.com", "every", "1s bad", "revision", rev).want(t, http.StatusUnprocessableEntity)
	w.post("/sources/second", "host", "eu2.example.com", "every", "10m", "revision", rev).to(t, "/sources/second")
	w.post("/sources/second/check").to(t, "/sources")
	w.post("/sources/check").to(t, "/")
	if w.synced.Load() != 5 {
		t.Errorf("read %d times", w.synced.Load())
	}
	doc, _ := w.doc()
	if s, _ := settings.SourceByName(doc, "second"); s.Host != "https://eu2.example.com" || s.Every.String() != "10m" {
		t.Errorf("saved %+v", s)
	}
}

func TestSettingsArePreviewedAndSaved(t *testing.T) {
	w := furnished(t)
	_, rev := w.doc()
	changed := strings.ReplaceAll(strings.Replace(document, "every: 2m", "every: 9m", 1), "\n", "\r\n")
	got := w.post("/settings", "step", "preview", "document", changed, "revision", rev).want(t, http.StatusOK)
	if !strings.Contains(got.body, "sources[sync].every") || !strings.Contains(got.body, "Save 1 change") {
		t.Errorf("preview: %s", mainOf(got.body))
	}
	got = w.post("/settings", "step", "preview", "document", "version: 1\nnonsense: 2\n", "revision", rev).want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(got.body, "nonsense: 2") || !strings.Contains(got.body, "Line 2") {
		t.Error("what is wrong with the document is not said")
	}
	w.post("/settings", "step", "save", "document", changed, "revision", rev).to(t, "/settings")
	doc, now := w.doc()
	if doc.Sources[0].Every.String() != "9m" || now == rev {
		t.Errorf("saved %+v at revision %s", doc.Sources[0], now)
	}
	w.post("/settings", "step", "save", "document", document, "revision", rev).want(t, http.StatusConflict)
	if got := w.get("/settings?revision="+rev).want(t, http.StatusOK); !strings.Contains(got.body, "What saving changes") {
		t.Error("an old revision is not shown against the current one")
	}
	w.get("/settings?revision=77").want(t, http.StatusNotFound)
}

func TestLargeFormsAreRefused(t *testing.T) {
	w := furnished(t)
	got := w.post("/settings", "document", strings.Repeat("x", 2<<20)).want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(got.body, "too large") {
		t.Errorf("answered %s", mainOf(got.body))
	}
}

// TestKeysThatGoAreNamedBefore: what no earlier state brings back is said before it is done.
func TestKeysThatGoAreNamedBefore(t *testing.T) {
	w := newWorld(t)
	w.post("/settings", "step", "save", "document", document, "revision", "0").to(t, "/settings")
	rev := w.revision()
	faster := strings.Replace(document, "every: 2m", "every: 3m", 1)
	w.post("/settings", "step", "preview", "document", faster, "revision", rev).want(t, http.StatusOK).lacks(t, "are deleted from the keychain")
	without, _, _ := strings.Cut(strings.Replace(document, "  - {name: sync, kind: x360sync, host: \"https://sync.example.com\", every: 2m}\n", "", 1), "organizations:")
	w.post("/settings", "step", "preview", "document", without, "revision", rev).want(t, http.StatusOK).
		has(t, "The keys of source sync are deleted from the keychain.", "does not bring them back")
}
