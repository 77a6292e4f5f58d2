package main

import (
	"os"

	"golang.org/x/sys/windows"
)

var attach = windows.NewLazySystemDLL("kernel32.dll").NewProc("AttachConsole")

const parentProcess = ^uintptr(0) // ATTACH_PARENT_PROCESS

// attachConsole lets a command print into the window it was typed in. The released program is built without a console
// (-H=windowsgui), so that none pops up at login; what it was given to print into, a file or a pipe, it keeps.
func attachConsole() {
	out, in := given(windows.STD_OUTPUT_HANDLE), given(windows.STD_INPUT_HANDLE)
	errs := given(windows.STD_ERROR_HANDLE)
	if out && in && errs {
		return
	}
	if ok, _, _ := attach.Call(parentProcess); ok == 0 {
		return // started by a double click or at login: there is nobody to print to
	}
	if !in {
		os.Stdin = reopened("CONIN$", windows.GENERIC_READ|windows.GENERIC_WRITE, windows.STD_INPUT_HANDLE, os.Stdin)
	}
	if !out {
		os.Stdout = reopened("CONOUT$", windows.GENERIC_READ|windows.GENERIC_WRITE, windows.STD_OUTPUT_HANDLE, os.Stdout)
	}
	if !errs {
		os.Stderr = reopened("CONOUT$", windows.GENERIC_READ|windows.GENERIC_WRITE, windows.STD_ERROR_HANDLE, os.Stderr)
	}
}

// given reports whether whoever started us gave a place for this.
func given(which uint32) bool {
	h, err := windows.GetStdHandle(which)
	if err != nil || h == 0 || h == windows.InvalidHandle {
		return false
	}
	kind, err := windows.GetFileType(h)
	return err == nil && kind != windows.FILE_TYPE_UNKNOWN
}

func reopened(name string, access, which uint32, old *os.File) *os.File {
	path, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return old
	}
	h, err := windows.CreateFile(path, access, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		return old
	}
	_ = windows.SetStdHandle(which, h)
	return os.NewFile(uintptr(h), name)
}
