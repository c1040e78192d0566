package adopt

import (
	"handbook/cmd/handbook/adopt/classify"
	"handbook/cmd/handbook/adopt/drift"
)

// A Drift is a change in Docker's world since a line was written.
type Drift struct {
	Line  int // of the source
	Found drift.Finding
	Fixed bool // its patch is applied
}

// drifts finds what has changed since a fence was written, and patches its
// code if that is requested.
func (w *writer) drifts(g *classify.Guess) {
	kind := drift.Command
	switch g.Class {
	case classify.File:
		kind = drift.File
	case classify.Commands, classify.Transcript, classify.Mixed, classify.Typed:
	default:
		return
	}
	for _, f := range drift.Find(g.Fence.Code, kind) {
		w.page.Drifts = append(w.page.Drifts, Drift{Line: g.Fence.Line + 1 + f.Index, Found: f, Fixed: w.course.Fix && f.Patch})
	}
	if w.course.Fix {
		if code, changed := drift.Fix(g.Fence.Code, kind); changed {
			g.Fence.Code = code
		}
	}
}
