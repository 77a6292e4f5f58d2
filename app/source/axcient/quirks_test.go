package axcient_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/source"
)

// own returns the organizations' own readings of a meter, by id.
func own(u app.Usage, m app.Meter) map[string]app.Reading {
	out := map[string]app.Reading{}
	for _, r := range u.Readings {
		if r.Meter == m && r.Basis == app.BasisOwn && r.OrganizationID != app.SyntheticTop {
			out[r.OrganizationID] = r
		}
	}
	return out
}

// total returns the reading of everything.
func total(u app.Usage, m app.Meter) app.Reading {
	for _, r := range u.Readings {
		if r.Meter == m && r.Basis == app.BasisInclusive && r.OrganizationID == app.SyntheticTop {
			return r
		}
	}
	return app.Reading{}
}

// TestMannersOfTheServer: however the API writes and pages, what is complete is true.
func TestMannersOfTheServer(t *testing.T) {
	camel, wrapped := sandbox.DialectCamel, sandbox.DialectWrapped
	tests := []struct {
		name    string
		quirks  sandbox.AxcientQuirks
		seats   bool // every client's seats are complete
		storage string
	}{
		{"plain", sandbox.AxcientQuirks{}, true, "yes"},
		{"wrapped", sandbox.AxcientQuirks{Dialect: wrapped}, true, "yes"},
		{"camel", sandbox.AxcientQuirks{Dialect: camel}, true, "yes"},
		{"title", sandbox.AxcientQuirks{Dialect: sandbox.DialectTitle}, true, "yes"},
		{"title in GB", sandbox.AxcientQuirks{Dialect: sandbox.DialectTitle, Sizes: sandbox.SizesGB}, true, "about"},
		{"numbers as text", sandbox.AxcientQuirks{Dialect: sandbox.DialectTextNumbers}, true, "yes"},
		{"odd names", sandbox.AxcientQuirks{Dialect: sandbox.DialectOdd}, false, "none"},
		{"nulls", sandbox.AxcientQuirks{Dialect: sandbox.DialectNulls}, false, "no"},
		{"ids as text", sandbox.AxcientQuirks{TextIDs: true}, true, "yes"},
		{"sizes in GB", sandbox.AxcientQuirks{Sizes: sandbox.SizesGB}, true, "about"},
		{"sizes as text", sandbox.AxcientQuirks{Sizes: sandbox.SizesText}, true, "about"},
		{"sizes empty", sandbox.AxcientQuirks{Sizes: sandbox.SizesNull}, true, "no"},
		{"sizes absent", sandbox.AxcientQuirks{Sizes: sandbox.SizesAbsent}, true, "none"},
		{"a bare size", sandbox.AxcientQuirks{Fields: map[string]string{"user.data_protected": "size"}}, true, "no"},
		{"yes as text", sandbox.AxcientQuirks{Yes: "text"}, true, "yes"},
		{"yes as words", sandbox.AxcientQuirks{Yes: "words"}, true, "yes"},
		{"yes as numbers", sandbox.AxcientQuirks{Yes: "number"}, true, "yes"},
		{"another name for selected", sandbox.AxcientQuirks{Fields: map[string]string{"user.selected_for_protection": "sfp"}}, false, "no"},
		{"a status nobody knows", sandbox.AxcientQuirks{Fields: map[string]string{"user.id": "key"}}, false, "no"},
		{"short pages", sandbox.AxcientQuirks{PageCap: 7}, true, "yes"},
		{"short pages with totals", sandbox.AxcientQuirks{Dialect: camel, PageCap: 7}, true, "yes"},
		{"short pages with a count", sandbox.AxcientQuirks{Dialect: wrapped, PageCap: 3}, true, "yes"},
		{"no pages", sandbox.AxcientQuirks{Unpaged: true}, true, "yes"},
		{"no pages, with totals", sandbox.AxcientQuirks{Dialect: camel, Unpaged: true}, true, "yes"},
		{"one row a page", sandbox.AxcientQuirks{PageCap: 1}, false, "no"},
		{"one row a page with totals", sandbox.AxcientQuirks{Dialect: camel, PageCap: 1}, true, "yes"},
		{"pages that overlap", sandbox.AxcientQuirks{Dialect: camel, PageCap: 5, Duplicated: []string{"*"}}, true, "yes"},
		{"pages that overlap, without totals", sandbox.AxcientQuirks{PageCap: 5, Duplicated: []string{"*"}}, true, "yes"},
		{"the same page again", sandbox.AxcientQuirks{Dialect: camel, PageCap: 5, SamePage: []string{"*/user"}}, false, "no"},
		{"next in a header", sandbox.AxcientQuirks{PageCap: 5, Links: "header"}, true, "yes"},
		{"next in a field", sandbox.AxcientQuirks{Dialect: camel, PageCap: 5, Links: "field"}, true, "yes"},
		{"next elsewhere", sandbox.AxcientQuirks{Dialect: camel, PageCap: 5, Links: "elsewhere"}, true, "yes"},
		{"totals missing", sandbox.AxcientQuirks{Dialect: camel, Totals: sandbox.TotalsMissing}, true, "yes"},
		{"totals too big", sandbox.AxcientQuirks{Dialect: camel, Totals: sandbox.TotalsBig}, false, "no"},
		{"totals too small", sandbox.AxcientQuirks{Dialect: camel, Totals: sandbox.TotalsSmall}, false, "no"},
		{"totals that change", sandbox.AxcientQuirks{Dialect: camel, PageCap: 5, Totals: sandbox.TotalsChanging}, false, "no"},
		{"totals as text", sandbox.AxcientQuirks{Dialect: camel, Totals: sandbox.TotalsText}, true, "yes"},
		{"totals of nothing", sandbox.AxcientQuirks{Dialect: camel, Totals: sandbox.TotalsZero}, false, "no"},
		{"totals of the page", sandbox.AxcientQuirks{Dialect: camel, Totals: sandbox.TotalsPage, PageCap: 6}, false, "no"},
		{"lists that end early", sandbox.AxcientQuirks{Dialect: camel, ShortEnd: []string{"*/user"}}, false, "no"},
		{"users forbidden everywhere", sandbox.AxcientQuirks{Status: map[string]int{"*/user": 403}}, false, "no"},
		{"resources unknown", sandbox.AxcientQuirks{Status: map[string]int{"*/shared_resource": 404}}, true, "no"},
		{"resources unknown, as a bad key", sandbox.AxcientQuirks{Status: map[string]int{"*/shared_resource": 401}}, true, "no"},
		{"users as a page", sandbox.AxcientQuirks{HTMLPages: []string{"/x360cloud/client/" + contoso + "/user"}}, false, "no"},
		{"pages by number", sandbox.AxcientQuirks{PageBy: sandbox.PageByNumber}, false, "no"},
		{"pages by number, of an odd size", sandbox.AxcientQuirks{PageBy: sandbox.PageByNumber, PageCap: 7}, false, "no"},
		{"pages by number, with totals", sandbox.AxcientQuirks{Dialect: camel, PageBy: sandbox.PageByNumber}, false, "no"},
		{"pages by number, with links", sandbox.AxcientQuirks{Dialect: camel, PageBy: sandbox.PageByNumber, Links: "field"}, true, "yes"},
		{"an empty page in between, with totals", sandbox.AxcientQuirks{Dialect: camel, PageCap: 5, EmptyPage: []string{"*"}}, false, "no"},
		{"an empty page in between, with links", sandbox.AxcientQuirks{Dialect: camel, PageCap: 5, EmptyPage: []string{"*"}, Links: "field"}, true, "yes"},
		{"an empty page in between, bare, with links", sandbox.AxcientQuirks{PageCap: 5, EmptyPage: []string{"*"}, Links: "header"}, true, "yes"},
		{"users one level down", sandbox.AxcientQuirks{Answers: map[string]string{"*/user": sandbox.AnswerInside}}, true, "yes"},
		{"everything one level down", sandbox.AxcientQuirks{Answers: map[string]string{"*": sandbox.AnswerInside}}, true, "yes"},
		{"resources of nothing", sandbox.AxcientQuirks{Answers: map[string]string{"*/shared_resource": sandbox.AnswerHollow}}, true, "no"},
		{"filters mean nothing", sandbox.AxcientQuirks{IgnoreQuery: true}, true, "yes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, tt.quirks)
			u, err := w.source().Readings(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			complete := checkSeats(t, w, u)
			if complete != tt.seats {
				t.Errorf("all seats complete: %t, want %t: %s", complete, tt.seats, total(u, app.MeterProtectedSeats).Problem)
			}
			checkStorage(t, w, u, tt.storage)
		})
	}
}

