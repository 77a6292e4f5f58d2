package inbox_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/inbox"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

const good = `{"id":"e1","occurred_at":"2026-11-22T08:59:00+01:00","organization":{"id":"c1","name":"Contoso AG"},"type":"backup.failed","state":"problem",
	"severity":"critical","object":{"kind":"machine","id":"m1","name":"FS01"},"title":"Backup failed","text":"Disk full\r\nsince 3 h"}`

// one reads one event and fails the test unless there is exactly one.
func one(t *testing.T, body string) app.Event {
	t.Helper()
	b, err := inbox.Events([]byte(body), "", inbox.Customer{}, nil, now)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Events) != 1 {
		t.Fatalf("%d events", len(b.Events))
	}
	return b.Events[0]
}

func TestEvent(t *testing.T) {
	b, err := inbox.Events([]byte(good), "", inbox.Customer{}, nil, now)
	if err != nil {
		t.Fatal(err)
	}
	e := b.Events[0]
	want := app.Event{
		SourceEventID: "id:/c1/e1", OrganizationID: "c1", Object: app.Object{Kind: app.ObjectMachine, ExternalID: "m1", Name: "FS01"}, Type: "backup.failed", State: app.Problem,
		Severity: app.SeverityCritical, OccurredAt: time.Date(2026, 11, 22, 7, 59, 0, 0, time.UTC), ReceivedAt: now, Title: "Backup failed", Text: "Disk full\nsince 3 h", Body: e.Body,
	}
	if fmt.Sprint(e) != fmt.Sprint(want) {
		t.Errorf("got %+v\nwant %+v", e, want)
	}
	if !b.Pushed || len(b.Organizations) != 2 || b.Organizations[0].ExternalID != app.SyntheticTop || b.Organizations[1].ParentExternalID != app.SyntheticTop || b.Organizations[1].Name != "Contoso AG" {
		t.Errorf("organizations %+v", b.Organizations)
	}
	if !json.Valid(e.Body) {
		t.Errorf("the record is %s", e.Body)
	}
}

// A webhook that is sent again is the same event, with an id or without; what is said in other words is another.
func TestEventsAreToldApart(t *testing.T) {
	without := strings.Replace(good, `"id":"e1",`, "", 1)
	first := one(t, without)
	spaced := one(t, strings.ReplaceAll(without, ":{", " : {"))
	if first.SourceEventID != spaced.SourceEventID || !strings.HasPrefix(first.SourceEventID, "hash:") {
		t.Errorf("%s, then %s", first.SourceEventID, spaced.SourceEventID)
	}
	for _, other := range []string{
		strings.Replace(without, "08:59", "08:58", 1), strings.Replace(without, "Disk full", "Disk fuller", 1), strings.Replace(without, `"m1"`, `"m2"`, 1),
		strings.Replace(without, `"problem"`, `"recovery"`, 1),
	} {
		if one(t, other).SourceEventID == first.SourceEventID {
			t.Errorf("not told apart: %s", other)
		}
	}
	if _, err := inbox.Events([]byte(`{"events":[`+good+`,`+strings.Replace(good, "problem", "recovery", 1)+`]}`), "", inbox.Customer{}, nil, now); err == nil {
		t.Error("two events with one id were taken")
	}
}

