// Package alert decides what becomes of events: which condition they belong to, whether it gets a ticket, and what a
// ticket is told. It is pure: the store reads an app.AlertState in the transaction that writes the decision, and the
// time is given. Deciding twice about the same state adds nothing.
//
// The rules T1 to T9 of the design are here, except what is known only when a ticket is sent or read back (touched,
// merged, deleted): that is app/ticketing.
package alert
