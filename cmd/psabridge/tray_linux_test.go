package main

import (
	"bytes"
	"image/png"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/introspect"
	"github.com/godbus/dbus/v5/prop"
)

// onBus is set in a run of this program on a session bus of its own.
const onBus = "PSABRIDGE_TEST_BUS"

// busRun runs one test of this program again, on a bus where nobody answers yet. False: this is that run.
func busRun(t *testing.T) bool {
	t.Helper()
	if os.Getenv(onBus) != "" {
		return false
	}
	if _, err := exec.LookPath("dbus-run-session"); err != nil {
		if strings.Contains(os.Getenv("PSABRIDGE_REQUIRE"), "keyring") {
			t.Fatal("dbus-run-session is missing, and PSABRIDGE_REQUIRE names keyring")
		}
		t.Skip("SKIPPED: the tray was not tried, dbus-run-session is missing (apt-get install dbus)")
	}
	conf := filepath.Join("..", "..", "testdata", "keyring", "noservice.conf")
	run := exec.CommandContext(t.Context(), "dbus-run-session", "--config-file", conf, "--", os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.count=1")
	run.Env = append(os.Environ(), onBus+"=1")
	out, err := run.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, out)
	}
	return true
}

// watcher shows icons, as a desktop's panel does.
type watcher struct {
	conn       *dbus.Conn
	registered chan string // by whom
}

// RegisterStatusNotifierItem is called by an icon.
func (w watcher) RegisterStatusNotifierItem(_ string, sender dbus.Sender) *dbus.Error { //nolint:unparam // the bus wants it
	w.registered <- string(sender)
	return nil
}

func newWatcher(t *testing.T) watcher {
	t.Helper()
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	w := watcher{conn, make(chan string, 8)}
	const path = "/StatusNotifierWatcher"
	if err := conn.Export(w, path, watcherName); err != nil {
		t.Fatal(err)
	}
	if _, err := prop.Export(conn, path, prop.Map{watcherName: {"IsStatusNotifierHostRegistered": {Value: true}, "ProtocolVersion": {Value: int32(0)}}}); err != nil {
		t.Fatal(err)
	}
	node := introspect.NewIntrospectable(&introspect.Node{Name: path})
	if err := conn.Export(node, path, "org.freedesktop.DBus.Introspectable"); err != nil {
		t.Fatal(err)
	}
	return w
}

// come and go are the panel's start and end. A panel that comes in the moment in which the library begins to listen is missed by it
// until the panel starts anew, which a busy computer was seen to show.
func (w watcher) come(t *testing.T) (icon string) {
	t.Helper()
	for range 3 {
		if r, err := w.conn.RequestName(watcherName, dbus.NameFlagDoNotQueue); err != nil || r != dbus.RequestNameReplyPrimaryOwner {
			t.Fatal(r, err)
		}
		select {
		case icon = <-w.registered:
			return icon
		case <-time.After(20 * time.Second):
			w.goes(t)
		}
	}
	t.Fatal("the icon never came")
	return ""
}

func (w watcher) goes(t *testing.T) {
	t.Helper()
	if _, err := w.conn.ReleaseName(watcherName); err != nil {
		t.Fatal(err)
	}
}

// panel is what the person sees of one icon.
type panel struct {
	t    *testing.T
	item dbus.BusObject
	menu dbus.BusObject
}

func (w watcher) panel(t *testing.T, owner string) panel {
	return panel{t, w.conn.Object(owner, "/StatusNotifierItem"), w.conn.Object(owner, "/StatusNotifierItem/menu")}
}

// entry is one line of the menu.
type entry struct {
	id      int32
	label   string
	enabled bool
	ticked  bool
}

type layoutNode struct {
	ID       int32
	Props    map[string]dbus.Variant
	Children []dbus.Variant
}

