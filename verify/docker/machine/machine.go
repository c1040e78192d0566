// Package machine has the machines of labs: containers in which a shell runs, and
// a Docker Engine of their own. It starts processes on them, watches what they use
// (usage) and whether they live (control), asks their engines (innerEngine), and
// removes them.
package machine

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/docker/docker/api/types/container"
	"golang.org/x/sync/errgroup"

	"handbook/content"
	"handbook/content/config"
	"handbook/verify"
	"handbook/verify/cleanup"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/hub"
	"handbook/verify/docker/images"
	"handbook/verify/docker/inventory"
	"handbook/verify/docker/rights"
	"handbook/verify/shell"
)

// A Machine is a container that is a fresh computer. It implements
// verify.Machine.
type Machine struct {
	instance *instance
	engine   *innerEngine // its own; nil on a plain machine
	usage    *usage
	sources  images.Sources
	contents string // digest of what is in its image; "" on a plain machine
	// Tools are on machines of that image. Who has made the machine sets them.
	Tools Tools

	stop  context.CancelFunc // ends what watches the machine
	close sync.Once
	err   error // of Close
}

// Tools are the versions of the programs that a reader types. What is not there
// has none.
type Tools struct{ Client, Compose, Buildx string }

var _ verify.Machine = (*Machine)(nil)

// A Container says how the container of a machine is made.
type Container struct {
	Name   string
	Image  string // its image, as the page has it; Config has the engine's name for it
	Config *container.Config
	Host   *container.HostConfig
	Files  map[string][]byte // files that it gets before it starts, by path
	UserNS bool              // it has a user namespace of its own; see Enter
	Limits config.Machine
}

// An Engine says what a machine's own engine is like.
type Engine struct {
	Contents string        // the digest of what is in the machine's image
	Hub      *hub.Standin  // the machine's, or nil
	Mirror   string        // URL of the mirror as the machine sees it, or ""
	Settle   time.Duration // how long Machine.Settle waits at most
}

// New makes a machine, and begins to watch it. The engine is nil for a plain
// machine. An error is that of ctx, a *verify.LabError or a *daemon.Error.
func New(ctx context.Context, d *daemon.Daemon, c Container, sources images.Sources, e *Engine) (*Machine, error) {
	i, err := newInstance(ctx, d, c)
	if err != nil {
		return nil, err
	}
	m := &Machine{instance: i, usage: &usage{instance: i}, sources: sources}
	if e != nil {
		m.contents = e.Contents
		if m.engine, err = newInnerEngine(i, sources, e); err != nil {
			i.control.close()
			d.Discard(i.id)
			return nil, d.Failure("cannot make a client of the machine's engine", err)
		}
	}
	m.watch()
	return m, nil
}

// watch watches the machine until it is closed.
func (m *Machine) watch() {
	ctx, stop := context.WithCancel(context.Background())
	m.stop = stop
	if m.engine == nil {
		go m.usage.watchDisk(ctx)
	} else {
		m.usage.answers = m.engine.answers
		go m.engine.watch(ctx)
	}
	go m.usage.watchMemory(ctx)
	go m.usage.watchUse(ctx)
}

// ID returns the id of the machine's container.
func (m *Machine) ID() string { return m.instance.id }

// Address returns the address of the machine in its network.
func (m *Machine) Address(ctx context.Context) (string, error) {
	found, err := m.instance.daemon.Client.ContainerInspect(ctx, m.instance.id)
	if err != nil {
		return "", m.instance.failure("cannot ask for the machine's address", err)
	}
	for _, network := range found.NetworkSettings.Networks {
		if network.IPAddress != "" {
			return network.IPAddress, nil
		}
	}
	return "", &daemon.Error{Msg: fmt.Sprintf("the Docker Engine at %s has given the machine no address", m.instance.daemon.At)}
}

// Output runs a process without a terminal and returns all that it prints, and its
// exit status.
func (m *Machine) Output(ctx context.Context, args ...string) (string, int, error) {
	return m.instance.output(ctx, args...)
}

// Exec starts a process on the machine. An error is a *daemon.Error, or that
// of ctx.
func (m *Machine) Exec(ctx context.Context, p shell.Process) (shell.Stream, error) {
	return m.instance.Exec(ctx, p)
}

// Settle waits until the containers that the lab has started can be used.
func (m *Machine) Settle(ctx context.Context, last verify.Start, when verify.When) (verify.Settled, error) {
	m.usage.reset()
	if m.engine == nil {
		return verify.Settled{}, nil
	}
	return m.engine.ready.Wait(ctx, last, when)
}

// Observe returns what the lab has done with images since the last call; see
// images.Store.Observe.
func (m *Machine) Observe(ctx context.Context) (verify.Observation, error) {
	if m.engine == nil {
		return verify.Observation{}, nil
	}
	seen, err := m.engine.images.Observe(ctx)
	return verify.Observation(seen), m.failure(ctx, err)
}

// Weigh returns how much is downloaded for images, in bytes; see
// images.Store.Weigh.
func (m *Machine) Weigh(ctx context.Context, ids []string) (map[string]int64, error) {
	if m.engine == nil {
		return nil, nil
	}
	sizes, err := m.engine.images.Weigh(ctx, ids)
	return sizes, m.failure(ctx, err)
}

