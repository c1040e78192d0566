// Package cache keeps on the disk what handbook has worked out, by a digest of
// what it was worked out from. It is a content.Store.
//
// A cache is a folder of packs. A pack is written beside its name and renamed
// when it is whole, and is never changed: whoever reads while another process
// writes, or is killed at any moment, finds whole packs or none. Each value
// has a sum; what does not match it any more is not there. Losing the folder,
// or a part of it, costs time and nothing else.
//
// What another build of the program has worked out is never used: its packs
// are in a folder of another name.
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

	"handbook/content"
)

// A Cache is one run's view of a folder.
type Cache struct {
	dir   string
	packs []*pack

	mu   sync.Mutex
	used map[content.Key]bool // what this run asked for or put
	next *packWriter          // nil until something is put
	sick bool                 // nothing can be written
}

const packSuffix = ".pack"

// Open opens the cache in a folder, for one version of the program: a digest
// of it. A folder that is not there is made when there is something to keep.
func Open(dir, version string) *Cache {
	Sweep(dir)
	c := &Cache{dir: filepath.Join(dir, folderOf(version)), used: map[content.Key]bool{}}
	for _, name := range glob(c.dir, "*"+packSuffix) {
		if p, err := openPack(name); err == nil {
			c.packs = append(c.packs, p)
		}
	}
	return c
}

// Sweep removes what runs that were killed have left half-written in a cache's
// folder. Open does it, too.
func Sweep(dir string) {
	sweepBegun(dir, "*")
	sweepBegun(dir, "*/*")
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
	if c.next == nil {
		return nil
	}
	return c.next.get(key)
}

// Put implements content.Store.
func (c *Cache) Put(key content.Key, value []byte) {
	sum := sumOf(value)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sick || c.next == nil && !c.begin() {
		return
	}
	c.used[key] = true
	if err := c.next.put(key, value, sum); err != nil { // the disk is full, perhaps
		c.next.abandon()
		c.next, c.sick = nil, true
	}
}

// begin starts a pack. The folder keeps itself out of version control.
func (c *Cache) begin() bool {
	c.sick = true
	if os.MkdirAll(c.dir, 0o777) != nil {
		return false
	}
	ignore := filepath.Join(filepath.Dir(c.dir), ".gitignore")
	if _, err := os.Lstat(ignore); err != nil {
		_ = os.WriteFile(ignore, []byte("*\n"), 0o666)
	}
	var err error
	c.next, err = newPackWriter(c.dir)
	c.sick = err != nil
	return err == nil
}

// Close keeps what was put, lets go of what nobody has asked for in a while,
// and ends the use of the cache. Closing it again does nothing.
func (c *Cache) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer func() {
		for _, p := range c.packs {
			p.file.Close()
		}
		c.packs, c.next, c.sick = nil, nil, true
	}()
	old := c.packs
	crowded := c.crowded()
	switch {
	case c.sick || c.next == nil && !crowded:
		return nil
	case c.next == nil && !c.begin():
		return nil
	}
	if crowded {
		c.carry()
	}
	if err := c.next.finish(); err != nil {
		c.next.abandon()
		return err
	}
	if crowded {
		for _, p := range old {
			p.file.Close()
			_ = os.Remove(p.file.Name()) // another process may have done it
		}
	}
	c.forget()
	return nil
}

// Limits of a cache: more packs, or more bytes for each that this run has
// used, and it is packed anew.
const (
	maxPacks = 12
	slack    = 3
)

// crowded tells whether the packs should become one.
func (c *Cache) crowded() bool {
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
	if c.next != nil {
		all, used = all+c.next.at, used+c.next.at
	}
	return all > slack*used+1<<20
}

// carry copies what this run has used into the new pack.
func (c *Cache) carry() {
	for _, p := range c.packs {
		for _, key := range p.inOrder() {
			if !c.used[key] || c.next.index[key].size > 0 {
				continue
			}
			if b := p.get(key); b != nil && c.next.put(key, b, p.index[key].sum) != nil {
				return
			}
		}
	}
}

// forget removes what other versions of the program have kept, but for the one
// before this.
func (c *Cache) forget() {
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

// Program is a digest of the program that runs: what another build of it has
// worked out may be wrong. It is "" if the program can't be read.
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
