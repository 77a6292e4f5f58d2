package app_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
)

func TestMeant(t *testing.T) {
	rows := []app.Option{{ID: 1, Name: "Alerts"}, {ID: 2, Name: "alerts"}, {ID: 3, Name: "Alerts", Inactive: true}, {ID: 4, Name: "NOC"}, {ID: 5, Name: "NOC"}, {ID: 6, Name: "Old", Inactive: true}}
	for name, tc := range map[string]struct {
		ref  app.Ref
		want []int64
	}{
		"by id":                      {app.Ref{ID: 2}, []int64{2}},
		"an id that is switched off": {app.Ref{ID: 3}, []int64{3}},
		"no such id":                 {app.Ref{ID: 9}, nil},
		"exact, one switched off":    {app.Ref{Name: "Alerts"}, []int64{1}},
		"in other letters":           {app.Ref{Name: " ALERTS "}, []int64{1, 2}},
		"twice":                      {app.Ref{Name: "NOC"}, []int64{4, 5}},
		"only a switched off one":    {app.Ref{Name: "Old"}, []int64{6}},
		"none":                       {app.Ref{Name: "Other"}, nil},
	} {
		var got []int64
		for _, o := range app.Meant(rows, tc.ref, func(o app.Option) app.Option { return o }) {
			got = append(got, o.ID)
		}
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}
