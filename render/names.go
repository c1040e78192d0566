package render

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"handbook/content"
)

// Names are those under which a site is published, each with where that
// comes from. A name is a place once, also where it is written in other letters:
// file systems may ignore case, and some compose accents where others do not.
type names struct {
	taken    map[string]published // by key
	folders  map[string]published // the names that stand above them, by key
	told     map[[2]string]bool   // the files whose names clash, of which the first clash is told
	problems *problems
	fold     cases.Caser
}

// A published is a name under which something is published.
type published struct {
	name string
	what string      // for messages: the file in the content, or what handbook makes
	at   content.Pos // where an error about it stands; zero for what handbook makes
}

func newNames(to *problems) *names {
	return &names{map[string]published{}, map[string]published{}, map[[2]string]bool{}, to, cases.Fold()}
}

// key is the same for names that some file system takes for the same.
func (n *names) key(name string) string {
	for i := range len(name) {
		if c := name[i]; c >= 0x80 || c >= 'A' && c <= 'Z' {
			return norm.NFC.String(n.fold.String(norm.NFC.String(name)))
		}
	}
	return name
}

// take claims a name. If it is taken, that is an error at one of the two.
func (n *names) take(new published) {
	key := n.key(new.name)
	if old, ok := n.taken[key]; ok {
		n.clash(old, new)
		return
	}
	if below, ok := n.folders[key]; ok {
		n.clash(below, new)
		return
	}
	n.taken[key] = new
	for dir := path.Dir(key); dir != "."; dir = path.Dir(dir) {
		if file, ok := n.taken[dir]; ok {
			n.clash(file, new)
			return
		}
		if _, known := n.folders[dir]; known {
			return
		}
		n.folders[dir] = new
	}
}

// clash is the error of two names that can't both be published.
func (n *names) clash(a, b published) {
	if b.at.File == "" { // the author can change the other one only
		a, b = b, a
	}
	both := [2]string{a.what, b.what}
	if n.told[both] {
		return
	}
	n.told[both] = true
	msg := fmt.Sprintf("published as %q, as is %s", b.name, a.what)
	switch {
	case a.name == b.name:
	case norm.NFC.String(a.name) == norm.NFC.String(b.name): // they look the same
		msg = fmt.Sprintf("published as %+q, which cannot stand beside %+q: that is %s", b.name, a.name, a.what)
	default:
		msg = fmt.Sprintf("published as %q, which cannot stand beside %q: that is %s", b.name, a.name, a.what)
	}
	n.problems.add(&content.Error{Pos: b.at, Msg: msg, Reason: ReasonPlace})
}

// ReasonPlace is the reason of an error about two files that are published under
// the same name.
const ReasonPlace content.Reason = "place"

// takeAll claims the names of files in their order.
func (n *names) takeAll(files Files, what string, at content.Pos) {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		where := what
		if where == "" {
			where = "handbook's own " + name
		}
		n.take(published{name, where, at})
	}
}

// badAlias says what is wrong with an alias that no file can have, "" if nothing
// is.
func badAlias(alias, name string) string {
	switch {
	case strings.ContainsAny(alias, "?#"):
		return "has a query or a fragment, which no file can have"
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' || r == ':' }):
		return "has a character that file names cannot have everywhere"
	case strings.HasPrefix(name, ".") || strings.Contains(name, "/."):
		return "begins with a dot somewhere, as files do that are not published"
	}
	return ""
}
