package docker

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"

	"handbook/verify"
)

// rights are what a machine's container may do so that an engine can work in
// it.
type rights struct {
	name       string
	caps       []string // all capabilities; none: those of any container
	unconfined bool     // no seccomp and AppArmor profiles, no SELinux label
	devices    bool     // may allow its containers all devices, which docker run --privileged needs
	unmasked   bool     // sees all of /proc and /sys
	privileged bool
	userns     bool   // in a user namespace of its own; see machine/enter
	runtime    string // another one than the settings say
}

// ordinaryCaps are the capabilities that Docker gives to any container. The
// engine of a machine gives them to the lab's containers, so it needs them.
var ordinaryCaps = []string{
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE",
	"NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
}

// candidates returns the rights to try, from least to most.
//
// The least were found by taking away one after the other from dockerd 28.5:
// mounts and namespaces need SYS_ADMIN, bridges and packet filters NET_ADMIN;
// the default seccomp profile denies runc its keyring and pivot_root, and
// Docker's AppArmor profile denies mounts.
func candidates(runtime string) []rights {
	least := rights{name: "least", caps: append(ordinaryCaps[:len(ordinaryCaps):len(ordinaryCaps)], "SYS_ADMIN", "NET_ADMIN"), unconfined: true}
	all := []rights{
		least,
		{name: "more", caps: append(least.caps[:len(least.caps):len(least.caps)], "SYS_PTRACE", "SYS_RESOURCE", "DAC_READ_SEARCH"), unconfined: true, devices: true, unmasked: true},
		{name: "all", caps: []string{"ALL"}, unconfined: true, devices: true, unmasked: true},
		{name: "privileged", privileged: true},
	}
	if runtime != "" {
		// With runtimes such as sysbox engines need no further rights.
		return append([]rights{{name: "none"}}, all...)
	}
	return all
}

// strongRuntimes are those that give a machine a kernel of its own, or a user
// namespace, by the names that they are usually given, the strongest first.
var strongRuntimes = []string{"kata", "kata-runtime", "kata-qemu", "kata-clh", "kata-fc", "sysbox-runc"}

// strongCandidates returns what to try for a machine that has to hold against an
// attacker, if the settings name no runtime: those of the engine's that are made
// for that, and a user namespace. The last does not hold; it is there to tell
// how.
func strongCandidates(has func(runtime string) bool) []rights {
	var all []rights
	for _, name := range strongRuntimes {
		if has(name) {
			all = append(all, rights{name: name, runtime: name})
		}
	}
	least := candidates("")[0]
	shifted := least
	shifted.name, shifted.userns = "user namespace", true
	return append(all, shifted, least)
}

// strong tells whether the rights are for a machine that holds against an
// attacker.
func (r rights) strong() bool { return r.userns || r.runtime != "" }

// grant gives the rights to a container.
func (r rights) grant(host *container.HostConfig) {
	if host.CapAdd = r.caps; len(r.caps) > 0 {
		host.CapDrop = []string{"ALL"}
	}
	host.Privileged = r.privileged
	host.Runtime = cmp.Or(r.runtime, host.Runtime)
	host.CgroupnsMode = container.CgroupnsModePrivate
	if r.unconfined {
		host.SecurityOpt = []string{"seccomp=unconfined", "apparmor=unconfined", "label=disable"}
	}
	if r.devices {
		host.DeviceCgroupRules = []string{"a *:* rwm"}
	}
	if r.unmasked {
		host.MaskedPaths, host.ReadonlyPaths = []string{}, []string{}
	}
}

