package sample

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// world is everything a provider holds, for comparing.
func world(m *MSP) []any {
	all := []any{m.Organizations(), m.Persons(MasterID), m.Machines(MasterID), m.Roots(MasterID), m.Guests(MasterID), m.Activities(MasterID), m.PSA, m.CloudClients()}
	for _, c := range m.CloudClients() {
		all = append(all, m.CloudUsers(c.ID), m.CloudResources(c.ID), m.CloudRuns(c.ID))
	}
	return all
}

func TestSameSeedSameProvider(t *testing.T) {
	a, b, other := New(1, start), New(1, start), New(2, start)
	if !reflect.DeepEqual(world(a), world(b)) {
		t.Error("the same seed gave two providers")
	}
	if reflect.DeepEqual(world(a), world(other)) {
		t.Error("the seed changes nothing")
	}
}

func TestShape(t *testing.T) {
	m := New(1, start)
	all := m.Organizations()
	if len(all) != 26 || all[0].ID != MasterID || all[0].ParentID != 0 {
		t.Fatalf("%d organizations, first %d", len(all), all[0].ID)
	}
	second := 0
	for _, o := range all[1:] {
		parent, ok := m.Organization(o.ParentID)
		if !ok {
			t.Errorf("%s has no parent", o.Name)
		}
		if parent.ID != MasterID {
			second++
			if parent.ParentID != MasterID {
				t.Errorf("%s is on a third level", o.Name)
			}
		}
	}
	if second < 5 {
		t.Errorf("%d organizations on the second level", second)
	}
	for _, c := range customers {
		own := m.OwnStorage(c.id)
		if got := (own + GiB - 1) / GiB; got != c.storage {
			t.Errorf("%s holds %d GiB rounded up, want %d", c.name, got, c.storage)
		}
	}
	for _, a := range m.Activities(MasterID) {
		if a.Created.After(start) || a.Created.Before(start.AddDate(0, 0, -31)) {
			t.Errorf("activity %d at %s", a.ID, a.Created)
		}
	}
}

func TestPSAFitsTogether(t *testing.T) {
	m := New(1, start)
	p := m.PSA
	companies, agreements, products := map[int]bool{}, map[int]Agreement{}, map[int]Product{}
	identifiers := map[string]bool{}
	for _, c := range p.Companies {
		key := "company " + strings.ToLower(c.Identifier)
		if companies[c.ID] || identifiers[key] || len([]rune(c.Identifier)) > 30 || len([]rune(c.Name)) > 50 {
			t.Errorf("company %d %q: not unique or too long", c.ID, c.Identifier)
		}
		companies[c.ID], identifiers[key] = true, true
	}
	for _, i := range p.Catalog {
		key := "product " + strings.ToLower(i.Identifier)
		if identifiers[key] || len(i.Identifier) > 75 || len(i.Description) > 60 {
			t.Errorf("product %q: not unique or too long", i.Identifier)
		}
		products[i.ID], identifiers[key] = i, true
	}
	for _, a := range p.Agreements {
		if !companies[a.CompanyID] {
			t.Errorf("agreement %d of no company", a.ID)
		}
		if _, twice := agreements[a.ID]; twice {
			t.Errorf("agreement %d twice", a.ID)
		}
		agreements[a.ID] = a
	}
	for _, a := range p.Agreements {
		if _, ok := agreements[a.ParentID]; a.ParentID != 0 && !ok {
			t.Errorf("agreement %d below none", a.ID)
		}
	}
	for _, a := range p.Additions {
		if _, ok := agreements[a.AgreementID]; !ok || products[a.ProductID].ID == 0 || a.Quantity < 0 {
			t.Errorf("addition %+v", a)
		}
	}
	for _, c := range customers {
		if a := AgreementOf(c.id); a != 0 && agreements[a].CompanyID != CompanyOf(c.id) {
			t.Errorf("%s: agreement %d is not of company %d", c.name, a, CompanyOf(c.id))
		}
	}
}

func TestSettingsMapTwentyTwo(t *testing.T) {
	doc := string(New(1, start).Settings("http://127.0.0.1:1", "http://127.0.0.1:2"))
	if n := strings.Count(doc, "psa: inherit"); n != 22 {
		t.Errorf("%d organizations are mapped, want 22", n)
	}
	for _, s := range Secrets() {
		// The OAuth client's name is a word of its own in any document about x360Sync.
		if s.Value != SyncClientID && strings.Contains(doc, s.Value) {
			t.Errorf("the document holds %s", s.Name)
		}
	}
}

