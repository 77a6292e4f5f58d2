package x360sync

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
)

// device is a machine's record; off is when it went away, "" when it did not.
func device(id, kind, off string) string {
	text := "null"
	if off != "" {
		text = strconv.Quote(off)
	}
	return fmt.Sprintf(`{"id":%s,"machine_type":%q,"agent_version":"2.7","os_type":"win","dns_name":"M%s","last_login":"2026-11-01T08:00:00","last_disconnect":%s}`, id, kind, id, text)
}

func machineWorld(devices ...string) *fake {
	f := signInWorld()
	f.add("1", "machines", devices...)
	f.add("2", "machines", devices...)
	return f
}

// shown is one aspect of a machine: its value, and since when.
func shown(b app.Batch, id, what string) string {
	for _, s := range b.States {
		if s.Object.Kind == app.ObjectMachine && s.Object.ExternalID == id && s.What == what {
			if s.Since.IsZero() {
				return s.Value
			}
			return s.Value + " " + s.Since.Format("01-02")
		}
	}
	return ""
}

func TestStatesOfMachines(t *testing.T) {
	f := machineWorld(
		device("10", "server", ""), device("11", "server", "2026-11-05T08:00:00"), device("12", "agent", ""), device("13", "agent", "2026-11-06T23:59:59"),
		device("14", "mobile", ""), `{"id":15,"machine_type":"agent","agent_version":null,"os_type":null}`, `{"id":16,"machine_type":"agent","agent_version":null,"os_type":"osx"}`,
		`{"id":17,"machine_type":"server","agent_version":"2.7","last_login":null}`,
	)
	b := mustPull(t, f.source(noon))
	for id, want := range map[string][3]string{
		"10": {"yes", "connected", "connected 11-01"}, "11": {"yes", "2026-11-05", "disconnected 11-05"}, "12": {"yes", "connected", ""}, "13": {"yes", "2026-11-06", ""},
		"14": {}, "15": {}, "16": {}, "17": {"yes", "unknown", ""},
	} {
		got := [3]string{shown(b, id, app.StatePresent), shown(b, id, app.StateLastSeen), shown(b, id, app.StateConnection)}
		if got != want {
			t.Errorf("machine %s shows %q, want %q", id, got, want)
		}
	}
	u, err := f.source(noon).Readings(t.Context())
	if err != nil || quantities(u)["2 file_server own"] != "3" {
		t.Errorf("file servers of 2: %v, %v", quantities(u)["2 file_server own"], err)
	}
}

// away is the one server of a world, disconnected, with an answer to the question for its status.
func away(status string, err error) *fake {
	f := machineWorld(device("11", "server", "2026-11-05T08:00:00"))
	f.objects["machine/11/status"] = status
	if err != nil {
		f.errs["machine/11/status"] = err
	}
	return f
}

func TestStatusOnlyContradicts(t *testing.T) {
	const connected, disconnected = "connected 11-01", "disconnected 11-05"
	for name, tt := range map[string]struct {
		status string
		err    error
		want   string
	}{
		"503":                    {"", errUnavailable, disconnected},
		"404":                    {"", errGone, disconnected},
		"forbidden":              {"", errForbidden, disconnected},
		"nothing known":          {`{"type":"machine_status","id":11}`, nil, disconnected},
		"says connected":         {`{"connected":true}`, nil, connected},
		"says so in text":        {`{"Status":"Online"}`, nil, connected},
		"says so as text":        {`{"is_connected":"true"}`, nil, connected},
		"says disconnected":      {`{"connected":false}`, nil, disconnected},
		"says both":              {`{"connected":true,"online":false}`, nil, disconnected},
		"another text":           {`{"status":"ok"}`, nil, disconnected},
		"connected is an object": {`{"connected":{"yes":true}}`, nil, disconnected},
		"asked to wait":          {"", app.Errorf(app.RateLimited, "wait"), disconnected},
	} {
		t.Run(name, func(t *testing.T) {
			b := mustPull(t, away(tt.status, tt.err).source(noon))
			if got := shown(b, "11", app.StateConnection); got != tt.want || !b.Complete() {
				t.Errorf("shown %q, want %q; complete %t", got, tt.want, b.Complete())
			}
		})
	}
	f := away("", app.Errorf(app.Unauthorized, "sign in again"))
	if _, err := f.source(noon).Pull(t.Context(), nil); app.ErrorCode(err) != app.Unauthorized {
		t.Errorf("an ended sign-in: %v", err)
	}
}

