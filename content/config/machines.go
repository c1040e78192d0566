package config

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"handbook/content/mistake"
	"handbook/content/settings"
	"handbook/content/wording"
)

// maxMachines is how many machines a lab can have.
const maxMachines = 5

// IsMachineName reports whether a name is that of a host, as Docker and /etc/hosts
// take it, and as a prompt shows it.
var IsMachineName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`).MatchString

// machineNames reads the names of a lab's machines.
func (y *reader) machineNames(to *[]string) func(settings.Node) {
	return func(n settings.Node) {
		y.List(func(item settings.Node) {
			var name string
			y.Text(&name)(item)
			switch {
			case !IsMachineName(name):
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

// MachineOf returns the name of the machine of a snippet with this option on=.
// Without the option it is the first one; it is "" if the lab does not name
// its machine.
func (l *Lab) MachineOf(on string) string {
	if on == "" && l != nil && len(l.Machines) > 0 {
		return l.Machines[0]
	}
	return on
}

// A From says where a run finds the value of a placeholder that is not known
// before, such as the token with which a node joins a swarm.
type From struct {
	Snippet string      // the name of an earlier snippet
	At      mistake.Pos // of that name
	Match   string      // a regular expression: its group is the value, in what the snippet prints
	Pos     mistake.Pos // of Match
}

// maxSearch limits the work of finding a value: the instructions of the
// expression times the bytes of the output. The search can't be interrupted.
const maxSearch = 32 << 20

// Find returns the value in lines of output. The error says why there is none, as in
// "the value of X …".
func (f From) Find(lines []string) (value string, err error) {
	tree, err := syntax.Parse(f.Match, syntax.Perl)
	if err != nil {
		return "", err
	}
	text := strings.Join(lines, "\n")
	if instructions(tree)*len(text) > maxSearch {
		return "", fmt.Errorf("is looked for by %q in at most %s of output", f.Match, wording.BinarySize(int64(maxSearch/instructions(tree))))
	}
	found := regexp.MustCompile(f.Match).FindStringSubmatch(text)
	switch {
	case found == nil:
		return "", ErrNoMatch
	case found[1] == "":
		return "", ErrEmpty
	case len(found[1]) > maxFound:
		return "", fmt.Errorf("has %d bytes, expected at most %d", len(found[1]), maxFound)
	case !isLine(found[1]):
		return "", errors.New("has a line break or another control character, expected a line of text")
	}
	return found[1], nil
}

// Errors of From.Find.
var (
	ErrNoMatch = errors.New("is not in the output")
	ErrEmpty   = errors.New("is empty")
)

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

// The expression that finds a value has at most maxMatch bytes, and is compiled to
// at most maxMatching instructions. A lab has at most maxFroms of them. The value
// has at most maxFound bytes.
const (
	maxMatch    = 200
	maxMatching = 500
	maxFroms    = 10
	maxFound    = 2000
)

// checkFrom adds the mistakes in where the value of a placeholder comes from,
// and reports whether there are none.
func (y *reader) checkFrom(n settings.Node, name string, f From) bool {
	if f.Snippet == "" || f.Match == "" {
		y.Fail(n, "the value of %s needs from, the name of a snippet, and match, a regular expression whose group is the value", name)
		return false
	}
	problem := f.problem()
	if problem != "" {
		y.Mistakes = append(y.Mistakes, settings.Mistake{Line: f.Pos.Line - y.skip, Col: f.Pos.Col, Msg: "match: " + problem})
	}
	return problem == ""
}

// problem says what is wrong with the expression. One that is too large is not
// compiled, since compiling and matching it could take minutes.
func (f From) problem() string {
	if len(f.Match) > maxMatch {
		return fmt.Sprintf("%d bytes, expected at most %d", len(f.Match), maxMatch)
	}
	tree, err := syntax.Parse(f.Match, syntax.Perl)
	switch {
	case err != nil:
		return err.Error()
	case tree.MaxCap() != 1:
		return fmt.Sprintf("%q has %s, expected one, which is the value: such as (\\S+)", f.Match, wording.Count(tree.MaxCap(), "group"))
	case instructions(tree) > maxMatching:
		return fmt.Sprintf("%q repeats too much, expected an expression of at most %d characters with all its repetitions", f.Match, maxMatching)
	}
	return ""
}
