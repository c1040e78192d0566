// Package several makes one machine of the machines of a lab that names several.
package several

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/cleanup"
	"handbook/verify/shell"
)

// A Machine is all machines of a lab as one: what is asked of it is asked of all,
// and they are closed together. Processes are started on the first.
type Machine struct {
	all []verify.Named

	mu    sync.Mutex
	named map[string]map[int]string // the images that have a name, by the machines' indexes: ids
}

// Start starts the machines that a Spec names, by a function that starts one. An
// error means that there is none.
func Start(ctx context.Context, spec verify.Spec, start func(context.Context, verify.Spec) (verify.Machine, error)) (*Machine, error) {
	s := &Machine{all: make([]verify.Named, len(spec.Names)), named: map[string]map[int]string{}}
	group, starting := errgroup.WithContext(ctx)
	for i, name := range spec.Names {
		one := spec
		one.Names = []string{name}
		s.all[i].Name = name
		group.Go(func() (err error) {
			s.all[i].Machine, err = start(starting, one)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		s.all = slices.DeleteFunc(s.all, func(m verify.Named) bool { return m.Machine == nil })
		_ = s.Close() // what stays is left to the next run's sweep
		return nil, err
	}
	return s, nil
}

// Machines returns the machines, in the order in which they are named.
func (s *Machine) Machines() []verify.Named { return s.all }

// Exec starts a process on the first machine.
func (s *Machine) Exec(ctx context.Context, p shell.Process) (shell.Stream, error) {
	return s.all[0].Exec(ctx, p)
}

// each calls f with each machine, at the same time.
func (s *Machine) each(f func(i int, m verify.Named) error) error {
	var group errgroup.Group
	for i, m := range s.all {
		group.Go(func() error { return f(i, m) })
	}
	return group.Wait()
}

// Settle waits until all machines have settled: what a command starts on one, a
// service of a swarm perhaps, may run on others.
func (s *Machine) Settle(ctx context.Context, last verify.Start, when verify.When) (verify.Settled, error) {
	settled := make([]verify.Settled, len(s.all))
	err := s.each(func(i int, m verify.Named) (err error) {
		settled[i], err = m.Settle(ctx, last, when)
		return err
	})
	var all verify.Settled
	for i, one := range settled {
		all.Waited = max(all.Waited, one.Waited)
		for _, t := range one.Troubles {
			t.Msg += ", on " + s.all[i].Name
			all.Troubles = append(all.Troubles, t)
		}
	}
	return all, err
}

// Observe returns what has changed on the machines. A name is removed when no
// machine has an image of it any more.
func (s *Machine) Observe(ctx context.Context) (verify.Observation, error) {
	seen := make([]verify.Observation, len(s.all))
	err := s.each(func(i int, m verify.Named) (err error) {
		seen[i], err = m.Observe(ctx)
		return err
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.join(seen), err
}

// join joins what was seen on the machines. An image that another machine has
// under the same name is not new.
func (s *Machine) join(seen []verify.Observation) (all verify.Observation) {
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
func (s *Machine) Weigh(ctx context.Context, ids []string) (map[string]int64, error) {
	weights := make([]map[string]int64, len(s.all))
	err := s.each(func(i int, m verify.Named) (err error) {
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
func (s *Machine) Inventory(ctx context.Context) (cleanup.Engine, error) {
	return s.all[0].Inventory(ctx)
}

// Diagnose returns what is wrong with the first machine with which something is.
func (s *Machine) Diagnose(ctx context.Context) error {
	found := make([]error, len(s.all))
	_ = s.each(func(i int, m verify.Named) error {
		found[i] = m.Diagnose(ctx)
		return nil
	})
	for i, err := range found {
		broken, ofLab := errors.AsType[*verify.LabError](err)
		switch {
		case ofLab:
			return &verify.LabError{Msg: s.all[i].Name + ": " + broken.Msg, Reason: broken.Reason}
		case err != nil:
			return fmt.Errorf("%s: %w", s.all[i].Name, err)
		}
	}
	return nil
}

// About tells what the first machine is, as they all are, and which base images
// the machines have fetched.
func (s *Machine) About(ctx context.Context) (content.RecordMachine, []content.Base, error) {
	abouts, fetched := make([]content.RecordMachine, len(s.all)), make([][]content.Base, len(s.all))
	err := s.each(func(i int, m verify.Named) (err error) {
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
func (s *Machine) Enter() string { return s.all[0].Enter() }

// Keep leaves all machines running.
func (s *Machine) Keep() error {
	return s.each(func(_ int, m verify.Named) error { return m.Keep() })
}

// Close removes all machines.
func (s *Machine) Close() error {
	return s.each(func(_ int, m verify.Named) error { return m.Close() })
}

// Used adds what all machines have used. It is not known if one does not know it.
func (s *Machine) Used(ctx context.Context) (all verify.Usage, err error) {
	for _, m := range s.all {
		one, err := m.Used(ctx)
		if err != nil {
			return verify.Usage{}, err
		}
		all.CPU, all.Memory = all.CPU+one.CPU, all.Memory+one.Memory
	}
	return all, nil
}
