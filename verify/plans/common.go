package plans

import "handbook/content"

// Common returns with how many steps two plans of a page begin that run the same on
// machines that are the same; -1 if their machines, or the labs before, are not.
func (p *Plan) Common(other *Plan) int {
	if p.head() != other.head() {
		return -1
	}
	n := 0
	for n < min(len(p.Steps), len(other.Steps)) && p.Steps[n].Key() == other.Steps[n].Key() {
		n++
	}
	return n
}

// head hashes what can change the result of a plan without steps.
func (p *Plan) head() string {
	return hash(func(write func(v ...any)) {
		empty := *p
		empty.Tree, empty.Steps = new(content.Tree), nil // measures are checked when all is done
		empty.write(write)
		write(p.Page.Path, p.MachineKind, p.Limits, p.Pinned, p.Cut, p.Lab.Machine, p.Lab.Placeholders)
		for _, b := range p.Before { // messages name their lines
			write(b.Page.Key[:])
		}
	})
}

// Key tells steps apart that do not run the same.
func (step *Step) Key() string {
	return hash(func(write func(v ...any)) {
		step.digest(write)
		write(step.Snippet.Number, step.Text, step.Typed, step.More)
		for _, c := range step.Run {
			write(c.Shell, c.Lines, c.Until)
		}
	})
}
