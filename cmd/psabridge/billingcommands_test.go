package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// heldBy picks lines of a plan that are held by nothing but one code, on additions that stand at ConnectWise.
func heldBy(plan planAnswer, code app.HoldCode) (out []planLine) {
	for _, l := range plan.Lines {
		if l.Verdict == app.VerdictHold && len(l.Holds) == 1 && l.Holds[0].Code == code && l.Before != nil {
			out = append(out, l)
		}
	}
	return out
}

func lineOf(t *testing.T, lines []planLine, like planLine) planLine {
	t.Helper()
	for _, l := range lines {
		if l.Agreement.ID == like.Agreement.ID && l.Product == like.Product {
			return l
		}
	}
	t.Fatalf("no line of %s, %s", like.Company.Name, like.Product)
	return planLine{}
}

// holdsAt is what ConnectWise holds of a line now, and the record's id.
func holdsAt(t *testing.T, v *sandbox.Running, l planLine) (addition int, quantity string) {
	t.Helper()
	for _, a := range v.ConnectWise.Additions(0) {
		if int64(a.AgreementID) == l.Agreement.ID && a.Product == l.Product {
			return a.ID, number(a.Quantity)
		}
	}
	t.Fatalf("ConnectWise has no line of %s, %s", l.Company.Name, l.Product)
	return 0, ""
}

// TestMonthFromTheCommandLine is a whole month at a terminal: preview, two holds released and one corrected, one skipped, push,
// history, evidence, the customer's file, and the undo with one line edited by hand in between.
func TestMonthFromTheCommandLine(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	b.serve()
	b.configure(v)
	b.must("", "sync")

	shown := b.must("", "billing", "plan")
	plan := decode[planAnswer](t, b.must("", "billing", "plan", "--json"))
	held := heldBy(plan, app.HoldFirstTouch)
	if len(held) < 4 {
		t.Fatalf("%d lines are held by their first touch alone:\n%s", len(held), shown)
	}
	for _, words := range []string{held[0].Company.Name, "first_touch: ", "release, skip or correct", "psabridge billing findings"} {
		if !strings.Contains(shown, words) {
			t.Errorf("the plan does not say %q:\n%s", words, shown)
		}
	}
	released, other, corrected, skipped := held[0], held[1], held[2], held[3]
	said := b.must("", "billing", "release", released.ID, other.ID, "--reason", "checked by phone")
	if !strings.Contains(said, "update, released") || !strings.Contains(said, "the invoice of") || !strings.Contains(said, ": 2 to write") {
		t.Errorf("two released lines: %s", said)
	}
	b.must("", "billing", "correct", corrected.ID, "7", "--note", "agreed on the phone")
	decided := decode[planAnswer](t, b.must("", "billing", "skip", skipped.ID, "--json"))
	if got := lineOf(t, decided.Lines, corrected); decided.Totals.Changed != 3 || got.After.String() != "7" || got.Decision != app.DecisionCorrected {
		t.Fatalf("%d to write, the corrected line is %+v", decided.Totals.Changed, got)
	}

	push := decode[pushAnswer](t, b.must("", "billing", "push", "--digest", decided.Digest, "--json"))
	if push.State != app.PushDone {
		t.Fatalf("the push is %s", push.State)
	}
	checkWrites(t, v, decided)
	for _, words := range []string{push.ID, "done", "by api"} {
		if out := b.must("", "billing", "history"); !strings.Contains(out, words) {
			t.Errorf("the history does not say %q: %s", words, out)
		}
	}
	evidence := b.must("", "billing", "evidence", released.ID)
	for _, words := range []string{"→ " + lineOf(t, push.Lines, released).After.String(), "Rule: ", "Counted: ", "Read: "} {
		if !strings.Contains(evidence, words) {
			t.Errorf("the evidence does not say %q:\n%s", words, evidence)
		}
	}
	b.customerFiles(push.ID, corrected)
	b.undoneByHand(v, push, released, other, corrected)
}

