// Package sweep finds out, by labels and claims, which run has made what handbook
// has left on an engine, and removes what nobody needs any more.
package sweep

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"
)

// An Engine is the Docker Engine that is swept.
type Engine struct {
	Client *client.Client
	Log    *slog.Logger
	// Remove removes a container, and its volumes that have no name.
	Remove func(ctx context.Context, id string) error
	// Fail turns an error of the client into one that says what was being done.
	// It is nil if that is.
	Fail func(op string, err error) error
}

// A Sweeper removes what handbook has made on an engine.
type Sweeper struct {
	engine    Engine
	claims    Claims
	abandoned map[string]*Claim // runs that Sweep has found
}

// New returns a sweeper of an engine whose runs have these claims.
func New(e Engine, c Claims) *Sweeper {
	return &Sweeper{engine: e, claims: c, abandoned: map[string]*Claim{}}
}

// orphanAge is how old something unused has to be to count as left behind if
// nothing is known of its run: a handbook on another computer may be about to
// use it.
const orphanAge = 2 * time.Minute

// Sweep removes unused machines and volumes of runs that are gone: at once if
// they ran on this computer, and else if they are old.
func (s *Sweeper) Sweep(ctx context.Context) error {
	for run, c := range s.claims.abandoned() {
		s.abandoned[run] = c
	}
	return s.Older(ctx, orphanAge, "")
}

// Older removes unused machines and volumes that are older, or of abandoned runs;
// of one run only, unless that is "".
func (s *Sweeper) Older(ctx context.Context, age time.Duration, run string) error {
	which := labelled(roleMachine)
	if run != "" {
		which.Add("label", LabelRun+"="+run)
	}
	_, err := s.older(ctx, age, which)
	return err
}

// Finish sweeps up what of abandoned runs has appeared since Sweep, and ends
// their claims: a busy engine may have been making what it was asked for before
// a handbook was killed.
func (s *Sweeper) Finish() {
	if len(s.abandoned) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	busy, err := s.older(ctx, orphanAge, labelled(roleMachine))
	for run, c := range s.abandoned {
		if err == nil && !busy[run] {
			c.End()
		} else {
			c.Release()
		}
	}
	clear(s.abandoned)
}

// older removes unused machines and volumes that are older, or of
// abandoned runs. It returns the runs that have machines which run.
func (s *Sweeper) older(ctx context.Context, age time.Duration, which filters.Args) (busy map[string]bool, err error) {
	containers, err := s.engine.Client.ContainerList(ctx, container.ListOptions{All: true, Filters: which})
	if err != nil {
		return nil, s.engine.Fail("cannot look for what earlier runs left", err)
	}
	busy = map[string]bool{}
	var errs []error
	for _, c := range containers {
		run := c.Labels[LabelRun]
		switch {
		case c.State == container.StateRunning, c.State == container.StatePaused:
			busy[run] = true
		case s.abandoned[run] != nil, time.Since(time.Unix(c.Created, 0)) >= age:
			s.engine.Log.Info("swept up", "container", c.ID, "run", run)
			errs = append(errs, s.engine.Remove(ctx, c.ID))
		}
	}
	errs = append(errs, s.removeVolumes(ctx, age, which))
	return busy, errors.Join(errs...)
}

// Clean removes all that handbook has made on the engine, whosever it is.
func (s *Sweeper) Clean(ctx context.Context) error {
	var errs []error
	containers, err := s.engine.Client.ContainerList(ctx, container.ListOptions{All: true, Filters: labelled("")})
	if err != nil {
		return s.engine.Fail("cannot look for what handbook has made", err)
	}
	for _, c := range containers {
		errs = append(errs, s.engine.Remove(ctx, c.ID))
	}
	errs = append(errs, s.removeVolumes(ctx, 0, labelled("")), s.removeNetworks(ctx), s.removeImages(ctx))
	return errors.Join(errs...)
}

// removeVolumes removes volumes that nothing uses and that are older, or of
// abandoned runs.
func (s *Sweeper) removeVolumes(ctx context.Context, age time.Duration, which filters.Args) error {
	found, err := s.engine.Client.VolumeList(ctx, volume.ListOptions{Filters: which})
	if err != nil {
		return s.engine.Fail("cannot list the engine's volumes", err)
	}
	var errs []error
	for _, v := range found.Volumes {
		created, err := time.Parse(time.RFC3339, v.CreatedAt)
		if s.abandoned[v.Labels[LabelRun]] == nil && age > 0 && (err != nil || time.Since(created) < age) {
			continue
		}
		err = s.engine.Client.VolumeRemove(ctx, v.Name, false)
		if !errdefs.IsNotFound(err) && !errdefs.IsConflict(err) { // in use
			errs = append(errs, s.engine.Fail("cannot remove a volume", err))
		}
	}
	return errors.Join(errs...)
}

func (s *Sweeper) removeNetworks(ctx context.Context) error {
	found, err := s.engine.Client.NetworkList(ctx, network.ListOptions{Filters: labelled("")})
	errs := []error{s.engine.Fail("cannot list the engine's networks", err)}
	for _, n := range found {
		if err := s.engine.Client.NetworkRemove(ctx, n.ID); !errdefs.IsNotFound(err) {
			errs = append(errs, s.engine.Fail("cannot remove a network", err))
		}
	}
	return errors.Join(errs...)
}

// removeImages takes from images the names that handbook gives, and so removes
// those that have no other one. Images that a user has made from a machine's have
// its labels, too.
func (s *Sweeper) removeImages(ctx context.Context) error {
	found, err := s.engine.Client.ImageList(ctx, image.ListOptions{Filters: labelled(RoleImage)})
	errs := []error{s.engine.Fail("cannot list the engine's images", err)}
	for _, i := range found {
		for _, name := range i.RepoTags {
			if !strings.HasPrefix(name, MachineRepository+":") {
				continue
			}
			_, err := s.engine.Client.ImageRemove(ctx, name, image.RemoveOptions{Force: true, PruneChildren: true})
			if !errdefs.IsNotFound(err) {
				errs = append(errs, s.engine.Fail("cannot remove an image", err))
			}
		}
	}
	return errors.Join(errs...)
}
