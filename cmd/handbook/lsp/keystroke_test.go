package lsp

import (
	"slices"
	"strings"
	"testing"
	"time"

	"handbook/render/testsite"
)

// BenchmarkKeystroke measures from a key that makes or mends a mistake, as the
// editor sends it, to the diagnostics that the editor then has.
//
//	go test ./cmd/handbook/lsp -run - -bench Keystroke
func BenchmarkKeystroke(b *testing.B) {
	const n = 2000
	files := map[string]string{"content/handbook.yaml": "title: A big site\nurl: https://example.org/big\n"}
	for i := range n {
		name, text := testsite.Page(i, n)
		files["content/"+name] = text
	}
	e := connect(b, projectOf(b, files))
	name := "content/" + testsite.Name(n/2)
	text := files[name]
	e.open(name, text)
	line := strings.Count(text[:strings.Index(text, "```bash")], "\n")
	e.ask("textDocument/hover", object{"textDocument": object{"uri": e.uri(name)}, "position": Position{}})
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		if i%2 == 0 {
			e.edit(name, line, 7, line, 7, " x")
			for len(e.shown[name]) == 0 {
				e.read()
			}
		} else {
			e.edit(name, line, 7, line, 9, "")
			for len(e.shown[name]) != 0 {
				e.read()
			}
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "median-ms")
}
