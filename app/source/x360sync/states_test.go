package x360sync

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/source"
)

func TestTreeThatChangesUnderTheReader(t *testing.T) {
	for name, tt := range map[string]struct {
		set    func(*fake)
		shape  string
		unread string
	}{
		"a child that vanishes between calls": {func(f *fake) {
			f.org("1", "2")
			f.org("1", "3")
			f.errs["organization/3/organizations"] = errGone
		}, "1>2 1>3", "3"},
		"listed twice with different parents": {func(f *fake) {
			f.add("1", "organizations", `{"id":2,"parent_id":1}`, `{"id":3,"parent_id":1}`)
			f.add("2", "organizations", `{"id":4,"parent_id":2}`)
			f.add("3", "organizations", `{"id":4,"parent_id":3}`)
		}, "1>2 1>3 2>4", ""},
		"ids as text":          {func(f *fake) { f.add("1", "organizations", `{"id":"2","parent_id":"1"}`, `{"id":"3","parent_id":"2"}`) }, "1>2 2>3", ""},
		"a ring over the top":  {func(f *fake) { f.org("1", "2"); f.org("2", "1"); f.org("2", "3"); f.org("3", "2") }, "1>2 2>3", ""},
		"an id that is a path": {func(f *fake) { f.org("1", "2"); f.add("1", "organizations", `{"id":"2/../9"}`) }, "1>2", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			tt.set(f)
			tr := f.tree(t)
			ids, _ := tr.unread()
			if tr.shape() != tt.shape || strings.Join(ids, " ") != tt.unread {
				t.Errorf("shape %q, unread %v", tr.shape(), ids)
			}
		})
	}
}

// village is a top with two customers; 3 lies below 2.
func village() *fake {
	f := signInWorld()
	f.org("2", "3")
	for id, people := range map[string]int{"1": 1, "2": 2, "3": 3} {
		for k := range people {
			row := `{"id":` + id + "0" + string(rune('0'+k)) + `,"company_id":` + id + `}`
			f.add("1", "persons", row)
			if id != "1" {
				f.add(id, "persons", row)
			}
		}
	}
	return f
}

func readable(b app.Batch) string {
	var out []string
	for _, s := range b.States {
		if s.What == app.StateReadable {
			out = append(out, s.OrganizationID+" "+s.Value)
		}
	}
	return strings.Join(out, ", ")
}

func TestReadableIsTheOtherSideOfUnread(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(*fake)
		want string
	}{
		"all":                      {func(*fake) {}, "1 yes, 2 yes, 3 yes"},
		"organizations of 3":       {func(f *fake) { f.errs["organization/3/organizations"] = errForbidden }, "1 yes, 2 yes, 3 no"},
		"machines of 3":            {func(f *fake) { f.errs["organization/3/machines"] = errForbidden }, "1 yes, 2 no, 3 no"},
		"accounts":                 {func(f *fake) { f.errs["organization/1/persons"] = errForbidden }, "1 no, 2 no, 3 no"},
		"folders":                  {func(f *fake) { f.errs["organization/1/roots"] = errForbidden }, "1 no, 2 no, 3 no"},
		"activity says no objects": {func(f *fake) { f.errs["organization/1/activity"] = errForbidden }, "1 no, 2 yes, 3 yes"},
	} {
		t.Run(name, func(t *testing.T) {
			f := village()
			tt.set(f)
			b := mustPull(t, f.source(noon))
			if got := readable(b); got != tt.want {
				t.Errorf("%s, want %s: %q", got, tt.want, b.Problems)
			}
		})
	}
}

