package machine

import (
	"strconv"

	"golang.org/x/sys/windows"
)

func session() string {
	var id uint32
	if windows.ProcessIdToSessionId(windows.GetCurrentProcessId(), &id) != nil {
		return ""
	}
	return strconv.FormatUint(uint64(id), 10)
}
