package machine

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// The two systems that keep what starts at login in a file each: written and read here, where both can be tested.

// desktopEntry is the file of the Desktop Application Autostart Specification. TryExec, a plain string without the quotes of Exec,
// lets the desktop pass over it once the program was removed: a package cannot know who starts it at login.
func desktopEntry(s Startup) (string, error) {
	words := make([]string, 0, 1+len(s.Args))
	for _, one := range append([]string{s.Program}, s.Args...) {
		if strings.ContainsFunc(one, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return "", errors.New("a path with a control character cannot stand in a desktop entry")
		}
		words = append(words, quoteExec(one))
	}
	return "[Desktop Entry]\nType=Application\nName=psabridge\nComment=Alerts and usage to ConnectWise\n" +
		"TryExec=" + strings.ReplaceAll(s.Program, `\`, `\\`) + "\n" +
		"Exec=" + strings.ReplaceAll(strings.Join(words, " "), `\`, `\\`) + "\n" +
		"Terminal=false\nStartupNotify=false\nX-GNOME-Autostart-enabled=true\n", nil
}

// quoteExec writes one argument of an Exec key. It is quoted unless every character is harmless; a percent sign begins a field
// code even then.
func quoteExec(arg string) string {
	arg = strings.ReplaceAll(arg, "%", "%%")
	harmless := func(r rune) bool {
		return r > 0x7f || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=+,@%", r)
	}
	if arg != "" && strings.IndexFunc(arg, func(r rune) bool { return !harmless(r) }) < 0 {
		return arg
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", `$`, `\$`).Replace(arg) + `"`
}

// readDesktopEntry says what an entry starts, and whether somebody switched it off without removing it.
func readDesktopEntry(text string) (command []string, on bool) {
	on = true
	group := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			group = line
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || group != "[Desktop Entry]" {
			continue
		}
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		switch {
		case key == "Exec":
			command = splitExec(strings.ReplaceAll(value, `\\`, `\`))
		case key == "Hidden" && value == "true", key == "X-GNOME-Autostart-enabled" && value == "false":
			on = false
		}
	}
	return command, on && len(command) > 0
}

// splitExec is quoteExec backwards.
func splitExec(s string) (out []string) {
	var word strings.Builder
	quoted, open := false, false
	end := func() {
		if open {
			out = append(out, strings.ReplaceAll(word.String(), "%%", "%"))
		}
		word.Reset()
		open = false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			quoted, open = !quoted, true
		case c == '\\' && quoted && i+1 < len(s):
			i++
			word.WriteByte(s[i])
		case c == ' ' && !quoted:
			end()
		default:
			word.WriteByte(c)
			open = true
		}
	}
	end()
	return out
}

// launchLabel names the agent among those of launchd.
const launchLabel = "local.psabridge"

// launchAgent is the property list that makes launchd start a program at login, in the graphical session alone.
func launchAgent(s Startup) (string, error) {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>` + launchLabel + `</string>
	<key>ProgramArguments</key>
	<array>
`)
	for _, one := range append([]string{s.Program}, s.Args...) {
		b.WriteString("\t\t<string>")
		if err := xml.EscapeText(&b, []byte(one)); err != nil {
			return "", err
		}
		b.WriteString("</string>\n")
	}
	b.WriteString(`	</array>
	<key>RunAtLoad</key>
	<true/>
	<key>LimitLoadToSessionType</key>
	<string>Aqua</string>
	<key>ProcessType</key>
	<string>Interactive</string>
</dict>
</plist>
`)
	return b.String(), nil
}

// readLaunchAgent says what an agent starts: the strings of the array after the key ProgramArguments.
func readLaunchAgent(text string) (command []string, on bool) {
	d := xml.NewDecoder(strings.NewReader(text))
	var key, inside string
	on = true
	for {
		token, err := d.Token()
		if err != nil {
			return command, on && errors.Is(err, io.EOF) && len(command) > 0
		}
		switch e := token.(type) {
		case xml.StartElement:
			inside = e.Name.Local
			if inside == "true" && key == "Disabled" {
				on = false
			}
		case xml.EndElement:
			inside = ""
			if e.Name.Local == "array" {
				key = ""
			}
		case xml.CharData:
			switch {
			case inside == "key":
				key = string(e)
			case inside == "string" && key == "ProgramArguments":
				command = append(command, string(e))
			}
		}
	}
}

// readEntry and writeEntry are the entry as a file.
func readEntry(path string, read func(string) ([]string, bool)) (LoginItem, error) {
	out := LoginItem{Where: path}
	b, err := os.ReadFile(path) //nolint:gosec // the person's own file
	if errors.Is(err, os.ErrNotExist) {
		return out, nil
	}
	if err == nil {
		out.Command, out.On = read(string(b))
	}
	return out, err
}

func writeEntry(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // the desktop's own folder, and nothing in it is secret
		return err
	}
	tmp := path + ".new"
	if err := os.WriteFile(tmp, []byte(text), 0o644); err != nil { //nolint:gosec // the desktop reads it, and nothing in it is secret
		return err
	}
	return os.Rename(tmp, path)
}

func removeEntry(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
