package secret

import (
	"context"
	"errors"
	"slices"
	"testing"

	"psabridge/app"
)

// dying keeps records and dies at the nth write, for good: of itself, or of a keychain that asks it.
type dying struct {
	records
	left int
}

var errDied = errors.New("died")

func (d *dying) step() error {
	if d.left--; d.left < 0 {
		return errDied
	}
	return nil
}

func (d *dying) SaveSecretRecord(ctx context.Context, r app.SecretRecord) error {
	if err := d.step(); err != nil {
		return err
	}
	return d.records.SaveSecretRecord(ctx, r)
}

// mortal is a keychain whose writes die with the program. kill says that nothing can be put right afterwards either.
type mortal struct {
	*Memory
	with *dying
	name string
}

func (m mortal) Backend() string { return m.name }

func (m mortal) Set(ctx context.Context, name string, value app.Secret) error {
	if err := m.with.step(); err != nil {
		return err
	}
	return m.Memory.Set(ctx, name, value)
}

func (m mortal) Delete(ctx context.Context, name string) error {
	if err := m.with.step(); err != nil {
		return err
	}
	return m.Memory.Delete(ctx, name)
}

// TestMoveKilledAnywhere: wherever a move is killed, every key is in the place its record names, and moving once more leaves it
// there alone: one that stays behind in the old place is a key nobody knows of.
func TestMoveKilledAnywhere(t *testing.T) {
	names := []string{"connections/cw/private_key", "connections/cw/public_key"}
	for steps := range 7 {
		all := &dying{records: records{}, left: steps}
		from, to := mortal{NewMemory(), all, BackendOS}, mortal{NewMemory(), all, BackendFile}
		for _, name := range names {
			mustSet(t, from.Memory, name, "value of "+name)
			all.records[name] = app.SecretRecord{Name: name, Backend: BackendOS, BoundHost: "h", SetAt: now}
		}
		_, err := Move(t.Context(), from, to, all)
		if killed := steps < 4; killed != (err != nil) { // two copies and two records; what cannot be deleted is said
			t.Fatalf("killed after %d writes: %v", steps, err)
		}
		for _, name := range names {
			place := map[string]Keychain{BackendOS: from.Memory, BackendFile: to.Memory}[all.records[name].Backend]
			wantValue(t, place, name, "value of "+name)
		}
		all.left = 1000
		if did, err := Move(t.Context(), from, to, all); err != nil || len(did.Left)+len(did.Missing) != 0 {
			t.Fatalf("once more after %d writes: %+v %v", steps, did, err)
		}
		for _, name := range names {
			wantValue(t, to.Memory, name, "value of "+name)
			wantCode(t, from.Memory, name, app.NotFound)
		}
	}
}

// TestMoveThatIsRefusedLeavesNoCopies: the new place takes one key and not the other. The one it took is taken back.
func TestMoveThatIsRefusedLeavesNoCopies(t *testing.T) {
	from, to, all := NewMemory(), forgetful{NewMemory()}, records{}
	v := NewVault(from, all)
	for _, name := range []string{"connections/cw/member", "connections/cw/private_key"} {
		if err := v.Set(t.Context(), name, "value", "h", now); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 { // records come in any order
		if _, err := Move(t.Context(), from, to, all); err == nil {
			t.Fatal("moved")
		}
		if left := to.names(); len(left) != 0 {
			t.Fatalf("%v are in the new place, too", left)
		}
	}
}

func (m *Memory) names() (names []string) {
	for name := range m.values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// silent is a keychain that does not say what it holds, and takes whatever it is given.
type silent struct {
	*Memory
}

func (silent) Backend() string { return BackendFile }

func (silent) Get(context.Context, string) (app.Secret, error) {
	return "", explain(errStuck, "", "")
}

// TestMoveOverwritesNothingItCannotRead: a key that was entered in the new place is not replaced by an old one because that place
// does not answer for a moment.
func TestMoveOverwritesNothingItCannotRead(t *testing.T) {
	from, to, all := NewMemory(), silent{NewMemory()}, records{}
	mustSet(t, from, "connections/cw/private_key", "stale")
	mustSet(t, to.Memory, "connections/cw/private_key", "newest")
	all["connections/cw/private_key"] = app.SecretRecord{Name: "connections/cw/private_key", Backend: BackendFile}
	if _, err := Move(t.Context(), from, to, all); app.ErrorCode(err) != app.Unavailable {
		t.Errorf("err = %v", err)
	}
	wantValue(t, to.Memory, "connections/cw/private_key", "newest")
}
