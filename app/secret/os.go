package secret

import (
	"context"
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
	asking        asking
}

// items is the library's side, which knows no deadline: a Secret Service that never answers hangs it for ever.
type items interface {
	Get(service, user string) (string, error)
	Set(service, user, password string) error
	Delete(service, user string) error
}

// NewOS makes the keychain of an install. No call takes longer than deadline (0: DefaultDeadline).
func NewOS(install string, deadline time.Duration) *OS {
	k := newOS(install, deadline, library{})
	k.asking.locked = collectionLocked
	return k
}

func newOS(install string, deadline time.Duration, items items) *OS {
	if deadline <= 0 {
		deadline = DefaultDeadline
	}
	return &OS{install: install, deadline: deadline, items: items, get: newLane(), set: newLane(), del: newLane(), asking: asking{now: time.Now}}
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
	if err := k.asking.may(ctx); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, k.deadline)
	defer cancel()
	value, err := l.do(ctx, f)
	return value, k.asking.ended(ctx, err)
}

// AskAgain lets a keychain that stayed locked ask its person once more.
func (k *OS) AskAgain() { k.asking.again() }

// library is go-keyring.
type library struct{}

func (library) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (library) Set(service, user, password string) error {
	return keyring.Set(service, user, password)
}
func (library) Delete(service, user string) error { return keyring.Delete(service, user) }
