// Package sandbox is a ConnectWise, an x360Sync and an Axcient API to try the
// product against: HTTP servers that behave as the vendors are known to behave, quirks and
// faults included, over the invented provider of package sample.
//
// It uses the standard library only and shares no type with the adapters that
// talk to it. What the adapters misread, this package must not misread with them.
// Where a vendor's behaviour is not known it answers in the least helpful way
// that is still possible, so that nothing can come to depend on a guess.
package sandbox
