package x360sync_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"psabridge/app/rest"
	"psabridge/app/source/x360sync"
)

// What a large provider has.
const (
	bigOrganizations = 500  // the top, 470 below it, 29 below the first of these
	bigAccounts      = 5000 // ten each
	bigMachines      = 1500 // three each, one of them a file server
	bigLists         = 100  // rows on a page
)

// province is a large provider's server: it knows what is in its lists without holding them.
type province struct {
	requests atomic.Int64
	rows     map[string][]string // path below /api/2 → rows
}

func newProvince() *province {
	p := &province{rows: map[string][]string{}}
	parent := func(id int) int {
		switch {
		case id == 1:
			return 0
		case id <= 471:
			return 1
		}
		return 2
	}
	add := func(id int, what, row string) {
		for ; id != 0; id = parent(id) {
			path := fmt.Sprintf("organization/%d/%s", id, what)
			p.rows[path] = append(p.rows[path], row)
		}
	}
	for id := 1; id <= bigOrganizations; id++ {
		if id > 1 {
			path := fmt.Sprintf("organization/%d/organizations", parent(id))
			p.rows[path] = append(p.rows[path], fmt.Sprintf(`{"type":"organization","id":%d,"parent_id":%d,"name":"Customer %d","policy":{"space_quota":107374182400}}`, id, parent(id), id))
		}
		for k := range bigAccounts / bigOrganizations {
			n := id*100 + k
			add(id, "persons", fmt.Sprintf(`{"type":"person","id":%d,"company_id":%d,"email":"p%d@customer%d.example","display_name":"Person %d","space_quota":"53687091200","space_usage":%d}`, n, id, n, id, n, n*1000))
			add(id, "roots", fmt.Sprintf(`{"type":"root","id":%d,"company_id":%d,"name":"Person %d","space_used":%d}`, 100000+n, id, n, n*1000))
		}
		for k := range bigMachines / bigOrganizations {
			kind := map[bool]string{true: "server", false: "agent"}[k == 0]
			add(id, "machines", fmt.Sprintf(`{"type":"machine","id":%d,"dns_name":"M%d","machine_type":%q,"os_type":"win","agent_version":"2.7","last_login":"2026-11-22T08:00:00","last_disconnect":null}`, 200000+id*10+k, id*10+k, kind))
		}
	}
	for i := 300; i > 0; i-- {
		add(1, "activity", fmt.Sprintf(`{"type":"activity","id":%d,"activity_type_id":3,"created":"2026-11-22T07:%02d:00","actor_company_id":%d,"acted_on_company_id":%d}`, i, i/6, 2+i%400, 2+i%400))
	}
	p.rows["activity/types"] = []string{`{"id":3,"activity":"File uploaded"}`}
	return p
}

func (p *province) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	path, api := strings.CutPrefix(r.URL.Path, "/api/2/")
	if !api {
		fmt.Fprint(w, `{"access_token":"a","refresh_token":"r","expires_in":3600,"guid":"g"}`)
		return
	}
	p.requests.Add(1)
	switch {
	case path == "person":
		fmt.Fprint(w, `{"id":7,"company_id":1,"email":"me@msp.example"}`)
	case path == "organization/1":
		fmt.Fprint(w, `{"id":1,"parent_id":null,"name":"MSP"}`)
	case strings.HasSuffix(path, "/metrics/usage"):
		fmt.Fprint(w, `{"type":"metrics"}`)
	default:
		rows := p.rows[path]
		offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
		fmt.Fprintf(w, `{"results":[%s],"total":%d}`, strings.Join(rows[min(offset, len(rows)):min(offset+bigLists, len(rows))], ","), len(rows))
	}
}

// pagesOf is how many pages a list of n rows has; an empty one still has to be asked for.
func pagesOf(n int) int { return max(1, (n+bigLists-1)/bigLists) }

