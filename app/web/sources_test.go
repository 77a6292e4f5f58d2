package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/intake"
	"psabridge/app/link"
)

// has fails the test unless the page holds every text.
func (a answer) has(t *testing.T, texts ...string) answer {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("no %q in %s", text, mainOf(a.body))
		}
	}
	return a
}

// lacks fails the test when the page holds one of the texts.
func (a answer) lacks(t *testing.T, texts ...string) answer {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(a.body, text) {
			t.Errorf("%q is in %s", text, mainOf(a.body))
		}
	}
	return a
}

func (w *world) rev() string {
	w.t.Helper()
	_, rev, err := w.setup.Document(w.t.Context())
	w.must(err)
	return app.Q(rev).String()
}

// TestEachKindIsAskedForInItsOwnWords: the kind comes first, then what its vendor calls things.
func TestEachKindIsAskedForInItsOwnWords(t *testing.T) {
	w := furnished(t)
	w.get("/sources").has(t, "Connect x360Sync", "Connect x360Cloud", "Make an inbox").lacks(t, `name="host"`, `name="password"`)
	w.get("/sources?kind=x360sync").has(t, `name="host"`, `name="username"`, `name="password"`, `name="auth_code"`).lacks(t, `name="client_secret"`, `name="api_key"`)
	w.get("/sources?kind=x360sync&way=vendor").has(t, "http://127.0.0.1:7360/sign-in/return", `name="client_secret"`).lacks(t, `name="password"`)
	w.get("/sources?kind=axcient").has(t, "x360Portal", `name="api_key"`).lacks(t, `name="password"`, `name="top_organization"`)
	w.get("/sources?kind=inbox").has(t, "Make the inbox").lacks(t, `name="host"`, `name="every"`)
	w.get("/sources?kind=nonsense").has(t, "Connect x360Sync").lacks(t, `name="host"`)

	w.post("/sources", "kind", "fax", "name", "x", "revision", w.rev()).want(t, http.StatusUnprocessableEntity)
	w.post("/sources", "kind", "axcient", "name", "cloud", "revision", w.rev()).want(t, http.StatusUnprocessableEntity).has(t, "The API key is missing", `href="#f-api_key"`)
	w.post("/sources", "kind", "axcient", "name", "cloud", "api_key", "k-secret-7bd0", "revision", w.rev()).to(t, "/sources/cloud")
	w.get("/sources/cloud").has(t, "ends in …d0").lacks(t, "k-secret")
	w.post("/sources", "kind", "inbox", "name", "my box", "revision", w.rev()).want(t, http.StatusUnprocessableEntity).has(t, `id="f-name-e"`)
	w.post("/sources", "kind", "inbox", "name", "rmm", "revision", w.rev()).to(t, "/sources/rmm")
	w.get("/sources/rmm").has(t, "/api/v1/sources/rmm/events", "/api/v1/sources/rmm/usage", "Make a token").lacks(t, "Check now")
}

// TestAnAddressInThisNetworkShowsTheBoxThatAllowsIt: the box lies in the folded part, and the refusal speaks of it.
func TestAnAddressInThisNetworkShowsTheBoxThatAllowsIt(t *testing.T) {
	w := furnished(t)
	w.post("/sources", "kind", "x360sync", "name", "own", "host", "https://192.168.0.9", "every", "2m", "username", "ada", "password", "pw", "revision", w.rev()).
		want(t, http.StatusUnprocessableEntity).has(t, `<details class="fold" open`, "tick the box for an address in your own network")
}

// TestATwoStepCodeComesWithItsPassword: a code alone would only burn an attempt.
func TestATwoStepCodeComesWithItsPassword(t *testing.T) {
	w := furnished(t)
	synced := w.synced.Load()
	w.post("/sources/sync", "host", "https://sync.example.com", "every", "2m", "auth_code", "123456", "revision", w.rev()).
		want(t, http.StatusUnprocessableEntity).has(t, "Enter the password again with the two-step code").lacks(t, "123456")
	if w.synced.Load() != synced {
		t.Error("it was tried all the same")
	}
	w.post("/sources/sync", "host", "https://sync.example.com", "every", "2m", "username", "ada", "auth_code", "123456", "password", " pw", "revision", w.rev()).to(t, "/sources/sync")
	if w.synced.Load() != synced+1 {
		t.Errorf("read %d times", w.synced.Load()-synced)
	}
}

