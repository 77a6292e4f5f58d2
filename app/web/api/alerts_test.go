package api_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/web/api"
	"psabridge/store/storetest"
)

// told is what the fakes behind the API were asked to do.
type told struct {
	quietID, openID int64
	until           time.Time
	channel         string
	answer          alert.Answer
	dropped         string
	retry           app.RetryFilter
	secrets         map[string]string
}

type fakeSettings struct {
	settingsOf
	*told
}

func (f fakeSettings) SetSecret(_ context.Context, name string, value app.Secret) error {
	f.secrets[name] = value.Reveal()
	return nil
}

func (f fakeSettings) DeleteSecret(_ context.Context, name string) error {
	delete(f.secrets, name)
	return nil
}

type fakeOutbox struct {
	api.Outbox
	*told
}

func (f fakeOutbox) RetryMatching(_ context.Context, filter app.RetryFilter, _ string) (int, error) {
	f.retry = filter
	return 3, nil
}

func (f fakeOutbox) Drop(_ context.Context, _ int64, reason, _ string) error {
	f.dropped = reason
	return nil
}

// alertWorld is the API over two organizations, one below the other, a condition with its ticket and an e-mail, and rules.
func alertWorld(t *testing.T) (*world, *told) {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	w.store = storetest.OpenAt(t, t.TempDir(), clock)
	doc := app.Settings{
		Version: 1, Sources: []app.SourceSettings{{Name: "sync", Kind: "x360sync"}},
		Connections: []app.ConnectionSettings{{Name: "cw", System: "connectwise"}},
		Alerts: []app.AlertRule{
			{Name: "Below", When: []app.When{{Type: "machine.*"}}, For: app.For{Source: "sync", Organization: "1", Suborganizations: true}, Via: app.Via{PSA: true}},
			{Name: "Master", When: []app.When{{Type: "quota.reached", Percent: 90}}, For: app.For{Source: "sync", Organization: "1"}, Via: app.Via{Email: []string{"noc@example.com"}}},
			{Name: "Elsewhere", When: []app.When{{Type: "backup.*"}}, For: app.For{Source: "feed"}},
			{Name: "All", When: []app.When{{Type: "signin.failures"}}, Via: app.Via{PSA: true}},
		},
		Notify: app.NotifySettings{Email: app.EmailSettings{To: []string{"noc@example.com"}, SMTP: app.SMTPSettings{Host: "smtp.example.com"}}},
	}
	p := app.Projection{
		Sources:     []app.ProjectionRow{{Name: "sync", Kind: "x360sync", Config: []byte("{}")}},
		Connections: []app.ProjectionRow{{Name: "cw", Kind: "connectwise", Config: []byte("{}")}},
	}
	for _, r := range doc.Alerts {
		p.Rules = append(p.Rules, app.ProjectionRow{Name: r.Name, Config: []byte("{}")})
	}
	if _, err := w.store.SaveSettings(t.Context(), app.Revision{At: w.now, Document: []byte("{}")}, p); err != nil {
		t.Fatal(err)
	}
	seedAlerts(t, w)
	seen := &told{secrets: map[string]string{}}
	w.http = api.New(api.Deps{
		Now: clock, Log: slog.New(slog.DiscardHandler), Read: w.store.Reader(), Settings: fakeSettings{settingsOf{doc: doc}, seen}, Outbox: fakeOutbox{told: seen},
		TicketURL: func(context.Context, string, int64) string { return "https://cw.example.com/t" },
		Start:     func(_ context.Context, a alert.Answer, _ string) (int, int, error) { seen.answer = a; return 4, 1, nil },
		AlertDeps: api.AlertDeps{
			Quiet: func(_ context.Context, id int64, until time.Time, _ string) error {
				seen.quietID, seen.until = id, until
				return nil
			},
			OpenCondition: func(_ context.Context, id int64, _ string) error { seen.openID = id; return nil },
			TestNotice:    func(_ context.Context, channel string) error { seen.channel = channel; return nil },
		},
	})
	return w, seen
}

