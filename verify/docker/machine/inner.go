package machine

import (
	"context"
	_ "embed"
	"net/http"
	"strings"
	"time"

	"github.com/docker/docker/client"

	"handbook/verify/docker/hub"
	"handbook/verify/docker/images"
	"handbook/verify/docker/ready"
	"handbook/verify/shell"
)

// answerScript answers questions about a machine.
//
//go:embed answer
var answerScript string

// An innerEngine is the Docker Engine on a machine.
type innerEngine struct {
	client  *client.Client
	answers *shell.KeptScript // runs answerScript
	images  *images.Store
	ready   *ready.Waiter
	mirror  string // URL of the mirror as the machine sees it, or ""
}

// newInnerEngine connects to the engine on a machine.
func newInnerEngine(i *instance, sources images.Sources, like *Engine) (*innerEngine, error) {
	// Idle connections are kept as long as the machine, as each costs a
	// process.
	transport := &http.Transport{DialContext: i.dial, MaxIdleConns: 6, MaxIdleConnsPerHost: 6, DisableCompression: true}
	cli, err := client.NewClientWithOpts(
		client.WithHTTPClient(&http.Client{Transport: transport}),
		client.WithHost("http://machine"),
		client.WithDialContext(i.dial),
		client.WithAPIVersionNegotiation(),
	)
	if err != nil {
		return nil, err
	}
	e := &innerEngine{client: cli, mirror: like.Mirror}
	e.answers = shell.KeepScript(i, "pids() {\n"+pidsEvents+"\n}\n"+answerScript, "sh")
	e.ready = ready.New(ready.Engine{Client: cli, Timeout: like.Settle, Answers: e.answers, Fail: i.failure})
	config := images.Config{Client: cli, Machine: i, Answers: e.answers, Sources: sources, Hub: like.Hub}
	if like.Mirror != "" {
		config.Mirror = &hub.Registry{URL: strings.TrimSuffix(like.Mirror, "/"), HTTP: throughMachine(i, sources.HTTP)}
	}
	e.images, err = images.NewStore(config)
	return e, err
}

// throughMachine returns an HTTP client like another one that connects through
// a machine. The mirror may not be reachable from here.
func throughMachine(i *instance, like *http.Client) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if own, ok := like.Transport.(*http.Transport); ok {
		transport = own.Clone()
	}
	transport.Proxy = nil
	transport.DialContext = i.dialTCP
	through := *like
	through.Transport = transport
	return &through
}

// watch listens to the engine until ctx ends. It also prepares what observing
// the first commands takes, so that the lab does not wait for it.
func (e *innerEngine) watch(ctx context.Context) {
	// The client's first call keeps all others waiting while it learns the
	// version; a lab may have stopped the engine by then.
	asking, cancel := context.WithTimeout(ctx, 20*time.Second)
	e.client.NegotiateAPIVersion(asking)
	late := asking.Err() != nil
	cancel()
	if late {
		return
	}
	go e.images.Watch(ctx)
	go e.ready.Watch(ctx)
	e.images.Warm(ctx)
	// The first commands of a lab seldom build, and this costs a process.
	if sleep(ctx, 500*time.Millisecond) == nil {
		_ = e.answers.Start(ctx) // it is started again when it is needed
	}
}

func (e *innerEngine) close() {
	e.images.Close()
	e.answers.Close()
	e.client.Close()
}
