package sample

import (
	"cmp"
	"slices"
	"time"
)

// buildHistory fills the activity log with the month before the start.
func (m *MSP) buildHistory() {
	var rows []Activity
	people, servers := byID(m.persons, nil), byID(m.machines, func(d *Machine) bool { return d.Type == "server" })
	for range 420 {
		rows = append(rows, m.everydayRow(people[m.random.IntN(len(people))]))
	}
	for range 36 {
		d := servers[m.random.IntN(len(servers))]
		down := m.pastMonth()
		rows = append(rows, machineRow(d, TypeDisconnected, "disconnected", down),
			machineRow(d, TypeConnected, "connected", down.Add(time.Duration(1+m.random.IntN(240))*time.Minute)))
	}
	slices.SortStableFunc(rows, func(a, b Activity) int { return a.Created.Compare(b.Created) })
	for _, a := range rows {
		if !a.Created.After(m.start) {
			m.log(a, a.ActionText)
		}
	}
}

func (m *MSP) everydayRow(p Person) Activity {
	kinds := []struct {
		id     int
		action string
	}{{TypeFileUploaded, "uploaded"}, {TypeSignedIn, "logged in"}, {TypeFileUploaded, "uploaded"}, {TypeShareCreated, "created share"}, {TypeSignInFailed, "failed to log in"}}
	k := kinds[m.random.IntN(len(kinds))]
	a := Activity{
		TypeID: k.id, Created: m.pastMonth(), ActorType: "person", ActorText: p.Email, ActorCompanyID: p.CompanyID, ActorPersonID: p.ID,
		ActionText: k.action, ActedOnType: "person", ActedOnText: p.Email, ActedOnCompanyID: p.CompanyID, ActedOnPersonID: p.ID,
	}
	if k.id == TypeFileUploaded || k.id == TypeShareCreated {
		a.ActedOnType, a.ActedOnText, a.ActedOnPersonID, a.ActedOnRootID = "root", p.FirstName+" "+p.LastName, 0, p.RootID
	}
	return a
}

func machineRow(d Machine, kind int, action string, at time.Time) Activity {
	return Activity{
		TypeID: kind, Created: at, ActorType: "machine", ActorText: d.DNSName, ActorCompanyID: d.CompanyID, ActorMachineID: d.ID,
		ActionText: action, ActedOnType: "machine", ActedOnText: d.DNSName, ActedOnCompanyID: d.CompanyID, ActedOnMachineID: d.ID,
	}
}

func (m *MSP) pastMonth() time.Time {
	return m.start.Add(-time.Duration(m.random.IntN(30*24*3600)) * time.Second)
}

// Servers lists the file servers of the whole provider in the order of their names.
func (m *MSP) Servers() []Machine {
	m.mu.RLock()
	defer m.mu.RUnlock()
	rows := byID(m.machines, func(d *Machine) bool { return d.Type == "server" && m.within(d.CompanyID, MasterID) })
	slices.SortStableFunc(rows, func(a, b Machine) int { return cmp.Compare(a.DNSName, b.DNSName) })
	return rows
}
