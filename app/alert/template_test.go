package alert_test

import (
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
)

func TestDefaultBodyLeavesOutWhatIsNotKnown(t *testing.T) {
	b := newBridge(t, rule("backup.*"))
	e := b.event("backup.failed", app.Problem)
	d := b.decide(true, e)
	want := "Backup of FS01 failed\nDisk full.\n\nOrganization: Contoso\nObject: machine FS01\nEvent: backup.failed\n" +
		"First seen: 2 Nov 2026 09:00 UTC\nLast seen: 2 Nov 2026 09:00 UTC\nCount: 1\nAlert: Rule"
	if got := d.Deliveries[0].Payload.Text; got != want {
		t.Errorf("body\n%s\nwant\n%s", got, want)
	}
	e.Object, e.Text = app.Object{}, ""
	_, body := alert.Preview(rule("backup.*"), e, "")
	want = "Backup of FS01 failed\n\nEvent: backup.failed\nFirst seen: 2 Nov 2026 09:00 UTC\nLast seen: 2 Nov 2026 09:00 UTC\nCount: 1\nAlert: Rule"
	if body != want {
		t.Errorf("body\n%s\nwant\n%s", body, want)
	}
	e.Object.Name = "FS01"
	if _, body = alert.Preview(rule("backup.*"), e, ""); !strings.Contains(body, "\nObject: FS01\n") {
		t.Errorf("body\n%s", body)
	}
}

func TestPreviewFillsEveryVariable(t *testing.T) {
	r := rule("quota.reached")
	for _, v := range app.Variables() {
		r.Ticket.Body += v.Name + "={" + v.Name + "}\n"
	}
	r.Ticket.Summary = "{{ organization }}: {object} {level} {nonsense}"
	e := app.Event{
		Source: "sync", OrganizationID: "4711", Object: app.Object{Kind: app.ObjectAccount, ExternalID: "3", Name: "ada {title}"}, Type: app.TypeQuotaReached,
		Severity: app.SeverityCritical, Level: 90, ReceivedAt: t0, Title: "Full", Text: "Of 5 GB",
	}
	summary, body := alert.Preview(r, e, "Contoso")
	if want := "Contoso: ada {title} 90 % {nonsense}"; summary != want {
		t.Errorf("summary %q, want %q", summary, want)
	}
	want := "title=Full\ntext=Of 5 GB\norganization=Contoso\norganization_id=4711\nobject=ada {title}\nobject_kind=account\nobject_id=3\nevent=quota.reached\n" +
		"severity=critical\nlevel=90 %\nfirst_seen=2 Nov 2026 09:00 UTC\nlast_seen=2 Nov 2026 09:00 UTC\ncount=1\nrule=Rule\nsource=sync"
	if body != want {
		t.Errorf("body\n%s\nwant\n%s", body, want)
	}
}

// A preview says what the ticket will say.
func TestPreviewIsWhatIsWritten(t *testing.T) {
	for _, body := range []string{"", "{count} × {title}\n\n{first_seen}", "{text}{"} {
		r := rule("backup.failed")
		r.Ticket.Body, r.Ticket.Summary = body, body
		b := newBridge(t, r)
		e := b.event("backup.failed", app.Problem)
		summary, text := alert.Preview(r, e, "Contoso")
		d := b.decide(true, e)
		if d.Tickets[0].Summary != summary || d.Deliveries[0].Payload.Summary != summary || d.Deliveries[0].Payload.Text != text {
			t.Errorf("%q: written %q %q, previewed %q %q", body, d.Tickets[0].Summary, d.Deliveries[0].Payload.Text, summary, text)
		}
	}
}

