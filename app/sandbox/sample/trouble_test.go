package sample

import (
	"bytes"
	"reflect"
	"slices"
	"testing"
	"unicode/utf8"
)

// TestTroubleKeepsTheRest: what the settings name is as it was, and every id is
// still one record's own.
func TestTroubleKeepsTheRest(t *testing.T) {
	plain, bad := New(1, start), New(1, start)
	if WithTrouble(bad) != bad {
		t.Fatal("another provider came back")
	}
	if !bytes.Equal(plain.Settings("http://a", "http://b"), bad.Settings("http://a", "http://b")) {
		t.Error("the settings differ")
	}
	p, q := plain.PSA, bad.PSA
	for name, same := range map[string]bool{
		"companies": slices.Equal(p.Companies, q.Companies[:len(p.Companies)]), "agreements": slices.Equal(p.Agreements, q.Agreements[:len(p.Agreements)]),
		"additions": slices.Equal(p.Additions, q.Additions), "catalog": slices.Equal(p.Catalog, q.Catalog[:len(p.Catalog)]),
		"boards": reflect.DeepEqual(p.Boards, q.Boards[:len(p.Boards)]),
	} {
		if !same {
			t.Errorf("the %s were changed", name)
		}
	}
	seen := map[string]map[int]bool{}
	add := func(kind string, id int) {
		if seen[kind] == nil {
			seen[kind] = map[int]bool{}
		}
		if seen[kind][id] {
			t.Errorf("%s %d twice", kind, id)
		}
		seen[kind][id] = true
	}
	for _, c := range q.Companies {
		add("company", c.ID)
		if utf8.RuneCountInString(c.Identifier) > 30 || utf8.RuneCountInString(c.Name) > 50 {
			t.Errorf("company %q is too long", c.Name)
		}
	}
	for _, a := range q.Agreements {
		add("agreement", a.ID)
	}
	for _, i := range q.Catalog {
		add("product", i.ID)
	}
	for _, b := range q.Boards {
		add("board", b.ID)
		for _, s := range b.Statuses {
			add("status", s.ID)
		}
		for _, o := range b.Teams {
			add("team", o.ID)
		}
	}
	for _, o := range q.Priorities {
		add("priority", o.ID)
	}
	for _, o := range q.Sources {
		add("source", o.ID)
	}
}

// TestTroubleIsWhatItSays: each record is what its constant promises.
func TestTroubleIsWhatItSays(t *testing.T) {
	p := WithTrouble(New(1, start)).PSA
	company := func(id int) Company {
		return p.Companies[slices.IndexFunc(p.Companies, func(c Company) bool { return c.ID == id })]
	}
	product := func(id int) string {
		return p.Catalog[slices.IndexFunc(p.Catalog, func(i Product) bool { return i.ID == id })].Identifier
	}
	agreement := func(id int) Agreement {
		return p.Agreements[slices.IndexFunc(p.Agreements, func(a Agreement) bool { return a.ID == id })]
	}
	if twin := company(CompanyTwinDeleted); twin.Name != company(CompanyOf(4721)).Name || !twin.Deleted {
		t.Errorf("%+v", twin)
	}
	if twin := company(CompanyTwinLive); twin.Name != company(CompanyOf(4725)).Name || twin.Deleted {
		t.Errorf("%+v", twin)
	}
	for i, name := range OddNames() {
		if company(CompanyOdd+i).Name != name {
			t.Errorf("company %d is not %q", CompanyOdd+i, name)
		}
	}
	twin, first := agreement(AgreementTwin), agreement(AgreementOf(4730))
	if twin.Name != first.Name || twin.CompanyID != first.CompanyID || agreement(AgreementOdd).CompanyID != first.CompanyID {
		t.Errorf("%+v is no twin of %+v", twin, first)
	}
	for id, want := range map[int]string{
		ProductOtherCase: "x360-account", ProductSpace: "X360-STORAGE ", ProductCyrillic: "Х360-FSE", ProductZeroWidth: "X360\u200b-ACCOUNT", ProductDash: "X360‐STORAGE",
		ProductZero: "X360-ST0RAGE", ProductTwin: "X360-TWICE", ProductTwinOther: "X360-TWICE", ProductOdd: `X360 "50 %" [\]_*'`,
	} {
		if got := product(id); got != want {
			t.Errorf("product %d is %q, want %q", id, got, want)
		}
	}
}
