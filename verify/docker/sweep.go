package docker

import (
	"context"
	"errors"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
)

// orphanAge is how old something unused has to be to count as left behind if
// nothing is known of its run: younger, a handbook on another computer may be
// about to use it.
const orphanAge = 2 * time.Minute

// Sweep removes what earlier runs of handbook have left on the engine: those
// of this computer at once, for it is known which live (see claim), others
// after a while. A machine that runs is never touched: it ends by itself when
// its handbook does (machine/init), or was kept on purpose. What is left are
// containers that never started or could not be removed, and volumes without
// a container. A busy engine may still be making what it was asked for before
// a handbook was killed; Close sweeps that up.
func (e *Engine) Sweep(ctx context.Context) error {
	for run, c := range e.abandoned() {
		e.gone[run] = c
	}
	_, err := e.sweep(ctx, orphanAge, "")
	return err
}

// sweepLate sweeps up what of abandoned runs has come since Sweep, and ends
// their claims.
func (e *Engine) sweepLate() {
	if len(e.gone) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	busy, err := e.sweep(ctx, orphanAge, "")
	for run, c := range e.gone {
		c.end(err == nil && !busy[run])
	}
	clear(e.gone)
}

// sweep sweeps up what is older, of one run if it is named. It returns the
// runs of which machines are left.
func (e *Engine) sweep(ctx context.Context, older time.Duration, run string) (busy map[string]bool, err error) {
	which := labelled(roleMachine)
	if run != "" {
		which.Add("label", labelRun+"="+run)
	}
	containers, err := e.client.ContainerList(ctx, container.ListOptions{All: true, Filters: which})
	if err != nil {
		return nil, e.failure("cannot look for what earlier runs left", err)
	}
	busy = map[string]bool{}
	var errs []error
	for _, c := range containers {
		run := c.Labels[labelRun]
		_, orphan := e.gone[run]
		switch {
		case c.State == container.StateRunning, c.State == container.StatePaused:
			busy[run] = true
		case orphan, time.Since(time.Unix(c.Created, 0)) >= older:
			e.log.Info("swept up", "container", c.ID, "run", run)
			errs = append(errs, e.remove(ctx, c.ID))
		}
	}
	errs = append(errs, e.removeVolumes(ctx, which, older, e.gone))
	return busy, errors.Join(errs...)
}

// Clean removes all that handbook has made on the engine: machines, those
// that were kept and those of other handbooks that are running now too,
// their volumes, networks, the mirror with what it has stored, and images.
func (e *Engine) Clean(ctx context.Context) error {
	var errs []error
	containers, err := e.client.ContainerList(ctx, container.ListOptions{All: true, Filters: labelled("")})
	if err != nil {
		return e.failure("cannot look for what handbook has made", err)
	}
	for _, c := range containers {
		errs = append(errs, e.remove(ctx, c.ID))
	}
	errs = append(errs, e.removeVolumes(ctx, labelled(""), 0, nil), e.removeNetworks(ctx), e.removeImages(ctx))
	return errors.Join(errs...)
}

// labelled selects what has a role, or any role if it is "".
func labelled(role string) filters.Args {
	label := labelRole
	if role != "" {
		label += "=" + role
	}
	return filters.NewArgs(filters.Arg("label", label))
}

// removeVolumes removes those volumes that are older, or of runs that are
// gone, and that nothing uses.
func (e *Engine) removeVolumes(ctx context.Context, which filters.Args, older time.Duration, gone map[string]claim) error {
	found, err := e.client.VolumeList(ctx, volume.ListOptions{Filters: which})
	if err != nil {
		return e.failure("cannot list the engine's volumes", err)
	}
	var errs []error
	for _, v := range found.Volumes {
		created, err := time.Parse(time.RFC3339, v.CreatedAt)
		_, orphan := gone[v.Labels[labelRun]]
		if !orphan && older > 0 && (err != nil || time.Since(created) < older) {
			continue
		}
		err = e.client.VolumeRemove(ctx, v.Name, false)
		if err != nil && !errdefs.IsNotFound(err) && !errdefs.IsConflict(err) { // in use
			errs = append(errs, e.failure("cannot remove a volume", err))
		}
	}
	return errors.Join(errs...)
}

func (e *Engine) removeNetworks(ctx context.Context) error {
	found, err := e.client.NetworkList(ctx, network.ListOptions{Filters: labelled("")})
	if err != nil {
		return e.failure("cannot list the engine's networks", err)
	}
	var errs []error
	for _, n := range found {
		if err := e.client.NetworkRemove(ctx, n.ID); err != nil && !errdefs.IsNotFound(err) {
			errs = append(errs, e.failure("cannot remove a network", err))
		}
	}
	e.closed.forget()
	return errors.Join(errs...)
}

func (e *Engine) removeImages(ctx context.Context) error {
	found, err := e.client.ImageList(ctx, image.ListOptions{Filters: labelled("")})
	if err != nil {
		return e.failure("cannot list the engine's images", err)
	}
	var errs []error
	for _, i := range found {
		_, err := e.client.ImageRemove(ctx, i.ID, image.RemoveOptions{Force: true, PruneChildren: true})
		if err != nil && !errdefs.IsNotFound(err) {
			errs = append(errs, e.failure("cannot remove an image", err))
		}
	}
	e.image.forget()
	return errors.Join(errs...)
}
