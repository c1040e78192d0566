package adopt

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"handbook/cmd/handbook/adopt/classify"
	"handbook/cmd/handbook/adopt/files"
	"handbook/cmd/handbook/adopt/foreign"
	"handbook/cmd/handbook/adopt/notes"
	"handbook/cmd/handbook/adopt/repair"
	"handbook/cmd/handbook/adopt/sources"
	"handbook/content/settings"
)

// Options say how labs are adopted.
type Options struct {
	Title string // of the handbook
	Name  string // of the source's folder: a "git clone" of that name fetches the course
	Fix   bool   // apply the patches of known drifts

	Repairs map[string]repair.Repairs // repairs found by runs, by page of the source
}

// A Book is the handbook made from old labs.
type Book struct {
	Files    map[string][]byte // by path below content/
	Copies   []string          // files of the source that are copied unchanged
	Pages    []*Page
	Problems []foreign.Problem // files that could not be read, and mistakes of the source
}

// A Page is a converted page.
type Page struct {
	Source   string // path in the source
	Path     string // below content/
	Title    string
	Lab      bool
	Guess    []*classify.Guess
	Notes    []notes.Note // the guesses
	Drifts   []Drift
	Clones   []string // addresses at which its commands clone the course
	Old      []OldOutput
	Repaired []notes.Note // repairs of its lines found by runs
	origin   []int        // for each line as it was read, its line in the source
	made     map[int]bool // lines of fences that are not in the source
	Lines    map[int]int  // lines of the source, by those of the page
}

// Adopt makes a handbook of all pages in a file system. It returns an error
// only if the file system can't be read at all.
func Adopt(fsys fs.FS, o Options) (*Book, error) {
	folder, err := sources.List(fsys)
	if err != nil {
		return nil, err
	}
	b := &Book{Files: map[string][]byte{}, Copies: folder.Copies}
	c := newCourse(folder, fsys, o)
	for _, source := range folder.Pages {
		text, ok := folder.Read(source)
		if !ok {
			continue
		}
		w := newWriter(source, c)
		page, out := w.write(text)
		for _, p := range w.doc.Wrong {
			p.Line = page.Origin(p.Line)
			b.Problems = append(b.Problems, p)
		}
		b.Problems = append(b.Problems, w.Problems...)
		b.Pages = append(b.Pages, page)
		b.Files[page.Path] = out
	}
	b.Problems = append(b.Problems, folder.Problems...)
	b.finish(o)
	return b, nil
}

// A course is shared by the writers of all pages.
type course struct {
	Options
	copies sources.Copies
	names  map[string]string                // paths of pages, by those in the source
	read   func(name string) ([]byte, bool) // a file of the source
	fits   func() bool                      // reports whether one lab can have all files of the source
}

func newCourse(folder *sources.Folder, fsys fs.FS, o Options) *course {
	c := &course{Options: o, copies: folder.Copies, names: folder.Names()}
	c.read = func(name string) ([]byte, bool) {
		text, err := fs.ReadFile(fsys, name)
		return text, err == nil
	}
	c.fits = sync.OnceValue(func() bool { return files.Fit(c.copies, c.read) })
	return c
}

// finish adds the settings, and an index if the source has none.
func (b *Book) finish(o Options) {
	slices.SortFunc(b.Problems, func(x, y foreign.Problem) int {
		return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Line, y.Line))
	})
	config := "title: " + settings.Quote(cmp.Or(o.Title, "Handbook")) + "\n"
	clones := map[string]bool{}
	for _, p := range b.Pages {
		for _, url := range p.Clones {
			if name := strings.ToLower(url); p.Lab && !clones[name] {
				if len(clones) == 0 {
					config += "clones:\n"
				}
				clones[name] = true
				config += "  " + url + ": .\n"
			}
		}
	}
	b.Files["handbook.yaml"] = []byte(config)
	if b.Files["index.md"] == nil {
		var s strings.Builder
		fmt.Fprintf(&s, "---\ntitle: %s\n---\n\n# %s\n\n", settings.Quote(cmp.Or(o.Title, "Handbook")), cmp.Or(o.Title, "Handbook"))
		for _, p := range b.Pages {
			fmt.Fprintf(&s, "- [%s](%s)\n", strings.NewReplacer("[", `\[`, "]", `\]`).Replace(p.Title), linkTo(p.Path))
		}
		b.Files["index.md"] = []byte(s.String())
	}
}

// linkTo writes a path as the target of a link.
func linkTo(p string) string {
	if strings.ContainsAny(p, " ()") {
		return "<" + p + ">"
	}
	return p
}

// An OldOutput is the output that a page showed for a command.
type OldOutput struct {
	Line    int
	Command string // as it is run
	Output  []string
}
