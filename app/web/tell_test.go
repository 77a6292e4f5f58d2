package web_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/views"
)

// parkFor parks the furnished delivery for one setting.
func (w *world) parkFor(field string) string {
	w.t.Helper()
	ctx := w.t.Context()
	w.must(w.store.RetryDelivery(ctx, w.delivery, "test", w.now))
	d, ok, err := w.store.Claim(ctx, w.now, nil)
	if err != nil || !ok || d.ID != w.delivery {
		w.t.Fatal("not claimed", d.ID, err)
	}
	w.must(w.store.Settle(ctx, app.Settlement{DeliveryID: d.ID, Attempt: d.Attempt, At: w.now, State: app.DeliveryParked, Code: app.Invalid, Field: field, Message: "It does not exist " + nasty}))
	return fmt.Sprintf("/deliveries/%d", d.ID)
}

func TestAParkedDeliveryLeadsToItsSetting(t *testing.T) {
	w := furnished(t)
	id := strconv.FormatInt(w.delivery, 10)
	for field, want := range map[string]string{
		"connections[cw].ticketing.board":             "/connections/cw?delivery=" + id + "&fix=board",
		"connections[cw].ticketing.closed_status":     "/connections/cw?delivery=" + id + "&fix=closed_status",
		"organizations[sync/7].company":               fmt.Sprintf("/organizations/%d/settings?delivery=%s&fix=company", w.org, id),
		"alerts[File server unreachable].ticket.team": fmt.Sprintf("/organizations/%d/alerts/edit?delivery=%s&fix=team&name=File+server+unreachable", w.master, id),
		"nonsense[": "/deliveries/" + id,
	} {
		at := w.parkFor(field)
		if got := w.post(at + "/fix"); got.header.Get("Location") != want {
			t.Errorf("%s leads to %s, want %s", field, got.header.Get("Location"), want)
		}
	}
	w.parkFor("connections[cw].ticketing.board")
	overview := w.get("/").want(t, http.StatusOK)
	if !strings.Contains(overview.body, `action="/deliveries/`+id+`/fix"`) || !strings.Contains(overview.body, "Choose another board") {
		t.Error("the overview does not lead to the board")
	}
	page := w.get("/connections/cw?fix=board&delivery="+id+"&to=NOC").want(t, http.StatusOK)
	for _, text := range []string{`name="delivery" value="` + id + `"`, `autofocus`, `id="f-board-e"`, `value="NOC" selected`, "A delivery waits for this."} {
		if !strings.Contains(page.body, text) {
			t.Errorf("the page has no %s", text)
		}
	}
	_, rev := w.doc()
	w.post("/connections/cw/ticketing", "step", "save", "ticketing_enabled", "1", "board", "NOC", "delivery", id, "revision", rev).to(t, "/deliveries/"+id)
	if !slices.Contains(w.outbox, "retry") {
		t.Error("what waited is not tried again")
	}
	if got := w.get("/deliveries/" + id); !strings.Contains(got.body, "Saved. What waited for it is tried again now.") {
		t.Error("the page does not say so")
	}
}

// What is not parked any more, or is no field of the page, marks nothing.
func TestNothingIsMarkedForWhoJustCame(t *testing.T) {
	w := furnished(t)
	w.must(w.store.DropDelivery(t.Context(), w.delivery, "x", "person", w.now))
	id := strconv.FormatInt(w.delivery, 10)
	for _, query := range []string{"?fix=board&delivery=" + id, "?fix=nonsense", "?fix=board&delivery=99999", "?fix=priority_loud"} {
		if got := w.get("/connections/cw"+query).want(t, http.StatusOK); strings.Contains(got.body, "A delivery waits for this.") {
			t.Errorf("%s marks a field", query)
		}
	}
	if got := w.get("/connections/cw?fix=private_key").want(t, http.StatusOK); !strings.Contains(got.body, `id="f-private_key-e"`) {
		t.Error("a blocked connection does not lead to its keys")
	}
}

