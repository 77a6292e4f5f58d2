package setup

import (
	"fmt"
	"maps"
	"slices"

	"psabridge/app"
)

// agreement judges the agreement of an organization that is billed. An agreement that begins only later is waited for.
func (m *mender) agreement(o placed) {
	a, known := m.agreements[o.Agreement.ID]
	only := m.only(o.Company.ID, o.Agreement.ID)
	switch {
	case o.Agreement.ID == 0:
		m.add(o, app.RepairNoAgreement, only, "No agreement is chosen for %s: nothing is billed. Choose the agreement.", metersOf(o.Bill))
	case !known:
		m.add(o, app.RepairAgreementGone, only, "ConnectWise does not list agreement #%d of %s any more. Choose the one that took its place.", o.Agreement.ID, m.companyName(o))
	case a.CompanyID != o.Company.ID:
		m.add(o, app.RepairAgreementMoved, only, "The agreement %s (#%d) belongs to %s now, not to %s. Choose one of its own company.", a.Name, a.ID, a.Company, m.companyName(o))
	case m.ended(a):
		m.add(o, app.RepairAgreementEnded, only, "The agreement %s (#%d) is %s: its lines are held. Choose the one that took its place, or end the mapping.", a.Name, a.ID, m.endWord(a))
	}
}

// ended reports an agreement that bills nobody any more.
func (m *mender) ended(a app.Agreement) bool { return m.endWord(a) != "" }

func (m *mender) endWord(a app.Agreement) string {
	switch {
	case a.Cancelled || a.Status == "Cancelled":
		return "cancelled"
	case !a.EndDate.IsZero() && a.EndDate.Before(m.today):
		return "over since " + dayOf(a.EndDate)
	case a.StartDate.After(m.today):
		return "" // ConnectWise calls it inactive until then
	case a.Status == "Expired":
		return "expired"
	case a.Status != "" && a.Status != agreementActive:
		return "inactive"
	}
	return ""
}

// runs are a company's agreements that bill today, one left aside.
func (m *mender) runs(company, aside int64) (out []app.Agreement) {
	for _, id := range slices.Sorted(maps.Keys(m.agreements)) {
		a := m.agreements[id]
		if a.CompanyID == company && a.ID != aside && !m.ended(a) && !a.StartDate.After(m.today) {
			out = append(out, a)
		}
	}
	return out
}

// only suggests the one running agreement of a company; with several a person must look.
func (m *mender) only(company, aside int64) suggested {
	c := m.companies[company]
	running := m.runs(company, aside)
	if len(running) != 1 || c.Inactive || c.Deleted {
		return suggested{}
	}
	a := running[0]
	return suggested{&app.MappingChoice{AgreementID: a.ID}, fmt.Sprintf("%s (#%d) is the only running agreement of %s.", a.Name, a.ID, c.Name)}
}

// heir suggests the company that took another's place: the one its agreement belongs to now, as after a merge, or the only
// active one of the same name. Where the two disagree, or its agreement would not follow, a person must look.
func (m *mender) heir(o placed) suggested {
	named := m.sameName(o)
	to, why := int64(0), ""
	if len(named) == 1 {
		to, why = named[0].ID, fmt.Sprintf("%s (#%d) is the only active company of that name.", named[0].Name, named[0].ID)
	}
	if a, known := m.agreements[o.Agreement.ID]; known && a.CompanyID != o.Company.ID && !m.ended(a) {
		c, known := m.companies[a.CompanyID]
		if !known || c.Inactive || c.Deleted || len(named) > 0 && to != c.ID {
			return suggested{}
		}
		to, why = c.ID, fmt.Sprintf("Its agreement %s (#%d) belongs to %s (#%d) now, as after a merge.", a.Name, a.ID, c.Name, c.ID)
	}
	if to == 0 {
		return suggested{}
	}
	choice := &app.MappingChoice{CompanyID: to}
	if o.Agreement.ID == 0 {
		return suggested{choice, why}
	}
	if a := m.agreements[o.Agreement.ID]; a.CompanyID == to && !m.ended(a) {
		return suggested{choice, why}
	}
	running := m.runs(to, 0)
	if len(running) != 1 {
		return suggested{}
	}
	choice.AgreementID = running[0].ID
	return suggested{choice, why + fmt.Sprintf(" %s (#%d) is its only running agreement.", running[0].Name, running[0].ID)}
}

// sameName are the active companies that are called as the mapped one was, or as the organization is.
func (m *mender) sameName(o placed) (out []app.Company) {
	wanted := map[string]bool{normalise(o.org.Name): true, normalise(m.companyName(o)): true}
	delete(wanted, "")
	for _, id := range slices.Sorted(maps.Keys(m.companies)) {
		c := m.companies[id]
		if c.ID != o.Company.ID && !c.Inactive && !c.Deleted && wanted[normalise(c.Name)] {
			out = append(out, c)
		}
	}
	return out
}
