package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"psabridge/app"
)

// fakeAPI answers every call with one body and remembers what was asked.
func fakeAPI(t *testing.T, status int, answer string) (cl *client, asked *string) {
	t.Helper()
	asked = new(string)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*asked = strings.TrimSpace(r.Method + " " + strings.TrimPrefix(r.URL.RequestURI(), "/api/v1") + " " + string(body))
		w.WriteHeader(status)
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(s.Close)
	return &client{base: s.URL, http: s.Client()}, asked
}

type asker interface {
	ask(ctx context.Context, g *globals, c console, cl *client) error
}

const (
	rulesJSON = `{"items":[{"name":"Server down","position":1,"types":["machine.unreachable"],"for":{"source":"sync","organization":"7","suborganizations":true,"object":""},"via":{"psa":true,"email":["noc@example.com"]},"hits":{"days":30,"events":12,"tickets":1,"last_at":"2026-11-20T09:00:00Z"}},
		{"name":"Silence","position":2,"types":["quota.reached"],"for":{"source":"","organization":"","suborganizations":false,"object":""},"via":{"psa":false,"email":[]},"hits":{"days":30,"events":0,"tickets":0,"last_at":null}}],"next":null}`
	conditionsJSON = `{"items":[{"id":"4","organization":{"id":"2","external_id":"7","name":"Contoso"},"object":{"kind":"machine","id":"m1","name":"SRV1"},"type":"machine.unreachable","state":"quiet","rule":"Server down","title":"SRV1 is unreachable","occurrences":3,"last_at":"2026-11-20T09:00:00Z","ack_until":"2026-12-01T09:00:00Z"}],"next":"4"}`
	deliveryJSON   = `{"id":"9","kind":"ticket.create","state":"parked","attempts":2,"next_at":null,"created_at":"2026-11-20T09:00:00Z","done_at":null,"subject":"SRV1 is unreachable – Contoso","message":"ConnectWise has no board Nope.","ticket_number":48211,
		"attempt_log":[{"n":1,"started_at":"2026-11-20T09:00:00Z","intent_at":null,"request":"","outcome":"parked","status":0,"error":"ConnectWise has no board Nope.","finished_at":null}]}`
	channelsJSON = `{"items":[{"channel":"desktop","on":true,"kind":"","to":[],"sent_at":null,"ok_at":null,"error":""},{"channel":"email","on":true,"kind":"","to":["noc@example.com"],"sent_at":"2026-11-20T09:00:00Z","ok_at":null,"error":"It refuses."},{"channel":"webhook","on":false,"kind":"","to":[],"sent_at":null,"ok_at":null,"error":""}],"next":null}`
)

var december = moment{time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}

