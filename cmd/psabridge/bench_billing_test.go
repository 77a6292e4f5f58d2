package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// billed is one Product ID of the bench and the meter that fills it.
type billed struct {
	meter, product string
	id             int
}

// billingBench is the real program with customers of an inbox, each with an agreement of its own and a line for each
// product, beside the sandbox's ConnectWise behind a turnstile.
type billingBench struct {
	*daemon
	b           *testing.B
	vendors     *sandbox.Running
	connectWise *turnstile
	pid         int
	customers   int
	products    []billed
}

func newBillingBench(b *testing.B, customers int) *billingBench {
	b.Helper()
	v, err := sandbox.Start(b.Context(), sandbox.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = v.Stop() })
	t := &billingBench{b: b, vendors: v, connectWise: &turnstile{Handler: v.ConnectWise}, customers: customers, products: []billed{{meter: "seats"}, {meter: "boxes"}, {meter: "guests"}}}
	front := httptest.NewServer(t.connectWise)
	b.Cleanup(front.Close)
	p := &bridgeProcess{t: b, dir: filepath.Join(b.TempDir(), "data")}
	if p.path, err = binary(); err != nil {
		b.Fatal(err)
	}
	t.daemon, t.pid = p.serveOnKeyring()
	p.must(t.document(front.URL), "settings", "import", "-")
	for _, s := range sample.Secrets() {
		if strings.HasPrefix(s.Name, "connections/") {
			p.must(s.Value+"\n", "secret", "set", s.Name)
		}
	}
	return t
}

// document fills ConnectWise with the customers and returns the settings that bill them.
func (t *billingBench) document(connectWise string) string {
	var products, organizations strings.Builder
	for i, p := range t.products {
		t.products[i].product = "BENCH-" + strings.ToUpper(p.meter)
		t.products[i].id = t.vendors.ConnectWise.AddProduct(sample.Product{Identifier: t.products[i].product, Description: p.meter, Class: "Agreement", Price: 2})
		_, _ = fmt.Fprintf(&products, "%s: %s, ", p.meter, t.products[i].product)
	}
	for i := range t.customers {
		identifier := fmt.Sprintf("Bench%05d", i)
		company, err := t.vendors.ConnectWise.AddCompany(sample.Company{Identifier: identifier, Name: "Customer " + strconv.Itoa(i), StatusID: sample.StatusActive})
		if err != nil {
			t.b.Fatal(err)
		}
		agreement := t.vendors.ConnectWise.AddAgreement(company, "Managed", time.Now().AddDate(-1, 0, 0).UTC().Truncate(24*time.Hour))
		for _, p := range t.products {
			if _, err := t.vendors.ConnectWise.AddAddition(agreement, p.id, 10); err != nil {
				t.b.Fatal(err)
			}
		}
		_, _ = fmt.Fprintf(&organizations, "  - {source: feed, id: c%d, psa: cw, company: {id: %d, identifier: %s}, agreement: {id: %d}, bill: [seats, boxes, guests]}\n", i, company, identifier, agreement)
	}
	return fmt.Sprintf(`version: 1
sources:
  - {name: feed, kind: inbox}
connections:
  - name: cw
    system: connectwise
    site_url: %s
    company_id: %s
    client_id: %s
    allow_private_network: true
    requests_per_minute: 10000
    time_zone: Europe/Berlin
    billing: {enabled: true, push_day: last, products: {%s}}
organizations:
%s`, connectWise, sample.CompanyID, sample.ClientID, strings.TrimSuffix(products.String(), ", "), organizations.String())
}

// send says what everybody uses: 10 of everything, and one more of every so many lines.
func (t *billingBench) send(every int) {
	t.b.Helper()
	const atOnce = 300
	now := time.Now().UTC().Format(time.RFC3339)
	var list []map[string]any
	for i := range t.customers * len(t.products) {
		n := 10
		if every > 0 && i%every == 0 {
			n++
		}
		customer, p := i/len(t.products), t.products[i%len(t.products)]
		list = append(list, map[string]any{
			"organization": map[string]any{"id": "c" + strconv.Itoa(customer), "name": "Customer " + strconv.Itoa(customer)},
			"meter":        p.meter, "quantity": n, "unit": "each", "as_of": now,
		})
		if len(list) == atOnce || i == t.customers*len(t.products)-1 {
			if err := t.api.call(t.b.Context(), http.MethodPost, "/sources/feed/usage", map[string]any{"readings": list}, nil); err != nil {
				t.b.Fatal(err)
			}
			list = nil
		}
	}
}

