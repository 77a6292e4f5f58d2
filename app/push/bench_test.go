package push_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/psa"
	"psabridge/app/push"
	"psabridge/app/settings"
	"psabridge/store/storetest"
)

// office is a ConnectWise of the bench's size that answers after a while, and knows how long somebody waited for it.
type office struct {
	psa.Client // what a plan never asks
	customers  int
	answer     time.Duration

	mu     sync.Mutex
	calls  int
	asked  int           // now
	since  time.Time     // when the first of those was asked
	waited time.Duration // in which at least one was asked
}

const officeProducts = 3

func (o *office) wait() {
	o.mu.Lock()
	if o.calls++; o.asked == 0 {
		o.since = time.Now()
	}
	o.asked++
	o.mu.Unlock()
	if o.answer > 0 {
		time.Sleep(o.answer)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.asked--; o.asked == 0 {
		o.waited += time.Since(o.since)
	}
}

// Companies implements psa.Reader.
func (o *office) Companies(context.Context, []app.Option) ([]app.Company, error) {
	o.wait()
	list := make([]app.Company, o.customers)
	for i := range list {
		list[i] = app.Company{ID: int64(1000 + i), Identifier: "C" + strconv.Itoa(i), Name: "Customer " + strconv.Itoa(i)}
	}
	return list, nil
}

// Products implements psa.Reader.
func (o *office) Products(context.Context) ([]app.Product, error) {
	o.wait()
	var list []app.Product
	for i := range int64(officeProducts) {
		list = append(list, app.Product{ID: 500 + i, Identifier: fmt.Sprint("P-", i), Class: "Agreement", Price: app.Q(2)})
	}
	return list, nil
}

// Agreements implements psa.Reader.
func (o *office) Agreements(context.Context, int64) ([]app.Agreement, error) {
	o.wait()
	list := make([]app.Agreement, o.customers)
	for i := range list {
		list[i] = app.Agreement{ID: int64(20000 + i), Name: "Managed", CompanyID: int64(1000 + i), Company: "Customer " + strconv.Itoa(i), Status: "Active", BillingCycle: "Monthly"}
	}
	return list, nil
}

// Additions implements psa.Reader.
func (o *office) Additions(_ context.Context, agreement int64) ([]app.Addition, error) {
	o.wait()
	list := make([]app.Addition, officeProducts)
	for i := range list {
		list[i] = app.Addition{
			ID: agreement*10 + int64(i), AgreementID: agreement, ProductID: int64(500 + i), Product: fmt.Sprint("P-", i), Quantity: app.Q(10),
			BillCustomer: "Billable", UnitPrice: new(app.Q(2)),
		}
	}
	return list, nil
}

// officeMeters are what the products of the bench count; each has twenty things in its evidence.
var officeMeters = []app.Meter{"seats", "boxes", "guests"}

// newOffice stores the customers and what they use: 5 % of the lines differ from what stands at ConnectWise.
func newOffice(b *testing.B, customers int, answer time.Duration) (*push.Pusher, *office) {
	b.Helper()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	s, o := storetest.OpenAt(b, b.TempDir(), clock), &office{customers: customers, answer: answer}
	doc := app.Settings{
		Sources: []app.SourceSettings{{Name: "feed", Kind: app.KindInbox}},
		Connections: []app.ConnectionSettings{{Name: "cw", System: "connectwise", TimeZone: "Europe/Berlin", Billing: app.BillingSettings{
			Enabled: true, PushDay: app.LastDay, Products: map[app.Meter]string{"seats": "P-0", "boxes": "P-1", "guests": "P-2"},
		}}},
	}
	batch := app.Batch{Source: "feed", Pushed: true, ReadAt: now, Organizations: []app.Organization{{ExternalID: app.SyntheticTop, Name: "feed", Active: true}}}
	var readings []app.Reading
	for i := range customers {
		id := "c" + strconv.Itoa(i)
		batch.Organizations = append(batch.Organizations, app.Organization{ExternalID: id, ParentExternalID: app.SyntheticTop, Name: "Customer " + strconv.Itoa(i), Active: true})
		doc.Organizations = append(doc.Organizations, app.OrganizationSettings{
			Source: "feed", ID: id, PSA: "cw", Company: app.CompanyRef{ID: int64(1000 + i)}, Agreement: app.AgreementRef{ID: int64(20000 + i)}, Bill: officeMeters,
		})
		for m, meter := range officeMeters {
			r := app.Reading{OrganizationID: id, Meter: meter, Basis: app.BasisOwn, Unit: app.UnitEach, Quantity: app.Q(10), Complete: true, Method: app.MethodSent, AsOf: now}
			if (i*officeProducts+m)%20 == 0 {
				r.Quantity = app.Q(11)
			}
			for n := range r.Quantity.IntPart() {
				r.Items = append(r.Items, app.EvidenceItem{Kind: app.ObjectAccount, ExternalID: strconv.Itoa(int(n)), Name: "Ada Lovelace", Amount: app.Q(1)})
			}
			readings = append(readings, r)
		}
	}
	if _, err := s.Ingest(b.Context(), batch, now, func(app.AlertState) app.AlertDecision { return app.AlertDecision{} }); err != nil {
		b.Fatal(err)
	}
	if err := s.SaveReadings(b.Context(), "feed", readings, now); err != nil {
		b.Fatal(err)
	}
	if _, err := s.SaveSettings(b.Context(), app.Revision{At: now, By: "bench"}, settings.Project(doc)); err != nil {
		b.Fatal(err)
	}
	return push.New(push.Deps{
		Store: s, Settings: func(context.Context) (app.Settings, int64, error) { return doc, 1, nil },
		Client: func(context.Context, string) (psa.Client, error) { return o, nil }, Now: clock,
	}), o
}

// BenchmarkPlanOwn is what a plan of 500 customers with three lines each takes of our own: reading the database, counting,
// storing. ConnectWise answers at once.
func BenchmarkPlanOwn(b *testing.B) {
	p, _ := newOffice(b, 500, 0)
	if _, err := p.MakePlan(b.Context(), "cw", app.Period{}, app.TriggerPerson, "ada"); err != nil { // reads the lists that are kept
		b.Fatal(err)
	}
	began := computing(b)
	for b.Loop() {
		plan, err := p.MakePlan(b.Context(), "cw", app.Period{}, app.TriggerPerson, "ada")
		if err != nil || len(plan.Lines) != 1500 || !plan.Complete {
			b.Fatalf("%d lines, complete %v (%v)", len(plan.Lines), plan.Complete, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "own-ms")
	b.ReportMetric(float64((computing(b)-began).Microseconds())/float64(b.N)/1000, "cpu-ms") // what a busy machine does not change much
}

// computing is how long this process has been computing.
func computing(b *testing.B) time.Duration {
	b.Helper()
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0 // no /proc here
	}
	fields := strings.Fields(string(stat[strings.LastIndex(string(stat), ")")+1:])) // after the name, from the third on
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// BenchmarkPlanWaits is the same plan while ConnectWise takes 50 ms for each answer: beside four calls at a time there is
// little to wait for.
func BenchmarkPlanWaits(b *testing.B) {
	const answer = 50 * time.Millisecond
	p, o := newOffice(b, 500, answer)
	if _, err := p.MakePlan(b.Context(), "cw", app.Period{}, app.TriggerPerson, "ada"); err != nil { // reads the lists that are kept
		b.Fatal(err)
	}
	o.calls, o.waited = 0, 0
	for b.Loop() {
		if _, err := p.MakePlan(b.Context(), "cw", app.Period{}, app.TriggerPerson, "ada"); err != nil {
			b.Fatal(err)
		}
	}
	calls := float64(o.calls) / float64(b.N)
	least := answer + time.Duration((calls-1)/4*float64(answer)) // the agreements first, then four at a time
	b.ReportMetric(calls, "calls")
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(least), "wall/waiting")
	b.ReportMetric(float64((b.Elapsed()-o.waited).Microseconds())/float64(b.N)/1000, "own-ms")
}