// TestAlertCommands: what each command asks of the API, and what a person reads.
func TestAlertCommands(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		command asker
		answer  string
		asks    string
		says    []string
	}{
		"alerts list":                 {alertsList{}, rulesJSON, "GET /rules", []string{"1  Server down", "sync organization 7 with suborganizations", "PSA, noc@example.com", "12 events, 1 ticket in 30 days", "everything", "nobody", "not used in 30 days"}},
		"alerts of an organization":   {alertsList{Organization: "2"}, `{"items":[{"id":"2","name":"Contoso","types":[]}],"next":null}`, "GET /rules?organization=2", []string{"not used"}},
		"alerts conditions":           {alertsConditions{State: "quiet", Organization: "4"}, conditionsJSON, "GET /conditions?organization=4&state=quiet", []string{"4  quiet until", "Contoso", "SRV1 is unreachable", "3 times", "There are more than these 1."}},
		"alerts conditions of all":    {alertsConditions{All: true}, conditionsJSON, "GET /conditions", []string{"4  quiet until"}},
		"alerts conditions that hold": {alertsConditions{}, `{"items":[],"next":null}`, "GET /conditions?state=quiet", []string{"There is none."}},
		"alerts quiet":                {alertsQuiet{Condition: "4"}, "", "POST /conditions/4/quiet {}", []string{"Condition 4 stays quiet until it recovers."}},
		"alerts quiet until":          {alertsQuiet{Condition: "4", Until: december}, "", `POST /conditions/4/quiet {"until":"2026-12-01T00:00:00Z"}`, []string{"Condition 4 stays quiet until "}},
		"alerts open":                 {alertsOpen{Condition: "4"}, "", "POST /conditions/4/open", []string{"Condition 4 is not quiet any more."}},
		"deliveries list":             {deliveriesList{State: "parked", Like: "9", Since: december, Ticket: "id:3", Limit: 5}, `{"items":[` + deliveryJSON + `],"next":null}`, "GET /deliveries?like=9&limit=5&since=2026-12-01T00%3A00%3A00Z&state=parked&ticket=3", []string{"9  ", "parked", "#48211", "SRV1", "no board Nope"}},
		"deliveries of a number":      {deliveriesList{Ticket: "#48211", Limit: 5}, `{"items":[` + deliveryJSON + `],"next":null}`, "GET /deliveries?limit=5&ticket=9", []string{"#48211"}},
		"deliveries list of nothing":  {deliveriesList{Limit: 100}, `{"items":[],"next":null}`, "GET /deliveries?limit=100", []string{"There is none."}},
		"deliveries show":             {deliveriesShow{ID: "9"}, deliveryJSON, "GET /deliveries/9", []string{"ticket.create 9: parked", "ticket #48211", "attempt 1", "nothing was sent, parked – ConnectWise has no board Nope."}},
		"deliveries retry one":        {deliveriesRetry{ID: "9"}, "", "POST /deliveries/9/retry", []string{"Delivery 9 is tried again."}},
		"deliveries retry like":       {deliveriesRetry{Like: "9"}, `{"retried":1}`, "POST /deliveries/retry?like=9", []string{"1 delivery is tried again."}},
		"deliveries retry since":      {deliveriesRetry{Since: december}, `{"retried":2}`, "POST /deliveries/retry?since=2026-12-01T00%3A00%3A00Z", []string{"2 deliveries are tried again."}},
		"deliveries retry parked":     {deliveriesRetry{Parked: true}, `{"retried":0}`, "POST /deliveries/retry?state=parked", []string{"No deliveries are tried again."}},
		"deliveries drop":             {deliveriesDrop{ID: "9", Reason: "Done by phone."}, "", `POST /deliveries/9/drop {"reason":"Done by phone."}`, []string{"Delivery 9 is dropped."}},
		"deliveries link":             {deliveriesLink{ID: "9", Ticket: 48211}, "", `POST /deliveries/9/link {"ticket":48211}`, []string{"Delivery 9 is ticket #48211."}},
		"notify list":                 {notifyList{}, channelsJSON, "GET /notify", []string{"desktop  on", "never used", "to noc@example.com", "failed", "It refuses.", "webhook  off"}},
		"notify test":                 {notifyTest{Channel: "email"}, "", `POST /notify/test {"channel":"email"}`, []string{"The test was sent by email."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cl, asked := fakeAPI(t, http.StatusOK, test.answer)
			var out strings.Builder
			if err := test.command.ask(t.Context(), &globals{}, console{out: &out}, cl); err != nil {
				t.Fatal(err)
			}
			if *asked != test.asks {
				t.Errorf("asked %s, want %s", *asked, test.asks)
			}
			for _, words := range test.says {
				if !strings.Contains(out.String(), words) {
					t.Errorf("%q is missing in:\n%s", words, out.String())
				}
			}
			out.Reset()
			if err := test.command.ask(t.Context(), &globals{JSON: true}, console{out: &out}, cl); err != nil {
				t.Fatal(err)
			}
			if out.Len() > 0 && !json.Valid([]byte(out.String())) || strings.HasPrefix(test.answer, "{") && out.Len() == 0 {
				t.Errorf("with --json it prints %q", out.String())
			}
		})
	}
}

func TestAlertCommandsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	cl, _ := fakeAPI(t, http.StatusNotFound, `{"code":"not_found","detail":"There is no condition 99."}`)
	for _, command := range []asker{alertsQuiet{Condition: "99"}, alertsOpen{Condition: "99"}, alertsList{}, deliveriesShow{ID: "99"}, deliveriesRetry{ID: "99"}, notifyTest{Channel: "email"}} {
		err := command.ask(t.Context(), &globals{}, console{out: io.Discard}, cl)
		if app.ErrorCode(err) != app.NotFound || app.ErrorMessage(err) != "There is no condition 99." {
			t.Errorf("%T: %v", command, err)
		}
	}
}

