//go:build !linux

package daemon

// FreeDisk is not known on other systems: their engines run in virtual machines.
func freeDisk(string) (int64, bool) { return 0, false }
