package x360sync

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

// ref is an id as the server writes it: a number, text or null (then empty).
type ref string

// UnmarshalJSON accepts a whole number, text or null.
func (r *ref) UnmarshalJSON(b []byte) error {
	text, err := scalar(b)
	if err != nil {
		return err
	}
	*r = ref(text)
	return nil
}

// amount is a size in bytes. The server also writes sizes as text or null; null and empty text are not known.
type amount struct {
	bytes int64
	known bool
}

// UnmarshalJSON accepts a number, a number as text, or null. Text that is no number is not known rather than an error:
// a quota nobody can read must not hide the account it belongs to.
func (a *amount) UnmarshalJSON(b []byte) error {
	text, err := scalar(b)
	if err != nil {
		return err
	}
	*a = wholeNumber(strings.TrimSpace(text))
	return nil
}

// wholeNumber reads 12 and also 1.2e1, as long as a float holds it exactly.
func wholeNumber(text string) amount {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return amount{bytes: n, known: true}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != float64(int64(f)) || f > 1<<53 || f < -(1<<53) {
		return amount{}
	}
	return amount{bytes: int64(f), known: true}
}

// stamp is a moment. The server writes UTC without saying so: 2020-01-20T10:57:44.
type stamp struct{ time.Time }

// UnmarshalJSON accepts the naive form, a form with a zone, or null (the zero time).
func (s *stamp) UnmarshalJSON(b []byte) error {
	text, err := scalar(b)
	if err != nil {
		return err
	}
	*s = stamp{}
	if text == "" {
		return nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", time.RFC3339Nano, "2006-01-02 15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			*s = stamp{t.UTC()}
			return nil
		}
	}
	return errors.New("a time is written in a form that is not known")
}

// scalar returns the text of a JSON string or number, "" for null; anything else is an error.
func scalar(b []byte) (string, error) {
	b = bytes.TrimSpace(b)
	switch {
	case len(b) == 0 || string(b) == "null":
		return "", nil
	case b[0] == '"':
		var s string
		err := json.Unmarshal(b, &s)
		return s, err
	case b[0] == '-' || b[0] >= '0' && b[0] <= '9':
		return string(b), nil
	default:
		return "", errors.New("a plain value was expected")
	}
}

// organization is one node of the tree. https://<host>/api/2/organization/<id>
type organization struct {
	ID          ref    `json:"id"`
	ParentID    ref    `json:"parent_id"`
	Name        string `json:"name"`
	Active      *bool  `json:"active"`
	TrialUntil  stamp  `json:"trial_until"`
	PrivacyMode bool   `json:"privacy_mode"`
	Policy      struct {
		SpaceQuota amount `json:"space_quota"`
	} `json:"policy"`
}

func (o organization) key() string { return string(o.ID) }

// person is an account.
type person struct {
	ID          ref    `json:"id"`
	CompanyID   ref    `json:"company_id"`
	Username    string `json:"username"`
	Email       string `json:"email"`
	FirstName   string `json:"first_name"`
	LastName    string `json:"last_name"`
	DisplayName string `json:"display_name"`
	SpaceQuota  amount `json:"space_quota"`
	SpaceUsage  amount `json:"space_usage"`
}

func (p person) key() string { return string(p.ID) }

// name is what a person calls the account: its name, else its address, else its number.
func (p person) name() string {
	full := strings.TrimSpace(p.FirstName + " " + p.LastName)
	for _, s := range []string{p.DisplayName, full, p.Email, p.Username} {
		if strings.TrimSpace(s) != "" {
			return strings.TrimSpace(s)
		}
	}
	return "Account " + string(p.ID)
}

// machine is a registered device. It carries no company: see owners.go.
type machine struct {
	ID             ref     `json:"id"`
	DNSName        string  `json:"dns_name"`
	Nickname       *string `json:"nickname"`
	Type           string  `json:"machine_type"`
	OSType         *string `json:"os_type"`
	AgentVersion   *string `json:"agent_version"`
	LastLogin      stamp   `json:"last_login"`
	LastDisconnect stamp   `json:"last_disconnect"`
}

func (m machine) key() string { return string(m.ID) }

// counts reports whether the machine is a File-Server-Enabled one. An API login leaves a machine record without an
// agent and without an operating system; that is us, or a script, and never a server.
func (m machine) counts() bool {
	return m.Type == "server" && (m.AgentVersion != nil || m.OSType != nil)
}

func (m machine) name() string {
	if m.Nickname != nil && strings.TrimSpace(*m.Nickname) != "" {
		return strings.TrimSpace(*m.Nickname)
	}
	if strings.TrimSpace(m.DNSName) != "" {
		return strings.TrimSpace(m.DNSName)
	}
	return "Machine " + string(m.ID)
}

// root is a synchronised folder tree with its size.
type root struct {
	ID        ref    `json:"id"`
	CompanyID ref    `json:"company_id"`
	Name      string `json:"name"`
	SpaceUsed amount `json:"space_used"`
}

func (r root) key() string { return string(r.ID) }

func (r root) name() string {
	if strings.TrimSpace(r.Name) != "" {
		return strings.TrimSpace(r.Name)
	}
	return "Root " + string(r.ID)
}

// activity is one row of the activity log.
type activity struct {
	ID               ref    `json:"id"`
	TypeID           ref    `json:"activity_type_id"`
	Created          stamp  `json:"created"`
	ActorType        string `json:"actor_type"`
	ActorText        string `json:"actor_text"`
	ActorCompanyID   ref    `json:"actor_company_id"`
	ActorMachineID   ref    `json:"actor_machine_id"`
	ActorPersonID    ref    `json:"actor_person_id"`
	ActionText       string `json:"action_text"`
	ActedOnType      string `json:"acted_on_type"`
	ActedOnText      string `json:"acted_on_text"`
	ActedOnCompanyID ref    `json:"acted_on_company_id"`
	ActedOnMachineID ref    `json:"acted_on_machine_id"`
	ActedOnPersonID  ref    `json:"acted_on_person_id"`
	ActedOnRootID    ref    `json:"acted_on_root_id"`
	DataText         string `json:"data_text"`
}

func (a activity) key() string { return string(a.ID) }

// activityType is one kind of row in the activity log.
type activityType struct {
	ID   ref    `json:"id"`
	Text string `json:"activity"`
}

func (t activityType) key() string { return string(t.ID) }