// TestWrongUsageOfAlertCommands is exit code 2, before anything is asked.
func TestWrongUsageOfAlertCommands(t *testing.T) {
	t.Parallel()
	for line, says := range map[string]string{
		"deliveries retry":                "--like ID",
		"deliveries retry 3 --parked":     "an id is one delivery",
		"deliveries retry 3 --like 4":     "an id is one delivery",
		"deliveries retry --since soon":   "no point in time",
		"deliveries drop 3":               "--reason",
		"deliveries link 3":               "ticket",
		"deliveries link 3 many":          "ticket",
		"deliveries list --state lost":    "--state",
		"deliveries list --kind fax":      "--kind",
		"alerts rehearse --days 500":      "--days is 1 to 90",
		"alerts quiet":                    "condition",
		"alerts quiet 3 --until tomorrow": "Written 2026-12-01",
		"alerts conditions --state gone":  "--state",
		"notify test fax":                 "desktop",
		"notify test":                     "channel",
	} {
		var out, errs strings.Builder
		if code := execute(t.Context(), strings.Fields(line), console{out: &out, err: &errs}); code != exitUsage || !strings.Contains(errs.String(), says) {
			t.Errorf("%s: exit %d, %s", line, code, errs.String())
		}
	}
}

func TestMoment(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Time{
		"2026-12-01":                time.Date(2026, 12, 1, 0, 0, 0, 0, time.Local),
		"2026-12-01T14:30":          time.Date(2026, 12, 1, 14, 30, 0, 0, time.Local),
		"2026-12-01 14:30:05":       time.Date(2026, 12, 1, 14, 30, 5, 0, time.Local),
		"2026-12-01T14:30:00Z":      time.Date(2026, 12, 1, 14, 30, 0, 0, time.UTC),
		"2026-12-01T14:30:00+02:00": time.Date(2026, 12, 1, 12, 30, 0, 0, time.UTC),
		"1 December":                {},
		"":                          {},
	} {
		var m moment
		if err := m.UnmarshalText([]byte(text)); !m.Equal(want) || (err != nil) != want.IsZero() {
			t.Errorf("%q: %v, %v", text, m, err)
		}
	}
	if (moment{}).RFC3339() != "" || december.RFC3339() != "2026-12-01T00:00:00Z" {
		t.Error("it is printed otherwise")
	}
}

// TestAMistypedConnectionIsSaid: a list of nothing would look as if all were well.
func TestAMistypedConnectionIsSaid(t *testing.T) {
	t.Parallel()
	cl, asked := fakeAPI(t, http.StatusOK, `{"connections":[{"name":"cw"}],"items":[],"next":null}`)
	var out strings.Builder
	err := deliveriesList{Connection: "cv", Limit: 100}.ask(t.Context(), &globals{}, console{out: &out}, cl)
	if app.ErrorCode(err) != app.Invalid || !strings.Contains(app.ErrorMessage(err), "There is: cw.") || out.Len() > 0 {
		t.Errorf("%v, %q", err, out.String())
	}
	if err := (deliveriesList{Connection: "cw", Limit: 100}).ask(t.Context(), &globals{}, console{out: &out}, cl); err != nil || *asked != "GET /deliveries?connection=cw&limit=100" {
		t.Errorf("%v, asked %s", err, *asked)
	}
}

// TestATicketIsNamedByItsNumber: one that is mistyped, unknown or there twice is said.
func TestATicketIsNamedByItsNumber(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		`{"items":[],"next":null}`: "psabridge knows no ticket #48211.",
		`{"items":[{"id":"1","connection":"cw"},{"id":"2","connection":"cw2"}],"next":null}`: "#48211 is a ticket of cw and of cw2. Say which with --connection.",
	} {
		cl, asked := fakeAPI(t, http.StatusOK, answer)
		err := deliveriesList{Ticket: "48211"}.ask(t.Context(), &globals{}, console{out: io.Discard}, cl)
		if !strings.Contains(app.ErrorMessage(err), want) || *asked != "GET /tickets?number=48211" {
			t.Errorf("%v, asked %s", err, *asked)
		}
	}
	cl, asked := fakeAPI(t, http.StatusOK, "")
	if err := (deliveriesList{Ticket: "FS01"}).ask(t.Context(), &globals{}, console{out: io.Discard}, cl); app.ErrorCode(err) != app.Invalid || *asked != "" {
		t.Errorf("%v, asked %s", err, *asked)
	}
}
