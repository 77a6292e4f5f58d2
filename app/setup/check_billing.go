package setup

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/settings"
)

// What ConnectWise calls things.
const (
	agreementActive = "Active"
	classBundle     = "Bundle"
	cycleMonthly    = "Monthly"
)

func meters[V any](m map[app.Meter]V) []app.Meter { return slices.Sorted(maps.Keys(m)) }

func orWord(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}

// agreementChecks has one check for each organization billed on this connection.
func (r *run) agreementChecks() []check {
	var all []check
	for _, m := range r.mapped() {
		if m.Agreement.ID != 0 {
			all = append(all, check{id: "agreement." + m.id, title: "The agreement of " + m.name + " can be billed", needs: []string{"right.agreements.inquire", "right.companies.inquire"}, prove: r.agreement(m.Effective, m.name)})
		}
	}
	return all
}

const fixMapping = "Choose another agreement on the organization's Settings ▸ PSA page, or correct it in ConnectWise under Finance ▸ Agreements."

// agreement looks at the company first: where that is gone, its agreements are of no use, and what the person needs to
// know is which company took its place.
func (r *run) agreement(e settings.Effective, organization string) func(context.Context) finding {
	return func(ctx context.Context) finding {
		rows, err := r.agreementList(ctx)
		if err != nil {
			return r.refused(err, fixRight(agreementsInquire))
		}
		var a app.Agreement
		at := slices.IndexFunc(rows, func(o app.OptionRow) bool { return o.ID == e.Agreement.ID })
		if at >= 0 {
			a = agreementOf(rows[at])
		}
		if bad := r.companyOf(ctx, e.Company, organization, a.Company); bad.state != "" {
			return bad
		}
		if at < 0 {
			return failed(fmt.Sprintf("ConnectWise has no agreement %d any more.", e.Agreement.ID)+othersOf(rows, e.Company.ID), fixMapping)
		}
		return r.billable(a, e.Company.ID)
	}
}

func (r *run) agreementList(ctx context.Context) ([]app.OptionRow, error) {
	return r.list(ctx, app.ListAgreements, 0)
}

// othersOf names the active agreements a company has, for the person to choose from.
func othersOf(rows []app.OptionRow, company int64) string {
	var names []string
	for _, row := range rows {
		if a := agreementOf(row); a.CompanyID == company && !row.Inactive {
			names = append(names, fmt.Sprintf("%s (record %d)", a.Name, a.ID))
		}
	}
	if len(names) == 0 {
		return " The company has no active agreement."
	}
	return " The company has " + listed(names) + "."
}

// companyOf finds out whether the mapped company can be used; an empty finding when it can.
func (r *run) companyOf(ctx context.Context, c app.CompanyRef, names ...string) finding {
	const fix = "Choose the company on the organization's Settings ▸ PSA page, or correct it in ConnectWise under Companies ▸ Companies."
	rows, err := r.companyList(ctx)
	if err != nil {
		return r.refused(err, fixRight(companiesInquire))
	}
	at := slices.IndexFunc(rows, func(o app.OptionRow) bool { return o.ID == c.ID })
	switch {
	case at < 0:
		return failed(fmt.Sprintf("The company %s (record %d) was deleted in ConnectWise.", orWord(c.Identifier, "of the mapping"), c.ID)+twinsOf(rows, c, append(names, r.formerName(c.ID))),
			"Choose another company on the organization's Settings ▸ PSA page, or restore it from ConnectWise's recycle bin.")
	case rows[at].Inactive:
		return failed(fmt.Sprintf("The company %s (record %d) is inactive in ConnectWise.", rows[at].Name, c.ID), "Change the status of the company in ConnectWise under Companies ▸ Companies, or choose another company on the organization's Settings ▸ PSA page.")
	case companyOf(rows[at]).StatusUnknown:
		return warning(fmt.Sprintf("It cannot be seen whether the company %s (record %d) is inactive, so its lines wait for you.", rows[at].Name, c.ID), fixTables([]string{tableStatuses})+" "+fix)
	}
	return finding{}
}

// formerName is what a company was called when the companies were read before this test.
func (r *run) formerName(id int64) string {
	for _, row := range r.formerly {
		if row.ID == id {
			return row.Name
		}
	}
	return ""
}

// twinsOf names live companies that are called as the one that is gone: it was made anew, or merged. None is taken for
// it; what belongs to which is for a person to say.
func twinsOf(rows []app.OptionRow, gone app.CompanyRef, names []string) string {
	var twins []string
	for _, row := range rows {
		called := slices.ContainsFunc(names, func(n string) bool {
			return n != "" && strings.EqualFold(strings.TrimSpace(n), strings.TrimSpace(row.Name))
		})
		if called || gone.Identifier != "" && row.Identifier == gone.Identifier {
			twins = append(twins, fmt.Sprintf("%s (%s, record %d)", row.Name, row.Identifier, row.ID))
		}
	}
	if len(twins) == 0 {
		return ""
	}
	return " There is " + listed(twins) + ". It is another record, so nothing goes there before you say so."
}

// billable judges an agreement by the calendar day in the connection's zone.
func (r *run) billable(a app.Agreement, company int64) finding {
	y, m, d := r.Now().In(settings.Location(r.conn)).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	name := fmt.Sprintf("The agreement %s (record %d)", a.Name, a.ID)
	switch {
	case a.CompanyID != company:
		return failed(name+" belongs to "+a.Company+", not to the mapped company.", fixMapping)
	case a.Cancelled || a.Status != "" && a.Status != agreementActive:
		state := strings.ToLower(a.Status)
		if a.Cancelled {
			state = "cancelled"
		}
		return failed(name+" is "+state+".", fixMapping)
	case a.StartDate.After(today):
		return failed(name+" starts only on "+dayOf(a.StartDate)+".", fixMapping)
	case !a.EndDate.IsZero() && a.EndDate.Before(today):
		return failed(name+" ended on "+dayOf(a.EndDate)+".", fixMapping)
	case a.BillingCycle != "" && a.BillingCycle != cycleMonthly:
		return warning(name+" is billed "+a.BillingCycle+", not monthly. Its lines wait until you confirm that once.", "In ConnectWise open Finance ▸ Agreements ▸ "+a.Name+" and change the Billing Cycle, or confirm at the first push.")
	}
	next := ""
	if !a.NextInvoice.IsZero() {
		next = " Its next invoice is of " + dayOf(a.NextInvoice) + "."
	}
	return ok(name + " is active." + next)
}

func dayOf(t time.Time) string { return t.Format("2 January 2006") }
