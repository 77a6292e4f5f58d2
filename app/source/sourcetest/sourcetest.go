// Package sourcetest is the test every source has to pass. An adapter gives it a Harness over a server it can spoil.
package sourcetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/source"
)

// Harness is one account of an adapter, with the levers to spoil it. It stands for a tree of at least two levels below
// the top, with something to count in it.
type Harness struct {
	// Source is the client under test.
	Source source.Source
	// Secrets must not appear in any error.
	Secrets []string
	// Happen makes one thing happen that the source reports as an event.
	Happen func()
	// Hide forbids one organization that lies below another one below the top, and returns its external id.
	Hide func() string
	// Lie makes lists that do not add up: their total is not what they show.
	Lie func()
	// Break puts a web page in the place of every answer; the returned function takes it away.
	Break func() (mend func())
	// Refuse ends the sign-in, so that only a person can start it again.
	Refuse func()
	// SignIns counts how often somebody tried to sign in.
	SignIns func() int
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
		{"readings show what they count", testReadings},
		{"an unread organization is not nothing", testHidden},
		{"lists that do not add up are not complete", testLie},
		{"a web page is not an answer", testBreak},
		{"an ended sign-in is not tried again", testRefuse},
		{"a pull ends with its context", testCancel},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, build(t)) })
	}
}

func testCheck(t *testing.T, h Harness) {
	a, err := h.Source.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if a.Name == "" || a.OrganizationID == "" || a.Organization == "" {
		t.Errorf("the account does not say who it is: %+v", a)
	}
}

func testPull(t *testing.T, h Harness) {
	b := pull(t, h, nil)
	if !b.Complete() {
		t.Errorf("nothing is wrong and the pull is not complete: unread %v, problems %q", b.Unread, b.Problems)
	}
	if b.Source == "" || b.ReadAt.IsZero() {
		t.Errorf("the batch does not say whose it is and when it was read: %q %s", b.Source, b.ReadAt)
	}
	tree := organizations(t, b)
	states := map[string]bool{}
	for _, s := range b.States {
		key := fmt.Sprint(s.Object.Kind, s.Object.ExternalID, s.What)
		if states[key] || tree[s.OrganizationID] == nil || s.Value == "" {
			t.Errorf("state twice, without a value or of an unknown organization: %+v", s)
		}
		states[key] = true
	}
	if len(states) == 0 {
		t.Error("no object shows a state")
	}
}

// organizations checks that the tree hangs together and returns it by id.
func organizations(t *testing.T, b app.Batch) map[string]*app.Organization {
	t.Helper()
	tree, tops := map[string]*app.Organization{}, 0
	for i, o := range b.Organizations {
		if o.ExternalID == "" || o.Name == "" || o.Source != b.Source || tree[o.ExternalID] != nil {
			t.Errorf("organization without id, name or source, or twice: %+v", o)
		}
		tree[o.ExternalID] = &b.Organizations[i]
	}
	for _, o := range b.Organizations {
		if o.ParentExternalID == "" {
			tops++
		} else if tree[o.ParentExternalID] == nil {
			t.Errorf("%s hangs below %s, which is not there", o.ExternalID, o.ParentExternalID)
		}
	}
	if tops != 1 || len(tree) < 3 {
		t.Errorf("%d organizations with %d on top, want one on top", len(tree), tops)
	}
	return tree
}

func testEvents(t *testing.T, h Harness) {
	first := pull(t, h, nil)
	all := eventsByID(t, first)
	marks := merge(nil, first.Marks)

	second := pull(t, h, marks)
	for id, e := range eventsByID(t, second) {
		if old, ok := all[id]; !ok || !same(old, e) {
			t.Errorf("nothing happened and an event is new or another: %+v", e)
		}
	}
	marks = merge(marks, second.Marks)

	h.Happen()
	third := eventsByID(t, pull(t, h, marks))
	fresh := 0
	for id := range third {
		if _, ok := all[id]; !ok {
			fresh++
		}
	}
	if fresh != 1 {
		t.Errorf("one thing happened and %d events are new", fresh)
	}
	// A pull whose batch was never stored is made again with the old marks, or with none after a restore.
	for _, m := range [][]app.Mark{marks, nil} {
		again := eventsByID(t, pull(t, h, m))
		for id := range third {
			if _, ok := all[id]; ok {
				continue
			}
			if e, ok := again[id]; !ok || !same(e, third[id]) {
				t.Errorf("event %s is lost or another when it is read again", id)
			}
		}
	}
}