// TestMarkersOfPages: what a page says of those after it is no harm to a healthy server, and gives one away that shows the
// same page again.
func TestMarkersOfPages(t *testing.T) {
	for _, m := range []string{
		sandbox.MarkersPages, sandbox.MarkersMore, sandbox.MarkersLast, sandbox.MarkersTruncated, sandbox.MarkersDeep, sandbox.MarkersHeader, sandbox.MarkersRange,
	} {
		for name, tt := range map[string]struct {
			quirks sandbox.AxcientQuirks
			seats  bool
		}{
			"healthy":             {sandbox.AxcientQuirks{Dialect: sandbox.DialectTitle}, true},
			"short pages":         {sandbox.AxcientQuirks{Dialect: sandbox.DialectTitle, PageCap: 7}, true},
			"totals, short pages": {sandbox.AxcientQuirks{Dialect: sandbox.DialectCamel, PageCap: 7}, true},
			"the same page again": {sandbox.AxcientQuirks{Dialect: sandbox.DialectTitle, PageCap: 7, SamePage: []string{"*/user"}}, false},
			"pages by number":     {sandbox.AxcientQuirks{Dialect: sandbox.DialectTitle, PageBy: sandbox.PageByNumber}, false},
		} {
			t.Run(m+", "+name, func(t *testing.T) {
				tt.quirks.Markers = m
				w := newWorld(t, tt.quirks)
				u, err := w.source().Readings(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if complete := checkSeats(t, w, u); complete != tt.seats {
					t.Errorf("all seats complete: %t, want %t: %s", complete, tt.seats, total(u, app.MeterProtectedSeats).Problem)
				}
			})
		}
	}
}

// TestAnswersThatAreNoList: with a good status, and without the rows. Nobody is gone by them, and nothing is counted.
func TestAnswersThatAreNoList(t *testing.T) {
	for _, as := range []string{sandbox.AnswerHollow, sandbox.AnswerForeign, sandbox.AnswerErrors, sandbox.AnswerFailed, sandbox.AnswerStatus} {
		t.Run(as, func(t *testing.T) {
			for _, list := range []string{"user", "backup_status", "shared_resource"} {
				w := newWorld(t, sandbox.AxcientQuirks{Answers: map[string]string{"/x360cloud/client/" + contoso + "/" + list: as}})
				b, err := w.source().Pull(t.Context(), nil)
				if err != nil || !slices.Equal(b.Unread, []string{contoso}) {
					t.Errorf("%s: unread %v, %v", list, b.Unread, err)
				}
				u, err := w.source().Readings(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if complete := checkSeats(t, w, u); complete != (list != "user") {
					t.Errorf("%s: all seats complete: %t", list, complete)
				}
			}
			w := newWorld(t, sandbox.AxcientQuirks{Answers: map[string]string{"/x360cloud/client": as}})
			if b, err := w.source().Pull(t.Context(), nil); err == nil && b.OrganizationsComplete {
				t.Error("the tree counts as whole")
			}
		})
	}
}

// checkSeats: a complete reading is the truth.
func checkSeats(t *testing.T, w *world, u app.Usage) (complete bool) {
	t.Helper()
	got := own(u, app.MeterProtectedSeats)
	complete = len(got) == len(w.msp.CloudClients())
	for _, c := range w.msp.CloudClients() {
		r, ok := got[strconv.Itoa(c.ID)]
		if !ok || !r.Complete {
			complete = false
			continue
		}
		if want := app.Q(int64(w.msp.CloudSeats(c.ID))); !r.Quantity.Equal(want) {
			t.Errorf("%s has %s seats, want %s", c.Name, r.Quantity, want)
		}
	}
	if all := total(u, app.MeterProtectedSeats); all.Complete != complete {
		t.Errorf("the sum is complete: %t, its parts are: %t", all.Complete, complete)
	}
	return complete
}

func checkStorage(t *testing.T, w *world, u app.Usage, want string) {
	t.Helper()
	got := own(u, app.MeterProtectedStorage)
	if want == "none" {
		if len(got) > 0 {
			t.Errorf("storage is read where nothing has a size: %d readings", len(got))
		}
		return
	}
	if all := total(u, app.MeterProtectedStorage); all.Complete != (want != "no") {
		t.Errorf("the sum of the storage is complete: %t: %s", all.Complete, all.Problem)
	}
	for _, c := range w.msp.CloudClients() {
		r, truth := got[strconv.Itoa(c.ID)], app.Q(w.msp.CloudBytes(c.ID))
		off := r.Quantity.Sub(truth).Abs()
		if most := app.Q(sample.GiB / 2); r.Complete && (want == "yes" && !off.IsZero() || off.GreaterThan(most.Decimal)) {
			t.Errorf("%s protects %s bytes, want %s", c.Name, r.Quantity, truth)
		}
	}
}

// states returns the values of one aspect by object id.
func states(b app.Batch, what string, kind app.ObjectKind) map[string]string {
	out := map[string]string{}
	for _, s := range b.States {
		if s.What == what && s.Object.Kind == kind {
			out[s.Object.ExternalID] = s.Value
		}
	}
	return out
}

func cloud(organization int) string { return strconv.Itoa(sample.CloudOf(organization)) }

// TestStates: outcomes, missed objectives and unprotected users, in every spelling and order.
func TestStates(t *testing.T) {
	for name, q := range map[string]sandbox.AxcientQuirks{
		"plain": {}, "lower": {Outcomes: "lower"}, "upper": {Outcomes: "upper"}, "ascending": {Order: sandbox.OrderAscending}, "shuffled": {Order: sandbox.OrderShuffled},
		"one": {NoBackupHistory: true}, "one, wrapped": {NoBackupHistory: true, Dialect: sandbox.DialectWrapped}, "title": {Dialect: sandbox.DialectTitle},
		"camel": {Dialect: sandbox.DialectCamel}, "ascending, short pages": {Order: sandbox.OrderAscending, PageCap: 4},
		"words": {Yes: "words"}, "numbers": {Yes: "number"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, q)
			b, err := w.source().Pull(t.Context(), nil)
			if err != nil || !b.Complete() || len(b.Events) > 0 || len(b.Marks) > 0 {
				t.Fatalf("%v, problems %q, %d events, %d marks", err, b.Problems, len(b.Events), len(b.Marks))
			}
			backup, sla := states(b, app.StateBackup, app.ObjectOrganization), states(b, app.StateSLA, app.ObjectOrganization)
			for organization, want := range map[int]string{
				4711: app.BackupSuccess, 4717: app.BackupOnboarding, 4722: app.BackupFailed, 4725: app.BackupPartial, 4732: app.BackupInProgress,
			} {
				if got := backup[cloud(organization)]; got != want {
					t.Errorf("backup of %d is %q, want %q", organization, got, want)
				}
			}
			for id, got := range sla {
				if want := map[bool]string{true: app.SLAMissed, false: app.SLAMet}[id == cloud(4730)]; got != want {
					t.Errorf("SLA of %s is %q, want %q", id, got, want)
				}
			}
			unprotected, disabled := 0, 0
			for id, value := range states(b, app.StateProtection, app.ObjectAccount) {
				if value == app.Unprotected {
					unprotected++
				}
				_ = id
			}
			for id := range states(b, app.StatePresent, app.ObjectAccount) {
				if states(b, app.StateProtection, app.ObjectAccount)[id] == "" {
					disabled++
				}
			}
			if unprotected != 6 || disabled != 12 {
				t.Errorf("%d unprotected and %d neither, want 6 and 12", unprotected, disabled)
			}
			if len(states(b, app.StateBackup, app.ObjectResource)) == 0 {
				t.Error("no shared resource says how its backup went")
			}
		})
	}
}

