package docker

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/containerd/errdefs"
)

// Facts are what an engine tells of itself and of its computer.
type Facts struct {
	Version string // "28.5.2"
	API     string // the version of it that is spoken, "1.51"
	System  string // "Debian GNU/Linux 12 (bookworm), Linux 6.1.0, x86_64"
	Storage string // driver
	Cgroup  string // version of control groups
	CPUs    int
	Memory  int64 // bytes
	// Unlimited names what it can't limit: "memory", "processors", "processes".
	Unlimited []string
}

// Facts returns what is known of the engine.
func (e *Engine) Facts() Facts {
	f := Facts{
		Version: e.info.ServerVersion,
		API:     e.client.ClientVersion(),
		System:  fmt.Sprintf("%s, Linux %s, %s", e.info.OperatingSystem, e.info.KernelVersion, e.info.Architecture),
		Storage: e.info.Driver,
		Cgroup:  e.info.CgroupVersion,
		CPUs:    e.info.NCPU,
		Memory:  e.info.MemTotal,
	}
	for _, limit := range []struct {
		name string
		has  bool
	}{{"memory", e.info.MemoryLimit}, {"processors", e.info.CPUCfsQuota}, {"processes", e.info.PidsLimit}} {
		if !limit.has {
			f.Unlimited = append(f.Unlimited, limit.name)
		}
	}
	return f
}

// MachineImage returns the reference of the machines' image, and whether the
// engine has it already; otherwise the first machine builds it.
func (e *Engine) MachineImage(ctx context.Context) (ref string, there bool, err error) {
	dockerfile := e.opts.Dockerfile
	if dockerfile == nil {
		dockerfile = builtinDockerfile
	}
	ref = imageRef(dockerfile)
	_, err = e.client.ImageInspect(ctx, ref)
	if err != nil && !errdefs.IsNotFound(err) {
		return ref, false, e.failure("cannot look for the machine's image", err)
	}
	return ref, err == nil, nil
}

// Rights says which rights machines have been given, once one was made.
func (e *Engine) Rights() string {
	e.rights.mu.Lock()
	defer e.rights.mu.Unlock()
	r := e.rights.val
	switch {
	case !e.rights.done:
		return ""
	case r.privileged:
		return "all there are (--privileged)"
	}
	more := slices.DeleteFunc(slices.Clone(r.caps), func(c string) bool { return slices.Contains(ordinaryCaps, c) })
	if len(more) == 0 {
		return "none beyond those of any container"
	}
	return strings.Join(more, ", ") + " beyond those of any container"
}

// CheckMirror tells whether a mirror answers; ca is as in Options. It needs
// no engine. An error is an *EngineError.
func CheckMirror(ctx context.Context, mirror string, ca []byte) error {
	e := Engine{opts: Options{Mirror: mirror, CA: ca}}
	_, err := e.checkMirror(ctx)
	return err
}

// CheckHub tells whether Docker Hub answers this computer.
func CheckHub(ctx context.Context, ca []byte) error { return CheckMirror(ctx, hubURL, ca) }
