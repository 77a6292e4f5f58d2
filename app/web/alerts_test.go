package web_test

import (
	"context"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/job"
	"psabridge/app/link"
	"psabridge/app/web"
)

// alertForm is a form that makes an alert.
func alertForm(rev string, pairs ...string) []string {
	form := []string{
		"step", "save", "revision", rev, "name", "Quota " + nasty, "when", "quota.reached", "level", "90", "for", "organization", "via_psa", "1", "wait", "5m", "auto_close", "1",
		"per", "object", "severity", "warning", "note_every", "15m", "reopen_within", "", "summary", "{object} is full", "body", "",
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		at := 0
		for at < len(form) && form[at] != pairs[i] {
			at += 2
		}
		if at == len(form) {
			form = append(form, pairs[i], "")
		}
		form[at+1] = pairs[i+1]
	}
	return form
}

func (w *world) rule(name string) (app.AlertRule, int) {
	w.t.Helper()
	doc, _ := w.doc()
	at := slices.IndexFunc(doc.Alerts, func(r app.AlertRule) bool { return r.Name == name })
	if at < 0 {
		return app.AlertRule{}, at
	}
	return doc.Alerts[at], at
}

func TestAlertIsMadeChangedAndDeleted(t *testing.T) {
	w := furnished(t)
	page := link.AlertNew(w.org)
	_, rev := w.doc()
	for field, wrong := range map[string]string{
		"level": "many", "wait": "soon", "for": "", "name": "", "severity": "loud", "when": "no type", "via_psa": "", "summary": "{objekt}", "body": "a } b", "note_every": "x", "when_other": "No Type",
	} {
		id := map[string]string{"level": "level-0", "when": "when-0", "via_psa": "via"}[field]
		if id == "" {
			id = field
		}
		got := w.post(page, alertForm(rev, field, wrong)...)
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `id="f-`+id+`-e"`) {
			t.Errorf("%s = %q: %d, and no message beside the field", field, wrong, got.status)
		}
	}
	w.post(page, alertForm(rev)...).to(t, link.Alerts(w.org))
	var doc app.Settings
	doc, rev = w.doc()
	made, _ := w.rule("Quota " + nasty)
	if len(doc.Alerts) != 2 || made.When[0].Percent != 90 || made.For.Organization != "7" || made.For.Suborganizations || made.Ticket.Summary != "{object} is full" {
		t.Fatalf("alerts %+v", doc.Alerts)
	}
	w.post(page, alertForm(rev)...).want(t, http.StatusUnprocessableEntity).has(t, `id="f-name-e"`)

	edit := link.AlertEdit(w.org, made.Name)
	w.get(edit).has(t, `value="90"`, "{object} is full", `value="5m"`).lacks(t, `name="name" type="text"`)
	w.post(edit, alertForm(rev, "level", "95", "for", "tree", "board", "NOC", "comeback", "new", "closed_status", "Closed")...).to(t, link.Alerts(w.org))
	made, _ = w.rule(made.Name)
	if made.When[0].Percent != 95 || !made.For.Suborganizations || made.Ticket.Board.Name != "NOC" || made.Ticket.Comeback != "new" || made.Ticket.ClosedStatus.Name != "Closed" {
		t.Errorf("changed to %+v", made)
	}
	w.get(link.Alerts(w.org)).has(t, "board is “NOC”", "“90” → “95”")
	w.post(edit, alertForm(rev)...).want(t, http.StatusConflict).has(t, "Look again", link.Alerts(w.org))

	_, rev = w.doc()
	w.post(link.DeleteAlert(w.org), "name", "File server unreachable", "revision", rev).want(t, http.StatusConflict)
	w.post(link.DeleteAlert(w.org), "name", made.Name, "revision", rev).to(t, link.Alerts(w.org))
	if doc, _ = w.doc(); len(doc.Alerts) != 1 {
		t.Errorf("alerts after deleting %+v", doc.Alerts)
	}
	w.get(link.AlertEdit(w.org, made.Name)).want(t, http.StatusNotFound)
}