// TestUnderstoodOrNamed: what cannot be read is named with the fields there are, never with what stands in them.
func TestUnderstoodOrNamed(t *testing.T) {
	w := newWorld(t, sandbox.AxcientQuirks{Dialect: sandbox.DialectOdd})
	b, err := w.source().Pull(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(b.Problems, "\n")
	for _, part := range []string{"users: it is not known of all whether they are protected", "q15", "backup status: no field says how the backup went", "fields seen"} {
		if !strings.Contains(said, part) {
			t.Errorf("%q is not said: %s", part, said)
		}
	}
	if len(b.Unread) != 12 || len(b.Problems) > 3 || strings.Contains(said, "@") {
		t.Errorf("%d unread, %d problems: %s", len(b.Unread), len(b.Problems), said)
	}
	u, err := w.source().Readings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lists := map[string]int{}
	for _, r := range u.Raw {
		lists[r.What]++
		if r.Understood != (r.What == "x360cloud/client") || r.Note == "" || len(r.Body) == 0 {
			t.Errorf("raw record of %s: understood %t, note %q", r.What, r.Understood, r.Note)
		}
	}
	if lists["x360cloud/user"] != 12 || lists["x360cloud/backup_status"] != 12 || lists["x360cloud/client"] != 1 {
		t.Errorf("raw records: %v", lists)
	}
}

func TestRawSaysHowItWasRead(t *testing.T) {
	u, err := newWorld(t, sandbox.AxcientQuirks{Dialect: sandbox.DialectCamel}).source().Readings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	notes := map[string]string{}
	for _, r := range u.Raw {
		if !r.Understood {
			t.Errorf("%s was not understood: %s", r.What, r.Note)
		}
		notes[r.What] = r.Note
	}
	if len(u.Raw) != 4 || !strings.Contains(notes["x360cloud/user"], `selected from "selectedForProtection"`) || !strings.Contains(notes["x360cloud/user"], `size from "dataProtectedBytes"`) {
		t.Errorf("%v", notes)
	}
}

// TestOneClientInTrouble: it and what lies above it are incomplete, nobody else.
func TestOneClientInTrouble(t *testing.T) {
	for _, status := range []int{403, 404, 410, 503, 401} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			w := newWorld(t, sandbox.AxcientQuirks{Status: map[string]int{"/x360cloud/client/" + contoso + "/user": status}})
			s := w.source()
			b, err := s.Pull(t.Context(), nil)
			if status == 503 {
				if app.ErrorCode(err) != app.Unavailable && (err != nil || !slices.Equal(b.Unread, []string{contoso})) {
					t.Errorf("%v, unread %v", err, b.Unread)
				}
				return
			}
			if err != nil || !slices.Equal(b.Unread, []string{contoso}) || len(b.Problems) != 1 || !b.OrganizationsComplete {
				t.Fatalf("%v, unread %v, problems %q", err, b.Unread, b.Problems)
			}
			u, err := s.Readings(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for id, r := range own(u, app.MeterProtectedSeats) {
				if r.Complete != (id != contoso) {
					t.Errorf("%s complete: %t", id, r.Complete)
				}
			}
			if total(u, app.MeterProtectedSeats).Complete {
				t.Error("the sum is complete without one of its parts")
			}
		})
	}
}

