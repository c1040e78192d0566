package docker

import (
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

	"handbook/verify"
)

// A stream is a process that Exec has started. It implements verify.Stream.
type stream struct {
	machine *Machine
	exec    string // its id
	conn    types.HijackedResponse
	out     io.Reader
}

// Exec starts a process on the machine. An error is an *EngineError.
func (m *Machine) Exec(ctx context.Context, p verify.Process) (verify.Stream, error) {
	s, err := m.exec(ctx, p, true)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// connect starts a process that is a connection: what it complains of is not
// for the other side.
func (m *Machine) connect(ctx context.Context, args ...string) (net.Conn, error) {
	// The connection outlives the request that it is first made for.
	s, err := m.exec(context.WithoutCancel(ctx), verify.Process{Args: args}, false)
	if err != nil {
		return nil, err
	}
	return &conn{stream: s}, nil
}

func (m *Machine) exec(ctx context.Context, p verify.Process, complaints bool) (*stream, error) {
	cli := m.engine.client
	opts := container.ExecOptions{
		Tty:          p.TTY,
		AttachStdin:  true,
		AttachStdout: true,
		AttachStderr: complaints,
		Env:          p.Env,
		WorkingDir:   p.Dir,
		Cmd:          p.Args,
	}
	start := container.ExecAttachOptions{Tty: p.TTY}
	if p.TTY {
		opts.ConsoleSize = &[2]uint{verify.Rows, verify.Columns}
		start.ConsoleSize = opts.ConsoleSize
		if versions.LessThan(cli.ClientVersion(), "1.42") {
			opts.Cmd = sized(p.Args)
		}
	}
	created, err := cli.ContainerExecCreate(ctx, m.id, opts)
	if err != nil {
		return nil, m.failure(fmt.Sprintf("cannot start %q on the machine", p.Args[0]), err)
	}
	conn, err := cli.ContainerExecAttach(ctx, created.ID, start)
	if err != nil {
		return nil, m.failure(fmt.Sprintf("cannot start %q on the machine", p.Args[0]), err)
	}
	s := &stream{machine: m, exec: created.ID, conn: conn, out: conn.Reader}
	if !p.TTY {
		s.out = demultiplex(conn.Reader)
	}
	return s, nil
}

// sized returns the command that gives its terminal a size and becomes args.
// Before API 1.42 (Engine 23) an engine makes terminals without a size, and
// to resize one afterwards is too late for a process that has just looked.
func sized(args []string) []string {
	set := fmt.Sprintf(`stty cols %d rows %d 2>/dev/null; exec "$@"`, verify.Columns, verify.Rows)
	return append([]string{"sh", "-c", set, "sh"}, args...)
}

func (s *stream) Read(p []byte) (int, error) { return s.out.Read(p) }

func (s *stream) Write(p []byte) (int, error) { return s.conn.Conn.Write(p) }

func (s *stream) CloseWrite() error { return s.conn.CloseWrite() }

func (s *stream) Close() error {
	s.conn.Close()
	return nil
}

// Wait returns the exit status. The engine may send the end of the output a
// moment before it knows the status.
func (s *stream) Wait(ctx context.Context) (int, error) {
	for pause := 2 * time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		state, err := s.machine.engine.client.ContainerExecInspect(ctx, s.exec)
		if err != nil {
			return 0, s.machine.failure("cannot learn how a process on the machine ended", err)
		}
		if !state.Running {
			return state.ExitCode, nil
		}
		if err := sleep(ctx, pause); err != nil {
			return 0, err
		}
	}
}

// output runs a process without a terminal and returns all that it prints,
// for handbook's own short questions.
func (m *Machine) output(ctx context.Context, args ...string) (string, int, error) {
	s, err := m.exec(ctx, verify.Process{Args: args}, true)
	if err != nil {
		return "", 0, err
	}
	defer s.Close()
	defer context.AfterFunc(ctx, func() { s.Close() })()
	if err := s.CloseWrite(); err != nil {
		return "", 0, m.failure("cannot talk to the machine", err)
	}
	const most = 1 << 20
	out, err := io.ReadAll(io.LimitReader(s, most))
	if ctx.Err() != nil {
		return string(out), 0, ctx.Err()
	}
	if err != nil {
		return string(out), 0, m.failure("cannot hear the machine", err)
	}
	exit, err := s.Wait(ctx)
	return string(out), exit, err
}

// demultiplex joins the standard output and standard error of a container
// that has no terminal, as they come: an engine reads them side by side, so one
// may overtake the other. It holds no more than a frame: who
// does not read holds up the process.
func demultiplex(r io.Reader) io.Reader {
	pr, pw := io.Pipe()
	go func() {
		_, err := stdcopy.StdCopy(pw, pw, r)
		pw.CloseWithError(err) // io.EOF if nil
	}()
	return pr
}

// A conn is a process's standard streams as a network connection, on which
// HTTP or TLS is spoken.
type conn struct {
	*stream
	answered bool
}

// Read reads what the other side says. Where the process could not be
// started, it is the engine who speaks, in a sentence, and that is an error:
// neither HTTP nor TLS begins with a letter but the H of HTTP.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.stream.Read(p)
	if n == 0 || c.answered {
		return n, err
	}
	c.answered = true
	if first := p[0] | 0x20; first < 'a' || first > 'z' || p[0] == 'H' {
		return n, err
	}
	rest, _ := io.ReadAll(io.LimitReader(c.stream, 4<<10))
	return 0, errors.New(strings.TrimSpace(string(p[:n]) + string(rest)))
}

func (*conn) LocalAddr() net.Addr              { return addr{} }
func (*conn) RemoteAddr() net.Addr             { return addr{} }
func (*conn) SetDeadline(time.Time) error      { return nil }
func (*conn) SetReadDeadline(time.Time) error  { return nil }
func (*conn) SetWriteDeadline(time.Time) error { return nil }

type addr struct{}

func (addr) Network() string { return "exec" }
func (addr) String() string  { return "machine" }

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
