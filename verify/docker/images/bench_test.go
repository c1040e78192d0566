package images_test

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker"
	"handbook/verify/docker/machine"
	"handbook/verify/docker/testenv"
	"handbook/verify/plans"
)

// BenchmarkObserve measures what Observe costs after a command that has built
// nothing, on a machine with a few images and builds.
func BenchmarkObserve(b *testing.B) {
	for _, engine := range []string{"28", "29"} {
		b.Run(engine, func(b *testing.B) {
			m := testenv.Start(b, testenv.Engine(b), verify.Spec{Docker: engine})
			testenv.Run(b, m, flask+"for i in 1 2 3 4 5 6; do echo $i > app.py; docker build -q -t flask:$i .; done; docker pull -q busybox")
			if _, err := m.Observe(b.Context()); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if o, err := m.Observe(b.Context()); err != nil || len(o.Builds)+len(o.Images) != 0 {
					b.Fatal(o, err)
				}
			}
		})
	}
}

// BenchmarkFlaskLab measures which part of the Flask lab's time Observe and Weigh
// take.
func BenchmarkFlaskLab(b *testing.B) {
	site, err := content.Load(os.DirFS("../../../content"), "content")
	if err != nil {
		b.Fatal(err)
	}
	var plan *plans.Plan
	for _, page := range site.Pages {
		if page.Path == "labs/04-flask.md" {
			if plan, err = plans.New(site, page, ""); err != nil {
				b.Fatal(err)
			}
		}
	}
	e := &observedEngine{Engine: testenv.Engine(b)}
	for b.Loop() {
		begin := time.Now()
		if _, err := (&verify.Runner{Engine: e}).Run(b.Context(), plan); err != nil {
			b.Fatal(err)
		}
		e.lab += time.Since(begin)
	}
	b.ReportMetric(e.observing.Seconds()/float64(b.N), "observing-s/op")
	b.ReportMetric(100*e.observing.Seconds()/e.lab.Seconds(), "%-observing")
	b.ReportMetric(e.weighing.Seconds()/float64(b.N), "weighing-s/op")
	b.ReportMetric(100*e.weighing.Seconds()/e.lab.Seconds(), "%-weighing")
	b.ReportMetric(float64(e.calls)/float64(b.N), "calls/op")
	b.ReportMetric(e.longest.Seconds(), "longest-s")
}

// An observedEngine measures the time of Observe and Weigh.
type observedEngine struct {
	*docker.Engine
	lab time.Duration

	mu                           sync.Mutex
	observing, longest, weighing time.Duration
	calls                        int
}

type observedMachine struct {
	*machine.Machine
	engine *observedEngine
}

func (e *observedEngine) Start(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	m, err := e.Engine.Start(ctx, spec)
	if err != nil {
		return nil, err
	}
	return observedMachine{m.(*machine.Machine), e}, nil
}

func (m observedMachine) Observe(ctx context.Context) (verify.Observation, error) {
	begin := time.Now()
	o, err := m.Machine.Observe(ctx)
	took := time.Since(begin)
	m.engine.mu.Lock()
	defer m.engine.mu.Unlock()
	m.engine.observing += took
	m.engine.longest = max(m.engine.longest, took)
	m.engine.calls++
	return o, err
}

func (m observedMachine) Weigh(ctx context.Context, ids []string) (map[string]int64, error) {
	begin := time.Now()
	weights, err := m.Machine.Weigh(ctx, ids)
	m.engine.mu.Lock()
	defer m.engine.mu.Unlock()
	m.engine.weighing += time.Since(begin)
	return weights, err
}
