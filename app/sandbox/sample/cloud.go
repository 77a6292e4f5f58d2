package sample

import (
	"slices"
	"strings"
	"time"
)

// The outcomes of a backup in the words of x360Cloud's own pages.
const (
	OutcomeSuccess    = "Success"
	OutcomeInProgress = "In Progress"
	OutcomePartial    = "Partial"
	OutcomeFailed     = "Failed"
	OutcomeOnboarding = "Onboarding"
)

// The states of a cloud user.
const (
	UserActive   = "Active"
	UserDisabled = "Disabled"
)

// CloudClient is one customer at x360Cloud. The same customer has another
// account id there than in x360Sync, and nothing tells that they are one.
type CloudClient struct {
	ID             int
	OrganizationID int // the same customer in x360Sync; not on the wire
	Name, Type     string
	Created        time.Time
	Active         bool
}

// CloudRun is one backup of a whole client.
type CloudRun struct {
	ID, ClientID int
	At           time.Time
	Outcome      string
	SLAMissed    bool
}

// CloudUser is somebody whose mailbox and files can be backed up.
type CloudUser struct {
	ID, ClientID int
	Name, Email  string
	Status       string // UserActive or UserDisabled
	Selected     bool   // selected for protection
	Bytes        int64  // protected
	Outcome      string
	LastBackup   time.Time // zero: never
}

// Seat tells whether the user is protected, and so a seat.
func (u CloudUser) Seat() bool { return u.Status == UserActive && u.Selected }

// CloudResource is a mailbox, site or team that belongs to nobody alone.
type CloudResource struct {
	ID, ClientID int
	Name, Type   string
	Selected     bool
	Bytes        int64
	Outcome      string
	LastBackup   time.Time
}

// cloud is what x360Cloud holds.
type cloud struct {
	clients   map[int]*CloudClient
	runs      []CloudRun // oldest first
	users     map[int]*CloudUser
	resources map[int]*CloudResource
}

// CloudClients lists the clients in the order of their ids.
func (m *MSP) CloudClients() []CloudClient {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return byID(m.cloud.clients, nil)
}

// CloudUsers lists the users of one client.
func (m *MSP) CloudUsers(client int) []CloudUser {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return byID(m.cloud.users, func(u *CloudUser) bool { return u.ClientID == client })
}

// CloudResources lists the shared resources of one client.
func (m *MSP) CloudResources(client int) []CloudResource {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return byID(m.cloud.resources, func(r *CloudResource) bool { return r.ClientID == client })
}

// CloudRuns lists the backups of one client, newest first.
func (m *MSP) CloudRuns(client int) []CloudRun {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var rows []CloudRun
	for _, r := range slices.Backward(m.cloud.runs) {
		if r.ClientID == client {
			rows = append(rows, r)
		}
	}
	return rows
}

// CloudSeats counts the protected users of one client.
func (m *MSP) CloudSeats(client int) int {
	n := 0
	for _, u := range m.CloudUsers(client) {
		if u.Seat() {
			n++
		}
	}
	return n
}

// CloudBytes is what is protected at one client: of its seats and of its shared resources.
func (m *MSP) CloudBytes(client int) int64 {
	var sum int64
	for _, u := range m.CloudUsers(client) {
		if u.Seat() {
			sum += u.Bytes
		}
	}
	for _, r := range m.CloudResources(client) {
		if r.Selected {
			sum += r.Bytes
		}
	}
	return sum
}

// CloudOf is the x360Cloud account of an x360Sync organization; 0 means it has none.
func CloudOf(organization int) int {
	for i, c := range cloudCustomers {
		if c.organization == organization {
			return cloudID(i)
		}
	}
	return 0
}

// RunBackup ends a backup of a client with an outcome, which its users and
// resources share.
func (m *MSP) RunBackup(client int, outcome string, slaMissed bool, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at = at.UTC().Truncate(time.Second)
	m.cloud.runs = append(m.cloud.runs, CloudRun{ID: m.id("run"), ClientID: client, At: at, Outcome: outcome, SLAMissed: slaMissed})
	good := outcome == OutcomeSuccess || outcome == OutcomePartial
	for _, u := range m.cloud.users {
		if u.ClientID == client && u.Seat() {
			u.Outcome = outcome
			if good {
				u.LastBackup = at
			}
		}
	}
	for _, r := range m.cloud.resources {
		if r.ClientID == client && r.Selected {
			r.Outcome = outcome
			if good {
				r.LastBackup = at
			}
		}
	}
}

// AddCloudUser lets a user join a client; nobody has selected the user for protection yet.
func (m *MSP) AddCloudUser(client int, first, last string) CloudUser {
	m.mu.Lock()
	defer m.mu.Unlock()
	return *m.addCloudUser(client, first, last)
}

// ChangeCloudUser edits a user: protect, disable, grow. It reports whether there is one.
func (m *MSP) ChangeCloudUser(id int, change func(*CloudUser)) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	u, ok := m.cloud.users[id]
	if ok {
		change(u)
	}
	return ok
}

// RemoveCloudUser takes a user away. It reports whether there was one.
func (m *MSP) RemoveCloudUser(id int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.cloud.users[id]
	delete(m.cloud.users, id)
	return ok
}

// AddCloudClient adds a client without users and returns it.
func (m *MSP) AddCloudClient(name string, at time.Time) CloudClient {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := &CloudClient{ID: m.id("client"), Name: name, Type: "Microsoft 365", Created: at.UTC(), Active: true}
	m.cloud.clients[c.ID] = c
	m.cloud.runs = append(m.cloud.runs, CloudRun{ID: m.id("run"), ClientID: c.ID, At: at.UTC().Truncate(time.Second), Outcome: OutcomeOnboarding})
	return *c
}

// RemoveCloudClient takes a client away with all that is its own.
func (m *MSP) RemoveCloudClient(id int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.cloud.clients[id]
	delete(m.cloud.clients, id)
	for _, u := range byID(m.cloud.users, func(u *CloudUser) bool { return u.ClientID == id }) {
		delete(m.cloud.users, u.ID)
	}
	for _, r := range byID(m.cloud.resources, func(r *CloudResource) bool { return r.ClientID == id }) {
		delete(m.cloud.resources, r.ID)
	}
	return ok
}

func (m *MSP) addCloudUser(client int, first, last string) *CloudUser {
	id := m.id("user")
	domain := slug(m.cloud.clients[client].Name, client)
	u := &CloudUser{
		ID: id, ClientID: client, Name: first + " " + last, Status: UserActive,
		Email: strings.Trim(ascii(first)+"."+ascii(last), ".") + itoa(id%1000) + "@" + domain + ".example",
	}
	m.cloud.users[id] = u
	return u
}