func (p panel) entries() (out []entry) {
	p.t.Helper()
	var rev uint32
	var root layoutNode
	if err := p.menu.Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&rev, &root); err != nil {
		p.t.Fatal(err)
	}
	for _, c := range root.Children {
		var one layoutNode
		if err := dbus.Store([]any{c.Value()}, &one); err != nil {
			p.t.Fatal(err)
		}
		if label, ok := one.Props["label"].Value().(string); ok {
			enabled, _ := one.Props["enabled"].Value().(bool)
			ticked, _ := one.Props["toggle-state"].Value().(int32)
			out = append(out, entry{one.ID, label, enabled, ticked == 1})
		}
	}
	return out
}

// find is the entry that begins with a text.
func (p panel) find(begins string) entry {
	p.t.Helper()
	all := p.entries()
	at := slices.IndexFunc(all, func(e entry) bool { return strings.HasPrefix(e.label, begins) })
	if at < 0 {
		return entry{}
	}
	return all[at]
}

func (p panel) click(begins string) {
	p.t.Helper()
	one := p.find(begins)
	if one.id == 0 || !one.enabled {
		p.t.Fatalf("%q cannot be clicked: %+v", begins, p.entries())
	}
	if err := p.menu.Call("com.canonical.dbusmenu.Event", 0, one.id, "clicked", dbus.MakeVariant(int32(0)), uint32(0)).Err; err != nil {
		p.t.Fatal(err)
	}
}

// open is what a panel says when it shows the menu; the icon looks again then.
func (p panel) open() {
	p.t.Helper()
	if err := p.menu.Call("com.canonical.dbusmenu.Event", 0, int32(0), "opened", dbus.MakeVariant(int32(0)), uint32(0)).Err; err != nil {
		p.t.Fatal(err)
	}
}

// picture names the state whose picture is shown.
func (p panel) picture() string {
	p.t.Helper()
	v, err := p.item.GetProperty(strings.Replace(watcherName, "Watcher", "Item", 1) + ".IconPixmap")
	if err != nil {
		p.t.Fatal(err)
	}
	var shown []struct {
		W, H int32
		Pix  []byte
	}
	if err := v.Store(&shown); err != nil {
		p.t.Fatal(err)
	}
	for _, state := range []string{iconOK, iconNeeds, iconPaused, iconOffline} {
		if len(shown) == 1 && bytes.Equal(shown[0].Pix, argb(p.t, icon(state))) {
			return state
		}
	}
	return "none of ours"
}

// argb is a picture as it goes over the bus.
func argb(t *testing.T, file []byte) (out []byte) {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			r, g, b, a := img.At(x, y).RGBA()
			out = append(out, byte(a), byte(r), byte(g), byte(b)) //nolint:gosec // the upper half is the same
		}
	}
	return out
}

