package web_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/settings"
)

// matching is a furnished world in which organizations wait for their companies: one of a certain name, one of a like one,
// and as many others as are asked for.
func matching(t *testing.T, others int) *world {
	t.Helper()
	w := furnished(t)
	b := app.Batch{Source: "sync", ReadAt: w.now, OrganizationsComplete: true, Organizations: []app.Organization{
		{ExternalID: "1", Name: "MSP", Active: true},
		{ExternalID: "7", ParentExternalID: "1", Name: "Contoso " + nasty, Active: true},
		{ExternalID: "20", ParentExternalID: "1", Name: "Fabrikam GmbH", Active: true},
		{ExternalID: "21", ParentExternalID: "1", Name: "Fabrikan Werke", Active: true},
	}}
	for i := range others {
		b.Organizations = append(b.Organizations, app.Organization{ExternalID: strconv.Itoa(100 + i), ParentExternalID: "1", Name: "Fabrikam, Inc.", Active: true})
	}
	_, err := w.store.Ingest(t.Context(), b, w.now, func(st app.AlertState) app.AlertDecision {
		return app.AlertDecision{Conditions: []app.Condition{{
			Key: "w", Episode: 1, Source: "sync", OrganizationID: "20", Object: app.Object{Kind: app.ObjectMachine, ExternalID: "m"}, Type: app.TypeMachineUnreachable, Severity: app.SeverityInfo,
			Rule: "File server unreachable", State: app.ConditionWaiting, Wait: app.ReasonNotMapped, Occurrences: 1, FirstAt: st.Now, LastAt: st.Now, FirstEvent: "e", Title: "Down",
		}}}
	})
	w.must(err)
	return w
}

func (w *world) mappingOf(external string) app.OrganizationSettings {
	w.t.Helper()
	doc, _, err := w.setup.Document(w.t.Context())
	w.must(err)
	o, _ := settings.OrganizationByID(doc, "sync", external)
	return o
}

func (w *world) revision() string {
	w.t.Helper()
	_, rev, err := w.setup.Document(w.t.Context())
	w.must(err)
	return strconv.FormatInt(rev, 10)
}

// send posts the form of the mapping page.
func (w *world) send(pairs ...string) answer {
	w.t.Helper()
	return w.post("/mapping?connection=cw", append([]string{"connection", "cw", "revision", w.revision()}, pairs...)...)
}

func id(o app.OrganizationRow) string { return strconv.FormatInt(o.ID, 10) }

func TestCertainOnesAreAcceptedTogetherAndTakenBack(t *testing.T) {
	w := matching(t, 0)
	w.get("/mapping").want(t, http.StatusOK).has(t, "Accept the certain one", "1 alert that waits becomes a ticket", "The same name but for legal form", "Look whether it is the one")
	before := w.revision()
	w.send("do", "certain").to(t, "/mapping?connection=cw")
	if w.mappingOf("20").Company.ID != 251 || w.mappingOf("21").Company.ID != 0 {
		t.Errorf("%+v, %+v", w.mappingOf("20"), w.mappingOf("21"))
	}
	rev := w.revision()
	w.get("/mapping").has(t, "1 organization matched, all in one change. 1 alert that waited becomes a ticket.", `name="rev" value="`+rev+`"`, "Last changes of mappings")
	if rev == before {
		t.Error("no revision was made")
	}
	w.post("/mapping/revert", "rev", rev, "connection", "cw").to(t, "/mapping?connection=cw")
	if w.mappingOf("20").Company.ID != 0 {
		t.Error("it is matched still")
	}
	w.get("/mapping").has(t, "Taken back")
	w.post("/mapping/revert", "rev", rev, "connection", "cw").want(t, http.StatusConflict).has(t, "was changed since")
}

