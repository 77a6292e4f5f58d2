package machine

import (
	"path/filepath"
	"strings"

	"golang.org/x/sys/windows"
)

// networkDrive reports a path of another machine (\\server\share) and a drive letter that stands for one.
func networkDrive(dir string) bool {
	volume := filepath.VolumeName(dir)
	if unc, ok := strings.CutPrefix(volume, `\\`); ok {
		return !strings.HasPrefix(unc, `?\`) && !strings.HasPrefix(unc, `.\`) || strings.HasPrefix(strings.ToUpper(unc), `?\UNC\`)
	}
	root, err := windows.UTF16PtrFromString(volume + `\`)
	return err == nil && windows.GetDriveType(root) == windows.DRIVE_REMOTE
}
