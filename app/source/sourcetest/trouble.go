package sourcetest

import (
	"context"
	"os"
	"slices"
	"testing"

	"psabridge/app"
)

// stride is how many requests lie between two that are cut: each is with PSABRIDGE_ALL, else about ten of n.
func stride(n int) int {
	if os.Getenv("PSABRIDGE_ALL") != "" {
		return 1
	}
	return 1 + n/10
}

// testCutReadings breaks the line at one request after the other: for good, and for that one request alone.
func testCutReadings(t *testing.T, h Harness) {
	pull(t, h, nil) // signed in
	before := h.Requests()
	want := readings(t, h)
	n := h.Requests() - before
	for _, forever := range []bool{true, false} {
		for i := 0; i < n; i += stride(n) {
			h.CutAfter(i, forever)
			got, err := h.readings(t)
			h.CutAfter(-1, false)
			if err != nil {
				continue
			}
			h.neverOther(t, want, got)
		}
	}
	for key, r := range readings(t, h) {
		if !r.Complete {
			t.Errorf("the line is mended and %v is not complete: %s", key, r.Problem)
		}
	}
}

// testCutPull: what was said before a cut and is not after it is of an organization that is not counted as read, and an
// organization that is not shown lies in a tree that is not counted as whole.
func testCutPull(t *testing.T, h Harness) {
	before := h.Requests()
	first := pull(t, h, nil)
	n := h.Requests() - before
	marks := merge(nil, first.Marks)
	for _, forever := range []bool{true, false} {
		for i := 0; i < n; i += stride(n) {
			h.Source = h.Again()
			if _, err := h.Source.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			h.CutAfter(i, forever)
			b, err := h.pull(t, marks)
			h.CutAfter(-1, false)
			if err == nil {
				nothingEnds(t, first, b)
			}
		}
	}
}

// nothingEnds checks that a batch in which something is wrong ends nothing that the one before said: what is missing from
// an organization that counts as read is over, and closes its ticket.
func nothingEnds(t *testing.T, whole, part app.Batch) {
	t.Helper()
	type aspect struct {
		object app.Object
		what   string
	}
	of := func(s app.ObjectState) aspect {
		return aspect{app.Object{Kind: s.Object.Kind, ExternalID: s.Object.ExternalID}, s.What}
	}
	shown := map[aspect]bool{}
	tree := map[string]bool{}
	for _, o := range part.Organizations {
		tree[o.ExternalID] = true
	}
	for _, s := range part.States {
		shown[of(s)] = true
	}
	for _, o := range whole.Organizations {
		if !tree[o.ExternalID] && part.OrganizationsComplete {
			t.Errorf("organization %s is missing from a tree that counts as whole", o.ExternalID)
		}
	}
	if !part.OrganizationsComplete {
		return
	}
	for _, s := range whole.States {
		if !shown[of(s)] && !slices.Contains(part.Unread, s.OrganizationID) {
			t.Errorf("%s of %s %s is missing from organization %s, which counts as read", s.What, s.Object.Kind, s.Object.ExternalID, s.OrganizationID)
		}
	}
}

func testBreak(t *testing.T, h Harness) {
	pull(t, h, nil)
	mend := h.Break()
	if _, err := h.pull(t, nil); app.ErrorCode(err) != app.Unavailable {
		t.Errorf("a web page in the place of answers: %v, want unavailable", err)
	}
	if _, err := h.readings(t); app.ErrorCode(err) != app.Unavailable {
		t.Errorf("a web page in the place of answers: %v, want unavailable", err)
	}
	mend()
	if b := pull(t, h, nil); !b.Complete() {
		t.Errorf("mended, and the pull is not complete: %q", b.Problems)
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
