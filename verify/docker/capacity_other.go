//go:build !linux

package docker

// Engines of other systems are in a virtual machine.
func freeDisk(string) (int64, bool) { return 0, false }
