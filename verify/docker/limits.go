package docker

import "handbook/content/config"

// What a machine may use if the settings don't say: enough for most labs, and
// an end to bombs before the computer feels them.
const (
	pidsDefault   = 4096
	memoryDefault = 4 << 30
	diskDefault   = 20 << 30
)

// withDefaults fills in the limits that the settings leave open. memory is that
// of the engine's computer in bytes, 0 if it is not known; a machine does not
// get all of a small computer's.
func withDefaults(c config.Machine, memory int64) config.Machine {
	if c.Pids == 0 {
		c.Pids = pidsDefault
	}
	if c.Disk == 0 {
		c.Disk = diskDefault
	}
	if c.Memory == 0 {
		c.Memory = memoryDefault
		if memory > 0 {
			c.Memory = min(c.Memory, memory/4*3)
		}
	}
	return c
}
