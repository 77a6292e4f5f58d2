package machine

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Folder is what is wrong with where a folder lies, for a program that keeps a live database in it.
type Folder struct {
	Network bool   // on a disk of another machine
	Synced  string // inside what this program copies elsewhere; empty: none that is known
}

// FolderAt says how a folder that exists lies.
func FolderAt(dir string) Folder {
	return Folder{Network: networkDrive(dir), Synced: syncedBy(dir, os.Getenv)}
}

// Folders that programs keep in step with a cloud, by the names they give them.
var synced = []struct{ begins, by string }{
	{"onedrive", "OneDrive"},
	{"dropbox", "Dropbox"},
	{"google drive", "Google Drive"},
	{"googledrive", "Google Drive"},
	{"my drive", "Google Drive"},
	{"com~apple~clouddocs", "iCloud Drive"},
	{"mobile documents", "iCloud Drive"},
	{"iclouddrive", "iCloud Drive"},
	{"nextcloud", "Nextcloud"},
	{"owncloud", "ownCloud"},
	{"x360sync", "x360Sync"},
	{"synced tool", "x360Sync"},
	{"syncthing", "Syncthing"},
	{"box sync", "Box"},
}

// syncedBy names the program that copies what is in a folder, by the folder's path and by what the program says of itself.
func syncedBy(dir string, env func(string) string) string {
	for _, name := range []string{"OneDrive", "OneDriveCommercial", "OneDriveConsumer"} {
		if root := env(name); runtime.GOOS == "windows" && root != "" && within(dir, root) {
			return "OneDrive"
		}
	}
	for part := range strings.SplitSeq(strings.ToLower(filepath.ToSlash(dir)), "/") {
		for _, one := range synced {
			rest, ok := strings.CutPrefix(part, one.begins)
			if ok && (rest == "" || strings.HasPrefix(rest, " ") || strings.HasPrefix(rest, "-")) {
				return one.by
			}
		}
	}
	return ""
}
