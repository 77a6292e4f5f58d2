package stories

import (
	"strconv"
	"time"

	"github.com/a-h/templ"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// moneyStories are the pages about use and bill, and the forms of what is billed.
func moneyStories(state string, n int, long, bad bool, sh func(string, string) layout.Shell, add func(string, string, templ.Component)) {
	add(state, "money", views.MoneyPage(money(sh("Money", link.Money), n, long, bad)))
	if state != "normal" {
		return
	}
	met := money(sh("Money", link.Money), 0, long, bad)
	met.Connections[0].Plan = &app.Plan{ID: 3, Period: nov, CreatedAt: ago(5 * time.Minute), Complete: true}
	met.Connections[0].Lines, met.Connections[0].Agreements, met.Connections[0].Organizations = 75, 38, 40
	add(state, "money-met", views.MoneyPage(met))
	fresh := orgSettings(sh("Settings", link.Organizations), n, long, bad)
	fresh.Form.Exclude, fresh.Items, fresh.Unlisted, fresh.Form.Find = nil, 0, true, "x"
	add(state, "organization-settings-unlisted", views.OrganizationSettingsPage(fresh))
}

func money(s layout.Shell, n int, long, bad bool) views.Money {
	m := views.Money{Shell: s, Connections: []views.MoneyConnection{{Name: "cw", Zone: zone, Enabled: true, Period: nov}}}
	c := &m.Connections[0]
	if n == 0 {
		return m
	}
	c.Plan = &app.Plan{ID: 3, Period: nov, CreatedAt: ago(5 * time.Minute), Complete: !bad, Problems: []string{"The additions of agreement Managed Services 2026 (#12) could not be read: answer 502."}}
	c.Chart = foundChart(n, bad)
	c.Lost, c.Over, c.Missing = q("12286.40"), q("109.80"), 3
	if bad {
		c.Old = []string{"The settings were changed since. Look again to see what that mends.", "It was found more than 24 h ago."}
		m.Connections = append(m.Connections, views.MoneyConnection{Name: "second", Zone: zone, Period: nov, Running: true})
		c = &m.Connections[0]
	}
	for i, code := range []app.FindingCode{app.FindingUsedNotBilled, app.FindingBilledNotUsed, app.FindingUnmapped, app.FindingNoAgreement, app.FindingDoubleLine, app.FindingBelowMinimum} {
		g := views.MoneyGroup{Code: code, Sum: q("108.30"), N: n, Missing: []int{0, 1, n, 0, 0, 0}[i]}
		for j := range min(n, 1+(6-i)*n/6, map[bool]int{true: 300, false: 40}[i == 0]) {
			g.Rows = append(g.Rows, finding(code, i+j, long))
		}
		g.N = len(g.Rows)
		g.Missing = min(g.Missing, g.N)
		if n == 500 && i == 0 {
			g.More = 120
		}
		c.Groups = append(c.Groups, g)
	}
	return m
}

func finding(code app.FindingCode, i int, long bool) views.FindingRow {
	f := app.Finding{
		Code: code, Organization: app.Named{ID: int64(i + 1), Name: name(i, long)}, Company: app.Named{ID: 250, Name: name(i+1, long)}, Agreement: app.Named{ID: 12, Name: "Managed Services 2026"},
		Meter: []app.Meter{app.MeterAccounts, app.MeterStorage, "veeam.workloads"}[i%3], Product: "X360-ACCOUNT", Unit: []string{app.UnitEach, app.UnitGB, app.UnitEach}[i%3],
		Used: new(q("21")), Billed: new(q("17.25")), Amount: new(q("18.75")), Message: "21 are used, and accounts is not ticked, so nothing bills it. Tick it on the organization's Settings tab.",
	}
	r := views.FindingRow{OrganizationURL: link.Readings(3), Fix: &ui.Action{Label: "Tick it", Path: link.OrganizationSettings(3) + "#f-bill", Small: true}}
	switch i % 4 {
	case 1:
		f.Amount, f.Billed, f.Product = nil, nil, ""
	case 2:
		f.Organization, r.OrganizationURL = app.Named{}, ""
		f.Used, f.Amount = nil, new(q("-1105"))
		r.Fix = &ui.Action{Label: "Open agreement", Path: "https://na.myconnectwise.net/", External: true, Small: true}
	case 3:
		f.Agreement, f.Company = app.Named{}, app.Named{}
	}
	r.Finding = f
	return r
}

// rule is the form of a meter's rule, with some of its own values.
func rule(prefix string, m app.Meter, own bool) views.RuleForm {
	r := views.RuleForm{Prefix: prefix, Meter: m, Base: app.QuantityRule{Unit: app.UnitEach, Round: "up", Basis: app.BasisOwn, FSE: "count"}, Words: "rounded up"}
	if m == app.MeterStorage {
		r.Base.Unit, r.Base.Minimum, r.Words = app.UnitGB, new(q("100")), "in GB, rounded up, at least 100"
	}
	if own {
		r.Round, r.Minimum, r.Trials = "nearest", "1,000", views.No
	}
	return r
}

func exclusions(n int, long, bad bool) []views.ExclusionRow {
	var out []views.ExclusionRow
	for i := range min(n, 100) {
		r := views.ExclusionRow{N: i, Kind: app.ObjectAccount, ID: "13246" + strconv.Itoa(i), Name: name(i, long), Counted: []views.MeterAmount{{Meter: app.MeterAccounts, Quantity: app.Q(1), Unit: app.UnitEach}}}
		switch i {
		case 0:
			r.Stored, r.Left, r.Reason = true, true, "Service account of the backup"
			r.Counted = append(r.Counted, views.MeterAmount{Meter: app.MeterStorage, Quantity: app.Q(212 << 30), Unit: app.UnitBytes})
		case 1:
			r.Stored, r.Left, r.Gone, r.Name, r.Counted = true, true, true, "", nil
			r.Reason = "Ours, lent for the move"
		case 2:
			r.Left = bad
		}
		out = append(out, r)
	}
	return out
}

// charts are a whole year, a single month, one without any reading, and numbers of every size.
func charts(long, bad bool) []views.MeterChart {
	var year, huge, zero []app.MeterMonth
	p := nov
	for range 12 {
		p = p.Prev()
	}
	for i := range 13 {
		m := app.MeterMonth{Meter: app.MeterAccounts, Basis: app.BasisOwn, Unit: app.UnitEach, Period: p, Read: new(app.Q(int64(30 + i*i%17))), ReadAt: p.Start(zone).AddDate(0, 0, 27), Billed: new(app.Q(int64(29 + i))), BilledUnit: app.UnitEach}
		if i < 2 {
			m.Billed = nil
		}
		if i == 6 || bad && i > 8 {
			m.Read = nil
		}
		year = append(year, m)
		m.Meter, m.Unit, m.Read, m.Billed, m.BilledUnit, m.Statement = app.MeterStorage, app.UnitBytes, new(app.Q(int64(i*i+1)<<52)), new(app.Q(int64(i*i)<<22)), app.UnitGB, long
		huge = append(huge, m)
		m.Meter, m.Unit, m.Read, m.Billed = app.MeterFileServer, app.UnitEach, new(app.Q(0)), nil
		zero = append(zero, m)
		p = p.Next()
	}
	one := app.MeterMonth{Meter: "veeam.workloads", Basis: app.BasisOwn, Unit: app.UnitEach, Period: nov, Read: new(app.Q(1)), ReadAt: now}
	odd := app.MeterMonth{Meter: app.MeterGuests, Basis: app.BasisInclusive, Unit: app.UnitGB, Period: nov.Prev(), Read: new(app.Q(1)), ReadAt: now}
	count := one
	count.Meter, count.Basis = odd.Meter, odd.Basis
	var out []views.MeterChart
	for _, list := range [][]app.MeterMonth{year, huge, zero, {one}, {odd, count}} {
		out = append(out, views.Chart(list, nov, 13, same))
	}
	return out
}

func same(q app.Quantity, from, to string) (app.Quantity, bool) {
	if from == app.UnitBytes && to == app.UnitGB {
		return ui.GB(q), true
	}
	return q, from == to
}
