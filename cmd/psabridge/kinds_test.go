package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/views/ui"
)

// TestThreeKindsOneTruth reads x360Sync and x360Cloud and is sent a third vendor's numbers: what the command line, the API
// and the page show is what the vendors hold, with what was counted.
func TestThreeKindsOneTruth(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	d := b.serve()
	b.must(string(v.AllSettings()), "settings", "import", "-")
	for _, s := range sample.AllSecrets() {
		b.must(s.Value+"\n", "secret", "set", s.Name)
	}
	for name, read := range decode[map[string]syncAnswer](t, b.must("", "sync", "--json")) {
		if !read.Complete || read.Readings == 0 {
			t.Errorf("%s: %+v", name, read)
		}
	}
	b.must(string(sample.InboxReadings(time.Now())), "usage", "import", "-", "--source", sample.InboxName)

	shown := decode[struct{ Items []shownReadings }](t, b.must("", "usage", "show", "--json"))
	truth := b.truth(v)
	page := d.pages()
	seen := map[string]bool{}
	for _, o := range shown.Items {
		var api struct{ Items []shownReading }
		d.get("/organizations/"+o.ID+"/readings", &api)
		for _, r := range api.Items {
			key := o.Source + "/" + o.ExternalID + "/" + r.Meter
			want, known := truth[key]
			if !known || r.Basis != string(app.BasisOwn) {
				continue
			}
			seen[key] = true
			if !r.Complete || !r.Quantity.Equal(want) || o.Source != sample.InboxName && !itemsAddUp(r) {
				t.Errorf("%s: %s of %d items, complete %t; the vendor holds %s", key, r.Quantity, len(r.Items), r.Complete, want)
			}
			if r.Unit == app.UnitEach && !strings.Contains(page("/organizations/"+o.ID+"/readings"), ">"+ui.Number(r.Quantity)) {
				t.Errorf("%s: the page does not show %s", key, r.Quantity)
			}
		}
	}
	for key := range truth {
		if !seen[key] {
			t.Errorf("%s is not shown", key)
		}
	}
}

// TestOneDeadSourceKeepsNoOtherFromBeingRead: a script that reads everything gets what can be read, and exit code 1.
func TestOneDeadSourceKeepsNoOtherFromBeingRead(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	d := b.serve()
	b.must(strings.ReplaceAll(string(v.AllSettings()), v.X360SyncURL, sandbox.NobodyListens), "settings", "import", "-")
	for _, s := range sample.AllSecrets() {
		b.must(s.Value+"\n", "secret", "set", s.Name)
	}
	out, errs, code := b.run("", "sync", "--json")
	read := decode[map[string]syncAnswer](t, out)
	if got := read[sample.SourceName]; code != exitWrong || got.Complete || len(got.Problems) != 1 || !strings.Contains(got.Problems[0], strings.TrimPrefix(sandbox.NobodyListens, "http://")) {
		t.Errorf("exit %d, %+v, %s", code, got, errs)
	}
	if alive := read[sample.CloudName]; !alive.Complete || alive.Readings == 0 {
		t.Errorf("the other source: %+v%s", alive, d.log())
	}
}

// truth is what the vendors hold of a few organizations of each kind.
func (b *bridgeProcess) truth(v *sandbox.Running) map[string]app.Quantity {
	b.t.Helper()
	out := map[string]app.Quantity{sample.InboxName + "/V-1002/" + sample.MeterWorkstations: app.Q(34)}
	for _, id := range []int{4711, 4721} {
		accounts := 0
		for _, p := range v.MSP.Persons(id) {
			if p.CompanyID == id {
				accounts++
			}
		}
		out[sample.SourceName+"/"+strconv.Itoa(id)+"/accounts"] = app.Q(int64(accounts))
		out[sample.SourceName+"/"+strconv.Itoa(id)+"/storage"] = app.Q(v.MSP.OwnStorage(id))
	}
	for _, c := range v.MSP.CloudClients()[:3] {
		out[sample.CloudName+"/"+strconv.Itoa(c.ID)+"/protected_seats"] = app.Q(int64(v.MSP.CloudSeats(c.ID)))
	}
	return out
}

// itemsAddUp: the evidence of a reading sums to it.
func itemsAddUp(r shownReading) bool {
	sum := app.Q(0)
	for _, i := range r.Items {
		sum = sum.Add(i.Amount)
	}
	return sum.Equal(r.Quantity)
}

// pages signs in and returns what reads a page. The label of the page does not resolve in Go, so the socket is named.
func (d *daemon) pages() func(path string) string {
	d.t.Helper()
	r, err := readRunning(d.dir)
	if err != nil {
		d.t.Fatal(err)
	}
	address, err := launchAddress(d.t.Context(), d.dir, r)
	if err != nil {
		d.t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		d.t.Fatal(err)
	}
	socket := strings.TrimPrefix(r.API, "http://")
	client := &http.Client{Jar: jar, Transport: &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, socket)
	}}}
	get := func(address string) string {
		req, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, address, nil)
		if err != nil {
			d.t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			d.t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			d.t.Fatalf("%s: %d %v", address, resp.StatusCode, err)
		}
		return string(body)
	}
	get(address)
	return func(path string) string { return get(r.Page + path) }
}