// plainCaps are all capabilities of a plain machine: fewer than those of any
// container. Root of an ordinary lab needs them to install packages (apt works
// as a user of its own), to make users and files of theirs, to start servers as
// them, and to end these; sudo complains without AUDIT_WRITE. It does not need
// those for raw sockets (ping and ports below 1024 work without), for devices,
// for other root directories, and for capabilities of files.
var plainCaps = []string{"CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "AUDIT_WRITE"}

// confine leaves a plain machine's container only plainCaps.
func confine(host *container.HostConfig) {
	host.CapDrop = []string{"ALL"}
	host.CapAdd = plainCaps
	host.SecurityOpt = []string{"no-new-privileges"}
}

// probe is what has to work on a machine: importing an image, running it with a
// network, a published port and limits, and building from it. The image is a
// program that exits, with its libraries.
const probe = `set -e
true=$(type -P true)
tar -chf - "$true" $(ldd "$true" | grep -o '/[^ ]*') 2>/dev/null | docker import - handbook-probe
docker run --rm --memory 64m --pids-limit 16 --publish 127.0.0.1::80 handbook-probe "$true"
printf 'FROM handbook-probe\nRUN ["%s"]\n' "$true" | docker build --quiet -`

// A rightsProbe finds the least rights with which machines work on an engine.
// It remembers them in the process and in a folder.
type rightsProbe struct {
	daemon    *daemon
	dir       string // Options.CacheDir
	strangers bool   // Options.Strangers
	found     once[rights]
}

// find returns the first candidate that passes. try returns why a candidate
// does not, or "" if it does; an error of it ends the search.
func (p *rightsProbe) find(image, runtime string, try func(rights) (why string, err error)) (rights, error) {
	return p.found.get(func() (rights, error) {
		all := p.candidates(runtime)
		file := p.file(image, runtime)
		if name, err := os.ReadFile(file); err == nil {
			for _, r := range all {
				if r.name == string(name) {
					return r, nil
				}
			}
		}
		var reasons strings.Builder
		for _, r := range all {
			why, err := try(r)
			if err != nil {
				return rights{}, err
			}
			if why == "" {
				p.daemon.log.Info("rights of machines", "rights", r.name)
				if !p.strangers || r.strong() {
					p.remember(file, r)
				}
				return r, nil
			}
			p.daemon.log.Info("machines need more rights", "rights", r.name, "why", why)
			fmt.Fprintf(&reasons, "\n    with %s rights: %s", r.name, why)
		}
		return rights{}, &EngineError{
			Msg:    fmt.Sprintf("no Docker Engine can run in a container of the one at %s%s", p.daemon.at, reasons.String()),
			Reason: ReasonRights,
		}
	})
}

func (p *rightsProbe) candidates(runtime string) []rights {
	if p.strangers && runtime == "" {
		return strongCandidates(func(name string) bool {
			_, has := p.daemon.info.Runtimes[name]
			return has
		})
	}
	return candidates(runtime)
}

// forget lets the next find try all candidates again, because a machine could
// not be made with the rights that were found.
func (p *rightsProbe) forget(image, runtime string) {
	p.found.forget()
	os.Remove(p.file(image, runtime))
}

func (p *rightsProbe) remember(file string, r rights) {
	if file == "" {
		return
	}
	err := os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		err = os.WriteFile(file, []byte(r.name), 0o644)
	}
	if err != nil { // the next run tries again
		p.daemon.log.Warn("cannot remember the machines' rights", "error", err)
	}
}

// file returns a path that names all that the choice of rights depends on. It
// is "" if nothing is kept.
func (p *rightsProbe) file(image, runtime string) string {
	if p.dir == "" {
		return ""
	}
	info := p.daemon.info
	known := []string{info.ID, info.ServerVersion, info.KernelVersion, image, runtime, probe, string(initDocker)}
	if p.strangers {
		known = append(known, string(enterDocker), shifted, findEscapes, fmt.Sprint(slices.Sorted(maps.Keys(info.Runtimes))))
	}
	sum := sha256.Sum256([]byte(strings.Join(known, "\n")))
	return filepath.Join(p.dir, "rights-"+hex.EncodeToString(sum[:8]))
}

// try makes a machine with rights and runs the probe on it.
func (e *Engine) try(ctx context.Context, k *kind, spec verify.Spec, r rights) (why string, err error) {
	// Neither the stand-in for the Hub nor the network makes a difference.
	spec.Page, spec.Hub, spec.Network = "probe", "", "open"
	m, err := e.bootDocker(ctx, k, spec, r)
	failed, ok := errors.AsType[*EngineError](err)
	switch {
	case ok && failed.Reason == "" && ctx.Err() == nil: // more rights may help
		return failed.Msg, nil
	case err != nil:
		return "", err
	}
	defer m.Close()
	out, exit, err := m.instance.output(ctx, "bash", "-c", probe)
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return err.Error(), nil
	case exit != 0:
		return "its containers do not run" + quote(strings.Split(strings.TrimSpace(out), "\n")), nil
	case r.strong():
		failed, ok := errors.AsType[*EngineError](m.holds(ctx))
		if ok && failed.Reason == ReasonEscapes {
			return failed.Msg, nil
		}
	}
	return "", nil
}
