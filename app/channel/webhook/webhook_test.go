package webhook_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/app/channel"
	"psabridge/app/channel/channeltest"
	"psabridge/app/channel/webhook"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

const query = "?api-version=1&sig=canary-signature"

// secrets are the parts of the address that let somebody post.
var secrets = []string{sample.ChatPath, "sAmPlEwEbHoOkToKeN", "canary-signature", "T00000000"}

func config(address string) webhook.Config {
	return webhook.Config{Kind: app.WebhookSlack, Address: app.Secret(address), AllowPrivateNetwork: true, Now: func() time.Time { return now }, Timeout: 5 * time.Second}
}

func open(t *testing.T, c webhook.Config) *webhook.Channel {
	t.Helper()
	ch, err := webhook.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

// chat serves the sandbox's chat, in the clear on this computer.
func chat(t *testing.T, faults ...sandbox.Fault) (*sandbox.Chat, string) {
	t.Helper()
	c := sandbox.NewChat(sandbox.Options{})
	c.Faults.Add(faults...)
	s := httptest.NewServer(c)
	t.Cleanup(s.Close)
	return c, s.URL + sample.ChatPath + query
}

func with(change func(*webhook.Config), faults ...sandbox.Fault) func(*testing.T) channel.Channel {
	return func(t *testing.T) channel.Channel {
		_, address := chat(t, faults...)
		c := config(address)
		if change != nil {
			change(&c)
		}
		return open(t, c)
	}
}

func answers(status int, words string) sandbox.Fault {
	return sandbox.Fault{Status: status, Body: words, Header: http.Header{"Content-Type": {"text/plain"}}}
}

func TestConformance(t *testing.T) {
	leak := "no_service at " + sample.ChatPath + query
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	none, unknown := app.OutcomeNone, app.OutcomeUnknown
	moved := sandbox.Fault{Status: http.StatusFound, Header: http.Header{"Location": {"https://elsewhere.example/canary-signature"}}}
	channeltest.Run(t, secrets, []channeltest.Case{
		{Name: "taken", Make: with(nil)},
		{Name: "an address that is no more", Make: with(nil, answers(http.StatusNotFound, leak)), Code: app.Unauthorized, Outcome: none, Says: []string{"does not take messages", "no_service", "•••"}},
		{Name: "an address that was shut", Make: with(nil, answers(http.StatusGone, "channel_is_archived")), Code: app.Unauthorized, Outcome: none, Says: []string{"channel_is_archived"}},
		{Name: "a wrong signature", Make: with(nil, sandbox.Fault{Status: http.StatusUnauthorized, Body: `{"error":{"code":"DirectApiAuthorizationRequired"}}`}), Code: app.Unauthorized, Outcome: none},
		{Name: "not allowed", Make: with(nil, answers(http.StatusForbidden, "action_prohibited")), Code: app.Unauthorized, Outcome: none, Says: []string{"action_prohibited"}},
		{Name: "a message it does not take", Make: with(nil, answers(http.StatusBadRequest, "invalid_blocks")), Code: app.Invalid, Outcome: none, Says: []string{"invalid_blocks"}},
		{Name: "too many", Make: with(nil, sandbox.RateLimited("120")), Code: app.RateLimited, Outcome: none, After: 2 * time.Minute, Says: []string{"wait"}},
		{Name: "in trouble", Make: with(nil, answers(http.StatusInternalServerError, leak)), Code: app.Unavailable, Outcome: unknown, Says: []string{"500"}},
		{Name: "a proxy's page", Make: with(nil, sandbox.HTMLPage(http.StatusForbidden)), Code: app.Unavailable, Outcome: unknown},
		{Name: "elsewhere", Make: with(nil, moved), Code: app.Unauthorized, Outcome: none, Says: []string{"never followed"}},
		{Name: "no answer", Make: with(nil, sandbox.Fault{Cut: sandbox.CutAfter}), Code: app.Unavailable, Outcome: unknown, Says: []string{"broke"}},
		{Name: "silent", Make: with(func(c *webhook.Config) { c.Timeout = 200 * time.Millisecond }, sandbox.Fault{Before: func(r *http.Request) {
			select {
			case <-hang:
			case <-r.Context().Done():
			}
		}, Cut: sandbox.CutBefore}), Code: app.Unavailable, Outcome: unknown, Says: []string{"in time"}},
		{Name: "an answer without end", Make: with(nil, sandbox.Fault{Endless: 1 << 20}), Code: app.Unavailable, Outcome: unknown, Says: []string{"more than"}},
		{Name: "nobody listens", Make: func(t *testing.T) channel.Channel {
			return open(t, config(sandbox.NobodyListens+sample.ChatPath+query))
		}, Code: app.Unavailable, Outcome: none, Says: []string{"No connection"}},
		{Name: "a certificate nobody trusts", Make: func(t *testing.T) channel.Channel {
			s := httptest.NewUnstartedServer(sandbox.NewChat(sandbox.Options{}))
			s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
			s.StartTLS()
			t.Cleanup(s.Close)
			return open(t, config(s.URL+sample.ChatPath+query))
		}, Code: app.Unavailable, Outcome: none, Says: []string{"certificate"}},
	})
}

func TestAddressesThatAreRefused(t *testing.T) {
	for _, tc := range []struct {
		address string
		private bool
	}{
		{"", true},
		{"hooks.example.com/canary-signature", true},
		{"ftp://hooks.example.com/canary-signature", true},
		{"http://hooks.example.com/canary-signature", false},
		{"https://me:canary-signature@hooks.example.com/x", true},
		{"https://127.0.0.1/canary-signature", false},
		{"https://169.254.169.254/canary-signature", true},
		{"https://hooks.example.com:22/canary-signature", true},
		{"https://hooks.example.com/%zz-canary-signature", true},
	} {
		_, err := webhook.New(webhook.Config{Kind: app.WebhookJSON, Address: app.Secret(tc.address), AllowPrivateNetwork: tc.private})
		if app.ErrorCode(err) != app.Invalid || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", tc.address, err)
		}
	}
	if _, err := webhook.New(webhook.Config{Kind: "irc", Address: "https://hooks.example.com/x"}); app.ErrorCode(err) != app.Invalid {
		t.Error("an unknown kind")
	}
}