func TestACompanyIsTyped(t *testing.T) {
	w := matching(t, 0)
	one := id(w.row("21"))
	for typed, want := range map[string]string{
		"nobody":   "No company is called “nobody”",
		"#999":     "no company #999",
		"Fabrik":   "Did you mean Fabrikam",
		"Contoso9": "No company is called",
	} {
		got := w.send("do", "match", "company-"+one, typed).want(t, http.StatusUnprocessableEntity)
		got.has(t, want, `value="`+typed+`"`, "There is a problem", `id="f-company-`+one+`-e"`)
		if w.mappingOf("21").Company.ID != 0 {
			t.Fatalf("%s was taken for a company", typed)
		}
	}
	w.send("do", "match", "org", id(w.row("20"))).want(t, http.StatusUnprocessableEntity).has(t, "choose its company")
	for _, typed := range []string{"Fabrikam", "fabrikam", "251", "#251", "Fabrikam #251", " Fabrikam – Whatever #251 (inactive)"} {
		rev := w.revision()
		w.send("do", "match", "company-"+one, typed).to(t, "/mapping?connection=cw")
		if w.mappingOf("21").Company.ID != 251 {
			t.Fatalf("%q: %+v", typed, w.mappingOf("21"))
		}
		w.must(w.setup.RevertMappings(t.Context(), "test", atoi(t, rev)+1))
	}
	w.send("one", one, "to-"+one, "251", "to-"+id(w.row("20")), "250", "org", id(w.row("20"))).to(t, "/mapping?connection=cw")
	if w.mappingOf("21").Company.ID != 251 || w.mappingOf("20").Company.ID != 0 {
		t.Error("one row's button is not about that row alone")
	}
	w.get("/mapping/companies?connection=cw&company-9=fab").want(t, http.StatusOK).has(t, `<option value="Fabrikam #251">`).lacks(t, "Contoso")
}

// TestTheProviderIsMatchedOnceItsAlertsWait: it needs no company to bill, but *Source cannot be read* is an alert of its own, and
// *Match* of what waits leads here. That holds for a source without a tree too, whose top is ours.
func TestTheProviderIsMatchedOnceItsAlertsWait(t *testing.T) {
	w := furnished(t)
	w.twoCustomers()
	rows := map[string]int64{"sync": w.row("1").ID, "box": w.inBox(app.SyntheticTop)}
	for source, external := range map[string]string{"sync": "1", "box": app.SyntheticTop} {
		one := strconv.FormatInt(rows[source], 10)
		w.get("/mapping").lacks(t, `name="company-`+one+`"`)
		_, err := w.store.Ingest(t.Context(), app.Batch{Source: source, Pushed: true, ReadAt: w.now}, w.now, func(st app.AlertState) app.AlertDecision {
			return app.AlertDecision{Conditions: []app.Condition{{
				Key: "u" + source, Episode: 1, Source: source, OrganizationID: external, Object: app.Object{Kind: app.ObjectSource, ExternalID: source}, Type: app.TypeSourceUnreadable,
				Severity: app.SeverityWarning, Rule: "Source cannot be read", State: app.ConditionWaiting, Wait: app.ReasonNotMapped, Occurrences: 1, FirstAt: st.Now, LastAt: st.Now, FirstEvent: "u",
			}}}
		})
		w.must(err)
		w.get("/mapping").has(t, `name="company-`+one+`"`)
		w.send("do", "match", "company-"+one, "#251").to(t, "/mapping?connection=cw")
	}
	doc, _, err := w.setup.Document(t.Context())
	w.must(err)
	for source, external := range map[string]string{"sync": "1", "box": app.SyntheticTop} {
		if o, _ := settings.OrganizationByID(doc, source, external); o.Company.ID != 251 {
			t.Errorf("%s: %+v", source, o)
		}
	}
}

