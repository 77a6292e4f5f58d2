package machine

import "golang.org/x/sys/windows"

func init() {
	if windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() == nil {
		noOwners["tcp6"] = "Wine names no owner of a socket of IPv6"
	}
}
