//go:build !windows

package machine

import "os"

func session() string { return os.Getenv("XDG_SESSION_ID") }