// TestStepsOfTheAlertFormSaveNothing: rows come and go, lists and previews are shown, and the settings stay as they are.
func TestStepsOfTheAlertFormSaveNothing(t *testing.T) {
	w := furnished(t)
	page := link.AlertNew(w.org)
	_, rev := w.doc()
	count := func(got answer, part string) int {
		t.Helper()
		return strings.Count(got.want(t, http.StatusOK).body, part)
	}
	two := alertForm(rev, "step", "when-add")
	if n := count(w.post(page, two...), `name="when"`); n != 2 {
		t.Errorf("%d events after adding one", n)
	}
	two = append(two, "when", "machine.unreachable", "level", "7", "mute_from", "2026-11-28T22:00", "mute_to", "2026-11-29T02:00", "mute_reason", "Patches")
	two[1] = "when-remove-0"
	if got := w.post(page, two...); count(got, `name="when"`) != 1 || !strings.Contains(got.body, `value="7"`) || !strings.Contains(got.body, `value="Patches"`) {
		t.Error("not the first event was removed, or the rest was lost")
	}
	two[1] = "mute-add"
	if got := w.post(link.AlertRows(w.org), two...); count(got, `name="mute_from"`) != 2 || strings.Contains(got.body, "<html") {
		t.Error("no window more")
	}
	two[1] = "mute-remove-0"
	if n := count(w.post(link.AlertRows(w.org), two...), `name="mute_from"`); n != 0 {
		t.Errorf("%d windows after removing the only one", n)
	}
	two[1] = "when-remove-9"
	if n := count(w.post(link.AlertRows(w.org), two...), `name="when"`); n != 2 {
		t.Error("a row was removed that is not there")
	}
	lists := w.post(link.AlertLists(w.org), alertForm(rev, "board", "Alerts")...).want(t, http.StatusOK).has(t, `<option value="Closed"`, "Default: Alerts")
	if strings.Contains(lists.body, "<html") {
		t.Error("the lists come with a page around them")
	}
	if after, now := w.doc(); now != rev || len(after.Alerts) != 1 {
		t.Error("a step saved something")
	}
}

func TestPreviewOfAnAlert(t *testing.T) {
	w := furnished(t)
	_, rev := w.doc()
	got := w.post(link.AlertPreview(w.org), alertForm(rev, "summary", "On {object} – {nobody}")...).want(t, http.StatusOK)
	got.has(t, "1 problem in the templates", "<mark>{nobody}</mark>", "There is no variable {nobody}", "Example")
	onReal := w.post(link.AlertPreview(w.org), alertForm(rev, "when", "activity.sign_in", "summary", "{event} at {organization}")...).want(t, http.StatusOK)
	onReal.has(t, "real event", "activity.sign_in at Contoso").lacks(t, "Example", "<img")
}

func TestAnAlertForOneMachine(t *testing.T) {
	w := furnished(t)
	w.must(ingestMachines(w))
	page := link.AlertNew(w.org)
	_, rev := w.doc()
	w.get(page).has(t, `<option value="FS01 – machine m1">`)
	for _, wrong := range []string{"", "FS77", "FS02"} {
		w.post(page, alertForm(rev, "for", "object", "object", wrong)...).want(t, http.StatusUnprocessableEntity).has(t, `id="f-object-e"`)
	}
	w.post(page, alertForm(rev, "for", "object", "object", "FS01 – machine m1")...).to(t, link.Alerts(w.org))
	if r, _ := w.rule("Quota " + nasty); r.For.Object != "m1" || r.For.Organization != "7" {
		t.Errorf("it is for %+v", r.For)
	}
	w.get(link.AlertEdit(w.org, "Quota "+nasty)).has(t, `value="FS01 – machine m1"`)
}

// ingestMachines lets the source show three machines; two have one name.
func ingestMachines(w *world) error {
	state := func(id, name string) app.ObjectState {
		return app.ObjectState{OrganizationID: "7", Object: app.Object{Kind: app.ObjectMachine, ExternalID: id, Name: name}, What: app.StatePresent, Value: app.Yes}
	}
	_, err := w.store.Ingest(w.t.Context(), app.Batch{
		Source: "sync", ReadAt: w.now, States: []app.ObjectState{state("m1", "FS01"), state("m2", "FS02"), state("m3", "FS02")},
	}, w.now, func(app.AlertState) app.AlertDecision { return app.AlertDecision{} })
	return err
}

