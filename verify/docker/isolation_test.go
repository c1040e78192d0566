package docker_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"handbook/content/config"
	"handbook/verify"
	"handbook/verify/docker"
	"handbook/verify/docker/testenv"
	"handbook/verify/docker/testenv/need"
)

// TestPlainMachineHasNoRights checks that a plain machine has fewer rights than
// Docker gives to any container.
func TestPlainMachineHasNoRights(t *testing.T) {
	t.Parallel()
	e := testenv.Engine(t)
	m := testenv.Start(t, e, verify.Spec{Image: "python:3.12-slim"})
	if _, err := m.Settle(t.Context(), verify.Start{}, verify.Between); err != nil {
		t.Error(err)
	}
	found := docker.Inspect(t, e, m)
	host := found.HostConfig
	if host.Privileged || len(host.Devices)+len(host.DeviceRequests)+len(host.DeviceCgroupRules)+len(found.Mounts)+len(host.Binds) > 0 ||
		host.PidMode != "" || host.IpcMode.IsHost() || host.UTSMode != "" || host.NetworkMode.IsHost() || host.PublishAllPorts || len(host.PortBindings) > 0 {
		t.Errorf("it has something of the computer's: %+v, mounts %+v", host, found.Mounts)
	}
	if got := strings.Join(host.SecurityOpt, " "); got != "no-new-privileges" { // with Docker's own seccomp and AppArmor profiles
		t.Errorf("security options %q", got)
	}
	for _, test := range []struct{ script, want string }{
		{"sed -n 's/^CapBnd:.//p; s/^CapEff:.//p' /proc/1/status", "00000000200000fb\n00000000200000fb\n"},
		{"sed -n 's/^NoNewPrivs:.//p' /proc/1/status", "1\n"},
		{"sed -n 's/^Seccomp:.//p' /proc/1/status", "2\n"}, // a filter
		// Labs do this as root.
		{"cd /tmp && touch a && chown nobody a && chmod 2700 a && stat -c '%U %a' a", "nobody 2700\n"},
		{"python -c 'import os; os.setgid(65534); os.setuid(65534); print(os.getuid())'", "65534\n"},
		{"python -c 'import os,time; os.setuid(65534); time.sleep(99)' & sleep .5; kill $! && echo killed", "killed\n"},
		{"python -c 'import socket; s=socket.socket(); s.bind((\"\", 80)); print(s.getsockname()[1])'", "80\n"},
		{"echo 6*7 | python -c 'print(eval(input()))'", "42\n"},
		// No lab needs this.
		{"mount -t tmpfs none /mnt && echo mounted", ""},
		{"mknod /tmp/sda b 8 0 && echo made", ""},
		{"chroot / true && echo entered", ""},
		{"unshare -r true && echo unshared", ""},
		{"python -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)' && echo raw", ""},
		{"echo x > /proc/sys/kernel/core_pattern && echo written", ""},
		{"date -s 2000-01-01 > /dev/null && echo set", ""},
		{"ls /dev | grep -E '^(sd|vd|nvme|kvm|mem)'", ""},
		{"ls /var/run/docker.sock", ""},
	} {
		if got, _ := testenv.Run(t, m, "exec 2>/dev/null; "+test.script); got != test.want {
			t.Errorf("%s: %q, want %q", test.script, got, test.want)
		}
	}
	about, bases, err := m.About(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if about.Image != "python:3.12-slim" || about.Engine != "" || !strings.HasPrefix(about.Platform, "linux/") {
		t.Errorf("about: %+v", about)
	}
	if len(bases) != 1 || bases[0].Image != "python:3.12-slim" || !strings.HasPrefix(bases[0].Digest, "sha256:") {
		t.Errorf("bases: %+v", bases)
	}
}

// TestDockerMachineHasNothingOfTheHost checks that a machine with an engine has
// nothing of the computer's, either.
func TestDockerMachineHasNothingOfTheHost(t *testing.T) {
	t.Parallel()
	e := testenv.Engine(t)
	m := testenv.Start(t, e, verify.Spec{})
	found := docker.Inspect(t, e, m)
	host := found.HostConfig
	if host.Privileged || len(host.Devices)+len(host.DeviceRequests)+len(host.Binds) > 0 ||
		host.PidMode != "" || host.IpcMode.IsHost() || host.UTSMode != "" || host.NetworkMode.IsHost() || len(host.PortBindings) > 0 {
		t.Errorf("it has something of the computer's: %+v", host)
	}
	for _, mount := range found.Mounts {
		if mount.Type != "volume" || mount.Destination != "/var/lib/docker" {
			t.Errorf("it has a mount %+v", mount)
		}
	}
}

// TestLeastRights checks that machines with an engine have the least rights:
// without any one of them no container runs. It takes away the capabilities that
// an ordinary container does not have; with HANDBOOK_RIGHTS=all it takes away
// each one (a minute).
func TestLeastRights(t *testing.T) {
	t.Parallel()
	e := testenv.Engine(t)
	least := docker.LeastCaps()
	if why := docker.TryRights(t, e, least, true); why != "" {
		need.Skip(t, "this engine needs more: "+why)
	}
	if docker.TryRights(t, e, least, false) == "" {
		t.Error("it works with Docker's own seccomp profile")
	}
	missing := []string{"SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE"}
	if os.Getenv("HANDBOOK_RIGHTS") == "all" {
		missing = least
	}
	for _, one := range missing {
		rest := slices.DeleteFunc(slices.Clone(least), func(s string) bool { return s == one })
		why := docker.TryRights(t, e, rest, true)
		t.Logf("without %s: %s", one, why)
		if why == "" {
			t.Errorf("it works without %s", one)
		}
	}
}

// TestNoNetwork checks that nothing leaves a machine without a network: no name
// lookups and no packets, neither its own nor those of its containers.
func TestNoNetwork(t *testing.T) {
	t.Parallel()
	e := testenv.Engine(t)
	// Public addresses, the name server that Docker Engines fall back to, and
	// the address where clouds have their secrets.
	const tries = `
for url in http://deb.debian.org/ http://1.1.1.1/ http://8.8.8.8:53/ http://169.254.169.254/latest/meta-data/; do
	timeout 5 wget -q -T 3 -O /dev/null $url && echo "$url answers"
done
true`
	for _, image := range []string{"docker", "busybox"} {
		t.Run(image, func(t *testing.T) {
			t.Parallel()
			m := testenv.Start(t, e, verify.Spec{Image: image, Network: "none"})
			if out, _ := testenv.Run(t, m, "exec 2>/dev/null;"+tries); out != "" {
				t.Errorf("it reaches the network: %s", out)
			}
			if image != "docker" {
				if out, _ := testenv.Run(t, m, "cat /proc/net/route | sed 1d; ls /sys/class/net"); out != "lo\n" {
					t.Errorf("interfaces and routes: %q", out)
				}
				return
			}
			if out, exit := testenv.Run(t, m, "ip route show default; docker pull -q registry.invalid/x 2>&1"); exit == 0 || strings.Contains(out, "default") || strings.Contains(out, "timeout") {
				t.Errorf("exit status %d: %s", exit, out)
			}
			if testenv.Options(t).Mirror == "" {
				return
			}
			mustRun(t, m, "docker pull -q busybox")
			if out, _ := testenv.Run(t, m, "docker run --rm busybox sh -c '"+tries+"' 2>/dev/null"); out != "" {
				t.Errorf("its containers reach the network: %s", out)
			}
		})
	}
}

// TestRuntime checks the error for a runtime that the engine does not have.
func TestRuntime(t *testing.T) {
	t.Parallel()
	e := testenv.Engine(t)
	for _, image := range []string{"docker", "busybox"} {
		_, err := e.Start(t.Context(), verify.Spec{Image: image, Limits: config.Machine{Runtime: "nonesuch"}})
		if want := `the Docker Engine has no runtime "nonesuch", but `; err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "runc") {
			t.Errorf("%s: %v, want …%s… with those that it has", image, err, want)
		}
	}
	m := testenv.Start(t, e, verify.Spec{Image: "busybox", Limits: config.Machine{Runtime: "runc"}})
	if got := docker.Inspect(t, e, m).HostConfig.Runtime; got != "runc" {
		t.Errorf("runtime %q", got)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	e := testenv.Engine(t)
	m := testenv.Start(t, e, verify.Spec{Image: "busybox", Limits: config.Machine{Pids: 50, Memory: 64 << 20, CPUs: 1}})
	if _, exit := testenv.Run(t, m, "head -c 200m /dev/zero | tail >/dev/null"); exit == 0 {
		t.Error("200 MB where 64 MB may be")
	}
	if out, exit := testenv.Run(t, m, "i=0; while [ $i -lt 100 ]; do sleep 1000 >/dev/null 2>&1 & i=$((i+1)); done 2>&1"); exit == 0 {
		t.Errorf("a hundred processes where 50 may be: %s", out)
	}
	// Work is held up that would take more than a tenth of a processor. It may take
	// a while until a busy computer has that much to give.
	m = testenv.Start(t, e, verify.Spec{Image: "busybox", Limits: config.Machine{CPUs: 0.1}})
	if got := docker.Inspect(t, e, m).HostConfig.NanoCPUs; got != 1e8 {
		t.Errorf("%d billionths of a processor, want a tenth of one", got)
	}
	const work = "until cat /sys/fs/cgroup/cpu/cpu.stat /sys/fs/cgroup/cpu.stat 2>/dev/null | grep 'nr_throttled [1-9]'; do i=0; while [ $i -lt 10000 ]; do i=$((i+1)); done; done"
	if out, exit := testenv.Run(t, m, "timeout 120 sh -c '"+strings.ReplaceAll(work, "'", `"`)+"'"); exit != 0 {
		t.Errorf("work without end is not held up: %q", out)
	}
	// There are limits even if none is set.
	m = testenv.Start(t, e, verify.Spec{Image: "busybox"})
	if host := docker.Inspect(t, e, m).HostConfig; host.Memory == 0 || host.MemorySwap != host.Memory || *host.PidsLimit <= 0 {
		t.Errorf("memory %d, with swap %d, processes %d", host.Memory, host.MemorySwap, *host.PidsLimit)
	}
}
