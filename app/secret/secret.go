// Package secret is the port to where keys, passwords and tokens are kept, with its three backends: the operating
// system's keychain, one encrypted file for machines without, and memory for tests and the demo.
//
// No error of this package holds a value, whatever a backend answers.
package secret

import (
	"context"
	"time"

	"psabridge/app"
)

// The names of the backends, as they stand in a secret's record.
const (
	BackendOS     = "os"
	BackendFile   = "file"
	BackendMemory = "memory"
)

// MaxSize is the longest value in bytes. It is the limit of Windows' keychain and kept everywhere, so that settings
// can move to another machine.
const MaxSize = 2560

// DefaultDeadline is how long a call to the operating system's keychain may take.
const DefaultDeadline = 5 * time.Second

// Keychain keeps values by name. It is safe for concurrent use. Besides the codes named, every method may return
// unavailable (locked, no such service, no answer in time); the message then says what to do.
type Keychain interface {
	// Backend is one of the Backend names.
	Backend() string
	// Get returns a value. not_found: there is none of this name.
	Get(ctx context.Context, name string) (app.Secret, error)
	// Set stores a value, replacing one of the same name. invalid: it is empty or longer than MaxSize.
	Set(ctx context.Context, name string, value app.Secret) error
	// Delete removes a value. not_found: there is none of this name.
	Delete(ctx context.Context, name string) error
}

// notFound is what every backend says about a name it does not hold.
func notFound(name string) error {
	return app.Errorf(app.NotFound, "%s is not in the keychain. Enter it again.", name)
}

// fits refuses a value no backend could keep.
func fits(name string, value app.Secret) error {
	switch n := len(value.Reveal()); {
	case n == 0:
		return app.FieldErrorf("value", "The value of %s is empty. To remove it, delete it.", name)
	case n > MaxSize:
		return app.FieldErrorf("value", "The value of %s is %d bytes long. A keychain keeps at most %d; is it the right one?", name, n, MaxSize)
	}
	return nil
}
