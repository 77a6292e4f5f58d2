package inbox_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/app/inbox"
)

var october = app.Period{Year: 2026, Month: time.October}

func file(text string) inbox.File {
	return inbox.File{Name: "usage.csv", Content: strings.NewReader(text), Now: now}
}

// plainMapping is of the columns Kunde, Dienst and Menge.
func plainMapping() app.CSVMapping {
	return app.CSVMapping{CustomerName: "Kunde", Meter: "Dienst", Quantity: "Menge", Fixed: app.CSVFixed{Covers: october}}
}

// taken imports a text and returns its own readings as "customer meter quantity unit".
func taken(t *testing.T, text string, m app.CSVMapping) ([]string, app.ImportCounts) {
	t.Helper()
	_, rs, counts, err := inbox.Import(file(text), m)
	if err != nil {
		t.Fatalf("%v\n%+v", err, counts)
	}
	sane(t, rs, nil)
	return shownReadings(rs), counts
}

func shownReadings(rs []app.Reading) (out []string) {
	for _, r := range rs {
		if r.Basis == app.BasisOwn {
			line := fmt.Sprintf("%s %s %s %s", strings.TrimPrefix(r.OrganizationID, "name:"), r.Meter, r.Quantity, r.Unit)
			if !r.Complete {
				line += " incomplete: " + r.Problem
			}
			out = append(out, line)
		}
	}
	return out
}

const goodRows = "Kunde;Dienst;Menge\nMüller;Seats;3\n\"Söhne; Co\";Seats;1234,5\n"

// TestForms: the same rows in every form people's programs write.
func TestForms(t *testing.T) {
	const rows = goodRows
	for name, tt := range map[string]struct{ text, encoding, separator string }{
		"UTF-8":               {rows, "UTF-8", "semicolon"},
		"BOM":                 {"\ufeff" + rows, "UTF-8", "semicolon"},
		"Windows line ends":   {strings.ReplaceAll(rows, "\n", "\r\n"), "UTF-8", "semicolon"},
		"old Mac line ends":   {strings.ReplaceAll(rows, "\n", "\r"), "UTF-8", "semicolon"},
		"no last line end":    {strings.TrimRight(rows, "\n"), "UTF-8", "semicolon"},
		"UTF-16 LE with mark": {"\xff\xfe" + wide(binary.LittleEndian), "UTF-16 LE", "semicolon"},
		"UTF-16 BE with mark": {"\xfe\xff" + wide(binary.BigEndian), "UTF-16 BE", "semicolon"},
		"UTF-16 LE":           {wide(binary.LittleEndian), "UTF-16 LE", "semicolon"},
		"UTF-16 BE":           {wide(binary.BigEndian), "UTF-16 BE", "semicolon"},
		"Windows-1252":        {strings.NewReplacer("ü", "\xfc", "ö", "\xf6").Replace(rows), "Windows-1252", "semicolon"},
		"late Windows-1252":   {"Kunde;Dienst;Menge\n" + strings.Repeat(";;\n", 40000) + strings.NewReplacer("Kunde;Dienst;Menge\n", "", "ü", "\xfc", "ö", "\xf6").Replace(rows), "Windows-1252", "semicolon"},
		"tab":                 {strings.NewReplacer("; Co", "; Co", ";", "\t").Replace(strings.Replace(rows, "; Co", ", Co", 1)), "UTF-8", "tab"},
		"comma":               {"Kunde,Dienst,Menge\nMüller,Seats,3\n\"Söhne, Co\",Seats,\"1234,5\"\n", "UTF-8", "comma"},
		"pipe":                {"Kunde|Dienst|Menge\nMüller|Seats|3\nSöhne, Co|Seats|1234,5\n", "UTF-8", "pipe"},
		"sep line":            {"sep=;\n" + rows, "UTF-8", "semicolon"},
		"title lines":         {"Usage report\nMade on 1 Nov 2026\n\n" + rows, "UTF-8", "semicolon"},
		"padded title lines":  {"Usage report;;\nAcme;;\n;;\n" + rows, "UTF-8", "semicolon"},
		"trailing separators": {"Kunde;Dienst;Menge\nMüller;Seats;3;\n\"Söhne; Co\";Seats;1234,5;;\n", "UTF-8", "semicolon"},
		"line break in quote": {"Kunde;Dienst;Menge\nMüller;\"Se\nats\";3\n", "UTF-8", "semicolon"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := inbox.Preview(file(tt.text), nil, new(plainMapping()))
			if err != nil {
				t.Fatal(err)
			}
			if p.Encoding != tt.encoding || p.Separator != tt.separator {
				t.Errorf("found %s, %s", p.Encoding, p.Separator)
			}
			if name == "line break in quote" {
				return
			}
			got := strings.ReplaceAll(strings.Join(shownReadings(p.Readings), " | "), "söhne, co", "söhne; co")
			if want := "müller seats 3 each | söhne; co seats 1234.5 each"; got != want || len(p.Problems) > 0 {
				t.Errorf("got %q, want %q; %+v", got, want, p.Problems)
			}
		})
	}
}