func seedAlerts(t *testing.T, w *world) {
	t.Helper()
	org := func(id, parent, name string) app.Organization {
		return app.Organization{Source: "sync", ExternalID: id, ParentExternalID: parent, Name: name, Active: true}
	}
	batch := app.Batch{
		Source: "sync", ReadAt: w.now, OrganizationsComplete: true, Organizations: []app.Organization{org("1", "", "Nordlicht"), org("7", "1", "Contoso")},
		Events: []app.Event{{SourceEventID: "e1", OrganizationID: "7", Type: "machine.unreachable", State: app.Problem, Severity: app.SeverityCritical, OccurredAt: w.now, Title: "Server unreachable"}},
	}
	_, err := w.store.Ingest(t.Context(), batch, w.now, func(app.AlertState) (d app.AlertDecision) {
		d.Outcomes = []app.DecidedOutcome{{SourceEventID: "e1", Outcome: app.OutcomeTicket, Rule: "Below", Reason: app.ReasonFirst, ConditionKey: "k", Episode: 1}}
		d.Conditions = []app.Condition{{
			Key: "k", Episode: 1, Source: "sync", OrganizationID: "7", Type: "machine.unreachable", Severity: app.SeverityCritical, Level: 5, Rule: "Below",
			State: app.ConditionOpen, Occurrences: 1, Comebacks: 2, FirstAt: w.now, LastAt: w.now, AckUntil: w.now.Add(time.Hour), Mailed: app.MailedOpen,
			MailThread: "first@host", Title: "Server unreachable", TicketXRef: "x1", FirstEvent: "e1",
		}}
		d.Tickets = []app.Ticket{{XRef: "x1", ScopeKey: "k", Connection: "cw", Summary: "Server unreachable – Contoso", State: app.TicketPending}}
		mail := &app.MailPayload{To: []string{"noc@example.com"}, Subject: "Server unreachable", MessageID: "first@host", Source: "sync", OrganizationID: "7"}
		d.Deliveries = []app.DecidedDelivery{
			{DedupKey: "c1", Kind: app.DeliverTicketCreate, Connection: "cw", TicketXRef: "x1", Payload: app.TicketPayload{Source: "sync", OrganizationID: "7"}},
			{DedupKey: "m1", Kind: app.DeliverMail, Connection: app.MailConnection, Lane: "mail:k", Mail: mail},
		}
		return d
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestConditionsAndTheirStory(t *testing.T) {
	w, _ := alertWorld(t)
	for _, query := range []string{"", "?state=open", "?organization=2", "?ticket=1"} {
		items := w.items("/conditions" + query)
		if len(items) != 1 || items[0]["comebacks"] != 2.0 || items[0]["mailed"] != true || items[0]["ack_until"] != "2026-11-22T10:00:00Z" {
			t.Fatalf("%s: %v", query, items)
		}
		if org, _ := items[0]["organization"].(map[string]any); org["name"] != "Contoso" || org["id"] != "2" || org["external_id"] != "7" {
			t.Errorf("organization %v", org)
		}
	}
	if items := w.items("/conditions?organization=1"); len(items) != 0 {
		t.Errorf("of the other organization: %v", items)
	}
	story := w.ask(200, "GET", "/conditions/1", "", "")
	events, _ := story["events"].([]any)
	deliveries, _ := story["deliveries"].([]any)
	ticket, _ := story["ticket"].(map[string]any)
	if len(events) != 1 || story["event_count"] != 1.0 || len(deliveries) != 2 || ticket["id"] != "1" || story["title"] != "Server unreachable" {
		t.Errorf("%v", story)
	}
	w.ask(404, "GET", "/conditions/99", "", "")
	w.ask(400, "GET", "/conditions/x", "", "")
	w.ask(400, "GET", "/conditions?ticket=x", "", "")
	w.ask(400, "GET", "/conditions?tickt=1", "", "")
}

// items returns the items of a list.
func (w *world) items(path string) (items []map[string]any) {
	w.t.Helper()
	list, _ := w.ask(200, "GET", path, "", "")["items"].([]any)
	for _, one := range list {
		item, _ := one.(map[string]any)
		items = append(items, item)
	}
	return items
}

func TestQuietAndOpen(t *testing.T) {
	w, seen := alertWorld(t)
	w.ask(204, "POST", "/conditions/1/quiet", "", "")
	if seen.quietID != 1 || !seen.until.IsZero() {
		t.Errorf("%+v", seen)
	}
	w.ask(204, "POST", "/conditions/1/quiet", asJSON, `{"until":"2026-11-23T08:00:00+01:00"}`)
	if !seen.until.Equal(time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", seen)
	}
	if p := w.ask(400, "POST", "/conditions/1/quiet", asJSON, `{"until":"2026-11-22T08:00:00Z"}`); p["field"] != "until" {
		t.Errorf("%v", p)
	}
	w.ask(400, "POST", "/conditions/1/quiet", asJSON, `{"til":"2026-11-23T08:00:00Z"}`)
	w.ask(204, "POST", "/conditions/1/open", "", "")
	if seen.openID != 1 {
		t.Errorf("%+v", seen)
	}
	w.ask(400, "POST", "/conditions/x/open", "", "")
}

// TestAnswer: the two questions, what held before and what was too much at once, can be answered apart.
func TestAnswer(t *testing.T) {
	w, seen := alertWorld(t)
	for body, want := range map[string]alert.Answer{
		`{"open":true}`: {Open: true},
		`{"open":false,"why":"flood","rule":"Below"}`:     {Rule: "Below", Why: app.ReasonFlood},
		`{"open":true,"why":"history","connection":"cw"}`: {Open: true, Connection: "cw", Why: app.ReasonHistory},
	} {
		if got := w.ask(200, "POST", "/conditions/start", asJSON, body); got["opened"] != 4.0 || got["quiet"] != 1.0 || seen.answer != want {
			t.Errorf("%s: %v, %+v", body, got, seen.answer)
		}
	}
	w.ask(400, "POST", "/conditions/start", asJSON, `{"open":true,"why":"muted"}`)
}

// TestAnswerOfNothing: a name that is misspelt is told from a question that is answered already.
func TestAnswerOfNothing(t *testing.T) {
	w, seen := alertWorld(t)
	for body, field := range map[string]string{
		`{"open":true,"rule":"Bellow"}`: "rule", `{"open":true,"rule":" "}`: "rule", `{"open":true,"rule":"Below","connection":"cv"}`: "connection",
	} {
		if p := w.ask(400, "POST", "/conditions/start", asJSON, body); p["field"] != field || p["code"] != "invalid" {
			t.Errorf("%s: %v", body, p)
		}
	}
	if seen.answer != (alert.Answer{}) {
		t.Errorf("answered %+v", seen.answer)
	}
	batch := app.Batch{Source: "sync", ReadAt: w.now}
	_, err := w.store.Ingest(t.Context(), batch, w.now, func(app.AlertState) (d app.AlertDecision) {
		d.Conditions = []app.Condition{{
			Key: "old", Episode: 1, Source: "sync", OrganizationID: "7", Type: "backup.failed", Severity: app.SeverityWarning, Rule: "Taken out", State: app.ConditionWaiting,
			Wait: app.ReasonHistory, Occurrences: 1, FirstAt: w.now, LastAt: w.now, Title: "Backup failed", FirstEvent: "e0",
		}}
		return d
	})
	if err != nil {
		t.Fatal(err)
	}
	w.ask(200, "POST", "/conditions/start", asJSON, `{"open":false,"rule":"Taken out"}`) // something still waits under that name
}

func TestDropNeedsAReason(t *testing.T) {
	w, seen := alertWorld(t)
	for _, reason := range []string{"", " ", "\\t\\n \u00a0"} {
		if p := w.ask(400, "POST", "/deliveries/1/drop", asJSON, `{"reason":"`+reason+`"}`); p["field"] != "reason" || p["code"] != "invalid" {
			t.Errorf("%q: %v", reason, p)
		}
	}
	if seen.dropped != "" {
		t.Errorf("dropped for %q", seen.dropped)
	}
	if w.ask(204, "POST", "/deliveries/1/drop", asJSON, `{"reason":" not needed "}`); seen.dropped != "not needed" {
		t.Errorf("dropped for %q", seen.dropped)
	}
}

func TestDeliveriesAlike(t *testing.T) {
	w, seen := alertWorld(t)
	for query, want := range map[string]int{
		"": 2, "?kind=alert.mail": 1, "?like=1": 1, "?like=2": 1, "?ticket=1": 1, "?since=2026-11-22T08:00:00Z": 2, "?since=2026-11-22T10:00:00Z": 0,
	} {
		if items := w.items("/deliveries" + query); len(items) != want {
			t.Errorf("%s: %d, want %d", query, len(items), want)
		}
	}
	w.ask(400, "GET", "/deliveries?like=x", "", "")
	w.ask(400, "GET", "/deliveries?since=yesterday", "", "")
	for query, want := range map[string]app.RetryFilter{
		"":              {},
		"?state=parked": {State: app.DeliveryParked},
		"?like=2":       {LikeID: 2},
		"?state=waiting&since=2026-11-22T08:00:00Z": {State: app.DeliveryWaiting, Since: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)},
	} {
		if got := w.ask(200, "POST", "/deliveries/retry"+query, "", ""); got["retried"] != 3.0 || seen.retry != want {
			t.Errorf("%s: %v, %+v", query, got, seen.retry)
		}
	}
	w.ask(400, "POST", "/deliveries/retry?state=done", "", "")
	w.ask(400, "POST", "/deliveries/retry?alike=1", "", "")
}

func TestOneTicket(t *testing.T) {
	w, _ := alertWorld(t)
	got := w.ask(200, "GET", "/tickets/1", "", "")
	org, _ := got["organization"].(map[string]any)
	if got["summary"] != "Server unreachable – Contoso" || got["state"] != "pending" || org["name"] != "Contoso" {
		t.Errorf("%v", got)
	}
	w.ask(404, "GET", "/tickets/99", "", "")
}

func TestRulesWithTheirHits(t *testing.T) {
	w, _ := alertWorld(t)
	names := func(query string) (all []string) {
		for _, r := range w.items("/rules" + query) {
			name, _ := r["name"].(string)
			all = append(all, name)
		}
		return all
	}
	if got := names(""); !slices.Equal(got, []string{"Below", "Master", "Elsewhere", "All"}) {
		t.Errorf("%q", got)
	}
	if got := names("?organization=2"); !slices.Equal(got, []string{"Below", "All"}) {
		t.Errorf("for the lower one %q", got)
	}
	if got := names("?organization=1"); !slices.Equal(got, []string{"Below", "Master", "All"}) {
		t.Errorf("for the upper one %q", got)
	}
	for query, want := range map[string]float64{"": 1, "?organization=2": 1, "?organization=1": 0} {
		first := w.items("/rules" + query)[0]
		if hits, _ := first["hits"].(map[string]any); hits["events"] != want || hits["tickets"] != want || hits["days"] != 30.0 || first["position"] != 1.0 {
			t.Errorf("%s: %v", query, first)
		}
	}
	w.ask(404, "GET", "/rules?organization=99", "", "")
	w.ask(400, "GET", "/rules?days=0x", "", "")
}

func TestNotifyChannels(t *testing.T) {
	w, seen := alertWorld(t)
	if err := w.store.SaveNoticeSent(t.Context(), app.NoticeSent{Channel: app.ChannelEmail, At: w.now, Error: "It refuses."}); err != nil {
		t.Fatal(err)
	}
	items := w.items("/notify")
	if len(items) != 3 || items[0]["on"] != true || items[1]["on"] != true || items[1]["error"] != "It refuses." || items[1]["ok_at"] != nil || items[2]["on"] != false {
		t.Errorf("%v", items)
	}
	w.ask(204, "POST", "/notify/test", asJSON, `{"channel":"webhook"}`)
	if seen.channel != "webhook" {
		t.Errorf("%+v", seen)
	}
	w.ask(400, "POST", "/notify/test", asJSON, `{"channel":"fax"}`)
	w.ask(400, "POST", "/notify/test", asJSON, `{}`)
}

func TestNotifySecrets(t *testing.T) {
	w, seen := alertWorld(t)
	w.ask(204, "PUT", "/secrets/notify/smtp_password", asJSON, `{"value":"geheim"}`)
	if seen.secrets["notify/smtp_password"] != "geheim" {
		t.Error("it was not stored")
	}
	w.ask(204, "DELETE", "/secrets/notify/smtp_password", "", "")
	if len(seen.secrets) != 0 {
		t.Error("it was not deleted")
	}
	if p := w.ask(400, "PUT", "/secrets/notify/smtp_password", asJSON, `{}`); strings.Contains(p["detail"].(string), "geheim") { //nolint:forcetypeassert // every problem has one
		t.Error(p)
	}
}

// TestWhatIsLeftOut: a bridge without these parts says so, instead of failing.
func TestWhatIsLeftOut(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/conditions/1/quiet", "/conditions/1/open"} {
		w.ask(404, "POST", path, "", "")
	}
	w.ask(404, "POST", "/notify/test", asJSON, `{"channel":"email"}`)
}
