package app

import "log/slog"

// Secret is a key, password or token. However it is printed, logged or marshalled it shows bullets;
// only Reveal gives the value, so a leak has to be written on purpose and can be searched for.
type Secret string

const bullets = "•••"

// Reveal returns the value itself. Call it only where the value goes on the wire or into the keychain.
func (s Secret) Reveal() string { return string(s) }

// EndsWith returns the last two characters for "ends in …4f", or nothing when the secret is so short that they would matter.
func (s Secret) EndsWith() string {
	r := []rune(string(s))
	if len(r) < 8 {
		return ""
	}
	return string(r[len(r)-2:])
}

// String implements fmt.Stringer with bullets.
func (s Secret) String() string { return bullets }

// GoString implements fmt.GoStringer with bullets, for %#v.
func (s Secret) GoString() string { return bullets }

// MarshalText implements encoding.TextMarshaler with bullets, for JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(bullets), nil }

// LogValue implements slog.LogValuer with bullets.
func (s Secret) LogValue() slog.Value { return slog.StringValue(bullets) }

// NamedSecret is a secret with the name it is kept under, e.g. sources/sync/password.
type NamedSecret struct {
	Name  string
	Value Secret
}
