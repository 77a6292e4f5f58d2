package secret

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/zalando/go-keyring"

	"psabridge/app"
)

// service is the name all our items carry in the operating system's keychain.
const service = "psabridge"

// OS is the operating system's keychain: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.
// Each secret is one item, under the install's id, so that two installs of one person do not share keys.
type OS struct {
	install       string
	deadline      time.Duration
	items         items
	get, set, del lane
}

// items is the library's side, which knows no deadline: a Secret Service that never answers hangs it for ever.
type items interface {
	Get(service, user string) (string, error)
	Set(service, user, password string) error
	Delete(service, user string) error
}

// NewOS makes the keychain of an install. No call takes longer than deadline (0: DefaultDeadline).
func NewOS(install string, deadline time.Duration) *OS { return newOS(install, deadline, library{}) }

func newOS(install string, deadline time.Duration, items items) *OS {
	if deadline <= 0 {
		deadline = DefaultDeadline
	}
	return &OS{install: install, deadline: deadline, items: items, get: newLane(), set: newLane(), del: newLane()}
}

// Backend implements Keychain.
func (k *OS) Backend() string { return BackendOS }

// Get implements Keychain.
func (k *OS) Get(ctx context.Context, name string) (app.Secret, error) {
	value, err := k.call(ctx, &k.get, func() (string, error) { return k.items.Get(service, k.user(name)) })
	return app.Secret(value), explain(err, name, "")
}

// Set implements Keychain.
func (k *OS) Set(ctx context.Context, name string, value app.Secret) error {
	if err := fits(name, value); err != nil {
		return err
	}
	_, err := k.call(ctx, &k.set, func() (string, error) { return "", k.items.Set(service, k.user(name), value.Reveal()) })
	return explain(err, name, value)
}

// Delete implements Keychain.
func (k *OS) Delete(ctx context.Context, name string) error {
	_, err := k.call(ctx, &k.del, func() (string, error) { return "", k.items.Delete(service, k.user(name)) })
	return explain(err, name, "")
}

func (k *OS) user(name string) string { return k.install + "/" + name }

func (k *OS) call(ctx context.Context, l *lane, f func() (string, error)) (string, error) {
	if err := reachable(); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, k.deadline)
	defer cancel()
	return l.do(ctx, f)
}

// library is go-keyring.
type library struct{}

func (library) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (library) Set(service, user, password string) error {
	return keyring.Set(service, user, password)
}
func (library) Delete(service, user string) error { return keyring.Delete(service, user) }

const fileInstead = " Or start psabridge with --keys file, which keeps the keys in an encrypted file."

// explain turns what a keychain answers into what a person can do about it. The answer is kept for the log unless it
// repeats the value.
func explain(err error, name string, value app.Secret) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	cause := errors.New(text)
	if v := value.Reveal(); v != "" && strings.Contains(text, v) {
		cause = errors.New("the keychain's answer is withheld")
	}
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return notFound(name)
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return app.FieldErrorf("value", "The value of %s is too long for the keychain of this computer.", name)
	case errors.Is(err, context.Canceled):
		return app.Wrap(context.Canceled, app.Unavailable, "The call to the keychain was cancelled.")
	case errors.Is(err, errStuck), errors.Is(err, context.DeadlineExceeded):
		return app.Wrap(cause, app.Unavailable, "The keychain of this computer does not answer. Sign out and in again, or restart the computer."+fileInstead)
	case strings.Contains(text, "unlock"), strings.Contains(text, "dismissed"):
		return app.Wrap(cause, app.Unavailable, "The keychain of this computer is locked. Unlock it (on Linux with Passwords and Keys) and try again."+fileInstead)
	case strings.Contains(text, "not provided by any .service"), strings.Contains(text, "dbus"), strings.Contains(text, "dial unix"), errors.Is(err, keyring.ErrUnsupportedPlatform):
		return app.Wrap(cause, app.Unavailable, "This computer has no keychain service (Secret Service) in this session. Install gnome-keyring or KWallet."+fileInstead)
	}
	return app.Wrap(cause, app.Unavailable, "The keychain of this computer refused. The log holds its answer."+fileInstead)
}
