package docker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
	devices    bool     // may allow its containers all devices, needed for docker run --privileged
	unmasked   bool     // all of /proc and /sys
	privileged bool
}

// ordinaryCaps are what Docker gives any container. The engine in a machine
// gives them to the lab's containers, and can't give what it does not have.
var ordinaryCaps = []string{
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE",
	"NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
}

// candidates are tried in order, the least first. That the second is enough
// for dockerd 28.5 was found by taking away one right after the other:
// mounting and namespaces need SYS_ADMIN, bridges and packet filters
// NET_ADMIN; the default seccomp profile denies runc its keyring and
// pivot_root, and Docker's AppArmor profile denies mounting.
func candidates(runtime string) []rights {
	least := rights{name: "least", caps: append(ordinaryCaps[:len(ordinaryCaps):len(ordinaryCaps)], "SYS_ADMIN", "NET_ADMIN"), unconfined: true}
	all := []rights{
		least,
		{name: "more", caps: append(least.caps[:len(least.caps):len(least.caps)], "SYS_PTRACE", "SYS_RESOURCE", "DAC_READ_SEARCH"), unconfined: true, devices: true, unmasked: true},
		{name: "all", caps: []string{"ALL"}, unconfined: true, devices: true, unmasked: true},
		{name: "privileged", privileged: true},
	}
	if runtime != "" {
		// Runtimes such as sysbox let engines run without further rights.
		return append([]rights{{name: "none"}}, all...)
	}
	return all
}

// plainCaps are all capabilities of a plain machine, fewer than Docker gives
// any container. Root of an ordinary lab needs them to install packages (apt
// works as a user of its own), to make users and files of theirs, to start
// servers as them, and to end these; sudo complains without the last one. Left
// out are those for raw sockets (ping and ports below 1024 work without),
// devices, other roots, and the capabilities of files.
var plainCaps = []string{"CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "AUDIT_WRITE"}

// confine takes all rights from a container but those.
func confine(host *container.HostConfig) {
	host.CapDrop = []string{"ALL"}
	host.CapAdd = plainCaps
	host.SecurityOpt = []string{"no-new-privileges"}
}

// grant adds the rights to those of a container.
func (r rights) grant(host *container.HostConfig) {
	if host.CapAdd = r.caps; len(r.caps) > 0 {
		host.CapDrop = []string{"ALL"}
	}
	host.Privileged = r.privileged
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

// probe is what has to work in a machine: importing an image, running it
// with a network, a published port and limits, and building upon it. The
// image is a program that exits, with its libraries.
const probe = `set -e
true=$(type -P true)
tar -chf - "$true" $(ldd "$true" | grep -o '/[^ ]*') 2>/dev/null | docker import - handbook-probe
docker run --rm --memory 64m --pids-limit 16 --publish 127.0.0.1::80 handbook-probe "$true"
printf 'FROM handbook-probe\nRUN ["%s"]\n' "$true" | docker build --quiet -`

// findRights returns the first candidate with which a machine passes the
// probe. What was found is kept by engine, in the process and in CacheDir.
func (e *Engine) findRights(ctx context.Context, image string, spec verify.Spec) (rights, error) {
	return e.rights.get(func() (rights, error) {
		if r, ok := e.recallRights(image, spec); ok {
			return r, nil
		}
		var reasons []string
		for _, r := range candidates(spec.Limits.Runtime) {
			why, err := e.try(ctx, image, spec, r)
			if err != nil {
				return rights{}, err
			}
			if why == "" {
				e.log.Info("rights of machines", "rights", r.name)
				e.keepRights(image, spec, r)
				return r, nil
			}
			e.log.Info("rights do not do", "rights", r.name, "why", why)
			reasons = append(reasons, fmt.Sprintf("\n    with %s rights: %s", r.name, why))
		}
		return rights{}, &EngineError{Msg: fmt.Sprintf("no Docker Engine can run in a container of the one at %s%s", e.opts.Endpoint, strings.Join(reasons, ""))}
	})
}

// try makes a machine and runs the probe in it. It returns why the rights do
// not do, or "" if they do; an error means that it could not be tried.
func (e *Engine) try(ctx context.Context, image string, spec verify.Spec, r rights) (string, error) {
	// Neither the stand-in for the Hub nor a network makes a difference.
	spec.Page, spec.Hub, spec.Network = "probe", "", "open"
	m, err := e.boot(ctx, image, spec, r)
	var failed *EngineError
	switch {
	case err == nil:
	case errors.As(err, &failed) && ctx.Err() == nil && !failed.elsewhere:
		return failed.Msg, nil
	default:
		return "", err
	}
	defer m.Close()
	out, exit, err := m.output(ctx, "bash", "-c", probe)
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return err.Error(), nil
	case exit != 0:
		var last tail
		for line := range strings.Lines(out) {
			last.add(strings.TrimSpace(line))
		}
		return "its containers do not run" + last.quote(), nil
	}
	return "", nil
}

// forgetRights lets the rights be probed anew, since with those that once
// did a machine has just failed.
func (e *Engine) forgetRights(image string, spec verify.Spec) {
	e.rights.forget()
	if file := e.rightsFile(image, spec); file != "" {
		os.Remove(file)
	}
}

func (e *Engine) recallRights(image string, spec verify.Spec) (rights, bool) {
	file := e.rightsFile(image, spec)
	if file == "" {
		return rights{}, false
	}
	name, err := os.ReadFile(file)
	if err != nil {
		return rights{}, false
	}
	for _, r := range candidates(spec.Limits.Runtime) {
		if r.name == string(name) {
			return r, true
		}
	}
	return rights{}, false
}

func (e *Engine) keepRights(image string, spec verify.Spec, r rights) {
	file := e.rightsFile(image, spec)
	if file == "" {
		return
	}
	err := os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		err = os.WriteFile(file, []byte(r.name), 0o644)
	}
	if err != nil { // it only costs another probe
		e.log.Warn("cannot keep the machines' rights", "error", err)
	}
}

// rightsFile names a file by all that the choice of rights depends on. It is
// "" where nothing is kept.
func (e *Engine) rightsFile(image string, spec verify.Spec) string {
	if e.opts.CacheDir == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{
		e.info.ID, e.info.ServerVersion, e.info.KernelVersion, image, spec.Limits.Runtime, probe, string(initDocker),
	}, "\n")))
	return filepath.Join(e.opts.CacheDir, "rights-"+hex.EncodeToString(sum[:8]))
}
