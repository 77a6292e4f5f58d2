package release_test

import (
	"debug/macho"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBundleIsWhatMacOSLooksFor(t *testing.T) {
	need(t, "unzip")
	dir := t.TempDir()
	run(t, "unzip", "-q", file(t, "darwin-arm64.zip"), "-d", dir)
	contents := filepath.Join(dir, "psabridge.app", "Contents")
	info := plist(t, filepath.Join(contents, "Info.plist"))
	for key, want := range map[string]string{"CFBundleExecutable": "start", "CFBundleIconFile": "psabridge", "CFBundleShortVersionString": "1.2.3", "LSUIElement": "true", "CFBundlePackageType": "APPL"} {
		if info[key] != want {
			t.Errorf("%s is %q, not %q", key, info[key], want)
		}
	}
	for _, name := range []string{"start", "psabridge"} {
		if i, err := os.Stat(filepath.Join(contents, "MacOS", name)); err != nil || i.Mode()&0o111 == 0 {
			t.Errorf("%s cannot be run: %v", name, err)
		}
	}
	f, err := macho.Open(filepath.Join(contents, "MacOS", "psabridge"))
	if err != nil || f.Cpu != macho.CpuArm64 {
		t.Fatal(f, err)
	}
	_ = f.Close()
	run(t, "sh", "-n", filepath.Join(contents, "MacOS", "start"))
	if icon := read(t, filepath.Join(contents, "Resources", "psabridge.icns")); !strings.HasPrefix(icon, "icns") || !strings.Contains(icon, "ic10") {
		t.Error("the icon is none")
	}
}

// plist reads the keys of a property list whose values are plain.
func plist(t *testing.T, path string) map[string]string {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(read(t, path)))
	m, key, last := map[string]string{}, "", ""
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return m
		}
		if err != nil {
			t.Fatal(err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			last = tok.Name.Local
			if last == "true" || last == "false" {
				m[key] = last
			}
		case xml.CharData:
			switch last {
			case "key":
				key = string(tok)
			case "string":
				m[key] = string(tok)
			}
		case xml.EndElement:
			last = ""
		}
	}
}