func TestEMailNeedsAMailServer(t *testing.T) {
	w := furnished(t)
	page := link.AlertNew(w.org)
	_, rev := w.doc()
	w.get(page).has(t, "No mail server is set up", `href="`+link.Notifications+`"`)
	w.post(page, alertForm(rev, "via_email", "1", "notify", "")...).want(t, http.StatusUnprocessableEntity).has(t, `id="f-notify-e"`)
	w.post(page, alertForm(rev, "via_email", "1", "notify", "noc@example.com")...).want(t, http.StatusUnprocessableEntity).has(t, `id="f-notify-e"`, "mail server")
	w.post(page, alertForm(rev, "via_psa", "", "via_nobody", "1")...).to(t, link.Alerts(w.org))
	w.get(link.Alerts(w.org)).has(t, "nobody: it stays quiet")
}

// TestInheritedAlerts: an alert of the master is overridden below, stands first there, and is reset.
func TestInheritedAlerts(t *testing.T) {
	w := furnished(t)
	list := link.Alerts(w.org)
	w.get(list).has(t, "inherited", `href="`+link.Alerts(w.master)+`"`, "Override here").lacks(t, "stands here in place of")
	w.get(link.Alerts(w.master)).has(t, "this organization and those below").lacks(t, "Override here")
	form := w.get(link.AlertOverride(w.org, "File server unreachable")).want(t, http.StatusOK).has(t, "MSP", `name="override" value="File server unreachable"`)
	if !strings.Contains(form.body, `value="File server unreachable – Contoso`) {
		t.Errorf("the copy has no name of its own: %s", mainOf(form.body))
	}
	_, rev := w.doc()
	w.post(link.AlertNew(w.org), alertForm(rev, "name", "Of its own", "when", "machine.unreachable", "level", "9", "for", "tree")...).to(t, list)
	if _, at := w.rule("Of its own"); at != 0 {
		t.Errorf("an alert of its own stands at %d, behind the one it inherits", at)
	}
	_, rev = w.doc()
	w.post(link.DeleteAlert(w.org), "revision", rev, "name", "Of its own").to(t, list)
	w.get(link.AlertOverride(w.org, "No such")).want(t, http.StatusNotFound)
	_, rev = w.doc()
	w.post(link.AlertNew(w.org), alertForm(rev, "override", "File server unreachable", "name", "Own", "when", "machine.unreachable", "level", "3", "for", "tree")...).to(t, list)
	if _, at := w.rule("Own"); at != 0 {
		t.Errorf("the copy stands at %d", at)
	}
	w.get(list).has(t, "stands here in place of “File server unreachable”", "never asked here: “Own” above wants the same", "Reset to parent")
	w.get(link.Alerts(w.master)).lacks(t, "never asked")
	_, rev = w.doc()
	w.post(link.DeleteAlert(w.org), "revision", rev, "name", "Own").to(t, list)
	w.get(list).lacks(t, "never asked here")
}

// TestMovingAnAlert keeps the alerts of organizations below before those above them.
func TestMovingAnAlert(t *testing.T) {
	w := furnished(t)
	doc, _ := w.doc()
	own := func(name, organization string) app.AlertRule {
		return app.AlertRule{Name: name, When: []app.When{{Type: "machine.unseen"}}, Via: app.Via{PSA: true}, For: app.For{Source: "sync", Organization: organization, Suborganizations: true}}
	}
	doc.Alerts = []app.AlertRule{own("A", "1"), own("O", "7"), own("B", "1")}
	_, _, err := w.setup.Edit(t.Context(), "test", func(d *app.Settings) error { d.Alerts = doc.Alerts; return nil })
	w.must(err)
	move := func(organization int64, name, to string) answer {
		_, rev := w.doc()
		return w.post(link.AlertMove(organization), "revision", rev, "name", name, "to", to)
	}
	order := func() string {
		doc, _ := w.doc()
		var out strings.Builder
		for _, r := range doc.Alerts {
			out.WriteString(r.Name)
		}
		return out.String()
	}
	move(w.master, "B", "up").to(t, link.Alerts(w.master))
	if order() != "OBA" {
		t.Errorf("after B up: %s", order())
	}
	move(w.master, "B", "down").to(t, link.Alerts(w.master))
	if order() != "OAB" {
		t.Errorf("after B down: %s", order())
	}
	move(w.master, "B", "down").to(t, link.Alerts(w.master)) // it is the last: nothing, in words
	w.get(link.Alerts(w.master)).has(t, "cannot go further", "Cannot be moved up: it is the first", "Cannot be moved down: it is the last")
	move(w.master, "B", "sideways")
	move(w.org, "B", "up").want(t, http.StatusConflict) // it is not of this organization
	if order() != "OAB" {
		t.Errorf("in the end: %s", order())
	}
	w.post(link.AlertMove(w.master), "revision", "1", "name", "A", "to", "down").want(t, http.StatusConflict)
}

