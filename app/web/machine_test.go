package web_test

import (
	"archive/zip"
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/secret"
	"psabridge/app/upkeep"
	"psabridge/app/web/api"
)

// keychain is one that is in trouble when the test wants it to be.
type keychain struct {
	trouble secret.Trouble
	asked   int
	answers bool // when it is asked again
}

func (k *keychain) Trouble() (secret.Trouble, bool) { return k.trouble, k.trouble.Kind != "" }

func (k *keychain) Look(context.Context, bool) (secret.Trouble, bool, error) {
	k.asked++
	if k.answers {
		k.trouble = secret.Trouble{}
	}
	return k.trouble, k.trouble.Kind != "", nil
}

func (w *world) machineCalls() api.MachineDeps {
	level := new(slog.LevelVar)
	path := filepath.Join(w.t.TempDir(), "psabridge.log")
	w.logbook = &upkeep.Logbook{Path: path, Level: level, Now: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler)}
	w.t.Cleanup(w.logbook.Stop)
	return api.MachineDeps{
		SelfTest: (*worldsTest)(w), Keychain: &w.keychain, KeysBack: func(context.Context) { w.keysBack++ }, Logbook: w.logbook,
		Support: &upkeep.Support{
			Install: "k3v9x2ab", LogPath: path, Now: w.logbook.Now,
			Names: func(context.Context) ([]upkeep.Name, error) {
				return []upkeep.Name{{Kind: "organization", Text: "Contoso"}}, nil
			},
			Parts: []upkeep.SupportPart{{Name: "settings.yaml", About: "The settings", Make: func(context.Context) (any, error) { return "for: Contoso\n", nil }}},
		},
	}
}

func TestLogPage(t *testing.T) {
	w := newWorld(t)
	w.get("/diagnostics/log").want(t, http.StatusOK).has(t, "Nothing is logged that fits")
	lines := `time=2026-11-22T09:00:00Z level=INFO msg="source read" source=sync
time=2026-11-22T09:00:01Z level=ERROR msg="ticket refused" error="<b>no</b> board"
time=2026-11-22T09:00:02Z level=DEBUG msg="a detail"
`
	if err := os.WriteFile(w.logbook.Path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	w.get("/diagnostics/log").has(t, "source read", "ticket refused", "&lt;b&gt;no").lacks(t, "a detail", "<b>no")
	w.get("/diagnostics/log?level=error").has(t, "ticket refused").lacks(t, "source read")
	w.get("/diagnostics/log?level=debug&q=DETAIL").has(t, "a detail").lacks(t, "source read")
	follow := w.get("/diagnostics/log?level=error&q=board&follow=1").has(t, "every 5s", "/diagnostics/log?follow=1&amp;level=error&amp;q=board", "Stop following")
	if strings.Contains(follow.body, "source read") {
		t.Error("what is followed is not filtered")
	}
	w.get("/diagnostics/log?level=nonsense").want(t, http.StatusOK).has(t, "source read")
}

func TestLogLevelGoesBack(t *testing.T) {
	w := newWorld(t)
	w.post("/diagnostics/log/level", "level", "debug", "for", "15m").to(t, "/diagnostics/log")
	w.get("/diagnostics/log").has(t, "The log is at level debug until", "Now: debug")
	if level, until := w.logbook.At(); level != slog.LevelDebug || !until.Equal(w.now.Add(15*time.Minute)) {
		t.Errorf("%s until %s", level, until)
	}
	w.post("/diagnostics/log/level", "level", "info", "for", "15m").to(t, "/diagnostics/log")
	w.get("/diagnostics/log").has(t, "as at the start")
	w.post("/diagnostics/log/level", "level", "debug", "for", "48h").to(t, "/diagnostics/log")
	w.get("/diagnostics/log").has(t, "at most a day", "Now: info")
}

func TestSupportBundleIsShownBeforeItIsSaved(t *testing.T) {
	w := newWorld(t)
	w.get("/diagnostics/support").want(t, http.StatusOK).has(t, "settings.yaml", "The settings", "README.txt", "Save the file")
	for _, one := range []struct {
		form  []string
		holds bool
	}{{nil, false}, {[]string{"names", "1"}, true}} {
		got := w.post("/diagnostics/support", one.form...).want(t, http.StatusOK)
		z, err := zip.NewReader(bytes.NewReader([]byte(got.body)), int64(len(got.body)))
		if err != nil {
			t.Fatal(err)
		}
		f, err := z.Open("settings.yaml")
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		if _, err := text.ReadFrom(f); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text.String(), "Contoso") != one.holds {
			t.Errorf("with %v it holds %q", one.form, text.String())
		}
	}
}

// TestOneQuestionAboutTheKeychain: what follows from a locked keychain is not asked besides.
func TestOneQuestionAboutTheKeychain(t *testing.T) {
	w := furnished(t)
	w.keychain.trouble = secret.Trouble{Kind: secret.Locked, Message: "The keychain of this computer is locked. Unlock it.", Since: w.now}
	w.sources[0].LastError = w.keychain.trouble.Message
	w.get("/").has(t, "The keychain of this computer is locked.", "Try again", "nothing is lost").lacks(t, "Source sync cannot be read")
	w.post("/diagnostics/keychain").to(t, "/")
	if w.keychain.asked != 1 || w.keysBack != 0 {
		t.Errorf("asked %d times, %d times it went on", w.keychain.asked, w.keysBack)
	}
	w.keychain.answers = true
	w.post("/diagnostics/keychain").to(t, "/")
	w.sources[0].LastError = ""
	w.get("/").has(t, "The keychain answers.").lacks(t, "is locked")
	if w.keysBack != 1 {
		t.Errorf("%d times it went on", w.keysBack)
	}
	w.keychain.trouble = secret.Trouble{Kind: secret.Lost, Message: "Enter again: connections/cw/private_key.", Names: []string{"connections/cw/private_key"}}
	w.get("/").has(t, "Keys are gone from the keychain", "Enter them", `href="/connections/cw"`)
}

// worldsTest finds of this computer what the test says.
type worldsTest world

func (w *worldsTest) Rows(context.Context, bool) ([]app.CheckRow, error) { return w.machine, nil }

func (w *worldsTest) Wrong() []app.CheckRow { return w.machine }

// TestWhatIsWrongWithTheComputerIsTold: on the Overview as on Diagnostics, with what to do.
func TestWhatIsWrongWithTheComputerIsTold(t *testing.T) {
	w := furnished(t)
	w.get("/").lacks(t, "little space")
	w.machine = []app.CheckRow{{ID: "machine.disk", Title: "The disk has space", State: app.CheckWarning, Message: "300.0 MB are free.", Fix: "Free some space.", ChangedAt: w.now}}
	w.get("/").has(t, "There is little space left on the disk.", "300.0 MB are free. Free some space.", "/diagnostics#machine")
	w.get("/diagnostics").has(t, "300.0 MB are free.", "1 check of this computer", `id="machine"`)
}