func TestEventDefaults(t *testing.T) {
	e := one(t, `{"occurred_at":"2027-01-01T00:00:00Z","type":"disk.full","state":"problem","title":"Disk\u0007 full\nsoon"}`)
	if e.OrganizationID != app.SyntheticTop || e.Object.Kind != app.ObjectOrganization || e.Object.ExternalID != app.SyntheticTop || e.Severity != app.SeverityWarning {
		t.Errorf("%+v", e)
	}
	if !e.OccurredAt.Equal(now) || !strings.Contains(string(e.Body), "2027-01-01") {
		t.Errorf("a time to come: %v, %s", e.OccurredAt, e.Body)
	}
	if e.Title != "Disk full soon" {
		t.Errorf("title %q", e.Title)
	}
	long := one(t, `{"id":"7","type":"a","state":"info","title":"`+strings.Repeat("ä", 300)+`","object":{"kind":"machine","name":"FS  01"},"organization":{"name":" Müller & Söhne "}}`)
	if n := len([]rune(long.Title)); n != 200 || !strings.HasSuffix(long.Title, "…") {
		t.Errorf("title of %d characters", n)
	}
	if long.OrganizationID != "name:müller & söhne" || long.Object.ExternalID != "name:fs 01" || !long.OccurredAt.Equal(now) {
		t.Errorf("%+v", long)
	}
	decomposed := one(t, `{"id":"7","type":"a","state":"info","title":"x","organization":{"name":"MÜLLER &\u00a0So\u0308hne"}}`)
	if decomposed.OrganizationID != long.OrganizationID {
		t.Errorf("%q is another customer", decomposed.OrganizationID)
	}
}

func TestBadEvents(t *testing.T) {
	edit := func(old, with string) string { return strings.Replace(good, old, with, 1) }
	for name, tt := range map[string]struct{ body, field, words string }{
		"unknown key":        {edit(`"occurred_at"`, `"occurd_at"`), "occurd_at", "Did you mean occurred_at"},
		"unknown inner key":  {edit(`"kind"`, `"knd"`), "object.knd", "Did you mean kind"},
		"in a list":          {`{"events":[` + good + `,` + edit(`"e1"`, `"e2","occurd":1`) + `]}`, "events[1].occurd", "no such key"},
		"no zone":            {edit("2026-11-22T08:59:00+01:00", "2026-11-22 08:59:00"), "occurred_at", "time zone"},
		"no time at all":     {edit("2026-11-22T08:59:00+01:00", "yesterday"), "occurred_at", "not a point in time"},
		"year 1":             {edit("2026-11-22T08:59:00+01:00", "0001-01-01T00:00:00Z"), "occurred_at", "2000"},
		"neither id nor at":  {`{"type":"a","state":"info","title":"x"}`, "occurred_at", "id"},
		"type":               {edit("backup.failed", "Backup Failed"), "type", "small letters"},
		"no type":            {edit(`"type":"backup.failed",`, ""), "type", "what kind"},
		"no state":           {edit(`"state":"problem",`, ""), "state", "problem, recovery or info"},
		"state":              {edit(`"problem"`, `"broken"`), "state", "recovery"},
		"severity":           {edit(`"critical"`, `"high"`), "severity", "warning"},
		"no title":           {edit(`"Backup failed"`, `" "`), "title", "one line"},
		"reserved id":        {edit(`"c1"`, `"psabridge:top"`), "organization", "psabridge itself"},
		"made id":            {edit(`"c1"`, `"name:contoso"`), "organization", "psabridge itself"},
		"nobody":             {edit(`{"id":"c1","name":"Contoso AG"}`, `{}`), "organization", "whose"},
		"control character":  {edit("Contoso AG", `Contoso\u0000AG`), "organization.name", "control character"},
		"long name":          {edit("Contoso AG", strings.Repeat("x", 201)), "organization.name", "200"},
		"object kind":        {edit(`"machine"`, `"Big Machine"`), "object.kind", "kind of thing"},
		"text is a number":   {edit(`"Backup failed"`, `7`), "title", "text"},
		"twice":              {edit(`"title"`, `"type":"a","title"`), "type", "twice"},
		"twice in a list":    {`{"events":[` + good + `,` + edit(`"title"`, `"type":"a","title"`) + `]}`, "events[1].type", "twice"},
		"deep in a list":     {`{"events":[` + strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100) + `]}`, "events[0].a", "deeply"},
		"cut off in a list":  {"{\"events\":[" + good + ",\n" + good[:60], "", "not valid JSON (line 2"},
		"empty list":         {`{"events":[]}`, "events", "no event"},
		"beside the list":    {`{"events":[` + good + `],"x":1}`, "x", "no such key"},
		"a list":             {`[` + good + `]`, "", "object"},
		"nothing":            {` `, "", "empty"},
		"html":               {`<html>`, "", "not valid JSON"},
		"cut off":            {good[:60], "", "not valid JSON"},
		"two documents":      {good + good, "", "behind the end"},
		"latin-1":            {"{\"id\":\"\xe4\"}", "", "UTF-8"},
		"deep":               {strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100), "a", "deeply"},
		"too large":          {`{"id":"` + strings.Repeat("x", inbox.MaxBody) + `"}`, "", "4 MiB"},
		"one in two pieces":  {`{"events":[` + good + `,` + edit(`{"id":"c1","name":"Contoso AG"}`, `{"name":"contoso ag"}`) + `]}`, "events[1]", "two customers"},
		"unknown to a shape": {good, "shape", "simplebackups"},
	} {
		t.Run(name, func(t *testing.T) {
			shape := ""
			if name == "unknown to a shape" {
				shape = "nagios"
			}
			_, err := inbox.Events([]byte(tt.body), shape, inbox.Customer{}, nil, now)
			refused(t, err, tt.field, tt.words)
		})
	}
	many := `{"events":[` + strings.Repeat(`{},`, inbox.MaxRecords) + `{}]}`
	_, err := inbox.Events([]byte(many), "", inbox.Customer{}, nil, now)
	refused(t, err, "events", "10000")
}

