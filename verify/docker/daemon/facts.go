package daemon

import (
	"context"
	"fmt"
	"slices"
)

// Facts are what an engine says of itself and of its computer.
type Facts struct {
	Product   string // "Docker Engine 28.5.2", or "Podman 4.3.1"
	API       string // the version of it that is spoken, "1.51"
	System    string // "Debian GNU/Linux 12 (bookworm), Linux 6.1.0, x86_64"
	Storage   string // driver
	Rootless  bool   // it runs without root's rights
	Cgroup    string // version of control groups
	CPUs      int
	Memory    int64    // bytes
	Unlimited []string // what it can't limit: "memory", "processors", "processes"
}

// Facts returns what is known of the engine.
func (d *Daemon) Facts(ctx context.Context) Facts {
	info := d.Info
	f := Facts{
		Product:  d.product(ctx),
		API:      d.Client.ClientVersion(),
		System:   fmt.Sprintf("%s, Linux %s, %s", info.OperatingSystem, info.KernelVersion, info.Architecture),
		Storage:  info.Driver,
		Rootless: slices.ContainsFunc(info.SecurityOptions, func(o string) bool { return o == "rootless" || o == "name=rootless" }),
		Cgroup:   info.CgroupVersion,
		CPUs:     info.NCPU,
		Memory:   info.MemTotal,
	}
	for _, limit := range []struct {
		name string
		has  bool
	}{{"memory", info.MemoryLimit}, {"processors", info.CPUCfsQuota}, {"processes", info.PidsLimit}} {
		if !limit.has {
			f.Unlimited = append(f.Unlimited, limit.name)
		}
	}
	return f
}