// TestARefusedSignInIsNotTriedByAClick: what locks an account is not offered.
func TestARefusedSignInIsNotTriedByAClick(t *testing.T) {
	w := furnished(t)
	w.sources[0].LastError, w.sources[0].ErrorCode = "x360Sync says: “Invalid authentication code.” Enter the password with a fresh code.", app.Unauthorized
	w.get("/sources/sync").has(t, "Invalid authentication code.", "does not try this sign-in again", "Sign-in refused", "<details class=\"fold\" open>")
	w.get("/").has(t, "Reconnect", "/sources/sync#settings").lacks(t, `action="/sources/sync/check"`)
}

// TestCheckNowShowsEachStep: the log fetches itself while the source is read, and the page is fetched anew at the end.
func TestCheckNowShowsEachStep(t *testing.T) {
	w := furnished(t)
	w.post("/sources/sync/check", "back", "source").to(t, "/sources/sync#progress")
	w.wait() // what follows is told by hand
	w.sources[0].Running = true
	w.sources[0].Steps = []intake.Step{{At: w.now, Text: "26 organizations in 3 calls " + nasty}}
	w.get("/sources/sync").has(t, "26 organizations in 3 calls", `hx-get="/sources/sync/progress"`, "Reading now")
	part := w.fragment("/sources/sync/progress")
	if part.header.Get("HX-Refresh") != "" || strings.Contains(part.body, "<html") {
		t.Error("the part is a page, or ends too early")
	}
	w.sources[0].Running = false
	if got := w.fragment("/sources/sync/progress"); got.header.Get("HX-Refresh") != "true" {
		t.Error("the page keeps what was before the reading")
	}
	w.get("/sources/sync").lacks(t, "hx-get=\"/sources/sync/progress\"")
}

func (w *world) fragment(path string) answer {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, path, nil)
	r.Host = host
	r.Header.Set("HX-Request", "true")
	r.AddCookie(w.cookie)
	rec := httptest.NewRecorder()
	w.guard.ServeHTTP(rec, r)
	return answer{rec.Code, rec.Body.String(), rec.Header()}
}

// TestSignInAtTheVendor follows the whole way, and every wrong way back.
func TestSignInAtTheVendor(t *testing.T) {
	w := furnished(t)
	w.get("/sources/sync/sign-in").want(t, http.StatusOK).lacks(t, "https://sync.example.com/oauth")
	w.post("/sources/sync", "host", "https://sync.example.com", "every", "2m", "way", "vendor", "revision", w.rev()).
		want(t, http.StatusUnprocessableEntity).has(t, "The client ID is missing")
	w.post("/sources/sync", "host", "https://sync.example.com", "every", "2m", "way", "vendor", "client_id", "abc", "client_secret", "shh", "revision", w.rev()).to(t, "/sources/sync/sign-in")
	page := w.get("/sources/sync/sign-in").has(t, "https://sync.example.com/oauth/authorize?", "http://127.0.0.1:7360/sign-in/return")
	if strings.Contains(page.body, `<form method="post" action="https`) {
		t.Error("a form leaves the page; its policy would stop it")
	}
	state := w.vendor.states[len(w.vendor.states)-1]
	back := func(query string, cookie *http.Cookie) answer {
		return w.do(http.MethodGet, "/sign-in/return?"+query, nil, cookie)
	}
	back("code=c1&state=guessed", w.cookie).to(t, "/sign-in/return?why=unknown")
	back("code=c1", w.cookie).to(t, "/sign-in/return?why=unknown")
	back("code=c1&state="+state, signIn(t, w.guard)).to(t, "/sign-in/return?why=other")
	back("code=c1&state="+state, nil).want(t, http.StatusForbidden)
	w.do(http.MethodHead, "/sign-in/return?code=c1&state="+state, nil, w.cookie)
	for _, why := range []string{"unknown", "other", "used", "expired", nasty} {
		w.get("/sign-in/return?why="+url.QueryEscape(why)).want(t, http.StatusOK).has(t, "Begin again")
	}
	if len(w.vendor.codes) != 0 {
		t.Fatalf("redeemed %v", w.vendor.codes)
	}
	synced := w.synced.Load()
	back("code=c1&state="+state, w.cookie).to(t, "/sources/sync")
	if want := "sync c1 http://127.0.0.1:7360/sign-in/return"; len(w.vendor.codes) != 1 || w.vendor.codes[0] != want {
		t.Fatalf("redeemed %v", w.vendor.codes)
	}
	if w.synced.Load() != synced+1 {
		t.Error("the source was not read after the sign-in")
	}
	back("code=c2&state="+state, w.cookie).to(t, "/sign-in/return?why=used")
	if len(w.vendor.codes) != 1 {
		t.Error("a state was good twice")
	}
}

