package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"psabridge/app"
	"psabridge/app/web/api"
	"psabridge/views/ui"
)

func TestLaunchSetsAStrictCookie(t *testing.T) {
	w := newWorld(t)
	launch := "/launch?token=" + w.guard.Sessions.NewLaunch("")
	got := w.do(http.MethodGet, launch, nil, nil).want(t, http.StatusOK)
	cookie := got.header.Get("Set-Cookie")
	name, rest, _ := strings.Cut(cookie, "=")
	value, attributes, _ := strings.Cut(rest, "; ")
	if name != "psabridge-7360" || attributes != "Path=/; HttpOnly; SameSite=Strict" || len(value) != 43 {
		t.Errorf("cookie %q", cookie)
	}
	if !strings.Contains(got.body, `content="0;url=/"`) || got.header.Get("Location") != "" || w.launched != 1 {
		t.Errorf("the answer does not go on by itself: %s", got.body)
	}
	if strings.Contains(got.body, "token=") {
		t.Error("the token is on the page")
	}
	w.do(http.MethodGet, "/settings", nil, sent(name, value)).want(t, http.StatusOK)
	again := w.do(http.MethodGet, launch, nil, nil).want(t, http.StatusForbidden)
	if again.header.Get("Set-Cookie") != "" || w.launched != 1 {
		t.Error("a token signed in twice")
	}
	fresh := "/launch?token=" + w.guard.Sessions.NewLaunch("")
	if w.do(http.MethodHead, fresh, nil, nil).status == http.StatusOK {
		t.Error("HEAD used a launch token up")
	}
	w.do(http.MethodGet, fresh, nil, nil).want(t, http.StatusOK)
}

func TestSignOutEndsTheSession(t *testing.T) {
	w := newWorld(t)
	got := w.post("/sign-out").want(t, http.StatusOK)
	if !strings.Contains(got.header.Get("Set-Cookie"), "Max-Age=0") || !strings.Contains(got.body, "psabridge open") {
		t.Errorf("signed out with %q", got.header.Get("Set-Cookie"))
	}
	w.get("/").want(t, http.StatusForbidden)
}

func TestSignedOutPagesSayNothing(t *testing.T) {
	w := furnished(t)
	got := w.do(http.MethodGet, "/organizations", nil, nil).want(t, http.StatusForbidden)
	if !strings.Contains(got.body, "Open again") || strings.Contains(got.body, "Contoso") || strings.Contains(got.body, "cw") {
		t.Errorf("signed out: %s", got.body)
	}
}

