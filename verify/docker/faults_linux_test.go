package docker_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/testenv"
	"handbook/verify/plans"
)

// A fault is something that goes wrong while a lab's second command runs.
type fault struct {
	name  string
	lab   string // its commands, a line each; the fault happens at the second
	image string // of the machine
	space string // of the engine's disk, if it is one of the test's own
	own   bool   // an engine of the test's own
	full  bool   // from the start
	does  func(*faulty)
	want  string // the error, a regular expression
	page  bool   // the page is to blame
}

// A faulty is what a fault can break.
type faulty struct {
	*testing.T
	run    string // label of what it makes
	second *testenv.Second
	mirror *httptest.Server
}

var faults = []fault{
	{name: "the mirror stops", image: "docker", lab: "docker pull -q busybox\ndocker pull -q alpine",
		does: func(f *faulty) { f.mirror.CloseClientConnections(); f.mirror.Close() },
		want: `^p.md:6:1: the machine failed: the mirror http://127\.0\.0\.1:\d+ can't be reached any more: curl: `},
	{name: "the lab kills its engine", image: "docker", lab: "docker ps -q\npkill dockerd; while pgrep dockerd; do sleep 0.1; done\ndocker ps -q", page: true,
		want: `^p.md:6:1: the machine's Docker Engine has ended$`},
	{name: "the lab kills its engine and fails", image: "docker", lab: "docker ps -q\npkill -9 dockerd; docker ps", page: true,
		want: `^p.md:6:1: the machine's Docker Engine has ended\np.md:6:1: exited with 1, expected 0$`},
	{name: "the lab kills its shell", image: "busybox", lab: "true\nkill -9 $$", page: true,
		want: `^p.md:6:1: the shell ended here$`},
	{name: "somebody removes the machine", image: "busybox", lab: "true\nsleep 10",
		does: func(f *faulty) { f.removeMachine() },
		want: `^p.md:6:1: the machine failed: the machine has ended: the Docker Engine at \S+ was stopped or restarted, or somebody has removed the machine$`},
	{name: "the engine ends", image: "busybox", own: true, lab: "true\nsleep 10",
		does: func(f *faulty) { f.second.Stop() },
		want: `^p.md:6:1: the machine failed: cannot reach the Docker Engine at unix:///\S+: there is no such socket$`},
	{name: "the engine restarts", image: "busybox", own: true, lab: "true\nsleep 10",
		does: func(f *faulty) { f.second.Stop(); f.second.Start() },
		want: `^p.md:6:1: the machine failed: the machine has ended: the Docker Engine at \S+ was stopped or restarted, or somebody has removed the machine$`},
	{name: "the disk is full", image: "busybox", own: true, space: "96m", lab: "true\nhead -c 200000000 /dev/zero > big",
		want: `^p.md:6:1: the machine failed: the disk of the Docker Engine at unix:///\S+ is full$`},
	{name: "the disk has no room for a machine", image: "busybox", own: true, space: "32m", full: true, lab: "true\ntrue",
		want: `^p.md: the machine failed: the disk of the Docker Engine at unix:///\S+ is full: .*no space left on device$`},
	{name: "no image of that name", image: "no-such-image-anywhere", lab: "true\ntrue", page: true,
		want: `^p.md:2:7: there is no image "no-such-image-anywhere"$`},
	{name: "no network", image: "no-such-image-anywhere", own: true, lab: "true\ntrue",
		want: `^p.md: the machine failed: cannot pull no-such-image-anywhere: `},
}

// TestFaults lets things go wrong. The error says in one sentence what did, and
// nothing is left on the engine.
func TestFaults(t *testing.T) {
	testenv.Engine(t)
	t.Parallel()
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			f.try(&faulty{T: t})
		})
	}
}

func (f fault) try(w *faulty) {
	opts := testenv.Options(w.T)
	opts.Run = "fault-" + time.Now().Format("150405.000000")
	w.run = opts.Run
	switch {
	case f.own:
		w.second = testenv.StartSecond(w.T, testenv.SecondConfig{Space: f.space})
		opts.Endpoint = daemon.Endpoint{Host: w.second.Host}
		opts.Mirror = ""
		if f.image == "busybox" {
			w.second.Copy("busybox:latest")
		}
		if f.full {
			w.second.Fill()
		}
	case opts.Mirror != "":
		w.mirror = passOn(w.T, opts.Mirror)
		opts.Mirror = w.mirror.URL
	}
	if f.image == "busybox" {
		f.image = "busybox:latest"
	}
	e := testenv.Open(w.T, opts)
	plan := planOf(w.T, f.image, f.lab)
	runner := verify.Runner{Engine: e}
	runner.Progress = func(event verify.Event) {
		if event.State == verify.StepStarted && event.Line == 6 && f.does != nil {
			f.does(w)
		}
	}
	ctx, cancel := context.WithTimeout(w.Context(), 5*time.Minute)
	defer cancel()
	_, err := runner.Run(ctx, plan)
	if err == nil {
		w.Fatal("it passed")
	}
	w.Log(err)
	if !regexp.MustCompile(f.want).MatchString(err.Error()) {
		w.Errorf("%q, want %s", err, f.want)
	}
	if _, page := errors.AsType[*verify.Failures](err); page != f.page {
		w.Errorf("the page is to blame: %v, want %v", page, f.page)
	}
	if w.second != nil && f.does != nil {
		w.second.Stop()
		w.second.Start()
	}
	for start := time.Now(); len(docker.Left(w.T, e)) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Since(start) > patient {
			w.Fatalf("left behind: %q", docker.Left(w.T, e))
		}
	}
}

func (f *faulty) removeMachine() {
	out, err := exec.Command("sh", "-c", `docker rm --force --volumes $(docker ps --quiet --filter "label=org.handbook.run=$1")`, "sh", f.run).CombinedOutput()
	if err != nil {
		f.Errorf("%v: %s", err, out)
	}
}

// passOn returns a mirror of a mirror that can be stopped.
func passOn(t *testing.T, to string) *httptest.Server {
	t.Helper()
	at, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(at))
	server.Listener.Close()
	// The machine reaches it at another address than this test does.
	if server.Listener, err = net.Listen("tcp4", ":0"); err != nil {
		t.Fatal(err)
	}
	server.Start()
	server.URL = "http://127.0.0.1" + server.URL[strings.LastIndexByte(server.URL, ':'):]
	t.Cleanup(server.Close)
	return server
}

func planOf(t *testing.T, image, commands string) *plans.Plan {
	t.Helper()
	page := fmt.Sprintf("---\nlab: {machine: %q}\n---\n```bash\n%s\n```\n", image, commands)
	site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte(page)}}, "")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := plans.New(site, site.Pages[0], "test")
	if err != nil {
		t.Fatal(err)
	}
	return plan
}
