// Package settings is what can be said about the settings document without reading or writing anything: parse it,
// print it, judge it, tell two apart, and compute what an organization inherits (DESIGN §2.3).
//
// It is pure. Whether a board or a company exists at ConnectWise is not its business; the connection checks tell.
package settings