// TestSignInThatTakesTooLongOrIsRefused: nothing is redeemed, and the page says why in the vendor's words.
func TestSignInThatTakesTooLongOrIsRefused(t *testing.T) {
	w := furnished(t)
	begin := func() string {
		w.post("/sources/sync/sign-in").to(t, "/sources/sync/sign-in")
		return w.vendor.states[len(w.vendor.states)-1]
	}
	first, second := begin(), begin()
	w.get("/sign-in/return?code=c&state="+first).to(t, "/sign-in/return?why=unknown") // the newer one took its place
	w.now = w.now.Add(10 * time.Minute)
	w.get("/sign-in/return?code=c&state="+second).to(t, "/sign-in/return?why=expired")
	w.get("/sign-in/return?error=access_denied&error_description="+url.QueryEscape("No. "+nasty)+"&state="+begin()).to(t, "/sources/sync#settings")
	w.get("/sources/sync").has(t, "did not allow the sign-in").lacks(t, "<img src=x")
	if len(w.vendor.codes) != 0 {
		t.Errorf("redeemed %v", w.vendor.codes)
	}
	w.vendor.err = app.Errorf(app.Unauthorized, "x360Sync says: “invalid_grant”.")
	w.get("/sign-in/return?code=code-9x-secret&state="+begin()).to(t, "/sources/sync#settings")
	w.get("/sources/sync").has(t, "invalid_grant").lacks(t, "code-9x")
	if len(w.vendor.codes) != 1 {
		t.Errorf("a code was tried %d times", len(w.vendor.codes))
	}
	w.post("/sources/box/sign-in").to(t, "/sources/box#settings")
	w.get("/sources/box/sign-in").want(t, http.StatusNotFound)
}

// TestRemoveSaysWhatDependsOnIt and takes mappings and alerts of the source along.
func TestRemoveSaysWhatDependsOnIt(t *testing.T) {
	w := furnished(t)
	w.get("/sources/sync/remove").has(t, "accounts of 1 organization", "File server unreachable", "2 organizations")
	w.post("/sources/sync/remove", "revision", w.rev()).want(t, http.StatusConflict).has(t, "still needed")
	w.must(w.store.DropDelivery(t.Context(), w.delivery, "test", "person", w.now))
	w.post("/sources/sync/remove", "revision", "999").want(t, http.StatusConflict)
	w.post("/sources/sync/remove", "revision", w.rev()).to(t, "/sources")
	doc, _, err := w.setup.Document(t.Context())
	w.must(err)
	if len(doc.Sources) != 1 || len(doc.Organizations) != 0 || len(doc.Alerts) != 0 {
		t.Errorf("left: %v %v %v", doc.Sources, doc.Organizations, doc.Alerts)
	}
	w.get("/sources/sync").want(t, http.StatusNotFound)
	w.get("/organizations").lacks(t, "MSP")
}

