package verify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"handbook/content"
	"handbook/verify/cleanup"
	"handbook/verify/shell"
)

// A Named is one of several machines of a lab.
type Named struct {
	Name string
	Machine
}

// Several are the machines of a lab that has more than one, as one Machine: what
// is asked of it is asked of all, and they are closed together. Processes are
// started on the first.
type Several struct {
	All []Named

	mu    sync.Mutex
	named map[string]map[int]string // the images that have a name, by the machines' indexes: ids
}

// StartSeveral starts the machines that a Spec names, by a function that starts
// one. An error means that there is none.
func StartSeveral(ctx context.Context, spec Spec, start func(context.Context, Spec) (Machine, error)) (*Several, error) {
	s := &Several{All: make([]Named, len(spec.Names)), named: map[string]map[int]string{}}
	group, starting := errgroup.WithContext(ctx)
	for i, name := range spec.Names {
		one := spec
		one.Names = []string{name}
		s.All[i].Name = name
		group.Go(func() (err error) {
			s.All[i].Machine, err = start(starting, one)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		s.All = slices.DeleteFunc(s.All, func(m Named) bool { return m.Machine == nil })
		_ = s.Close() // what stays is left to the next run's sweep
		return nil, err
	}
	return s, nil
}

// Exec starts a process on the first machine.
func (s *Several) Exec(ctx context.Context, p shell.Process) (shell.Stream, error) {
	return s.All[0].Exec(ctx, p)
}

// each calls f with each machine, at the same time.
func (s *Several) each(f func(i int, m Named) error) error {
	var group errgroup.Group
	for i, m := range s.All {
		group.Go(func() error { return f(i, m) })
	}
	return group.Wait()
}

// Settle waits until all machines have settled: what a command starts on one, a
// service of a swarm perhaps, may run on others.
func (s *Several) Settle(ctx context.Context, last Start, when When) (Settled, error) {
	settled := make([]Settled, len(s.All))
	err := s.each(func(i int, m Named) (err error) {
		settled[i], err = m.Settle(ctx, last, when)
		return err
	})
	var all Settled
	for i, one := range settled {
		all.Waited = max(all.Waited, one.Waited)
		for _, t := range one.Troubles {
			t.Msg += ", on " + s.All[i].Name
			all.Troubles = append(all.Troubles, t)
		}
	}
	return all, err
}

// Observe returns what has changed on the machines. A name is removed when no
// machine has an image of it any more.
func (s *Several) Observe(ctx context.Context) (Observation, error) {
	seen := make([]Observation, len(s.All))
	err := s.each(func(i int, m Named) (err error) {
		seen[i], err = m.Observe(ctx)
		return err
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.join(seen), err
}

// join joins what was seen on the machines. An image that another machine has
// under the same name is not new.
func (s *Several) join(seen []Observation) (all Observation) {
	for i, one := range seen {
		for _, image := range one.Images {
			on := s.named[image.Ref]
			if on == nil {
				on = map[int]string{}
				s.named[image.Ref] = on
			}
			known := slices.Contains(slices.Collect(maps.Values(on)), image.ID)
			if on[i] = image.ID; !known {
				all.Images = append(all.Images, image)
			}
		}
		all.Builds = append(all.Builds, one.Builds...)
	}
	for i, one := range seen {
		for _, ref := range one.Removed {
			if delete(s.named[ref], i); len(s.named[ref]) == 0 {
				all.Removed = append(all.Removed, ref)
			}
		}
	}
	return all
}

// Weigh asks the machines that have the images.
func (s *Several) Weigh(ctx context.Context, ids []string) (map[string]int64, error) {
	weights := make([]map[string]int64, len(s.All))
	err := s.each(func(i int, m Named) (err error) {
		weights[i], err = m.Weigh(ctx, ids)
		return err
	})
	all := map[string]int64{}
	for _, one := range weights {
		maps.Copy(all, one)
	}
	return all, err
}

// Inventory returns what the first machine's engine has: each machine is cleaned
// up by itself.
func (s *Several) Inventory(ctx context.Context) (cleanup.Engine, error) {
	return s.All[0].Inventory(ctx)
}

// Diagnose returns what is wrong with the first machine with which something is.
func (s *Several) Diagnose(ctx context.Context) error {
	found := make([]error, len(s.All))
	_ = s.each(func(i int, m Named) error {
		found[i] = m.Diagnose(ctx)
		return nil
	})
	for i, err := range found {
		broken, ofLab := errors.AsType[*LabError](err)
		switch {
		case ofLab:
			return &LabError{Msg: s.All[i].Name + ": " + broken.Msg, Reason: broken.Reason}
		case err != nil:
			return fmt.Errorf("%s: %w", s.All[i].Name, err)
		}
	}
	return nil
}

// About tells what the first machine is, as they all are, and which base images
// the machines have fetched.
func (s *Several) About(ctx context.Context) (content.RecordMachine, []content.Base, error) {
	abouts, fetched := make([]content.RecordMachine, len(s.All)), make([][]content.Base, len(s.All))
	err := s.each(func(i int, m Named) (err error) {
		abouts[i], fetched[i], err = m.About(ctx)
		return err
	})
	var bases []content.Base
	for _, base := range slices.Concat(fetched...) {
		if !slices.Contains(bases, base) {
			bases = append(bases, base)
		}
	}
	return abouts[0], bases, err
}

// Enter is the command with which a person gets a shell on the first machine.
func (s *Several) Enter() string { return s.All[0].Enter() }

// Keep leaves all machines running.
func (s *Several) Keep() error {
	return s.each(func(_ int, m Named) error { return m.Keep() })
}

// Close removes all machines.
func (s *Several) Close() error {
	return s.each(func(_ int, m Named) error { return m.Close() })
}

// Used implements Meter, if all machines do.
func (s *Several) Used(ctx context.Context) (all Usage, err error) {
	for _, m := range s.All {
		meter, ok := m.Machine.(Meter)
		if !ok {
			return Usage{}, errors.ErrUnsupported
		}
		one, err := meter.Used(ctx)
		if err != nil {
			return Usage{}, err
		}
		all.CPU, all.Memory = all.CPU+one.CPU, all.Memory+one.Memory
	}
	return all, nil
}