// bound is the fewest calls the API allows, when every list is read once and pages hold 100 rows:
//   - the top organization itself: 1, and which one it is: 1 (person)
//   - accounts and folders: ⌈n/100⌉ pages of the top's list, which holds everything below; their rows name their owner
//   - the tree: one call per organization and ⌈children/100⌉ where there are more, because nothing but an empty list of
//     children says that an organization has none
//   - machines: ⌈n/100⌉ pages of every organization's list, because the rows do not name their owner, and what is left of a
//     list when the lists below it are taken away is the only way to tell
//   - activity (pull): ⌈rows/100⌉, and the types once
//   - guests, the servers' mappings and the usage figures of three organizations (readings): ⌈n/100⌉, one each
func (p *province) bound(pull bool) int {
	n := 2 + pagesOf(bigAccounts) + pagesOf(bigAccounts)
	for id := 1; id <= bigOrganizations; id++ {
		n += pagesOf(len(p.rows[fmt.Sprintf("organization/%d/organizations", id)]))
		n += pagesOf(len(p.rows[fmt.Sprintf("organization/%d/machines", id)]))
	}
	if pull {
		return n + pagesOf(300) + 1
	}
	return n + 1 + bigMachines/3 + 3
}

// BenchmarkLargeProvider reports how many calls a first pull, a quiet one and the readings cost in proportion to the
// fewest possible, and how far the heap rises above the idle one, what the server in the same process needs included.
func BenchmarkLargeProvider(b *testing.B) {
	p := newProvince()
	server := httptest.NewServer(p)
	defer server.Close()
	read := map[string]func(context.Context, *x360sync.Source) error{
		"pull": func(ctx context.Context, s *x360sync.Source) error {
			batch, err := s.Pull(ctx, nil)
			if err == nil && (!batch.Complete() || len(batch.Organizations) != bigOrganizations) {
				b.Fatalf("%d organizations, problems %q", len(batch.Organizations), batch.Problems)
			}
			return err
		},
		"readings": func(ctx context.Context, s *x360sync.Source) error {
			usage, err := s.Readings(ctx)
			for _, r := range usage.Readings {
				if !r.Complete {
					b.Fatalf("%s of %s: %s", r.Meter, r.OrganizationID, r.Problem)
				}
			}
			return err
		},
	}
	for _, name := range []string{"pull", "readings"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s, err := x360sync.New(x360sync.Config{
					Name: "sync", Host: server.URL, AllowPrivateNetwork: true, Tokens: &memory{}, Limiter: rest.NewLimiter(10_000_000, 4),
					Credentials: x360sync.Credentials{Username: "u", Password: "p"},
					Now:         func() time.Time { return time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC) },
				})
				if err != nil {
					b.Fatal(err)
				}
				p.requests.Store(0)
				peak := measure(func() {
					if err := read[name](b.Context(), s); err != nil {
						b.Fatal(err)
					}
				})
				calls, bound := float64(p.requests.Load()), float64(p.bound(name == "pull"))
				b.ReportMetric(calls, "calls")
				b.ReportMetric(calls/bound, "calls/bound")
				b.ReportMetric(peak/(1<<20), "MiB-above-idle")
				p.requests.Store(0)
				if _, err := s.Pull(b.Context(), nil); err != nil {
					b.Fatal(err)
				}
				if name == "pull" {
					b.ReportMetric(float64(p.requests.Load()), "calls-again")
				}
			}
		})
	}
}

// measure runs work and returns how far the heap rose above what it was.
func measure(work func()) (peak float64) {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	idle := float64(m.HeapAlloc)
	stop, done := make(chan struct{}), make(chan float64)
	go func() {
		most := 0.0
		for {
			select {
			case <-stop:
				done <- most
				return
			case <-time.After(5 * time.Millisecond):
				runtime.ReadMemStats(&m)
				most = max(most, float64(m.HeapAlloc)-idle)
			}
		}
	}()
	work()
	close(stop)
	return <-done
}
