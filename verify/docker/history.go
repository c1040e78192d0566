package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"time"

	buildkit "github.com/moby/buildkit/api/services/control"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/timestamppb"

	"handbook/content"
)

// A builder is the machine's BuildKit, asked for what it has built. Its
// history has every build, whoever asked for it, with or without output,
// failed or not.
type builder struct {
	conn   *grpc.ClientConn
	client buildkit.ControlClient
	known  map[string]built // finished builds, by ref: they don't change
}

// A built is one run of a Dockerfile, as BuildKit recorded it.
type built struct {
	ref     string
	created time.Time
	tags    []string // "docker.io/library/flask-app:1.0"
	failure string   // "" if it succeeded
	seconds float64
	context int64 // bytes that were sent; less than the context's size if some were sent before
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
	return &builder{conn: conn, client: buildkit.NewControlClient(conn), known: map[string]built{}}, nil
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

// builds returns all builds of the machine, in the order in which they were
// asked for.
func (b *builder) builds(ctx context.Context) ([]built, error) {
	records, err := b.records(ctx)
	if err != nil {
		return nil, err
	}
	builds := make([]built, 0, len(records))
	for _, r := range records {
		one, ok := b.known[r.Ref]
		if !ok {
			if one, err = b.read(ctx, r); err != nil {
				return nil, err
			}
			if r.CompletedAt != nil {
				b.known[r.Ref] = one
			}
		}
		builds = append(builds, one)
	}
	slices.SortStableFunc(builds, func(a, b built) int { return a.created.Compare(b.created) })
	return builds, nil
}

func (b *builder) records(ctx context.Context) ([]*buildkit.BuildHistoryRecord, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := b.client.ListenBuildHistory(ctx, &buildkit.BuildHistoryRequest{EarlyExit: true})
	if err != nil {
		return nil, err
	}
	latest := map[string]int{}
	var records []*buildkit.BuildHistoryRecord
	for {
		event, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return records, nil
		}
		if err != nil {
			return nil, err
		}
		if event.Record == nil || event.Type == buildkit.BuildHistoryEventType_DELETED {
			continue
		}
		if at, ok := latest[event.Record.Ref]; ok {
			records[at] = event.Record
			continue
		}
		latest[event.Record.Ref] = len(records)
		records = append(records, event.Record)
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
		context: sent,
	}
	for _, v := range vertices {
		if base, ok := fromBase(v.Name); ok && !slices.Contains(one.bases, base) {
			one.bases = append(one.bases, base)
		}
		if numbered.MatchString(v.Name) {
			one.steps = append(one.steps, content.BuildStep{Name: v.Name, Seconds: between(v.Started, v.Completed), Cached: v.Cached})
		}
	}
	return one, nil
}

// progress returns the vertices of a build in the order in which they came
// up, each as it was last reported, and the bytes of context that were sent.
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

// numbered matches the names of a Dockerfile's own steps: "[2/5] RUN …",
// "[build 1/3] FROM …".
var numbered = regexp.MustCompile(`^\[(?:\S+ +)?\d+/\d+\] `)

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