// wide is goodRows in UTF-16.
func wide(order binary.AppendByteOrder) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(goodRows)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

// TestNumbers: a number is what everybody reads it for, or it is asked for.
func TestNumbers(t *testing.T) {
	for _, tt := range []struct{ rows, decimal, want string }{
		{"1234", "", "1234"},
		{"1234,5", "", "1234.5"},
		{"1234.5", "", "1234.5"},
		{"0,125", "", "0.125"},
		{"1234.567", "", "1234.567"},
		{"1.234,5", "", "1234.5"},
		{"1,234.5", "", "1234.5"},
		{"1.234.567", "", "1234567"},
		{"1,234,567.25", "", "1234567.25"},
		{"1 234,5", "", "1234.5"},
		{"1\u00a0234,567", "", "1234.567"},
		{"1\u202f234", "", "1234"},
		{"1'234.5", "", "1234.5"},
		{"1.234", "", "problem: \"1.234\" can be read as 1234 or as 1.234"},
		{"1,234", "", "problem: \"1,234\" can be read as 1.234 or as 1234"},
		{"1.234", ",", "1234"},
		{"1.234", ".", "1.234"},
		{"1,234", ",", "1.234"},
		{"1,234", ".", "1234"},
		{"1.234\n2,5", "", "1234 2.5"},                                  // the column shows it
		{"1.234\n2,5\n2.5", "", "problem: \"1.234\" can be read"},       // the column contradicts itself
		{"1.234\n1.234.567", "", "1234 1234567"},                        // points group, so a comma is before decimals
		{"1.5", ",", "problem: \"1.5\" does not fit"},                   // not what was said
		{"1.234,5", ".", "problem: \"1.234,5\" does not fit"},           //
		{"1,23,456", "", "problem: \"1,23,456\" is not a number"},       //
		{"1.234 567", "", "problem: \"1.234 567\" is not a number"},     //
		{"1 23", "", "problem: \"1 23\" is not a number"},               //
		{"5 %", "", "problem: \"5 %\" is a percentage"},                 //
		{"5 €", "", "problem: \"5 €\" is an amount of money"},           //
		{"-5", "", "problem: \"-5\" is below zero"},                     //
		{"(5)", "", "problem: \"(5)\" is below zero"},                   //
		{"=1+1", "", "problem: \"=1+1\" is a formula"},                  //
		{"5 GB", "", "problem: \"5 GB\" is not a plain number"},         //
		{"1e3", "", "problem: \"1e3\" is not a plain number"},           //
		{"  ", "", "problem: The quantity is empty"},                    //
		{"5.", "", "problem: \"5.\" is not a number"},                   //
		{"٣", "", "problem: \"٣\" is not a number"},                     //
		{strings.Repeat("9", 31), "", "problem: \"9999999999999999999"}, //
	} {
		t.Run(tt.rows+tt.decimal, func(t *testing.T) {
			var text strings.Builder
			text.WriteString("Kunde\tDienst\tMenge\n")
			for i, n := range strings.Split(tt.rows, "\n") {
				fmt.Fprintf(&text, "C%d\tSeats\t%s\n", i, n)
			}
			m := plainMapping()
			m.Decimal = tt.decimal
			p, err := inbox.Preview(file(text.String()), nil, &m)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range p.Readings {
				got = append(got, r.Quantity.String())
			}
			for _, problem := range p.Problems {
				got = append(got, "problem: "+problem.Message)
				if problem.Column != "Menge" || problem.Line < 2 {
					t.Errorf("at line %d, column %s", problem.Line, problem.Column)
				}
			}
			if s := strings.Join(got, " "); !strings.HasPrefix(s, tt.want) || !strings.HasPrefix(tt.want, "problem") && s != tt.want {
				t.Errorf("got %q, want %q", s, tt.want)
			}
			if len(p.Problems) > 0 && len(p.Readings) > 0 {
				t.Error("readings beside a wrong row")
			}
		})
	}
}