func TestMuteAndEndIt(t *testing.T) {
	w := furnished(t)
	list, name := link.Alerts(w.master), "File server unreachable"
	mute := func(pairs ...string) {
		t.Helper()
		_, rev := w.doc()
		w.post(link.AlertMute(w.master), append(pairs, "revision", rev, "name", name)...).to(t, list)
	}
	mute("step", "mute", "until", "2026-11-21T10:00", "reason", "too late")
	w.get(list).has(t, "still to come")
	mute("step", "mute", "until", "2026-11-23T10:00", "reason", "")
	w.get(list).has(t, "Say why")
	mute("step", "mute", "until", "2026-11-23T10:00", "reason", "Moved "+nasty)
	r, _ := w.rule(name)
	if len(r.Mute) != 1 || r.Mute[0].To != "2026-11-23T09:00:00Z" || r.Mute[0].From != "2026-11-22T08:00:00Z" {
		t.Fatalf("windows %+v", r.Mute)
	}
	w.get(list).has(t, "Quiet", "End the quiet now", "Mon 23 Nov, 10:00 CET")
	w.now = w.now.Add(time.Hour)
	mute("step", "end")
	if r, _ = w.rule(name); len(r.Mute) != 1 || r.Mute[0].To != "2026-11-22T09:00:00Z" {
		t.Errorf("windows after the end %+v", r.Mute)
	}
	w.get(list).lacks(t, "End the quiet now")
	mute("step", "mute", "until", "2026-11-23T10:00", "reason", "at once")
	mute("step", "end")
	if r, _ = w.rule(name); len(r.Mute) != 1 {
		t.Errorf("a window that never was is kept: %+v", r.Mute)
	}
}

func TestStarters(t *testing.T) {
	w := furnished(t)
	_, _, err := w.setup.Edit(t.Context(), "test", func(d *app.Settings) error { d.Alerts = nil; return nil })
	w.must(err)
	list := link.Alerts(w.master)
	got := w.get(list).has(t, "No alert applies here", "File server unreachable", "Source cannot be read", "Add <span data-n>4</span> alerts")
	if n := strings.Count(got.body, `name="starter"`); n != 4 {
		t.Fatalf("%d proposals", n)
	}
	_, rev := w.doc()
	w.post(link.AlertStarters(w.master), "revision", rev).to(t, list)
	_, rev = w.doc()
	w.post(link.AlertStarters(w.master), "revision", rev, "starter", "File server unreachable", "starter", "Source cannot be read", "starter", "No such").to(t, list)
	doc, rev := w.doc()
	if len(doc.Alerts) != 2 {
		t.Fatalf("alerts %+v", doc.Alerts)
	}
	w.get(list).has(t, "2 alerts are added", "2 proposed alerts")
	w.post(link.AlertStarters(w.master), "revision", rev, "starter", "File server unreachable").to(t, list)
	if after, _ := w.doc(); len(after.Alerts) != 2 {
		t.Error("an alert was added twice")
	}
}

