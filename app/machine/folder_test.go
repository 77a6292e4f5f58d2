package machine

import "testing"

func TestFoldersThatAreCopiedElsewhere(t *testing.T) {
	for dir, want := range map[string]string{
		"/home/ada/.local/share/psabridge": "", "/home/ada/OneDrive - Contoso/psabridge": "OneDrive", "/Users/ada/Dropbox/x": "Dropbox",
		"/Users/ada/Library/Mobile Documents/com~apple~CloudDocs/x": "iCloud Drive", "/home/ada/x360Sync/psabridge": "x360Sync",
		"/home/ada/onedriver/psabridge": "", "/home/ada/Nextcloud/psabridge": "Nextcloud",
	} {
		if got := syncedBy(dir, func(string) string { return "" }); got != want {
			t.Errorf("%s: %q", dir, got)
		}
	}
	if f := FolderAt(t.TempDir()); f.Network {
		t.Error("a temporary folder is on another machine")
	}
}
