// Package sourcetest is the test every source has to pass. An adapter gives it a Harness over a server it can spoil;
// Line is a server's wire that can be cut and bent.
package sourcetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"psabridge/app"
	"psabridge/app/source"
)

// Harness is one account of an adapter, with the levers to spoil it. It stands for a top with at least two
// organizations below it, at least one of which has an account, and with something to count in it. A lever that is nil
// says that this kind of source has no such thing; its test is left out.
type Harness struct {
	// Source is the client under test, able to sign in by itself.
	Source source.Source
	// Again makes another client of the same account, as a new process does. Required.
	Again func() source.Source
	// Secrets must not appear in any error, step, problem or note.
	Secrets []string
	// Meters are those every organization has a reading of, own and inclusive; the top may have no own one. Required.
	Meters []app.Meter

	// Happen makes one thing happen that the source reports as an event.
	Happen func()
	// Remove takes one account away and returns it.
	Remove func() app.Object
	// Hide forbids one organization, in the deepest level there is, and returns its external id. Required.
	Hide func() string
	// Lie makes lists that do not add up: their total is not what they show. Required.
	Lie func()
	// Break puts a web page in the place of every answer; the returned function takes it away. Required.
	Break func() (mend func())
	// CutAfter lets n more requests pass. From then on the line is dead; or, unless forever, only the request that comes
	// next gets no answer, however often it is repeated. Negative n mends it. Required; see Line.
	CutAfter func(n int, forever bool)
	// Requests counts the requests that were made. Required; see Line.
	Requests func() int
	// Echo lets the server repeat, wherever it answers text that is kept, what it was sent to know us by. told returns
	// what that was until then.
	Echo func() (told func() []string)
	// Garble writes what was measured — sizes, quotas, moments — in a way nobody can read, from now on.
	Garble func()
	// TextNumbers writes every number of every answer as text, from now on. Required; see Line.
	TextNumbers func()

	// Refuse ends the sign-in, so that only a person can start it again. Required.
	Refuse func()
	// SignIns counts how often somebody tried to sign in; where every request carries the key, the requests. Required.
	SignIns func() int
	// Unsigned makes a client of the same account into which nobody has entered a password; with Consent for a
	// source.Authorizer.
	Unsigned func() source.Source
	// Consent is the person on the vendor's own page: it opens the address and returns the code the vendor sends back.
	Consent func(url string) (code string)
}

// Run tests one adapter. Every test gets a harness of its own.
func Run(t *testing.T, build func(t *testing.T) Harness) {
	t.Helper()
	tests := []struct {
		name string
		run  func(*testing.T, Harness)
	}{
		{"account is named", testCheck},
		{"a pull is whole and consistent", testPull},
		{"events come once", testEvents},
		{"what is removed is not shown", testRemove},
		{"readings show what they count", testReadings},
		{"an unread organization is not nothing", testHidden},
		{"lists that do not add up are not complete", testLie},
		{"numbers as text are not smaller numbers", testTextNumbers},
		{"what nobody can read is not over", testGarbled},
		{"what the server repeats of our secrets is not kept", testEcho},
		{"a line cut anywhere makes no smaller number", testCutReadings},
		{"a line cut anywhere makes nobody disappear", testCutPull},
		{"a web page is not an answer", testBreak},
		{"an ended sign-in is not tried again", testRefuse},
		{"a sign-in at the vendor lasts", testAuthorize},
		{"a sign-in that was ended here stays ended", testRevoke},
		{"a pull ends with its context", testCancel},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, build(t)) })
	}
}

func testCheck(t *testing.T, h Harness) {
	ctx, steps := h.watched(t)
	a, err := h.Source.Check(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if a.Name == "" || a.OrganizationID == "" || a.Organization == "" {
		t.Errorf("the account does not say who it is: %+v", a)
	}
	h.silent(t, append(steps(), a.Notes...)...)
	h.silent(t, a.Name, a.Organization, a.Version)
	if len(steps()) == 0 {
		t.Error("checking the account says no step")
	}
}

// watched is the context of a test in which somebody watches; steps returns what was said so far.
func (h Harness) watched(t *testing.T) (ctx context.Context, steps func() []string) {
	t.Helper()
	var mu sync.Mutex
	var said []string
	ctx = source.WithSteps(t.Context(), func(text string) {
		mu.Lock()
		defer mu.Unlock()
		said = append(said, text)
	})
	return ctx, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), said...)
	}
}

// silent checks that what a person reads keeps the secrets, and says something.
func (h Harness) silent(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		for _, secret := range h.Secrets {
			if secret != "" && strings.Contains(text, secret) {
				t.Errorf("a text shows a secret: %s", strings.ReplaceAll(text, secret, "<secret>"))
			}
		}
	}
}

// silentBatch checks all that is kept of a batch.
func (h Harness) silentBatch(t *testing.T, b app.Batch) {
	t.Helper()
	h.silent(t, b.Problems...)
	for _, o := range b.Organizations {
		h.silent(t, o.Name)
	}
	for _, s := range b.States {
		h.silent(t, s.Object.Name, s.Value)
	}
	for _, e := range b.Events {
		h.silent(t, e.Object.Name, e.Title, e.Text)
		h.silentBody(t, e.Body)
	}
}

// silentBody checks a record of the vendor's, as it is written and as it is meant.
func (h Harness) silentBody(t *testing.T, body json.RawMessage) {
	t.Helper()
	h.silent(t, string(body))
	var value any
	if len(body) > 0 && json.Unmarshal(body, &value) == nil {
		h.silent(t, fmt.Sprint(value))
	}
}

// quiet checks that an error, and everything behind it, keeps its secrets and has something to say.
func (h Harness) quiet(t *testing.T, err error) {
	t.Helper()
	for e := err; e != nil; e = errors.Unwrap(e) {
		h.silent(t, fmt.Sprintf("%v %+v %q", e, e, e))
	}
	if app.ErrorMessage(err) == "" && err != nil {
		t.Errorf("an error has nothing to say to a person: %v", err)
	}
}

// pull reads and checks what holds for every batch, whole or not.
func pull(t *testing.T, h Harness, marks []app.Mark) app.Batch {
	t.Helper()
	b, err := h.pull(t, marks)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (h Harness) pull(t *testing.T, marks []app.Mark) (app.Batch, error) {
	t.Helper()
	ctx, steps := h.watched(t)
	b, err := h.Source.Pull(ctx, marks)
	h.silent(t, steps()...)
	if err != nil {
		h.quiet(t, err)
		return b, err
	}
	h.silentBatch(t, b)
	consistent(t, b)
	return b, nil
}
