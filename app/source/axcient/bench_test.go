package axcient_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/rest"
	"psabridge/app/source/axcient"
)

// The bound of calls: the list of clients shows 100 in a call, and every client has three lists of its own, because no
// call is documented that shows users, shared resources or outcomes of several clients at once. So it is
// ⌈clients/100⌉ + Σ (⌈users/100⌉ + ⌈resources/100⌉ + 1); of the outcomes only the newest matter, which stand in one page.
// With lists that do not say how long they are, a reading for billing asks once more behind the end of every list.
const benchClients = 200

// office is how many users and shared resources a client of the bench has: 10 to 250 users, some above a page.
func office(client int) (users, resources int) { return 10 + client*37%241, client % 13 }

// big is a server with many clients, lean enough not to be what is measured.
func big(tb testing.TB, totals bool, calls *atomic.Int64) *httptest.Server {
	tb.Helper()
	day := time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)
	rows := func(w http.ResponseWriter, r *http.Request, n int, row func(i int) string) {
		offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
		var b strings.Builder
		for i := offset; i < min(n, offset+100); i++ {
			b.WriteString(row(i) + ",")
		}
		list := "[" + strings.TrimSuffix(b.String(), ",") + "]"
		if totals {
			list = `{"results":` + list + `,"total":` + strconv.Itoa(n) + "}"
		}
		_, _ = io.WriteString(w, list) // the client may be gone
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
		if len(parts) == 2 {
			rows(w, r, benchClients, func(i int) string {
				return fmt.Sprintf(`{"id":%d,"name":"Client %d","backup_status":"Success"}`, i+1, i+1)
			})
			return
		}
		id, _ := strconv.Atoi(parts[2])
		users, resources := office(id)
		switch parts[3] {
		case "user":
			rows(w, r, users, func(i int) string {
				return fmt.Sprintf(`{"id":%d,"name":"User %d","email":"user%d@example.com","status":"Active","selected_for_protection":%t,"data_protected_bytes":%d}`, i+1, i+1, i, i%9 != 0, i<<30)
			})
		case "shared_resource":
			rows(w, r, resources, func(i int) string {
				return fmt.Sprintf(`{"id":%d,"name":"Site %d","selected_for_protection":true,"backup_status":"Success","data_protected_bytes":%d}`, i+1, i+1, i<<30)
			})
		default:
			rows(w, r, 30, func(i int) string {
				return fmt.Sprintf(`{"id":%d,"backup_status":"Success","finished_at":%q,"sla_missed":false}`, 1000-i, day.AddDate(0, 0, -i).Format(time.RFC3339))
			})
		}
	}))
	tb.Cleanup(s.Close)
	return s
}

// bound is the fewest calls there can be.
func bound() int {
	pages := func(n int) int { return max(1, (n+99)/100) }
	n := pages(benchClients)
	for id := range benchClients {
		users, resources := office(id + 1)
		n += pages(users) + pages(resources) + 1
	}
	return n
}

func bigSource(tb testing.TB, host string) *axcient.Source {
	tb.Helper()
	s, err := axcient.New(axcient.Config{Name: "cloud", Host: host, APIKey: "benchmark-key", AllowPrivateNetwork: true, Limiter: rest.NewLimiter(100_000_000, 4)})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// TestFewestCalls: with totals a reading takes the fewest calls there can be, save those behind pages that are full to
// the last row; a pull that comes right after asks for clients and outcomes alone.
func TestFewestCalls(t *testing.T) {
	var calls atomic.Int64
	s := bigSource(t, big(t, true, &calls).URL)
	u, err := s.Readings(t.Context())
	if err != nil || !total(u, app.MeterProtectedSeats).Complete || !total(u, app.MeterProtectedStorage).Complete {
		t.Fatalf("%v: %s", err, total(u, app.MeterProtectedSeats).Problem)
	}
	if n := int(calls.Load()); n > bound()*105/100 {
		t.Errorf("%d calls, the bound is %d", n, bound())
	}
	calls.Store(0)
	if b, err := s.Pull(t.Context(), nil); err != nil || !b.Complete() || calls.Load() > benchClients+2 {
		t.Errorf("%d calls for a pull after it, %v", calls.Load(), err)
	}
}

func BenchmarkPullCold(b *testing.B)     { bench(b, true, pullOnce) }
func BenchmarkReadings(b *testing.B)     { bench(b, true, readOnce) }
func BenchmarkReadingsBare(b *testing.B) { bench(b, false, readOnce) }

func pullOnce(ctx context.Context, s *axcient.Source) error { return second(s.Pull(ctx, nil)) }
func readOnce(ctx context.Context, s *axcient.Source) error { return second(s.Readings(ctx)) }

func bench(b *testing.B, totals bool, run func(context.Context, *axcient.Source) error) {
	var calls atomic.Int64
	host := big(b, totals, &calls).URL
	idle := heap()
	var s *axcient.Source
	for b.Loop() {
		s = bigSource(b, host)
		if err := run(b.Context(), s); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(calls.Load())/float64(b.N)/float64(bound()), "calls/bound")
	b.ReportMetric(float64(calls.Load())/float64(b.N), "calls/op")
	b.ReportMetric(float64(max(0, heap()-idle))/(1<<20), "MiB-kept")
	runtime.KeepAlive(s)
}

// heap is what is in use after all garbage is gone.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // far from the end of an int64
}
