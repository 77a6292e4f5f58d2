package web

import (
	"strings"
	"testing"

	"psabridge/app"
)

// TestACompanyThatIsCalledLikeAnothersNumber: customers with several sites are called "Store #12", and record 12 is somebody else.
func TestACompanyThatIsCalledLikeAnothersNumber(t *testing.T) {
	companies := map[int64]app.Company{}
	for _, c := range []app.Company{
		{ID: 12, Name: "Acme", Identifier: "Acme"},
		{ID: 700, Name: "Store #12", Identifier: "Store12"},
		{ID: 701, Name: "Store #13", Identifier: "1300"},
		{ID: 702, Name: "Store #14"},
		{ID: 14, Name: "Gone", Deleted: true},
		{ID: 703, Name: "Bill", Identifier: "12"},
		{ID: 704, Name: "Own #704"},
	} {
		companies[c.ID] = c
	}
	for typed, want := range map[string]int64{
		"Store #13": 701, "1300": 701, "Store #14": 702, "#700": 700, "#12": 12, "Acme – Acme #12": 12, "Store #12 – Store12 #700": 700, "Own #704": 704, "store #13": 701,
		"Store #12": 0, "store #12": 0, "12": 0, "#14": 0,
	} {
		got, err := companyMeant(typed, companies)
		if got != want || (err == nil) != (want != 0) {
			t.Errorf("%q: %d, %v, want %d", typed, got, err, want)
		}
	}
	if _, err := companyMeant("Store #12", companies); !strings.Contains(app.ErrorMessage(err), "#12, #700") {
		t.Error(err)
	}
}
