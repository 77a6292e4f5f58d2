package x360sync

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"
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

// amount is a size in bytes. The server also writes sizes as text or null. One that was not sent is neither known nor
// none.
type amount struct {
	bytes int64
	known bool
	none  bool // null or empty text: the server says that there is none
}

// UnmarshalJSON accepts a number, a number as text, or null. Text that is no number is not known rather than an error:
// a quota nobody can read must not hide the account it belongs to.
func (a *amount) UnmarshalJSON(b []byte) error {
	text, err := scalar(b)
	if err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	*a = wholeNumber(text)
	a.none = text == ""
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

// flag is yes or no, also as text or number; anything else is not known.
type flag struct{ known, yes bool }

// UnmarshalJSON never fails: a flag nobody can read must not hide the record it belongs to.
func (f *flag) UnmarshalJSON(b []byte) error {
	switch strings.ToLower(strings.Trim(string(bytes.TrimSpace(b)), `"`)) {
	case "true", "1", "yes":
		*f = flag{known: true, yes: true}
	case "false", "0", "no":
		*f = flag{known: true}
	default:
		*f = flag{}
	}
	return nil
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

// words is a name as the server writes it. Of one longer than any name the beginning is kept, so that thousands of rows
// take as much memory as they should.
type words string

const wordsAtMost = 512 // bytes

// UnmarshalJSON accepts text or null.
func (w *words) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	if len(text) > wordsAtMost {
		text = strings.Clone(strings.ToValidUTF8(text[:wordsAtMost], "")) // a clone, or the rest stays in memory with it
	}
	*w = words(text)
	return nil
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
	ID          ref   `json:"id"`
	ParentID    ref   `json:"parent_id"`
	Name        words `json:"name"`
	Active      flag  `json:"active"`
	TrialUntil  stamp `json:"trial_until"`
	PrivacyMode flag  `json:"privacy_mode"`
	Policy      struct {
		SpaceQuota amount `json:"space_quota"`
		// PSAEnabled is the vendor's own tie to a PSA system; TokenDays after how many days it ends tokens.
		PSAEnabled flag   `json:"psa_enabled"`
		TokenDays  amount `json:"deactivate_token_frequency"`
	} `json:"policy"`
}

func (o organization) key() string { return string(o.ID) }

// person is an account.
type person struct {
	ID          ref    `json:"id"`
	CompanyID   ref    `json:"company_id"`
	Username    words  `json:"username"`
	Email       words  `json:"email"`
	FirstName   words  `json:"first_name"`
	LastName    words  `json:"last_name"`
	DisplayName words  `json:"display_name"`
	SpaceQuota  amount `json:"space_quota"`
	SpaceUsage  amount `json:"space_usage"`
}

func (p person) key() string { return string(p.ID) }

// name is what a person calls the account: its name, else its address, else its number.
func (p person) name() string {
	return named("Account ", p.ID, p.DisplayName, p.FirstName+" "+p.LastName, p.Email, p.Username)
}

// slim drops what made up the name: of a large account thousands are kept between two pulls.
func (p *person) slim() {
	p.DisplayName = words(p.name())
	p.FirstName, p.LastName, p.Email, p.Username = "", "", "", ""
}

// guest is somebody outside who was given a share.
type guest struct {
	ID        ref   `json:"id"`
	CompanyID ref   `json:"company_id"`
	Email     words `json:"email"`
}

func (g guest) key() string { return string(g.ID) }

func (g guest) name() string { return named("Guest ", g.ID, g.Email) }

// machine is a registered device. It carries no company: see fleet.go.
type machine struct {
	ID             ref   `json:"id"`
	GUID           ref   `json:"guid"`
	DNSName        words `json:"dns_name"`
	Nickname       words `json:"nickname"`
	Type           words `json:"machine_type"`
	AgentVersion   words `json:"agent_version"`
	LastLogin      stamp `json:"last_login"`
	LastDisconnect stamp `json:"last_disconnect"`
}

func (m machine) key() string { return string(m.ID) }

// The kinds of machines that are counted or watched. Mobiles are neither.
const (
	kindServer  = "server"  // File-Server-Enabled
	kindAgent   = "agent"   // desktop client
	kindUnknown = "unknown" // a type the server's makers have added since, or none: it may be a file server
)

// kind says what the machine is; empty for one that is none of our business: a mobile, or the record that every API
// login leaves behind — ours, or a script's —, which is an agent without a version.
func (m machine) kind() string {
	switch strings.ToLower(plain(string(m.Type))) {
	case "server":
		return kindServer
	case "agent":
		if plain(string(m.AgentVersion)) == "" {
			return ""
		}
		return kindAgent
	case "mobile":
		return ""
	}
	return kindUnknown
}

func (m machine) name() string { return named("Machine ", m.ID, m.Nickname, m.DNSName) }

// connected reports whether the machine is connected as far as its record says, and since when, or that it is not; false
// when it never signed in.
func (m machine) connected() (yes bool, since time.Time, ok bool) {
	switch {
	case !m.LastDisconnect.IsZero() && !m.LastDisconnect.Before(m.LastLogin.Time):
		return false, m.LastDisconnect.Time, true
	case !m.LastLogin.IsZero():
		return true, m.LastLogin.Time, true
	}
	return false, time.Time{}, false
}

// root is a synchronised folder tree with its size.
type root struct {
	ID        ref    `json:"id"`
	CompanyID ref    `json:"company_id"`
	Name      words  `json:"name"`
	SpaceUsed amount `json:"space_used"`
}

func (r root) key() string { return string(r.ID) }

func (r root) name() string { return named("Root ", r.ID, r.Name) }

// named is the first name that is one, else the kind of thing and its number.
func named[T ~string](kind string, id ref, names ...T) string {
	for _, one := range names {
		if name := plain(string(one)); name != "" {
			return name
		}
	}
	return kind + string(id)
}

// plain is a text on one line. What turns the direction of writing around it is left out, so that a name cannot change
// how the sentence it stands in is read; letters of all scripts stay.
func plain(text string) string {
	text = strings.Map(func(c rune) rune {
		switch {
		case c >= 0x202A && c <= 0x202E, c >= 0x2066 && c <= 0x2069, c == 0xFEFF:
			return -1
		case unicode.IsControl(c):
			return ' '
		}
		return c
	}, text)
	return strings.Join(strings.Fields(text), " ")
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
	ID   ref   `json:"id"`
	Text words `json:"activity"`
}

func (t activityType) key() string { return string(t.ID) }
