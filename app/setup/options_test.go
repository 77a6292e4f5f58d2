package setup_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

func TestReloadCountsEveryList(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	counts, err := b.Reload(t.Context(), "cw")
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range []app.OptionList{
		app.ListCompanies, app.ListAgreements, app.ListProducts, app.ListBoards, app.ListPriorities, app.ListSources, app.ListCompanyStatuses,
		app.ListStatuses, app.ListTypes, app.ListTeams,
	} {
		if counts[list] == 0 {
			t.Errorf("%s: %d", list, counts[list])
		}
	}
	if _, err := b.Reload(t.Context(), "nobody"); code(err) != app.NotFound {
		t.Errorf("err = %v", err)
	}
}

func TestReloadWithoutARight(t *testing.T) {
	b := sampled(t, sandbox.Options{Forbid: []string{"/finance/agreements"}})
	if _, err := b.Reload(t.Context(), "cw"); code(err) != app.Forbidden {
		t.Errorf("billing needs agreements: %v", err)
	}
	b.edit(t, func(doc *app.Settings) { doc.Connections[0].Billing.Enabled = false })
	counts, err := b.Reload(t.Context(), "cw")
	if _, there := counts[app.ListAgreements]; err != nil || there || counts[app.ListBoards] == 0 {
		t.Errorf("%v %v", counts, err)
	}
}

func TestOptionsAreCached(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	first, at, err := b.Options(t.Context(), "cw", app.ListBoards, 0)
	if err != nil || len(first) == 0 || !at.Equal(morning) {
		t.Fatalf("%v %v %v", first, at, err)
	}
	asked := b.cw.Requests()
	b.advance(48 * time.Hour)
	again, at, err := b.Options(t.Context(), "cw", app.ListBoards, 0)
	if err != nil || len(again) != len(first) || !at.Equal(morning) || b.cw.Requests() != asked {
		t.Errorf("%d entries of %v, %v, %d requests more", len(again), at, err, b.cw.Requests()-asked)
	}
	if _, err := b.Reload(t.Context(), "cw"); err != nil {
		t.Fatal(err)
	}
	if _, at, _ = b.Options(t.Context(), "cw", app.ListBoards, 0); !at.Equal(morning.Add(48 * time.Hour)) {
		t.Errorf("at = %v", at)
	}
}

func TestOptionsOfAParent(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	statuses, _, err := b.Options(t.Context(), "cw", app.ListStatuses, sample.BoardAlerts)
	if err != nil || len(statuses) == 0 {
		t.Fatalf("%v %v", statuses, err)
	}
	all, _, err := b.Options(t.Context(), "cw", app.ListAgreements, 0)
	if err != nil {
		t.Fatal(err)
	}
	some, _, err := b.Options(t.Context(), "cw", app.ListAgreements, 250)
	if err != nil || len(some) == 0 || len(some) >= len(all) {
		t.Errorf("%d agreements of one company, %d of all, %v", len(some), len(all), err)
	}
	for _, list := range []app.OptionList{app.ListStatuses, app.ListTypes, app.ListTeams} {
		if _, _, err := b.Options(t.Context(), "cw", list, 0); code(err) != app.Invalid {
			t.Errorf("%s of no board: %v", list, err)
		}
	}
	if _, _, err := b.Options(t.Context(), "cw", "colours", 0); code(err) != app.NotFound {
		t.Errorf("err = %v", err)
	}
	if _, _, err := b.Options(t.Context(), "nobody", app.ListBoards, 0); code(err) != app.NotFound {
		t.Errorf("err = %v", err)
	}
}

func TestOldOptionsServeWhileConnectWiseIsAway(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	if _, _, err := b.Options(t.Context(), "cw", app.ListPriorities, 0); err != nil {
		t.Fatal(err)
	}
	b.cw.Faults.Add(sandbox.Fault{Status: 503, Times: -1})
	b.advance(time.Hour)
	if rows, _, err := b.Options(t.Context(), "cw", app.ListPriorities, 0); err != nil || len(rows) == 0 {
		t.Errorf("%v %v", rows, err)
	}
	if _, _, err := b.Options(t.Context(), "cw", app.ListBoards, 0); code(err) != app.Unavailable {
		t.Errorf("a list never read: %v", err)
	}
}

