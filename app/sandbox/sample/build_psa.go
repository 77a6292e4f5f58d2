package sample

import (
	"strings"
	"time"
)

func (m *MSP) buildPSA() PSA {
	p := PSA{
		CompanyStatuses: []CompanyStatus{
			{Option: Option{ID: StatusActive, Name: "Active", Default: true}},
			{Option: Option{ID: StatusInactive, Name: "Inactive", Inactive: true}},
			{Option: Option{ID: StatusImported, Name: "Imported"}},
			{Option: Option{ID: StatusDelinquent, Name: "Delinquent"}, DisallowSaving: true},
		},
		AgreementTypes: []Option{{ID: TypeManaged, Name: "Managed Services", Default: true}, {ID: 66, Name: "Block Time"}, {ID: 67, Name: "Hosting", Inactive: true}},
		BillingCycles:  []Option{{ID: CycleMonthly, Name: "Monthly", Default: true}, {ID: 3, Name: "Quarterly"}, {ID: CycleYearly, Name: "Yearly"}},
		Boards:         boards(),
		Priorities: []Priority{
			{Option{ID: PriorityEmergency, Name: "Priority 1 - Emergency"}, "Red", "Critical"},
			{Option{ID: 2, Name: "Priority 2"}, "Orange", "High"},
			{Option{ID: 3, Name: "Priority 3", Default: true}, "Yellow", "Medium"},
			{Option{ID: 4, Name: "Priority 4"}, "Green", "Low"},
		},
		Sources: []Option{{ID: 1, Name: "Phone"}, {ID: 2, Name: "Email Connector", Default: true}, {ID: 3, Name: "Monitoring"}, {ID: 4, Name: "Portal"}},
		Members: []Member{
			{ID: 140, Identifier: MemberIdentifier, Name: "Axcient API"},
			{ID: 141, Identifier: "mkoch", Name: "Maren Koch"},
			{ID: 142, Identifier: "tpetersen", Name: "Till Petersen"},
			{ID: 143, Identifier: "jlorenz", Name: "Jana Lorenz", Inactive: true},
		},
		Catalog: catalog(),
	}
	p.Companies = append(p.Companies, Company{ID: 249, Identifier: "Nordlicht", Name: MasterName, StatusID: StatusActive})
	for i, c := range customers {
		m.addCompany(&p, 250+i, c)
	}
	// The twin a person once deleted: same name, other record id.
	p.Companies = append(p.Companies,
		Company{ID: 198, Identifier: "ContosoAlt", Name: "Contoso Logistik", StatusID: StatusActive, Deleted: true},
		Company{ID: 301, Identifier: "Physio Plus West", Name: "Physio Plus West", StatusID: StatusActive},
		Company{ID: 302, Identifier: "Catchall", Name: "Catchall (for unknown e-mail)", StatusID: StatusActive})
	return p
}

func boards() []Board {
	return []Board{
		{
			ID: BoardAlerts, Name: "Alerts",
			Statuses: []Status{
				{Option: Option{ID: 101, Name: "New", Default: true}},
				{Option: Option{ID: 102, Name: "In Progress"}},
				{Option: Option{ID: 103, Name: "Waiting on Customer"}},
				// Boards exist whose "Completed" does not close anything.
				{Option: Option{ID: 104, Name: "Completed"}},
				{Option: Option{ID: 105, Name: "Closed"}, Closed: true},
				{Option: Option{ID: 106, Name: ">Closed (old)", Inactive: true}, Closed: true},
			},
			Types:    []Option{{ID: 201, Name: "Backup", Default: true}, {ID: 202, Name: "File sync"}, {ID: 203, Name: "Old type", Inactive: true}},
			Subtypes: []Option{{ID: 221, Name: "File server"}, {ID: 222, Name: "Quota"}, {ID: 223, Name: "Tape", Inactive: true}},
			Items:    []Option{{ID: 241, Name: "Unreachable"}, {ID: 242, Name: "Disk"}},
			Associations: []Association{
				{ID: 261, TypeID: 201, SubtypeID: 221, ItemID: 241},
				{ID: 262, TypeID: 201, SubtypeID: 221, ItemID: 242},
				{ID: 263, TypeID: 201, SubtypeID: 222},
				{ID: 264, TypeID: 202, SubtypeID: 222},
				{ID: 265, TypeID: 203, SubtypeID: 223},
			},
			Teams: []Option{{ID: 301, Name: "Service Desk", Default: true}, {ID: 302, Name: "Field Team"}},
		},
		{
			ID: BoardNOC, Name: "NOC",
			Statuses: []Status{
				{Option: Option{ID: 111, Name: "New", Default: true}},
				{Option: Option{ID: 112, Name: "Assigned"}},
				{Option: Option{ID: 113, Name: "Resolved"}, Closed: true},
			},
			Types: []Option{{ID: 211, Name: "Monitoring", Default: true}, {ID: 212, Name: "Network"}},
			// The same names as on the other board, and other ids.
			Subtypes:     []Option{{ID: 231, Name: "File server"}, {ID: 232, Name: "Line"}},
			Items:        []Option{{ID: 251, Name: "Unreachable"}},
			Associations: []Association{{ID: 271, TypeID: 211, SubtypeID: 231, ItemID: 251}, {ID: 272, TypeID: 212, SubtypeID: 232}},
			Teams:        []Option{{ID: 311, Name: "NOC Team", Default: true}},
		},
		{ID: 13, Name: "Projects (closed)", Inactive: true, Statuses: []Status{{Option: Option{ID: 121, Name: "New", Default: true}}}},
	}
}

