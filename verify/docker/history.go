package docker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	buildkit "github.com/moby/buildkit/api/services/control"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/timestamppb"

	"handbook/content"
)

// A builder is the machine's BuildKit, asked for what it has built. Its
// history has every build, whoever asked for it, with or without output,
// failed or not. (It forgets only builds older than two days.)
type builder struct {
	conn   *grpc.ClientConn
	client buildkit.ControlClient

	mu      sync.Mutex
	known   map[string]built // finished builds, by ref: they don't change
	latest  string           // ref of the one that was asked for last
	running map[string]bool  // refs of builds that nobody waits for any more
}

// A built is one run of a Dockerfile, as BuildKit recorded it.
type built struct {
	ref     string
	created time.Time
	tags    []string // "docker.io/library/flask-app:1.0"
	failure string   // "" if it succeeded
	seconds float64
	sent    int64 // bytes of the context; less than its size if some were sent before, or are not needed
	steps   []content.BuildStep
	bases   []baseRef
}

// A baseRef is an image that a build started from, or copied from.
type baseRef struct {
	name   string // "docker.io/library/python:3.12-slim"
	digest string // of its manifest
}

func (m *Machine) newBuilder() (*builder, error) {
	conn, err := grpc.NewClient("passthrough:///machine",
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(m.dialBuilder))
	if err != nil {
		return nil, err
	}
	return &builder{conn: conn, client: buildkit.NewControlClient(conn), known: map[string]built{}, running: map[string]bool{}}, nil
}

// dialBuilder opens a connection to BuildKit in the machine's engine.
// Engines before 29 want an HTTP upgrade first; later ones speak HTTP/2
// right away, and may no longer know the upgrade.
func (m *Machine) dialBuilder(ctx context.Context, _ string) (net.Conn, error) {
	conn, err := m.inner.DialHijack(context.WithoutCancel(ctx), "/grpc", "h2c", nil)
	if err == nil {
		return conn, nil
	}
	return m.dial(ctx, "", "")
}

// patience is how long builds waits for one that has not finished. A build
// is in the history before the command that asked for it ends; only one that
// was broken off, or that runs in the background, may not be.
const patience = time.Second

// builds returns all finished builds of the machine, in the order in which
// they were asked for.
func (b *builder) builds(ctx context.Context) ([]built, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for deadline := time.Now().Add(patience); ; {
		running, err := b.look(ctx)
		if err != nil {
			return nil, err
		}
		waits := slices.ContainsFunc(running, func(ref string) bool { return !b.running[ref] })
		if !waits || time.Now().After(deadline) {
			clear(b.running)
			for _, ref := range running {
				b.running[ref] = true
			}
			break
		}
		if err := sleep(ctx, 10*time.Millisecond); err != nil {
			return nil, err
		}
	}
	return b.inOrder(), nil
}

// finished is builds without its patience, and leaves it.
func (b *builder) finished(ctx context.Context) ([]built, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, err := b.look(ctx); err != nil {
		return nil, err
	}
	return b.inOrder(), nil
}

func (b *builder) inOrder() []built {
	builds := slices.Collect(maps.Values(b.known))
	slices.SortFunc(builds, func(a, b built) int {
		return cmp.Or(a.created.Compare(b.created), strings.Compare(a.ref, b.ref))
	})
	return builds
}

// look learns of the builds that have finished, and returns the refs of those
// that have not. Mostly nothing is new, so it asks for the latest one first:
// the records of fifty builds are half a megabyte.
func (b *builder) look(ctx context.Context) ([]string, error) {
	finished, running, err := b.records(ctx, 1)
	if err != nil {
		return nil, err
	}
	if len(finished) == 1 && len(running) == 0 && len(b.running) == 0 && finished[0].Ref == b.latest {
		return nil, nil
	}
	if finished, running, err = b.records(ctx, 0); err != nil {
		return nil, err
	}
	for _, r := range finished {
		if _, ok := b.known[r.Ref]; ok {
			continue
		}
		one, err := b.read(ctx, r)
		if err != nil {
			return nil, err
		}
		b.known[r.Ref] = one
	}
	b.latest = ""
	if len(finished) > 0 {
		b.latest = slices.MaxFunc(finished, func(a, b *buildkit.BuildHistoryRecord) int {
			return a.CreatedAt.AsTime().Compare(b.CreatedAt.AsTime())
		}).Ref
	}
	return running, nil
}

