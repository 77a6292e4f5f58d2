package main

import (
	"archive/zip"
	"encoding/base64"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"psabridge/app/sandbox/sample"
)

// inEveryForm is a secret as it may stand in a file: as it is, as base64 of any alignment, in an address, and in UTF-16.
func inEveryForm(secret string) []string {
	wide := make([]byte, 0, 2*len(secret))
	for _, u := range utf16.Encode([]rune(secret)) {
		wide = append(wide, byte(u&0xff), byte(u>>8))
	}
	forms := []string{secret, url.QueryEscape(secret), string(wide)}
	for skip := range 3 {
		text := strings.Repeat("\x00", skip) + secret
		whole := base64.StdEncoding.EncodeToString([]byte(text))
		forms = append(forms, whole[(skip*8+5)/6:len(text)*8/6])
	}
	return forms
}

// TestSupportBundleGivesNothingAway is SECURITY group O with the real program: it worked at the level debug, was refused and
// answered, and neither a key nor a customer's name is in the file, nor a key in the log.
func TestSupportBundleGivesNothingAway(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	b.flags = []string{"--log-level", "debug"}
	d := b.serve()
	b.configure(v)
	b.must("", "sync")
	_, _, _ = b.run("", "check")
	file := filepath.Join(t.TempDir(), "bundle.zip")
	b.must("", "support", file)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if _, errs, code := b.run("", "support", file); code != exitWrong || !strings.Contains(errs, "exists already") {
		t.Errorf("over a file that exists: %d %s", code, errs)
	}
	names, whole := unzipped(t, file)
	if want := []string{"README.txt", "about.json", "status.json", "checks.json", "settings.yaml", "deliveries.json", "tasks.json", "database.json", "log/psabridge.log"}; !slices.Equal(names, want) {
		t.Errorf("it holds %v, want %v", names, want)
	}
	log, err := os.ReadFile(filepath.Join(b.dir, logFile))
	if err != nil {
		t.Fatal(err)
	}
	token, err := os.ReadFile(filepath.Join(b.dir, tokenFile))
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{strings.TrimSpace(string(token)), "correct horse battery staple"}
	for _, s := range sample.Secrets() {
		secrets = append(secrets, s.Value)
	}
	for _, s := range secrets {
		for _, form := range inEveryForm(s) {
			if len(s) > 3 && (strings.Contains(whole, form) || strings.Contains(string(log), form)) {
				t.Errorf("%q stands in the bundle or the log", form)
			}
		}
	}
	if !strings.Contains(string(log), "level=DEBUG") {
		t.Error("nothing was logged at debug, so this proves little")
	}
	for _, org := range v.MSP.Organizations() {
		if strings.Contains(strings.ToLower(whole), strings.ToLower(org.Name)) {
			t.Errorf("the bundle names %s", org.Name)
		}
	}
	named := filepath.Join(t.TempDir(), "named.zip")
	b.must("", "support", named, "--with-names")
	if _, text := unzipped(t, named); !strings.Contains(text, `company_id: nordlicht`) {
		t.Error("with names it has none")
	}
	d.kill()
}

func unzipped(t *testing.T, path string) (names []string, whole string) {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.Close() }()
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(&all, r, 20<<20); err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		_ = r.Close()
		names = append(names, f.Name)
	}
	return names, all.String()
}

// TestPassphraseIsChanged: the new one opens the file, the old one does not, and a bridge that runs is not pulled away from under.
func TestPassphraseIsChanged(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	b.configure(v)
	if _, errs, code := b.run("short\n", "keys", "passphrase"); code != exitWrong || !strings.Contains(errs, "shorter than") {
		t.Errorf("%d %s", code, errs)
	}
	d := b.serve()
	if _, errs, code := b.run("a whole new passphrase\n", "keys", "passphrase"); code != exitWrong || !strings.Contains(errs, "is running") {
		t.Errorf("beside a bridge: %d %s", code, errs)
	}
	d.kill()
	b.must("a whole new passphrase\n", "keys", "passphrase")
	if _, errs, code := b.run("", "keys"); code != exitWrong || !strings.Contains(errs, "passphrase") {
		t.Errorf("with the old one: %d %s", code, errs)
	}
	b.env = append(b.env, "PSABRIDGE_PASSPHRASE=a whole new passphrase")
	if out := b.must("", "keys"); !strings.Contains(out, "connections/cw/private_key") {
		t.Errorf("with the new one: %s", out)
	}
}

func TestLogOnTheCommandLine(t *testing.T) {
	t.Parallel()
	b := newProcess(t)
	if out := b.must("", "log"); out != "" {
		t.Errorf("before there is one: %q", out)
	}
	if _, errs, code := b.run("", "log", "level", "debug"); code != exitWrong || !strings.Contains(errs, "--log-level debug") {
		t.Errorf("without a bridge: %d %s", code, errs)
	}
	d := b.serve()
	if out := b.must("", "log", "level", "debug", "--for", "5m"); !strings.Contains(out, "The log is at level debug until") {
		t.Errorf("%s", out)
	}
	if out := b.must("", "log", "-q", "LOG LEVEL", "--json"); decode[struct{ Message string }](t, out).Message != "log level changed" {
		t.Errorf("%s", out)
	}
	d.kill()
	if out := b.must("", "log", "-n", "1", "-q", "log level"); strings.Count(out, "\n") != 1 {
		t.Errorf("%s", out)
	}
}
