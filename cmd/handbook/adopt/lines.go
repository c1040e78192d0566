package adopt

// SourceLine returns the line of the source from which a line of the page was
// made, 0 if that is not known. For lines that were added above a line of the
// source, it returns the negative number of that line.
func (p *Page) SourceLine(line int) int {
	for l := line; l > 0 && l > line-60; l-- {
		if s := p.Lines[l]; s != 0 {
			return s
		}
	}
	return 0
}

// Around returns the text around a line of the source, and its fence, for
// repair.Of.
func (p *Page) Around(line int) string {
	for _, g := range p.Guess {
		if line >= g.Fence.Line && line <= g.Fence.End {
			return g.Fence.Sentence + " " + g.Fence.After + " " + g.Fence.Text()
		}
	}
	return ""
}
