package secret

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"psabridge/app"
)

// shortest is the fewest characters a new passphrase may have. The file is all that stands between a thief of the disk and the
// keys, and each guess costs him a fifth of a second.
const shortest = 10

// oldSuffix names the file under its old passphrase while the new one is proved, newSuffix the one that is to take its place, and
// tempName what a file is called while it is written.
const (
	oldSuffix = ".old"
	newSuffix = ".new"
	tempName  = ".secrets-*"
)

// sweep removes what a program that was killed left of a change, once the file itself was opened: the keys under a passphrase that
// holds no more must not lie about.
func (f *File) sweep() {
	left, _ := filepath.Glob(filepath.Join(globbed(filepath.Dir(f.path)), tempName))
	for _, path := range append(left, f.path+oldSuffix, f.path+newSuffix) {
		_ = os.Remove(path)
	}
}

// globbed escapes a path for filepath.Glob.
func globbed(path string) string {
	return strings.NewReplacer(`[`, `[[]`, `*`, `[*]`, `?`, `[?]`).Replace(path)
}

// Rewrap encrypts the file with another passphrase, all or nothing: the new one is written beside it and read back before it takes
// its place, and the old one is kept until the new one was read from there. invalid: no file yet, or the passphrase will not do.
func (f *File) Rewrap(passphrase app.Secret) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch _, err := os.Stat(f.path); {
	case errors.Is(err, fs.ErrNotExist):
		return app.Errorf(app.Invalid, "There is no file of keys yet: the first key that is stored makes it, with the passphrase given then.")
	case len([]rune(passphrase.Reveal())) < shortest:
		return app.FieldErrorf("new-passphrase", "The new passphrase is shorter than %d characters. It alone protects the keys when somebody copies the file.", shortest)
	case passphrase == f.passphrase:
		return app.FieldErrorf("new-passphrase", "The new passphrase is the old one.")
	}
	next := &File{path: f.path, passphrase: passphrase, cost: f.cost, values: f.values}
	fresh := f.path + newSuffix
	if err := next.prove(fresh); err != nil {
		_ = os.Remove(fresh)
		return unchanged(err)
	}
	if err := keepOld(f.path); err != nil {
		_ = os.Remove(fresh)
		return unchanged(err)
	}
	if err := os.Rename(fresh, f.path); err != nil {
		return unchanged(err)
	}
	if err := next.holds(f.path); err != nil {
		return app.Wrap(errors.Join(err, os.Rename(f.path+oldSuffix, f.path)), app.Unavailable, "The file with the new passphrase could not be read back, so the old one was put back. The old passphrase holds.")
	}
	f.passphrase = passphrase
	_ = os.Remove(f.path + oldSuffix)
	return syncFolderOf(f.path)
}

// prove writes what f holds to a path and reads it back.
func (f *File) prove(path string) error {
	sealed, err := f.seal(f.values)
	if err != nil {
		return err
	}
	if err := replace(path, sealed); err != nil {
		return err
	}
	return f.holds(path)
}

// holds reports whether a file opens with f's passphrase and holds f's values.
func (f *File) holds(path string) error {
	sealed, err := readPrivate(path)
	if err != nil {
		return err
	}
	read := &File{path: path, passphrase: f.passphrase, values: map[string]string{}}
	if err := read.unseal(sealed); err != nil {
		return err
	}
	if !maps.Equal(read.values, f.values) {
		return errors.New("what was read back is not what was written")
	}
	return nil
}

// keepOld copies the file under its old passphrase aside.
func keepOld(path string) error {
	old, err := readPrivate(path)
	if err != nil {
		return err
	}
	return replace(path+oldSuffix, old)
}

func unchanged(err error) error {
	return app.Wrap(err, app.Unavailable, "The passphrase was not changed: the new file could not be written. Check that the disk has space and the folder is yours. The old passphrase holds.")
}
