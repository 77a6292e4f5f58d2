package setup_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

func TestNotifyChecks(t *testing.T) {
	accepted := func(context.Context) error { return nil }
	refused := func(context.Context) error {
		return app.Errorf(app.Unauthorized, "smtp.example.com refuses the account.")
	}
	secrets := map[string]app.Secret{app.SecretSMTPPassword: "0123456789", app.SecretWebhookURL: hook}
	for name, test := range map[string]struct {
		probe   func(context.Context) error
		secrets map[string]app.Secret
		change  func(*app.Settings)
		id      string
		state   app.CheckState
		says    string
	}{
		"accepted":          {accepted, secrets, nil, "notify.email", app.CheckOK, "smtp.example.com accepts"},
		"refused":           {refused, secrets, nil, "notify.email", app.CheckFailed, "refuses the account"},
		"nobody can ask":    {nil, secrets, nil, "notify.email", app.CheckSkipped, "Nobody was asked"},
		"no password":       {accepted, nil, nil, "notify.email", app.CheckFailed, "password of bridge@example.com is missing"},
		"of another server": {accepted, secrets, func(doc *app.Settings) { doc.Notify.Email.SMTP.Host = "other.example.com" }, "notify.email", app.CheckFailed, "entered for smtp.example.com"},
		"no account at all": {accepted, nil, func(doc *app.Settings) {
			doc.Notify.Email.SMTP = app.SMTPSettings{Host: "Smtp.example.com", From: "a@example.com"}
		}, "notify.email", app.CheckOK, "accepts"},
		"webhook":             {accepted, secrets, nil, "notify.webhook", app.CheckOK, "hooks.slack.com"},
		"webhook of nowhere":  {accepted, nil, nil, "notify.webhook", app.CheckFailed, "address of the webhook is missing"},
		"mail that waits":     {accepted, secrets, alertBy(app.Via{Email: []string{"a@example.com"}}), "alert.A", app.CheckWarning, "backup.failed"},
		"ticket and mail":     {accepted, secrets, alertBy(app.Via{PSA: true, Email: []string{"a@example.com"}}), "alert.A", "", ""},
		"meant to stay quiet": {accepted, secrets, alertBy(app.Via{}), "alert.A", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, sandbox.Options{})
			b.ProbeMail = bounded(t, test.probe)
			b.replace(t, telling+"sources: [{name: sync, kind: x360sync}]\n")
			for name, value := range test.secrets {
				if err := b.SetSecret(t.Context(), name, value); err != nil {
					t.Fatal(err)
				}
			}
			if test.change != nil {
				b.edit(t, test.change)
			}
			told := 0
			rows, err := b.TestNotify(t.Context(), func(app.CheckRow) { told++ })
			if err != nil || told != len(rows) {
				t.Fatalf("%v, told %d of %d", err, told, len(rows))
			}
			kept, err := b.NotifyChecks(t.Context())
			if err != nil || stateOf(kept, test.id) != test.state || stateOf(rows, test.id) != test.state {
				t.Fatalf("%v\n%+v\n%+v", err, rows, kept)
			}
			for _, row := range rows {
				if row.ID == test.id {
					contains(t, row.Message, test.says)
				}
				if (row.State == app.CheckFailed || row.State == app.CheckWarning) != (row.Fix != "") {
					t.Errorf("%+v", row)
				}
			}
		})
	}
}

// TestTheWebhookOfYesterday: its address was allowed when it was entered, and the settings do not allow it any more.
func TestTheWebhookOfYesterday(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	b.replace(t, telling)
	private := func(allow bool) {
		b.edit(t, func(doc *app.Settings) { doc.Notify.Webhook.AllowPrivateNetwork = allow })
	}
	private(true)
	const address = "https://10.0.0.7/hooks/a-very-secret-path"
	if err := b.SetSecret(t.Context(), app.SecretWebhookURL, address); err != nil {
		t.Fatal(err)
	}
	for _, allowed := range []bool{true, false} {
		private(allowed)
		rows, err := b.TestNotify(t.Context(), nil)
		want := map[bool]app.CheckState{true: app.CheckOK, false: app.CheckFailed}[allowed]
		if err != nil || stateOf(rows, "notify.webhook") != want {
			t.Errorf("allowed %t: %+v, %v", allowed, rows, err)
		}
		if kept, err := b.NotifyChecks(t.Context()); err != nil || stateOf(kept, "notify.webhook") != want {
			t.Errorf("allowed %t: kept %+v, %v", allowed, kept, err)
		}
		for _, row := range rows {
			if strings.Contains(fmt.Sprint(row), "very-secret") {
				t.Errorf("the address in %+v", row)
			}
		}
	}
}

