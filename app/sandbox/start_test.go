package sandbox

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"psabridge/app/sandbox/sample"
)

func TestStartServesAllAndStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, err := Start(ctx, Options{Live: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{r.ConnectWiseURL + "/login/companyinfo/" + sample.CompanyID, r.LookURL + "tickets", r.ConnectWiseURL + "/v4_6_release/ConnectWise.aspx?routeTo=ServiceFV&recid=48001", r.X360SyncURL + "/api/2/version", r.AxcientURL + "/x360cloud/client"} {
		status, end, err := visit(t, address)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(address, "recid") && (status != 200 || end.Fragment != "t48001") {
			t.Errorf("a link to a ticket leads to %s, %d", end, status)
		}
	}
	if r.ConnectWise.Requests() != 1 || r.X360Sync.Requests() != 1 || r.Axcient.Requests() != 1 {
		t.Errorf("%d, %d and %d requests; a look is none", r.ConnectWise.Requests(), r.X360Sync.Requests(), r.Axcient.Requests())
	}
	if !strings.Contains(string(r.AllSettings()), r.AxcientURL) || strings.Contains(string(r.Settings()), r.AxcientURL) {
		t.Error("the settings name the wrong addresses")
	}
	for _, taken := range []Options{{ConnectWisePort: portOf(t, r.ConnectWiseURL)}, {X360SyncPort: portOf(t, r.X360SyncURL)}, {AxcientPort: portOf(t, r.AxcientURL)}} {
		if _, err := Start(ctx, taken); err == nil {
			t.Error("two on one port")
		}
	}
	if err := r.Stop(); err != nil {
		t.Error(err)
	}
	if err := r.Stop(); err != nil {
		t.Errorf("again: %v", err)
	}
	if _, _, err := visit(t, r.LookURL); err == nil {
		t.Error("still serving")
	}
	cancel()
}

// visit follows an address as a browser would, and tells where that ended.
func visit(t *testing.T, address string) (status int, end *url.URL, err error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	return res.StatusCode, res.Request.URL, res.Body.Close()
}

func portOf(t *testing.T, address string) int {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return atoi(u.Port())
}

// TestEverybodyAtOnce is for the race detector: clients, people and the moving
// world share one vendor.
func TestEverybodyAtOnce(t *testing.T) {
	at := newClock()
	cw, c := newCW(t, Options{Now: at.now})
	x, msp, xc := newX(t, Options{Now: at.now})
	signIn(xc, passwordForm())
	a, amsp, ac := newAx(t, AxcientQuirks{Dialect: DialectWrapped})
	live, cloud := sample.NewLive(msp, start), sample.NewLive(amsp, start)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 10 {
				_, _ = c.try("POST", "/service/tickets", minimal)
				_, _ = c.try("GET", where("/service/tickets", `closedFlag = false`), nil)
				_, _ = xc.try("GET", "/api/2/organization/4700/machines", nil)
				_ = cw.NoteByHand(48001+i, "x")
				_ = cw.CloseTicketByHand(48001 + i)
				_ = cw.EditQuantity(7001, float64(i))
				_, _, _, _ = cw.Tickets(), cw.Notes(48001), cw.Additions(0), x.Log()
				_, _ = ac.try("GET", contoso+"/user", nil)
				_, _ = ac.try("GET", "/x360cloud/client", nil)
				a.SetQuirks(func(q *AxcientQuirks) { q.TextIDs = !q.TextIDs })
				x.SetQuirks(func(q *SyncQuirks) { q.TextNumbers = !q.TextNumbers })
				_ = a.Log()
				at.advance(changeForTest)
				live.Advance(at.now())
				cloud.Advance(at.now())
			}
		})
	}
	wg.Wait()
	if n := len(cw.Tickets()); n != 40 {
		t.Errorf("%d tickets, want 40", n)
	}
}

const changeForTest = 20e9