// TestRehearsalOfAnAlert replays the document with the alert as typed in its place, and nothing with one that is wrong.
func TestRehearsalOfAnAlert(t *testing.T) {
	w := furnished(t)
	var asked []app.AlertRule
	gate := make(chan struct{})
	w.server.Rehearse = func(ctx context.Context, rules []app.AlertRule, days int) (app.Rehearsal, *app.RehearsalDifference, error) {
		asked = rules
		select {
		case <-gate:
		case <-ctx.Done():
			return app.Rehearsal{}, nil, ctx.Err()
		}
		return app.Rehearsal{
			From: w.now.AddDate(0, 0, -days), To: w.now, Events: 214, Tickets: 11, AutoClosed: 9, Unmapped: make([]app.RehearsedShare, 2),
			Opened: []app.RehearsedTicket{{Summary: "S " + nasty, At: w.now}},
		}, &app.RehearsalDifference{Before: app.Rehearsal{Tickets: 10}, More: 1, Opened: []app.RehearsedTicket{{Summary: "S " + nasty}}}, nil
	}
	_, rev := w.doc()
	w.post(link.AlertRehearsal(w.org), alertForm(rev, "wait", "soon")...).want(t, http.StatusOK).has(t, "cannot be rehearsed yet", "soon")
	w.post(link.AlertRehearsal(w.org), alertForm(rev, "severity", "loud")...).want(t, http.StatusOK).has(t, "cannot be rehearsed yet")
	if asked != nil {
		t.Fatal("a wrong alert was rehearsed")
	}
	close(gate)
	const sentence = "214 events → 11 tickets, 9 would have closed by themselves, 2 organizations not matched"
	w.post(link.AlertRehearsal(w.org), alertForm(rev)...).want(t, http.StatusOK).has(t, sentence, "1 ticket more than by the alerts as they are (10 tickets)").lacks(t, "<img", "<html")
	if len(asked) != 2 || asked[0].Name != "Quota "+nasty || asked[1].Name != "File server unreachable" {
		t.Errorf("rehearsed %+v", asked)
	}
	w.post(link.AlertNew(w.org), alertForm(rev, "step", "rehearse")...).want(t, http.StatusOK).has(t, sentence, "<html")
	if doc, now := w.doc(); now != rev || len(doc.Alerts) != 1 {
		t.Error("a rehearsal saved something")
	}
}

// TestRehearsalUnderWay: the page says that it goes on, asks again, and can stop it.
func TestRehearsalUnderWay(t *testing.T) {
	w := furnished(t)
	w.server.Rehearse = func(ctx context.Context, _ []app.AlertRule, _ int) (app.Rehearsal, *app.RehearsalDifference, error) {
		<-ctx.Done()
		return app.Rehearsal{}, nil, ctx.Err()
	}
	id := w.jobs.Start(context.WithoutCancel(t.Context()), "rehearsal test", func(ctx context.Context, _ *job.Progress) (any, error) {
		_, _, err := w.server.Rehearse(ctx, nil, 30)
		return nil, err
	})
	part := link.AlertRehearsal(w.org)
	w.post(part, "job", string(id), "rule", "R").want(t, http.StatusOK).has(t, "Replaying", `hx-trigger="every 1s"`, "cancel-"+string(id))
	w.post(part, "step", "cancel-"+string(id)).want(t, http.StatusOK).has(t, "It was stopped.")
	if _, err := w.jobs.Wait(t.Context(), id, time.Minute); err != nil {
		t.Fatal(err)
	}
	w.post(part, "job", string(id)).want(t, http.StatusOK).has(t, "It was stopped.").lacks(t, "every 1s")
	w.post(part, "job", "gone").want(t, http.StatusOK).has(t, "not there any more")
	other := w.jobs.Start(context.WithoutCancel(t.Context()), "sync sync", func(ctx context.Context, _ *job.Progress) (any, error) { <-ctx.Done(); return nil, ctx.Err() })
	w.post(part, "step", "cancel-"+string(other))
	if j, _ := w.jobs.Get(other); j.State != job.Running {
		t.Error("another job was stopped")
	}
	w.jobs.Cancel(other)
}

func TestRehearsalPage(t *testing.T) {
	w := furnished(t)
	runs := 0
	w.server.Rehearse = func(_ context.Context, rules []app.AlertRule, days int) (app.Rehearsal, *app.RehearsalDifference, error) {
		runs++
		if rules != nil {
			t.Error("not the alerts as they are")
		}
		return app.Rehearsal{From: w.now.AddDate(0, 0, -days), To: w.now, KeptSince: w.now.AddDate(0, 0, -3), Events: 5, Tickets: 1, ByRule: []app.RehearsedShare{{Name: nasty, Events: 5, Tickets: 1}}}, nil, nil
	}
	w.get("/rehearsal").want(t, http.StatusOK).has(t, "5 events → 1 ticket, 0 would have closed by themselves", "last 30 days", "complete since").lacks(t, "<img")
	w.get("/rehearsal").want(t, http.StatusOK)
	if runs != 1 {
		t.Errorf("replayed %d times for two looks", runs)
	}
	w.get("/rehearsal?again=1").want(t, http.StatusOK)
	w.get("/rehearsal?days=7").has(t, "last 7 days")
	w.get("/rehearsal?days=8").has(t, "last 30 days")
	w.now = w.now.Add(time.Hour)
	w.get("/rehearsal").want(t, http.StatusOK)
	if runs != 4 {
		t.Errorf("replayed %d times", runs)
	}
	w.server.Rehearse = func(context.Context, []app.AlertRule, int) (app.Rehearsal, *app.RehearsalDifference, error) {
		return app.Rehearsal{}, nil, app.Errorf(app.Unavailable, "The history %s cannot be read.", nasty)
	}
	w.get("/rehearsal?again=1").want(t, http.StatusOK).has(t, "did not come to its end", "cannot be read")
}

