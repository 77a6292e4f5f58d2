// Package rest is JSON over HTTP for adapters: relative paths, bounded answers, one limiter per connection, and errors
// that say what is known about the effect of a request without showing a secret, a header, a query or a body.
//
// It knows no vendor. An adapter gives it a base address, a way to sign requests and a reader of the vendor's error
// bodies; methods are then NewRequest, Do, and the fields they need. Nothing but a GET is ever repeated here: whether a
// write may be tried again is decided by whoever keeps the record of it.
package rest
