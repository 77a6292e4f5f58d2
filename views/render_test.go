package views_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"psabridge/views"
	"psabridge/views/stories"
)

func html(t *testing.T, s stories.Story) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.View.Render(t.Context(), &b); err != nil {
		t.Fatalf("%s/%s: %v", s.State, s.Page, err)
	}
	return b.String()
}

var (
	inline  = regexp.MustCompile(`(?i)<[^>]*\s(style|on[a-z]+|hx-on[a-z:-]*)=|<style|javascript:|<script>|hx-vals="js:|hx-trigger="[^"]*\[`)
	ids     = regexp.MustCompile(`\sid="([^"]+)"`)
	fors    = regexp.MustCompile(`<label for="([^"]+)"`)
	anchors = regexp.MustCompile(`href="#([^"]+)"`)
	forms   = regexp.MustCompile(`<form[^>]*>`)
	links   = regexp.MustCompile(`(?:href|action|hx-get)="([^"]*)"`)
)

// TestMarkup checks what a policy, a screen reader and a person without a script rely on, in every page and state.
func TestMarkup(t *testing.T) {
	for _, s := range stories.All() {
		page, name := html(t, s), s.Name()
		if m := inline.FindString(page); m != "" {
			t.Errorf("%s: inline script or style: %s", name, m)
		}
		seen := map[string]bool{}
		for _, m := range ids.FindAllStringSubmatch(page, -1) {
			if seen[m[1]] {
				t.Errorf("%s: the id %s stands twice", name, m[1])
			}
			seen[m[1]] = true
		}
		for _, m := range append(fors.FindAllStringSubmatch(page, -1), anchors.FindAllStringSubmatch(page, -1)...) {
			if !seen[m[1]] {
				t.Errorf("%s: %s leads to no element", name, m[0])
			}
		}
		for _, f := range forms.FindAllString(page, -1) {
			if strings.Contains(f, `method="post"`) && !strings.Contains(f, `action="/`) {
				t.Errorf("%s: a form posts to nowhere: %s", name, f)
			}
		}
		for _, m := range links.FindAllStringSubmatch(page, -1) {
			if !strings.HasPrefix(m[1], "/") && !strings.HasPrefix(m[1], "#") && !strings.HasPrefix(m[1], "?") && !strings.HasPrefix(m[1], "https://") {
				t.Errorf("%s: %s", name, m[0])
			}
		}
		if n := strings.Count(page, "<h1"); n != 1 {
			t.Errorf("%s: %d main headings", name, n)
		}
	}
}

func TestTitleSaysWhatWaits(t *testing.T) {
	title := regexp.MustCompile(`<title>([^<]*)</title>`)
	want := map[string]string{"normal/deliveries": "(4) Deliveries – psabridge", "trouble/deliveries": "(4) Error: Deliveries – psabridge", "empty/deliveries": "Deliveries – psabridge"}
	for _, s := range stories.All() {
		if w, ok := want[s.Name()]; ok {
			if got := title.FindStringSubmatch(html(t, s))[1]; got != w {
				t.Errorf("%s: title %q, want %q", s.State, got, w)
			}
		}
	}
}

// The launch page must come back with the strict cookie: it goes on by itself, and by hand without that.
func TestLaunchPage(t *testing.T) {
	page := html(t, stories.Story{View: views.LaunchPage("/deliveries?state=parked&q=a")})
	for _, want := range []string{`http-equiv="refresh" content="0;url=/deliveries?state=parked&amp;q=a"`, `href="/deliveries?state=parked&amp;q=a"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in the launch page", want)
		}
	}
}

// What a source or ConnectWise names may not become markup.
func TestNamesAreEscaped(t *testing.T) {
	s := quiet("Organizations", "/organizations")
	m := stories.Organizations(s, 3, false, false)
	m.Rows[1].Name = `<img src=x onerror=alert(1)>`
	m.Query = `"><script>alert(1)</script>`
	page := html(t, stories.Story{View: views.OrganizationsPage(m)})
	if strings.Contains(page, "<img") || strings.Contains(page, "<script>alert") {
		t.Error("a name became markup")
	}
	e := stories.Activity(s, 1, false)
	e.Rows[0].TicketURL = "javascript:alert(1)"
	if strings.Contains(html(t, stories.Story{View: views.ActivityPage(e)}), `href="javascript:`) {
		t.Error("an address from outside became a script")
	}
}