func TestRows(t *testing.T) {
	const head = "Kunde;Dienst;Menge\n"
	for name, tt := range map[string]struct {
		rows   string
		change func(*app.CSVMapping)
		want   string
		counts string // rows blank totals duplicate left wrong
	}{
		"blank rows":          {"A;Seats;1\n;;\n\nB;Seats;2\n\n", nil, "a seats 1 each,b seats 2 each", "2 2 0 0 0 0"},
		"total":               {"A;Seats;1\nB;Seats;2,5\nTotal;;3,5\n", nil, "a seats 1 each,b seats 2.5 each", "3 0 1 0 0 0"},
		"total, short":        {"A;Seats;1\nB;Seats;2\nSumme:;3\n", nil, "a seats 1 each,b seats 2 each", "3 0 1 0 0 0"},
		"totals per meter":    {"A;Seats;1\nB;Seats;2\nA;GB;7\nGesamt;Seats;3\nGesamt;GB;7\n", nil, "a seats 1 each,b seats 2 each,a gb 7 each", "5 0 2 0 0 0"},
		"subtotals":           {"A;Seats;1\nZwischensumme;;1\nB;Seats;2\nZwischensumme;;2\nGesamt;;3\n", nil, "a seats 1 each,b seats 2 each", "5 0 3 0 0 0"},
		"a wrong total":       {"A;Seats;1\nB;Seats;2\nTotal;;4\n", nil, "", "3 0 0 0 0 1"},
		"duplicates":          {"A;Seats;1\nA;Seats;2\nA;GB;3\n", nil, "a seats 3 each,a gb 3 each", "3 0 0 1 0 0"},
		"last":                {"A;Seats;1\nA;Seats;2\nA;Seats;5\n", func(m *app.CSVMapping) { m.Duplicates = "last" }, "a seats 5 each", "3 0 0 2 0 0"},
		"folded customers":    {"A  b;Seats;1\na B;Seats;2\n", nil, "a b seats 3 each", "2 0 0 1 0 0"},
		"rows of 1":           {"A;Seats;x\nA;Seats;y\n", func(m *app.CSVMapping) { m.Quantity = "" }, "a seats 2 each", "2 0 0 1 0 0"},
		"items":               {"A;Seats;1\nA;Seats;2\n", func(m *app.CSVMapping) { m.ItemName, m.Quantity = "Menge", "" }, "a seats 2 each", "2 0 0 0 0 0"},
		"only":                {"A;Seats;1\nA;GB;2\n", func(m *app.CSVMapping) { m.Only, m.OnlyValue = "Dienst", "seats" }, "a seats 1 each", "2 0 0 0 1 0"},
		"one meter":           {"A;Seats;1\nA;GB;2\n", func(m *app.CSVMapping) { m.Meter, m.Fixed.Meter, m.Fixed.Unit = "", "all", "gb" }, "a all 3 GB", "2 0 0 1 0 0"},
		"a formula as a name": {"=cmd();Seats;1\n+49 Ltd;Seats;2\n", nil, "=cmd() seats 1 each,+49 ltd seats 2 each", "2 0 0 0 0 0"},
		"too short":           {"A;Seats;1\nB;2\n", nil, "", "2 0 0 0 0 1"},
		"too long":            {"A;Seats;1\nB;x;Seats;2\n", nil, "", "2 0 0 0 0 1"},
		"a quote inside":      {"A;Seats;1\nB 19\" screen;Seats;2\nC;Seats;1\n", nil, "", "3 0 0 0 0 1"},
		"no customer":         {"A;Seats;1\n;Seats;2\n", nil, "", "2 0 0 0 0 1"},
		"no meter":            {"A;Seats;1\nB;;2\n", nil, "", "2 0 0 0 0 1"},
		"two meters in one":   {"A;Server 1;1\nB;Server-1;2\nB;Server_1;2\n", nil, "", "3 0 0 0 0 1"},
		"partial": {
			"A;Seats;1\nA;Seats;x\nB;Seats;2\nC;Seats;-3\nTotal;;3\n", func(m *app.CSVMapping) { m.Partial = true },
			"a seats 1 each incomplete: Line 3 of usage.csv is wrong: \"x\" is not a plain number. Leave units and words out of this column.,b seats 2 each," +
				"c seats 0 each incomplete: Line 5 of usage.csv is wrong: \"-3\" is below zero. Usage is 0 or more.", "5 0 1 0 0 2",
		},
		"partial, whose":        {"A;Seats;1\n;Seats;2\n", func(m *app.CSVMapping) { m.Partial = true }, "", "2 0 0 0 0 1"},
		"partial, lost columns": {"A;Seats;1\nB;2\n", func(m *app.CSVMapping) { m.Partial = true }, "", "2 0 0 0 0 1"},
	} {
		t.Run(name, func(t *testing.T) {
			m := plainMapping()
			if tt.change != nil {
				tt.change(&m)
			}
			p, err := inbox.Preview(file(head+tt.rows), nil, &m)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(shownReadings(p.Readings), ","); got != tt.want {
				t.Errorf("got %q, want %q\n%+v", got, tt.want, p.Problems)
			}
			if got := numbers(p.ImportCounts); got != tt.counts {
				t.Errorf("counts %s, want %s", got, tt.counts)
			}
			_, rs, counts, err := inbox.Import(file(head+tt.rows), m)
			sane(t, rs, err)
			if (err == nil) != (tt.want != "") || strings.Join(shownReadings(rs), ",") != tt.want {
				t.Errorf("imported %v, %v", shownReadings(rs), err)
			}
			if diff := cmp.Diff(p.ImportCounts, counts); diff != "" {
				t.Errorf("preview and import differ: %s", diff)
			}
		})
	}
}

