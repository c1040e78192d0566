package docker

import (
	"cmp"
	"context"
	"math"
	"regexp"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"handbook/content"
	"handbook/verify"
)

var (
	_ verify.Observer = (*Machine)(nil)
	_ verify.Weigher  = (*Machine)(nil)
)

// observed remembers what Observe has told of a machine.
type observed struct {
	mu     sync.Mutex
	builds map[string]bool   // by ref
	names  map[string]string // ids of images, by name
	quiet  quiet
}

// Observe returns the builds that have finished and the images that have got
// a name since the last call. See verify.Observer.
//
// Builds are read from BuildKit's history, so those that failed, that said
// nothing, or that Compose asked for are among them. Not among them are
// builds by the classic builder (DOCKER_BUILDKIT=0) and by builders in
// containers of their own (docker buildx create); their images are, once they
// have a name. A build in the background is told of by the first call after
// its end.
//
// Where nothing has happened, it costs two requests over open connections.
// An error loses nothing: the next call tells it.
func (m *Machine) Observe(ctx context.Context) (verify.Observation, error) {
	if m.inner == nil {
		return verify.Observation{}, nil
	}
	o := &m.observed
	o.mu.Lock()
	defer o.mu.Unlock()
	var seen verify.Observation
	var told []built
	var next quiet
	var names map[string]string
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		told, seen.Builds, err = m.freshBuilds(groupCtx, o.builds)
		return err
	})
	group.Go(func() (err error) {
		var certain bool
		if certain, next, err = o.quiet.listen(groupCtx, m); err == nil && !certain {
			names, err = m.names(groupCtx)
		}
		return err
	})
	err := group.Wait()
	if err == nil && names == nil && len(told) > 0 {
		names, err = m.names(ctx) // builds need not make events
	}
	if err == nil && names != nil {
		seen.Images, err = m.images(ctx, o.names, names)
	}
	if err != nil {
		return verify.Observation{}, cmp.Or(ctx.Err(), err)
	}
	o.quiet = next
	if names != nil {
		o.names = names
	}
	if o.builds == nil {
		o.builds = map[string]bool{}
	}
	for _, b := range told {
		o.builds[b.ref] = true
	}
	return seen, nil
}

// acquaint opens the connections that Observe needs and learns which storage
// there is, and a moment later, for the lab's first commands are seldom
// builds, it starts the process that answers questions about them: the lab need
// not wait for it. What fails here is told by Observe, which tries again.
func (m *Machine) acquaint(ctx context.Context) {
	m.meet(ctx)
	if sleep(ctx, 500*time.Millisecond) == nil {
		_ = m.answers.Start(ctx)
	}
}

func (m *Machine) meet(ctx context.Context) {
	o := &m.observed
	o.mu.Lock()
	defer o.mu.Unlock()
	var group errgroup.Group
	group.Go(func() error {
		_, err := m.builds(ctx)
		return err
	})
	if _, next, err := o.quiet.listen(ctx, m); err == nil {
		o.quiet = quiet{asked: next.asked, slow: next.slow}
	}
	_ = group.Wait()
}

// freshBuilds returns the builds that are not among those told before, as
// they were found and as they are recorded.
func (m *Machine) freshBuilds(ctx context.Context, before map[string]bool) ([]built, []content.Build, error) {
	all, err := m.builds(ctx)
	if err != nil {
		return nil, nil, err
	}
	var fresh []built
	for _, b := range all {
		if !before[b.ref] {
			fresh = append(fresh, b)
		}
	}
	if len(fresh) == 0 {
		return nil, nil, nil
	}
	contexts, err := m.contexts(ctx, fresh)
	if err != nil {
		return nil, nil, err
	}
	builds := make([]content.Build, 0, len(fresh))
	for _, b := range fresh {
		one := content.Build{
			Failed:  shortFailure(b.failure),
			Seconds: milliseconds(b.seconds),
			Context: b.sent,
			Steps:   b.steps,
		}
		if size, ok := contexts[b.ref]; ok {
			one.Context = size
		}
		for i, tag := range b.tags {
			if i == 0 {
				one.Image = content.CanonicalRef(tag)
			} else {
				one.Tags = append(one.Tags, content.CanonicalRef(tag))
			}
		}
		builds = append(builds, one)
	}
	return fresh, builds, nil
}

// randomRef matches ids that BuildKit makes up, and that help nobody.
var randomRef = regexp.MustCompile(`failed to calculate checksum of ref \S+: `)

// shortFailure makes the error of a build a line.
func shortFailure(message string) string {
	const most = 300
	line, _, _ := strings.Cut(randomRef.ReplaceAllString(message, ""), "\n")
	if line == "" && message != "" {
		line = "failed"
	}
	if len(line) > most {
		line = strings.ToValidUTF8(line[:most], "") + "…"
	}
	return line
}

// milliseconds rounds seconds to what a record keeps.
func milliseconds(seconds float64) float64 { return math.Round(seconds*1000) / 1000 }
