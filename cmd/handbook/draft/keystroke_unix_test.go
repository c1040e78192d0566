//go:build unix

package draft

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"handbook/render/testsite"
)

// BenchmarkKeystroke measures from an edited text to all that is wrong with the
// site then.
//
//	go test ./cmd/handbook/draft -run - -bench Keystroke
func BenchmarkKeystroke(b *testing.B) {
	const n = 2000
	for _, c := range []struct{ name, head, edited string }{
		{"pages", "\n---\n", "content/" + testsite.Name(n/2)},
		{"labs", "\nlab:\n  machine: busybox\n---\n", "content/" + testsite.Name(n/2)},
		{"settings", "\n---\n", "content/handbook.yaml"},
	} {
		b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) {
			files := map[string]string{"content/handbook.yaml": "title: A big site\nurl: https://example.org/big\n"}
			for i := range n {
				name, text := testsite.Page(i, n)
				files["content/"+name] = strings.Replace(text, "\n---\n", c.head, 1)
			}
			s := siteOf(b, files)
			s.Check()
			s.Save()
			s.Check()
			text := files[c.edited]
			half := strings.Index(text[len(text)/2:], " ") + len(text)/2
			if c.name == "settings" {
				half = strings.Index(text, " site")
			}
			var took []time.Duration
			cpu := cpuTime(b)
			for i := 0; b.Loop(); i++ {
				start := time.Now()
				s.Set(strings.TrimPrefix(c.edited, "content/"), []byte(text[:half]+strings.Repeat("a", i%40)+text[half:]))
				s.Check()
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "median-ms")
			b.ReportMetric(float64((cpuTime(b)-cpu).Microseconds())/1000/float64(len(took)), "cpu-ms")
		})
	}
}

// cpuTime is what this process has taken of processors, which other processes
// hardly change.
func cpuTime(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
