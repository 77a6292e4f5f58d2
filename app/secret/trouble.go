package secret

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zalando/go-keyring"

	"psabridge/app"
)

// Kind is what is wrong with a keychain.
type Kind string

// The kinds of trouble.
const (
	Locked  Kind = "locked"  // it is there and closed, or the person said no
	Missing Kind = "missing" // there is no such service in this session
	Silent  Kind = "silent"  // it does not answer in time
	Refused Kind = "refused" // it answered something else
	Lost    Kind = "lost"    // it answers, and keys of ours are not in it any more
	Moved   Kind = "moved"   // keys were stored in another backend than the one in use
)

// Trouble is what keeps keys from being had. There is one at a time, however many connections and sources it concerns, so that
// a person is asked once.
type Trouble struct {
	Kind    Kind
	Message string // what to do
	Since   time.Time
	Names   []string // of the keys that are gone, or in another backend
}

// fault is an answer of a keychain with what it means.
type fault struct {
	kind Kind
	err  error
}

func (f *fault) Error() string { return f.err.Error() }

func (f *fault) Unwrap() error { return f.err }

// faultOf says what is wrong with the keychain an error came from; false when it is not about the keychain itself.
func faultOf(err error) (Kind, bool) {
	if f, ok := errors.AsType[*fault](err); ok {
		return f.kind, true
	}
	return "", false
}

// watch keeps the trouble of a vault in memory.
type watch struct {
	now func() time.Time

	mu     sync.Mutex
	broken Trouble              // of the keychain as a whole; no Kind: none
	lost   map[string]time.Time // not in it any more, by name
	moved  map[string]time.Time // in another backend
}

func newWatch() *watch {
	return &watch{now: time.Now, lost: map[string]time.Time{}, moved: map[string]time.Time{}}
}

// saw takes down what one call to the keychain showed about a name.
func (w *watch) saw(name string, err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	kind, is := faultOf(err)
	switch {
	case is && w.broken.Kind == kind:
		w.broken.Message = app.ErrorMessage(err)
	case is:
		w.broken = Trouble{Kind: kind, Message: app.ErrorMessage(err), Since: w.now()}
	default: // it answers
		w.broken = Trouble{}
		delete(w.lost, name)
		delete(w.moved, name)
	}
}

// gone notes that a key with a record is not where it should be.
func (w *watch) gone(name string, elsewhere bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = Trouble{}
	list := w.lost
	if elsewhere {
		list = w.moved
	}
	if _, known := list[name]; !known {
		list[name] = w.now()
	}
}

// dropped notes that nobody wants a key any more.
func (w *watch) dropped(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.lost, name)
	delete(w.moved, name)
}

func (w *watch) trouble(backend string) (Trouble, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.broken.Kind != "":
		return w.broken, true
	case len(w.moved) > 0:
		return Trouble{
			Kind: Moved, Since: first(w.moved), Names: slices.Sorted(maps.Keys(w.moved)),
			Message: "psabridge runs with --keys " + backend + ", and these keys were stored with the other kind. Start it as before, move them with “psabridge keys move --to " + backend + "”, or enter them again: " + listedNames(w.moved) + ".",
		}, true
	case len(w.lost) > 0:
		return Trouble{
			Kind: Lost, Since: first(w.lost), Names: slices.Sorted(maps.Keys(w.lost)),
			Message: "It was emptied or made anew, e.g. because a password was reset. Enter again: " + listedNames(w.lost) + ".",
		}, true
	}
	return Trouble{}, false
}

func first(m map[string]time.Time) (at time.Time) {
	for _, t := range m {
		if at.IsZero() || t.Before(at) {
			at = t
		}
	}
	return at
}

// namesShown is how many names a sentence lists.
const namesShown = 6

func listedNames(m map[string]time.Time) string {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(m)), func(n string) bool { // a sign-in comes back with its password
		_, err := ParseName(n)
		return err != nil
	})
	if len(names) == 0 {
		return "sign in again at each source"
	}
	if more := len(names) - namesShown; more > 0 {
		return strings.Join(names[:namesShown], ", ") + " and others"
	}
	return strings.Join(names, ", ")
}

const fileInstead = " Or start psabridge with --keys file, which keeps the keys in an encrypted file."

// Sentences about a keychain as a whole.
const (
	lockedWords  = "The keychain of this computer is locked. Unlock it (on Linux with Passwords and Keys), then try again." + fileInstead
	silentWords  = "The keychain of this computer does not answer. Sign out and in again, or restart the computer." + fileInstead
	missingWords = "This computer has no keychain service (Secret Service) in this session. Install gnome-keyring or KWallet." + fileInstead
	sessionWords = "The keychain of this computer cannot be used by a program that runs without a signed-in user. Start psabridge in your own session." + fileInstead
	refusedWords = "The keychain of this computer refused. The log holds its answer." + fileInstead
)

// signs are what keychains answer, in their own words, and what that means. macOS' command answers with exit codes: 36 is a
// keychain that may not ask, 51 a wrong password, 128 a person who said no.
var signs = []struct {
	has   string
	kind  Kind
	words string
}{
	{"unlock", Locked, lockedWords},
	{"dismissed", Locked, lockedWords},
	{"is locked", Locked, lockedWords},
	{"exit status 36", Locked, lockedWords},
	{"exit status 128", Locked, lockedWords},
	{"logon session does not exist", Missing, sessionWords},
	{"not provided by any .service", Missing, missingWords},
	{"no dbus session bus", Missing, missingWords},
	{"dbus", Missing, missingWords},
	{"dial unix", Missing, missingWords},
}

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
	is := func(kind Kind, words string) error { return app.Wrap(&fault{kind, cause}, app.Unavailable, words) }
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return notFound(name)
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return app.FieldErrorf("value", "The value of %s is too long for the keychain of this computer.", name)
	case errors.Is(err, context.Canceled):
		return app.Wrap(context.Canceled, app.Unavailable, "The call to the keychain was cancelled.")
	case errors.Is(err, errStuck), errors.Is(err, context.DeadlineExceeded):
		return is(Silent, silentWords)
	case errors.Is(err, keyring.ErrUnsupportedPlatform):
		return is(Missing, missingWords)
	}
	for _, s := range signs {
		if strings.Contains(text, s.has) {
			return is(s.kind, s.words)
		}
	}
	return is(Refused, refusedWords)
}
