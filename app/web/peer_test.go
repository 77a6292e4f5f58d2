package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

type oneEnd struct{ net.Conn }

func (oneEnd) LocalAddr() net.Addr  { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7360} }
func (oneEnd) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 50001} }

// TestAStrangerIsNotAnswered: a stolen session, a stolen token and a stolen launch address open nothing (SECURITY E).
func TestAStrangerIsNotAnswered(t *testing.T) {
	sessions := NewSessions(time.Now)
	cookie, _, _ := sessions.Exchange(sessions.NewLaunch(""))
	asked, answer := 0, error(nil)
	served := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("secret")) })
	g := &Guard{
		Label: "psabridge-test.localhost", Port: 7360, Sessions: sessions, TokenValid: func([32]byte) bool { return true },
		Pages: served, API: served, SignedOut: served, Bounce: served, OpenPages: func(path string) bool { return path == launchPath },
		Peer: func(_, _ net.Addr) error { asked++; return answer },
	}
	ask := func(ctx context.Context, host, path string) *httptest.ResponseRecorder {
		t.Helper()
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
		r.Host = host
		r.Header.Set("Cookie", g.CookieName()+"="+cookie)
		r.Header.Set("Authorization", "Bearer stolen")
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		return w
	}
	pages, programs := "psabridge-test.localhost:7360", "127.0.0.1:7360"
	own := g.ConnContext(t.Context(), oneEnd{})
	for range 3 {
		if w := ask(own, pages, "/"); w.Code != http.StatusOK {
			t.Errorf("our own browser: %d", w.Code)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times about one connection", asked)
	}
	answer = errors.New("somebody else's")
	launch := sessions.NewLaunch("")
	theirs := g.ConnContext(t.Context(), oneEnd{})
	for _, one := range [][2]string{{pages, "/"}, {programs, "/api/v1/status"}, {pages, launchPath + "?token=" + launch}, {"evil.example", "/"}} {
		w := ask(theirs, one[0], one[1])
		if w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "secret") || w.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%v: %d %s", one, w.Code, w.Body)
		}
	}
	if _, _, ok := sessions.Exchange(launch); ok {
		t.Error("a launch token that a stranger held still signs in")
	}
	if g.Strangers() != 4 {
		t.Errorf("%d counted", g.Strangers())
	}
	if w := ask(t.Context(), pages, "/"); w.Code != http.StatusForbidden {
		t.Errorf("a server that does not know its connections: %d", w.Code)
	}
}