// customerFiles looks at what one customer may see.
func (b *bridgeProcess) customerFiles(push string, l planLine) {
	b.t.Helper()
	if out := b.must("", "billing", "customer", push); !strings.Contains(out, l.Company.Name) {
		b.t.Errorf("%s is not among the customers: %s", l.Company.Name, out)
	}
	for kind, words := range map[string][]string{
		"":       {l.Company.Name, l.Product, "→ 7 ", "corrected by hand"},
		"--csv":  {"row,period,company", l.Company.Name, "corrected by hand"},
		"--html": {"<!doctype html>", "Corrected by hand"},
		"--json": {`"corrected": true`},
	} {
		args := []string{"billing", "customer", push, l.Company.Name}
		if kind != "" {
			args = append(args, kind)
		}
		out := b.must("", args...)
		for _, w := range words {
			if !strings.Contains(out, w) {
				b.t.Errorf("customer %s does not say %q:\n%s", kind, w, out)
			}
		}
		if strings.Contains(out, "agreed on the phone") {
			b.t.Errorf("customer %s says what was written for the house:\n%s", kind, out)
		}
	}
	b.refused("", []string{"company", "0 customers", "Nobody Inc"}, "billing", "customer", push, "Nobody Inc")
	b.refused("", []string{"nothing of this customer"}, "billing", "customer", push, "999999")
}

// undoneByHand undoes a push after a person changed one of its lines: looked at first, then pushed by its digest.
func (b *bridgeProcess) undoneByHand(v *sandbox.Running, push pushAnswer, touched planLine, others ...planLine) {
	b.t.Helper()
	t, _ := b.t.(*testing.T)
	id, _ := holdsAt(t, v, touched)
	if err := v.ConnectWise.EditQuantity(id, 99); err != nil {
		t.Fatal(err)
	}
	writes := len(v.ConnectWise.QuantityWrites())
	shown := b.must("", "billing", "undo", push.ID, "--dry-run")
	undo := decode[planAnswer](t, b.must("", "billing", "undo", push.ID, "--dry-run", "--json"))
	if l := lineOf(t, undo.Lines, touched); l.Verdict != app.VerdictSkipped || !strings.Contains(shown, "the undo of push "+push.ID) || !strings.Contains(shown, "edited_since: ") {
		t.Errorf("the line somebody changed is %s:\n%s", l.Verdict, shown)
	}
	if len(v.ConnectWise.QuantityWrites()) != writes || undo.Totals.Changed != len(others) {
		t.Fatalf("looking at the undo: %d to write, %d were written", undo.Totals.Changed, len(v.ConnectWise.QuantityWrites())-writes)
	}
	undone := decode[pushAnswer](t, b.must("", "billing", "push", "--digest", undo.Digest, "--json"))
	if undone.State != app.PushDone || undone.UndoOf == nil || *undone.UndoOf != push.ID {
		t.Fatalf("the undo is %s, of %v", undone.State, undone.UndoOf)
	}
	if _, now := holdsAt(t, v, touched); now != "99" {
		t.Errorf("the line somebody changed holds %s", now)
	}
	for _, l := range others {
		if _, now := holdsAt(t, v, l); now != l.Before.String() {
			t.Errorf("%s, %s holds %s after the undo, want %s", l.Company.Name, l.Product, now, l.Before)
		}
	}
	if out := b.must("", "billing", "history"); !strings.Contains(out, "undoes "+push.ID) || !strings.Contains(out, "undone") {
		t.Errorf("the history does not say that it was undone: %s", out)
	}
	b.refused("", []string{"undone already"}, "billing", "undo", push.ID)
}

// TestOverridesFromTheCommandLine types numbers, one and a file of them, and takes one away.
func TestOverridesFromTheCommandLine(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	d := b.serve()
	b.configure(v)
	b.must("", "sync")
	var list listAnswer[organizationRow]
	d.get("/organizations?mapped=true", &list)
	one, two := list.Items[0], list.Items[1]

	b.must("", "billing", "override", "set", one.Name, "accounts", "55", "--note", "counted by phone")
	table := "organization_id;meter;quantity;unit;note\n" + two.ExternalID + ";accounts;12;each;\n" + one.Source + ":" + one.ExternalID + ";storage;1,5;TB;from the invoice\n"
	if out := b.must(table, "billing", "override", "set", "--file", "-", "--note", "by mail"); !strings.Contains(out, "2 numbers saved") {
		t.Errorf("a file: %s", out)
	}
	shown := b.must("", "billing", "override", "list")
	for _, words := range []string{"55 each", "12 each", "1.5 TB", "by mail", "from the invoice", "counted by phone", "by api"} {
		if !strings.Contains(shown, words) {
			t.Errorf("the list does not say %q:\n%s", words, shown)
		}
	}
	plan := b.must("", "billing", "plan")
	if !strings.Contains(plan, "typed for "+one.Name+": counted by phone") {
		t.Errorf("the plan does not say that it was typed:\n%s", plan)
	}
	b.must("", "billing", "override", "remove", one.Name, "accounts", "--note", "a mistake")
	if shown := b.must("", "billing", "override", "list"); strings.Contains(shown, "55 each") {
		t.Errorf("it is still there: %s", shown)
	}

	b.refused("", []string{"organization", "Nobody"}, "billing", "override", "set", "Nobody", "accounts", "5", "--note", "x")
	b.refused("", []string{"meter", "no meter"}, "billing", "override", "set", one.Name, "acounts", "5", "--note", "x")
	b.refused("", []string{"period", "cannot be planned"}, "billing", "override", "set", one.Name, "accounts", "5", "--note", "x", "--period", "2001-01")
	b.refused("Nobody;accounts;5\n"+one.Name+";accounts;x\n", []string{"line 1, organization", "line 2, quantity", "2 rows wrong"}, "billing", "override", "set", "--file", "-", "--note", "x")
	b.refused(one.Name+";accounts;5\n"+one.Name+";acounts;6\n", []string{"line 2, meter"}, "billing", "override", "set", "--file", "-", "--note", "x")
	b.refused("", []string{"no such override"}, "billing", "override", "remove", one.Name, "accounts")
}

