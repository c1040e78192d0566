package machine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/pkg/stdcopy"

	"handbook/verify/shell"
)

// Exec starts a process on the machine. An error is a *daemon.Error.
func (i *instance) Exec(ctx context.Context, p shell.Process) (shell.Stream, error) {
	s, err := i.exec(ctx, p, true)
	if err != nil {
		return nil, err // not the nil *stream
	}
	return s, nil
}

// noDetach are keys that nobody presses. The engine's own ones, ^P^Q, are for what
// runs on the machine: a docker run -it, say.
const noDetach = "ctrl-^,ctrl-],ctrl-^,ctrl-],ctrl-^"

// exec starts a process, with its standard error in its output or without.
func (i *instance) exec(ctx context.Context, p shell.Process, withErrors bool) (*stream, error) {
	cli := i.daemon.Client
	opts := container.ExecOptions{
		Tty:          p.TTY,
		AttachStdin:  true,
		AttachStdout: true,
		AttachStderr: withErrors,
		Env:          p.Env,
		WorkingDir:   p.Dir,
		Cmd:          p.Args,
		DetachKeys:   noDetach,
	}
	start := container.ExecAttachOptions{Tty: p.TTY}
	if p.TTY {
		opts.ConsoleSize = &[2]uint{shell.Rows, shell.Columns}
		start.ConsoleSize = opts.ConsoleSize
		if versions.LessThan(cli.ClientVersion(), "1.42") {
			opts.Cmd = sized(p.Args)
		}
	}
	opts.User, opts.Cmd = i.command(opts.Cmd)
	op := fmt.Sprintf("cannot start %q on the machine", p.Args[0])
	created, err := cli.ContainerExecCreate(ctx, i.id, opts)
	if err != nil {
		return nil, i.failure(op, err)
	}
	conn, err := cli.ContainerExecAttach(ctx, created.ID, start)
	if err != nil {
		return nil, i.failure(op, err)
	}
	s := &stream{instance: i, exec: created.ID, conn: conn, out: conn.Reader}
	if !p.TTY {
		s.out = demultiplex(conn.Reader)
	}
	return s, nil
}

// sized returns a command that gives its terminal a size and becomes args.
// Before API 1.42 (Engine 23) an engine makes terminals without a size, and a
// process that looks at once would not see one that is set later.
func sized(args []string) []string {
	set := fmt.Sprintf(`stty cols %d rows %d 2>/dev/null; exec "$@"`, shell.Columns, shell.Rows)
	return append([]string{"sh", "-c", set, "sh"}, args...)
}

// output runs a process without a terminal and returns all that it prints.
func (i *instance) output(ctx context.Context, args ...string) (string, int, error) {
	s, err := i.exec(ctx, shell.Process{Args: args}, true)
	if err != nil {
		return "", 0, err
	}
	defer s.Close()
	defer context.AfterFunc(ctx, func() { s.Close() })()
	if err := s.CloseWrite(); err != nil {
		return "", 0, i.failure("cannot talk to the machine", err)
	}
	const most = 1 << 20
	out, err := io.ReadAll(io.LimitReader(s, most))
	if ctx.Err() != nil {
		return string(out), 0, ctx.Err()
	}
	if err != nil {
		return string(out), 0, i.failure("cannot read from the machine", err)
	}
	exit, err := s.Wait(ctx)
	return string(out), exit, err
}

// A stream is a process that runs on a machine. It implements shell.Stream.
type stream struct {
	instance *instance
	exec     string // its id
	conn     types.HijackedResponse
	out      io.Reader
}

func (s *stream) Read(p []byte) (int, error) { return s.out.Read(p) }

func (s *stream) Write(p []byte) (int, error) { return s.conn.Conn.Write(p) }

// Resize implements shell.Resizer.
func (s *stream) Resize(ctx context.Context, columns, rows int) error {
	size := container.ResizeOptions{Width: uint(columns), Height: uint(rows)}
	if err := s.instance.daemon.Client.ContainerExecResize(ctx, s.exec, size); err != nil {
		return s.instance.failure("cannot change the size of a terminal", err)
	}
	return nil
}

