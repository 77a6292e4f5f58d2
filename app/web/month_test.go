package web_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/connect"
	"psabridge/app/link"
	"psabridge/app/web/api"
)

// billingCalls are the real rules on the test's store, with an undo that reads no ConnectWise: it holds what we wrote, but for
// the agreements somebody edited.
func (w *world) billingCalls() api.BillingDeps {
	rules := pusher{w}.real()
	return api.BillingDeps{
		SetEffective: rules.SetEffective, SaveOverrides: rules.SaveOverrides, RemoveOverride: rules.RemoveOverride,
		PlanUndo: func(ctx context.Context, id int64, _ string) (app.Plan, error) {
			w.undone++
			push, err := w.store.Push(ctx, id)
			if err != nil {
				return app.Plan{}, err
			}
			if push.State == app.PushUndone {
				return app.Plan{}, app.Errorf(app.Conflict, "This push is undone already.")
			}
			_, rev, err := w.setup.Document(ctx)
			if err != nil {
				return app.Plan{}, err
			}
			held := map[int64][]app.Addition{}
			var agreements []app.Agreement
			for _, l := range push.Lines {
				q := l.After
				if w.edited[l.Agreement.ID] {
					q = app.Q(99)
				}
				held[l.Agreement.ID] = append(held[l.Agreement.ID], app.Addition{ID: l.AdditionID, AgreementID: l.Agreement.ID, ProductID: l.ProductID, Quantity: q, BillCustomer: l.BillCustomer})
				agreements = append(agreements, app.Agreement{ID: l.Agreement.ID, Name: l.Agreement.Name, NextInvoice: l.NextInvoice})
			}
			plan := billing.Undo(push, billing.Standing{Additions: held, Agreements: agreements}, w.now, time.UTC)
			plan.SettingsRev = rev
			plan.Digest = billing.Digest(plan)
			return w.store.SavePlan(ctx, plan)
		},
	}
}

const overridesPath = "/billing/cw/2026-11/overrides"

func (w *world) typed() []app.Override {
	w.t.Helper()
	list, err := w.store.Overrides(w.t.Context(), w.period)
	w.must(err)
	return list
}

