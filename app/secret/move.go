package secret

import (
	"context"

	"psabridge/app"
)

// MoveResult says what came of moving keys to another backend.
type MoveResult struct {
	Moved   []string // they are in the new one now, and nowhere else
	Missing []string // the old one did not have them: they are to be entered again
	Left    []string // they are in the new one, but could not be taken out of the old one
}

// Move takes every key from one backend to another. Each is read back from the new one before any is taken out of the old one, and
// an error leaves the old one as it was and takes the copies back. Since when and for which host a key was entered stays. A move
// that was killed is gone on with by the next.
func Move(ctx context.Context, from, to Keychain, records Records) (MoveResult, error) {
	all, err := records.SecretRecords(ctx)
	if err != nil {
		return MoveResult{}, err
	}
	m := move{from: from, to: to}
	for _, r := range all {
		if err := m.bring(ctx, r); err != nil {
			m.takeBack(ctx)
			return MoveResult{}, err
		}
	}
	for _, r := range m.copied {
		r.Backend = to.Backend()
		if err := records.SaveSecretRecord(ctx, r); err != nil {
			return MoveResult{}, err // some are noted as moved: both places keep them until somebody moves once more
		}
	}
	m.clear(ctx)
	return m.out, nil
}

type move struct {
	from, to Keychain
	copied   []app.SecretRecord
	before   []string // an earlier move brought these and was killed, or they were entered there: the old place may have one, too
	out      MoveResult
}

// bring copies a key unless it is there.
func (m *move) bring(ctx context.Context, r app.SecretRecord) error {
	if r.Backend == m.to.Backend() {
		switch _, err := m.to.Get(ctx, r.Name); app.ErrorCode(err) {
		case "":
			return m.look(ctx, r.Name)
		case app.NotFound:
		default:
			return err // it may be there: what the old place has may be an older one
		}
	}
	switch err := m.carry(ctx, r.Name); app.ErrorCode(err) {
	case "":
		m.copied = append(m.copied, r)
	case app.NotFound:
		m.out.Missing = append(m.out.Missing, r.Name)
	default:
		return err
	}
	return nil
}

// look sees whether the old place still has a key that is in the new one. A computer without a keychain has none there.
func (m *move) look(ctx context.Context, name string) error {
	_, err := m.from.Get(ctx, name)
	kind, _ := faultOf(err)
	switch {
	case err == nil:
		m.before = append(m.before, name)
	case app.ErrorCode(err) != app.NotFound && kind != Missing:
		return err
	}
	return nil
}

// carry copies one key and reads it back. What could not be read back is taken out again.
func (m *move) carry(ctx context.Context, name string) error {
	value, err := m.from.Get(ctx, name)
	if err != nil {
		return err
	}
	if err := m.to.Set(ctx, name, value); err != nil {
		return err
	}
	back, err := m.to.Get(ctx, name)
	if err != nil || back != value {
		_ = m.to.Delete(ctx, name)
		return app.Wrap(err, app.Unavailable, name+" was stored in the new place and could not be read back from there. Nothing was moved; the keys are where they were.")
	}
	return nil
}

// takeBack removes the copies of a move that came to nothing.
func (m *move) takeBack(ctx context.Context) {
	for _, r := range m.copied {
		_ = m.to.Delete(context.WithoutCancel(ctx), r.Name)
	}
}

// clear takes the keys out of the old place.
func (m *move) clear(ctx context.Context) {
	names := m.before
	for _, r := range m.copied {
		names = append(names, r.Name)
	}
	for _, name := range names {
		if err := m.from.Delete(ctx, name); err != nil && app.ErrorCode(err) != app.NotFound {
			m.out.Left = append(m.out.Left, name)
		}
		m.out.Moved = append(m.out.Moved, name)
	}
}
