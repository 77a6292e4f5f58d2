// Package outbox delivers what others must be told, exactly once in effect: claim, handle, settle. It knows no vendor, no
// ticket and no mail server; handlers come from a map by delivery kind, and a connection is a name to it.
//
// An attempt that committed no intent certainly changed nothing. One that did and got no answer is checked before it
// is made again: the handler looks for its effect. Nothing is ever dropped by count or age; what cannot go on by
// itself is parked for a person, with the other side's own words.
package outbox
