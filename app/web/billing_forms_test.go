package web_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/app/settings"
)

// billingForm is the connection's form as the page sends it, with something changed.
func billingForm(rev string, changed ...string) []string {
	form := []string{"billing_enabled", "1", "push_day", "last", "push_at", "06:00", "time_zone", "Europe/Berlin", "approval", "ask", "product_accounts", "X360-ACCOUNT", "revision", rev}
	return append(form, changed...)
}

func TestQuantityRulesOfAConnection(t *testing.T) {
	w := furnished(t)
	_, rev := w.doc()
	for _, wrong := range [][2]string{
		{"rule_round_accounts", "sideways"},
		{"rule_minimum_accounts", "1,000"},
		{"rule_minimum_accounts", "-5"},
		{"rule_unit_accounts", "MB"},
		{"rule_basis_accounts", "all"},
		{"rule_trials_accounts", "perhaps"},
		{"rule_fse_file_server", "none"},
		{"hold_percent", "half"},
		{"hold_percent", "-1"},
		{"hold_units", "5 GB"},
		{"hold_amount", "-2"},
		{"max_age", "long"},
		{"max_age", "1s"},
	} {
		got := w.post("/connections/cw/billing", billingForm(rev, wrong[0], wrong[1])...)
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `id="f-`+wrong[0]+`-e"`) {
			t.Errorf("%s = %q: %d, and no message beside the field", wrong[0], wrong[1], got.status)
		}
	}
	w.post("/connections/cw/billing", billingForm(rev, "rule_round_accounts", "down", "rule_minimum_accounts", "5", "rule_trials_accounts", "no", "rule_unit_storage", "TB", "rule_fse_file_server", "flag",
		"hold_percent", "0", "hold_units", "2.5", "hold_amount", "100", "max_age", "48h")...).to(t, "/connections/cw#billing")
	doc, rev := w.doc()
	five := app.Q(5)
	b := doc.Connections[0].Billing
	want := app.BillingRules{
		Meters: map[app.Meter]app.QuantityRule{
			app.MeterAccounts: {Round: "down", Minimum: &five, Trials: new(false)}, app.MeterStorage: {Unit: app.UnitTB}, app.MeterFileServer: {FSE: "flag"},
		},
		Hold: app.HoldLimits{Percent: new(0), Units: new(app.MustQuantity("2.5")), Amount: new(app.Q(100))},
	}
	if d := cmp.Diff(want, b.Rules); d != "" || b.MaxAge.String() != "2d" && b.MaxAge.String() != "48h" {
		t.Errorf("saved %s %s", d, b.MaxAge)
	}
	// What it comes to is said in words at once, and that the preview that stands does not have it.
	w.get("/connections/cw").want(t, http.StatusOK).has(t, "Accounts is billed as X360-ACCOUNT, rounded down, trials not counted, at least 5.",
		"The preview of November 2026 does not have this yet", "Quantity rule: rounded down, trials not counted, at least 5", "Quantity rule: in TB, rounded up", `value="2.5"`)
	// A form without the rules, as a script sends it, keeps them; an emptied field goes back to the default.
	w.post("/connections/cw/billing", billingForm(rev, "push_day", "15")...).to(t, "/connections/cw#billing")
	doc, rev = w.doc()
	if d := cmp.Diff(want, doc.Connections[0].Billing.Rules); d != "" {
		t.Errorf("a form without rules changed them: %s", d)
	}
	w.get("/connections/cw").want(t, http.StatusOK)
	w.post("/connections/cw/billing", billingForm(rev, "rule_round_accounts", "", "rule_minimum_accounts", "", "rule_trials_accounts", "", "rule_unit_storage", "", "rule_fse_file_server", "",
		"hold_percent", "", "hold_units", "", "hold_amount", "", "max_age", "")...).to(t, "/connections/cw#billing")
	doc, _ = w.doc()
	if b := doc.Connections[0].Billing; !b.Rules.IsZero() || b.MaxAge != 0 {
		t.Errorf("defaults are stored: %+v", b)
	}
	w.get("/connections/cw").has(t, "Accounts is billed as X360-ACCOUNT, rounded up.", "Default: up")
}

// A meter that only an inbox knows is billed and counted like any other.
func TestQuantityRuleOfAnInventedMeter(t *testing.T) {
	w := furnished(t)
	_, rev := w.doc()
	w.must(w.store.SaveReadings(t.Context(), "box", []app.Reading{{Source: "box", OrganizationID: "1", Meter: "veeam.vms", Basis: app.BasisOwn, Quantity: app.Q(3), Unit: app.UnitEach, Complete: true, AsOf: w.now}}, w.now))
	got := w.post("/connections/cw/billing", billingForm(rev, "product_veeam.vms", "NOPE", "rule_round_veeam.vms", "")...).want(t, http.StatusUnprocessableEntity)
	got.has(t, `id="f-product_veeam-vms-e"`, "no Product ID “NOPE”")
	got = w.post("/connections/cw/billing", billingForm(rev, "rule_minimum_veeam.vms", "ten")...).want(t, http.StatusUnprocessableEntity)
	got.has(t, `id="f-rule_minimum_veeam-vms-e"`, `value="ten"`)
	w.post("/connections/cw/billing", billingForm(rev, "product_veeam.vms", "X360-GB", "rule_round_veeam.vms", "nearest")...).to(t, "/connections/cw#billing")
	doc, _ := w.doc()
	if b := doc.Connections[0].Billing; b.Products["veeam.vms"] != "X360-GB" || b.Rules.Meters["veeam.vms"].Round != "nearest" {
		t.Errorf("saved %+v", b)
	}
}