func (m *MSP) addCompany(p *PSA, id int, c customer) {
	if c.company == "-" || c.sharesWith != 0 {
		return
	}
	name := c.company
	if name == "" {
		name = c.name
	}
	status := StatusActive
	if c.inactive {
		status = StatusInactive
	}
	p.Companies = append(p.Companies, Company{ID: id, Identifier: identifier(name, c.id), Name: name, StatusID: status})
	if !c.unmapped {
		m.addAgreement(p, id, c)
	}
}

func (m *MSP) addAgreement(p *PSA, company int, c customer) {
	if c.agreement == agreementNone {
		return
	}
	start := monthStart(m.start).AddDate(0, -14-c.id%7, 0)
	a := Agreement{
		ID: agreementID(c.id), CompanyID: company, TypeID: TypeManaged, CycleID: CycleMonthly,
		Name: "Managed Services", Start: start, NextInvoice: monthStart(m.start).AddDate(0, 1, 0), Prorate: c.id%5 == 0,
	}
	switch c.agreement {
	case agreementExpired:
		a.End = monthStart(m.start).AddDate(0, -1, -1)
	case agreementChild:
		a.ParentID, a.Name = agreementID(c.parent), "Managed Services – Verwaltung"
	case agreementCancelled:
		a.Cancelled = true
	case agreementFuture:
		a.Start = monthStart(m.start).AddDate(0, 2, 0)
	case agreementYearly:
		a.CycleID, a.NextInvoice = CycleYearly, monthStart(m.start).AddDate(0, 7, 0)
	default: // as it stands
	}
	p.Agreements = append(p.Agreements, a)
	if c.agreement != agreementBare && c.agreement != agreementFuture {
		m.addLines(p, a, c)
	}
}

// addLines writes what was billed last month: usually a little less than what
// is used today, sometimes the same.
func (m *MSP) addLines(p *PSA, a Agreement, c customer) {
	persons, storage, servers := float64(c.persons), float64(c.storage), float64(c.servers)
	for _, other := range customers {
		if other.sharesWith == c.id {
			persons, storage, servers = persons+float64(other.persons), storage+float64(other.storage), servers+float64(other.servers)
		}
	}
	if !c.equal {
		persons = max(1, persons-float64(m.random.IntN(4)))
		storage = max(1, storage-float64(1+m.random.IntN(int(storage/8)+1)))
	}
	account := p.line(a, ProductAccount, persons)
	account.LessIncluded = c.lessInclude
	if c.agreement == agreementLineEnded {
		account.Cancelled = monthStart(m.start).AddDate(0, -2, 0)
	}
	p.line(a, ProductStorage, storage)
	if servers > 0 {
		p.line(a, ProductFileServer, servers)
	}
	if c.agreement == agreementTwice {
		p.line(a, ProductStorage, 10).Effective = a.Start.AddDate(0, 6, 0)
	}
	p.line(a, 1510+c.id%20, float64(1+c.id%4)) // something of the provider's own
}

func (p *PSA) line(a Agreement, product int, quantity float64) *Addition {
	var item Product
	for _, i := range p.Catalog {
		if i.ID == product {
			item = i
		}
	}
	p.Additions = append(p.Additions, Addition{
		ID: 7001 + len(p.Additions), AgreementID: a.ID, ProductID: product, Quantity: quantity,
		UnitPrice: item.Price, UnitCost: item.Cost, BillCustomer: "Billable", Effective: a.Start,
	})
	return &p.Additions[len(p.Additions)-1]
}

// CompanyOf and AgreementOf tell where an organization belongs in ConnectWise;
// 0 means nowhere. They are the mapping Settings writes down.
func CompanyOf(organization int) int {
	for i, c := range customers {
		if c.id != organization || c.company == "-" {
			continue
		}
		if c.sharesWith != 0 {
			return CompanyOf(c.sharesWith)
		}
		return 250 + i
	}
	return 0
}

// AgreementOf returns the agreement an organization is billed on; 0 means none.
func AgreementOf(organization int) int {
	for _, c := range customers {
		if c.id != organization || c.company == "-" || c.unmapped || c.agreement == agreementNone {
			continue
		}
		if c.sharesWith != 0 {
			return AgreementOf(c.sharesWith)
		}
		return agreementID(c.id)
	}
	return 0
}

func agreementID(organization int) int { return organization - 3811 }

func identifier(name string, id int) string {
	words := strings.Fields(name)
	s := strings.Join(words[:min(2, len(words))], " ")
	if r := []rune(s); len(r) > 26 {
		s = string(r[:26])
	}
	if id == 4713 || id == 4714 || id == 4723 || id == 4734 || id == 4731 {
		s = string([]rune(s)[:min(20, len([]rune(s)))]) + " " + string(rune('A'+id%26))
	}
	return s
}

func monthStart(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}