func TestWhatAnAlertAboveCovers(t *testing.T) {
	for _, c := range []struct {
		above, below app.When
		want         bool
	}{
		{app.When{Type: "machine.*"}, app.When{Type: "machine.unreachable"}, true},
		{app.When{Type: "machine.unreachable"}, app.When{Type: "machine.*"}, false},
		{app.When{Type: "machine.*"}, app.When{Type: "machine.unreachable", Minutes: 3}, false}, // the family asks for the type's own 5
		{app.When{Type: "quota.reached", Percent: 80}, app.When{Type: "quota.reached", Percent: 100}, true},
		{app.When{Type: "quota.reached", Percent: 100}, app.When{Type: "quota.reached"}, false},
		{app.When{Type: "quota.reached"}, app.When{Type: "quota.reached", Percent: 80}, true},
		{app.When{Type: "backup.*"}, app.When{Type: "backup.job.*"}, true},
		{app.When{Type: "account.added"}, app.When{Type: "account.removed"}, false},
	} {
		if got := web.CoversOne(c.above, c.below); got != c.want {
			t.Errorf("%+v covers %+v: %v", c.above, c.below, got)
		}
	}
}

var editLinks = regexp.MustCompile(`href="(/organizations/\d+/alerts/edit[^"]*)"`)

// TestAnAlertOfAWholeSourceIsChangedAtTheTop: every link to it leads to its form, also an old one to an organization below.
func TestAnAlertOfAWholeSourceIsChangedAtTheTop(t *testing.T) {
	w := furnished(t)
	if _, _, err := w.setup.Edit(t.Context(), "test", func(doc *app.Settings) error {
		doc.Alerts[0].For = app.For{Source: "sync"}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	name := "File server unreachable"
	for _, page := range []string{link.Activity(w.org), link.Alerts(w.org), link.Condition(1)} {
		found := editLinks.FindAllStringSubmatch(w.get(page).want(t, http.StatusOK).body, -1)
		if len(found) == 0 {
			t.Errorf("%s has no link to the alert", page)
		}
		for _, m := range found {
			if html.UnescapeString(m[1]) != link.AlertEdit(w.master, name) {
				t.Errorf("%s leads to %s", page, m[1])
			}
		}
	}
	w.get(link.AlertEdit(w.master, name)).want(t, http.StatusOK)
	w.get(link.AlertEdit(w.org, name)+"&fix=status").to(t, link.AlertEdit(w.master, name)+"&fix=status")
}

// TestTheAlertFormMendsWhatADeliveryWaitsFor: it says what waits, marks the field, chooses what is proposed, and leads back.
func TestTheAlertFormMendsWhatADeliveryWaitsFor(t *testing.T) {
	w := furnished(t)
	rule, _ := w.rule("File server unreachable")
	at, _ := w.row("1"), rule
	if rule.For.Organization == "7" {
		at = w.row("7")
	}
	edit, id := link.AlertEdit(at.ID, rule.Name), strconv.FormatInt(w.delivery, 10)
	page := w.get(edit+"&fix=status&delivery="+id+"&to=Closed").want(t, http.StatusOK)
	page.has(t, "A delivery waits for this.", `id="f-status-e"`, "autofocus", `name="delivery" value="`+id+`"`, "The nearest that ConnectWise has is “Closed”")
	w.get(edit+"&fix=name&delivery="+id).lacks(t, "A delivery waits")

	_, rev := w.doc()
	form := alertForm(rev, "when", "machine.unreachable", "level", "5", "summary", "", "status", "Closed", "delivery", id)
	bad := w.post(edit, append(form, "mute_from", "never")...).want(t, http.StatusUnprocessableEntity)
	bad.has(t, `name="delivery" value="`+id+`"`)
	w.post(edit, form...).to(t, link.Delivery(w.delivery))
}
