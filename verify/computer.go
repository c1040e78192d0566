package verify

import (
	"context"
	"path"
	"slices"

	"handbook/content"
	"handbook/verify/files"
	"handbook/verify/shell"
)

// A computer is one of the machines of a run, with what the run has there.
type computer struct {
	name    string // "" if the lab has one only, without a name
	machine Machine
	files   files.Server
	terms   *shell.Terminals // of the lab that is worked through; none is open before
}

// computersOf returns the computers of a machine, which may be several.
func computersOf(m Machine, names []string) (all []*computer) {
	machines := m.Machines()
	if machines == nil {
		machines = []Named{{"", m}}
		if len(names) == 1 {
			machines[0].Name = names[0]
		}
	}
	for _, one := range machines {
		all = append(all, &computer{name: one.Name, machine: one.Machine, files: files.NewServer(one.Machine), terms: &shell.Terminals{Host: one.Machine}})
	}
	return all
}

// computer returns the one of a name. A lab that names none, before one that does,
// is worked through on the first.
func (r *run) computer(name string) *computer {
	i := slices.IndexFunc(r.computers, func(c *computer) bool { return c.name == name })
	return r.computers[max(i, 0)]
}

// at returns the computer of a snippet.
func (l *lab) at(s *content.Snippet) *computer {
	return l.computer(l.plan.Lab.MachineOf(s.Options.On))
}

// A terminal is one of a computer.
type terminal struct {
	computer string
	number   int
}

// terminal returns the one to which a snippet is typed.
func (l *lab) terminal(s *content.Snippet) terminal {
	return terminal{l.at(s).name, s.Options.Term}
}

// kept returns the text of a file as the record keeps it: without secrets, and with
// the names of values that are others in each run.
func (l *lab) kept(text string) string { return l.found.Unbind(l.secrets.Hide(text)) }

// collect returns the files of the lab's directories. Where there are several
// machines, each has a folder.
func (l *lab) collect(ctx context.Context) (all []content.RecordFile, err error) {
	for _, c := range l.computers {
		found, err := c.files.Collect(ctx, l.plan.Lab.Dir, l.kept)
		if err != nil {
			return nil, err
		}
		if len(l.computers) > 1 {
			for i := range found {
				found[i].Path = path.Join(c.name, found[i].Path)
			}
		}
		all = append(all, found...)
	}
	return all, nil
}

// An entered machine is one of several at which a person gets a shell.
type entered struct {
	Machine           // all of them
	at      *computer // where that is
}

func (e entered) Enter() string { return e.at.machine.Enter() }

func (e entered) Exec(ctx context.Context, p shell.Process) (shell.Stream, error) {
	return e.at.machine.Exec(ctx, p)
}
