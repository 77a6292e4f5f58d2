package connectwise

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/psa/psatest"
	"psabridge/app/rest"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// bench is a sandbox ConnectWise behind a real port and the client that talks to it.
type bench struct {
	*sandbox.ConnectWise
	client *Client
	url    string
}

var testNow = time.Date(2026, 11, 5, 6, 0, 0, 0, time.UTC)

func newBench(t *testing.T, opts sandbox.Options) *bench {
	t.Helper()
	b := &bench{ConnectWise: sandbox.NewConnectWise(sample.New(1, testNow), opts)}
	b.serve(t, b.ConnectWise)
	return b
}

func (b *bench) serve(t *testing.T, h http.Handler) {
	t.Helper()
	server := httptest.NewServer(checkedByContract(t, h))
	t.Cleanup(server.Close)
	b.url = server.URL
	settings := app.ConnectionSettings{Name: "cw", System: "connectwise", SiteURL: server.URL, CompanyID: sample.CompanyID, AllowPrivateNetwork: true}
	keys := Keys{Public: sample.PublicKey, Private: sample.PrivateKey}
	var err error
	b.client, err = New(settings, keys, sample.ClientID, rest.NewLimiter(1_000_000, 0), Options{Backoff: func(int) time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
}

func TestConformance(t *testing.T) {
	psatest.Run(t, func(t *testing.T) psatest.World { return world(t, sandbox.Options{}) })
}

func TestConformanceOnTheCloud(t *testing.T) {
	psatest.Run(t, func(t *testing.T) psatest.World { return world(t, sandbox.Options{Cloud: true}) })
}

// world is the sandbox seen through the eyes of the conformance suite.
func world(t *testing.T, opts sandbox.Options) psatest.World {
	var now atomic.Pointer[sandbox.ConnectWise]
	msp := sample.New(1, testNow)
	now.Store(sandbox.NewConnectWise(msp, opts))
	b := &bench{}
	b.serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { now.Load().ServeHTTP(w, r) }))
	w := psatest.World{
		Client: b.client, Secrets: []app.Secret{sample.PublicKey, sample.PrivateKey},
		Company: 0, Board: sample.BoardAlerts, OpenStatus: 102, ClosedStatus: 105,
		Bundle:   app.Product{ID: 1505, Identifier: "X360-BUNDLE", Class: "Bundle"},
		Trouble:  func(tr psatest.Trouble) { now.Load().Faults.Add(fault(tr)) },
		Requests: func() int { return now.Load().Requests() },
		TicketsWith: func(xref string) (n int) {
			for _, one := range now.Load().Tickets() {
				if one.ExternalXRef == xref {
					n++
				}
			}
			return n
		},
		Mails:        func() int { return now.Load().Mails() },
		DeleteTicket: func(id int64) { now.Load().DeleteTicket(int(id)) },
		BookTime:     func(id int64, text string) { _ = now.Load().AddTimeEntry(int(id), text) },
		Revoke:       func() { now.Load().SetKeys("other-public", "other-private") },
		Fill: func(n int) {
			for i := range n {
				msp.PSA.Catalog = append(msp.PSA.Catalog, sample.Product{ID: 5000 + i, Identifier: fmt.Sprintf("FILL-%d", i), Description: "filler", Class: "Agreement", Unit: "Each"})
			}
			now.Store(sandbox.NewConnectWise(msp, opts))
		},
	}
	find := func(id int64) sandbox.Addition {
		for _, a := range now.Load().Additions(0) {
			if a.ID == int(id) {
				return a
			}
		}
		t.Fatalf("no addition %d", id)
		return sandbox.Addition{}
	}
	w.Quantity = func(id int64) app.Quantity { return app.MustQuantity(fmt.Sprint(find(id).Quantity)) }
	w.Others = func(id int64) string {
		a := find(id)
		a.Quantity, a.UpdatedBy = 0, ""
		return fmt.Sprintf("%+v", a)
	}
	stock(&w, msp)
	return w
}

// stock picks an agreement with an open line and a product it does not have.
func stock(w *psatest.World, msp *sample.MSP) {
	has := map[[2]int]bool{}
	for _, a := range msp.PSA.Additions {
		has[[2]int{a.AgreementID, a.ProductID}] = true
	}
	for _, g := range msp.PSA.Agreements {
		for _, a := range msp.PSA.Additions {
			if a.AgreementID == g.ID && a.Cancelled.IsZero() && !g.Cancelled && g.End.IsZero() && w.Company == 0 {
				w.Company, w.Agreement, w.Addition = int64(g.CompanyID), int64(g.ID), int64(a.ID)
			}
		}
	}
	for _, p := range msp.PSA.Catalog {
		if !p.Inactive && p.Class == "Agreement" && !has[[2]int{int(w.Agreement), p.ID}] {
			w.FreeProduct = app.Product{ID: int64(p.ID), Identifier: p.Identifier, Class: p.Class}
			return
		}
	}
}

// fault says in the sandbox's words what the suite wants to go wrong.
func fault(tr psatest.Trouble) sandbox.Fault {
	f := sandbox.Fault{Method: tr.Method, Skip: tr.Skip, When: func(r *http.Request) bool { return r.Header.Get("Authorization") != "" }}
	switch tr.Kind {
	case psatest.Refused:
		f.Status, f.Header = tr.Status, http.Header{"Content-Type": {"application/json"}}
		f.Body = fmt.Sprintf(`{"code":"SomeCode","message":%q,"errors":null}`, tr.Words)
		if tr.Status == http.StatusTooManyRequests {
			f.Body = fmt.Sprintf(`{"error":"ConnectWiseAPI","message":%q}`, tr.Words)
		}
		maps.Copy(f.Header, tr.Header)
	case psatest.Page:
		page := sandbox.HTMLPage(tr.Status)
		f.Status, f.Header, f.Body = page.Status, page.Header, page.Body
	case psatest.CutBefore:
		f.Cut = sandbox.CutBefore
	case psatest.CutAfter:
		f.Cut = sandbox.CutAfter
	case psatest.Truncated:
		f.Damage = sandbox.DamageTruncated
	case psatest.Empty:
		f.Damage = sandbox.DamageEmpty
	case psatest.NoID:
		f.Damage = sandbox.DamageNoID
	case psatest.Unchanged:
		f.Unchanged = true
	}
	return f
}
