package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"handbook/content/record"
	"handbook/verify/docker/testenv"
)

// The tests here do to handbook what computers do: they kill it at random
// moments, chosen by HANDBOOK_SEED, stop what it needs, and look at what is
// left. HANDBOOK_KILLS is how often each test kills.

// A victim is the handbook command, built as its users have it, with a site.
type victim struct {
	t       *testing.T
	program string
	dir     string // the site
	cache   string
	env     []string
	tmp     string
}

// TestFaults builds the command once for all of them.
func TestFaults(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "handbook")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for name, test := range map[string]func(*victim){
		"killed verify":      killedVerify,
		"interrupted verify": interruptedVerify,
		"killed build":       killedBuild,
		"sick computers":     sickComputers,
		"engine ends":        engineEnds,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(newVictim(t, program))
		})
	}
}

func newVictim(t *testing.T, program string) *victim {
	t.Helper()
	root := t.TempDir()
	v := &victim{t: t, program: program, dir: filepath.Join(root, "site"), cache: filepath.Join(root, "cache"), tmp: filepath.Join(root, "tmp")}
	if err := os.Mkdir(v.tmp, 0o777); err != nil {
		t.Fatal(err)
	}
	v.env = append(os.Environ(), "XDG_CACHE_HOME="+v.cache, "TMPDIR="+v.tmp, "NO_COLOR=1")
	v.write("content/handbook.yaml", "title: Victim\n")
	v.write("content/index.md", "# Home\n")
	return v
}

func (v *victim) write(name, text string) {
	v.t.Helper()
	file := filepath.Join(v.dir, name)
	err := os.MkdirAll(filepath.Dir(file), 0o777)
	if err == nil {
		err = os.WriteFile(file, []byte(text), 0o666)
	}
	if err != nil {
		v.t.Fatal(err)
	}
}

// lab writes a lab of one snippet.
func (v *victim) lab(name, machine, commands string) {
	v.t.Helper()
	v.write("content/labs/"+name, fmt.Sprintf("---\nlab: {machine: %q}\n---\n# Lab\n\n```bash\n%s\n```\n", machine, commands))
}

func (v *victim) command(args ...string) *exec.Cmd {
	cmd := exec.Command(v.program, args...)
	cmd.Dir, cmd.Env = v.dir, v.env
	return cmd
}

// run runs handbook to its end, and wants an exit status.
func (v *victim) run(want status, args ...string) string {
	v.t.Helper()
	out, err := v.command(args...).CombinedOutput()
	if got := exitStatus(v.t, err); got != want {
		v.t.Fatalf("handbook %q: exit status %d, want %d\n%s", args, got, want, out)
	}
	return string(out)
}

func exitStatus(t *testing.T, err error) status {
	t.Helper()
	if err == nil {
		return fine
	}
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		t.Fatal(err)
	}
	return status(exit.ExitCode())
}

// signalled runs handbook, sends it a signal after a while, and returns its
// process id and exit status.
func (v *victim) signalled(s syscall.Signal, after time.Duration, args ...string) (pid int, got status, out string) {
	v.t.Helper()
	cmd := v.command(args...)
	var b bytes.Buffer
	cmd.Stdout, cmd.Stderr = &b, &b
	if err := cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	time.Sleep(after)
	cmd.Process.Signal(s)
	return cmd.Process.Pid, exitStatus(v.t, cmd.Wait()), b.String()
}

// took is how long handbook needs for something.
func (v *victim) took(args ...string) time.Duration {
	v.t.Helper()
	start := time.Now()
	v.run(fine, args...)
	return time.Since(start)
}

// onEngine names the containers and volumes of a handbook's process.
func (v *victim) onEngine(pid int) []string {
	v.t.Helper()
	label := "label=org.handbook.pid=" + strconv.Itoa(pid)
	var all []string
	for _, args := range [][]string{
		{"ps", "--all", "--quiet", "--filter", label},
		{"volume", "ls", "--quiet", "--filter", label},
		{"network", "ls", "--quiet", "--filter", label},
	} {
		cmd := exec.Command("docker", args...)
		cmd.Env = v.env
		out, err := cmd.CombinedOutput()
		if err != nil {
			v.t.Fatalf("docker %q: %v: %s", args, err, out)
		}
		all = append(all, strings.Fields(string(out))...)
	}
	return all
}

// wantNothing fails if something of a process is on the engine after a while.
func (v *victim) wantNothing(pid int, within time.Duration) {
	v.t.Helper()
	for start := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		left := v.onEngine(pid)
		if len(left) == 0 {
			return
		}
		if time.Since(start) > within {
			v.t.Fatalf("left on the engine: %q", left)
		}
	}
}