func TestReloadReadsRareListsOnlyWhereTheyAreUsed(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	var told []string
	counts, err := b.ReloadTelling(t.Context(), "cw", func(text string) { told = append(told, text) })
	if err != nil || counts[app.ListSubtypes] != 3 || counts[app.ListItems] != 2 || counts[app.ListAssociations] != 5 {
		t.Errorf("%v %v", counts, err)
	}
	if _, there := counts[app.ListMembers]; there {
		t.Error("members were counted that the role may not read")
	}
	contains(t, strings.Join(told, "\n"), "Reading companies", "Reading board 1 of 3: Alerts")
	rows, _, err := b.Options(t.Context(), "cw", app.ListAssociations, sample.BoardNOC) // read when it is asked for first
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v %v", rows, err)
	}
	var a app.Association
	if err := json.Unmarshal(rows[0].Body, &a); err != nil || a != (app.Association{ID: 271, TypeID: 211, SubtypeID: 231, ItemID: 251}) || rows[0].Name != "" {
		t.Errorf("%+v %+v %v", rows[0], a, err)
	}
	if counts, err = b.Reload(t.Context(), "cw"); err != nil || counts[app.ListAssociations] != 7 {
		t.Errorf("after it was asked for: %v %v", counts, err)
	}
	if _, _, err := b.Options(t.Context(), "cw", app.ListItems, 0); code(err) != app.Invalid {
		t.Errorf("items of no board: %v", err)
	}
	b.cw.SetQuirks(func(q *sandbox.Quirks) { q.Grants = []string{"System ▸ Member Maintenance"} })
	if members, _, err := b.Options(t.Context(), "cw", app.ListMembers, 0); err != nil || len(members) == 0 || members[0].Identifier == "" {
		t.Errorf("%v %v", members, err)
	}
}

func TestReloadOfAnAlertsBoard(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.edit(t, func(doc *app.Settings) { doc.Alerts[0].Ticket.Board = app.Ref{Name: "NOC"} })
	if counts, err := b.Reload(t.Context(), "cw"); err != nil || counts[app.ListAssociations] != 7 {
		t.Errorf("%v %v", counts, err)
	}
}

// TestReloadThatBreaksOff reads some lists anew and leaves the others as they were, all of them usable.
func TestReloadThatBreaksOff(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	if _, err := b.Reload(t.Context(), "cw"); err != nil {
		t.Fatal(err)
	}
	b.advance(time.Hour)
	b.cw.Faults.Add(sandbox.Fault{Path: "/procurement/*", Status: 503, Times: -1})
	counts, err := b.Reload(t.Context(), "cw")
	if code(err) != app.Unavailable || counts[app.ListCompanies] == 0 {
		t.Errorf("%v %v", counts, err)
	}
	for list, want := range map[app.OptionList]time.Time{app.ListCompanies: morning.Add(time.Hour), app.ListProducts: morning, app.ListPriorities: morning} {
		rows, at, err := b.Options(t.Context(), "cw", list, 0)
		if err != nil || len(rows) == 0 || !at.Equal(want) {
			t.Errorf("%s: %d rows of %v, %v", list, len(rows), at, err)
		}
	}
}

