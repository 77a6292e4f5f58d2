package x360sync_test

import (
	"slices"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/source/x360sync"
)

// truth is what the sample really uses, per organization alone and with everything below.
func (w *world) truth() map[string]app.Quantity {
	own := map[string]int64{}
	count := func(m app.Meter, company int, n int64) { own[string(m)+" "+itoa(company)] += n }
	for _, p := range w.msp.Persons(sample.MasterID) {
		count(app.MeterAccounts, p.CompanyID, 1)
	}
	for _, g := range w.msp.Guests(sample.MasterID) {
		count(app.MeterGuests, g.CompanyID, 1)
	}
	for _, m := range w.msp.Servers() {
		count(app.MeterFileServer, m.CompanyID, 1)
	}
	out := map[string]app.Quantity{}
	for _, o := range w.msp.Organizations() {
		own[string(app.MeterStorage)+" "+itoa(o.ID)] = w.msp.OwnStorage(o.ID)
	}
	var below func(id int, m app.Meter) int64
	below = func(id int, m app.Meter) int64 {
		n := own[string(m)+" "+itoa(id)]
		for _, child := range w.msp.Children(id) {
			n += below(child.ID, m)
		}
		return n
	}
	for _, o := range w.msp.Organizations() {
		for _, m := range []app.Meter{app.MeterAccounts, app.MeterGuests, app.MeterFileServer, app.MeterStorage} {
			out[string(m)+" "+itoa(o.ID)+" own"] = app.Q(own[string(m)+" "+itoa(o.ID)])
			out[string(m)+" "+itoa(o.ID)+" inclusive"] = app.Q(below(o.ID, m))
		}
	}
	return out
}

