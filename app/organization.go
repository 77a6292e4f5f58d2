package app

import "time"

// Organization is a customer as a source knows it, one node of a tree with the MSP's own master organization on top.
// Its key is (Source, ExternalID), never a name: names, hostnames and parents change.
type Organization struct {
	ID               int64 // our own row; 0 before it is stored
	Source           string
	ExternalID       string
	ParentExternalID string // empty for the master organization
	Name             string
	State            OrganizationState
	Active           bool       // false when the source says it is switched off
	TrialUntil       *time.Time // nil when it is not a trial
	FirstSeen        time.Time
	LastSeen         time.Time
	// LaterUntil is until when a person does not want to be asked what a new organization is; zero: ask.
	LaterUntil time.Time
}

// OrganizationMove is an organization that changed its place in the tree.
type OrganizationMove struct {
	OrganizationID string // external ids, all three
	From, To       string
}

// OrganizationState says whether the source still shows an organization.
type OrganizationState string

// The states of an organization.
const (
	OrganizationPresent OrganizationState = "present" // seen in the last complete reading
	OrganizationGone    OrganizationState = "gone"    // missing from a complete reading; its billing lines are held
	OrganizationIgnored OrganizationState = "ignored" // a person said never to ask again
)

// ObjectKind is the kind of thing an event or a reading is about.
type ObjectKind string

// The kinds of objects.
const (
	ObjectOrganization ObjectKind = "organization"
	ObjectAccount      ObjectKind = "account"
	ObjectMachine      ObjectKind = "machine"
	ObjectRoot         ObjectKind = "root"
	ObjectGuest        ObjectKind = "guest"
	ObjectResource     ObjectKind = "resource" // a shared mailbox, site, team or drive that is backed up
	ObjectSource       ObjectKind = "source"   // the source itself, e.g. when it cannot be read
)

// Object names one thing inside an organization at a source.
type Object struct {
	Kind       ObjectKind `json:"kind"`
	ExternalID string     `json:"external_id"`
	Name       string     `json:"name"`
}

// ObjectState is what a source last said about one aspect of an object, since when.
// Only changes are stored, so From is the moment we first read this value, not the moment it came true.
type ObjectState struct {
	OrganizationID string // external id at the source
	Object         Object
	What           string // one of the State… names
	Value          string
	From           time.Time
	// Since is when the value came true by the source's own clock, if it said so; zero otherwise.
	Since time.Time
}

// The aspects of objects we keep. Values are text.
const (
	StateConnection = "connection"    // File Server machine: Connected or Disconnected
	StateQuota      = "quota_percent" // organization, account: whole percent of the quota in use, e.g. "83"
	// StateLastSeen is of a machine: Connected, or the day (UTC, "2026-11-05") of its last sign of life. A day, so that
	// a laptop that comes and goes leaves few rows.
	StateLastSeen = "last_seen"
	// StatePresent is of an organization, account or machine: Yes for as long as its source shows it. Where it begins or
	// ends, something was added or removed.
	StatePresent = "present"
	// StateReadable is of an organization: Yes when its objects could be read completely, else No. What appears in one
	// that was not readable before is not new, only newly seen.
	StateReadable = "readable"
	// StateBackup is of an organization or resource at x360Cloud: one of the Backup… values, or the vendor's own word in
	// lower case.
	StateBackup = "backup"
	// StateSLA is of an organization at x360Cloud: SLAMet or SLAMissed.
	StateSLA = "sla"
	// StateProtection is of an account at x360Cloud: Protected or Unprotected.
	StateProtection = "protection"
)

// Values of states.
const (
	Yes          = "yes"
	No           = "no"
	Connected    = "connected"
	Disconnected = "disconnected"
	// Unknown is the value of what was expected and shown in no way anybody can read. It opens nothing and ends nothing:
	// leaving the state out would say that it is over.
	Unknown = "unknown"

	BackupSuccess    = "success"
	BackupInProgress = "in_progress"
	BackupPartial    = "partial"
	BackupFailed     = "failed"
	BackupOnboarding = "onboarding"

	SLAMet    = "met"
	SLAMissed = "missed"

	Protected   = "protected"
	Unprotected = "unprotected"
)
