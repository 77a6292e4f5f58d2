package settings_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"psabridge/app"
	"psabridge/app/settings"
)

var word = rapid.StringMatching(`[A-Za-z0-9äß'":#{}\[\],&*!|>%@ -]{0,12}`)

// lines are texts with line breaks, which YAML prints in many ways.
var lines = rapid.StringMatching(`([ a-zä{}:#'"-]{0,8}(\r?\n|\t)?){0,6}`)

func quantity(t *rapid.T) *app.Quantity {
	if rapid.Bool().Draw(t, "absent") {
		return nil
	}
	q := app.MustQuantity(rapid.StringMatching(`(0|[1-9][0-9]{0,18})(\.[0-9]{0,6}[1-9])?`).Draw(t, "quantity"))
	return &q
}

func ref(t *rapid.T) app.Ref {
	if rapid.Bool().Draw(t, "by id") {
		return app.Ref{ID: rapid.Int64Min(1).Draw(t, "id"), Name: word.Draw(t, "name")}
	}
	return app.Ref{Name: word.Draw(t, "name")}
}

func duration(t *rapid.T) app.Duration {
	return app.Duration(rapid.Int64Range(0, 1e6).Draw(t, "seconds")) * app.Duration(time.Second)
}

func quantityRule(t *rapid.T) app.QuantityRule {
	rule := app.QuantityRule{Unit: word.Draw(t, "unit"), Round: word.Draw(t, "round"), Minimum: quantity(t), FSE: word.Draw(t, "fse")}
	if rapid.Bool().Draw(t, "says trials") {
		trials := rapid.Bool().Draw(t, "trials")
		rule.Trials = &trials
	}
	return rule
}

func rules(t *rapid.T) map[app.Meter]app.QuantityRule {
	m := make(map[app.Meter]app.QuantityRule)
	for _, meter := range rapid.SliceOfDistinct(rapid.SampledFrom([]app.Meter{"accounts", "storage", "seats", "true", "12"}), rapid.ID).Draw(t, "meters") {
		m[meter] = quantityRule(t)
	}
	return m
}

func connection(t *rapid.T) app.ConnectionSettings {
	c := app.ConnectionSettings{
		Name: word.Draw(t, "name"), System: word.Draw(t, "system"), SiteURL: word.Draw(t, "site"), CompanyID: word.Draw(t, "company"),
		RequestsPerMinute: rapid.Int().Draw(t, "rpm"), Confirm: app.ConfirmSettings{Searches: rapid.Int().Draw(t, "searches"), Over: duration(t)},
		TimeZone: word.Draw(t, "zone"),
	}
	c.Ticketing = app.TicketingSettings{Enabled: rapid.Bool().Draw(t, "on"), Board: ref(t), Type: ref(t), Priority: map[app.Severity]app.Ref{"warning": ref(t), "12": ref(t)}}
	c.Ticketing.AskAbove = rapid.Int().Draw(t, "ask above")
	c.Ticketing.Automation = app.Automation{Members: rapid.SliceOf(word).Draw(t, "members"), Statuses: rapid.SliceOf(word).Draw(t, "statuses")}
	c.Billing = app.BillingSettings{
		PushDay: app.PushDay(rapid.IntRange(0, int(app.LastDay)).Draw(t, "day")), PushAt: word.Draw(t, "at"), MaxAge: duration(t),
		Products: map[app.Meter]string{"storage": word.Draw(t, "product")},
		Rules:    app.BillingRules{Meters: rules(t), Hold: app.HoldLimits{Units: quantity(t), Amount: quantity(t)}},
	}
	if rapid.Bool().Draw(t, "says percent") {
		percent := rapid.Int().Draw(t, "percent")
		c.Billing.Rules.Hold.Percent = &percent
	}
	return c
}

func organization(t *rapid.T, i int) app.OrganizationSettings {
	return app.OrganizationSettings{
		Source: word.Draw(t, "source"), ID: rapid.SampledFrom([]string{"", "name:contoso ag ", app.SyntheticTop, "ä:"}).Draw(t, "id") + fmt.Sprintf("%04d", i), PSA: word.Draw(t, "psa"),
		Company: app.CompanyRef{ID: rapid.Int64().Draw(t, "company"), Identifier: word.Draw(t, "identifier")}, Agreement: app.AgreementRef{ID: rapid.Int64().Draw(t, "agreement")},
		Bill: rapid.SliceOf(rapid.SampledFrom([]app.Meter{"accounts", "no"})).Draw(t, "bill"), QuantityRules: rules(t),
		Exclude: []app.Exclusion{{Kind: app.ObjectAccount, ID: word.Draw(t, "excluded"), Reason: word.Draw(t, "reason")}},
	}
}

