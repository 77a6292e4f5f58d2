// Package inbox reads what is sent to an inbox source: events and readings as JSON, readings as a file. It is pure: bytes
// in, facts out. What it does not understand it refuses, naming the place and what to write there; it never fills a number
// in, because the number may be billed.
package inbox
