//go:build !linux

package secret

import "context"

// collectionLocked is not known without asking the person.
func collectionLocked(context.Context) (locked, known bool) { return false, false }
