package web_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
)

// find stores a preview with findings, as the newest of connection cw.
func (w *world) findings(list ...app.Finding) app.Plan {
	w.t.Helper()
	w.makePlan()
	p, err := w.store.Plan(w.t.Context(), w.plan)
	w.must(err)
	_, rev, err := w.setup.Document(w.t.Context())
	w.must(err)
	p.ID, p.State, p.Findings, p.SettingsRev, p.CreatedAt = 0, app.PlanOpen, list, rev, w.now
	p, err = w.store.SavePlan(w.t.Context(), p)
	w.must(err)
	return p
}

func about(code app.FindingCode, org, agreement int64, product, amount string) app.Finding {
	f := app.Finding{Code: code, Organization: app.Named{ID: org}, Agreement: app.Named{ID: agreement, Name: "Managed"}, Meter: app.MeterAccounts, Product: product, Unit: app.UnitEach, Message: "Why " + nasty}
	if org != 0 {
		f.Organization.Name = "Contoso " + nasty
	}
	if amount != "" {
		f.Amount = new(app.MustQuantity(amount))
	}
	return f
}

// rail is the number on the entry Money.
func rail(body string) string {
	m := regexp.MustCompile(`(?s)<a href="/money"[^>]*>.*?</a>`).FindString(body)
	n := regexp.MustCompile(`count">(\d+)`).FindStringSubmatch(m)
	if n == nil {
		return ""
	}
	return n[1]
}

func TestMoneyLeadsToWhatMendsEachFinding(t *testing.T) {
	w := furnished(t)
	_, _, err := w.setup.Edit(t.Context(), "test", func(doc *app.Settings) error {
		doc.Organizations[0].QuantityRules = map[app.Meter]app.QuantityRule{app.MeterAccounts: {Minimum: new(app.Q(50))}}
		return nil
	})
	w.must(err)
	settingsOf := fmt.Sprintf("/organizations/%d/settings", w.org)
	line := func(p app.Plan, i int) string {
		return fmt.Sprintf("#line-%d", p.Lines[i].ID)
	}
	for name, test := range map[string]struct {
		finding app.Finding
		label   string
		path    func(p app.Plan) string
	}{
		"a line that would rise":        {about(app.FindingUsedNotBilled, w.org, 12, "X360-ACCOUNT", "6"), "Look at the line", func(p app.Plan) string { return line(p, 0) }},
		"a held line":                   {about(app.FindingBilledNotUsed, w.org, 13, "X360-ACCOUNT", "-6"), "Look at the line", func(p app.Plan) string { return line(p, 1) }},
		"a meter nobody ticked":         {about(app.FindingUsedNotBilled, w.org, 12, "X360-GB", "6"), "Tick it", func(app.Plan) string { return settingsOf + "#f-bill" }},
		"one that is not on the line":   {about(app.FindingUsedNotBilled, w.master, 12, "X360-ACCOUNT", "6"), "Tick it", func(app.Plan) string { return fmt.Sprintf("/organizations/%d/settings#f-bill", w.master) }},
		"a meter without a product":     {about(app.FindingUsedNotBilled, w.org, 0, "", ""), "Product IDs", func(app.Plan) string { return "/connections/cw#billing" }},
		"nobody's line":                 {about(app.FindingBilledNotUsed, 0, 77, "X360-ACCOUNT", "-6"), "", nil},
		"no company":                    {about(app.FindingUnmapped, w.org, 0, "X360-ACCOUNT", ""), "Match", func(app.Plan) string { return "/mapping?connection=cw" }},
		"no agreement":                  {about(app.FindingNoAgreement, w.org, 0, "X360-ACCOUNT", "4"), "Choose agreement", func(app.Plan) string { return settingsOf + "#f-agreement" }},
		"two lines":                     {about(app.FindingDoubleLine, w.org, 12, "X360-ACCOUNT", ""), "Look at the line", func(p app.Plan) string { return line(p, 0) }},
		"a minimum of its own":          {about(app.FindingBelowMinimum, w.org, 12, "X360-ACCOUNT", "-4"), "See rule", func(app.Plan) string { return settingsOf + "#f-bill" }},
		"a minimum of the connection's": {about(app.FindingBelowMinimum, w.org, 12, "X360-GB", "-4"), "See rule", func(app.Plan) string { return "/connections/cw#billing" }},
	} {
		p := w.findings(test.finding)
		got := w.get("/money").want(t, http.StatusOK)
		row := regexp.MustCompile(`(?s)<td role="cell" class="end">.*?</td>`).FindString(got.body)
		if test.path == nil {
			if strings.Contains(row, "href") {
				t.Errorf("%s: a button leads somewhere: %s", name, row)
			}
			continue
		}
		if !strings.Contains(row, test.label) || !strings.Contains(row, test.path(p)+`"`) {
			t.Errorf("%s: %s, want %s to %s", name, row, test.label, test.path(p))
		}
	}
}

