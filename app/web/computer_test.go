package web_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/web"
	"psabridge/app/web/api"
)

// TestThisComputer: what starts at login is shown and switched, why there is no icon is said, a bad place for the data is asked
// to be changed, and the status says the same.
func TestThisComputer(t *testing.T) {
	w := furnished(t)
	here := app.Computer{
		Tray: "none: no session bus", Peers: "Kept out.", Zone: "Europe/Lisbon", ZoneWas: "Europe/Berlin",
		Login: app.LoginItem{Where: "/home/a/.config/autostart/psabridge.desktop", Command: []string{"/opt/p s/psabridge", "serve"}},
	}
	var refuse error
	w.server.Computer = func(context.Context) app.Computer { return here }
	w.server.StartAtLogin = func(_ context.Context, on bool) error {
		if refuse == nil {
			here.Login.On, here.Login.Current = on, on
		}
		return refuse
	}
	w.server.About.DataDir, w.server.About.Folder = "/mnt/x", "It lies on a network drive."
	page := w.get("/diagnostics").want(t, http.StatusOK).body
	for _, want := range []string{"None: no session bus", "&#34;/opt/p s/psabridge&#34; serve", "Kept out.", "/mnt/x", "It lies on a network drive.", "Europe/Lisbon", "It was Europe/Berlin", `action="/diagnostics/login/on"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	w.post("/diagnostics/login/on").to(t, "/diagnostics#computer")
	page = w.get("/diagnostics").want(t, http.StatusOK).body
	if !strings.Contains(page, "starts by itself when you sign in") || !strings.Contains(page, `action="/diagnostics/login/off"`) || strings.Contains(page, "login/on") {
		t.Error("it was not switched on")
	}
	st, err := w.server.Status(t.Context())
	w.must(err)
	if st.Tray != here.Tray || !st.StartAtLogin || !needed(st.NeedsYou, "data_folder") {
		t.Errorf("%+v", st)
	}
	w.post("/diagnostics/login/off").to(t, "/diagnostics#computer")
	refuse = app.Errorf(app.Conflict, "This is the demo.")
	here.Login.Cannot = "This is the demo."
	w.post("/diagnostics/login/on").want(t, http.StatusConflict)
	if page = w.get("/diagnostics").body; !strings.Contains(page, "This is the demo.") || strings.Contains(page, "login/on") {
		t.Error("it is offered although it cannot be done")
	}
}

// TestTheGlanceIsTheTopLine: the tray's words and state are those of the pages' top line.
func TestTheGlanceIsTheTopLine(t *testing.T) {
	w := furnished(t)
	glance := func() web.Glance {
		t.Helper()
		g, err := w.server.Glance(t.Context())
		w.must(err)
		word, _, _ := strings.Cut(g.Words, " ")
		if page := w.get("/live/health").body; !strings.Contains(page, "<strong>"+word) {
			t.Errorf("the tray says %q, the top line %s", g.Words, page)
		}
		return g
	}
	if g := glance(); g.State != "needs_you" || g.NeedsYou == 0 || g.Offline || !strings.Contains(g.Words, "last check 08:59 CET") {
		t.Errorf("%+v", g)
	}
	w.sources[0].LastError = "x360Sync does not answer."
	if g := glance(); !g.Offline || !strings.Contains(g.Error, "x360Sync does not answer.") || g.Page != "/sources/sync" {
		t.Errorf("nobody answers: %+v", g)
	}
	w.sources[0].LastError = ""
	w.blocks = []app.Block{{Connection: "cw", Reason: "ConnectWise does not accept the keys."}}
	if g := glance(); g.State != "blocked" || !g.Offline || !strings.Contains(g.Error, "does not accept the keys") || g.Page == "" {
		t.Errorf("blocked: %+v", g)
	}
	w.must(w.store.SetPause(t.Context(), true, w.now.Add(time.Hour), "lunch"))
	if g := glance(); !g.Paused() || !strings.Contains(g.Words, "until 10:00 CET") {
		t.Errorf("paused: %+v", g)
	}
}

// TestALaunchLeadsToAPage: the page stands behind the token, not in the address.
func TestALaunchLeadsToAPage(t *testing.T) {
	w := furnished(t)
	body := w.get("/launch?token="+w.guard.Sessions.NewLaunch("/sources/sync")+"&to=//evil.example").want(t, http.StatusOK).body
	if !strings.Contains(body, "/sources/sync") || strings.Contains(body, "evil") {
		t.Error(body)
	}
}

func needed(all []api.Need, code string) bool {
	return slices.ContainsFunc(all, func(n api.Need) bool { return n.Code == code })
}
