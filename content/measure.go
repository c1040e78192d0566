package content

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"

	"handbook/content/info"
	"handbook/content/markdown"
	"handbook/content/wording"
)

// A Measure is a link in the text of a lab that stands for a measured value:
// [130 MB](size:flask-app:1.1).
type Measure struct {
	Pos    Pos
	Scheme string // size, download, layers, context, time, cached
	Ref    string // the image, as written
	Docker string // name of the engine on which it is measured, after "@"; "" shows the value on the first and makes a claim about all
	Text   string // as written: a claim, unless it is "?"
	After  int    // number of the last snippet with a role on the lab before it, 0 if there is none
	Node   *ast.Link
}

// Schemes are those of measured values, each with what it stands for.
var Schemes = map[string]string{
	"size":     "unpacked size",
	"download": "compressed size",
	"layers":   "number of layers",
	"context":  "size of the build context",
	"time":     "seconds of the build",
	"cached":   "number of cached build steps",
}

// A Row is a line of a report: images, and what is claimed of them.
type Row struct {
	Pos    Pos
	Refs   []string
	Less   []bool           // whether "<" stands between Refs[i] and Refs[i+1], and not ">"
	Cached []info.LineRange // cached=2-4, build steps counted as in [n/m]
	Docker string           // name of the engine that it is about, after "@"; "" stands for all
	Claims bool             // has a claim
}

// measure reads a link, and adds it to the page's measured values if it is
// one.
func (t *treeReader) measure(link *ast.Link) {
	scheme, ref, ok := strings.Cut(string(link.Destination), ":")
	if !ok || Schemes[scheme] == "" || strings.HasPrefix(ref, "//") {
		return
	}
	ref, docker := cutEngine(ref)
	m := &Measure{
		Pos: t.pos(max(link.Pos(), 0)), Scheme: scheme, Ref: ref, Docker: docker,
		Text: markdown.PlainText(link, t.page.Source), After: t.numbered, Node: link,
	}
	switch {
	case t.page.Lab == nil:
		t.fail(m.Pos, fmt.Sprintf("%s:%s: a measured value on a page that is not a lab", scheme, ref))
	case ref == "":
		t.fail(m.Pos, fmt.Sprintf("%s: names no image, expected %s:flask-app:1.0", scheme, scheme))
	case m.Claims() && !m.hasNumber():
		t.fail(m.Pos, fmt.Sprintf("%q cannot be the %s of %s, expected %s", m.Text, Schemes[scheme], ref, example(scheme)))
	}
	t.engine(m.Pos, docker)
	t.tree.Measures = append(t.tree.Measures, m)
}

// cutEngine cuts "@28", the name of an engine, off the name of an image. In
// the name of an image itself, "@" is followed by a digest.
func cutEngine(ref string) (image, docker string) {
	i := strings.LastIndexByte(ref, '@')
	if i < 0 || strings.Contains(ref[i:], ":") {
		return ref, ""
	}
	return ref[:i], ref[i+1:]
}

// engine reports an engine on which the page's lab does not run.
func (t *treeReader) engine(at Pos, docker string) {
	lab := t.page.Lab
	if docker == "" || lab == nil || slices.Contains(lab.Docker, docker) {
		return
	}
	if len(lab.Docker) == 0 || lab.Docker[0] == "" {
		t.fail(at, fmt.Sprintf("the lab does not run on an engine named %q", docker))
		return
	}
	t.fail(at, fmt.Sprintf("the lab does not run on Docker Engine %q, but on %s", docker, strings.Join(lab.Docker, ", ")))
}

// About reports whether the value is to be measured on the engine of that name.
func (m *Measure) About(docker string) bool { return m.Docker == "" || m.Docker == docker }

// About reports whether the line is about the engine of that name.
func (r *Row) About(docker string) bool { return r.Docker == "" || r.Docker == docker }

func example(scheme string) string {
	switch scheme {
	case "size", "download", "context":
		return "a size such as 130 MB, or ?"
	}
	return "a number, or ?"
}

// Claims reports whether the text makes a claim about the value.
func (m *Measure) Claims() bool { return strings.TrimSpace(m.Text) != "?" && m.Scheme != "time" }

// OfImage reports whether the value is measured on an image, and not on the
// build that made it.
func (m *Measure) OfImage() bool {
	return m.Scheme == "size" || m.Scheme == "download" || m.Scheme == "layers"
}