// records returns the records of finished builds, and the refs of builds that
// have not finished. A limit other than 0 asks for that many finished ones,
// the latest; a BuildKit that does not know limits returns all.
func (b *builder) records(ctx context.Context, limit int32) (finished []*buildkit.BuildHistoryRecord, running []string, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := b.client.ListenBuildHistory(ctx, &buildkit.BuildHistoryRequest{EarlyExit: true, Limit: limit})
	if err != nil {
		return nil, nil, err
	}
	active := map[string]bool{}
	for {
		event, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return finished, slices.Sorted(maps.Keys(active)), nil
		}
		if err != nil {
			return nil, nil, err
		}
		switch {
		case event.Record == nil:
		case event.Type == buildkit.BuildHistoryEventType_STARTED:
			// Its time of completion may be set already, its steps are not.
			active[event.Record.Ref] = true
		case event.Type == buildkit.BuildHistoryEventType_COMPLETE:
			delete(active, event.Record.Ref)
			finished = append(finished, event.Record)
		}
	}
}

// read makes a build of its record and its progress, as it was shown.
func (b *builder) read(ctx context.Context, r *buildkit.BuildHistoryRecord) (built, error) {
	vertices, sent, err := b.progress(ctx, r.Ref)
	if err != nil {
		return built{}, fmt.Errorf("the history of build %s: %w", r.Ref, err)
	}
	one := built{
		ref:     r.Ref,
		created: r.CreatedAt.AsTime(),
		tags:    tags(r),
		failure: r.GetError().GetMessage(),
		seconds: between(r.CreatedAt, r.CompletedAt),
		sent:    sent,
		steps:   steps(vertices),
	}
	for _, v := range vertices {
		if base, ok := fromBase(v.Name); ok && !slices.Contains(one.bases, base) {
			one.bases = append(one.bases, base)
		}
	}
	return one, nil
}

// progress returns the vertices of a build in no certain order, each as it
// was last reported, and the bytes of context that were sent.
func (b *builder) progress(ctx context.Context, ref string) ([]*buildkit.Vertex, int64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := b.client.Status(ctx, &buildkit.StatusRequest{Ref: ref})
	if err != nil {
		return nil, 0, err
	}
	var vertices []*buildkit.Vertex
	at := map[string]int{} // by digest
	sent := map[string]int64{}
	for {
		resp, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return vertices, sentContext(vertices, sent), nil
		}
		if err != nil {
			return nil, 0, err
		}
		for _, v := range resp.Vertexes {
			if i, ok := at[v.Digest]; ok {
				vertices[i] = v
				continue
			}
			at[v.Digest] = len(vertices)
			vertices = append(vertices, v)
		}
		for _, s := range resp.Statuses {
			if strings.HasPrefix(s.ID, "transferring ") {
				sent[s.Vertex] = max(sent[s.Vertex], s.Current)
			}
		}
	}
}

// sentContext adds up what was sent of build contexts. The Dockerfile and
// .dockerignore are sent by themselves, and are not part of it.
func sentContext(vertices []*buildkit.Vertex, sent map[string]int64) int64 {
	var sum int64
	for _, v := range vertices {
		if strings.HasPrefix(v.Name, "[internal] load build context") || strings.HasPrefix(v.Name, "[context ") {
			sum += sent[v.Digest]
		}
	}
	return sum
}

// from matches the names of steps that fetch an image: those of FROM, of
// COPY --from=IMAGE, and of a Dockerfile's syntax.
var from = regexp.MustCompile(`(?:\bFROM |^docker-image://)(\S+)@(sha256:[0-9a-f]{64})`)

func fromBase(name string) (baseRef, bool) {
	found := from.FindStringSubmatch(name)
	if found == nil {
		return baseRef{}, false
	}
	return baseRef{name: found[1], digest: found[2]}, true
}

// tags returns the names that a build's exporter was told to give.
func tags(r *buildkit.BuildHistoryRecord) []string {
	var names []string
	for _, e := range r.Exporters {
		for name := range strings.SplitSeq(e.Attrs["name"], ",") {
			if name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// between returns the seconds from one time to another, 0 if one is missing.
func between(start, end *timestamppb.Timestamp) float64 {
	if start == nil || end == nil {
		return 0
	}
	return max(0, end.AsTime().Sub(start.AsTime()).Seconds())
}