// atHome starts the bridge with its tray, a home of its own, and a browser that only writes down what it is to open.
func atHome(t *testing.T, extra ...string) (d *daemon, opened func() []string) {
	t.Helper()
	b := newProcess(t)
	home, bin := t.TempDir(), t.TempDir()
	record := filepath.Join(home, "opened")
	script := "#!/bin/sh\nf=${1#file://}\ngrep -o 'url=[^\"]*' \"$f\" >>'" + record + "'\n"
	if err := os.WriteFile(filepath.Join(bin, "xdg-open"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	b.env = append([]string{"PATH=" + bin + ":" + os.Getenv("PATH"), "XDG_CONFIG_HOME=" + home, "TMPDIR=" + home}, extra...)
	b.tray, b.flags = true, []string{"--passphrase-file", filepath.Join(home, "passphrase")}
	if err := os.WriteFile(b.flags[1], []byte("correct horse battery staple"), 0o600); err != nil {
		t.Fatal(err)
	}
	return b.serve(), func() []string {
		text, _ := os.ReadFile(record)
		return strings.Split(strings.TrimSpace(string(text)), "\n")
	}
}

func (d *daemon) status() (s statusAnswer) {
	d.t.Helper()
	d.get("/status", &s)
	return s
}

// TestTheTray drives the icon over a real session bus as a panel does: what it shows, and what each entry of its menu does.
func TestTheTray(t *testing.T) {
	if busRun(t) {
		return
	}
	w := newWatcher(t)
	d, opened := atHome(t)
	d.eventually("a desktop without a panel is said", func() bool { return d.status().Tray == "none: "+trayNoWatcher })
	w.come(t) // late
	d.eventually("the icon is there", func() bool { return d.status().Tray == trayShown })
	w.goes(t)
	d.eventually("the panel went", func() bool { return strings.HasPrefix(d.status().Tray, "none: ") })
	p := w.panel(t, w.come(t)) // a new panel
	if got := p.picture(); got != iconOK {
		t.Errorf("a bridge that needs nothing shows %q", got)
	}
	if e := p.find("Last error…"); e.id == 0 || e.enabled {
		t.Errorf("nothing is wrong, and the menu says %+v", p.entries())
	}

	p.click("Open")
	d.eventually("the page opens signed in", func() bool { return strings.Contains(opened()[0], "/launch?token=") })

	p.click("Pause 1 h")
	d.eventually("paused", func() bool {
		return d.status().State == "paused" && p.picture() == iconPaused && p.find("Resume").id != 0
	})
	p.click("Resume")
	d.eventually("resumed", func() bool { return d.status().State == "running" && p.picture() == iconOK && p.find("Pause").id != 0 })
	if err := d.api.call(t.Context(), http.MethodPost, "/pause", map[string]string{"reason": "by the API"}, nil); err != nil {
		t.Fatal(err)
	}
	d.eventually("paused by somebody else", func() bool { return p.picture() == iconPaused })
	p.click("Resume")
	d.eventually("resumed again", func() bool { return d.status().State == "running" })

	if e := p.find("Start at login"); e.ticked || !e.enabled {
		t.Errorf("%+v", e)
	}
	p.click("Start at login")
	d.eventually("ticked", func() bool { return p.find("Start at login").ticked })
	file := filepath.Join(value(d.env, "XDG_CONFIG_HOME"), "autostart", "psabridge.desktop")
	if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), "--data-dir "+d.dir) || !strings.Contains(string(text), "--no-browser") {
		t.Errorf("%s: %v", text, err)
	}
	p.click("Start at login")
	d.eventually("taken away", func() bool { _, err := os.Stat(file); return os.IsNotExist(err) })

	p.click("Quit")
	select {
	case err := <-d.done:
		d.done <- err
		if err != nil {
			t.Errorf("quit from the menu ended with %v%s", err, d.log())
		}
	case <-time.After(30 * time.Second):
		t.Fatal("it did not quit")
	}
	if strings.Contains(d.log(), "panic") {
		t.Error(d.log())
	}
}

