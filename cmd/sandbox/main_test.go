package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"psabridge/app/sandbox"
)

// lines is a writer that can be read while somebody writes.
type lines struct {
	mu  sync.Mutex
	b   bytes.Buffer
	got chan struct{}
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, err := l.b.Write(p)
	if strings.Contains(l.b.String(), "notify") || strings.Contains(l.b.String(), "sources/sync/password=") {
		select {
		case <-l.got:
		default:
			close(l.got)
		}
	}
	return n, err
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestRunServesUntilTold(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &lines{got: make(chan struct{})}
	settings := filepath.Join(t.TempDir(), "settings.yaml")
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"--port", "0", "--write-settings", settings, "--print-secrets"}, out, io.Discard)
	}()
	<-out.got
	look := regexp.MustCompile(`look at (\S+)`).FindStringSubmatch(out.String())
	if look == nil {
		t.Fatalf("no look address in %q", out)
	}
	for _, page := range []string{"tickets", "additions", "writes", "requests", "tickets.json", "additions.json", "writes.json", "requests.json"} {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, look[1]+page, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK || len(body) == 0 {
			t.Errorf("%s: %s, %d bytes", page, res.Status, len(body))
		}
		if strings.Contains(string(body), "<script") {
			t.Errorf("%s holds a script", page)
		}
	}
	doc, err := os.ReadFile(settings)
	if err != nil || !strings.Contains(string(doc), "version: 1\n") {
		t.Errorf("settings: %v, %d bytes", err, len(doc))
	}
	cancel()
	if got := <-code; got != 0 {
		t.Errorf("exit code %d", got)
	}
}

func TestRunRefusesWrongUsage(t *testing.T) {
	for _, args := range [][]string{
		{"--nonsense"},
		{"--port", "x"},
		{"serve"},
		{"--lacks", "Finance > Agreement > Edit"},
		{"--grants", "Everything"},
		{"--page-cap", "many"},
		{"--page-cap", "0"},
	} {
		if code := run(t.Context(), args, io.Discard, io.Discard); code != 2 {
			t.Errorf("%q: exit code %d, want 2", args, code)
		}
	}
}

// TestQuirksFromTheCommandLine: what was typed is what the server does.
func TestQuirksFromTheCommandLine(t *testing.T) {
	f, err := parse([]string{
		"--lacks", "Finance > Agreements > Edit", "--lacks", "Service / Priority", "--grants", "System > Member Maintenance", "--page-cap", "7", "--trouble",
		"--false-200", "*/additions/*", "--retry-after", "none", "--clock-skew", "1h",
	}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	q := f.quirks
	if !slices.Equal(q.Lacks, []string{"Finance ▸ Agreements ▸ Edit", "Service / Priority"}) || !slices.Equal(q.Grants, []string{"System ▸ Member Maintenance"}) ||
		q.PageCap["*"] != 7 || !slices.Equal(q.False200, []string{"*/additions/*"}) || q.RetryAfter != sandbox.RetryAfterNone || q.ClockSkew != time.Hour || !f.trouble {
		t.Errorf("%+v", f)
	}
	var said bytes.Buffer
	if code := run(t.Context(), []string{"--lacks", "Finance > Agreement > Edit"}, io.Discard, &said); code != 2 || !strings.Contains(said.String(), "Finance ▸ Agreements ▸ Edit") {
		t.Errorf("exit code %d, and it says %q", code, &said)
	}
}