func TestLinkFromATicketComesBackOnce(t *testing.T) {
	w := furnished(t)
	for path, want := range map[string]int{"/deliveries/1?x=1": http.StatusOK, "//evil.example/x": http.StatusForbidden, "/%5Cevil.example": http.StatusOK} {
		got := w.navigate(path)
		if got.status != want {
			t.Errorf("%s: %d, want %d", path, got.status, want)
		}
		if strings.Contains(got.body, "url=//") || strings.Contains(got.body, `url=/\`) {
			t.Errorf("%s leads away: %s", path, got.body)
		}
		if want == http.StatusOK && !strings.Contains(got.body, `0;url=`+path) {
			t.Errorf("%s does not refresh to itself: %s", path, got.body)
		}
	}
}

func TestNoticeIsShownOnce(t *testing.T) {
	w := furnished(t)
	w.post("/resume").to(t, "/")
	if health := w.get("/live/health"); strings.Contains(health.body, "Sending goes on") {
		t.Error("the health line took the notice")
	}
	if got := w.get("/"); !strings.Contains(got.body, "Sending goes on.") {
		t.Error("the notice was not shown")
	}
	if got := w.get("/"); strings.Contains(got.body, "Sending goes on.") {
		t.Error("the notice was shown twice")
	}
	other := signIn(t, w.guard)
	w.post("/resume").to(t, "/")
	if got := w.do(http.MethodGet, "/", nil, other); strings.Contains(got.body, "Sending goes on.") {
		t.Error("another session saw the notice")
	}
}

// TestPartsThatFetchThemselvesAreNotUse: a page left open over night signs out, however often it asks.
func TestPartsThatFetchThemselvesAreNotUse(t *testing.T) {
	for _, part := range []string{"/live/health", "/billing/pushes/1/progress", "/connections/cw/test", "/?live"} {
		w := furnished(t)
		for range 13 {
			w.now = w.now.Add(time.Hour)
			w.get(part)
		}
		if got := w.get("/"); got.status != http.StatusForbidden {
			t.Errorf("%s kept a session alive for 13 hours", part)
		}
	}
	w := furnished(t)
	for range 13 {
		w.now = w.now.Add(time.Hour)
		w.get("/about").want(t, http.StatusOK)
	}
	got := w.do(http.MethodGet, "/live/health", nil, nil)
	if got.status != http.StatusForbidden || strings.Contains(got.body, "cw") {
		t.Error("the health line is shown to nobody in particular")
	}
}

// TestAPreviewThatTakesLong: the page says that it is being made and looks again, until it is there.
func TestAPreviewThatTakesLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := furnished(t)
		w.planGate = make(chan struct{})
		w.post("/billing/cw/2026-11/plan").to(t, "/billing/cw/2026-11")
		got := w.get("/billing/cw/2026-11")
		if got.header.Get("Refresh") == "" || !strings.Contains(got.body, "A preview is being made") {
			t.Error("the page does not show that a preview is being made")
		}
		w.post("/billing/cw/2026-11/plan").to(t, "/billing/cw/2026-11")
		close(w.planGate)
		synctest.Wait()
		if got := w.get("/billing/cw/2026-11"); got.header.Get("Refresh") != "" || w.planned != 1 {
			t.Errorf("planned %d times", w.planned)
		}
	})
}

func TestPauseAndResume(t *testing.T) {
	w := furnished(t)
	w.post("/pause", "pause_for", "soon").want(t, http.StatusUnprocessableEntity)
	w.post("/pause", "pause_for", "4h", "pause_reason", "Upgrade "+nasty).to(t, "/")
	if got := w.get("/"); !strings.Contains(got.body, "Paused until 13:00 CET") || !strings.Contains(got.body, "Upgrade") {
		t.Error("the page does not say that it is paused")
	}
	st, err := w.server.Status(t.Context())
	w.must(err)
	if st.State != "paused" {
		t.Errorf("state %s", st.State)
	}
	w.post("/resume").to(t, "/")
	if st, err = w.server.Status(t.Context()); err != nil || st.State != "needs_you" {
		t.Errorf("state %s, %v", st.State, err)
	}
}

func TestStatusNamesWhatWaits(t *testing.T) {
	w := furnished(t)
	w.blocks = []app.Block{{Connection: "cw", Reason: "Wrong keys.", Since: w.now}}
	w.sources[0].LastError = "It does not answer."
	st, err := w.server.Status(t.Context())
	w.must(err)
	var codes []string
	for _, n := range st.NeedsYou {
		codes = append(codes, n.Code)
		if got := w.get(strings.Split(n.Page, "#")[0]); got.status != http.StatusOK {
			t.Errorf("need %s leads to %s: %d", n.Code, n.Page, got.status)
		}
	}
	if got := strings.Join(codes, " "); got != "blocked parked start_line source_unreadable" {
		t.Errorf("needs %s", got)
	}
	if len(st.Connections) != 1 || st.Connections[0].State != "blocked" || st.Outbox.Parked != 1 || st.Billing[0].State != "done" || st.Billing[0].NextPushAt == nil {
		t.Errorf("status %+v", st)
	}
	page := w.get("/").want(t, http.StatusOK)
	for _, text := range []string{"(4) Overview", "Wrong keys.", "1 condition from before", "Cannot send", "It does not answer."} {
		if !strings.Contains(page.body, text) {
			t.Errorf("the overview does not say %q", text)
		}
	}
}

// needOf returns what the status says about one code.
func (w *world) needOf(code string) (api.Need, bool) {
	w.t.Helper()
	st, err := w.server.Status(w.t.Context())
	w.must(err)
	i := slices.IndexFunc(st.NeedsYou, func(n api.Need) bool { return n.Code == code })
	if i < 0 {
		return api.Need{}, false
	}
	return st.NeedsYou[i], true
}

// scheduled plans the month as the schedule does.
func (w *world) scheduled() {
	w.t.Helper()
	w.makePlan()
	p, err := w.store.Plan(w.t.Context(), w.plan)
	w.must(err)
	p.Trigger = app.TriggerSchedule
	p, err = w.store.SavePlan(w.t.Context(), p)
	w.must(err)
	w.plan, w.digest = p.ID, p.Digest
}

func (w *world) approve() {
	w.t.Helper()
	p, err := w.store.Approve(w.t.Context(), w.plan, w.digest, app.Push{Trigger: app.TriggerPerson, ApprovedBy: "person", ApprovedAt: w.now})
	w.must(err)
	w.push = p.ID
}

func TestADueMonthIsSaidUntilItIsPushed(t *testing.T) {
	w := furnished(t)
	if n, waits := w.needOf("push_waiting"); waits {
		t.Fatalf("nothing is due, but: %+v", n)
	}
	w.scheduled()
	n, waits := w.needOf("push_waiting")
	if !waits || n.Page != "/billing/cw/2026-11" || !strings.Contains(n.Message, "November 2026 is due") {
		t.Fatalf("need %+v", n)
	}
	w.makePlan() // a script looks
	if n, waits = w.needOf("push_waiting"); !waits || !strings.Contains(n.Message, "Nothing of it was pushed") {
		t.Errorf("after a newer preview: %+v", n)
	}
	w.get("/billing").to(t, "/billing/cw/2026-11")
	w.approve()
	w.finishPush()
	if n, waits = w.needOf("push_waiting"); waits {
		t.Errorf("it was pushed, but: %+v", n)
	}
}

// What the schedule pushed by itself leaves what is held to a person, and says how much that is.
func TestHeldAfterAnAutomaticPush(t *testing.T) {
	w := furnished(t)
	w.scheduled()
	p, err := w.store.Approve(t.Context(), w.plan, w.digest, app.Push{Trigger: app.TriggerSchedule, ApprovedBy: "schedule", ApprovedAt: w.now})
	w.must(err)
	w.push = p.ID
	if n, waits := w.needOf("push_waiting"); waits {
		t.Errorf("it is being written, but: %+v", n)
	}
	w.finishPush()
	n, waits := w.needOf("push_waiting")
	if !waits || n.Page != "/billing/cw/2026-11" || !strings.Contains(n.Message, "November 2026: 1 line is held and waits for you.") || !strings.Contains(n.Message, "pushed by itself") {
		t.Fatalf("need %+v", n)
	}
	if page := w.get("/").want(t, http.StatusOK); !strings.Contains(page.body, "/billing/cw/2026-11?show=held") {
		t.Errorf("the overview does not lead to it: %s", mainOf(page.body))
	}
	w.makePlan() // somebody looks again
	if n, waits = w.needOf("push_waiting"); !waits || !strings.Contains(n.Message, "1 line is held") {
		t.Errorf("after a newer preview: %+v", n)
	}
	w.approve()
	w.finishPush()
	if n, waits = w.needOf("push_waiting"); waits {
		t.Errorf("a person pushed the rest, but: %+v", n)
	}
}

// A push by hand does not take the place of the one that is still to come.
func TestOverviewNamesTheNextPushAfterOneByHand(t *testing.T) {
	w := furnished(t)
	if page := w.get("/").want(t, http.StatusOK); !strings.Contains(page.body, "Next push") {
		t.Errorf("22 November, pushed by hand, due on the 30th: %s", mainOf(page.body))
	}
	w.now = time.Date(2026, 11, 30, 22, 0, 0, 0, time.UTC)
	w.cookie = signIn(t, w.guard) // the session ended meanwhile
	if page := w.get("/").want(t, http.StatusOK); strings.Contains(page.body, "Next push") {
		t.Error("the month is over and pushed, but the overview names a next push")
	}
}

// A month that cannot be planned any more is not asked for.
func TestAMonthThatIsOverIsNotDue(t *testing.T) {
	w := furnished(t)
	w.scheduled()
	w.makePlan()
	w.now = w.now.AddDate(0, 3, 0)
	if n, waits := w.needOf("push_waiting"); waits {
		t.Errorf("in February: %+v", n)
	}
}

func TestAPushThatHangsCanBeEnded(t *testing.T) {
	w := furnished(t)
	w.approve()
	if n, stuck := w.needOf("push_writing"); stuck {
		t.Fatalf("it began a moment ago, but: %+v", n)
	}
	w.now = w.now.Add(61 * time.Minute)
	n, stuck := w.needOf("push_writing")
	if !stuck || !strings.HasPrefix(n.Page, "/deliveries/") || !strings.Contains(n.Message, "November 2026") {
		t.Fatalf("need %+v", n)
	}
	if page := w.get(n.Page).want(t, http.StatusOK); !strings.Contains(page.body, n.Page+"/drop") {
		t.Errorf("the waiting delivery cannot be given up: %s", mainOf(page.body))
	}
	d, _, err := w.store.Claim(t.Context(), w.now, nil)
	w.must(err)
	if page := w.get(n.Page); strings.Contains(page.body, n.Page+"/drop") {
		t.Error("what is being sent is offered to be given up")
	}
	w.must(w.store.Settle(t.Context(), app.Settlement{DeliveryID: d.ID, Attempt: d.Attempt, At: w.now, State: app.DeliveryChecking, NextAt: w.now.Add(time.Hour)}))
	if page := w.get(n.Page); !strings.Contains(page.body, n.Page+"/drop") {
		t.Error("the delivery that is looked for cannot be given up")
	}
	w.must(w.store.DropDelivery(t.Context(), d.ID, "no answer", "person", w.now))
	if n, stuck = w.needOf("push_writing"); stuck {
		t.Errorf("it has ended, but: %+v", n)
	}
}

func TestStartQuestion(t *testing.T) {
	w := furnished(t)
	w.post("/start", "answer", "perhaps").want(t, http.StatusUnprocessableEntity)
	w.post("/start", "answer", "open", "rule", "r", "connection", "cw").to(t, "/")
	w.post("/start", "answer", "quiet").to(t, "/")
	if len(w.answers) != 2 || !w.answers[0].Open || w.answers[0].Rule != "r" || w.answers[0].Connection != "cw" || w.answers[1].Open {
		t.Errorf("answered %+v", w.answers)
	}
}

// TestStartAnswerIsOnlyToWhatWasShown: what began to hold after the page was made is not opened with the rest.
func TestStartAnswerIsOnlyToWhatWasShown(t *testing.T) {
	w := furnished(t)
	page := w.get("/").want(t, http.StatusOK)
	shown := regexp.MustCompile(`name="newest" value="(\d+)"`).FindStringSubmatch(page.body)
	if shown == nil || shown[1] == "0" || !strings.Contains(page.body, `<a href="/conditions/`+shown[1]+`">`) {
		t.Fatalf("the page does not show what the answer is about: %q", shown)
	}
	newest, err := strconv.Atoi(shown[1])
	w.must(err)
	w.post("/start", "answer", "open", "newest", strconv.Itoa(newest-1)).to(t, "/")
	if len(w.answers) != 0 {
		t.Fatalf("answered %+v", w.answers)
	}
	w.get("/").has(t, "Nothing was done yet")
	w.post("/start", "answer", "open", "newest", shown[1]).to(t, "/")
	if len(w.answers) != 1 {
		t.Errorf("answered %+v", w.answers)
	}
}

// TestTicketsAreFoundByTheirNumber: the chips count what the search finds, and the number leads to the ticket's page.
func TestTicketsAreFoundByTheirNumber(t *testing.T) {
	w := furnished(t)
	all, err := w.store.Tickets(t.Context(), app.TicketFilter{})
	w.must(err)
	polled := all[0].Ticket
	polled.RemoteID, polled.State, polled.RemoteUpdatedAt = 48007, app.TicketOpen, w.now.Add(time.Minute)
	if n, err := w.store.SavePolledTickets(t.Context(), []app.Ticket{polled}, w.now.Add(time.Minute)); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	const number = "48007"
	w.get("/tickets/"+number).to(t, fmt.Sprintf("/tickets/%d", polled.ID))
	w.get("/tickets/99999999").want(t, http.StatusNotFound)
	for q, want := range map[string]string{"": ui.Int(len(all)), number: "1", "nothing like it": "0"} {
		page := w.get("/tickets?q="+url.QueryEscape(q)).want(t, http.StatusOK)
		if chip := regexp.MustCompile(`>All[^0-9]*([0-9]+)`).FindStringSubmatch(page.body); chip == nil || chip[1] != want {
			t.Errorf("searched %q: the chip says %q, want %s", q, chip, want)
		}
	}
}

func TestDeliveriesAreMovedByHand(t *testing.T) {
	w := furnished(t)
	at := fmt.Sprintf("/deliveries/%d", w.delivery)
	w.post(at+"/retry").to(t, at)
	w.post("/deliveries/retry").to(t, "/deliveries")
	got := w.post(at+"/drop", "reason", " ").want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(got.body, "Error: ") || !strings.Contains(got.body, "Say why.") {
		t.Error("a missing reason is not said on the form")
	}
	w.post(at+"/drop", "reason", "not ours").to(t, at)
	got = w.post(at+"/link", "ticket", "abc").want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(got.body, `value="abc"`) {
		t.Error("what was typed is gone")
	}
	w.post(at+"/link", "ticket", "#48211").to(t, at)
	w.outboxErr = app.Errorf(app.Conflict, "It was sent in the meantime.")
	got = w.post(at+"/retry").want(t, http.StatusConflict)
	if !strings.Contains(got.body, "It was sent in the meantime.") || !strings.Contains(got.body, "Look again") {
		t.Errorf("conflict: %s", mainOf(got.body))
	}
	if got := strings.Join(w.outbox, ", "); got != "retry, retry parked, drop not ours, link 48211, retry" {
		t.Errorf("done: %s", got)
	}
}

func TestPushNeedsWhatWasLookedAt(t *testing.T) {
	w := furnished(t)
	plan, digest := strconv.FormatInt(w.plan, 10), w.digest
	check := w.get("/billing/cw/2026-11/push").want(t, http.StatusOK)
	for _, text := range []string{`name="digest" value="` + digest, `name="lines" value="1"`, "Push 1 change to ConnectWise"} {
		if !strings.Contains(check.body, text) {
			t.Errorf("the check does not hold %q", text)
		}
	}
	for name, form := range map[string][]string{
		"old digest": {"plan_id", plan, "digest", "x", "lines", "1"},
		"no digest":  {"plan_id", plan, "lines", "1"},
		"more lines": {"plan_id", plan, "digest", digest, "lines", "2"},
		"no lines":   {"plan_id", plan, "digest", digest},
		"no plan":    {"plan_id", "99999", "digest", digest, "lines", "1"},
	} {
		if got := w.post("/billing/pushes", form...); got.status != http.StatusConflict || !strings.Contains(got.body, "Look again") {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	line := strconv.FormatInt(w.line, 10)
	w.post("/billing/lines/"+line+"/release").to(t, "/billing/cw/2026-11#line-"+line)
	w.post("/billing/pushes", "plan_id", plan, "digest", digest, "lines", "1").want(t, http.StatusConflict)
	if len(w.approved) != 0 {
		t.Fatalf("approved %v", w.approved)
	}
	now, err := w.store.Plan(t.Context(), w.plan)
	w.must(err)
	w.post("/billing/pushes", "plan_id", plan, "digest", now.Digest, "lines", "2").to(t, fmt.Sprintf("/billing/pushes/%d", w.push+1))
	got := w.get(fmt.Sprintf("/billing/pushes/%d/progress", w.push+1)).want(t, http.StatusOK)
	if !strings.Contains(got.body, "Writing 0 of 2") || strings.Contains(got.body, "<html") {
		t.Errorf("progress: %s", got.body)
	}
}

func TestLinesAreDecided(t *testing.T) {
	w := furnished(t)
	line := "/billing/lines/" + strconv.FormatInt(w.line, 10)
	got := w.post(line+"/correct", "quantity", "1,000", "note", "counted by hand").want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(got.body, `value="1,000"`) || !strings.Contains(got.body, "plain number") {
		t.Error("the typed quantity or what is wrong with it is missing")
	}
	w.post(line+"/correct", "quantity", "1.219", "note", "counted by hand").want(t, http.StatusUnprocessableEntity).has(t, "read in two ways", `value="1.219"`)
	w.post(line+"/correct", "quantity", "50").want(t, http.StatusUnprocessableEntity)
	w.post(line+"/correct", "quantity", "50", "note", "counted by hand").want(t, http.StatusSeeOther)
	l, err := w.store.Line(t.Context(), w.line)
	w.must(err)
	if l.Decision != app.DecisionCorrected || !l.After.Equal(app.Q(50)) || l.DecidedBy != "person" {
		t.Errorf("line %+v", l)
	}
	got = w.post(line+"/skip").want(t, http.StatusUnprocessableEntity) // its planned number is gone
	if !strings.Contains(got.body, "corrected to 50") {
		t.Errorf("a corrected line: %s", mainOf(got.body))
	}
	w.makePlan()
	id := strconv.FormatInt(w.line, 10)
	w.post("/billing/lines/"+id+"/skip").to(t, "/billing/cw/2026-11?show=skipped#line-"+id)
	old := w.line
	w.makePlan()
	got = w.post("/billing/lines/"+strconv.FormatInt(old, 10)+"/release").want(t, http.StatusConflict)
	if !strings.Contains(got.body, "Look again") {
		t.Error("a line of an old preview does not lead back")
	}
}

func TestFirstWritesAreReleasedTogether(t *testing.T) {
	w := furnished(t)
	w.hold = app.HoldFirstTouch
	w.makePlan()
	month := w.get("/billing/cw/2026-11").want(t, http.StatusOK)
	if strings.Contains(month.body, "release-first") {
		t.Error("one line alone has its own button")
	}
	w.post("/billing/cw/2026-11/release-first", "plan_id", strconv.FormatInt(w.plan-1, 10)).want(t, http.StatusConflict)
	w.post("/billing/cw/2026-11/release-first", "plan_id", strconv.FormatInt(w.plan, 10)).to(t, "/billing/cw/2026-11")
	if got := w.get("/billing/cw/2026-11"); !strings.Contains(got.body, "1 line was released") {
		t.Error("the page does not say what was released")
	}
	l, err := w.store.Line(t.Context(), w.line)
	w.must(err)
	if l.Decision != app.DecisionReleased {
		t.Errorf("line %+v", l)
	}
}

func TestMakingAPreview(t *testing.T) {
	w := furnished(t)
	w.post("/billing/cw/2026-11/plan").to(t, "/billing/cw/2026-11")
	if got := w.get("/billing/cw/2026-11"); !strings.Contains(got.body, "The preview is ready: 1 change, 1 held") {
		t.Error("the page does not say what came of it")
	}
	w.planErr = app.Errorf(app.Conflict, "A push is being written.")
	w.post("/billing/cw/2026-11/plan").to(t, "/billing/cw/2026-11")
	if got := w.get("/billing/cw/2026-11"); !strings.Contains(got.body, "A push is being written.") {
		t.Error("the page does not say why there is no preview")
	}
	w.get("/billing").to(t, "/billing/cw/2026-11")
	if w.planned != 2 {
		t.Errorf("%d plans", w.planned)
	}
}

func TestFilesAreHarmlessToSpreadsheets(t *testing.T) {
	w := furnished(t)
	got := w.get(fmt.Sprintf("/organizations/%d/activity.csv", w.org)).want(t, http.StatusOK)
	if !strings.Contains(got.body, `"'=cmd `) || !strings.Contains(got.body, "'=Ada") || !strings.HasPrefix(got.header.Get("Content-Type"), "text/csv") {
		t.Errorf("activity: %s", got.body)
	}
	for path, name := range map[string]string{
		"/billing/cw/2026-11.csv":                     "preview-cw-2026-11.csv",
		fmt.Sprintf("/billing/pushes/%d.csv", w.push): fmt.Sprintf("push-%d-2026-11.csv", w.push),
		"/settings.yaml":                              "psabridge-settings-1.yaml",
	} {
		if got := w.get(path).want(t, http.StatusOK).header.Get("Content-Disposition"); got != `attachment; filename="`+name+`"` {
			t.Errorf("%s is called %s", path, got)
		}
	}
}
