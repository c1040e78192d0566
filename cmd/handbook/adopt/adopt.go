package adopt

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"handbook/cmd/handbook/adopt/classify"
	"handbook/cmd/handbook/adopt/foreign"
	"handbook/cmd/handbook/adopt/repair"
	"handbook/content/config"
	"handbook/content/wording"
)

// Options say how labs are adopted.
type Options struct {
	Title string // of the handbook
	Name  string // of the source's folder: a "git clone" of that name fetches the course
	Fix   bool   // apply the patches of known drifts

	Repairs map[string]repair.Repairs // what runs have shown, by page of the source
}

// A Book is the handbook that labs become.
type Book struct {
	Files    map[string][]byte // by path below content/
	Copies   []string          // files of the source that come along as they are
	Pages    []*Page
	Problems []foreign.Problem // what could not be read, and other mistakes of the source
}

// A Page is what became of a page.
type Page struct {
	Source   string // path in the source
	Path     string // below content/
	Title    string
	Lab      bool
	Guess    []*classify.Guess
	Notes    []Note
	Drifts   []Drift
	Clones   []string // addresses at which its commands clone the course
	Old      []OldOutput
	Repaired []Note       // what runs have shown of its lines
	origin   []int        // of each line as it was read, the one in the source
	made     map[int]bool // lines of fences that the source has not
	Lines    map[int]int  // lines of the source, by those of the page
}

// A Note is a guess.
type Note struct {
	Line  int
	Taken string // what the line was taken for
	Why   string
}

// Bounds: a page is what people read, and a folder of labs no disk image.
const (
	maxPage  = 1 << 20
	maxLines = 30_000 // of a page
	maxFile  = 20 << 20
	maxFiles = 20_000
)

// leftOut are folders that hold no labs: what other generators write, and what
// package managers install.
var leftOut = []string{"node_modules", "_site", "vendor", "__pycache__", "venv", "bower_components", "public", "site-packages"}

// IsPage reports whether a file is a page in Markdown.
func IsPage(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdown", ".mkd", ".mdx":
		return true
	}
	return false
}

// Adopt makes a handbook of all pages in a file system. It errs only if the file
// system can't be read at all.
func Adopt(fsys fs.FS, o Options) (*Book, error) {
	b := &Book{Files: map[string][]byte{}}
	pages, err := b.list(fsys)
	if err != nil {
		return nil, err
	}
	names := b.names(pages)
	copies := copies(slices.Sorted(slices.Values(b.Copies)))
	readFile := func(name string) ([]byte, bool) {
		text, err := fs.ReadFile(fsys, name)
		return text, err == nil
	}
	fits := sync.OnceValue(func() bool { return copies.fit(readFile) })
	for _, source := range pages {
		text, ok := b.read(fsys, source)
		if !ok {
			continue
		}
		w := newWriter(source, names, copies, o, readFile, fits)
		page, out := w.write(text)
		for _, p := range w.doc.Wrong {
			p.Line = page.Origin(p.Line)
			b.Problems = append(b.Problems, p)
		}
		b.Problems = append(b.Problems, w.problems...)
		b.Pages = append(b.Pages, page)
		b.Files[page.Path] = out
	}
	b.finish(o)
	return b, nil
}

func (b *Book) fail(file string, format string, args ...any) {
	b.Problems = append(b.Problems, foreign.Problem{Path: file, Msg: fmt.Sprintf(format, args...)})
}

// list finds the pages, and the files that come along.
func (b *Book) list(fsys fs.FS) (pages []string, err error) {
	n := 0
	err = fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			if p == "." {
				return err
			}
			b.fail(p, "can't be read: %v", cause(err))
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if p == "." {
			return nil
		}
		if d.IsDir() {
			if hidden(d.Name()) && !strings.Contains(d.Name(), "labspace") || slices.Contains(leftOut, d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if n++; n > maxFiles {
			b.fail(p, "the folder has more than %d files: this one and those behind it are left out", maxFiles)
			return fs.SkipAll
		}
		if d.Type()&fs.ModeSymlink != 0 { // to .git/config, perhaps, where a clone has its password
			b.fail(p, "a link: left out, since it may lead to what is no part of the labs")
			return nil
		}
		info, err := fs.Stat(fsys, p)
		switch {
		case err != nil:
			b.fail(p, "can't be read: %v", cause(err))
			return nil
		case !info.Mode().IsRegular():
			return nil
		case IsPage(p) && !hidden(d.Name()):
			if info.Size() > maxPage {
				b.fail(p, "%s, which is more than the %s of a page: left out", wording.BinarySize(info.Size()), wording.BinarySize(maxPage))
				return nil
			}
			pages = append(pages, p)
		case isPlain(fsys, p, info.Size()):
			pages = append(pages, p)
		case strings.HasSuffix(strings.ToLower(p), ".record.json"):
			b.fail(p, "a record, which says what a lab printed that was never run here: left out")
		case strings.EqualFold(p, config.File): // in other letters it would be the handbook's own where case does not count
			b.fail(p, "the settings of a handbook, which can have pages run scripts: left out")
		case isSecret(fsys, p):
			b.fail(p, "a file that usually holds secrets, which would be published: left out; if it holds none, copy it")
		case hidden(d.Name()) && d.Name() != ".dockerignore":
		case info.Size() > maxFile:
			b.fail(p, "%s, which is more than %s: left out", wording.BinarySize(info.Size()), wording.BinarySize(maxFile))
		default:
			b.Copies = append(b.Copies, p)
		}
		return nil
	})
	return pages, err
}