// mapping is the organization's form as the page sends it, with something changed.
func mapping(rev string, changed ...string) []string {
	return append([]string{"step", "save", "revision", rev, "psa", "inherit", "company", "250", "agreement", "12", "bill", "accounts"}, changed...)
}

func (w *world) own() (app.OrganizationSettings, string) {
	w.t.Helper()
	doc, rev := w.doc()
	o, _ := settings.OrganizationByID(doc, "sync", "7")
	return o, rev
}

func TestOwnProductAndRule(t *testing.T) {
	w := furnished(t)
	page := fmt.Sprintf("/organizations/%d/settings", w.org)
	_, rev := w.doc()
	w.post(page, mapping(rev, "own_product_accounts", "X360-ACCOUNTS")...).want(t, http.StatusUnprocessableEntity).has(t, `id="f-own_product_accounts-e"`, "no Product ID “X360-ACCOUNTS”")
	w.post(page, mapping(rev, "own_rule_minimum_accounts", "a few")...).want(t, http.StatusUnprocessableEntity).has(t, `id="f-own_rule_minimum_accounts-e"`, `value="a few"`)
	w.post(page, mapping(rev, "own_product_accounts", "X360-GB", "own_rule_round_accounts", "down")...).to(t, page)
	o, rev := w.own()
	if o.Products[app.MeterAccounts] != "X360-GB" || len(o.Products) != 1 || o.QuantityRules[app.MeterAccounts].Round != "down" || len(o.QuantityRules) != 1 {
		t.Errorf("saved %+v", o)
	}
	w.get(page).want(t, http.StatusOK).has(t, "Accounts is billed as X360-GB, rounded down.", "The preview of November 2026 does not have this yet", "own value", "Connection’s: up", "Empty takes the connection’s, X360-ACCOUNT")
	// Without its fields, as a script sends it, what is its own stays.
	w.post(page, mapping(rev)...).to(t, page)
	if again, _ := w.own(); !cmp.Equal(o, again) {
		t.Errorf("a form without own values changed them: %+v", again)
	}
	// Reset shows the form with the connection's values, and saves nothing yet.
	got := w.post(page, mapping(rev, "step", "save", "own_product_accounts", "X360-GB", "own_rule_round_accounts", "down")...)
	got.to(t, page)
	reset := []string{"step", "reset-accounts", "revision", rev, "psa", "inherit", "company", "250", "agreement", "12", "bill", "accounts", "own_product_accounts", "X360-GB", "own_rule_round_accounts", "down"}
	w.post(page, reset...).want(t, http.StatusOK).has(t, "takes the connection’s Product ID and rule again once you save")
	if again, _ := w.own(); !cmp.Equal(o, again) {
		t.Error("a reset that was not saved changed the settings")
	}
	_, rev = w.own()
	w.post(page, mapping(rev, "own_product_accounts", "", "own_rule_round_accounts", "")...).to(t, page)
	if o, _ := w.own(); len(o.Products)+len(o.QuantityRules) != 0 {
		t.Errorf("own values stay: %+v", o)
	}
	w.post(page, reset[:2]...).want(t, http.StatusOK)
	w.post(page, "step", "reset-nothing").want(t, http.StatusOK)
}

// M5: two organizations on one line count it by one rule; the form says so by name, beside the rule that was typed.
func TestOneLineTwoRulesIsRefusedOnThePage(t *testing.T) {
	w := furnished(t)
	_, _, err := w.setup.Edit(t.Context(), "test", func(doc *app.Settings) error {
		doc.Organizations = append(doc.Organizations, app.OrganizationSettings{Source: "sync", ID: "9", Company: app.CompanyRef{ID: 250}, Agreement: app.AgreementRef{ID: 12}, Bill: []app.Meter{app.MeterAccounts}})
		return nil
	})
	w.must(err)
	page := fmt.Sprintf("/organizations/%d/settings", w.org)
	_, rev := w.doc()
	got := w.post(page, mapping(rev, "own_rule_round_accounts", "down")...).want(t, http.StatusUnprocessableEntity)
	got.has(t, `id="f-own_rule_accounts-e"`, "count it by different rules", "“Contoso ")
	got = w.post(page, mapping(rev, "bill", "storage", "own_product_storage", "X360-ACCOUNT", "own_product_accounts", "X360-GB")...).want(t, http.StatusUnprocessableEntity)
	got.has(t, "Two meters cannot share a line")
	w.post(page, mapping(rev, "own_rule_round_accounts", "up")...).to(t, page) // the default, spelled out
}