// While record and status contradict each other, what was said stays: nobody's alert opens and nobody's clears.
func TestADisputeLeavesThingsAsTheyWere(t *testing.T) {
	f := away(`{"connected":true}`, nil)
	s := f.source(noon)
	first := mustPull(t, s)
	if got := shown(first, "11", app.StateConnection); got != "connected 11-01" {
		t.Fatalf("it was connected, and shown is %q", got)
	}
	f.errs["machine/11/status"] = errUnavailable
	second := mustPull(t, s, first.Marks...)
	if got := shown(second, "11", app.StateConnection); got != "disconnected 11-05" {
		t.Fatalf("the status agrees now, and shown is %q", got)
	}
	// It is known to be away: from here on the status is not asked, and could change nothing.
	f.errs = map[string]error{}
	asked := f.asked["machine/11/status"]
	third := mustPull(t, f.source(noon), append(first.Marks, second.Marks...)...)
	if got := shown(third, "11", app.StateConnection); got != "disconnected 11-05" || f.asked["machine/11/status"] != asked {
		t.Errorf("shown is %q after %d questions more", got, f.asked["machine/11/status"]-asked)
	}
	if len(third.Marks) != 0 {
		t.Errorf("a quiet pull moves marks: %v", third.Marks)
	}
	// It went away once more, while it is disputed: the old disconnection stays, with its own time.
	f.lists["organization/1/machines"] = []string{device("11", "server", "2026-11-09T08:00:00")}
	f.lists["organization/2/machines"] = f.lists["organization/1/machines"]
	marks := append(append([]app.Mark{}, first.Marks...), second.Marks...)
	if got := shown(mustPull(t, f.source(noon), marks...), "11", app.StateConnection); got != "disconnected 11-05" {
		t.Errorf("a dispute about the second time shows %q", got)
	}
}

func TestStatusIsAskedOfFew(t *testing.T) {
	var devices []string
	for i := range 50 {
		devices = append(devices, device(strconv.Itoa(100+i), "server", fmt.Sprintf("2026-11-%02dT08:%02d:00", 1+i/10, i)))
	}
	f := machineWorld(device("10", "server", ""))
	for i := range 50 {
		f.objects[fmt.Sprintf("machine/%d/status", 100+i)] = `{"connected":true}`
	}
	f.errs["machine/149/status"] = errUnavailable
	s, count := f.source(noon), f.statusAsked
	known := mustPull(t, s).Marks
	pull := func() app.Batch {
		b := mustPull(t, s, known...)
		known = append(known, b.Marks...)
		return b
	}
	f.lists["organization/1/machines"] = append(devices, device("10", "server", ""))
	f.lists["organization/2/machines"] = f.lists["organization/1/machines"]
	first := pull()
	if n, ids := count(); n != statusAtMost || !slices.Contains(ids, "machine/100/status") || slices.Contains(ids, "machine/10/status") {
		t.Errorf("%d questions: %v", n, ids)
	}
	for _, id := range []string{"149", "100"} {
		if got := shown(first, id, app.StateConnection); got != "connected 11-01" {
			t.Errorf("machine %s, which was not asked or says that it is connected, shows %q", id, got)
		}
	}
	pull()
	third := pull()
	if n, ids := count(); n != 3*statusAtMost || len(ids) != 50 {
		t.Errorf("after three pulls %d questions to %d machines", n, len(ids))
	}
	for id, want := range map[string]string{"149": "disconnected 11-05", "148": "connected 11-01"} {
		if got := shown(third, id, app.StateConnection); got != want {
			t.Errorf("machine %s was asked and shows %q, want %q", id, got, want)
		}
	}
}

// statusAsked is how often machines were asked for their status, and which.
func (f *fake) statusAsked() (n int, paths []string) {
	for path, times := range f.asked {
		if strings.HasSuffix(path, "/status") {
			n += times
			paths = append(paths, path)
		}
	}
	return n, paths
}

// What the first pull shows is history, so it has to be right at once: all are asked, and nobody comes as news later.
func TestTheFirstPullAsksEveryStatus(t *testing.T) {
	var devices []string
	for i := range 50 {
		devices = append(devices, device(strconv.Itoa(100+i), "server", "2026-11-05T08:00:00"))
	}
	f := machineWorld(devices...)
	for i := range 50 {
		f.objects[fmt.Sprintf("machine/%d/status", 100+i)] = fmt.Sprintf(`{"connected":%t}`, i%2 == 0)
	}
	b := mustPull(t, f.source(noon))
	for i := range 50 {
		want := map[bool]string{true: "connected 11-01", false: "disconnected 11-05"}[i%2 == 0]
		if got := shown(b, strconv.Itoa(100+i), app.StateConnection); got != want {
			t.Errorf("machine %d shows %q, want %q", 100+i, got, want)
		}
	}
}

