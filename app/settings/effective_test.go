package settings_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/app/settings"
)

// The tree of these tests: 1 is the master, 2 and 3 below it, 4 below 3.
var tree = []app.Organization{
	{Source: "sync", ExternalID: "1"},
	{Source: "sync", ExternalID: "2", ParentExternalID: "1"},
	{Source: "sync", ExternalID: "3", ParentExternalID: "1"},
	{Source: "sync", ExternalID: "4", ParentExternalID: "3"},
	{Source: "other", ExternalID: "4", ParentExternalID: "9"},
}

func two(organizations ...app.OrganizationSettings) app.Settings {
	return app.Settings{Version: 1, Organizations: organizations, Connections: []app.ConnectionSettings{
		{Name: "cw", Billing: app.BillingSettings{
			Products: map[app.Meter]string{"accounts": "A", "storage": "S"},
			Rules:    app.BillingRules{Meters: map[app.Meter]app.QuantityRule{"storage": {Unit: "GB", Round: "up"}}},
		}},
		{Name: "b", Billing: app.BillingSettings{Products: map[app.Meter]string{"accounts": "B"}}},
	}}
}

func TestNearestSettingWins(t *testing.T) {
	own := func(id, psa string) app.OrganizationSettings {
		return app.OrganizationSettings{Source: "sync", ID: id, PSA: psa}
	}
	for name, test := range map[string]struct {
		doc              app.Settings
		id               string
		mode, conn, from string
	}{
		"nobody says":          {two(), "4", "inherit", "", ""},
		"own":                  {two(own("4", "b"), own("1", "cw")), "4", "b", "b", ""},
		"parent":               {two(own("3", "b"), own("1", "cw")), "4", "inherit", "b", "3"},
		"grandparent":          {two(own("3", "inherit"), own("1", "cw")), "4", "inherit", "cw", "1"},
		"not the neighbour":    {two(own("2", "b"), own("1", "cw")), "4", "inherit", "cw", "1"},
		"none stops":           {two(own("3", "none"), own("1", "cw")), "4", "inherit", "", "3"},
		"own none":             {two(own("4", "none"), own("1", "cw")), "4", "none", "", ""},
		"own over none":        {two(own("4", "cw"), own("3", "none")), "4", "cw", "cw", ""},
		"connection is gone":   {two(own("1", "gone")), "4", "inherit", "", "1"},
		"outside the tree":     {two(own("77", "b")), "77", "b", "b", ""},
		"the only connection":  {app.Settings{Connections: []app.ConnectionSettings{{Name: "cw"}}}, "4", "inherit", "cw", ""},
		"none beats only":      {app.Settings{Connections: []app.ConnectionSettings{{Name: "cw"}}, Organizations: []app.OrganizationSettings{own("1", "none")}}, "4", "inherit", "", "1"},
		"other source's entry": {two(app.OrganizationSettings{Source: "other", ID: "4", PSA: "b"}), "4", "inherit", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := settings.EffectiveOf(tree, test.doc, "sync", test.id)
			if e.Mode != test.mode || e.Connection != test.conn || e.InheritedFrom != test.from {
				t.Errorf("got %q %q %q, want %q %q %q", e.Mode, e.Connection, e.InheritedFrom, test.mode, test.conn, test.from)
			}
		})
	}
}

func TestCompanyIsNotInherited(t *testing.T) {
	doc := two(app.OrganizationSettings{Source: "sync", ID: "1", PSA: "cw", Company: app.CompanyRef{ID: 9}, Agreement: app.AgreementRef{ID: 8}, Bill: []app.Meter{"storage"}})
	child := settings.EffectiveOf(tree, doc, "sync", "3")
	if child.Company.ID != 0 || child.Agreement.ID != 0 || child.Bill != nil || child.Mapped() {
		t.Errorf("child = %+v", child)
	}
	if master := settings.EffectiveOf(tree, doc, "sync", "1"); !master.Mapped() || master.Agreement.ID != 8 {
		t.Errorf("master = %+v", master)
	}
}

func TestProductsAndRulesAreMerged(t *testing.T) {
	minimum := app.Q(3)
	doc := two(
		app.OrganizationSettings{Source: "sync", ID: "1", PSA: "cw"},
		app.OrganizationSettings{Source: "sync", ID: "3", Products: map[app.Meter]string{"storage": "S2"}, QuantityRules: map[app.Meter]app.QuantityRule{
			"storage": {Round: "down"}, "accounts": {Minimum: &minimum},
		}},
	)
	e := settings.EffectiveOf(tree, doc, "sync", "3")
	if diff := cmp.Diff(map[app.Meter]string{"accounts": "A", "storage": "S2"}, e.Products); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[app.Meter]app.QuantityRule{"storage": {Unit: "GB", Round: "down"}, "accounts": {Minimum: &minimum}}, e.Rules); diff != "" {
		t.Error(diff)
	}
	if *e.Hold.Percent != 50 || !e.Hold.Units.Equal(app.Q(5)) || e.Hold.Amount != nil {
		t.Errorf("hold = %+v", e.Hold)
	}
	if doc.Connections[0].Billing.Products["storage"] != "S" || doc.Connections[0].Billing.Rules.Hold.Percent != nil {
		t.Error("computing changed the document")
	}
}

func TestParentsInACircle(t *testing.T) {
	circle := []app.Organization{{Source: "s", ExternalID: "1", ParentExternalID: "2"}, {Source: "s", ExternalID: "2", ParentExternalID: "1"}}
	if e := settings.EffectiveOf(circle, two(), "s", "1"); e.Connection != "" {
		t.Errorf("connection = %q", e.Connection)
	}
}

