package publish

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"
)

// A Stage is a site that is being written, file by file. It is not visible in
// its folder until Publish. It holds names, not bytes, so that a large site
// takes little memory.
//
// Files are written beside the folder or, if that is not possible, into a
// hidden folder within it. While there is a stage, other calls that write the
// same folder wait.
//
// The replaced site can be kept and reused for the next one. Most of its files
// are unchanged, so that the next stage need not create all folders and links
// again: see spareSite.
type Stage struct {
	dir     string   // where the site will be
	spare   string   // where the replaced site is kept, or ""
	current contents // of dir
	unlock  func()

	// open is held for reading while a file is written, so that Close does not
	// remove what is written after it.
	open   sync.RWMutex
	fresh  string // the folder of the new files; "" once the stage is closed
	inside bool   // fresh is within dir

	mu     sync.Mutex
	files  map[string]bool // the files that were put; true if dir has the same bytes
	made   map[string]bool // folders of fresh that are needed, by their names in the site
	reused spareSite       // the content of fresh when the stage began

	published bool // the site is published, and fresh has the one before
}

var errClosed = errors.New("the site is no longer written")

// Begin begins to write a site that will replace dir. The replaced site is
// kept as spare, a folder on the same file system, unless that is "". The
// caller must close the stage.
func Begin(dir, spare string) (*Stage, error) {
	target, err := follow(dir)
	if err != nil {
		return nil, err
	}
	unlock, err := lock(target)
	if err != nil {
		return nil, err
	}
	s := &Stage{dir: target, spare: spare, unlock: unlock, files: map[string]bool{}, made: map[string]bool{}}
	if err := s.begin(); err != nil {
		unlock()
		return nil, err
	}
	return s, nil
}

func (s *Stage) begin() (err error) {
	if err := removeAll(leftovers(sibling(s.dir))); err != nil {
		return err
	}
	if s.current, err = look(s.dir); err != nil {
		return err
	}
	if s.current.foreign != "" {
		return &ForeignError{s.dir, s.current.foreign}
	}
	if len(s.current.hiddenDirs) == 0 { // a folder that stays can't be in both sites
		if s.fresh, s.reused, err = makeSibling(s.dir, s.spare); err == nil {
			return nil
		}
	}
	s.inside = true
	s.fresh, err = makeInside(s.dir)
	return err
}

// Put writes a file of the site. The name has slashes and is relative to the
// folder. It may be called by several goroutines at once; a file that is put again
// replaces the earlier one.
func (s *Stage) Put(name string, b []byte) error {
	if err := checkName(name); err != nil {
		return err
	}
	s.open.RLock()
	defer s.open.RUnlock()
	if s.fresh == "" {
		return errClosed
	}
	same, err := s.isThere(name, b)
	if err != nil {
		return err
	}
	if err := s.write(name, b, same); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[name] = same
	return nil
}

// write adds a file to the new site.
func (s *Stage) write(name string, b []byte, same bool) error {
	to := s.placeOf(name)
	if same && !s.inside && s.reused.files[name] && sameFile(s.publishedPlaceOf(name), to) && !s.has(name) {
		return s.makeFolder(path.Dir(name))
	}
	// An existing file may be the published one, which must not be changed.
	if s.has(name) || s.holds(to) {
		if err := os.RemoveAll(to); err != nil {
			return err
		}
	}
	if same && s.inside {
		return nil
	}
	if err := s.makeFolder(path.Dir(name)); err != nil {
		return err
	}
	if same {
		return carry(s.publishedPlaceOf(name), to)
	}
	return os.WriteFile(to, b, 0o666)
}

// holds reports whether the spare site has a file or a folder at a place. It
// asks the disk, since names may differ in case.
func (s *Stage) holds(place string) bool {
	if s.reused.files == nil { // no spare site
		return false
	}
	_, err := os.Lstat(place)
	return err == nil
}

