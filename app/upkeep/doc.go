// Package upkeep keeps what we know: it backs the database up, copies it to a second folder, looks after the disk, and after
// a restore asks ConnectWise for what was forgotten before anything is sent.
//
// How a copy is made and put back is the store's; this package says when, where to, what goes and what a person is told.
package upkeep