// TestKey: what a refusal means, and that a refused key is left alone.
func TestKey(t *testing.T) {
	w := newWorld(t, sandbox.AxcientQuirks{})
	w.server.SetKey("another key")
	s := w.source()
	if _, err := s.Pull(t.Context(), nil); app.ErrorCode(err) != app.Unauthorized || !strings.Contains(app.ErrorMessage(err), "x360Portal") {
		t.Fatalf("%v", err)
	}
	n := w.line.Requests()
	_, _ = s.Pull(t.Context(), nil)
	_, _ = s.Readings(t.Context())
	if w.line.Requests() != n {
		t.Error("a refused key was sent again")
	}
	w.clock.advance(11 * 60e9)
	w.server.SetKey(sample.AxcientKey)
	if _, err := s.Pull(t.Context(), nil); err != nil {
		t.Errorf("accepted again after a while: %v", err)
	}
	w.server.SetKey("another key")
	_, _ = s.Pull(t.Context(), nil)
	w.server.SetKey(sample.AxcientKey)
	if _, err := s.Check(t.Context()); err != nil {
		t.Errorf("a person asks, and it is not tried: %v", err)
	}
	if _, err := s.Pull(t.Context(), nil); err != nil {
		t.Errorf("the check went well: %v", err)
	}
	w.key = "new key of a person"
	w.server.SetKey("new key of a person")
	if _, err := w.source().Pull(t.Context(), nil); err != nil {
		t.Errorf("a new key: %v", err)
	}
}

