package sandbox

import (
	"fmt"
	"testing"
	"time"

	"psabridge/app/sandbox/sample"
)

// lineOf finds the open line of a product on an agreement.
func lineOf(t *testing.T, cw *ConnectWise, agreement, product int) Addition {
	t.Helper()
	for _, a := range cw.Additions(agreement) {
		if a.ProductID == product && a.Cancelled.IsZero() {
			return a
		}
	}
	t.Fatalf("agreement %d has no line of product %d", agreement, product)
	return Addition{}
}

func TestPatchQuantity(t *testing.T) {
	cw, c := newCW(t, Options{})
	line := lineOf(t, cw, 919, sample.ProductAccount)
	path := fmt.Sprintf("/finance/agreements/919/additions/%d", line.ID)
	r := c.do(200, "PATCH", path, `[{"op":"replace","path":"quantity","value":12.25}]`)
	if decimal(r.one, "quantity") != 12.25 || decimal(r.one, "billedQuantity") != 7.25 || decimal(r.one, "lessIncluded") != 5 || decimal(r.one, "extPrice") != 12.25*4.5 {
		t.Errorf("patched: %s", r.raw)
	}
	for _, body := range []string{
		`[{"op":"replace","path":"quantity","value":"12"}]`, `[{"op":"replace","path":"Quantity","value":1}]`, `[{"op":"REPLACE","path":"quantity","value":1}]`,
		`[{"op":"replace","path":"billCustomer","value":"Perhaps"}]`, `[{"op":"remove","path":"billCustomer"}]`, `[{"op":"replace","path":"effectiveDate","value":"2001-01-01T00:00:00Z"}]`,
	} {
		c.do(400, "PATCH", path, body)
	}
	r = c.do(200, "PATCH", path, `[{"op":"replace","path":"billedQuantity","value":1},{"op":"replace","path":"product/identifier","value":"x"}]`)
	if decimal(r.one, "billedQuantity") != 7.25 || refID(r.one, "product") != sample.ProductAccount {
		t.Errorf("read-only fields: %s", r.raw)
	}
	if err := cw.EditQuantity(line.ID, 3); err != nil {
		t.Fatal(err)
	}
	w := cw.QuantityWrites()
	if len(w) != 2 || w[0].Old != line.Quantity || w[0].New != 12.25 || w[0].By != sample.MemberIdentifier || w[1].Old != 12.25 || w[1].New != 3 || w[1].By != By {
		t.Errorf("audit trail: %+v", w)
	}
	c.do(404, "PATCH", fmt.Sprintf("/finance/agreements/900/additions/%d", line.ID), `[]`)
}

func TestCreateAddition(t *testing.T) {
	cw, c := newCW(t, Options{})
	const agreement = 915 // active, none of our lines yet
	path := fmt.Sprintf("/finance/agreements/%d/additions", agreement)
	r := c.do(201, "POST", path, `{"product":{"id":1501},"quantity":2,"billCustomer":"Billable","effectiveDate":"2026-11-22T00:00:00Z"}`)
	if decimal(r.one, "unitPrice") != 4.5 || decimal(r.one, "unitCost") != 2.1 || text(r.one["product"].(object), "identifier") != "X360-ACCOUNT" || number(r.one, "agreementId") != agreement {
		t.Errorf("created: %s", r.raw)
	}
	for body, want := range map[string][2]string{
		`{"quantity":2,"billCustomer":"Billable"}`:                                                 {"MissingRequiredField", "product"},
		`{"product":{"id":1501},"quantity":2}`:                                                     {"MissingRequiredField", "billCustomer"},
		`{"product":{"id":1501},"billCustomer":"Maybe"}`:                                           {"InvalidField", "billCustomer"},
		`{"product":{"id":1501},"billCustomer":"Billable","quantity":"2"}`:                         {"InvalidField", "quantity"},
		`{"product":{"id":1},"billCustomer":"Billable"}`:                                           {"InvalidField", "product"},
		`{"product":{"identifier":"X360-BUNDLE"},"billCustomer":"Billable"}`:                       {"InvalidField", "product"},
		`{"product":{"identifier":"X360-ACCOUNT-OLD"},"billCustomer":"Billable"}`:                  {"InvalidField", "product"},
		`{"product":{"id":1501},"billCustomer":"Billable","effectiveDate":"2001-01-01T00:00:00Z"}`: {"InvalidField", "effectiveDate"},
	} {
		r := c.do(400, "POST", path, body)
		if code, field := errorField(r); [2]string{code, field} != want {
			t.Errorf("%s: %s", body, r.raw)
		}
	}
	if w := cw.QuantityWrites(); len(w) != 1 || !w[0].Created || w[0].New != 2 {
		t.Errorf("audit trail: %+v", w)
	}
	if r := c.do(200, "GET", where(path, `product/identifier = "x360-account" and cancelledDate = null`), nil); len(r.many) != 1 {
		t.Errorf("search: %s", r.raw)
	}
	c.do(404, "POST", "/finance/agreements/1/additions", `{}`)
}