func TestDeliveriesAreFiltered(t *testing.T) {
	w := furnished(t)
	id := strconv.FormatInt(w.delivery, 10)
	for query, want := range map[string]bool{
		"": true, "?state=parked": true, "?state=done": false, "?kind=ticket.create": true, "?kind=ticket.close": false, "?kind=ticket.note": false, "?kind=alert.mail": false,
		"?since=today": true, "?since=7d": true, "?since=nonsense": true, "?like=" + id: true, "?like=" + id + "&kind=agreement.write": false, "?q=%2399": false,
	} {
		got := w.get("/deliveries"+query).want(t, http.StatusOK)
		if shown := strings.Contains(got.body, `class="tl" href="/deliveries/`+id+`"`); shown != want {
			t.Errorf("%s: shown %v", query, shown)
		}
	}
	w.get("/deliveries?like=99999").want(t, http.StatusNotFound)
	like := w.get("/deliveries?like=" + id)
	if !strings.Contains(like.body, "Retry 1 like this") || !strings.Contains(like.body, "/deliveries/"+id+"/retry-like") {
		t.Error("the list of what is alike has no button with their number")
	}
	w.post("/deliveries/"+id+"/retry-like").to(t, "/deliveries")
	w.post("/deliveries/retry", "since", "2026-11-20T00:00:00Z").to(t, "/deliveries")
	w.post("/deliveries/retry", "since", "yesterday").want(t, http.StatusUnprocessableEntity)
	if got := strings.Join(w.outbox, ", "); got != "retry matching , retry matching parked" {
		t.Errorf("done: %s", got)
	}
}

// TestOneTimelineFromTheEventToTheAnswer reads the page of a delivery as a person does.
func TestOneTimelineFromTheEventToTheAnswer(t *testing.T) {
	w := furnished(t)
	page := w.get(fmt.Sprintf("/deliveries/%d", w.delivery)).want(t, http.StatusOK).body
	at := 0
	for _, text := range []string{"Opened a ticket: noticed for the first time.", "Decided: open ticket.", "Attempt 1: refused; it waits for you.", "Board says"} {
		i := strings.Index(page[at:], text)
		if i < 0 {
			t.Fatalf("%q is missing, or stands before what led to it", text)
		}
		at += i
	}
	for _, text := range []string{`href="/conditions/1"`, `href="/tickets/1"`, "Its whole story"} {
		if !strings.Contains(page, text) {
			t.Errorf("no %s", text)
		}
	}
}

func TestATicketMadeTwiceShowsBothNumbers(t *testing.T) {
	w := furnished(t)
	ctx := t.Context()
	w.must(w.store.LinkDelivery(ctx, w.delivery, app.Ticket{RemoteID: 48211, State: app.TicketOpen}, "person", w.now))
	tickets, err := w.store.Tickets(ctx, app.TicketFilter{})
	w.must(err)
	w.must(w.store.ParkDouble(ctx, tickets[0].Ticket, app.TicketPayload{Double: true, Summary: "Twice"}, "ConnectWise has this ticket more than once: #48211, and #48219 as well.", w.now))
	d := w.first("parked")
	for _, path := range []string{fmt.Sprintf("/deliveries/%d", d.ID), fmt.Sprintf("/tickets/%d", d.TicketID)} {
		page := w.get(path).want(t, http.StatusOK)
		for _, text := range []string{"more than once", "#48211", "#48219", `href="https://na.example.com/ticket"`} {
			if !strings.Contains(page.body, text) {
				t.Errorf("%s does not show %s", path, text)
			}
		}
	}
}

func TestConditionIsKeptQuietAndOpened(t *testing.T) {
	w := furnished(t)
	page := w.get("/conditions/2").want(t, http.StatusOK)
	for _, text := range []string{"Holds, without a ticket since 09:00 CET", "noticed 1 time", "history: from before you switched on"} {
		if !strings.Contains(strings.ToLower(page.body), strings.ToLower(text)) {
			t.Errorf("the page does not say %q: %s", text, mainOf(page.body))
		}
	}
	for _, wrong := range []string{"2026-11-22", "soon", "2026-13-01"} {
		if got := w.post("/conditions/2/quiet", "until", wrong).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.body, `id="f-until-e"`) {
			t.Errorf("%s: no message beside the field", wrong)
		}
	}
	w.post("/conditions/2/quiet", "until", "2026-11-30").to(t, "/conditions/2")
	w.post("/conditions/2/quiet").to(t, "/conditions/2")
	w.post("/conditions/2/open").to(t, "/conditions/2")
	if got := strings.Join(w.acks, ", "); got != "2 2026-11-29T23:00:00Z, 2 0001-01-01T00:00:00Z, open 2" {
		t.Errorf("done: %s", got)
	}
	w.ackErr = app.Errorf(app.Conflict, "It has recovered already.")
	if got := w.post("/conditions/2/open").want(t, http.StatusConflict); !strings.Contains(got.body, "Look again") {
		t.Error("no way back from what moved meanwhile")
	}
	w.post("/conditions/99999/open").want(t, http.StatusNotFound)
}

