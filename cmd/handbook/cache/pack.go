package cache

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"handbook/content"
)

// A pack is a file of values:
//
//	values, one after the other
//	index: key, offset, size and sum of each value
//	end:   offset of the index, its sum, magic
type pack struct {
	file  *os.File
	index map[content.Key]place
}

// A place is where a value stands in a pack.
type place struct {
	offset, size int64
	sum          sum
}

type sum [16]byte

func sumOf(b []byte) sum {
	s := sha256.Sum256(b)
	return sum(s[:])
}

const magic = "handbook pack 1\n"

// An entry is a line of the index.
type entry struct {
	Key          content.Key
	Offset, Size int64
	Sum          sum
}

// An ending is the end of a pack.
type ending struct {
	Index int64 // its offset
	Sum   sum   // of the index
	Magic [len(magic)]byte
}

var (
	entrySize  = binary.Size(entry{})
	endingSize = binary.Size(ending{})
	errPack    = errors.New("not a whole pack")
)

// openPack opens a pack that is whole. Of its values nothing is said yet.
func openPack(name string) (_ *pack, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	end := info.Size() - int64(endingSize)
	var last ending
	if end < 0 {
		return nil, errPack
	}
	if err := binary.Read(io.NewSectionReader(f, end, int64(endingSize)), binary.LittleEndian, &last); err != nil {
		return nil, err
	}
	size := end - last.Index
	if string(last.Magic[:]) != magic || last.Index < 0 || size < 0 || size%int64(entrySize) != 0 {
		return nil, errPack
	}
	lines := make([]byte, size)
	if _, err := f.ReadAt(lines, last.Index); err != nil {
		return nil, err
	}
	if sumOf(lines) != last.Sum {
		return nil, errPack
	}
	return &pack{f, parseIndex(lines)}, nil
}

func parseIndex(lines []byte) map[content.Key]place {
	index := make(map[content.Key]place, len(lines)/entrySize)
	for ; len(lines) > 0; lines = lines[entrySize:] {
		var key content.Key
		rest := lines[copy(key[:], lines):]
		at := place{offset: int64(binary.LittleEndian.Uint64(rest)), size: int64(binary.LittleEndian.Uint64(rest[8:]))}
		copy(at.sum[:], rest[16:])
		index[key] = at
	}
	return index
}

// get reads a value, nil if it is not there as it was written.
func (p *pack) get(key content.Key) []byte {
	at, ok := p.index[key]
	if !ok {
		return nil
	}
	return at.read(p.file)
}

func (at place) read(f io.ReaderAt) []byte {
	b := make([]byte, at.size)
	if _, err := f.ReadAt(b, at.offset); err != nil || sumOf(b) != at.sum {
		return nil
	}
	return b
}

// inOrder are the keys as their values follow each other.
func (p *pack) inOrder() []content.Key { return inOrder(p.index) }

func inOrder(index map[content.Key]place) []content.Key {
	keys := make([]content.Key, 0, len(index))
	for key := range index {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b content.Key) int { return cmp.Compare(index[a].offset, index[b].offset) })
	return keys
}

// A packWriter writes a pack.
type packWriter struct {
	file  *os.File
	b     *bufio.Writer
	at    int64
	index map[content.Key]place
}

func newPackWriter(dir string) (*packWriter, error) {
	f, err := begin(dir, "pack")
	if err != nil {
		return nil, err
	}
	return &packWriter{file: f, b: bufio.NewWriterSize(f, 256<<10), index: map[content.Key]place{}}, nil
}

func (w *packWriter) put(key content.Key, value []byte, s sum) error {
	if _, ok := w.index[key]; ok || len(value) == 0 {
		return nil
	}
	if _, err := w.b.Write(value); err != nil {
		return err
	}
	w.index[key] = place{w.at, int64(len(value)), s}
	w.at += int64(len(value))
	return nil
}

// get reads back what was put.
func (w *packWriter) get(key content.Key) []byte {
	at, ok := w.index[key]
	if !ok || w.b.Flush() != nil {
		return nil
	}
	return at.read(w.file)
}

// finish writes the index and gives the pack its name.
func (w *packWriter) finish() error {
	var lines bytes.Buffer
	for _, key := range inOrder(w.index) {
		at := w.index[key]
		_ = binary.Write(&lines, binary.LittleEndian, entry{key, at.offset, at.size, at.sum})
	}
	last := ending{Index: w.at, Sum: sumOf(lines.Bytes())}
	copy(last.Magic[:], magic)
	_, err := w.b.Write(lines.Bytes())
	err = errors.Join(err, binary.Write(w.b, binary.LittleEndian, last), w.b.Flush())
	if err != nil {
		return err
	}
	return end(w.file, strings.TrimSuffix(w.file.Name(), beginSuffix)+packSuffix)
}

func (w *packWriter) abandon() { abandon(w.file) }
