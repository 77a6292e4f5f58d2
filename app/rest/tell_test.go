package rest

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"psabridge/app"
)

// TestExchangesAreLoggedWithoutWhatTheyCarry: at the level debug an exchange is one line; what may be secret is not in it.
func TestExchangesAreLoggedWithoutWhatTheyCarry(t *testing.T) {
	for level, want := range map[slog.Level]int{slog.LevelInfo: 0, slog.LevelDebug: 1} {
		var log bytes.Buffer
		c, _ := setup(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Set-Cookie", "hidden-cookie=1")
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"message":"answer-4711"}`))
		}, func(c *Config) {
			c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: level}))
		})
		if e := get(t, c, http.MethodPost, nil); e == nil || e.Code != app.NotFound {
			t.Errorf("answered %v", e)
		}
		text := log.String()
		if strings.Count(text, "\n") != want || want == 1 && !strings.Contains(text, "method=POST") {
			t.Errorf("at %s: %q", level, text)
		}
		for _, no := range []string{"hidden-", "canary", "Bearer", "q=", "answer-4711"} {
			if strings.Contains(text, no) {
				t.Errorf("the log shows %q: %s", no, text)
			}
		}
	}
}