// refused fails the test unless err is Invalid, about the field, and says the words.
func refused(t *testing.T, err error, field, words string) {
	t.Helper()
	if app.ErrorCode(err) != app.Invalid {
		t.Fatalf("got %v, want invalid", err)
	}
	if msg := app.ErrorMessage(err); !strings.Contains(msg, words) {
		t.Errorf("%q does not say %q", msg, words)
	}
	var e *app.Error
	if ok := as(err, &e); !ok || !strings.HasPrefix(e.Field, field) {
		t.Errorf("the field is %q, want %q", e.Field, field)
	}
}

func as(err error, e **app.Error) bool {
	var ok bool
	*e, ok = err.(*app.Error) //nolint:errorlint // handed over unwrapped
	return ok
}

func TestShapes(t *testing.T) {
	who := inbox.Customer{ID: "c1", Name: "Contoso"}
	read := func(shape, body string) app.Event {
		t.Helper()
		b, err := inbox.Events([]byte(body), shape, who, nil, now)
		if err != nil {
			t.Fatal(err)
		}
		return b.Events[0]
	}
	sb := `{"id":17,"type":"backup","status":"error","started_at":"2026-11-22 08:00:00","finished_at":"2026-11-22 08:10:00","backup":{"id":4,"name":"Acme Project","type":"file"},
		"server":{"id":1,"name":"Acme Server"},"storage":{"id":2,"name":"Acme Storage"},"new_field":{"x":1}}`
	failed, healed := read("simplebackups", sb), read("simplebackups", strings.Replace(strings.Replace(sb, "error", "success", 1), "17", "18", 1))
	if failed.State != app.Problem || healed.State != app.Recovery || failed.Object != healed.Object || failed.Type != healed.Type || failed.Type != "backup.failed" || failed.SourceEventID != "id:simplebackups/c1/17/error" {
		t.Errorf("%+v\n%+v", failed, healed)
	}
	if !failed.OccurredAt.Equal(now) || !strings.Contains(failed.Text, "2026-11-22 08:10:00") || failed.OrganizationID != "c1" {
		t.Errorf("%+v", failed)
	}
	re := `{"job":"backup","hostname":"node1","release":"2.14.0","started_at":"2026-11-22T09:00:00+0200","finished_at":"2026-11-22T09:05:12+0200","duration_seconds":312,"exit_code":0,"repository":"s3:x"}`
	healed, failed = read("restic", re), read("restic", strings.Replace(re, `"exit_code":0`, `"exit_code":1`, 1))
	if healed.State != app.Recovery || failed.State != app.Problem || failed.Object.ExternalID != "node1/backup" || !failed.OccurredAt.Equal(time.Date(2026, 11, 22, 7, 5, 12, 0, time.UTC)) {
		t.Errorf("%+v\n%+v", failed, healed)
	}
	if skipped := read("restic", strings.NewReplacer(`"exit_code":0`, `"exit_code":11`, `"backup"`, `"forget"`).Replace(re)); skipped.State != app.Info {
		t.Errorf("%+v", skipped)
	}
	pb := `{"event":"backup_failure","task":"create","status":"failure","timestamp":1795334400,"error":"disk full","title":"Backup failed"}`
	if e := read("primebackup", pb); e.State != app.Problem || e.Type != "backup.failed" || e.Text != "disk full" || !e.OccurredAt.Equal(now) || e.SourceEventID != "id:primebackup/c1/backup_failure/1795334400" {
		t.Errorf("%+v", e)
	}
	if e := read("primebackup", strings.Replace(pb, "backup_failure", "restore_start", 1)); e.State != app.Info || e.Type != "restore.started" {
		t.Errorf("%+v", e)
	}
	for shape, body := range map[string]string{"simplebackups": `{"event":"x"}`, "restic": `{"job":"backup"}`, "primebackup": `{"event":"backup_maybe","timestamp":1}`} {
		if _, err := inbox.Events([]byte(body), shape, who, nil, now); app.ErrorCode(err) != app.Invalid {
			t.Errorf("%s took %s: %v", shape, body, err)
		}
	}
}