func same(a, b app.Event) bool {
	return a.Type == b.Type && a.State == b.State && a.Title == b.Title && a.Object == b.Object && a.OrganizationID == b.OrganizationID && a.OccurredAt.Equal(b.OccurredAt)
}

func merge(old, changed []app.Mark) []app.Mark {
	byKey := map[app.Mark]string{}
	for _, m := range append(old, changed...) {
		byKey[app.Mark{Stream: m.Stream, ExternalID: m.ExternalID}] = m.Value
	}
	var out []app.Mark
	for m, value := range byKey {
		m.Value = value
		out = append(out, m)
	}
	return out
}

func eventsByID(t *testing.T, b app.Batch) map[string]app.Event {
	t.Helper()
	tree := organizations(t, b)
	out := map[string]app.Event{}
	for _, e := range b.Events {
		if _, ok := out[e.SourceEventID]; ok {
			t.Errorf("event %s comes twice in one pull", e.SourceEventID)
		}
		if e.SourceEventID == "" || e.Type == "" || e.State == "" || e.Severity == "" || e.Title == "" || e.OccurredAt.IsZero() || e.ReceivedAt.IsZero() ||
			tree[e.OrganizationID] == nil || e.Object.Kind == "" || e.Object.ExternalID == "" {
			t.Errorf("event lacks something: %+v", e)
		}
		out[e.SourceEventID] = e
	}
	return out
}

type readingKey struct {
	organization string
	meter        app.Meter
	basis        app.Basis
}

func testReadings(t *testing.T, h Harness) {
	tree := organizations(t, pull(t, h, nil))
	all := readings(t, h)
	for key, r := range all {
		if !r.Complete {
			t.Errorf("nothing is wrong and a reading is not complete: %v: %s", key, r.Problem)
		}
		if key.basis != app.BasisInclusive {
			continue
		}
		sum := app.Q(0)
		for id := range tree {
			if below(tree, id, key.organization) {
				sum = sum.Add(all[readingKey{id, key.meter, app.BasisOwn}].Quantity)
			}
		}
		if !sum.Equal(r.Quantity) {
			t.Errorf("%v is %s, but the parts below it are %s", key, r.Quantity, sum)
		}
	}
	for id := range tree {
		if _, ok := all[readingKey{id, app.MeterAccounts, app.BasisOwn}]; !ok {
			t.Errorf("organization %s has no reading of its accounts", id)
		}
	}
}

// readings reads and checks what holds for every reading, complete or not.
func readings(t *testing.T, h Harness) map[readingKey]app.Reading {
	t.Helper()
	usage, err := h.Source.Readings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := map[readingKey]app.Reading{}
	for _, r := range usage.Readings {
		key := readingKey{r.OrganizationID, r.Meter, r.Basis}
		if _, ok := out[key]; ok {
			t.Errorf("two readings of %v", key)
		}
		out[key] = r
		sum, seen := app.Q(0), map[string]bool{}
		for _, item := range r.Items {
			if id := fmt.Sprint(item.Kind, item.ExternalID); item.ExternalID == "" || item.Name == "" || seen[id] {
				t.Errorf("%v: evidence without id or name, or twice: %+v", key, item)
			} else {
				seen[id] = true
			}
			sum = sum.Add(item.Amount)
		}
		if !sum.Equal(r.Quantity) || r.Quantity.IsNegative() {
			t.Errorf("%v is %s, but its evidence adds up to %s", key, r.Quantity, sum)
		}
		if r.Unit == "" || r.Method == "" || r.AsOf.IsZero() || r.Source == "" || r.Complete != (r.Problem == "") {
			t.Errorf("%v does not say unit, method, time or problem: complete %t, %q", key, r.Complete, r.Problem)
		}
	}
	return out
}

func below(tree map[string]*app.Organization, id, top string) bool {
	for range len(tree) {
		if id == top {
			return true
		}
		if tree[id] == nil {
			return false
		}
		id = tree[id].ParentExternalID
	}
	return false
}

