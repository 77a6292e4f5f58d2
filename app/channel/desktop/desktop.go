// Package desktop tells the person who sits at this computer, by a notice of the operating system.
//
// A desktop may be missing, and a notification service may never answer: no call waits longer than its deadline, and while one
// hangs no other is begun.
package desktop

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"psabridge/app"
	"psabridge/app/channel"
	"psabridge/app/rest"
)

const (
	ourName  = "psabridge"
	deadline = 10 * time.Second
)

// Config says how notices are shown; the zero value is the real desktop.
type Config struct {
	// Show replaces the operating system's notices, for tests.
	Show func(title, text string) error
	// Open shows a page of psabridge, by its address, when a notice is clicked; nil: a click does nothing where it is we who are
	// told of it.
	Open func(page string)
	// Deadline bounds one notice; default 10 s.
	Deadline time.Duration
}

// Channel shows notices. It is safe for concurrent use; one notice is shown at a time.
type Channel struct {
	put      func(title, text, page string) error
	open     func(page string)
	deadline time.Duration
	busy     atomic.Bool
	real     bool

	mu  sync.Mutex
	bus *bus
}

var _ channel.Channel = (*Channel)(nil)

// New makes a channel. Make one and keep it: what hangs is known to it alone.
func New(c Config) *Channel {
	out := &Channel{open: c.Open, deadline: c.Deadline}
	out.put = func(title, text, _ string) error { return c.Show(title, text) }
	if c.Show == nil {
		out.put, out.real = out.show, true
	}
	if out.deadline <= 0 {
		out.deadline = deadline
	}
	return out
}

// Send shows a message; see channel.Channel. It is never unauthorized or invalid: there is nobody to refuse it.
func (c *Channel) Send(ctx context.Context, m channel.Message) error {
	if err := ctx.Err(); err != nil {
		return unavailable(err, "The notice was not shown: it was given up.")
	}
	if c.real {
		if err := Session(); err != nil {
			return unavailable(err, "This computer shows no notices: psabridge does not run in a desktop session. Use e-mail or a webhook, and switch notices on the desktop off.")
		}
	}
	if !c.busy.CompareAndSwap(false, true) {
		return unavailable(nil, "This computer's notices do not answer. The last one was never taken.")
	}
	title, text := safe(runtime.GOOS, m)
	done := make(chan error, 1)
	go func() {
		err := c.put(title, text, m.Page)
		c.busy.Store(false)
		done <- err
	}()
	timer := time.NewTimer(c.deadline)
	defer timer.Stop()
	select {
	case err := <-done:
		if err != nil {
			return unavailable(rest.HideCause(err), "This computer refused to show a notice. A desktop without a notification service does so.")
		}
		return nil
	case <-ctx.Done():
		return unsure(ctx.Err())
	case <-timer.C:
		return unsure(context.DeadlineExceeded)
	}
}

func unavailable(err error, message string) error {
	return &app.Error{Code: app.Unavailable, Outcome: app.OutcomeNone, Message: message, Err: err}
}

func unsure(err error) error {
	return &app.Error{Code: app.Unavailable, Outcome: app.OutcomeUnknown, Message: "This computer's notices do not answer.", Err: err}
}

// Session refuses before a library looks for a session bus: where there is none it would start one, and leave that behind.
// Windows and macOS need none.
func Session() error {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" || os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return nil
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		if _, err := os.Stat(filepath.Join(dir, "bus")); err == nil { //nolint:gosec // only whether it is there
			return nil
		}
	}
	return errors.New("no dbus session bus: neither DBUS_SESSION_BUS_ADDRESS nor a bus in XDG_RUNTIME_DIR")
}

// The most a notice shows; what is longer no desktop has room for.
const (
	mostTitle = 80
	mostText  = 300
)

// safe writes a message as an operating system's notices take it. Its texts hold names of customers: none of them may become
// markup (Linux), a script (Windows' second way goes through PowerShell) or an option of a command.
func safe(goos string, m channel.Message) (title, text string) {
	title, text = cut(line(m.Title), mostTitle), cut(body(m), mostText)
	switch goos {
	case "windows":
		quiet := strings.NewReplacer("$", "＄", "`", "'", "]]>", "]] >", `"@`, `" @`)
		title, text = quiet.Replace(title), quiet.Replace(text)
	case "darwin":
	default:
		text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
	}
	if strings.HasPrefix(title, "-") {
		title = "– " + title
	}
	return title, text
}

// body is the text, or what the message is about.
func body(m channel.Message) string {
	lines := []string{}
	if t := line(m.Text); t != "" {
		lines = append(lines, t)
	}
	for _, one := range m.Items {
		lines = append(lines, line(one.Title))
	}
	return strings.Join(lines, "\n")
}

func line(s string) string { return rest.Hide(s, 1000) }

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
