// Package layout assembles a page of the handbook from front matter, text and
// fences.
package layout

import (
	"bytes"
	"strings"

	"golang.org/x/tools/txtar"

	"handbook/cmd/handbook/adopt/foreign"
	"handbook/cmd/handbook/adopt/notes"
	"handbook/cmd/handbook/adopt/prose"
	"handbook/content"
	"handbook/content/wording"
)

// A Page is a page to lay out.
type Page struct {
	*notes.Notes
	Text   *prose.Text // around the fences
	Title  string
	Lab    *Lab                        // nil if the page is not a lab
	Blocks map[*foreign.Fence][]*Block // the blocks made from each fence
}

// Write returns the page, and a map from lines of the page to lines of the
// source, which are negative for lines that were added above one. Fences that
// package content can't read are skipped, each with the reason.
func (p *Page) Write() (out []byte, lines map[int]int) {
	const tries = 6 // skipping a fence can reveal a mistake in the next one
	for range tries {
		out = p.lay()
		wrong := p.check(out)
		if p.Lab == nil || !p.repair(wrong) {
			break
		}
	}
	return out, p.tieLines()
}

// lay returns the page in its present state, and records the line of each
// block.
func (p *Page) lay() []byte {
	var lines []string
	put := func(all ...string) { lines = append(lines, all...) }
	body, places := p.Text.Translate(func(f *foreign.Fence) []string {
		var out []string
		indent := strings.TrimRight(f.Indent, " \t") + f.Indent[len(strings.TrimRight(f.Indent, " \t")):]
		for i, b := range p.Blocks[f] {
			if i > 0 {
				indent = spaces(f.Indent)
				out = append(out, strings.TrimRight(indent, " "))
			}
			b.at = len(out) + 1 // relative to the place of the fence, which is added later
			out = append(out, b.Lines(indent)...)
		}
		return out
	})
	text := strings.Join(body, "\n")
	put(p.front(text)...)
	cut := 0
	for cut < len(body) && body[cut] == "" {
		cut++
	}
	first := len(lines) - cut
	put(body[cut:]...)
	for f, at := range places {
		for _, b := range p.Blocks[f] {
			b.at += first + at
		}
	}
	return []byte(strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n")
}

// check parses the page.
func (p *Page) check(out []byte) content.Errors {
	fsys, err := txtar.FS(&txtar.Archive{Files: []txtar.File{{Name: "page.md", Data: bytes.Clone(out)}}})
	if err != nil {
		panic("adopt: " + err.Error()) // can't happen: the names are valid
	}
	_, err = content.Load(fsys, "")
	errs, _ := err.(content.Errors)
	return errs
}

// repair skips the blocks with mistakes, and reports whether there were any.
func (p *Page) repair(errs content.Errors) (changed bool) {
	at := map[int][]*Block{} // by the lines of the new page
	for _, all := range p.Blocks {
		for _, b := range all {
			for line := b.at; b.at > 0 && line <= b.at+len(b.Code)+1; line++ {
				at[line] = append(at[line], b)
			}
		}
	}
	for _, e := range errs {
		for _, b := range at[e.Pos.Line] {
			changed = p.mend(b, e.Msg) || changed
		}
	}
	return changed
}

// mend changes a block with a mistake, and reports whether it could.
func (p *Page) mend(b *Block, msg string) bool {
	switch {
	case b.Lang == "text":
		return false
	case b.Lang == "output":
		b.Lang = "text"
	case strings.Contains(msg, "U+"): // control characters can disguise code
		b.Code = strings.Split(strings.Map(func(r rune) rune {
			if wording.Obeyed(r) || r == 0x200e || r == 0x200f {
				return -1
			}
			return r
		}, strings.Join(b.Code, "\n")), "\n")
	case b.Has("skip"):
		b.Lang, b.Opts = "text", nil
	default:
		b.Skip("is not a command as it stands")
	}
	p.Note(b.Line, "skip", "%s", msg)
	return true
}

// tieLines maps the lines of the page to those of its source.
func (p *Page) tieLines() map[int]int {
	lines := map[int]int{}
	for _, all := range p.Blocks {
		for _, b := range all {
			for _, m := range b.Marks {
				lines[b.at+1+m.Code] = m.Line
			}
			if len(b.Marks) == 0 && b.at > 0 {
				lines[b.at] = b.Line
				if b.Fence == nil { // commands that leave a program are not in the source
					for i := range len(b.Code) + 2 {
						lines[b.at+i] = -b.Line
					}
				}
			}
		}
	}
	return lines
}

// spaces is the indent of what follows a list's marker.
func spaces(indent string) string {
	var b strings.Builder
	for _, r := range indent {
		if r == '>' || r == '\t' {
			b.WriteRune(r)
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}
