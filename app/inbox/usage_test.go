package inbox_test

import (
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/inbox"
)

const goodReading = `{"organization":{"id":"c1","name":"Contoso"},"meter":"seats","quantity":12.50,"unit":"each","covers":"2026-10","items":[{"kind":"account","id":"a","name":"Ada","amount":12},{"id":"b","amount":"0.5"}]}`

func TestUsage(t *testing.T) {
	b, rs, err := inbox.Usage([]byte(`{"readings":[`+goodReading+`,{"organization":{"name":"Fabrikam"},"meter":"storage","quantity":"9007199254740993","unit":"gb","as_of":"2026-11-22T08:00:00Z"}]}`), nil, now)
	if err != nil {
		t.Fatal(err)
	}
	if len(rs) != 4 || !b.Pushed || len(b.Organizations) != 3 || len(b.Events) != 0 {
		t.Fatalf("%d readings, %+v", len(rs), b)
	}
	own, inclusive, big := rs[0], rs[1], rs[2]
	if own.Basis != app.BasisOwn || inclusive.Basis != app.BasisInclusive || !own.Quantity.Equal(app.MustQuantity("12.5")) || !own.Complete || own.Method != app.MethodSent || own.OrganizationID != "c1" {
		t.Errorf("%+v", own)
	}
	if own.Covers != (app.Period{Year: 2026, Month: time.October}) || !own.AsOf.Equal(time.Date(2026, 10, 31, 23, 59, 59, 0, time.UTC)) || len(own.Items) != 2 {
		t.Errorf("%+v", own)
	}
	if own.Items[1].Name != "b" || own.Items[1].Kind != "item" || !own.Items[1].Amount.Equal(app.MustQuantity("0.5")) {
		t.Errorf("%+v", own.Items)
	}
	if big.Quantity.String() != "9007199254740993" || big.Unit != app.UnitGB || !big.Covers.IsZero() || !big.AsOf.Equal(now.Add(-time.Hour)) || big.OrganizationID != "name:fabrikam" {
		t.Errorf("%+v", big)
	}
}

// A month that goes on is read until now.
func TestUsageOfThisMonth(t *testing.T) {
	_, rs, err := inbox.Usage([]byte(`{"readings":[`+strings.Replace(goodReading, "2026-10", "2026-11", 1)+`,`+goodReading+`]}`), nil, now)
	if err != nil || len(rs) != 4 || !rs[0].AsOf.Equal(now) {
		t.Errorf("%+v, %v", rs, err)
	}
}

