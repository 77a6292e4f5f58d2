package api_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/job"
	"psabridge/app/web/api"
	"psabridge/store/storetest"
)

// rehearsalWorld is the API over a rehearsal that only remembers what it was asked.
func rehearsalWorld(t *testing.T) (w *world, rules *[]app.AlertRule, days *int) {
	t.Helper()
	w = &world{t: t, now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	w.store = storetest.OpenAt(t, t.TempDir(), clock)
	rules, days = new([]app.AlertRule), new(int)
	doc := app.Settings{Version: 1, Sources: []app.SourceSettings{{Name: "sync", Kind: "x360sync"}}}
	w.http = api.New(api.Deps{
		Now: clock, Log: slog.New(slog.DiscardHandler), Read: w.store.Reader(), Settings: settingsOf{doc: doc},
		Jobs: job.New(clock, slog.New(slog.DiscardHandler)),
		AlertDeps: api.AlertDeps{Rehearse: func(_ context.Context, given []app.AlertRule, n int) (app.Rehearsal, *app.RehearsalDifference, error) {
			*rules, *days = given, n
			r := app.Rehearsal{
				From: w.now.AddDate(0, 0, -n), To: w.now, KeptSince: w.now.AddDate(0, 0, -n), Events: 214, Tickets: 11, AutoClosed: 9, Open: 2, Asked: 4,
				Problems: []string{"The alert “Down” is for nobody."},
				Unmapped: []app.RehearsedShare{{Name: "Umbra", OrganizationID: 4, Tickets: 3}},
				ByRule:   []app.RehearsedShare{{Name: "Down", Events: 200, Tickets: 11, AutoClosed: 9}},
			}
			if given == nil {
				return r, nil, nil
			}
			return r, &app.RehearsalDifference{Before: app.Rehearsal{Tickets: 612, Asked: 5}, More: 501, Fewer: 1102, NoLonger: []app.RehearsedTicket{{Summary: "FS01 is down"}}}, nil
		}},
	})
	return w, rules, days
}

func TestRehearse(t *testing.T) {
	w, rules, days := rehearsalWorld(t)
	got := w.ask(200, "POST", "/rules/rehearse", "", "")
	if got["events"] != 214.0 || got["unmapped_organizations"] != 1.0 || got["difference"] != nil || *rules != nil || *days != 30 {
		t.Errorf("%v, asked for %d days with %v", got, *days, *rules)
	}
	if list, _ := got["problems"].([]any); got["asked"] != 4.0 || len(list) != 1 || list[0] != "The alert “Down” is for nobody." {
		t.Errorf("%v ask, problems %v", got["asked"], got["problems"])
	}
	if by, _ := got["by_rule"].([]any); len(by) != 1 || by[0].(map[string]any)["rule"] != "Down" { //nolint:forcetypeassert // a panic is as good
		t.Errorf("by rule: %v", got["by_rule"])
	}
	got = w.ask(200, "POST", "/rules/rehearse", asJSON,
		`{"days":7,"rules":[{"name":"Down","when":["machine.unreachable",{"type":"quota.reached","percent":90}],"via":{"psa":true},"wait":"10m"}]}`)
	if r := *rules; *days != 7 || len(r) != 1 || r[0].Wait.D() != 10*time.Minute || !slices.Equal(r[0].When, []app.When{{Type: "machine.unreachable"}, {Type: "quota.reached", Percent: 90}}) {
		t.Errorf("asked for %d days with %+v", *days, *rules)
	}
	if d, _ := got["difference"].(map[string]any); d == nil || d["opened_count"] != 501.0 || d["no_longer_count"] != 1102.0 || len(d["no_longer"].([]any)) != 1 { //nolint:forcetypeassert // a panic is as good
		t.Errorf("difference: %v", got["difference"])
	}
	if w.ask(200, "POST", "/rules/rehearse", asJSON, `{"rules":[]}`); *rules == nil || len(*rules) != 0 {
		t.Errorf("no rules at all are not the rules of the settings: %v", *rules)
	}
}

func TestRehearseRefuses(t *testing.T) {
	w, _, _ := rehearsalWorld(t)
	for body, field := range map[string]string{
		`{"rules":[{"name":"Down","when":["machine.unreachable"],"via":{"psa":true},"wiat":"10m"}]}`:                 "alerts[Down].wiat",
		`{"rules":[{"name":"Down","when":["machine.unreachable"],"via":{"psa":true},"wait":"soon"}]}`:                "alerts[Down].wait",
		`{"rules":[{"name":"Down","when":[],"via":{"psa":true}}]}`:                                                   "alerts[Down].when",
		`{"rules":[{"name":"Down","when":["machine.unreachable"],"via":{"psa":true},"ticket":{"summary":"{nix}"}}]}`: "alerts[Down].ticket.summary",
		`{"days":91}`: "days",
		`{"day":30}`:  "day",
	} {
		if p := w.ask(400, "POST", "/rules/rehearse", asJSON, body); p["field"] != field {
			t.Errorf("%s: %v", body, p)
		}
	}
}
