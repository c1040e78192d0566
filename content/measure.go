package content

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// A Measure is a link in the text of a lab that stands for a measured value:
// [130 MB](size:flask-app:1.1).
type Measure struct {
	Pos    Pos
	Scheme string // size, download, layers, context, time, cached
	Ref    string // the image, as written
	Text   string // as written: a claim, unless it is "?"
	Before int    // how many of the page's snippets stand before it
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
	Less   []bool      // between Refs[i] and Refs[i+1]: "<", or else ">"
	Cached []LineRange // cached=2-4, build steps counted as in [n/m]
	Claims bool        // has a claim
}

// measures finds the measured values in the text.
func (p *Page) measures() (errs Errors) {
	index := newLineIndex(p.Source)
	before := 0
	for n := range walk(p.Doc) {
		switch n := n.(type) {
		case *ast.FencedCodeBlock:
			before++
		case *ast.Link:
			scheme, ref, ok := strings.Cut(string(n.Destination), ":")
			if !ok || Schemes[scheme] == "" || strings.HasPrefix(ref, "//") {
				continue
			}
			line, col := index.at(max(n.Pos(), 0))
			m := &Measure{Pos: Pos{p.pos, line, col}, Scheme: scheme, Ref: ref, Text: PlainText(n, p.Source), Before: before, Node: n}
			switch {
			case p.Lab == nil:
				errs = append(errs, &Error{Pos: m.Pos, Msg: fmt.Sprintf("%s:%s: a measured value on a page that is not a lab", scheme, ref)})
			case ref == "":
				errs = append(errs, &Error{Pos: m.Pos, Msg: fmt.Sprintf("%s: names no image, expected %s:flask-app:1.0", scheme, scheme)})
			case m.Claims() && !m.hasNumber():
				errs = append(errs, &Error{Pos: m.Pos, Msg: fmt.Sprintf("%q holds no %s, expected %s", m.Text, Schemes[scheme], example(scheme))})
			}
			p.Measures = append(p.Measures, m)
		}
	}
	return errs
}

func example(scheme string) string {
	switch scheme {
	case "size", "download", "context":
		return "a size such as 130 MB, or ?"
	}
	return "a number, or ?"
}

// Claims tells whether the text is a claim about the value.
func (m *Measure) Claims() bool { return strings.TrimSpace(m.Text) != "?" && m.Scheme != "time" }

var (
	sizePattern   = regexp.MustCompile(`(\d+(?:[.,]\d+)?)\s*([kKMGT]i?)?B\b|(\d+(?:\.\d+)?)\s*[bB]ytes?\b`)
	numberPattern = regexp.MustCompile(`\d+(?:\.\d+)?`)
)

func (m *Measure) isSize() bool {
	return m.Scheme == "size" || m.Scheme == "download" || m.Scheme == "context"
}

func (m *Measure) hasNumber() bool {
	if m.isSize() {
		return sizePattern.MatchString(m.Text)
	}
	return numberPattern.MatchString(m.Text)
}

// Claimed returns the number that the text claims, sizes in bytes (units of
// 1000, as Docker shows them; KiB and its like of 1024).
func (m *Measure) Claimed() float64 {
	if !m.isSize() {
		v, _ := strconv.ParseFloat(numberPattern.FindString(m.Text), 64)
		return v
	}
	g := sizePattern.FindStringSubmatch(m.Text)
	if g == nil {
		return 0
	}
	v, _ := strconv.ParseFloat(strings.Replace(g[1]+g[3], ",", ".", 1), 64)
	step := 1000.0
	if strings.HasSuffix(g[2], "i") {
		step = 1024
	}
	for range strings.IndexByte(" kMGT", strings.Replace(g[2]+" ", "K", "k", 1)[0]) {
		v *= step
	}
	return v
}

