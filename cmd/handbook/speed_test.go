package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"handbook/cmd/handbook/labs"
	"handbook/render/testsite"
)

// bigSite makes a folder with a site of n pages the working directory.
func bigSite(b *testing.B, n int) {
	b.Helper()
	b.Chdir(b.TempDir())
	for i := range n {
		name, text := testsite.Page(i, n)
		writeBench(b, filepath.Join("content", name), text)
	}
	writeBench(b, "content/handbook.yaml", "title: A big site\nurl: https://example.org/big\n")
}

func writeBench(b *testing.B, name, text string) {
	b.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkBuild builds a site for the first time, with the cache of an earlier
// build (as a fresh checkout in CI does), after an edit, and after none.
//
//	go test ./cmd/handbook -run - -bench Build -benchtime 3x
func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{100, 1000, 2000} {
		bench := func(name string, before func(i int)) {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				bigSite(b, n)
				buildOnce(b)
				for i := 0; b.Loop(); i++ {
					b.StopTimer()
					before(i)
					b.StartTimer()
					buildOnce(b)
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/page")
			})
		}
		bench("first", func(int) { os.RemoveAll("public"); os.RemoveAll(".cache") })
		bench("cached", func(int) { os.RemoveAll("public") })
		bench("edit", func(i int) {
			name, text := testsite.Page(n/2, n)
			writeBench(b, filepath.Join("content", name), text+fmt.Sprintf("\nEdit %d.\n", i))
		})
		bench("unchanged", func(int) {})
	}
}

func buildOnce(b *testing.B) {
	b.Helper()
	err := (&build{runner: labs.Runner{Open: openLocal, Jobs: 1, Out: io.Discard, Err: io.Discard}}).run(b.Context())
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkVerifyFresh verifies labs of which none is stale.
func BenchmarkVerifyFresh(b *testing.B) {
	b.Chdir(b.TempDir())
	for i := range 1000 {
		writeBench(b, fmt.Sprintf("content/labs/%04d.md", i), fmt.Sprintf("---\nlab:\n  machine: busybox\n---\n# Lab %d\n\n```bash skip=\"a benchmark\"\necho %d\n```\n\n```bash\ntrue %d\n```\n", i, i, i))
	}
	verify := func() {
		v := &verification{runner: labs.Runner{Open: openLocal, Jobs: 1, Out: io.Discard, Err: io.Discard}}
		if err := v.run(b.Context(), nil, nil); err != nil {
			b.Fatal(err)
		}
	}
	verify() // writes the records
	verify()
	for b.Loop() {
		verify()
	}
}

// BenchmarkEdit measures from a save to the page as it then is in the hands of
// the browser, which has been told to reload and has loaded it.
func BenchmarkEdit(b *testing.B) {
	for _, n := range []int{100, 2000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkEdit(b, n) })
	}
}

// serveBig serves a big site, and returns the address of the page that is
// edited, its name, and its text.
func serveBig(b *testing.B, n int) (url, name, text string) {
	b.Helper()
	bigSite(b, n)
	ctx, cancel := context.WithCancel(b.Context())
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- (&serve{runner: labs.Runner{Open: openLocal, Jobs: 1, Out: w, Err: io.Discard}}).run(ctx)
	}()
	b.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			b.Error(err)
		}
	})
	out := bufio.NewReader(r)
	first, err := out.ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	go io.Copy(io.Discard, out)
	origin, _, _ := strings.Cut(first, " ")
	name, text = testsite.Page(n/2, n)
	return origin + strings.TrimSuffix(name, ".md") + "/", name, text
}

func benchmarkEdit(b *testing.B, n int) {
	url, name, text := serveBig(b, n)
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		time.Sleep(500 * time.Millisecond) // authors look at what they have done
		news := events(b, url)
		news() // what is already known
		mark := fmt.Sprintf("Edit %d.", i)
		b.StartTimer()
		begin := time.Now()
		writeBench(b, filepath.Join("content", name), text+"\n"+mark+"\n")
		for !strings.Contains(news(), `"reload":true`) {
		}
		if !strings.Contains(get(b, url), mark) {
			b.Fatal("not the page as it was saved")
		}
		took = append(took, time.Since(begin))
	}
	reportMedian(b, took)
}

func reportMedian(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "median-ms")
}

// BenchmarkEditRepainted measures from a save to the moment at which Chromium
// has painted the page as it then is.
//
//	go test ./cmd/handbook -run - -bench EditRepainted -benchtime 20x
func BenchmarkEditRepainted(b *testing.B) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		b.Skip(err)
	}
	for _, n := range []int{100, 2000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			alloc, end := chromedp.NewExecAllocator(b.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
				chromedp.ExecPath(chromium), chromedp.NoSandbox)...)
			defer end()
			tab, stop := chromedp.NewContext(alloc)
			defer stop()
			url, name, text := serveBig(b, n)
			evaluate := func(script string) float64 {
				at, err := chromedp.Run(tab, chromedp.Evaluate[float64](script)) // it fails while the page is exchanged
				if b.Context().Err() != nil {
					b.Fatal(err)
				}
				return at
			}
			// The page's own clock says when it was painted, so that asking does
			// not count: a text that came into the page, or a page that was loaded.
			const watch = `window.paintedAt = 0; new MutationObserver((_, watching) => {
				if (!document.body.textContent.includes(%q)) return;
				watching.disconnect();
				requestAnimationFrame(() => {
					const next = new MessageChannel();
					next.port1.onmessage = () => { window.paintedAt = performance.timeOrigin + performance.now(); };
					next.port2.postMessage(0);
				});
			}).observe(document, { childList: true, subtree: true }), 0`
			const ask = `window.paintedAt ?? (document.body?.textContent.includes(%q) && performance.getEntriesByName("first-contentful-paint").length ?
				performance.timeOrigin + performance.getEntriesByName("first-contentful-paint")[0].startTime : 0)`
			painted := func(mark string) time.Time {
				for {
					if at := evaluate(fmt.Sprintf(ask, mark)); at > 0 {
						return time.UnixMicro(int64(at * 1000))
					}
					time.Sleep(20 * time.Millisecond)
				}
			}
			if _, err := chromedp.Run(tab, chromedp.Navigate(url)); err != nil {
				b.Fatal(err)
			}
			painted("See also")
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				time.Sleep(700 * time.Millisecond) // authors look at what they have done
				mark := fmt.Sprintf("Edit %d.", i)
				evaluate(fmt.Sprintf(watch, mark))
				begin := time.Now()
				writeBench(b, filepath.Join("content", name), text+"\n"+mark+"\n")
				took = append(took, painted(mark).Sub(begin))
			}
			reportMedian(b, took)
		})
	}
}