func TestAgreementStatusIsComputed(t *testing.T) {
	at := newClock()
	cw, c := newCW(t, Options{Now: at.now})
	status := func(id int) string {
		t.Helper()
		return text(c.do(200, "GET", fmt.Sprintf("/finance/agreements/%d", id), nil).one, "agreementStatus")
	}
	for id, want := range map[int]string{900: "Active", 918: "Expired", 922: "Inactive"} {
		if got := status(id); got != want {
			t.Errorf("agreement %d is %s, want %s", id, got, want)
		}
	}
	if r := c.do(200, "GET", where("/finance/agreements", `agreementStatus = "Expired"`), nil); len(r.many) != 1 {
		t.Errorf("search by computed status: %s", r.raw)
	}
	at.advance(90 * 24 * time.Hour)
	if got := status(922); got != "Active" {
		t.Errorf("three months later it is %s", got)
	}
	next := cw.Agreements()[0].NextInvoice
	if err := cw.InvoiceAgreement(900); err != nil || !cw.Agreements()[0].NextInvoice.Equal(next.AddDate(0, 1, 0)) {
		t.Errorf("invoicing: %v, %v", err, cw.Agreements()[0].NextInvoice)
	}
	if err := cw.CancelAgreement(900); err != nil || status(900) != "Cancelled" {
		t.Errorf("cancelling: %v", err)
	}
}

func TestNewAgreementLagsInSearch(t *testing.T) {
	at := newClock()
	cw, c := newCW(t, Options{Now: at.now, SearchLag: time.Minute})
	id := cw.AddAgreement(301, "Second", start)
	search := where("/finance/agreements", `company/id = 301`)
	if r := c.do(200, "GET", search, nil); r.raw != "[]" {
		t.Errorf("seen at once: %s", r.raw)
	}
	at.advance(time.Minute)
	if r := c.do(200, "GET", search, nil); len(r.many) != 1 || number(r.many[0], "id") != id {
		t.Errorf("not seen: %s", r.raw)
	}
}

func TestPeopleChangeBilling(t *testing.T) {
	cw, c := newCW(t, Options{})
	line := lineOf(t, cw, 900, sample.ProductStorage)
	if err := cw.CancelAddition(line.ID, time.Time{}); err != nil || cw.Additions(900)[1].Cancelled.IsZero() {
		t.Errorf("cancel: %v", err)
	}
	if id, err := cw.AddAddition(900, sample.ProductStorage, 9); err != nil || lineOf(t, cw, 900, sample.ProductStorage).ID != id {
		t.Errorf("add: %v", err)
	}
	if err := cw.RenameProduct(sample.ProductStorage, "x360-account"); err == nil {
		t.Error("two products with one identifier")
	}
	if err := cw.RenameProduct(sample.ProductStorage, "X360-GB"); err != nil || lineOf(t, cw, 900, sample.ProductStorage).Product != "X360-GB" {
		t.Errorf("rename: %v", err)
	}
	if err := cw.DeleteCompany(250); err != nil {
		t.Fatal(err)
	}
	if r := c.do(200, "GET", where("/company/companies", `deletedFlag = true`), nil); len(r.many) != 2 {
		t.Errorf("the recycle bin: %s", r.raw)
	}
	if !cw.DeleteAddition(line.ID) || cw.EditQuantity(line.ID, 1) == nil {
		t.Error("a deleted line is still there")
	}
}