func numbers(c app.ImportCounts) string {
	return fmt.Sprint(c.Rows, c.Blank, c.TotalRows, c.Duplicate, c.Left, c.Wrong)
}

// What a file is refused for as a whole.
func TestUnusableFiles(t *testing.T) {
	for name, tt := range map[string]struct{ text, words string }{
		"empty":              {"", "empty"},
		"blank":              {"\n\n", "no rows"},
		"Excel":              {"PK\x03\x04....", "Excel"},
		"a web page":         {"<!DOCTYPE html><html>", "web page"},
		"JSON":               {`{"readings":[]}`, "JSON"},
		"zero bytes":         {"Kunde;Dienst;Menge\nA\x00B;Seats;1\n", "zero bytes"},
		"no header":          {"A;Seats;1\nB;Seats;2\n", "names of the columns"},
		"a quote to the end": {"Kunde;Dienst;Menge\nA;Seats;1\n\"B;Seats;2\nC;Seats;3\n", "line 3"},
		"a row of 2 MiB":     {"Kunde;Dienst;Menge\nA;Seats;1\n\"B" + strings.Repeat("x\n", 1<<20), "quotes"},
		"only a header":      {"Kunde;Dienst;Menge\n", "no row that counts"},
	} {
		t.Run(name, func(t *testing.T) {
			_, rs, _, err := inbox.Import(file(tt.text), plainMapping())
			if app.ErrorCode(err) != app.Invalid || !strings.Contains(app.ErrorMessage(err), tt.words) || len(rs) > 0 {
				t.Errorf("%v does not say %q", err, tt.words)
			}
		})
	}
	big := inbox.File{Name: "big.csv", Content: &endless{}, Now: now}
	if _, _, _, err := inbox.Import(big, plainMapping()); !strings.Contains(app.ErrorMessage(err), "50 MiB") {
		t.Errorf("%v", err)
	}
}

// endless is a file of a terabyte.
type endless struct{}

