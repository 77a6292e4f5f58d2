package axcient

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"psabridge/app"
)

// TestFewerSeatsAreNeverComplete: a client has 80 protected users. Whatever the shape: never fewer than 80, and complete.
func TestFewerSeatsAreNeverComplete(t *testing.T) {
	fixed := func(text string) func(url.Values, http.ResponseWriter) string {
		return func(url.Values, http.ResponseWriter) string { return text }
	}
	for name, a := range map[string]func(url.Values, http.ResponseWriter) string{
		"page and size instead of limit and offset, 20 rows by default": fixed(`[` + users80(0, 20) + `]`),
		"the same, 50 rows by default":                                  fixed(`[` + users80(0, 50) + `]`),
		"the same, with X-Total-Count: 80": func(_ url.Values, w http.ResponseWriter) string {
			w.Header().Set("X-Total-Count", "80")
			return `[` + users80(0, 50) + `]`
		},
		"206 with Content-Range 0-49/80": func(_ url.Values, w http.ResponseWriter) string {
			w.Header().Set("Content-Range", "items 0-49/80")
			w.WriteHeader(206)
			return `[` + users80(0, 50) + `]`
		},
		"total two levels down, and total_pages": fixed(`{"data":[` + users80(0, 50) + `],"meta":{"pagination":{"total":80,"per_page":50,"current_page":1,"total_pages":2}}}`),
		"page 1 of 2 pages":                      fixed(`{"users":[` + users80(0, 50) + `],"page":1,"pages":2}`),
		"total_pages 2":                          fixed(`{"users":[` + users80(0, 50) + `],"page":1,"total_pages":2,"page_size":50}`),
		"last: false":                            fixed(`{"content":[` + users80(0, 20) + `],"last":false,"number":0,"size":20}`),
		"is_truncated":                           fixed(`{"users":[` + users80(0, 50) + `],"truncated":true}`),
		"the users one level down, and an empty list of errors":   fixed(`{"data":{"users":[` + users80(0, 80) + `]},"errors":[]}`),
		"the users one level down, and an empty list of warnings": fixed(`{"success":true,"response":{"users":[` + users80(0, 80) + `],"total":80},"warnings":[]}`),
		"no users, and the errors say why":                        fixed(`{"users":[],"errors":[{"code":"TIMEOUT","message":"directory not available"}]}`),
		"no data, success false":                                  fixed(`{"success":false,"message":"internal error","data":[]}`),
		"status error":                                            fixed(`{"status":"error","error":"upstream timed out","data":[]}`),
		"users null, errors empty":                                fixed(`{"users":null,"errors":[]}`),
		"an empty first page that says it goes on":                fixed(`{"users":[],"has_more":true}`),
		"an empty first page with a token":                        fixed(`{"items":[],"next_token":"abc"}`),
		"an empty page in the middle that says where it goes on": func(q url.Values, _ http.ResponseWriter) string {
			switch q.Get("cursor") {
			case "":
				return `{"items":[` + users80(0, 40) + `],"next":"?cursor=b"}`
			case "b":
				return `{"items":[],"next":"?cursor=c"}`
			}
			return `{"items":[` + users80(40, 40) + `]}`
		},
		"an empty first page that says where it goes on": func(q url.Values, _ http.ResponseWriter) string {
			if q.Get("cursor") == "" {
				return `{"items":[],"next":"?cursor=b"}`
			}
			return `{"items":[` + users80(0, 80) + `]}`
		},
		"users by kind": fixed(`{"licensed":{"users":[` + users80(0, 80) + `]},"shared":[]}`),
	} {
		t.Run(name, func(t *testing.T) {
			r := seatsOf(t, cloudOf(t, map[string]func(url.Values, http.ResponseWriter) string{"client/1/user": a}))
			if r.Complete && r.Quantity.String() != "80" {
				t.Errorf("80 users, %s seats, complete", r.Quantity)
			}
		})
	}
}

