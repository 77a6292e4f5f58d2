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
	doubt            string // why it is not known whether it works
}

func readClient(o object) client {
	c := client{id: o.id(clients), parent: o.idOf(fieldParent), active: true}
	c.name = cmp.Or(line(o.text(fieldName)), "Client "+c.id)
	switch says := activity(o); {
	case says.torn != "":
		c.doubt = says.torn
	case says.known:
		c.active = says.on
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

// id is the own id of a record of a list; "" when it has none that can be used.
func (o object) id(k kind) string { return o.idOf(idFields[k]) }

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
	it := item{id: o.id(k), size: sizeOf(o)}
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
// Where the record contradicts itself, nobody knows.
func protects(o object) (protection, string) {
	says := activity(o)
	if says.torn != "" {
		return unknown, says.torn
	}
	word, field, torn := protectionWords(o)
	switch {
	case torn != "":
		return unknown, torn
	case says.known && !says.on && word == protected:
		return unknown, contradict(says.by, field)
	case says.known && !says.on:
		return neither, ""
	case word != unknown:
		return word, ""
	case field.name != "":
		return unknown, notUnderstood(field)
	}
	v, ok := o.find(fieldSelected)
	if !ok {
		return unknown, "no field says whether it is protected (fields seen: " + o.seen() + ")"
	}
	selected, ok := v.truth()
	switch {
	case !ok:
		return unknown, notUnderstood(v)
	case !says.known && says.by.name != "":
		return unknown, notUnderstood(says.by)
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

// protectionWords reads all that the vendor says of the protection. torn says why it is not known when two of them do not
// agree; field is that which says it, or the first that was not understood.
func protectionWords(o object) (word protection, field value, torn string) {
	for _, v := range o.all(fieldProtected) {
		switch p := protectionWord(v); {
		case p == unknown:
			if field.name == "" {
				field = v
			}
		case word == unknown:
			word, field = p, v
		case word != p:
			return unknown, field, contradict(field, v)
		}
	}
	return word, field, ""
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

func contradict(a, b value) string {
	return fmt.Sprintf("its fields %q and %q contradict each other", printable(a.name), printable(b.name))
}

func notUnderstood(v value) string {
	if v.null() {
		return fmt.Sprintf("its field %q is empty", printable(v.name))
	}
	return fmt.Sprintf("its field %q says something that is not known", printable(v.name))
}

// working is what a record says on whether a user or client works.
type working struct {
	on, known bool
	by        value  // the field that says it, or should have said it
	torn      string // why it is not known: two fields do not agree
}

// opposites are the flags that say the same as an unset "active".
var opposites = []string{"disabled", "isdisabled", "inactive", "deactivated"}

// activity reads all that a record says on whether a user or client works: its status and every flag. A flag such as
// "deleted" that is not set says little: that one may be disabled all the same. So it counts only where nothing else says
// anything, and against its very opposite.
func activity(o object) working {
	var on, off, mute, unset, opposite value
	for _, f := range []field{fieldStatus, fieldActive, fieldInactive} {
		for _, v := range o.all(f) {
			yes, ok := v.truth()
			w := fold(v.text())
			switch {
			case f == fieldStatus && slices.Contains(activeWords, w), f == fieldActive && ok && yes:
				on = on.or(v)
			case f == fieldStatus && slices.Contains(inactiveWords, w), f == fieldActive && ok, ok && yes && f == fieldInactive:
				off = off.or(v)
			case f == fieldInactive && ok:
				unset = unset.or(v)
				if slices.Contains(opposites, fold(v.name)) {
					opposite = opposite.or(v)
				}
			default:
				mute = mute.or(v)
			}
		}
	}
	switch {
	case on.name != "" && off.name != "":
		return working{by: on, torn: contradict(on, off)}
	case opposite.name != "" && slices.Contains(folded[fieldActive], fold(off.name)):
		return working{by: off, torn: contradict(off, opposite)}
	case off.name != "":
		return working{known: true, by: off}
	case on.name != "":
		return working{known: true, on: true, by: on}
	case mute.name != "":
		return working{by: mute}
	case unset.name != "":
		return working{known: true, on: true, by: unset}
	}
	return working{}
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