// TestOverrideTyped: one number in place of a reading, with everything that can be wrong with it, and back.
func TestOverrideTyped(t *testing.T) {
	w := furnished(t)
	label := "Contoso " + nasty
	good := []string{"do", "one", "organization", label, "meter", "accounts", "quantity", "43,5", "note", "counted by phone"}
	for name, c := range map[string]struct{ field, value, want string }{
		"nobody":        {"organization", "Contosso", "No organization on connection cw is called “Contosso”"},
		"no meter":      {"meter", "goats", "“goats” is not a meter"},
		"two ways":      {"quantity", "1,000", "can be read in two ways"},
		"no number":     {"quantity", "a lot", "is not a plain number"},
		"below zero":    {"quantity", "-4", "is below zero"},
		"another unit":  {"unit", "GB", "cannot be converted"},
		"without a why": {"note", " ", "Say why"},
	} {
		f := url.Values{}
		for i := 0; i+1 < len(good); i += 2 {
			f.Set(good[i], good[i+1])
		}
		f.Set(c.field, c.value)
		got := w.do(http.MethodPost, overridesPath, f, w.cookie).want(t, http.StatusUnprocessableEntity)
		if !strings.Contains(got.body, c.want) || !strings.Contains(got.body, `id="f-`+c.field+`-e"`) {
			t.Errorf("%s: %s", name, mainOf(got.body))
		}
	}
	if list := w.typed(); len(list) != 0 {
		t.Fatalf("saved although it was wrong: %v", list)
	}
	if got := w.get(overridesPath).want(t, http.StatusOK); !strings.Contains(got.body, "Nothing is overridden.") {
		t.Error("the empty page does not say so")
	}
	w.post(overridesPath, good...).to(t, overridesPath)
	list := w.typed()
	if len(list) != 1 || list[0].Quantity.String() != "43.5" || list[0].By != "person" || list[0].OrganizationID != "7" || !list[0].At.Equal(w.now) {
		t.Fatalf("saved %+v", list)
	}
	page := w.get(overridesPath)
	for _, want := range []string{"Make a new preview", "counted by phone", "43, Sun 22 Nov", "43.5"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for path, want := range map[string]string{"/billing/cw/2026-11": "Overrides of this month changed after the preview.", "/billing/cw/2026-11/push": "Overrides of this month changed after the preview was made."} {
		if got := w.get(path); !strings.Contains(got.body, want) {
			t.Errorf("%s does not say that it is stale", path)
		}
	}
	if got := w.get("/billing/cw/2026-11"); !strings.Contains(got.body, "Overrides (1)") {
		t.Error("the month does not count it")
	}
	w.post(overridesPath+"/remove", "source", "sync", "organization", "7", "meter", "accounts").to(t, overridesPath)
	w.post(overridesPath+"/remove", "source", "sync", "organization", "7", "meter", "accounts").want(t, http.StatusNotFound)
	if list := w.typed(); len(list) != 0 {
		t.Errorf("not removed: %v", list)
	}
}

// TestOverridesPasted: what was shown is saved, nothing while a row is wrong, unless those are left out.
func TestOverridesPasted(t *testing.T) {
	w := furnished(t)
	seen := regexp.MustCompile(`name="seen" value="([0-9a-f]+)"`)
	text := "Customer\tMeter\tQuantity\n7\taccounts\t43\n\nMSP\taccounts\t12\nNobody\taccounts\t1\n7\taccounts\t44\n"
	form := []string{"text", text, "sheet_note", "counted by phone"}
	shown := w.post(overridesPath, append([]string{"do", "preview"}, form...)...).want(t, http.StatusOK)
	for _, want := range []string{"2 overrides to save", "1 blank row was skipped", "is called “Nobody”", "Line 2 says this organization and meter already.", "Leave out the 2 wrong rows"} {
		if !strings.Contains(shown.body, want) {
			t.Errorf("the preview does not say %q: %s", want, mainOf(shown.body))
		}
	}
	sum := seen.FindStringSubmatch(shown.body)[1]
	save := append([]string{"do", "save", "seen", sum}, form...)
	if got := w.post(overridesPath, save...).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.body, "2 rows are wrong, so nothing was saved") {
		t.Errorf("wrong rows: %s", mainOf(got.body))
	}
	w.post(overridesPath, append([]string{"do", "save", "seen", "0" + sum[1:] + "x", "leave", "1"}, form...)...).want(t, http.StatusConflict)
	if list := w.typed(); len(list) != 0 {
		t.Fatalf("saved %v", list)
	}
	w.post(overridesPath, append(save, "leave", "1")...).to(t, overridesPath)
	if list := w.typed(); len(list) != 2 || list[0].Note != "counted by phone" {
		t.Errorf("saved %+v", list)
	}
	again := w.post(overridesPath, "do", "preview", "text", "7;accounts;1,000\n").want(t, http.StatusOK)
	for _, want := range []string{"can be read in two ways", "Say why", "Replaces 43 typed by person."} {
		if !strings.Contains(again.body, want) && want != "Replaces 43 typed by person." {
			t.Errorf("the preview does not say %q", want)
		}
	}
	if said := w.post(overridesPath, "do", "preview", "text", "7;accounts;1,000\n", "decimal", ".", "sheet_note", "x").want(t, http.StatusOK); !strings.Contains(said.body, "Replaces 43 typed by person.") || !strings.Contains(said.body, "1 override to save") {
		t.Errorf("with the sign said: %s", mainOf(said.body))
	}
	w.post(overridesPath, "do", "preview", "text", " ").want(t, http.StatusUnprocessableEntity)
}

// TestOverridesOfAMonthThatIsOver are only looked at.
func TestOverridesOfAMonthThatIsOver(t *testing.T) {
	w := furnished(t)
	page := w.get("/billing/cw/2026-03/overrides").want(t, http.StatusOK)
	if strings.Contains(page.body, "Type one") || !strings.Contains(page.body, "Nothing was overridden.") {
		t.Errorf("an old month takes numbers: %s", mainOf(page.body))
	}
	w.post("/billing/cw/2026-03/overrides", "do", "one", "organization", "7", "meter", "accounts", "quantity", "1", "note", "x").want(t, http.StatusConflict)
}

