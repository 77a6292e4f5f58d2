package setup

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"psabridge/app"
	"psabridge/app/settings"
)

// mapped is an organization with an entry of its own that uses this connection.
type mapped struct {
	settings.Effective
	id, name string // for the ids and titles of its checks
	at       string // "source/external id"
}

// mapped lists the organizations of the settings that use this connection, in the settings' order.
func (r *run) mapped() []mapped {
	tree := make([]app.Organization, len(r.organizations))
	rows := make(map[[2]string]app.OrganizationRow, len(r.organizations))
	for i, o := range r.organizations {
		tree[i] = o.Organization
		rows[[2]string{o.Source, o.ExternalID}] = o
	}
	inherited := settings.NewTree(tree, r.doc)
	var all []mapped
	for _, o := range r.doc.Organizations {
		at := o.Source + "/" + o.ID
		m := mapped{Effective: inherited.Effective(o.Source, o.ID), id: at, name: at, at: at}
		row, known := rows[[2]string{o.Source, o.ID}]
		if known {
			m.id, m.name = strconv.FormatInt(row.ID, 10), row.Name
		}
		if m.Connection == r.conn.Name && row.State != app.OrganizationIgnored {
			all = append(all, m)
		}
	}
	tellApart(all)
	return all
}

// tellApart adds the source to names that are there more than once: a customer has the same name at two vendors, and of two checks
// that read alike nobody knows which to mend.
func tellApart(all []mapped) {
	named := map[string]int{}
	for _, m := range all {
		named[m.name]++
	}
	for i, m := range all {
		if named[m.name] > 1 {
			all[i].name += " (" + m.at + ")"
		}
	}
}

// billingReady says what the settings lack before anything is billed. It asks ConnectWise nothing.
func (r *run) billingReady(context.Context) finding {
	billed := 0
	var homeless, nameless []string
	missing := make(map[app.Meter]bool)
	for _, m := range r.mapped() {
		switch {
		case len(m.Bill) == 0:
			continue
		case m.Agreement.ID == 0:
			homeless = append(homeless, m.name)
			continue
		}
		billed++
		lacks := false
		for _, meter := range m.Bill {
			if m.Products[meter] == "" {
				missing[meter], lacks = true, true
			}
		}
		if lacks {
			nameless = append(nameless, m.name)
		}
	}
	switch {
	case len(missing) > 0:
		return failed(fmt.Sprintf("There is no Product ID for %s, which %s to be billed: %s.", listed(words(meters(missing))), countOf(len(nameless), "organization is", "organizations are"), some(nameless)),
			"Enter the Product ID under Billing of the connection, or on the organization's Settings ▸ PSA page. The set-up guide says how to make the product in ConnectWise.")
	case len(homeless) > 0:
		return warning(fmt.Sprintf("%s to be billed and no agreement: %s.", countOf(len(homeless), "organization has something", "organizations have something"), some(homeless)),
			"Choose the agreement on the organization's Settings ▸ PSA page, or take the ticks of what is billed away.")
	case billed == 0:
		return warning("Billing is enabled, but no organization is billed on this connection.", "Choose the agreement and what is billed on an organization's Settings ▸ PSA page, or switch Billing Enabled off.")
	}
	return ok(countOf(billed, "organization is", "organizations are") + " billed.")
}

func words[T ~string](all []T) []string {
	list := make([]string, len(all))
	for i, one := range all {
		list[i] = string(one)
	}
	return list
}

// some names a few of many.
func some(names []string) string {
	const most = 5
	if more := len(names) - most; more > 0 {
		names = append(names[:most:most], countOf(more, "other", "others"))
	}
	return listed(names)
}

// companyChecks is about the companies tickets go to. Where an agreement is checked its company is checked with it; of the
// others only those are listed that are wrong, because there can be many hundreds.
func (r *run) companyChecks() []check {
	var here []mapped
	for _, m := range r.mapped() {
		if m.Company.ID != 0 && (!r.conn.Billing.Enabled || m.Agreement.ID == 0) {
			here = append(here, m)
		}
	}
	if len(here) == 0 {
		return nil
	}
	return []check{{id: "companies", title: "The companies of the organizations can have tickets", needs: []string{"right.companies.inquire"}, prove: r.companies(here)}}
}

// companies lists each organization whose company is gone as a check of its own, before the sum of all.
func (r *run) companies(here []mapped) func(context.Context) finding {
	return func(ctx context.Context) finding {
		var wrong []string
		for _, m := range here {
			found, gone := r.ticketCompany(ctx, m)
			if found.state == "" {
				continue
			}
			if gone {
				wrong = append(wrong, m.name)
			}
			r.do(ctx, check{id: "company." + m.id, title: "The company of " + m.name + " can have tickets", prove: func(context.Context) finding { return found }, local: true})
		}
		all := countOf(len(here), "organization", "organizations")
		if len(wrong) > 0 {
			return failed(fmt.Sprintf("%d of the companies of %s cannot have tickets: of %s.", len(wrong), all, some(wrong)), "See the check of each company.")
		}
		return ok("The companies of " + all + " are there.")
	}
}

// ticketCompany judges the company of an organization for tickets. ConnectWise takes them for an inactive one as far as
// anybody knows, so that is only a warning; a status that cannot be seen does not matter here.
func (r *run) ticketCompany(ctx context.Context, m mapped) (found finding, gone bool) {
	found = r.companyOf(ctx, m.Company, m.name)
	if found.state != app.CheckFailed {
		return finding{}, false
	}
	rows, _ := r.companyList(ctx)
	if slices.ContainsFunc(rows, func(o app.OptionRow) bool { return o.ID == m.Company.ID }) {
		return warning(found.message, found.fix), false
	}
	return found, true
}

// companyList reads the companies with their statuses, which the checks need for themselves too. Statuses that cannot be
// read are left to the client, which knows what that means for the companies.
func (r *run) companyList(ctx context.Context) ([]app.OptionRow, error) {
	return r.lists.ask(listKey{app.ListCompanies, 0}, func() ([]app.OptionRow, error) {
		rows, _ := r.list(ctx, app.ListCompanyStatuses, 0)
		var statuses []app.Option
		for _, row := range rows {
			statuses = append(statuses, optionOf(row))
		}
		companies, err := r.client.Companies(ctx, statuses)
		if err != nil {
			return nil, err
		}
		return r.cache(ctx, r.conn.Name, app.ListCompanies, 0, companyRows(companies))
	})
}
