package sample

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// AddPerson lets an account join an organization.
func (m *MSP) AddPerson(organization int, first, last string, at time.Time) Person {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.addPerson(organization, first, last, at.UTC())
	m.roots[p.RootID] = &Root{ID: p.RootID, CompanyID: organization, Name: first + " " + last, Type: "user"}
	m.log(Activity{Created: at, TypeID: TypeAccountAdded, ActedOnType: "person", ActedOnText: p.Email, ActedOnCompanyID: organization, ActedOnPersonID: p.ID}, "added account")
	return *p
}

// RemovePerson lets an account leave, with its home root. It reports whether there was one.
func (m *MSP) RemovePerson(id int, at time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, ok := m.persons[id]
	if !ok {
		return false
	}
	delete(m.persons, id)
	delete(m.roots, p.RootID)
	m.log(Activity{Created: at, TypeID: TypeAccountRemoved, ActedOnType: "person", ActedOnText: p.Email, ActedOnCompanyID: p.CompanyID}, "deleted account")
	return true
}

// AddMachine registers a device; kind is server, agent or mobile.
func (m *MSP) AddMachine(organization int, name, kind string, at time.Time) Machine {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.addMachine(organization, name, kind)
	d.Created, d.LastLogin = at.UTC(), at.UTC()
	m.log(Activity{Created: at, TypeID: TypeMachineAdded, ActedOnType: "machine", ActedOnText: name, ActedOnCompanyID: organization, ActedOnMachineID: d.ID}, "registered machine")
	return *d
}

// AddLogin records the machine that every new OAuth login leaves behind: no
// agent version, no system, and it shows up in the lists like a real one.
func (m *MSP) AddLogin(organization int, guid, name string, at time.Time) Machine {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := &Machine{ID: m.id("machine"), CompanyID: organization, GUID: guid, DNSName: name, Type: "agent", Created: at.UTC(), LastLogin: at.UTC(), APILogin: true}
	m.machines[d.ID] = d
	return *d
}

// RemoveMachine deletes a device. It reports whether there was one.
func (m *MSP) RemoveMachine(id int, at time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, ok := m.machines[id]
	if !ok {
		return false
	}
	delete(m.machines, id)
	m.log(Activity{Created: at, TypeID: TypeMachineRemoved, ActedOnType: "machine", ActedOnText: d.DNSName, ActedOnCompanyID: d.CompanyID}, "deleted machine")
	return true
}

// Disconnect takes a machine off the net at a moment, which may lie in the past.
func (m *MSP) Disconnect(machine int, at time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, ok := m.machines[machine]
	if !ok {
		return false
	}
	at = at.UTC().Truncate(time.Second)
	d.LastDisconnect = at
	if !d.LastLogin.Before(at) {
		d.LastLogin = at.Add(-time.Minute) // it was there until then
	}
	m.log(Activity{
		Created: at, TypeID: TypeDisconnected, ActorType: "machine", ActorText: d.DNSName, ActorCompanyID: d.CompanyID, ActorMachineID: d.ID,
		ActedOnType: "machine", ActedOnText: d.DNSName, ActedOnCompanyID: d.CompanyID, ActedOnMachineID: d.ID,
	}, "disconnected")
	return true
}

// Reconnect brings a machine back.
func (m *MSP) Reconnect(machine int, at time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, ok := m.machines[machine]
	if !ok {
		return false
	}
	d.LastLogin = at.UTC().Truncate(time.Second)
	if !d.LastDisconnect.Before(d.LastLogin) {
		d.LastDisconnect = d.LastLogin.Add(-time.Second)
	}
	m.log(Activity{
		Created: at, TypeID: TypeConnected, ActorType: "machine", ActorText: d.DNSName, ActorCompanyID: d.CompanyID, ActorMachineID: d.ID,
		ActedOnType: "machine", ActedOnText: d.DNSName, ActedOnCompanyID: d.CompanyID, ActedOnMachineID: d.ID,
	}, "connected")
	return true
}

// GrowRoot adds bytes to a root, or takes them away; never below nothing.
func (m *MSP) GrowRoot(root int, by int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.roots[root]
	if ok {
		r.SpaceUsed = max(0, r.SpaceUsed+by)
	}
	return ok
}