func TestBadUsage(t *testing.T) {
	edit := func(old, with string) string {
		return `{"readings":[` + strings.Replace(goodReading, old, with, 1) + `]}`
	}
	for name, tt := range map[string]struct{ body, field, words string }{
		"nothing":           {`{}`, "readings", "no reading"},
		"not a list":        {`{"readings":{}}`, "readings", "list"},
		"no quantity":       {edit(`"quantity":12.50,`, ""), "readings[0].quantity", "how much"},
		"null":              {edit(`12.50`, `null`), "readings[0].quantity", "how much"},
		"exponent":          {edit(`12.50`, `1e3`), "readings[0].quantity", "plain number"},
		"huge exponent":     {edit(`12.50`, `1e999999999`), "readings[0].quantity", "plain number"},
		"thousands":         {edit(`12.50`, `"1,234"`), "readings[0].quantity", "plain number"},
		"negative":          {edit(`12.50`, `-1`), "readings[0].quantity", "below zero"},
		"bool":              {edit(`12.50`, `true`), "readings[0].quantity", "plain number"},
		"NaN":               {edit(`12.50`, `"NaN"`), "readings[0].quantity", "plain number"},
		"sum":               {edit(`12.50`, `13`), "readings[0].items", "add up to 12.5"},
		"item amount":       {edit(`"amount":12}`, `"amount":"x"}`), "readings[0].items[0].amount", "plain number"},
		"nameless item":     {edit(`{"id":"b","amount":"0.5"}`, `{"amount":0.5}`), "readings[0].items[1].id", "what was counted"},
		"both times":        {edit(`"covers"`, `"as_of":"2026-11-01T00:00:00Z","covers"`), "readings[0].covers", "not both"},
		"no time":           {edit(`"covers":"2026-10",`, ""), "readings[0].as_of", "which month"},
		"month":             {edit(`2026-10`, `10/2026`), "readings[0].covers", "not a month"},
		"month to come":     {edit(`2026-10`, `2026-12`), "readings[0].covers", "to come"},
		"moment to come":    {edit(`"covers":"2026-10"`, `"as_of":"2026-11-22T10:00:00Z"`), "readings[0].as_of", "to come"},
		"no zone":           {edit(`"covers":"2026-10"`, `"as_of":"2026-11-22"`), "readings[0].as_of", "time zone"},
		"nobody":            {edit(`"organization":{"id":"c1","name":"Contoso"},`, ""), "readings[0].organization", "whose"},
		"meter":             {edit(`"seats"`, `"Protected Seats"`), "readings[0].meter", "protected_seats"},
		"no meter":          {edit(`"meter":"seats",`, ``), "readings[0].meter", "what was counted"},
		"hold is no meter":  {edit(`"seats"`, `"hold"`), "readings[0].meter", "not a meter"},
		"long unit":         {edit(`"each"`, `"`+strings.Repeat("x", 21)+`"`), "readings[0].unit", "20"},
		"unknown key":       {edit(`"meter"`, `"metre":"x","meter"`), "readings[0].metre", "Did you mean meter"},
		"twice":             {`{"readings":[` + goodReading + `,` + goodReading + `]}`, "readings[1]", "readings[0]"},
		"one in two pieces": {`{"readings":[` + goodReading + `,` + strings.Replace(goodReading, `{"id":"c1","name":"Contoso"}`, `{"name":"CONTOSO"}`, 1) + `]}`, "readings[1]", "two customers"},
	} {
		t.Run(name, func(t *testing.T) {
			_, rs, err := inbox.Usage([]byte(tt.body), nil, now)
			refused(t, err, tt.field, tt.words)
			if len(rs) != 0 {
				t.Errorf("%d readings beside the error", len(rs))
			}
		})
	}
}

// Of two names for one customer the later one counts, and an id never takes the place of a name.
func TestNames(t *testing.T) {
	b, _, err := inbox.Usage([]byte(`{"readings":[`+goodReading+`,`+strings.NewReplacer("Contoso", "Contoso AG", "seats", "licences").Replace(goodReading)+`,
		{"organization":{"id":"c2"},"meter":"seats","quantity":1,"covers":"2026-10"},{"organization":{"id":"c3"},"meter":"seats","quantity":1,"covers":"2026-10"}]}`), nil, now)
	if err != nil {
		t.Fatal(err)
	}
	inbox.Name(&b, "feed", []app.Organization{{ExternalID: "c1", Name: "Old"}, {ExternalID: "c2", Name: "Fabrikam"}})
	var names []string
	for _, o := range b.Organizations {
		names = append(names, o.Name)
	}
	if got := strings.Join(names, ","); got != "feed,Contoso AG,Fabrikam,c3" || b.Source != "feed" {
		t.Errorf("names %s", got)
	}
}

func FuzzUsage(f *testing.F) {
	f.Add([]byte(`{"readings":[` + goodReading + `]}`))
	f.Add([]byte(`{"readings":[{"quantity":"1,5"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, rs, err := inbox.Usage(body, nil, now)
		sane(t, rs, err)
		if _, err := inbox.Events(body, "", inbox.Customer{}, nil, now); err != nil && app.ErrorCode(err) != app.Invalid {
			t.Errorf("%v", err)
		}
		for _, s := range inbox.Shapes() {
			_, _ = inbox.Events(body, s.Name, inbox.Customer{ID: "c"}, nil, now)
		}
	})
}

// sane fails the test when readings are ones no good input gives.
func sane(t *testing.T, rs []app.Reading, err error) {
	t.Helper()
	if err != nil && app.ErrorCode(err) != app.Invalid {
		t.Errorf("%v", err)
	}
	for _, r := range rs {
		sum := app.Q(0)
		for _, i := range r.Items {
			sum = sum.Add(i.Amount)
		}
		if r.Quantity.IsNegative() || r.OrganizationID == "" || r.Meter == "" || r.AsOf.IsZero() || r.AsOf.After(now.Add(5*time.Minute)) || len(r.Items) > 0 && !sum.Equal(r.Quantity) {
			t.Errorf("reading %+v", r)
		}
	}
}
