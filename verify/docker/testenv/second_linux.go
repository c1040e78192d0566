package testenv

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"handbook/verify/docker"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/testenv/need"
)

// A Second is a Docker Engine of a test's own, beside that of Options: one
// that may be stopped, killed, and left without room. It lives in namespaces
// of its own (processes, mounts, network), so nothing of it meets the other
// engine, and when the test ends, in whatever way, the kernel removes all of
// it. Its containers reach nothing outside but the mirror.
type Second struct {
	Host string // unix:// URL of its socket

	t   testing.TB
	dir string
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

// A SecondConfig says how a Second differs from other engines.
type SecondConfig struct {
	Space   string   // size of its disk, as "64m"; "" is that of this computer
	Cgroup2 bool     // it has control groups of version 2, with the controllers that version 1 leaves
	Drop    []string // capabilities that it does not have, as "sys_admin"
	Image   string   // whose programs it is made of, instead of those of this computer
	Args    []string // further options of dockerd
}

// secondInit is process 1 of the engine's namespaces. It does what it is
// told on its standard input, and when that ends, all ends.
const secondInit = `
dir=$1 space=$2 drop=$3 cgroup2=$4 root=$5; shift 5
mount --make-rprivate / && mount -t proc proc /proc || exit
[ -z "$cgroup2" ] || { umount --recursive /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup; } || exit
mkdir -p "$dir/data" && [ -z "$space" ] || mount -t tmpfs -o "size=$space" tmpfs "$dir/data" || exit
[ -z "$root" ] || {
    mount --bind "$root" "$root" || exit
    for other in proc sys dev; do mount --rbind "/$other" "$root/$other" || exit; done
    mkdir -p "$root$dir" "$root/outside" && mount --bind "$dir" "$root$dir" || exit
    # Not chroot: the roots of containers are made of that of the mount namespace.
    pivot_root "$root" "$root/outside" && cd / && umount --lazy /outside || exit
}
echo done
while read -r word; do
    case $word in
    start) setpriv ${drop:+--bounding-set "$drop"} dockerd "$@" >> "$dir/log" 2>&1 < /dev/null & pid=$! ;;
    stop) kill "$pid" 2> /dev/null; wait "$pid" ;;
    kill) kill -9 "$pid"; wait "$pid" 2> /dev/null ;;
    esac
    echo done
done
`

// StartSecond starts an engine that ends with the test, which needs root and
// dockerd for that.
func StartSecond(t testing.TB, config SecondConfig) *Second {
	t.Helper()
	if _, err := exec.LookPath("dockerd"); err != nil || os.Getuid() != 0 {
		need.Docker.Missing(t, "a second engine needs root and dockerd")
	}
	dir, err := os.MkdirTemp("", "engine-") // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	s := &Second{Host: "unix://" + filepath.Join(dir, "sock"), t: t, dir: dir}
	var drop []string
	for _, name := range config.Drop {
		drop = append(drop, "-"+name)
	}
	root := ""
	if config.Image != "" {
		root = filepath.Join(dir, "root")
		unpack(t, config.Image, root)
	}
	args := append([]string{"-c", secondInit, "second", dir, config.Space, strings.Join(drop, ","), map[bool]string{true: "2"}[config.Cgroup2], root,
		"--host", s.Host, "--data-root", filepath.Join(dir, "data"), "--exec-root", filepath.Join(dir, "exec"),
		"--pidfile", filepath.Join(dir, "pid"), "--containerd-namespace", filepath.Base(dir),
		"--containerd-plugins-namespace", filepath.Base(dir) + "-plugins"}, config.Args...)
	s.cmd = exec.Command("bash", args...)
	s.cmd.Stderr = t.Output()
	s.cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWNET,
		Setpgid:    true, // a Ctrl-C is for the test, whose end it sees
	}
	s.in, err = s.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.out = bufio.NewScanner(out)
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.end)
	if err := s.heard(); err != nil {
		t.Fatal(err)
	}
	if err := s.openNetwork(); err != nil {
		t.Fatal(err)
	}
	s.Start()
	return s
}

