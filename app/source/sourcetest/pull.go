package sourcetest

import (
	"fmt"
	"slices"
	"testing"

	"psabridge/app"
)

func testPull(t *testing.T, h Harness) {
	b := pull(t, h, nil)
	if !b.Complete() {
		t.Errorf("nothing is wrong and the pull is not complete: unread %v, problems %q", b.Unread, b.Problems)
	}
	if b.Source == "" || b.ReadAt.IsZero() {
		t.Errorf("the batch does not say whose it is and when it was read: %q %s", b.Source, b.ReadAt)
	}
	kinds := map[app.ObjectKind]int{}
	for _, s := range b.States {
		if s.What == app.StatePresent {
			kinds[s.Object.Kind]++
		}
	}
	if kinds[app.ObjectOrganization] != len(b.Organizations) || kinds[app.ObjectAccount] == 0 {
		t.Errorf("present are %v of %d organizations", kinds, len(b.Organizations))
	}
}

// consistent checks what every batch keeps: one tree, states of organizations in it, each once, and readable exactly
// what is not unread.
func consistent(t *testing.T, b app.Batch) {
	t.Helper()
	tree := organizations(t, b)
	states := map[string]bool{}
	readable := map[string]string{}
	for _, s := range b.States {
		key := fmt.Sprint(s.Object.Kind, " ", s.Object.ExternalID, " ", s.What)
		if states[key] || tree[s.OrganizationID] == nil || s.Value == "" || s.Object.ExternalID == "" || s.Object.Name == "" {
			t.Errorf("state twice, without a value, nameless or of an unknown organization: %+v", s)
		}
		states[key] = true
		if s.Object.Kind == app.ObjectOrganization && s.Object.ExternalID != s.OrganizationID {
			t.Errorf("state of an organization at another: %+v", s)
		}
		if s.What == app.StatePresent && s.Value != app.Yes {
			t.Errorf("what is not present is shown: %+v", s)
		}
		if s.What == app.StateReadable {
			readable[s.OrganizationID] = s.Value
		}
	}
	var wrong []string
	for id := range tree {
		want := app.Yes
		if slices.Contains(b.Unread, id) {
			want = app.No
		}
		if readable[id] != want {
			wrong = append(wrong, id)
		}
	}
	if len(wrong) > 0 {
		t.Errorf("%v are not readable exactly when they are not unread; unread are %v", wrong, b.Unread)
	}
	if len(b.Unread) > 0 && len(b.Problems) == 0 {
		t.Errorf("%v cannot be read and nobody says why", b.Unread)
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
	if tops != 1 {
		t.Errorf("%d organizations with %d on top, want one on top", len(tree), tops)
	}
	if b.OrganizationsComplete && len(tree) < 3 {
		t.Errorf("the whole tree is %d organizations", len(tree))
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
	if h.Happen == nil {
		return
	}
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
	for _, m := range append(slices.Clone(old), changed...) {
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

func testRemove(t *testing.T, h Harness) {
	if h.Remove == nil {
		t.Skip("nothing can be removed there")
	}
	first := pull(t, h, nil)
	gone := h.Remove()
	if !present(first, gone) {
		t.Fatalf("%+v was not present before it was removed", gone)
	}
	h.Source = h.Again() // what a source keeps for a while is not the question here
	b := pull(t, h, merge(nil, first.Marks))
	if present(b, gone) || !b.Complete() {
		t.Errorf("%+v was removed: present %t, batch complete %t", gone, present(b, gone), b.Complete())
	}
}

func present(b app.Batch, o app.Object) bool {
	return slices.ContainsFunc(b.States, func(s app.ObjectState) bool {
		return s.What == app.StatePresent && s.Object.Kind == o.Kind && s.Object.ExternalID == o.ExternalID
	})
}
