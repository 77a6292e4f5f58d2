package main

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"

	"psabridge/app/machine"
)

// peerCheckOff is a file whose presence in the data folder lets programs of other users in. It is for the few machines where a
// browser reaches us through something that runs as somebody else, such as Windows' own browser into WSL. Whoever can make it
// owns the data anyway; no page and no command line does.
const peerCheckOff = "peer-check.off"

// peers returns what the guard asks of every connection; nil when the owner of the data folder switched that off.
func (b *bridge) peers() func(local, remote net.Addr) error {
	if _, err := os.Stat(filepath.Join(b.opts.Dir, peerCheckOff)); err == nil {
		b.log.Warn("programs of other users are let in", "because", peerCheckOff)
		return nil
	}
	var once sync.Once
	return func(local, remote net.Addr) error {
		err := machine.SameUser(local, remote)
		if err == nil {
			return nil
		}
		if errors.Is(err, machine.ErrStranger) || machine.ProvesPeers {
			b.log.Warn("connection of somebody else refused", "error", err)
			return err
		}
		once.Do(func() { b.log.Warn("whose a connection is cannot be known here", "error", err) })
		return nil
	}
}
