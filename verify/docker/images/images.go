// Package images finds out what Docker Engines have of images: what a lab has
// built and pulled on the engine of its machine, where it comes from and how
// large it is (Store), and how the engine outside gets the images of machines
// (Built, Puller).
package images

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/docker/docker/client"
	"golang.org/x/sync/errgroup"

	"handbook/content"
	"handbook/content/record"
	"handbook/verify/docker/hub"
	"handbook/verify/shell"
)

// An Error says what could not be done with an engine's images.
type Error struct {
	Op     string // "cannot list the machine's images"
	Err    error
	Reason content.Reason
}

// ReasonRegistry is the Reason of an Error if a registry can't be reached.
const ReasonRegistry content.Reason = "registry"

func (e *Error) Error() string { return e.Op + ": " + e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

// A Config says how to reach the engine of a machine, and what its images are
// made from.
type Config struct {
	Client  *client.Client    // of the machine's engine
	Machine shell.Host        // runs processes beside the engine
	Answers *shell.KeptScript // runs verify/docker/machine/answer
	Sources Sources           // of images
	Hub     *hub.Standin      // the machine's, or nil
	Mirror  *hub.Registry     // the machine's mirror, reached through the machine; nil if there is none
}

// A Store is the engine of a machine, as far as images are concerned. Its
// methods can be called at the same time. Their errors are those of their
// contexts, or *Error.
type Store struct {
	config  Config
	history *history
	pulls   *pulls
	weights *weights

	turn     chan struct{}     // holds one while Observe or Warm is at work
	builds   map[string]bool   // refs of the builds that Observe has returned
	names    map[string]string // ids of images by name, as Observe has seen them
	position eventPosition

	mu    sync.Mutex
	named map[string]bool // ids of all images that Observe has seen
}

// NewStore makes the Store of an engine that has no images yet. It asks the
// engine nothing.
func NewStore(c Config) (*Store, error) {
	h, err := newHistory(c.Client)
	if err != nil {
		return nil, err
	}
	return &Store{
		config:  c,
		history: h,
		pulls:   &pulls{client: c.Client, found: map[string]pulled{}},
		weights: newWeights(c),
		turn:    make(chan struct{}, 1),
		builds:  map[string]bool{},
		named:   map[string]bool{},
	}, nil
}

// take waits until nobody else is at work, or ctx ends: an engine that a lab has
// stopped answers nobody. give lets the next one go on.
func (s *Store) take(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Store) give() { <-s.turn }

// Watch listens to the engine's pulls until ctx ends, or the machine does.
func (s *Store) Watch(ctx context.Context) { s.pulls.watch(ctx) }

// Warm opens the connections that Observe needs, so that a lab need not wait
// for it. Errors are left to Observe, which tries again.
func (s *Store) Warm(ctx context.Context) {
	if s.take(ctx) != nil {
		return
	}
	defer s.give()
	var group errgroup.Group
	group.Go(func() error {
		_, err := s.history.builds(ctx, true)
		return err
	})
	if _, next, err := s.position.unchanged(ctx, s.config.Client); err == nil {
		s.position = eventPosition{asked: next.asked, slow: next.slow}
	}
	_ = group.Wait()
}

// An Observation is what has changed since the last one. It does not know
// which commands have caused it.
type Observation struct {
	Images  []content.Image // that have got a name
	Builds  []content.Build // that have finished
	Removed []string        // names that no image has any more
}

// Observe returns what has changed since the last call.
//
// Builds are read from BuildKit's history, which includes those that failed,
// that printed nothing, and that Compose asked for. It does not include
// builds by the classic builder (DOCKER_BUILDKIT=0) and by builders in
// containers of their own (docker buildx create); their images are observed
// once they have a name. A build in the background is returned by the first
// call after its end.
//
// If nothing has happened, Observe costs two requests over open connections.
// After an error, the next call returns what this one would have.
func (s *Store) Observe(ctx context.Context) (Observation, error) {
	if err := s.take(ctx); err != nil {
		return Observation{}, err
	}
	defer s.give()
	var (
		fresh    []build
		seen     Observation
		position eventPosition
		names    map[string]string
	)
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		if fresh, err = s.freshBuilds(groupCtx); err == nil && len(fresh) > 0 {
			seen.Builds, err = s.recorded(groupCtx, fresh)
		}
		return err
	})
	group.Go(func() (err error) {
		var unchanged bool
		if unchanged, position, err = s.position.unchanged(groupCtx, s.config.Client); err == nil && !unchanged {
			names, err = listNames(groupCtx, s.config.Client)
		}
		return err
	})
	err := group.Wait()
	if err == nil && names == nil && len(fresh) > 0 {
		names, err = listNames(ctx, s.config.Client) // a build need not cause an event
	}
	if err == nil && names != nil {
		seen.Images, err = describe(ctx, s.config.Client, s.names, names)
	}
	if err != nil {
		return Observation{}, cmp.Or(ctx.Err(), err)
	}
	s.position = position
	if names != nil {
		for _, ref := range slices.Sorted(maps.Keys(s.names)) {
			if names[ref] == "" {
				seen.Removed = append(seen.Removed, ref)
			}
		}
		s.names = names
		s.mu.Lock()
		for _, id := range names {
			s.named[id] = true
		}
		s.mu.Unlock()
	}
	for _, b := range fresh {
		s.builds[b.ref] = true
	}
	return seen, nil
}