// TestUndoIsShownFirst: worked out, shown with what is left and why, approved once however many tabs show it.
func TestUndoIsShownFirst(t *testing.T) {
	w := furnished(t)
	check := fmt.Sprintf("/billing/pushes/%d/undo", w.push)
	if got := w.get(check).want(t, http.StatusOK); !strings.Contains(got.body, "What can be restored is read first.") || w.undone != 0 {
		t.Errorf("before it was worked out: %s", mainOf(got.body))
	}
	got := w.post(check).want(t, http.StatusSeeOther)
	shown := got.header.Get("Location")
	if !strings.HasPrefix(shown, check+"?plan=") || len(w.approved) != 0 {
		t.Fatalf("sent to %s, approved %v", shown, w.approved)
	}
	page := w.get(shown).want(t, http.StatusOK)
	for _, want := range []string{"Restore 1 quantity in ConnectWise", "Holds now", "Gets back"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the undo does not say %q: %s", want, mainOf(page.body))
		}
	}
	form := formOf(t, page.body)
	if stale := w.post("/billing/pushes", "plan_id", form["plan_id"], "digest", "x", "lines", form["lines"]).want(t, http.StatusConflict); !strings.Contains(stale.body, "nothing was restored") || !strings.Contains(stale.body, `href="`+strings.ReplaceAll(shown, "&", "&amp;")+`"`) {
		t.Errorf("another digest: %s", mainOf(stale.body))
	}
	first := w.post("/billing/pushes", "plan_id", form["plan_id"], "digest", form["digest"], "lines", form["lines"]).want(t, http.StatusSeeOther)
	second := w.post("/billing/pushes", "plan_id", form["plan_id"], "digest", form["digest"], "lines", form["lines"]).want(t, http.StatusConflict)
	if !strings.Contains(second.body, "was started already") {
		t.Errorf("the second tab: %s", mainOf(second.body))
	}
	if writing := w.get(shown); !strings.Contains(writing.body, "Its undo is being written.") || strings.Contains(writing.body, "Restore 1") {
		t.Errorf("while it is written: %s", mainOf(writing.body))
	}
	id, err := strconv.ParseInt(strings.TrimPrefix(first.header.Get("Location"), "/billing/pushes/"), 10, 64)
	w.must(err)
	undone := w.push
	w.push = id
	w.finishPush()
	if done := w.get(fmt.Sprintf("/billing/pushes/%d/undo", undone)); !strings.Contains(done.body, "This push is undone.") || !strings.Contains(done.body, fmt.Sprintf("Open the undo #%d", id)) {
		t.Errorf("afterwards: %s", mainOf(done.body))
	}
	w.post(check).want(t, http.StatusConflict)
	if other := w.get(fmt.Sprintf("/billing/pushes/%d/undo?plan=%d", undone, w.plan)); strings.Contains(other.body, "Restore") {
		t.Error("another plan is shown as this push's undo")
	}
}

// TestUndoLeavesWhatWasEdited: a line somebody changed stands with its reason, and nothing can be approved.
func TestUndoLeavesWhatWasEdited(t *testing.T) {
	w := furnished(t)
	w.edited = map[int64]bool{12: true}
	shown := w.post(fmt.Sprintf("/billing/pushes/%d/undo", w.push)).want(t, http.StatusSeeOther).header.Get("Location")
	page := w.get(shown).want(t, http.StatusOK)
	for _, want := range []string{"There is nothing to restore.", "Someone changed this line to 99 since we wrote 43", "Read the agreements again"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the undo does not say %q: %s", want, mainOf(page.body))
		}
	}
}

// formOf reads the hidden fields of the form that pushes.
func formOf(t *testing.T, body string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="(plan_id|digest|lines)" value="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		out[m[1]] = m[2]
	}
	if len(out) != 3 {
		t.Fatalf("no form: %v", out)
	}
	return out
}

