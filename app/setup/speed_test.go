package setup_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// answersAfter is how long ConnectWise takes for an answer in the benches.
const answersAfter = 50 * time.Millisecond

// large is a provider with what a big one has: 500 companies and agreements, 15,000 catalog items.
func large() *sample.MSP {
	msp := sample.New(1, morning)
	p := &msp.PSA
	for i := len(p.Companies); i < 500; i++ {
		p.Companies = append(p.Companies, sample.Company{ID: 5000 + i, Identifier: fmt.Sprintf("C%d", i), Name: fmt.Sprintf("Customer %d", i), StatusID: sample.StatusActive})
	}
	for i := len(p.Agreements); i < 500; i++ {
		p.Agreements = append(p.Agreements, sample.Agreement{ID: 6000 + i, CompanyID: 5000 + i, TypeID: sample.TypeManaged, CycleID: sample.CycleMonthly, Name: "Managed", Start: morning.AddDate(-1, 0, 0)})
	}
	bundles := 0
	for _, item := range p.Catalog {
		if item.Class == "Bundle" {
			bundles++ // no addition, so it is not on the list
		}
	}
	for i := len(p.Catalog) - bundles; i < 15_000; i++ {
		p.Catalog = append(p.Catalog, sample.Product{
			ID: 20_000 + i, Identifier: fmt.Sprintf("P-%05d", i), Description: "Something", Class: "Agreement", Category: "Managed Services", Subcategory: "Cloud", Unit: "Each",
		})
	}
	return msp
}

// slow puts time between question and answer.
func (b *bench) slow(tb testing.TB) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(answersAfter)
		b.cw.ServeHTTP(w, r)
	}))
	tb.Cleanup(server.Close)
	b.url = server.URL
}

// callsTo counts what was asked below a path.
func (b *bench) callsTo(path string) int {
	n := 0
	for _, r := range b.cw.Log() {
		if strings.HasSuffix(r.Path, path) {
			n++
		}
	}
	return n
}

// BenchmarkReload reads every list of a large provider: a call for each thousand rows.
func BenchmarkReload(b *testing.B) {
	x := newBench(b, sandbox.Options{MSP: large()})
	x.slow(b)
	x.settle(b)
	for b.Loop() {
		x.cw.ForgetRequests()
		counts, err := x.Reload(b.Context(), "cw")
		if err != nil || counts[app.ListProducts] != 15_000 || counts[app.ListCompanies] < 499 || counts[app.ListAgreements] != 500 {
			b.Fatal(counts, err)
		}
	}
	b.ReportMetric(float64(x.callsTo("/procurement/catalog")), "calls/catalog")
	b.ReportMetric(float64(x.callsTo("/company/companies")), "calls/companies")
	b.ReportMetric(float64(x.callsTo("/finance/agreements")), "calls/agreements")
	b.ReportMetric(float64(x.cw.Requests()), "calls/op")
}

// BenchmarkChecks makes the checks of a healthy connection with everything chosen that can be: at most 25 calls.
func BenchmarkChecks(b *testing.B) {
	x := newBench(b, sandbox.Options{})
	x.slow(b)
	x.settle(b)
	if _, _, err := x.Edit(b.Context(), "bench", func(doc *app.Settings) error {
		t := &doc.Connections[0].Ticketing
		t.Subtype, t.Item = app.Ref{Name: "File server"}, app.Ref{Name: "Disk"}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		x.cw.ForgetRequests()
		if _, err := x.Test(b.Context(), "cw", nil); err != nil {
			b.Fatal(err)
		}
	}
	if n := x.cw.Requests(); n > 25 {
		b.Errorf("%d calls", n)
	}
	b.ReportMetric(float64(x.cw.Requests()), "calls/op")
}
