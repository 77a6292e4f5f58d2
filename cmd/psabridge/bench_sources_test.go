package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The account PERFORMANCE asks to be read: 500 organizations below the top, 5,000 accounts, 1,500 machines.
const (
	bigOrganizations = 500
	bigPersons       = 10 // of each
	bigMachines      = 3  // of each
)

// bigAccount is an x360Sync of that size. It knows just enough to be read, and counts what it is asked.
type bigAccount struct {
	mu    sync.Mutex
	calls int
}

// ServeHTTP implements http.Handler.
func (a *bigAccount) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/oauth/token" {
		_, _ = fmt.Fprint(w, `{"access_token":"a","refresh_token":"r","expires_in":3600,"guid":"g","token_type":"Bearer"}`)
		return
	}
	a.mu.Lock()
	a.calls++
	a.mu.Unlock()
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/api/2/"), "/")
	switch {
	case parts[0] == "version":
		_, _ = fmt.Fprint(w, `{"version":"2.7.2"}`)
	case parts[0] == "person":
		_, _ = fmt.Fprint(w, `{"type":"person","id":1,"company_id":1,"email":"admin@example.com"}`)
	case parts[0] == "activity":
		writePage(w, r, 1, func(int) string { return `{"type":"activity_type","id":1,"activity":"Logged in"}` })
	case parts[0] == "organization" && len(parts) == 2:
		_, _ = fmt.Fprint(w, bigOrganization(parts[1]))
	case parts[0] == "organization":
		a.list(w, r, parts[1], parts[2])
	default:
		w.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprint(w, `{"error":"not_found"}`)
	}
}

func (a *bigAccount) list(w http.ResponseWriter, r *http.Request, id, what string) {
	org, _ := strconv.Atoi(id)
	row := map[string]func(owner, i int) string{
		"persons": func(owner, i int) string {
			return fmt.Sprintf(`{"type":"person","id":%d,"company_id":%d,"email":"p%d@example.com","first_name":"Ada","last_name":"Number %d","space_usage":123456789,"space_quota":null}`, owner*100+i, owner, i, i)
		},
		"roots": func(owner, i int) string {
			return fmt.Sprintf(`{"type":"root","id":%d,"company_id":%d,"name":"Folder %d","space_used":123456789}`, owner*100+i, owner, i)
		},
		"machines": func(owner, i int) string {
			return fmt.Sprintf(`{"type":"machine","id":%d,"dns_name":"M%d","machine_type":"%s","os_type":"win","agent_version":"2.7","last_login":"2026-11-20T10:57:44","last_disconnect":null}`, owner*100+i, i, map[bool]string{true: "server", false: "agent"}[i == 0])
		},
	}[what]
	each := map[string]int{"persons": bigPersons, "roots": bigPersons, "machines": bigMachines}[what]
	switch {
	case what == "activity" && org == 1: // one row that has nothing to do with the top: its log shows everything
		writePage(w, r, 1, func(int) string {
			return `{"type":"activity","id":1,"activity_type_id":1,"created":"2026-11-20T10:00:00","actor_type":"person","actor_company_id":2,"acted_on_type":"organization","acted_on_company_id":2}`
		})
	case what == "organizations" && org == 1:
		writePage(w, r, bigOrganizations, func(i int) string { return bigOrganization(strconv.Itoa(i + 2)) })
	case row == nil:
		writePage(w, r, 0, nil)
	case org == 1:
		writePage(w, r, each*bigOrganizations, func(i int) string { return row(i/each+2, i%each) })
	default:
		writePage(w, r, each, func(i int) string { return row(org, i) })
	}
}

func bigOrganization(id string) string {
	parent := "1"
	if id == "1" {
		parent = "0"
	}
	return fmt.Sprintf(`{"type":"organization","id":%s,"parent_id":%s,"name":"Customer %s","active":true,"policy":{"space_quota":107374182400}}`, id, parent, id)
}

// writePage writes one page of 100 of a list, as the vendor does.
func writePage(w http.ResponseWriter, r *http.Request, total int, row func(int) string) {
	offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
	rows := []json.RawMessage{}
	for i := offset; i < min(offset+100, total); i++ {
		rows = append(rows, json.RawMessage(row(i)))
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"results": rows, "total": total})
}

// BenchmarkBigAccount reads that account with the real program.
//
// The fewest calls the API allows: an organization's children are only in its own list, and a machine names no owner, so
// both lists are read for each of the 501 organizations (the top's in ⌈500/100⌉ and ⌈1500/100⌉ pages); accounts, folders
// and guests come with the top's list, 100 a page.
func BenchmarkBigAccount(b *testing.B) {
	account := &bigAccount{}
	srv := httptest.NewServer(account)
	defer srv.Close()
	p := &bridgeProcess{t: b, dir: filepath.Join(b.TempDir(), "data"), path: builtBinary(b)}
	d, pid := p.serveOnKeyring()
	idle := memoryOf(b, pid, "VmRSS")
	started := p.reads(d, srv.URL, "24h")
	took := time.Since(started)
	orgs, persons, machines := bigOrganizations, bigOrganizations*bigPersons, bigOrganizations*bigMachines
	lists := pagesOf(orgs) + orgs + pagesOf(machines) + orgs + 2*pagesOf(persons)
	b.ReportMetric(float64(account.calls), "calls")
	b.ReportMetric(float64(account.calls)/float64(2*lists), "calls/bound")
	b.ReportMetric(took.Seconds(), "s")
	b.ReportMetric(memoryOf(b, pid, "VmHWM")/idle, "peak/idle")
}

// serveOnKeyring serves with the keys in a keychain of the system: the encrypted file takes 64 MB to open, by design, and
// would be all that is measured.
func (b *bridgeProcess) serveOnKeyring() (d *daemon, pid int) {
	b.t.Helper()
	if _, err := exec.LookPath("gnome-keyring-daemon"); err != nil {
		b.t.Skip("SKIPPED: no keyring here")
	}
	script, err := filepath.Abs("../../testdata/keyring/with-keyring.sh")
	if err != nil {
		b.t.Fatal(err)
	}
	b.keyring = script
	d = b.serve()
	b.keyring = ""
	r, err := readRunning(b.dir)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		if bridge, err := os.FindProcess(r.PID); err == nil {
			_ = bridge.Kill() // the script ends with it
		}
	})
	return d, r.PID
}

func pagesOf(rows int) int { return (rows + 99) / 100 }

// memoryOf reads one line of /proc/<pid>/status in MB.
func memoryOf(b *testing.B, pid int, what string) float64 {
	b.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		b.Skip("no /proc here: ", err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, what+":"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	b.Fatalf("no %s", what)
	return 0
}

// reads connects a bridge to an x360Sync and waits until it was read once, usage too. It returns when that began.
func (b *bridgeProcess) reads(d *daemon, url, every string) (began time.Time) {
	b.t.Helper()
	b.must("version: 1\nsources:\n  - {name: sync, kind: x360sync, host: "+url+", every: "+every+", allow_private_network: true}\n", "settings", "import", "-")
	b.must("admin@example.com\n", "secret", "set", "sources/sync/username")
	began = time.Now()
	b.must("secret\n", "secret", "set", "sources/sync/password") // it is read at once
	for read := false; !read; {
		var status statusAnswer
		d.get("/status", &status)
		read = len(status.Sources) == 1 && !status.Sources[0].LastOKAt.IsZero()
		time.Sleep(200 * time.Millisecond)
	}
	return began
}
