package docker

import (
	"cmp"
	"os"
	"strings"

	"github.com/docker/docker/client"
)

// Memory is how many bytes of it the engine's computer has, 0 if it does not
// tell.
func (e *Engine) Memory() int64 { return e.info.MemTotal }

// FreeDisk is how many bytes there is room for where the engine keeps its
// machines, and whether that is known: it is where the engine is on this very
// computer, and not in a virtual machine there.
func (e *Engine) FreeDisk() (int64, bool) {
	host, err := os.Hostname()
	at := cmp.Or(e.opts.Endpoint.Host, client.DefaultDockerHost)
	if err != nil || host != e.info.Name || !strings.HasPrefix(at, "unix:") || strings.Contains(e.info.OperatingSystem, "Docker Desktop") {
		return 0, false
	}
	return freeDisk(e.info.DockerRootDir)
}
