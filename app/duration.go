package app

import "time"

// Duration is a time.Duration written as "2m", "24h" in settings and JSON.
type Duration time.Duration

// D returns the duration as the standard type.
func (d Duration) D() time.Duration { return time.Duration(d) }

// String prints the shortest form, "2m" rather than "2m0s".
func (d Duration) String() string {
	s := time.Duration(d).String()
	for _, zero := range []string{"0s", "0m"} {
		if len(s) > len(zero)+1 && s[len(s)-len(zero):] == zero && (s[len(s)-len(zero)-1] == 'm' || s[len(s)-len(zero)-1] == 'h') {
			s = s[:len(s)-len(zero)]
		}
	}
	return s
}

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads "90s", "2m", "24h". It returns an Invalid error for anything else or a negative value.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil || v < 0 {
		return Errorf(Invalid, "%q is not a duration. Write it as 90s, 2m or 24h.", b)
	}
	*d = Duration(v)
	return nil
}