// Inventory returns what the machine's engine has.
func (m *Machine) Inventory(ctx context.Context) (cleanup.Engine, error) {
	if m.engine == nil {
		return cleanup.Engine{}, nil
	}
	found, err := inventory.Take(ctx, m.engine.client)
	if err == nil {
		found.Images, err = m.engine.images.List(ctx)
	}
	return found, m.failure(ctx, err)
}

// About returns what the machine is, and the images on it that the lab has not
// made itself. It fails if the lab has run out of processes: what it printed is
// then not what a reader sees.
func (m *Machine) About(ctx context.Context) (content.RecordMachine, []content.Base, error) {
	about := content.RecordMachine{Image: m.instance.image, Digest: m.contents, Client: m.Tools.Client, Compose: m.Tools.Compose, Buildx: m.Tools.Buildx, Platform: m.instance.daemon.Platform()}
	var bases []content.Base
	var group errgroup.Group
	lacked := false
	group.Go(func() error {
		lacked = m.usage.lackedProcesses(ctx)
		return nil
	})
	group.Go(func() (err error) {
		if m.engine == nil {
			base, err := m.sources.Image(ctx, m.instance.daemon.Client, m.instance.image, m.instance.imageID)
			bases = []content.Base{base}
			return err
		}
		info, err := m.engine.client.Info(ctx)
		if err != nil {
			return &images.Error{Op: "cannot ask the machine's engine", Err: err}
		}
		about.Engine, about.Storage, about.Kernel = info.ServerVersion, info.Driver, info.KernelVersion
		bases, err = m.engine.images.Bases(ctx)
		return err
	})
	err := group.Wait()
	if lacked {
		return about, nil, m.usage.processError()
	}
	return about, bases, m.failure(ctx, err)
}

// failure turns an error of package images into one of this package.
func (m *Machine) failure(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	return cmp.Or(ctx.Err(), m.instance.failure("", err))
}

//go:embed diagnose
var diagnoseScript string

// Diagnose looks for what makes commands fail that are right: the machine has
// ended, its disk is full, its mirror or its engine is gone, or a limit was
// reached.
func (m *Machine) Diagnose(ctx context.Context) error {
	if err := m.usage.reached(ctx); err != nil {
		return err
	}
	kind, mirror := "plain", ""
	if m.engine != nil {
		kind, mirror = "docker", m.engine.mirror
	}
	out, exit, err := m.instance.output(ctx, "sh", "-c", diagnoseScript, "diagnose", kind, mirror)
	at := m.instance.daemon.At
	why, ended := m.instance.hasEnded()
	if !ended && (err != nil || exit != 0) {
		// The processes of a machine end a moment before the engine outside knows
		// of its end.
		select {
		case <-m.instance.control.ended:
		case <-time.After(2 * time.Second):
		case <-ctx.Done():
		}
		why, ended = m.instance.hasEnded()
	}
	switch {
	case ended && m.instance.control.exceeded() == "disk":
		return m.usage.diskError()
	case why != "":
		return &verify.LabError{Msg: "the machine has ended: " + why}
	case ended:
		if err := m.instance.daemon.Ping(ctx); err != nil {
			return err
		}
		return &daemon.Error{Msg: fmt.Sprintf("the machine has ended: the Docker Engine at %s was stopped or restarted, or somebody has removed the machine", at)}
	case err != nil:
		return err
	case m.usage.outOfMemory(ctx): // the engine tells of it before it tells of the script's end
		return m.usage.memoryError()
	case exit != 0:
		return nil // the machine does not have the programs that it takes
	}
	what, why, _ := strings.Cut(strings.TrimRight(out, "\n"), "\n")
	switch what {
	case "disk":
		return &daemon.Error{Msg: fmt.Sprintf("the disk of the Docker Engine at %s is full", at), Reason: daemon.ReasonDiskFull}
	case "mirror":
		return &daemon.Error{Msg: fmt.Sprintf("the mirror %s can't be reached any more: %s", cmp.Or(m.sources.Mirror, mirror), why), Reason: hub.ReasonMirror}
	case "engine":
		var log []string
		if why != "" {
			log = strings.Split(why, "\n")
		}
		return &verify.LabError{Msg: "the machine's Docker Engine has ended" + Quote(log)}
	}
	return nil
}

// Machines returns nil: it is a single one.
func (*Machine) Machines() []verify.Named { return nil }

// Enter returns the command with which a person gets a shell on the machine.
func (m *Machine) Enter() string {
	if m.engine == nil {
		return m.instance.enter("sh")
	}
	return m.instance.enter("bash")
}

// Keep leaves the machine running after handbook ends. Close then only closes
// the connection; Engine.Clean removes the machine.
func (m *Machine) Keep() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := m.instance.control.keep(ctx); err != nil {
		return m.instance.failure("cannot keep the machine", err)
	}
	m.close.Do(m.disconnect)
	return nil
}

// Close removes the machine with its volume, even if the work that it was for
// was cancelled. It can be called more than once.
func (m *Machine) Close() error {
	m.close.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), daemon.CleanupTime)
		defer cancel()
		m.err = m.instance.daemon.Remove(ctx, m.instance.id)
		m.disconnect()
	})
	return m.err
}

func (m *Machine) disconnect() {
	m.stop()
	if m.engine != nil {
		m.engine.close()
	}
	m.instance.control.close()
}

// Escapes tries what root on the machine can do to the computer outside. What
// it tries changes nothing there.
func (m *Machine) Escapes(ctx context.Context) ([]rights.Escape, error) {
	return rights.FindEscapes(ctx, m.instance.output)
}
