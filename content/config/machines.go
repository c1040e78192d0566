package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"handbook/content/mistake"
	"handbook/content/settings"
	"handbook/content/wording"
)

// maxMachines is how many machines a lab can have.
const maxMachines = 5

// isMachineName reports whether a name is that of a host, as Docker and /etc/hosts
// take it, and as a prompt shows it.
var isMachineName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`).MatchString

// machineNames reads the names of a lab's machines.
func (y *reader) machineNames(to *[]string) func(settings.Node) {
	return func(n settings.Node) {
		y.List(func(item settings.Node) {
			var name string
			y.Text(&name)(item)
			switch {
			case !isMachineName(name):
				y.Fail(item, "%q is not the name of a host, expected lower-case letters, digits and hyphens, such as worker1", name)
			case name == "localhost":
				y.Fail(item, "each machine is %q to itself, expected another name", name)
			case slices.Contains(*to, name):
				y.Fail(item, "machine %q is named twice", name)
			default:
				*to = append(*to, name)
			}
		})(n)
		if len(*to) > maxMachines {
			y.Fail(n, "%d machines, expected at most %d", len(*to), maxMachines)
		}
	}
}

// CheckMachine returns what is wrong with the name of a machine of the lab, "" if
// nothing is.
func (l *Lab) CheckMachine(name string) string {
	switch {
	case l == nil || len(l.Machines) == 0:
		return fmt.Sprintf("on=%s: the page names no machines, expected lab: {machines: [%s, …]} in its front matter", name, name)
	case !slices.Contains(l.Machines, name):
		return fmt.Sprintf("there is no machine %q, expected %s%s", name, strings.Join(l.Machines, " or "), wording.DidYouMean(name, l.Machines))
	}
	return ""
}

// MachineOf returns the name of the machine of a snippet with this option on=: the
// first one if it has none, "" if the lab has only one, without a name.
func (l *Lab) MachineOf(on string) string {
	if on == "" && l != nil && len(l.Machines) > 0 {
		return l.Machines[0]
	}
	return on
}

// A From says where the value of a placeholder comes from which only a run shows,
// such as the token with which a node joins a swarm.
type From struct {
	Snippet string      // the name of an earlier snippet
	At      mistake.Pos // of that name
	Match   string      // a regular expression: its group is the value, in what the snippet prints
	Pos     mistake.Pos // of Match
}

// Find returns the value in lines of output; ok is false if nothing matches.
func (f From) Find(lines []string) (value string, ok bool) {
	found := regexp.MustCompile(f.Match).FindStringSubmatch(strings.Join(lines, "\n"))
	if found == nil {
		return "", false
	}
	return found[1], true
}

// from reads where the value of a placeholder comes from.
func (y *reader) from(to *From) settings.Keys {
	place := func(text *string, pos *mistake.Pos) func(settings.Node) {
		return func(n settings.Node) {
			*pos = y.pos(settings.Place(n))
			y.Text(text)(n)
		}
	}
	return settings.Keys{"from": place(&to.Snippet, &to.At), "match": place(&to.Match, &to.Pos)}
}

// maxMatch is how many bytes the expression has at most that finds a value.
const maxMatch = 200

// checkFrom tells what is wrong with where the value of a placeholder comes from,
// and reports whether nothing is.
func (y *reader) checkFrom(n settings.Node, name string, f From) bool {
	before := len(y.Mistakes)
	if len(f.Match) > maxMatch { // it is not compiled: that could take minutes
		y.Mistakes = append(y.Mistakes, settings.Mistake{Line: f.Pos.Line - y.skip, Col: f.Pos.Col, Msg: fmt.Sprintf("match: %d bytes, expected at most %d", len(f.Match), maxMatch)})
		return false
	}
	expr, err := regexp.Compile(f.Match)
	switch {
	case f.Snippet == "" || f.Match == "":
		y.Fail(n, "the value of %s needs from, the name of a snippet, and match, a regular expression whose group is the value", name)
	case err != nil:
		y.Mistakes = append(y.Mistakes, settings.Mistake{Line: f.Pos.Line - y.skip, Col: f.Pos.Col, Msg: fmt.Sprintf("match: %v", err)})
	case expr.NumSubexp() != 1:
		y.Mistakes = append(y.Mistakes, settings.Mistake{Line: f.Pos.Line - y.skip, Col: f.Pos.Col,
			Msg: fmt.Sprintf("match: %q has %s, expected one, which is the value: such as (\\S+)", f.Match, wording.Count(expr.NumSubexp(), "group"))})
	}
	return len(y.Mistakes) == before
}
