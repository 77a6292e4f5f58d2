package main

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/link"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// surface is one way to push: a tab of the browser, or a script.
type surface struct {
	name string
	ask  func() (status int, answer string)
}

// onPage sends a form as a tab of a signed-in browser does.
func (b *bridge) onPage(t *testing.T, path string, form url.Values) (int, string) {
	t.Helper()
	value, _, ok := b.sessions.Exchange(b.sessions.NewLaunch(""))
	if !ok {
		t.Fatal("nobody can sign in")
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
	r = r.WithContext(b.guard.ConnContext(r.Context(), ownConnection(t)))
	r.Host = strings.TrimPrefix(b.page(), "http://")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", b.page())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(&http.Cookie{Name: b.guard.CookieName(), Value: value}) //nolint:gosec // sent, not set
	w := httptest.NewRecorder()
	b.guard.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// byScript calls the API with the token.
func (b *bridge) byScript(t *testing.T, path string, in any) (int, string) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1"+path, strings.NewReader(string(body)))
	r = r.WithContext(b.guard.ConnContext(r.Context(), ownConnection(t)))
	r.Host = strings.TrimPrefix(b.api(), "http://")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+b.token)
	w := httptest.NewRecorder()
	b.guard.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// TestF39OnePushFromThreeSurfaces: two tabs and a script push one plan at the same moment. It is one push; the others are
// told that it was approved already, and nothing is written twice.
func TestF39OnePushFromThreeSurfaces(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := within(t, v)
	if _, err := b.sync(t.Context(), sample.SourceName); err != nil {
		t.Fatal(err)
	}
	plan, err := b.pusher.MakePlan(t.Context(), "cw", app.Period{}, app.TriggerPerson, "test")
	if err != nil {
		t.Fatal(err)
	}
	if plan, _, err = b.pusher.ReleaseAll(t.Context(), plan.ID, []app.HoldCode{app.HoldFirstTouch}, "first push", "test"); err != nil {
		t.Fatal(err)
	}
	changed, _, _ := billing.Totals(plan.Lines)
	if changed < 5 {
		t.Fatalf("only %d lines change", changed)
	}
	id := strconv.FormatInt(plan.ID, 10)
	tab := func() (int, string) {
		return b.onPage(t, link.Pushes, url.Values{"plan_id": {id}, "digest": {plan.Digest}, "lines": {strconv.Itoa(changed)}})
	}
	surfaces := []surface{
		{"a tab", tab},
		{"another tab", tab},
		{"a script", func() (int, string) {
			return b.byScript(t, "/billing/pushes", map[string]any{"plan_id": id, "digest": plan.Digest})
		}},
	}
	pushed := make([]bool, len(surfaces))
	start, done := make(chan struct{}), sync.WaitGroup{}
	for i, s := range surfaces {
		done.Go(func() {
			<-start
			status, answer := s.ask()
			switch status {
			case http.StatusSeeOther, http.StatusOK, http.StatusAccepted, http.StatusCreated:
				pushed[i] = true
			case http.StatusConflict:
				if !strings.Contains(answer, "was approved already") && !strings.Contains(answer, "nothing was pushed") {
					t.Errorf("%s is not told what happened: %s", s.name, answer)
				}
			default:
				t.Errorf("%s: %d %s", s.name, status, answer)
			}
		})
	}
	close(start)
	done.Wait()
	n := 0
	for _, yes := range pushed {
		if yes {
			n++
		}
	}
	pushes, err := b.store.Pushes(t.Context(), app.PushFilter{Connection: "cw"})
	if err != nil || n != 1 || len(pushes) != 1 {
		t.Fatalf("%d surfaces pushed, %d pushes (%v)", n, len(pushes), err)
	}
	until(t, "the push ends", func() bool {
		p, err := b.store.Push(t.Context(), pushes[0].ID)
		return err == nil && p.State == app.PushDone
	})
	set := map[int]int{}
	for _, q := range v.ConnectWise.QuantityWrites() {
		if set[q.AdditionID]++; set[q.AdditionID] > 1 {
			t.Errorf("addition %d was written %d times", q.AdditionID, set[q.AdditionID])
		}
	}
	if len(set) != changed {
		t.Errorf("%d additions were written, want %d", len(set), changed)
	}
}

// TestF23KilledAtEachLine kills the program after ConnectWise took a line and before it could know, at every line of a
// push. After each start the push goes on; each addition is written once.
func TestF23KilledAtEachLine(t *testing.T) {
	t.Parallel()
	const lines = 4
	v := vendors(t)
	b := newProcess(t)
	b.configure(v)
	b.must("", "sync")
	plan := decode[planAnswer](t, b.must("", "billing", "plan", "--json"))
	d := b.serve()
	released := 0
	for _, l := range plan.Lines {
		if len(l.Holds) != 1 || l.Holds[0].Code != app.HoldFirstTouch || released == lines {
			continue
		}
		if err := d.api.call(t.Context(), http.MethodPost, "/billing/lines/"+l.ID+"/release", map[string]any{}, &plan); err != nil {
			t.Fatal(err)
		}
		released++
	}
	if plan.Totals.Changed != lines {
		t.Fatalf("%d lines are to be written, want %d", plan.Totals.Changed, lines)
	}
	written, gone := make(chan struct{}), make(chan struct{})
	v.ConnectWise.Faults.Add(sandbox.Fault{
		Path: "*/additions*", When: func(r *http.Request) bool { return r.Method != http.MethodGet }, Times: -1,
		Hook: func(*http.Request) { written <- struct{}{}; <-gone },
	})
	var push pushAnswer
	if err := d.api.call(t.Context(), http.MethodPost, "/billing/pushes", map[string]any{"plan_id": plan.ID, "digest": plan.Digest}, &push); err != nil {
		t.Fatal(err)
	}
	for k := range lines {
		select {
		case <-written:
			d.kill()
			gone <- struct{}{}
		case <-time.After(time.Minute):
			t.Fatalf("line %d was never written%s", k+1, b.log())
		}
		d = b.serve()
	}
	d.eventually("the push ends", func() bool {
		d.get("/billing/pushes/"+push.ID, &push)
		return push.State == app.PushDone
	})
	set := map[int]int{}
	for _, q := range v.ConnectWise.QuantityWrites() {
		set[q.AdditionID]++
	}
	for id, n := range set {
		if n > 1 {
			t.Errorf("addition %d was written %d times", id, n)
		}
	}
	if len(set) != lines {
		t.Errorf("%d additions were written, want %d", len(set), lines)
	}
}

// ownConnection is one end of a connection between programs of this user: this one with itself.
func ownConnection(t *testing.T) net.Conn {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	far, err := (&net.Dialer{}).DialContext(t.Context(), "tcp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	near, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = far.Close(), near.Close() })
	return near
}
