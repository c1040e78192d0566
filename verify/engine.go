package verify

import (
	"context"
	"slices"
	"time"

	"handbook/content"
	"handbook/content/config"
	"handbook/verify/cleanup"
	"handbook/verify/plans"
	"handbook/verify/shell"
)

// An Engine makes machines. Its methods can be called at the same time.
type Engine interface {
	// Start makes a fresh machine and returns it ready, or, if the Spec has
	// several names, the machines as one (see package several). An error means
	// that there is no machine; if the lab is to blame and not the engine (its
	// image does not exist, say) it is, or wraps, a *LabError.
	Start(ctx context.Context, spec Spec) (Machine, error)
	// CPUs returns how many processors the engine's computer has, 0 if that
	// is not known.
	CPUs() int
	// Memory returns how many bytes of memory the engine's computer has, 0
	// if that is not known.
	Memory() int64
	// FreeDisk returns how many bytes are free where the engine keeps its
	// machines, and whether that is known.
	FreeDisk() (bytes int64, known bool)
	// Resolve returns the digest of the manifest to which the name of an image
	// leads today, "" if there is no such image any more.
	Resolve(ctx context.Context, image string) (digest string, err error)
	// Ping asks whether the engine answers.
	Ping(ctx context.Context) error
	// Watch returns when the engine is lost: it has ended, even if another
	// one takes its place at once, or it no longer answers. If ctx ends
	// first, the error is that of ctx.
	Watch(ctx context.Context) error
	// Close gives up the engine. Its machines are closed before.
	Close() error
}

// Spec says what a machine has to be.
type Spec struct {
	Page    string // which lab it is for: for labels and messages
	Image   string // "docker", or the reference of an image
	Docker  string // of "docker": the name of the machine's own engine; "" is the default
	Network string // "open" or "none"
	Limits  config.Machine

	// Names are those of the lab's machines, if it names some: they are on one
	// network, and know each other by these. Limits are those of each.
	Names []string

	// Hub is the user whom a registry on the machine knows that stands in
	// for Docker Hub: "docker login", "docker push" and "docker pull" of what
	// was pushed work as written. "" wants none.
	Hub      string
	HubToken string // that user's password

	// Pinned are base images of Docker Hub that the lab gets as they were, by
	// their digests, whatever their tags name today.
	Pinned []content.Base
}

// SpecOf says what the machine of a plan's lab has to be. The password is that of the
// stand-in hub's user, if the lab has one.
func SpecOf(p *plans.Plan, password string) Spec {
	s := Spec{Page: p.Page.Path, Image: p.Lab.Machine, Docker: p.Docker, Network: p.Lab.Network, Names: p.Lab.Machines, Limits: p.Limits, Hub: p.Lab.Hub, Pinned: p.Pinned}
	s.Limits.Network = p.Lab.Network
	if s.Hub != "" {
		s.HubToken = password
	}
	return s
}

// A Machine is the fresh computer that a lab runs on. Its methods can be
// called at the same time. A machine without a Docker Engine of its own
// returns nothing, at once, from the methods that ask about containers, images
// and builds.
type Machine interface {
	shell.Host // starts processes

	// Machines returns those that it stands for, of a lab that names several, and
	// nil if it is a single one.
	Machines() []Named
	// Settle waits, for a bounded time, until every container that was
	// started since the last call listens on its published ports, or is
	// healthy where it has a health check. It tells what has gone wrong since
	// then, also with containers that were started before. What was started
	// since the last call was started by the last command.
	//
	// It is called between commands and has to be cheap when there is nothing
	// to wait for.
	Settle(ctx context.Context, last Start, when When) (Settled, error)
	// Observe returns what has changed since the last call. Causes are left
	// to the caller. It is called after every command and has to be cheap
	// when there is nothing new.
	Observe(ctx context.Context) (Observation, error)
	// Weigh returns the bytes of the images' compressed layers, by image id.
	// It costs much more than Observe, so it is asked only about images whose
	// weight a page shows. Images that no longer exist are left out. Results
	// are remembered.
	Weigh(ctx context.Context, ids []string) (map[string]int64, error)
	// Inventory returns what the machine's Docker Engine has.
	Inventory(ctx context.Context) (cleanup.Engine, error)
	// Diagnose is called when something has failed on the machine. It
	// returns what is wrong with the machine itself, or nil: a *LabError if
	// the lab has broken it, another error if the machine, or what it stands
	// on, has failed.
	Diagnose(ctx context.Context) error
	// About tells what the machine is, and which base images it has fetched
	// so far.
	About(ctx context.Context) (content.RecordMachine, []content.Base, error)

	// Used returns what was used of the engine's computer since the machine was
	// started. How long that took is left to the caller. The error is
	// errors.ErrUnsupported if that is never known.
	Used(ctx context.Context) (Usage, error)

	// Enter is the command with which a person gets a shell on the machine.
	Enter() string
	// Keep leaves the machine running after handbook ends. Close then only
	// gives up the connection to it.
	Keep() error
	// Close removes the machine and all that belongs to it.
	Close() error
}

// A Named is one of several machines of a lab.
type Named struct {
	Name string
	Machine
}

// An Observation is what a command has brought about.
type Observation struct {
	Images  []content.Image // that have got a name
	Builds  []content.Build // that have finished
	Removed []string        // names that no image has any more
}

// A Start is a command that may start containers, and what its page says of
// these.
type Start struct {
	Number  int           // tells it from the machine's other commands
	Wait    time.Duration // how long it may take until they are ready; 0 leaves that to the machine
	Unready bool          // they are never meant to be ready
	Ends    []string      // those that are meant to end, by name; "" stands for all
}

// MeantToEnd reports whether a container with these names is meant to end.
func (s Start) MeantToEnd(names []string) bool {
	return slices.ContainsFunc(s.Ends, func(name string) bool { return name == "" || slices.Contains(names, name) })
}

// When says when Settle is called.
type When int

const (
	Between When = iota // between two commands
	AtEnd               // behind the last one: all containers are looked at again
	Look                // a command has failed: nothing is waited for
)

// Settled is what Settle saw.
type Settled struct {
	Waited   time.Duration // 0 if there was nothing to wait for
	Troubles []Trouble
}

// A Trouble is something that has happened to a container, or a service, which
// the lab has not done itself.
type Trouble struct {
	Kind  TroubleKind
	Start int      // Start.Number of the command that has started it
	Names []string // by which a page may name it
	Exit  int      // its exit status
	// Fine says that a container may have ended so: with status 0, or to be
	// started again by the engine.
	Fine bool
	// Attached says that whoever has started it saw how it ended.
	Attached bool

	Msg    string   // a sentence, lower case, without a full stop
	Log    []string // the last lines of what it printed
	Reason content.Reason
}

// TroubleKind says what has happened.
type TroubleKind int

const (
	Ended   TroubleKind = iota // it has ended by itself
	Failing                    // it restarts for ever, is unhealthy, or cannot be reached
	Partly                     // it can be used, though not all of it
)

// A LabError is a machine that could not be made for a reason that the page
// names (an image that does not exist, say), or that the lab has broken.
type LabError struct {
	Msg    string
	Reason content.Reason
}

func (e *LabError) Error() string { return e.Msg }