// A machine of a type that nobody knows may be a file server: nobody says how many there are, and one that was away is not
// back. Only an agent without a version is the record of an API login.
func TestMachinesOfAnUnknownType(t *testing.T) {
	for name, tt := range map[string]struct {
		row   string
		count string // "": not complete
	}{
		"no type":                   {`{"id":11,"machine_type":null,"agent_version":"2.8","os_type":"win"}`, ""},
		"another word":              {`{"id":11,"machine_type":"file_server","agent_version":"2.8","os_type":"win"}`, ""},
		"field left out":            {`{"id":11,"agent_version":"2.8","os_type":"win"}`, ""},
		"capital":                   {`{"id":11,"machine_type":"Server","agent_version":"2.8","os_type":"win"}`, "2"},
		"server without version":    {`{"id":11,"machine_type":"server","agent_version":null,"os_type":null,"last_login":"2026-11-01T08:00:00"}`, "2"},
		"agent, capital":            {`{"id":11,"machine_type":"Agent","agent_version":"2.8","os_type":"win"}`, "1"},
		"API login":                 {`{"id":11,"machine_type":"AGENT","agent_version":null,"os_type":null}`, "1"},
		"mobile without version":    {`{"id":11,"machine_type":"mobile"}`, "1"},
		"mobile, capital, in space": {`{"id":11,"machine_type":" Mobile "}`, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := machineWorld(device("10", "server", ""), tt.row).source(noon).Readings(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, of := range []string{"2 file_server own", "2 file_server inclusive", "1 file_server inclusive"} {
				if got := quantities(u)[of]; got != tt.count {
					t.Errorf("%s: %q, want %q", of, got, tt.count)
				}
			}
			if r := reading(u, "1", app.MeterFileServer, app.BasisOwn); !r.Complete {
				t.Errorf("the machine is not the top's, whose count is not complete: %s", r.Problem)
			}
		})
	}
	f := machineWorld(device("11", "server", "2026-11-05T08:00:00"))
	s := f.source(noon)
	first := mustPull(t, s)
	for _, row := range []string{
		`{"id":11,"machine_type":null,"agent_version":"2.8","last_login":"2026-11-01T08:00:00","last_disconnect":null}`,
		`{"id":11,"machine_type":"server","last_login":null,"last_disconnect":null}`,
	} {
		f.lists["organization/1/machines"] = []string{row}
		f.lists["organization/2/machines"] = []string{row}
		b := mustPull(t, s, first.Marks...)
		if got := shown(b, "11", app.StateConnection); got != "disconnected 11-05" || shown(b, "11", app.StatePresent) == "" || shown(b, "11", app.StateLastSeen) == "" || !b.Complete() {
			t.Errorf("%s: connection %q, complete %t", row, got, b.Complete())
		}
	}
}

func TestMappingsAreADetail(t *testing.T) {
	f := machineWorld(device("10", "server", ""), device("11", "server", ""), device("12", "server", ""), device("13", "agent", ""))
	f.lists["machine/10/mappings"] = rows(3)
	f.lists["machine/11/mappings"] = []string{}
	f.errs["machine/12/mappings"] = errUnavailable
	u, err := f.source(noon).Readings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	details := map[string]string{}
	for _, r := range u.Readings {
		if r.Meter == app.MeterFileServer && r.OrganizationID == "2" && r.Basis == app.BasisOwn {
			if !r.Complete || !r.Quantity.Equal(app.Q(3)) {
				t.Errorf("%s file servers, %s", r.Quantity, r.Problem)
			}
			for _, item := range r.Items {
				details[item.ExternalID] = item.Detail
			}
		}
	}
	if details["10"] != "3 mapped folders" || details["11"] != "no mapped folder" || details["12"] != "" || f.asked["machine/13/mappings"] != 0 {
		t.Errorf("details %q", details)
	}
}

func TestOwnersOfDesktopClients(t *testing.T) {
	f := signInWorld()
	f.org("2", "3")
	f.add("1", "machines", device("10", "agent", ""), device("20", "agent", ""), device("30", "agent", ""))
	f.add("2", "machines", device("20", "agent", ""), device("30", "agent", ""))
	f.add("3", "machines", device("30", "agent", ""))
	got := presences(mustPull(t, f.source(time.Now())))
	if got["machine 10"] != "1" || got["machine 20"] != "2" || got["machine 30"] != "3" {
		t.Errorf("owners %v", got)
	}
}