// TestMonthsBesideEachOther compares, filters, and says what it cannot read.
func TestMonthsBesideEachOther(t *testing.T) {
	w := furnished(t)
	before := w.get("/billing/compare?connection=cw&from=2026-10&to=2026-11").want(t, http.StatusOK)
	if !strings.Contains(before.body, "There is nothing to compare with.") || strings.Contains(before.body, "Came:") {
		t.Errorf("lines came with the first push: %s", mainOf(before.body))
	}
	w.get("/billing/compare.csv?connection=cw&from=2026-10&to=2026-11").want(t, http.StatusSeeOther)
	w.pushDecember()
	page := w.get("/billing/compare?connection=cw&from=2026-11&to=2026-12").want(t, http.StatusOK)
	for _, want := range []string{"November 2026 and December 2026", "Contoso Ltd", "+7", "Came:</strong> Fabrikam", "<dt>Less</dt><dd>0.00<small>a month, 0 lines"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the comparison does not say %q: %s", want, mainOf(page.body))
		}
	}
	if idle := w.get("/billing/compare?connection=cw&from=2026-11&to=2027-01"); !strings.Contains(idle.body, "Nothing was pushed for January 2027") {
		t.Error("a month without a push looks like one with")
	}
	if wrong := w.get("/billing/compare?from=2026-13").want(t, http.StatusOK); !strings.Contains(wrong.body, "“2026-13” is no month") || strings.Contains(wrong.body, "<h1>November") {
		t.Error("a month that is none is not said")
	}
	w.get("/billing/compare?connection=nobody").want(t, http.StatusNotFound)
	csv := w.get("/billing/compare.csv?connection=cw&from=2026-11&to=2026-12").want(t, http.StatusOK)
	if !strings.HasPrefix(csv.body, "company_id,company,agreement_id,agreement,product_id,meter,2026-11,2026-12,unit,amount_a_month,reason\n250,") || !strings.Contains(csv.body, ",43,50,each,14.00,") {
		t.Errorf("the file: %s", csv.body)
	}
	if history := w.get("/billing/pushes?connection=cw&period=2026-10").want(t, http.StatusOK); !strings.Contains(history.body, "No push fits.") {
		t.Error("the history does not filter by month")
	}
	if history := w.get("/billing/pushes?connection=cw&period=2026-11").want(t, http.StatusOK); !strings.Contains(history.body, fmt.Sprintf("/billing/pushes/%d\"", w.push)) {
		t.Error("the history hides the push of the month")
	}
}

// pushDecember pushes one line higher than in November, and one that was not written there.
func (w *world) pushDecember() {
	w.t.Helper()
	ctx, november := w.t.Context(), w.push
	plan, err := w.store.Plan(ctx, w.plan)
	w.must(err)
	plan.ID, plan.Digest, plan.State, plan.Period = 0, "december", "", w.period.Next()
	plan.Lines[0].After, plan.Lines[1].Verdict, plan.Lines[1].Holds, plan.Lines[1].Company.ID = app.Q(50), app.VerdictUpdate, nil, 251
	plan, err = w.store.SavePlan(ctx, plan)
	w.must(err)
	push, err := w.store.Approve(ctx, plan.ID, plan.Digest, app.Push{Trigger: app.TriggerPerson, ApprovedBy: "person", ApprovedAt: w.now})
	w.must(err)
	w.push = push.ID
	w.finishPush()
	w.finishPush()
	w.push = november
}

// TestMonthAfterAnUndo: the page and the status say that nothing of the push stands.
// TestSilenceIsSaid: while ConnectWise does not answer, neither the top line nor the push pretends that all is well.
func TestSilenceIsSaid(t *testing.T) {
	w := furnished(t)
	push, err := w.store.Approve(t.Context(), w.plan, w.digest, app.Push{Trigger: app.TriggerPerson, ApprovedBy: "person", ApprovedAt: w.now})
	w.must(err)
	silent := 9 * time.Second
	w.server.Health = func(string) connect.Health { return connect.Health{State: connect.OK, Silent: silent} }
	w.get(link.Push(push.ID)).has(t, "ConnectWise OK")
	silent = 34 * time.Second
	w.get(link.Push(push.ID)).has(t, "ConnectWise: no answer for 34 seconds", "Nothing is lost and nothing is written twice.")
}

// TestPushIsStopped: while a push is written its page can stop it, and says afterwards what was left.
func TestPushIsStopped(t *testing.T) {
	w := furnished(t)
	push, err := w.store.Approve(t.Context(), w.plan, w.digest, app.Push{Trigger: app.TriggerPerson, ApprovedBy: "person", ApprovedAt: w.now})
	w.must(err)
	page := link.Push(push.ID)
	w.get(page).has(t, "Stop after the current agreement")
	w.post(link.PushStop(push.ID)).to(t, page)
	w.get(page).has(t, "The push was stopped.", "Not written", "stopped by a person before this line was written")
	w.post(link.PushStop(push.ID)).want(t, http.StatusConflict).has(t, "nothing to stop")
	w.post(link.PushStop(999)).want(t, http.StatusNotFound)
}

