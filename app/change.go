package app

import (
	"strings"
	"time"
)

// Change is one difference between two settings documents.
type Change struct {
	Path   string `json:"path"` // e.g. connections[cw].billing.push_day
	Before string `json:"before"`
	After  string `json:"after"`
}

// Revision is one stored state of the settings document. Revisions are append-only.
type Revision struct {
	Rev      int64
	At       time.Time
	By       string
	Document []byte // YAML
	Diff     []Change
}

// Projection is the settings document as rows, for joins in the store. Rows removed from the document become tombstones.
type Projection struct {
	Sources     []ProjectionRow // Kind: source kind
	Connections []ProjectionRow // Kind: system
	Rules       []ProjectionRow
	Mappings    []MappingRow
}

// ProjectionRow is one named thing of the document.
type ProjectionRow struct {
	Name   string
	Kind   string
	Config []byte // JSON
}

// MappingRow is one organization's own mapping.
type MappingRow struct {
	Source      string
	ExternalID  string
	PSA         string
	CompanyID   int64
	AgreementID int64
	Bill        []Meter
}

// SecretRecord says that a secret is stored, never what it is.
type SecretRecord struct {
	Name      string // e.g. connections/cw/private_key
	Backend   string // os | file | memory
	BoundHost string // the host it was entered for; a changed address asks for it again
	SetAt     time.Time
	EndsWith  string
}

// Tail is how a stored secret ends, by which a person tells two keys apart. Of a password, which people make up and use
// elsewhere, nothing is shown.
func (r SecretRecord) Tail() string {
	if strings.HasSuffix(r.Name, "password") {
		return ""
	}
	return r.EndsWith
}
