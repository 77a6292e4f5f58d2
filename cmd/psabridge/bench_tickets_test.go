package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// turnstile stands before a vendor and writes down who passes when. It answers after delay at the earliest.
type turnstile struct {
	http.Handler
	delay  time.Duration
	mu     sync.Mutex
	passed []passage
}

type passage struct {
	method, path string
	came, went   time.Time
}

// ServeHTTP implements http.Handler.
func (g *turnstile) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p := passage{method: r.Method, path: r.URL.Path, came: time.Now()}
	time.Sleep(g.delay)
	g.Handler.ServeHTTP(w, r)
	p.went = time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.passed = append(g.passed, p)
}

func (g *turnstile) all() []passage {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.passed)
}

// forget starts the list anew.
func (g *turnstile) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.passed = nil
}

func (p passage) isCreate() bool {
	return p.method == http.MethodPost && strings.HasSuffix(p.path, "/service/tickets")
}

// isClose reports whether a call is about one ticket: what closing it takes.
func (p passage) isClose() bool { return strings.Contains(p.path, "/service/tickets/") }

func counted(of []passage, is func(passage) bool) int {
	n := 0
	for _, p := range of {
		if is(p) {
			n++
		}
	}
	return n
}

// ticketBench is the real program between the two sandboxes, each behind a turnstile, with an inbox for alerts.
type ticketBench struct {
	*daemon
	b           *testing.B
	vendors     *sandbox.Running
	connectWise *turnstile
	x360Sync    *turnstile
	pid         int
	idle        float64 // MB before anything was set up
}

func newTicketBench(b *testing.B, perMinute int, o sandbox.Options) *ticketBench {
	b.Helper()
	v, err := sandbox.Start(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = v.Stop() })
	t := &ticketBench{b: b, vendors: v, connectWise: &turnstile{Handler: v.ConnectWise}, x360Sync: &turnstile{Handler: v.X360Sync}}
	doors := [2]string{}
	for i, g := range []*turnstile{t.connectWise, t.x360Sync} {
		srv := httptest.NewServer(g)
		b.Cleanup(srv.Close)
		doors[i] = srv.URL
	}
	p := &bridgeProcess{t: b, dir: filepath.Join(b.TempDir(), "data")}
	if p.path, err = binary(); err != nil {
		b.Fatal(err)
	}
	t.daemon, t.pid = p.serveOnKeyring()
	t.idle = memoryOf(b, t.pid, "VmRSS")
	p.configure(v, v.ConnectWiseURL, doors[0], v.X360SyncURL, doors[1],
		"sources:\n", "sources:\n  - {name: feed, kind: inbox}\n",
		"    allow_private_network: true\n    ticketing:\n", fmt.Sprintf("    allow_private_network: true\n    requests_per_minute: %d\n    ticketing:\n", perMinute),
		"organizations:\n", "organizations:\n  - {source: feed, id: c1, psa: cw, company: {id: 249, identifier: Nordlicht}}\n",
		"alerts:\n", "alerts:\n  - {name: Disk, when: [disk.failing], via: {psa: true}, ticket: {auto_close: true}}\n"+
			"  - {name: New account, when: [account.added], via: {psa: true}}\n")
	p.must("", "sync")
	return t
}

// send sends events to the inbox, in one call.
func (t *ticketBench) send(state string, from, to int, id string) {
	t.b.Helper()
	events := make([]map[string]any, 0, to-from)
	for i := from; i < to; i++ {
		events = append(events, map[string]any{
			"id": fmt.Sprint(id, i), "organization": map[string]any{"id": "c1", "name": "Contoso"}, "type": "disk.failing", "state": state,
			"severity": "warning", "object": map[string]any{"kind": "machine", "id": strconv.Itoa(i), "name": fmt.Sprint("M", i)}, "title": fmt.Sprint("The disk of M", i, " fails"),
		})
	}
	if err := t.api.call(t.b.Context(), http.MethodPost, "/sources/feed/events", map[string]any{"events": events}, nil); err != nil {
		t.b.Fatal(err)
	}
}

