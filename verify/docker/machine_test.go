package docker_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"handbook/content/config"
	"handbook/verify"
	"handbook/verify/docker"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/machine"
	"handbook/verify/docker/testenv"
	"handbook/verify/shell"
)

func TestFreshComputer(t *testing.T) {
	t.Parallel()
	m := testenv.Start(t, testenv.Engine(t), verify.Spec{})
	for _, test := range []struct{ script, want string }{
		{"docker ps -a -q; docker images -q; docker volume ls -q", ""},
		{"pwd; echo ~; whoami; hostname", "/root\n/root\nroot\nlab\n"},
		{"echo $TERM $LANG $TZ $PAGER", "xterm-256color C.UTF-8 UTC cat\n"},
		{"for p in bash curl git jq less docker; do command -v $p >/dev/null || echo no $p; done", ""},
		{"docker buildx version >/dev/null && docker compose version >/dev/null && echo ok", "ok\n"},
		{"ls /dev | grep -E '^(sd|vd|nvme|kvm)' | head -n 1", ""},
		{"cat /proc/sys/kernel/core_pattern > /dev/null; echo x 2>/dev/null > /proc/sys/kernel/core_pattern || echo denied", "denied\n"},
	} {
		if got, _ := testenv.Run(t, m, "exec 2>&1; "+test.script); got != test.want {
			t.Errorf("%s: %q, want %q", test.script, got, test.want)
		}
	}
	out, exit := testenv.Process(t, m, shell.Process{Args: []string{"sh", "-c", "stty size; pwd; echo $X; exit 7"}, TTY: true, Dir: "/tmp", Env: []string{"X=y"}})
	if want := "30 100\r\n/tmp\r\ny\r\n"; out != want || exit != 7 {
		t.Errorf("on a terminal: %q, exit status %d, want %q and 7", out, exit, want)
	}
}

func TestNothingIsLeft(t *testing.T) {
	t.Parallel()
	opts := testenv.Options(t)
	opts.Run = "nothing-left-" + time.Now().Format("150405.000")
	e := testenv.Open(t, opts)
	m := testenv.Start(t, e, verify.Spec{})
	mustRun(t, m, "docker pull -q busybox && docker run -d --name web -p 80:80 busybox sleep 1000")
	if left := docker.Left(t, e); len(left) != 2 {
		t.Errorf("%q, want a container and a volume", left)
	}
	start := time.Now()
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("closing took %v", time.Since(start))
	if err := m.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
	if left := docker.Left(t, e); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
	var gone *daemon.Error
	if _, err := m.Exec(t.Context(), shell.Process{Args: []string{"true"}}); !errors.As(err, &gone) {
		t.Errorf("a process on a machine that is gone: %v", err)
	}
}

func TestCancelledStartLeavesNothing(t *testing.T) {
	t.Parallel()
	opts := testenv.Options(t)
	opts.Run = "cancelled-" + time.Now().Format("150405.000")
	e := testenv.Open(t, opts)
	testenv.Start(t, testenv.Engine(t), verify.Spec{}) // the image is there, and the rights are known
	for after := 5 * time.Millisecond; after < time.Second; after *= 2 {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		m, err := e.Start(ctx, verify.Spec{Page: "cancelled", Image: "docker"})
		cancel()
		if err == nil {
			if err := m.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	if left := docker.Left(t, e); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestSideBySide(t *testing.T) {
	t.Parallel()
	e := testenv.Engine(t)
	for _, name := range []string{"one", "two"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := testenv.Start(t, e, verify.Spec{})
			mustRun(t, m, sleepy)
			mustRun(t, m, "docker run -d --name web -p 5000:80 -e DO='mkdir /www; echo "+name+" >/index.html; cd /' sleepy")
			settle(t, m, verify.Start{}, verify.Between)
			if got := mustRun(t, m, "curl -sS localhost:5000/index.html"); got != name+"\n" {
				t.Errorf("%q answers instead of %q", got, name)
			}
		})
	}
}

// TestDiskLimit checks that a disk bomb ends its machine, wherever it writes.
func TestDiskLimit(t *testing.T) {
	t.Parallel()
	e := testenv.Engine(t)
	const volume = "handbook-test-volume:1"
	testenv.Start(t, e, verify.Spec{Image: "busybox"}) // the image is there
	docker.Build(t, e, volume, "FROM busybox\nVOLUME /data\n")
	for _, test := range []struct{ image, file string }{
		{"docker", "/var/lib/docker/bomb"},
		{"docker", "/opt/bomb"},
		{"docker", "/root/new/bomb"},
		{"busybox", "/tmp/bomb"},
		{volume, "/data/bomb"},
	} {
		t.Run(test.image+test.file, func(t *testing.T) {
			t.Parallel()
			m := testenv.Start(t, e, verify.Spec{Image: test.image, Limits: config.Machine{Disk: 100 << 20}})
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			script := "mkdir -p ${1%/*}; head -c 60m /dev/zero > $1; head -c 300000000 /dev/zero >> $1; sleep 1000"
			s, err := m.Exec(ctx, shell.Process{Args: []string{"sh", "-c", script, "sh", test.file}})
			if err != nil {
				t.Fatal(err)
			}
			defer context.AfterFunc(ctx, func() { s.Close() })()
			io.Copy(io.Discard, s)
			if ctx.Err() != nil {
				t.Fatal("nothing has ended the machine")
			}
			var lab *verify.LabError
			if err := m.Diagnose(ctx); !errors.As(err, &lab) || lab.Msg != "the machine's 100 MiB of disk were used up" {
				t.Errorf("the lab is not to blame: %v", err)
			}
			// Its processes end a moment before the machine does.
			for err = nil; err == nil && ctx.Err() == nil; time.Sleep(time.Millisecond) {
				_, err = m.Exec(ctx, shell.Process{Args: []string{"true"}})
			}
			if want := "the machine has ended: its 100 MiB of disk were used up"; err == nil || !strings.HasSuffix(err.Error(), want) {
				t.Errorf("%v, want …%s", err, want)
			}
		})
	}
}

// TestMachinesEngineGone checks that the engine outside is not blamed if a
// machine's own engine does not answer.
func TestMachinesEngineGone(t *testing.T) {
	t.Parallel()
	m := testenv.Start(t, testenv.Engine(t), verify.Spec{})
	mustRun(t, m, "pkill -9 dockerd; while pgrep dockerd; do sleep 0.1; done")
	_, err := m.Settle(t.Context(), verify.Start{}, verify.Between)
	if want := "cannot read the events of the machine's engine: "; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v, want %s…", err, want)
	}
	if _, err := m.Observe(t.Context()); err == nil || strings.Contains(err.Error(), "cannot reach the Docker Engine") {
		t.Errorf("%v, want an error about the machine", err)
	}
}