// wantTidy fails if there is a file that is not of the site, or a temporary
// file, or a claim of a run.
func (v *victim) wantTidy() {
	v.t.Helper()
	known := []string{".handbook", ".cache", ".gitignore"}
	for name := range treeOf(v.t, v.dir) {
		for part := range strings.SplitSeq(name, "/") {
			if strings.HasPrefix(part, ".") && !slices.Contains(known, part) {
				v.t.Errorf("left behind: %s", name)
				break
			}
		}
	}
	if left, _ := os.ReadDir(v.tmp); len(left) > 0 {
		v.t.Errorf("left behind: %s", left)
	}
	if claims, _ := filepath.Glob(filepath.Join(v.cache, "handbook", "run-*")); len(claims) > 0 {
		v.t.Errorf("left behind: %s", claims)
	}
}

// records reads the records of a site: each has to be whole.
func (v *victim) records() map[string][]byte {
	v.t.Helper()
	all := map[string][]byte{}
	files, err := filepath.Glob(filepath.Join(v.dir, "content/labs/*.record.json"))
	if err != nil {
		v.t.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err == nil {
			_, err = record.Decode(b)
		}
		if err != nil {
			v.t.Fatalf("%s is not whole: %v", file, err)
		}
		all[filepath.Base(file)] = b
	}
	return all
}

func treeOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(file string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(file)
		name, _ := filepath.Rel(dir, file)
		all[filepath.ToSlash(name)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// moments are random times within what a run takes, a little longer.
func moments(t *testing.T, n int, took time.Duration) []time.Duration {
	seed, err := strconv.ParseUint(os.Getenv("HANDBOOK_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	if kills, err := strconv.Atoi(os.Getenv("HANDBOOK_KILLS")); err == nil {
		n = kills
	}
	t.Logf("%d moments within %v, HANDBOOK_SEED=%d", n, took.Round(time.Millisecond), seed)
	random := rand.New(rand.NewPCG(seed, uint64(n)))
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = time.Duration(random.Float64() * 1.1 * float64(took))
	}
	return all
}

// killedVerify kills verify with a signal that it can't see. The records
// are whole, and what is left anywhere goes with the next start.
func killedVerify(v *victim) {
	t := v.t
	testenv.Engine(t)
	round := 0
	edit := func(docker bool) {
		round++
		for _, name := range []string{"a.md", "b.md", "c.md"} {
			v.lab(name, "busybox:latest", fmt.Sprintf("echo round %d of %s", round, name))
		}
		if docker {
			v.lab("c.md", "docker", fmt.Sprintf("docker run --rm busybox echo round %d", round))
		}
	}
	edit(true)
	v.run(fine, "verify", "-j", "3") // finds the machines' rights, which takes its time once
	edit(false)
	plain := v.took("verify", "-j", "2")
	edit(true)
	withEngine := v.took("verify", "-j", "2")
	found := 0
	for i, fraction := range moments(t, 20, time.Second) {
		docker, took := i%8 == 0, plain
		if docker {
			took = withEngine
		}
		edit(docker)
		before := v.records()
		pid, got, out := v.signalled(syscall.SIGKILL, time.Duration(fraction.Seconds()*float64(took)), "verify", "-j", "2")
		after := v.records()
		for name, b := range before {
			if text := fmt.Sprintf("round %d", round); !bytes.Equal(b, after[name]) && !bytes.Contains(after[name], []byte(text)) {
				t.Errorf("%s is neither old nor new", name)
			}
		}
		if len(after) != len(before) {
			t.Errorf("%d records, there were %d", len(after), len(before))
		}
		if got != fine && strings.Contains(out, "handbook: error") {
			t.Errorf("killed, but it said: %s", out)
		}
		found += min(1, len(v.onEngine(pid)))
		v.run(fine, "verify", "labs/a.md")
		v.wantNothing(pid, time.Minute)
	}
	t.Logf("something was left on the engine %d times", found)
	v.run(fine, "verify", "-j", "2")
	v.run(fine, "verify") // nothing to run: claims of machines that were on their way out go now
	v.wantTidy()
}

// interruptedVerify: a signal that handbook sees leaves nothing at once.
func interruptedVerify(v *victim) {
	t := v.t
	testenv.Engine(t)
	v.lab("a.md", "docker", "sleep 60")
	v.lab("b.md", "busybox:latest", "sleep 60")
	for i, after := range moments(t, 4, 4*time.Second) {
		s := []syscall.Signal{syscall.SIGINT, syscall.SIGTERM}[i%2]
		pid, got, out := v.signalled(s, 50*time.Millisecond+after, "verify", "-j", "2")
		// Before handbook listens for it, on a busy computer, the signal itself
		// ends the program, which has begun nothing.
		early := got == -1 && out == ""
		if got != interrupted && !early {
			t.Errorf("%v after %v: exit status %d, want %d\n%s", s, after, got, interrupted, out)
		}
		if left := v.onEngine(pid); len(left) > 0 {
			t.Errorf("%v after %v: left on the engine: %q", s, after, left)
		}
		v.wantTidy()
		if records := v.records(); len(records) > 0 {
			t.Errorf("records of an interrupted run: %q", slices.Sorted(maps.Keys(records)))
		}
	}
}

// engineEnds stops the engine while a lab runs on it: no page is to blame, and
// no record changes. With the engine there again all is as before.
func engineEnds(v *victim) {
	t := v.t
	second := testenv.StartSecond(t, testenv.SecondConfig{})
	second.Copy("busybox:latest")
	v.lab("a.md", "busybox:latest", "echo once")
	v.run(fine, "verify", "--engine", second.Host)
	before := v.records()
	v.lab("a.md", "busybox:latest", "echo twice\nsleep 60")
	cmd := v.command("verify", "--engine", second.Host)
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	stopped := false
	for lines := bufio.NewScanner(said); lines.Scan(); {
		out.WriteString(lines.Text() + "\n")
		if strings.HasSuffix(lines.Text(), ": sleep 60") {
			second.Stop()
			stopped = true
		}
	}
	if got := exitStatus(t, cmd.Wait()); !stopped || got != noMachine {
		t.Errorf("exit status %d, want %d", got, noMachine)
	}
	t.Log(out.String())
	if want := "content/labs/a.md:8:1: the machine failed: "; !strings.Contains(out.String(), want) {
		t.Errorf("it does not say %q", want)
	}
	if after := v.records(); !maps.EqualFunc(before, after, bytes.Equal) {
		t.Error("a record changed")
	}
	second.Start()
	v.lab("a.md", "busybox:latest", "echo thrice")
	v.run(fine, "verify", "--engine", second.Host)
	v.wantNothingOn(second.Host)
	v.wantTidy()
}

// wantNothingOn fails if there is a machine on an engine of the test's own.
func (v *victim) wantNothingOn(host string) {
	v.t.Helper()
	out, err := exec.Command("docker", "--host", host, "ps", "--all", "--quiet").CombinedOutput()
	if err != nil || len(out) > 0 {
		v.t.Errorf("left on the engine: %s %v", out, err)
	}
}

// killedBuild kills build: readers see the old site or the new one.
func killedBuild(v *victim) {
	t := v.t
	edit := func(round int) {
		for i := range 60 {
			v.write(fmt.Sprintf("content/guides/%02d.md", i), fmt.Sprintf("# Page %d\n\n%s\n\n```python\nprint(%d)\n```\n",
				i, strings.Repeat(fmt.Sprintf("Round %d. ", round%2), 400), round%2))
		}
		// pages come and go
		os.RemoveAll(filepath.Join(v.dir, "content/more"))
		v.write(fmt.Sprintf("content/more/%d.md", round%2), "# More\n")
	}
	var trees [2]map[string]string
	for round := range trees {
		edit(round)
		out := filepath.Join(filepath.Dir(v.dir), "wanted")
		v.run(fine, "build", "-o", out)
		trees[round] = treeOf(t, out)
	}
	took := v.took("build")
	edit(0)
	took = max(took, v.took("build"))
	public := filepath.Join(v.dir, "public")
	kept := 0
	for i, after := range moments(t, 20, took) {
		round := i + 1
		edit(round)
		before := trees[i%2] // that of the round before
		if i%2 == 0 {
			os.RemoveAll(filepath.Join(v.dir, ".cache")) // it is written, too
		}
		_, got, _ := v.signalled(syscall.SIGKILL, after, "build")
		now := treeOf(t, public)
		switch {
		case maps.Equal(now, trees[round%2]):
		case maps.Equal(now, before) && got != fine:
			kept++
		default:
			t.Fatalf("killed after %v: the site is neither the old nor the new one", after)
		}
		v.run(fine, "build")
		if now := treeOf(t, public); !maps.Equal(now, trees[round%2]) {
			t.Fatal("the next build does not make the new site")
		}
		v.wantTidy()
	}
	t.Logf("the old site was kept %d times", kept)
}
