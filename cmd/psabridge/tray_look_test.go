package main

import (
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/machine"
	"psabridge/app/web"
)

// TestTheIconSaysWhatPresses: a person's own pause first, then that nothing goes out, then that somebody is needed.
func TestTheIconSaysWhatPresses(t *testing.T) {
	t.Parallel()
	for want, list := range map[string][]web.Glance{
		iconOK:      {{State: "running"}, {State: "starting"}},
		iconNeeds:   {{State: "needs_you", NeedsYou: 2}, {State: "starting", NeedsYou: 1}},
		iconPaused:  {{State: "paused"}, {State: "paused", NeedsYou: 3, Offline: true}},
		iconOffline: {{State: "blocked", NeedsYou: 1, Offline: true}, {State: "needs_you", NeedsYou: 1, Offline: true}},
	} {
		for _, g := range list {
			if got := lookOf(g, app.LoginItem{}, false).icon; got != want {
				t.Errorf("%+v: %s, want %s", g, got, want)
			}
		}
	}
	long := lookOf(web.Glance{Words: strings.Repeat("ü", 500), Error: strings.Repeat("ä", 500)}, app.LoginItem{}, true)
	if !strings.HasPrefix(long.tip, "psabridge demo: ") || len([]rune(long.tip)) != mostTip || len([]rune(long.err)) != mostItem {
		t.Errorf("%+v", long)
	}
}

// TestTheDemoDoesNotStartAtLogin, whoever asks.
func TestTheDemoDoesNotStartAtLogin(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	g := &globals{Keys: "os", PageHost: "label"}
	if _, err := g.startAtLogin(true, true); app.ErrorCode(err) != app.Conflict || !strings.Contains(app.ErrorMessage(err), "demo") {
		t.Error(err)
	}
	if item, err := machine.AtLogin(); item.On {
		t.Errorf("%+v %v", item, err)
	}
}

// TestALoginRepeatsWhatWasGiven, and nothing that is the same without being said.
func TestALoginRepeatsWhatWasGiven(t *testing.T) {
	t.Parallel()
	usual, err := defaultDataDir()
	if err != nil {
		t.Skip("SKIPPED: no home folder")
	}
	port := 7399
	for want, g := range map[string]globals{
		"serve --no-browser":                                  {DataDir: usual, Keys: "os", PageHost: "label", NoBrowser: true},
		"serve --no-browser --data-dir /srv/psa":              {DataDir: "/srv/psa", Keys: "os", PageHost: "label"},
		"serve --no-browser --port 7399 --no-tray":            {Port: &port, NoTray: true, Keys: "os"},
		"serve --no-browser --page-host ip":                   {PageHost: "ip"},
		"serve --no-browser --keys file --passphrase-file /p": {Keys: "file", PassphraseFile: "/p"},
	} {
		if got, why := g.loginArgs(); strings.Join(got, " ") != want || why != "" {
			t.Errorf("%q, want %q: %s", got, want, why)
		}
	}
	if _, why := (&globals{Keys: "file"}).loginArgs(); !strings.Contains(why, "passphrase") {
		t.Error(why)
	}
}

func TestFolderTroubleIsSaid(t *testing.T) {
	t.Parallel()
	for _, f := range []machine.Folder{{Network: true}, {Synced: "OneDrive"}} {
		if text := folderTrouble(f); !strings.Contains(text, "--data-dir") || !strings.Contains(text, f.Synced) {
			t.Errorf("%+v: %q", f, text)
		}
	}
	if folderTrouble(machine.Folder{}) != "" {
		t.Error("a good folder is warned of")
	}
}