// TestMappingFromTheCommandLine makes mappings, takes them back, and ends one of a customer who left.
func TestMappingFromTheCommandLine(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	d := b.serve()
	b.configure(v)
	b.must("", "sync")
	if err := d.api.call(t.Context(), http.MethodPost, "/connections/cw/reload?wait=60", nil, nil); err != nil {
		t.Fatal(err)
	}
	unmapped := func() int {
		var list listAnswer[organizationRow]
		d.get("/organizations?mapped=false", &list)
		return len(list.Items)
	}
	before := unmapped()
	if out := b.must("", "mapping", "suggest"); !strings.Contains(out, "→ ") || !strings.Contains(out, "exact") {
		t.Fatalf("suggestions: %s", out)
	}
	out := b.must("", "mapping", "apply", "--suggested", "exact,normalised,same_id")
	_, revision, ok := strings.Cut(strings.TrimSpace(out), "psabridge mapping revert ")
	if !ok || unmapped() >= before {
		t.Fatalf("%d unmapped of %d: %s", unmapped(), before, out)
	}
	b.must("", "mapping", "revert", revision)
	if after := unmapped(); after != before {
		t.Errorf("%d unmapped after taking back, want %d", after, before)
	}
	b.refused("", []string{"revision 99999"}, "mapping", "revert", "99999")
	b.refused(`{"choices":[{"organization_id":"2","company_id":999999}]}`, []string{"choices[0].company_id", "999999"}, "mapping", "apply", "-")
	b.refused(`{"choices":[{"organization_id":"2","compny_id":1}]}`, []string{"choices[0].compny_id"}, "mapping", "apply", "-")
	b.refused("", []string{"nothing of that kind"}, "mapping", "apply", "--repairs")

	if err := v.ConnectWise.SetCompanyStatus(sample.CompanyOf(4712), sample.StatusInactive); err != nil {
		t.Fatal(err)
	}
	if err := d.api.call(t.Context(), http.MethodPost, "/connections/cw/reload?wait=60", nil, nil); err != nil {
		t.Fatal(err)
	}
	if out := b.must("", "mapping", "repairs"); !strings.Contains(out, "company inactive, ") {
		t.Errorf("repairs: %s", out)
	}
	var mapped listAnswer[organizationRow]
	d.get("/organizations?mapped=true", &mapped)
	left := b.must("", "mapping", "left", "id:"+mapped.Items[0].ID, "--reason", "contract ended")
	if !strings.Contains(left, "The mapping of "+mapped.Items[0].Name+" has ended.") || !strings.Contains(left, "Plan ") {
		t.Errorf("a customer left: %s", left)
	}
	b.refused("", []string{"no mapping of its own"}, "mapping", "left", "id:"+mapped.Items[0].ID, "--reason", "again")
}