// M10: what is counted can be left out, with a reason, and stays on the page when its object is gone.
func TestExclusionsOnThePage(t *testing.T) {
	w := furnished(t)
	_, _, err := w.setup.Edit(t.Context(), "test", func(doc *app.Settings) error {
		doc.Organizations[0].Exclude = []app.Exclusion{{Kind: app.ObjectMachine, ID: "m9", Reason: "lent"}}
		return nil
	})
	w.must(err)
	page := fmt.Sprintf("/organizations/%d/settings", w.org)
	o, rev := w.own()
	w.get(page).want(t, http.StatusOK).has(t, "No longer there", `value="lent"`, `value="m9"`, `value="u1"`, "Ada &#34;", "Customer left…", fmt.Sprintf("/organizations/%d/left", w.org))
	rows := func(more ...string) []string {
		return mapping(rev, append([]string{"exclusions", "2", "left_0", "1", "left_kind_0", "machine", "left_id_0", "m9", "left_reason_0", "lent", "left_kind_1", "account", "left_id_1", "u1"}, more...)...)
	}
	w.post(page, rows("left_1", "1")...).want(t, http.StatusUnprocessableEntity).has(t, `id="f-left_reason_1-e"`, "Say why it is left out")
	w.post(page, rows("left_1", "1", "left_reason_1", "svc")...).to(t, page)
	o.Exclude = append(o.Exclude, app.Exclusion{Kind: app.ObjectAccount, ID: "u1", Reason: "svc"})
	got, rev2 := w.own()
	if d := cmp.Diff(o, got); d != "" {
		t.Errorf("saved %s", d)
	}
	w.get(page).has(t, "2 things are left out of the count.")
	// The search keeps what was ticked and typed, and shows only what fits.
	find := []string{"step", "find", "revision", rev2, "psa", "inherit", "company", "250", "agreement", "12", "bill", "accounts", "find", "nobody", "exclusions", "1", "left_1", "", "left_kind_0", "account", "left_id_0", "u1", "left_reason_0", "half typed"}
	w.post(page, find...).want(t, http.StatusOK).has(t, `value="half typed"`, "Everything that is counted is left out")
	// A form without rows keeps them; unticked they count again.
	w.post(page, mapping(rev2)...).to(t, page)
	if again, _ := w.own(); len(again.Exclude) != 2 {
		t.Errorf("a form without rows lost %v", again.Exclude)
	}
	_, rev = w.own()
	w.post(page, mapping(rev, "exclusions", "2", "left_kind_0", "machine", "left_id_0", "m9", "left_reason_0", "lent", "left_kind_1", "account", "left_id_1", "u1")...).to(t, page)
	if again, _ := w.own(); len(again.Exclude) != 0 {
		t.Errorf("left out still: %v", again.Exclude)
	}
	w.get(page).has(t, "Nothing is left out any more.")
	_, rev = w.own()
	w.post(page, mapping(rev, "exclusions", "1", "left_0", "1", "left_kind_0", "organization", "left_id_0", "7", "left_reason_0", "x")...).want(t, http.StatusUnprocessableEntity).has(t, `id="f-exclude-e"`)
}

// A long list is offered in parts and searched.
func TestManyThingsToLeaveOut(t *testing.T) {
	w := furnished(t)
	r := app.Reading{Source: "sync", OrganizationID: "7", Meter: app.MeterAccounts, Basis: app.BasisOwn, Quantity: app.Q(250), Unit: app.UnitEach, Complete: true, AsOf: w.now.AddDate(0, 0, 1), Method: app.MethodComputed}
	for i := range 250 {
		r.Items = append(r.Items, app.EvidenceItem{Kind: app.ObjectAccount, ExternalID: "u" + strconv.Itoa(1000+i), Name: "Person " + strconv.Itoa(1000+i), Amount: app.Q(1)})
	}
	w.must(w.store.SaveReadings(t.Context(), "sync", []app.Reading{r}, r.AsOf))
	page := fmt.Sprintf("/organizations/%d/settings", w.org)
	got := w.get(page).want(t, http.StatusOK).has(t, "100 of 250 shown", "Person 1099")
	if strings.Contains(got.body, "Person 1100") {
		t.Error("more than the page has room for")
	}
	_, rev := w.doc()
	got = w.post(page, "step", "find", "revision", rev, "psa", "inherit", "company", "250", "agreement", "12", "bill", "accounts", "find", "son 124").want(t, http.StatusOK)
	if n := strings.Count(got.body, `name="left_id_`); n != 10 {
		t.Errorf("%d found, want 10", n)
	}
}