// freshBuilds returns the builds that Observe has not returned before.
func (s *Store) freshBuilds(ctx context.Context) ([]build, error) {
	all, err := s.history.builds(ctx, true)
	if err != nil {
		return nil, err
	}
	var fresh []build
	for _, b := range all {
		if !s.builds[b.ref] {
			fresh = append(fresh, b)
		}
	}
	return fresh, nil
}

// recorded returns builds as a record has them.
func (s *Store) recorded(ctx context.Context, fresh []build) ([]content.Build, error) {
	contexts, err := contextSizes(ctx, s.config.Answers, fresh)
	if err != nil {
		return nil, err
	}
	builds := make([]content.Build, len(fresh))
	for i, b := range fresh {
		one := content.Build{
			ID:      b.id,
			Base:    b.base,
			Failed:  firstLine(b.failure),
			Seconds: milliseconds(b.seconds),
			Context: b.sent,
			Steps:   b.steps,
		}
		if size, ok := contexts[b.ref]; ok {
			one.Context = size
		}
		for i, tag := range b.tags {
			if i == 0 {
				one.Image = record.CanonicalRef(tag)
			} else {
				one.Tags = append(one.Tags, record.CanonicalRef(tag))
			}
		}
		builds[i] = one
	}
	return builds, nil
}

// Bases returns the images that the lab has not made itself: first those that
// were pulled, then those that builds started from, each once.
func (s *Store) Bases(ctx context.Context) ([]content.Base, error) {
	outside, err := s.outside(ctx, true)
	if err != nil {
		return nil, err
	}
	bases := make([]content.Base, len(outside))
	var group errgroup.Group
	group.SetLimit(4)
	for i, p := range outside {
		group.Go(func() error {
			bases[i] = s.config.Sources.base(ctx, p)
			return nil
		})
	}
	_ = group.Wait()
	return bases, nil
}

// outside returns the images that the engine has fetched, except those that
// the lab had pushed. If wait is set, it waits a moment for running builds.
func (s *Store) outside(ctx context.Context, wait bool) ([]pulled, error) {
	s.pulls.catchUp(ctx)
	all := s.pulls.all()
	built, err := s.history.builds(ctx, wait)
	if err != nil {
		return nil, err
	}
	here := s.here(built)
	for _, b := range built {
		for _, base := range b.bases {
			if !here[base.digest] { // if it was pulled, it is among the others
				all = append(all, pulled{pinned: base})
			}
		}
	}
	var outside []pulled
	seen := map[pinned]bool{}
	for _, p := range all {
		if !seen[p.pinned] && !s.config.Hub.Owns(p.name) {
			seen[p.pinned] = true
			outside = append(outside, p)
		}
	}
	return outside, nil
}

// here returns the ids of the images that the engine has, or had. With containerd's
// store these are digests of manifests, by which BuildKit calls an image that it
// starts from though it has not fetched it.
func (s *Store) here(built []build) map[string]bool {
	s.mu.Lock()
	here := maps.Clone(s.named)
	s.mu.Unlock()
	for _, b := range built {
		here[b.id] = true
	}
	return here
}

// Weigh returns how much is downloaded for images: the sum of the sizes in
// bytes of their compressed layers, as the manifests in a registry have it.
// The images are given by any name that Docker knows, or by id. The result
// leaves out those that the engine does not have.
//
// With containerd's store, the engine has the compressed layers. With
// overlay2, it compresses layers when it pushes them; the sizes of base
// images' layers are then looked up in the mirror, and the lab's own layers
// are packed and compressed as the engine would do it, with Go's gzip. (Go 1.27
// and later compress 2 % less than Go 1.26. If the engine was built with
// another Go, the result differs from a push by as much.)
//
// A megabyte that was not weighed before takes 20 ms, on a processor of this
// computer. The lab can go on meanwhile.
func (s *Store) Weigh(ctx context.Context, images []string) (map[string]int64, error) {
	outside := func() ([]pulled, error) { return s.outside(ctx, false) } // the lab may be building
	return s.weights.weigh(ctx, images, outside)
}

// Close closes the connections to the engine that the Store has opened.
func (s *Store) Close() {
	s.history.conn.Close()
	s.weights.close()
}
