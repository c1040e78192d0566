package verify

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/config"
	"handbook/content/sgr"
	"handbook/verify/compare"
	"handbook/verify/plans"
)

// A Ran is what became of a lab on one kind of machine.
type Ran struct {
	Plan   *plans.Plan
	Record *content.Record
	Err    error
}

// Join joins what became of a lab on all kinds of machines that it runs on, in
// the order of plans.Plan.Kinds. It returns what Runner.Run does: a lab that works on
// one and fails on another fails, and its failures say on which.
func Join(all []Ran) (*content.Record, error) {
	if len(all) == 1 {
		return all[0].Record, all[0].Err
	}
	if err := joinErrors(all); err != nil {
		return nil, err
	}
	joined := *all[0].Record
	joined.Also = nil
	for _, ran := range all[1:] {
		markDiffering(ran.Plan.Page, all[0].Record, ran.Record)
		joined.Also = append(joined.Also, ran.Record.Results)
	}
	return &joined, nil
}

// Keep adds to the new record of a page what the old one, which may be nil, has
// of other platforms, as long as the page has not changed since. The order stays,
// so that the page shows the results of the same platform. Results that are not of
// the page go. Neither record is changed.
func Keep(page *content.Page, old, new *content.Record) *content.Record {
	if old == nil || old.Digest != new.Digest {
		return new
	}
	all := slices.DeleteFunc(old.All(), func(on *content.Results) bool { return !plans.IsOf(on, page.Lab, new.Digest) })
	for _, now := range new.All() {
		i := slices.IndexFunc(all, func(on *content.Results) bool {
			return on.Machine.Docker == now.Machine.Docker && on.Machine.Platform == now.Machine.Platform
		})
		if i < 0 {
			all = append(all, now)
			continue
		}
		all[i] = now
	}
	kept := *new
	kept.Results, kept.Also = unmarked(all[0]), nil
	for _, on := range all[1:] {
		// On another platform an engine is held against itself.
		first := &kept.Results
		if same := kept.On(on.Machine.Docker); same != nil {
			first = same
		}
		other := &content.Record{Results: unmarked(on)}
		markDiffering(page, &content.Record{Results: *first}, other)
		kept.Also = append(kept.Also, other.Results)
	}
	return &kept
}

// unmarked copies results without the marks of commands that print something else
// than those of the first ones.
func unmarked(r *content.Results) content.Results {
	of := *r
	of.Snippets = slices.Clone(r.Snippets)
	for i := range of.Snippets {
		s := &of.Snippets[i]
		s.Commands = slices.Clone(s.Commands)
		for j := range s.Commands {
			s.Commands[j].Differs = false
		}
	}
	return of
}

// markDiffering marks the commands of a record that print something else than
// those of the first one.
func markDiffering(page *content.Page, first, other *content.Record) {
	for _, change := range compare.Records(page, first, other).Changes {
		if now := change.Result; now != nil && (now.Exit != change.Was.Exit || !isBuild(now) || !isBuild(change.Was)) {
			now.Differs = true
		}
	}
}

// isBuild reports whether what a command has left on the screen is BuildKit's
// progress. Engines name other steps of their own there, which tells readers
// nothing; what they built is in the reports.
func isBuild(c *content.CommandResult) bool {
	return len(c.Output) > 0 && strings.HasPrefix(sgr.Unstyled(c.Output[0]), "[+] Building ")
}

// joinErrors joins the errors of labs. What the page is to blame for comes
// before what is wrong with machines.
func joinErrors(all []Ran) error {
	joined := &Failures{Page: all[0].Plan.Page.Path}
	failed := make([][]*Failure, len(all))
	var other error
	for i, ran := range all {
		on := config.DockerName(ran.Plan.Docker)
		if f, ok := errors.AsType[*Failures](ran.Err); ok {
			failed[i] = f.All
			joined.NotRun = max(joined.NotRun, f.NotRun)
			joined.Enter = append(joined.Enter, f.Enter...)
		} else if machine, ok := errors.AsType[*MachineError](ran.Err); ok && other == nil {
			other = &MachineError{Pos: machine.Pos, Err: fmt.Errorf("%w (on %s)", machine.Err, on)}
		} else if ran.Err != nil && other == nil {
			other = ran.Err
		}
	}
	for i, ran := range all {
		for _, f := range failed[i] {
			if everywhere(failed, f) {
				joined.addOnce(f)
				continue
			}
			on := *f
			on.Msg += ", on " + config.DockerName(ran.Plan.Docker)
			switch f.Reason {
			case ReasonClaim:
				on.Reason = ReasonOneEngine
			case ReasonOutput:
				on.Reason = ReasonOutputOnOne
			}
			joined.add(&on)
		}
	}
	if len(joined.All) > 0 {
		return joined
	}
	return other
}

// everywhere reports whether all machines have met a failure.
func everywhere(failed [][]*Failure, f *Failure) bool {
	return !slices.ContainsFunc(failed, func(on []*Failure) bool {
		return !slices.ContainsFunc(on, func(g *Failure) bool { return g.Pos == f.Pos && g.Msg == f.Msg && slices.Equal(g.Details, f.Details) })
	})
}
