package docker_test

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"handbook/content/config"
	"handbook/verify"
	"handbook/verify/docker"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/machine"
	"handbook/verify/docker/machineimage"
	"handbook/verify/docker/rights"
	"handbook/verify/docker/testenv"
	"handbook/verify/docker/testenv/need"
)

// TestEscapes tries what the guide on isolation says of a stranger's lab, by kind
// of machine. Each of its rows is a script that prints "open" where that way is
// open; opening a file for writing is as far as it goes.
func TestEscapes(t *testing.T) {
	t.Parallel()
	e := testenv.Engine(t)
	holding := testenv.Open(t, strangers(t))
	machines := []*machine.Machine{
		testenv.Start(t, e, verify.Spec{}),
		testenv.Start(t, holding, verify.Spec{}),
		testenv.Start(t, e, verify.Spec{Image: "python:3.12-slim"}),
	}
	kinds := []string{"with Docker", "with Docker, --strangers", "plain"}
	for _, row := range []struct{ what, script string }{
		{"write `/proc/sys` and `/proc/sysrq-trigger` as they are mounted", "for f in /proc/sys/kernel/core_pattern /proc/sysrq-trigger; do (: >> $f) && echo open; done"},
		{"mount `/proc` anew and write its `sys/kernel/core_pattern`: the kernel then runs a program outside, as root", "d=$(mktemp -d); mount -t proc proc $d && (: >> $d/sys/kernel/core_pattern) && echo open; umount $d"},
		{"get there in a container with `--privileged`, or in namespaces of its own", "unshare --user --map-root-user --mount --pid --fork sh -c 'mount -t proc proc /mnt; (: >> /mnt/sys/kernel/core_pattern) && echo open'; docker info && docker pull -q busybox && docker run --rm --privileged busybox sh -c 'mkdir /p; mount -t proc p /p; for f in /proc /p; do (: >> $f/sys/kernel/core_pattern) && echo open; done; true'"},
		{"lift the machine's limits of memory and processes", "d=$(mktemp -d); for f in /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max; do [ -f $f ] && (: >> $f) && echo open; done; mount -t cgroup -o memory none $d && (: >> $d/memory.limit_in_bytes) && echo open; umount $d; mount -t cgroup2 none $d && [ -f $d/memory.max ] && (: >> $d/memory.max) && echo open"},
		{"leave the machine's control group", "for d in /sys/fs/cgroup/memory /sys/fs/cgroup/pids; do [ \"$(cat /proc/self/cgroup | grep -c '/\\.\\.')\" -gt 0 ] && echo open; mkdir $d/../escaped; done; mount -t cgroup -o pids none /mnt && [ -f /mnt/release_agent ] && (: >> /mnt/release_agent) && echo open"},
		{"change which devices may be opened (cgroup v1)", "d=$(mktemp -d); for f in /sys/fs/cgroup/devices/devices.allow /sys/fs/cgroup/devices/*/devices.allow; do (: >> $f) && echo open; done; mount -t cgroup -o devices none $d && (: >> $d/devices.allow) && echo open; umount $d"},
		{"read the computer's disk, without a change of that", "set -- $(awk '$5 ~ \"/etc/hosts\" { print $3 }' /proc/self/mountinfo | tr : ' '); f=$(mktemp -u); mknod $f b $1 $2 && head -c 1 $f > /dev/null && echo open"},
		{"mount the kernel's debugging interface", "d=$(mktemp -d); mount -t debugfs none $d && echo open; umount $d; mount -t tracefs none $d && echo open; mount -t securityfs none $d && echo open"},
		{"load a module into the kernel", "python3 -c 'import ctypes; c=ctypes.CDLL(None,use_errno=True); c.syscall(175,b\"x\",1,b\"\"); print(\"open\" if ctypes.get_errno() != 1 else \"\")' || ! type python3"},
		{"set the computer's clock", "date -s \"$(date)\" > /dev/null && echo open"},
		{"read the kernel's log", "dmesg > /dev/null && echo open"},
		{"see or reach processes outside", "[ \"$(ls /proc | grep -c '^[0-9]')\" -gt 60 ] && echo open"},
		{"reach the socket of the computer's engine", "[ -S /run/host/docker.sock ] && echo open; curl -sf --unix-socket /var/run/docker.sock http://docker/containers/json 2>/dev/null | grep -q handbook && echo open"},
	} {
		want := guideRow(t, row.what)
		if want == nil {
			t.Errorf("the guide does not say whether labs can %s", row.what)
			continue
		}
		for i, m := range machines {
			out, _ := testenv.Run(t, m, "exec 2>/dev/null; "+row.script)
			got := "no"
			if strings.Contains(out, "open") {
				got = "yes"
			}
			// Another engine or kernel may give less than the guide says.
			if got != want[i] && (got == "yes" || i > 0 || usual(t, e)) {
				t.Errorf("%s: on a machine %s %s, the guide says %s", row.what, kinds[i], got, want[i])
			}
		}
	}
}

// strangers are the options of the engine for strangers' labs.
func strangers(t *testing.T) docker.Options {
	opts := testenv.Options(t)
	opts.Strangers = true
	return opts
}

// usual reports whether the engine is one that the guide's table is about: without
// user namespaces, and with control groups of version 1.
func usual(t *testing.T, e *docker.Engine) bool {
	t.Helper()
	return e.Facts(t.Context()).Cgroup == "1"
}

