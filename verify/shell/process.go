package shell

import (
	"context"
	"io"
)

// The size of every terminal.
const (
	Columns = 100
	Rows    = 30
)

// A Host can start processes: a machine, or what stands in for one.
type Host interface {
	// Exec starts a process. An error means that the host failed, never that
	// the process did.
	Exec(ctx context.Context, p Process) (Stream, error)
}

// A Process is what Exec starts.
type Process struct {
	Args []string
	Env  []string // added to the host's own
	Dir  string   // "" is the host's default
	TTY  bool     // run it at a terminal of Columns × Rows; its output is then one raw stream
}

// A Resizer is a Stream of a process at a terminal that can be given another size.
type Resizer interface {
	Resize(ctx context.Context, columns, rows int) error
}

// A Stream is a process's standard input and output. Without a terminal,
// reads return standard output and standard error, each in its order, but one
// may overtake the other.
type Stream interface {
	io.Reader
	io.Writer
	// CloseWrite ends the process's standard input.
	CloseWrite() error
	// Wait returns the exit status after the output has ended.
	Wait(ctx context.Context) (int, error)
	// Close gives up the stream; it does not end the process.
	Close() error
}
