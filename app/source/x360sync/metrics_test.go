package x360sync

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"psabridge/app"
)

// street is a top with customers 2 to 7, which have 1 to 6 accounts; 8 lies below 7 and has 9. Accounts and roots of
// customer 4 cannot be read: what the top's list shows of them is hidden, as in privacy mode.
func street(answer func(own, inclusive int) string) *fake {
	f := newFake()
	f.objects["person"] = `{"id":7,"company_id":1}`
	f.objects["organization/1"] = `{"id":1,"name":"Top"}`
	own := map[int]int{1: 2, 8: 9}
	for i := 2; i <= 7; i++ {
		own[i] = i - 1
		privacy := i == 4
		f.lists["organization/1/organizations"] = append(f.lists["organization/1/organizations"], fmt.Sprintf(`{"id":%d,"parent_id":1,"name":"Org %d","privacy_mode":%t}`, i, i, privacy))
	}
	f.org("7", "8")
	all := 0
	for id, n := range own {
		all += n
		for k := range n {
			if id != 4 {
				f.add("1", "persons", fmt.Sprintf(`{"id":%d,"company_id":%d}`, 1000*id+k, id))
			}
		}
	}
	f.errs["organization/4/persons"] = errForbidden
	for id, n := range own {
		inclusive := n
		switch id {
		case 1:
			inclusive = all
		case 7:
			inclusive += own[8]
		}
		f.objects[fmt.Sprintf("organization/%d/metrics/usage", id)] = answer(n, inclusive)
	}
	return f
}

func reading(u app.Usage, id string, m app.Meter, basis app.Basis) app.Reading {
	for _, r := range u.Readings {
		if r.OrganizationID == id && r.Meter == m && r.Basis == basis {
			return r
		}
	}
	return app.Reading{}
}

func TestUsageFiguresAreUsedOnlyWhenProven(t *testing.T) {
	for name, tt := range map[string]struct {
		answer         func(own, inclusive int) string
		own, inclusive string // of organization 4; "" is incomplete
		note           string
	}{
		"own": {func(own, _ int) string { return fmt.Sprintf(`{"type":"metrics","seats":{"used":%d}}`, own) }, "3", "3", "accounts is the field seats.used, of the organization alone"},
		"with everything below": {
			func(_, all int) string { return fmt.Sprintf(`{"usage":{"id":5,"totalUsers":%d}}`, all) },
			"3", "3", "accounts is the field usage.totalUsers, with everything below",
		},
		"of another meaning": {func(own, _ int) string {
			return fmt.Sprintf(`{"active_last_30_days":%d,"usersActive":%d,"users":{"max":%d}}`, own, own, own)
		}, "", "", "accounts: no field"},
		"one of several":          {func(own, _ int) string { return fmt.Sprintf(`{"plans":[{"users":%d}]}`, own) }, "", "", "accounts: no field"},
		"not filled in":           {func(own, _ int) string { return strings.Replace(fmt.Sprintf(`{"accounts":%d}`, own), "3", "0", 1) }, "", "", "accounts is the field accounts"},
		"two fields":              {func(own, _ int) string { return fmt.Sprintf(`{"accounts":%d,"users":%d}`, own, own) }, "", "", "accounts: 2 fields could be it"},
		"no field":                {func(own, _ int) string { return fmt.Sprintf(`{"accounts":%d}`, own+1) }, "", "", "accounts: no field"},
		"equal for all but one":   {func(own, all int) string { return fmt.Sprintf(`{"accounts":%d}`, own+all/20) }, "", "", "accounts: no field"},
		"text":                    {func(own, _ int) string { return fmt.Sprintf(`{"accounts":"%d"}`, own) }, "", "", "accounts: no field"},
		"null where it is needed": {func(own, _ int) string { return strings.Replace(fmt.Sprintf(`{"accounts":%d}`, own), "3", "null", 1) }, "", "", "accounts is the field accounts"},
		"negative where it is so": {func(own, _ int) string { return strings.Replace(fmt.Sprintf(`{"accounts":%d}`, own), "3", "-3", 1) }, "", "", "accounts is the field accounts"},
		"absurd where it is needed": {func(own, _ int) string {
			return strings.Replace(fmt.Sprintf(`{"accounts":%d}`, own), "3", "30000000000", 1)
		}, "", "", "accounts is the field accounts"},
		"empty":         {func(int, int) string { return `{}` }, "", "", "accounts: no field"},
		"a bare number": {func(own, _ int) string { return strconv.Itoa(own) }, "", "", "accounts: no field"},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := street(tt.answer).source(noon).Readings(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for basis, want := range map[app.Basis]string{app.BasisOwn: tt.own, app.BasisInclusive: tt.inclusive} {
				r := reading(u, "4", app.MeterAccounts, basis)
				if r.Complete != (want != "") || r.Complete && (r.Quantity.String() != want || r.Method != app.MethodUsage || r.Problem != "") {
					t.Errorf("%s: %s by %s, problem %q; want %q", basis, r.Quantity, r.Method, r.Problem, want)
				}
			}
			for _, r := range u.Readings {
				if r.Complete && r.Method == app.MethodUsage && r.OrganizationID != "4" && r.OrganizationID != "1" {
					t.Errorf("what could be counted was not: %+v", r)
				}
			}
			if len(u.Raw) == 0 || !strings.Contains(u.Raw[0].Note, tt.note) {
				t.Errorf("kept %d, note %q", len(u.Raw), u.Raw[0].Note)
			}
		})
	}
}