// TestEveryMannerOfTheServer: whatever a server does of the contract's list, what counts as complete is the truth; and
// where the manner is one a client has to live with, everything is complete.
func TestEveryMannerOfTheServer(t *testing.T) {
	lists := []string{"persons", "guests", "machines", "roots"}
	type manner struct {
		quirks sandbox.SyncQuirks
		whole  bool // everything is read all the same
		says   bool // but something of no number cannot be, and that is said
	}
	manners := map[string]manner{
		"none":                 {quirks: sandbox.SyncQuirks{}, whole: true},
		"short pages":          {quirks: sandbox.SyncQuirks{PageSize: 7}, whole: true},
		"tokens end mid-list":  {quirks: sandbox.SyncQuirks{AccessUses: 40, PageSize: 5}, whole: true},
		"no rotation":          {quirks: sandbox.SyncQuirks{NoRotation: true, AccessUses: 40}, whole: true},
		"reuse ends all":       {quirks: sandbox.SyncQuirks{ReuseEndsAll: true, AccessUses: 40}, whole: true},
		"all levels at once":   {quirks: sandbox.SyncQuirks{AllBelow: true}, whole: true},
		"a ring":               {quirks: sandbox.SyncQuirks{Loops: map[int]int{4712: 4713}}, whole: true},
		"numbers as text":      {quirks: sandbox.SyncQuirks{TextNumbers: true}, whole: true},
		"sizes as floats":      {quirks: sandbox.SyncQuirks{Sizes: sandbox.SizesFloat}, whole: true},
		"sizes as numerals":    {quirks: sandbox.SyncQuirks{Sizes: sandbox.SizesNumeral}, whole: true},
		"negative sizes":       {quirks: sandbox.SyncQuirks{Sizes: sandbox.SizesNegative}, whole: false},
		"no sizes":             {quirks: sandbox.SyncQuirks{Sizes: sandbox.SizesNull}, whole: false},
		"clock with Z":         {quirks: sandbox.SyncQuirks{Clock: sandbox.ClockZulu}, whole: true},
		"clock with offset":    {quirks: sandbox.SyncQuirks{Clock: sandbox.ClockOffset}, whole: true},
		"clock with fractions": {quirks: sandbox.SyncQuirks{Clock: sandbox.ClockFraction}, whole: true},
		"clock with a space":   {quirks: sandbox.SyncQuirks{Clock: sandbox.ClockSpace}, whole: true},
		// Without the types nothing is missing, but no rule that goes by their names ever holds: that has to be said.
		"no types":                    {quirks: sandbox.SyncQuirks{Types: sandbox.TypesAbsent}, whole: true, says: true},
		"strange types":               {quirks: sandbox.SyncQuirks{Types: sandbox.TypesStrangers}, whole: true},
		"status in text":              {quirks: sandbox.SyncQuirks{Device: sandbox.StatusText}, whole: true},
		"status contradicts":          {quirks: sandbox.SyncQuirks{Device: sandbox.StatusContradicts}, whole: true},
		"no status":                   {quirks: sandbox.SyncQuirks{Device: sandbox.StatusUnavailable}, whole: true},
		"usage misleads":              {quirks: sandbox.SyncQuirks{Usage: sandbox.UsageMisleading}, whole: true},
		"parents show their own only": {quirks: sandbox.SyncQuirks{OwnOnly: append(slices.Clone(lists), "activity")}, whole: true},
		"an organization gone":        {quirks: sandbox.SyncQuirks{Status: map[string]int{"/organization/4713*": 410}}, whole: false},
		"a list forbidden":            {quirks: sandbox.SyncQuirks{Status: map[string]int{"/organization/4713/persons": 403, "/organization/4700/persons": 403}}, whole: false},
	}
	servers := newWorld(t, sandbox.Options{}).small().msp.Servers()
	odd := map[int]string{servers[0].ID: "", servers[1].ID: "file_server", servers[2].ID: "Server"}
	manners["machines of other types"] = manner{quirks: sandbox.SyncQuirks{MachineTypes: odd}}
	manners["totals of pages"] = manner{quirks: sandbox.SyncQuirks{PageSize: 10, Totals: sandbox.TotalsPage}}
	for name, spoil := range map[string]func(q *sandbox.SyncQuirks, paths []string){
		"a login page": func(q *sandbox.SyncQuirks, paths []string) { q.HTMLPages = paths },
		"sent away":    func(q *sandbox.SyncQuirks, paths []string) { q.Redirects = paths },
		"a proxy":      func(q *sandbox.SyncQuirks, paths []string) { q.ProxyTrouble = paths },
		"same page":    func(q *sandbox.SyncQuirks, paths []string) { q.PageSize, q.SamePage = 3, paths },
		"early end":    func(q *sandbox.SyncQuirks, paths []string) { q.ShortEnd = paths },
		"rows twice":   func(q *sandbox.SyncQuirks, paths []string) { q.PageSize, q.TwiceRows = 3, paths },
		"empty page":   func(q *sandbox.SyncQuirks, paths []string) { q.PageSize, q.EmptyPage = 3, paths },
	} {
		m := manner{}
		spoil(&m.quirks, []string{"/organization/4700/persons", "/organization/4700/guests", "/organization/4700/machines", "/organization/4700/roots"})
		manners[name] = m
	}
	for name, m := range manners {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{}).small()
			w.server.SetQuirks(func(q *sandbox.SyncQuirks) { *q = m.quirks })
			u, err := w.source().Readings(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := w.truth()
			for _, r := range u.Readings {
				key := string(r.Meter) + " " + r.OrganizationID + " " + string(r.Basis)
				if r.Complete && !r.Quantity.Equal(want[key]) {
					t.Errorf("%s counts as complete with %s, and is %s", key, r.Quantity, want[key])
				}
				if m.whole && !r.Complete {
					t.Errorf("%s: %s", key, r.Problem)
				}
			}
			if !m.whole {
				return
			}
			if b, err := w.source().Pull(t.Context(), nil); err != nil || b.Complete() == m.says || !b.OrganizationsComplete || len(b.Unread) > 0 {
				t.Errorf("the pull is complete: %t, %v, %q, %v", b.Complete(), b.Unread, b.Problems, err)
			}
		})
	}
}