// unpack writes the files of an image into a folder.
func unpack(t testing.TB, image, dir string) {
	t.Helper()
	const script = `mkdir "$2" && id=$(docker create "$1" true) && docker export "$id" | tar --extract --directory "$2"; status=$?; docker rm "$id" > /dev/null; exit $status`
	if out, err := exec.Command("bash", "-o", "pipefail", "-c", script, "unpack", image, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// Start starts the engine that was stopped or killed, and waits until it
// answers.
func (s *Second) Start() {
	s.t.Helper()
	s.tell("start")
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		e, err := docker.Open(context.Background(), docker.Options{Endpoint: daemon.Endpoint{Host: s.Host}})
		if err == nil {
			e.Close()
			return
		}
		if time.Now().After(deadline) {
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			s.t.Fatalf("the second engine does not start: %v\n%s", err, log)
		}
	}
}

// Stop stops the engine as an operator does.
func (s *Second) Stop() { s.t.Helper(); s.tell("stop") }

// Kill kills the engine, but not its containers.
func (s *Second) Kill() { s.t.Helper(); s.tell("kill") }

// Beside returns a command that runs another one where the engine's disk is
// seen as the engine sees it: as if both were on the same computer.
func (s *Second) Beside(command ...string) []string {
	return append([]string{"nsenter", "--target", strconv.Itoa(s.cmd.Process.Pid), "--mount", "--"}, command...)
}

// Fill leaves no room on the engine's disk, which has to be one with a size.
func (s *Second) Fill() {
	s.t.Helper()
	// Process 1 of its namespaces sees its mounts.
	file := fmt.Sprintf("/proc/%d/root%s/data/fill", s.cmd.Process.Pid, s.dir)
	s.shell(`! cat /dev/zero > "$1" 2> /dev/null`, file)
}

// Copy gives the engine an image of the one of Options, which pulls it if it
// does not have it.
func (s *Second) Copy(ref string) {
	s.t.Helper()
	if exec.Command("docker", "image", "inspect", ref).Run() != nil {
		from := ref
		if mirror, err := url.Parse(os.Getenv("HANDBOOK_MIRROR")); err == nil && mirror.Host != "" {
			from = mirror.Host + "/library/" + ref
		}
		s.shell(`docker pull --quiet "$1" && { [ "$1" = "$2" ] || docker tag "$1" "$2"; }`, from, ref)
	}
	s.shell(`docker save "$1" | docker --host "$2" load`, ref, s.Host)
}

func (s *Second) shell(script string, args ...string) {
	s.t.Helper()
	out, err := exec.Command("bash", append([]string{"-o", "pipefail", "-c", script, "second"}, args...)...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("%v: %s", err, out)
	}
}

func (s *Second) tell(word string) {
	s.t.Helper()
	if _, err := fmt.Fprintln(s.in, word); err != nil {
		s.t.Fatal(err)
	}
	if err := s.heard(); err != nil {
		s.t.Fatal(err)
	}
}

func (s *Second) heard() error {
	if !s.out.Scan() {
		return errors.New("the second engine's namespaces have ended")
	}
	return nil
}

func (s *Second) end() {
	s.in.Close()
	s.cmd.Wait()
	if err := os.RemoveAll(s.dir); err != nil {
		s.t.Error(err)
	}
}

// openNetwork brings up the loopback device of the engine's network, and lets
// the mirror answer there at the port that it has outside.
func (s *Second) openNetwork() error {
	mirror, err := url.Parse(os.Getenv("HANDBOOK_MIRROR"))
	if err != nil {
		return err
	}
	port := ""
	if ip := net.ParseIP(mirror.Hostname()); ip != nil && ip.IsLoopback() {
		port = mirror.Port()
	}
	return s.relay(port, mirror.Host)
}

// Reach lets a server on a loopback address of this computer answer at the same
// address in the engine's network.
func (s *Second) Reach(address string) {
	s.t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		err = s.relay(port, address)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// relay passes what connects to a port in the engine's network on to an address
// outside. If the port is "", it does nothing.
func (s *Second) relay(port, address string) error {
	listener, err := s.listen(port)
	if err != nil || listener == nil {
		return err
	}
	s.t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			go relay(from, address)
		}
	}()
	return nil
}

// listen listens in the engine's network. A socket stays in the network that
// it was made in; the thread that made it is given up.
func (s *Second) listen(port string) (listener net.Listener, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		var ns *os.File
		if ns, err = os.Open(fmt.Sprintf("/proc/%d/ns/net", s.cmd.Process.Pid)); err != nil {
			return
		}
		defer ns.Close()
		if err = unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
			return
		}
		if err = loopbackUp(); err == nil && port != "" {
			listener, err = net.Listen("tcp4", ":"+port)
		}
	}()
	<-done
	return listener, err
}

func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo)
}

func relay(from net.Conn, address string) {
	defer from.Close()
	to, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer to.Close()
	go func() {
		io.Copy(to, from)
		to.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(from, to)
}
