//go:build unix

package verify_test

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"testing/fstest"
	"time"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker/testenv"
)

func TestCmp(t *testing.T) {
	page, _ := os.ReadFile("../content/labs/04-flask.md")
	site, err := content.Load(fstest.MapFS{"labs/04-flask.md": {Data: page}, "handbook.yaml": {Data: []byte("placeholders: {YOUR_DOCKERHUB_USERNAME: student}\n")}}, "content")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := verify.NewPlan(site, site.Pages[0], "bench")
	if err != nil {
		t.Fatal(err)
	}
	engine := testenv.Engine(t)
	type key struct {
		line int
		cmd  string
	}
	var order []key
	times := map[bool]map[key][]float64{true: {}, false: {}}
	for i := range 11 {
		blind := i%2 == 1
		e := &timedEngine{Engine: engine, blind: blind}
		var last key
		var at time.Time
		note := func() {
			if last.cmd != "" && i > 0 {
				if len(times[false][last]) == 0 && !blind || i == 2 && false {
					order = append(order, last)
				}
				times[blind][last] = append(times[blind][last], time.Since(at).Seconds())
			}
			at = time.Now()
		}
		_, err := (&verify.Runner{Engine: e, Progress: func(ev verify.Event) {
			if ev.State == verify.StepStarted {
				if last.cmd == "" {
					at = e.up
					last = key{0, "start"}
				}
				note()
				last = key{ev.Line, ev.Command}
			}
			if ev.State == verify.LabDone {
				note()
			}
		}}).Run(t.Context(), plan)
		var failed *verify.Failures
		if err != nil && !errors.As(err, &failed) {
			t.Fatal(err)
		}
	}
	var so, sb float64
	for _, k := range order {
		o, b := median(times[false][k]), median(times[true][k])
		so += o
		sb += b
		fmt.Printf("%7.3f %7.3f  %+.3f  %d %s\n", o, b, o-b, k.line, k.cmd)
	}
	fmt.Printf("%7.3f %7.3f\n", so, sb)
}
