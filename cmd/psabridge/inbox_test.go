package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"psabridge/app"
)

const inboxSettings = "version: 1\nsources:\n  - {name: feed, kind: inbox}\n"

// TestInboxFromATerminal: events, readings, files and tokens, with and without a running bridge.
func TestInboxFromATerminal(t *testing.T) {
	t.Parallel()
	b := newProcess(t)
	b.must(inboxSettings+"  - {name: other, kind: inbox}\n", "settings", "import", "-")
	const event = `{"id":"e1","organization":{"id":"c1","name":"Contoso"},"type":"backup.failed","state":"problem","title":"Backup failed"}`
	if got := decode[app.Received](t, b.must(event, "event", "send", "--source", "feed", "--json")); got.Accepted != 1 {
		t.Errorf("%+v", got)
	}
	d := b.serve()
	if got := decode[app.Received](t, b.must(event, "event", "send", "--source", "feed", "--json")); got.Accepted != 0 || got.Duplicates != 1 {
		t.Errorf("sent again: %+v", got)
	}
	if out := b.must(strings.Replace(event, "problem", "recovery", 1), "event", "send", "--source", "feed"); !strings.Contains(out, "not stored") || !strings.Contains(out, "e1") {
		t.Errorf("another event with the id: %s", out)
	}
	b.refused(strings.Replace(event, `"title"`, `"tilte"`, 1), []string{"tilte", "Did you mean title"}, "event", "send", "--source", "feed")
	b.refused(event, []string{"nope"}, "event", "send", "--source", "nope")
	b.importFiles()
	b.sameNumbersEverywhere(d)
}