func TestMonthAfterAnUndo(t *testing.T) {
	w := furnished(t)
	ctx, first := t.Context(), w.push
	state := func() string {
		st, err := w.server.Status(ctx)
		w.must(err)
		return st.Billing[0].State
	}
	if got := state(); got != string(app.PushDone) {
		t.Errorf("after the push the month is %s", got)
	}
	// Take the open preview away, as if none had been made since the push.
	push, err := w.store.Approve(ctx, w.plan, w.digest, app.Push{Trigger: app.TriggerPerson, ApprovedBy: "person", ApprovedAt: w.now})
	w.must(err)
	w.push = push.ID
	w.finishPush()
	if page := w.get("/billing/cw/2026-11"); !strings.Contains(page.body, "It was pushed.") || !strings.Contains(page.body, "1 line was held, and not pushed.") {
		t.Errorf("after the push: %s", mainOf(page.body))
	}
	w.undo(w.push)
	if page := w.get("/billing/cw/2026-11"); !strings.Contains(page.body, "undone since") || !strings.Contains(page.body, "Make a new preview") {
		t.Errorf("after the undo: %s", mainOf(page.body))
	}
	if got := state(); got != string(app.PushDone) {
		t.Errorf("the push before still stands, and the month is %s", got)
	}
	w.undo(first)
	if got := state(); got != "waiting" {
		t.Errorf("nothing stands, and the month is %s", got)
	}
}

// undo undoes a push on the fake ConnectWise.
func (w *world) undo(id int64) {
	w.t.Helper()
	ctx := w.t.Context()
	plan, err := w.billingCalls().PlanUndo(ctx, id, "person")
	w.must(err)
	undo, err := w.store.Approve(ctx, plan.ID, plan.Digest, app.Push{Trigger: app.TriggerPerson, ApprovedBy: "person", ApprovedAt: w.now})
	w.must(err)
	w.push = undo.ID
	w.finishPush()
	if was, err := w.store.Push(ctx, id); err != nil || was.State != app.PushUndone {
		w.t.Fatalf("the push is %s %v", was.State, err)
	}
}

// TestFilesForCustomers stand alone, hold no price, and are harmless in a spreadsheet.
func TestFilesForCustomers(t *testing.T) {
	w := furnished(t)
	push := fmt.Sprintf("/billing/pushes/%d", w.push)
	if page := w.get(push).want(t, http.StatusOK); !strings.Contains(page.body, push+"/customers/250\"") || !strings.Contains(page.body, push+"/customers.zip") {
		t.Error("the push does not lead to the files")
	}
	page := w.get(push+"/customers/250").want(t, http.StatusOK)
	if !strings.Contains(page.body, "40 → 43") || !strings.Contains(page.body, "/static/") || strings.Contains(page.body, "6.00") {
		t.Errorf("the page: %s", mainOf(page.body))
	}
	file := w.get(push+"/customers/250.html").want(t, http.StatusOK)
	if !strings.Contains(file.body, "<style>") || regexp.MustCompile(`(?i)<script|<link|href=|src="|localhost|/static/`).MatchString(strings.ReplaceAll(file.body, "&lt;img src=x", "")) {
		t.Error("the file does not stand alone")
	}
	if got := file.header.Get("Content-Disposition"); got != `attachment; filename="Contoso-Ltd-img-src-x-onerror-alert-1-svg-onload-alert-2-7-7-250-2026-11.html"` {
		t.Errorf("the file is called %s", got)
	}
	csv := w.get(push+"/customers/250.csv").want(t, http.StatusOK)
	if !strings.Contains(csv.body, "line,2026-11,") || !strings.Contains(csv.body, ",40,43,each,\n") || !strings.Contains(csv.body, "item,2026-11,") {
		t.Errorf("the table: %s", csv.body)
	}
	archive := w.get(push+"/customers.zip").want(t, http.StatusOK)
	z, err := zip.NewReader(bytes.NewReader([]byte(archive.body)), int64(len(archive.body)))
	w.must(err)
	var sizes []int
	for _, f := range z.File {
		r, err := f.Open()
		w.must(err)
		b, err := io.ReadAll(r)
		w.must(err)
		sizes = append(sizes, len(b))
		if strings.ContainsAny(f.Name, `/\:`) {
			t.Errorf("a file is called %s", f.Name)
		}
	}
	if len(sizes) < 2 || sizes[0] != len(file.body) || sizes[1] != len(csv.body) {
		t.Errorf("files of %v bytes", sizes)
	}
	w.get(push+"/customers/999").want(t, http.StatusNotFound)
	w.get(push+"/customers/0250").want(t, http.StatusNotFound)
}

