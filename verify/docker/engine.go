// Package docker makes lab machines with the Docker Engine: fresh containers
// that have a Docker Engine of their own. It implements verify.Engine, and it
// and the packages below it are the only ones that know the Docker SDK.
//
// There are two engines everywhere: the one on which machines are made, which
// is "the engine" or "the engine outside" (package daemon), and the one on a
// machine ("the machine's engine").
//
// A machine gets nothing from the computer that it runs on: no mounts, no
// devices, no host network. It gets the least rights with which its own engine
// works (package rights), and limits on memory, processors, processes and disk
// (package machine). All that is made has labels, ends with the handbook process
// that has made it, and is removed by a later one if that fails (package sweep).
//
// Engines from 20.10 (API 1.41) to 29 work; the API version is negotiated.
package docker

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"handbook/content/config"
	"handbook/verify"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/hub"
	"handbook/verify/docker/images"
	"handbook/verify/docker/machineimage"
	"handbook/verify/docker/sweep"
)

// Options say which engine to use and how. The zero value uses the engine at
// the platform's default socket.
type Options struct {
	// Endpoint is where the engine is; see FindEndpoint.
	Endpoint daemon.Endpoint
	// Mirror is the URL of a pull-through cache of Docker Hub, as seen from
	// this computer; loopback addresses are translated for the machines. If
	// it is "", handbook runs its own on the engine.
	Mirror string
	// CA is a bundle of PEM certificates that machines trust in addition to
	// the well-known ones, for networks that re-sign TLS.
	CA []byte
	// Machines says what machines with a Docker Engine are made of, by the
	// engine's name (verify.Spec.Docker), beside those that are built in.
	Machines map[string]machineimage.Source
	// CacheDir is a folder of this computer for what was found out about
	// engines. If it is "", every run finds it out again.
	CacheDir string
	// Run names this run of handbook in labels. "" is a random name.
	Run string
	// Strangers refuses machines that do not hold against an attacker; see
	// Machine.Escapes.
	Strangers bool
	// Settle is how long Machine.Settle waits at most. 0 is 30 seconds.
	Settle time.Duration
	// Progress receives the lines of an image build or pull, which may take
	// long. It may be called from several goroutines at once.
	Progress func(line string)
	// Log receives what helps in finding errors. nil discards it.
	Log *slog.Logger
}

// An Engine is a Docker Engine on which machines are made. It implements
// verify.Engine.
type Engine struct {
	opts     Options
	daemon   *daemon.Daemon
	claim    *sweep.Claim // of this run; may be nil
	sweeper  *sweep.Sweeper
	puller   *images.Puller
	images   *machineimage.Set
	kinds    map[string]*kind // by the names of their engines
	networks *networks
	sources  images.Sources
}

var _ verify.Engine = (*Engine)(nil)

// Open connects to the engine and makes sure that it can be used. It makes
// nothing yet. An error is a *daemon.Error, or that of ctx.
func Open(ctx context.Context, opts Options) (*Engine, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Progress == nil {
		opts.Progress = func(string) {}
	}
	if opts.Settle == 0 {
		opts.Settle = 30 * time.Second
	}
	if opts.Run == "" {
		opts.Run = randomName()
	}
	d, err := daemon.Connect(ctx, daemon.Config{At: opts.Endpoint, CA: opts.CA, Log: opts.Log})
	if err != nil {
		return nil, err
	}
	claims := sweep.NewClaims(opts.CacheDir, d.Info.ID)
	client := hub.Client(opts.CA)
	p := &images.Puller{Client: d.Client, Mirror: opts.Mirror, Platform: d.Platform(), Progress: opts.Progress}
	all := machineimage.NewSet(d, p, opts.Machines)
	return &Engine{
		opts:     opts,
		daemon:   d,
		claim:    claims.Take(opts.Run),
		sweeper:  sweep.New(sweep.Engine{Client: d.Client, Log: d.Log, Remove: d.Remove, Fail: d.Failure}, claims),
		puller:   p,
		images:   all,
		kinds:    newKinds(d, all, opts),
		networks: &networks{daemon: d, mirror: newMirror(d, p, all, opts, client)},
		sources:  images.Sources{Mirror: opts.Mirror, HTTP: client, Platform: d.Platform(), Log: opts.Log},
	}, nil
}