func (m *Measure) isSize() bool {
	return m.Scheme == "size" || m.Scheme == "download" || m.Scheme == "context"
}

func (m *Measure) hasNumber() bool {
	if m.isSize() {
		_, ok := wording.FindSize(m.Text)
		return ok
	}
	_, at := wording.FindNumber(m.Text)
	return at != nil
}

// Claimed returns the number that the text claims. Sizes are in bytes.
func (m *Measure) Claimed() float64 {
	if m.isSize() {
		size, _ := wording.FindSize(m.Text)
		return size
	}
	number, _ := wording.FindNumber(m.Text)
	return number
}

// Published returns the text that the page shows for a measured value, as
// returned by Value. The words around a count are those of the claim ("3
// steps").
func (m *Measure) Published(value string) string {
	_, at := wording.FindNumber(m.Text)
	if at == nil || m.Scheme != "layers" && m.Scheme != "cached" {
		return value
	}
	return m.Text[:at[0]] + value + m.Text[at[1]:]
}

// Value looks up what was measured. It returns a number like that of Claimed,
// and the text that is published. bind fills in placeholders. A value that
// names an engine needs a record of a run on that engine.
func (m *Measure) Value(record *Record, bind func(string) string) (value float64, text string, ok bool) {
	ref, r := bind(m.Ref), &record.Results
	if m.Docker != "" {
		if r = record.On(m.Docker); r == nil {
			return 0, "", false
		}
	}
	switch m.Scheme {
	case "size", "download", "layers":
		i := r.ImageAt(ref, m.After)
		switch {
		case i == nil || m.Scheme == "download" && i.Download == 0:
			return 0, "", false
		case m.Scheme == "size":
			return float64(i.Unpacked), wording.DecimalSize(i.Unpacked), true
		case m.Scheme == "download":
			return float64(i.Download), wording.DecimalSize(i.Download), true
		}
		n := i.FileLayers()
		return float64(n), strconv.Itoa(n), true
	}
	b := r.BuildAt(ref, m.After)
	if b == nil {
		return 0, "", false
	}
	switch m.Scheme {
	case "context":
		return float64(b.Context), wording.DecimalSize(b.Context), true
	case "time":
		return b.Seconds, wording.Seconds(b.Seconds), true
	}
	n := 0
	for _, step := range b.Steps {
		if step.Cached {
			n++
		}
	}
	return float64(n), strconv.Itoa(n), true
}

// rows reads the lines of a report.
func (s *Snippet) rows() (errs Errors) {
	offset := 0
	for line := range strings.Lines(s.Code) {
		at := offset + len(line) - len(strings.TrimLeft(line, " \t"))
		offset += len(line)
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		row := Row{Pos: s.At(at)}
		fail := func(format string, args ...any) {
			errs = append(errs, &Error{Pos: row.Pos, Msg: fmt.Sprintf(format, args...)})
		}
		wantRef := true
		for _, word := range words {
			claim, isCached := strings.CutPrefix(word, "cached=")
			switch {
			case word == "<" || word == ">":
				if s.Lang != "image-sizes" {
					fail("%q compares sizes, which belongs in image-sizes", word)
				} else if wantRef {
					fail("expected an image before %q", word)
				}
				row.Less = append(row.Less, word == "<")
				row.Claims, wantRef = true, true
			case strings.HasPrefix(word, "@"):
				if row.Docker = word[1:]; row.Docker == "" || wantRef {
					fail("expected the name of an engine at the end of the line, such as @28, not %q", word)
				}
			case isCached && s.Lang != "build-steps":
				fail("%q is about the steps of a build, which belong in build-steps", word)
			case isCached:
				row.Claims = true
				for part := range strings.SplitSeq(claim, ",") {
					r, ok := info.ParseRange(part)
					if !ok && claim != "none" {
						fail("%q is not a range of steps, expected cached=2-4, cached=2,3 or cached=none", word)
					} else if ok {
						row.Cached = append(row.Cached, r)
					}
				}
			case !wantRef:
				fail("unexpected %q, expected one image a line", word)
			default:
				row.Refs = append(row.Refs, word)
				wantRef = false
			}
		}
		if wantRef {
			fail("expected an image at the end of the line")
		}
		s.Rows = append(s.Rows, row)
	}
	if len(s.Rows) == 0 {
		errs = append(errs, &Error{Pos: s.Pos, Msg: "a report without an image, expected one a line"})
	}
	return errs
}
