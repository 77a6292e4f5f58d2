package app

import (
	"encoding/json"
	"time"
)

// OptionRow is one cached entry of a ConnectWise list.
type OptionRow struct {
	ID         int64
	Identifier string // companies and products
	Name       string
	Inactive   bool
	Body       json.RawMessage // the record as app.Company, app.Agreement, app.Product or app.Option in JSON
	LoadedAt   time.Time
}

// CheckRow is the newest result of one connection check.
type CheckRow struct {
	Connection string
	ID         string // e.g. keys, board, product.storage
	Title      string
	State      CheckState
	Message    string
	Fix        string // what to click, empty when nothing is wrong
	Took       time.Duration
	ChangedAt  time.Time
	Tried      CheckState // what it was when it was tried last, which being skipped does not change; "" when it never was
}

// CheckRun is the newest test of a connection.
type CheckRun struct {
	At      time.Time // zero when it was never tested
	Current bool      // it was made with the settings and the keys the connection has now
}

// CheckState is the answer of one check.
type CheckState string

// The answers of a check.
const (
	CheckOK      CheckState = "ok"
	CheckWarning CheckState = "warning"
	CheckFailed  CheckState = "failed"
	CheckSkipped CheckState = "skipped" // could not be tried because an earlier one failed
)
