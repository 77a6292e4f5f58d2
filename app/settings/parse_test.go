package settings_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/app/sandbox/sample"
	"psabridge/app/settings"
)

// example is the document every page of the manual shows.
const example = `version: 1
sources:
  - {name: sync, kind: x360sync, host: "https://syncedtool.com", every: 2m}
connections:
  - name: cw
    system: connectwise
    site_url: https://na.myconnectwise.net
    company_id: acme
    client_id: 00000000-0000-0000-0000-000000000000
    allow_private_network: false   # true for a self-hosted ConnectWise; plain http then works for loopback only
    ticketing: {enabled: true, board: "Alerts", status: "New", closed_status: "Closed", priority: {warning: "Priority 3", critical: "Priority 2"}}
    billing:
      enabled: true
      push_day: 31            # or "last"
      push_at: "06:00"
      approval: ask           # or automatic
      products: {accounts: "X360-ACCOUNT", storage: "X360-STORAGE", file_server: "X360-FSE"}
      rules: {storage: {unit: GB, round: up}, hold: {percent: 50, units: 5}}
organizations:
  - {source: sync, id: "4711", psa: inherit, company: {id: 250, identifier: "Contoso"}, agreement: {id: 12}, bill: [accounts, storage]}
alerts:
  - name: File server unreachable
    when: [machine.unreachable]
    for: {organization: "4700", suborganizations: true}
    via: {psa: true, email: []}
    ticket: {auto_close: true, reopen_within: 24h, per: object}
`