func testHidden(t *testing.T, h Harness) {
	tree := organizations(t, pull(t, h, nil))
	id := h.Hide()
	b := pull(t, h, nil)
	if b.Complete() || !slices.Contains(b.Unread, id) || len(b.Problems) == 0 {
		t.Errorf("an organization cannot be read and the batch does not say so: unread %v, problems %q", b.Unread, b.Problems)
	}
	if organizations(t, b)[id] == nil {
		t.Errorf("organization %s is forbidden, not gone", id)
	}
	for key, r := range readings(t, h) {
		above := below(tree, id, key.organization)
		switch {
		case key.organization == id && r.Complete, above && key.basis == app.BasisInclusive && r.Complete:
			t.Errorf("%v counts as complete without organization %s", key, id)
		case !above && !r.Complete:
			t.Errorf("%v has nothing to do with %s: %s", key, id, r.Problem)
		}
	}
}

func testLie(t *testing.T, h Harness) {
	h.Lie()
	b, err := h.Source.Pull(t.Context(), nil)
	if err != nil {
		h.quiet(t, err)
	} else if b.Complete() {
		t.Error("lists do not add up and the pull is complete")
	}
	usage, err := h.Source.Readings(t.Context())
	if err != nil {
		h.quiet(t, err)
	}
	for _, r := range usage.Readings {
		if r.Complete {
			t.Errorf("lists do not add up and a reading is complete: %s %s %s", r.OrganizationID, r.Meter, r.Basis)
			break
		}
	}
}

func testBreak(t *testing.T, h Harness) {
	pull(t, h, nil)
	mend := h.Break()
	_, err := h.Source.Pull(t.Context(), nil)
	if app.ErrorCode(err) != app.Unavailable {
		t.Errorf("a web page in the place of answers: %v, want unavailable", err)
	}
	h.quiet(t, err)
	_, err = h.Source.Readings(t.Context())
	if app.ErrorCode(err) != app.Unavailable {
		t.Errorf("a web page in the place of answers: %v, want unavailable", err)
	}
	h.quiet(t, err)
	mend()
	if b := pull(t, h, nil); !b.Complete() {
		t.Errorf("mended, and the pull is not complete: %q", b.Problems)
	}
}

func testRefuse(t *testing.T, h Harness) {
	pull(t, h, nil)
	h.Refuse()
	_, err := h.Source.Pull(t.Context(), nil)
	if app.ErrorCode(err) != app.Unauthorized {
		t.Fatalf("the sign-in ended: %v, want unauthorized", err)
	}
	h.quiet(t, err)
	before := h.SignIns()
	for range 3 {
		_, err := h.Source.Pull(t.Context(), nil)
		if app.ErrorCode(err) != app.Unauthorized {
			t.Fatalf("the sign-in ended: %v, want unauthorized", err)
		}
		h.quiet(t, err)
	}
	if n := h.SignIns() - before; n != 0 {
		t.Errorf("an ended sign-in was tried again %d times by itself", n)
	}
}

func testCancel(t *testing.T, h Harness) {
	pull(t, h, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Source.Pull(ctx, nil); err == nil {
		t.Error("a pull whose context has ended succeeded")
	} else {
		h.quiet(t, err)
	}
}

func pull(t *testing.T, h Harness, marks []app.Mark) app.Batch {
	t.Helper()
	b, err := h.Source.Pull(t.Context(), marks)
	if err != nil {
		h.quiet(t, err)
		t.Fatal(err)
	}
	return b
}

// quiet checks that an error, and everything behind it, keeps its secrets and has something to say.
func (h Harness) quiet(t *testing.T, err error) {
	t.Helper()
	for e := err; e != nil; e = errors.Unwrap(e) {
		for _, secret := range h.Secrets {
			if secret != "" && strings.Contains(fmt.Sprintf("%v %+v %q", e, e, e), secret) {
				t.Errorf("an error shows a secret: %s", strings.ReplaceAll(e.Error(), secret, "<secret>"))
			}
		}
	}
	if app.ErrorMessage(err) == "" && err != nil {
		t.Errorf("an error has nothing to say to a person: %v", err)
	}
}
