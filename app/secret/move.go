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
// an error leaves the old one as it was. Since when and for which host a key was entered stays.
func Move(ctx context.Context, from, to Keychain, records Records) (MoveResult, error) {
	all, err := records.SecretRecords(ctx)
	if err != nil {
		return MoveResult{}, err
	}
	var out MoveResult
	var copied []app.SecretRecord
	for _, r := range all {
		if r.Backend == to.Backend() && have(ctx, to, r.Name) {
			continue // it is there already: an earlier move, or it was entered there
		}
		switch err := carry(ctx, from, to, r.Name); app.ErrorCode(err) {
		case "":
			copied = append(copied, r)
		case app.NotFound:
			out.Missing = append(out.Missing, r.Name)
		default:
			return MoveResult{}, err
		}
	}
	for _, r := range copied {
		r.Backend = to.Backend()
		if err := records.SaveSecretRecord(ctx, r); err != nil {
			return MoveResult{}, err
		}
	}
	for _, r := range copied {
		if err := from.Delete(ctx, r.Name); err != nil && app.ErrorCode(err) != app.NotFound {
			out.Left = append(out.Left, r.Name)
		}
		out.Moved = append(out.Moved, r.Name)
	}
	return out, nil
}

func have(ctx context.Context, k Keychain, name string) bool {
	_, err := k.Get(ctx, name)
	return err == nil
}

// carry copies one key and reads it back.
func carry(ctx context.Context, from, to Keychain, name string) error {
	value, err := from.Get(ctx, name)
	if err != nil {
		return err
	}
	if err := to.Set(ctx, name, value); err != nil {
		return err
	}
	back, err := to.Get(ctx, name)
	if err != nil || back != value {
		return app.Wrap(err, app.Unavailable, name+" was stored in the new place and could not be read back from there. Nothing was moved; the keys are where they were.")
	}
	return nil
}
