package sample

import (
	"slices"
	"time"
)

// GiB is the step x360Sync prints as "GB".
const GiB = int64(1) << 30

// Organization is one customer, or part of one, in x360Sync.
type Organization struct {
	ID, ParentID      int
	Name, Slug, Email string
	Timezone          string
	Created           time.Time
	TrialUntil        time.Time // zero: not a trial
	Quota             int64     // bytes; 0: no quota is set
	FileServer        bool      // the right to use File Server Enablement, not its use
	PSAEnabled        bool
	Active            bool
	Deleted           bool // answers 410 from then on
	Forbidden         bool // the signed-in administrator may not look inside
}

// Person is an account.
type Person struct {
	ID, CompanyID              int
	Email, FirstName, LastName string
	Created                    time.Time
	RootID                     int
	Quota                      int64 // bytes; 0: null on the wire
	QuotaAsText                bool  // the server writes the quota as a string, as some do
	Usage                      int64
	SiteAdmin                  bool
}

// Machine is a registered device. Type is server, agent or mobile.
type Machine struct {
	ID, CompanyID                         int
	GUID, DNSName, Type, OSType           string
	OSVersion, AgentVersion               string
	Created, LastLogin, LastDisconnect    time.Time // LastDisconnect zero: never disconnected
	APILogin                              bool      // made by an OAuth login, not by a device
	HealthReportMinutes, ThrottleKilobits int
}

// Down tells whether the machine is disconnected.
func (m Machine) Down() bool { return m.LastDisconnect.After(m.LastLogin) }

// Root is a synchronised folder tree with its size.
type Root struct {
	ID, CompanyID       int
	Name, Type          string
	SpaceUsed, Revision int64 // bytes
}

// Guest is somebody outside who was given a share.
type Guest struct {
	ID, CompanyID, CreatorID int
	Email                    string
	Created                  time.Time
}

// Activity is one row of the activity log.
type Activity struct {
	ID, TypeID                        int
	Created                           time.Time
	ActorType, ActorText              string
	ActorCompanyID                    int
	ActorMachineID, ActorPersonID     int // 0: null
	ActionText                        string
	ActedOnType, ActedOnText          string
	ActedOnCompanyID                  int
	ActedOnMachineID, ActedOnPersonID int // 0: null
	ActedOnRootID, ActedOnGuestID     int // 0: null
	DataText                          string
}

// ActivityType is one kind of row in the activity log.
type ActivityType struct {
	ID   int
	Text string
}

// MasterID is the provider's own organization, the top of the tree.
const MasterID = 4700

// Organization returns one organization, deleted ones too.
func (m *MSP) Organization(id int) (Organization, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	o, ok := m.organizations[id]
	if !ok {
		return Organization{}, false
	}
	return *o, true
}

// Organizations lists all organizations that exist, master first.
func (m *MSP) Organizations() []Organization {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return byID(m.organizations, func(o *Organization) bool { return !o.Deleted })
}

// Children lists the organizations directly below one.
func (m *MSP) Children(id int) []Organization {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return byID(m.organizations, func(o *Organization) bool { return o.ParentID == id && !o.Deleted })
}

// Persons lists the accounts of an organization and of all organizations below it.
func (m *MSP) Persons(organization int) []Person {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return byID(m.persons, func(p *Person) bool { return m.within(p.CompanyID, organization) })
}

// Machines lists the machines of an organization and of all organizations below it.
func (m *MSP) Machines(organization int) []Machine {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return byID(m.machines, func(d *Machine) bool { return m.within(d.CompanyID, organization) })
}

// Roots lists the roots of an organization and of all organizations below it.
func (m *MSP) Roots(organization int) []Root {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return byID(m.roots, func(r *Root) bool { return m.within(r.CompanyID, organization) })
}

// Guests lists the guests of an organization and of all organizations below it.
func (m *MSP) Guests(organization int) []Guest {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return byID(m.guests, func(g *Guest) bool { return m.within(g.CompanyID, organization) })
}

// Machine returns one machine.
func (m *MSP) Machine(id int) (Machine, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	d, ok := m.machines[id]
	if !ok {
		return Machine{}, false
	}
	return *d, true
}

// Person returns one account.
func (m *MSP) Person(id int) (Person, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	p, ok := m.persons[id]
	if !ok {
		return Person{}, false
	}
	return *p, true
}

// Activities lists the log of an organization and of all below it, newest first.
func (m *MSP) Activities(organization int) []Activity {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var rows []Activity
	for _, a := range slices.Backward(m.activities) {
		if m.within(a.ActedOnCompanyID, organization) || m.within(a.ActorCompanyID, organization) {
			rows = append(rows, a)
		}
	}
	return rows
}

// Activity returns one row of the log.
func (m *MSP) Activity(id int) (Activity, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, a := range m.activities {
		if a.ID == id {
			return a, true
		}
	}
	return Activity{}, false
}

// OwnStorage is what the roots of one organization alone hold, in bytes.
func (m *MSP) OwnStorage(organization int) int64 {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.ownStorage(organization)
}

func (m *MSP) ownStorage(organization int) int64 {
	var sum int64
	for _, r := range m.roots {
		if r.CompanyID == organization {
			sum += r.SpaceUsed
		}
	}
	return sum
}

// within tells whether an organization is top or lies below it, and whether
// everything above it still exists.
func (m *MSP) within(id, top int) bool {
	found := false
	for range 32 { // deeper is a loop somebody moved together
		o, ok := m.organizations[id]
		if !ok || o.Deleted {
			return false
		}
		found = found || id == top
		if o.ParentID == 0 {
			return found
		}
		id = o.ParentID
	}
	return false
}