func TestMoneyAddsUpWhatHasAPrice(t *testing.T) {
	w := furnished(t)
	w.findings(about(app.FindingUsedNotBilled, w.org, 12, "X360-ACCOUNT", "6"), about(app.FindingUsedNotBilled, w.org, 12, "X360-GB", "1200.50"), about(app.FindingUsedNotBilled, w.org, 12, "TWICE", ""), about(app.FindingNoAgreement, w.org, 0, "X360-ACCOUNT", "99.50"),
		about(app.FindingBilledNotUsed, 0, 13, "X360-GB", "-30"), about(app.FindingBelowMinimum, w.org, 12, "X360-ACCOUNT", "-7"))
	got := w.get("/money").want(t, http.StatusOK).has(t, "<dd>1,306.00<small>", "<dd>30.00<small>", "<dd>1<small>finding, amount unknown", "+1,206.50 a month, 1 unknown", "−7.00 a month", "preview of November 2026")
	if strings.Contains(got.body, "<img src=x") {
		t.Error("a name became markup")
	}
	if strings.Contains(got.body, "This may not be so any more") {
		t.Error("what was found just now is said to be old")
	}
	if a, b := strings.Index(got.body, "+1,200.50"), strings.Index(got.body, ">+6.00"); a < 0 || b < a {
		t.Error("what the month itself asks about does not come last")
	}
	// The rail counts neither what a push mends nor what is as it was agreed.
	if n := rail(got.body); n != "4" {
		t.Errorf("the rail says %q, want 4", n)
	}
}

func TestMoneySaysWhatChangedSince(t *testing.T) {
	w := furnished(t)
	w.findings(about(app.FindingUnmapped, w.org, 0, "X360-ACCOUNT", ""))
	_, rev := w.doc()
	w.post("/connections/cw/billing", billingForm(rev, "push_day", "15")...).to(t, "/connections/cw#billing")
	w.must(w.store.SaveOverrides(t.Context(), []app.Override{{Source: "sync", OrganizationID: "7", Meter: app.MeterAccounts, Period: w.period, Quantity: app.Q(3), Unit: app.UnitEach, Note: "x", By: "person", At: w.now}}))
	w.now = w.now.Add(49 * time.Hour)
	w.cookie = signIn(t, w.guard)
	w.get("/money").want(t, http.StatusOK).has(t, "This may not be so any more", "The settings were changed since", "Numbers were typed or taken back for November 2026", "more than 24 h ago")
}

// After a push what it mended is still listed, and the page says so.
func TestMoneySaysThatItWasPushed(t *testing.T) {
	w := furnished(t)
	p := w.findings(about(app.FindingUsedNotBilled, w.org, 12, "X360-ACCOUNT", "6"))
	_, err := w.store.Approve(t.Context(), p.ID, p.Digest, app.Push{Trigger: app.TriggerPerson, ApprovedBy: "person", ApprovedAt: w.now})
	w.must(err)
	w.get("/money").want(t, http.StatusOK).has(t, "The preview was pushed since")
}

