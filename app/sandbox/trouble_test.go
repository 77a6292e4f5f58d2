package sandbox

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"psabridge/app/sandbox/sample"
)

// quote writes a text into a condition as every client does.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// TestOddNamesSurvive: each can be asked for by name and comes back as it is.
func TestOddNamesSurvive(t *testing.T) {
	_, c := newCW(t, Options{})
	s := httptest.NewServer(NewConnectWise(sample.WithTrouble(sample.New(1, start)), Options{}))
	t.Cleanup(s.Close)
	c.base = s.URL + "/v4_6_release/apis/3.0"
	for i, name := range sample.OddNames() {
		r := c.do(200, "GET", where("/company/companies", "name = "+quote(name)), nil)
		if len(r.many) != 1 || number(r.many[0], "id") != sample.CompanyOdd+i || text(r.many[0], "name") != name {
			t.Errorf("%q: %s", name, r.raw)
		}
	}
	// Text is compared without regard to case and to spaces at the end: whoever asks must look again.
	for identifier, want := range map[string][]int{
		"X360-ACCOUNT": {sample.ProductAccount, sample.ProductOtherCase}, "X360-STORAGE": {sample.ProductStorage, sample.ProductSpace},
		"X360-FSE": {sample.ProductFileServer}, "X360-TWICE": {sample.ProductTwin, sample.ProductTwinOther}, `X360 "50 %" [\]_*'`: {sample.ProductOdd},
	} {
		r := c.do(200, "GET", where("/procurement/catalog", "identifier = "+quote(identifier)), nil)
		if !slices.Equal(idsOf(r.many), want) {
			t.Errorf("%q: %v, want %v", identifier, idsOf(r.many), want)
		}
	}
}

// TestTroubleFromTheStart: Start takes the provider with it.
func TestTroubleFromTheStart(t *testing.T) {
	r, err := Start(t.Context(), Options{Trouble: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Stop() })
	if !slices.ContainsFunc(r.ConnectWise.Agreements(), func(a Agreement) bool { return a.ID == sample.AgreementTwin }) {
		t.Error("no twin among the agreements")
	}
}
