package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"handbook/content"
)

// writeRecord puts a record beside its page, whole or not at all. dir is the
// content root.
func writeRecord(dir string, page string, r *content.Record) error {
	return writeWhole(filepath.Join(dir, filepath.FromSlash(content.RecordPath(page))), content.EncodeRecord(r))
}

// writeWhole replaces a file in one step; a crash leaves the old one or the
// new one.
func writeWhole(name string, b []byte) error {
	dir, base := filepath.Split(name)
	prefix := "." + base + ".new-"
	sweepOld(dir, prefix)
	f, err := os.CreateTemp(dir, prefix)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncFolder(dir)
}

// sweepOld removes what a process that was killed has left. An hour is longer
// than any other one needs to write a file.
func sweepOld(dir, prefix string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return // writing will say why
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), prefix) {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > time.Hour {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// syncFolder brings a rename to the disk, where the system can.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