// TestATokenIsShownOnce and ends when it is revoked.
func TestATokenIsShownOnce(t *testing.T) {
	w := furnished(t)
	w.post("/sources/box/tokens", "token_name", " ").want(t, http.StatusUnprocessableEntity).has(t, "which program")
	w.post("/sources/sync/tokens", "token_name", "x").want(t, http.StatusNotFound)
	got := w.post("/sources/box/tokens", "token_name", "RMM <b onload=x>").want(t, http.StatusOK)
	_, rest, _ := strings.Cut(got.body, `<code id="fresh-token">`)
	token, _, _ := strings.Cut(rest, "<")
	if len(token) < 40 {
		t.Fatalf("token %q", token)
	}
	w.get("/sources/box").has(t, "RMM", "…"+token[len(token)-2:]).lacks(t, token)
	list, err := w.store.InboxTokens(t.Context(), "box")
	w.must(err)
	revoke := "/sources/box/tokens/" + app.Q(list[0].ID).String() + "/revoke"
	w.post(revoke).to(t, "/sources/box#tokens")
	w.get("/sources/box").has(t, "Nobody yet")
}

func (w *world) upload(path, name, content string) answer {
	w.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", name)
	w.must(err)
	_, err = part.Write([]byte(content))
	w.must(err)
	w.must(m.Close())
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, path, &b)
	r.Host = host
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Origin", origin)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(w.cookie)
	rec := httptest.NewRecorder()
	w.guard.ServeHTTP(rec, r)
	return answer{rec.Code, rec.Body.String(), rec.Header()}
}

// inputs are the values of a form as the page shows them.
func inputs(body string) (pairs []string) {
	_, form, _ := strings.Cut(body, `<form method="post" action="/sources/box/import/`)
	form, _, _ = strings.Cut(form, "</form>")
	for _, part := range strings.Split(form, "<input ")[1:] {
		name, value := attribute(part, "name"), attribute(part, "value")
		tag, _, _ := strings.Cut(part, ">")
		if !strings.Contains(tag, `type="checkbox"`) || strings.Contains(tag, "checked") {
			pairs = append(pairs, name, value)
		}
	}
	for _, part := range strings.Split(form, "<select ")[1:] {
		all, _, _ := strings.Cut(part, "</select>")
		for _, option := range strings.Split(all, "<option ")[1:] {
			if tag, _, _ := strings.Cut(option, ">"); strings.Contains(tag, " selected") {
				pairs = append(pairs, attribute(part, "name"), attribute(option, "value"))
			}
		}
	}
	return pairs
}

