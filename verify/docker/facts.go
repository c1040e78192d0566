package docker

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
func (e *Engine) Facts(ctx context.Context) Facts {
	info := e.daemon.info
	f := Facts{
		Product:  e.daemon.product(ctx),
		API:      e.daemon.client.ClientVersion(),
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

// MachineImage returns the reference of the image of machines with the engine of
// that name, and whether the engine outside has it already. If not, the first
// machine builds it.
func (e *Engine) MachineImage(ctx context.Context, engine string) (ref string, exists bool, err error) {
	k, err := e.kind(engine)
	if err != nil {
		return "", false, err
	}
	exists, err = k.image.Exists(ctx)
	return k.image.Ref, exists, e.daemon.failure("", err)
}

// Rights says which rights machines with the engine of that name are given. It
// is known once one was made.
func (e *Engine) Rights(engine string) string {
	k, err := e.kind(engine)
	if err != nil {
		return ""
	}
	if r, known := k.rights.Found(); known {
		return r.String()
	}
	return ""
}
