package sample

import (
	"strings"
	"testing"
	"time"
)

func TestCloudShape(t *testing.T) {
	m := New(1, start)
	clients := m.CloudClients()
	if len(clients) != 12 {
		t.Fatalf("%d clients", len(clients))
	}
	outcomes, missed, open, disabled := map[string]int{}, 0, 0, 0
	for i, c := range clients {
		if _, taken := m.Organization(c.ID); taken || CloudOf(c.OrganizationID) != c.ID {
			t.Errorf("%s: account id %d", c.Name, c.ID)
		}
		run := m.CloudRuns(c.ID)[0]
		outcomes[run.Outcome]++
		if run.SLAMissed {
			missed++
		}
		if got := m.CloudSeats(c.ID); got != cloudCustomers[i].seats {
			t.Errorf("%s: %d seats", c.Name, got)
		}
		if got := (m.CloudBytes(c.ID) + GiB - 1) / GiB; got != cloudCustomers[i].gib {
			t.Errorf("%s: %d GB, want %d", c.Name, got, cloudCustomers[i].gib)
		}
		for _, u := range m.CloudUsers(c.ID) {
			if u.Bytes < 0 || !u.Seat() && u.Bytes > 0 {
				t.Errorf("%+v", u)
			}
			if u.Status == UserDisabled {
				disabled++
			} else if !u.Selected {
				open++
			}
		}
	}
	if outcomes[OutcomeFailed] != 1 || outcomes[OutcomeOnboarding] != 1 || missed != 1 || open == 0 || disabled == 0 {
		t.Errorf("%v, %d missed, %d open, %d disabled", outcomes, missed, open, disabled)
	}
	if CloudOf(4713) != 0 {
		t.Error("an account for nobody")
	}
}

func TestCloudMoves(t *testing.T) {
	m := New(1, start)
	id := CloudOf(4716)
	seats := m.CloudSeats(id)
	u := m.AddCloudUser(id, "Nele", "Neu")
	if m.CloudSeats(id) != seats || u.Seat() {
		t.Error("a user who is not selected is a seat")
	}
	if !m.ChangeCloudUser(u.ID, func(u *CloudUser) { u.Selected = true }) || m.CloudSeats(id) != seats+1 {
		t.Error("a user who is selected is no seat")
	}
	m.RunBackup(id, OutcomeFailed, true, start.Add(time.Hour))
	if r := m.CloudRuns(id)[0]; r.Outcome != OutcomeFailed || !r.SLAMissed {
		t.Errorf("%+v", r)
	}
	if got := m.CloudUsers(id); got[0].Outcome != OutcomeFailed || got[0].LastBackup.After(start) || got[seats].Outcome != "" {
		t.Errorf("%+v", got[0])
	}
	m.RunBackup(id, OutcomeSuccess, false, start.Add(2*time.Hour))
	if got := m.CloudUsers(id)[0]; !got.LastBackup.Equal(start.Add(2 * time.Hour)) {
		t.Errorf("%+v", got)
	}
	if !m.RemoveCloudUser(u.ID) || m.RemoveCloudUser(u.ID) || m.ChangeCloudUser(u.ID, func(*CloudUser) {}) {
		t.Error("cannot remove a user once")
	}
	fresh := m.AddCloudClient("Neue Kundin", start)
	m.AddCloudUser(fresh.ID, "A", "B")
	if len(m.CloudClients()) != 13 || m.CloudRuns(fresh.ID)[0].Outcome != OutcomeOnboarding {
		t.Error("no new client")
	}
	if !m.RemoveCloudClient(fresh.ID) || m.RemoveCloudClient(fresh.ID) || len(m.CloudUsers(fresh.ID)) != 0 {
		t.Error("cannot remove a client once")
	}
}

// TestLiveBeside: x360Cloud and sign-ins move, and x360Sync's changes are those
// that would have been without them.
func TestLiveBeside(t *testing.T) {
	with, without := NewLive(New(1, start), start), NewLive(New(1, start), start)
	without.beside = nil
	var both, alone []string
	words := map[string]int{}
	beside := []string{"cloud", "is protected now", "sign in", "signed in"}
	for _, c := range with.Advance(start.Add(40 * time.Minute)) {
		own := true
		for _, w := range beside {
			if strings.Contains(c.Text, w) {
				words[w]++
				own = false
			}
		}
		if own {
			both = append(both, c.At.String()+c.Text)
		}
	}
	for _, c := range without.Advance(start.Add(40 * time.Minute)) {
		alone = append(alone, c.At.String()+c.Text)
	}
	if strings.Join(both, "\n") != strings.Join(alone, "\n") {
		t.Error("the changes of x360Sync differ")
	}
	for _, w := range beside {
		if words[w] == 0 {
			t.Errorf("nothing like %q in forty minutes: %v", w, words)
		}
	}
	failed := 0
	for _, a := range with.msp.Activities(MasterID) {
		if a.TypeID == TypeSignInFailed && a.Created.After(start) {
			failed++
		}
	}
	if failed != words["sign in"] || failed < wrongTimes {
		t.Errorf("%d rows of %d failed sign-ins", failed, words["sign in"])
	}
}

func TestMappings(t *testing.T) {
	m := New(1, start)
	counts := map[int]int{}
	for _, d := range m.Servers() {
		folders := m.Mappings(d.ID)
		counts[len(folders)]++
		for _, f := range folders {
			if f.ID == 0 || f.MachineID != d.ID || f.Name == "" || f.Path == "" || f.RootID == 0 {
				t.Errorf("%+v", f)
			}
		}
	}
	if counts[0] != 1 || counts[1] == 0 || counts[2] == 0 || counts[3] == 0 || counts[4] == 0 {
		t.Errorf("folders per server: %v", counts)
	}
	d := m.Servers()[0]
	before := len(m.Mappings(d.ID))
	if m.MapFolder(d.ID, m.Roots(d.CompanyID)[0].ID, "New"); len(m.Mappings(d.ID)) != before+1 {
		t.Error("no new folder")
	}
}

// TestLateActivity: a row can appear below rows that were there before it.
func TestLateActivity(t *testing.T) {
	m := New(1, start)
	id := m.ReserveActivity()
	newest := m.AddActivity(Activity{TypeID: TypeSignedIn, ActedOnCompanyID: 4711}, start)
	late := m.AddActivity(Activity{ID: id, TypeID: TypeSignInFailed, ActedOnCompanyID: 4711}, start)
	rows := m.Activities(MasterID)
	if late.ID != id || rows[0].ID != newest.ID || rows[1].ID != id || newest.ID != id+1 {
		t.Errorf("%d, then %d, then %d", rows[0].ID, rows[1].ID, id)
	}
}
