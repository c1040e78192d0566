// Package cache keeps results on the disk, by a digest of what they were computed
// from. It is a content.Store.
//
// A cache is a folder of packs. A run of the program that has something to keep
// appends it to a pack of its own; packs of other runs are only read. Each value
// has a checksum; a value that does not match it counts as missing. So a run may be
// killed, or go on while others read what it has written. Losing the folder, or a
// part of it, costs nothing but time.
//
// Results of another build of the program are never used: its packs are in
// another folder.
package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"handbook/cmd/handbook/publish"
	"handbook/content"
)

// A Cache is one run's view of a folder.
type Cache struct {
	dir   string
	packs []*pack // of other runs

	mu   sync.Mutex
	used map[content.Key]bool // used by this run, in Get or Put
	own  *pack                // nil until something is put
	dead bool                 // nothing more can be written
}

// Open opens the cache in a folder, for a version of the program (see Program).
// The folder is made when there is something to keep.
func Open(dir, version string) *Cache {
	Sweep(dir)
	c := &Cache{dir: filepath.Join(dir, folderOf(version)), used: map[content.Key]bool{}}
	entries, _ := os.ReadDir(c.dir)
	for _, e := range entries {
		if p, err := openPack(filepath.Join(c.dir, e.Name())); err == nil {
			c.packs = append(c.packs, p)
		}
	}
	return c
}

// Sweep removes the unfinished files of killed calls of File from a cache's
// folder. Open does so too.
func Sweep(dir string) { _ = publish.SweepFiles(dir, "") }

// File replaces a file in the cache's folder in one step. The folder is made if it
// does not exist.
func File(name string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	return publish.File(name, b)
}

func folderOf(version string) string {
	sum := sha256.Sum256([]byte(version))
	return hex.EncodeToString(sum[:8])
}

// Get implements content.Store.
func (c *Cache) Get(key content.Key) []byte {
	for _, p := range c.packs {
		if b := p.get(key); b != nil {
			c.mu.Lock()
			c.used[key] = true
			c.mu.Unlock()
			return b
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.own == nil {
		return nil
	}
	return c.own.get(key)
}

// Put implements content.Store.
func (c *Cache) Put(key content.Key, value []byte) {
	sum := sumOf(value)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead || c.own == nil && !c.begin() {
		return
	}
	c.used[key] = true
	c.dead = c.own.put(key, value, sum) != nil // perhaps the disk is full
}

// begin starts a pack. A .gitignore keeps the folder out of version control.
func (c *Cache) begin() bool {
	c.dead = true
	if os.MkdirAll(c.dir, 0o777) != nil {
		return false
	}
	ignore := filepath.Join(filepath.Dir(c.dir), ".gitignore")
	if _, err := os.Lstat(ignore); err != nil {
		_ = os.WriteFile(ignore, []byte("*\n"), 0o666)
	}
	var err error
	c.own, err = newPack(c.dir)
	c.dead = err != nil
	return err == nil
}

// Close drops values that were not used lately, and ends the use of the cache.
// Closing it again does nothing.
func (c *Cache) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	repack := c.needsRepacking() && !c.dead && (c.own != nil || c.begin()) && c.copyUsed() == nil
	var err error
	if c.own != nil {
		err = c.own.flush()
		c.own.file.Close()
		c.removeOthers()
	}
	for _, p := range c.packs {
		p.file.Close()
		if repack && err == nil {
			_ = os.Remove(p.file.Name()) // another process may have removed it already
		}
	}
	c.packs, c.own, c.dead = nil, nil, true
	return err
}

// Limits of a cache. If there are more packs, or more bytes for each byte that
// this run has used, the used values are copied into one pack.
const (
	maxPacks = 12
	slack    = 3
)

// needsRepacking reports whether the packs should become one.
func (c *Cache) needsRepacking() bool {
	if len(c.packs) >= maxPacks {
		return true
	}
	var all, used int64
	for _, p := range c.packs {
		for key, at := range p.index {
			all += at.size
			if c.used[key] {
				used += at.size
			}
		}
	}
	if c.own != nil {
		all, used = all+c.own.end, used+c.own.end
	}
	return all > slack*used+1<<20
}

// copyUsed copies what this run has used into its own pack.
func (c *Cache) copyUsed() error {
	for _, p := range c.packs {
		for key, at := range p.index {
			if !c.used[key] {
				continue
			}
			if b := p.get(key); b != nil {
				if err := c.own.put(key, b, at.sum); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// removeOthers removes the packs of other versions of the program, except for
// the previous one.
func (c *Cache) removeOthers() {
	root := filepath.Dir(c.dir)
	entries, err := os.ReadDir(root)
	if err != nil {
		return
	}
	var others []fs.FileInfo
	for _, e := range entries {
		if info, err := e.Info(); err == nil && e.IsDir() && isVersion(e.Name()) && e.Name() != filepath.Base(c.dir) {
			others = append(others, info)
		}
	}
	slices.SortFunc(others, func(a, b fs.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	for _, info := range others[min(1, len(others)):] {
		_ = os.RemoveAll(filepath.Join(root, info.Name()))
	}
}

func isVersion(name string) bool {
	b, err := hex.DecodeString(name)
	return err == nil && len(b) == 8
}

// Program returns a digest of the running program, "" if it can't be read.
func Program() string {
	name, err := os.Executable()
	if err != nil {
		return ""
	}
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}