// TestFewerClientsAreNeverTheWholeTree: the same with the list of clients: those that are not shown count as gone.
func TestFewerClientsAreNeverTheWholeTree(t *testing.T) {
	var rows []string
	for i := range 50 {
		rows = append(rows, fmt.Sprintf(`{"id":%d,"name":"Client %d"}`, i+1, i+1))
	}
	for name, text := range map[string]string{
		"a bare page of 50":  `[` + strings.Join(rows, ",") + `]`,
		"page 1 of 2":        `{"clients":[` + strings.Join(rows, ",") + `],"page":1,"total_pages":2}`,
		"total deeper":       `{"data":[` + strings.Join(rows, ",") + `],"meta":{"pagination":{"total":80,"total_pages":2}}}`,
		"partial with error": `{"clients":[` + strings.Join(rows[:3], ",") + `],"errors":["shard 2 timed out"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := cloudOf(t, map[string]func(url.Values, http.ResponseWriter) string{"client": func(url.Values, http.ResponseWriter) string { return text }})
			b, err := s.Pull(t.Context(), nil)
			if err == nil && b.OrganizationsComplete {
				t.Errorf("%d of 80 clients, and the tree counts as whole: the others are gone", len(b.Organizations)-1)
			}
		})
	}
}

// TestNobodyIsGoneByAnUnknownAnswer: an answer that is no list of users does not say that all users are gone.
func TestNobodyIsGoneByAnUnknownAnswer(t *testing.T) {
	text := `{"users":[` + users80(0, 80) + `]}`
	s := cloudOf(t, map[string]func(url.Values, http.ResponseWriter) string{"client/1/user": func(url.Values, http.ResponseWriter) string { return text }})
	count := func() (n int, read bool) {
		b, err := s.Pull(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range b.States {
			if o.What == app.StatePresent && o.Object.Kind == app.ObjectAccount {
				n++
			}
		}
		return n, b.Complete()
	}
	if n, _ := count(); n != 80 {
		t.Fatal(n)
	}
	text = `{"data":null,"errors":[]}`
	if n, read := count(); n < 80 && read {
		t.Errorf("%d of 80 accounts are present in a batch that is complete: 80 × account.removed, and 80 × added with the next pull", n)
	}
}

// TestOneBackupIsNoError: an answer that is one record of the backup status is told from one that says that it failed.
func TestOneBackupIsNoError(t *testing.T) {
	for text, want := range map[string]string{
		`{"backup_status":"Failed","error":"mailbox full"}`:                              app.BackupFailed,
		`{"data":{"backup_status":"Success"},"status":"ok","errors":[]}`:                 app.BackupSuccess,
		`{"status":"error","message":"upstream timed out"}`:                              "",
		`{"timestamp":"2026-11-22T02:00:00Z","status":500,"error":"Internal","path":""}`: "",
		`{"data":{"backup_status":"Success"},"success":false}`:                           "",
	} {
		l, err := list(t.Context(), getterFunc(func(url.Values) (answer, error) { return encoded(text), nil }), newHabits(), "x", statuses, true)
		got := ""
		if err == nil && l.complete() && len(l.rows) == 1 {
			got = readOutcome(l.rows[0]).value
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// TestEnvelopes: which answers hold a whole list of two users.
func TestEnvelopes(t *testing.T) {
	const two = `[{"id":1},{"id":2}]`
	for text, want := range map[string]bool{
		two: true, `{"users":` + two + `}`: true, `{"Results":` + two + `,"errors":null,"status":"OK","code":200}`: true, `{"userList":` + two + `,"domains":["a.example"]}`: true,
		`{"data":{"results":` + two + `},"warnings":[]}`: true, `{"_embedded":{"users":` + two + `},"_links":{"self":{"href":"x"}}}`: true, `{"r":` + two + `,"n":2}`: true,
		`{"id":1,"name":"Contoso","status":"Active","users":` + two + `}`: true, `{"users":` + two + `,"page":1,"pages":1,"last":true}`: true, `{"users":` + two + `,"error":"none","success":1}`: true,
		`{"users":` + two + `,"truncated":false,"total":2,"meta":{"count":2}}`: true, `{"count":1,"meta":{"total":2},"users":` + two + `}`: true,
		`{"users":[],"data":` + two + `}`: false, `{"users":null,"shared":` + two + `}`: false, `{"active":` + two + `,"deleted":` + two + `}`: false, `{"active":` + two + `,"deleted":[]}`: false,
		`{"active":` + two + `,"more":{"users":[]}}`: false, `{"data":{"users":` + two + `},"results":[]}`: false, `{"users":[],"licensed":` + two + `}`: false, `{"users":[],"licensed":{"users":` + two + `}}`: false,
		`{"users":` + two + `,"warnings":["partial"]}`: false, `{"users":` + two + `,"status":"pending"}`: false, `{"users":` + two + `,"code":503}`: false, `{"users":` + two + `,"success":"perhaps"}`: false,
		`{"users":` + two + `,"meta":{"error":"timeout"}}`: false, `{"users":` + two + `,"total":2,"meta":{"total":9}}`: false, `{"users":` + two + `,"remaining":0,"more":7}`: false, `{"shared":[]}`: false,
		`{"users":` + two + `,"pageInfo":{"hasNextPage":true}}`: false, `{"users":` + two + `,"is_last":false}`: false, `{"users":` + two + `,"@odata.nextLink":"https://elsewhere.example/x"}`: false,
	} {
		l, err := list(t.Context(), getterFunc(func(url.Values) (answer, error) { return encoded(text), nil }), newHabits(), "x", users, true)
		if got := err == nil && l.complete() && len(l.rows) == 2; got != want {
			t.Errorf("%s: whole %t (%d rows, %q, %v)", text, got, len(l.rows), l.problem, err)
		}
		if !want && err == nil && l.complete() {
			t.Errorf("%s: %d rows, complete", text, len(l.rows))
		}
	}
}