func (s *stream) CloseWrite() error { return s.conn.CloseWrite() }

func (s *stream) Close() error {
	s.conn.Close()
	return nil
}

// Wait returns the exit status. The engine may send the end of the output a
// moment before it knows the status.
func (s *stream) Wait(ctx context.Context) (int, error) {
	for pause := 2 * time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		state, err := s.instance.daemon.Client.ContainerExecInspect(ctx, s.exec)
		if err != nil {
			return 0, s.instance.failure("cannot learn how a process on the machine ended", err)
		}
		if !state.Running {
			return state.ExitCode, nil
		}
		if err := sleep(ctx, pause); err != nil {
			return 0, err
		}
	}
}

// demultiplex joins the standard output and standard error of a process
// without a terminal as they come. An engine reads the two at the same time, so
// one may overtake the other. It buffers no more than a frame: if nobody reads,
// the process waits.
func demultiplex(r io.Reader) io.Reader {
	pr, pw := io.Pipe()
	go func() {
		_, err := stdcopy.StdCopy(pw, pw, r)
		pw.CloseWithError(err) // io.EOF if nil
	}()
	return pr
}

// dial connects to the machine's own engine. It goes through a process on the
// machine, which works wherever the engine outside is.
func (i *instance) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	c, err := i.connect(ctx, "docker", "system", "dial-stdio")
	if err != nil {
		return nil, err
	}
	return &engineConn{Conn: c}, nil
}

// An engineConn is a connection to the engine on a machine. A lab can have put
// something in the engine's place whose answers do not end.
type engineConn struct {
	net.Conn
	left    int64 // bytes of an answer that may still be read
	bounded bool
}

// mostAnswer is how many bytes an answer of the engine's may have. Those to
// events are one answer as long as the lab; saved images, and what is no longer
// HTTP/1, are read piece by piece and may have any length.
const mostAnswer = 16 << 20

var errAnswer = errors.New("the engine's answer does not end")

func (c *engineConn) Write(p []byte) (int, error) {
	if request, rest, ok := bytes.Cut(p, []byte(" HTTP/1.1\r\n")); ok && len(request) < 8<<10 {
		c.left, c.bounded = mostAnswer, !bytes.Contains(request, []byte("/images/get")) && !bytes.Contains(rest, []byte("\r\nUpgrade: "))
	}
	return c.Conn.Write(p)
}

func (c *engineConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.left -= int64(n); c.bounded && c.left < 0 {
		return 0, errAnswer
	}
	return n, err
}

// dialTCP connects to an address as the machine sees it.
func (i *instance) dialTCP(ctx context.Context, _, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	// One cat ends with the connection, the other with the input.
	const relay = `exec 3<>"/dev/tcp/$1/$2" && { cat <&0 >&3 2>/dev/null & exec cat <&3 2>/dev/null; }`
	return i.connect(ctx, "bash", "-c", relay, "bash", host, port)
}

// connect starts a process whose standard input and output are a connection.
// Its standard error is not part of it.
func (i *instance) connect(ctx context.Context, args ...string) (net.Conn, error) {
	// The connection outlives the request that it is first made for.
	s, err := i.exec(context.WithoutCancel(ctx), shell.Process{Args: args}, false)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: s.conn.Conn, out: s.out}, nil
}

// A conn is a network connection to the standard input and output of a process.
// HTTP or TLS is spoken on it.
type conn struct {
	net.Conn // to the engine outside
	out      io.Reader
	answered bool // something was read
}

// Read reads what the other side sends. If the process could not be started,
// the engine sends a sentence instead, which is an error. It is told apart by
// its first byte: of HTTP and TLS only HTTP begins with a letter, the H.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.out.Read(p)
	if n == 0 || c.answered {
		return n, err
	}
	c.answered = true
	if first := p[0] | 0x20; first < 'a' || first > 'z' || p[0] == 'H' {
		return n, err
	}
	rest, _ := io.ReadAll(io.LimitReader(c.out, 4<<10))
	return 0, errors.New(strings.TrimSpace(string(p[:n]) + string(rest)))
}

// sleep waits, or returns the error of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
