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
	for _, page := range []string{"tickets", "additions", "writes", "requests", "tickets.json", "additions.json", "writes.json", "requests.json", "mailbox", "mailbox.json", "chat", "chat.json"} {
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
		{"--dialect", "plane"},
		{"--key-lacks", "x360"},
		{"--usage", "good"},
		{"--sync-refuse", "/organization/4711"},
		{"--axcient-refuse", "/x360cloud=200"},
		{"--own-only", "users"},
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

// TestSourcesFromTheCommandLine: the same for the vendors that are read.
func TestSourcesFromTheCommandLine(t *testing.T) {
	f, err := parse([]string{
		"--port", "7000", "--dialect", "odd", "--key-lacks", "Billing", "--axcient-refuse", "*/user=403", "--axcient-refuse", "*/shared_resource=503", "--usage", "understood", "--sync-refuse", "/organization/4711*=410",
		"--redirect-uri", "http://127.0.0.1/sign-in/return", "--any-loopback-port", "--own-only", "persons", "--text-numbers", "--all-sources",
	}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	x, a := f.sync, f.axcient
	if f.syncPort != 7001 || f.axcientPort != 7002 || f.mailPort != 7003 || f.chatPort != 7004 || !f.all || a.Dialect != sandbox.DialectOdd || !slices.Equal(a.Lacks, []string{sandbox.ProductBilling}) || a.Status["*/user"] != 403 || a.Status["*/shared_resource"] != 503 {
		t.Errorf("%+v", f)
	}
	if x.Usage != sandbox.UsageUnderstood || x.Status["/organization/4711*"] != 410 || !x.AnyLoopbackPort || len(x.RedirectURIs) != 1 || !slices.Equal(x.OwnOnly, []string{"persons"}) || !x.TextNumbers {
		t.Errorf("%+v", x)
	}
	var said bytes.Buffer
	if code := run(t.Context(), []string{"--dialect", "plane"}, io.Discard, &said); code != 2 || !strings.Contains(said.String(), "text_numbers") {
		t.Errorf("exit code %d, and it says %q", code, &said)
	}
}

func TestRunWritesEverySource(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &lines{got: make(chan struct{})}
	settings := filepath.Join(t.TempDir(), "settings.yaml")
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"--port", "0", "--write-settings", settings, "--print-secrets", "--all-sources"}, out, io.Discard)
	}()
	<-out.got
	doc, err := os.ReadFile(settings)
	axcient := regexp.MustCompile(`Axcient at (\S+)`).FindStringSubmatch(out.String())
	if err != nil || axcient == nil || !strings.Contains(string(doc), axcient[1]) || !strings.Contains(string(doc), "kind: inbox") {
		t.Errorf("%v: %s\n%s", err, out, doc)
	}
	cancel()
	if got := <-code; got != 0 {
		t.Errorf("exit code %d", got)
	}
	if !strings.Contains(out.String(), "sources/cloud/api_key=") || !strings.Contains(out.String(), "notify/webhook_url=http://127.0.0.1:") {
		t.Errorf("no key in %s", out)
	}
}
