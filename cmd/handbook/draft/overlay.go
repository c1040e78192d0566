package draft

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"handbook/content/labfiles"
)

// A folder has the saved files, and those of the repository around it.
type folder interface {
	fs.FS
	labfiles.Repository
	Forget()
}

// An overlay has the files of a folder, with the texts of editors in place of
// files that are not saved. It caches what the folder says about names until
// forget is called.
type overlay struct {
	base folder

	mu    sync.Mutex
	texts map[string]text // by path
	stats map[string]described
	dirs  map[string]listed
	age   int // how often forget was called
}

// A text is the text of a file in an editor.
type text struct {
	bytes []byte
	at    time.Time // of the last edit
}

type described struct {
	info fs.FileInfo
	err  error
}

type listed struct {
	entries []fs.DirEntry
	err     error
}

func newOverlay(base folder) *overlay {
	o := &overlay{base: base, texts: map[string]text{}}
	o.forget()
	return o
}

// forget clears the cache.
func (o *overlay) forget() {
	o.base.Forget()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stats, o.dirs, o.age = map[string]described{}, map[string]listed{}, o.age+1
}

// set puts a text in place of a file.
func (o *overlay) set(name string, b []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, had := o.texts[name]; !had {
		delete(o.dirs, path.Dir(name))
		o.age++
	}
	o.texts[name] = text{b, time.Now()}
}

// drop removes the text of a file.
func (o *overlay) drop(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.texts, name)
	delete(o.stats, name)
	delete(o.dirs, path.Dir(name))
	o.age++
}

// names returns the names of the files that have texts.
func (o *overlay) names() (all []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for name := range o.texts {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

func (o *overlay) text(name string) (text, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t, ok := o.texts[name]
	return t, ok
}

// Open implements fs.FS.
func (o *overlay) Open(name string) (fs.File, error) {
	if t, ok := o.text(name); ok {
		return &file{name, t, bytes.NewReader(t.bytes)}, nil
	}
	return o.base.Open(name)
}

// ReadFile implements fs.ReadFileFS.
func (o *overlay) ReadFile(name string) ([]byte, error) {
	if t, ok := o.text(name); ok {
		return bytes.Clone(t.bytes), nil
	}
	return fs.ReadFile(o.base, name)
}

// Stat implements fs.StatFS.
func (o *overlay) Stat(name string) (fs.FileInfo, error) {
	o.mu.Lock()
	t, ok := o.texts[name]
	known, asked := o.stats[name]
	age := o.age
	o.mu.Unlock()
	if ok {
		return description{name, t}, nil
	}
	if !asked {
		known.info, known.err = fs.Stat(o.base, name)
		o.mu.Lock()
		if o.age == age {
			o.stats[name] = known
		}
		o.mu.Unlock()
	}
	return known.info, known.err
}

// ReadDir implements fs.ReadDirFS.
func (o *overlay) ReadDir(dir string) ([]fs.DirEntry, error) {
	o.mu.Lock()
	known, asked := o.dirs[dir]
	age := o.age
	o.mu.Unlock()
	if asked {
		return slices.Clone(known.entries), known.err
	}
	known.entries, known.err = fs.ReadDir(o.base, dir)
	if known.err == nil {
		known.entries = o.added(dir, known.entries)
	}
	o.mu.Lock()
	if o.age == age {
		o.dirs[dir] = known
	}
	o.mu.Unlock()
	return slices.Clone(known.entries), known.err
}

// added adds files that exist only in an editor to the entries of a folder.
func (o *overlay) added(dir string, entries []fs.DirEntry) []fs.DirEntry {
	for _, name := range o.names() {
		base := path.Base(name)
		if path.Dir(name) != dir || slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == base }) {
			continue
		}
		t, _ := o.text(name)
		entries = append(entries, fs.FileInfoToDirEntry(description{name, t}))
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries
}

// Kept implements labfiles.Repository.
func (o *overlay) Kept() (*labfiles.Kept, error) { return o.base.Kept() }

// OpenKept implements labfiles.Repository.
func (o *overlay) OpenKept(name string) (fs.File, error) { return o.base.OpenKept(name) }

// LstatKept implements labfiles.Repository.
func (o *overlay) LstatKept(name string) (fs.FileInfo, error) { return o.base.LstatKept(name) }

// A file is a text as a file.
type file struct {
	name string
	text text
	r    io.Reader
}

func (f *file) Stat() (fs.FileInfo, error) { return description{f.name, f.text}, nil }
func (f *file) Read(b []byte) (int, error) { return f.r.Read(b) }
func (f *file) Close() error               { return nil }

// A description describes a text as a file.
type description struct {
	name string
	text text
}

func (i description) Name() string       { return path.Base(i.name) }
func (i description) Size() int64        { return int64(len(i.text.bytes)) }
func (i description) Mode() fs.FileMode  { return 0o644 }
func (i description) ModTime() time.Time { return i.text.at }
func (i description) IsDir() bool        { return false }
func (i description) Sys() any           { return nil }