func attribute(tag, name string) string {
	_, rest, _ := strings.Cut(tag, " "+name+`="`)
	if begin, ok := strings.CutPrefix(tag, name+`="`); ok {
		rest = begin
	}
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

func with(pairs []string, more ...string) []string {
	out := append([]string(nil), pairs...)
	for i := 0; i+1 < len(more); i += 2 {
		found := false
		for j := 0; j+1 < len(out); j += 2 {
			if out[j] == more[i] {
				out[j+1], found = more[i+1], true
			}
		}
		if !found {
			out = append(out, more[i], more[i+1])
		}
	}
	return out
}

// TestAFileIsImportedAsItWasPreviewed: columns that were changed since are shown first, and a second click imports nothing.
func TestAFileIsImportedAsItWasPreviewed(t *testing.T) {
	w := furnished(t)
	w.post("/sources/box/import").want(t, http.StatusUnprocessableEntity).has(t, "Choose a CSV file")
	w.upload("/sources/sync/import", "a.csv", "x").want(t, http.StatusNotFound)
	got := w.upload("/sources/box/import", `C:\reports\october.csv`, "Kunde;Menge;Bemerkung\nContoso;12;\n\nFabrikam;3;\nSumme;15;\n")
	got.want(t, http.StatusSeeOther)
	path := got.header.Get("Location")
	if !strings.HasPrefix(path, "/sources/box/import/") {
		t.Fatal(path)
	}
	page := w.get(path).want(t, http.StatusOK).has(t, "october.csv", "semicolon").lacks(t, "reports")
	typed := with(inputs(page.body), "customer_name", "Kunde", "quantity", "Menge", "fixed_meter", "mailboxes", "fixed_unit", "each", "fixed_covers", "2026-10")
	w.post(path, with(typed, "step", "import")...).want(t, http.StatusConflict).has(t, "so nothing was imported", "Import 2 readings of 2 customers")
	if list, err := w.store.LatestReadings(t.Context(), "box"); err != nil || len(list) != 0 {
		t.Fatalf("%d readings were stored (%v)", len(list), err)
	}
	page = w.post(path, with(typed, "step", "preview")...).want(t, http.StatusOK).has(t, "Import 2 readings of 2 customers", "covers 2026-10", "Total rows", "2, 2 of them new", "Fabrikam")
	w.post(path, with(inputs(page.body), "step", "import")...).to(t, "/sources/box#imports")
	w.get("/sources/box").has(t, "Imported 2 readings of 2 customers", "october.csv", "15", "mailboxes")
	w.post(path, with(inputs(page.body), "step", "import")...).want(t, http.StatusConflict).has(t, "imported already")
	if list, err := w.store.Imports(t.Context(), "box", app.Page{}); err != nil || len(list) != 1 {
		t.Errorf("%d imports (%v)", len(list), err)
	}
}

// TestWrongRowsKeepAFileOut names them with their line, and says what to do.
func TestWrongRowsKeepAFileOut(t *testing.T) {
	w := furnished(t)
	got := w.upload("/sources/box/import", "b.csv", "customer_name,meter,quantity,unit,as_of\nContoso,mailboxes,12,each,2026-11-20T00:00:00Z\nFabrikam,mailboxes,many <img src=x>,each,2026-11-20T00:00:00Z\n")
	path := got.want(t, http.StatusSeeOther).header.Get("Location")
	page := w.get(path).has(t, "1 row cannot be read", "Nothing of the file is imported").lacks(t, "Import 1 reading of", "<img src=x")
	typed := inputs(page.body)
	page = w.post(path, with(typed, "step", "preview", "partial", "1")...).want(t, http.StatusOK).has(t, "a reading that is not complete")
	w.post(path, with(typed, "step", "preview", "fixed_as_of", "yesterday")...).want(t, http.StatusUnprocessableEntity).has(t, "no moment")
	w.post(path, with(inputs(page.body), "step", "import")...).to(t, "/sources/box#imports")
}

// TestNewOrganizationsAreAskedAbout until somebody says what they are.
func TestNewOrganizationsAreAskedAbout(t *testing.T) {
	w := furnished(t)
	w.get("/organizations").lacks(t, `id="new"`)
	_, err := w.store.Ingest(t.Context(), app.Batch{
		Source: "sync", ReadAt: w.now, OrganizationsComplete: true,
		Organizations: []app.Organization{{ExternalID: "1", Name: "MSP", Active: true}, {ExternalID: "7", ParentExternalID: "1", Name: "Contoso", Active: true}, {ExternalID: "9", ParentExternalID: "1", Name: "Litware", Active: true}},
	}, w.now.Add(time.Hour), func(app.AlertState) app.AlertDecision { return app.AlertDecision{} })
	w.must(err)
	w.now = w.now.Add(2 * time.Hour)
	id := app.Q(w.row("9").ID).String()
	w.get("/organizations").has(t, "1 new organization", "/organizations/"+id+"/ignore", "/organizations/"+id+"/later", "x360Sync sync, below MSP")
	w.get("/").has(t, "New organization: Litware.")
	w.post("/organizations/"+id+"/later").to(t, "/organizations")
	w.get("/organizations").has(t, "is asked about again on", "/organizations/"+id+"/ask").lacks(t, "1 new organization")
	w.post("/organizations/"+id+"/ask").to(t, "/organizations")
	w.get("/organizations").has(t, "1 new organization")
	w.post("/organizations/"+id+"/ignore").to(t, "/organizations")
	w.get("/organizations").lacks(t, "1 new organization")
	w.get("/organizations?show=ignored").has(t, "Litware", "Ask again")
	w.post("/organizations/"+id+"/ask").to(t, "/organizations")
	w.get("/organizations").has(t, "1 new organization")
	w.now = w.now.Add(-2 * time.Hour)
}

// TestUsageIsExplained: the same numbers as by the API, with what was counted.
func TestUsageIsExplained(t *testing.T) {
	w := furnished(t)
	w.get("/organizations/"+app.Q(w.org).String()+"/readings").has(t, "43", "1 account: list", "counted from the vendor’s lists", "own", "u1")
	w.get("/organizations").has(t, "/organizations/"+app.Q(w.org).String()+"/readings")
}

// TestUsageSaysANumberOnce: with suborganizations stands only where it says more than the organization's own.
func TestUsageSaysANumberOnce(t *testing.T) {
	w := furnished(t)
	reading := func(basis app.Basis, meter app.Meter, q int64) app.Reading {
		return app.Reading{OrganizationID: "7", Meter: meter, Basis: basis, Quantity: app.Q(q), Unit: app.UnitEach, Complete: true, Method: app.MethodComputed, AsOf: w.now}
	}
	w.must(w.store.SaveReadings(t.Context(), "sync", []app.Reading{
		reading(app.BasisOwn, "same", 3817), reading(app.BasisInclusive, "same", 3817), reading(app.BasisOwn, "more", 4002), reading(app.BasisInclusive, "more", 5003),
	}, w.now))
	page := w.get("/organizations/"+app.Q(w.org).String()+"/readings").has(t, "4,002", "5,003")
	if n := strings.Count(page.body, "<strong>3,817</strong>"); n != 1 {
		t.Errorf("the same number stands %d times", n)
	}
}

// TestUsageShowsTheStatement: what the month is billed by stands beside the newer reading that came since.
func TestUsageShowsTheStatement(t *testing.T) {
	w := furnished(t)
	month := app.Period{Year: 2025, Month: time.March}
	w.must(w.store.SaveReadings(t.Context(), "sync", []app.Reading{{
		OrganizationID: "7", Meter: app.MeterAccounts, Basis: app.BasisOwn, Quantity: app.Q(3817), Unit: app.UnitEach, Complete: true,
		Method: app.MethodFile, AsOf: month.Next().Start(time.UTC).Add(-time.Second), Covers: month,
	}}, w.now))
	w.get("/organizations/"+app.Q(w.org).String()+"/readings").has(t, "43", "3,817")
}

// TestAlertsKnowEveryType with its level, and one that never came.
func TestAlertsKnowEveryType(t *testing.T) {
	w := furnished(t)
	list, form := link.Alerts(w.master), link.AlertNew(w.master)
	w.get(form).has(t, "Machine not seen for …", "Sign-ins failed in a row …", "Organization added").lacks(t, "Backup SLA missed")
	add := func(name, when, other, level string) answer {
		_, rev := w.doc()
		return w.post(form, "step", "save", "revision", rev, "name", name, "when", when, "when_other", other, "level", level, "for", "tree", "via_psa", "1")
	}
	add("Unseen", app.TypeMachineUnseen, "", "45").to(t, list)
	add("Sign-ins", app.TypeSignInFailures, "", "7").to(t, list)
	add("Rows", "", "activity.*", "").to(t, list)
	add("Both", app.TypeAccountAdded, "activity.*", "5").to(t, list) // the level is of a type that was chosen before
	add("Bad", app.TypeQuotaReached, "No Type!", "").want(t, http.StatusUnprocessableEntity).has(t, `id="f-when_other-e"`)
	doc, _, err := w.setup.Document(t.Context())
	w.must(err)
	got := map[string]app.When{}
	for _, r := range doc.Alerts {
		got[r.Name] = r.When[0]
	}
	if got["Unseen"].Days != 45 || got["Sign-ins"].Times != 7 || got["Rows"] != (app.When{Type: "activity.*"}) || got["Both"] != (app.When{Type: app.TypeAccountAdded}) {
		t.Errorf("made %+v", got)
	}
}
