package main

import (
	"encoding/json"
	"strings"
	"testing"

	"psabridge/app"
)

func TestRulesInAFile(t *testing.T) {
	t.Parallel()
	const list = "- name: Down\n  when: [machine.unreachable, {type: quota.reached, percent: 90}]\n  mute: [{from: 2026-11-22T09:00:00Z, to: \"2026-11-22T10:00:00Z\", reason: works}]\n"
	const want = `[{"mute":[{"from":"2026-11-22T09:00:00Z","reason":"works","to":"2026-11-22T10:00:00Z"}],"name":"Down","when":["machine.unreachable",{"percent":90,"type":"quota.reached"}]}]`
	for name, c := range map[string]struct{ file, want string }{
		"a list":                    {list, want},
		"a document":                {"version: 1\nalerts:\n" + list, want},
		"JSON":                      {want, want},
		"a document without alerts": {"version: 1\nsources: []\n", "[]"},
		"something else":            {"sources: []\n", ""},
		"no file of ours":           {"\x00", ""},
		"nothing":                   {"", ""},
	} {
		rules, err := rulesIn([]byte(c.file))
		if c.want == "" {
			if app.ErrorCode(err) != app.Invalid {
				t.Errorf("%s: %v, %v", name, rules, err)
			}
			continue
		}
		if got, _ := json.Marshal(rules); err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

// TestRehearsalInATerminal: its numbers are those of the rehearsal and not of the lists, which are cut.
func TestRehearsalInATerminal(t *testing.T) {
	t.Parallel()
	r := decode[rehearsalAnswer](t, `{"events": 120, "tickets": 10, "asked": 110, "problems": ["The alert “Down” is for nobody."],
		"by_organization": [{"organization": {"name": "Contoso"}, "source": "sync"}, {"organization": {"name": "Contoso"}, "source": "cloud"}, {"organization": {"name": "Fabrikam"}, "source": "sync"}],
		"difference": {"before": {"tickets": 3261}, "opened_count": 1, "no_longer_count": 3252, "opened": [{"summary": "FS01 is down"}],
			"no_longer": [{"summary": "FS02 is down"}]}}`)
	var out strings.Builder
	r.print(&out)
	for _, want := range []string{
		"120 events → 10 tickets, 110 would wait for your word", "! The alert “Down” is for nobody.", "The rules as they are: 3261 tickets.",
		"Contoso (sync) ", "Contoso (cloud) ", "Fabrikam  ", "1 more with these:\n", "3252 fewer with these, the newest first:\n", "and 3251 more.",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &out)
		}
	}
	out.Reset()
	if (rehearsalAnswer{}).print(&out); strings.Contains(out.String(), "your word") {
		t.Errorf("nobody is asked:\n%s", &out)
	}
}

// TestRehearseFromTheCommandLine rehearses the rules as they are, and others from a file.
func TestRehearseFromTheCommandLine(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	d := b.serve()
	b.configure(v, quick...)
	b.must("", "sync")
	v.MSP.SetQuotaUsage(v.MSP.Organizations()[1].ID, 95, v.MSP.Start())
	b.must("", "sync")
	d.eventually("a ticket was delivered", func() bool { return countTickets(v.ConnectWise.Tickets()) == 1 })

	now := decode[rehearsalAnswer](t, b.must("", "alerts", "rehearse", "--json"))
	if now.Tickets != 1 || now.Difference != nil {
		t.Errorf("what happened opened one ticket: %+v", now)
	}
	none := decode[rehearsalAnswer](t, b.must("[]", "alerts", "rehearse", "--rules", "-", "--days", "7", "--json"))
	if none.Tickets != 0 || none.Difference == nil || len(none.Difference.NoLonger) != 1 {
		t.Errorf("without rules there is none: %+v", none)
	}
	if out := b.must("[]", "alerts", "rehearse", "--rules", "-"); out == "" {
		t.Error("nothing was said")
	}
	if _, errs, code := b.run("- {name: Down, when: [machine.unreachable], via: {psa: true}, wiat: 5m}", "alerts", "rehearse", "--rules", "-"); code != exitWrong {
		t.Errorf("exit %d: %s", code, errs)
	}
}