func TestPermissions(t *testing.T) {
	w := newWorld(t, sandbox.AxcientQuirks{Lacks: []string{sandbox.ProductCloud}})
	for _, err := range []error{second(w.source().Check(t.Context())), second(w.source().Pull(t.Context(), nil))} {
		if app.ErrorCode(err) != app.Forbidden || !strings.Contains(app.ErrorMessage(err), "Tick x360Cloud") {
			t.Errorf("%v", err)
		}
	}
	w = newWorld(t, sandbox.AxcientQuirks{Lacks: []string{sandbox.ProductBilling}})
	a, err := w.source().Check(t.Context())
	if err != nil || len(a.Notes) != 1 || !strings.Contains(a.Notes[0], "Billing") || a.OrganizationID != app.SyntheticTop || !strings.Contains(a.Name, "…"+app.Secret(sample.AxcientKey).EndsWith()) {
		t.Errorf("%+v, %v", a, err)
	}
	w = newWorld(t, sandbox.AxcientQuirks{})
	if a, err := w.source().Check(t.Context()); err != nil || len(a.Notes) != 0 {
		t.Errorf("%+v, %v", a, err)
	}
	w = newWorld(t, sandbox.AxcientQuirks{Dialect: sandbox.DialectOdd})
	if a, err := w.source().Check(t.Context()); err != nil || len(a.Notes) != 3 || !strings.Contains(strings.Join(a.Notes, " "), "users:") {
		t.Errorf("%+v, %v", a, err)
	}
}

