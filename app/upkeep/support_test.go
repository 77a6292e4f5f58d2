package upkeep

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// unpacked is a bundle's files by name, in their order.
func unpacked(t *testing.T, content []byte) (names []string, files map[string]string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Close()
		names, files[f.Name] = append(names, f.Name), string(b)
	}
	return names, files
}

func aSupport(t *testing.T) *Support {
	t.Helper()
	path := filepath.Join(t.TempDir(), "psabridge.log")
	old := "time=" + time.Now().Add(-9*24*time.Hour).UTC().Format(time.RFC3339Nano) + " level=INFO msg=\"too old\" organization=Contoso\n"
	if err := os.WriteFile(path, []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	logOf(t, path, func(l *slog.Logger) {
		l.Warn("ticket refused", "summary", "CONTOSO Ltd: file server", "page", "/x?q=M%C3%BCller+AG", "who", `"Müller AG"`)
	})
	return &Support{
		Parts: []SupportPart{
			{Name: "about.json", About: "Version and computer", Make: func(context.Context) (any, error) { return map[string]string{"version": "1.2.3"}, nil }},
			{Name: "settings.yaml", About: "The settings", Make: func(context.Context) (any, error) { return "company: Contoso Ltd\nmail: anna@contoso.example\n", nil }},
			{Name: "status.json", About: "The status", Make: func(context.Context) (any, error) { return nil, errors.New("the disk of Contoso failed") }},
		},
		Names: func(context.Context) ([]Name, error) {
			return []Name{{"organization", "Contoso"}, {"company", "Contoso Ltd"}, {"organization", "Müller AG"}, {"person", "anna@contoso.example"}, {"organization", "IT"}}, nil
		},
		Install: "k3v9x2ab", LogPath: path, Now: time.Now,
	}
}

func TestBundleHidesNames(t *testing.T) {
	s := aSupport(t)
	b, err := s.Make(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	_, files := unpacked(t, b.Content)
	for name, content := range files {
		for _, no := range []string{"contoso", "müller", "m%c3%bcller", "anna", "too old"} {
			if strings.Contains(strings.ToLower(content), no) {
				t.Errorf("%s holds %q:\n%s", name, no, content)
			}
		}
	}
	again, err := s.Make(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	if _, more := unpacked(t, again.Content); more["settings.yaml"] != files["settings.yaml"] || !strings.Contains(more["settings.yaml"], "company-") {
		t.Errorf("the same names are called %q and %q", files["settings.yaml"], more["settings.yaml"])
	}
	s.Install = "another9"
	other, err := s.Make(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	if _, more := unpacked(t, other.Content); more["settings.yaml"] == files["settings.yaml"] {
		t.Error("another install calls them the same")
	}
	if !strings.Contains(files["status.json"], "could not be made: the disk of organization-") {
		t.Errorf("a part that failed says %q", files["status.json"])
	}
}

func TestBundleWithNames(t *testing.T) {
	b, err := aSupport(t).Make(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	_, files := unpacked(t, b.Content)
	if !strings.Contains(files["settings.yaml"], "Contoso Ltd") || !strings.Contains(files["log/psabridge.log"], "Müller AG") || !strings.Contains(files["README.txt"], "as they are") {
		t.Errorf("%v", files)
	}
}

func TestBundleListsWhatIsInIt(t *testing.T) {
	b, err := aSupport(t).Make(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	names, files := unpacked(t, b.Content)
	if len(b.Files) != len(names) {
		t.Fatalf("says %v, holds %v", b.Files, names)
	}
	for i, f := range b.Files {
		if f.Name != names[i] || f.Bytes != int64(len(files[f.Name])) || f.About == "" {
			t.Errorf("%+v is %d bytes", f, len(files[names[i]]))
		}
	}
}

// TestALargeLogIsCut: a bundle can be mailed, whatever was logged. What is left out is the oldest.
func TestALargeLogIsCut(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 70 MB")
	}
	s := aSupport(t)
	noise := bytes.Repeat([]byte("0123456789abcdef"), 64)
	line := []byte("time=" + time.Now().UTC().Format(time.RFC3339Nano) + " level=DEBUG msg=\"" + string(noise) + "\"\n")
	aside := strings.TrimSuffix(s.LogPath, ".log") + "-2026-11-01T10-00-00.000.log"
	if err := os.WriteFile(aside, bytes.Repeat(line, bundleLog/len(line)+1), 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := s.Make(t.Context(), false)
	if err != nil || len(b.Content) > bundleMost {
		t.Fatalf("%d bytes, %v", len(b.Content), err)
	}
	if _, files := unpacked(t, b.Content); files["log/psabridge.log"] == "" || files["log/"+filepath.Base(aside)] != "" {
		t.Error("the newest was left out, or the oldest was not")
	}
}
