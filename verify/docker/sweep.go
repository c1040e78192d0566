package docker

import (
	"context"
	"errors"
	"os"
	"strconv"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
)

// Labels of all that handbook makes on an engine. What has labelRole is
// handbook's, and nothing else is ever removed.
const (
	labelRole = "org.handbook.role"
	labelRun  = "org.handbook.run"  // Options.Run
	labelPage = "org.handbook.page" // Spec.Page
	labelHost = "org.handbook.host" // name of the computer that handbook runs on
	labelPID  = "org.handbook.pid"  // its process there
)

// Roles. Only machines belong to a run; all runs share the rest.
const (
	roleMachine = "machine" // a machine, and the volume of its engine
	roleImage   = "image"   // the machines' image
	roleMirror  = "mirror"  // handbook's own mirror, and its volume
	roleClosed  = "closed"  // the network of machines that have none
)

// shared returns the labels of something that all runs share.
func shared(role string) map[string]string { return map[string]string{labelRole: role} }

// machineLabels returns the labels of a machine of a run.
func machineLabels(run, page string) map[string]string {
	host, _ := os.Hostname() // for people who look; nothing depends on it
	return map[string]string{
		labelRole: roleMachine,
		labelRun:  run,
		labelPage: page,
		labelHost: host,
		labelPID:  strconv.Itoa(os.Getpid()),
	}
}

// labelled selects what has a role, or any role if it is "".
func labelled(role string) filters.Args {
	label := labelRole
	if role != "" {
		label += "=" + role
	}
	return filters.NewArgs(filters.Arg("label", label))
}

// A sweeper removes what handbook has made on an engine.
type sweeper struct {
	daemon    *daemon
	claims    claims
	abandoned map[string]*claim // runs that sweep has found
}

// orphanAge is how old something unused has to be to count as left behind if
// nothing is known of its run: a handbook on another computer may be about to
// use it.
const orphanAge = 2 * time.Minute

// sweep implements Engine.Sweep.
func (s *sweeper) sweep(ctx context.Context) error {
	for run, c := range s.claims.abandoned() {
		s.abandoned[run] = c
	}
	_, err := s.sweepOlder(ctx, orphanAge, labelled(roleMachine))
	return err
}

// finish sweeps up what of abandoned runs has appeared since sweep, and ends
// their claims: a busy engine may have been making what it was asked for before
// a handbook was killed.
func (s *sweeper) finish() {
	if len(s.abandoned) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	busy, err := s.sweepOlder(ctx, orphanAge, labelled(roleMachine))
	for run, c := range s.abandoned {
		if err == nil && !busy[run] {
			c.end()
		} else {
			c.release()
		}
	}
	clear(s.abandoned)
}

// sweepOlder removes unused machines and volumes that are older, or of
// abandoned runs. It returns the runs that have machines which run.
func (s *sweeper) sweepOlder(ctx context.Context, older time.Duration, which filters.Args) (busy map[string]bool, err error) {
	containers, err := s.daemon.client.ContainerList(ctx, container.ListOptions{All: true, Filters: which})
	if err != nil {
		return nil, s.daemon.failure("cannot look for what earlier runs left", err)
	}
	busy = map[string]bool{}
	var errs []error
	for _, c := range containers {
		run := c.Labels[labelRun]
		switch {
		case c.State == container.StateRunning, c.State == container.StatePaused:
			busy[run] = true
		case s.abandoned[run] != nil, time.Since(time.Unix(c.Created, 0)) >= older:
			s.daemon.log.Info("swept up", "container", c.ID, "run", run)
			errs = append(errs, s.daemon.Remove(ctx, c.ID))
		}
	}
	errs = append(errs, s.removeVolumes(ctx, older, which))
	return busy, errors.Join(errs...)
}

// clean implements Engine.Clean.
func (s *sweeper) clean(ctx context.Context) error {
	var errs []error
	containers, err := s.daemon.client.ContainerList(ctx, container.ListOptions{All: true, Filters: labelled("")})
	if err != nil {
		return s.daemon.failure("cannot look for what handbook has made", err)
	}
	for _, c := range containers {
		errs = append(errs, s.daemon.Remove(ctx, c.ID))
	}
	errs = append(errs, s.removeVolumes(ctx, 0, labelled("")), s.removeNetworks(ctx), s.removeImages(ctx))
	return errors.Join(errs...)
}

// removeVolumes removes volumes that nothing uses and that are older, or of
// abandoned runs.
func (s *sweeper) removeVolumes(ctx context.Context, older time.Duration, which filters.Args) error {
	found, err := s.daemon.client.VolumeList(ctx, volume.ListOptions{Filters: which})
	if err != nil {
		return s.daemon.failure("cannot list the engine's volumes", err)
	}
	var errs []error
	for _, v := range found.Volumes {
		created, err := time.Parse(time.RFC3339, v.CreatedAt)
		if s.abandoned[v.Labels[labelRun]] == nil && older > 0 && (err != nil || time.Since(created) < older) {
			continue
		}
		err = s.daemon.client.VolumeRemove(ctx, v.Name, false)
		if !errdefs.IsNotFound(err) && !errdefs.IsConflict(err) { // in use
			errs = append(errs, s.daemon.failure("cannot remove a volume", err))
		}
	}
	return errors.Join(errs...)
}

func (s *sweeper) removeNetworks(ctx context.Context) error {
	found, err := s.daemon.client.NetworkList(ctx, network.ListOptions{Filters: labelled("")})
	errs := []error{s.daemon.failure("cannot list the engine's networks", err)}
	for _, n := range found {
		if err := s.daemon.client.NetworkRemove(ctx, n.ID); !errdefs.IsNotFound(err) {
			errs = append(errs, s.daemon.failure("cannot remove a network", err))
		}
	}
	return errors.Join(errs...)
}

func (s *sweeper) removeImages(ctx context.Context) error {
	found, err := s.daemon.client.ImageList(ctx, image.ListOptions{Filters: labelled("")})
	errs := []error{s.daemon.failure("cannot list the engine's images", err)}
	for _, i := range found {
		_, err := s.daemon.client.ImageRemove(ctx, i.ID, image.RemoveOptions{Force: true, PruneChildren: true})
		if !errdefs.IsNotFound(err) {
			errs = append(errs, s.daemon.failure("cannot remove an image", err))
		}
	}
	return errors.Join(errs...)
}
