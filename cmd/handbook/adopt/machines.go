package adopt

import (
	"strings"

	"handbook/cmd/handbook/adopt/hosts"
	"handbook/cmd/handbook/adopt/layout"
	"handbook/cmd/handbook/adopt/terminals"
)

// findHosts finds the machines of the page, and opens a terminal on each.
func (w *writer) findHosts() {
	w.hosts = hosts.Of(w.page.Guess)
	w.machines = map[string]*terminals.Terminals{}
	for i, name := range w.hosts.Machines {
		w.machines[name] = w.terms
		if i > 0 { // the first machine is the default
			w.machines[name] = w.terms.On(name)
		}
	}
	if w.hosts.Machines != nil {
		w.commands.several = true
		w.Note(1, "machines: "+strings.Join(w.hosts.Machines, ", "), "%s", w.hosts.Why)
	}
}

// moveTo moves to the machine of the command at a line, and reports whether
// that is another one.
func (w *writer) moveTo(line int) bool {
	c := w.hosts.At(line)
	if c == nil || c.Machine == "" {
		return false
	}
	to := w.machines[c.Machine]
	moved := to != w.terms
	w.terms, w.files.Terms = to, to
	if moved {
		w.Note(line, "on="+c.Machine, "%s", c.Why)
	}
	return moved
}

// tellHosts adds the machines to the front matter, and the sources of values
// that one of them prints and another one uses.
func (w *writer) tellHosts(lab *layout.Lab) {
	lab.Machines = w.hosts.Machines
	printed := w.values.printed
	lab.From = map[string]layout.From{}
	for name, from := range printed.From {
		if !w.runs(from.Snippet) { // a snippet that failed is skipped, and those that need its value will fail too
			lab.Placeholders[name] = strings.Trim(name, "<>")
			continue
		}
		lab.From[name] = layout.From{Snippet: from.Snippet, Match: from.Match}
	}
}

// runs reports whether the snippet with a name is run.
func (w *writer) runs(name string) bool {
	for _, all := range w.blocks {
		for _, b := range all {
			if b.Runs && b.Has("name") && strings.Contains(strings.Join(b.Opts, " ")+" ", layout.Option("name", name)+" ") {
				return true
			}
		}
	}
	return false
}
