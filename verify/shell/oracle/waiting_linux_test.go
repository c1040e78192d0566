package oracle

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// waiting is what the programs in a terminal's foreground do.
type waiting struct {
	kind    waitKind
	command string // the waiting one
	spent   int    // processor time of all of them, and how many they are: another number means that something went on
	shell   bool   // the first shell itself is in the foreground

	launched bool // the first shell waits for programs, and at least one of them is not a copy of it any more
}

type waitKind int

const (
	waitUnknown waitKind = iota // can't be found out here
	waitBusy                    // something runs
	waitAsleep                  // all of them sleep, on something else than the terminal
	waitRead                    // one reads the terminal
	waitSelect                  // one waits for the terminal to become readable: readline, a REPL
)

// stat is what is needed of /proc/PID/stat.
type stat struct {
	pid                      int
	comm, state              string
	group, session, tty, top int
	spent                    int
}

func readStat(pid int) (stat, bool) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, false
	}
	text := string(data)
	open, end := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return stat{}, false
	}
	f := strings.Fields(text[end+1:])
	if len(f) < 14 {
		return stat{}, false
	}
	n := func(i int) int { v, _ := strconv.Atoi(f[i]); return v }
	return stat{pid: pid, comm: text[open+1 : end], state: f[0], group: n(2), session: n(3), tty: n(4), top: n(5), spent: n(11) + n(12)}, true
}

func pids() []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var all []int
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil {
			all = append(all, n)
		}
	}
	return all
}

// family is a process, what it has started, and so on: all of a computer's
// processes are many. Where the kernel does not tell, it is all of them.
func family(pid int) []int {
	if _, err := os.Stat(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", os.Getpid())); err != nil {
		return pids()
	}
	all := []int{pid}
	for i := 0; i < len(all); i++ {
		folder := fmt.Sprintf("/proc/%d/task", all[i])
		tasks, _ := os.ReadDir(folder)
		for _, task := range tasks {
			children, _ := os.ReadFile(filepath.Join(folder, task.Name(), "children"))
			for child := range strings.FieldsSeq(string(children)) {
				if n, err := strconv.Atoi(child); err == nil {
					all = append(all, n)
				}
			}
		}
	}
	return all
}

// atHome are those of the processes whose home folder is this one: a snippet's, wherever
// it put them, in a container of this computer, too.
func atHome(home string, among []int) []int {
	var all []int
	want := []byte("HOME=" + home)
	for _, pid := range among {
		env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		if err != nil {
			continue
		}
		for _, v := range bytes.Split(env, []byte{0}) {
			if bytes.Equal(v, want) {
				all = append(all, pid)
				break
			}
		}
	}
	return all
}

// findShell is that of the processes that is the shell with this home folder: the leader
// of its session, with a terminal.
func findShell(home string, among []int) int {
	for _, pid := range atHome(home, among) {
		if s, ok := readStat(pid); ok && s.tty != 0 && s.comm != "docker" && s.comm != "tmux: server" {
			if leads, ok := readStat(s.session); !ok || leads.pid == s.pid || leads.comm == "docker" {
				return pid
			}
		}
	}
	return 0
}

// sized says whether the terminal of a process has the size that it should have.
func sized(pid int) bool {
	file, err := os.Open(fmt.Sprintf("/proc/%d/fd/0", pid))
	if err != nil {
		return false
	}
	defer file.Close()
	size, err := unix.IoctlGetWinsize(int(file.Fd()), unix.TIOCGWINSZ)
	return err == nil && size.Col == columns && size.Row == rows
}

// echoes reports whether the terminal of a process itself shows what is typed.
func echoes(pid int) bool {
	file, err := os.Open(fmt.Sprintf("/proc/%d/fd/0", pid))
	if err != nil {
		return false
	}
	defer file.Close()
	t, err := unix.IoctlGetTermios(int(file.Fd()), unix.TCGETS)
	return err == nil && t.Lflag&unix.ECHO != 0
}

// foreground looks what the programs in the foreground of the shell's terminal wait for.
func foreground(shell int) waiting {
	first, ok := readStat(shell)
	if !ok || first.tty == 0 {
		return waiting{}
	}
	w := waiting{kind: waitAsleep, shell: first.group == first.top}
	waits := !w.shell && callOf(shell) == sysWait4
	for _, pid := range family(shell) {
		s, ok := readStat(pid)
		if !ok || s.tty != first.tty || s.group != first.top || s.state == "Z" {
			continue
		}
		w.spent += s.spent + 1000000 + pid
		w.launched = w.launched || waits && (s.comm != first.comm || s.spent >= 10)
		kind := waitBusy
		if s.state == "S" {
			kind = waitsFor(pid)
		}
		switch {
		case kind == waitBusy:
			w.kind = waitBusy
		case w.kind == waitBusy || w.kind == waitRead:
		case kind == waitRead || kind == waitSelect:
			w.kind, w.command = kind, s.comm
		}
	}
	return w
}

// Numbers of Linux system calls on amd64; on others a wait looks like sleep.
const (
	sysRead     = 0
	sysPoll     = 7
	sysSelect   = 23
	sysWait4    = 61
	sysPselect6 = 270
	sysPpoll    = 271
)

func waitsFor(pid int) waitKind {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/syscall", pid))
	if err != nil {
		return waitBusy
	}
	f := strings.Fields(string(data))
	if len(f) < 4 || f[0] == "running" {
		return waitBusy
	}
	number, _ := strconv.Atoi(f[0])
	arg := func(i int) uint64 {
		n, _ := strconv.ParseUint(strings.TrimPrefix(f[1+i], "0x"), 16, 64)
		return n
	}
	terminal := func(fd int) bool {
		to, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "fd", strconv.Itoa(fd)))
		return err == nil && (strings.HasPrefix(to, "/dev/pts/") || to == "/dev/tty" || to == "/dev/console" || to == "/0")
	}
	switch number {
	case sysRead:
		if terminal(int(arg(0))) {
			return waitRead
		}
	case sysPoll, sysPpoll:
		const size, pollIn = 8, 1
		n := int(min(arg(1), 64))
		list := memory(pid, arg(0), n*size)
		for i := 0; i+size <= len(list); i += size {
			if binary.LittleEndian.Uint16(list[i+4:])&pollIn != 0 && terminal(int(binary.LittleEndian.Uint32(list[i:]))) {
				return waitSelect
			}
		}
	case sysSelect, sysPselect6:
		n := int(min(arg(0), 1024))
		for i, bits := range memory(pid, arg(1), (n+7)/8) {
			for b := range 8 {
				if bits&(1<<b) != 0 && i*8+b < n && terminal(i*8+b) {
					return waitSelect
				}
			}
		}
	}
	return waitAsleep
}

// callOf is the number of the system call in which a process is.
func callOf(pid int) int {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/syscall", pid))
	number, _, _ := strings.Cut(string(data), " ")
	n, err := strconv.Atoi(number)
	if err != nil {
		return -1
	}
	return n
}

// spent is the processor time of a process, in ticks.
func spent(pid int) int {
	s, _ := readStat(pid)
	return s.spent
}

func memory(pid int, at uint64, size int) []byte {
	file, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil || at == 0 {
		return nil
	}
	defer file.Close()
	b := make([]byte, size)
	n, _ := file.ReadAt(b, int64(at))
	return b[:n]
}
