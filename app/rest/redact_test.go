package rest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"psabridge/app"
)

// TestFormIsHiddenWithoutBeingListed: what a form sends is known from the request itself; its plain fields stay readable.
func TestFormIsHiddenWithoutBeingListed(t *testing.T) {
	form := url.Values{
		"grant_type": {"password"}, "username": {"jo@msp.example"}, "client_id": {"anchor"},
		"password": {`canary<&>"pass`}, "auth_code": {"canary-427113"}, "client_secret": {"canary-client"}, "refresh_token": {"canary/refresh+="},
	}
	c, _ := setup(t, func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		said := fmt.Sprint("password of jo@msp.example: ", r.Form, " ", r.Form.Encode(), " canary&lt;&amp;&gt;&#34;pass")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"error":%q,"error_description":%q}`, said, said) //nolint:gosec // the test is its only reader
	}, func(*Config) {})
	req, err := c.NewRequest(t.Context(), http.MethodPost, "token", nil, form)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Do(req, nil)
	said := fmt.Sprintf("%s | %+v", app.ErrorMessage(err), err)
	if strings.Contains(said, "canary") || !strings.Contains(said, "password of jo@msp.example") {
		t.Errorf("%s", said)
	}
}