// alertBy adds an alert for what no source of the settings shows.
func alertBy(via app.Via) func(*app.Settings) {
	return func(doc *app.Settings) {
		doc.Alerts = append(doc.Alerts, app.AlertRule{Name: "A", When: []app.When{{Type: app.TypeBackupFailed}}, Via: via})
	}
}

func bounded(t *testing.T, probe func(context.Context) error) func(context.Context) error {
	t.Helper()
	if probe == nil {
		return nil
	}
	return func(ctx context.Context) error {
		if _, is := ctx.Deadline(); !is {
			t.Error("the mail server may take for ever")
		}
		return probe(ctx)
	}
}

// TestNotifyChecksOfNothing: where nobody set a way up there is nothing to prove.
func TestNotifyChecksOfNothing(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	if rows, err := b.TestNotify(t.Context(), nil); err != nil || len(rows) != 0 {
		t.Errorf("%+v %v", rows, err)
	}
}

// TestNotifyByNight: the mail server is asked soon after a start, once a night, and soon after a change; a person who did
// not ask for it costs it nothing else.
func TestNotifyByNight(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	asked := 0
	b.ProbeMail = func(context.Context) error { asked++; return nil }
	b.replace(t, telling)
	if err := b.SetSecret(t.Context(), app.SecretSMTPPassword, "0123456789"); err != nil {
		t.Fatal(err)
	}
	if rows, _ := b.NotifyChecks(t.Context()); stateOf(rows, "notify.email") != app.CheckSkipped || asked != 0 {
		t.Errorf("%+v", rows)
	}
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {time.Hour, 1}, {24 * time.Hour, 2}, {time.Hour, 2}} {
		b.advance(step.after)
		if err := b.Nightly(t.Context(), b.now(), nil); err != nil || asked != step.want {
			t.Fatalf("asked %d times, want %d, %v", asked, step.want, err)
		}
	}
	b.edit(t, func(doc *app.Settings) { doc.Notify.Email.SMTP.Port = 2525 })
	if rows, _ := b.NotifyChecks(t.Context()); stateOf(rows, "notify.email") != app.CheckSkipped {
		t.Errorf("what was found of other settings counts: %+v", rows)
	}
	if err := b.Nightly(t.Context(), b.now(), nil); err != nil || asked != 3 {
		t.Errorf("asked %d times, %v", asked, err)
	}
}

func TestAutomationCheck(t *testing.T) {
	for name, test := range map[string]struct {
		list    app.Automation
		prepare func(*testing.T, *bench)
		state   app.CheckState
		says    string
	}{
		"nothing listed":         {app.Automation{}, nil, "", ""},
		"a status of the board":  {app.Automation{Statuses: []string{"closed"}}, nil, app.CheckOK, "Every status"},
		"a status of nowhere":    {app.Automation{Statuses: []string{"Closed", "Nope"}}, nil, app.CheckWarning, "“Nope”"},
		"members nobody may see": {app.Automation{Members: []string{"Workflow"}}, nil, app.CheckSkipped, "may not read members"},
		"a member of nowhere": {
			app.Automation{Members: []string{"Nope"}}, quirk(func(q *sandbox.Quirks) { q.Grants = []string{"System ▸ Member Maintenance"} }), app.CheckWarning, "“Nope”",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := sampled(t, sandbox.Options{MSP: sample.New(1, morning)})
			ticketing(func(c *app.TicketingSettings) { c.Automation = test.list })(t, b)
			if test.prepare != nil {
				test.prepare(t, b)
			}
			byID, _ := b.test(t)
			got, there := byID["automation"]
			if there != (test.state != "") || got.State != test.state {
				t.Errorf("%+v, want %s", got, test.state)
			}
			contains(t, got.Message, test.says)
		})
	}
}