// Value looks the measured value up: a number as Claimed has it, and the text
// that is published.
func (m *Measure) Value(r *Record, bind func(string) string, snippet int) (value float64, text string, ok bool) {
	ref := bind(m.Ref)
	switch m.Scheme {
	case "size", "download", "layers":
		i := r.ImageAt(ref, snippet)
		switch {
		case i == nil || m.Scheme == "download" && i.Download == 0:
			return 0, "", false
		case m.Scheme == "size":
			return float64(i.Unpacked), FormatSize(i.Unpacked), true
		case m.Scheme == "download":
			return float64(i.Download), FormatSize(i.Download), true
		}
		n := i.FileLayers()
		return float64(n), itoa(n), true
	}
	b := r.BuildAt(ref, snippet)
	if b == nil {
		return 0, "", false
	}
	switch m.Scheme {
	case "context":
		return float64(b.Context), FormatSize(b.Context), true
	case "time":
		return b.Seconds, FormatSeconds(b.Seconds), true
	}
	n := 0
	for _, step := range b.Steps {
		if step.Cached {
			n++
		}
	}
	return float64(n), itoa(n), true
}

// FileLayers counts the layers that hold files.
func (i *Image) FileLayers() (n int) {
	for _, l := range i.Layers {
		if l.Bytes > 0 {
			n++
		}
	}
	return n
}

// CanonicalRef writes an image's name as Docker shows it: without the parts
// that Docker Hub's names need not have, and with a tag.
func CanonicalRef(ref string) string {
	for _, prefix := range []string{"docker.io/", "index.docker.io/", "library/"} {
		ref = strings.TrimPrefix(ref, prefix)
	}
	if !strings.Contains(ref, "@") && !strings.Contains(ref[strings.LastIndexByte(ref, '/')+1:], ":") {
		ref += ":latest"
	}
	return ref
}

// ImageAt returns what a name stood for after the given snippet of the
// record; if it stood for nothing yet, the first that it came to stand for.
func (r *Record) ImageAt(ref string, snippet int) *Image {
	ref = CanonicalRef(ref)
	var found *Image
	for i := range r.Images {
		image := &r.Images[i]
		if image.Ref == ref && (found == nil || image.Snippet <= snippet) {
			found = image
		}
	}
	return found
}

// BuildAt returns the last build of a name up to the given snippet of the
// record, or else the first one after it. Builds that failed made no image.
func (r *Record) BuildAt(ref string, snippet int) *Build {
	ref = CanonicalRef(ref)
	is := func(tag string) bool { return tag != "" && CanonicalRef(tag) == ref }
	var found *Build
	for i := range r.Builds {
		b := &r.Builds[i]
		if b.Failed == "" && (is(b.Image) || slices.ContainsFunc(b.Tags, is)) && (found == nil || b.Snippet <= snippet) {
			found = b
		}
	}
	return found
}

// ResultIndex returns the place in the page's record of the last snippet with
// a result among the page's first n snippets, or -1.
func (p *Page) ResultIndex(n int) int {
	at := -1
	for _, s := range p.Snippets[:min(n, len(p.Snippets))] {
		if s.Role != Shown {
			at++
		}
	}
	return at
}

// FormatSize writes bytes as Docker does, in units of 1000 with three digits.
func FormatSize(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	f, unit := float64(n), -1
	for f >= 999.5 && unit < 3 {
		f /= 1000
		unit++
	}
	digits := 0
	switch {
	case f < 9.995:
		digits = 2
	case f < 99.95:
		digits = 1
	}
	s := strconv.FormatFloat(f, 'f', digits, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s + " " + []string{"kB", "MB", "GB", "TB"}[unit]
}

// FormatSeconds writes a duration: "0.4 s", "12 s", "2 min 5 s".
func FormatSeconds(s float64) string {
	switch {
	case s < 9.95:
		return strconv.FormatFloat(s, 'f', 1, 64) + " s"
	case s < 59.5:
		return strconv.FormatFloat(s, 'f', 0, 64) + " s"
	}
	n := int(s + 0.5)
	return fmt.Sprintf("%d min %d s", n/60, n%60)
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
			case isCached && s.Lang != "build-steps":
				fail("%q is about the steps of a build, which belong in build-steps", word)
			case isCached:
				row.Claims = true
				for part := range strings.SplitSeq(claim, ",") {
					r, ok := parseRange(part)
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
