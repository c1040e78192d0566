// Package docker makes lab machines with the Docker Engine: fresh containers
// that have a Docker Engine of their own. It implements verify.Engine, and it
// is the only package that knows the Docker SDK.
//
// A machine gets nothing from the computer that it runs on: no mounts, no
// devices, no host network. It gets the least rights with which its own
// engine works, found by trying (see rights), and limits on memory,
// processors, processes and disk. All that is made carries labels, ends with
// the handbook process that made it, and is swept up if that fails (Sweep).
//
// Engines from 20.10 (API 1.41) to 29 work; the API version is negotiated.
package docker

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/docker/cli/cli/connhelper"
	"github.com/docker/docker/api/types/system"
	"github.com/docker/docker/client"

	"handbook/verify"
)

// Options say which engine to use and how. The zero value uses the engine at
// the platform's default socket.
type Options struct {
	// Endpoint is where the engine is; see FindEndpoint.
	Endpoint Endpoint
	// Mirror is the URL of a pull-through cache of Docker Hub, as seen from
	// this computer; loopback addresses are translated for the machines. ""
	// lets handbook run its own on the engine.
	Mirror string
	// CA is a bundle of PEM certificates that machines trust in addition to
	// the well-known ones, for networks that re-sign TLS.
	CA []byte
	// Dockerfile makes the image of machines; nil is the built-in one. It is
	// built without a context.
	Dockerfile []byte
	// CacheDir is a folder of this computer in which what was found out
	// about engines is kept between runs. "" keeps nothing.
	CacheDir string
	// Run names this run of handbook in labels. "" makes a random name.
	Run string
	// ContainerdStore lets the engines of machines keep their images in
	// containerd's store, as a fresh Engine 29 does, and not with the storage
	// driver overlay2, as a fresh Engine 28 does. Engines before 25 can't.
	ContainerdStore bool
	// Settle bounds how long Machine.Settle waits. 0 is 30 seconds.
	Settle time.Duration
	// Progress is told what takes long: the lines of an image build or
	// pull. It may be called from several goroutines at once.
	Progress func(line string)
	// Log takes what helps in finding errors. nil discards it.
	Log *slog.Logger
}

// An Engine is a Docker Engine on which machines are made.
type Engine struct {
	client *client.Client
	opts   Options
	info   system.Info
	log    *slog.Logger
	relay  relay
	claim  claim
	gone   map[string]claim // abandoned runs that Sweep has found

	image  once[string] // reference of the machines' image
	rights once[rights]
	closed once[string] // id of the network of machines that have none
	own    once[string] // id of the container of handbook's own mirror; "" if there can be none
}

var _ verify.Engine = (*Engine)(nil)

// An EngineError means that there is no usable Docker Engine, or that it
// failed at something that no page is to blame for.
type EngineError struct {
	Msg string // a sentence, lower case, without a full stop
	Err error  // what the SDK said; may be nil

	elsewhere bool // what failed is not the engine, so nothing else need be tried on it
}

func (e *EngineError) Error() string { return e.Msg }

func (e *EngineError) Unwrap() error { return e.Err }

// Open connects to the engine and makes sure that it can be used. It makes
// nothing yet. An error is an *EngineError, or that of ctx.
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
	cli, err := newClient(opts.Endpoint)
	if err != nil {
		return nil, &EngineError{Msg: fmt.Sprintf("cannot use the Docker Engine at %s: %v", opts.Endpoint, err), Err: err}
	}
	e := &Engine{client: cli, opts: opts, log: opts.Log, relay: relay{mirrorName, hubURL}, gone: map[string]claim{}}
	if err := e.check(ctx); err != nil {
		cli.Close()
		return nil, err
	}
	e.takeClaim()
	return e, nil
}

// Close gives up the connection. Machines that are still there stay.
func (e *Engine) Close() error {
	e.sweepLate()
	return errors.Join(e.dropClaim(), e.client.Close())
}

// Version is the engine's own, e.g. "28.5.2".
func (e *Engine) Version() string { return e.info.ServerVersion }