func TestMoves(t *testing.T) {
	m := New(1, start)
	at := start.Add(time.Hour)
	server := m.Servers()[0]
	if server.Down() || !m.Disconnect(server.ID, at.Add(-6*time.Minute)) {
		t.Fatal("cannot disconnect")
	}
	if d, _ := m.Machine(server.ID); !d.Down() || !d.LastDisconnect.Equal(at.Add(-6*time.Minute)) || d.LastLogin.After(d.LastDisconnect) {
		t.Errorf("down: %+v", d)
	}
	if newest := m.Activities(server.CompanyID)[0]; newest.TypeID != TypeDisconnected || newest.ActedOnMachineID != server.ID {
		t.Errorf("log: %+v", newest)
	}
	m.Reconnect(server.ID, at)
	if d, _ := m.Machine(server.ID); d.Down() {
		t.Errorf("up: %+v", d)
	}
	p := m.AddPerson(4716, "Nele", "Neu", at)
	if len(m.Persons(4716)) != 7 {
		t.Errorf("%d accounts", len(m.Persons(4716)))
	}
	if !m.RemovePerson(p.ID, at) || m.RemovePerson(p.ID, at) || len(m.Persons(4716)) != 6 {
		t.Error("cannot remove an account once")
	}
	for _, percent := range []int{80, 100, 10} {
		if !m.SetQuotaUsage(4722, percent, at) || m.OwnStorage(4722)*100/(950*GiB) != int64(percent) {
			t.Errorf("%d %%: %d bytes", percent, m.OwnStorage(4722))
		}
	}
	if m.SetQuotaUsage(4727, 80, at) {
		t.Error("a quota where there is none")
	}
	login := m.AddLogin(MasterID, "g", "psabridge", at)
	if d, _ := m.Machine(login.ID); !d.APILogin || d.AgentVersion != "" {
		t.Errorf("login: %+v", d)
	}
	fresh := m.AddOrganization(4716, "Neue Filiale", at)
	d := m.AddMachine(fresh.ID, "NEW-FS01", "server", at)
	if len(m.Machines(4716)) == len(m.Machines(fresh.ID)) || !m.RemoveMachine(d.ID, at) {
		t.Error("machines do not follow the tree")
	}
	m.ChangeOrganization(fresh.ID, func(o *Organization) { o.ParentID = MasterID })
	if len(m.Children(4716)) != 0 {
		t.Error("the organization did not move")
	}
	m.DeleteOrganization(4712)
	if len(m.Persons(4713)) != 0 || slices.ContainsFunc(m.Children(MasterID), func(o Organization) bool { return o.ID == 4712 }) {
		t.Error("what lies below a deleted organization is still listed")
	}
}

func TestLiveIsDeterministic(t *testing.T) {
	a, b := New(1, start), New(1, start)
	small, big := NewLive(a, start), NewLive(b, start)
	var stepwise []Change
	for at := start; !at.After(start.Add(20 * time.Minute)); at = at.Add(time.Second) {
		stepwise = append(stepwise, small.Advance(at)...)
	}
	if leap := big.Advance(start.Add(20 * time.Minute)); !reflect.DeepEqual(stepwise, leap) {
		t.Errorf("by seconds %d changes, in one leap %d", len(stepwise), len(leap))
	}
	if !reflect.DeepEqual(world(a), world(b)) {
		t.Error("the worlds differ")
	}
}

// TestLiveOpensTicketsWithinAMinute: the demo lives on it.
func TestLiveOpensTicketsWithinAMinute(t *testing.T) {
	m := New(1, start)
	live := NewLive(m, start)
	if early := live.Advance(start.Add(9 * time.Second)); len(early) != 0 {
		t.Errorf("too early: %v", early)
	}
	if changes := live.Advance(start.Add(10 * time.Second)); len(changes) != 1 || !strings.Contains(changes[0].Text, "quota") {
		t.Fatalf("at ten seconds: %v", changes)
	}
	down := func() (n int) {
		for _, d := range m.Servers() {
			if d.Down() {
				n++
			}
		}
		return n
	}
	before := down()
	if changes := live.Advance(start.Add(time.Minute)); len(changes) != 1 || down() != before+1 {
		t.Errorf("by the first minute: %v, %d down", changes, down())
	}
	if live.Advance(start.Add(7 * time.Minute)); down() <= before {
		t.Error("no server stays down long enough for the five-minute rule")
	}
	var told strings.Builder
	for _, c := range live.Advance(start.Add(15 * time.Minute)) {
		told.WriteString(c.Text + "\n")
	}
	words := told.String()
	for _, want := range []string{"is back\n", "for a moment", "made room again", "joined"} {
		if !strings.Contains(words, want) {
			t.Errorf("nothing like %q in a quarter of an hour:\n%s", want, words)
		}
	}
}

// TestLiveForADay: the world must not run dry or fall over.
func TestLiveForADay(t *testing.T) {
	m := New(3, start)
	live := NewLive(m, start)
	if changes := live.Advance(start.Add(24 * time.Hour)); len(changes) < 2000 {
		t.Errorf("%d changes in a day", len(changes))
	}
	up := 0
	for _, d := range m.Servers() {
		if !d.Down() {
			up++
		}
	}
	if up < 5 {
		t.Errorf("%d servers are up after a day", up)
	}
}