func TestOddNamesComeBackWhole(t *testing.T) {
	b := sampled(t, sandbox.Options{MSP: sample.WithTrouble(sample.New(1, morning))})
	if _, err := b.Reload(t.Context(), "cw"); err != nil {
		t.Fatal(err)
	}
	rows, _, err := b.store.Options(t.Context(), "cw", app.ListCompanies, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range sample.OddNames() {
		if !slices.ContainsFunc(rows, func(r app.OptionRow) bool { return r.Name == name }) {
			t.Errorf("%q is not among the companies", name)
		}
	}
	if slices.ContainsFunc(rows, func(r app.OptionRow) bool { return r.ID == sample.CompanyTwinDeleted }) {
		t.Error("a company of the recycle bin is offered")
	}
}

func TestResolveNeverChoosesBetweenTwo(t *testing.T) {
	b := sampled(t, sandbox.Options{MSP: sample.WithTrouble(sample.New(1, morning))})
	_, err := b.Resolve(t.Context(), "cw", app.ListBoards, 0, app.Ref{Name: "NOC"})
	if code(err) != app.NotFound {
		t.Fatal(err)
	}
	contains(t, app.ErrorMessage(err), "record 12", "record 14", "{id: 12}")
	if id, err := b.Resolve(t.Context(), "cw", app.ListBoards, 0, app.Ref{ID: 14}); id != 14 || err != nil {
		t.Errorf("%d %v", id, err)
	}
}

func TestResolve(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	for name, test := range map[string]struct {
		list   app.OptionList
		parent int64
		ref    app.Ref
		want   int64
		code   app.Code
	}{
		"by name":            {app.ListBoards, 0, app.Ref{Name: "Alerts"}, sample.BoardAlerts, ""},
		"in other letters":   {app.ListBoards, 0, app.Ref{Name: "ALERTS "}, sample.BoardAlerts, ""},
		"by id":              {app.ListBoards, 0, app.Ref{ID: 4242}, 4242, ""},
		"left to them":       {app.ListBoards, 0, app.Ref{}, 0, ""},
		"nobody's":           {app.ListBoards, 0, app.Ref{Name: "Alarms"}, 0, app.NotFound},
		"status of a board":  {app.ListStatuses, sample.BoardAlerts, app.Ref{Name: "Closed"}, 105, ""},
		"status of no board": {app.ListStatuses, 0, app.Ref{Name: "Closed"}, 0, app.Invalid},
	} {
		got, err := b.Resolve(t.Context(), "cw", test.list, test.parent, test.ref)
		if got != test.want || code(err) != test.code {
			t.Errorf("%s: %d, %v", name, got, err)
		}
	}
}

func TestResolveLooksAgainForAName(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	if err := b.store.SaveOptions(t.Context(), "cw", app.ListBoards, 0, []app.OptionRow{{ID: 1, Name: "Old"}}, b.now()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Resolve(t.Context(), "cw", app.ListBoards, 0, app.Ref{Name: "Alerts"}); code(err) != app.NotFound {
		t.Errorf("a fresh list was read again: %v", err)
	}
	b.advance(time.Hour)
	if id, err := b.Resolve(t.Context(), "cw", app.ListBoards, 0, app.Ref{Name: "Alerts"}); id != sample.BoardAlerts || err != nil {
		t.Errorf("%d %v", id, err)
	}
}

func TestSetMapping(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.organizations(t, strconv.Itoa(sample.MasterID), "Master", "9901", "New")
	if _, err := b.Reload(t.Context(), "cw"); err != nil {
		t.Fatal(err)
	}
	row := b.row(t, "9901")
	m := app.OrganizationSettings{Source: "forged", ID: "1", PSA: app.PSAInherit, Company: app.CompanyRef{ID: 250}, Agreement: app.AgreementRef{ID: 3}, Bill: []app.Meter{app.MeterStorage}}
	if err := b.SetMapping(t.Context(), "mia", row.ID, m); err != nil {
		t.Fatal(err)
	}
	got := b.row(t, "9901").Mapping
	if got == nil || got.CompanyID != 250 || got.AgreementID != 3 {
		t.Fatalf("mapping = %+v", got)
	}
	doc, rev, _ := b.Document(t.Context())
	last := doc.Organizations[len(doc.Organizations)-1]
	if last.ID != "9901" || last.Source != "sync" || last.Company.Identifier == "" {
		t.Errorf("entry = %+v", last)
	}
	m.Bill = nil
	if err := b.SetMapping(t.Context(), "mia", row.ID, m); code(err) != app.Invalid {
		t.Errorf("an agreement without anything billed: %v", err)
	}
	if err := b.SetMapping(t.Context(), "mia", row.ID, app.OrganizationSettings{PSA: app.PSAInherit, Bill: []app.Meter{}}); err != nil {
		t.Fatal(err)
	}
	if after, _, _ := b.Document(t.Context()); len(after.Organizations) != len(doc.Organizations)-1 {
		t.Error("an entry that says nothing stayed")
	}
	if _, now, _ := b.Document(t.Context()); now != rev+1 {
		t.Errorf("rev = %d", now)
	}
	if err := b.SetMapping(t.Context(), "mia", 9999, m); code(err) != app.NotFound {
		t.Errorf("err = %v", err)
	}
}
