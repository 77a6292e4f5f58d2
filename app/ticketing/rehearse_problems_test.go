package ticketing_test

import (
	"strings"
	"testing"

	"psabridge/app"
)

// TestRehearsalOfWhomNobodyKnows: a rule that can match nothing is told from one that had nothing to do.
func TestRehearsalOfWhomNobodyKnows(t *testing.T) {
	p := newPast(t)
	p.doc.Sources = append(p.doc.Sources, app.SourceSettings{Name: "feed", Kind: app.KindInbox})
	p.minute()
	p.tree = p.tree[:3] // Umbra leaves
	p.minute()
	for want, f := range map[string]app.For{
		"":                                      {},
		" ":                                     {Source: "sync", Organization: "2"},
		"  ":                                    {Organization: "3", Suborganizations: true},
		"“gone”, which does not exist":          {Source: "gone", Organization: "2"},
		"77, which is not shown by the source ": {Source: "sync", Organization: "77"},
		"77, which is not shown by any source":  {Organization: "77"},
		"4, which is not shown any more by":     {Source: "sync", Organization: "4"},
		"“feed”, of which nothing has come yet": {Source: "feed"},
	} {
		rule := pastRule("Down", func(r *app.AlertRule) { r.For = f }, app.When{Type: app.TypeMachineUnreachable})
		r, d := p.rehearse([]app.AlertRule{rule})
		if strings.TrimSpace(want) == "" {
			if len(r.Problems) != 0 {
				t.Errorf("%+v: %q", f, r.Problems)
			}
			continue
		}
		if len(r.Problems) != 1 || !strings.HasPrefix(r.Problems[0], "The alert “Down” is for ") || !strings.Contains(r.Problems[0], want) || len(d.Before.Problems) != 0 {
			t.Errorf("%+v: %q, want %q", f, r.Problems, want)
		}
	}
}
