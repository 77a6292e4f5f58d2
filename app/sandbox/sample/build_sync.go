package sample

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// MasterName is the provider's own name.
const MasterName = "Nordlicht IT Services GmbH"

func (m *MSP) buildSync() {
	m.organizations[MasterID] = &Organization{
		ID: MasterID, Name: MasterName, Slug: "nordlicht", Email: "it@nordlicht.example", Timezone: "Europe/Berlin",
		Created: m.start.AddDate(-5, 0, 0), Quota: 20480 * GiB, FileServer: true, PSAEnabled: true, Active: true,
	}
	admin := m.addPerson(MasterID, "Administrator", "Nordlicht", m.start.AddDate(-5, 0, 0))
	admin.Email, admin.SiteAdmin = SyncUsername, true
	for i, c := range customers {
		m.buildOrganization(i, c)
	}
	// One server was already down when anybody first looked.
	for _, id := range sortedIDs(m.machines) {
		if d := m.machines[id]; d.CompanyID == 4732 && d.Type == "server" {
			d.LastDisconnect, d.LastLogin = m.start.Add(-3*time.Hour), m.start.Add(-50*time.Hour)
			return
		}
	}
}

func (m *MSP) buildOrganization(i int, c customer) {
	created := m.start.AddDate(0, -3-i, -i)
	o := &Organization{
		ID: c.id, ParentID: c.parent, Name: c.name, Slug: slug(c.name, c.id), Timezone: "Europe/Berlin", Created: created,
		Email: fmt.Sprintf("it@%s.example", slug(c.name, c.id)), Quota: c.quota * GiB, FileServer: c.servers > 0, Active: true,
	}
	if c.trial {
		o.TrialUntil = m.start.AddDate(0, 0, 12).Truncate(24 * time.Hour)
	}
	m.organizations[c.id] = o
	for range c.persons {
		m.addPerson(c.id, pick(m, firstNames), pick(m, lastNames), m.pastYear())
	}
	m.buildMachines(c)
	m.buildRoots(c)
	if i%4 == 0 {
		g := &Guest{ID: m.id("guest"), CompanyID: c.id, Email: fmt.Sprintf("guest%d@partner.example", i), Created: m.pastYear()}
		m.guests[g.ID] = g
	}
}

func (m *MSP) addPerson(organization int, first, last string, created time.Time) *Person {
	id := m.id("person")
	p := &Person{
		ID: id, CompanyID: organization, FirstName: first, LastName: last, Created: created, RootID: m.id("root"),
		Email: fmt.Sprintf("%s.%s%d@%s.example", ascii(first), ascii(last), id%1000, m.organizations[organization].Slug),
	}
	switch id % 4 {
	case 0:
		p.Quota = 50 * GiB
	case 1:
		p.Quota, p.QuotaAsText = 25*GiB, true
	}
	m.persons[id] = p
	return p
}

func (m *MSP) buildMachines(c customer) {
	short := strings.ToUpper(ascii(c.name))
	if len(short) > 6 {
		short = short[:6]
	}
	if short == "" {
		short = fmt.Sprintf("ORG%d", c.id)
	}
	for n := range c.servers {
		m.addMachine(c.id, fmt.Sprintf("%s-FS%02d", short, n+1), "server")
	}
	for n := range c.agents {
		m.addMachine(c.id, fmt.Sprintf("%s-PC%02d", short, n+1), "agent")
	}
	if c.agents > 4 {
		m.addMachine(c.id, short+"-Phone", "mobile")
	}
}

func (m *MSP) addMachine(organization int, name, kind string) *Machine {
	d := &Machine{
		ID: m.id("machine"), CompanyID: organization, GUID: m.guid(), DNSName: name, Type: kind, OSType: "win",
		OSVersion: "Windows 11 Pro", AgentVersion: "2.7.1.1550", Created: m.pastYear(),
		LastLogin: m.start.Add(-time.Duration(1+m.random.IntN(72)) * time.Hour),
	}
	switch kind {
	case "server":
		d.OSVersion, d.HealthReportMinutes = "Windows Server 2022", 15
	case "mobile":
		d.OSType, d.OSVersion, d.AgentVersion = "ios", "18.1", "4.2.0"
	}
	m.machines[d.ID] = d
	return d
}

// buildRoots spreads a customer's storage over the home roots of its accounts
// and a few shared ones, so that the sum is exact and no root is special.
func (m *MSP) buildRoots(c customer) {
	left := c.storage*GiB - GiB/3
	var homes []*Person
	for _, id := range sortedIDs(m.persons) {
		if p := m.persons[id]; p.CompanyID == c.id {
			homes = append(homes, p)
		}
	}
	for _, p := range homes {
		used := min(left/3, int64(m.random.IntN(2048))<<20+int64(m.random.IntN(1<<20)))
		left -= used
		p.Usage = used
		m.roots[p.RootID] = &Root{ID: p.RootID, CompanyID: c.id, Name: p.FirstName + " " + p.LastName, Type: "user", SpaceUsed: used, Revision: used / 9}
	}
	for n, name := range []string{"Projects", "Accounting", "Shared"} {
		used := left / int64(3-n)
		left -= used
		id := m.id("root")
		m.roots[id] = &Root{ID: id, CompanyID: c.id, Name: name, Type: "share", SpaceUsed: used, Revision: used / 20}
	}
}

func (m *MSP) pastYear() time.Time {
	return m.start.Add(-time.Duration(40*24+m.random.IntN(300*24)) * time.Hour)
}

func (m *MSP) guid() string {
	a, b := m.random.Uint64(), m.random.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, 0x8000|b>>48&0x3fff, b&0xffffffffffff)
}

func pick(m *MSP, from []string) string { return from[m.random.IntN(len(from))] }

// ascii keeps the plain letters and digits of a name, in lower case.
func ascii(name string) string {
	return strings.Map(func(r rune) rune {
		r = unicode.ToLower(r)
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return -1
	}, name)
}

func slug(name string, id int) string {
	s := ascii(name)
	if len(s) > 20 {
		s = s[:20]
	}
	if s == "" {
		return fmt.Sprintf("org%d", id)
	}
	return s
}

var firstNames = []string{"Anna", "Björn", "Chiara", "Dörte", "Emre", "Freya", "Giulia", "Hauke", "Ines", "Jörg", "Katrin", "Łukasz", "Mehmet", "Nele", "Okan", "Petra", "Quentin", "René", "Søren", "Thandiwe", "Uwe", "Vera", "Wiebke", "Xenia", "Yusuf", "Zoë"}

var lastNames = []string{"Ahlers", "Brodersen", "Çelik", "Dietrich", "Eggers", "Friedrichsen", "Groß", "Hansen", "Ibrahim", "Jansen", "Krüger", "Lüders", "Müller", "Nguyen", "Olsen", "Petersen", "Quast", "Rohde", "Schröder", "Thomsen", "Ude", "Voß", "Węgrzyn", "Yıldız", "Zimmermann"}
