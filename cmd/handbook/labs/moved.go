package labs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"handbook/content"
	"handbook/content/config"
	"handbook/verify"
	"handbook/verify/plans"
)

// Moved returns the labs with a base image that has moved since their record
// was written. It uses the first engine to ask the registries. Labs that run
// afterwards use the current images, and their records name them.
func (r *Runner) Moved(ctx context.Context, all []*Lab) (moved []*Lab, err error) {
	engines := map[*Site]verify.Engine{}
	var group errgroup.Group
	group.SetLimit(8)
	defer func() {
		for _, e := range engines {
			e.Close()
		}
	}()
	today := map[string]*string{} // digests by image
	for _, l := range all {
		for _, base := range movable(l.Page.Record) {
			if today[base.Image] != nil {
				continue
			}
			e := engines[l.Site]
			if e == nil {
				note := func(line string) { fmt.Fprintln(r.Err, "handbook: "+line) }
				if e, err = r.Open(ctx, l.Site, r.choices()[0], note); err != nil {
					return nil, errors.Join(err, group.Wait())
				}
				engines[l.Site] = e
			}
			digest := new(string)
			today[base.Image] = digest
			group.Go(func() (err error) {
				*digest, err = e.Resolve(ctx, base.Image)
				return err
			})
		}
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	r.today = map[string]string{}
	for image, digest := range today {
		r.today[image] = *digest
	}
	for _, l := range all {
		if slices.ContainsFunc(movable(l.Page.Record), func(b content.Base) bool { return r.today[b.Image] != b.Digest }) {
			moved = append(moved, l)
		}
	}
	return moved, nil
}

// refresh sets the current image in the plan of a lab on a plain machine,
// since the engine may still have an older image by that name.
func (r *Runner) refresh(plan *plans.Plan) {
	if plan.Lab.Machine == config.DockerMachine {
		return
	}
	for _, base := range movable(plan.Page.Record) {
		if digest := r.today[base.Image]; digest != "" {
			plan.Pinned = append(plan.Pinned, content.Base{Image: base.Image, Digest: digest})
		}
	}
}

// onOthers reports whether a lab has run on other base images than those in
// its record.
func onOthers(old, new *content.Record) bool {
	return slices.ContainsFunc(new.Bases, func(b content.Base) bool {
		return !slices.ContainsFunc(old.Bases, func(o content.Base) bool { return o.Image == b.Image && o.Digest == b.Digest })
	})
}

// movable lists the base images of a record whose names may get other images
// one day.
func movable(record *content.Record) (bases []content.Base) {
	if record == nil {
		return nil
	}
	for _, base := range record.Bases {
		if base.From != "local" && !strings.Contains(base.Image, "@") {
			bases = append(bases, base)
		}
	}
	return bases
}
