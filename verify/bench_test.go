//go:build unix

package verify_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"testing/fstest"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker/testenv"
)

// BenchmarkFlaskLab tells what observing costs: the lab as it is, and on
// machines that know nothing of images and builds.
//
//	verify/docker/testenv/with-engine go test ./verify -run - -bench FlaskLab -benchtime 3x
func BenchmarkFlaskLab(b *testing.B) {
	page, err := os.ReadFile("../content/labs/04-flask.md")
	if err != nil {
		b.Fatal(err)
	}
	site, err := content.Load(fstest.MapFS{"labs/04-flask.md": {Data: page}, "handbook.yaml": {Data: []byte("placeholders: {YOUR_DOCKERHUB_USERNAME: student}\n")}}, "content")
	if err != nil {
		b.Fatal(err)
	}
	plan, err := verify.NewPlan(site, site.Pages[0], "bench")
	if err != nil {
		b.Fatal(err)
	}
	engine := testenv.Engine(b)
	for _, bench := range []struct {
		name   string
		engine verify.Engine
	}{{"observed", engine}, {"blind", blindEngine{engine}}} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				_, err := (&verify.Runner{Engine: bench.engine}).Run(b.Context(), plan)
				var failed *verify.Failures // what is not observed can't be claimed
				if err != nil && (bench.name == "observed" || !errors.As(err, &failed) || failed.NotRun > 0) {
					b.Fatal(err)
				}
			}
		})
	}
}

// blindEngine makes machines that are no Observers and no Weighers.
type blindEngine struct{ verify.Engine }

func (e blindEngine) Start(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	m, err := e.Engine.Start(ctx, spec)
	if err != nil {
		return nil, err
	}
	return struct{ verify.Machine }{m}, nil
}
