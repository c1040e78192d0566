package content

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"

	"handbook/content/config"
	"handbook/content/file"
	"handbook/content/labfiles"
	"handbook/content/markdown"
	"handbook/content/record"
	"handbook/content/wording"
)

// Load reads a site from the root of its content, which messages call name
// ("content"). If there are mistakes in pages or settings, it returns the site
// as far as it could be read, and all mistakes as Errors. If the file system
// fails, it returns no site.
func Load(fsys fs.FS, name string) (*Site, error) { return new(Loader).Load(fsys, name) }

// LoadFile reads a Markdown file that belongs to no site, as a site with a single
// page. The page is a lab on a Docker machine unless its front matter says
// otherwise.
func LoadFile(fsys fs.FS, file, name string) (*Site, error) {
	site := &Site{FS: fsys, Name: name, Config: config.Default(), single: true, finder: labfiles.NewFinder(fsys)}
	if _, err := fs.Stat(fsys, file); err != nil {
		return nil, err
	}
	errs := new(Loader).loadPages(site, []string{file})
	return site, errs.Sorted()
}

// maxFiles is how many files a site may have. Symbolic links to folders can
// multiply a few files.
const maxFiles = 200_000

// list walks the content root. It sets s.Files and returns the paths of pages,
// and links that lead to nothing that may be read.
func (s *Site) list() (pages []string, errs Errors, err error) {
	err = fs.WalkDir(s.FS, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case p == ".":
			return nil
		case strings.ContainsFunc(d.Name(), func(r rune) bool { return unicode.IsControl(r) || wording.Turns(r) }):
			errs = append(errs, &Error{Pos: Pos{File: path.Join(s.Name, p)}, Msg: "a name with a control character"})
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case strings.HasPrefix(d.Name(), ".") || d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata"):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		case len(pages)+len(s.Files) == maxFiles:
			return fmt.Errorf("more than %d files", maxFiles)
		}
		mode := d.Type()
		if mode&fs.ModeSymlink != 0 {
			info, err := fs.Stat(s.FS, p)
			if err != nil {
				errs = append(errs, &Error{Pos: Pos{File: path.Join(s.Name, p)}, Msg: file.Reason(err), Reason: ReasonLink})
				return nil
			}
			mode = info.Mode()
		}
		switch {
		case mode.IsDir():
		case !mode.IsRegular():
			s.LeftOut = append(s.LeftOut, &Error{Pos: Pos{File: path.Join(s.Name, p)}, Msg: "left out: a " + file.Kind(mode) + ", not a file"})
		case strings.HasSuffix(p, ".md"):
			pages = append(pages, p)
		case p == config.File || record.Is(p):
		case strings.HasSuffix(p, ".go") && s.isPackage(path.Dir(p)): // the handbook's own
		default:
			s.Files = append(s.Files, p)
		}
		return nil
	})
	return pages, errs, err
}

// How many bytes are read of one file.
const (
	maxPage   = 8 << 20
	maxConfig = 1 << 20
)

// isPackage reports whether Go files in a folder are a package that reads
// handbooks and not samples that pages show: those of the content root, and
// those of a folder right below it that has a doc.go.
func (s *Site) isPackage(dir string) bool {
	if dir == "." {
		return true
	}
	_, err := fs.Stat(s.FS, dir+"/doc.go")
	return err == nil && !strings.Contains(dir, "/")
}

// normalize removes a byte order mark and makes all line endings LF. Text that
// is not UTF-8 is an error at its first wrong byte.
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
	return bytes.ToValidUTF8(src, []byte("\ufffd")), Errors{{Pos: Pos{File: file, Line: line, Col: col}, Msg: "not UTF-8"}}
}

// urlOf returns the site-relative URL of a page's path.
func urlOf(file string) string {
	p := strings.TrimSuffix(file, ".md")
	if p == "index" {
		return "/"
	}
	return "/" + strings.TrimSuffix(p, "/index") + "/"
}

// title returns the title in the front matter, else the first level-1 heading,
// else a name made from the path.
func (p *Page) title() string {
	if p.Front.Title != "" {
		return p.Front.Title
	}
	for n := p.tree.Doc.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok && h.Level == 1 {
			return markdown.PlainText(h, p.Source)
		}
	}
	base := path.Base(strings.TrimSuffix(strings.TrimSuffix(p.Path, ".md"), "/index"))
	if base == "index" {
		return "Home"
	}
	return strings.ReplaceAll(base, "-", " ")
}

// sort puts pages in reading order: the section's own page first, then its pages
// and folders by weight, then by name. A folder has the weight of its index.md.
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

// steps returns the paths of the folders that lead to a page, and the page's own
// at the end. The page of a section has the path of its folder.
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

// labsBeside lists the paths of all other labs.
func (s *Site) labsBeside(own *Page) (all []string) {
	for _, p := range s.Pages {
		if p.Lab != nil && p != own {
			all = append(all, p.Path)
		}
	}
	return all
}

// labMeant suggests a lab for an after: that leads nowhere, by its path from
// the page: the one at the same path from the content root, or else the one
// with the most similar path.
func (s *Site) labMeant(p *Page, target string) string {
	labs := s.labsBeside(p)
	meant := wording.Closest(target, labs)
	if root := path.Clean(strings.TrimPrefix(p.Lab.After, "/")); slices.Contains(labs, root) {
		meant = root
	}
	if meant == "" {
		return ""
	}
	up, folder := "", path.Dir(p.Path)
	for folder != "." && !strings.HasPrefix(meant, folder+"/") {
		up, folder = up+"../", path.Dir(folder)
	}
	return fmt.Sprintf(" (did you mean %q?)", up+strings.TrimPrefix(meant, folder+"/"))
}

// checkAfter turns the paths in after: into paths from the content root, and
// reports those that lead nowhere or in circles.
func (s *Site) checkAfter() (errs Errors) {
	for _, p := range s.Pages {
		if p.Lab == nil || p.Lab.After == "" {
			continue
		}
		target := path.Join(path.Dir(p.Path), p.Lab.After)
		q := s.Page(target)
		switch {
		case q == nil:
			errs = append(errs, &Error{Pos: p.Lab.Pos, Msg: fmt.Sprintf("after: no page %q%s", p.Lab.After, s.labMeant(p, target))})
		case q.Lab == nil:
			errs = append(errs, &Error{Pos: p.Lab.Pos, Msg: fmt.Sprintf("after: %q is not a lab", p.Lab.After)})
		case q.Lab.Machine != p.Lab.Machine:
			errs = append(errs, &Error{Pos: p.Lab.Pos, Msg: fmt.Sprintf("after: %q runs on another machine, %q", p.Lab.After, q.Lab.Machine)})
		case otherMachines(p.Lab, q.Lab) != "":
			errs = append(errs, &Error{Pos: p.Lab.Pos, Msg: fmt.Sprintf("after: %q %s", p.Lab.After, otherMachines(p.Lab, q.Lab))})
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
	for _, p := range s.Pages {
		if p.Lab != nil && p.Lab.After != "" && !p.Front.Draft {
			before := s.Page(p.Lab.After)
			before.Next = append(before.Next, Next{p.Path, p.Title})
		}
	}
	return errs
}
