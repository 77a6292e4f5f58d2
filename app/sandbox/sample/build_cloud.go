package sample

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// cloudCustomer is one line of the table x360Cloud is built from.
type cloudCustomer struct {
	organization int    // the same customer in x360Sync
	name         string // as somebody typed it there; "": as in x360Sync
	kind         string
	seats        int // protected users
	open         int // active, and not protected
	disabled     int
	shared       int
	gib          int64  // protected
	outcome      string // of the last backup
	slaMissed    bool
}

const (
	microsoft = "Microsoft 365"
	google    = "Google Workspace"
)

// cloudCustomers are the twelve customers that have x360Cloud too. Their
// account ids there have nothing to do with those of x360Sync.
var cloudCustomers = []cloudCustomer{
	{organization: 4711, kind: microsoft, seats: 11, open: 1, disabled: 1, shared: 2, gib: 96, outcome: OutcomeSuccess},
	{organization: 4712, name: "Contoso Logistik", kind: microsoft, seats: 38, open: 2, disabled: 4, shared: 7, gib: 611, outcome: OutcomeSuccess},
	{organization: 4715, kind: microsoft, seats: 7, shared: 1, gib: 52, outcome: OutcomeSuccess},
	{organization: 4716, name: "Zahnarztpraxis Dr. Wegrzyn", kind: microsoft, seats: 5, disabled: 1, gib: 21, outcome: OutcomeSuccess},
	{organization: 4717, kind: microsoft, seats: 9, open: 2, gib: 0, outcome: OutcomeOnboarding},
	{organization: 4718, kind: google, seats: 8, shared: 2, gib: 133, outcome: OutcomeSuccess},
	{organization: 4721, kind: microsoft, seats: 9, disabled: 2, shared: 1, gib: 188, outcome: OutcomeSuccess},
	{organization: 4722, kind: microsoft, seats: 30, open: 1, disabled: 3, shared: 5, gib: 540, outcome: OutcomeFailed},
	{organization: 4725, kind: google, seats: 17, shared: 3, gib: 240, outcome: OutcomePartial},
	{organization: 4730, kind: microsoft, seats: 12, shared: 2, gib: 97, outcome: OutcomeSuccess, slaMissed: true},
	{organization: 4732, kind: microsoft, seats: 14, disabled: 1, shared: 2, gib: 301, outcome: OutcomeInProgress},
	{organization: 4735, kind: google, seats: 3, gib: 18, outcome: OutcomeSuccess},
}

func cloudID(i int) int { return 88101 + 7*i }

func itoa(n int) string { return strconv.Itoa(n) }

// buildCloud has a chance of its own: what x360Cloud holds must not change what
// x360Sync does.
func (m *MSP) buildCloud() {
	m.cloud = cloud{clients: map[int]*CloudClient{}, users: map[int]*CloudUser{}, resources: map[int]*CloudResource{}}
	random := rand.New(rand.NewPCG(m.seed, 0x636c6f7564)) //nolint:gosec // chance that can be had again
	for i, c := range cloudCustomers {
		name := c.name
		if name == "" {
			name = m.organizations[c.organization].Name
		}
		id := cloudID(i)
		m.cloud.clients[id] = &CloudClient{ID: id, OrganizationID: c.organization, Name: name, Type: c.kind, Created: m.start.AddDate(0, -2-i, -i), Active: true}
		m.buildCloudUsers(random, id, c)
		m.buildRuns(random, id, c)
	}
}

func (m *MSP) buildCloudUsers(random *rand.Rand, id int, c cloudCustomer) {
	left, parts := c.gib*GiB-GiB/7, int64(c.seats+c.shared)
	if c.gib == 0 {
		left = 0
	}
	take := func(last bool) int64 {
		n := left
		if !last {
			n = min(left, left/max(1, parts)+random.Int64N(GiB))
		}
		left, parts = left-n, parts-1
		return n
	}
	for n := range c.seats + c.open + c.disabled {
		u := m.addCloudUser(id, firstNames[random.IntN(len(firstNames))], lastNames[random.IntN(len(lastNames))])
		switch {
		case n < c.seats:
			u.Selected, u.Bytes, u.Outcome = true, take(c.shared == 0 && n == c.seats-1), c.outcome
			u.LastBackup = m.lastBackup(c)
		case n >= c.seats+c.open:
			u.Status, u.Selected = UserDisabled, n%2 == 0 // one who left is no seat, selected or not
		}
	}
	kinds := []string{"Shared mailbox", "SharePoint site", "Team"}
	for n := range c.shared {
		r := &CloudResource{
			ID: m.id("resource"), ClientID: id, Name: kinds[n%3] + " " + itoa(n+1), Type: kinds[n%3], Selected: true, Bytes: take(n == c.shared-1),
			Outcome: c.outcome, LastBackup: m.lastBackup(c),
		}
		m.cloud.resources[r.ID] = r
	}
}

// lastBackup is when a client's last good backup ended; zero: there is none yet.
func (m *MSP) lastBackup(c cloudCustomer) time.Time {
	switch {
	case c.outcome == OutcomeOnboarding:
		return time.Time{}
	case c.outcome == OutcomeFailed || c.slaMissed:
		return m.start.Add(-31 * time.Hour)
	}
	return m.start.Add(-7 * time.Hour)
}

// buildRuns writes two weeks of nightly backups; the last one has the outcome of the table.
func (m *MSP) buildRuns(random *rand.Rand, id int, c cloudCustomer) {
	days := 14
	if c.outcome == OutcomeOnboarding {
		days = 1
	}
	for n := range days {
		run := CloudRun{ID: m.id("run"), ClientID: id, Outcome: OutcomeSuccess, At: m.start.Add(-time.Duration((days-1-n)*24+7)*time.Hour + time.Duration(random.IntN(1800))*time.Second)}
		if n == days-1 {
			run.Outcome, run.SLAMissed = c.outcome, c.slaMissed
		}
		m.cloud.runs = append(m.cloud.runs, run)
	}
}
