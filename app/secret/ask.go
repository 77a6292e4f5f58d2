package secret

import (
	"context"
	"errors"
	"sync"
	"time"
)

// restAfterNo is how long a keychain that does not tell whether it is locked is left alone after the person said no.
const restAfterNo = 30 * time.Minute

// errLocked stands for a question we do not ask again.
var errLocked = errors.New("the keychain is locked")

// asking sees to it that a locked keychain asks its person once. Reading a value makes the desktop show a dialog; a program
// that reads every two minutes would show it every two minutes to somebody who said no.
type asking struct {
	// locked looks whether it is locked without asking anybody; known is false where that cannot be told.
	locked func(ctx context.Context) (locked, known bool)
	now    func() time.Time

	mu sync.Mutex
	no time.Time // when it stayed locked; zero: it did not
}

// again lets the next call ask once more, because a person wants it.
func (a *asking) again() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.no = time.Time{}
}

// may reports whether the keychain may be called.
func (a *asking) may(ctx context.Context) error {
	a.mu.Lock()
	no := a.no
	a.mu.Unlock()
	if no.IsZero() {
		return nil
	}
	locked, known := a.look(ctx)
	if known && locked || !known && a.now().Sub(no) < restAfterNo {
		return errLocked
	}
	a.again()
	return nil
}

// ended takes down how a call went, and says so when a silence is a dialog that waits for its answer.
func (a *asking) ended(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, errStuck) || errors.Is(err, context.DeadlineExceeded) {
		if locked, known := a.look(context.WithoutCancel(ctx)); known && locked {
			err = errLocked
		}
	}
	if kind, _ := faultOf(explain(err, "", "")); kind == Locked {
		a.mu.Lock()
		a.no = a.now()
		a.mu.Unlock()
	}
	return err
}

func (a *asking) look(ctx context.Context) (locked, known bool) {
	if a.locked == nil {
		return false, false
	}
	return a.locked(ctx)
}