func alert(t *rapid.T) app.AlertRule {
	return app.AlertRule{
		Name: word.Draw(t, "name"), When: []app.When{{Type: word.Draw(t, "type")}, {Type: word.Draw(t, "type"), Percent: rapid.Int().Draw(t, "percent"), Days: rapid.Int().Draw(t, "days"), Times: rapid.Int().Draw(t, "times")}},
		For: app.For{Organization: word.Draw(t, "organization"), Suborganizations: rapid.Bool().Draw(t, "sub")},
		Via: app.Via{PSA: rapid.Bool().Draw(t, "psa"), Email: rapid.SliceOf(word).Draw(t, "email")}, Severity: app.SeverityCritical, Wait: duration(t),
		Ticket: app.TicketPolicy{Board: ref(t), Priority: ref(t), Summary: word.Draw(t, "summary"), Body: lines.Draw(t, "body"), ClosedStatus: ref(t), Source: ref(t), AutoClose: rapid.Bool().Draw(t, "close"), NoteEvery: duration(t)},
		Mute:   []app.Mute{{From: word.Draw(t, "from"), To: word.Draw(t, "to"), Reason: word.Draw(t, "reason")}},
	}
}

func notify(t *rapid.T) app.NotifySettings {
	n := app.NotifySettings{
		Email: app.EmailSettings{To: rapid.SliceOf(word).Draw(t, "to"), SMTP: app.SMTPSettings{
			Host: word.Draw(t, "smtp host"), Port: rapid.Int().Draw(t, "port"), User: word.Draw(t, "user"), TLS: word.Draw(t, "tls"),
			From: word.Draw(t, "from"), AllowPrivateNetwork: rapid.Bool().Draw(t, "private mail"),
		}},
		Webhook: app.WebhookSettings{Kind: word.Draw(t, "webhook"), AllowPrivateNetwork: rapid.Bool().Draw(t, "private webhook")},
	}
	if rapid.Bool().Draw(t, "says desktop") {
		desktop := rapid.Bool().Draw(t, "desktop")
		n.Desktop = &desktop
	}
	return n
}

func document(t *rapid.T) app.Settings {
	doc := app.Settings{Version: 1, Notify: notify(t)}
	for range rapid.IntRange(0, 2).Draw(t, "sources") {
		doc.Sources = append(doc.Sources, app.SourceSettings{Name: word.Draw(t, "name"), Kind: rapid.OneOf(word, rapid.SampledFrom([]string{"x360sync", "axcient", "inbox"})).Draw(t, "kind"), Host: word.Draw(t, "host"), CAFile: word.Draw(t, "ca"), Every: duration(t), AllowPrivateNetwork: rapid.Bool().Draw(t, "private")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "connections") {
		doc.Connections = append(doc.Connections, connection(t))
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "organizations") {
		doc.Organizations = append(doc.Organizations, organization(t, i))
	}
	for range rapid.IntRange(0, 2).Draw(t, "alerts") {
		doc.Alerts = append(doc.Alerts, alert(t))
	}
	return doc
}

func TestPrintedDocumentReadsTheSame(t *testing.T) {
	same := []cmp.Option{
		cmpopts.EquateEmpty(), cmpopts.IgnoreFields(app.TicketingSettings{}, "Priority"),
		cmp.Comparer(func(a, b app.Quantity) bool { return a.Equal(b) }),
		cmpopts.SortSlices(func(a, b app.OrganizationSettings) bool { return a.Source+"/"+a.ID < b.Source+"/"+b.ID }),
	}
	rapid.Check(t, func(t *rapid.T) {
		doc := document(t)
		for name, print := range map[string]func(app.Settings) ([]byte, error){"YAML": settings.Marshal, "JSON": settings.MarshalJSON} {
			b, err := print(doc)
			if err != nil {
				t.Fatal(err)
			}
			again, err := settings.Parse(b)
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, b)
			}
			if diff := cmp.Diff(doc, again, same...); diff != "" {
				t.Fatalf("%s: %s\n%s", name, diff, b)
			}
			if changes := settings.Diff(doc, again); len(changes) != 0 {
				t.Fatalf("%s: %v", name, changes)
			}
			twice, _ := print(again)
			if string(twice) != string(b) {
				t.Fatalf("%s is printed differently the second time:\n%s\n%s", name, b, twice)
			}
		}
		_ = settings.Validate(doc) // must not panic on anything that can be written down
	})
}
