package web

import "syscall"

// errUnsupported is WSAEADDRNOTAVAIL: Windows with the IPv6 loopback taken away.
var errUnsupported error = syscall.Errno(10049)
