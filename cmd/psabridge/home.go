package main

import (
	"context"
	"sync"
	"time"

	"psabridge/app"
	"psabridge/app/machine"
)

// home is what the bridge found of its computer when it started.
type home struct {
	folder string // what is wrong with where the data folder lies
	zone   string
	told   *zoneTold
}

// zoneTold keeps the log from saying the same zone twice.
type zoneTold struct {
	mu   sync.Mutex
	zone string
}

// lookAround looks once: a folder does not move while its files are open.
func (b *bridge) lookAround() home {
	h := home{zone: machineZone(), told: &zoneTold{}}
	h.told.zone = h.zone
	if h.folder = folderTrouble(machine.FolderAt(b.opts.Dir)); h.folder != "" {
		b.log.Warn("data folder lies badly", "why", h.folder)
	}
	return h
}

// folderTrouble says what is wrong with where a data folder lies.
func folderTrouble(f machine.Folder) string {
	const move = " Stop psabridge, move the folder to a disk of this computer, and name it with --data-dir."
	switch {
	case f.Network:
		return "It lies on a network drive. Locks and writes are not kept safe there, and a break of the network can damage the database." + move
	case f.Synced != "":
		return "It lies in a folder that " + f.Synced + " copies elsewhere. What is copied while it is written can damage the database, and the log and the list of tokens leave this computer." + move
	}
	return ""
}

// computer is how the bridge is at home here, now.
func (b *bridge) computer(context.Context) app.Computer {
	out := app.Computer{Tray: b.tray.State(), Zone: machineZone(), Peers: b.peerWords()}
	if out.Zone != b.home.zone && out.Zone != "" && b.home.zone != "" {
		out.ZoneWas = b.home.zone
	}
	var err error
	if out.Login, _, err = b.opts.flags.loginItem(b.opts.Demo); err != nil {
		out.Login.Cannot = app.ErrorMessage(err)
	}
	return out
}

// startAtLogin is what the page does.
func (b *bridge) startAtLogin(_ context.Context, on bool) error {
	defer b.tray.refresh()
	_, err := b.opts.flags.startAtLogin(on, b.opts.Demo)
	return err
}

// peerWords say how programs of other users are kept out.
func (b *bridge) peerWords() string {
	switch {
	case b.guard != nil && b.guard.Peer == nil:
		return "Not kept out: the file " + peerCheckOff + " in the data folder says so."
	case !machine.ProvesPeers:
		return "Kept out where this system names whose a connection is. That was never tried on a real machine of this kind."
	}
	return "Kept out: every connection has to come from a program of yours."
}

// followZone says once that the computer has another time zone, which a traveller's does. Nothing of the billing moves with it.
func (b *bridge) followZone(context.Context, time.Time) error {
	now := machineZone()
	b.home.told.mu.Lock()
	defer b.home.told.mu.Unlock()
	if now != "" && now != b.home.told.zone {
		b.log.Info("this computer has another time zone; billing keeps that of each connection", "was", b.home.told.zone, "now", now)
		b.home.told.zone = now
	}
	return nil
}
