package content

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// Load reads a site from the root of its content. Messages call that root
// name ("content"). The error has all that is wrong, as Errors, with the site
// as far as it could be read; an error of the file system itself comes alone.
func Load(fsys fs.FS, name string) (*Site, error) { return new(Loader).Load(fsys, name) }

// LoadFile reads one Markdown file outside a site as a site of a single page,
// which is a lab: on a Docker machine, unless its front matter has more to say.
func LoadFile(fsys fs.FS, file, name string) (*Site, error) {
	site := &Site{FS: fsys, Name: name, Config: defaultConfig(), single: true}
	if _, err := fs.Stat(fsys, file); err != nil {
		return nil, err
	}
	errs := new(Loader).loadPages(site, []string{file})
	return site, errs.Sorted()
}

// list walks the content root: it keeps other files and returns the pages.
func (s *Site) list() (pages []string, err error) {
	err = fs.WalkDir(s.FS, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case p == ".":
			return nil
		case strings.HasPrefix(d.Name(), ".") || d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata"):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		case strings.HasSuffix(p, ".md"):
			pages = append(pages, p)
		case p == ConfigFile || strings.HasSuffix(p, ".record.json"):
		case !strings.Contains(p, "/") && strings.HasSuffix(p, ".go"): // the handbook's own package content
		default:
			s.Files = append(s.Files, p)
		}
		return nil
	})
	return pages, err
}

// reason drops the path that an error of the file system repeats.
func reason(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}

// normalize drops a byte order mark and makes line endings LF. Pages are
// UTF-8; anything else is an error at its first byte.
func normalize(src []byte, file string) ([]byte, Errors) {
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(src, '\r') >= 0 {
		src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
		src = bytes.ReplaceAll(src, []byte("\r"), []byte("\n"))
	}
	if utf8.Valid(src) {
		return src, nil
	}
	at := 0
	for at < len(src) {
		r, n := utf8.DecodeRune(src[at:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		at += n
	}
	line, col := newLineIndex(src[:at]).at(at)
	return bytes.ToValidUTF8(src, []byte("\ufffd")), Errors{{Pos: Pos{file, line, col}, Msg: "not UTF-8"}}
}

// urlOf returns the site-relative URL of a page's path.
func urlOf(file string) string {
	p := strings.TrimSuffix(file, ".md")
	if p == "index" {
		return "/"
	}
	return "/" + strings.TrimSuffix(p, "/index") + "/"
}

// title is the page's own title, else its first level-1 heading, else a name
// made of its path.
func (p *Page) title() string {
	if p.Front.Title != "" {
		return p.Front.Title
	}
	for n := p.Doc.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok && h.Level == 1 {
			return PlainText(h, p.Source)
		}
	}
	base := path.Base(strings.TrimSuffix(strings.TrimSuffix(p.Path, ".md"), "/index"))
	if base == "index" {
		return "Home"
	}
	return strings.ReplaceAll(base, "-", " ")
}

// sort puts pages in reading order: a section's own page first, then the
// pages and folders in it by weight, then name. A folder's weight is that of
// its index.md.
func (s *Site) sort() {
	weight := map[string]int{}
	for _, p := range s.Pages {
		if p.IsSection() {
			weight[path.Dir(p.Path)] = p.Front.Weight
		} else {
			weight[p.Path] = p.Front.Weight
		}
	}
	way := make(map[*Page][]string, len(s.Pages))
	for _, p := range s.Pages {
		way[p] = steps(p)
	}
	slices.SortFunc(s.Pages, func(a, b *Page) int {
		as, bs := way[a], way[b]
		for i := 0; i < len(as) && i < len(bs); i++ {
			if as[i] == bs[i] {
				continue
			}
			return cmp.Or(cmp.Compare(weight[as[i]], weight[bs[i]]), cmp.Compare(as[i], bs[i]))
		}
		return cmp.Compare(len(as), len(bs))
	})
}

// steps are the paths on the way from the root to a page, the page's own
// last; a section's page ends at its folder.
func steps(p *Page) (all []string) {
	file := p.Path
	if p.IsSection() {
		if file = path.Dir(file); file == "." {
			return nil
		}
	}
	for i, c := range file {
		if c == '/' {
			all = append(all, file[:i])
		}
	}
	return append(all, file)
}

// checkAfter resolves the labs' after: to paths from the content root, and
// refuses circles.
func (s *Site) checkAfter() (errs Errors) {
	for _, p := range s.Pages {
		if p.Lab == nil || p.Lab.After == "" {
			continue
		}
		target := path.Join(path.Dir(p.Path), p.Lab.After)
		q := s.Page(target)
		switch {
		case q == nil:
			errs = append(errs, &Error{Pos: p.Lab.Pos, Msg: fmt.Sprintf("after: no page %q", p.Lab.After)})
		case q.Lab == nil:
			errs = append(errs, &Error{Pos: p.Lab.Pos, Msg: fmt.Sprintf("after: %q is not a lab", p.Lab.After)})
		case q.Lab.Machine != p.Lab.Machine:
			errs = append(errs, &Error{Pos: p.Lab.Pos, Msg: fmt.Sprintf("after: %q runs on another machine, %q", p.Lab.After, q.Lab.Machine)})
		default:
			p.Lab.After = target
			continue
		}
		p.Lab.After = ""
	}
	for _, p := range s.Pages {
		for q, n := p, 0; q != nil && q.Lab != nil && q.Lab.After != ""; n++ {
			if n > len(s.Pages) {
				errs = append(errs, &Error{Pos: p.Lab.Pos, Msg: "after: the labs wait for each other in a circle"})
				p.Lab.After = ""
				break
			}
			q = s.Page(q.Lab.After)
		}
	}
	return errs
}
