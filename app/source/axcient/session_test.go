package axcient

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestEscapedKeyIsNowhere: the key as it travels in JSON: escaped.
func TestEscapedKeyIsNowhere(t *testing.T) {
	var escaped strings.Builder
	for _, c := range "canary-key-4f21" {
		_, _ = fmt.Fprintf(&escaped, `\u%04x`, c)
	}
	esc := escaped.String()
	s := cloudOf(t, map[string]func(url.Values, http.ResponseWriter) string{"client": func(url.Values, http.ResponseWriter) string {
		return `[{"id":1,"name":"` + esc + `"}]`
	}})
	b, err := s.Pull(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range b.Organizations {
		if strings.Contains(o.Name, "canary") {
			t.Errorf("an organization is called %q", o.Name)
		}
	}
	u, _ := s.Readings(t.Context())
	for _, r := range u.Raw {
		var v any
		_ = json.Unmarshal(r.Body, &v)
		if strings.Contains(fmt.Sprint(v), "canary") {
			t.Errorf("raw: %s", r.Body)
		}
	}
}
