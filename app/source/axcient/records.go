package axcient

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"psabridge/app"
)

// client is one client organization.
type client struct {
	id, name, parent string
	active           bool
	trialUntil       *time.Time
	outcome          string // its own word on its last backup; "" when it has none
	sla              string // SLAMet, SLAMissed or ""
	problem          string // why a state of it is not known
}

func readClient(o object) client {
	c := client{id: o.id(), parent: o.idOf(fieldParent), active: true}
	c.name = cmp.Or(line(o.text(fieldName)), "Client "+c.id)
	if on, known := activity(o); known {
		c.active = on
	}
	if v, ok := o.find(fieldTrialUntil); ok {
		if t := v.moment(); !t.IsZero() {
			c.trialUntil = &t
		}
	}
	if v, ok := o.find(fieldOwnOutcome); ok {
		c.outcome = outcomeOf(v.text())
	}
	c.sla, c.problem = sla(o)
	return c
}

// id is the record's own id; "" when it has none that can be used.
func (o object) id() string { return o.idOf(fieldID) }

func (o object) idOf(f field) string {
	v, _ := o.find(f)
	id := v.id()
	if len(id) > 200 || line(id) != id {
		return ""
	}
	return id
}

// line makes one printable line of a name.
func line(s string) string {
	s = strings.Join(strings.Fields(printableAll(s)), " ")
	if runes := []rune(s); len(runes) > 200 {
		s = string(runes[:199]) + "…"
	}
	return s
}

// item is a user or a shared resource.
type item struct {
	id, name   string
	protection protection
	isSeat     bool // it is counted; of a user
	size       size
	outcome    string // of its own last backup
	problem    string // why its protection is not known
}

// doubt is what was not understood of the item; "" when all was.
func (it item) doubt() string {
	if it.problem == "" && it.protection == protected && it.size.given && !it.size.known {
		return fmt.Sprintf("its size has no unit (field %q)", printable(it.size.name))
	}
	return it.problem
}

type protection int

const (
	unknown     protection = iota // and item.problem says why
	protected                     // it is backed up
	unprotected                   // it is there and is not backed up
	neither                       // it cannot be: the vendor's "N/A", or it is disabled
)

func readItem(o object, k kind) item {
	it := item{id: o.id(), size: sizeOf(o)}
	full := line(o.text(fieldFirstName) + " " + o.text(fieldLastName))
	it.name = cmp.Or(line(o.text(fieldName)), full, line(o.text(fieldEmail)), map[kind]string{users: "User ", resources: "Resource "}[k]+it.id)
	if v, ok := o.find(fieldOwnOutcome); ok {
		it.outcome = outcomeOf(v.text())
	}
	it.protection, it.problem = protects(o)
	it.seat(o)
	return it
}

// protects decides whether an item is protected. The vendor's own word on it decides; without one, what was selected for
// protection. What does not work any more is neither, whatever it was selected for: the portal's report says N/A of it.
func protects(o object) (protection, string) {
	on, known := activity(o)
	if known && !on {
		return neither, ""
	}
	if v, ok := o.find(fieldProtected); ok {
		if p := protectionWord(v); p != unknown {
			return p, ""
		}
		return unknown, notUnderstood(v)
	}
	v, ok := o.find(fieldSelected)
	if !ok {
		return unknown, "no field says whether it is protected (fields seen: " + o.seen() + ")"
	}
	selected, ok := v.truth()
	switch {
	case !ok:
		return unknown, notUnderstood(v)
	case !known && hasActivity(o):
		return unknown, notUnderstood(activityField(o))
	case selected:
		return protected, ""
	}
	return unprotected, ""
}

// seat reads the vendor's own word on whether a seat is charged for a user; without one, a seat is a user that is
// protected.
func (it *item) seat(o object) {
	it.isSeat = it.protection == protected
	v, ok := o.find(fieldCharged)
	if !ok || v.null() {
		return
	}
	if yes, ok := v.truth(); ok {
		it.isSeat = yes
	} else {
		it.problem = notUnderstood(v)
	}
}

func protectionWord(v value) protection {
	w := fold(v.text())
	switch {
	case slices.Contains(protectedWords, w):
		return protected
	case slices.Contains(unprotectedWords, w):
		return unprotected
	case slices.Contains(neitherWords, w):
		return neither
	}
	return unknown
}

func notUnderstood(v value) string {
	if v.null() {
		return fmt.Sprintf("its field %q is empty", printable(v.name))
	}
	return fmt.Sprintf("its field %q says something that is not known", printable(v.name))
}

// activity reads whether a user or client works: by its status, else by a flag. known is false when nothing says so.
func activity(o object) (on, known bool) {
	for _, f := range []field{fieldInactive, fieldActive} {
		if v, ok := o.find(f); ok {
			if yes, ok := v.truth(); ok && (yes || f == fieldActive) {
				return yes == (f == fieldActive), true
			}
		}
	}
	if v, ok := o.find(fieldStatus); ok {
		w := fold(v.text())
		return slices.Contains(activeWords, w), slices.Contains(activeWords, w) || slices.Contains(inactiveWords, w)
	}
	if v, ok := o.find(fieldInactive); ok {
		yes, ok := v.truth()
		return !yes, ok
	}
	return false, false
}

func hasActivity(o object) bool { return activityField(o).name != "" }

// activityField is the field that should have said whether something works.
func activityField(o object) value {
	for _, f := range []field{fieldStatus, fieldActive, fieldInactive} {
		if v, ok := o.find(f); ok {
			return v
		}
	}
	return value{}
}

// sla reads whether a backup objective was missed; "" when no field is about it. A field that is about it and cannot be
// read is a problem: a miss must not end because of it.
func sla(o object) (state, problem string) {
	for _, f := range []field{fieldSLAMissed, fieldSLAMet} {
		v, ok := o.find(f)
		if !ok || v.null() {
			continue
		}
		yes, ok := v.truth()
		switch {
		case !ok:
			return "", notUnderstood(v)
		case yes == (f == fieldSLAMet):
			return app.SLAMet, ""
		}
		return app.SLAMissed, ""
	}
	v, ok := o.find(fieldSLA)
	if !ok || v.null() {
		return "", ""
	}
	w := fold(v.text())
	switch {
	case slices.Contains(metWords, w):
		return app.SLAMet, ""
	case slices.Contains(missedWords, w):
		return app.SLAMissed, ""
	}
	return "", notUnderstood(v)
}
