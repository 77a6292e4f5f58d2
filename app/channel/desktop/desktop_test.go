package desktop

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/godbus/dbus/v5"

	"psabridge/app"
	"psabridge/app/channel"
	"psabridge/app/channel/channeltest"
)

func TestConformance(t *testing.T) {
	channeltest.Run(t, nil, []channeltest.Case{
		{Name: "shown", Make: func(*testing.T) channel.Channel {
			return New(Config{Show: func(string, string) error { return nil }})
		}},
		{Name: "refused", Make: func(*testing.T) channel.Channel {
			return New(Config{Show: func(string, string) error {
				return errors.New("beeep: dbus: no such name; notify-send: not found")
			}})
		}, Code: app.Unavailable, Outcome: app.OutcomeNone, Says: []string{"refused"}},
	})
}

// TestAServiceThatHangs costs one goroutine and one deadline, not one for each notice.
func TestAServiceThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		free := make(chan struct{})
		c := New(Config{Show: func(string, string) error { calls.Add(1); <-free; return nil }})
		start := time.Now()
		err := c.Send(t.Context(), channeltest.Message())
		if app.ErrorCode(err) != app.Unavailable || app.ErrorOutcome(err) != app.OutcomeUnknown || time.Since(start) != 10*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		for range 3 {
			if err := c.Send(t.Context(), channeltest.Message()); app.ErrorCode(err) != app.Unavailable || app.ErrorOutcome(err) != app.OutcomeNone {
				t.Error(err)
			}
		}
		if time.Since(start) != 10*time.Second || calls.Load() != 1 {
			t.Errorf("%d calls, %v", calls.Load(), time.Since(start))
		}
		close(free)
		synctest.Wait()
		if err := c.Send(t.Context(), channeltest.Message()); err != nil || calls.Load() != 2 {
			t.Errorf("it answers again: %v", err)
		}
	})
}

// TestNothingInANoticeIsMoreThanText: names are shown and never run, on every system.
func TestNothingInANoticeIsMoreThanText(t *testing.T) {
	m := channel.Message{
		Title: "--help\r\n$(calc) `calc`", Text: "<a href=\"https://x.example\">]]></text>\n\"@ $(calc)\n",
		Items: []channel.Item{{Title: "Müller & Söhne\x1b[31m"}},
	}
	title, text := safe("linux", m)
	if title != "– --help $(calc) `calc`" || strings.ContainsAny(text, "<>\x1b") || !strings.Contains(text, "Müller &amp; Söhne") {
		t.Errorf("linux: %q, %q", title, text)
	}
	title, text = safe("windows", m)
	if all := title + text; strings.ContainsAny(all, "$`\x1b") || strings.Contains(all, "]]>") || strings.Contains(all, `"@`) {
		t.Errorf("windows: %q, %q", title, text)
	}
	if title, text = safe("darwin", channel.Message{Title: strings.Repeat("ü", 500), Text: strings.Repeat("x ", 5000)}); len([]rune(title)) != mostTitle || len([]rune(text)) > mostText {
		t.Errorf("darwin: %d, %d", len(title), len(text))
	}
}

func TestWithoutADesktop(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("a desktop that may be missing is Linux'")
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	err := New(Config{}).Send(t.Context(), channeltest.Message())
	if app.ErrorCode(err) != app.Unavailable || !strings.Contains(app.ErrorMessage(err), "desktop session") {
		t.Error(err)
	}
}

// inside tells this test program that it runs on the bus another run of it prepared.
const inside = "PSABRIDGE_TEST_BUS"

// onBus runs one test of this program again, on a bus of its own where nobody answers yet.
func onBus(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("dbus-run-session"); err != nil {
		if strings.Contains(os.Getenv("PSABRIDGE_REQUIRE"), "keyring") {
			t.Fatal("dbus-run-session is missing, and PSABRIDGE_REQUIRE names keyring")
		}
		t.Skip("SKIPPED: dbus-run-session is missing (apt-get install dbus)")
	}
	conf := filepath.Join("..", "..", "..", "testdata", "keyring", "noservice.conf")
	run := exec.CommandContext(t.Context(), "dbus-run-session", "--config-file", conf, "--", os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.count=1")
	run.Env = append(os.Environ(), inside+"=1")
	out, err := run.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, out)
	}
}

