package inbox_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/inbox"
)

// sheetRow prints a row of a sheet so that a table of tests can be read.
func sheetRow(r inbox.SheetRow) string {
	amount := r.Quantity.String()
	if r.Wrong != "" {
		amount = "?"
	}
	return strings.Join([]string{strconv.Itoa(r.Line), r.Organization, r.Meter, amount, r.Unit, r.Note, r.Month}, "|")
}

// TestSheet reads what people paste, in the ways they paste it.
func TestSheet(t *testing.T) {
	for name, c := range map[string]struct {
		text         string
		decimal      byte
		want         []string
		header       bool
		blank, empty int
	}{
		"from a spreadsheet":       {text: "Contoso\taccounts\t43\r\nFabrikam\tstorage\t12,5\tGB\tcounted by phone\r\n", want: []string{"1|Contoso|accounts|43|||", "2|Fabrikam|storage|12.5|GB|counted by phone|"}},
		"with names of columns":    {text: "Quantity;Customer;Meter;Comment\n43;Contoso;accounts;late file\n", header: true, want: []string{"2|Contoso|accounts|43||late file|"}},
		"a German one":             {text: "Kundennummer;Kunde;Dienst;Menge;Einheit;Monat\n4711;Contoso;storage;1.219,5;gb;10/2026\n", header: true, want: []string{"2|4711|storage|1219.5|GB||10/2026"}},
		"names nobody knows":       {text: "Wer,Was,Wieviel\nContoso,accounts,43\n", header: true, want: []string{"2|Contoso|accounts|43|||"}},
		"a decimal comma":          {text: "Contoso;accounts;12,5\nFabrikam;accounts;1,000\n", want: []string{"1|Contoso|accounts|12.5|||", "2|Fabrikam|accounts|1|||"}},
		"two ways":                 {text: "Contoso;accounts;1,000\n", want: []string{"1|Contoso|accounts|?|||"}},
		"two ways, and said":       {text: "Contoso;accounts;1,000\n", decimal: '.', want: []string{"1|Contoso|accounts|1000|||"}},
		"blank rows":               {text: "\nContoso;accounts;43\n;;\n  \nFabrikam;accounts;0\n\n\n", blank: 3, want: []string{"2|Contoso|accounts|43|||", "5|Fabrikam|accounts|0|||"}},
		"rows that were left open": {text: "Contoso\taccounts\t\nFabrikam\taccounts\t7\n", empty: 1, want: []string{"2|Fabrikam|accounts|7|||"}},
		"a note and no unit":       {text: "Contoso,accounts,43,counted by phone\n", want: []string{"1|Contoso|accounts|43||counted by phone|"}},
		"a quote in a cell":        {text: "6\" racks\taccounts\t43\nB\taccounts\t1\n", want: []string{"1|6\" racks|accounts|43|||", "2|B|accounts|1|||"}},
		"what is no amount":        {text: "Contoso\taccounts\t=1+1\nB\taccounts\t-4\nC\taccounts\t5 %\n", want: []string{"1|Contoso|accounts|?|||", "2|B|accounts|?|||", "3|C|accounts|?|||"}},
		"a name with a comma":      {text: "\"Smith, Jones\",accounts,43\n", want: []string{"1|Smith, Jones|accounts|43|||"}},
		"two columns":              {text: "Contoso\t43\nFabrikam\t7\n", want: []string{"1|Contoso||43|||", "2|Fabrikam||7|||"}},
		"a name of two lines":      {text: "\"Smith\nJones\"\taccounts\t43\n", want: []string{"1|Smith Jones|accounts|43|||"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := inbox.ReadSheet(c.text, c.decimal)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range s.Rows {
				got = append(got, sheetRow(r))
				if r.TwoWays && r.Wrong == "" {
					t.Error("a number that can be read in two ways is not wrong")
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) || s.Header != c.header || s.Blank != c.blank || s.Empty != c.empty {
				t.Errorf("header %v, blank %d, empty %d\n%s\nwant\n%s", s.Header, s.Blank, s.Empty, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// TestSheetRefuses says in words why nothing can be read.
func TestSheetRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "at least one row",
		"\n;;\n":                  "at least one row",
		"Customer,Quantity\n":     "Only the names",
		"\"Contoso;accounts;43\n": "quotes do not fit",
		strings.Repeat("A;accounts;1\n", inbox.SheetRows+1): "at most 2000",
	} {
		if _, err := inbox.ReadSheet(text, 0); app.ErrorCode(err) != app.Invalid || !strings.Contains(app.ErrorMessage(err), want) {
			t.Errorf("%.30q: %v, want %q", text, err, want)
		}
	}
}

// FuzzSheet: whatever is pasted, nothing panics, and no row is made of nothing.
func FuzzSheet(f *testing.F) {
	f.Add("Contoso;accounts;1,000\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, _ := inbox.ReadSheet(text, 0)
		for _, r := range s.Rows {
			if r.Text == "" || r.Line < 1 {
				t.Errorf("%+v", r)
			}
		}
	})
}
