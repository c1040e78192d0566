package images

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

	"github.com/distribution/reference"
	"github.com/docker/docker/client"
	buildkit "github.com/moby/buildkit/api/services/control"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/timestamppb"

	"handbook/content"
)

// A history is that of the builds of an engine's BuildKit. It has every
// build, whoever started it, with or without output, failed or not. (BuildKit
// drops only builds older than two days.)
type history struct {
	conn   *grpc.ClientConn
	client buildkit.ControlClient

	mu      sync.Mutex
	known   map[string]build // finished builds, by ref: they don't change
	latest  string           // ref of the last build that was started
	running map[string]bool  // refs of running builds that have been waited for in vain
}

// A build is one run of a Dockerfile, as BuildKit recorded it.
type build struct {
	ref     string
	created time.Time
	tags    []string // "docker.io/library/flask-app:1.0"
	id      string   // of the image, as the engine's list has it; "" if there is none
	failure string   // "" if it succeeded
	seconds float64
	sent    int64 // bytes of the context that were transferred
	steps   []content.BuildStep
	bases   []pinned // that the build started or copied from
	base    string   // of them, the one that the last stage starts from
}

func newHistory(cli *client.Client) (*history, error) {
	// Engines before 29 want an HTTP upgrade first. Later ones speak HTTP/2
	// at once, and may not know the upgrade.
	dial := func(ctx context.Context, _ string) (net.Conn, error) {
		conn, err := cli.DialHijack(context.WithoutCancel(ctx), "/grpc", "h2c", nil)
		if err == nil {
			return conn, nil
		}
		return cli.Dialer()(ctx)
	}
	conn, err := grpc.NewClient("passthrough:///machine",
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithContextDialer(dial))
	if err != nil {
		return nil, err
	}
	return &history{conn: conn, client: buildkit.NewControlClient(conn), known: map[string]build{}, running: map[string]bool{}}, nil
}

// endTime is how long builds waits for a build that has not finished. A build
// is in the history before the command that started it ends, unless it was
// interrupted or runs in the background.
const endTime = time.Second

// builds returns all finished builds, in the order in which they were started.
// If wait is set, it waits a moment for those that are about to finish.
func (h *history) builds(ctx context.Context, wait bool) ([]build, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for deadline := time.Now().Add(endTime); ; {
		running, err := h.look(ctx)
		if err != nil {
			return nil, err
		}
		if !wait {
			break
		}
		fresh := slices.ContainsFunc(running, func(ref string) bool { return !h.running[ref] })
		if !fresh || time.Now().After(deadline) {
			clear(h.running)
			for _, ref := range running {
				h.running[ref] = true
			}
			break
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return slices.SortedFunc(maps.Values(h.known), func(a, b build) int {
		return cmp.Or(a.created.Compare(b.created), strings.Compare(a.ref, b.ref))
	}), nil
}

// look adds the builds that have finished to the known ones, and returns the
// refs of those that have not. Mostly there is nothing new, so it asks for the
// latest build first: the records of fifty builds are half a megabyte.
func (h *history) look(ctx context.Context) ([]string, error) {
	const op = "cannot read the history of the machine's builds"
	finished, running, err := h.records(ctx, 1)
	if err != nil {
		return nil, &Error{Op: op, Err: err}
	}
	if len(finished) == 1 && len(running) == 0 && len(h.running) == 0 && finished[0].Ref == h.latest {
		return nil, nil
	}
	if finished, running, err = h.records(ctx, 0); err != nil {
		return nil, &Error{Op: op, Err: err}
	}
	for _, r := range finished {
		if _, ok := h.known[r.Ref]; ok {
			continue
		}
		one, err := h.read(ctx, r)
		if err != nil {
			return nil, &Error{Op: op, Err: err}
		}
		h.known[r.Ref] = one
	}
	h.latest = ""
	if len(finished) > 0 {
		h.latest = slices.MaxFunc(finished, func(a, b *buildkit.BuildHistoryRecord) int {
			return a.CreatedAt.AsTime().Compare(b.CreatedAt.AsTime())
		}).Ref
	}
	return running, nil
}

// records returns the records of finished builds, and the refs of builds that
// have not finished. A limit other than 0 asks for that many of the latest
// finished ones; a BuildKit that does not know limits returns all.
func (h *history) records(ctx context.Context, limit int32) (finished []*buildkit.BuildHistoryRecord, running []string, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := h.client.ListenBuildHistory(ctx, &buildkit.BuildHistoryRequest{EarlyExit: true, Limit: limit})
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
			// Its time of completion may be set already, but not its steps.
			active[event.Record.Ref] = true
		case event.Type == buildkit.BuildHistoryEventType_COMPLETE:
			delete(active, event.Record.Ref)
			finished = append(finished, event.Record)
		}
	}
}

// read returns a build. Its steps are those of the progress that was shown.
func (h *history) read(ctx context.Context, r *buildkit.BuildHistoryRecord) (build, error) {
	vertices, sent, err := h.progress(ctx, r.Ref)
	if err != nil {
		return build{}, fmt.Errorf("the history of build %s: %w", r.Ref, err)
	}
	one := build{
		ref:     r.Ref,
		created: r.CreatedAt.AsTime(),
		tags:    tags(r),
		id:      r.GetResult().GetResults()[0].GetDigest(),
		failure: r.GetError().GetMessage(),
		seconds: between(r.CreatedAt, r.CompletedAt),
		sent:    sent,
		steps:   steps(vertices),
		base:    lastBase(vertices),
	}
	for _, v := range vertices {
		if base, ok := fromBase(v.Name); ok && !slices.Contains(one.bases, base) {
			one.bases = append(one.bases, base)
		}
	}
	slices.SortFunc(one.bases, func(a, b pinned) int { // as the vertices have no order
		return cmp.Or(strings.Compare(a.name.String(), b.name.String()), strings.Compare(a.digest, b.digest))
	})
	return one, nil
}

// progress returns the vertices of a build, in no particular order and each as
// it was last reported, and how many bytes of its context were transferred.
func (h *history) progress(ctx context.Context, ref string) ([]*buildkit.Vertex, int64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := h.client.Status(ctx, &buildkit.StatusRequest{Ref: ref})
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

// sentContext adds up what was transferred of build contexts. It leaves out the
// Dockerfile and .dockerignore, which are transferred by themselves.
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

// fromBase returns the image that a step fetches. It is not ok if the step
// fetches none.
func fromBase(step string) (base pinned, ok bool) {
	found := from.FindStringSubmatch(step)
	if found == nil {
		return pinned{}, false
	}
	name, err := reference.ParseDockerRef(found[1])
	return pinned{name, found[2]}, err == nil
}

// tags returns the names that a build was told to give its image.
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
