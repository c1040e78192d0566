package cache

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// A Tree is a set of files that a command reads or writes: a folder and
// everything in it, or a single file. It need not exist.
type Tree struct {
	Dir string
	// Without reports whether a path below Dir is left out; it may be nil.
	Without func(path string, e fs.DirEntry) bool
}

// A Seal remembers the result of a command for as long as all files that the
// command has read and written stay the same. It compares sizes and times.
// Only a file that was changed just before its times were taken is read, since
// it may have changed again within the same tick of the clock.
type Seal struct {
	file  string
	words string
	in    snapshot
}

// tick is how long "just before" is. Some file systems store times in steps of
// two seconds.
const tick = 2 * time.Second

// sealed is the content of a seal's file.
type sealed struct {
	Words   string
	In, Out state
	Note    string
	Sum     string
}

// A state is a digest of a snapshot, with the time that decided which files
// were read.
type state struct {
	Digest string
	Since  int64 // Unix time in nanoseconds
}

func (s *sealed) sum() string { return digestOf(s.Words, fmt.Sprint(s.In, s.Out), s.Note) }

func digestOf(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d %s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// NewSeal takes a snapshot of the files that a command is about to read. The
// words represent everything else that its result depends on. The program
// itself is one of the files.
func NewSeal(dir, name string, words []string, in ...Tree) *Seal {
	if program, err := os.Executable(); err == nil {
		in = append(in, Tree{Dir: program})
	}
	return &Seal{filepath.Join(dir, name), digestOf(words...), take(in, false)}
}

// Holds returns the note of the command; ok reports whether the command would
// have the same result now.
func (s *Seal) Holds(out ...Tree) (note string, ok bool) {
	b, err := os.ReadFile(s.file)
	if err != nil {
		return "", false
	}
	var old sealed
	if json.Unmarshal(b, &old) != nil || old.sum() != old.Sum || old.Words != s.words {
		return "", false
	}
	in, inRead, err := s.in.digest(time.Unix(0, old.In.Since))
	if err != nil || in != old.In {
		return "", false
	}
	made := take(out, true)
	as, outRead, err := made.digest(time.Unix(0, old.Out.Since))
	if err != nil || as != old.Out {
		return "", false
	}
	if inRead+outRead > 0 { // next time, comparing times will be enough
		s.write(old.Note, made)
	}
	return old.Note, true
}

// Break removes the seal. It must be called before the command changes any
// file.
func (s *Seal) Break() { _ = os.Remove(s.file) }

// Close writes the seal when the command has succeeded. If it can't be
// written, the next run of the command is unnecessary but correct.
func (s *Seal) Close(note string, out ...Tree) { s.write(note, take(out, true)) }

func (s *Seal) write(note string, made snapshot) {
	n := sealed{Words: s.words, Note: note}
	var inErr, outErr error
	n.In, _, inErr = s.in.digest(s.in.at)
	n.Out, _, outErr = made.digest(made.at)
	n.Sum = n.sum()
	b, err := json.Marshal(&n)
	if cmp.Or(inErr, outErr, err) == nil {
		_ = File(s.file, b)
	}
}

// Name returns the name of a seal about a path.
func Name(path string) string { return digestOf(path)[:16] }

// A snapshot is the state of files at a moment.
type snapshot struct {
	own   bool // the files were written by the program: see take
	at    time.Time
	files []file
	err   error
}

// A file is a file or a folder at that moment.
type file struct {
	name    string
	stamp   string    // size, times, kind
	last    time.Time // its last change
	regular bool
	sum     string // of its bytes, "" if they were not read
}

// take takes a snapshot of trees. Files that were changed just now are read at
// once, before they can change again. If own is set, the program has written
// the files itself: then they are not read, and the times of their inodes are
// ignored, since the program links files from one folder to the next.
func take(trees []Tree, own bool) snapshot {
	s := snapshot{at: time.Now(), own: own}
	var mu sync.Mutex
	var g errgroup.Group
	g.SetLimit(8)
	add := func(files []file) {
		mu.Lock()
		s.files = append(s.files, files...)
		mu.Unlock()
	}
	for _, t := range trees {
		info, err := os.Stat(t.Dir)
		switch {
		case err != nil:
			add([]file{{name: t.Dir, stamp: "none"}})
		case !info.IsDir():
			add([]file{s.file(t.Dir, info)})
		default:
			s.err = cmp.Or(s.err, s.walk(t, ".", add, &g))
		}
	}
	s.err = cmp.Or(s.err, g.Wait())
	slices.SortFunc(s.files, func(a, b file) int { return cmp.Compare(a.name, b.name) })
	return s
}

func (s *snapshot) walk(t Tree, rel string, add func([]file), g *errgroup.Group) error {
	dir := filepath.Join(t.Dir, rel)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	files := make([]file, 0, len(entries)+1)
	files = append(files, file{name: dir + string(filepath.Separator), stamp: "folder"})
	for _, e := range entries {
		at := filepath.Join(rel, e.Name())
		if t.Without != nil && t.Without(filepath.ToSlash(at), e) {
			continue
		}
		if e.IsDir() {
			below := func() error { return s.walk(t, at, add, g) }
			if !g.TryGo(below) {
				if err := below(); err != nil {
					return err
				}
			}
			continue
		}
		name := filepath.Join(dir, e.Name())
		info, err := e.Info() // of the link itself; its target is in the tree or is not read
		if err != nil {
			files = append(files, file{name: name, stamp: "none"})
			continue
		}
		files = append(files, s.file(name, info))
	}
	add(files)
	return nil
}

func (s *snapshot) file(name string, info fs.FileInfo) file {
	changed, id := lastChange(info)
	if s.own {
		changed = info.ModTime()
	}
	f := file{name: name, last: info.ModTime(), regular: info.Mode().IsRegular(),
		stamp: fmt.Sprint(info.Size(), info.ModTime().UnixNano(), changed.UnixNano(), id, info.Mode())}
	if changed.After(f.last) {
		f.last = changed
	}
	if !s.own && f.recent(s.at) {
		f.sum, _ = sumOfFile(name)
	}
	return f
}

// recent reports whether a file may have changed after its times were taken at
// then without a change of these times.
func (f *file) recent(then time.Time) bool { return f.regular && f.last.After(then.Add(-tick)) }

// digest returns the state of the files whose times were taken at then. It
// reads the recent ones, and returns how many these are.
func (s *snapshot) digest(then time.Time) (_ state, read int, err error) {
	if s.err != nil {
		return state{}, 0, s.err
	}
	var g errgroup.Group
	g.SetLimit(8)
	for i := range s.files {
		if f := &s.files[i]; f.recent(then) {
			read++
			if f.sum == "" {
				g.Go(func() (err error) {
					f.sum, err = sumOfFile(f.name)
					return err
				})
			}
		}
	}
	if err := g.Wait(); err != nil {
		return state{}, read, err
	}
	h := sha256.New()
	for i := range s.files {
		f := &s.files[i]
		line(h, f.name, f.stamp)
		if f.recent(then) {
			line(h, f.sum)
		}
	}
	return state{hex.EncodeToString(h.Sum(nil)), then.UnixNano()}, read, nil
}

func line(h hash.Hash, parts ...string) {
	for _, p := range parts {
		io.WriteString(h, p)
		h.Write([]byte{0})
	}
}

func sumOfFile(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
