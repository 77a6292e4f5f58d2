package x360sync_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

func state(t *testing.T, b app.Batch, kind app.ObjectKind, id, what string) *app.ObjectState {
	t.Helper()
	for i, s := range b.States {
		if s.Object.Kind == kind && s.Object.ExternalID == id && s.What == what {
			return &b.States[i]
		}
	}
	return nil
}

func TestPullOfTheSample(t *testing.T) {
	w := newWorld(t, sandbox.Options{PageSize: 30})
	s := w.source()
	b, err := s.Pull(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Organizations) != 26 || len(b.Events) == 0 || !b.Complete() {
		t.Fatalf("%d organizations, %d events, problems %q", len(b.Organizations), len(b.Events), b.Problems)
	}
	for _, m := range w.msp.Servers() {
		got := state(t, b, app.ObjectMachine, itoa(m.ID), app.StateConnection)
		want, since := app.Connected, m.LastLogin
		if m.Down() {
			want, since = app.Disconnected, m.LastDisconnect
		}
		if got == nil || got.OrganizationID != itoa(m.CompanyID) || got.Value != want || !got.Since.Equal(since) {
			t.Errorf("%s of %d: %+v, want %s since %s", m.DNSName, m.CompanyID, got, want, since)
		}
	}
	trial := slices.IndexFunc(b.Organizations, func(o app.Organization) bool { return o.ExternalID == "4728" })
	if o := b.Organizations[trial]; o.TrialUntil == nil || o.ParentExternalID != itoa(sample.MasterID) {
		t.Errorf("trial organization: %+v", o)
	}
	types := map[string]bool{}
	for _, e := range b.Events {
		types[e.Type] = true
	}
	if !types["activity.machine_disconnected"] || !types["activity.file_uploaded"] {
		t.Errorf("types %v", types)
	}
}