func parse(t *testing.T, document string) app.Settings {
	t.Helper()
	doc, err := settings.Parse([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestParseExample(t *testing.T) {
	doc := parse(t, example)
	if err := settings.Validate(doc); err != nil {
		t.Fatal(err)
	}
	billing := doc.Connections[0].Billing
	if billing.PushDay != 31 || billing.Products[app.MeterStorage] != "X360-STORAGE" || *billing.Rules.Hold.Percent != 50 ||
		!billing.Rules.Hold.Units.Equal(app.Q(5)) || billing.Rules.Meters[app.MeterStorage].Unit != "GB" {
		t.Errorf("billing = %+v", billing)
	}
	rule := doc.Alerts[0]
	if rule.When[0].Type != app.TypeMachineUnreachable || rule.Ticket.ReopenWithin.D() != 24*time.Hour || !rule.For.Suborganizations {
		t.Errorf("rule = %+v", rule)
	}
	if doc.Connections[0].Ticketing.Board.Name != "Alerts" {
		t.Errorf("ticketing = %+v", doc.Connections[0].Ticketing)
	}
}

func TestParseSample(t *testing.T) {
	msp := sample.New(1, time.Date(2026, 11, 5, 9, 0, 0, 0, time.UTC))
	doc := parse(t, string(msp.Settings("http://127.0.0.1:1234", "http://127.0.0.1:1235")))
	if err := settings.Validate(doc); err != nil {
		t.Error(err)
	}
}

func TestParseRefuses(t *testing.T) {
	in := "version: 1\nconnections:\n- name: cw\n"
	for name, test := range map[string]struct{ document, field, says string }{
		"unknown key":          {"version: 1\nbogus: 2\n", "bogus", "Line 2: there is no key \"bogus\" here. Known are: alerts, connections, notify"},
		"unknown key, nested":  {in + "  billing: {rules: {storage: {unti: GB}}}\n", "connections[cw].billing.rules.storage.unti", "Known are: basis, fse, minimum"},
		"unknown key in hold":  {in + "  billing: {rules: {hold: {percant: 3}}}\n", "connections[cw].billing.rules.hold.percant", "Known are: amount, percent, units"},
		"unknown key in a ref": {in + "  ticketing: {board: {id: 3, nam: x}}\n", "connections[cw].ticketing.board.nam", "Known are: id, name"},
		"unknown key in when":  {"version: 1\nalerts:\n- name: A\n  when: [a.b, {type: c, bla: 1}]\n", "alerts[A].when[1].bla", "Line 4"},
		"unknown key in smtp":  {"version: 1\nnotify: {email: {smtp: {hots: x}}}\n", "notify.email.smtp.hots", "Known are: allow_private_network, from, host, port, tls, user"},
		"unknown key, notify":  {"version: 1\nnotify:\n  desktp: true\n", "notify.desktp", "Line 3: there is no key \"desktp\" here. Known are: desktop, email, webhook"},
		"unknown automation":   {in + "  ticketing: {automation: {member: [a]}}\n", "connections[cw].ticketing.automation.member", "Known are: members, statuses"},
		"number for desktop":   {"version: 1\nnotify: {desktop: 7}\n", "notify.desktop", "a number, but true or false"},
		"text for addresses":   {"version: 1\nnotify: {email: {to: noc@example.com}}\n", "notify.email.to", "text, but a list"},
		"list for a server":    {"version: 1\nnotify: {email: {smtp: [a]}}\n", "notify.email.smtp", "a list, but a map"},
		"text for a port":      {"version: 1\nnotify: {email: {smtp: {port: smtp}}}\n", "notify.email.smtp.port", "a whole number"},
		"key given twice":      {in + "  name: b\n", "connections[cw].name", "Line 4: the key \"name\" stands here a second time, first on line 3"},
		"meter given twice":    {in + "  billing:\n    rules:\n      storage: {unit: GB}\n      storage: {unit: TB}\n", "connections[cw].billing.rules.storage", "Line 7"},
		"list for a map":       {in + "  billing: {products: [a]}\n", "connections[cw].billing.products", "a list, but a map is wanted"},
		"number for a switch":  {in + "  ticketing: {enabled: 7}\n", "connections[cw].ticketing.enabled", "a number, but true or false"},
		"text for a number":    {"version: one\n", "version", "text, but a whole number"},
		"text for a list":      {"version: 1\nconnections: foo\n", "connections", "text, but a list"},
		"a list for all":       {"[]", "", "a list, but a map"},
		"push day 32":          {in + "  billing: {push_day: 32}\n", "connections[cw].billing.push_day", "1 to 31, or last"},
		"push day as a map":    {in + "  billing: {push_day: {}}\n", "connections[cw].billing.push_day", "a map, but a day of the month"},
		"no duration":          {in + "  billing: {max_age: 5x}\n", "connections[cw].billing.max_age", "90s, 2m or 24h"},
		"exponent":             {in + "  billing: {rules: {hold: {amount: 1e3}}}\n", "connections[cw].billing.rules.hold.amount", "not a plain number"},
		"id beyond int64":      {"version: 1\norganizations: [{source: s, id: 1, company: {id: 99999999999999999999}}]", "organizations[s/1].company.id", "whole number"},
		"two documents":        {"version: 1\n---\nversion: 1\n", "", "more than one document"},
		"nothing":              {"", "", "is empty"},
		"broken":               {"version: 1\n  sources: [}\n", "", "Line 2: this is not valid YAML"},
		"another version":      {"version: 2\nnew_things: 1\n", "version", "Line 1: this is a document of version 2"},
		"too large":            {strings.Repeat(" ", settings.MaxSize+1), "", "larger than"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := settings.Parse([]byte(test.document))
			if app.ErrorCode(err) != app.Invalid {
				t.Fatalf("err = %v, want invalid", err)
			}
			if !strings.Contains(app.ErrorMessage(err), test.says) {
				t.Errorf("message %q does not say %q", app.ErrorMessage(err), test.says)
			}
			if e, ok := errors.AsType[*app.Error](err); !ok || e.Field != test.field {
				t.Errorf("field of %v, want %q", err, test.field)
			}
		})
	}
}

func TestParseListsEveryProblem(t *testing.T) {
	_, err := settings.Parse([]byte("version: 1\na: 1\nb: 2\n"))
	var fields []string
	for _, p := range settings.Problems(err) {
		fields = append(fields, p.Field)
	}
	if diff := cmp.Diff([]string{"a", "b"}, fields); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(app.ErrorMessage(err), "2 things") {
		t.Errorf("message = %q", app.ErrorMessage(err))
	}
}

func TestParseJSON(t *testing.T) {
	doc := parse(t, "{\n\t\"version\": 1,\n\t\"alerts\": [{\"name\": \"\\u00e4\\ud83d\\ude00\\\\ud83d\", \"when\": [\"quota.reached\", {\"type\": \"machine.unseen\", \"days\": 3}], \"via\": {\"psa\": true}}],\n"+
		"\t\"connections\": [{\"name\": \"cw\", \"system\": \"connectwise\", \"site_url\": \"x\", \"company_id\": \"a\", \"billing\": {\"enabled\": true, \"push_day\": \"last\", \"rules\": {\"hold\": {\"units\": 2.5}}}}]}")
	if doc.Alerts[0].Name != `ä😀\ud83d` || doc.Alerts[0].When[1].Days != 3 {
		t.Errorf("alerts = %+v", doc.Alerts)
	}
	if b := doc.Connections[0].Billing; b.PushDay != app.LastDay || b.Rules.Hold.Units.String() != "2.5" {
		t.Errorf("billing = %+v", b)
	}
}

func TestMarshalIsStable(t *testing.T) {
	a := parse(t, "version: 1\nsources: [{name: s, kind: x360sync}]\norganizations: [{source: s, id: b}, {source: s, id: a}]\n")
	b := parse(t, "version: 1\nsources: [{name: s, kind: x360sync}]\norganizations: [{source: s, id: a}, {source: s, id: b}]\n")
	one, err := settings.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	two, _ := settings.Marshal(b)
	want := "version: 1\nsources:\n- name: s\n  kind: x360sync\norganizations:\n- source: s\n  id: a\n- source: s\n  id: b\n"
	if string(one) != want || string(two) != want {
		t.Errorf("got\n%s\nand\n%s", one, two)
	}
	if a.Organizations[0].ID != "b" {
		t.Error("printing reordered the document itself")
	}
}

func TestMarshalExample(t *testing.T) {
	doc := parse(t, example)
	b, err := settings.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"push_day: 31\n", "units: 5\n", "when:\n  - machine.unreachable\n", "board: Alerts\n", "id: '4711'\n"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%q is missing in\n%s", want, b)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(example))
	f.Add([]byte("{\"version\":1}"))
	f.Add([]byte("version: 1\nsources: [&a {name: x}, *a, {<<: *a}]"))
	f.Add([]byte("version: 1\nalerts: [{when: [{}, ~, x], mute: [{}]}]"))
	f.Add([]byte("version: 1\nconnections: [{billing: {rules: {hold: ~, storage: ~}}, ticketing: {board: ~, priority: {x: ~}}}]"))
	f.Fuzz(func(t *testing.T, document []byte) {
		doc, err := settings.Parse(document)
		if err != nil {
			if app.ErrorCode(err) != app.Invalid || app.ErrorMessage(err) == "" {
				t.Fatalf("err = %v", err)
			}
			return
		}
		_ = settings.Validate(doc)
		printed, err := settings.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		again, err := settings.Parse(printed)
		if err != nil {
			t.Fatalf("%v\n%s", err, printed)
		}
		if changes := settings.Diff(doc, again); len(changes) > 0 {
			t.Fatalf("printing changed %v", changes)
		}
	})
}