// TestAccountsHiddenFromTheTop: an organization whose accounts the top's list no longer shows is asked itself, before
// anybody counts as removed.
func TestAccountsHiddenFromTheTop(t *testing.T) {
	for name, hide := range map[string]func(f *fake){
		"all of them": func(*fake) {},
		"in privacy mode": func(f *fake) {
			f.lists["organization/2/organizations"] = []string{`{"id":3,"parent_id":2,"name":"Org 3","privacy_mode":"true"}`}
			f.lists["organization/1/persons"] = append(f.lists["organization/1/persons"], `{"id":300,"company_id":3}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := village()
			s := f.source(noon)
			before := presences(mustPull(t, s))
			f.lists["organization/1/persons"] = slices.DeleteFunc(f.lists["organization/1/persons"], func(row string) bool { return strings.Contains(row, `"company_id":3`) })
			hide(f)
			after := presences(mustPull(t, s))
			for object, organization := range before {
				if after[object] != organization {
					t.Errorf("%s of %s is now at %q", object, organization, after[object])
				}
			}
			f.errs["organization/3/persons"] = errForbidden
			if b := mustPull(t, s); !slices.Contains(b.Unread, "3") {
				t.Errorf("what is hidden everywhere counts as read: %s", readable(b))
			}
		})
	}
	t.Run("really gone", func(t *testing.T) {
		f := village()
		s := f.source(noon)
		mustPull(t, s)
		for path, rows := range f.lists {
			f.lists[path] = slices.DeleteFunc(rows, func(row string) bool { return strings.Contains(row, `"company_id":3`) })
		}
		b := mustPull(t, s)
		if _, ok := presences(b)["account 300"]; ok || !b.Complete() || f.asked["organization/3/persons"] != 1 {
			t.Errorf("present %t, complete %t, asked %d", ok, b.Complete(), f.asked["organization/3/persons"])
		}
		mustPull(t, s)
		if f.asked["organization/3/persons"] != 1 {
			t.Error("an organization that is known to be empty is asked each time")
		}
	})
}

// TestAMoveIsAnotherParent: what hangs below another one than before says so, and loses nothing.
func TestAMoveIsAnotherParent(t *testing.T) {
	f := village()
	f.org("1", "4")
	s := f.source(noon)
	before := presences(mustPull(t, s))
	f.lists["organization/2/organizations"] = nil
	f.add("4", "organizations", `{"id":3,"parent_id":4,"name":"Org 3"}`)
	b := mustPull(t, s)
	i := slices.IndexFunc(b.Organizations, func(o app.Organization) bool { return o.ExternalID == "3" })
	if !b.Complete() || b.Organizations[i].ParentExternalID != "4" {
		t.Errorf("3 hangs below %s; %q", b.Organizations[i].ParentExternalID, b.Problems)
	}
	if after := presences(b); len(after) != len(before) {
		t.Errorf("%d things are present, %d were", len(after), len(before))
	}
}

// TestOldRowsOfALogReadForTheFirstTime: when every organization has a log of its own, one that becomes readable, or is
// new, does not pour a month of rows over an account that has been read for long.
func TestOldRowsOfALogReadForTheFirstTime(t *testing.T) {
	f := village()
	f.add("1", "activity", entry(900, 60, "1"))
	f.add("2", "activity", entry(901, 30, "2"))
	f.errs["organization/3/activity"] = errForbidden
	first := mustPull(t, f.source(noon))
	delete(f.errs, "organization/3/activity")
	f.add("3", "activity", entry(902, 10, "3"), entry(700, 60*24*20, "3"))
	var got []string
	for _, e := range mustPull(t, f.source(noon), first.Marks...).Events {
		if e.OrganizationID == "3" {
			got = append(got, e.SourceEventID)
		}
	}
	if !slices.Equal(got, []string{"activity/902"}) {
		t.Errorf("events %v", got)
	}
}

func TestStepsSayWhatWasFound(t *testing.T) {
	f := village()
	f.add("1", "machines", device("11", "server", "2026-11-05T08:00:00"), device("12", "agent", ""))
	f.add("2", "machines", device("11", "server", "2026-11-05T08:00:00"))
	f.add("1", "activity", entry(9, 1, "2"), entry(8, 2, "2"))
	f.objects["organization/1"] = `{"id":1,"name":"Top","policy":{"psa_enabled":false,"deactivate_token_frequency":"30"}}`
	f.objects["version"] = `{"version":"2.7.2"}`
	var mu sync.Mutex
	var said []string
	ctx := source.WithSteps(t.Context(), func(text string) {
		mu.Lock()
		defer mu.Unlock()
		said = append(said, text)
	})
	s := f.source(time.Now())
	a, err := s.Check(ctx)
	if err != nil || a.VendorOff == nil || !*a.VendorOff || len(a.Notes) != 2 || !strings.Contains(a.Notes[0], "psa_enabled=false") || !strings.Contains(a.Notes[1], "30 days") {
		t.Errorf("%+v, %v", a, err)
	}
	if _, err := s.Pull(ctx, nil); err != nil {
		t.Fatal(err)
	}
	f.errs["organization/1/guests"] = errForbidden
	if _, err := s.Readings(ctx); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(said, "\n")
	for _, want := range []string{
		"Signed in as Account 7 of Top", "3 organizations in 3 calls", "Activity: ", "Machines: 1 file server, 1 disconnected, 1 desktop client", "Accounts 6, folders 0",
		"accounts: 6", "guests: 0 at least; 0 of 3 organizations are complete.", "psa_enabled=false",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("nobody says %q", want)
		}
	}
	if t.Failed() {
		t.Log(all)
	}
}

// What x360Sync says may be on proves nothing, and a policy that does not say proves nothing either.
func TestVendorOff(t *testing.T) {
	for policy, want := range map[string]string{`{"psa_enabled":false}`: "off", `{"psa_enabled":true}`: "maybe on", `{"psa_enabled":null}`: "", `{}`: ""} {
		f := village()
		f.objects["organization/1"] = `{"id":1,"name":"Top","policy":` + policy + `}`
		a, err := f.source(noon).Check(t.Context())
		got := ""
		if a.VendorOff != nil {
			got = map[bool]string{true: "off", false: "maybe on"}[*a.VendorOff]
		}
		if err != nil || got != want {
			t.Errorf("%s: %q, %v", policy, got, err)
		}
	}
}

// A list that shows what stands below a customer we cannot see says so of that customer and of all above it.
func TestRowsOfAnOrganizationOutsideTheTree(t *testing.T) {
	for name, tt := range map[string]struct {
		set      func(f *fake)
		complete string // organizations whose accounts are complete with what is below them
	}{
		"at the top": {func(f *fake) { f.add("1", "persons", `{"id":900,"company_id":99}`) }, "2 3"},
		"at a customer": {func(f *fake) {
			f.lists["organization/1/persons"] = []string{`{"id":100,"company_id":1}`, `{"id":300,"company_id":3}`}
			f.lists["organization/2/persons"] = []string{`{"id":300,"company_id":3}`, `{"id":900,"company_id":99}`}
		}, "3"},
		"at both": {func(f *fake) {
			f.lists["organization/1/persons"] = []string{`{"id":100,"company_id":1}`, `{"id":300,"company_id":3}`, `{"id":900,"company_id":99}`}
			f.lists["organization/2/persons"] = []string{`{"id":300,"company_id":3}`, `{"id":900,"company_id":99}`}
		}, "3"},
	} {
		t.Run(name, func(t *testing.T) {
			f := village()
			tt.set(f)
			u, err := f.source(noon).Readings(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var complete []string
			for _, id := range []string{"1", "2", "3"} {
				if reading(u, id, app.MeterAccounts, app.BasisInclusive).Complete {
					complete = append(complete, id)
				}
				if r := reading(u, id, app.MeterAccounts, app.BasisOwn); !r.Complete {
					t.Errorf("own accounts of %s: %s", id, r.Problem)
				}
			}
			if got := strings.Join(complete, " "); got != tt.complete {
				t.Errorf("complete are %q, want %q", got, tt.complete)
			}
		})
	}
}

// quotaOf is what is said of an object's quota; empty: nothing, so that there is none.
func quotaOf(b app.Batch, kind app.ObjectKind, id string) string {
	for _, s := range b.States {
		if s.What == app.StateQuota && s.Object.Kind == kind && s.Object.ExternalID == id {
			return s.Value
		}
	}
	return ""
}

// A quota ends where the server says that there is none, and not where it or its use cannot be read.
func TestOnlyTheServerLiftsAQuota(t *testing.T) {
	organization := func(quota string) func(f *fake) {
		return func(f *fake) {
			f.lists["organization/1/organizations"] = []string{`{"id":2,"parent_id":1,"name":"Org 2","policy":{` + quota + `}}`}
		}
	}
	account := func(fields string) func(f *fake) {
		return func(f *fake) {
			f.lists["organization/1/persons"][0] = `{"id":20,"company_id":2` + fields + `}`
		}
	}
	for name, tt := range map[string]struct {
		set                   func(f *fake)
		organization, account string
	}{
		"nothing wrong":               {func(*fake) {}, "95", "97"},
		"roots of a child forbidden":  {func(f *fake) { f.errs["organization/3/organizations"] = errForbidden }, "unknown", "97"},
		"a root without a size":       {func(f *fake) { f.lists["organization/1/roots"][1] = `{"id":91,"company_id":3,"space_used":null}` }, "unknown", "97"},
		"roots cannot be read":        {func(f *fake) { f.errs["organization/1/roots"] = errUnavailable }, "unknown", "97"},
		"a quota in words":            {organization(`"space_quota":"100 B"`), "unknown", "97"},
		"a quota below nothing":       {organization(`"space_quota":-1`), "unknown", "97"},
		"no policy":                   {organization(``), "unknown", "97"},
		"no quota":                    {organization(`"space_quota":null`), "", "97"},
		"a quota of nothing":          {organization(`"space_quota":0`), "", "97"},
		"an account without its use":  {account(`,"space_quota":100`), "95", "unknown"},
		"an account's use is null":    {account(`,"space_quota":100,"space_usage":null`), "95", "unknown"},
		"an account's use in words":   {account(`,"space_quota":100,"space_usage":"97 B"`), "95", "unknown"},
		"an account's quota in words": {account(`,"space_quota":"0.1 KB","space_usage":97`), "95", "unknown"},
		"an account's quota left out": {account(`,"space_usage":97`), "95", "unknown"},
		"an account without a quota":  {account(`,"space_quota":null,"space_usage":97`), "95", ""},
		"an account's quota as text":  {account(`,"space_quota":"100","space_usage":"97"`), "95", "97"},
	} {
		t.Run(name, func(t *testing.T) {
			f := village()
			organization(`"space_quota":100`)(f)
			f.add("1", "roots", `{"id":90,"company_id":2,"space_used":50}`, `{"id":91,"company_id":3,"space_used":45}`)
			f.lists["organization/1/persons"] = slices.Insert(f.lists["organization/1/persons"], 0, `{"id":20,"company_id":2,"space_quota":100,"space_usage":97}`)
			tt.set(f)
			b := mustPull(t, f.source(noon))
			if of, at := quotaOf(b, app.ObjectOrganization, "2"), quotaOf(b, app.ObjectAccount, "20"); of != tt.organization || at != tt.account {
				t.Errorf("quota of 2 %q, want %q; of its account %q, want %q", of, tt.organization, at, tt.account)
			}
		})
	}
}