// service is a desktop's notification service.
type service struct {
	shown chan []string
	hang  chan struct{} // not nil: never answers
	// actions are what a click may do; nil: nobody looks.
	actions chan []string
}

// Notify is the method of org.freedesktop.Notifications.
func (s service) Notify(name string, _ uint32, _, summary, body string, actions []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	if s.hang != nil {
		<-s.hang
	}
	if s.actions != nil {
		s.actions <- actions
	} else {
		s.shown <- []string{name, summary, body}
	}
	return 1, nil
}

func (s service) serve(t *testing.T) *dbus.Conn {
	t.Helper()
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.Export(s, "/org/freedesktop/Notifications", "org.freedesktop.Notifications"); err != nil {
		t.Fatal(err)
	}
	if reply, err := conn.RequestName("org.freedesktop.Notifications", 0); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatal(reply, err)
	}
	return conn
}

// TestOnABus shows a notice on a real session bus; the service behind it is ours.
func TestOnABus(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a session bus is Linux'")
	}
	if os.Getenv(inside) == "" {
		onBus(t)
		return
	}
	t.Setenv("PATH", t.TempDir()) // no notify-send and its like
	c := New(Config{Deadline: 5 * time.Second})
	if err := c.Send(t.Context(), channeltest.Message()); app.ErrorCode(err) != app.Unavailable || !strings.Contains(app.ErrorMessage(err), "refused") {
		t.Errorf("no service: %v", err)
	}
	s := service{shown: make(chan []string, 1)}
	s.serve(t)
	if err := c.Send(t.Context(), channeltest.Message()); err != nil {
		t.Fatal(err)
	}
	got := <-s.shown
	want := []string{"psabridge", "2 deliveries need you Bcc: everybody@elsewhere.example"}
	if !slices.Equal(got[:2], want) || !strings.Contains(got[2], "Müller &amp; Söhne &lt;!channel&gt;") {
		t.Errorf("%q", got)
	}
}

// TestAClickOpensThePage: of the notice that was clicked, and of no other program's.
func TestAClickOpensThePage(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a session bus is Linux'")
	}
	if os.Getenv(inside) == "" {
		onBus(t)
		return
	}
	s := service{shown: make(chan []string, 1), actions: make(chan []string, 1)}
	conn := s.serve(t)
	opened := make(chan string, 2)
	c := New(Config{Open: func(page string) { opened <- page }, Deadline: 5 * time.Second})
	m := channeltest.Message()
	m.Page = "http://psabridge-x.localhost:7360/deliveries"
	if err := c.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := <-s.actions; !slices.Equal(got, []string{"default", "Open"}) {
		t.Errorf("%q", got)
	}
	for _, id := range []uint32{7, 1} { // 7 is not ours
		if err := conn.Emit("/org/freedesktop/Notifications", "org.freedesktop.Notifications.ActionInvoked", id, "default"); err != nil {
			t.Fatal(err)
		}
	}
	if got := <-opened; got != m.Page {
		t.Errorf("%q", got)
	}
	m.Page = ""
	if err := c.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := <-s.actions; len(got) != 0 || len(opened) != 0 {
		t.Errorf("nothing to open, and %q, %d opened", got, len(opened))
	}
}

// TestOnABusThatHangs: the service took the call and never answers.
func TestOnABusThatHangs(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a session bus is Linux'")
	}
	if os.Getenv(inside) == "" {
		onBus(t)
		return
	}
	s := service{shown: make(chan []string, 1), hang: make(chan struct{})}
	s.serve(t)
	defer close(s.hang)
	err := New(Config{Deadline: 100 * time.Millisecond}).Send(t.Context(), channeltest.Message())
	if app.ErrorCode(err) != app.Unavailable || app.ErrorOutcome(err) != app.OutcomeUnknown || !strings.Contains(app.ErrorMessage(err), "do not answer") {
		t.Error(err)
	}
}