// secretRE finds names of files that usually hold passwords or keys.
var secretRE = regexp.MustCompile(`(?i)^(?:.*\.env|\.env\..*|\.netrc|\.npmrc|\.pypirc|\.pgpass|\.htpasswd|id_(?:rsa|dsa|ecdsa|ed25519)|credentials(?:\.\w+)?|secrets?\.(?:json|ya?ml|toml|ini|txt)|kubeconfig|.*\.(?:p12|pfx|jks|keystore|kdbx|ppk|ovpn|tfstate|tfvars))$`)

// maxKey is how large a file with a key can be.
const maxKey = 64 << 10

// isSecret reports whether a file usually holds secrets, or has a private key.
func isSecret(fsys fs.FS, name string) bool {
	if secretRE.MatchString(path.Base(name)) {
		return true
	}
	f, err := fsys.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	text, _ := io.ReadAll(io.LimitReader(f, maxKey))
	return bytes.Contains(text, []byte("PRIVATE KEY-----"))
}

func hidden(name string) bool { return strings.HasPrefix(name, ".") }

func cause(err error) error {
	if e, ok := err.(*fs.PathError); ok {
		return e.Err
	}
	return err
}

// read reads a page. A file that is no text is left out.
func (b *Book) read(fsys fs.FS, p string) ([]byte, bool) {
	text, err := fs.ReadFile(fsys, p)
	switch {
	case err != nil:
		b.fail(p, "can't be read: %v", cause(err))
		return nil, false
	case bytes.Count(text, []byte("\n")) > maxLines:
		b.fail(p, "%d lines, which are more than the %d of a page: left out", bytes.Count(text, []byte("\n")), maxLines)
		return nil, false
	case bytes.IndexByte(text, 0) >= 0:
		b.fail(p, "is no text: left out")
		return nil, false
	case !utf8.Valid(text):
		if !mostlyText(text) {
			b.fail(p, "is no text: left out")
			return nil, false
		}
		b.fail(p, "is not UTF-8: read as Latin-1")
		runes := make([]rune, len(text))
		for i, c := range text {
			runes[i] = rune(c)
		}
		text = []byte(string(runes))
	}
	return text, true
}

func mostlyText(b []byte) bool {
	odd := 0
	for _, c := range b {
		if c < 32 && c != '\n' && c != '\r' && c != '\t' && c != 27 {
			odd++
		}
	}
	return odd*50 < len(b)
}

// names chooses the paths of pages: README becomes the index of its folder.
func (b *Book) names(pages []string) map[string]string {
	names, taken := map[string]string{}, map[string]bool{}
	for _, p := range b.Copies {
		taken[p] = true
	}
	ordered := slices.Clone(pages)
	slices.SortStableFunc(ordered, func(x, y string) int { return cmp.Compare(rank(x), rank(y)) })
	for _, p := range ordered {
		dir, file := path.Split(p)
		stem := strings.TrimSuffix(file, path.Ext(file))
		if l := strings.ToLower(stem); l == "readme" || l == "index" || l == "_index" {
			stem = "index"
		}
		dir = strings.ReplaceAll(dir, ".labspace/", "labspace/")
		name := dir + clean(stem) + ".md"
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s%s-%d.md", dir, clean(stem), n)
		}
		names[p], taken[name] = name, true
	}
	return names
}

// rank: a file named index is the index, even if there is a README, too.
func rank(p string) int {
	if strings.HasPrefix(strings.ToLower(path.Base(p)), "readme") {
		return 1
	}
	return 0
}

// clean takes characters from a name that addresses of pages can't have.
func clean(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`#?%:*"<>|\`, r) || r < 32 {
			return '-'
		}
		return r
	}, name)
}

// finish adds the settings, and an index where the source has none.
func (b *Book) finish(o Options) {
	slices.SortFunc(b.Problems, func(x, y foreign.Problem) int {
		return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Line, y.Line))
	})
	settings := "title: " + yamlText(cmp.Or(o.Title, "Handbook")) + "\n"
	clones := map[string]bool{}
	for _, p := range b.Pages {
		for _, url := range p.Clones {
			if name := strings.ToLower(url); p.Lab && !clones[name] {
				if len(clones) == 0 {
					settings += "clones:\n"
				}
				clones[name] = true
				settings += "  " + url + ": .\n"
			}
		}
	}
	b.Files["handbook.yaml"] = []byte(settings)
	if b.Files["index.md"] == nil {
		var s strings.Builder
		fmt.Fprintf(&s, "---\ntitle: %s\n---\n\n# %s\n\n", yamlText(cmp.Or(o.Title, "Handbook")), cmp.Or(o.Title, "Handbook"))
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

// An OldOutput is what a page showed below a command.
type OldOutput struct {
	Line    int
	Command string // as it is run
	Output  []string
}