// TestWrongUsageOfBillingCommands is exit code 2, before anything is asked.
func TestWrongUsageOfBillingCommands(t *testing.T) {
	t.Parallel()
	for line, says := range map[string]string{
		"billing release":                                           "--codes CODE",
		"billing release 3 --codes first_touch":                     "--codes CODE",
		"billing release 3 --period 2026-11":                        "leave --connection and --period out",
		"billing correct 3 many --note x":                           "no quantity",
		"billing correct 3 1e9 --note x":                            "no quantity",
		"billing correct 3 4":                                       "--note",
		"billing skip":                                              "line",
		"billing compare 2026-10":                                   "to",
		"billing customer 3 --csv":                                  "say whose file",
		"billing customer 3 250 --csv --html":                       "CSV or HTML",
		"billing override set":                                      "organization, meter and quantity",
		"billing override set Contoso accounts":                     "organization, meter and quantity",
		"billing override set Contoso accounts 5":                   "--note",
		"billing override set Contoso accounts 5 --note x --file -": "a number or a file",
		"billing override set --file - --decimal x":                 "--decimal is",
		"billing override set A accounts 5 --note x --unit MB":      "--unit",
		"mapping apply":                                             "--repairs",
		"mapping apply - --repairs":                                 "--repairs",
		"mapping apply --suggested similar":                         "--suggested",
		"mapping left 3":                                            "--reason",
	} {
		var out, errs strings.Builder
		if code := execute(t.Context(), strings.Fields(line), console{out: &out, err: &errs}); code != exitUsage || !strings.Contains(errs.String(), says) {
			t.Errorf("%s: exit %d, %s", line, code, errs.String())
		}
	}
}

// TestFindOrganization: a number that is one's id here and another's at its source is neither.
func TestFindOrganization(t *testing.T) {
	t.Parallel()
	all := []organizationRow{{"12", "sync", "4711", "Contoso"}, {"13", "sync", "12", "Fabrikam"}, {"14", "feed", "c1", "contoso"}, {"15", "feed", "c2", "Tailspin"}}
	for text, want := range map[string]string{
		"tailspin": "15", "4711": "12", "15": "15", "c1": "14", "sync:12": "13", "id:12": "12", "feed:c2": "15", "FABRIKAM": "13",
		"12": "", "Contoso": "", "": "", "Nobody": "", "id:99": "",
	} {
		got, err := find(all, text)
		if got.ID != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v", text, got.ID, err)
		}
	}
}

const (
	findingsJSON = `{"items":[{"code":"used_not_billed","organization":"Contoso","company":null,"amount":13.5,"message":"4 used, 1 billed."},
		{"code":"billed_not_used","organization":"","company":{"id":250,"name":"Fabrikam"},"amount":null,"message":"Nobody is mapped."}],"next":"2"}`
	compareJSON = `{"items":[{"company":{"id":1,"name":"Contoso"},"agreement":{"id":2,"name":"Backup"},"product_id":"X","unit":"each","before":40,"after":43,"amount_change":13.5,"reason":"+ Ada Lovelace"},
		{"company":{"id":1,"name":"Contoso"},"agreement":{"id":2,"name":"Backup"},"product_id":"Y","unit":"GB","before":5,"after":null,"amount_change":null,"reason":""}],"next":null}`
	datedJSON = `{"id":"3","connection":"cw","period":"2026-11","digest":"d2","undo_of":null,"complete":false,"problems":["Source feed was not read."],"findings_count":2,"totals":{"changed":1,"held":1,"amount_change":null},
		"lines":[{"id":"21","product_id":"X","company":{"id":1,"name":"Contoso"},"agreement":{"id":2,"name":"Backup"},"before":null,"after":4,"unit":"each","verdict":"create","state":"planned","decision":"released","effective_date":"2026-12-01","invoice":["In time for the invoice of 31 December 2026."],"holds":[],"organizations":[]}]}`
	repairsJSON = `{"items":[{"code":"agreement_ended","organization":"Contoso","message":"It ended.","why":"The only other one.","suggest":{"organization_id":"2","agreement_id":13}},
		{"code":"product_gone","organization":"Contoso","message":"X is gone.","why":"Renamed.","suggest":{"organization_id":"2","agreement_id":14,"products":{"accounts":"Y"}}},
		{"code":"overlap","organization":"","message":"Billed twice.","why":"","suggest":null}],"next":null}`
)

