package docker_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"handbook/verify"
	"handbook/verify/docker"
	"handbook/verify/docker/testenv"
)

// victim starts a machine and waits to be killed.
func victim(t *testing.T, run string) {
	opts := testenv.Options(t)
	opts.Run = run
	m := testenv.Start(t, testenv.Open(t, opts), verify.Spec{})
	mustRun(t, m, "docker pull -q busybox && docker run -d --name web busybox sleep 1000")
	os.Stdout.WriteString("\nup\n")
	time.Sleep(time.Hour)
}

// TestKilled kills a handbook that can't notice it (kill -9), and checks that its
// machine ends by itself. The handbook is this test's program again.
func TestKilled(t *testing.T) {
	if run := os.Getenv("HANDBOOK_TEST_VICTIM"); run != "" {
		victim(t, run)
	}
	t.Parallel()
	opts := testenv.Options(t)
	opts.Run = "victim-" + time.Now().Format("150405.000")
	e := testenv.Open(t, opts)
	other := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	other.Env = append(os.Environ(), "HANDBOOK_TEST_VICTIM="+opts.Run)
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer other.Process.Kill()
	said := ""
	for buf := make([]byte, 1024); !strings.Contains(said, "\nup\n"); {
		n, err := out.Read(buf)
		said += string(buf[:n])
		if err != nil {
			t.Fatalf("%v: %s", err, said)
		}
	}
	if left := docker.Left(t, e); len(left) != 2 {
		t.Errorf("%q, want a container and a volume", left)
	}
	other.Process.Kill()
	other.Wait()
	for start := time.Now(); len(docker.Left(t, e)) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Since(start) > patient {
			t.Fatalf("left behind: %q", docker.Left(t, e))
		}
	}
}

func TestKeep(t *testing.T) {
	t.Parallel()
	opts := testenv.Options(t)
	opts.Run = "keep-" + time.Now().Format("150405.000")
	e := testenv.Open(t, opts)
	for _, image := range []string{"docker", "busybox"} {
		m := testenv.Start(t, e, verify.Spec{Image: image})
		t.Cleanup(func() { docker.Remove(t, e, m) })
		if err := m.Keep(); err != nil {
			t.Fatal(err)
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(time.Second)
	if left := docker.Left(t, e); len(left) != 3 {
		t.Errorf("%q, want two containers and a volume", left)
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	opts := testenv.Options(t)
	opts.Run = "sweep-" + time.Now().Format("150405.000")
	e := testenv.Open(t, opts)
	m := testenv.Start(t, e, verify.Spec{Image: "busybox"})
	docker.Orphan(t, e, "busybox")
	before := docker.Left(t, e)
	if len(before) != 4 {
		t.Fatalf("%q, want a machine, an orphan and two volumes", before)
	}
	if err := e.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := docker.Left(t, e); len(left) != len(before) {
		t.Errorf("swept up what is too young: %q of %q are left", left, before)
	}
	if err := docker.SweepOlder(t, e, 0); err != nil {
		t.Fatal(err)
	}
	if left := docker.Left(t, e); len(left) != 1 {
		t.Errorf("left: %q, want the machine that runs", left)
	}
	mustRun(t, m, "true")
}

// TestSweepAbandoned checks that what a killed handbook of this computer has left
// is removed at the next start, and not what one that runs is about to use.
func TestSweepAbandoned(t *testing.T) {
	t.Parallel()
	opts := testenv.Options(t)
	opts.CacheDir = t.TempDir()
	opts.Run = "abandoned-" + time.Now().Format("150405.000")
	killed := testenv.Open(t, opts)
	docker.Orphan(t, killed, "busybox")
	opts.Run += "-next"
	next := testenv.Open(t, opts)
	if err := next.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := docker.Left(t, killed); len(left) != 3 {
		t.Errorf("%q are left, want a container and two volumes", left)
	}
	docker.LoseClaim(t, killed)
	if err := next.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := docker.Left(t, killed); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
	if files, err := os.ReadDir(opts.CacheDir); err != nil || len(files) != 2 {
		t.Errorf("claims %v, %v, want that of the living run, and that of the killed one as long", files, err)
	}
	// The engine may have been making something when handbook was killed.
	docker.Orphan(t, killed, "busybox")
	if err := next.Close(); err != nil {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(opts.CacheDir); err != nil || len(files) != 0 {
		t.Errorf("claims %v, %v, want none", files, err)
	}
	if left := docker.Left(t, killed); len(left) != 0 {
		t.Errorf("left behind, late: %q", left)
	}
}