// until waits for so many calls of a kind.
func (t *ticketBench) until(n int, is func(passage) bool) {
	t.b.Helper()
	deadline := time.Now().Add(10 * time.Minute)
	for counted(t.connectWise.all(), is) < n {
		if time.Now().After(deadline) {
			t.b.Fatalf("%d calls of %d came%s", counted(t.connectWise.all(), is), n, t.log())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// BenchmarkTicketCalls counts what ConnectWise is asked for 1,000 alerts of 300 conditions, 100 of which recover. The fewest
// there can be: one POST for a ticket; two reads, a note and a PATCH for a close that no person must be run over by.
func BenchmarkTicketCalls(b *testing.B) {
	t := newTicketBench(b, 10000, sandbox.Options{})
	t.connectWise.forget()
	for i := range 3 {
		t.send("problem", 0, 300, fmt.Sprint("p", i, "-"))
	}
	t.until(300, passage.isCreate)
	t.send("recovery", 0, 100, "r")
	t.until(100, func(p passage) bool { return p.method == http.MethodPatch })
	calls := t.connectWise.all()
	creates, closes := counted(calls, passage.isCreate), counted(calls, passage.isClose)
	b.ReportMetric(float64(creates)/300, "calls/ticket")
	b.ReportMetric(float64(closes)/100, "calls/close")
	b.ReportMetric(float64(creates+closes)/(300+4*100), "calls/bound")
	b.ReportMetric(float64(len(calls)-creates-closes), "other-calls") // option lists, read once, and polls of open tickets
}

// BenchmarkTicketLatency measures the time from the last answer of a poll that shows something new to the ticket's POST,
// while ConnectWise takes 200 ms for each answer.
func BenchmarkTicketLatency(b *testing.B) {
	const answer, rounds = 200 * time.Millisecond, 60
	t := newTicketBench(b, 10000, sandbox.Options{})
	t.connectWise.delay = answer
	var own []time.Duration
	for i := range rounds + 5 {
		t.connectWise.forget()
		t.x360Sync.forget()
		t.vendors.MSP.AddPerson(t.vendors.MSP.Organizations()[1+i%5].ID, "Ada", fmt.Sprint("Number", i), time.Now())
		t.must("", "sync", sample.SourceName)
		t.until(1, passage.isCreate)
		calls := t.connectWise.all()
		posted := calls[slices.IndexFunc(calls, passage.isCreate)].came
		var read time.Time
		for _, p := range t.x360Sync.all() {
			if p.went.Before(posted) && !strings.Contains(p.path, "/metrics/") && p.went.After(read) { // usage is read beside the tickets
				read = p.went
			}
		}
		if i >= 5 { // the first ones read option lists
			own = append(own, posted.Sub(read))
		}
	}
	slices.Sort(own)
	b.ReportMetric(float64(own[rounds*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(float64(own[rounds/2].Microseconds())/1000, "median-ms")
	b.ReportMetric(float64(own[rounds*95/100])/float64(answer), "p95/answer")
}

// BenchmarkFlood sends 10,000 alerts at once, each of a condition of its own, and looks at the pages while they go out.
func BenchmarkFlood(b *testing.B) {
	const alerts, perMinute = 10000, 10000                                                        // the most the settings take
	t := newTicketBench(b, perMinute, sandbox.Options{RequestsPerMinute: perMinute * 1000 / 900}) // as far above as ConnectWise's own
	pages := signInTo(t.b, t.daemon)
	idle, err := look(pages, time.After(20*time.Second))
	if err != nil {
		b.Fatal(err)
	}
	t.connectWise.forget()
	cpu := cpuOf(b, t.pid)
	t.send("problem", 0, alerts, "p")
	out, stop := make(chan struct{}), make(chan []time.Duration, 1)
	go func() {
		during, err := look(pages, out)
		if err != nil {
			b.Error(err)
		}
		stop <- during
	}()
	t.until(alerts, passage.isCreate)
	close(out)
	during := <-stop
	cpu = cpuOf(b, t.pid) - cpu
	calls := t.connectWise.all()
	first, last := calls[0].came, calls[0].came
	for _, p := range calls {
		if p.came.Before(first) {
			first = p.came
		}
		if p.came.After(last) {
			last = p.came
		}
	}
	const burst = 60 // may go at once, and is not part of the rate
	b.ReportMetric(float64(len(calls)-burst)/last.Sub(first).Minutes()/perMinute, "rate/allowed")
	refused := 0
	for _, r := range t.vendors.ConnectWise.Log() {
		if r.Status == http.StatusTooManyRequests {
			refused++
		}
	}
	b.ReportMetric(float64(refused), "429s")
	b.ReportMetric(float64(p99(idle).Microseconds())/1000, "idle-page-p99-ms")
	b.ReportMetric(float64(p99(during).Microseconds())/1000, "busy-page-p99-ms")
	b.ReportMetric(float64(p99(during))/float64(p99(idle)), "busy/idle-p99")
	b.ReportMetric(cpu.Seconds()*1000/alerts, "cpu-ms/ticket")
	b.ReportMetric(memoryOf(b, t.pid, "VmHWM")/t.idle, "peak/idle")
	b.ReportMetric(float64(counted(calls, passage.isCreate))/alerts, "calls/ticket")
}

// cpuOf is how long a process has been computing.
func cpuOf(b *testing.B, pid int) time.Duration {
	b.Helper()
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		b.Skip("no /proc here: ", err)
	}
	fields := strings.Fields(string(stat[strings.LastIndex(string(stat), ")")+1:])) // after the name, from the third on
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

func p99(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)*99/100]
}

// browser is somebody who is signed in and looks at the overview and the deliveries in turn.
type browser struct {
	b    *testing.B
	base string
	http *http.Client
}

func signInTo(b *testing.B, d *daemon) *browser {
	b.Helper()
	address := strings.TrimSpace(d.must("", "open", "--print"))
	u, err := url.Parse(address)
	if err != nil {
		b.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, "127.0.0.1:"+u.Port()) // names of labels are for browsers
	}
	p := &browser{b: b, base: "http://" + u.Host, http: &http.Client{Jar: jar, Transport: &http.Transport{DialContext: dial}}}
	if _, err := p.get(u.RequestURI()); err != nil {
		b.Fatal(err)
	}
	return p
}

// get reads a page to its end and returns how long that took.
func (p *browser) get(path string) (time.Duration, error) {
	req, err := http.NewRequestWithContext(p.b.Context(), http.MethodGet, p.base+path, nil)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	res, err := p.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("GET %s: %d %w", path, res.StatusCode, err)
	}
	return time.Since(began), nil
}

// look looks ten times a second until done, and returns how long each page took and what went wrong.
func look[T any](p *browser, done <-chan T) (took []time.Duration, err error) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return took, nil
		case <-tick.C:
			d, err := p.get([]string{"/", "/deliveries"}[len(took)%2])
			if err != nil {
				return took, err
			}
			took = append(took, d)
		}
	}
}