// guideRow returns what the guide says of a way out, for the three kinds of
// machines, nil if it does not name it.
func guideRow(t *testing.T, what string) []string {
	t.Helper()
	b, err := os.ReadFile("../../content/guides/isolation.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^\| ` + regexp.QuoteMeta(what) + ` \| (yes|no) \| (yes|no) \| (yes|no) \|`).FindStringSubmatch(string(b))
	if m == nil {
		return nil
	}
	return m[1:]
}

// TestUserNamespace checks that what a lab puts in the place of the program with
// which its machine is entered has no rights outside, by whatever bits and
// capabilities it is marked with.
func TestUserNamespace(t *testing.T) {
	t.Parallel()
	e := testenv.Open(t, strangers(t))
	m := testenv.Start(t, e, verify.Spec{})
	if !strings.Contains(e.Rights(""), "user namespace") {
		need.Skip(t, "machines for strangers have no user namespace here, but "+e.Rights(""))
	}
	const caps = `$(grep -hE "^Cap(Prm|Eff):" /proc/self/status | tr -d "\t\n")`
	const replaced = `set -e
cp /usr/bin/bash /usr/bin/cat /usr/bin/grep /usr/bin/tr /usr/local/bin/
cd /usr/local/bin && chmod 6755 bash cat grep tr
for f in bash cat grep tr; do # all capabilities, effective at once (capabilities(7), version 2)
	[ "$(uname -m)" != x86_64 ] || perl -e 'my ($file, $name, $caps) = ($ARGV[0], "security.capability", pack("V5", 0x02000001, 0xffffffff, 0xffffffff, 0x1ff, 0x1ff)); syscall(188, $file, $name, $caps, length $caps, 0) == 0 or die $!' $f # setxattr of amd64
done
mv /usr/bin/nsenter /usr/bin/nsenter.real
printf '%s\n' '#!/usr/local/bin/bash' 'echo "$EUID $(id -g) ` + caps + `"; PATH=/usr/local/bin:$PATH; /usr/local/bin/grep -h ^CapEff: /proc/self/status; (: >> /proc/sys/kernel/core_pattern) 2>/dev/null && echo open' > /usr/bin/nsenter
chmod 6755 /usr/bin/nsenter`
	if out, exit := testenv.Run(t, m, replaced); exit != 0 {
		t.Fatalf("%d: %s", exit, out)
	}
	const none = "0000000000000000"
	if got, _ := testenv.Run(t, m, "true"); got != "100000 100000 CapPrm:"+none+"CapEff:"+none+"\nCapEff:\t"+none+"\n" {
		t.Errorf("a program in the place of nsenter is %q", got)
	}
}

// TestMirrorImage checks that the mirror, which stays for other sites, is not
// made of a site's own image. One that was made before has a mirror of its own.
func TestMirrorImage(t *testing.T) {
	t.Parallel()
	opts := testenv.Options(t)
	opts.Mirror, opts.Machines = "", own("FROM busybox\n")
	if got, want := docker.MirrorImage(testenv.Open(t, opts)), machineimage.BuiltinRef(config.Engines[0]); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	common := docker.MirrorName(testenv.Open(t, opts))
	const ref = "registry.example.org/machines@sha256:" + "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	opts.Machines = map[string]machineimage.Source{"": {Image: ref}}
	e := testenv.Open(t, opts)
	if got, name := docker.MirrorImage(e), docker.MirrorName(e); got != ref || name == common {
		t.Errorf("%s is of %s, as is %s", name, got, common)
	}
}

// TestStrangers checks that machines hold where they have to: those with Docker
// by a user namespace, and that an image of the site's own is refused.
func TestStrangers(t *testing.T) {
	t.Parallel()
	opts := strangers(t)
	e := testenv.Open(t, opts)
	for _, image := range []string{"busybox", "docker"} {
		m := testenv.Start(t, e, verify.Spec{Image: image})
		found, err := m.Escapes(t.Context())
		found = slices.DeleteFunc(found, func(w rights.Escape) bool { return w == rights.RootOutside && image != "docker" })
		if err != nil || len(found) > 0 {
			t.Errorf("%s: %v, %v", image, found, err)
		}
	}
	// What a Dockerfile installs would answer what is tried, and serve as mirror.
	opts.Machines = own("FROM busybox\n")
	its := testenv.Open(t, opts)
	if m, err := its.Start(t.Context(), verify.Spec{Image: "docker"}); err == nil || !strings.Contains(err.Error(), "cannot be tried on one of the site's own Dockerfile") {
		t.Errorf("%v, %v", m, err)
	}
	// A runtime that the settings name is taken as it is.
	opts.Machines = nil
	weak := testenv.Open(t, opts)
	m, err := weak.Start(t.Context(), verify.Spec{Image: "docker", Limits: config.Machine{Runtime: "runc"}})
	if err == nil {
		defer m.Close()
		need.Skip(t, "machines with Docker hold on this engine")
	}
	refused, ok := errors.AsType[*daemon.Error](err)
	if !ok || refused.Reason != docker.ReasonEscapes || !strings.Contains(refused.Msg, "root on it can write settings of the computer's kernel") {
		t.Errorf("%v", err)
	}
}

// own is the source of machines of a site's own Dockerfile.
func own(dockerfile string) map[string]machineimage.Source {
	return map[string]machineimage.Source{"": {Dockerfile: []byte(dockerfile)}}
}