// TestBillingCommands: what commands of one call ask of the API, and what a person reads.
func TestBillingCommands(t *testing.T) {
	t.Parallel()
	cw := mappingScope{Connection: "cw"}
	for name, test := range map[string]struct {
		command asker
		answer  string
		asks    string
		says    []string
	}{
		"findings":        {billingFindings{}, findingsJSON, "GET /billing/findings?limit=1000", []string{"used not billed, Contoso, +13.50 a month\n  4 used, 1 billed.", "billed not used, Fabrikam, price effect unknown", "more than these 2"}},
		"no findings":     {billingFindings{Connection: "cw"}, `{"items":[],"next":null}`, "GET /billing/findings?connection=cw&limit=1000", []string{"Nothing was found"}},
		"compare":         {billingCompare{From: "2026-10", To: "2026-11", Connection: "cw"}, compareJSON, "GET /billing/compare?connection=cw&from=2026-10&limit=1000&to=2026-11", []string{"40 → 43 each  +13.50", "+ Ada Lovelace", "5 → none GB", "price effect unknown"}},
		"effective":       {billingEffective{Line: "21", Date: "2026-12-01"}, datedJSON, `POST /billing/lines/21/effective {"date":"2026-12-01"}`, []string{"none → 4 each", "create, released", "begins on 2026-12-01", "In time for", "--digest d2"}},
		"effective again": {billingEffective{Line: "21"}, datedJSON, `POST /billing/lines/21/effective {"date":null}`, nil},
		"skip":            {billingSkip{Line: "21", Reason: "leaves"}, datedJSON, `POST /billing/lines/21/skip {"reason":"leaves"}`, []string{"Plan 3: 1 to write, 1 held."}},
		"repairs":         {mappingRepairs{cw}, repairsJSON, "GET /mappings/repairs?connection=cw&limit=1000", []string{"agreement ended, Contoso\n  It ended.\n  Suggested: The only other one.", "overlap, ", "2 repairs, with: psabridge mapping apply --repairs"}},
		"revert":          {mappingRevert{Revision: "8"}, "", `POST /mappings/revert {"revision":"8"}`, []string{"revision 8"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cl, asked := fakeAPI(t, http.StatusOK, test.answer)
			var out strings.Builder
			if err := test.command.ask(t.Context(), &globals{}, console{out: &out}, cl); err != nil {
				t.Fatal(err)
			}
			if *asked != test.asks {
				t.Errorf("asked %s, want %s", *asked, test.asks)
			}
			for _, words := range test.says {
				if !strings.Contains(out.String(), words) {
					t.Errorf("%q is missing in:\n%s", words, out.String())
				}
			}
			out.Reset()
			if err := test.command.ask(t.Context(), &globals{JSON: true}, console{out: &out}, cl); err != nil || out.Len() > 0 && !json.Valid([]byte(out.String())) {
				t.Errorf("with --json it prints %q, %v", out.String(), err)
			}
		})
	}
}

// TestPlanInWords: what could not be read, what an unknown price means, and where findings are.
func TestPlanInWords(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	decode[planAnswer](t, datedJSON).print(&out)
	for _, words := range []string{"Plan 3 for cw, 2026-11", "1 to write, 1 held, 0 the same.", "an unknown amount", "Not everything could be read", "Source feed was not read.", "in 2 places"} {
		if !strings.Contains(out.String(), words) {
			t.Errorf("%q is missing in:\n%s", words, out.String())
		}
	}
}

// TestPushInWords: what was written, and that something was not because it is held.
func TestPushInWords(t *testing.T) {
	t.Parallel()
	line := func(v app.Verdict, s app.LineState) planLine {
		return planLine{Company: app.Named{Name: "Contoso"}, Product: "SEAT", After: app.Q(4), Unit: "each", Verdict: v, State: s}
	}
	p := pushAnswer{ID: "9", Period: "2026-11", State: app.PushDone, Lines: []planLine{line(app.VerdictCreate, app.LineDone), line(app.VerdictSame, app.LineDone)}}
	for held, want := range map[int]string{0: "1 line written.\n", 1: "Left as it is: 1 held line. Look with: psabridge billing plan\n", 2: "2 held lines. Look"} {
		var out strings.Builder
		for range held {
			p.Lines = append(p.Lines, line(app.VerdictHold, app.LinePlanned))
		}
		p.print(&out)
		p.Lines = p.Lines[:2]
		if !strings.Contains(out.String(), want) || strings.Contains(out.String(), "Left") != (held > 0) {
			t.Errorf("%d held: %s", held, out.String())
		}
	}
}

// TestRepairsOfOneOrganization become one choice, in which what comes first is mended first.
func TestRepairsOfOneOrganization(t *testing.T) {
	t.Parallel()
	cl, _ := fakeAPI(t, http.StatusOK, repairsJSON)
	list, err := certainRepairs(t.Context(), cl, "cw")
	b, _ := json.Marshal(list)
	if want := `[{"agreement_id":13,"organization_id":"2","products":{"accounts":"Y"}}]`; err != nil || string(b) != want {
		t.Errorf("%s, %v; want %s", b, err, want)
	}
}