func TestDiff(t *testing.T) {
	before := parse(t, example)
	after := parse(t, example)
	after.Connections[0].Billing.PushDay = app.LastDay
	after.Connections[0].Ticketing.Board = app.Ref{ID: 7}
	after.Organizations[0].Bill = []app.Meter{"accounts"}
	after.Sources = append([]app.SourceSettings{{Name: "first", Kind: "x360sync"}}, after.Sources...)
	after.Alerts[0].Wait = app.Duration(time.Minute)
	after.Sources = append(after.Sources, app.SourceSettings{Name: "in", Kind: "inbox"}, app.SourceSettings{Name: "cloud", Kind: "axcient", Host: "https://axapi.axcient.com/x360cloud"})
	after.Organizations = append(after.Organizations, app.OrganizationSettings{Source: "in", ID: "name:contoso ag", Bill: []app.Meter{"seats"}})
	want := []app.Change{
		{Path: "sources[in].name", After: "in"},
		{Path: "sources[in].kind", After: "inbox"},
		{Path: "sources[cloud].name", After: "cloud"},
		{Path: "sources[cloud].kind", After: "axcient"},
		{Path: "sources[cloud].host", After: "https://axapi.axcient.com/x360cloud"},
		{Path: "organizations[in/name:contoso ag].source", After: "in"},
		{Path: "organizations[in/name:contoso ag].id", After: "name:contoso ag"},
		{Path: "organizations[in/name:contoso ag].bill", After: "seats"},
		{Path: "sources[first].name", After: "first"},
		{Path: "sources[first].kind", After: "x360sync"},
		{Path: "connections[cw].ticketing.board.id", After: "7"},
		{Path: "connections[cw].ticketing.board", Before: "Alerts"},
		{Path: "connections[cw].billing.push_day", Before: "31", After: "last"},
		{Path: "organizations[sync/4711].bill", Before: "accounts, storage", After: "accounts"},
		{Path: "alerts[File server unreachable].wait", After: "1m"},
	}
	less := func(changes []app.Change) map[app.Change]bool {
		m := make(map[app.Change]bool)
		for _, c := range changes {
			m[c] = true
		}
		return m
	}
	got := settings.Diff(before, after)
	if diff := cmp.Diff(less(want), less(got)); diff != "" {
		t.Error(diff)
	}
	if len(settings.Diff(before, before)) != 0 {
		t.Error("a document differs from itself")
	}
	for i, back := range settings.Diff(after, before) {
		if back.Path == got[0].Path && back.Before != got[0].After {
			t.Errorf("%d: the way back of %v is %v", i, got[0], back)
		}
	}
}

func TestDiffShowsANewOrderOfAlerts(t *testing.T) {
	rule := func(name string) app.AlertRule { return app.AlertRule{Name: name} }
	a := app.Settings{Version: 1, Alerts: []app.AlertRule{rule("x"), rule("y"), rule("z")}}
	b := app.Settings{Version: 1, Alerts: []app.AlertRule{rule("z"), rule("x")}}
	got := settings.Diff(a, b)
	if len(got) != 3 || got[2] != (app.Change{Path: "alerts", Before: "x, z", After: "z, x"}) {
		t.Errorf("changes = %v", got)
	}
}

func TestProject(t *testing.T) {
	p := settings.Project(parse(t, example))
	if len(p.Sources) != 1 || p.Sources[0].Kind != "x360sync" || len(p.Connections) != 1 || p.Connections[0].Kind != "connectwise" || len(p.Rules) != 1 {
		t.Errorf("projection = %+v", p)
	}
	if diff := cmp.Diff([]app.MappingRow{{Source: "sync", ExternalID: "4711", PSA: "inherit", CompanyID: 250, AgreementID: 12, Bill: []app.Meter{"accounts", "storage"}}}, p.Mappings); diff != "" {
		t.Error(diff)
	}
}

func TestDefaultsAreComputed(t *testing.T) {
	c := settings.ConnectionWithDefaults(app.ConnectionSettings{})
	if c.RequestsPerMinute != 900 || c.Confirm.Searches != 5 || c.Confirm.Over.D() != 15*time.Minute || c.Billing.PushAt != "06:00" ||
		c.Billing.Approval != app.ApprovalAsk || c.Billing.MaxAge.D() != 24*time.Hour || *c.Billing.Rules.Hold.Percent != 50 {
		t.Errorf("connection = %+v", c)
	}
	zero := 0
	c.Billing.Rules.Hold.Percent = &zero
	if c = settings.ConnectionWithDefaults(c); *c.Billing.Rules.Hold.Percent != 0 {
		t.Error("a chosen limit of 0 was replaced")
	}
	if s := settings.SourceWithDefaults(app.SourceSettings{Kind: "x360sync"}); s.Every.D() != 2*time.Minute || s.Host == "" {
		t.Errorf("source = %+v", s)
	}
	if s := settings.SourceWithDefaults(app.SourceSettings{Kind: "axcient"}); s.Every.D() != 2*time.Minute || s.Host != "https://axapi.axcient.com" {
		t.Errorf("x360Cloud = %+v", s)
	}
	if s := settings.SourceWithDefaults(app.SourceSettings{Kind: "inbox"}); s != (app.SourceSettings{Kind: "inbox"}) {
		t.Errorf("inbox = %+v", s)
	}
	if r := settings.RuleWithDefaults(app.AlertRule{}); r.Ticket.NoteEvery.D() != 15*time.Minute || r.Ticket.Per != "object" ||
		r.Ticket.Comeback != settings.ComebackReopen || r.Ticket.ReopenWithin.D() != 24*time.Hour {
		t.Errorf("rule = %+v", r)
	}
}
