package sourcetest

import (
	"fmt"
	"slices"
	"testing"

	"psabridge/app"
)

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
	for id, o := range tree {
		for _, meter := range h.Meters {
			_, own := all[readingKey{id, meter, app.BasisOwn}]
			_, inclusive := all[readingKey{id, meter, app.BasisInclusive}]
			if !inclusive || !own && o.ParentExternalID != "" {
				t.Errorf("organization %s has no reading of its %s: own %t, inclusive %t", id, meter, own, inclusive)
			}
		}
	}
}

// readings reads and checks what holds for every reading, complete or not.
func readings(t *testing.T, h Harness) map[readingKey]app.Reading {
	t.Helper()
	out, err := h.readings(t)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (h Harness) readings(t *testing.T) (map[readingKey]app.Reading, error) {
	t.Helper()
	ctx, steps := h.watched(t)
	usage, err := h.Source.Readings(ctx)
	h.silent(t, steps()...)
	if err != nil {
		h.quiet(t, err)
		return nil, err
	}
	h.silentUsage(t, usage)
	for _, raw := range usage.Raw {
		if raw.Source == "" || raw.What == "" || raw.ReadAt.IsZero() || raw.Note == "" {
			t.Errorf("raw record does not say what it is: %+v", raw)
		}
	}
	out := map[readingKey]app.Reading{}
	for _, r := range usage.Readings {
		key := readingKey{r.OrganizationID, r.Meter, r.Basis}
		if _, ok := out[key]; ok {
			t.Errorf("two readings of %v", key)
		}
		out[key] = r
		checkReading(t, r)
	}
	return out, nil
}

// silentUsage checks all that is kept of readings.
func (h Harness) silentUsage(t *testing.T, u app.Usage) {
	t.Helper()
	h.silent(t, u.Problems...)
	for _, raw := range u.Raw {
		h.silent(t, raw.Note)
		h.silentBody(t, raw.Body)
	}
	for _, r := range u.Readings {
		h.silent(t, r.Problem)
		for _, item := range r.Items {
			h.silent(t, item.Name, item.Detail)
		}
	}
}

// checkReading: a computed quantity is the sum of its evidence. What the vendor says of itself has none.
func checkReading(t *testing.T, r app.Reading) {
	t.Helper()
	sum, seen := app.Q(0), map[string]bool{}
	for _, item := range r.Items {
		if id := fmt.Sprint(item.Kind, item.ExternalID); item.ExternalID == "" || item.Name == "" || seen[id] {
			t.Errorf("%s %s: evidence without id or name, or twice: %+v", r.OrganizationID, r.Meter, item)
		} else {
			seen[id] = true
		}
		sum = sum.Add(item.Amount)
	}
	if r.Method == app.MethodComputed && !sum.Equal(r.Quantity) || r.Quantity.IsNegative() {
		t.Errorf("%s of %s is %s, but its evidence adds up to %s", r.Meter, r.OrganizationID, r.Quantity, sum)
	}
	if r.Unit == "" || r.Method == "" || r.AsOf.IsZero() || r.Source == "" || r.Complete != (r.Problem == "") {
		t.Errorf("%s of %s does not say unit, method, time or problem: complete %t, %q", r.Meter, r.OrganizationID, r.Complete, r.Problem)
	}
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
	first := pull(t, h, nil)
	tree := organizations(t, first)
	id := h.Hide()
	h.Source = h.Again()
	b := pull(t, h, merge(nil, first.Marks))
	nothingEnds(t, first, b)
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
	first := pull(t, h, nil)
	h.Lie()
	h.Source = h.Again()
	if b, err := h.pull(t, merge(nil, first.Marks)); err == nil {
		if b.Complete() {
			t.Error("lists do not add up and the pull is complete")
		}
		nothingEnds(t, first, b)
	}
	all, err := h.readings(t)
	if err != nil {
		return
	}
	for key, r := range all {
		if r.Complete {
			t.Errorf("lists do not add up and a reading is complete: %v", key)
			break
		}
	}
}

func testTextNumbers(t *testing.T, h Harness) {
	first := pull(t, h, nil)
	want := readings(t, h)
	h.TextNumbers()
	got, err := h.readings(t)
	if err != nil {
		return // said, and nothing was counted
	}
	h.neverOther(t, want, got)
	if b, err := h.pull(t, merge(nil, first.Marks)); err == nil {
		nothingEnds(t, first, b)
	}
}

// testGarbled: a value nobody can read is neither a number nor gone.
func testGarbled(t *testing.T, h Harness) {
	if h.Garble == nil {
		t.Skip("nothing is measured there")
	}
	first := pull(t, h, nil)
	want := readings(t, h)
	h.Garble()
	h.Source = h.Again()
	if b, err := h.pull(t, merge(nil, first.Marks)); err == nil {
		nothingEnds(t, first, b)
	}
	if got, err := h.readings(t); err == nil {
		h.neverOther(t, want, got)
	}
}

func testEcho(t *testing.T, h Harness) {
	if h.Echo == nil {
		t.Skip("the server repeats nothing")
	}
	told := h.Echo()
	b, err := h.Source.Pull(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	u, err := h.Source.Readings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if h.Secrets = append(h.Secrets, told()...); len(told()) == 0 {
		t.Fatal("the server was told nothing")
	}
	h.silentBatch(t, b)
	h.silentUsage(t, u)
}

// neverOther checks that whatever is complete is what it was when nothing was wrong.
func (h Harness) neverOther(t *testing.T, want, got map[readingKey]app.Reading) {
	t.Helper()
	for key, r := range got {
		if r.Complete && !r.Quantity.Equal(want[key].Quantity) {
			t.Errorf("%v counts as complete with %s, and is %s", key, r.Quantity, want[key].Quantity)
		}
	}
}
