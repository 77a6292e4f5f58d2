// Package channel is the port to the roads by which a person is told: e-mail, a chat's webhook, this computer's desktop.
// An adapter is a package below this one.
package channel

import "context"

// Message is what a person is told. It holds no secret.
type Message struct {
	// To are e-mail addresses; only e-mail has them.
	To    []string
	Title string // one line
	Text  string // plain text; may be empty
	Items []Item // what the message is about, one by one
	// Page is the address of the page that mends it, on the computer that runs psabridge; empty: none.
	Page string
	// Kind is the notice kind, for programs that read webhooks.
	Kind string
	// ID and ReplyTo are Message-IDs without brackets, of e-mail: the same ID on every attempt, so that a second copy is
	// known as one.
	ID, ReplyTo string
	// WithoutLate sends to those who are accepted now although the server asks to come back later for others. Without it such
	// a message is not sent to anybody yet, so that trying again doubles nothing.
	WithoutLate bool
}

// Item is one of the things a message is about.
type Item struct{ Title, Text string }

// Channel tells a person. Send returns when the other side has taken the message.
// Codes: unauthorized (it does not accept our name or address), invalid (it refuses this message for good), rate_limited,
// unavailable. The outcome is unknown when the message went out and no answer was read.
// When some of the receivers were refused and the others have it, the error is a *PartlyError. When the other side asks for
// this message again later, it is unavailable in a *DeferredError.
type Channel interface {
	Send(ctx context.Context, m Message) error
}

// Prober is a channel that can be tried without telling anybody anything. Codes are those of Send.
type Prober interface {
	Probe(ctx context.Context) error
}

// PartlyError says that some receivers have the message and others were refused. To send it again would double it for those
// who have it.
type PartlyError struct{ Message string } // for the person: who did not get it, and why

// Error implements error.
func (e *PartlyError) Error() string { return e.Message }

// DeferredError says that the other side answered and asks for this one message again later: a mailbox is full, or it does not
// know us yet. Others may go through, so it says nothing against the channel. Nobody has the message.
type DeferredError struct{ Err error } // an *app.Error: unavailable, nothing sent

// Error implements error.
func (e *DeferredError) Error() string { return e.Err.Error() }

// Unwrap returns what the person reads.
func (e *DeferredError) Unwrap() error { return e.Err }
