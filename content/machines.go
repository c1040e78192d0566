package content

import (
	"fmt"
	"maps"
	"slices"

	"handbook/content/config"
	"handbook/content/wording"
)

// A terminal is a terminal of one of the lab's machines.
type terminal struct {
	machine string // "" if the lab has only one
	number  int
}

// machine reports the option on= of a snippet that names no machine of the lab.
func (t *treeReader) machine(s *Snippet) {
	if s.Options.On == "" {
		return
	}
	if problem := t.page.Lab.CheckMachine(s.Options.On); problem != "" {
		t.fail(s.OptionAt("on"), problem)
	}
}

// sources reports the placeholders that get their values from no snippet, or from
// one that comes too late.
func (t *treeReader) sources() {
	lab := t.page.Lab
	for _, name := range slices.Sorted(maps.Keys(lab.From)) {
		from := lab.From[name]
		source := t.tree.Named(from.Snippet)
		if source == nil {
			t.fail(from.At, fmt.Sprintf("no snippet of the page is called %q%s: expected name=%s on one that prints the value of %s",
				from.Snippet, wording.DidYouMean(from.Snippet, t.names()), from.Snippet, name))
			continue
		}
		if len(source.Commands) == 0 || !source.Runs() {
			t.fail(from.At, fmt.Sprintf("the snippet %q, in line %d, runs no command that could print the value of %s", from.Snippet, source.Pos.Line, name))
			continue
		}
		find := config.Placeholders{name: name}.Finder()
		for _, s := range t.tree.Snippets[:slices.Index(t.tree.Snippets, source)+1] {
			if o := s.Options; len(find(s.Code+"\n"+o.Run+"\n"+o.Type+"\n"+o.Until)) > 0 {
				t.fail(s.Pos, fmt.Sprintf("%s has no value here yet: it comes from the snippet %q in line %d", name, from.Snippet, source.Pos.Line))
			}
		}
	}
}

// names returns the names of the page's snippets.
func (t *treeReader) names() (all []string) {
	for _, s := range t.tree.Snippets {
		if s.Options.Name != "" {
			all = append(all, s.Options.Name)
		}
	}
	return all
}

// otherMachines says why a lab can't start where another one ended: both need
// the same machines.
func otherMachines(l, before *config.Lab) string {
	for _, name := range before.Machines {
		if !slices.Contains(l.Machines, name) {
			return fmt.Sprintf("has a machine %q, expected it in machines here, too", name)
		}
	}
	return ""
}
