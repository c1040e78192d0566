package file

import (
	"io/fs"
	"time"
)

// A Stamp shows whether a file has changed, without reading it.
type Stamp struct {
	size int64
	time time.Time
	read time.Time // when the stamp was taken, before the file was read
}

// unsure is how long after a change another one may go unnoticed, since file
// systems store modification times in steps of up to two seconds.
const unsure = 2 * time.Second

// StampOf returns the stamp of a file, the zero value if there is none.
func StampOf(fsys fs.FS, name string) Stamp {
	now := time.Now()
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return Stamp{}
	}
	return NewStamp(info, now)
}

// NewStamp returns the stamp of a file with the given info, which was
// requested at the time asked.
func NewStamp(info fs.FileInfo, asked time.Time) Stamp {
	return Stamp{info.Size(), info.ModTime(), asked}
}

// Is reports whether a file has certainly not changed since the old stamp.
func (s Stamp) Is(old Stamp) bool {
	return !s.time.IsZero() && s.size == old.size && s.time.Equal(old.time) && old.time.Before(old.read.Add(-unsure))
}
