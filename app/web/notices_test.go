package web_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app"
)

// waitFor has conditions wait, of organizations that the source shows.
func (w *world) waitFor(wait app.Reason, rule string, organizations ...string) {
	w.t.Helper()
	tree := []app.Organization{{ExternalID: "1", Name: "MSP", Active: true}}
	for _, id := range append([]string{"7"}, organizations...) {
		tree = append(tree, app.Organization{ExternalID: id, ParentExternalID: "1", Name: "Customer " + id, Active: true})
	}
	b := app.Batch{Source: "sync", ReadAt: w.now, Organizations: tree}
	_, err := w.store.Ingest(w.t.Context(), b, w.now, func(st app.AlertState) (d app.AlertDecision) {
		for _, id := range organizations {
			d.Conditions = append(d.Conditions, app.Condition{
				Key: fmt.Sprint(wait, rule, id, w.now.UnixNano()), Episode: 1, Source: "sync", OrganizationID: id, Type: app.TypeQuotaReached, Severity: app.SeverityWarning, Rule: rule,
				State: app.ConditionWaiting, Wait: wait, Occurrences: 1, FirstAt: st.Now, LastAt: st.Now, FirstEvent: "f",
			})
		}
		return d
	})
	w.must(err)
}

// told are the notices of a kind, as "subject: title".
func (w *world) told(kind string) (out []string) {
	w.t.Helper()
	list, err := w.server.Notices(w.t.Context())
	w.must(err)
	for _, n := range list {
		if n.Kind == kind {
			out = append(out, n.Subject+": "+n.Title)
		}
	}
	return out
}

// texts are what the notices of a kind say below their titles.
func (w *world) texts(kind string) (out []string) {
	w.t.Helper()
	list, err := w.server.Notices(w.t.Context())
	w.must(err)
	for _, n := range list {
		if n.Kind == kind {
			out = append(out, n.Text)
		}
	}
	return out
}

// TestWhatGrowsIsNews: what begins to wait while something of its kind stands already has a name of its own, so that it is told;
// the page counts all of it in one line.
func TestWhatGrowsIsNews(t *testing.T) {
	w := furnished(t)
	w.waitFor(app.ReasonNotMapped, "Quota", "11")
	if got := w.told("not_mapped"); !slices.Equal(got, []string{"sync 11: 1 alert of Customer 11 waits for a mapping."}) {
		t.Errorf("%q", got)
	}
	w.now = w.now.Add(time.Hour)
	w.waitFor(app.ReasonNotMapped, "Other", "11", "12", "13")
	want := []string{"sync 11: 2 alerts of Customer 11 wait for a mapping.", "sync 12: 1 alert of Customer 12 waits for a mapping.", "sync 13: 1 alert of Customer 13 waits for a mapping."}
	if got := w.told("not_mapped"); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	w.waitFor(app.ReasonHistory, "Quota", "11", "12")
	want = []string{
		"sync File server unreachable: 1 condition for “File server unreachable” from before you switched on, at source sync.",
		"sync Quota: 2 conditions for “Quota” from before you switched on, at source sync.",
	}
	if texts := w.texts("start_line"); !slices.Equal(texts, []string{"Open its 1 ticket, or stay quiet?", "Open its 2 tickets, or stay quiet?"}) {
		t.Errorf("each part asks about %q", texts)
	}
	if got := w.told("start_line"); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	status, err := w.server.Status(t.Context())
	w.must(err)
	codes := map[string]int{}
	for _, n := range status.NeedsYou {
		codes[n.Code]++
	}
	if codes["not_mapped"] != 1 || codes["start_line"] != 1 {
		t.Errorf("the page counts %v", codes)
	}
}