// What is written later says what is known later: how often, since when, how bad.
func TestTicketOfAWaitSaysWhatIsKnownWhenItOpens(t *testing.T) {
	r := rule("backup.failed")
	r.Wait, r.Ticket.Body = app.Duration(time.Hour), "{severity} {count}, {first_seen} to {last_seen}"
	b := newBridge(t, r)
	b.decide(true, b.event("backup.failed", app.Problem))
	b.wait(30 * time.Minute)
	worse := b.event("backup.failed", app.Problem)
	worse.Severity = app.SeverityCritical
	b.decide(true, worse)
	b.wait(30 * time.Minute)
	if got, want := b.decide(true).Deliveries[0].Payload.Text, "critical 2, 2 Nov 2026 09:00 UTC to 2 Nov 2026 09:30 UTC"; got != want {
		t.Errorf("body %q, want %q", got, want)
	}
	b = newBridge(t, r)
	b.in.Settings.Alerts[0].Wait = 0
	worse.SourceEventID = "later"
	d := b.decide(true, b.event("backup.failed", app.Problem), worse)
	if got := d.Deliveries[0].Payload; len(d.Deliveries) != 1 || !strings.HasPrefix(got.Text, "critical 2,") || got.Severity != app.SeverityCritical {
		t.Errorf("of one batch: %+v", d.Deliveries)
	}
}

func TestSentencesStandBelowTheBody(t *testing.T) {
	r := rule("backup.failed")
	r.Ticket.Body = "{title}"
	b := newBridge(t, r)
	b.routes["4711"] = alert.Route{Connection: "cw", Ticketing: true}
	b.decide(true, b.event("backup.failed", app.Problem))
	b.routes["4711"] = alert.Route{Connection: "cw", Ticketing: true, Mapped: true}
	want := "Backup of FS01 failed\n\nIt was noticed before the organization had a company; it still holds."
	if got := b.decide(true).Deliveries[0].Payload.Text; got != want {
		t.Errorf("body %q, want %q", got, want)
	}
}

func TestLongTextsAreCutByCharacters(t *testing.T) {
	b := newBridge(t, rule("backup.failed"))
	e := b.event("backup.failed", app.Problem)
	e.Text = strings.Repeat("é", 20000)
	text := b.decide(true, e).Deliveries[0].Payload.Text
	if len(text) > 17<<10 || !strings.HasSuffix(text, "é…") {
		t.Errorf("%d bytes, ending in %q", len(text), text[len(text)-10:])
	}
}

// A ticket that stands for all of an organization is not named after the first of them.
func TestSummaryOfATicketForAnOrganization(t *testing.T) {
	for typ, want := range map[string]string{
		app.TypeAccountUnprotected: "Accounts not protected – Contoso",
		app.TypeBackupFailed:       "Backup failed – Contoso",
		"disk.nearly_full":         "Disk nearly full – Contoso",
	} {
		r := rule(typ)
		r.Ticket.Per = "organization"
		b := newBridge(t, r)
		e := b.event(typ, app.Problem)
		if d := b.decide(true, e); len(d.Tickets) != 1 || d.Tickets[0].Summary != want {
			t.Errorf("%s: tickets %+v", typ, d.Tickets)
		}
		if summary, _ := alert.Preview(r, e, "Contoso"); summary != want {
			t.Errorf("%s: the preview says %q, want %q", typ, summary, want)
		}
		r.Ticket.Summary = "{object}"
		if summary, _ := alert.Preview(r, e, "Contoso"); summary != "FS01" {
			t.Errorf("%s: its own template gives %q", typ, summary)
		}
	}
}

// A preview of what we derived says when it began, as its ticket does.
func TestPreviewOfADerivedEventSaysWhenItBegan(t *testing.T) {
	r := rule(app.TypeMachineUnreachable)
	b := newBridge(t, r)
	b.machine("77", app.Connected)
	b.decide(true)
	b.machine("77", app.Disconnected)
	b.wait(10 * time.Minute)
	d := b.decide(true)
	if len(d.Derived) != 1 || len(d.Deliveries) != 1 {
		t.Fatalf("decided %+v", d)
	}
	_, body := alert.Preview(r, d.Derived[0], "Contoso")
	if want := d.Deliveries[0].Payload.Text; body != want || !strings.Contains(body, "First seen: 2 Nov 2026 09:00 UTC\nLast seen: 2 Nov 2026 09:10 UTC") {
		t.Errorf("the preview says\n%s\nthe ticket says\n%s", body, want)
	}
}
