package adopt

import (
	"handbook/cmd/handbook/adopt/clicks"
	"handbook/cmd/handbook/adopt/foreign"
	"handbook/cmd/handbook/adopt/plain"
	"handbook/cmd/handbook/adopt/sources"
)

// readPage reads a page. Other forms of code are turned into fences first:
// commands that readers click on, HTML that represents files, plain text.
// Lines keep their numbers if possible.
func (w *writer) readPage(text []byte) *foreign.Page {
	if !sources.IsPage(w.page.Source) {
		out, origin, doubts := plain.Markdown(string(text))
		w.page.origin = origin
		for _, d := range doubts {
			w.Note(w.page.here(d.Line), d.Taken, "%s", d.Why)
			if d.Problem {
				w.Problems = append(w.Problems, foreign.Problem{Path: w.page.Source, Line: d.Line, Msg: d.Why})
			}
		}
		return foreign.Read(w.page.Source, []byte(out))
	}
	found := clicks.Fences(string(text))
	w.page.origin, w.page.made = found.Origin, found.Made
	for _, n := range found.Notes {
		w.Note(w.page.here(n.Line), n.Taken, "%s", n.Why)
	}
	return foreign.Read(w.page.Source, []byte(found.Text))
}

// Origin returns the line of the source from which a line was made. Lines are
// those that readPage has made.
func (p *Page) Origin(line int) int {
	if line < 0 {
		return -p.Origin(-line)
	}
	if p.origin == nil || line == 0 {
		return line
	}
	return p.origin[min(line, len(p.origin))-1]
}

// here is the reverse: the first line that was made from a line of the source.
func (p *Page) here(source int) int {
	for i, o := range p.origin {
		if o >= source {
			return i + 1
		}
	}
	return source
}

// IsFence reports whether a fence is a fence in the source too.
func (p *Page) IsFence(line int) bool {
	return p.origin == nil || !p.made[line]
}