// TestEachNewOrganizationIsNews.
func TestEachNewOrganizationIsNews(t *testing.T) {
	w := furnished(t)
	w.now = w.now.Add(time.Hour)
	w.waitFor(app.ReasonMuted, "", "21")
	w.now = w.now.Add(time.Hour)
	w.waitFor(app.ReasonMuted, "", "22")
	if got := w.told("new_organization"); !slices.Equal(got, []string{"sync 21: New organization: Customer 21.", "sync 22: New organization: Customer 22."}) {
		t.Errorf("%q", got)
	}
}

// TestARefusedReceiverNeedsYou as long as the alert names him.
func TestARefusedReceiverNeedsYou(t *testing.T) {
	w := furnished(t)
	ctx := t.Context()
	_, err := w.store.Tick(ctx, "sync", w.now, func(app.AlertState) app.AlertDecision {
		return app.AlertDecision{Deliveries: []app.DecidedDelivery{{
			DedupKey: "mail:k", Kind: app.DeliverMail, Connection: app.MailConnection, Lane: "mail:k",
			Mail: &app.MailPayload{To: []string{"noc@example.com", "boss@example.com"}, MessageID: "1@host", Rule: "File server unreachable", Reason: app.ReasonFirst, Source: "sync", OrganizationID: "7"},
		}}}
	})
	w.must(err)
	d, ok, err := w.store.Claim(ctx, w.now, nil)
	if err != nil || !ok || d.Kind != app.DeliverMail {
		t.Fatal(d, err)
	}
	said := "The mail server mx:25 does not take mail for boss@example.com (“550 5.1.1 No such user”). The others have the message."
	w.must(w.store.Settle(ctx, app.Settlement{DeliveryID: d.ID, Attempt: d.Attempt, At: w.now, State: app.DeliveryDone, Message: said}))
	to := func(list ...string) {
		_, _, err := w.setup.Edit(ctx, "test", func(doc *app.Settings) error {
			doc.Alerts[0].Via.Email = list
			return nil
		})
		w.must(err)
	}
	if got := w.told("mail_refused"); len(got) != 0 {
		t.Errorf("he is not named any more: %q", got)
	}
	_, _, err = w.setup.Edit(ctx, "test", func(doc *app.Settings) error {
		doc.Notify.Email.SMTP = app.SMTPSettings{Host: "mx.example.com", From: "bridge@example.com"}
		return nil
	})
	w.must(err)
	to("bigboss@example.com", "boss@example.com")
	n, ok := w.needOf("mail_refused")
	if !ok || n.Page != fmt.Sprintf("/deliveries/%d", d.ID) || !strings.Contains(n.Message, "The alert File server unreachable does not reach boss@example.com.") || !strings.Contains(n.Message, "No such user") {
		t.Errorf("%+v", n)
	}
	if page := w.get(n.Page); !strings.Contains(page.body, "does not take mail for boss@example.com") {
		t.Error("the delivery does not say it")
	}
	to("noc@example.com")
	if got := w.told("mail_refused"); len(got) != 0 {
		t.Errorf("corrected: %q", got)
	}
}

// TestAFailedCheckOfTheNoticesNeedsYou, unless its channel failed by itself and says so.
func TestAFailedCheckOfTheNoticesNeedsYou(t *testing.T) {
	w := furnished(t)
	rows := []app.CheckRow{
		{ID: "notify.email", State: app.CheckFailed, Message: "The server refuses the account."},
		{ID: "notify.webhook", State: app.CheckOK},
		{ID: "alert.A", State: app.CheckWarning, Message: "Nothing shows that."},
	}
	w.server.NotifyChecks = func(context.Context) ([]app.CheckRow, error) { return slices.Clone(rows), nil }
	if got := w.told("checks_failed"); !slices.Equal(got, []string{"notices: 1 check of the notices failed."}) {
		t.Errorf("%q", got)
	}
	w.blocks = []app.Block{{Connection: app.MailConnection, Code: app.Unauthorized, Reason: "The mail server refuses the account."}}
	if got := w.told("checks_failed"); len(got) != 0 {
		t.Errorf("said twice: %q", got)
	}
}