// TestBodies holds the shape of each kind: what the far side reads is not ours to change.
func TestBodies(t *testing.T) {
	for _, kind := range []string{app.WebhookTeams, app.WebhookSlack, app.WebhookJSON} {
		c, address := chat(t)
		cfg := config(address)
		cfg.Kind = kind
		if err := open(t, cfg).Send(t.Context(), channeltest.Message()); err != nil {
			t.Fatal(err)
		}
		post := c.Posts()[0]
		if !strings.HasPrefix(post.Type, "application/json") {
			t.Errorf("%s: %s", kind, post.Type)
		}
		compare(t, filepath.Join("..", "..", "..", "testdata", "golden", "webhook_"+kind+".json"), post.Body)
		for _, part := range []string{"2 deliveries need you", "They wait since 09:00.", "Müller", "http://psabridge-k3v9x2ab.localhost"} {
			if !strings.Contains(post.Text, part) {
				t.Errorf("%s shows no %q:\n%s", kind, part, post.Text)
			}
		}
	}
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(got), "", "  "); err != nil {
		t.Fatal(err)
	}
	b.WriteByte('\n')
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s: %s", file, diff)
	}
}

// TestMuchIsCut: a chat refuses what is too long or has too many parts, and then nobody is told anything.
func TestMuchIsCut(t *testing.T) {
	m := channeltest.Message()
	m.Title, m.Text = strings.Repeat("ü", 5000), strings.Repeat("x", 50_000)
	for range 500 {
		m.Items = append(m.Items, channel.Item{Title: "one", Text: strings.Repeat("y", 10_000)})
	}
	for _, kind := range []string{app.WebhookTeams, app.WebhookSlack} {
		c, address := chat(t)
		cfg := config(address)
		cfg.Kind = kind
		if err := open(t, cfg).Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Blocks []struct{ Text struct{ Text string } }
		}
		if err := json.Unmarshal([]byte(c.Posts()[0].Body), &doc); err != nil || len(doc.Blocks) > 50 {
			t.Errorf("%s: %v, %d blocks", kind, err, len(doc.Blocks))
		}
		for i, b := range doc.Blocks {
			if n := len([]rune(b.Text.Text)); n > 3000 || i == 0 && n > 150 {
				t.Errorf("block %d is %d long", i, n)
			}
		}
	}
}