// plan makes a plan and returns it with how long that took.
func (t *billingBench) plan() (p planAnswer, took time.Duration) {
	t.b.Helper()
	began := time.Now()
	if err := t.api.call(t.b.Context(), http.MethodPost, "/billing/plans?wait=600", map[string]any{"connection": "cw"}, &p); err != nil {
		t.b.Fatal(err)
	}
	return p, time.Since(began)
}

// push releases what was never written before, pushes the plan and waits for its end.
func (t *billingBench) push(p planAnswer) {
	t.b.Helper()
	if err := t.api.call(t.b.Context(), http.MethodPost, "/billing/plans/"+p.ID+"/release", map[string]any{"codes": []string{"first_touch"}}, &p); err != nil {
		t.b.Fatal(err)
	}
	var push pushAnswer
	if err := t.api.call(t.b.Context(), http.MethodPost, "/billing/pushes", map[string]any{"plan_id": p.ID, "digest": p.Digest}, &push); err != nil {
		t.b.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Minute); push.State != app.PushDone; time.Sleep(100 * time.Millisecond) {
		if t.get("/billing/pushes/"+push.ID, &push); time.Now().After(deadline) {
			t.b.Fatalf("the push is %s%s", push.State, t.log())
		}
	}
}

func (p passage) isWrite() bool { return p.method != http.MethodGet }

func (p passage) isAdditions() bool {
	return p.method == http.MethodGet && strings.HasSuffix(p.path, "/additions")
}

// outside is how long at least one call was under way.
func outside(of []passage) (sum time.Duration) {
	slices.SortFunc(of, func(a, b passage) int { return a.came.Compare(b.came) })
	var until time.Time
	for _, p := range of {
		if p.came.After(until) {
			until = p.came
		}
		if p.went.After(until) {
			sum += p.went.Sub(until)
			until = p.went
		}
	}
	return sum
}

// BenchmarkPush bills 500 customers with three products each, of which 5 % changed, while ConnectWise takes 50 ms for
// each answer. The fewest calls there can be: the agreements, the additions of each, those of each changed agreement once
// more just before writing, and a PATCH for each changed line. Companies and catalog are read before.
func BenchmarkPush(b *testing.B) {
	const customers, every, answer = 500, 20, 50 * time.Millisecond
	t := newBillingBench(b, customers)
	t.send(0)
	t.plan() // reads companies and catalog
	t.send(every)
	t.connectWise.delay = answer
	t.connectWise.forget()
	p, took := t.plan()
	planned := t.connectWise.all()
	b.ReportMetric(float64((took-outside(planned)).Microseconds())/1000, "plan-own-ms")
	b.ReportMetric(float64(took)/(float64(len(planned))*float64(answer)/4), "plan-wall/calls")
	t.push(p)
	calls := t.connectWise.all()
	changed := customers * len(t.products) / every
	touched := counted(calls[len(planned):], passage.isAdditions)
	if n := counted(calls, passage.isWrite); n != changed {
		b.Fatalf("%d lines were written, want %d", n, changed)
	}
	b.ReportMetric(float64(len(calls)), "calls")
	b.ReportMetric(float64(len(calls))/float64(1+customers+touched+changed), "calls/bound")
	t.connectWise.forget()
	again, _ := t.plan()
	if again.Totals.Changed != 0 || again.Totals.Held != 0 {
		b.Fatalf("an unchanged month changes %d lines and holds %d", again.Totals.Changed, again.Totals.Held)
	}
	t.push(again)
	b.ReportMetric(float64(counted(t.connectWise.all(), passage.isWrite)), "second-writes")
	b.ReportMetric(float64(len(t.connectWise.all()))/float64(1+customers), "second-calls/bound")
}

// BenchmarkPushTenThousand plans 10,000 agreements with three lines each and writes a hundred of them, and looks at the
// most memory that took.
func BenchmarkPushTenThousand(b *testing.B) {
	t := newBillingBench(b, 10000)
	t.send(300)
	p, took := t.plan()
	if len(p.Lines) != 30000 || !p.Complete {
		b.Fatalf("%d lines, complete %v", len(p.Lines), p.Complete)
	}
	t.push(p)
	b.ReportMetric(took.Seconds(), "plan-s")
	b.ReportMetric(memoryOf(b, t.pid, "VmHWM"), "peak-MB")
	b.ReportMetric(memoryOf(b, t.pid, "VmHWM")/256, "peak/256MB")
}
