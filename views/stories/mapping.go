package stories

import (
	"fmt"
	"time"

	"github.com/a-h/templ"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// mappingStories are the pages on which organizations get their companies, and lose them.
func mappingStories(state string, n int, long, bad bool, sh func(title, current string) layout.Shell, add func(state, page string, v templ.Component)) {
	add(state, "mapping", views.MappingPage(mapping(sh("Mapping", link.Mapping), n, long, bad)))
	add(state, "mapping-check", views.MappingCheckPage(mappingCheck(sh("Mapping", link.Mapping), n, long, bad)))
	add(state, "customer-left", views.CustomerLeftPage(customerLeft(sh("Customer left", link.Organizations), n, long, bad)))
}

func mapping(s layout.Shell, n int, long, bad bool) views.Mapping {
	if n == 0 {
		return views.Mapping{Shell: s, Connection: "cw", Connections: []string{"cw"}}
	}
	m := views.Mapping{
		Shell: s, Connection: "cw", Connections: []string{"cw"}, Revision: 48, ReadAt: ago(3 * time.Hour), Companies: 212, Billing: true, Sources: []string{"sync"},
		Counts: views.MappingCounts{All: n, Unmatched: n / 3, Matched: n - n/3}, Certain: n / 6, Opens: 3, Aside: 2, MatchedAll: n - n/3,
		Meters:  []app.Meter{app.MeterAccounts, app.MeterStorage, app.MeterFileServer},
		History: []views.MappingChange{{Rev: 48, At: ago(2 * time.Hour), By: "person", Count: 12}, {Rev: 44, At: ago(50 * time.Hour), By: "person, " + name(2, long) + " left: contract ended", Count: 1}},
	}
	if long || bad {
		m.Sources, m.Connections = []string{"sync", "cloud"}, []string{"cw", "branch"}
	}
	if bad {
		m.Repairs, m.Overlaps, m.Mends, m.Counts.Repair = mappingRepairs(long)
		m.Errors = ui.Errors{{Field: "company-1", Message: name(0, long) + ": 2 companies are called “Twin”: #5, #6. Type the number of the one you mean."}}
	}
	for i := range min(n, 50) {
		if i < min(n/3, 20) {
			m.Unmatched = append(m.Unmatched, unmatchedRow(i, long, bad))
		} else {
			m.Matched = append(m.Matched, matchedRow(i, long, bad))
		}
	}
	if n > 50 {
		m.Pager = ui.Pager{Text: fmt.Sprintf("1–50 of %d", n), Older: link.With(link.Mapping, "page", "1")}
	}
	return m
}

func unmatchedRow(i int, long, bad bool) views.MatchRow {
	r := views.MatchRow{ID: int64(i + 1), Name: name(i, long), Source: "sync", Parent: name(1, long), Usage: []app.Reading{{Meter: app.MeterAccounts, Quantity: app.Q(int64(7 * i)), Complete: true}}}
	suggest := func(id int64, why string, certain bool) {
		r.Suggestions = append(r.Suggestions, views.MatchSuggestion{Company: app.Named{ID: id, Name: name(i, long)}, Identifier: "Contoso", Why: why, Certain: certain})
	}
	switch i % 5 {
	case 0:
		suggest(250, "The names are the same.", true)
		r.Waiting = 2
	case 1:
		suggest(311, "The same name but for legal form, accents, punctuation or case.", true)
	case 2:
		suggest(402, "Alike, 71 %. Look whether it is the one.", false)
	case 3:
		suggest(5, "Several fit by name. Look which one it is.", false)
		suggest(6, "Several fit by name. Look which one it is.", false)
		r.New = true
	case 4:
		r.LaterUntil = now.AddDate(0, 0, 5)
	}
	if bad && i == 0 {
		r.Typed, r.Error, r.Ticked = "Twin", name(0, long)+": 2 companies are called “Twin”: #5, #6. Type the number of the one you mean.", true
	}
	return r
}

func matchedRow(i int, long, bad bool) views.MappedRow {
	agreement := func(id int64, title string) app.Agreement {
		return app.Agreement{ID: id, Name: title, Type: "Managed Services", Status: "Active"}
	}
	r := views.MappedRow{
		ID: int64(i + 1), Name: name(i, long), Source: "sync", Company: app.Named{ID: int64(200 + i), Name: name(i, long)}, Identifier: "Contoso", Agreement: 12,
		Agreements: []app.Agreement{agreement(12, "Managed services"), agreement(13, "Backup "+name(i, long))},
		Meters: []views.MappedMeter{
			{Meter: app.MeterAccounts, Ticked: true, Product: "X360-ACCOUNT", Now: &app.Reading{Quantity: app.Q(43), Complete: true}},
			{Meter: app.MeterStorage, Ticked: i%2 == 0, Product: "X360-GB", Now: &app.Reading{Quantity: app.Q(int64(i) << 38), Unit: app.UnitBytes, Complete: i%3 != 0}},
		},
	}
	switch i % 6 {
	case 1:
		r.Agreement, r.Agreements, r.Proposed = 0, r.Agreements[:1], 12
		r.Meters[0].Ticked, r.Meters[1].Ticked = false, false
	case 2:
		r.Meters[1].Product, r.Meters[1].Own = "CONTOSO-GB", true
	case 3:
		r.Agreement, r.Agreements = 0, nil
	case 4:
		r.Inactive, r.Gone, r.Repairs = bad, bad, map[bool]int{true: 2}[bad]
	case 5:
		r.Agreement = 0
		r.Meters = append(r.Meters, views.MappedMeter{Meter: app.MeterFileServer, Ticked: true})
	}
	return r
}

func mappingRepairs(long bool) (repairs, overlaps []views.RepairRow, mends, broken int) {
	row := func(code app.RepairCode, who int, meter app.Meter, message, why string, actions ...ui.Action) views.RepairRow {
		r := views.RepairRow{Key: string(code), Actions: actions, Repair: app.Repair{Code: code, Meter: meter, Message: message, Why: why}}
		if who > 0 {
			r.Organization = app.Named{ID: int64(who), Name: name(who, long)}
		}
		if why != "" {
			r.Suggest = &app.MappingChoice{OrganizationID: int64(who)}
		}
		return r
	}
	choose := ui.Action{Label: "Choose", Path: link.OrganizationSettings(1), Small: true}
	left := ui.Action{Label: "Customer left", Path: link.CustomerLeft(1), Small: true}
	repairs = []views.RepairRow{
		row(app.RepairCompanyGone, 1, "", "ConnectWise does not list the company Contoso (#100) any more: it was deleted, or merged into another. Tickets and quantities have nowhere to go. Choose the company that took its place.", "Its agreement Managed (#1000) belongs to Contoso Group (#130) now, as after a merge.", choose),
		row(app.RepairAgreementEnded, 2, "", "The agreement Managed (#1000) is cancelled: its lines are held. Choose the one that took its place, or end the mapping.", "Backup (#1001) is the only running agreement of Fabrikam.", choose, left),
		row(app.RepairProductGone, 0, app.MeterStorage, "The Product ID X360-GB was renamed: the catalog item #900 that was billed as it is called X360-STORAGE now. Enter X360-STORAGE for storage under Billing of the connection.", "", ui.Action{Label: "Product IDs", Path: link.Connection("cw"), Small: true}),
		row(app.RepairGone, 4, "", "The source does not show it any more. Its lines are held, because nobody counts it. If the customer left, end the mapping; if not, look at the source.", "", choose, left),
	}
	overlaps = []views.RepairRow{row(app.RepairOverlap, 3, app.MeterStorage, "Branch is billed here and again inside Northwind, which is counted with its suborganizations. Untick one of the two, or count Northwind alone.", "", choose)}
	return repairs, overlaps, 2, 4
}

func mappingCheck(s layout.Shell, n int, long, bad bool) views.MappingCheck {
	m := views.MappingCheck{Shell: s, Connection: "cw", Revision: 48, Choices: "[]", Opens: n / 3, Back: link.MappingOf("cw")}
	for i := range n {
		m.Rows = append(m.Rows, views.MappingCheckRow{Organization: app.Named{ID: int64(i), Name: name(i, long)}, Changes: []string{"Company " + name(i, long) + " #250", "Agreement Managed #12", "Billed: accounts and storage"}})
	}
	if bad {
		m.LeftOut = []string{name(3, long) + ": its company has 2 agreements. Choose one of them first."}
	}
	return m
}

func customerLeft(s layout.Shell, n int, long, bad bool) views.CustomerLeft {
	m := views.CustomerLeft{Shell: s, Organization: head(long), Connection: "cw", Billing: true}
	if n == 0 {
		return m
	}
	m.Mapped, m.Company, m.Bill, m.Holding = true, app.Named{ID: 251, Name: "Contoso Zürich AG"}, []app.Meter{app.MeterAccounts, app.MeterStorage}, 1
	line := func(product string, meter app.Meter, all, own, others int64, unit string) views.LeftLine {
		l := views.LeftLine{Own: app.Q(own), Remains: app.Q(all - own), Others: int(others), URL: "https://na.myconnectwise.net/"}
		l.Product, l.Meter, l.After, l.Unit, l.Agreement = product, meter, app.Q(all), unit, app.Named{ID: 12, Name: "Managed " + name(2, long)}
		return l
	}
	m.Lines = []views.LeftLine{line("X360-ACCOUNT", app.MeterAccounts, 43, 15, 1, app.UnitEach), line("X360-GB", app.MeterStorage, 702, 702, 0, app.UnitGB)}
	if long {
		four := app.Q(4)
		m.Standing = []views.LeftLine{line("X360-FSE", app.MeterFileServer, 4, 4, 0, app.UnitEach)}
		m.Standing[0].Before = &four
		m.Staying = []app.Named{{ID: 8, Name: name(4, long)}, {ID: 9, Name: name(5, long)}}
	}
	if bad {
		m.Errors = ui.Errors{{Field: "reason", Message: "Say why the mapping ends, e.g. “contract ended on 30 November”. Somebody will ask in a year."}}
	}
	return m
}