func (endless) Read(p []byte) (int, error)         { return len(p), nil }
func (endless) Seek(_ int64, _ int) (int64, error) { return 1 << 40, nil }

func TestMappings(t *testing.T) {
	const text = "Kunde;Dienst;Menge\nA;Seats;1\n"
	for name, tt := range map[string]struct {
		change func(*app.CSVMapping)
		words  string
	}{
		"no such column":   {func(m *app.CSVMapping) { m.Quantity = "Anzahl" }, `no column "Anzahl"`},
		"no customer":      {func(m *app.CSVMapping) { m.CustomerName = "" }, "column holds the customer"},
		"no meter":         {func(m *app.CSVMapping) { m.Meter = "" }, "what was counted"},
		"no time":          {func(m *app.CSVMapping) { m.Fixed.Covers = app.Period{} }, "which month"},
		"two times":        {func(m *app.CSVMapping) { m.Fixed.AsOf = now }, "not both"},
		"month to come":    {func(m *app.CSVMapping) { m.Fixed.Covers = app.Period{Year: 2027, Month: 1} }, "to come"},
		"decimal":          {func(m *app.CSVMapping) { m.Decimal = ";" }, "comma or a point"},
		"duplicates":       {func(m *app.CSVMapping) { m.Duplicates = "first" }, "summed"},
		"meter's shape":    {func(m *app.CSVMapping) { m.Meter, m.Fixed.Meter = "", "Big Meter" }, "not a meter"},
		"our own id":       {func(m *app.CSVMapping) { m.CustomerName, m.Fixed.CustomerID = "", "name:x" }, "psabridge itself"},
		"unknown shape":    {func(m *app.CSVMapping) { m.Shape = "excel" }, "ready-made"},
		"not that report":  {func(m *app.CSVMapping) { m.Shape = inbox.ShapeCloudUsage }, "Insights Report"},
		"complete for one": {func(m *app.CSVMapping) { m.CustomerName, m.Fixed.CustomerID, m.Complete = "", "c1", true }, "one customer"},
	} {
		t.Run(name, func(t *testing.T) {
			m := plainMapping()
			tt.change(&m)
			p, err := inbox.Preview(file(text), nil, &m)
			if err != nil || len(p.Problems) == 0 || !strings.Contains(p.Problems[0].Message, tt.words) || len(p.Readings) > 0 || p.Wrong > 0 {
				t.Errorf("%+v, %v", p.Problems, err)
			}
			if _, rs, _, err := inbox.Import(file(text), m); app.ErrorCode(err) != app.Invalid || len(rs) > 0 {
				t.Errorf("imported: %v", err)
			}
		})
	}
}

