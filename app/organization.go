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
	StateConnection = "connection"    // machine: "connected" or "disconnected"
	StateQuota      = "quota_percent" // organization, account: whole percent of the quota in use, e.g. "83"
)

// Values of StateConnection.
const (
	Connected    = "connected"
	Disconnected = "disconnected"
)