func (b *bridgeProcess) file(name, text string) string {
	b.t.Helper()
	path := filepath.Join(filepath.Dir(b.dir), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

func (b *bridgeProcess) importFiles() {
	b.t.Helper()
	good := b.file("October.csv", "Kunden-Nr.;Kunde;Dienst;Menge\nc1;Contoso;Seats;12\nc2;Fabrikam;Seats;1.234,5\nSumme;;;1246,5\n")
	columns := []string{"--source", "feed", "--map", "customer_id=Kunden-Nr.", "--map", "customer_name=Kunde", "--map", "meter=Dienst", "--map", "quantity=Menge"}
	b.refused("", []string{"quantity=Menge"}, "usage", "import", good, "--source", "feed", "--covers", "2026-10")
	run := func(args ...string) []string { return append(append([]string{"usage", "import"}, args...), columns...) }
	b.refused("", []string{"which month"}, run(good)...)
	if out := b.must("", run(good, "--covers", "2026-10", "--dry-run")...); !strings.Contains(out, "Nothing was stored. It would be 2 readings of 2 customers") || !strings.Contains(out, "1 sums") {
		b.t.Errorf("dry run: %s", out)
	}
	if out := b.must("", run(good, "--covers", "2026-10")...); !strings.Contains(out, "2 readings of 2 customers stored.") {
		b.t.Errorf("import: %s", out)
	}
	if out := b.must("", "usage", "import", good, "--source", "feed", "--covers", "2026-10"); !strings.Contains(out, "as the last time") {
		b.t.Errorf("the columns were not remembered: %s", out)
	}
	bad := b.file("bad.csv", "Kunden-Nr.;Kunde;Dienst;Menge\nc1;Contoso;Seats;twelve\nc2;Fabrikam;Seats;-1\n")
	b.refused("", []string{"line 2, Menge", "line 3, Menge", "below zero"}, run(bad, "--covers", "2026-10")...)
	_, errs, code := b.run("", run(bad, "--covers", "2026-10", "--json")...)
	if p := decode[problem](b.t, errs); code != exitWrong || len(p.Rows) != 2 || p.Rows[0].Line != 2 {
		b.t.Errorf("exit %d, %+v", code, p)
	}
	b.refused(`{"readings":[]}`, []string{"covers", "CSV"}, "usage", "import", "-", "--source", "feed", "--covers", "2026-10")
	one := "\n " + `{"readings":[{"organization":{"id":"c1"},"meter":"disks","quantity":1,"covers":"2026-10"}]}`
	if out := b.must(one, "usage", "import", "-", "--source", "feed", "--dry-run"); !strings.Contains(out, "Nothing was stored. It would be 1 reading of 1 customer.") {
		b.t.Errorf("dry run of JSON: %s", out)
	}
	report := b.file("9f2 2026-11-05 Usage and Protection Insights Report.csv", "Item Type,Item Name,Item ID,Protection Status,Charged,Archive mailbox status,Data Protected (GB)\nUser,Ada,u1,Protected,Yes,None,1.5\n")
	for _, how := range []string{"as said", "as the last time"} {
		if out := b.must("", "usage", "import", report, "--source", "other"); !strings.Contains(out, how+"): ready-made x360cloud_usage") {
			b.t.Errorf("a ready-made mapping, %s: %s", how, out)
		}
	}
	b.must(`{"readings":[{"organization":{"id":"c1"},"meter":"storage","quantity":"2.5","unit":"TB","covers":"2026-10","items":[{"name":"NAS","amount":2.5}]}]}`, "usage", "import", "-", "--source", "feed")
	_, _, code = b.run("", run(good, "--duplicates", "first")...)
	if code != exitUsage {
		b.t.Errorf("wrong usage: exit %d", code)
	}
}

// sameNumbersEverywhere: page, API and command line show the same quantity.
func (b *bridgeProcess) sameNumbersEverywhere(d *daemon) {
	b.t.Helper()
	out := b.must("", "usage", "show", "--organization", "contoso", "--items")
	for _, want := range []string{"Contoso (feed c1)", "seats 12 each, own, covers 2026-10 (file, 1 item)", "storage 2.5 TB, own", "2.5 NAS"} {
		if !strings.Contains(out, want) {
			b.t.Errorf("usage show says %q, not %q", out, want)
		}
	}
	var list struct {
		Items []shownReadings `json:"items"`
	}
	if err := json.Unmarshal([]byte(b.must("", "usage", "show", "--source", "feed", "--json")), &list); err != nil || len(list.Items) != 2 {
		b.t.Fatalf("%v %+v", err, list)
	}
	for _, o := range list.Items {
		var answer struct {
			Items json.RawMessage `json:"items"`
		}
		d.get("/organizations/"+o.ID+"/readings", &answer)
		var mine, theirs bytes.Buffer
		if json.Compact(&mine, o.Raw) != nil || json.Compact(&theirs, answer.Items) != nil || mine.String() != theirs.String() {
			b.t.Errorf("the API says %s, the command line %s", theirs.String(), mine.String())
		}
	}
	b.refused("", []string{"no organization"}, "usage", "show", "--organization", "nobody")
}

// TestInboxTokenOpensItsDoorOnly: a token of an inbox sends to it, and does nothing else; revoked, it does nothing.
func TestInboxTokenOpensItsDoorOnly(t *testing.T) {
	t.Parallel()
	b := newProcess(t)
	d := b.serve()
	b.must(inboxSettings+"  - {name: other, kind: inbox}\n", "settings", "import", "-")
	token := strings.TrimSpace(b.must("", "token", "create", "Veeam", "--source", "feed"))
	made := decode[struct{ Items []tokenAnswer }](t, b.must("", "token", "list", "--source", "feed", "--json")).Items
	if len(made) != 1 || made[0].Name != "Veeam" || !strings.HasSuffix(token, made[0].EndsWith) || strings.Contains(b.must("", "token", "list", "--source", "feed"), token) {
		t.Fatalf("%+v", made)
	}
	const event = `{"id":"e1","type":"backup.failed","state":"problem","title":"x"}`
	ask := func(method, path, kind string, body io.Reader) int {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, d.api.base+"/api/v1"+path, body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", kind)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{"POST", "/sources/feed/events", 200},
		{"POST", "/sources/other/events", 403},
		{"GET", "/sources/feed", 403},
		{"GET", "/status", 403},
		{"POST", "/sources/feed/tokens", 403},
		{"GET", "/openapi.json", 403},
	} {
		if got := ask(c.method, c.path, "application/json", strings.NewReader(event)); got != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, got, c.want)
		}
	}
	// A body without end is cut off, and the bridge lives on.
	if got := ask("POST", "/sources/feed/events", "application/json", io.LimitReader(zeros{}, 5<<20)); got != 400 {
		t.Errorf("5 MiB of JSON: %d", got)
	}
	if got := ask("POST", "/sources/feed/usage", "text/csv", io.LimitReader(zeros{}, 51<<20)); got != 400 {
		t.Errorf("51 MiB of CSV: %d", got)
	}
	if got := ask("POST", "/sources/feed/usage", "application/json", strings.NewReader(`{"readings":[{"organization":{"id":"c1"},"meter":"seats","quantity":1,"covers":"2026-10"}]}`)); got != 200 {
		t.Errorf("usage: %d", got)
	}
	var imports struct{ Items []struct{ By string } }
	if d.get("/sources/feed/imports", &imports); len(imports.Items) != 1 || imports.Items[0].By != "token Veeam" {
		t.Errorf("imports %+v", imports)
	}
	b.must("", "token", "revoke", made[0].ID, "--source", "feed")
	if got := ask("POST", "/sources/feed/events", "application/json", strings.NewReader(event)); got != 401 {
		t.Errorf("revoked: %d", got)
	}
	log, err := os.ReadFile(filepath.Join(b.dir, logFile))
	if err != nil || strings.Contains(string(log), token) {
		t.Errorf("the log holds the token (%v)", err)
	}
	sum := sha256.Sum256([]byte(token))
	for _, name := range []string{"psabridge.db", "psabridge.db-wal"} {
		if db, err := os.ReadFile(filepath.Join(b.dir, name)); err == nil && (bytes.Contains(db, []byte(token)) || !bytes.Contains(db, sum[:]) && name == "psabridge.db-wal") {
			t.Errorf("%s holds the token, or not its hash", name)
		}
	}
	b.refused("", []string{"no token 99"}, "token", "revoke", "99", "--source", "feed")
}

// zeros is a body that says nothing.
type zeros struct{}

// Read implements io.Reader.
func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}
