package app

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// SubjectKey is what a condition's key is made of (T2): neither text nor rule, because both may change while it stands.
func SubjectKey(source, organization string, o Object, eventType string) string {
	return HashKey(source, organization, string(o.Kind), o.ExternalID, eventType)
}

// HashKey joins with a byte no id contains, so that ("a","bc") and ("ab","c") differ.
func HashKey(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}
