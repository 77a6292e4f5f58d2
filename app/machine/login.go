package machine

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// entryName is what the entry is called wherever a system lists what starts at login. An installer that makes one uses it too.
const entryName = "psabridge"

// Startup is what is started at login.
type Startup struct {
	Program string
	Args    []string
}

// LoginItem is the entry as it is.
type LoginItem struct {
	On      bool
	Where   string   // the file or registry key it stands in
	Command []string // what it starts; nil while there is none
}

// Is reports whether the entry starts exactly this.
func (l LoginItem) Is(s Startup) bool {
	return l.On && slices.Equal(l.Command, append([]string{s.Program}, s.Args...))
}

// AtLogin reads the entry of this user.
func AtLogin() (LoginItem, error) { return readLogin() }

// SetAtLogin makes this user's logins start a program, in place of what the entry started before.
func SetAtLogin(s Startup) error { return writeLogin(s) }

// UnsetAtLogin takes the entry away; it is no error when there is none.
func UnsetAtLogin() error { return removeLogin() }

// Program is the program file that runs now, as a start at login can name it. It returns why it cannot: "" when it can.
func Program() (path, why string) {
	path, err := os.Executable()
	if err != nil {
		return "", "The system does not say where the program file is."
	}
	path = strings.TrimSuffix(path, " (deleted)") // Linux, of a file that was replaced while it ran
	if _, err := os.Stat(path); err != nil {
		return path, "The program file " + path + " is not there any more. Start psabridge from where it is now."
	}
	return path, fleeting(path, os.TempDir())
}

// fleeting returns why a program file will not be there at the next login.
func fleeting(path, temp string) string {
	const move = " Put it where it stays, start it from there, and switch this on then."
	slashed := filepath.ToSlash(path)
	switch {
	case strings.Contains(slashed, "/go-build"):
		return "This psabridge was built for one run (go run), and its file is gone when it ends." + move
	case strings.Contains(slashed, "/AppTranslocation/"):
		return "macOS runs this psabridge from a folder it made for this one start. Move it to Applications first." + move
	case temp != "" && within(path, temp):
		return "The program file lies in the folder for temporary files (" + path + "), which is emptied." + move
	}
	return ""
}

// within reports whether a path lies in a folder, however either is reached.
func within(path, dir string) bool {
	for _, p := range [][2]string{{path, dir}, {resolved(path), resolved(dir)}} {
		rel, err := filepath.Rel(p[1], p[0])
		if err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return true
		}
	}
	return false
}

func resolved(path string) string {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target
	}
	return path
}
