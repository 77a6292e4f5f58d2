package x360sync

import (
	"encoding/json"
	"strings"
	"testing"

	"psabridge/app"
)

const canary = "canary/token+427"

// TestSecretsTheServerRepeats: what is kept of an answer holds no secret, however and wherever the server wrote it.
func TestSecretsTheServerRepeats(t *testing.T) {
	escaped := strings.ReplaceAll(canary, "/", `\u002f`)
	f := signInWorld()
	f.objects["organization/1"] = `{"id":1,"name":"Top ` + escaped + `"}`
	f.objects["organization/1/metrics/usage"] = `{"seats":1,"debug":[{"request":"Bearer ` + escaped + `","` + canary + `":2.50}]}`
	f.add("1", "persons", `{"id":20,"company_id":2,"display_name":"`+canary+`"}`)
	f.add("1", "machines", `{"id":30,"machine_type":"agent","agent_version":"2","dns_name":"`+canary+`"}`)
	f.lists["organization/2/machines"] = f.lists["organization/1/machines"]
	f.add("1", "activity", `{"id":9,"activity_type_id":5,"created":"2026-11-22T11:00:00","actor_type":"person","actor_text":"`+escaped+`","actor_company_id":2,"actor_person_id":20,"data_text":"curl -H '`+canary+`'","acted_on_type":"person","acted_on_person_id":20,"acted_on_text":"`+canary+`"}`)
	s := f.source(noon)
	s.secrets = newSecrets(Credentials{})
	s.secrets.add(canary)
	a, err := s.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	u, err := s.Readings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := mustPull(t, s)
	if len(u.Raw) == 0 || len(b.Events) == 0 || b.Events[0].Body == nil {
		t.Fatalf("nothing is kept: %d raw, %d events", len(u.Raw), len(b.Events))
	}
	kept, err := json.Marshal([]any{a, u, b})
	if err != nil {
		t.Fatal(err)
	}
	var all any
	if json.Unmarshal(kept, &all) != nil {
		t.Fatal("what is kept is no JSON any more")
	}
	if _, found := s.secrets.hider().value(all); found {
		t.Errorf("a secret is kept: %s", kept)
	}
}

func TestBodiesWithoutSecretsStayAsTheyAre(t *testing.T) {
	known := newSecrets(Credentials{Password: "4711", AuthCode: "1", ClientSecret: app.Secret(canary)})
	for body, want := range map[string]string{
		`{"b":1.50, "a":"x\u00fcy"}`: `{"b":1.50, "a":"x\u00fcy"}`, `{"id":4711}`: `{"id":4711}`, `{"n":1,"t":"1"}`: `{"n":1,"t":"1"}`,
		`{"id":1e400,"t":"say 4711"}`: `{"id":1e400,"t":"say •••"}`, `["` + canary + `"]`: `["•••"]`, `null`: `null`,
	} {
		if got := known.hider().body(json.RawMessage(body)); string(got) != want {
			t.Errorf("%s became %s, want %s", body, got, want)
		}
	}
	var nobody *secrets
	if got := nobody.hider().text("x"); got != "x" {
		t.Errorf("%q", got)
	}
}