func newClient(at Endpoint) (*client.Client, error) {
	opts := []client.Opt{client.WithAPIVersionNegotiation()}
	helper, err := connhelper.GetConnectionHelper(at.Host)
	switch {
	case err != nil:
		return nil, err
	case helper != nil: // ssh://
		opts = append(opts,
			client.WithHTTPClient(&http.Client{Transport: &http.Transport{DialContext: helper.Dialer}}),
			client.WithHost(helper.Host), client.WithDialContext(helper.Dialer))
	case at.Host != "":
		opts = append(opts, client.WithHost(at.Host))
	}
	if at.TLS != (TLSFiles{}) {
		opts = append(opts, client.WithTLSClientConfig(at.TLS.CA, at.TLS.Cert, at.TLS.Key))
	}
	return client.NewClientWithOpts(opts...)
}

// check asks the engine who it is. Each way in which that fails has its own
// sentence, for that is what users see who have no engine.
func (e *Engine) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	info, err := e.client.Info(ctx)
	if err != nil {
		return e.unusable(err)
	}
	e.info = info
	if info.OSType != "linux" {
		return &EngineError{Msg: fmt.Sprintf("the Docker Engine at %s runs %s containers, and labs need Linux containers", e.opts.Endpoint, info.OSType)}
	}
	return nil
}

// unusable says why the engine does not answer.
func (e *Engine) unusable(err error) error {
	at := e.opts.Endpoint
	var dns *net.DNSError
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return &EngineError{Msg: fmt.Sprintf("the Docker Engine at %s does not answer within 15 seconds", at), Err: err}
	case errors.Is(err, os.ErrPermission) || strings.Contains(err.Error(), "permission denied"):
		return &EngineError{Msg: fmt.Sprintf("no permission to use the Docker Engine at %s", at), Err: err}
	case errors.As(err, &dns):
		return &EngineError{Msg: fmt.Sprintf("cannot reach the Docker Engine at %s: there is no host %q", at, dns.Name), Err: err}
	case errors.Is(err, os.ErrNotExist) || at.missing():
		return &EngineError{Msg: fmt.Sprintf("cannot reach the Docker Engine at %s: there is no such socket", at), Err: err}
	case client.IsErrConnectionFailed(err):
		return &EngineError{Msg: fmt.Sprintf("cannot reach the Docker Engine at %s: nothing answers there", at), Err: err}
	}
	return &EngineError{Msg: fmt.Sprintf("cannot use the Docker Engine at %s: %v", at, err), Err: err}
}

// failure turns what the SDK said when it was asked to do something into an
// error that says what handbook was at.
func (e *Engine) failure(doing string, err error) error {
	var known *EngineError
	var lab *verify.LabError
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.As(err, &known), errors.As(err, &lab):
		return err
	case client.IsErrConnectionFailed(err):
		return e.unusable(err)
	case strings.Contains(err.Error(), "no space left on device"):
		return &EngineError{Msg: fmt.Sprintf("the disk of the Docker Engine at %s is full: %s: %v", e.opts.Endpoint, doing, err), Err: err, elsewhere: true}
	}
	return &EngineError{Msg: fmt.Sprintf("%s: %v", doing, err), Err: err}
}

// cleanupTime is how long a removal may take whose caller is gone.
const cleanupTime = 30 * time.Second

// platform is that of the engine, e.g. "linux/amd64".
func (e *Engine) platform() string {
	arch := e.info.Architecture
	switch arch {
	case "x86_64":
		arch = "amd64"
	case "aarch64":
		arch = "arm64"
	}
	return e.info.OSType + "/" + arch
}

// randomName returns eight random hexadecimal digits.
func randomName() string {
	var b [4]byte
	rand.Read(b[:]) // never fails, since Go 1.24
	return hex.EncodeToString(b[:])
}

// A once makes a value when it is first asked for. Who asks meanwhile waits;
// a failure is not kept, so that the next one tries again.
type once[T any] struct {
	mu   sync.Mutex
	done bool
	val  T
}

func (o *once[T]) get(make func() (T, error)) (T, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.done {
		val, err := make()
		if err != nil {
			return val, err
		}
		o.val, o.done = val, true
	}
	return o.val, nil
}

// forget lets the next get make the value anew.
func (o *once[T]) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.done = false
}

// drop gives the value up, if there is one, by calling end.
func (o *once[T]) drop(end func(T)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.done {
		end(o.val)
		o.done = false
	}
}
