package sandbox

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"psabridge/app/sandbox/sample"
)

// A visitor of the look page plays the technician and the trouble; another page cannot do it in their name.
func TestLookPlays(t *testing.T) {
	cw, c := newCW(t, Options{})
	x, msp, _ := newX(t, Options{})
	id := create(t, c, minimal)
	look := Look(cw, x, nil, nil, nil)
	ask := func(method, path string, form url.Values, site string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, "/_look"+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", site)
		w := httptest.NewRecorder()
		look.ServeHTTP(w, r)
		return w
	}
	server := msp.Servers()[slices.IndexFunc(msp.Servers(), func(d sample.Machine) bool { return !d.Down() })].ID
	addition := cw.Additions(0)[0]
	line := "/additions/" + itoa(addition.ID)
	ticket, machine := "/tickets/"+itoa(id), "/servers/"+itoa(server)
	if w := ask("POST", ticket+"/close", nil, "cross-site"); w.Code != http.StatusForbidden || cw.Tickets()[0].Closed {
		t.Fatalf("from another page: %d", w.Code)
	}
	for _, step := range []struct {
		path string
		form url.Values
		code int
	}{
		{ticket + "/note", url.Values{"text": {"On my way."}}, 303},
		{ticket + "/note", url.Values{"text": {" "}}, 400},
		{ticket + "/assign", nil, 303},
		{ticket + "/close", nil, 303},
		{"/tickets/1/close", nil, 404},
		{machine + "/down", nil, 303},
		{"/servers/1234567/down", nil, 404},
		{line + "/quantity", url.Values{"quantity": {"4711"}}, 303},
		{line + "/quantity", url.Values{"quantity": {"-1"}}, 400},
		{line + "/quantity", url.Values{"quantity": {"NaN"}}, 400},
		{"/additions/1/quantity", url.Values{"quantity": {"3"}}, 404},
	} {
		if w := ask("POST", step.path, step.form, "same-origin"); w.Code != step.code {
			t.Errorf("%s: %d %s", step.path, w.Code, w.Body)
		}
	}
	got := cw.Tickets()[0]
	if notes := cw.Notes(id); !got.Closed || got.Owner != By || got.ClosedBy != By || notes[len(notes)-1].Text != "On my way." || notes[len(notes)-1].By != By {
		t.Errorf("ticket %+v, notes %+v", got, notes)
	}
	if d, _ := msp.Machine(server); !d.Down() {
		t.Errorf("the server is up: %+v", d)
	}
	if q := cw.Additions(0)[0]; q.Quantity != 4711 || q.UpdatedBy != By {
		t.Errorf("the addition is %+v", q)
	}
	agreement := "/_look/additions#g" + itoa(addition.AgreementID)
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/v4_6_release/services/system_io/router/openrecord.rails?recordType=AgreementFV&recid="+itoa(addition.AgreementID), nil)
	w := httptest.NewRecorder()
	look.ServeHTTP(w, r)
	if got := w.Header().Get("Location"); got != agreement {
		t.Errorf("a link to an agreement leads to %s", got)
	}
	for page, want := range map[string]string{"/additions": `id="g` + itoa(addition.AgreementID) + `"`, "/tickets": `action="/_look` + ticket + `/note"`, "/servers": `action="/_look` + machine + `/back"`} {
		if w := ask("GET", page, nil, "same-origin"); w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d, no %s", page, w.Code, want)
		}
	}
	if ask("POST", machine+"/back", nil, "same-origin"); serversOf(x)[0].ID == server {
		t.Error("the server stays down")
	}
}
