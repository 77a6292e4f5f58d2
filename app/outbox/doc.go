// Package outbox delivers what ConnectWise must be told, exactly once in effect: claim, handle, settle. It knows no
// vendor and no ticket; handlers come from a map by delivery kind.
//
// An attempt that committed no intent certainly changed nothing. One that did and got no answer is checked before it
// is made again: the handler looks for its effect. Nothing is ever dropped by count or age; what cannot go on by
// itself is parked for a person, with ConnectWise's own words.
package outbox