// SetQuotaUsage makes an organization's own storage a percentage of its quota,
// by changing its largest roots. Going up leaves a row in the log, as the vendor does.
func (m *MSP) SetQuotaUsage(organization, percent int, at time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.organizations[organization]
	if !ok || o.Quota == 0 {
		return false
	}
	roots := byID(m.roots, func(r *Root) bool { return r.CompanyID == organization })
	if len(roots) == 0 {
		return false
	}
	slices.SortStableFunc(roots, func(a, b Root) int { return cmp.Compare(b.SpaceUsed, a.SpaceUsed) })
	// Rounded up, so that "80 %" is not a byte short of it.
	by := (o.Quota*int64(percent)+99)/100 - m.ownStorage(organization)
	for left, i := by, 0; left != 0 && i < len(roots); i++ {
		r := m.roots[roots[i].ID]
		take := max(left, -r.SpaceUsed)
		r.SpaceUsed += take
		left -= take
	}
	if by > 0 && percent >= 80 {
		m.log(Activity{
			Created: at, TypeID: TypeQuota, ActorType: "organization", ActorText: o.Name, ActorCompanyID: o.ID,
			ActedOnType: "organization", ActedOnText: o.Name, ActedOnCompanyID: o.ID, DataText: fmt.Sprintf("%d%% of quota", percent),
		}, "has reached quota threshold")
	}
	return true
}

// AddOrganization creates an organization below another.
func (m *MSP) AddOrganization(parent int, name string, at time.Time) Organization {
	m.mu.Lock()
	defer m.mu.Unlock()
	id := m.id("organization")
	o := &Organization{ID: id, ParentID: parent, Name: name, Slug: slug(name, id), Timezone: "Europe/Berlin", Created: at.UTC(), Quota: 100 * GiB, Active: true}
	m.organizations[id] = o
	m.log(Activity{Created: at, TypeID: TypeOrganizationAdded, ActedOnType: "organization", ActedOnText: name, ActedOnCompanyID: id}, "created organization")
	return *o
}

// ChangeOrganization edits one organization: rename it, move it, delete or
// forbid it. It reports whether there is one.
func (m *MSP) ChangeOrganization(id int, change func(*Organization)) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.organizations[id]
	if ok {
		change(o)
	}
	return ok
}

// DeleteOrganization removes one permanently: the vendor answers 410 from then on.
func (m *MSP) DeleteOrganization(id int) bool {
	return m.ChangeOrganization(id, func(o *Organization) { o.Deleted = true })
}

// ReserveActivity takes the next id of the log for a row that is written later:
// it then appears below rows that were there before it.
func (m *MSP) ReserveActivity() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.id("activity")
}

// AddActivity writes a row into the log, as anybody may through the vendor's
// own call. Id and moment are set when they are zero; another id is one from
// ReserveActivity.
func (m *MSP) AddActivity(a Activity, at time.Time) Activity {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a.Created.IsZero() {
		a.Created = at
	}
	return m.log(a, a.ActionText)
}

// log appends a row; the caller holds the lock. Without an actor it was the administrator.
func (m *MSP) log(a Activity, action string) Activity {
	if a.ActorType == "" {
		a.ActorType, a.ActorText, a.ActorCompanyID = "person", SyncUsername, MasterID
	}
	if a.ID == 0 {
		a.ID = m.id("activity")
	}
	a.Created, a.ActionText = a.Created.UTC().Truncate(time.Second), action
	at := len(m.activities)
	for at > 0 && m.activities[at-1].ID > a.ID {
		at--
	}
	m.activities = slices.Insert(m.activities, at, a)
	return a
}

// ActivityTypes lists the kinds of rows the log can hold.
func ActivityTypes() []ActivityType { return slices.Clone(activityTypes) }

// The kinds of activity the sample writes. A product must not know the numbers:
// they are looked up at run time.
const (
	TypeAccountAdded      = 12
	TypeAccountRemoved    = 13
	TypeSignInFailed      = 21
	TypeSignedIn          = 22
	TypeFileUploaded      = 30
	TypeShareCreated      = 41
	TypeDisconnected      = 57
	TypeConnected         = 58
	TypeMachineAdded      = 59
	TypeMachineRemoved    = 60
	TypeQuota             = 71
	TypeOrganizationAdded = 80
)

var activityTypes = []ActivityType{
	{TypeAccountAdded, "Account added"},
	{TypeAccountRemoved, "Account deleted"},
	{TypeSignInFailed, "Login failed"},
	{TypeSignedIn, "Logged in"},
	{TypeFileUploaded, "File uploaded"},
	{TypeShareCreated, "Share created"},
	{TypeDisconnected, "Machine disconnected"},
	{TypeConnected, "Machine connected"},
	{TypeMachineAdded, "Machine registered"},
	{TypeMachineRemoved, "Machine deleted"},
	{TypeQuota, "Quota threshold reached"},
	{TypeOrganizationAdded, "Organization created"},
}
