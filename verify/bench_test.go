//go:build unix

package verify_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"handbook/content"
	"handbook/content/info"
	"handbook/verify"
	"handbook/verify/docker/testenv"
	"handbook/verify/plans"
	"handbook/verify/shell"
)

// BenchmarkFlaskLab tells what verifying costs beside the same commands typed
// into one script on the same kind of machine, from when the machine is up to
// when its work is done: the lab as it is, on machines that know nothing of
// images and builds, and the script, in turn.
//
//	verify/docker/testenv/with-engine go test ./verify -run - -bench FlaskLab -benchtime 5x
func BenchmarkFlaskLab(b *testing.B) {
	page, err := os.ReadFile("../content/labs/04-flask.md")
	if err != nil {
		b.Fatal(err)
	}
	site, err := content.Load(fstest.MapFS{"labs/04-flask.md": {Data: page}, "handbook.yaml": {Data: []byte("placeholders: {YOUR_DOCKERHUB_USERNAME: student}\nmachine: {docker: [29, 28]}\n")}}, "content")
	if err != nil {
		b.Fatal(err)
	}
	plan, err := plans.New(site, site.Pages[0], "bench")
	if err != nil {
		b.Fatal(err)
	}
	engine := testenv.Engine(b)
	lab := func(blind bool) (time.Duration, *content.Record) {
		e := &timedEngine{Engine: engine, blind: blind}
		record, err := (&verify.Runner{Engine: e}).Run(b.Context(), plan)
		var failed *verify.Failures // what is not observed can't be claimed
		if err != nil && (!blind || !errors.As(err, &failed) || failed.NotRun > 0) {
			b.Fatal(err)
		}
		return e.closed.Sub(e.up), record
	}
	_, record := lab(false) // and what is pulled is near from now on
	script := scriptOf(b, plan, record)
	var observed, blind, scripted []float64
	runs := []func(){
		func() { took, _ := lab(false); observed = append(observed, took.Seconds()) },
		func() { scripted = append(scripted, runScript(b, engine, plan, script).Seconds()) },
		func() { took, _ := lab(true); blind = append(blind, took.Seconds()) },
	}
	for i := 0; b.Loop(); i++ { // each comes first, second and last: the computer is not always the same
		for k := range runs {
			runs[(i+k)%len(runs)]()
		}
	}
	b.Logf("seconds: observed %.1f, script %.1f, blind %.1f", observed, scripted, blind)
	report := func(name string, all []float64) {
		ratios := make([]float64, len(all))
		for i := range all {
			ratios[i] = all[i] / scripted[i]
		}
		b.ReportMetric(median(all), name+"-s")
		b.ReportMetric(median(ratios), name+"/script")
	}
	report("observed", observed)
	report("blind", blind)
	b.ReportMetric(median(scripted), "script-s")
}

func median(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

// A timedEngine notes when its machine was up and when it was no more needed.
type timedEngine struct {
	verify.Engine
	blind      bool // its machines know nothing of images and builds
	up, closed time.Time
}

func (e *timedEngine) Start(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	m, err := e.Engine.Start(ctx, spec)
	if err != nil {
		return nil, err
	}
	e.up = time.Now()
	if e.blind {
		m = blindMachine{m}
	}
	return &timedMachine{m, e}, nil
}

type timedMachine struct {
	verify.Machine
	engine *timedEngine
}

func (m *timedMachine) Close() error {
	m.engine.closed = time.Now()
	return m.Machine.Close()
}

type blindMachine struct{ verify.Machine }

func (blindMachine) Observe(context.Context) (verify.Observation, error) {
	return verify.Observation{}, nil
}

func (blindMachine) Weigh(context.Context, []string) (map[string]int64, error) { return nil, nil }

const benchToken = "correct-horse"

// scriptOf is the lab as one script: the same files and commands in the same
// order. Where a reader would wait for a program to answer, it does.
func scriptOf(b *testing.B, plan *plans.Plan, record *content.Record) string {
	var s strings.Builder
	for _, step := range plan.Steps {
		snippet, text := step.Snippet, step.Text
		if snippet.Role == info.Diff {
			text = record.Of(snippet.Number, snippet.Role).Text // what the patches come to
		}
		if (snippet.Role == info.File || snippet.Role == info.Diff) && snippet.Options.Skip == "" {
			fmt.Fprintf(&s, "cat > %s <<'END_OF_FILE'\n%sEND_OF_FILE\n", snippet.Options.File, text)
		}
		for _, c := range step.Run {
			switch {
			case strings.HasPrefix(c.Shell, "docker login"):
				s.WriteString("echo " + benchToken + " | docker login --username student --password-stdin\n")
			case strings.HasPrefix(c.Shell, "curl "):
				fmt.Fprintf(&s, "until %s >/dev/null 2>&1; do sleep 0.05; done\n%s\n", c.Shell, c.Shell)
			default:
				s.WriteString(c.Shell + "\n")
			}
		}
	}
	return s.String()
}

// runScript runs a script on a terminal of a machine, and sees that it came to
// the lab's end.
func runScript(b *testing.B, engine verify.Engine, plan *plans.Plan, script string) time.Duration {
	m, err := engine.Start(b.Context(), verify.Spec{Page: plan.Page.Path, Image: plan.Lab.Machine, Network: plan.Lab.Network,
		Limits: plan.Limits, Hub: plan.Lab.Hub, HubToken: benchToken})
	if err != nil {
		b.Fatal(err)
	}
	defer m.Close()
	begun := time.Now()
	stream, err := m.Exec(b.Context(), shell.Process{Args: []string{"bash", "-c", script}, TTY: true})
	if err != nil {
		b.Fatal(err)
	}
	defer stream.Close()
	out, err := io.ReadAll(stream)
	if err != nil {
		b.Fatal(err)
	}
	took := time.Since(begun)
	if exit, err := stream.Wait(b.Context()); err != nil || exit != 0 || !strings.Contains(string(out), "Flask is there") {
		b.Fatalf("the script ended with %d, %v:\n%s", exit, err, out)
	}
	return took
}
