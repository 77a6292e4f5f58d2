package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Request is one line of a vendor's access log. It never holds a header or a
// body, so no secret can be in it.
type Request struct {
	At     time.Time `json:"at"`
	Method string    `json:"method"`
	Path   string    `json:"path"`
	Query  string    `json:"query,omitempty"` // GET only: what was asked, decoded
	Status int       `json:"status"`          // 0: the connection was cut
	Fault  string    `json:"fault,omitempty"`
}

// keepRequests bounds the log; the counter goes on.
const keepRequests = 5000

// requestLog counts and remembers what a vendor was asked.
type requestLog struct {
	mu    sync.Mutex
	count int
	rows  []Request
}

func (l *requestLog) add(r Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	if len(l.rows) >= keepRequests {
		l.rows = slices.Delete(l.rows, 0, keepRequests/10)
	}
	l.rows = append(l.rows, r)
}

func (l *requestLog) all() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.rows)
}

func (l *requestLog) total() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count
}

func (l *requestLog) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count, l.rows = 0, nil
}

// vendor is what both servers have in common: a clock, a fault script, a log.
type vendor struct {
	now    func() time.Time
	log    requestLog
	Faults Faults
}

// serve answers one request under the fault script. work must commit before it
// returns; unchanged tells it to commit nothing and answer as if it had.
func (v *vendor) serve(w http.ResponseWriter, r *http.Request, path string, work func(unchanged bool) *answer) {
	entry := Request{At: v.now().UTC(), Method: r.Method, Path: path}
	if r.Method == http.MethodGet {
		entry.Query = decoded(r)
	}
	fault := v.Faults.strike(r, path)
	if fault == nil {
		a := work(false)
		entry.Status = a.status
		v.log.add(entry)
		a.write(w)
		return
	}
	entry.Fault = fault.name()
	a := v.faulty(r, fault, work)
	if a != nil {
		entry.Status = a.status
	}
	v.log.add(entry)
	if fault.Hook != nil && fault.Cut != CutBefore {
		fault.Hook(r)
	}
	switch {
	case a == nil:
		cut(w)
	case fault.Endless > 0:
		a.flood(w, fault.Endless)
	case fault.Drip != nil:
		a.drip(w, r, fault.Drip)
	default:
		a.write(w)
	}
}

// faulty does the work as far as the fault lets it; nil means the line is cut.
func (v *vendor) faulty(r *http.Request, f *Fault, work func(bool) *answer) *answer {
	if f.Before != nil {
		f.Before(r)
	}
	if f.Cut == CutBefore {
		return nil
	}
	if f.Status != 0 {
		a := textAnswer(f.Status, "application/json; charset=utf-8", f.Body)
		maps.Copy(a.header, f.Header)
		return a
	}
	a := f.spoil(work(f.Unchanged))
	if f.Cut == CutAfter {
		return nil
	}
	return a
}

func decoded(r *http.Request) string {
	q := r.URL.Query()
	var s strings.Builder
	for i, name := range sortedNames(q) {
		if i > 0 {
			s.WriteString("&")
		}
		s.WriteString(name + "=" + q.Get(name))
	}
	return s.String()
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
