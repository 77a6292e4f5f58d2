package inbox_test

import (
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/inbox"
)

// unclear imports a text that a person has to look at, and returns why.
func unclear(t *testing.T, f inbox.File, m app.CSVMapping) string {
	t.Helper()
	_, rs, _, err := inbox.Import(f, m)
	if app.ErrorCode(err) != app.Invalid || len(rs) > 0 {
		t.Errorf("%v was imported, %v", shownReadings(rs), err)
	}
	return app.ErrorMessage(err)
}

// One byte that is no UTF-8 must not turn every name with an umlaut into somebody else's.
func TestBrokenUTF8(t *testing.T) {
	const good = "Kunde;Dienst;Menge\nMüller;Seats;3\n"
	for name, tt := range map[string]struct{ text, line string }{
		"a letter cut in two": {good + "Gesellschaft f\xc3;Seats;4\n", "line 3"},
		"two files in one":    {good + "B\xe4cker;Seats;4\nS\xf6hne;Seats;1\n", "line 3"},
		"old Mac line ends":   {strings.ReplaceAll(good, "\n", "\r") + "B\xe4cker;Seats;4\r", "line 3"},
		"Windows line ends":   {strings.ReplaceAll(good, "\n", "\r\n") + "B\xe4cker;Seats;4\r\n", "line 3"},
		"only a mark":         {"\ufeffKunde;Dienst;Menge\nB\xe4cker;Seats;4\n", "line 2"},
		"before the others":   {"Kunde;Dienst;Menge\nB\xe4cker;Seats;4\nMüller;Seats;3\n", "line 2"},
		"cut off":             {good + "B\xc3", "line 3"},
		"far below":           {good + strings.Repeat("A;Seats;1\n", 20000) + "B\xe4cker;Seats;4\n", "line 20003"},
	} {
		if got := unclear(t, file(tt.text), plainMapping()); !strings.Contains(got, tt.line+" holds a byte") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// Rows of sums in words nobody has thought of must not become customers.
func TestSumsInOtherWords(t *testing.T) {
	const rows = "Kunde;Dienst;Menge\nA;Seats;3\nB;Seats;4\n"
	for _, word := range []string{"Gesamtergebnis", "Total (2 customers)", "Total général :", "Somma", "Totale complessivo", "Eindresultaat"} {
		if got, c := taken(t, rows+word+";Seats;7\n", plainMapping()); len(got) != 2 || c.TotalRows != 1 {
			t.Errorf("%s: %v", word, got)
		}
	}
	for _, row := range []string{"Total Seats;Seats;7\n", "Seats total;Seats;7\nC;Seats;1\n", "Alles;Seats;7\n", "Alles;;7\n"} {
		if got := unclear(t, file(rows+row), plainMapping()); !strings.Contains(got, "Line 4") || !strings.Contains(got, "looks like a sum") {
			t.Errorf("%s: %s", row, got)
		}
	}
}

// A customer whose number happens to be a sum is a customer: where the source knows them, where they have an id, where they
// do not stand at the end, and where there is no sum of several.
func TestNumbersThatHappenToBeSums(t *testing.T) {
	known := file("Kunde;Dienst;Menge\nA;Seats;3\nB;Seats;4\nTotal Wine;Seats;7\n")
	known.Organizations = []app.Organization{{ExternalID: "name:total wine", Name: "Total Wine", State: app.OrganizationPresent}}
	if _, rs, _, err := inbox.Import(known, plainMapping()); err != nil || len(rs) != 6 {
		t.Errorf("known: %v, %v", shownReadings(rs), err)
	}
	for _, rows := range []string{"A;Seats;3\nC;Seats;3\n", "A;Seats;0\nB;Seats;0\nC;Seats;0\n", "A;Seats;3\nB;Seats;4\nC;Seats;7\nD;Seats;1\n", "A;Seats;3\nB;GB;4\nA;GB;7\n", "Total Wine;Seats;3\nB;Seats;4\n"} {
		taken(t, "Kunde;Dienst;Menge\n"+rows, plainMapping())
	}
	m := plainMapping()
	m.CustomerID = "Nr"
	taken(t, "Nr;Kunde;Dienst;Menge\n1;A;Seats;3\n2;B;Seats;4\n3;C;Seats;7\n", m)
}

// With wrong rows too, a sum has to be that of the right ones: else it may be a customer.
func TestSumBesideWrongRows(t *testing.T) {
	m := plainMapping()
	m.Partial = true
	if got := unclear(t, file("Kunde;Dienst;Menge\nX;Seats;oops\nTotal;Seats;99\nB;Seats;4\n"), m); !strings.Contains(got, "oops") {
		t.Error(got)
	}
	p, err := inbox.Preview(file("Kunde;Dienst;Menge\nX;Seats;oops\nTotal;Seats;99\nB;Seats;4\n"), nil, &m)
	if err != nil || p.TotalRows != 0 || len(p.Problems) != 2 || p.Problems[1].Line != 3 {
		t.Errorf("%+v, %v", p.Problems, err)
	}
}

// Rows above what is taken for the header are told of, and not left out when they are usage.
func TestRowsAboveTheHeader(t *testing.T) {
	for _, rows := range []string{"A;seats;3\nB;seats;4\nC;seats;\nD;seats;5\n", "A;seats;1.234\nC;seats;\nD;seats;5\n"} {
		if _, err := inbox.Preview(file(rows), nil, nil); !strings.Contains(app.ErrorMessage(err), "Line 1 looks like a row with usage") {
			t.Errorf("%v", err)
		}
	}
	p, err := inbox.Preview(file("Usage report;;\nCustomers;2;\n;;\nKunde;Dienst;Menge\nA;Seats;3\nB;Seats;4\n"), nil, nil)
	if err != nil || p.Above != 2 || p.ImportCounts.Rows != 2 {
		t.Errorf("%d above, %d rows, %v", p.Above, p.ImportCounts.Rows, err)
	}
}

// Two exports pasted together double every number; rows that mean it so, somebody says it of.
func TestRepeatedRows(t *testing.T) {
	const rows = "customer_id,customer_name,meter,quantity,covers\nc1,A,seats,3,2026-10\nc2,B,seats,4,2026-10\nc1,A,seats,3,2026-10\nc2,B,seats,4,2026-10\n"
	got := unclear(t, file(rows), app.CSVMapping{Shape: inbox.ShapePSABridge})
	if !strings.Contains(got, "Line 4, duplicates: This row is the same as line 2") || !strings.Contains(got, "1 other row comes") {
		t.Error(got)
	}
	for duplicates, want := range map[string]string{app.DuplicatesSum: "c1 seats 6 each,c2 seats 8 each", app.DuplicatesLast: "c1 seats 3 each,c2 seats 4 each"} {
		if got, _ := taken(t, rows, app.CSVMapping{Shape: inbox.ShapePSABridge, Duplicates: duplicates}); strings.Join(got, ",") != want {
			t.Errorf("%s: %v", duplicates, got)
		}
	}
}

// A customer none of whose rows count used nothing; without a reading the older number would go on.
func TestNoneOfTheRowsCounts(t *testing.T) {
	m := app.CSVMapping{CustomerName: "c", Only: "charged", OnlyValue: "yes", Unit: "unit", Fixed: app.CSVFixed{Meter: "seats", Covers: october}}
	if got, c := taken(t, "c;charged;unit\nA;no;\nB;no;each\nB;no;\nA;yes;licence\n", m); strings.Join(got, ",") != "a seats 1 licence,b seats 0 each" || c.Left != 3 {
		t.Errorf("%v, %+v", got, c)
	}
	m = app.CSVMapping{CustomerName: "c", Only: "charged", OnlyValue: "yes", AsOf: "at", Fixed: app.CSVFixed{Meter: "seats"}}
	_, rs, _, err := inbox.Import(file("c;charged;at\nA;no;2026-11-01\nA;no;2026-11-03\nA;no;2026-11-02\n"), m)
	if err != nil || len(rs) != 2 || rs[0].AsOf.Day() != 3 || !rs[0].Quantity.IsZero() || !rs[0].Complete {
		t.Errorf("%+v, %v", rs, err)
	}
}

func cloudReport(rows string) inbox.File {
	f := file(cloudHead + rows)
	f.Name = "9f2-org 2026-11-05 Usage and Protection Insights Report.csv"
	return f
}

// An item that stands in x360Cloud's report twice is one; where the rows say two things, or nothing, nobody knows.
func TestCloudReportThatRepeatsOrBrokeOff(t *testing.T) {
	m := app.CSVMapping{Shape: inbox.ShapeCloudUsage}
	const ada = "User,Ada,u1,Protected,Yes,None,1.5\n"
	_, rs, c, err := inbox.Import(cloudReport(ada+ada+"Shared Mailbox,Ada,u1,Protected,No,None,1\n"), m)
	if got := strings.Join(shownReadings(rs), ","); err != nil || got != "9f2-org protected_seats 1 each,9f2-org protected_storage 2.5 GB" || c.Duplicate != 1 {
		t.Errorf("%s, %d duplicates, %v", got, c.Duplicate, err)
	}
	for rows, want := range map[string]string{
		"": "holds no row",
		ada + "User,Ada,u1,Protected,No,None,1.5\n":                                         "other values",
		ada + "User,Ada,u1,Protected,Yes,None,2\n":                                          "other values",
		"User,Info,,Protected,Yes,None,1\nUser,Info,,Protected,Yes,None,1\n":                "without an id",
		"Item Type,Item Name,Item ID,Protection Status,Charged,Archive mailbox status,0\n,": "",
	} {
		if got := unclear(t, cloudReport(rows), m); !strings.Contains(got, want) {
			t.Errorf("%q: %s", rows, got)
		}
	}
	m.Partial = true
	_, rs, _, err = inbox.Import(cloudReport(ada+"User,Ada,u1,Protected,No,None,1.5\n"), m)
	if err != nil || len(rs) != 4 || rs[0].Complete {
		t.Errorf("%v, %v", shownReadings(rs), err)
	}
}
