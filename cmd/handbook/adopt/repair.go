package adopt

import (
	"handbook/cmd/handbook/adopt/classify"
	"handbook/cmd/handbook/adopt/needs"
	"handbook/cmd/handbook/adopt/repair"
	"strings"
)

// repaired changes what a command needs by what runs have shown.
func (w *writer) repaired(n needs.Need, line int) (needs.Need, repair.Repair) {
	r := w.options.Repairs[w.page.Source][line]
	switch {
	case r.Skip != "" && n.Skip == "":
		n = needs.Need{Skip: r.Skip}
	case n.Skip != "":
	default:
		if r.Exit != nil {
			n.Exit = *r.Exit
		}
		if r.Ends {
			n.Stay, n.Program, n.Until = false, "", ""
		}
		if r.Type != nil {
			n.Type = *r.Type
		}
		n.Options = append(n.Options, r.Options...)
	}
	return n, r
}

// A mark ties a line of a block to one of the source.
type mark struct{ code, line int }

// lines ties the lines of the page that was written to those of its source.
func (w *writer) linesOf() {
	w.page.Lines = map[int]int{}
	for _, all := range w.blocks {
		for _, b := range all {
			for _, m := range b.marks {
				w.page.Lines[b.at+1+m.code] = m.line
			}
			if len(b.marks) == 0 && b.at > 0 {
				w.page.Lines[b.at] = b.line
				if b.fence == nil { // what leaves a program is no command of the page's
					for i := range len(b.code) + 2 {
						w.page.Lines[b.at+i] = -b.line
					}
				}
			}
		}
	}
}

// SourceLine returns the line of the source from which a line of the page was
// made, 0 if that can't be told. Of what was added above a line it is the negative
// one.
func (p *Page) SourceLine(line int) int {
	for l := line; l > 0 && l > line-60; l-- {
		if s := p.Lines[l]; s != 0 {
			return s
		}
	}
	return 0
}

// Around is what the source says around a line and in its fence, for repair.Of.
func (p *Page) Around(line int) string {
	for _, g := range p.Guess {
		if line >= g.Fence.Line && line <= g.Fence.End {
			return g.Fence.Sentence + " " + g.Fence.After + " " + g.Fence.Text()
		}
	}
	return ""
}

// hubUser returns the user of Docker Hub whose name the page's commands have, as
// the page writes it.
func hubUser(all []*classify.Guess) (user string) {
	for _, g := range all {
		if g.Class == classify.File || g.Class == classify.Output || g.Class == classify.Text || g.Class == classify.Windows {
			continue
		}
		for _, line := range g.Fence.Code {
			at := strings.Index(line, "docker ")
			if at < 0 {
				continue
			}
			if n := needs.Of(line[at:], nil); n.Hub && n.User != "" {
				return n.User
			}
		}
	}
	return ""
}
