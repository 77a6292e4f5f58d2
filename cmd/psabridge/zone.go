package main

import "github.com/thlib/go-timezone-local/tzlocal"

// machineZone is the machine's IANA time zone, "" when it is not known. Go's "Local" has no name of its own; billing
// needs one, because it is stored with the connection and must mean the same after the machine has moved.
func machineZone() string {
	name, err := tzlocal.RuntimeTZ()
	if err != nil || name == "Local" {
		return ""
	}
	return name
}