// A mapping is given, remembered, ready-made or guessed, and a guess is called one.
func TestWhichMapping(t *testing.T) {
	preview := func(text string, remembered inbox.Remembered, given *app.CSVMapping) app.CSVPreview {
		t.Helper()
		p, err := inbox.Preview(file(text), remembered, given)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	german := "Kunden-Nr.;Kunde;Produkt;Menge (Stück);Einheit;Monat\n1;A;Seats;2;Stück;2026-10\n"
	p := preview(german, nil, nil)
	want := app.CSVMapping{CustomerID: "Kunden-Nr.", CustomerName: "Kunde", Meter: "Produkt", Quantity: "Menge (Stück)", Unit: "Einheit", Covers: "Monat"}
	if !p.Guessed || p.Remembered || cmp.Diff(want, p.Mapping) != "" || len(p.Readings) != 1 {
		t.Errorf("guessed %+v", p.Mapping)
	}
	seen := ""
	p = preview(german, func(hash string) *app.CSVMapping { seen = hash; return &want }, nil)
	if !p.Remembered || p.Guessed || seen != p.HeaderHash || len(seen) != 64 {
		t.Errorf("remembered %+v", p)
	}
	p = preview(strings.ToUpper(german[:40])+german[40:], func(hash string) *app.CSVMapping {
		if hash != seen {
			return nil
		}
		return &want
	}, &app.CSVMapping{Decimal: ","})
	if !p.Remembered || p.Mapping.Decimal != "," || p.Mapping.Quantity == "" {
		t.Errorf("remembered, with a choice: %+v", p.Mapping)
	}
	p = preview("customer_id,customer_name,meter,quantity,unit,as_of\nc1,Contoso,seats,5,each,2026-11-01\n", nil, nil)
	if p.Guessed || p.Mapping.Shape != inbox.ShapePSABridge || p.Mapping.AsOf != "as_of" || len(p.Readings) != 1 || !p.Readings[0].AsOf.Equal(time.Date(2026, 11, 1, 23, 59, 59, 0, time.UTC)) {
		t.Errorf("our own form: %+v, %+v", p.Mapping, p.Problems)
	}
	p = preview("customer_name,meter,quantity,discount\nContoso,seats,5,1\n", nil, nil)
	if !p.Guessed || p.Mapping.Shape != "" {
		t.Errorf("with a column more it is not our own form: %+v", p.Mapping)
	}
	p = preview("Client,What\nA,B\n", nil, &app.CSVMapping{Fixed: app.CSVFixed{Meter: "seats", Covers: october}})
	if !p.Guessed || len(p.Problems) != 1 || !strings.Contains(p.Problems[0].Message, "every row counts 1") || len(p.Readings) > 0 {
		t.Errorf("a guess without a quantity: %+v", p)
	}
	kept := inbox.ToRemember(app.CSVMapping{Quantity: "q", Partial: true, Complete: true, Fixed: app.CSVFixed{Meter: "m", Unit: "GB", Covers: october, CustomerID: "c"}})
	if diff := cmp.Diff(app.CSVMapping{Quantity: "q", Fixed: app.CSVFixed{Meter: "m", Unit: "GB"}}, kept); diff != "" {
		t.Errorf("remembered: %s", diff)
	}
}

func TestTimesOfRows(t *testing.T) {
	m := app.CSVMapping{CustomerName: "c", Quantity: "q", AsOf: "at", Covers: "of", Fixed: app.CSVFixed{Meter: "seats"}}
	for cells, want := range map[string]string{
		"2026-11-01;":                "2026-11-01T23:59:59Z",
		"01.11.2026;":                "2026-11-01T23:59:59Z",
		"2026-11-22;":                "2026-11-22T09:00:00Z", // today: until now
		"2026-11-01T10:00:00+02:00;": "2026-11-01T08:00:00Z",
		";2026-10":                   "2026-10-31T23:59:59Z 2026-10",
		";10/2026":                   "2026-10-31T23:59:59Z 2026-10",
		";October 2026":              "2026-10-31T23:59:59Z 2026-10",
		"05/11/2026;":                "two different days",
		"2026-11-01 10:00:00;":       "time zone",
		"2026-12-01;":                "to come",
		"yesterday;":                 "not a point in time",
		";2026-11-01":                "not a month",
		"2026-11-01;2026-10":         "not both",
		";":                          "does not say",
	} {
		p, err := inbox.Preview(file("c;q;at;of\nA;1;"+cells+"\n"), nil, &m)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(p.Problems) > 0 {
			got = p.Problems[0].Message
		} else {
			got = strings.TrimSpace(p.Readings[0].AsOf.Format(time.RFC3339) + " " + strings.ReplaceAll(p.Readings[0].Covers.String(), "0000-00", ""))
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", cells, got, want)
		}
	}
	// A row per day is not a row per part: added up, a month of days would be billed thirty times.
	p, err := inbox.Preview(file("c;q;at;of\nA;5;2026-11-01;\nA;5;2026-11-02;\n"), nil, &m)
	if err != nil || p.Wrong != 1 || len(p.Readings) > 0 {
		t.Errorf("two days: %+v, %v", p, err)
	}
	m.Duplicates = app.DuplicatesLast
	if got, _ := taken(t, "c;q;at;of\nA;5;2026-11-01;\nA;6;2026-11-02;\n", m); strings.Join(got, ",") != "a seats 6 each" {
		t.Errorf("the last of two days: %v", got)
	}
	m.Duplicates = ""
	if got, _ := taken(t, "c;q;at;of\nA;5;;2026-09\nA;6;;2026-10\n", m); strings.Join(got, ",") != "a seats 5 each,a seats 6 each" {
		t.Errorf("two months: %v", got)
	}
}

func TestEvidenceOfRows(t *testing.T) {
	m := app.CSVMapping{CustomerName: "c", Quantity: "q", ItemID: "id", ItemName: "item", Fixed: app.CSVFixed{Meter: "gb", Unit: "GB", Covers: october}}
	_, rs, counts, err := inbox.Import(file("c;q;id;item\nA;1;i1;Ada\nA;2;i2;\nA;3;i1;Ada\nA;4;;\nA;5;;\n"), m)
	if err != nil || counts.Duplicate != 2 {
		t.Fatal(err, counts)
	}
	want := []app.EvidenceItem{
		{Kind: "item", ExternalID: "i1", Name: "Ada", Amount: app.Q(4)},
		{Kind: "item", ExternalID: "i2", Name: "i2", Amount: app.Q(2)},
		{Kind: "row", ExternalID: "row", Name: "row 5, 6", Amount: app.Q(9)},
	}
	if diff := cmp.Diff(want, rs[0].Items, cmp.Comparer(func(a, b app.Quantity) bool { return a.Equal(b) })); diff != "" {
		t.Error(diff)
	}
	if rs[0].Method != app.MethodFile || !rs[0].Quantity.Equal(app.Q(15)) {
		t.Errorf("%+v", rs[0])
	}
}

// A file that is marked complete says of a customer who is not in it that they used nothing, of the meters they used.
func TestCompleteFile(t *testing.T) {
	row := func(id string, state app.OrganizationState, meters ...app.Meter) app.OrganizationRow {
		r := app.OrganizationRow{Organization: app.Organization{ExternalID: id, Name: "Name " + id, State: state}}
		for _, m := range meters {
			r.Readings = append(r.Readings, app.Reading{Meter: m, Quantity: app.Q(7)})
		}
		return r
	}
	f := file("id;m;q\nc1;Seats;1\nc2;GB;2\n")
	known := []app.OrganizationRow{
		row(app.SyntheticTop, app.OrganizationPresent), row("c1", app.OrganizationPresent, "seats", "gb"), row("c2", app.OrganizationPresent, "gb"),
		row("c3", app.OrganizationPresent, "seats", "disks"), row("c4", app.OrganizationGone, "seats"), row("c5", app.OrganizationPresent),
	}
	asked := 0
	f.Known = func() ([]app.OrganizationRow, error) { asked++; return known, nil }
	m := app.CSVMapping{CustomerID: "id", Meter: "m", Quantity: "q", Fixed: app.CSVFixed{Covers: october}}
	_, rs, _, err := inbox.Import(f, m)
	if err != nil || len(rs) != 4 || asked != 0 {
		t.Fatal(shownReadings(rs), err, asked)
	}
	m.Complete = true
	_, rs, counts, err := inbox.Import(f, m)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(shownReadings(rs), ","), "c1 seats 1 each,c2 gb 2 each,c1 gb 0 each,c3 seats 0 each"; got != want || counts.ReadingsMade != 4 || counts.Organizations != 3 {
		t.Errorf("got %s, want %s; %+v", got, want, counts)
	}
	p, err := inbox.Preview(f, nil, &m)
	if err != nil || len(p.Zeroed) != 2 || p.Zeroed[1].ExternalID != "c3" {
		t.Errorf("zeroed %+v, %v", p.Zeroed, err)
	}
}

const cloudHead = "Item Type,Item Name,Item ID,Protection Status,Charged,Archive mailbox status,Data Protected (GB)\n"

func TestCloudReport(t *testing.T) {
	text := cloudHead + "User,Ada,u1,Protected,Yes,None,1.5\nUser,Bob,u2,Not Protected,No,None,\nShared Mailbox,Info,m1,Protected,No,None,2.25\nUser,Cyd,u3,Protected,Yes,Active,0\n"
	f := file(text)
	f.Name = "9f2-org 2026-11-05 Usage and Protection Insights Report (1).csv"
	p, err := inbox.Preview(f, nil, nil)
	if err != nil || p.Guessed || p.Mapping.Shape != inbox.ShapeCloudUsage {
		t.Fatalf("%+v, %v", p, err)
	}
	b, rs, counts, err := inbox.Import(f, p.Mapping)
	if err != nil {
		t.Fatal(err, counts)
	}
	if got := strings.Join(shownReadings(rs), ","); got != "9f2-org protected_seats 2 each,9f2-org protected_storage 3.75 GB" {
		t.Errorf("got %s", got)
	}
	if !rs[0].AsOf.Equal(time.Date(2026, 11, 5, 23, 59, 59, 0, time.UTC)) || len(rs[0].Items) != 2 || rs[0].Items[0].Name != "Ada" || len(b.Organizations) != 2 {
		t.Errorf("%+v", rs[0])
	}
	none := f
	none.Content = strings.NewReader(cloudHead + "User,Bob,u2,N/A,No,None,N/A\n")
	if _, rs, _, err := inbox.Import(none, p.Mapping); err != nil || strings.Join(shownReadings(rs), ",") != "9f2-org protected_seats 0 each,9f2-org protected_storage 0 GB" {
		t.Errorf("%v, %v", shownReadings(rs), err)
	}
	for name, tt := range map[string]struct{ name, row, words string }{
		"charged":      {f.Name, "User,Ada,u1,Protected,Maybe,None,1.5\n", "neither Yes nor No"},
		"data missing": {f.Name, "User,Ada,u1,Protected,Yes,None,\n", "empty"},
		"two ways":     {f.Name, "User,Ada,u1,Protected,Yes,None,1.234\n", "comma or a point"},
		"no name":      {"report.csv", "User,Ada,u1,Protected,Yes,None,1.5\n", "whose report"},
		"unclear day":  {"org 05-11-2026 Usage and Protection Insights Report.csv", "User,Ada,u1,Protected,Yes,None,1.5\n", "two different days"},
		"day to come":  {"org 2027-11-05 Usage and Protection Insights Report.csv", "User,Ada,u1,Protected,Yes,None,1.5\n", "to come"},
	} {
		t.Run(name, func(t *testing.T) {
			f := inbox.File{Name: tt.name, Content: strings.NewReader(cloudHead + tt.row), Now: now}
			_, rs, _, err := inbox.Import(f, p.Mapping)
			if app.ErrorCode(err) != app.Invalid || !strings.Contains(app.ErrorMessage(err), tt.words) || len(rs) > 0 {
				t.Errorf("%v", err)
			}
		})
	}
	said := p.Mapping
	said.Fixed = app.CSVFixed{CustomerID: "org", Covers: october}
	if _, rs, _, err := inbox.Import(file(text), said); err != nil || rs[0].Covers != october || rs[0].OrganizationID != "org" {
		t.Errorf("%v", err)
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"Kunde;Dienst;Menge\nA;Seats;1.234\n", "a,b,c\n\"x\",,1\nTotal,,1\n", "\xff\xfea\x00;\x00", "sep=|\nKunde|Menge\nA|1\n", cloudHead + "User,Ada,u1,Protected,Yes,None,1.5\n"} {
		f.Add(s, ",", true)
	}
	f.Fuzz(func(t *testing.T, text, decimal string, partial bool) {
		p, err := inbox.Preview(file(text), nil, nil)
		if err != nil && app.ErrorCode(err) != app.Invalid {
			t.Errorf("%v", err)
		}
		m := p.Mapping
		m.Decimal, m.Partial, m.Fixed.Covers = decimal, partial, october
		if m.Meter == "" {
			m.Fixed.Meter = "m"
		}
		_, rs, counts, err := inbox.Import(file(text), m)
		sane(t, rs, err)
		if len(rs) > 0 && counts.Wrong > 0 && !partial {
			t.Errorf("%d readings beside %d wrong rows", len(rs), counts.Wrong)
		}
	})
}

// unreadable is a file whose size is known and whose content cannot be read.
type unreadable struct{ *strings.Reader }

func (unreadable) Read([]byte) (int, error) { return 0, errors.New("input/output error") }

func TestAFileThatCannotBeRead(t *testing.T) {
	f := file("")
	f.Content = unreadable{strings.NewReader(goodRows)}
	if _, err := inbox.Preview(f, nil, nil); app.ErrorCode(err) != app.Internal || !strings.Contains(err.Error(), "The file cannot be read.") {
		t.Errorf("%v", err)
	}
}