func TestMoneyBeforeTheFirstLookAndWithoutFindings(t *testing.T) {
	w := newWorld(t)
	w.get("/money").want(t, http.StatusOK).has(t, "No connection yet.")
	_, err := w.setup.Replace(t.Context(), "test", []byte(document), false, false)
	w.must(err)
	w.ingest()
	w.get("/money").want(t, http.StatusOK).has(t, "Nobody has looked yet.", "Look now", `name="connection" value="cw"`)
	w.post("/money/look", "connection", "nobody").want(t, http.StatusNotFound)
	w.post("/money/look", "connection", "cw").to(t, "/money")
	if w.planned != 1 {
		t.Errorf("planned %d times", w.planned)
	}
	got := w.get("/money").has(t, "Looked again: use and bill meet.", "Nothing found: use and bill meet.", "2 lines on 2 agreements with the usage of 1 organization.")
	if rail(got.body) != "" {
		t.Error("the rail counts nothing")
	}
	w.planErr = app.Errorf(app.Unavailable, "ConnectWise does not answer.")
	w.post("/money/look", "connection", "cw").to(t, "/money")
	w.get("/money").has(t, "It could not be looked at. ConnectWise does not answer.")
}

// One look at a time: the month's page and this one join the same job.
func TestMoneyJoinsTheMonthsJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := furnished(t)
		w.planGate = make(chan struct{})
		w.post("/billing/cw/2026-11/plan").to(t, "/billing/cw/2026-11")
		got := w.get("/money").want(t, http.StatusOK).has(t, "It is being looked at.")
		if got.header.Get("Refresh") == "" {
			t.Error("the page does not look again by itself")
		}
		w.post("/money/look", "connection", "cw").to(t, "/money")
		close(w.planGate)
		synctest.Wait()
		if got := w.get("/money"); got.header.Get("Refresh") != "" || w.planned != 1 {
			t.Errorf("planned %d times, want once", w.planned)
		}
	})
}

func TestMoneyAsAFile(t *testing.T) {
	w := furnished(t)
	f := about(app.FindingBilledNotUsed, w.org, 13, "X360-GB", "-30.5")
	f.Organization.Name, f.Used, f.Billed, f.Message = "=cmd", new(app.Q(0)), new(app.MustQuantity("15.25")), "+Why"
	w.findings(f, about(app.FindingUnmapped, w.org, 0, "X360-GB", ""))
	got := w.get("/money.csv").want(t, http.StatusOK)
	rows, err := csv.NewReader(strings.NewReader(got.body)).ReadAll()
	w.must(err)
	want := []string{"cw", "2026-11", w.now.UTC().Format(time.RFC3339), "billed_not_used", "'=cmd", "", "Managed", "13", "accounts", "X360-GB", "each", "0", "15.25", "-30.5", "'+Why"}
	if len(rows) != 3 || !cmp.Equal(rows[1], want) || rows[2][13] != "" || len(rows[0]) != len(want) {
		t.Errorf("got %q", rows)
	}
}

func TestUsageIsChartedMonthByMonth(t *testing.T) {
	w := furnished(t)
	page := fmt.Sprintf("/organizations/%d/readings", w.org)
	for months := range 3 {
		at := w.now.AddDate(0, -months-1, 0)
		w.must(w.store.SaveReadings(t.Context(), "sync", []app.Reading{
			{Source: "sync", OrganizationID: "7", Meter: app.MeterAccounts, Basis: app.BasisOwn, Quantity: app.Q(int64(40 - months)), Unit: app.UnitEach, Complete: true, AsOf: at},
			{Source: "sync", OrganizationID: "7", Meter: app.MeterAccounts, Basis: app.BasisInclusive, Quantity: app.Q(int64(40 - months)), Unit: app.UnitEach, Complete: true, AsOf: at},
			{Source: "sync", OrganizationID: "7", Meter: app.MeterStorage, Basis: app.BasisOwn, Quantity: app.Q(int64(7+months) << 30), Unit: app.UnitBytes, Complete: true, AsOf: at},
		}, at))
	}
	got := w.get(page).want(t, http.StatusOK).has(t, "Month by month", "November 2026: read 43, billed 43", "October 2026: read 40, nothing billed", "July 2026: no reading, nothing billed",
		"Read from 38 in August 2026 to 43 in November 2026.", "Read from 9 GB in August 2026 to 7 GB in October 2026.")
	if n := strings.Count(got.body, `<figure class="plot">`); n != 2 {
		t.Errorf("%d charts, want 2: with suborganizations it is the same", n)
	}
	if n := strings.Count(got.body, `class="slot"`) + strings.Count(got.body, `class="slot none"`); n != 26 {
		t.Errorf("%d months are drawn, want 13 twice", n)
	}
}
