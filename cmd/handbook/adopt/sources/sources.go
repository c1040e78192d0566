// Package sources reads the folder that labs are adopted from: its pages,
// other files to copy, and what is left out, with the reason.
package sources

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"handbook/cmd/handbook/adopt/foreign"
	"handbook/cmd/handbook/adopt/plain"
	"handbook/content/config"
	"handbook/content/labfiles"
	"handbook/content/wording"
)

// A Folder is a folder that labs are adopted from.
type Folder struct {
	Pages    []string
	Copies   Copies
	Problems []foreign.Problem // files that could not be read or are left out
	fsys     fs.FS
}

// Limits of the source.
const (
	MaxPage  = 1 << 20
	MaxLines = 30_000 // of a page
	MaxFile  = 20 << 20
	maxFiles = 20_000
)

// leftOut are folders without labs, which other generators or package managers
// write.
var leftOut = []string{"node_modules", "_site", "vendor", "__pycache__", "venv", "bower_components", "public", "site-packages"}

// IsPage reports whether a file is a page in Markdown.
func IsPage(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdown", ".mkd", ".mdx":
		return true
	}
	return false
}

func (f *Folder) fail(file string, format string, args ...any) {
	f.Problems = append(f.Problems, foreign.Problem{Path: file, Msg: fmt.Sprintf(format, args...)})
}

// List finds the pages of a file system, and the other files to copy. It
// returns an error only if the file system can't be read at all.
func List(fsys fs.FS) (*Folder, error) {
	f, n := &Folder{fsys: fsys}, 0
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			if p == "." {
				return err
			}
			f.fail(p, "can't be read: %v", cause(err))
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if p == "." {
			return nil
		}
		if strings.ContainsFunc(d.Name(), func(r rune) bool { return unicode.IsControl(r) || wording.Turns(r) }) || !utf8.ValidString(d.Name()) {
			f.fail(p, "a name with a control character, which no handbook can have: left out")
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			if hidden(d.Name()) && !strings.Contains(d.Name(), "labspace") || slices.Contains(leftOut, d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if n++; n > maxFiles {
			f.fail(p, "the folder has more than %d files: this one and those behind it are left out", maxFiles)
			return fs.SkipAll
		}
		if d.Type()&fs.ModeSymlink != 0 { // it may lead to .git/config, which may contain a password
			f.fail(p, "a link: left out, since it may lead to what is no part of the labs")
			return nil
		}
		info, err := fs.Stat(fsys, p)
		switch {
		case err != nil:
			f.fail(p, "can't be read: %v", cause(err))
			return nil
		case !info.Mode().IsRegular():
			return nil
		case IsPage(p) && !hidden(d.Name()):
			if info.Size() > MaxPage {
				f.fail(p, "%s, which is more than the %s of a page: left out", wording.BinarySize(info.Size()), wording.BinarySize(MaxPage))
				return nil
			}
			f.Pages = append(f.Pages, p)
		case isPlain(fsys, p, info.Size()):
			f.Pages = append(f.Pages, p)
		case strings.HasSuffix(strings.ToLower(p), ".record.json"):
			f.fail(p, "a record, which says what a lab printed that was never run here: left out")
		case strings.EqualFold(p, config.File): // in any case: file systems that ignore case would confuse it with the handbook's own
			f.fail(p, "the settings of a handbook, which can have pages run scripts: left out")
		case isSecret(fsys, p):
			f.fail(p, "a file that usually holds secrets, which would be published: left out; if it holds none, copy it")
		case hidden(d.Name()) && d.Name() != ".dockerignore":
		case info.Size() > MaxFile:
			f.fail(p, "%s, which is more than %s: left out", wording.BinarySize(info.Size()), wording.BinarySize(MaxFile))
		default:
			f.Copies = append(f.Copies, p)
		}
		return nil
	})
	slices.Sort(f.Copies)
	return f, err
}

// maxKey is the size of the largest file that is searched for a private key.
const maxKey = 64 << 10

// isSecret reports whether a file usually contains secrets, or contains a
// private key.
func isSecret(fsys fs.FS, name string) bool {
	var text []byte
	if f, err := fsys.Open(name); err == nil {
		text, _ = io.ReadAll(io.LimitReader(f, maxKey))
		f.Close()
	}
	return labfiles.IsSecret(name, text)
}

func hidden(name string) bool { return strings.HasPrefix(name, ".") }

func cause(err error) error {
	if e, ok := err.(*fs.PathError); ok {
		return e.Err
	}
	return err
}

// Read reads a page. A file that is not text is left out.
func (f *Folder) Read(p string) ([]byte, bool) {
	text, err := fs.ReadFile(f.fsys, p)
	switch {
	case err != nil:
		f.fail(p, "can't be read: %v", cause(err))
		return nil, false
	case bytes.Count(text, []byte("\n")) > MaxLines:
		f.fail(p, "%d lines, which are more than the %d of a page: left out", bytes.Count(text, []byte("\n")), MaxLines)
		return nil, false
	case bytes.IndexByte(text, 0) >= 0:
		f.fail(p, "is no text: left out")
		return nil, false
	case !utf8.Valid(text):
		if !mostlyText(text) {
			f.fail(p, "is no text: left out")
			return nil, false
		}
		f.fail(p, "is not UTF-8: read as Latin-1")
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

// Names chooses the paths of pages: README becomes the index of its folder.
func (f *Folder) Names() map[string]string {
	names, taken := map[string]string{}, map[string]bool{}
	for _, p := range f.Copies {
		taken[p] = true
	}
	ordered := slices.Clone(f.Pages)
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

// rank sorts a file named index before a README as the index of a folder.
func rank(p string) int {
	if strings.HasPrefix(strings.ToLower(path.Base(p)), "readme") {
		return 1
	}
	return 0
}

// clean replaces characters that URLs of pages can't have by hyphens.
func clean(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`#?%:*"<>|\`, r) || r < 32 {
			return '-'
		}
		return r
	}, name)
}

// isPlain reports whether a file is a lab in plain text. Files of labs such as
// requirements.txt have no sentences.
func isPlain(fsys fs.FS, p string, size int64) bool {
	if strings.ToLower(path.Ext(p)) != ".txt" || size > MaxPage {
		return false
	}
	text, err := fs.ReadFile(fsys, p)
	return err == nil && plain.IsLab(string(text))
}
