package axcient

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"psabridge/app"
)

func record(t *testing.T, text string) object {
	t.Helper()
	o, ok := parse([]byte(text))
	if !ok {
		t.Fatalf("%s is no record", text)
	}
	return o
}

func TestProtection(t *testing.T) {
	for text, want := range map[string]protection{
		`{"id":1,"status":"Active","selected_for_protection":true}`:                protected,
		`{"id":1,"status":"ACTIVE","selectedForProtection":"Yes"}`:                 protected,
		`{"id":1,"state":{"name":"active"},"Selected For Protection":1}`:           protected,
		`{"id":1,"selected_for_protection":true}`:                                  protected,
		`{"id":1,"active":true,"selected_for_protection":false}`:                   unprotected,
		`{"id":1,"status":"active","selected_for_protection":"false"}`:             unprotected,
		`{"id":1,"status":"Disabled","selected_for_protection":true}`:              neither,
		`{"id":1,"status":"archived","selected_for_protection":false}`:             neither,
		`{"id":1,"status":"active","deleted":true,"selected_for_protection":true}`: unknown, // which of the two
		`{"id":1,"disabled":false,"deleted":true,"selected_for_protection":true}`:  neither,
		`{"id":1,"enabled":false,"disabled":false,"selected_for_protection":true}`: unknown,
		`{"id":1,"protection_status":"Protected","is_protected":false}`:            unknown,
		`{"id":1,"status":"Disabled","protection_status":"N/A"}`:                   neither,
		`{"id":1,"enabled":false,"selected_for_protection":true}`:                  neither,
		`{"id":1,"disabled":false,"selected_for_protection":true}`:                 protected,
		`{"id":1,"Protection Status":"Protected"}`:                                 protected,
		`{"id":1,"Protection Status":"Not Protected"}`:                             unprotected,
		`{"id":1,"Protection Status":"N/A"}`:                                       neither,
		`{"id":1,"protected":false}`:                                               unprotected,
		`{"id":1,"status":"quarantined","selected_for_protection":true}`:           unknown,
		`{"id":1,"status":null,"selected_for_protection":true}`:                    unknown,
		`{"id":1,"status":"active","selected_for_protection":null}`:                unknown,
		`{"id":1,"status":"active","selected_for_protection":"maybe"}`:             unknown,
		`{"id":1,"status":"active","selected_for_protection":[true]}`:              unknown,
		`{"id":1,"status":"active"}`:                                               unknown,
		`{"id":1,"protection_status":"Pending"}`:                                   unknown,
		`{"id":1,"selected_for_protection":true,"selectedForProtection":false}`:    unknown, // which of the two
	} {
		it := readItem(record(t, text), users)
		if it.protection != want || (want == unknown) != (it.problem != "") || strings.Contains(it.problem, "quarantined") || strings.Contains(it.problem, "maybe") {
			t.Errorf("%s: %d, want %d: %s", text, it.protection, want, it.problem)
		}
		if it.isSeat != (want == protected) {
			t.Errorf("%s: seat %t", text, it.isSeat)
		}
	}
	for text, want := range map[string]bool{
		`{"id":1,"Protection Status":"Protected","Charged":"No"}`: false, `{"id":1,"Protection Status":"Not Protected","Charged":"Yes"}`: true, `{"id":1,"protected":true,"charged":null}`: true,
	} {
		if it := readItem(record(t, text), users); it.isSeat != want || it.problem != "" {
			t.Errorf("%s: seat %t: %s", text, it.isSeat, it.problem)
		}
	}
	if it := readItem(record(t, `{"id":1,"protected":true,"charged":"perhaps"}`), users); it.problem == "" {
		t.Error("a charge nobody understands is no problem")
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]string{
		`{"data_protected_bytes":1024}`:               "1024",
		`{"dataProtectedBytes":"1024"}`:               "1024",
		`{"Data Protected (GB)":1.5}`:                 "1610612736",
		`{"Data Protected (GB)":"0.01"}`:              "10737418",
		`{"size_in_mb":2}`:                            "2097152",
		`{"bytes_protected":7}`:                       "7",
		`{"storage_used":"12.5 GB"}`:                  "13421772800",
		`{"size":"3TB"}`:                              "3298534883328",
		`{"size":{"value":2,"unit":"GB"}}`:            "2147483648",
		`{"size":0}`:                                  "0",
		`{"cloud_usage_gb":0}`:                        "0",
		`{"data_protected_bytes":0.0}`:                "0",
		`{"protected":true,"protected_gb":1}`:         "1073741824",
		`{"size":12,"size_bytes":34}`:                 "34",
		`{"data_protected_gb":null,"size_bytes":5}`:   "5",
		`{"size":12}`:                                 "?", // of what
		`{"size":0,"storage_used_gb":12}`:             "12884901888",
		`{"data_protected":0,"size":12}`:              "?",
		`{"data_protected":0,"size":null}`:            "0",
		`{"data_protected":0,"storage":0}`:            "0",
		`{"size":"12"}`:                               "?",
		`{"size":"1,000 GB"}`:                         "?",
		`{"size":"12 parsecs"}`:                       "?",
		`{"size_bytes":-1}`:                           "?",
		`{"size_bytes":null}`:                         "?",
		`{"size_bytes":"many"}`:                       "?",
		`{"size_bytes":1e30}`:                         "?",
		`{"size_tb":999999999}`:                       "?",
		`{"size_bytes":[1]}`:                          "?",
		`{"size_bytes":true}`:                         "?",
		`{"protected":true}`:                          "",
		`{"name":"x","mailbox_count":3,"quota_gb":5}`: "",
	} {
		s := sizeOf(record(t, text))
		got := ""
		switch {
		case s.known:
			got = s.bytes.String()
		case s.given:
			got = "?"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	for word, want := range map[string]string{
		"Success": app.BackupSuccess, "IN_PROGRESS": app.BackupInProgress, "In Progress": app.BackupInProgress, "partial": app.BackupPartial, "Failed": app.BackupFailed,
		"Onboarding": app.BackupOnboarding, "Throttled By\nVendor": "throttled by vendor", "": "", "x\u202ey": "x y", strings.Repeat("ab", 40): strings.Repeat("ab", 20),
	} {
		if got := outcomeOf(word); got != want {
			t.Errorf("%q is %q, want %q", word, got, want)
		}
	}
}

func TestSLA(t *testing.T) {
	for text, want := range map[string]string{
		`{"sla_missed":true}`: app.SLAMissed, `{"slaMissed":"No"}`: app.SLAMet, `{"SLA Met":"yes"}`: app.SLAMet, `{"within_sla":0}`: app.SLAMissed, `{"sla_status":"Missed"}`: app.SLAMissed,
		`{"sla":"met"}`: app.SLAMet, `{"sla":null}`: "", `{}`: "", `{"sla":"24h"}`: "?", `{"sla_missed":"2026-11-02"}`: "?",
	} {
		got, problem := sla(record(t, text))
		if problem != "" {
			got = "?"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestJudge(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 11, n, 2, 0, 0, 0, time.UTC) }
	row := func(n int, value string) outcome { return outcome{at: day(n), value: value} }
	of := func(part string, o outcome) outcome { o.part = part; return o }
	tests := []struct {
		name string
		rows []outcome
		want verdict
	}{
		{"none", nil, verdict{}},
		{"one", []outcome{row(3, "failed")}, verdict{value: "failed"}},
		{"the newest", []outcome{row(1, "failed"), row(3, "success"), row(2, "failed")}, verdict{value: "success", since: day(3)}},
		{"since it began", []outcome{row(1, "success"), row(2, "failed"), row(3, "failed")}, verdict{value: "failed", since: day(2)}},
		{"it may have begun before", []outcome{row(2, "failed"), row(3, "failed")}, verdict{value: "failed"}},
		{"the gravest of a moment", []outcome{row(3, "success"), row(3, "failed"), row(3, "partial")}, verdict{value: "failed"}},
		{"the gravest of the services", []outcome{of("mail", row(3, "success")), of("files", row(2, "failed")), of("files", row(1, "success"))}, verdict{value: "failed", since: day(2)}},
		{"a service that was switched off", []outcome{of("mail", row(9, "success")), of("files", row(2, "failed"))}, verdict{value: "success"}},
		{"no time, and alike", []outcome{{value: "success"}, {value: "success"}}, verdict{value: "success"}},
		{"no time", []outcome{{value: "success"}, {value: "failed"}}, verdict{problem: "the entries have no time, so nobody can tell which is the newest"}},
		{"the newest not understood", []outcome{row(1, "success"), {at: day(2), why: "what"}}, verdict{problem: "what", since: day(2)}},
		{"an old one not understood", []outcome{row(2, "success"), {at: day(1), why: "what"}}, verdict{value: "success", since: day(2)}},
		{"objective", []outcome{{at: day(2), value: "success", sla: app.SLAMissed}, {at: day(1), value: "success", sla: app.SLAMet}}, verdict{value: "success", sla: app.SLAMissed}},
	}
	for _, tt := range tests {
		if got := judge(tt.rows); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestMoments(t *testing.T) {
	want := time.Date(2026, 11, 5, 2, 3, 4, 0, time.UTC)
	for _, text := range []string{`"2026-11-05T02:03:04Z"`, `"2026-11-05T02:03:04"`, `"2026-11-05 02:03:04"`, `"2026-11-05T03:03:04+01:00"`, `"2026-11-05T03:03:04+0100"`, `1793844184`, `"1793844184"`, `1793844184000`, `"2026-11-05T02:03:04.000"`} {
		if got := (value{raw: []byte(text)}).moment(); !got.Equal(want) {
			t.Errorf("%s: %s", text, got)
		}
	}
	for _, text := range []string{`null`, `""`, `"soon"`, `5`, `true`, `"05/11/2026"`, `{}`} {
		if got := (value{raw: []byte(text)}).moment(); !got.IsZero() {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func TestNamesAreOneInAnySpelling(t *testing.T) {
	for _, name := range []string{"selected_for_protection", "selectedForProtection", "Selected For Protection", "SELECTED-FOR-PROTECTION", "selected.for.protection"} {
		o := record(t, fmt.Sprintf(`{%q:true}`, name))
		if v, ok := o.find(fieldSelected); !ok || v.name != name {
			t.Errorf("%s is not found", name)
		}
	}
	seen := map[string]field{}
	for f, list := range folded {
		for _, name := range list {
			if name == "" {
				t.Errorf("field %d has a name of nothing", f)
			}
			seen[name] = f
		}
	}
	o := record(t, "{\"a\\u202e\\u0000b\":1,\"\":2,\""+strings.Repeat("x", 100)+"\":3}")
	if got := o.seen(); got != "ab, "+strings.Repeat("x", 39)+"…" {
		t.Errorf("%q", got)
	}
}

func TestHost(t *testing.T) {
	for pasted, want := range map[string]string{
		"": "https://axapi.axcient.com/x360cloud", "axapi.axcient.com": "https://axapi.axcient.com/x360cloud", "https://AXAPI.axcient.com./": "https://axapi.axcient.com/x360cloud",
		"https://axapi.axcient.com/x360cloud/client?limit=1": "https://axapi.axcient.com/x360cloud", "https://proxy.example:8443/ax/cloud/": "https://proxy.example:8443/ax/cloud",
		"http://axapi.axcient.com": "https://axapi.axcient.com/x360cloud", "http://127.0.0.1:7391": "http://127.0.0.1:7391/x360cloud", "http://localhost:1/a/../b": "http://localhost:1/b",
		"https://x.example/v2/client/88/user": "https://x.example/v2",
	} {
		if got, err := Host(pasted, true); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", pasted, got, err, want)
		}
	}
	for _, pasted := range []string{"ftp://x.example", "https://", "https://me:secret@x.example", "a b", "https://a b"} {
		if got, err := Host(pasted, true); app.ErrorCode(err) != app.Invalid || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %q, %v", pasted, got, err)
		}
	}
	if got, _ := Host("http://127.0.0.1:7391", false); got != "https://127.0.0.1:7391/x360cloud" {
		t.Errorf("%q", got)
	}
	if got := beside("https://x.example/x360cloud", "billing"); got != "https://x.example/billing" {
		t.Errorf("%q", got)
	}
}

func TestTree(t *testing.T) {
	rows := []object{}
	for _, text := range []string{
		`{"id":1,"name":"Reseller"}`, `{"id":2,"name":"Below","parent_id":1}`, `{"id":3,"parent_id":99}`, `{"id":4,"parent_id":5}`, `{"id":5,"parent_id":4}`, `{"id":6,"parent_id":6}`,
		`{"id":7,"parent_id":2}`, `{"id":8,"parent":{"id":1}}`, `{"id":10,"parent_id":"psabridge:top"}`,
	} {
		rows = append(rows, record(t, text))
	}
	a := newAccount("x360Cloud (cloud)", listing{rows: rows})
	want := map[string]string{"1": a.top, "2": "1", "3": a.top, "6": a.top, "7": "2", "8": "1", "10": a.top}
	for id, parent := range want {
		if a.nodes[id].parent != parent {
			t.Errorf("%s hangs below %s, want %s", id, a.nodes[id].parent, parent)
		}
	}
	if len(a.below(a.top)) != 10 || len(a.below("1")) != 4 || !a.nested || a.nodes["3"].name != "Client 3" {
		t.Errorf("%v, %v, %q", a.below(a.top), a.below("1"), a.nodes["3"].name)
	}
}

// TestContradictionsAreDoubts: what says that a user is gone, next to something that says that it is not.
func TestContradictionsAreDoubts(t *testing.T) {
	for _, text := range []string{
		`{"id":1,"disabled":false,"deleted":true,"selected_for_protection":true}`,
		`{"id":1,"archived":false,"is_deleted":true,"selected_for_protection":true}`,
		`{"id":1,"enabled":true,"status":"Deleted","selected_for_protection":true}`,
		`{"id":1,"active":true,"status":"Archived","selected_for_protection":true}`,
	} {
		if it := readItem(record(t, text), users); it.isSeat && it.problem == "" {
			t.Errorf("%s is a seat", text)
		}
	}
	for _, text := range []string{
		`{"id":1,"status":"Archived","protection_status":"Protected"}`,
		`{"id":1,"account_enabled":false,"protection_status":"Protected"}`,
	} {
		if it := readItem(record(t, text), users); !it.isSeat && it.problem == "" {
			t.Errorf("%s: the vendor's own word is Protected, and it is no seat and no doubt", text)
		}
	}
}

// TestIDsOfThePaths: userId and clientId, as the vendor's paths call them, and no id.
func TestIDsOfThePaths(t *testing.T) {
	s := cloudOf(t, map[string]func(url.Values, http.ResponseWriter) string{"client/1/user": func(url.Values, http.ResponseWriter) string {
		return `{"users":[{"clientId":1,"userId":11,"status":"active","selected_for_protection":true},{"clientId":1,"userId":12,"status":"active","selected_for_protection":true}],"total":2}`
	}})
	if r := seatsOf(t, s); !r.Complete || r.Quantity.String() != "2" {
		t.Errorf("%s seats, complete %t: %s", r.Quantity, r.Complete, r.Problem)
	}
	s = cloudOf(t, map[string]func(url.Values, http.ResponseWriter) string{"client/1/user": func(url.Values, http.ResponseWriter) string {
		return `{"users":[{"clientId":1,"userId":11,"status":"active","selected_for_protection":true}]}`
	}})
	if r := seatsOf(t, s); len(r.Items) != 1 || r.Items[0].ExternalID != "1/11" {
		t.Errorf("the evidence names the client instead of the user: %+v", r.Items)
	}
}