func sameFile(a, b string) bool {
	infoA, errA := os.Lstat(a)
	infoB, errB := os.Lstat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

func (s *Stage) has(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.files[name]
	return ok
}

// isThere reports whether the folder has a file with these bytes. It reads
// every file of the right size, since times can't be trusted.
func (s *Stage) isThere(name string, b []byte) (bool, error) {
	if size, ok := s.current.sizes[name]; !ok || size != int64(len(b)) {
		return false, nil
	}
	return hasBytes(s.publishedPlaceOf(name), b)
}

func (s *Stage) makeFolder(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.makeFolders(name)
}

// makeFolders makes a folder and those above it. The caller has locked mu.
func (s *Stage) makeFolders(name string) error {
	if name == "." || s.made[name] {
		return nil
	}
	if err := s.makeFolders(path.Dir(name)); err != nil {
		return err
	}
	if !s.reused.folders[name] {
		if s.holds(s.placeOf(name)) {
			if err := os.RemoveAll(s.placeOf(name)); err != nil {
				return err
			}
		}
		if err := os.Mkdir(s.placeOf(name), 0o777); err != nil {
			return err
		}
	}
	s.made[name] = true
	return nil
}

func (s *Stage) placeOf(name string) string { return filepath.Join(s.fresh, filepath.FromSlash(name)) }

func (s *Stage) publishedPlaceOf(name string) string {
	return filepath.Join(s.dir, filepath.FromSlash(name))
}

// Names returns the sorted names of the files that were put.
func (s *Stage) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.files))
}

// ReadFile reads a file that was put.
func (s *Stage) ReadFile(name string) ([]byte, error) {
	s.mu.Lock()
	same, ok := s.files[name]
	s.mu.Unlock()
	switch {
	case !ok:
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
	case same:
		return os.ReadFile(s.publishedPlaceOf(name))
	}
	return os.ReadFile(s.placeOf(name))
}

// Publish makes the folder hold exactly the files that were put.
func (s *Stage) Publish() (Result, error) {
	if err := s.Put(Marker, []byte(markerText)); err != nil {
		return Result{}, err
	}
	d, err := s.difference()
	if err != nil {
		return Result{}, err
	}
	result := Result{Written: len(d.changed), Removed: len(d.gone), Same: len(d.same)}
	switch {
	case result.Written+result.Removed == 0:
		return result, nil
	case !s.inside && len(d.hiddenDirs) == 0:
		err := s.exchange(d)
		if _, fixed := errors.AsType[*fixedError](err); !fixed {
			s.published = err == nil
			return result, err
		}
	}
	result.InPlace = true
	return result, s.replaceInPlace(d)
}

// Close closes the stage, and removes what was written but not published.
// Closing it again does nothing.
func (s *Stage) Close() error {
	s.open.Lock()
	defer s.open.Unlock()
	if s.fresh == "" {
		return nil
	}
	left := s.fresh // the old site, if it was swapped
	if s.inside {
		left = filepath.Join(s.dir, stageDir)
	}
	s.fresh = ""
	err := s.keep(left)
	if s.inside && !s.current.exists {
		_ = os.Remove(s.dir) // fails unless it is empty
	}
	s.unlock()
	return err
}

// keep keeps the replaced site as the spare one, or removes it.
func (s *Stage) keep(left string) error {
	if s.published && s.spare != "" && s.current.exists && os.RemoveAll(s.spare) == nil &&
		os.MkdirAll(filepath.Dir(s.spare), 0o777) == nil && os.Rename(left, s.spare) == nil {
		return nil
	}
	return os.RemoveAll(left)
}

// makeInside makes an empty folder within dir. An existing one was left by a
// killed call.
func makeInside(dir string) (string, error) {
	if err := os.RemoveAll(filepath.Join(dir, stageDir)); err != nil {
		return "", err
	}
	name := filepath.Join(dir, filepath.FromSlash(newFiles))
	return name, os.MkdirAll(name, 0o777)
}
