package secret

import (
	"context"
	"sync"
	"time"

	"psabridge/app"
)

// Records is where it is noted that a secret is stored: since when, in which backend, for which host. Never the value.
type Records interface {
	SecretRecords(ctx context.Context) ([]app.SecretRecord, error)
	SecretRecord(ctx context.Context, name string) (app.SecretRecord, error)
	SaveSecretRecord(ctx context.Context, r app.SecretRecord) error
	DeleteSecretRecord(ctx context.Context, name string) error
}

// Vault is a keychain with the records of what is in it. A value is bound to the host it was entered for and given out
// for no other: a changed address must not receive the keys of the old one.
type Vault struct {
	keychain Keychain
	records  Records
	watch    *watch
	together sync.RWMutex // held for writing while values that belong together are changed, for reading while they are read
}

// NewVault makes the vault of an install.
func NewVault(keychain Keychain, records Records) *Vault {
	return &Vault{keychain: keychain, records: records, watch: newWatch()}
}

// Together runs a change of several values that belong together, e.g. a user name and its password. Nobody who holds the vault
// steady sees some of them changed.
func (v *Vault) Together(change func() error) error {
	v.together.Lock()
	defer v.together.Unlock()
	return change()
}

// Steady keeps what Together changes as it is until done is called, for who reads several values. Within it, nothing may call
// Together or Steady.
func (v *Vault) Steady() (done func()) {
	v.together.RLock()
	return v.together.RUnlock
}

// Set stores a value for a host. The keychain is written first: a record without a value would claim too much.
func (v *Vault) Set(ctx context.Context, name string, value app.Secret, host string, now time.Time) error {
	err := v.keychain.Set(ctx, name, value)
	if code := app.ErrorCode(err); code != app.Invalid { // else it was not asked
		v.watch.saw(name, err)
	}
	if err != nil {
		return err
	}
	return v.records.SaveSecretRecord(ctx, app.SecretRecord{
		Name: name, Backend: v.keychain.Backend(), BoundHost: host, SetAt: now, EndsWith: value.EndsWith(),
	})
}

// Get gives a value out for a host. not_found: it was never set. unauthorized: it was set for another host, or into
// another keychain than the one in use.
func (v *Vault) Get(ctx context.Context, name, host string) (app.Secret, error) {
	record, err := v.records.SecretRecord(ctx, name)
	if err != nil {
		return "", err
	}
	if record.BoundHost != host {
		return "", app.Errorf(app.Unauthorized, "%s was entered for %s, and the address is now %s. Enter it again for the new address.", name, record.BoundHost, host)
	}
	value, err := v.keychain.Get(ctx, name)
	if app.ErrorCode(err) == app.NotFound {
		v.watch.gone(name, record.Backend != v.keychain.Backend())
	} else {
		v.watch.saw(name, err)
	}
	if app.ErrorCode(err) == app.NotFound && record.Backend != v.keychain.Backend() {
		return "", app.Errorf(app.Unauthorized, "%s was stored with --keys %s, and psabridge now runs with --keys %s. Enter it again, or start it as before.", name, record.Backend, v.keychain.Backend())
	}
	if app.ErrorCode(err) == app.NotFound {
		return "", app.Errorf(app.Unauthorized, "%s is no longer in the keychain of this computer. Enter it again.", name)
	}
	return value, err
}

// SetAt returns when a value was stored for a host. not_found: never, or for another host.
func (v *Vault) SetAt(ctx context.Context, name, host string) (time.Time, error) {
	record, err := v.records.SecretRecord(ctx, name)
	if err != nil {
		return time.Time{}, err
	}
	if record.BoundHost != host {
		return time.Time{}, app.Errorf(app.NotFound, "%s was entered for another host.", name)
	}
	return record.SetAt, nil
}

// Delete removes a value and its record. One that is already gone from the keychain is no error, one without a record is.
func (v *Vault) Delete(ctx context.Context, name string) error {
	if _, err := v.records.SecretRecord(ctx, name); err != nil {
		return err
	}
	if err := v.keychain.Delete(ctx, name); err != nil && app.ErrorCode(err) != app.NotFound {
		v.watch.saw(name, err)
		return err
	}
	v.watch.dropped(name)
	return v.records.DeleteSecretRecord(ctx, name)
}

// Records returns the record of everything that is kept, the sign-ins of sources among it.
func (v *Vault) Records(ctx context.Context) ([]app.SecretRecord, error) {
	return v.records.SecretRecords(ctx)
}

// List returns the records of what a person set.
func (v *Vault) List(ctx context.Context) ([]app.SecretRecord, error) {
	all, err := v.records.SecretRecords(ctx)
	if err != nil {
		return nil, err
	}
	shown := make([]app.SecretRecord, 0, len(all))
	for _, r := range all {
		if _, err := ParseName(r.Name); err == nil {
			shown = append(shown, r)
		}
	}
	return shown, nil
}

// Trouble is what keeps keys from being had; false when nothing does, as far as the last calls showed. It asks nobody.
func (v *Vault) Trouble() (Trouble, bool) { return v.watch.trouble(v.keychain.Backend()) }

// Backend is where the keys are kept: one of the Backend names.
func (v *Vault) Backend() string { return v.keychain.Backend() }

// Look asks the keychain for every key that should be in it, and tells what is wrong. again: a person wants it, so a locked
// keychain may ask its question once more. The values go nowhere.
func (v *Vault) Look(ctx context.Context, again bool) (Trouble, bool, error) {
	if k, can := v.keychain.(interface{ AskAgain() }); can && again {
		k.AskAgain()
	}
	records, err := v.records.SecretRecords(ctx)
	if err != nil {
		return Trouble{}, false, err
	}
	for _, r := range records {
		if _, err := v.Get(ctx, r.Name, r.BoundHost); err != nil {
			if _, broken := faultOf(err); broken {
				break // the others would say the same
			}
		}
	}
	t, is := v.Trouble()
	return t, is, nil
}