// TestFiguresOfAServerThatTellsThem: a machine list that is forbidden is replaced by the server's own figure, and by
// nothing where that misleads.
func TestFiguresOfAServerThatTellsThem(t *testing.T) {
	for usage, method := range map[string]string{sandbox.UsageUnderstood: app.MethodUsage, sandbox.UsageInclusive: app.MethodUsage, sandbox.UsageMisleading: "", sandbox.UsageOdd: ""} {
		w := newWorld(t, sandbox.Options{})
		w.server.SetQuirks(func(q *sandbox.SyncQuirks) {
			q.Usage, q.Status = usage, map[string]int{"/organization/4711/machines": 403}
		})
		u, err := w.source().Readings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := w.truth()
		for _, r := range u.Readings {
			if r.Meter != app.MeterFileServer || r.OrganizationID != "4711" || r.Basis != app.BasisOwn {
				continue
			}
			if r.Complete != (method != "") || r.Complete && (r.Method != method || !r.Quantity.Equal(want["file_server 4711 own"])) {
				t.Errorf("%q: %s by %s, problem %q", usage, r.Quantity, r.Method, r.Problem)
			}
		}
		if len(u.Raw) == 0 {
			t.Errorf("%q: nothing is kept", usage)
		} else {
			t.Log(u.Raw[0].Note)
		}
	}
}

// TestEveryOrderOfTheLog: whichever way the log is shown, and whether or not the top's log holds what happens below, each
// row is told once, also one that appears late.
func TestEveryOrderOfTheLog(t *testing.T) {
	for _, order := range []string{sandbox.OrderNewest, sandbox.OrderAscending, sandbox.OrderShuffled} {
		for _, ownOnly := range []bool{false, true} {
			w := newWorld(t, sandbox.Options{}).small()
			w.server.SetQuirks(func(q *sandbox.SyncQuirks) {
				q.Order = order
				if ownOnly {
					q.OwnOnly = []string{"activity"}
				}
			})
			told, marks := map[string]int{}, map[app.Mark]string{}
			pull := func(s *x360sync.Source) {
				t.Helper()
				var known []app.Mark
				for m, value := range marks {
					m.Value = value
					known = append(known, m)
				}
				b, err := s.Pull(t.Context(), known)
				if err != nil || !b.Complete() {
					t.Fatalf("%s: %v, %q", order, err, b.Problems)
				}
				for _, m := range b.Marks {
					marks[app.Mark{Stream: m.Stream, ExternalID: m.ExternalID}] = m.Value
				}
				for _, e := range b.Events {
					told[e.SourceEventID]++
				}
			}
			pull(w.source())
			late := w.msp.ReserveActivity()
			w.clock.advance(2 * time.Minute)
			fresh := w.msp.AddActivity(sample.Activity{TypeID: sample.TypeFileUploaded, ActorCompanyID: 4713, ActedOnCompanyID: 4713}, w.clock.now())
			pull(w.source())
			w.msp.AddActivity(sample.Activity{ID: late, TypeID: sample.TypeFileUploaded, ActorCompanyID: 4711, ActedOnCompanyID: 4711, Created: w.clock.now().Add(-time.Minute)}, w.clock.now())
			w.clock.advance(2 * time.Minute)
			pull(w.source())
			for _, id := range []int{fresh.ID, late} {
				if told["activity/"+itoa(id)] == 0 {
					t.Errorf("order %q, own only %t: row %d was never told", order, ownOnly, id)
				}
			}
		}
	}
}

// TestSignInAtEveryServer: the client secret in the form or in the header, and a server that takes a second use of a code
// for a theft.
func TestSignInAtEveryServer(t *testing.T) {
	for _, in := range []string{"", "body", "basic"} {
		w := newWorld(t, sandbox.Options{})
		w.server.SetQuirks(func(q *sandbox.SyncQuirks) {
			q.ClientSecret, q.SecretIn, q.CodeOnce, q.RedirectURIs, q.ReuseEndsAll = true, in, true, []string{back}, true
		})
		w.creds = x360sync.Credentials{ClientID: sample.SyncClientID, ClientSecret: sample.SyncClientSecret}
		s := w.source()
		address, err := s.AuthorizeURL(back, "s")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Redeem(t.Context(), w.consent(address), back); err != nil {
			t.Fatalf("secret in %q: %v", in, err)
		}
		for range 3 {
			w.clock.advance(40 * time.Minute)
			if _, err := s.Check(t.Context()); err != nil {
				t.Fatalf("secret in %q: %v", in, err)
			}
		}
		if err := s.Revoke(t.Context()); err != nil {
			t.Errorf("secret in %q: %v", in, err)
		}
		if n := len(w.loginMachines()); n != 1 {
			t.Errorf("secret in %q: %d machines were left behind", in, n)
		}
	}
}
