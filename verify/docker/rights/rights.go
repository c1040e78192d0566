// Package rights finds what the containers of machines may do on the computer:
// the least with which an engine works in one, and what root in it could do to
// the computer outside.
package rights

import (
	"cmp"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
)

// Rights are what a machine's container may do so that an engine can work in
// it.
type Rights struct {
	Name       string
	Caps       []string // all capabilities; none: those of any container
	Unconfined bool     // no seccomp and AppArmor profiles, no SELinux label
	Devices    bool     // may allow its containers all devices, which docker run --privileged needs
	Unmasked   bool     // sees all of /proc and /sys
	Privileged bool
	UserNS     bool   // in a user namespace of its own; see machine/enter
	Runtime    string // another one than the settings say
}

// ordinaryCaps are the capabilities that Docker gives to any container. The
// engine of a machine gives them to the lab's containers, so it needs them.
var ordinaryCaps = []string{
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE",
	"NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
}

// Candidates returns the rights to try, from least to most.
//
// The least were found by taking away one after the other from dockerd 28.5:
// mounts and namespaces need SYS_ADMIN, bridges and packet filters NET_ADMIN, and
// docker exec and health checks SYS_PTRACE in a container that does not run as root;
// the default seccomp profile denies runc its keyring and pivot_root, and
// Docker's AppArmor profile denies mounts.
func Candidates(runtime string) []Rights {
	least := Rights{Name: "least", Caps: append(ordinaryCaps[:len(ordinaryCaps):len(ordinaryCaps)], "SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE"), Unconfined: true}
	all := []Rights{
		least,
		{Name: "more", Caps: append(least.Caps[:len(least.Caps):len(least.Caps)], "SYS_RESOURCE", "DAC_READ_SEARCH"), Unconfined: true, Devices: true, Unmasked: true},
		{Name: "all", Caps: []string{"ALL"}, Unconfined: true, Devices: true, Unmasked: true},
		{Name: "privileged", Privileged: true},
	}
	if runtime != "" {
		// With runtimes such as sysbox engines need no further rights.
		return append([]Rights{{Name: "none"}}, all...)
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
func strongCandidates(has func(runtime string) bool) []Rights {
	var all []Rights
	for _, name := range strongRuntimes {
		if has(name) {
			all = append(all, Rights{Name: name, Runtime: name})
		}
	}
	least := Candidates("")[0]
	shifted := least
	shifted.Name, shifted.UserNS = "user namespace", true
	return append(all, shifted, least)
}

// Strong reports whether the rights are for a machine that holds against an
// attacker.
func (r Rights) Strong() bool { return r.UserNS || r.Runtime != "" }

// String says in words what the rights are.
func (r Rights) String() string {
	switch {
	case r.Runtime != "":
		return "those that the runtime " + r.Runtime + " gives"
	case r.UserNS:
		return "all there are in a user namespace of its own, none outside"
	case r.Privileged:
		return "all there are (--privileged)"
	}
	more := slices.DeleteFunc(slices.Clone(r.Caps), func(c string) bool { return slices.Contains(ordinaryCaps, c) })
	if len(more) == 0 {
		return "none beyond those of any container"
	}
	return strings.Join(more, ", ") + " beyond those of any container"
}

// Grant gives the rights to a container.
func (r Rights) Grant(host *container.HostConfig) {
	if host.CapAdd = r.Caps; len(r.Caps) > 0 {
		host.CapDrop = []string{"ALL"}
	}
	host.Privileged = r.Privileged
	host.Runtime = cmp.Or(r.Runtime, host.Runtime)
	host.CgroupnsMode = container.CgroupnsModePrivate
	if r.Unconfined {
		host.SecurityOpt = []string{"seccomp=unconfined", "apparmor=unconfined", "label=disable"}
	}
	if r.Devices {
		host.DeviceCgroupRules = []string{"a *:* rwm"}
	}
	if r.Unmasked {
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

// Confine leaves a plain machine's container only plainCaps.
func Confine(host *container.HostConfig) {
	host.CapDrop = []string{"ALL"}
	host.CapAdd = plainCaps
	host.SecurityOpt = []string{"no-new-privileges"}
}
