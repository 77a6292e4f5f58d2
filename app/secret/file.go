package secret

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"

	"filippo.io/age"

	"psabridge/app"
)

// FileName is the encrypted file in the data folder.
const FileName = "secrets.age"

// workFactor is log2 of scrypt's cost: 64 MB and about a fifth of a second for each guess, and for each write of ours.
const workFactor = 16

// maxFile bounds what is read; a real file is a few kilobytes.
const maxFile = 4 << 20

// File keeps values in one file encrypted with a passphrase (age, scrypt), for machines without a keychain. The values
// are held in memory once it is open.
type File struct {
	path       string
	passphrase app.Secret
	cost       int

	mu     sync.Mutex
	values map[string]string
}

// OpenFile opens dir's file, or prepares an empty one that the first Set writes. unauthorized: wrong passphrase;
// invalid: no passphrase, or the file is damaged.
func OpenFile(dir string, passphrase app.Secret) (*File, error) {
	return openFile(dir, passphrase, workFactor)
}

func openFile(dir string, passphrase app.Secret, cost int) (*File, error) {
	if passphrase.Reveal() == "" {
		return nil, app.Errorf(app.Invalid, "--keys file needs a passphrase. Give it in PSABRIDGE_PASSPHRASE or with --passphrase-file.")
	}
	f := &File{path: filepath.Join(dir, FileName), passphrase: passphrase, cost: cost, values: make(map[string]string)}
	sealed, err := readPrivate(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return nil, app.Wrap(err, app.Unavailable, "The file of keys, "+f.path+", cannot be read. Check that it belongs to you.")
	}
	if err := f.unseal(sealed); err != nil {
		return nil, err
	}
	f.sweep()
	return f, nil
}

// readPrivate reads the file and takes away what others may do with it.
func readPrivate(path string) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // in the data folder, named by us
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	if info, err := file.Stat(); err == nil && info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(path, 0o600); err != nil {
			return nil, err
		}
	}
	return io.ReadAll(io.LimitReader(file, maxFile))
}

func (f *File) unseal(sealed []byte) error {
	damaged := func(err error) error {
		return app.Wrap(err, app.Invalid, "The file of keys, "+f.path+", is damaged. Restore it from a backup, or remove it and enter the keys again.")
	}
	identity, err := age.NewScryptIdentity(f.passphrase.Reveal())
	if err != nil {
		return app.Errorf(app.Invalid, "The passphrase cannot be used.")
	}
	plain, err := age.Decrypt(bytes.NewReader(sealed), identity)
	if _, wrong := errors.AsType[*age.NoIdentityMatchError](err); wrong {
		return app.Errorf(app.Unauthorized, "The passphrase does not open %s. Check PSABRIDGE_PASSPHRASE or the passphrase file; a line break at its end does not count.", f.path)
	}
	if err != nil {
		return damaged(err)
	}
	text, err := io.ReadAll(plain)
	if err != nil {
		return damaged(err)
	}
	if json.Unmarshal(text, &f.values) != nil || f.values == nil {
		return damaged(errors.New("not a map of names")) // the cause would quote a value
	}
	return nil
}

// Backend implements Keychain.
func (f *File) Backend() string { return BackendFile }

// Get implements Keychain.
func (f *File) Get(_ context.Context, name string) (app.Secret, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	value, ok := f.values[name]
	if !ok {
		return "", notFound(name)
	}
	return app.Secret(value), nil
}

// Set implements Keychain.
func (f *File) Set(_ context.Context, name string, value app.Secret) error {
	if err := fits(name, value); err != nil {
		return err
	}
	return f.change(func(values map[string]string) error {
		values[name] = value.Reveal()
		return nil
	})
}

// Delete implements Keychain.
func (f *File) Delete(_ context.Context, name string) error {
	return f.change(func(values map[string]string) error {
		if _, ok := values[name]; !ok {
			return notFound(name)
		}
		delete(values, name)
		return nil
	})
}

// change writes a changed copy and takes it over only when it is safely on the disk.
func (f *File) change(edit func(map[string]string) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	next := maps.Clone(f.values)
	if err := edit(next); err != nil {
		return err
	}
	sealed, err := f.seal(next)
	if err == nil {
		err = replace(f.path, sealed)
	}
	if err != nil {
		return app.Wrap(err, app.Unavailable, "The file of keys, "+f.path+", could not be written. Check that the disk has space and the folder is yours.")
	}
	f.values = next
	return nil
}

func (f *File) seal(values map[string]string) ([]byte, error) {
	text, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	recipient, err := age.NewScryptRecipient(f.passphrase.Reveal())
	if err != nil {
		return nil, err
	}
	recipient.SetWorkFactor(f.cost)
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, recipient)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return sealed.Bytes(), nil
}