// TestTheTrayTellsOfTrouble: what the page's top line says, the icon says; its menu reads the sources and leads to what is wrong.
func TestTheTrayTellsOfTrouble(t *testing.T) {
	if busRun(t) {
		return
	}
	w := newWatcher(t)
	if _, err := w.conn.RequestName(watcherName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	v := vendors(t)
	d, opened := atHome(t)
	d.configure(v, quick...)
	p := w.panel(t, <-w.registered)
	d.must("", "sync")
	d.eventually("needs you", func() bool {
		p.open()
		return d.status().State == "needs_you" && p.picture() == iconNeeds
	})
	v.MSP.SetQuotaUsage(v.MSP.Organizations()[1].ID, 95, time.Now())
	before := eventCount(d)
	p.click("Check now")
	d.eventually("the sources are read", func() bool { return eventCount(d) > before })

	if err := v.Stop(); err != nil {
		t.Fatal(err)
	}
	p.click("Check now")
	d.eventually("what is wrong stands in the menu", func() bool {
		p.open()
		e := p.find("Last error: ")
		return e.enabled && p.picture() != iconOK
	})
	p.click("Last error: ")
	d.eventually("the place opens", func() bool { return strings.Contains(opened()[0], "/launch?token=") })
}

func eventCount(d *daemon) int {
	var out struct {
		Items []struct{} `json:"items"`
	}
	d.get("/events?type=quota.reached", &out)
	return len(out.Items)
}

// TestNoTray: there is no icon, it is said why, and the page is served all the same.
func TestNoTray(t *testing.T) {
	t.Parallel()
	d, _ := atHome(t, "DBUS_SESSION_BUS_ADDRESS=", "XDG_RUNTIME_DIR="+t.TempDir())
	if got := d.status().Tray; got != "none: no session bus" {
		t.Errorf("%q", got)
	}
	if got := newProcess(t).serve().status().Tray; got != "none: switched off by --no-tray" {
		t.Errorf("%q", got)
	}
	if err := d.interrupt(); err != nil {
		t.Error(err)
	}
	if n := strings.Count(d.log(), "tray icon"); n != 1 {
		t.Errorf("%d lines in the log%s", n, d.log())
	}
}

// TestAutostart switches the start at login for real, in a home of its own.
func TestAutostart(t *testing.T) {
	t.Parallel()
	b, home := newProcess(t), t.TempDir()
	b.env = []string{"XDG_CONFIG_HOME=" + home, "TMPDIR=" + home}
	file := filepath.Join(home, "autostart", "psabridge.desktop")
	type answer struct {
		On, Current bool
		Command     []string
		Where       string
	}
	read := func(args ...string) answer {
		return decode[answer](t, b.must("", append([]string{"autostart", "--json", "--passphrase-file", "/x y"}, args...)...))
	}
	if got := read("status"); got.On || got.Where != file {
		t.Errorf("%+v", got)
	}
	got := read("on")
	want := []string{b.path, "serve", "--no-browser", "--data-dir", b.dir, "--no-tray", "--keys", "file", "--passphrase-file", "/x y"}
	if !got.On || !got.Current || !slices.Equal(got.Command, want) {
		t.Errorf("%+v", got)
	}
	if got := read("status"); !got.On || !slices.Equal(got.Command, want) {
		t.Errorf("%+v", got)
	}
	// What the entry says is a command line that works.
	out, err := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(execLine(t, file), " serve ", " version ", 1)).CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "psabridge ") {
		t.Errorf("%v: %s", err, out)
	}
	if got := read("off"); got.On {
		t.Errorf("%+v", got)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Error("the entry is still there")
	}
	if _, errs, code := b.run("", "autostart", "on"); code != exitWrong || !strings.Contains(errs, "--passphrase-file") {
		t.Errorf("%d %s", code, errs)
	}
	b.env = []string{"XDG_CONFIG_HOME=" + home, "TMPDIR=" + filepath.Dir(filepath.Dir(b.path))}
	if _, errs, code := b.run("", "autostart", "on", "--passphrase-file", "/x"); code != exitWrong || !strings.Contains(errs, "temporary files") {
		t.Errorf("%d %s", code, errs)
	}
}

func execLine(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if command, ok := strings.CutPrefix(line, "Exec="); ok {
			return strings.TrimSpace(command)
		}
	}
	t.Fatalf("no Exec in %s", text)
	return ""
}

func value(env []string, name string) string {
	for _, one := range env {
		if v, ok := strings.CutPrefix(one, name+"="); ok {
			return v
		}
	}
	return ""
}

// TestIconsAreDrawn: the pictures are what the generator draws, and no two have the same outline.
func TestIconsAreDrawn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "go", "run", filepath.Join("icons", "draw.go"), "-o", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	outlines := map[string]string{}
	for _, state := range []string{iconOK, iconNeeds, iconPaused, iconOffline} {
		for _, ending := range []string{".png", ".ico"} {
			want, err := os.ReadFile(filepath.Join(dir, state+ending))
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(filepath.Join("icons", state+ending))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s%s is not what is drawn (go generate ./cmd/psabridge): %v", state, ending, err)
			}
		}
		var outline []byte
		for i, b := range argb(t, icon(state)) {
			if i%4 == 0 {
				outline = append(outline, b)
			}
		}
		if other, twice := outlines[string(outline)]; twice {
			t.Errorf("%s and %s have the same outline", state, other)
		}
		outlines[string(outline)] = state
	}
}