func TestBlame(t *testing.T) {
	t.Parallel()
	e := testenv.Engine(t)
	for _, test := range []struct{ image, want string }{
		{"handbook-no/such-image:1", `there is no image "handbook-no/such-image:1"`},
		{"Not An Image", `"Not An Image" is not the name of an image`},
	} {
		_, err := e.Start(t.Context(), verify.Spec{Image: test.image})
		var lab *verify.LabError
		if !errors.As(err, &lab) || lab.Msg != test.want {
			t.Errorf("%s: %v, want a LabError %q", test.image, err, test.want)
		}
	}
	for _, test := range []struct {
		what, want string
		opts       func(*docker.Options)
		image      string
	}{
		{"mirror", "the mirror http://127.0.0.1:1 can't be reached: ", func(o *docker.Options) { o.Mirror = "http://127.0.0.1:1" }, "docker"},
		{"mirror's URL", `the mirror "localhost:5000" is not the URL of a registry`, func(o *docker.Options) { o.Mirror = "localhost:5000" }, "docker"},
		{"registry", "cannot pull 127.0.0.1:1/x: the registry can't be reached: ", func(*docker.Options) {}, "127.0.0.1:1/x"},
		{"Dockerfile", "the machine's Dockerfile does not build: ", func(o *docker.Options) {
			o.Machines = own("FROM busybox\nRUN echo no package dockerrr; exit 9\n")
		}, "docker"},
		{"machine without an engine", "the machine's image has no dockerd (handbook-machine:", func(o *docker.Options) {
			o.Machines = own("FROM debian:forky-slim\n")
		}, "docker"},
	} {
		opts := testenv.Options(t)
		test.opts(&opts)
		_, err := testenv.Open(t, opts).Start(t.Context(), verify.Spec{Image: test.image})
		var engine *daemon.Error
		if !errors.As(err, &engine) || !strings.HasPrefix(engine.Msg, test.want) {
			t.Errorf("%s: %v, want a daemon.Error %q…", test.what, err, test.want)
		}
		if test.what == "Dockerfile" && err != nil && !strings.Contains(err.Error(), "no package dockerrr") {
			t.Errorf("%v does not have the output's last lines", err)
		}
	}
}

func TestBases(t *testing.T) {
	t.Parallel()
	for _, engine := range config.Engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			testBases(t, testenv.Start(t, testenv.Engine(t), verify.Spec{Docker: engine}))
		})
	}
}

func testBases(t *testing.T, m *machine.Machine) {
	mustRun(t, m, `docker pull -q hello-world && docker rmi -f hello-world
docker build -q -t made - <<'.'
FROM python:3.12-alpine AS one
RUN echo one > /one
FROM busybox
COPY --from=one /one /one
COPY --from=alpine:3.20 /etc/os-release /two
.
docker build -q -t again - <<'.'
FROM made
RUN true
.
docker run --rm made cat /one
docker run -d -p 5000:5000 --name running busybox sleep 100
docker tag made localhost:5001/pushed`)
	about, bases, err := m.About(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(about.Image, "handbook-machine:") || about.Engine == "" || about.Storage == "" {
		t.Errorf("about: %+v", about)
	}
	if !strings.HasPrefix(about.Digest, "sha256:") || about.Client == "" || about.Compose == "" || about.Buildx == "" || about.Kernel == "" {
		t.Errorf("not all is known of it: %+v", about)
	}
	var names []string
	for _, b := range bases {
		names = append(names, b.Image)
		if !strings.HasPrefix(b.Digest, "sha256:") {
			t.Errorf("%+v has no digest", b)
		}
		if mirror := testenv.Options(t).Mirror; mirror != "" && (b.From != mirror || b.Note == "") {
			t.Errorf("%+v is not from the mirror %s, or has no note", b, mirror)
		}
	}
	want := "hello-world:latest busybox:latest alpine:3.20 python:3.12-alpine"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("bases %q, want %q", got, want)
	}
}

// BenchmarkStart measures the start of a machine.
func BenchmarkStart(b *testing.B) {
	e := testenv.Engine(b)
	testenv.Start(b, e, verify.Spec{})
	for b.Loop() {
		m, err := e.Start(b.Context(), verify.Spec{Page: "benchmark", Image: "docker"})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := m.Close(); err != nil {
			b.Error(err)
		}
		b.StartTimer()
	}
}
