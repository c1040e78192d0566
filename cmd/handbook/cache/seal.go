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

// A Tree is files that a command reads or writes: a folder and all in it, or a
// single file. One that is not there is nothing, which is told from something.
type Tree struct {
	Dir string
	// Without leaves out what stands at a path below Dir; may be nil.
	Without func(path string, e fs.DirEntry) bool
}

// A Seal remembers what a command came to, for as long as all the files that
// it was made from and that it has made are the same. That is known from
// sizes and times alone; a file that was changed so short before it was looked
// at that it could have changed once more without showing it, is read.
type Seal struct {
	file  string
	words string
	in    sight
}

// unsure is how long that is: file systems count time in ticks of up to two
// seconds.
const unsure = 2 * time.Second

// sealed is a seal's file.
type sealed struct {
	Words   string
	In, Out looks
	Note    string
	Sum     string
}

// A looks is how files looked, and when.
type looks struct {
	Digest string
	Since  int64 // nanoseconds
}

func (s *sealed) sum() string { return digestOf(s.Words, fmt.Sprint(s.In, s.Out), s.Note) }

func digestOf(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d %s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// NewSeal looks at what a command is about to read. The words stand for all
// else that its outcome depends on. The program itself is among the files.
func NewSeal(dir, name string, words []string, in ...Tree) *Seal {
	if program, err := os.Executable(); err == nil {
		in = append(in, Tree{Dir: program})
	}
	return &Seal{filepath.Join(dir, name), digestOf(words...), look(in, true)}
}

// Holds returns what the command came to, if it would come to the same now.
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
	made := look(out, false)
	as, outRead, err := made.digest(time.Unix(0, old.Out.Since))
	if err != nil || as != old.Out {
		return "", false
	}
	if inRead+outRead > 0 { // next time their age tells enough
		s.write(old.Note, made)
	}
	return old.Note, true
}

// Break forgets what was remembered: the command begins.
func (s *Seal) Break() { _ = os.Remove(s.file) }

// Close remembers what the command came to. If it can't, the command runs
// again where it need not have.
func (s *Seal) Close(note string, out ...Tree) { s.write(note, look(out, false)) }

func (s *Seal) write(note string, made sight) {
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

// Name is a name for a seal about a path.
func Name(path string) string { return digestOf(path)[:16] }

// A sight is how files looked at a moment.
type sight struct {
	own   bool // files of the program's own: see look
	at    time.Time
	files []seen
	err   error
}

// A seen is a file or a folder as it looked.
type seen struct {
	name    string
	stamp   string    // size, times, kind
	last    time.Time // its last change
	regular bool
	sum     string // of its bytes, "" if they were not read
}

// look looks at all files of trees. Authors' files that are too young to be
// known by their looks are read at once: later they may be other ones. Of
// files that the program has written itself the time of the last change of
// their names says nothing: it links them from one folder to the next.
func look(trees []Tree, authors bool) sight {
	s := sight{at: time.Now(), own: !authors}
	var mu sync.Mutex
	var g errgroup.Group
	g.SetLimit(8)
	add := func(files []seen) {
		mu.Lock()
		s.files = append(s.files, files...)
		mu.Unlock()
	}
	for _, t := range trees {
		info, err := os.Stat(t.Dir)
		switch {
		case err != nil:
			add([]seen{{name: t.Dir, stamp: "none"}})
		case !info.IsDir():
			add([]seen{s.see(t.Dir, info)})
		default:
			s.err = cmp.Or(s.err, s.walk(t, ".", add, &g))
		}
	}
	s.err = cmp.Or(s.err, g.Wait())
	slices.SortFunc(s.files, func(a, b seen) int { return cmp.Compare(a.name, b.name) })
	return s
}

func (s *sight) walk(t Tree, rel string, add func([]seen), g *errgroup.Group) error {
	dir := filepath.Join(t.Dir, rel)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	files := make([]seen, 0, len(entries)+1)
	files = append(files, seen{name: dir + string(filepath.Separator), stamp: "folder"})
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
		info, err := e.Info()
		if err == nil && e.Type()&fs.ModeSymlink != 0 {
			info, err = os.Stat(name)
		}
		if err != nil {
			files = append(files, seen{name: name, stamp: "none"})
			continue
		}
		files = append(files, s.see(name, info))
	}
	add(files)
	return nil
}

func (s *sight) see(name string, info fs.FileInfo) seen {
	changed, id := lastChange(info)
	if s.own {
		changed = info.ModTime()
	}
	f := seen{name: name, last: info.ModTime(), regular: info.Mode().IsRegular(),
		stamp: fmt.Sprint(info.Size(), info.ModTime().UnixNano(), changed.UnixNano(), id, info.Mode())}
	if changed.After(f.last) {
		f.last = changed
	}
	if !s.own && f.young(s.at) {
		f.sum, _ = sumOfFile(name)
	}
	return f
}

// young tells whether a file that was looked at then may have changed since
// without showing it.
func (f *seen) young(then time.Time) bool { return f.regular && f.last.After(then.Add(-unsure)) }

// digest digests how files look to somebody who last looked at them then, and
// tells how many had to be read for it.
func (s *sight) digest(then time.Time) (_ looks, read int, err error) {
	if s.err != nil {
		return looks{}, 0, s.err
	}
	var g errgroup.Group
	g.SetLimit(8)
	for i := range s.files {
		if f := &s.files[i]; f.young(then) {
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
		return looks{}, read, err
	}
	h := sha256.New()
	for i := range s.files {
		f := &s.files[i]
		line(h, f.name, f.stamp)
		if f.young(then) {
			line(h, f.sum)
		}
	}
	return looks{hex.EncodeToString(h.Sum(nil)), then.UnixNano()}, read, nil
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