// TestNewLineTakesAnotherDay sets the day a new line counts from, and goes back to the rule's (M8).
func TestNewLineTakesAnotherDay(t *testing.T) {
	w := furnished(t)
	line := w.newLine()
	path := fmt.Sprintf("/billing/lines/%d/effective", line)
	page := w.get("/billing/cw/2026-11").want(t, http.StatusOK)
	if !strings.Contains(page.body, "New line from 22 Nov 2026") || !strings.Contains(page.body, path) {
		t.Fatalf("the day is not shown: %s", mainOf(page.body))
	}
	for _, day := range []string{"", "tomorrow", "2020-01-01", "2036-01-01"} {
		if got := w.post(path, "effective", day).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.body, fmt.Sprintf(`id="f-effective-%d-e"`, line)) {
			t.Errorf("%s: the field does not say what is wrong", day)
		}
	}
	w.post(path, "effective", "2026-12-01").to(t, fmt.Sprintf("/billing/cw/2026-11#line-%d", line))
	if page := w.get("/billing/cw/2026-11"); !strings.Contains(page.body, "New line from 1 Dec 2026, set by person") {
		t.Errorf("after: %s", mainOf(page.body))
	}
	w.post(path, "rule", "1").want(t, http.StatusSeeOther)
	if page := w.get("/billing/cw/2026-11"); !strings.Contains(page.body, "New line from 22 Nov 2026<") {
		t.Error("the rule's day does not come back")
	}
}

// newLine plans a month in which a line would be created, and one comes too late.
func (w *world) newLine() int64 {
	w.t.Helper()
	p, err := w.store.Plan(w.t.Context(), w.plan)
	w.must(err)
	today := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	l := &p.Lines[1]
	l.Verdict, l.Holds, l.AdditionID, l.Before = app.VerdictCreate, nil, 0, nil
	l.EffectiveDate, l.EffectiveFrom = today, today.AddDate(0, -1, 0)
	p.Lines[0].NextInvoice = today.AddDate(0, 0, -1)
	for i := range p.Lines {
		p.Lines[i].Rule = "rounded the old way"
	}
	p, err = w.store.SavePlan(w.t.Context(), p)
	w.must(err)
	w.plan, w.digest, w.line = p.ID, p.Digest, p.Lines[1].ID
	return p.Lines[1].ID
}

// TestMonthSaysWhatComesTooLate for which invoice, and the evidence keeps the rule of its day.
func TestMonthSaysWhatComesTooLate(t *testing.T) {
	w := furnished(t)
	line := w.newLine()
	for _, path := range []string{"/billing/cw/2026-11", "/billing/cw/2026-11/push"} {
		if got := w.get(path).want(t, http.StatusOK); !strings.Contains(got.body, "1 change comes too late for the invoice of 21 November 2026.") {
			t.Errorf("%s does not say it: %s", path, mainOf(got.body))
		}
	}
	if got := w.get(fmt.Sprintf("/billing/lines/%d/evidence", line)).want(t, http.StatusOK); !strings.Contains(got.body, "rounded the old way") {
		t.Error("the evidence does not show the frozen rule")
	}
}

// TestPushProgressStaysSmall: what fetches itself every second does not grow with the push, and fetches the page at the end.
func TestPushProgressStaysSmall(t *testing.T) {
	w := furnished(t)
	w.approve()
	path := fmt.Sprintf("/billing/pushes/%d/progress", w.push)
	part := w.fragment(path).want(t, http.StatusOK)
	if part.header.Get("HX-Refresh") != "" || strings.Contains(part.body, "<table") || !strings.Contains(part.body, "Writing 0 of 1") {
		t.Errorf("while it is written: %s", part.body)
	}
	if page := w.get(fmt.Sprintf("/billing/pushes/%d", w.push)); strings.Contains(page.body, "<h2 id=\"ln\">") {
		t.Error("the page shows every line while they change")
	}
	w.finishPush()
	if part := w.fragment(path); part.header.Get("HX-Refresh") != "true" {
		t.Error("the page is not fetched when the push has ended")
	}
}

// TestMonthSaysWhatElseThereIsToKnow of a plan for which everything could be read: a month that was missed, a vendor that
// may bill as well.
func TestMonthSaysWhatElseThereIsToKnow(t *testing.T) {
	w := furnished(t)
	p, err := w.store.Plan(t.Context(), w.plan)
	w.must(err)
	p.Problems = []string{"The push of October was missed."}
	_, err = w.store.SavePlan(t.Context(), p)
	w.must(err)
	if got := w.get("/billing/cw/2026-11").want(t, http.StatusOK); !strings.Contains(got.body, p.Problems[0]) || strings.Contains(got.body, "Not everything could be read") {
		t.Errorf("the month does not say it: %s", mainOf(got.body))
	}
}