// A figure that stands for something else agrees by chance where numbers are small: file servers are 0, 1 or 2.
func TestUsageFiguresOfSmallNumbers(t *testing.T) {
	for _, field := range []string{"groups", "servers"} {
		f := street(func(own, _ int) string {
			return fmt.Sprintf(`{%q:%d}`, field, map[int]int{2: 1, 5: 2}[own])
		})
		f.lists["organization/4/persons"], f.errs = nil, map[string]error{"organization/4/machines": errForbidden}
		f.add("1", "machines", server("31"), server("61"), server("62"), server("41"))
		f.add("3", "machines", server("31"))
		f.add("6", "machines", server("61"), server("62"))
		u, err := f.source(noon).Readings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, basis := range []app.Basis{app.BasisOwn, app.BasisInclusive} {
			if r := reading(u, "4", app.MeterFileServer, basis); r.Complete {
				t.Errorf("%s: organization 4 has a file server, its list is forbidden, and %s counts as complete: %s", field, r.Quantity, u.Raw[0].Note)
			}
		}
	}
}

// Without anything to find out, three organizations are asked; a server without the endpoint is asked once.
func TestUsageFiguresCostLittle(t *testing.T) {
	asked := func(f *fake) (n int) {
		for path, times := range f.asked {
			if strings.HasSuffix(path, metricsWhat) {
				n += times
			}
		}
		return n
	}
	whole := street(func(int, int) string { return `{}` })
	delete(whole.errs, "organization/4/persons")
	whole.add("4", "persons", `{"id":4001,"company_id":4}`, `{"id":4002,"company_id":4}`, `{"id":4003,"company_id":4}`)
	if u, err := whole.source(noon).Readings(t.Context()); err != nil || asked(whole) != 3 || len(u.Raw) != 3 {
		t.Errorf("%d questions, %d kept, %v", asked(whole), len(u.Raw), err)
	}
	absent := street(func(int, int) string { return `{}` })
	for path := range absent.objects {
		if strings.HasSuffix(path, metricsWhat) {
			absent.errs[path] = errGone
		}
	}
	if u, err := absent.source(noon).Readings(t.Context()); err != nil || asked(absent) != 1 || len(u.Raw) != 0 {
		t.Errorf("%d questions, %d kept, %v", asked(absent), len(u.Raw), err)
	}
	broken := street(func(own, _ int) string { return fmt.Sprintf(`{"accounts":%d}`, own) })
	for path := range broken.objects {
		if strings.HasSuffix(path, metricsWhat) {
			broken.errs[path] = app.Errorf(app.RateLimited, "wait")
		}
	}
	u, err := broken.source(noon).Readings(t.Context())
	if err != nil || !reading(u, "2", app.MeterAccounts, app.BasisOwn).Complete || reading(u, "4", app.MeterAccounts, app.BasisOwn).Complete {
		t.Errorf("figures that cannot be read cost more than themselves: %v", err)
	}
}

// A figure below what the broken list showed is not believed.
func TestUsageFigureBelowWhatWasSeen(t *testing.T) {
	f := street(func(own, _ int) string { return fmt.Sprintf(`{"accounts":%d}`, own) })
	for k := range 5 {
		f.add("1", "persons", fmt.Sprintf(`{"id":%d,"company_id":4}`, 4000+k))
	}
	u, err := f.source(noon).Readings(t.Context())
	if r := reading(u, "4", app.MeterAccounts, app.BasisOwn); err != nil || r.Complete {
		t.Errorf("five accounts were seen and %s count as complete, %v", r.Quantity, err)
	}
}

func TestGuests(t *testing.T) {
	build := func() *fake {
		f := newFake()
		f.objects["person"] = `{"id":7,"company_id":1}`
		f.objects["organization/1"] = `{"id":1,"name":"Top"}`
		f.org("1", "2")
		f.org("1", "3")
		f.add("1", "guests", `{"id":5,"company_id":2,"email":"g@x"}`)
		f.add("1", "persons", `{"id":6,"company_id":2}`)
		return f
	}
	f := build()
	u, err := f.source(noon).Readings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r := reading(u, "1", app.MeterGuests, app.BasisInclusive); !r.Complete || !r.Quantity.Equal(app.Q(1)) || r.Items[0].Name != "g@x" || r.Items[0].Kind != app.ObjectGuest {
		t.Errorf("guests: %+v", r)
	}
	if r := reading(u, "2", app.MeterAccounts, app.BasisOwn); !r.Quantity.Equal(app.Q(1)) {
		t.Errorf("a guest counts as an account: %s", r.Quantity)
	}
	if f.asked["organization/3/guests"] != 1 {
		t.Error("an organization without guests was not asked itself")
	}
	for _, broken := range []error{errGone, errForbidden, errUnavailable} {
		f = build()
		f.errs["organization/1/guests"] = broken
		u, err = f.source(noon).Readings(t.Context())
		if err != nil || !reading(u, "2", app.MeterAccounts, app.BasisOwn).Complete {
			t.Errorf("%v: without guests there are no accounts: %v", broken, err)
		}
		r := reading(u, "2", app.MeterGuests, app.BasisOwn)
		if r.Complete || (r.Meter == "") != (app.ErrorCode(broken) == app.NotFound) {
			t.Errorf("%v: guests are %+v", broken, r)
		}
	}
}
