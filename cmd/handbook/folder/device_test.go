//go:build unix

package folder

import (
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What is not a file is not opened, so nothing waits for somebody to write to it.
func TestDevices(t *testing.T) {
	dir := lay(t, "a.md", "link -> pipe")
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o666); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	want := "a.md: text of a.md\nlink: read link: a named pipe, not a file\npipe: read pipe: a named pipe, not a file\n"
	if got := tree(Open(dir)); !strings.HasPrefix(got, want) || !strings.Contains(got, "socket: read socket: ") {
		t.Errorf("got %s", got)
	}
}
