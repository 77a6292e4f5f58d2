//go:build !windows

package web

import "syscall"

// errUnsupported is what an IPv6 socket fails with on a kernel without IPv6.
var errUnsupported error = syscall.EPROTONOSUPPORT
