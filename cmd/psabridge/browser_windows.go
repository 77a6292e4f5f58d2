package main

import (
	"context"

	"golang.org/x/sys/windows"
)

// showFile hands an address to the desktop. ShellExecute, not "cmd /c start": the command interpreter would read the
// characters of the address.
func showFile(_ context.Context, address string) error {
	verb, err := windows.UTF16PtrFromString("open")
	if err != nil {
		return err
	}
	target, err := windows.UTF16PtrFromString(address)
	if err != nil {
		return err
	}
	return windows.ShellExecute(0, verb, target, nil, nil, windows.SW_SHOWNORMAL)
}