func atoi(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestMoreThanTwentyAreShownFirst: nothing is saved before the person saw what it does, and then it is one change.
func TestMoreThanTwentyAreShownFirst(t *testing.T) {
	w := matching(t, 60)
	before := w.revision()
	page := w.get("/mapping").want(t, http.StatusOK).has(t, "Accept all 61 certain ones", "1–20 of 63")
	if n := strings.Count(page.body, `name="org"`); n != 20 {
		t.Errorf("%d rows on one page", n)
	}
	w.get("/mapping?page=3").has(t, "61–63 of 63", "Contoso")
	check := w.send("do", "certain").want(t, http.StatusOK).has(t, "Change 61 mappings", "Company Fabrikam #251", "1 alert that waits becomes a ticket")
	if w.revision() != before {
		t.Fatal("it was saved before it was shown")
	}
	choices := regexp.MustCompile(`name="choices" value="([^"]*)"`).FindStringSubmatch(check.body)
	if choices == nil {
		t.Fatal("the page carries no choices")
	}
	text := strings.ReplaceAll(choices[1], "&#34;", `"`)
	w.send("do", "confirm", "choices", text).to(t, "/mapping?connection=cw")
	if w.revision() != strconv.FormatInt(atoi(t, before)+1, 10) || w.mappingOf("100").Company.ID != 251 || w.mappingOf("159").Company.ID != 251 {
		t.Error("not all of them, or not at once")
	}
	w.post("/mapping", "connection", "cw", "revision", before, "do", "confirm", "choices", text).want(t, http.StatusConflict).has(t, "changed since this page was opened")
	w.send("do", "confirm", "choices", "{").want(t, http.StatusUnprocessableEntity)
	w.send("do", "nothing").want(t, http.StatusUnprocessableEntity)
}

func TestAgreementsAndTicksOfManyRows(t *testing.T) {
	w := matching(t, 1)
	org, one, two := id(w.row("7")), id(w.row("20")), id(w.row("100"))
	w.send("do", "certain").to(t, "/mapping?connection=cw")
	w.get("/mapping?show=matched").has(t, "proposed: the only one that runs", "Save agreements and ticks").lacks(t, "Not matched</h2>")
	w.send("do", "rows", "row", org, "agreement-"+org, "12", "bill-"+org, "accounts").to(t, "/mapping?connection=cw")
	w.get("/mapping").has(t, "Nothing changes")
	w.send("do", "rows", "row", org, "agreement-"+org, "12", "row", one, "agreement-"+one, "13", "bill-"+one, "accounts").to(t, "/mapping?connection=cw")
	if o := w.mappingOf("7"); len(o.Bill) != 0 || o.Agreement.ID != 0 || o.Company.ID != 250 {
		t.Errorf("unticked: %+v", o)
	}
	if o := w.mappingOf("20"); len(o.Bill) != 1 || o.Agreement.ID != 13 {
		t.Errorf("ticked: %+v", o)
	}
	w.get("/mapping").has(t, "2 mappings changed, all in one change.")
	w.send("do", "rows", "row", one, "agreement-"+one, "12", "bill-"+one, "accounts").want(t, http.StatusUnprocessableEntity).has(t, "not to Fabrikam", `id="f-agreement-`+one+`-e"`)
	w.send("do", "bill", "meter", "accounts", "org", two, "org", org).to(t, "/mapping?connection=cw")
	if o := w.mappingOf("100"); len(o.Bill) != 1 || o.Agreement.ID != 13 {
		t.Errorf("billed with the others: %+v", o)
	}
	if o := w.mappingOf("7"); len(o.Bill) != 1 || o.Agreement.ID != 12 {
		t.Errorf("billed with the others: %+v", o)
	}
	w.send("do", "bill-all").to(t, "/mapping?connection=cw")
	w.get("/mapping").has(t, "Tick what is to be billed.")
}

func TestRepairsAreMendedWithOneButton(t *testing.T) {
	w := matching(t, 0)
	w.must(w.store.SaveOptions(t.Context(), "cw", app.ListAgreements, 0, []app.OptionRow{agreementOption(t, 14, 250), agreementOption(t, 13, 251)}, w.now))
	w.get("/mapping").has(t, "1 mapping to repair", "agreement is gone", "Suggested: ", "Mend 1").lacks(t, "<img src=x")
	w.get("/").has(t, "1 mapping is to repair.", `/mapping?connection=cw#repairs`)
	w.get("/api").want(t, http.StatusNotFound)
	w.send("do", "mend", "one", "agreement_gone/"+id(w.row("20"))+"/").to(t, "/mapping?connection=cw")
	if w.mappingOf("7").Agreement.ID != 12 {
		t.Error("another's button mended it")
	}
	w.send("do", "mend", "one", "agreement_gone/"+id(w.row("7"))+"/").to(t, "/mapping?connection=cw")
	if w.mappingOf("7").Agreement.ID != 14 {
		t.Errorf("%+v", w.mappingOf("7"))
	}
	w.get("/mapping").lacks(t, "to repair</h2>")
}

func agreementOption(t *testing.T, id, company int64) app.OptionRow {
	t.Helper()
	return app.OptionRow{ID: id, Name: "Managed", Body: fmt.Appendf(nil, `{"id":%d,"name":"Managed","company_id":%d,"company":"Its company","status":"Active"}`, id, company)}
}

func TestWhatIsPutOffOnTheMappingPageLeadsBackToIt(t *testing.T) {
	w := matching(t, 0)
	path := fmt.Sprintf("/organizations/%d/later", w.row("20").ID)
	w.post(path, "from", "mapping", "connection", "cw").to(t, "/mapping?connection=cw")
	w.post(path, "from", "mapping", "connection", "https://evil.example").to(t, "/mapping")
	w.post(path).to(t, "/organizations")
}

// TestCustomerLeft: the page says what happens, asks why, and leads to the month in which the lines wait for the push.
func TestCustomerLeft(t *testing.T) {
	w := furnished(t)
	page := fmt.Sprintf("/organizations/%d/left", w.org)
	var reasons []string
	w.server.CustomerLeft = func(ctx context.Context, organization int64, reason, by string) (app.Plan, error) {
		reasons = append(reasons, reason)
		if err := w.setup.EndMapping(ctx, by, organization, reason); err != nil {
			return app.Plan{}, err
		}
		if reason == "unreachable" {
			return app.Plan{}, app.Errorf(app.Unavailable, "ConnectWise does not answer.")
		}
		return w.store.Plan(ctx, w.plan)
	}
	w.get(page).want(t, http.StatusOK).has(t, "X360-ACCOUNT", "1 line is planned without it.", "No new tickets.", "End the mapping and plan 1 line without it")
	w.post(page, "reason", " ").want(t, http.StatusUnprocessableEntity).has(t, `id="f-reason-e"`)
	if len(reasons) != 0 {
		t.Fatal("it ended without a reason")
	}
	w.post(page, "reason", strings.Repeat("x", 300)).want(t, http.StatusUnprocessableEntity).has(t, "longer than 200")
	w.post(page, "reason", "contract ended").to(t, "/billing/cw/2026-11?q=Contoso")
	if o := w.mappingOf("7"); o.PSA != app.PSANone || o.Company.ID != 0 {
		t.Errorf("%+v", o)
	}
	w.get("/billing/cw/2026-11").has(t, "The mapping of Contoso", "push to write that")
	w.get(page).has(t, "It has no mapping of its own.")
	w.must(w.setup.RevertMappings(t.Context(), "test", atoi(t, w.revision())))
	w.hold = app.HoldOrganizationGone
	w.makePlan()
	w.get("/billing/cw/2026-11?show=held").has(t, `href="`+page+`"`)
	w.post(page, "reason", "unreachable").to(t, "/billing/cw/2026-11?q=Contoso")
	w.get("/billing/cw/2026-11").has(t, "ConnectWise does not answer.")
}