func TestTicketPageAndList(t *testing.T) {
	w := furnished(t)
	page := w.get("/tickets/1").want(t, http.StatusOK)
	for _, text := range []string{"Decided here; ConnectWise has not confirmed it yet.", `href="/conditions/1"`, "waits for you."} {
		if !strings.Contains(page.body, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
	for query, want := range map[string]bool{"": true, "?state=pending": true, "?state=touched": false, "?state=open": false, "?q=Summary": true, "?q=%2348211": false} {
		if got := w.get("/tickets"+query).want(t, http.StatusOK); strings.Contains(got.body, `href="/tickets/1"`) != want {
			t.Errorf("%s: shown %v", query, !want)
		}
	}
}

func TestNotificationsForm(t *testing.T) {
	w := furnished(t)
	_, rev := w.doc()
	for field, wrong := range map[string]string{"email_to": "noc", "smtp_host": "a b", "smtp_port": "many", "smtp_tls": "perhaps", "smtp_from": "x"} {
		form := map[string]string{"email_to": "noc@example.com", "smtp_host": "smtp.example.com", "smtp_port": "", "smtp_tls": "starttls", "smtp_from": "", "desktop": "1", "revision": rev}
		form[field] = wrong
		var pairs []string
		for k, v := range form {
			pairs = append(pairs, k, v)
		}
		if got := w.post("/settings/notifications", pairs...); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `id="f-`+field+`-e"`) {
			t.Errorf("%s = %q: %d, and no message beside the field", field, wrong, got.status)
		}
	}
	w.post("/settings/notifications", "email_to", "noc@example.com\r\nduty@example.com", "smtp_host", "smtp.example.com", "smtp_user", "bridge@example.com",
		"smtp_password", "topsecretpassword", "webhook_kind", "slack", "webhook_url", "https://hooks.example.com/services/secretpath", "revision", rev).to(t, "/settings/notifications")
	doc, _ := w.doc()
	n := doc.Notify
	if len(n.Email.To) != 2 || n.Email.SMTP.Host != "smtp.example.com" || n.Webhook.Kind != app.WebhookSlack || n.OnDesktop() {
		t.Errorf("saved %+v", n)
	}
	page := w.get("/settings/notifications").want(t, http.StatusOK)
	for _, text := range []string{"topsecretpassword", "secretpath", "hooks.example.com"} {
		if strings.Contains(page.body, text) {
			t.Errorf("the page shows %q", text)
		}
	}
	if !strings.Contains(page.body, "Set on ") || strings.Contains(page.body, "ends in …rd") {
		t.Error("the page does not say that the password is set, or shows how it ends")
	}
	w.post("/settings/notifications/keys", "forget", app.SecretSMTPPassword).to(t, "/settings/notifications")
	w.post("/settings/notifications/keys", "forget", "connections/cw/private_key").want(t, http.StatusUnprocessableEntity)
	if got := w.get("/settings/notifications"); !strings.Contains(got.body, "Goes to the keychain") {
		t.Error("the password is still there")
	}
}

// The roads are saved even when the address of the chat is refused; only that is left to do.
func TestARefusedWebhookAddressKeepsTheRest(t *testing.T) {
	w := furnished(t)
	_, rev := w.doc()
	got := w.post("/settings/notifications", "webhook_kind", "teams", "webhook_url", "http://hooks.example.com/secretpath", "desktop", "1", "revision", rev).want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(got.body, `id="f-webhook_url-e"`) || strings.Contains(got.body, "secretpath") {
		t.Errorf("the page: %s", mainOf(got.body))
	}
	if doc, now := w.doc(); doc.Notify.Webhook.Kind != app.WebhookTeams || !strings.Contains(got.body, `name="revision" value="`+now+`"`) {
		t.Error("the rest was not saved, or the form is one of before")
	}
}

func TestTestNotice(t *testing.T) {
	w := furnished(t)
	w.post("/settings/notifications/test", "channel", "pigeon").want(t, http.StatusUnprocessableEntity)
	w.post("/settings/notifications/test", "channel", "email").to(t, "/settings/notifications")
	if got := w.get("/settings/notifications"); !strings.Contains(got.body, "The test was sent.") {
		t.Errorf("the page: %s", mainOf(got.body))
	}
	w.noticeErr = app.Errorf(app.Unauthorized, "The mail server refuses the account.")
	w.post("/settings/notifications/test", "channel", "email").to(t, "/settings/notifications")
	if got := w.get("/settings/notifications"); !strings.Contains(got.body, "The test did not arrive. The mail server refuses the account.") {
		t.Error("what went wrong is not said")
	}
}

// TestNoticesAreTheNeedsOfThePages: whoever tells a person by other roads tells what the overview says, under names that do
// not change while it stands.
func TestNoticesAreTheNeedsOfThePages(t *testing.T) {
	w := furnished(t)
	w.parkFor("connections[cw].ticketing.board")
	w.blocks = []app.Block{{Connection: app.MailConnection, Code: app.Unauthorized, Reason: "The mail server refuses the account.", Since: w.now}}
	w.sources[0].LastError = "It does not answer."
	_, rev := w.doc()
	w.post("/settings/notifications", "email_to", "noc@example.com", "smtp_host", "smtp.example.com", "smtp_from", "bridge@example.com", "desktop", "1", "revision", rev).to(t, "/settings/notifications")
	w.must(w.store.SaveNoticeSent(t.Context(), app.NoticeSent{Channel: app.ChannelEmail, At: w.now, Error: "It refuses the account."}))
	w.must(w.store.SaveNoticeSent(t.Context(), app.NoticeSent{Channel: app.ChannelWebhook, At: w.now, Error: "Of a webhook that is off."}))
	list, err := w.server.Notices(t.Context())
	w.must(err)
	var got []string
	for _, n := range list {
		got = append(got, n.Kind+" "+n.Subject)
		if !slices.ContainsFunc(views.NoticeKinds, func(k struct{ Kind, Words string }) bool { return k.Kind == n.Kind }) {
			t.Errorf("the kind %s has no words", n.Kind)
		}
		path, _, _ := strings.Cut(n.Page, "#")
		if page := w.get(path); n.Title == "" || page.status != http.StatusOK {
			t.Errorf("%s leads to %s: %d", n.Kind, n.Page, page.status)
		}
	}
	want := []string{"blocked e-mail", "parked cw connections[cw].ticketing.board", "start_line sync File server unreachable", "source_unreadable sync", "notify email"}
	if !slices.Equal(got, want) {
		t.Errorf("notices %q, want %q", got, want)
	}
	w.now = w.now.Add(time.Hour)
	again, err := w.server.Notices(t.Context())
	w.must(err)
	for i := range again {
		if again[i].Subject != list[i].Subject || again[i].Title != list[i].Title {
			t.Errorf("an hour later it is %q", again[i].Subject)
		}
	}
}

// TestWhatIsTooMuchAtOnceIsAskedApart: history and a flood are two questions with two answers.
func TestWhatIsTooMuchAtOnceIsAskedApart(t *testing.T) {
	w := furnished(t)
	_, err := w.store.Tick(t.Context(), "sync", w.now, func(st app.AlertState) (d app.AlertDecision) {
		for i := range 3 {
			d.Conditions = append(d.Conditions, app.Condition{
				Key: fmt.Sprint("flood", i), Episode: 1, Source: "sync", OrganizationID: "7", Type: app.TypeQuotaReached, Severity: app.SeverityWarning, Rule: "File server unreachable",
				State: app.ConditionWaiting, Wait: app.ReasonFlood, Occurrences: 1, FirstAt: st.Now, LastAt: st.Now, FirstEvent: fmt.Sprint("f", i), Title: "Quota of " + nasty,
			})
		}
		return d
	})
	w.must(err)
	page := w.get("/").want(t, http.StatusOK)
	for _, text := range []string{"1 condition from before you switched on.", "3 more tickets would have opened for “File server unreachable”.", `name="why" value="flood"`, "Open 3 tickets"} {
		if !strings.Contains(page.body, text) {
			t.Errorf("the overview does not say %q", text)
		}
	}
	if n, ok := w.needOf("flood"); !ok || n.Page != "/#start-2" {
		t.Errorf("need %+v", n)
	}
	w.post("/start", "answer", "open", "why", "flood", "rule", "File server unreachable").to(t, "/")
	w.post("/start", "answer", "open", "why", "boredom").want(t, http.StatusUnprocessableEntity)
	if len(w.answers) != 1 || w.answers[0].Why != app.ReasonFlood {
		t.Errorf("answered %+v", w.answers)
	}
}

// quieted notes what was asked of conditions.
func (w *world) quieted(_ context.Context, condition int64, until time.Time, _ string) error {
	w.acks = append(w.acks, fmt.Sprint(condition, " ", until.UTC().Format(time.RFC3339)))
	return w.ackErr
}

func (w *world) reopened(_ context.Context, condition int64, _ string) error {
	w.acks = append(w.acks, fmt.Sprint("open ", condition))
	return w.ackErr
}

func TestTicketingManners(t *testing.T) {
	w := furnished(t)
	_, rev := w.doc()
	got := w.post("/connections/cw/ticketing", "step", "save", "ticketing_enabled", "1", "board", "NOC", "ask_above", "many", "revision", rev).want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(got.body, `id="f-ask_above-e"`) || !strings.Contains(got.body, `value="many"`) {
		t.Error("a wrong limit is not said beside its field")
	}
	w.post("/connections/cw/ticketing", "step", "save", "ticketing_enabled", "1", "board", "NOC", "ask_above", "20", "automation_members", "wfrobot, Zapier ,", "automation_statuses", "Assigned", "revision", rev).
		to(t, "/connections/cw#ticketing")
	doc, _ := w.doc()
	if c := doc.Connections[0].Ticketing; c.AskAbove != 20 || !slices.Equal(c.Automation.Members, []string{"wfrobot", "Zapier"}) || !slices.Equal(c.Automation.Statuses, []string{"Assigned"}) {
		t.Errorf("saved %+v", c)
	}
	if page := w.get("/connections/cw"); !strings.Contains(page.body, `value="wfrobot, Zapier"`) {
		t.Error("the form does not show what was saved")
	}
}

// TestAMailTellsItsStory: an e-mail belongs to no ticket and leads to its condition all the same.
func TestAMailTellsItsStory(t *testing.T) {
	w := furnished(t)
	ctx := t.Context()
	_, err := w.store.Tick(ctx, "sync", w.now, func(st app.AlertState) app.AlertDecision {
		mail := &app.MailPayload{
			To: []string{"noc@example.com"}, Subject: "Quota of " + nasty, Text: "It is full.", MessageID: "1@psabridge", Rule: "Tell the night shift", Reason: app.ReasonFirst,
			Source: "sync", OrganizationID: "7",
		}
		return app.AlertDecision{
			Derived:  []app.Event{{SourceEventID: "q1", OrganizationID: "7", Type: app.TypeQuotaReached, State: app.Problem, Severity: app.SeverityWarning, Title: "Quota reached"}},
			Outcomes: []app.DecidedOutcome{{SourceEventID: "q1", Outcome: app.OutcomeMail, Rule: "Tell the night shift", Reason: app.ReasonFirst, ConditionKey: "mail", Episode: 1}},
			Conditions: []app.Condition{{
				Key: "mail", Episode: 1, Source: "sync", OrganizationID: "7", Type: app.TypeQuotaReached, Severity: app.SeverityWarning, Rule: "Tell the night shift",
				State: app.ConditionOpen, Occurrences: 1, FirstAt: st.Now, LastAt: st.Now, FirstEvent: "q1", Title: "Quota reached", Mailed: app.MailedOpen, MailThread: "1@psabridge",
			}},
			Deliveries: []app.DecidedDelivery{{DedupKey: "mail:1", Kind: app.DeliverMail, Connection: app.MailConnection, Lane: "mail:1", Mail: mail}},
		}
	})
	w.must(err)
	list, err := w.store.Deliveries(ctx, app.DeliveryFilter{Kind: app.DeliverMail})
	w.must(err)
	page := w.get(fmt.Sprintf("/deliveries/%d", list[0].ID)).want(t, http.StatusOK)
	for _, text := range []string{"Told by e-mail: noticed for the first time.", "Decided: e-mail.", "noc@example.com", `href="/conditions/3"`, `href="/settings/notifications"`, "It is full."} {
		if !strings.Contains(page.body, text) {
			t.Errorf("the delivery does not say %q", text)
		}
	}
	story := w.get("/conditions/3").want(t, http.StatusOK)
	if !strings.Contains(story.body, fmt.Sprintf(`href="/deliveries/%d"`, list[0].ID)) {
		t.Error("the condition does not show its e-mail")
	}
	activity := w.get(fmt.Sprintf("/organizations/%d/activity", w.org)).want(t, http.StatusOK)
	if !strings.Contains(activity.body, "e-mail") || !strings.Contains(activity.body, `href="/conditions/3"`) {
		t.Error("the activity does not say that it was mailed")
	}
}
