package desktop

import (
	"errors"
	"os/exec"
)

// show asks the system's own script host, which cannot be told what a click is to do, or terminal-notifier where somebody
// installed that. The texts are arguments: no script is made of them.
func (c *Channel) show(title, text, page string) error {
	if path, err := exec.LookPath("terminal-notifier"); err == nil && page != "" {
		if exec.Command(path, "-title", title, "-message", text, "-group", ourName, "-open", page).Run() == nil { //nolint:noctx,gosec // the caller bounds it; no shell reads it
			return nil
		}
	}
	path, err := exec.LookPath("osascript")
	if err != nil {
		return errors.New("osascript is missing")
	}
	return exec.Command(path, "-e", "on run argv", "-e", "display notification (item 2 of argv) with title (item 1 of argv)", "-e", "end run", title, text).Run() //nolint:noctx,gosec // as above
}
