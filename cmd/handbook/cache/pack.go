package cache

import (
	"bufio"
	"encoding/binary"
	"hash/crc32"
	"os"

	"handbook/content"
)

// A pack is a file of values, each preceded by its header.
type pack struct {
	file  *os.File
	index map[content.Key]place
	end   int64         // of the values
	w     *bufio.Writer // nil in packs of other runs
}

// A place is the position of a value in a pack.
type place struct {
	offset, size int64
	sum          sum
}

// A sum shows whether a value was damaged. It protects against faulty disks,
// not against attackers, who could write sums too. A build reads 50 KB of
// values for each page, and a cryptographic digest would take a tenth of its
// time.
type sum uint32

func sumOf(b []byte) sum { return sum(crc32.Checksum(b, castagnoli)) }

var castagnoli = crc32.MakeTable(crc32.Castagnoli) // processors have an instruction for it

// A header is a value's key, its size and its sum.
const headerSize = len(content.Key{}) + 8 + 4

// openPack opens a pack and finds its complete values. They are checked when
// they are read.
func openPack(name string) (*pack, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	p := &pack{file: f, index: map[content.Key]place{}}
	var header [headerSize]byte
	for {
		if _, err := f.ReadAt(header[:], p.end); err != nil {
			return p, nil
		}
		var key content.Key
		rest := header[copy(key[:], header[:]):]
		at := place{offset: p.end + int64(headerSize), size: int64(binary.LittleEndian.Uint64(rest)), sum: sum(binary.LittleEndian.Uint32(rest[8:]))}
		if at.size < 0 || at.size > info.Size()-at.offset {
			return p, nil
		}
		p.index[key] = at
		p.end = at.offset + at.size
	}
}

// newPack makes an empty pack in a folder.
func newPack(dir string) (*pack, error) {
	f, err := os.CreateTemp(dir, "")
	if err != nil {
		return nil, err
	}
	_ = f.Chmod(0o644) // several users may share a cache
	return &pack{file: f, index: map[content.Key]place{}, w: bufio.NewWriterSize(f, 256<<10)}, nil
}

// get reads a value. It returns nil if there is none, or if it was damaged.
func (p *pack) get(key content.Key) []byte {
	at, ok := p.index[key]
	if !ok || p.flush() != nil {
		return nil
	}
	b := make([]byte, at.size)
	if _, err := p.file.ReadAt(b, at.offset); err != nil || sumOf(b) != at.sum {
		return nil
	}
	return b
}

func (p *pack) put(key content.Key, value []byte, s sum) error {
	if _, ok := p.index[key]; ok || len(value) == 0 {
		return nil
	}
	header := binary.LittleEndian.AppendUint64(key[:], uint64(len(value)))
	if _, err := p.w.Write(binary.LittleEndian.AppendUint32(header, uint32(s))); err != nil {
		return err
	}
	if _, err := p.w.Write(value); err != nil {
		return err
	}
	p.index[key] = place{p.end + int64(headerSize), int64(len(value)), s}
	p.end += int64(headerSize + len(value))
	return nil
}

// flush writes buffered values to the file.
func (p *pack) flush() error {
	if p.w == nil {
		return nil
	}
	return p.w.Flush()
}
