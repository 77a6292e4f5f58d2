package app

import (
	"strconv"
	"strings"
)

// The kinds of sources that are read. KindInbox is the one that is not.
const (
	KindX360Sync = "x360sync" // Axcient x360Sync
	KindAxcient  = "axcient"  // the Axcient public API, for x360Cloud
)

// The units of levels, named as the keys of When.
const (
	LevelPercent = "percent"
	LevelMinutes = "minutes"
	LevelDays    = "days"
	LevelTimes   = "times"
)

// EventType is what is known of a type of events that psabridge makes itself, from what a source shows.
type EventType struct {
	Type    string
	Level   string // one of the Level… units; empty when the type has no level
	Default int    // the level from which it counts where a rule names none
	// Kinds are the kinds of sources that can show it.
	Kinds []string
	// Momentary is true for what only happens; the others hold until they recover (T3).
	Momentary bool
	Text      string // what it means, a sentence for the person
}

// EventTypes lists the types psabridge makes itself, in the order a page shows them.
func EventTypes() []EventType {
	sync, cloud, both := []string{KindX360Sync}, []string{KindAxcient}, []string{KindX360Sync, KindAxcient}
	return []EventType{
		{Type: TypeMachineUnreachable, Level: LevelMinutes, Default: 5, Kinds: sync, Text: "A File Server Enabled machine is disconnected for so many minutes."},
		{Type: TypeMachineUnseen, Level: LevelDays, Default: 30, Kinds: sync, Text: "A machine gave no sign of life for so many days."},
		{Type: TypeQuotaReached, Level: LevelPercent, Default: 80, Kinds: sync, Text: "An organization or account uses so much of its space quota."},
		{Type: TypeSignInFailures, Level: LevelTimes, Default: 5, Kinds: sync, Momentary: true, Text: "An account failed to sign in so many times in a row."},
		{Type: TypeBackupFailed, Kinds: cloud, Text: "The backup of an organization or shared resource failed."},
		{Type: TypeBackupSLAMissed, Kinds: cloud, Text: "An organization missed its backup SLA."},
		{Type: TypeAccountUnprotected, Kinds: cloud, Text: "An active user is not selected for protection."},
		{Type: TypeAccountAdded, Kinds: both, Momentary: true, Text: "An account is new in its organization."},
		{Type: TypeAccountRemoved, Kinds: both, Momentary: true, Text: "An account is not shown any more."},
		{Type: TypeMachineAdded, Kinds: sync, Momentary: true, Text: "A machine is new in its organization."},
		{Type: TypeMachineRemoved, Kinds: sync, Momentary: true, Text: "A machine is not shown any more."},
		{Type: TypeOrganizationAdded, Kinds: both, Momentary: true, Text: "An organization is new below another."},
		{Type: TypeOrganizationRemoved, Kinds: both, Momentary: true, Text: "An organization is not shown any more."},
		{Type: TypeOrganizationMoved, Kinds: both, Momentary: true, Text: "An organization hangs below another one than before."},
		{Type: TypeSourceUnreadable, Level: LevelMinutes, Default: 15, Kinds: both, Text: "The source itself could not be read for so many minutes."},
	}
}

// LevelOf is the unit of a type's levels; empty when it has none, or is not psabridge's own.
func LevelOf(eventType string) string {
	for _, t := range EventTypes() {
		if t.Type == eventType {
			return t.Level
		}
	}
	return ""
}

// LevelWords prints a level with its unit: "80 %", "5 minutes", "1 day"; without a unit the number alone.
func LevelWords(unit string, n int) string {
	words := strconv.Itoa(n)
	switch {
	case unit == "":
		return words
	case unit == LevelPercent:
		return words + " %"
	case n == 1:
		return words + " " + strings.TrimSuffix(unit, "s")
	}
	return words + " " + unit
}
