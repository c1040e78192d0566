package oracle

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// ends are the two ends of a terminal: that of its programs and that of tmux.
// They tell whether what was typed and printed has arrived.
type ends struct{ programs, tmux int }

// openEnds opens both ends of a terminal of a tmux server; nil if that can't
// be done here.
func openEnds(server int, tty string) *ends {
	programs, err := unix.Open(tty, unix.O_RDONLY|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	process, err := unix.PidfdOpen(server, 0)
	if err != nil {
		unix.Close(programs)
		return nil
	}
	defer unix.Close(process)
	index := []byte("tty-index:\t" + path.Base(tty) + "\n")
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fdinfo/*", server))
	for _, name := range files {
		if info, err := os.ReadFile(name); err != nil || !bytes.Contains(info, index) {
			continue
		}
		n, _ := strconv.Atoi(filepath.Base(name))
		if at, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", server, n)); !strings.HasSuffix(at, "/ptmx") {
			continue
		}
		if own, err := unix.PidfdGetfd(process, n, 0); err == nil {
			return &ends{programs, own}
		}
	}
	unix.Close(programs)
	return nil
}

func (e *ends) close() {
	unix.Close(e.programs)
	unix.Close(e.tmux)
}

// read reports whether all that was typed has been read by a program, as far as
// the terminal passes it on: it may wait for the end of a line.
func (e *ends) read() bool { return empty(e.programs) }

// shown reports whether tmux has read all that was printed.
func (e *ends) shown() bool { return empty(e.tmux) }

// empty reports whether there is nothing to read at an end. To poll makes the kernel
// pass on what it still has.
func empty(end int) bool {
	p := []unix.PollFd{{Fd: int32(end), Events: unix.POLLIN}}
	n, err := unix.Poll(p, 0)
	return err == nil && (n == 0 || p[0].Revents&unix.POLLIN == 0)
}

// raw reports whether the terminal leaves it to the program to show what is typed.
func (e *ends) raw() bool {
	t, err := unix.IoctlGetTermios(e.programs, unix.TCGETS)
	return err == nil && t.Lflag&unix.ICANON == 0
}
