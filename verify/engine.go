package verify

import (
	"context"
	"io"
	"time"

	"handbook/content"
)

// An Engine makes machines.
type Engine interface {
	// Start makes a fresh machine and returns it ready. An error means that
	// there is no machine; if the lab is to blame and not the engine (its
	// image does not exist, say) it is, or wraps, a *LabError.
	Start(ctx context.Context, spec Spec) (Machine, error)
}

// Spec says what a machine has to be.
type Spec struct {
	Page    string // which lab it is for: for labels and messages
	Image   string // "docker", or the reference of an image
	Network string // "open" or "none"
	Limits  content.MachineConfig

	// Hub is the user whom a registry on the machine knows that stands in
	// for Docker Hub: "docker login", "docker push" and "docker pull" of what
	// was pushed work as written. "" wants none.
	Hub      string
	HubToken string // that user's password
}

// A Machine is the fresh computer that a lab runs on. Its methods can be called
// at the same time.
type Machine interface {
	// Exec starts a process on the machine. An error means that the machine
	// failed, never that the process did.
	Exec(ctx context.Context, p Process) (Stream, error)
	// Settle waits, for a bounded time, until every container that the
	// machine's own engine has started since the last call listens on its
	// published ports, or is healthy where it has a health check. It is
	// called between commands and has to be cheap when there is nothing to
	// wait for. Machines without an engine return at once.
	Settle(ctx context.Context) (Settled, error)
	// About tells what the machine is, and which images it has fetched up
	// to now.
	About(ctx context.Context) (content.RecordMachine, []content.Base, error)
	// Enter is the command with which a person gets a shell on the machine.
	Enter() string
	// Close removes the machine and all that belongs to it.
	Close() error
}

// A Process is what Exec starts.
type Process struct {
	Args []string
	Env  []string // added to the machine's own
	Dir  string   // "" is the machine's default
	TTY  bool     // give it a terminal of Columns × Rows; its output is then one raw stream
}

// The terminal of a lab.
const (
	Columns = 100
	Rows    = 30
)

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

// An Observer is a machine that knows what its own engine has built.
type Observer interface {
	// Observe returns what has come since the last call: images that are new
	// or that got a name, and builds. Causes are left to the caller. It is
	// called after every command and has to be cheap when there is nothing
	// new.
	Observe(ctx context.Context) (Observation, error)
}

// A Weigher is a machine that can tell how much of an image is downloaded.
type Weigher interface {
	// Weigh returns the bytes of the images' compressed layers, by the id
	// that was given. It costs much more than Observe, so it is asked only
	// about images whose weight a page shows. Images that are gone are left
	// out. What it has found out it remembers, and it can be called while
	// the machine is used.
	Weigh(ctx context.Context, ids []string) (map[string]int64, error)
}

// A Diagnoser is a machine that can look at itself.
type Diagnoser interface {
	// Diagnose is called when something has failed on the machine, and
	// returns what is wrong with the machine itself, nil if nothing is: a
	// *LabError if the lab has broken it, another error if the machine, or
	// what it stands on, has failed.
	Diagnose(ctx context.Context) error
}

// An Observation is what a command has brought about.
type Observation struct {
	Images []content.Image
	Builds []content.Build
}

// Settled is what Settle saw.
type Settled struct {
	Waited time.Duration
	// Died has a sentence for every container that ended with an error
	// before it listened, with the last lines of its log; Late one for every
	// container that did not listen in time.
	Died, Late []string
}

// A LabError is a machine that could not be made for a reason that the page
// names (an image that does not exist, say), or that the lab has broken.
type LabError struct{ Msg, Hint string }

func (e *LabError) Error() string { return e.Msg }