// Only a customer who is there can be the other half of one that comes another way; two with ids of their own may share a name.
func TestCustomersKnownAlready(t *testing.T) {
	known := func(external, name string, state app.OrganizationState) app.Organization {
		return app.Organization{ID: 7, ExternalID: external, Name: name, State: state}
	}
	for name, tt := range map[string]struct {
		known app.Organization
		who   inbox.Customer
		words string
	}{
		"by name, with id":       {known("name:contoso", "Contoso", app.OrganizationPresent), inbox.Customer{ID: "c1", Name: "CONTOSO"}, "with the id c1 and came before without one"},
		"with id, by name":       {known("c1", "Contoso", app.OrganizationPresent), inbox.Customer{Name: "contoso"}, "elsewhere with the id c1"},
		"what to do":             {known("c1", "Contoso", app.OrganizationPresent), inbox.Customer{Name: "contoso"}, "/organizations/7/ignore"},
		"the same by name":       {known("name:contoso", "Contoso", app.OrganizationPresent), inbox.Customer{Name: "CONTOSO"}, ""},
		"the same with id":       {known("c1", "Contoso", app.OrganizationPresent), inbox.Customer{ID: "c1", Name: "Contoso"}, ""},
		"two ids":                {known("c2", "Contoso", app.OrganizationPresent), inbox.Customer{ID: "c1", Name: "Contoso"}, ""},
		"the id alone":           {known("name:contoso", "Contoso", app.OrganizationPresent), inbox.Customer{ID: "c1"}, ""},
		"gone":                   {known("name:contoso", "Contoso", app.OrganizationGone), inbox.Customer{ID: "c1", Name: "Contoso"}, ""},
		"ignored":                {known("c1", "Contoso", app.OrganizationIgnored), inbox.Customer{Name: "Contoso"}, ""},
		"called like the source": {known(app.SyntheticTop, "Contoso", app.OrganizationPresent), inbox.Customer{Name: "Contoso"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := inbox.Events([]byte(`{"id":"1","type":"a","state":"info","title":"x"}`), "", tt.who, []app.Organization{tt.known}, now)
			if tt.words == "" && err != nil || tt.words != "" && !strings.Contains(app.ErrorMessage(err), tt.words) {
				t.Errorf("%v", err)
			}
		})
	}
}