func TestPullSeesWhatChanges(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	s := w.source()
	if _, err := s.Pull(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	down := w.msp.Servers()[3]
	w.clock.advance(2 * time.Minute)
	w.msp.Disconnect(down.ID, w.clock.now())
	w.msp.SetQuotaUsage(4711, 84, w.clock.now())
	fresh := w.msp.AddMachine(4713, "NEW-FS01", "server", w.clock.now())
	org := w.msp.AddOrganization(4713, "Deep below", w.clock.now())
	b, err := s.Pull(t.Context(), nil)
	if err != nil || !b.Complete() {
		t.Fatalf("%v, problems %q", err, b.Problems)
	}
	if got := state(t, b, app.ObjectMachine, itoa(down.ID), app.StateConnection); got == nil || got.Value != app.Disconnected || !got.Since.Equal(w.clock.now()) {
		t.Errorf("machine that went away: %+v", got)
	}
	if got := state(t, b, app.ObjectOrganization, "4711", app.StateQuota); got == nil || got.Value != "84" {
		t.Errorf("quota: %+v", got)
	}
	if got := state(t, b, app.ObjectMachine, itoa(fresh.ID), app.StateConnection); got == nil || got.OrganizationID != "4713" {
		t.Errorf("new machine: %+v", got)
	}
	if !slices.ContainsFunc(b.Organizations, func(o app.Organization) bool {
		return o.ExternalID == itoa(org.ID) && o.ParentExternalID == "4713"
	}) {
		t.Error("the new organization is missing")
	}
}

func TestQuotaCountsWhatIsBelow(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	b, err := w.source().Pull(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	own, below := w.msp.OwnStorage(4712), w.msp.OwnStorage(4713)+w.msp.OwnStorage(4714)
	o, _ := w.msp.Organization(4712)
	got := state(t, b, app.ObjectOrganization, "4712", app.StateQuota)
	if got == nil || got.Value != itoa(int((own+below)*100/o.Quota)) || below == 0 {
		t.Errorf("%+v, want %d %%", got, (own+below)*100/o.Quota)
	}
	for _, p := range w.msp.Persons(sample.MasterID) {
		if got := state(t, b, app.ObjectAccount, itoa(p.ID), app.StateQuota); (got != nil) != (p.Quota > 0) {
			t.Fatalf("account with quota %d (as text: %t): %+v", p.Quota, p.QuotaAsText, got)
		}
	}
}

// One customer that keeps its privacy must not keep the whole source from ever counting as read; but once it was seen
// to have suborganizations, they must not be taken for gone.
func TestForbiddenOrganizationAndTheTree(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	s := w.source()
	first, err := s.Pull(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	w.msp.ChangeOrganization(4711, func(o *sample.Organization) { o.Forbidden = true })
	b, err := s.Pull(t.Context(), first.Marks)
	if err != nil || !b.OrganizationsComplete || b.Complete() || !slices.Contains(b.Unread, "4711") {
		t.Errorf("a leaf is forbidden: complete %t, unread %v, %v", b.OrganizationsComplete, b.Unread, err)
	}
	w.msp.ChangeOrganization(4712, func(o *sample.Organization) { o.Forbidden = true })
	b, err = w.source().Pull(t.Context(), first.Marks) // after a restart
	if err != nil || b.OrganizationsComplete {
		t.Errorf("the parent of two is forbidden: complete %t, %v", b.OrganizationsComplete, err)
	}
	b, err = w.source().Pull(t.Context(), nil) // never seen before
	if err != nil || !b.OrganizationsComplete {
		t.Errorf("forbidden from the first day: complete %t, %v", b.OrganizationsComplete, err)
	}
}

func TestDeletedOrganization(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	s := w.source()
	if _, err := s.Pull(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	w.msp.DeleteOrganization(4711)
	b, err := s.Pull(t.Context(), nil)
	if err != nil || !b.Complete() || len(b.Organizations) != 25 {
		t.Errorf("%d organizations, problems %q, %v", len(b.Organizations), b.Problems, err)
	}
	// The parent's list still names it, but it is gone: 410.
	w.server.Faults.Add(sandbox.Fault{Path: "/organization/4715*", Status: http.StatusGone, Body: `{"error":"gone"}`, Times: -1})
	b, err = s.Pull(t.Context(), nil)
	if err != nil || b.Complete() || !slices.Contains(b.Unread, "4715") {
		t.Errorf("unread %v, %v", b.Unread, err)
	}
	w.msp.DeleteOrganization(sample.MasterID)
	if _, err = s.Pull(t.Context(), nil); app.ErrorCode(err) != app.NotFound {
		t.Errorf("the top is gone: %v", err)
	}
}

func TestQuietPullWritesNothing(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	s := w.source()
	first, err := s.Pull(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	w.clock.advance(time.Minute)
	w.server.ForgetRequests()
	again, err := s.Pull(t.Context(), first.Marks)
	if err != nil || len(again.Marks) != 0 {
		t.Errorf("nothing happened and marks moved: %v, %v", again.Marks, err)
	}
	if n := w.server.Requests(); n > 26+12 {
		t.Errorf("%d requests for a quiet pull of 26 organizations", n)
	}
}

func TestReadingsOfTheSample(t *testing.T) {
	w := newWorld(t, sandbox.Options{Usage: "absent"})
	usage, err := w.source().Readings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range usage.Readings {
		if r.Basis != app.BasisOwn || !r.Complete {
			if !r.Complete {
				t.Errorf("%s %s: %s", r.OrganizationID, r.Meter, r.Problem)
			}
			continue
		}
		want := int64(0)
		switch r.Meter {
		case app.MeterStorage:
			want = w.msp.OwnStorage(atoi(r.OrganizationID))
		case app.MeterAccounts:
			for _, p := range w.msp.Persons(sample.MasterID) {
				if itoa(p.CompanyID) == r.OrganizationID {
					want++
				}
			}
		case app.MeterGuests:
			for _, g := range w.msp.Guests(sample.MasterID) {
				if itoa(g.CompanyID) == r.OrganizationID {
					want++
				}
			}
		case app.MeterProtectedSeats, app.MeterProtectedStorage:
			t.Errorf("x360Sync has no %s", r.Meter)
		case app.MeterFileServer:
			for _, m := range w.msp.Servers() {
				if itoa(m.CompanyID) == r.OrganizationID {
					want++
				}
			}
		}
		if !r.Quantity.Equal(app.Q(want)) || r.Method != "computed" {
			t.Errorf("%s of %s: %s, want %d", r.Meter, r.OrganizationID, r.Quantity, want)
		}
	}
}

func TestPrivacyModeIsAskedDirectly(t *testing.T) {
	w := newWorld(t, sandbox.Options{PageSize: 1000})
	hidden := 0
	for _, p := range w.msp.Persons(4715) {
		hidden += (p.ID + 1) % 2
	}
	w.rewrite(func(r *http.Request, data []byte) []byte {
		var body map[string]any
		if json.Unmarshal(data, &body) != nil {
			return data
		}
		results, _ := body["results"].([]any)
		kept := []any{}
		for _, one := range results {
			o, _ := one.(map[string]any)
			if o["type"] == "organization" && o["id"] == 4715.0 {
				o["privacy_mode"] = true
			}
			// Privacy hides half of the accounts from the top.
			if id, _ := o["id"].(float64); o["type"] == "person" && o["company_id"] == 4715.0 && strings.Contains(r.URL.Path, "/4700/") && int(id)%2 == 0 {
				continue
			}
			kept = append(kept, one)
		}
		if body["results"] == nil {
			return data
		}
		if body["results"] = kept; strings.HasSuffix(r.URL.Path, "/4700/persons") {
			body["total"] = body["total"].(float64) - float64(hidden)
		}
		data, _ = json.Marshal(body)
		return data
	})
	usage, err := w.source().Readings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range usage.Readings {
		if r.OrganizationID == "4715" && r.Meter == app.MeterAccounts && r.Basis == app.BasisOwn && (!r.Complete || !r.Quantity.Equal(app.Q(7))) {
			t.Errorf("%s of 7 accounts, complete %t: %s", r.Quantity, r.Complete, r.Problem)
		}
	}
}