func second[T any](_ T, err error) error { return err }

// TestWrongAddress: the API answers 401 for a path it does not have; the key is not blamed for it.
func TestWrongAddress(t *testing.T) {
	for _, notFound := range []bool{false, true} {
		w := newWorld(t, sandbox.AxcientQuirks{NotFound404: notFound})
		w.host += "/x360clouds"
		err := second(w.source().Pull(t.Context(), nil))
		if app.ErrorCode(err) != app.NotFound || !strings.Contains(app.ErrorMessage(err), "There is no x360Cloud") && !strings.Contains(app.ErrorMessage(err), "there is no x360Cloud") {
			t.Errorf("404s %t: %v", notFound, err)
		}
		w.server.SetKey("another key")
		if err := second(w.source().Pull(t.Context(), nil)); !notFound && app.ErrorCode(err) != app.Unauthorized {
			t.Errorf("404s %t and a wrong key: %v", notFound, err)
		}
	}
}

// TestKeyEndsInTheMiddle: a reading that began with a good key fails as a whole.
func TestKeyEndsInTheMiddle(t *testing.T) {
	w := newWorld(t, sandbox.AxcientQuirks{})
	s := w.source()
	w.line.Bend(func(r *http.Request, body []byte) []byte {
		if strings.HasSuffix(r.URL.Path, "/client") {
			w.server.SetKey("another key")
		}
		return body
	})
	if err := second(s.Readings(t.Context())); app.ErrorCode(err) != app.Unauthorized {
		t.Errorf("%v", err)
	}
}

// TestSteps: a person who watches reads what was found, and never the key.
func TestSteps(t *testing.T) {
	w := newWorld(t, sandbox.AxcientQuirks{Status: map[string]int{"/x360cloud/client/" + contoso + "/user": 403}})
	var mu sync.Mutex
	var said []string
	ctx := source.WithSteps(t.Context(), func(text string) {
		mu.Lock()
		defer mu.Unlock()
		said = append(said, text)
	})
	for _, run := range []func(context.Context) error{
		func(ctx context.Context) error { return second(w.source().Check(ctx)) },
		func(ctx context.Context) error { return second(w.source().Pull(ctx, nil)) },
	} {
		if err := run(ctx); err != nil {
			t.Fatal(err)
		}
	}
	text := strings.Join(said, "\n")
	for _, part := range []string{"12 clients in", "users", "shared resources", "1 list could not be read completely", `backup from "backup_status"`} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not said: %s", part, text)
		}
	}
}
