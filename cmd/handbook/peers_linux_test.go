package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"handbook/render/testsite"
)

// BenchmarkPeers builds the same pages with handbook, with Goldmark alone, and with
// the other generators that are installed: from nothing, again, and after one edit.
// It prints a table. All take turns, so that whatever else the computer does
// hinders all of them.
//
//	go test ./cmd/handbook -run - -bench Peers -benchtime 3x -timeout 2h
//
// HANDBOOK_PAGES is the number of pages. Other generators are looked for on PATH;
// Starlight is there as node_modules/.bin/astro of where it was installed. The
// memory is that of the largest process.
func BenchmarkPeers(b *testing.B) {
	n, err := strconv.Atoi(cmp.Or(os.Getenv("HANDBOOK_PAGES"), "2000"))
	if err != nil {
		b.Fatal(err)
	}
	runs := peerRuns(b, n)
	for i := 0; b.Loop(); i++ {
		for _, r := range runs {
			r.round(b, i, n)
		}
	}
	printPeers(b, n, runs)
}

// A peerRun is a generator at work.
type peerRun struct {
	*testsite.Peer
	program, version, dir string
	nameOf                func(int) string
	first, again, edited  []cost
}

// A cost is that of one build.
type cost struct {
	wall, cpu time.Duration
	memory    int64 // peak, of the largest process
}

func peerRuns(b *testing.B, n int) (runs []*peerRun) {
	handbook := filepath.Join(b.TempDir(), "handbook")
	if out, err := exec.Command("go", "build", "-o", handbook, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	goldmark := &testsite.Peer{Name: "Goldmark alone", Build: []string{"-test.run=^TestGoldmarkAlone$"}}
	for _, p := range slices.Concat([]*testsite.Peer{testsite.Handbook, goldmark}, testsite.Peers) {
		r := &peerRun{Peer: p, dir: b.TempDir()}
		switch p {
		case testsite.Handbook:
			r.program = handbook
		case goldmark:
			// It reads the pages of handbook.
			r.program, r.dir, r.nameOf = os.Args[0], runs[0].dir, runs[0].nameOf
			runs = append(runs, r)
			continue
		default:
			var err error
			if r.program, err = exec.LookPath(p.Program); err != nil {
				b.Logf("%s is not installed", p.Name)
				continue
			}
		}
		out, err := exec.Command(r.program, p.Version...).CombinedOutput()
		if err != nil {
			b.Fatalf("%s: %v: %s", p.Name, err, out)
		}
		if p != testsite.Handbook { // which is that of this repository
			r.version = regexp.MustCompile(`\d+\.\d+\.\d+`).FindString(string(out))
		}
		var files map[string]string
		files, r.nameOf = p.Pages(n)
		for name, text := range files {
			writeBench(b, filepath.Join(r.dir, name), text)
		}
		if p.Modules { // the program is node_modules/.bin/NAME, and a link to there is not enough
			modules := filepath.Join(r.dir, "node_modules")
			if err := os.CopyFS(modules, os.DirFS(filepath.Dir(filepath.Dir(r.program)))); err != nil {
				b.Fatal(err)
			}
			r.program = filepath.Join(modules, ".bin", p.Program)
		}
		runs = append(runs, r)
	}
	return runs
}

// round builds from nothing, again, and after an edit.
func (r *peerRun) round(b *testing.B, i, n int) {
	if r.Out == "" { // it writes nothing
		r.first = append(r.first, r.build(b))
		return
	}
	for _, left := range append([]string{r.Out}, r.Leaves...) {
		if err := os.RemoveAll(filepath.Join(r.dir, left)); err != nil {
			b.Fatal(err)
		}
	}
	syscall.Sync() // what was written before is nobody's cost
	r.first = append(r.first, r.build(b))
	r.again = append(r.again, r.build(b))
	_, text := testsite.Page(n/2, n)
	writeBench(b, filepath.Join(r.dir, r.nameOf(n/2)), r.Text(text)+fmt.Sprintf("\nEdit %d.\n", i))
	r.edited = append(r.edited, r.build(b))
}

func (r *peerRun) build(b *testing.B) cost {
	cmd := exec.Command(r.program, r.Build...)
	cmd.Dir, cmd.Env = r.dir, append(os.Environ(), goldmarkAlone+"="+filepath.Join(r.dir, "content"), "ASTRO_TELEMETRY_DISABLED=1")
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s: %v: %s", r.Name, err, out)
	}
	used := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return cost{time.Since(start), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), used.Maxrss << 10}
}

// printPeers prints the medians, and how many times those of handbook they are.
func printPeers(b *testing.B, n int, runs []*peerRun) {
	var text strings.Builder
	fmt.Fprintf(&text, "%d pages, median of %d: seconds (CPU seconds of all cores); CPU time and memory in times of handbook's\n\n", n, len(runs[0].first))
	w := tabwriter.NewWriter(&text, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "| \t| from nothing \t| again \t| after one edit \t| memory \t|")
	fmt.Fprintln(w, "|---\t|---\t|---\t|---\t|---\t|")
	for _, r := range runs {
		fmt.Fprintf(w, "| %s \t| %s \t| %s \t| %s \t| %s \t|\n", strings.TrimSpace(r.Name+" "+r.version),
			against(r.first, runs[0].first), against(r.again, runs[0].again), against(r.edited, runs[0].edited), memoryOf(r.first, runs[0].first))
	}
	w.Flush()
	for _, r := range runs {
		if r.Does != "" {
			fmt.Fprintf(&text, "\n%s, as it is set up here, has %s; it lacks %s.", r.Name, r.Does, r.Lacks)
		}
	}
	fmt.Fprintln(os.Stderr, text.String()) // b.Log breaks lines of tables
}

func against(costs, ours []cost) string {
	if len(costs) == 0 {
		return "–"
	}
	wall := func(c cost) time.Duration { return c.wall }
	cpu := func(c cost) time.Duration { return c.cpu }
	return fmt.Sprintf("%.2f (%.2f); %.1f×", median(costs, wall).Seconds(), median(costs, cpu).Seconds(), float64(median(costs, cpu))/float64(median(ours, cpu)))
}

func memoryOf(costs, ours []cost) string {
	memory := func(c cost) int64 { return c.memory }
	return fmt.Sprintf("%d MB; %.1f×", median(costs, memory)>>20, float64(median(costs, memory))/float64(median(ours, memory)))
}

func median[T cmp.Ordered](costs []cost, of func(cost) T) T {
	var all []T
	for _, c := range costs {
		all = append(all, of(c))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// goldmarkAlone names the folder whose pages TestGoldmarkAlone converts.
const goldmarkAlone = "HANDBOOK_GOLDMARK_ALONE"

// TestGoldmarkAlone is what BenchmarkPeers runs as Goldmark alone: it reads pages
// and makes HTML of them, as many at once as there are CPUs, and writes nothing.
func TestGoldmarkAlone(t *testing.T) {
	dir := os.Getenv(goldmarkAlone)
	if dir == "" {
		t.Skip("a part of BenchmarkPeers")
	}
	pages, err := filepath.Glob(filepath.Join(dir, "*", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatal(len(pages), err)
	}
	md := goldmark.New(goldmark.WithExtensions(extension.GFM))
	t.Run("", func(t *testing.T) {
		for part := range slices.Chunk(pages, 50) {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				for _, name := range part {
					text, err := os.ReadFile(name)
					if err == nil {
						err = md.Convert(text, io.Discard)
					}
					if err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	})
}