// newMirror returns the mirror of the options, or handbook's own.
func newMirror(d *daemon.Daemon, p *images.Puller, all *machineimage.Set, opts Options, client *http.Client) mirror {
	if opts.Mirror != "" {
		return &hub.Given{URL: opts.Mirror, HTTP: client, Client: d.Client, Remote: d.At.Remote(), VM: d.InVM()}
	}
	unavailable := func(err error) {
		err = d.Failure("", err)
		d.Log.Warn("no mirror of Docker Hub", "error", err)
		opts.Progress("no mirror of Docker Hub can be run, so base images are fetched each time: " + err.Error())
	}
	// The mirror is everybody's: a site's own image could pass on other base images.
	// So one that was made before, without which nothing need be made here, is that
	// of a mirror for machines of the same image.
	name, first := "handbook-mirror", config.Engines[0]
	image := machineimage.Builtin(d, p, first)
	if own, err := all.Get(""); err == nil && own.Engine == "" && own.Dockerfile == nil {
		image = own
		name += "-" + machineimage.ShortDigest([]byte(image.Ref))
	}
	return &hub.Own{Client: d.Client, Name: name, Of: hub.URL, Labels: sweep.Shared(sweep.RoleMirror), Engine: mirrorEngine{d, image}, Unavailable: unavailable}
}

// A mirrorEngine is what handbook's own mirror needs of the engine.
type mirrorEngine struct {
	*daemon.Daemon
	image *machineimage.Image
}

func (e mirrorEngine) Image(ctx context.Context) (string, error) { return e.image.Ensure(ctx) }

// Images returns the images of machines that have an engine of their own.
func (e *Engine) Images() *machineimage.Set { return e.images }

// Close closes the connection. Machines that are still there stay.
func (e *Engine) Close() error {
	e.sweeper.Finish()
	return errors.Join(e.claim.End(), e.daemon.Client.Close())
}

// CPUs returns how many processors the engine's computer has, 0 if it does not
// tell.
func (e *Engine) CPUs() int { return e.daemon.Info.NCPU }

// Memory returns how many bytes of memory the engine's computer has, 0 if it
// does not tell.
func (e *Engine) Memory() int64 { return e.daemon.Info.MemTotal }

// FreeDisk returns how many bytes are free where the engine keeps its machines.
// It is known if the engine is on this very computer, and not in a virtual
// machine there.
func (e *Engine) FreeDisk() (bytes int64, known bool) { return e.daemon.FreeDisk() }

// Resolve asks the registry, through the mirror of the options if it is of
// Docker Hub, to which manifest the name of an image leads today. An error is a
// *verify.LabError if that is no name, a *daemon.Error, or that of ctx.
func (e *Engine) Resolve(ctx context.Context, image string) (digest string, err error) {
	digest, err = e.puller.Resolve(ctx, image)
	return digest, e.daemon.Failure("", err)
}

// Ping asks whether the engine answers. An error is a *daemon.Error, or that
// of ctx.
func (e *Engine) Ping(ctx context.Context) error { return e.daemon.Ping(ctx) }

// Watch returns when the engine is lost: it has ended, even if another one
// takes its place at once, or it no longer answers. The error is a
// *daemon.Error, or that of ctx.
func (e *Engine) Watch(ctx context.Context) error { return e.daemon.Watch(ctx) }

// Sweep removes what earlier runs of handbook have left on the engine: at once
// if they ran on this computer, as their claims tell whether they are alive,
// and else after a while. It leaves machines that run: they end by themselves
// when their handbook does (machine/init), or were kept on purpose. It removes
// containers that were never started or could not be removed, and volumes
// without a container.
func (e *Engine) Sweep(ctx context.Context) error { return e.sweeper.Sweep(ctx) }

// Clean removes all that handbook has made on the engine: machines, including
// kept ones and those of other handbooks that run now, their volumes, networks,
// the mirror with what it has stored, and images. The engine is to be closed
// then.
func (e *Engine) Clean(ctx context.Context) error { return e.sweeper.Clean(ctx) }

// randomName returns eight random hexadecimal digits.
func randomName() string {
	var b [4]byte
	rand.Read(b[:]) // never fails, since Go 1.24
	return hex.EncodeToString(b[:])
}
