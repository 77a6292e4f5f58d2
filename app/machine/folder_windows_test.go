package machine

import "testing"

func TestNetworkDrives(t *testing.T) {
	for dir, want := range map[string]bool{
		`C:\Users\ada\AppData\Local\psabridge`: false, `\\?\C:\Users\ada`: false, `\\server\share\psabridge`: true, `\\?\UNC\server\share\x`: true,
	} {
		if got := networkDrive(dir); got != want {
			t.Errorf("%s: %v", dir, got)
		}
	}
}
