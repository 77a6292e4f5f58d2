// Package alert decides what becomes of events: which condition they belong to, whether it gets a ticket or an e-mail, and
// what those are told. It is pure: the store reads an app.AlertState in the transaction that writes the decision, and the
// time is given. Deciding twice about the same state adds nothing.
//
// The rules T1 to T9 of the design are here, except what is known only when a ticket is sent or read back (touched,
// merged, deleted): that is app/ticketing.
//
// What a rule promises to those it tells: one ticket for one condition, or scope; at most one note in its quiet time;
// one e-mail for one condition, or scope, and at most one in the quiet time; and the less often, the more it flaps
// (flap.go). What arrives late changes nothing that is true by the source's own clock (order.go).
package alert
